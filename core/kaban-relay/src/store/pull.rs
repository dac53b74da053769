//! One page of a pull.

use super::sql;
use kaban_proto::relay_api::Interest;
use kaban_proto::{DeviceId, DocTag, Hash32};
use rusqlite::{Connection, Row, params};
use std::collections::{BTreeMap, BTreeSet};

/// Most bytes of one author's branches that are told again with every pull (32 KiB).
const BRANCH_BYTES_MAX: usize = 32 << 10;
/// Most bytes of all branches that are told again with every pull (128 KiB).
const BRANCHES_BYTES_MAX: usize = 128 << 10;

/// What a page may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) bytes: usize,
    pub(crate) envelopes: usize,
}

/// A page of a pull, as [`kaban_proto::relay_api::ExchangeResponse`] tells it.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) envelopes: Vec<Vec<u8>>,
    bytes: usize,
    pub(crate) interest_done: u32,
    pub(crate) more: bool,
    pub(crate) position: u64,
    /// Positions of envelopes that were left out because they are damaged.
    pub(crate) damaged: Vec<u64>,
}

/// An envelope as it lies there.
struct Lying {
    position: u64,
    bytes: Vec<u8>,
    whole: bool,
}

impl Lying {
    /// Reads the columns position, hash and bytes.
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        let bytes: Vec<u8> = row.get(2)?;
        Ok(Self {
            position: row.get::<_, i64>(0)?.unsigned_abs(),
            whole: row.get_ref(1)?.as_blob()? == Hash32::of(&bytes).as_bytes(),
            bytes,
        })
    }
}

impl Page {
    /// Takes one more envelope if it fits; the first always does, so that every page brings a pull
    /// forward. One that is damaged is passed over: whoever pulls could not read on with it.
    fn take(&mut self, envelope: Lying, limits: Limits) -> bool {
        if !envelope.whole {
            self.damaged.push(envelope.position);
            return true;
        }
        let envelope = envelope.bytes;
        let fits =
            self.bytes + envelope.len() <= limits.bytes && self.envelopes.len() < limits.envelopes;
        if !fits && !self.envelopes.is_empty() {
            self.more = true;
            return false;
        }
        self.bytes += envelope.len();
        self.envelopes.push(envelope);
        true
    }
}

/// Reads a page from one consistent state of the database.
pub(crate) fn pull(
    db: &mut Connection,
    ws: i64,
    interest: &Interest,
    limits: Limits,
) -> Result<Page, rusqlite::Error> {
    let db = db.transaction()?;
    let mut page = Page {
        position: newest(&db, ws)?,
        ..Page::default()
    };
    for wanted in &interest.docs {
        let have = interest.have(wanted);
        if wanted.doc == DocTag::RECORDS {
            pull_branches(&db, ws, &have, limits, &mut page)?;
        }
        for (author, last) in chains(&db, ws, &wanted.doc)? {
            let from = have.get(&author).copied().unwrap_or(0);
            if last > from && !pull_chain(&db, ws, &wanted.doc, &author, from, limits, &mut page)? {
                return Ok(page);
            }
        }
        page.interest_done += 1;
    }
    if interest.after > 0 {
        pull_tail(&db, ws, interest, limits, &mut page)?;
    }
    Ok(page)
}

fn newest(db: &Connection, ws: i64) -> Result<u64, rusqlite::Error> {
    let mut statement = db.prepare_cached("SELECT position FROM workspace WHERE row = ?1")?;
    statement
        .query_row(params![ws], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
}

/// The authors of a document by id, each with its last sequence number; a damaged row names nobody.
fn chains(db: &Connection, ws: i64, doc: &DocTag) -> Result<Vec<(DeviceId, u64)>, rusqlite::Error> {
    let query = "SELECT author, seq FROM chain WHERE ws = ?1 AND doc = ?2 ORDER BY author";
    let mut statement = db.prepare_cached(query)?;
    let read = |row: &rusqlite::Row<'_>| {
        let author: Option<[u8; 16]> = row.get_ref(0)?.as_blob()?.try_into().ok();
        let last = row.get::<_, i64>(1)?.unsigned_abs();
        Ok(author.map(|author| (DeviceId::from_bytes(author), last)))
    };
    statement
        .query_map(params![ws, doc.as_bytes()], read)?
        .filter_map(Result::transpose)
        .collect()
}

/// Adds what a chain has after `from`; `false` when the page is full.
fn pull_chain(
    db: &Connection,
    ws: i64,
    doc: &DocTag,
    author: &DeviceId,
    from: u64,
    limits: Limits,
    page: &mut Page,
) -> Result<bool, rusqlite::Error> {
    let query = "SELECT position, hash, bytes FROM envelope
                 WHERE ws = ?1 AND doc = ?2 AND author = ?3 AND seq > ?4 ORDER BY seq";
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query(params![ws, doc.as_bytes(), author.as_bytes(), sql(from)])?;
    while let Some(row) = rows.next()? {
        if !page.take(Lying::read(row)?, limits) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Adds the records at places that several hold, where the asker has the place already: its vector
/// does not tell which of them it has. They are told with every pull, so they are bounded, and
/// leave room for what is new.
fn pull_branches(
    db: &Connection,
    ws: i64,
    have: &BTreeMap<DeviceId, u64>,
    limits: Limits,
    page: &mut Page,
) -> Result<(), rusqlite::Error> {
    let query = "SELECT position, hash, bytes, author, seq FROM envelope
                 WHERE ws = ?1 AND branch = 1 ORDER BY author, seq, position";
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query(params![ws])?;
    let mut by_author: BTreeMap<DeviceId, usize> = BTreeMap::new();
    let (mut bytes, bytes_max) = (0, BRANCHES_BYTES_MAX.min(limits.bytes / 2));
    while let Some(row) = rows.next()? {
        // A damaged row names nobody.
        let Ok(author) = row.get_ref(3)?.as_blob()?.try_into() else {
            continue;
        };
        let author = DeviceId::from_bytes(author);
        let seq = row.get::<_, i64>(4)?.unsigned_abs();
        if have.get(&author).is_none_or(|last| *last < seq) {
            continue;
        }
        let envelope = Lying::read(row)?;
        if !envelope.whole {
            page.damaged.push(envelope.position);
            continue;
        }
        let by_author = by_author.entry(author).or_default();
        *by_author += envelope.bytes.len();
        bytes += envelope.bytes.len();
        if bytes > bytes_max || page.envelopes.len() >= limits.envelopes / 2 {
            return Ok(());
        }
        if *by_author <= BRANCH_BYTES_MAX {
            page.take(envelope, limits);
        }
    }
    Ok(())
}

/// Adds what was stored after a position in documents that the interest does not name.
fn pull_tail(
    db: &Connection,
    ws: i64,
    interest: &Interest,
    limits: Limits,
    page: &mut Page,
) -> Result<(), rusqlite::Error> {
    let docs = interest.docs.iter();
    let named: BTreeSet<&[u8]> = docs.map(|wanted| &wanted.doc.as_bytes()[..]).collect();
    let query = "SELECT position, hash, bytes, doc FROM envelope
                 WHERE ws = ?1 AND position > ?2 ORDER BY position";
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query(params![ws, sql(interest.after)])?;
    let mut sent = interest.after;
    while let Some(row) = rows.next()? {
        let covered = named.contains(row.get_ref(3)?.as_blob()?);
        if !covered && !page.take(Lying::read(row)?, limits) {
            page.position = sent;
            return Ok(());
        }
        sent = row.get::<_, i64>(0)?.unsigned_abs();
    }
    Ok(())
}
