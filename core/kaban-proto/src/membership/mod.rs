//! Who may write: the record log of a workspace and its fold.
//!
//! The log is a hash-linked graph of signed records. It promises that its answers depend on the
//! *set* of records alone: any two holders of the same records agree, whatever order they came in.
//! A record is judged by what its ancestors say and by nothing else, and a removal reaches back to
//! acts of the removed device that it had not seen.
//!
//! A suspension stops delivery at once: whoever receives from a device asks
//! [`DeviceState::may_write`], and so does the relay for every request. It is heard backwards, too:
//! what the device granted without the suspender's knowledge is void while the suspension is in
//! force, whatever its date. It ends when it is lifted and by no clock; the time that
//! [`crate::Clear::SuspendDevice`] carries only tells a lift, 0, from a suspension. The exact rule
//! is that of the module `court`.

mod acts;
mod bounds;
mod court;
mod graph;
mod log;
mod parking;
mod refusal;
mod shared;
mod states;
#[cfg(test)]
mod tests;
mod views;

pub use bounds::{
    ACTS_MAX, ADDS_BY_AUTHOR_MAX, AUTHOR_BYTES_MAX, BRANCHES_MAX, LOG_BYTES_MAX, RESERVE_BYTES,
    SUSPENSIONS_BY_AUTHOR_MAX,
};
pub use log::{Inserted, Record, RecordLog, Vetted};
pub use parking::{PARKED_BY_AUTHOR_MAX, PARKED_BYTES_MAX, PARKED_MAX};
pub use refusal::Refusal;
pub use states::{DeviceState, DeviceStates, Status};
