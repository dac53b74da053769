//! Envelopes in wire form and the chains they make.
//!
//! They are sealed already and stay so, outlive the scopes, and can be stored, listed and sent while the store is locked.
//! Every envelope read is checked against its hash, so a changed one is named and never handed on.
//!
//! A quarantined envelope holds no place in its chain: it stays as evidence beside the one that is accepted there later,
//! and a refused one never keeps the true one out. Two envelopes of one author at one place, neither quarantined, are a fork:
//! refused in a document, kept both in the record log, where others may have built on either.

use std::collections::BTreeMap;

use kaban_proto::{DeviceId, DocTag, Hash32, SealedEnvelope, Wire};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::exists;
use super::tx::Tx;
use crate::error::{Error, hex};

/// Most envelopes one call returns.
pub const ENVELOPES_MAX: usize = 4096;

pub(super) const COLUMNS: &str = "hash, doc, author, seq, state, outbox, wire";

/// State of a row whose bytes were damaged: it keeps its place and is read by nobody, see [`super::mend`].
pub(super) const DAMAGED: i64 = 3;

/// What became of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EnvelopeState {
    /// Verified and part of its document.
    Applied = 0,
    /// Waits for the one before it, or for a key.
    Parked = 1,
    /// Refused, kept as evidence.
    Quarantined = 2,
}

impl EnvelopeState {
    fn from_column(value: i64) -> Option<Self> {
        match value {
            0 => Some(Self::Applied),
            1 => Some(Self::Parked),
            2 => Some(Self::Quarantined),
            _ => None,
        }
    }
}

/// An envelope with what this device knows about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEnvelope {
    /// The envelope, whose hash was checked.
    pub envelope: SealedEnvelope,
    /// What became of it.
    pub state: EnvelopeState,
    /// Whether no receipt covers it yet.
    pub outbox: bool,
}

impl Tx<'_> {
    /// Stores an envelope; `false` when it is there already, in which case nothing changes.
    ///
    /// Whoever calls has verified the device's signature, or stores it as [`EnvelopeState::Quarantined`].
    ///
    /// # Errors
    /// [`Error::Fork`] when another envelope holds its place in the chain of a document.
    pub fn put_envelope(
        &mut self,
        envelope: &SealedEnvelope,
        state: EnvelopeState,
        outbox: bool,
    ) -> Result<bool, Error> {
        let header = envelope.header();
        let (doc, author) = (header.doc, header.author);
        let seq = column(header.seq)?;
        let hash = envelope.hash();
        if exists(
            self.conn,
            "SELECT 1 FROM envelope WHERE hash = ?1 AND state <> 3",
            [hash.as_bytes()],
        )? {
            return Ok(false);
        }
        if state != EnvelopeState::Quarantined {
            self.refuse_fork(&doc, &author, header.seq)?;
        }
        if self.put_in_damaged_place(envelope, state)? {
            return Ok(true);
        }
        self.conn
            .prepare_cached(
                "INSERT INTO envelope (hash, doc, author, seq, kind, state, outbox, wire) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                hash.as_bytes(),
                doc.as_bytes(),
                author.as_bytes(),
                seq,
                header.kind as u8,
                state as u8,
                outbox,
                envelope.encode(),
            ])?;
        self.raise_head(&doc, &author, header.seq)?;
        Ok(true)
    }

    /// Puts an envelope that has come again over its damaged row, which keeps its receipt and its place in the outbox.
    fn put_in_damaged_place(
        &self,
        envelope: &SealedEnvelope,
        state: EnvelopeState,
    ) -> Result<bool, Error> {
        let header = envelope.header();
        let mended = self
            .conn
            .prepare_cached(
                "UPDATE envelope SET doc = ?2, author = ?3, seq = ?4, kind = ?5, state = ?6, wire = ?7 \
                 WHERE hash = ?1 AND state = 3",
            )?
            .execute(params![
                envelope.hash().as_bytes(),
                header.doc.as_bytes(),
                header.author.as_bytes(),
                column(header.seq)?,
                header.kind as u8,
                state as u8,
                envelope.encode(),
            ])?;
        if mended > 0 {
            self.raise_head(&header.doc, &header.author, header.seq)?;
        }
        Ok(mended > 0)
    }

    /// Changes what became of an envelope; `false` when it is not stored.
    ///
    /// # Errors
    /// [`Error::Fork`] when it leaves quarantine and another envelope holds its place.
    pub fn set_envelope_state(
        &mut self,
        hash: &Hash32,
        state: EnvelopeState,
    ) -> Result<bool, Error> {
        let Some(stored) = self.envelope(hash)? else {
            return Ok(false);
        };
        let header = stored.envelope.header();
        if stored.state == EnvelopeState::Quarantined && state != EnvelopeState::Quarantined {
            self.refuse_fork(&header.doc, &header.author, header.seq)?;
        }
        self.conn
            .prepare_cached("UPDATE envelope SET state = ?2 WHERE hash = ?1")?
            .execute(params![hash.as_bytes(), state as u8])?;
        self.raise_head(&header.doc, &header.author, header.seq)?;
        Ok(true)
    }

    /// One envelope by its hash.
    ///
    /// # Errors
    /// [`Error::Tampered`] when the stored bytes are not those of the hash.
    pub fn envelope(&self, hash: &Hash32) -> Result<Option<StoredEnvelope>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM envelope WHERE hash = ?1 AND state <> 3");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query([hash.as_bytes()])?;
        rows.next()?.map(read_envelope).transpose()
    }

    /// Envelopes of one document behind the given places, author by author in chain order; authors not named come whole.
    ///
    /// # Errors
    /// [`Error::Tampered`] naming the envelope.
    pub fn envelopes(
        &self,
        doc: &DocTag,
        after: &BTreeMap<DeviceId, u64>,
        limit: usize,
    ) -> Result<Vec<StoredEnvelope>, Error> {
        let limit = limit.min(ENVELOPES_MAX);
        let sql = format!(
            "SELECT {COLUMNS} FROM envelope WHERE doc = ?1 AND author = ?2 AND seq > ?3 AND state <> 3 ORDER BY seq, state, n LIMIT ?4"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut out = Vec::new();
        for author in self.authors(doc)? {
            let behind = after.get(&author).map_or(Ok(0), |seq| column(*seq))?;
            let left = (limit - out.len()) as u32;
            let mut rows =
                statement.query(params![doc.as_bytes(), author.as_bytes(), behind, left])?;
            while let Some(row) = rows.next()? {
                out.push(read_envelope(row)?);
            }
        }
        Ok(out)
    }

    /// Envelopes in one state, in order of arrival, behind the arrival number `after` (0 for the first page); each with
    /// its own number, at most [`ENVELOPES_MAX`] a page.
    ///
    /// # Errors
    /// [`Error::Tampered`] naming the envelope.
    pub fn envelopes_in_state(
        &self,
        state: EnvelopeState,
        after: i64,
    ) -> Result<Vec<(i64, StoredEnvelope)>, Error> {
        let sql = format!(
            "SELECT {COLUMNS}, n FROM envelope WHERE state = ?1 AND n > ?2 ORDER BY n LIMIT ?3"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![state as u8, after, ENVELOPES_MAX as u32])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push((row.get("n")?, read_envelope(row)?));
        }
        Ok(out)
    }

    /// How far each author's chain in a document is stored without a gap, whatever became of the envelopes.
    ///
    /// # Errors
    /// [`Error::Tampered`] when the recorded head is not the end of what is stored.
    pub fn vector(&self, doc: &DocTag) -> Result<Vec<(DeviceId, u64, Hash32)>, Error> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT author, seq, hash FROM head WHERE doc = ?1 ORDER BY author")?;
        let rows = statement.query_map([doc.as_bytes()], |row| {
            Ok((
                DeviceId::from_bytes(row.get(0)?),
                row.get::<_, i64>(1)?,
                Hash32::from_bytes(row.get(2)?),
            ))
        })?;
        let mut out = Vec::new();
        for row in rows {
            let (author, seq, hash) = row?;
            let tampered = || Error::Tampered {
                table: "head",
                row: format!("{}/{}", hex(doc.as_bytes()), hex(author.as_bytes())),
            };
            let end = chain_hash(self.conn, doc, &author, seq)? == Some(hash)
                && chain_hash(self.conn, doc, &author, seq.saturating_add(1))?.is_none();
            if !end {
                return Err(tampered());
            }
            out.push((author, u64::try_from(seq).map_err(|_| tampered())?, hash));
        }
        Ok(out)
    }

    /// Every document of which an envelope is stored, in order.
    ///
    /// # Errors
    /// A failing database.
    pub fn docs(&self) -> Result<Vec<DocTag>, Error> {
        // Steps from tag to tag along the index instead of reading every envelope.
        let mut statement = self
            .conn
            .prepare_cached("SELECT doc FROM envelope WHERE doc > ?1 ORDER BY doc LIMIT 1")?;
        let mut out = Vec::new();
        let mut last: Vec<u8> = Vec::new();
        while let Some(doc) = statement
            .query_row([&last], |row| row.get::<_, [u8; 16]>(0))
            .optional()?
        {
            out.push(DocTag::from_bytes(doc));
            last = doc.to_vec();
        }
        Ok(out)
    }

    /// Hash of the envelope at one place of a chain; an accepted one before a quarantined one.
    ///
    /// # Errors
    /// A failing database.
    pub fn envelope_hash(
        &self,
        doc: &DocTag,
        author: &DeviceId,
        seq: u64,
    ) -> Result<Option<Hash32>, Error> {
        chain_hash(self.conn, doc, author, column(seq)?)
    }

    fn refuse_fork(&self, doc: &DocTag, author: &DeviceId, seq: u64) -> Result<(), Error> {
        if *doc == DocTag::RECORDS {
            return Ok(());
        }
        let sql =
            "SELECT 1 FROM envelope WHERE doc = ?1 AND author = ?2 AND seq = ?3 AND state < 2";
        if exists(
            self.conn,
            sql,
            params![doc.as_bytes(), author.as_bytes(), column(seq)?],
        )? {
            return Err(Error::Fork {
                doc: doc.to_string(),
                author: author.to_string(),
                seq,
            });
        }
        Ok(())
    }

    /// After a change at `seq`: moves the head of a chain as far as there is no gap, and lets it name the accepted envelope
    /// of its place before a refused one.
    pub(super) fn raise_head(
        &self,
        doc: &DocTag,
        author: &DeviceId,
        seq: u64,
    ) -> Result<(), Error> {
        let changed = column(seq)?;
        let head: Option<i64> = self
            .conn
            .prepare_cached("SELECT seq FROM head WHERE doc = ?1 AND author = ?2")?
            .query_row(params![doc.as_bytes(), author.as_bytes()], |row| row.get(0))
            .optional()?;
        let mut seq = head.unwrap_or(0);
        let mut last = None;
        if head == Some(changed) {
            last = chain_hash(self.conn, doc, author, changed)?;
        }
        while let Some(hash) = chain_hash(self.conn, doc, author, seq.saturating_add(1))? {
            seq = seq.saturating_add(1);
            last = Some(hash);
        }
        if let Some(hash) = last {
            self.conn
                .prepare_cached(
                    "INSERT OR REPLACE INTO head (doc, author, seq, hash) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    doc.as_bytes(),
                    author.as_bytes(),
                    seq,
                    hash.as_bytes()
                ])?;
        }
        Ok(())
    }

    pub(super) fn authors(&self, doc: &DocTag) -> Result<Vec<DeviceId>, Error> {
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT author FROM envelope WHERE doc = ?1 ORDER BY author",
        )?;
        let rows = statement.query_map([doc.as_bytes()], |row| {
            Ok(DeviceId::from_bytes(row.get(0)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn read_many(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
    ) -> Result<Vec<StoredEnvelope>, Error> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(read_envelope(row)?);
        }
        Ok(out)
    }
}

/// Reads `COLUMNS` of one row, refusing bytes that are not those of the hash and columns that are not those of the header.
pub(crate) fn read_envelope(row: &Row<'_>) -> Result<StoredEnvelope, Error> {
    let hash: Vec<u8> = row.get(0)?;
    let tampered = || Error::Tampered {
        table: "envelope",
        row: hex(&hash),
    };
    let wire = row.get_ref(6)?.as_blob().map_err(|_| tampered())?;
    let envelope = SealedEnvelope::decode(wire).map_err(|_| tampered())?;
    let header = envelope.header();
    let (doc, author, seq): (Vec<u8>, Vec<u8>, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let state = EnvelopeState::from_column(row.get(4)?).ok_or_else(tampered)?;
    let same = envelope.hash().as_bytes()[..] == hash[..]
        && header.doc.as_bytes()[..] == doc[..]
        && header.author.as_bytes()[..] == author[..]
        && u64::try_from(seq) == Ok(header.seq);
    if !same {
        return Err(tampered());
    }
    Ok(StoredEnvelope {
        state,
        outbox: row.get(5)?,
        envelope,
    })
}

/// For reading the whole table elsewhere in the crate.
pub(crate) const ALL_ENVELOPES: &str = "SELECT hash, doc, author, seq, state, outbox, wire, n FROM envelope WHERE state <> 3 ORDER BY n";

pub(super) fn chain_hash(
    conn: &Connection,
    doc: &DocTag,
    author: &DeviceId,
    seq: i64,
) -> Result<Option<Hash32>, Error> {
    Ok(conn
        .prepare_cached("SELECT hash FROM envelope WHERE doc = ?1 AND author = ?2 AND seq = ?3 ORDER BY state, n LIMIT 1")?
        .query_row(params![doc.as_bytes(), author.as_bytes(), seq], |row| row.get(0))
        .optional()?
        .map(Hash32::from_bytes))
}

/// SQLite integers are signed; a chain of 2⁶³ envelopes does not exist.
fn column(seq: u64) -> Result<i64, Error> {
    i64::try_from(seq).map_err(|_| Error::Invalid { what: "sequence" })
}
