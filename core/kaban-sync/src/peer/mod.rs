//! The edge to other machines: how bytes travel, and how a workspace is brought up to date.

mod lend;
mod relay;
mod transport;
mod trust;

pub use lend::Lend;
pub use relay::{Progress, SyncReport, sync};
pub use transport::{Answer, Http, Patience, Transport, TransportError};
