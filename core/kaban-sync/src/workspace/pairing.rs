//! What a device keeps while two people compare: the challenges it made, how often they were
//! answered wrongly, and which admissions its person has seen. The protocol is in [`crate::pairing`].

use std::collections::BTreeSet;

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::ids::{DeviceId, Hash32, MemberId};
use kaban_vault::store::{Durability, Scope, Store, Tx};

use super::found::JoinRequest;
use super::{Cx, Session, Workspace};
use crate::association::Admitted;
use crate::error::Error;
use crate::pairing::{AdminSide, Challenge, Compared, Proof, Subject, WRONG_ANSWERS_MAX};

const PAIRING: &str = "pairing";
const REQUEST: &[u8] = b"request";
const ADMISSIONS: &str = "admissions";
const SEEN: &[u8] = b"seen";
/// Most challenges that wait for an answer; the oldest makes room.
const WAITING_MAX: usize = 64;
/// Most devices that are noted as seen.
const SEEN_MAX: usize = 4096;

/// Which side's file is fixed: the row's parent.
#[derive(Clone, Copy)]
pub(super) enum Fixed {
    /// A request, on the admin's device.
    Request,
    /// A grant, on the newcomer's.
    Grant,
}

impl Fixed {
    fn parent(self) -> &'static [u8] {
        match self {
            Self::Request => b"asked",
            Self::Grant => b"granted",
        }
    }
}

/// A challenge that was made and not answered yet.
struct Waiting {
    challenge: Challenge,
    wrong: u8,
    made_ms: u64,
}

/// A device that was let in, and whether this person has been told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The device.
    pub device: DeviceId,
    /// Its first person.
    pub member: MemberId,
    /// By whom, on which device, when, compared or not.
    pub admitted: Admitted,
    /// This person has not seen it yet.
    pub new: bool,
}

impl Workspace {
    /// Fixes a request, and makes the challenge that its newcomer is to answer.
    ///
    /// # Errors
    /// [`Error::Rule`] for anybody but an admin, and for a device or person that is known.
    pub fn challenge_newcomer(
        &mut self,
        request: &JoinRequest,
        cx: &mut Cx<'_>,
    ) -> Result<Challenge, Error> {
        self.write(|session| {
            session.may_admit(request)?;
            let fixed = request.fixed();
            make_challenge(session.tx, Fixed::Request, fixed, cx)
        })
    }

    /// The digits that answer a newcomer's challenge: they say which association and which admin
    /// let this member in, on which device.
    ///
    /// # Errors
    /// [`Error::Rule`] on any device but the one that let the member in.
    pub fn answer_newcomer(&self, member: MemberId, challenge: Challenge) -> Result<String, Error> {
        Ok(self.admin_of(member)?.derive_answer(challenge))
    }

    /// What the newcomer's camera reads from this device, see [`Workspace::answer_newcomer`].
    pub fn admin_of(&self, member: MemberId) -> Result<Subject, Error> {
        let me = &self.state.me;
        let mut devices = self.state.association.devices();
        let let_in = devices.find(|(_, seen)| {
            let admitted = seen.admitted.as_ref();
            seen.members.contains(&member)
                && admitted.is_some_and(|by| (by.by, by.on) == (me.member, me.device))
        });
        let (newcomer, _) = let_in.ok_or(Error::Rule(
            "only the device that let a member in answers their challenge",
        ))?;
        Ok(Subject::derive_admin(&AdminSide {
            ws: self.state.ws,
            id: me.sign.verify_key(),
            kx: crate::seal::derive_public(&me.kx)?,
            member: me.member,
            sign: me.member_sign.verify_key(),
            newcomer,
            person: member,
        }))
    }

    /// The newcomer's answer to an admin's challenge, about the request that was made last.
    ///
    /// # Errors
    /// [`Error::NotFound`] where no request was made.
    pub fn answer_admin(store: &mut Store, challenge: Challenge) -> Result<String, Error> {
        let row = store.transact(Durability::Normal, |tx| {
            Ok::<_, Error>(tx.get_row(PAIRING, b"", REQUEST)?)
        })?;
        let row = row.ok_or(Error::NotFound("request to join on this device"))?;
        Ok(JoinRequest::read(&row)?.subject().derive_answer(challenge))
    }
}

impl Session<'_, '_> {
    /// Every device that was let in, the latest last.
    pub fn admissions(&mut self) -> Result<Vec<Admission>, Error> {
        let seen = self.seen()?;
        let me = &self.state.me;
        let known = self.state.association.devices();
        let mut all: Vec<Admission> = known
            .filter_map(|(device, state)| {
                let admitted = state.admitted.clone()?;
                let own =
                    device == me.device || (admitted.by, admitted.on) == (me.member, me.device);
                Some(Admission {
                    device,
                    member: *state.members.first()?,
                    new: !own && !seen.contains(&device),
                    admitted,
                })
            })
            .collect();
        all.sort_by_key(|admission| (admission.admitted.at, admission.device));
        Ok(all)
    }

    /// Notes that this person has seen every admission there is.
    pub fn see_admissions(&mut self) -> Result<(), Error> {
        let devices = self.state.association.devices();
        let seen: Vec<DeviceId> = devices.map(|(device, _)| device).take(SEEN_MAX).collect();
        let mut row = Writer::new();
        DeviceId::put_list(&seen, &mut row);
        self.tx
            .put_row(&Scope::Member, ADMISSIONS, b"", SEEN, &row.finish())?;
        Ok(())
    }

    fn seen(&mut self) -> Result<BTreeSet<DeviceId>, Error> {
        let Some(row) = self.tx.get_row(ADMISSIONS, b"", SEEN)? else {
            return Ok(BTreeSet::new());
        };
        let mut reader = Reader::new(&row);
        let seen: Vec<DeviceId> = reader
            .list(SEEN_MAX, "seen admissions")
            .map_err(|_| broken())?;
        Ok(seen.into_iter().collect())
    }
}

/// Makes the challenge to what is fixed here, in the place of an earlier one.
pub(super) fn make_challenge(
    tx: &mut Tx<'_>,
    side: Fixed,
    fixed: Hash32,
    cx: &mut Cx<'_>,
) -> Result<Challenge, Error> {
    let waiting = tx.list_rows(PAIRING, side.parent())?;
    if waiting.len() >= WAITING_MAX {
        let made = |row: &[u8]| Waiting::decode(row).map_or(0, |waiting| waiting.made_ms);
        if let Some((oldest, _)) = waiting.iter().min_by_key(|(_, row)| made(row)) {
            tx.delete_row(PAIRING, side.parent(), oldest)?;
        }
    }
    let challenge = Challenge::make(cx.rng);
    let row = Waiting {
        challenge,
        wrong: 0,
        made_ms: u64::try_from(cx.now.timestamp_millis()).unwrap_or(0),
    };
    put(tx, side, fixed, &row)?;
    Ok(challenge)
}

/// Judges what a person has in hand about what is fixed here. A wrong answer is counted in a
/// transaction of its own; the third ends the challenge, and so does [`forget_challenge`].
pub(super) fn judge(
    tx: &mut Tx<'_>,
    side: Fixed,
    fixed: Hash32,
    subject: &Subject,
    proof: &Proof,
) -> Result<Result<Compared, &'static str>, Error> {
    let typed = match proof {
        Proof::Nothing => return Ok(Ok(Compared::Not)),
        Proof::Scanned(read) if subject.is_scanned(read)? => return Ok(Ok(Compared::Scanned)),
        Proof::Scanned(_) => {
            return Ok(Err(
                "what was scanned belongs to another file: do not use it",
            ));
        }
        Proof::Answer(typed) => typed,
    };
    let Some(row) = tx.get_row(PAIRING, side.parent(), fixed.as_bytes())? else {
        return Ok(Err(
            "no challenge waits for this file on this device: make one first",
        ));
    };
    let waiting = Waiting::decode(&row).map_err(|_| broken())?;
    if subject.is_answered(waiting.challenge, typed)? {
        return Ok(Ok(Compared::Spoken));
    }
    let wrong = waiting.wrong + 1;
    if wrong >= WRONG_ANSWERS_MAX {
        forget_challenge(tx, side, fixed)?;
        return Ok(Err("three wrong answers: make a new challenge"));
    }
    put(tx, side, fixed, &Waiting { wrong, ..waiting })?;
    Ok(Err("the six digits are wrong: nothing was admitted"))
}

/// Ends a challenge: each is answered rightly once.
pub(super) fn forget_challenge(tx: &mut Tx<'_>, side: Fixed, fixed: Hash32) -> Result<(), Error> {
    tx.delete_row(PAIRING, side.parent(), fixed.as_bytes())?;
    Ok(())
}

/// Keeps the newcomer's own request, which their answers are about.
pub(super) fn keep_request(tx: &mut Tx<'_>, request: &JoinRequest) -> Result<(), Error> {
    tx.put_row(&Scope::Device, PAIRING, b"", REQUEST, &request.write())?;
    Ok(())
}

fn put(tx: &mut Tx<'_>, side: Fixed, fixed: Hash32, row: &Waiting) -> Result<(), Error> {
    let bytes = row.encode();
    tx.put_row(
        &Scope::Device,
        PAIRING,
        side.parent(),
        fixed.as_bytes(),
        &bytes,
    )?;
    Ok(())
}

fn broken() -> Error {
    Error::Internal("a row of pairing does not read")
}

impl Wire for Waiting {
    fn put(&self, w: &mut Writer) {
        let Self {
            challenge,
            wrong,
            made_ms,
        } = self;
        challenge.number().put(w);
        wrong.put(w);
        made_ms.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad = r.error("challenge");
        Ok(Self {
            challenge: Challenge::of_number(u32::take(r)?).ok_or(bad)?,
            wrong: u8::take(r)?,
            made_ms: Wire::take(r)?,
        })
    }
}
