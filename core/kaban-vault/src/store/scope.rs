//! Scopes: which key a row is boxed under, and therefore what it takes to make it unreadable for good.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use kaban_proto::Writer;

use crate::error::hex;
use crate::kbox::{BoxKey, Key, derive_key};
use crate::slots::SlotSecrets;

/// Which key a row is boxed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The device's own matters, readable by every slot of it.
    Device,
    /// The open member's matters without a patient.
    Member,
    /// Own/team data of one patient; each patient has a key of its own and can be erased alone.
    Own([u8; 16]),
    /// The duty bag under one lease; erased by destroying the lease's keystore key.
    Bag([u8; 16]),
}

impl Scope {
    pub(crate) fn kind(self) -> u8 {
        match self {
            Self::Device => 0,
            Self::Member => 1,
            Self::Own(_) => 2,
            Self::Bag(_) => 3,
        }
    }

    pub(crate) fn id(self) -> [u8; 16] {
        match self {
            Self::Device | Self::Member => [0; 16],
            Self::Own(id) | Self::Bag(id) => id,
        }
    }

    /// Reads the columns back; `None` for what this build never writes.
    pub(crate) fn from_columns(kind: i64, id: &[u8]) -> Option<Self> {
        let id: [u8; 16] = id.try_into().ok()?;
        match kind {
            0 if id == [0; 16] => Some(Self::Device),
            1 if id == [0; 16] => Some(Self::Member),
            2 => Some(Self::Own(id)),
            3 => Some(Self::Bag(id)),
            _ => None,
        }
    }

    /// Whose rows these are: the device's (zeros), or the member's.
    pub(crate) fn owner(self, member: [u8; 16]) -> [u8; 16] {
        if self == Self::Device {
            [0; 16]
        } else {
            member
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device => f.write_str("device"),
            Self::Member => f.write_str("member"),
            Self::Own(id) => write!(f, "own {}", hex(id)),
            Self::Bag(id) => write!(f, "bag {}", hex(id)),
        }
    }
}

/// Name of a lease's key in the keystore.
#[must_use]
pub fn lease_alias(lease: &[u8; 16]) -> String {
    format!("lease-{}", hex(lease))
}

/// The keys of an open slot, each worked out once.
pub(crate) struct Ring {
    pub(crate) secrets: SlotSecrets,
    pub(crate) audit: BoxKey,
    pub(crate) lookup: Key,
    /// Boxes the keys of own/team patients.
    pub(crate) own_root: Arc<BoxKey>,
    /// Boxes bag keys and lease prekeys, inside the keystore's wrapping.
    pub(crate) lease_root: BoxKey,
    device: Arc<BoxKey>,
    opened: BTreeMap<Scope, Arc<BoxKey>>,
    /// Whether a transaction began and was not committed: it may have kept keys that never came to be.
    unsettled: bool,
}

impl Ring {
    pub(crate) fn new(secrets: SlotSecrets) -> Self {
        Self {
            audit: BoxKey::new(derive_key(&secrets.mk, "kaban/audit", b"")),
            lookup: derive_key(&secrets.mk, "kaban/lookup", b""),
            own_root: Arc::new(BoxKey::new(secrets.ok.duplicate())),
            lease_root: BoxKey::new(secrets.sk.duplicate()),
            device: Arc::new(BoxKey::new(derive_key(&secrets.mk, "kaban/db", b""))),
            opened: BTreeMap::new(),
            unsettled: false,
            secrets,
        }
    }

    pub(crate) fn member(&self) -> [u8; 16] {
        *self.secrets.member.as_bytes()
    }

    /// A key at hand; own and bag keys are at hand once they were opened.
    pub(crate) fn get(&self, scope: Scope) -> Option<Arc<BoxKey>> {
        match scope {
            Scope::Device => Some(Arc::clone(&self.device)),
            Scope::Member => Some(Arc::clone(&self.own_root)),
            Scope::Own(_) | Scope::Bag(_) => self.opened.get(&scope).map(Arc::clone),
        }
    }

    pub(crate) fn keep(&mut self, scope: Scope, key: Key) -> Arc<BoxKey> {
        let key = Arc::new(BoxKey::new(key));
        self.opened.insert(scope, Arc::clone(&key));
        key
    }

    pub(crate) fn forget(&mut self, scope: Scope) {
        self.opened.remove(&scope);
    }

    /// Before a transaction. When the one before was rolled back, by an error or by a panic, the keys it may have made are
    /// forgotten; the others open again on demand.
    pub(crate) fn begin(&mut self) {
        if self.unsettled {
            self.opened.clear();
        }
        self.unsettled = true;
    }

    /// After a commit.
    pub(crate) fn settle(&mut self) {
        self.unsettled = false;
    }
}

/// Address of a scope's boxed key.
pub(crate) fn key_place(store_id: &[u8; 16], scope: Scope, owner: &[u8; 16]) -> Vec<u8> {
    let mut w = Writer::new();
    w.raw(store_id);
    w.bytes(b"scope");
    w.raw(&[scope.kind()]);
    w.raw(owner);
    w.raw(&scope.id());
    w.finish()
}
