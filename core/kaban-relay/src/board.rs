//! What the writer publishes after each commit: who the devices of each workspace are, and what is
//! damaged.
//!
//! Requests read it before anything else, so a suspension counts from the moment it is on disk, for
//! old tokens too.

use kaban_proto::relay_api::{ApiCode, ApiError};
use kaban_proto::{DeviceId, DeviceState, DeviceStates, Status, VerifyKey, WorkspaceId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Most damaged envelopes that are remembered.
const DAMAGED_MAX: usize = 1000;

/// A workspace as requests see it.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    /// Its number in the database.
    pub(crate) row: i64,
    pub(crate) devices: Arc<DeviceStates>,
}

/// A workspace that is not served, because what is stored of it is damaged. The others are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Its number in the database.
    pub row: i64,
    /// Which one, if its row says so.
    pub ws: Option<WorkspaceId>,
    /// What is damaged, in words that name neither a person nor a device.
    pub what: String,
}

/// The published state of every workspace.
#[derive(Debug, Default)]
pub(crate) struct Board {
    posted: RwLock<BTreeMap<WorkspaceId, Posted>>,
    set_aside: Mutex<Vec<SetAside>>,
    /// Envelopes that did not read when they were wanted, by workspace and position.
    damaged: Mutex<BTreeSet<(i64, u64)>>,
}

impl Board {
    pub(crate) fn post(&self, ws: WorkspaceId, posted: Posted) {
        self.posted
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(ws, posted);
    }

    pub(crate) fn get(&self, ws: &WorkspaceId) -> Option<Posted> {
        self.posted
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(ws)
            .cloned()
    }

    /// From here on the workspace is served no longer.
    pub(crate) fn set_aside(&self, workspace: SetAside) {
        if let Some(ws) = &workspace.ws {
            self.posted
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(ws);
        }
        let mut set_aside = lock(&self.set_aside);
        if set_aside.iter().all(|known| known.row != workspace.row) {
            set_aside.push(workspace);
        }
    }

    pub(crate) fn all_set_aside(&self) -> Vec<SetAside> {
        lock(&self.set_aside).clone()
    }

    /// Refuses a workspace that was set aside.
    pub(crate) fn check_whole(&self, ws: &WorkspaceId) -> Result<(), ApiError> {
        let aside = lock(&self.set_aside).iter().any(|it| it.ws == Some(*ws));
        let what = "what this relay has of the workspace is damaged: \
                    its operator has to put a backup back";
        if aside {
            Err(error(ApiCode::DamagedWorkspace, what))
        } else {
            Ok(())
        }
    }

    /// Remembers that an envelope did not read.
    pub(crate) fn note_damaged(&self, row: i64, position: u64) {
        let mut damaged = lock(&self.damaged);
        if damaged.len() < DAMAGED_MAX {
            damaged.insert((row, position));
        }
    }

    /// Forgets it: somebody brought it again.
    pub(crate) fn note_mended(&self, row: i64, position: u64) {
        lock(&self.damaged).remove(&(row, position));
    }

    /// How many envelopes are known not to read.
    pub(crate) fn damaged(&self) -> usize {
        lock(&self.damaged).len()
    }

    /// The workspace and transport key of a device that may speak.
    pub(crate) fn admit(
        &self,
        ws: &WorkspaceId,
        device: &DeviceId,
    ) -> Result<(Posted, VerifyKey), ApiError> {
        let Some(posted) = self.get(ws) else {
            self.check_whole(ws)?;
            return Err(error(ApiCode::UnknownWorkspace, "unknown workspace"));
        };
        let unknown = || error(ApiCode::UnknownDevice, "unknown device");
        let state: DeviceState = *posted.devices.get(device).ok_or_else(unknown)?;
        match state.status {
            Status::Removed => Err(error(ApiCode::RemovedDevice, "device was removed")),
            Status::Suspended => Err(error(ApiCode::SuspendedDevice, "device is suspended")),
            Status::Active => Ok((posted, state.keys.transport)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An [`ApiError`] with a plain detail.
pub(crate) fn error(code: ApiCode, detail: &str) -> ApiError {
    ApiError {
        code,
        detail: detail.to_owned(),
    }
}
