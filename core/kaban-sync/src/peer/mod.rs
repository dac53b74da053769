//! The edge to other machines: how bytes travel, and how a workspace is brought up to date.

mod blob;
mod lend;
mod pin;
mod relay;
mod transport;
mod trust;

pub use blob::{
    BlobProgress, BlobReport, BlobSink, BlobSource, OfferedBlobs, fetch_blob, list_blobs,
    publish_blob,
};
pub use lend::Lend;
pub use relay::{Progress, SyncReport, sync};
pub use transport::{Answer, BlobTransport, Http, Patience, Transport, TransportError};
