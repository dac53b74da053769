//! A workspace in the writer's memory.

use super::room::Room;
use crate::board::Posted;
use crate::store::{self, WorkspaceRow};
use kaban_proto::{Inserted, RecordLog, SealedEnvelope, Wire, WorkspaceId};
use rusqlite::Connection;
use std::sync::Arc;

/// A workspace: its record log, and how much each device has stored.
pub(super) struct Workspace {
    pub(super) row: i64,
    pub(super) log: RecordLog,
    pub(super) room: Room,
    pub(super) position: u64,
}

/// What keeps a workspace from being served, without an id.
pub(super) type Damage = String;

impl Workspace {
    /// Rebuilds the record log from the database. Records come in the order they were taken, so
    /// none may wait.
    ///
    /// The envelopes are the truth: which workspace it is says its genesis, and where it ends says
    /// the last of them.
    pub(super) fn load(db: &Connection, row: &WorkspaceRow) -> Result<Self, Damage> {
        let unread = |_| "the database does not read".to_owned();
        let records = store::genesis_and_records(db, row.row).map_err(unread)?;
        let mut log: Option<RecordLog> = None;
        for (position, bytes) in records {
            let damaged = |what: &str| format!("the record at {position} {what}");
            let record = SealedEnvelope::decode(&bytes).map_err(|_| damaged("does not decode"))?;
            let Some(log) = &mut log else {
                log = Some(RecordLog::found(record).map_err(|_| damaged("founds nothing"))?);
                continue;
            };
            match log.insert_stored(record) {
                Ok(Inserted::New) => {}
                Ok(Inserted::Known | Inserted::Parked(_)) => {
                    return Err(damaged("is out of order"));
                }
                Err(_) => return Err(damaged("does not enter the log")),
            }
        }
        Ok(Self {
            row: row.row,
            log: log.ok_or_else(|| "there is no genesis".to_owned())?,
            room: Room::new(store::usage(db, row.row).map_err(unread)?),
            position: store::last_position(db, row.row).map_err(unread)?,
        })
    }

    pub(super) fn ws(&self) -> WorkspaceId {
        self.log.ws()
    }

    pub(super) fn posted(&self) -> Posted {
        Posted {
            row: self.row,
            devices: Arc::new(self.log.devices().clone()),
        }
    }
}
