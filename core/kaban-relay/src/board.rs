//! What the writer publishes after each commit: who the devices of each workspace are.
//!
//! Requests read it before anything else, so a suspension counts from the moment it is on disk, for old tokens too.

use kaban_proto::relay_api::{ApiCode, ApiError};
use kaban_proto::{DeviceId, DeviceState, DeviceStates, Status, VerifyKey, WorkspaceId};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A workspace as requests see it.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    /// Its number in the database.
    pub(crate) row: i64,
    pub(crate) devices: Arc<DeviceStates>,
}

/// The published state of every workspace.
#[derive(Debug, Default)]
pub(crate) struct Board(RwLock<BTreeMap<WorkspaceId, Posted>>);

impl Board {
    pub(crate) fn post(&self, ws: WorkspaceId, posted: Posted) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(ws, posted);
    }

    pub(crate) fn get(&self, ws: &WorkspaceId) -> Option<Posted> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(ws)
            .cloned()
    }

    /// The workspace and transport key of a device that may speak.
    pub(crate) fn admit(
        &self,
        ws: &WorkspaceId,
        device: &DeviceId,
    ) -> Result<(Posted, VerifyKey), ApiError> {
        let posted = self
            .get(ws)
            .ok_or_else(|| error(ApiCode::UnknownWorkspace, "unknown workspace"))?;
        let unknown = || error(ApiCode::UnknownDevice, "unknown device");
        let state: DeviceState = *posted.devices.get(device).ok_or_else(unknown)?;
        match state.status {
            Status::Removed => Err(error(ApiCode::RemovedDevice, "device was removed")),
            Status::Suspended => Err(error(ApiCode::SuspendedDevice, "device is suspended")),
            Status::Active => Ok((posted, state.keys.transport)),
        }
    }
}

/// An [`ApiError`] with a plain detail.
pub(crate) fn error(code: ApiCode, detail: &str) -> ApiError {
    ApiError {
        code,
        detail: detail.to_owned(),
    }
}
