//! What is read at open: the workspaces and their record logs. A damaged field is none, so that it
//! keeps nothing else from being read.

use kaban_proto::{Kind, WorkspaceId};
use rusqlite::{Connection, params};

/// A workspace row.
pub(crate) struct WorkspaceRow {
    pub(crate) row: i64,
    /// `None` when the row holds no id.
    pub(crate) ws: Option<WorkspaceId>,
    position: i64,
}

/// All workspaces, or the one with that id.
pub(crate) fn workspaces(
    db: &Connection,
    only: Option<&WorkspaceId>,
) -> Result<Vec<WorkspaceRow>, rusqlite::Error> {
    let sql = "SELECT row, ws, position FROM workspace WHERE ?1 IS NULL OR ws = ?1 ORDER BY row";
    let mut statement = db.prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        let ws: Vec<u8> = row.get(1)?;
        Ok(WorkspaceRow {
            row: row.get(0)?,
            ws: ws.try_into().ok().map(WorkspaceId::from_bytes),
            position: row.get(2)?,
        })
    };
    statement
        .query_map(params![only.map(|ws| ws.as_bytes())], read)?
        .collect()
}

/// Every record of a workspace in the order it came, the genesis first, each with its position.
pub(crate) fn genesis_and_records(
    db: &Connection,
    row: i64,
) -> Result<Vec<(i64, Vec<u8>)>, rusqlite::Error> {
    let sql = "SELECT position, bytes FROM envelope
               WHERE ws = ?1 AND doc = zeroblob(16) AND kind = ?2 ORDER BY position";
    let mut statement = db.prepare_cached(sql)?;
    statement
        .query_map(params![row, Kind::Record as u8], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect()
}

/// The position of the newest envelope.
pub(crate) fn last_position(db: &Connection, row: i64) -> Result<u64, rusqlite::Error> {
    let sql = "SELECT COALESCE(max(position), 0) FROM envelope WHERE ws = ?1";
    let mut statement = db.prepare_cached(sql)?;
    statement
        .query_row(params![row], |row| row.get::<_, i64>(0))
        .map(|position| u64::try_from(position).unwrap_or(0))
}

/// Writes into a workspace's row what its envelopes say, where the row says something else.
pub(crate) fn mend_workspace(
    db: &Connection,
    row: &WorkspaceRow,
    ws: &WorkspaceId,
    position: u64,
) -> Result<(), rusqlite::Error> {
    if row.ws == Some(*ws) && row.position == super::sql(position) {
        return Ok(());
    }
    let sql = "UPDATE workspace SET ws = ?2, position = ?3 WHERE row = ?1";
    db.execute(sql, params![row.row, ws.as_bytes(), super::sql(position)])
        .map(drop)
}
