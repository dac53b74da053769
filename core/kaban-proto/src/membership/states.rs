//! What the fold of the record log says of each device.

use super::shared::Shared;
use crate::ids::DeviceId;
use crate::record::DeviceKeys;

/// Whether a device may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It may.
    Active,
    /// It may again once the suspension is lifted; no clock ends it.
    Suspended,
    /// It never may again under these keys.
    Removed,
}

/// One device in the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceState {
    /// Its keys and rights, as last given.
    pub keys: DeviceKeys,
    /// Whether it may write.
    pub status: Status,
}

impl DeviceState {
    /// Whether envelopes of this device are to be taken now.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.status == Status::Active
    }
}

/// Every device ever validly added, by id. A device whose adding was voided is not in it. Cloning
/// one is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceStates(Shared<DeviceId, DeviceState>);

impl DeviceStates {
    /// One device.
    #[must_use]
    pub fn get(&self, device: &DeviceId) -> Option<&DeviceState> {
        self.0.get(device)
    }

    /// Whether it was added.
    #[must_use]
    pub fn contains_key(&self, device: &DeviceId) -> bool {
        self.get(device).is_some()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&DeviceId, &DeviceState)> + '_ {
        self.0.iter()
    }

    /// Their ids, in order.
    pub fn keys(&self) -> impl Iterator<Item = &DeviceId> + '_ {
        self.iter().map(|(device, _)| device)
    }

    pub(super) fn insert(&mut self, device: DeviceId, state: DeviceState) {
        self.0.insert(device, state);
    }

    pub(super) fn set_status(&mut self, device: &DeviceId, status: Status) {
        if let Some(state) = self.get(device).filter(|state| state.status != status) {
            let state = DeviceState { status, ..*state };
            self.insert(*device, state);
        }
    }
}
