//! Who may write: the record log of a workspace and its fold.
//!
//! The log is a hash-linked graph of signed records. It promises that its answers depend on the *set* of records
//! alone: any two holders of the same records agree, whatever order they came in. A record is judged by what its
//! ancestors say and by nothing else, and a removal reaches back to acts of the removed device that it had not seen.
//!
//! What a suspension stops is delivery, not validity: a record carries no trusted time, so the log keeps the end of
//! the suspension and whoever receives from a device asks [`DeviceState::may_write_at`] with its own clock. The
//! relay does so for every request.

mod acts;
mod fold;
mod graph;
mod log;
mod parking;
mod refusal;
mod states;

pub use log::{ACTS_MAX, Inserted, Record, RecordLog, Vetted};
pub use parking::{PARKED_BYTES_MAX, PARKED_MAX};
pub use refusal::Refusal;
pub use states::{DeviceState, DeviceStates, Status};
