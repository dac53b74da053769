//! The same refusal again and again is one row with a count, not a stream.
//!
//! The first leaves its row at once. What repeats it within the hour is counted beside the chain and becomes one row when the
//! hour is over, with the next act of whatever kind. A refusal gives no plaintext out, so no reading ever waits in here.

use kaban_proto::{DecodeError, Reader, Wire, Writer};
use sha2::{Digest, Sha256};

use super::rows::exists;
use super::scope::Scope;
use super::tx::Tx;
use crate::audit::AuditEntry;
use crate::error::Error;

const AGAIN: &str = "audit_again";
/// How long repetitions are gathered.
const GATHER_MS: i64 = 60 * 60 * 1000;
/// Most different refusals that are gathered at a time; any further one leaves its row at once.
const GATHERED_MAX: usize = 256;

/// Repetitions of one refusal: `last` is the newest of them and counts them all.
struct Again {
    since_ms: i64,
    last: AuditEntry,
}

impl Wire for Again {
    fn put(&self, w: &mut Writer) {
        self.since_ms.put(w);
        self.last.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            since_ms: Wire::take(r)?,
            last: Wire::take(r)?,
        })
    }
}

impl Tx<'_> {
    /// Appends a refusal to the chain, or counts it when it repeats one of the last hour.
    ///
    /// # Errors
    /// As [`Tx::audit`].
    pub fn audit_refusal(&mut self, entry: AuditEntry) -> Result<(), Error> {
        let name = name_of(&entry);
        let known = self.again(&name)?;
        if let Some(mut again) = known.filter(|again| !is_over(again, entry.wall_ms)) {
            let count = again.last.count.saturating_add(entry.count.max(1));
            again.last = AuditEntry { count, ..entry };
            return self.put_row(&Scope::Device, AGAIN, b"", &name, &again.encode());
        }
        let since_ms = entry.wall_ms;
        let first = AuditEntry {
            count: 0,
            ..entry.clone()
        };
        self.audit(entry)?;
        if self.list_rows(AGAIN, b"")?.len() < GATHERED_MAX {
            let again = Again {
                since_ms,
                last: first,
            };
            self.put_row(&Scope::Device, AGAIN, b"", &name, &again.encode())?;
        }
        Ok(())
    }

    /// The repetitions whose hour is over, as entries for the chain.
    pub(super) fn take_repeated(&mut self, now_ms: i64) -> Result<Vec<AuditEntry>, Error> {
        let any = "SELECT 1 FROM boxed WHERE collection = ?1 LIMIT 1";
        if !exists(self.conn, any, [AGAIN])? {
            return Ok(Vec::new());
        }
        let mut over = Vec::new();
        for (name, bytes) in self.list_rows(AGAIN, b"")? {
            let again = Again::decode(&bytes).ok();
            if again.as_ref().is_some_and(|again| !is_over(again, now_ms)) {
                continue;
            }
            self.delete_row(AGAIN, b"", &name)?;
            over.extend(again.map(|again| again.last).filter(|last| last.count > 0));
        }
        Ok(over)
    }

    fn again(&mut self, name: &[u8]) -> Result<Option<Again>, Error> {
        let row = self.get_row(AGAIN, b"", name)?;
        Ok(row.and_then(|bytes| Again::decode(&bytes).ok()))
    }
}

/// A clock that was set back ends the hour as well.
fn is_over(again: &Again, now_ms: i64) -> bool {
    !(0..GATHER_MS).contains(&now_ms.saturating_sub(again.since_ms))
}

/// Two refusals are the same when only time and count differ.
fn name_of(entry: &AuditEntry) -> [u8; 32] {
    let same = AuditEntry {
        wall_ms: 0,
        offset_minutes: 0,
        count: 0,
        ..entry.clone()
    };
    Sha256::digest(same.encode()).into()
}
