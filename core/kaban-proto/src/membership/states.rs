//! What the fold of the record log says of each device.

use crate::ids::DeviceId;
use crate::record::DeviceKeys;
use std::collections::BTreeMap;

/// Whether a device may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It may.
    Active,
    /// It may again from that time on.
    Suspended {
        /// End of the suspension, in milliseconds since 1970-01-01 UTC.
        until_ms: u64,
    },
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
    /// Whether envelopes of this device are to be taken at `now_ms` (milliseconds since 1970-01-01 UTC).
    #[must_use]
    pub fn may_write_at(&self, now_ms: u64) -> bool {
        match self.status {
            Status::Active => true,
            Status::Suspended { until_ms } => until_ms <= now_ms,
            Status::Removed => false,
        }
    }
}

/// Every device ever validly added, by id. A device whose adding was voided is not in it.
pub type DeviceStates = BTreeMap<DeviceId, DeviceState>;
