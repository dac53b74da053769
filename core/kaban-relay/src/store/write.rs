//! What the writer reads and writes inside its transaction.

use super::sql;
use super::usage::{self, Bytes};
use kaban_proto::{DeviceId, DocTag, Hash32, Kind, SealedEnvelope, Wire, WorkspaceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The chain of (doc, author) in a workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) ws: i64,
    pub(crate) doc: &'a DocTag,
    pub(crate) author: &'a DeviceId,
}

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) seq: u64,
    /// Its hash, as stored and as its bytes give it: two, where one is damaged.
    hashes: [Hash32; 2],
}

impl Tip {
    pub(crate) fn is(&self, hash: &Hash32) -> bool {
        self.hashes.contains(hash)
    }
}

/// The end of a chain by its envelopes; `None` before its first.
pub(crate) fn tip(db: &Connection, place: Place<'_>) -> Result<Option<Tip>, rusqlite::Error> {
    let query = "SELECT max(seq) FROM envelope WHERE ws = ?1 AND doc = ?2 AND author = ?3";
    let mut statement = db.prepare_cached(query)?;
    let Place { ws, doc, author } = place;
    let last: Option<i64> = statement
        .query_row(params![ws, doc.as_bytes(), author.as_bytes()], |row| {
            row.get(0)
        })?;
    let Some(seq) = last.map(i64::unsigned_abs) else {
        return Ok(None);
    };
    let stored = envelope_at(db, place, seq)?;
    Ok(stored.map(|stored| Tip {
        seq,
        hashes: stored.hashes,
    }))
}

/// An envelope as it is stored.
pub(crate) struct Stored {
    pub(crate) position: u64,
    hashes: [Hash32; 2],
}

impl Stored {
    /// Reads the columns position, hash and bytes.
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let given = Hash32::of(row.get_ref(2)?.as_blob()?);
        let said: Option<[u8; 32]> = row.get_ref(1)?.as_blob()?.try_into().ok();
        Ok(Self {
            position: row.get::<_, i64>(0)?.unsigned_abs(),
            hashes: [said.map_or(Hash32::ZERO, Hash32::from_bytes), given],
        })
    }

    /// Whether it is the envelope with that hash, as far as can be told.
    pub(crate) fn is(&self, hash: &Hash32) -> bool {
        self.hashes.contains(hash)
    }

    /// Whether its bytes have the hash that stands beside them.
    pub(crate) fn is_whole(&self) -> bool {
        self.hashes[0] == self.hashes[1]
    }
}

/// The envelope at a place of a document; a place in the log of records may hold several.
fn envelope_at(
    db: &Connection,
    place: Place<'_>,
    seq: u64,
) -> Result<Option<Stored>, rusqlite::Error> {
    let query = "SELECT position, hash, bytes FROM envelope
                 WHERE ws = ?1 AND doc = ?2 AND author = ?3 AND seq = ?4 ORDER BY position";
    let mut statement = db.prepare_cached(query)?;
    let Place { ws, doc, author } = place;
    let place = params![ws, doc.as_bytes(), author.as_bytes(), sql(seq)];
    statement.query_row(place, Stored::read).optional()
}

/// The envelope with that hash at a place, of however many are there. One whose own hash is damaged
/// is known by its bytes, which are read only if the hash is nowhere there.
pub(crate) fn find_envelope(
    db: &Connection,
    place: Place<'_>,
    seq: u64,
    hash: &Hash32,
) -> Result<Option<Stored>, rusqlite::Error> {
    let there = "ws = ?1 AND doc = ?2 AND author = ?3 AND seq = ?4";
    let Place { ws, doc, author } = place;
    let (doc, author, seq) = (doc.as_bytes(), author.as_bytes(), sql(seq));
    let query = format!("SELECT position, hash, bytes FROM envelope WHERE {there} AND hash = ?5");
    let named = db
        .prepare_cached(&query)?
        .query_row(params![ws, doc, author, seq, hash.as_bytes()], Stored::read)
        .optional()?;
    if named.is_some() {
        return Ok(named);
    }
    let query = format!("SELECT position, hash, bytes FROM envelope WHERE {there}");
    let mut statement = db.prepare_cached(&query)?;
    let mut rows = statement.query_map(params![ws, doc, author, seq], Stored::read)?;
    rows.find(|stored| stored.as_ref().map_or(true, |stored| stored.is(hash)))
        .transpose()
}

/// Puts an envelope back where it lay damaged.
pub(crate) fn mend_envelope(
    db: &Connection,
    ws: i64,
    position: u64,
    envelope: &SealedEnvelope,
) -> Result<(), rusqlite::Error> {
    let update = "UPDATE envelope SET hash = ?3, bytes = ?4 WHERE ws = ?1 AND position = ?2";
    db.prepare_cached(update)?
        .execute(params![
            ws,
            sql(position),
            envelope.hash().as_bytes(),
            envelope.encode()
        ])
        .map(drop)
}

/// Adds a workspace without envelopes and gives back its number.
pub(crate) fn add_workspace(
    db: &Connection,
    ws: &WorkspaceId,
    now_ms: u64,
) -> Result<i64, rusqlite::Error> {
    let insert = "INSERT INTO workspace (ws, made_ms, position) VALUES (?1, ?2, 0)";
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
    // A record on a branch beside the longest leaves the end where it is; elsewhere the newest
    // envelope is the end, whatever a damaged row says.
    let upsert = "INSERT INTO chain (ws, doc, author, seq, hash) VALUES (?1, ?2, ?3, ?4, ?5)
                  ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash
                  WHERE excluded.seq > chain.seq OR ?6";
    db.prepare_cached(upsert)?.execute(params![
        ws,
        doc,
        author,
        sql(header.seq),
        hash.as_bytes(),
        header.kind != Kind::Record
    ])?;
    let count = "UPDATE workspace SET position = ?2 WHERE row = ?1";
    db.prepare_cached(count)?
        .execute(params![ws, sql(position)])?;
    let more = Bytes::of(header.kind, bytes.len() as u64);
    usage::add(db, ws, &header.author, more)
}
