//! What the writer reads and writes inside its transaction.

use super::sql;
use kaban_proto::{DeviceId, DocTag, Hash32, Kind, SealedEnvelope, Wire, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, params};

/// The end of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) seq: u64,
    pub(crate) hash: Hash32,
}

/// The end of the chain of (doc, author); `None` before its first envelope.
pub(crate) fn tip(
    db: &Connection,
    ws: i64,
    doc: &DocTag,
    author: &DeviceId,
) -> Result<Option<Tip>, rusqlite::Error> {
    let mut statement = db
        .prepare_cached("SELECT seq, hash FROM chain WHERE ws = ?1 AND doc = ?2 AND author = ?3")?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Tip {
            seq: row.get::<_, i64>(0)?.unsigned_abs(),
            hash: Hash32::from_bytes(row.get(1)?),
        })
    };
    statement
        .query_row(params![ws, doc.as_bytes(), author.as_bytes()], read)
        .optional()
}

/// The hash of the envelope at a place.
pub(crate) fn envelope_at(
    db: &Connection,
    ws: i64,
    doc: &DocTag,
    author: &DeviceId,
    seq: u64,
) -> Result<Option<Hash32>, rusqlite::Error> {
    let query = "SELECT hash FROM envelope WHERE ws = ?1 AND doc = ?2 AND author = ?3 AND seq = ?4";
    let mut statement = db.prepare_cached(query)?;
    let place = params![ws, doc.as_bytes(), author.as_bytes(), sql(seq)];
    statement
        .query_row(place, |row| row.get(0).map(Hash32::from_bytes))
        .optional()
}

/// Adds a workspace without envelopes and gives back its number.
pub(crate) fn add_workspace(
    db: &Connection,
    ws: &WorkspaceId,
    now_ms: u64,
) -> Result<i64, rusqlite::Error> {
    let insert = "INSERT INTO workspace (ws, made_ms, bytes, position) VALUES (?1, ?2, 0, 0)";
    db.prepare_cached(insert)?
        .execute(params![ws.as_bytes(), sql(now_ms)])?;
    Ok(db.last_insert_rowid())
}

/// Adds an envelope at the end of its chain, or a record on a branch beside it, as number
/// `position` of its workspace.
pub(crate) fn add_envelope(
    db: &Connection,
    ws: i64,
    envelope: &SealedEnvelope,
    position: u64,
    now_ms: u64,
) -> Result<(), rusqlite::Error> {
    let header = envelope.header();
    let (doc, author, hash) = (
        header.doc.as_bytes(),
        header.author.as_bytes(),
        envelope.hash(),
    );
    let insert = "INSERT INTO envelope (ws, position, kind, doc, author, seq, at_ms, hash, bytes)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let (kind, bytes) = (header.kind as u8, envelope.encode());
    db.prepare_cached(insert)?.execute(params![
        ws,
        sql(position),
        kind,
        doc,
        author,
        sql(header.seq),
        sql(now_ms),
        hash.as_bytes(),
        bytes
    ])?;
    if header.kind == Kind::Record {
        let place = "ws = ?1 AND doc = ?2 AND author = ?3 AND seq = ?4";
        let mark = format!(
            "UPDATE envelope SET branch = 1 WHERE {place}
             AND (SELECT count(*) FROM envelope WHERE {place}) > 1"
        );
        db.prepare_cached(&mark)?
            .execute(params![ws, doc, author, sql(header.seq)])?;
    }
    let upsert = "INSERT INTO chain (ws, doc, author, seq, hash) VALUES (?1, ?2, ?3, ?4, ?5)
                  ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash
                  WHERE excluded.seq > chain.seq";
    db.prepare_cached(upsert)?.execute(params![
        ws,
        doc,
        author,
        sql(header.seq),
        hash.as_bytes()
    ])?;
    let count = "UPDATE workspace SET bytes = bytes + ?2, position = ?3 WHERE row = ?1";
    db.prepare_cached(count)?
        .execute(params![ws, sql(bytes.len() as u64), sql(position)])?;
    Ok(())
}
