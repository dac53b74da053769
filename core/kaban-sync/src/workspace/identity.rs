//! The secrets of a device, made once, and its lease prekeys: the keys an offer of duty is
//! sealed to, whose private halves die with the lease.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::ids::{DocTag, Hash32, WorkspaceId};
use kaban_proto::membership::RecordLog;
use kaban_proto::random::bytes;
use kaban_proto::record::{DeviceKeys, Rights};
use kaban_proto::sign::SigningKey;
use kaban_vault::kbox::Key;
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Scope, Store, Tx};

use super::{Cx, Me, Session, State};
use crate::acts::Act;
use crate::association::Association;
use crate::error::Error;
use crate::hex::Bytes32;
use crate::hlc::Hlc;
use crate::seal::{derive_public, make_keypair};

const DEVICE: &str = "device";
const PREKEYS: &str = "prekey";

/// The secrets of this device, made once.
pub(super) struct Identity {
    pub id: Key,
    pub kx: Key,
    pub transport: Key,
    pub joined: Option<(WorkspaceId, Vec<u8>)>,
    /// Lease prekey: the name of its lease; the private half lies under the lease's alias.
    pub lease: [u8; 16],
    pub lease_public: [u8; 32],
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
        Ok(Self {
            id: Wire::take(r)?,
            link: Wire::take(r)?,
        })
    }
}

/// A lease prekey that has been made and not been published yet.
pub(crate) struct Prekey {
    pub lease: [u8; 16],
    pub public: [u8; 32],
    wrapped: Vec<u8>,
}

impl super::Workspace {
    /// Leases and prekeys that are neither the present one nor offered to: left behind when power
    /// failed between a commit and the destruction of a key.
    pub(super) fn drop_old_leases(&mut self) -> Result<(), Error> {
        let held = self.state.lease.map(|lease| lease.id);
        let old = self.store.transact(Durability::Normal, |tx| {
            let offered = read_identity(tx)?.map(|identity| identity.lease);
            let mut known: BTreeSet<[u8; 16]> = BTreeSet::new();
            for scope in tx.scopes()? {
                if let Scope::Bag(lease) = scope {
                    known.insert(lease);
                }
            }
            for (lease, _) in tx.list_rows(PREKEYS, b"")? {
                known.extend(<[u8; 16]>::try_from(lease.as_slice()));
            }
            known.retain(|lease| Some(*lease) != held && Some(*lease) != offered);
            Ok::<_, Error>(known)
        })?;
        for lease in old {
            self.store.drop_scope(&Scope::Bag(lease))?;
            self.store.transact(Durability::Full, |tx| {
                Ok::<_, Error>(tx.delete_row(PREKEYS, b"", &lease)?)
            })?;
        }
        Ok(())
    }
}

impl Prekey {
    /// Makes the lease's alias in the keystore and a pair whose private half lies under it.
    pub(crate) fn make(store: &mut Store, cx: &mut Cx<'_>) -> Result<Self, Error> {
        let lease: [u8; 16] = bytes(cx.rng);
        let (private, public) = make_keypair(cx.rng);
        store.create_lease_alias(&lease)?;
        let wrapped = store.wrap_under_lease(&lease, private.expose(), b"prekey")?;
        Ok(Self {
            lease,
            public,
            wrapped,
        })
    }

    /// The private half of a lease prekey of this device, while its alias exists.
    pub(crate) fn private(store: &mut Store, lease: [u8; 16]) -> Result<Key, Error> {
        let row = store.transact(Durability::Normal, |tx| {
            Ok::<_, Error>(tx.get_row(PREKEYS, b"", &lease)?)
        })?;
        let wrapped = row.ok_or(Error::ForSomebodyElse(
            "the offer is sealed to a lease this device does not have",
        ))?;
        let private = store.unwrap_under_lease(&lease, &wrapped, b"prekey")?;
        Key::from_slice(&private).ok_or(Error::Internal("a prekey of a wrong size"))
    }
}

impl Session<'_, '_> {
    /// Puts a fresh lease prekey in the place of one that was used up or withdrawn.
    pub(crate) fn use_prekey(&mut self, fresh: &Prekey) -> Result<Act, Error> {
        let mut identity = read_identity(self.tx)?.ok_or(Error::NotJoined)?;
        identity.lease = fresh.lease;
        identity.lease_public = fresh.public;
        save_identity(self.tx, &identity)?;
        self.tx
            .put_row(&Scope::Device, PREKEYS, b"", &fresh.lease, &fresh.wrapped)?;
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

/// The identity of an unlocked store that belongs to no association yet; made if it is new.
pub(super) fn prepare(
    store: &mut Store,
    cx: &mut Cx<'_>,
) -> Result<(Identity, SlotSecrets), Error> {
    let secrets = store.secrets()?.duplicate();
    let known = store.transact(Durability::Normal, read_identity)?;
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
    if identity.joined.is_none() {
        return Ok((identity, secrets));
    }
    // Joining that was cut short has named an association that does not know this person: it can
    // be begun again.
    let known = store.transact(Durability::Normal, |tx| {
        let state = State::load(tx, &secrets)?;
        Ok::<_, Error>(state.association.is_active(state.me.member))
    });
    if matches!(known, Ok(true)) {
        return Err(Error::AlreadyJoined);
    }
    let mut identity = identity;
    identity.joined = None;
    Ok((identity, secrets))
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
        blank: BTreeSet::new(),
        association: Arc::new(Association::default()),
        at_head: RefCell::new(BTreeMap::new()),
        signed: RefCell::new(BTreeSet::new()),
        tags: BTreeMap::new(),
        group_tags: BTreeMap::new(),
        hlc: hlc
            .and_then(|bytes| {
                Some(Hlc::from_bits(u64::from_be_bytes(
                    bytes.as_slice().try_into().ok()?,
                )))
            })
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
            Some(lease) => {
                self.tx
                    .put_row(&Scope::Device, DEVICE, b"", b"lease", &lease.encode())?
            }
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
        self.tx
            .put_row(&Scope::Device, DEVICE, b"", b"hlc", &bits)?;
        Ok(self.state.hlc)
    }
}

pub(super) fn read_identity(tx: &mut Tx<'_>) -> Result<Option<Identity>, Error> {
    let row = tx.get_row(DEVICE, b"", b"identity")?;
    row.map(|bytes| {
        Identity::decode(&bytes).map_err(|_| Error::Internal("the identity row does not read"))
    })
    .transpose()
}

pub(super) fn save_identity(tx: &mut Tx<'_>, identity: &Identity) -> Result<(), Error> {
    let bytes = zeroize::Zeroizing::new(identity.encode());
    tx.put_row(&Scope::Device, DEVICE, b"", b"identity", &bytes)?;
    Ok(())
}

impl Identity {
    pub(super) fn keys(&self, rights: Rights) -> Result<DeviceKeys, Error> {
        Ok(DeviceKeys {
            id: SigningKey::from_seed(*self.id.expose()).verify_key(),
            kx: derive_public(&self.kx)?,
            transport: SigningKey::from_seed(*self.transport.expose()).verify_key(),
            rights,
        })
    }

    pub(super) fn duplicate(&self) -> Self {
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
