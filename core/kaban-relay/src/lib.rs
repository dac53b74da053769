//! The relay: a mailbox for sealed envelopes that stands where every device can reach it.
//!
//! It keeps what devices push and hands it to the devices of the same workspace, and gives a signed receipt for what
//! is safely on disk. It knows which devices there are from the clear part of the record log, and takes envelopes
//! of those alone. [`Relay::open`] opens a store, [`serve`] answers HTTP on a listener until told to stop; the
//! program around it is somebody else's.
//!
//! Architecture Invariant: of our crates it uses `kaban-proto` alone, which cannot decrypt, so the relay cannot read
//! a record. TLS ends in front of it; without TLS an onlooker learns tokens and traffic, and still no content.

mod auth;
mod blobs;
mod board;
mod clock;
mod config;
mod error;
mod http;
mod keys;
mod relay;
mod serve;
mod store;
mod writer;

pub use board::SetAside;
pub use clock::{Clock, SystemClock};
pub use config::Config;
pub use error::Error;
pub use relay::Relay;
pub use serve::serve;
