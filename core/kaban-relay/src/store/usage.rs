//! How much each device has stored of a workspace.

use super::sql;
use kaban_proto::{DeviceId, Kind};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Bytes of envelopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bytes {
    /// Of records.
    pub(crate) log: u64,
    /// Of everything else.
    pub(crate) rest: u64,
}

impl Bytes {
    pub(crate) fn of(kind: Kind, bytes: u64) -> Self {
        match kind {
            Kind::Record => Self {
                log: bytes,
                rest: 0,
            },
            Kind::Data | Kind::Epoch => Self {
                log: 0,
                rest: bytes,
            },
        }
    }

    /// Both together.
    pub(crate) fn with(self, more: Self) -> Self {
        Self {
            log: self.log.saturating_add(more.log),
            rest: self.rest.saturating_add(more.rest),
        }
    }
}

/// What each device has stored; where that does not read, counted anew.
pub(crate) fn usage(
    db: &Connection,
    ws: i64,
) -> Result<BTreeMap<DeviceId, Bytes>, rusqlite::Error> {
    if let Some(kept) = read(db, "SELECT author, log, rest FROM usage WHERE ws = ?1", ws)? {
        return Ok(kept);
    }
    db.execute("DELETE FROM usage WHERE ws = ?1", params![ws])?;
    let count = "INSERT INTO usage
        SELECT ws, author, sum(iif(kind = 3, length(bytes), 0)),
            sum(iif(kind = 3, 0, length(bytes)))
        FROM envelope WHERE ws = ?1 AND length(author) = 16 GROUP BY author";
    db.execute(count, params![ws])?;
    let counted = read(db, "SELECT author, log, rest FROM usage WHERE ws = ?1", ws)?;
    Ok(counted.unwrap_or_default())
}

/// `None` when there is no row, or one that says nothing possible.
fn read(
    db: &Connection,
    query: &str,
    ws: i64,
) -> Result<Option<BTreeMap<DeviceId, Bytes>>, rusqlite::Error> {
    let mut statement = db.prepare_cached(query)?;
    let read = |row: &rusqlite::Row<'_>| {
        let author: Option<[u8; 16]> = row.get_ref(0)?.as_blob()?.try_into().ok();
        let (log, rest): (i64, i64) = (row.get(1)?, row.get(2)?);
        let bytes = u64::try_from(log).ok().zip(u64::try_from(rest).ok());
        let bytes = bytes.map(|(log, rest)| Bytes { log, rest });
        Ok(author.map(DeviceId::from_bytes).zip(bytes))
    };
    let rows = statement.query_map(params![ws], read)?;
    let all: Option<BTreeMap<_, _>> = rows.collect::<Result<_, _>>()?;
    Ok(all.filter(|all| !all.is_empty()))
}

/// Adds to what a device has stored.
pub(super) fn add(
    db: &Connection,
    ws: i64,
    author: &DeviceId,
    more: Bytes,
) -> Result<(), rusqlite::Error> {
    let upsert = "INSERT INTO usage (ws, author, log, rest) VALUES (?1, ?2, ?3, ?4)
                  ON CONFLICT DO UPDATE SET log = log + excluded.log, rest = rest + excluded.rest";
    let row = params![ws, author.as_bytes(), sql(more.log), sql(more.rest)];
    db.prepare_cached(upsert)?.execute(row).map(drop)
}
