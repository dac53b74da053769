//! The database: SQLite in WAL mode, one writing connection and a few reading ones.
//!
//! A commit is on disk when it returns (`synchronous = FULL`). Envelopes are kept as they came and
//! never changed. They are the truth: `workspace`, `chain` and `usage` say again what they say, and
//! are believed only where that costs nothing.

mod pull;
mod read;
mod schema;
mod usage;
mod write;

pub(crate) use pull::{Limits, Page, pull};
pub(crate) use read::{
    WorkspaceRow, genesis_and_records, last_position, mend_workspace, workspaces,
};
pub(crate) use schema::{file, open, open_reader};
pub(crate) use usage::{Bytes, usage};
pub(crate) use write::{
    Place, Tip, add_envelope, add_workspace, find_envelope, mend_envelope, tip,
};

/// SQLite integers are signed; numbers of ours stay far below the limit, and one that does not
/// matches nothing.
pub(crate) fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
