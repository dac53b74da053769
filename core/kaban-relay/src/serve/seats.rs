//! How many requests of one device are at work at once, so that one device cannot hold every place.

use crate::board::error;
use kaban_proto::relay_api::{ApiCode, ApiError};
use kaban_proto::{DeviceId, WorkspaceId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

type Whose = (WorkspaceId, DeviceId);

/// The seats that are taken, by device.
pub(crate) struct Seats {
    device_max: usize,
    taken: Mutex<BTreeMap<Whose, usize>>,
}

/// One request at work; it is over when this is dropped.
pub(crate) struct Seat {
    seats: Arc<Seats>,
    whose: Whose,
}

impl Seats {
    pub(crate) fn new(device_max: usize) -> Self {
        Self {
            device_max: device_max.max(1),
            taken: Mutex::default(),
        }
    }

    /// A seat for one more request of a device.
    pub(crate) fn take(self: &Arc<Self>, whose: Whose) -> Result<Seat, ApiError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(whose).or_default();
        if *count >= self.device_max {
            let what = "this device has too many requests at work";
            return Err(error(ApiCode::Busy, what));
        }
        *count += 1;
        Ok(Seat {
            seats: Arc::clone(self),
            whose,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self
            .seats
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}
