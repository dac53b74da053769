//! A device comes in: it asks, both sides compare, it is let in, everybody is told.

use std::path::Path;

use kaban_proto::ids::{DeviceId, MemberId};
use kaban_sync::pairing::{Challenge, Proof};
use kaban_sync::workspace::{Admission, Cx, Deed, JoinRequest, Person, Workspace};
use kaban_vault::audit::AuditEvent;
use kaban_vault::store::Store;
use serde::Serialize;

use crate::bag::{Bag, check_person, make_store, open_store};
use crate::environment::Environment;
use crate::error::{AppError, Result};
use crate::views::time;

/// A device that is not in an association yet.
pub struct NewDevice {
    /// What to carry to an admin.
    pub request: JoinRequest,
    /// What the admin's camera reads from this device, instead of digits.
    pub fingerprint: String,
}

/// Who asks to be let in, and the challenge that is read out to them.
#[derive(Clone, Debug, Serialize)]
pub struct ChallengeView {
    /// Name, as they say themselves.
    pub name: String,
    /// Role, as they say themselves.
    pub role: String,
    /// Eight digits.
    pub challenge: String,
}

/// Who gave a grant, and the challenge that is read out to them.
#[derive(Clone, Debug, Serialize)]
pub struct GrantView {
    /// Association, as the grant says.
    pub association: String,
    /// Admin, as the grant says.
    pub admin: String,
    /// Eight digits.
    pub challenge: String,
}

/// A device that was let in.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The device.
    pub device: DeviceId,
    /// The person.
    pub member: MemberId,
    /// `not`, `spoken` or `scanned`: how its keys were compared.
    pub compared: &'static str,
    /// The sealed answer to carry back.
    pub grant: Vec<u8>,
    /// What the newcomer's camera reads from this device, instead of digits.
    pub fingerprint: String,
}

/// A device that was let in, as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdmissionView {
    /// The device.
    pub device: String,
    /// Its person's id.
    pub member: String,
    /// Their name.
    pub name: String,
    /// Who let them in.
    pub by: String,
    /// On which device.
    pub on: String,
    /// When, by that device's clock.
    pub at: String,
    /// `not`, `spoken` or `scanned`.
    pub compared: &'static str,
    /// This person has not seen it yet.
    pub new: bool,
}

impl Bag {
    /// Makes a new device in `dir`, or asks again with the one that is there, and gives what to
    /// carry to an admin.
    pub fn request_to_join(
        dir: &Path,
        passphrase: &[u8],
        person: &Person,
        environment: &Environment,
    ) -> Result<NewDevice> {
        check_person(person)?;
        let mut rng = (environment.random)();
        let mut store = match unlocked(dir, passphrase, environment) {
            Err(kaban_vault::Error::NotFound { .. }) => {
                make_store(dir, passphrase, environment, rng.as_mut())?
            }
            store => store?,
        };
        let cx = &mut Cx {
            now: environment.clock.now(),
            rng: rng.as_mut(),
        };
        let request = Workspace::request_to_join(&mut store, person, cx)?;
        let fingerprint = request.subject().fingerprint();
        store.lock()?;
        Ok(NewDevice {
            request,
            fingerprint,
        })
    }

    /// The newcomer's answer, six digits, to the challenge that the admin reads out.
    pub fn answer_admin(
        dir: &Path,
        passphrase: &[u8],
        challenge: &str,
        environment: &Environment,
    ) -> Result<String> {
        let challenge = read_challenge(challenge)?;
        let mut store = unlocked(dir, passphrase, environment)?;
        let answer = Workspace::answer_admin(&mut store, challenge)?;
        store.lock()?;
        Ok(answer)
    }

    /// Fixes an admin's grant, and gives the challenge that the newcomer reads out to them.
    pub fn challenge_admin(
        dir: &Path,
        passphrase: &[u8],
        grant: &[u8],
        environment: &Environment,
    ) -> Result<GrantView> {
        let mut rng = (environment.random)();
        let mut store = unlocked(dir, passphrase, environment)?;
        let cx = &mut Cx {
            now: environment.clock.now(),
            rng: rng.as_mut(),
        };
        let (granted, challenge) = Workspace::challenge_admin(&mut store, grant, cx)?;
        store.lock()?;
        Ok(GrantView {
            association: granted.association,
            admin: granted.admin.name,
            challenge: challenge.to_string(),
        })
    }

    /// Takes an admin's grant, if the proof is theirs.
    pub fn join(
        dir: &Path,
        passphrase: &[u8],
        grant: &[u8],
        proof: &Proof,
        environment: &Environment,
    ) -> Result<Self> {
        check_proof(proof)?;
        let mut rng = (environment.random)();
        let store = unlocked(dir, passphrase, environment)?;
        let cx = &mut Cx {
            now: environment.clock.now(),
            rng: rng.as_mut(),
        };
        let workspace = Workspace::join(store, grant, proof, cx)?;
        Ok(Self::with(dir, environment, rng, workspace))
    }

    /// Fixes a request, and gives the challenge that the admin reads out to the newcomer.
    pub fn challenge_newcomer(&mut self, request: &[u8]) -> Result<ChallengeView> {
        let request = read_request(request)?;
        let challenge =
            self.with_workspace(|workspace, cx| workspace.challenge_newcomer(&request, cx))?;
        Ok(ChallengeView {
            name: request.member.name,
            role: request.member.role.code().to_owned(),
            challenge: challenge.to_string(),
        })
    }

    /// Lets a device in, if the proof is its own.
    pub fn admit(&mut self, request: &[u8], proof: &Proof) -> Result<Joined> {
        let request = read_request(request)?;
        check_proof(proof)?;
        let enrolment =
            self.with_workspace(|workspace, cx| workspace.admit(&request, proof, cx))?;
        self.read(|session, cx| session.audit(cx, Deed::counted(AuditEvent::Membership, 1)))?;
        let fingerprint = self.workspace.admin_of(enrolment.member)?.fingerprint();
        Ok(Joined {
            device: enrolment.device,
            member: enrolment.member,
            compared: enrolment.compared.code(),
            grant: enrolment.grant,
            fingerprint,
        })
    }

    /// The admin's answer, six digits, to the challenge that a newcomer reads out.
    pub fn answer_newcomer(&self, member: MemberId, challenge: &str) -> Result<String> {
        let challenge = read_challenge(challenge)?;
        Ok(self.workspace.answer_newcomer(member, challenge)?)
    }

    /// Every device that was let in, the latest last.
    pub fn admissions(&mut self) -> Result<Vec<AdmissionView>> {
        let admissions = self.read(|session, _| session.admissions())?;
        let view = |admission: Admission| AdmissionView {
            device: admission.device.to_string(),
            member: admission.member.to_string(),
            name: self.name_of(admission.member),
            by: self.name_of(admission.admitted.by),
            on: admission.admitted.on.to_string(),
            at: time(admission.admitted.at),
            compared: admission.admitted.compared.code(),
            new: admission.new,
        };
        Ok(admissions.into_iter().map(view).collect())
    }

    /// This person has seen every admission there is.
    pub fn see_admissions(&mut self) -> Result<()> {
        self.write_of(crate::roll::Stale::Nothing, |session, _| {
            session.see_admissions()
        })
    }
}

fn unlocked(
    dir: &Path,
    passphrase: &[u8],
    environment: &Environment,
) -> std::result::Result<Store, kaban_vault::Error> {
    let mut store = open_store(dir, environment)?;
    store.unlock(None, passphrase)?;
    Ok(store)
}

fn read_request(bytes: &[u8]) -> Result<JoinRequest> {
    JoinRequest::read(bytes).map_err(|error| AppError::from(error).about("request"))
}

fn read_challenge(typed: &str) -> Result<Challenge> {
    Challenge::read(typed).map_err(|error| AppError::from(error).about("challenge"))
}

fn check_proof(proof: &Proof) -> Result<()> {
    proof
        .check()
        .map_err(|error| AppError::from(error).about("proof"))
}
