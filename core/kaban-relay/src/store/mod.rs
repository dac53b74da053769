//! The database: SQLite in WAL mode, one writing connection and a few reading ones.
//!
//! A commit is on disk when it returns (`synchronous = FULL`). Envelopes are kept as they came and never changed.

mod pull;
mod read;
mod schema;
mod write;

pub(crate) use pull::{Limits, Page, pull};
pub(crate) use read::{WorkspaceRow, genesis_and_records, workspaces};
pub(crate) use schema::{file, open, open_reader};
pub(crate) use write::{Tip, add_envelope, add_workspace, envelope_at, tip};

/// SQLite integers are signed; numbers of ours stay far below the limit, and one that does not matches nothing.
pub(crate) fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
