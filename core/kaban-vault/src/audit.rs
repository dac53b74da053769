//! What the audit chain records: who, when, what kind of act, which patient's id, how many, with what outcome.
//!
//! Ids only: never a name, a value or a search text. Rows are hash-chained and boxed; the store keeps them, see
//! [`crate::store`]. Times come from the caller.

use kaban_proto::{DecodeError, DeviceId, DocTag, Hash32, MemberId, Reader, Wire, Writer};
use sha2::{Digest, Sha256};

/// Most documents named in one row.
pub const AUDIT_DOCUMENTS_MAX: usize = 256;
/// Longest name of an event or an outcome, in bytes.
pub const AUDIT_NAME_BYTES_MAX: usize = 64;

const FORMAT: u8 = 1;

macro_rules! names {
    ($(#[$doc:meta])* $enum:ident { $($(#[$case_doc:meta])* $case:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $enum {
            $($(#[$case_doc])* $case,)+
            /// A name written by a newer version, kept as it is.
            Unknown(String),
        }

        impl $enum {
            /// The name in the record.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$case => $name,)+
                    Self::Unknown(name) => name,
                }
            }

            /// Reads a name; one this version does not know is kept.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$case,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl Wire for $enum {
            fn put(&self, w: &mut Writer) {
                w.bytes(self.name().as_bytes());
            }

            fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let bad = r.error("audit name");
                let bytes = r.bytes(AUDIT_NAME_BYTES_MAX, "audit name")?;
                std::str::from_utf8(bytes).map(Self::from_name).map_err(|_| bad)
            }
        }
    };
}

names! {
    /// What was done.
    AuditEvent {
        /// A slot was opened.
        Unlock = "unlock",
        /// A slot was not opened.
        UnlockFailed = "unlock-failed",
        /// The store was locked.
        Lock = "lock",
        /// A patient's page was opened.
        OpenPatient = "open-patient",
        /// A list was shown; `count` says how long it was.
        List = "list",
        /// A search settled; `count` says how many were found, never for what.
        Search = "search",
        /// Something was written.
        Write = "write",
        /// An imported or drafted item was confirmed.
        Confirm = "confirm",
        /// A confirmed item was corrected.
        Amend = "amend",
        /// Data left as a file.
        Export = "export",
        /// Data left on paper.
        Print = "print",
        /// Data came in from a file.
        Import = "import",
        /// Duty was offered.
        Offer = "offer",
        /// Duty was accepted.
        Accept = "accept",
        /// Duty was released and the bag dropped.
        Release = "release",
        /// Duty was taken over without an offer.
        Take = "take",
        /// Data behind an ended lease was opened in an emergency.
        BreakGlass = "break-glass",
        /// Members, devices or roles changed.
        Membership = "membership",
        /// An envelope was set aside.
        Quarantine = "quarantine",
        /// Damaged rows were made again; `count` says how many.
        Mend = "mend",
        /// The clock stood against what signed times allow.
        ClockAnomaly = "clock-anomaly",
        /// Keys were destroyed.
        Wipe = "wipe",
    }
}

names! {
    /// How it ended.
    AuditOutcome {
        /// It was done.
        Done = "done",
        /// It was refused by a rule.
        Refused = "refused",
        /// It was tried and failed.
        Failed = "failed",
    }
}

/// One act, as handed to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Wall time, milliseconds since 1970 UTC.
    pub wall_ms: i64,
    /// Offset of local time from UTC, in minutes.
    pub offset_minutes: i16,
    /// Who.
    pub member: MemberId,
    /// On which device.
    pub device: DeviceId,
    /// What.
    pub event: AuditEvent,
    /// Whose record, by id.
    pub patient: Option<[u8; 16]>,
    /// Which documents; at most [`AUDIT_DOCUMENTS_MAX`].
    pub documents: Vec<DocTag>,
    /// How many things were shown, found or written.
    pub count: u64,
    /// How it ended.
    pub outcome: AuditOutcome,
}

impl Wire for AuditEntry {
    fn put(&self, w: &mut Writer) {
        let Self {
            wall_ms,
            offset_minutes,
            member,
            device,
            event,
            patient,
            documents,
            count,
            outcome,
        } = self;
        wall_ms.put(w);
        w.raw(&offset_minutes.to_be_bytes());
        member.put(w);
        device.put(w);
        event.put(w);
        patient.put(w);
        documents.put(w);
        count.put(w);
        outcome.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            wall_ms: Wire::take(r)?,
            offset_minutes: r.array("offset").map(i16::from_be_bytes)?,
            member: Wire::take(r)?,
            device: Wire::take(r)?,
            event: Wire::take(r)?,
            patient: Wire::take(r)?,
            documents: r.list(AUDIT_DOCUMENTS_MAX, "audit documents")?,
            count: Wire::take(r)?,
            outcome: Wire::take(r)?,
        })
    }
}

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Number in the chain, from 1 without gaps.
    pub n: u64,
    /// Hash of the row before, [`Hash32::ZERO`] for the first.
    pub prev: Hash32,
    /// The act.
    pub entry: AuditEntry,
}

impl AuditRow {
    /// The name of this row: SHA-256 of "kaban/audit/1" and its encoding.
    #[must_use]
    pub fn hash(&self) -> Hash32 {
        hash_row(&self.encode())
    }
}

impl Wire for AuditRow {
    fn put(&self, w: &mut Writer) {
        FORMAT.put(w);
        self.n.put(w);
        self.prev.put(w);
        self.entry.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if u8::take(r)? != FORMAT {
            return Err(r.error("audit row version"));
        }
        Ok(Self {
            n: Wire::take(r)?,
            prev: Wire::take(r)?,
            entry: Wire::take(r)?,
        })
    }
}

pub(crate) fn hash_row(bytes: &[u8]) -> Hash32 {
    let mut hasher = Sha256::new();
    hasher.update(b"kaban/audit/1");
    hasher.update(bytes);
    Hash32::from_bytes(hasher.finalize().into())
}

/// What verifying the whole chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// Rows that are whole and in their place, from the first on.
    pub rows: u64,
    /// Number of the first row that is not, if any.
    pub first_broken: Option<u64>,
    /// What is wrong there.
    pub reason: Option<AuditBreak>,
}

/// How a chain is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditBreak {
    /// A row was changed or moved.
    #[error("row was changed")]
    Changed,
    /// A row is missing before the last one.
    #[error("row is missing")]
    Missing,
    /// A row does not name the one before it.
    #[error("row does not follow the one before")]
    Unlinked,
    /// Rows are missing at the end, by the head's count.
    #[error("rows are missing at the end")]
    Truncated,
    /// The head is missing or changed, or names another end.
    #[error("head was changed")]
    Head,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(event: &str, documents: usize) -> AuditRow {
        AuditRow {
            n: 7,
            prev: Hash32::of(b"before"),
            entry: AuditEntry {
                wall_ms: -5,
                offset_minutes: 540,
                member: MemberId::from_bytes([1; 16]),
                device: DeviceId::from_bytes([2; 16]),
                event: AuditEvent::from_name(event),
                patient: Some([3; 16]),
                documents: vec![DocTag::from_bytes([4; 16]); documents],
                count: 9,
                outcome: AuditOutcome::Refused,
            },
        }
    }

    #[test]
    fn an_event_of_a_newer_version_survives() {
        let row = row("teleport", 2);
        assert_eq!(row.entry.event, AuditEvent::Unknown("teleport".into()));
        assert_eq!(AuditRow::decode(&row.encode()).unwrap(), row);
    }

    #[test]
    fn every_truncation_of_a_row_is_refused() {
        let bytes = row("write", 3).encode();
        for len in 0..bytes.len() {
            assert!(AuditRow::decode(&bytes[..len]).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_row_reads_back_and_any_bytes_are_read_canonically(name in "[a-z-]{1,40}", documents in 0_usize..5, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let row = row(&name, documents);
            prop_assert_eq!(AuditRow::decode(&row.encode()).unwrap(), row);
            if let Ok(row) = AuditRow::decode(&bytes) {
                prop_assert_eq!(row.encode(), bytes);
            }
        }
    }
}
