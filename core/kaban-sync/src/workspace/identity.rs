//! The secrets of a device, made once: what every person's slot on it shares. What is each
//! person's own, the lease and its prekey, is in [`super::lease_rows`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::ids::WorkspaceId;
use kaban_proto::membership::RecordLog;
use kaban_proto::record::{DeviceKeys, Rights};
use kaban_proto::sign::SigningKey;
use kaban_vault::kbox::Key;
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Scope, Store, Tx};
use zeroize::Zeroizing;

use super::{Cx, Me, Session, State, lease_rows};
use crate::association::{Association, History};
use crate::error::Error;
use crate::hlc::Hlc;
use crate::seal::{derive_public, make_keypair};

pub(super) const DEVICE: &str = "device";

/// The secrets of this device, made once.
pub(super) struct Identity {
    pub id: Key,
    pub kx: Key,
    pub transport: Key,
    pub joined: Option<(WorkspaceId, Zeroizing<Vec<u8>>)>,
}

/// The identity of an unlocked store that belongs to no association yet; made if it is new.
pub(super) fn prepare(
    store: &mut Store,
    cx: &mut Cx<'_>,
) -> Result<(Identity, SlotSecrets), Error> {
    lease_rows::take_over_old(store)?;
    let secrets = store.secrets()?.duplicate();
    let known = store.transact(Durability::Normal, read_identity)?;
    let identity = match known {
        Some(identity) => identity,
        None => {
            let identity = Identity {
                id: Key::make(cx.rng),
                kx: make_keypair(cx.rng).0,
                transport: Key::make(cx.rng),
                joined: None,
            };
            store.transact(Durability::Full, |tx| save_identity(tx, &identity))?;
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
    let lease = lease_rows::held(tx)?;
    let hlc = tx.get_row(DEVICE, b"", b"hlc")?;
    let mut state = State {
        me,
        ws,
        log: RecordLog::new(ws),
        statements: BTreeMap::new(),
        unread: BTreeSet::new(),
        blank: BTreeSet::new(),
        silent: BTreeSet::new(),
        history: RefCell::new(History::default()),
        fresh: Vec::new(),
        by_device: BTreeMap::new(),
        settled: None,
        settle_at: 0,
        members_keys: BTreeMap::new(),
        damaged: BTreeSet::new(),
        association: Arc::new(Association::default()),
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
        lease,
        read_again: false,
        candidates: BTreeMap::new(),
        foul: BTreeSet::new(),
        proven: super::removed::Proven::default(),
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
    pub(super) fn tick(&mut self, cx: &Cx<'_>) -> Result<Hlc, Error> {
        self.state.hlc = Hlc::next(self.state.hlc, cx.now.timestamp_millis());
        let bits = self.state.hlc.bits().to_be_bytes();
        self.tx
            .put_row(&Scope::Device, DEVICE, b"", b"hlc", &bits)?;
        Ok(self.state.hlc)
    }
}

pub(super) fn read_identity(tx: &mut Tx<'_>) -> Result<Option<Identity>, Error> {
    let Some(bytes) = tx.get_row(DEVICE, b"", b"identity")? else {
        return Ok(None);
    };
    let identity = Identity::decode(&bytes).ok();
    let identity = identity.or_else(|| lease_rows::decode_old(&bytes).map(|(old, _)| old));
    identity
        .map(Some)
        .ok_or(Error::Internal("the identity row does not read"))
}

pub(super) fn save_identity(tx: &mut Tx<'_>, identity: &Identity) -> Result<(), Error> {
    let bytes = Zeroizing::new(identity.encode());
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
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: Key::from_bytes(Wire::take(r)?),
            kx: Key::from_bytes(Wire::take(r)?),
            transport: Key::from_bytes(Wire::take(r)?),
            joined: if bool::take(r)? {
                Some((Wire::take(r)?, r.bytes(64, "tag key")?.to_vec().into()))
            } else {
                None
            },
        })
    }
}
