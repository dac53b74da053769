//! The newcomer's side: a device asks to be let in, challenges the grant that comes back, and takes
//! it or leaves it.

use std::convert::Infallible;

use kaban_proto::ids::{DocTag, Hash32};
use kaban_proto::record::Rights;
use kaban_proto::sign::{Signature, SigningKey};
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Store, Tx};

use super::found::{JoinRequest, Person, REQUEST_DOMAIN, member_info};
use super::identity::{Identity, prepare, read_identity, save_identity};
use super::lease_rows::ensure_next;
use super::pairing::{Fixed, forget_challenge, judge, keep_request, make_challenge};
use super::{Carry, Cx, Session, State, Workspace};
use crate::acts::MemberInfo;
use crate::error::Error;
use crate::file::{self, FileKind};
use crate::hex::Bytes32;
use crate::pairing::{AdminSide, Challenge, Proof, Subject};
use crate::seal::derive_public;

/// What a grant says about who gave it, before anything of it is believed.
pub struct Granted {
    /// Name of the association.
    pub association: String,
    /// The admin.
    pub admin: MemberInfo,
    /// What the admin's device has to prove to be.
    pub subject: Subject,
}

/// A device that has a grant in hand and does not belong to the association yet.
struct Newcomer {
    identity: Identity,
    secrets: SlotSecrets,
    opened: file::Opened,
    fixed: Hash32,
}

/// How a transaction ends that only looks.
enum Looked {
    Seen(Box<Granted>),
    Failed(Error),
}

impl Workspace {
    /// What this device shows to be let in; made again with the same keys each time.
    pub fn request_to_join(
        store: &mut Store,
        person: &Person,
        cx: &mut Cx<'_>,
    ) -> Result<JoinRequest, Error> {
        let (identity, secrets) = prepare(store, cx)?;
        let next = ensure_next(store, cx)?;
        let id = SigningKey::from_seed(*identity.id.expose());
        let mut request = JoinRequest {
            kaban_join: 1,
            member: member_info(&secrets, person)?,
            id: id.verify_key(),
            kx: Bytes32(derive_public(&identity.kx)?),
            transport: SigningKey::from_seed(*identity.transport.expose()).verify_key(),
            lease: Bytes32(next.public),
            lease_id: DocTag::from_bytes(next.id),
            signature: Signature::from_bytes([0; 64]),
        };
        request.signature = id.sign(REQUEST_DOMAIN, &[request.fixed().as_bytes()]);
        store.transact(Durability::Full, |tx| keep_request(tx, &request))?;
        Ok(request)
    }

    /// Takes an admin's answer: from here on the device belongs to the association. An answer has
    /// to be that to the challenge of [`Workspace::challenge_admin`].
    ///
    /// # Errors
    /// [`Error::ForSomebodyElse`] if the file was sealed to another device, [`Error::Malformed`] if
    /// it is damaged, [`Error::Rule`] for a proof that is not the admin's; nothing of it stays.
    pub fn join(
        mut store: Store,
        grant: &[u8],
        proof: &Proof,
        cx: &mut Cx<'_>,
    ) -> Result<Self, Error> {
        let newcomer = Newcomer::open(&mut store, grant, cx)?;
        if *proof != Proof::Nothing {
            let subject = newcomer.look(&mut store, cx)?.subject;
            let judged = store.transact(Durability::Full, |tx| {
                judge(tx, Fixed::Grant, newcomer.fixed, &subject, proof)
            })?;
            judged.map_err(Error::Rule)?;
        }
        store.transact(Durability::Full, |tx| {
            newcomer.enter(tx, cx)?;
            forget_challenge(tx, Fixed::Grant, newcomer.fixed)
        })?;
        Self::open(store)
    }

    /// Fixes a grant, says who gave it, and makes the challenge that the admin is to answer. The
    /// device belongs to no association yet.
    pub fn challenge_admin(
        store: &mut Store,
        grant: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(Granted, Challenge), Error> {
        let newcomer = Newcomer::open(store, grant, cx)?;
        let granted = newcomer.look(store, cx)?;
        let challenge = store.transact(Durability::Full, |tx| {
            make_challenge(tx, Fixed::Grant, newcomer.fixed, cx)
        })?;
        Ok((granted, challenge))
    }
}

/// Whether the store belongs to an association.
pub fn has_joined(store: &mut Store) -> Result<bool, Error> {
    store.transact(Durability::Normal, |tx| {
        Ok(read_identity(tx)?.is_some_and(|identity| identity.joined.is_some()))
    })
}

impl From<kaban_vault::Error> for Looked {
    fn from(error: kaban_vault::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Newcomer {
    fn open(store: &mut Store, grant: &[u8], cx: &mut Cx<'_>) -> Result<Self, Error> {
        let (identity, secrets) = prepare(store, cx)?;
        let device = identity.keys(Rights::NONE)?.device_id();
        let kx = identity.kx.duplicate();
        let opened = file::open(grant, FileKind::Grant, device, &mut |_| Ok(kx.duplicate()))?;
        Ok(Self {
            identity,
            secrets,
            opened,
            fixed: Hash32::of(grant),
        })
    }

    /// Who gave the grant. It is taken in to be read, and nothing of it stays.
    fn look(&self, store: &mut Store, cx: &mut Cx<'_>) -> Result<Granted, Error> {
        let looked = store.transact(Durability::Full, |tx| {
            Err::<Infallible, _>(match self.enter(tx, cx) {
                Ok(granted) => Looked::Seen(Box::new(granted)),
                Err(error) => Looked::Failed(error),
            })
        });
        match looked {
            Err(Looked::Seen(granted)) => Ok(*granted),
            Err(Looked::Failed(error)) => Err(error),
        }
    }

    fn enter(&self, tx: &mut Tx<'_>, cx: &mut Cx<'_>) -> Result<Granted, Error> {
        let content = &self.opened.content;
        let joined = Identity {
            joined: Some((self.opened.ws, content.note.clone())),
            ..self.identity.duplicate()
        };
        save_identity(tx, &joined)?;
        let mut state = State::load(tx, &self.secrets)?;
        let mut session = Session {
            tx,
            state: &mut state,
        };
        session.ingest(content.envelopes.clone(), Carry::Nothing, cx)?;
        // The grant holds every record and key period there is: what none of them opens stays shut.
        session.settle_unread(cx)?;
        session.see_admissions()?;
        session.granted_by(&self.opened)
    }
}

impl Session<'_, '_> {
    /// Who let this device in, by the records of a grant, if it is they who made the file.
    fn granted_by(&self, opened: &file::Opened) -> Result<Granted, Error> {
        let (me, association) = (&self.state.me, &self.state.association);
        let sender = self.state.log.devices().get(&opened.from);
        let sender = sender.filter(|state| opened.is_signed_by(&state.keys.id));
        let admitted = association.device(me.device).and_then(|seen| {
            let admitted = seen.admitted.as_ref();
            admitted.filter(|by| by.on == opened.from && association.is_active(me.member))
        });
        let admin = admitted.and_then(|by| association.member(by.by));
        let (Some(sender), Some(admin)) = (sender, admin) else {
            return Err(Error::Malformed {
                what: "the grant does not let this device in".to_owned(),
            });
        };
        let subject = Subject::derive_admin(&AdminSide {
            ws: self.state.ws,
            id: sender.keys.id,
            kx: sender.keys.kx,
            member: admin.id,
            sign: admin.sign,
            newcomer: me.device,
            person: me.member,
        });
        Ok(Granted {
            association: association.name().to_owned(),
            admin: admin.clone(),
            subject,
        })
    }
}
