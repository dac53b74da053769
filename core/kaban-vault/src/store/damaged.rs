//! Envelopes whose stored bytes were damaged: found, set aside, and asked for again.
//!
//! One damaged row keeps nothing else from being read. Its place in the chain becomes a gap, which
//! the next exchange fills from whoever has the envelope; the bytes are kept as they were found.

use kaban_proto::{DeviceId, DocTag, Hash32};
use rusqlite::params;

use super::envelopes::{COLUMNS, ENVELOPES_MAX, StoredEnvelope, chain_hash, read_envelope};
use super::tx::Tx;
use crate::error::Error;

/// Reason noted for a damaged envelope.
pub const DAMAGED: &str = "damaged";

/// A stored envelope as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its bytes are those of its hash.
    Sound(Box<StoredEnvelope>),
    /// They are not.
    Damaged(Hash32),
}

impl Tx<'_> {
    /// Envelopes of one document in order of arrival, behind the arrival number `after` (0 for the
    /// first page); each with its own number, at most [`ENVELOPES_MAX`] a page. A damaged one is
    /// named and stops nothing.
    ///
    /// # Errors
    /// A failing database.
    pub fn envelopes_as_found(&self, doc: &DocTag, after: i64) -> Result<Vec<(i64, Found)>, Error> {
        let sql = format!(
            "SELECT {COLUMNS}, n FROM envelope WHERE doc = ?1 AND n > ?2 ORDER BY n LIMIT ?3"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![doc.as_bytes(), after, ENVELOPES_MAX as u32])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let found = match read_envelope(row) {
                Ok(stored) => Found::Sound(Box::new(stored)),
                Err(_) => Found::Damaged(Hash32::from_bytes(row.get(0)?)),
            };
            out.push((row.get("n")?, found));
        }
        Ok(out)
    }

    /// Sets a damaged envelope aside: its bytes are kept, its place is a gap, and [`DAMAGED`] is
    /// noted until it is stored again. `false` when there is none of that hash.
    ///
    /// # Errors
    /// A failing database.
    pub fn set_damaged_aside(&mut self, hash: &Hash32) -> Result<bool, Error> {
        let moved = self
            .conn
            .prepare_cached(
                "INSERT OR REPLACE INTO damaged (hash, doc, author, seq, wire)
                 SELECT hash, doc, author, seq, wire FROM envelope WHERE hash = ?1",
            )?
            .execute([hash.as_bytes()])?;
        self.conn
            .prepare_cached("DELETE FROM envelope WHERE hash = ?1")?
            .execute([hash.as_bytes()])?;
        if moved > 0 {
            self.note(hash, DAMAGED)?;
        }
        Ok(moved > 0)
    }

    /// Finds the ends of all chains of a document anew, after envelopes were set aside.
    ///
    /// # Errors
    /// A failing database.
    pub fn find_heads(&mut self, doc: &DocTag) -> Result<(), Error> {
        let authors: Vec<DeviceId> = self.authors(doc)?;
        self.conn
            .prepare_cached("DELETE FROM head WHERE doc = ?1")?
            .execute([doc.as_bytes()])?;
        for author in authors {
            let (mut seq, mut last) = (0, None);
            while let Some(hash) = chain_hash(self.conn, doc, &author, seq + 1)? {
                (seq, last) = (seq + 1, Some(hash));
            }
            let Some(hash) = last else { continue };
            self.conn
                .prepare_cached(
                    "INSERT INTO head (doc, author, seq, hash) VALUES (?1, ?2, ?3, ?4)",
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
}
