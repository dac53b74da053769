//! What happened to an envelope after it was stored: sent and receipted, or set aside with a reason.
//!
//! None of it needs an open slot: a locked phone can still be emptied.

use kaban_proto::Hash32;
use rusqlite::{OptionalExtension, params};

use super::envelopes::{COLUMNS, ENVELOPES_MAX, EnvelopeState, StoredEnvelope};
use super::tx::Tx;
use crate::error::Error;

/// Longest reason code, in bytes.
pub const REASON_BYTES_MAX: usize = 64;
/// Longest receipt, in bytes.
pub const RECEIPT_BYTES_MAX: usize = 1 << 20;

/// Why an envelope was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuarantineNote {
    /// Which envelope.
    pub hash: Hash32,
    /// A short code, never content.
    pub reason: String,
    /// Whether the envelope itself is stored, too.
    pub stored: bool,
}

impl Tx<'_> {
    /// Unsent envelopes in order of arrival.
    ///
    /// # Errors
    /// [`Error::Tampered`] naming the envelope.
    pub fn outbox(&self, limit: usize) -> Result<Vec<StoredEnvelope>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM envelope WHERE outbox = 1 AND state <> 3 ORDER BY n LIMIT ?1"
        );
        self.read_many(&sql, [limit.min(ENVELOPES_MAX) as u32])
    }

    /// How many envelopes no receipt covers.
    ///
    /// # Errors
    /// A failing database.
    pub fn outbox_len(&self) -> Result<u64, Error> {
        let count: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM envelope WHERE outbox = 1")?
            .query_row([], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Takes envelopes out of the outbox, keeping the receipt that covers them; returns how many were in it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a receipt over its bound.
    pub fn mark_sent(&mut self, hashes: &[Hash32], receipt: &[u8]) -> Result<u64, Error> {
        if receipt.len() > RECEIPT_BYTES_MAX {
            return Err(Error::Invalid {
                what: "receipt length",
            });
        }
        self.conn
            .prepare_cached("INSERT INTO receipt (bytes) VALUES (?1)")?
            .execute([receipt])?;
        let number = self.conn.last_insert_rowid();
        let mut statement = self.conn.prepare_cached(
            "UPDATE envelope SET outbox = 0, receipt = ?2 WHERE hash = ?1 AND outbox = 1",
        )?;
        let mut sent = 0;
        for hash in hashes {
            sent += statement.execute(params![hash.as_bytes(), number])? as u64;
        }
        if sent == 0 {
            self.conn
                .prepare_cached("DELETE FROM receipt WHERE n = ?1")?
                .execute([number])?;
        }
        Ok(sent)
    }

    /// The receipt that took an envelope out of the outbox.
    ///
    /// # Errors
    /// A failing database.
    pub fn receipt(&self, hash: &Hash32) -> Result<Option<Vec<u8>>, Error> {
        Ok(self
            .conn
            .prepare_cached("SELECT r.bytes FROM envelope e JOIN receipt r ON r.n = e.receipt WHERE e.hash = ?1")?
            .query_row([hash.as_bytes()], |row| row.get(0))
            .optional()?)
    }

    /// The receipt that came last.
    ///
    /// # Errors
    /// A failing database.
    pub fn newest_receipt(&self) -> Result<Option<Vec<u8>>, Error> {
        Ok(self
            .conn
            .prepare_cached("SELECT bytes FROM receipt ORDER BY n DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?)
    }

    /// Notes why an envelope, stored or not, was set aside, and quarantines it when it is stored.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the code is longer than [`REASON_BYTES_MAX`].
    pub fn quarantine(&mut self, hash: &Hash32, reason: &str) -> Result<(), Error> {
        self.note(hash, reason)?;
        self.set_envelope_state(hash, EnvelopeState::Quarantined)?;
        Ok(())
    }

    /// Notes a reason beside an envelope that stays what it is, such as a branch of a forked chain; replaces an earlier
    /// note.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty or over-long reason.
    pub fn note(&mut self, hash: &Hash32, reason: &str) -> Result<(), Error> {
        if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
            return Err(Error::Invalid { what: "reason" });
        }
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO quarantine (hash, reason) VALUES (?1, ?2)")?
            .execute(params![hash.as_bytes(), reason])?;
        Ok(())
    }

    /// Takes a note back, for example when an administrator released the envelope; `false` when there was none.
    ///
    /// # Errors
    /// A failing database.
    pub fn unquarantine(&mut self, hash: &Hash32) -> Result<bool, Error> {
        let deleted = self
            .conn
            .prepare_cached("DELETE FROM quarantine WHERE hash = ?1")?
            .execute([hash.as_bytes()])?;
        Ok(deleted > 0)
    }

    /// Everything that was set aside, ordered by hash.
    ///
    /// # Errors
    /// A failing database.
    pub fn quarantined(&self) -> Result<Vec<QuarantineNote>, Error> {
        let mut statement = self.conn.prepare_cached(
            "SELECT q.hash, q.reason, e.n IS NOT NULL FROM quarantine q LEFT JOIN envelope e ON e.hash = q.hash ORDER BY q.hash",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(QuarantineNote {
                hash: Hash32::from_bytes(row.get(0)?),
                reason: row.get(1)?,
                stored: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
