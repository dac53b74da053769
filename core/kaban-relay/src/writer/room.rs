//! How much may still be stored, and by whom.
//!
//! The log of records has a pool of its own, which no note can use up, and within each pool a
//! device has a share, so that one device cannot use up the others' room. A part of the log is kept
//! for devices that may stop others: a member who fills everything can still be removed. It takes
//! any small record of theirs, not removals alone, because a removal continues its author's chain
//! and builds on a join of what its author saw.

use crate::config::Config;
use crate::store::Bytes;
use kaban_proto::{DeviceId, DeviceState, Rights, Status};
use std::collections::BTreeMap;

/// Largest record that the reserve takes, in bytes.
const RESERVED_RECORD_BYTES_MAX: u64 = 8 << 10;
/// The part of the reserve that is one device's.
const RESERVE_SHARES: u64 = 8;

/// The limits, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    rest: u64,
    device_rest: u64,
    log: u64,
    device_log: u64,
    reserve: u64,
}

impl Quota {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            rest: config.workspace_bytes_max,
            device_rest: config.device_bytes_max,
            log: config.log_bytes_max,
            device_log: config.device_log_bytes_max,
            reserve: config.log_reserved_bytes.min(config.log_bytes_max),
        }
    }
}

/// What is stored of one workspace.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    devices: BTreeMap<DeviceId, Bytes>,
    all: Bytes,
}

impl Room {
    pub(super) fn new(devices: BTreeMap<DeviceId, Bytes>) -> Self {
        let all = devices
            .values()
            .fold(Bytes::default(), |all, its| all.with(*its));
        Self { devices, all }
    }

    /// Whether there is room for so much more by that device, and if not, why not.
    pub(super) fn check(
        &self,
        author: &DeviceId,
        more: Bytes,
        state: Option<&DeviceState>,
        quota: &Quota,
    ) -> Result<(), &'static str> {
        let all = self.all.with(more);
        let its = self
            .devices
            .get(author)
            .copied()
            .unwrap_or_default()
            .with(more);
        if more.rest > 0 && all.rest > quota.rest {
            return Err("the association has used up its space on this relay");
        }
        if more.rest > 0 && its.rest > quota.device_rest {
            return Err("this device has used up its share of the association's space");
        }
        let reserved = more.log <= RESERVED_RECORD_BYTES_MAX && state.is_some_and(may_stop);
        let (log, device_log) = if reserved {
            let share = quota.reserve / RESERVE_SHARES;
            (quota.log, quota.device_log.saturating_add(share))
        } else {
            (quota.log - quota.reserve, quota.device_log)
        };
        if more.log > 0 && all.log > log {
            return Err("the association has used up its space for records on this relay");
        }
        if more.log > 0 && its.log > device_log {
            return Err("this device has used up its share of the space for records");
        }
        Ok(())
    }

    pub(super) fn add(&mut self, author: &DeviceId, more: Bytes) {
        let its = self.devices.entry(*author).or_default();
        *its = its.with(more);
        self.all = self.all.with(more);
    }
}

/// Whether the device may suspend or remove another.
fn may_stop(state: &DeviceState) -> bool {
    let rights = state.keys.rights;
    let may = rights.has(Rights::ADMIT) || rights.has(Rights::SUSPEND);
    may && state.status == Status::Active
}
