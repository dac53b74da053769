//! One page of a pull.

use super::sql;
use kaban_proto::relay_api::Interest;
use kaban_proto::{DeviceId, DocTag};
use rusqlite::{Connection, params};
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
}

impl Page {
    /// Takes one more envelope if it fits; the first always does, so that every page brings a pull
    /// forward.
    fn take(&mut self, envelope: Vec<u8>, limits: Limits) -> bool {
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

/// The authors of a document by id, each with its last sequence number.
fn chains(db: &Connection, ws: i64, doc: &DocTag) -> Result<Vec<(DeviceId, u64)>, rusqlite::Error> {
    let query = "SELECT author, seq FROM chain WHERE ws = ?1 AND doc = ?2 ORDER BY author";
    let mut statement = db.prepare_cached(query)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok((
            DeviceId::from_bytes(row.get(0)?),
            row.get::<_, i64>(1)?.unsigned_abs(),
        ))
    };
    statement
        .query_map(params![ws, doc.as_bytes()], read)?
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
    let query = "SELECT bytes FROM envelope WHERE ws = ?1 AND doc = ?2 AND author = ?3 AND seq > ?4 ORDER BY seq";
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query(params![ws, doc.as_bytes(), author.as_bytes(), sql(from)])?;
    while let Some(row) = rows.next()? {
        if !page.take(row.get(0)?, limits) {
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
    let query = "SELECT author, seq, bytes FROM envelope WHERE ws = ?1 AND branch = 1
                 ORDER BY author, seq, position";
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query(params![ws])?;
    let mut by_author: BTreeMap<DeviceId, usize> = BTreeMap::new();
    let (mut bytes, bytes_max) = (0, BRANCHES_BYTES_MAX.min(limits.bytes / 2));
    while let Some(row) = rows.next()? {
        let author = DeviceId::from_bytes(row.get(0)?);
        let seq = row.get::<_, i64>(1)?.unsigned_abs();
        let envelope: Vec<u8> = row.get(2)?;
        if have.get(&author).is_none_or(|last| *last < seq) {
            continue;
        }
        let by_author = by_author.entry(author).or_default();
        *by_author += envelope.len();
        bytes += envelope.len();
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
    let named: BTreeSet<&DocTag> = interest.docs.iter().map(|wanted| &wanted.doc).collect();
    let query = "SELECT position, doc, bytes FROM envelope WHERE ws = ?1 AND position > ?2 ORDER BY position";
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query(params![ws, sql(interest.after)])?;
    let mut sent = interest.after;
    while let Some(row) = rows.next()? {
        let covered = named.contains(&DocTag::from_bytes(row.get(1)?));
        if !covered && !page.take(row.get(2)?, limits) {
            page.position = sent;
            return Ok(());
        }
        sent = row.get::<_, i64>(0)?.unsigned_abs();
    }
    Ok(())
}
