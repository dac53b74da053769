//! How an association begins, and how an admin lets a device in.

use kaban_model::people::Role;
use kaban_proto::envelope::{Header, Kind};
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId, WorkspaceId};
use kaban_proto::random::bytes;
use kaban_proto::record::{Clear, DeviceKeys, Rights, genesis_workspace};
use kaban_proto::sign::{Signature, SigningKey, VerifyKey};
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Store, Tx};
use serde::{Deserialize, Serialize};

use super::epochs::FIRST;
use super::identity::{Identity, load_identity, prepare, save_identity};
use super::lease_rows::{NextLease, ensure_next};
use super::pairing::{Fixed, forget_challenge, judge};
use super::{Cx, Session, Workspace};
use crate::acts::{Act, MemberInfo, Statement};
use crate::error::Error;
use crate::file::{self, Content, FileKind};
use crate::group::Group;
use crate::hex::Bytes32;
use crate::pairing::{Compared, Proof, Subject};
use crate::seal::{derive_public, make_keypair};

pub(super) const REQUEST_DOMAIN: &str = "kaban/join/1";
/// Most bytes of a request to join.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// Who founds an association.
#[derive(Clone, Debug)]
pub struct Founder {
    /// Name of the association.
    pub association: String,
    /// The first person.
    pub person: Person,
}

/// A person as they introduce themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Name as written.
    pub name: String,
    /// Reading in kana.
    pub kana: String,
    /// What they are.
    pub role: Role,
    /// Number to call.
    pub phone: String,
}

/// What a new device asks to be let in with; a person carries it to an admin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// Version of the format.
    pub kaban_join: u32,
    /// The person.
    pub member: MemberInfo,
    /// The device's identity key.
    pub id: VerifyKey,
    /// The device's key exchange key.
    pub kx: Bytes32,
    /// The device's transport key.
    pub transport: VerifyKey,
    /// Its lease prekey and the lease's name.
    pub lease: Bytes32,
    /// See `lease`.
    pub lease_id: DocTag,
    /// The device's signature over everything above.
    pub signature: Signature,
}

/// An admin's answer.
pub struct Enrolment {
    /// The device that was let in.
    pub device: DeviceId,
    /// The person.
    pub member: MemberId,
    /// Whether the newcomer's keys were compared.
    pub compared: Compared,
    /// The sealed file to carry back.
    pub grant: Vec<u8>,
}

impl JoinRequest {
    /// Reads a request and checks its signature.
    ///
    /// # Errors
    /// [`Error::Malformed`], saying what is wrong.
    pub fn read(text: &[u8]) -> Result<Self, Error> {
        let wrong = |what: &str| Error::Malformed {
            what: format!("the request to join {what}"),
        };
        if text.len() > REQUEST_BYTES_MAX {
            return Err(wrong("is too large"));
        }
        let request: Self =
            serde_json::from_slice(text).map_err(|_| wrong("is damaged or something else"))?;
        if request.kaban_join != 1 {
            return Err(wrong("is from a newer version"));
        }
        request
            .id
            .verify(
                REQUEST_DOMAIN,
                &[request.fixed().as_bytes()],
                &request.signature,
            )
            .map_err(|_| wrong("was changed after it was made"))?;
        Ok(request)
    }

    /// The file's text.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a request has string keys only")
    }

    /// What the newcomer has to prove to be: everything that is signed.
    pub fn subject(&self) -> Subject {
        Subject::derive_newcomer(self.fixed())
    }

    /// Hash of everything that is signed: what is fixed by holding it.
    pub(super) fn fixed(&self) -> Hash32 {
        let unsigned = Self {
            signature: Signature::from_bytes([0; 64]),
            ..self.clone()
        };
        Hash32::of(&serde_json::to_vec(&unsigned).expect("a request has string keys only"))
    }

    fn keys(&self, rights: Rights) -> DeviceKeys {
        DeviceKeys {
            id: self.id,
            kx: self.kx.0,
            transport: self.transport,
            rights,
        }
    }
}

impl Workspace {
    /// Founds an association on an unlocked store that has none.
    ///
    /// # Errors
    /// [`Error::AlreadyJoined`].
    pub fn found(mut store: Store, founder: &Founder, cx: &mut Cx<'_>) -> Result<Self, Error> {
        let (identity, secrets) = prepare(&mut store, cx)?;
        let next = ensure_next(&mut store, cx)?;
        store.transact(Durability::Full, |tx| {
            found(tx, &identity, &secrets, next, founder, cx)
        })?;
        Self::open(store)
    }

    /// Lets a device and its person in, and seals them what they need to begin. An answer has to
    /// be that to the challenge of [`Workspace::challenge_newcomer`].
    ///
    /// # Errors
    /// [`Error::Rule`] for a proof that is not the newcomer's; then nothing is written but that it
    /// was wrong.
    pub fn admit(
        &mut self,
        request: &JoinRequest,
        proof: &Proof,
        cx: &mut Cx<'_>,
    ) -> Result<Enrolment, Error> {
        let rights = rights_of(&request.member.role);
        let fixed = request.fixed();
        let compared = self.write(|session| {
            session.may_admit(request)?;
            judge(session.tx, Fixed::Request, fixed, &request.subject(), proof)
        })?;
        let compared = compared.map_err(Error::Rule)?;
        self.write(|session| {
            let keys = request.keys(rights);
            let device = keys.device_id();
            let enrol = Act::Enrol {
                member: request.member.clone(),
                device,
                lease: request.lease,
                lease_id: request.lease_id,
                compared,
            };
            session.append_record(cx, Clear::AddDevice(keys), vec![enrol])?;
            for group in [Group::Members, Group::Doctors, Group::Office] {
                if !session.state.association.members_of(group).is_empty() {
                    session.ensure_group(cx, group)?;
                }
            }
            forget_challenge(session.tx, Fixed::Request, fixed)?;
            let grant = session.seal_grant(request, device, cx)?;
            Ok(Enrolment {
                device,
                member: request.member.id,
                compared,
                grant,
            })
        })
    }
}

fn rights_of(role: &Role) -> Rights {
    match role {
        Role::Office => Rights::ALL,
        Role::Doctor => Rights::SUSPEND,
        _ => Rights::NONE,
    }
}

impl Session<'_, '_> {
    /// Whether this person may let in who asks, before anybody is asked to compare anything.
    pub(super) fn may_admit(&self, request: &JoinRequest) -> Result<(), Error> {
        let device = request.keys(Rights::NONE).device_id();
        let association = &self.state.association;
        if !association.is_admin(self.state.me.member) {
            return Err(Error::Rule("enrols without the right to"));
        }
        let known = association.member(request.member.id).is_some();
        if known || self.state.log.devices().contains_key(&device) {
            return Err(Error::Rule(
                "this device or person is in the association already",
            ));
        }
        Ok(())
    }

    fn seal_grant(
        &mut self,
        request: &JoinRequest,
        device: DeviceId,
        cx: &mut Cx<'_>,
    ) -> Result<Vec<u8>, Error> {
        let mut envelopes = self.records();
        for group in [Group::Members, Group::Doctors, Group::Office] {
            envelopes.extend(super::send::applied(self.tx, self.state.group_tag(group))?);
        }
        let content = Content {
            note: self.state.tag_key.clone(),
            envelopes,
        };
        let me = &self.state.me;
        let to = file::Recipient {
            device,
            key: request.kx.0,
            lease: None,
        };
        file::seal(
            FileKind::Grant,
            self.state.ws,
            me.device,
            &me.sign,
            &to,
            &content,
            cx.rng,
        )
    }
}

pub(super) fn member_info(secrets: &SlotSecrets, person: &Person) -> Result<MemberInfo, Error> {
    Ok(MemberInfo {
        id: secrets.member,
        name: person.name.clone(),
        kana: person.kana.clone(),
        role: person.role.clone(),
        phone: person.phone.clone(),
        sign: SigningKey::from_seed(*secrets.sign_seed.expose()).verify_key(),
        kx: Bytes32(derive_public(&secrets.kx)?),
    })
}

fn found(
    tx: &mut Tx<'_>,
    identity: &Identity,
    secrets: &SlotSecrets,
    next: NextLease,
    founder: &Founder,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let tag_key: [u8; 32] = bytes(cx.rng);
    let keys = identity.keys(Rights::ALL)?;
    let device = keys.device_id();
    let clear = Clear::Found {
        device: keys,
        relay: None,
    };
    let acts = vec![
        Act::Found {
            name: founder.association.clone(),
            tag_key: crate::hex::HexBytes(tag_key.to_vec()),
            founder: member_info(secrets, &founder.person)?,
            device,
        },
        Act::Prekey {
            device,
            lease: Bytes32(next.public),
            lease_id: DocTag::from_bytes(next.id),
        },
    ];
    let statement = Statement { at: cx.now, acts };
    let (private, public) = make_keypair(cx.rng);
    let mut header = Header {
        kind: Kind::Record,
        ws: WorkspaceId::from_bytes([0; 16]),
        doc: DocTag::RECORDS,
        author: device,
        seq: 1,
        prev: Hash32::ZERO,
        epoch: FIRST,
        members_head: Hash32::ZERO,
    };
    let sealed = super::records::seal_statement(&private, &header, &statement, cx);
    header.ws = genesis_workspace(&clear, &sealed, &secrets.member);
    let joined = Identity {
        joined: Some((header.ws, tag_key.to_vec().into())),
        ..identity.duplicate()
    };
    save_identity(tx, &joined)?;
    let mut state = load_identity(tx, secrets)?;
    let mut session = Session {
        tx,
        state: &mut state,
    };
    session.insert_record(&header, Vec::new(), clear, sealed, statement)?;
    let tag = session.state.group_tag(Group::Members);
    session.store_group_key(Group::Members, tag, FIRST, &private)?;
    session.publish_group_epoch(cx, Group::Members, private, public)?;
    Ok(())
}
