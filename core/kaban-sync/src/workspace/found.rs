//! How a device comes in: it founds an association, or asks to join and is let in.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kaban_model::people::Role;
use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::{Header, Kind};
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId, WorkspaceId};
use kaban_proto::membership::RecordLog;
use kaban_proto::random::bytes;
use kaban_proto::record::{Clear, DeviceKeys, Rights, genesis_workspace};
use kaban_proto::sign::{Signature, SigningKey, VerifyKey};
use kaban_vault::kbox::Key;
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Scope, Store, Tx};
use serde::{Deserialize, Serialize};

use super::epochs::FIRST;
use super::{Carry, Cx, Me, Session, State, Workspace};
use crate::acts::{Act, MemberInfo, Statement};
use crate::association::Association;
use crate::error::Error;
use crate::file::{self, Content, FileKind};
use crate::group::Group;
use crate::hex::Bytes32;
use crate::hlc::Hlc;
use crate::seal::{derive_public, make_keypair};

const DEVICE: &str = "device";
const PREKEYS: &str = "prekey";
const REQUEST_DOMAIN: &str = "kaban/join/1";
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

/// The secrets of this device, made once.
struct Identity {
    id: Key,
    kx: Key,
    transport: Key,
    joined: Option<(WorkspaceId, Vec<u8>)>,
    /// Lease prekey: the name of its lease; the private half lies under the lease's alias.
    lease: [u8; 16],
    lease_public: [u8; 32],
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
    /// The sealed file to carry back.
    pub grant: Vec<u8>,
}

impl JoinRequest {
    /// Reads a request and checks its signature.
    ///
    /// # Errors
    /// [`Error::Malformed`], saying what is wrong.
    pub fn read(text: &[u8]) -> Result<Self, Error> {
        let wrong = |what: &str| Error::Malformed { what: format!("the request to join {what}") };
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
            .verify(REQUEST_DOMAIN, &[&request.signed_bytes()], &request.signature)
            .map_err(|_| wrong("was changed after it was made"))?;
        Ok(request)
    }

    /// The file's text.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a request has string keys only")
    }

    /// What both sides turn into the six digits that are compared by voice.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let unsigned = Self { signature: Signature::from_bytes([0; 64]), ..self.clone() };
        Hash32::of(&serde_json::to_vec(&unsigned).expect("a request has string keys only"))
            .as_bytes()
            .to_vec()
    }

    fn keys(&self, rights: Rights) -> DeviceKeys {
        DeviceKeys { id: self.id, kx: self.kx.0, transport: self.transport, rights }
    }
}

impl Workspace {
    /// Founds an association on an unlocked store that has none.
    ///
    /// # Errors
    /// [`Error::AlreadyJoined`].
    pub fn found(mut store: Store, founder: &Founder, cx: &mut Cx<'_>) -> Result<Self, (Store, Error)> {
        let prepared = prepare(&mut store, cx).and_then(|(identity, secrets)| {
            store.transact(Durability::Full, |tx| found(tx, &identity, &secrets, founder, cx))
        });
        match prepared {
            Ok(()) => Self::open(store),
            Err(error) => Err((store, error)),
        }
    }

    /// Lets a device and its person in, and seals them what they need to begin.
    pub fn admit(&mut self, request: &JoinRequest, cx: &mut Cx<'_>) -> Result<Enrolment, Error> {
        let rights = rights_of(&request.member.role);
        self.write(|session| {
            let keys = request.keys(rights);
            let device = keys.device_id();
            let known = session.state.association.member(request.member.id).is_some();
            if known || session.state.log.devices().contains_key(&device) {
                return Err(Error::Rule("this device or person is in the association already"));
            }
            let enrol = Act::Enrol {
                member: request.member.clone(),
                device,
                lease: request.lease,
                lease_id: request.lease_id,
            };
            session.append_record(cx, Clear::AddDevice(keys), vec![enrol])?;
            for group in [Group::Members, Group::Doctors, Group::Office] {
                if !session.state.association.members_of(group).is_empty() {
                    session.ensure_group(cx, group)?;
                }
            }
            let grant = session.seal_grant(request, device, cx)?;
            Ok(Enrolment { device, member: request.member.id, grant })
        })
    }

    /// Takes an admin's answer: from here on the device belongs to the association.
    ///
    /// # Errors
    /// [`Error::ForSomebodyElse`] if the file was sealed to another device,
    /// [`Error::Malformed`] if it is damaged.
    pub fn join(mut store: Store, grant: &[u8], cx: &mut Cx<'_>) -> Result<Self, (Store, Error)> {
        let taken = prepare(&mut store, cx).and_then(|(mut identity, _)| {
            let device = identity.keys(Rights::NONE)?.device_id();
            let opened = file::open(grant, FileKind::Grant, device, &mut |_| Ok(identity.kx.duplicate()))?;
            identity.joined = Some((opened.ws, opened.content.note.clone()));
            store.transact(Durability::Full, |tx| save_identity(tx, &identity))?;
            Ok(opened)
        });
        let opened = match taken {
            Ok(opened) => opened,
            Err(error) => return Err((store, error)),
        };
        let mut workspace = Self::open(store)?;
        let envelopes = opened.content.envelopes.clone();
        let outcome = workspace.ingest(envelopes, Carry::Nothing, cx).and_then(|_| {
            let me = workspace.member();
            let known = workspace.association().is_active(me);
            let sender = workspace.state.log.devices().get(&opened.from).map(|state| state.keys.id);
            let signed = sender.is_some_and(|key| opened.is_signed_by(&key));
            if known && signed {
                Ok(())
            } else {
                Err(Error::Malformed { what: "the grant does not let this device in".to_owned() })
            }
        });
        match outcome {
            Ok(()) => Ok(workspace),
            Err(error) => {
                let mut store = workspace.into_store();
                let _ = store.transact(Durability::Full, |tx| forget_workspace(tx));
                Err((store, error))
            }
        }
    }

    /// What this device shows to be let in; made again with the same keys each time.
    pub fn request_to_join(store: &mut Store, person: &Person, cx: &mut Cx<'_>) -> Result<JoinRequest, Error> {
        let (identity, secrets) = prepare(store, cx)?;
        let id = SigningKey::from_seed(*identity.id.expose());
        let mut request = JoinRequest {
            kaban_join: 1,
            member: member_info(&secrets, person)?,
            id: id.verify_key(),
            kx: Bytes32(derive_public(&identity.kx)?),
            transport: SigningKey::from_seed(*identity.transport.expose()).verify_key(),
            lease: Bytes32(identity.lease_public),
            lease_id: DocTag::from_bytes(identity.lease),
            signature: Signature::from_bytes([0; 64]),
        };
        request.signature = id.sign(REQUEST_DOMAIN, &[&request.signed_bytes()]);
        Ok(request)
    }
}

/// Whether the store belongs to an association.
pub fn has_joined(store: &mut Store) -> Result<bool, Error> {
    store.transact(Durability::Normal, |tx| {
        Ok(read_identity(tx)?.is_some_and(|identity| identity.joined.is_some()))
    })
}

fn rights_of(role: &Role) -> Rights {
    match role {
        Role::Office => Rights::ALL,
        Role::Doctor => Rights::SUSPEND,
        _ => Rights::NONE,
    }
}

impl Session<'_, '_> {
    fn seal_grant(&mut self, request: &JoinRequest, device: DeviceId, cx: &mut Cx<'_>) -> Result<Vec<u8>, Error> {
        let mut envelopes = super::send::applied(self.tx, DocTag::RECORDS)?;
        for group in [Group::Members, Group::Doctors, Group::Office] {
            envelopes.extend(super::send::applied(self.tx, self.state.group_tag(group))?);
        }
        let content = Content { note: self.state.tag_key.clone(), envelopes };
        let me = &self.state.me;
        let to = file::Recipient { device, key: request.kx.0, lease: None };
        file::seal(FileKind::Grant, self.state.ws, me.device, &me.sign, &to, &content, cx.rng)
    }

    /// Puts a fresh lease prekey in the place of one that was used up or withdrawn.
    pub(crate) fn use_prekey(&mut self, fresh: &Prekey) -> Result<Act, Error> {
        let mut identity = read_identity(self.tx)?.ok_or(Error::NotJoined)?;
        identity.lease = fresh.lease;
        identity.lease_public = fresh.public;
        save_identity(self.tx, &identity)?;
        self.tx.put_row(&Scope::Device, PREKEYS, b"", &fresh.lease, &fresh.wrapped)?;
        Ok(Act::Prekey {
            device: self.state.me.device,
            lease: Bytes32(fresh.public),
            lease_id: DocTag::from_bytes(fresh.lease),
        })
    }

    /// The name of this device's present lease prekey.
    pub(crate) fn prekey_lease(&mut self) -> Result<[u8; 16], Error> {
        Ok(read_identity(self.tx)?.ok_or(Error::NotJoined)?.lease)
    }
}

/// What this device holds the bag under, from ACCEPT or TAKE until the bag is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// The name of the keystore key.
    pub id: [u8; 16],
    /// The link of the chain of duty that began it.
    pub link: Hash32,
}

impl Wire for Lease {
    fn put(&self, w: &mut Writer) {
        self.id.put(w);
        self.link.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: Wire::take(r)?, link: Wire::take(r)? })
    }
}

/// A lease prekey that has been made and not been published yet.
pub(crate) struct Prekey {
    pub lease: [u8; 16],
    pub public: [u8; 32],
    wrapped: Vec<u8>,
}

impl Prekey {
    /// Makes the lease's alias in the keystore and a pair whose private half lies under it.
    pub(crate) fn make(store: &mut Store, cx: &mut Cx<'_>) -> Result<Self, Error> {
        let lease: [u8; 16] = bytes(cx.rng);
        let (private, public) = make_keypair(cx.rng);
        store.create_lease_alias(&lease)?;
        let wrapped = store.wrap_under_lease(&lease, private.expose(), b"prekey")?;
        Ok(Self { lease, public, wrapped })
    }

    /// The private half of a lease prekey of this device, while its alias exists.
    pub(crate) fn private(store: &mut Store, lease: [u8; 16]) -> Result<Key, Error> {
        let row = store.transact(Durability::Normal, |tx| Ok::<_, Error>(tx.get_row(PREKEYS, b"", &lease)?))?;
        let wrapped = row.ok_or(Error::ForSomebodyElse("the offer is sealed to a lease this device does not have"))?;
        let private = store.unwrap_under_lease(&lease, &wrapped, b"prekey")?;
        Key::from_slice(&private).ok_or(Error::Internal("a prekey of a wrong size"))
    }
}

fn member_info(secrets: &SlotSecrets, person: &Person) -> Result<MemberInfo, Error> {
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

/// The identity of an unlocked store that belongs to no association yet; made if it is new.
fn prepare(store: &mut Store, cx: &mut Cx<'_>) -> Result<(Identity, SlotSecrets), Error> {
    let secrets = store.secrets()?.duplicate();
    let known = store.transact(Durability::Normal, |tx| read_identity(tx))?;
    let identity = match known {
        Some(identity) => identity,
        None => {
            let prekey = Prekey::make(store, cx)?;
            let identity = Identity {
                id: Key::make(cx.rng),
                kx: make_keypair(cx.rng).0,
                transport: Key::make(cx.rng),
                joined: None,
                lease: prekey.lease,
                lease_public: prekey.public,
            };
            store.transact(Durability::Full, |tx| {
                save_identity(tx, &identity)?;
                tx.put_row(&Scope::Device, PREKEYS, b"", &prekey.lease, &prekey.wrapped)?;
                Ok::<_, Error>(())
            })?;
            identity
        }
    };
    if identity.joined.is_some() {
        return Err(Error::AlreadyJoined);
    }
    Ok((identity, secrets))
}

fn found(
    tx: &mut Tx<'_>,
    identity: &Identity,
    secrets: &SlotSecrets,
    founder: &Founder,
    cx: &mut Cx<'_>,
) -> Result<(), Error> {
    let tag_key: [u8; 32] = bytes(cx.rng);
    let keys = identity.keys(Rights::ALL)?;
    let device = keys.device_id();
    let clear = Clear::Found { device: keys, relay: None };
    let acts = vec![
        Act::Found {
            name: founder.association.clone(),
            tag_key: crate::hex::HexBytes(tag_key.to_vec()),
            founder: member_info(secrets, &founder.person)?,
            device,
        },
        Act::Prekey {
            device,
            lease: Bytes32(identity.lease_public),
            lease_id: DocTag::from_bytes(identity.lease),
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
    let joined = Identity { joined: Some((header.ws, tag_key.to_vec())), ..identity.duplicate() };
    save_identity(tx, &joined)?;
    let mut state = load_identity(tx, secrets)?;
    let mut session = Session { tx, state: &mut state };
    session.insert_record(&header, Vec::new(), clear, sealed, statement)?;
    let tag = session.state.group_tag(Group::Members);
    session.store_group_key(Group::Members, tag, FIRST, &private)?;
    session.publish_group_epoch(cx, Group::Members, private, public)?;
    Ok(())
}

pub(super) fn load_identity(tx: &mut Tx<'_>, secrets: &SlotSecrets) -> Result<State, Error> {
    let identity = read_identity(tx)?.ok_or(Error::NotJoined)?;
    let (ws, tag_key) = identity.joined.clone().ok_or(Error::NotJoined)?;
    let me = Me {
        device: identity.keys(Rights::NONE)?.device_id(),
        sign: SigningKey::from_seed(*identity.id.expose()),
        kx: identity.kx.duplicate(),
        transport: SigningKey::from_seed(*identity.transport.expose()),
        member: secrets.member,
        member_sign: SigningKey::from_seed(*secrets.sign_seed.expose()),
        member_kx: secrets.kx.duplicate(),
    };
    let lease = tx.get_row(DEVICE, b"", b"lease")?;
    let hlc = tx.get_row(DEVICE, b"", b"hlc")?;
    let mut state = State {
        me,
        ws,
        log: RecordLog::new(ws),
        statements: BTreeMap::new(),
        association: Rc::new(Association::default()),
        at_head: RefCell::new(BTreeMap::new()),
        signed: RefCell::new(BTreeSet::new()),
        tags: BTreeMap::new(),
        group_tags: BTreeMap::new(),
        hlc: hlc
            .and_then(|bytes| Some(Hlc::from_bits(u64::from_be_bytes(bytes.as_slice().try_into().ok()?))))
            .unwrap_or_default(),
        tag_key,
        lease: lease.and_then(|bytes| Lease::decode(&bytes).ok()),
        read_again: false,
    };
    // An erasure that was cut short has destroyed the key already: the bag is gone.
    if let Some(lease) = state.lease
        && !tx.has_scope(&Scope::Bag(lease.id))?
    {
        state.lease = None;
    }
    state.index_tags();
    Ok(state)
}

impl Session<'_, '_> {
    /// Notes under which lease this device holds the bag, or that it holds none.
    pub(crate) fn set_lease(&mut self, lease: Option<Lease>) -> Result<(), Error> {
        match lease {
            Some(lease) => self.tx.put_row(&Scope::Device, DEVICE, b"", b"lease", &lease.encode())?,
            None => {
                self.tx.delete_row(DEVICE, b"", b"lease")?;
            }
        }
        self.state.lease = lease;
        Ok(())
    }

    pub(super) fn tick(&mut self, cx: &Cx<'_>) -> Result<Hlc, Error> {
        self.state.hlc = Hlc::next(self.state.hlc, cx.now.timestamp_millis());
        let bits = self.state.hlc.bits().to_be_bytes();
        self.tx.put_row(&Scope::Device, DEVICE, b"", b"hlc", &bits)?;
        Ok(self.state.hlc)
    }
}

fn read_identity(tx: &mut Tx<'_>) -> Result<Option<Identity>, Error> {
    let row = tx.get_row(DEVICE, b"", b"identity")?;
    row.map(|bytes| {
        Identity::decode(&bytes).map_err(|_| Error::Internal("the identity row does not read"))
    })
    .transpose()
}

fn save_identity(tx: &mut Tx<'_>, identity: &Identity) -> Result<(), Error> {
    let bytes = zeroize::Zeroizing::new(identity.encode());
    tx.put_row(&Scope::Device, DEVICE, b"", b"identity", &bytes)?;
    Ok(())
}

fn forget_workspace(tx: &mut Tx<'_>) -> Result<(), Error> {
    let mut identity = read_identity(tx)?.ok_or(Error::NotJoined)?;
    identity.joined = None;
    save_identity(tx, &identity)
}

impl Identity {
    fn keys(&self, rights: Rights) -> Result<DeviceKeys, Error> {
        Ok(DeviceKeys {
            id: SigningKey::from_seed(*self.id.expose()).verify_key(),
            kx: derive_public(&self.kx)?,
            transport: SigningKey::from_seed(*self.transport.expose()).verify_key(),
            rights,
        })
    }

    fn duplicate(&self) -> Self {
        Self {
            id: self.id.duplicate(),
            kx: self.kx.duplicate(),
            transport: self.transport.duplicate(),
            joined: self.joined.clone(),
            lease: self.lease,
            lease_public: self.lease_public,
        }
    }
}

impl Wire for Identity {
    fn put(&self, w: &mut Writer) {
        self.id.expose().put(w);
        self.kx.expose().put(w);
        self.transport.expose().put(w);
        self.joined.is_some().put(w);
        if let Some((ws, tag_key)) = &self.joined {
            ws.put(w);
            w.bytes(tag_key);
        }
        self.lease.put(w);
        self.lease_public.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: Key::from_bytes(Wire::take(r)?),
            kx: Key::from_bytes(Wire::take(r)?),
            transport: Key::from_bytes(Wire::take(r)?),
            joined: if bool::take(r)? {
                Some((Wire::take(r)?, r.bytes(64, "tag key")?.to_vec()))
            } else {
                None
            },
            lease: Wire::take(r)?,
            lease_public: Wire::take(r)?,
        })
    }
}
