//! A workspace in the writer's memory.

use crate::board::Posted;
use crate::error::Error;
use crate::store::{self, WorkspaceRow};
use kaban_proto::{Inserted, RecordLog, SealedEnvelope, Wire};
use rusqlite::Connection;
use std::sync::Arc;

/// A workspace: its record log, and how much it holds.
pub(super) struct Workspace {
    pub(super) row: i64,
    pub(super) log: RecordLog,
    pub(super) bytes: u64,
    pub(super) position: u64,
}

impl Workspace {
    /// Rebuilds the record log from the database. Records come in the order they were taken, so none may wait.
    pub(super) fn load(db: &Connection, row: WorkspaceRow) -> Result<Self, Error> {
        let damaged = |what: String| Error::DamagedLog { ws: row.ws, what };
        let mut log = RecordLog::new(row.ws);
        for bytes in store::genesis_and_records(db, row.row)? {
            let record =
                SealedEnvelope::decode(&bytes).map_err(|error| damaged(error.to_string()))?;
            match log.insert_stored(record) {
                Ok(Inserted::New) => {}
                Ok(Inserted::Known | Inserted::Parked(_)) => {
                    return Err(damaged("records out of order".to_owned()));
                }
                Err(refusal) => return Err(damaged(refusal.to_string())),
            }
        }
        Ok(Self {
            row: row.row,
            log,
            bytes: row.bytes,
            position: row.position,
        })
    }

    pub(super) fn posted(&self) -> Posted {
        Posted {
            row: self.row,
            devices: Arc::new(self.log.devices().clone()),
        }
    }
}
