//! What can go wrong in the store, one variant per thing a caller can act on.
//!
//! Wrong key, damaged file and tampered row are three different errors. No text here carries patient data: rows are named
//! by collection and hexadecimal ids, never by content.

use crate::keyvault::KeyVaultError;

/// Failure of the encrypted store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no store in this folder.
    #[error("no store in {}", dir.display())]
    NotFound {
        /// The folder looked into.
        dir: std::path::PathBuf,
    },
    /// A store exists in this folder and is not overwritten.
    #[error("a store exists in {}", dir.display())]
    Exists {
        /// The folder asked for.
        dir: std::path::PathBuf,
    },
    /// Another process, or another handle of this one, has the store open.
    #[error("store is in use")]
    InUse,
    /// The store was written by a newer version of Kaban.
    #[error("store has version {found}, this build knows {known}")]
    TooNew {
        /// Version of the file.
        found: u32,
        /// Newest version this build can read.
        known: u32,
    },
    /// The operation needs keys and no slot is open.
    #[error("store is locked")]
    Locked,
    /// The slot is whole and the passphrase does not open it.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// There is no slot for this member, or none at all.
    #[error("no slot")]
    NoSlot,
    /// The member has a slot already.
    #[error("slot exists")]
    SlotExists,
    /// The file is broken: not by a wrong key, and not in a single row.
    #[error("damaged {what}")]
    Damaged {
        /// The part that does not read.
        what: &'static str,
    },
    /// A value failed under its right key: it was changed, moved, or replayed from elsewhere.
    #[error("tampered row {row} of {table}")]
    Tampered {
        /// The table it is in.
        table: &'static str,
        /// Collection and hexadecimal ids.
        row: String,
    },
    /// The key of a scope is gone, or was never made on this device.
    #[error("key of scope {scope} is gone")]
    ScopeGone {
        /// Kind and hexadecimal id.
        scope: String,
    },
    /// An author signed two envelopes for one place in its chain.
    #[error("fork at {seq} of author {author} in document {doc}")]
    Fork {
        /// Document tag, hexadecimal.
        doc: String,
        /// Device id, hexadecimal.
        author: String,
        /// Place in the chain.
        seq: u64,
    },
    /// An argument is outside its written bound.
    #[error("invalid {what}")]
    Invalid {
        /// Which argument.
        what: &'static str,
    },
    /// The disk has no room left; the transaction was rolled back.
    #[error("disk is full")]
    DiskFull,
    /// The file system failed.
    #[error("read or write store")]
    Io(#[source] std::io::Error),
    /// The keystore failed.
    #[error("use keystore")]
    KeyVault(#[from] KeyVaultError),
    /// SQLite failed in a way that is neither damage nor a full disk.
    #[error("run database statement")]
    Database(#[source] rusqlite::Error),
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error),
        }
    }
}

impl From<rusqlite::Error> for Error {
    /// Every statement of this crate is fixed and tested, so one that suddenly does not compile, breaks a constraint it
    /// checked before, or finds a column of another type, means that the file is not what was written.
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as Sql;
        use rusqlite::ErrorCode as Code;
        match &error {
            Sql::SqliteFailure(cause, _) => match cause.code {
                Code::DatabaseCorrupt | Code::NotADatabase => Self::Damaged { what: "database" },
                Code::DiskFull => Self::DiskFull,
                Code::DatabaseBusy | Code::DatabaseLocked | Code::FileLockingProtocolFailed => {
                    Self::InUse
                }
                Code::ConstraintViolation => Self::Damaged { what: "index" },
                Code::Unknown | Code::SchemaChanged | Code::TypeMismatch => {
                    Self::Damaged { what: "schema" }
                }
                Code::TooBig => Self::Damaged { what: "record" },
                _ => Self::Database(error),
            },
            Sql::SqlInputError { .. } => Self::Damaged { what: "schema" },
            Sql::InvalidColumnType(..)
            | Sql::IntegralValueOutOfRange(..)
            | Sql::FromSqlConversionFailure(..)
            | Sql::Utf8Error(..)
            | Sql::InvalidColumnIndex(_)
            | Sql::InvalidColumnName(_)
            | Sql::QueryReturnedNoRows => Self::Damaged { what: "record" },
            _ => Self::Database(error),
        }
    }
}

/// Lower-case hexadecimal, for naming rows in errors and aliases in the keystore.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}
