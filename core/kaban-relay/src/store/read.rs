//! What is read at open: the workspaces and their record logs.

use kaban_proto::{Kind, WorkspaceId};
use rusqlite::{Connection, params};

/// A workspace row.
pub(crate) struct WorkspaceRow {
    pub(crate) row: i64,
    pub(crate) ws: WorkspaceId,
    pub(crate) bytes: u64,
    pub(crate) position: u64,
}

/// All workspaces, or the one with that id.
pub(crate) fn workspaces(
    db: &Connection,
    only: Option<&WorkspaceId>,
) -> Result<Vec<WorkspaceRow>, rusqlite::Error> {
    let sql =
        "SELECT row, ws, bytes, position FROM workspace WHERE ?1 IS NULL OR ws = ?1 ORDER BY row";
    let mut statement = db.prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(WorkspaceRow {
            row: row.get(0)?,
            ws: WorkspaceId::from_bytes(row.get(1)?),
            bytes: row.get::<_, i64>(2)?.unsigned_abs(),
            position: row.get::<_, i64>(3)?.unsigned_abs(),
        })
    };
    statement
        .query_map(params![only.map(|ws| ws.as_bytes())], read)?
        .collect()
}

/// Every record of a workspace in the order it came, the genesis first.
pub(crate) fn genesis_and_records(
    db: &Connection,
    row: i64,
) -> Result<Vec<Vec<u8>>, rusqlite::Error> {
    let sql = "SELECT bytes FROM envelope WHERE ws = ?1 AND doc = zeroblob(16) AND kind = ?2 ORDER BY position";
    let mut statement = db.prepare_cached(sql)?;
    statement
        .query_map(params![row, Kind::Record as u8], |row| row.get(0))?
        .collect()
}
