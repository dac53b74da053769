//! The audit chain inside the store: one row in the same transaction as the act, and a boxed head that counts them. The row
//! is on the disk when the transaction returns, also for a read, so that no power cut takes it from a page that was shown.
//!
//! An edit, a deletion in the middle and a cut at the end are all found by [`Tx::verify_audit`]. Putting an older copy of
//! the whole file back is not: that is what the heads in envelopes, on the relay and with peers are for.

use kaban_proto::{DecodeError, Hash32, Reader, Wire, Writer};
use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::rows::exists;
use super::scope::Ring;
use super::tx::{Durability, Tx};
use crate::audit::{
    AUDIT_DOCUMENTS_MAX, AUDIT_NAME_BYTES_MAX, AuditBreak, AuditEntry, AuditReport, AuditRow,
    hash_row,
};
use crate::error::Error;
use crate::kbox::{Namespace, Place};

/// Most audit rows one call returns.
pub const AUDIT_ROWS_MAX: usize = 4096;
/// Row number under which the head is kept.
const HEAD_ROW: u64 = 0;

/// Count and hash of the last row.
struct Head {
    n: u64,
    hash: Hash32,
}

impl Wire for Head {
    fn put(&self, w: &mut Writer) {
        self.n.put(w);
        self.hash.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            n: Wire::take(r)?,
            hash: Wire::take(r)?,
        })
    }
}

impl Tx<'_> {
    /// Appends one act to the chain; returns its number and hash.
    ///
    /// # Errors
    /// [`Error::Locked`]; [`Error::Tampered`] when the head does not open; [`Error::Invalid`] over a bound, or in a
    /// transaction that a power cut can take: what was shown has left a row for good.
    pub fn audit(&mut self, entry: AuditEntry) -> Result<(u64, Hash32), Error> {
        if self.durability != Durability::Full {
            return Err(Error::Invalid {
                what: "durability of an audit row",
            });
        }
        for repeated in self.take_repeated(entry.wall_ms)? {
            self.append(repeated)?;
        }
        self.append(entry)
    }

    fn append(&mut self, entry: AuditEntry) -> Result<(u64, Hash32), Error> {
        let named = [entry.event.name(), entry.outcome.name()];
        if entry.documents.len() > AUDIT_DOCUMENTS_MAX
            || named.iter().any(|name| name.len() > AUDIT_NAME_BYTES_MAX)
        {
            return Err(Error::Invalid {
                what: "audit entry",
            });
        }
        let head = self.head()?;
        let row = AuditRow {
            n: head.n + 1,
            prev: head.hash,
            entry,
        };
        // A row behind the head means that the head is an older one put back.
        if exists(
            self.conn,
            "SELECT 1 FROM audit WHERE n = ?1",
            [column(row.n)?],
        )? {
            return Err(tampered(row.n));
        }
        let bytes = row.encode();
        let hash = hash_row(&bytes);
        self.put_audit(row.n, &bytes)?;
        self.put_audit(HEAD_ROW, &Head { n: row.n, hash }.encode())?;
        Ok((row.n, hash))
    }

    /// Rows of the chain from number `from` on; numbering starts at 1.
    ///
    /// # Errors
    /// [`Error::Tampered`] naming the row; [`Error::Locked`].
    pub fn audit_rows(&self, from: u64, limit: usize) -> Result<Vec<AuditRow>, Error> {
        let ring = self.ring()?;
        let from = column(from.max(1))?;
        let mut statement = self
            .conn
            .prepare_cached("SELECT n, sealed FROM audit WHERE n >= ?1 ORDER BY n LIMIT ?2")?;
        let mut rows = statement.query(params![from, limit.min(AUDIT_ROWS_MAX) as u32])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let n = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(HEAD_ROW);
            let sealed: Vec<u8> = row.get(1)?;
            let bytes = open_audit(ring, &self.store_id, n, &sealed).ok_or_else(|| tampered(n))?;
            match AuditRow::decode(&bytes) {
                Ok(row) if row.n == n => out.push(row),
                _ => return Err(tampered(n)),
            }
        }
        Ok(out)
    }

    /// Number and hash of the last row; 0 and [`Hash32::ZERO`] before the first.
    ///
    /// # Errors
    /// [`Error::Tampered`] when the head does not open; [`Error::Locked`].
    pub fn audit_head(&self) -> Result<(u64, Hash32), Error> {
        self.head().map(|head| (head.n, head.hash))
    }

    /// Reads the whole chain and says where it is broken, if it is.
    ///
    /// # Errors
    /// [`Error::Locked`], or a failing database; a broken chain is a finding, not an error.
    pub fn verify_audit(&self) -> Result<AuditReport, Error> {
        let ring = self.ring()?;
        let mut statement = self
            .conn
            .prepare_cached("SELECT n, sealed FROM audit WHERE n <> 0 ORDER BY n")?;
        let mut rows = statement.query([])?;
        let (mut good, mut prev) = (0_u64, Hash32::ZERO);
        let broken = |good: u64, reason| AuditReport {
            rows: good,
            first_broken: Some(good + 1),
            reason: Some(reason),
        };
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != column(good + 1)? {
                return Ok(broken(good, AuditBreak::Missing));
            }
            let sealed: Vec<u8> = row.get(1)?;
            let opened = open_audit(ring, &self.store_id, good + 1, &sealed);
            let Some((link, bytes)) =
                opened.and_then(|bytes| Some((AuditRow::decode(&bytes).ok()?, bytes)))
            else {
                return Ok(broken(good, AuditBreak::Changed));
            };
            if link.n != good + 1 || link.prev != prev {
                return Ok(broken(good, AuditBreak::Unlinked));
            }
            good += 1;
            prev = hash_row(&bytes);
        }
        match self.head() {
            Ok(head) if head.n == good && head.hash == prev => Ok(AuditReport {
                rows: good,
                first_broken: None,
                reason: None,
            }),
            Ok(head) if head.n > good => Ok(broken(good, AuditBreak::Truncated)),
            Ok(_) | Err(Error::Tampered { .. }) => Ok(broken(good, AuditBreak::Head)),
            Err(error) => Err(error),
        }
    }

    /// Starts the chain of a new store, so that a missing head is never taken for an empty chain.
    pub(super) fn start_audit(&mut self) -> Result<(), Error> {
        let head = Head {
            n: 0,
            hash: Hash32::ZERO,
        };
        self.put_audit(HEAD_ROW, &head.encode())
    }

    fn head(&self) -> Result<Head, Error> {
        let ring = self.ring()?;
        let sealed: Option<Vec<u8>> = self
            .conn
            .prepare_cached("SELECT sealed FROM audit WHERE n = 0")?
            .query_row([], |row| row.get(0))
            .optional()?;
        sealed
            .and_then(|sealed| open_audit(ring, &self.store_id, HEAD_ROW, &sealed))
            .and_then(|bytes| Head::decode(&bytes).ok())
            .ok_or_else(|| tampered(HEAD_ROW))
    }

    fn put_audit(&mut self, n: u64, bytes: &[u8]) -> Result<(), Error> {
        let address = address(&self.store_id, n);
        let ring = self.ring.as_deref().ok_or(Error::Locked)?;
        let sealed = ring.audit.seal(&place(&address), bytes, self.rng);
        self.conn
            .prepare_cached("INSERT OR REPLACE INTO audit (n, sealed) VALUES (?1, ?2)")?
            .execute(params![column(n)?, sealed])?;
        Ok(())
    }
}

fn open_audit(
    ring: &Ring,
    store_id: &[u8; 16],
    n: u64,
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let address = address(store_id, n);
    ring.audit.open(&place(&address), sealed).ok()
}

fn address(store_id: &[u8; 16], n: u64) -> Vec<u8> {
    let mut w = Writer::new();
    w.raw(store_id);
    w.bytes(b"audit");
    n.put(&mut w);
    w.finish()
}

fn place(address: &[u8]) -> Place<'_> {
    Place {
        namespace: Namespace::Audit,
        key_id: [0; 16],
        place: address,
    }
}

fn column(n: u64) -> Result<i64, Error> {
    i64::try_from(n).map_err(|_| Error::Invalid {
        what: "audit number",
    })
}

fn tampered(n: u64) -> Error {
    Error::Tampered {
        table: "audit",
        row: n.to_string(),
    }
}
