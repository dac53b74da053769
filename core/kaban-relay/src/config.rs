//! Every limit of a relay, with a default for one association on a small machine.

use std::path::PathBuf;
use std::time::Duration;

/// Where a relay keeps its store, and its limits.
#[derive(Debug, Clone)]
pub struct Config {
    /// Directory of the database, the relay's keys and its lock; made if it is not there.
    pub store: PathBuf,
    /// Whether a genesis nobody here has seen founds a workspace. Known workspaces are served
    /// either way.
    pub founding_open: bool,
    /// Largest request body, in bytes. A push is at most 1 MiB of envelopes; the rest is for the
    /// interest.
    pub body_bytes_max: usize,
    /// Longest time until a whole head has come: on a new connection, and on one that stays open
    /// after each answer.
    pub head_time_max: Duration,
    /// Longest time a request body may take to come. 1 MiB at 40 kbit/s takes 210 s.
    pub body_time_max: Duration,
    /// Longest time an answer may wait to be taken.
    pub answer_time_max: Duration,
    /// Most bytes of envelopes in one answer, whatever the request asks for.
    pub page_bytes_max: u32,
    /// Most envelopes in one answer.
    pub page_envelopes_max: usize,
    /// Most workspaces; a further one is not founded.
    pub workspaces_max: usize,
    /// Most bytes of data and key periods a workspace may store.
    pub workspace_bytes_max: u64,
    /// Most bytes of them by one device.
    pub device_bytes_max: u64,
    /// Most bytes of records a workspace may store; the relay holds them all in memory.
    pub log_bytes_max: u64,
    /// Most bytes of records by one device.
    pub device_log_bytes_max: u64,
    /// The part of the log that only devices that may stop others can use, for small records, an
    /// eighth each.
    pub log_reserved_bytes: u64,
    /// Largest blob, in bytes.
    pub blob_bytes_max: u64,
    /// Most blobs of a workspace, unfinished ones among them; for a further one older ones give
    /// way, or it is refused.
    pub blobs_max: usize,
    /// Most bytes of all blobs of a workspace, as declared.
    pub blobs_bytes_max: u64,
    /// Most blobs that one device of a workspace publishes; for a further one its older ones give
    /// way.
    pub device_blobs_max: usize,
    /// Most bytes of them, as declared.
    pub device_blobs_bytes_max: u64,
    /// How long an upload may stay unfinished before it gives way to others, in milliseconds.
    pub blob_unfinished_ms: u64,
    /// Most open connections; for a further one the oldest that is not at work for a device gives
    /// way, and if all are at work it waits.
    pub connections_max: usize,
    /// Most requests of one device at work at once; a further one is told that the relay is busy.
    pub device_requests_max: usize,
    /// Most requests waiting for the writer; a further one is told that the relay is busy.
    pub writes_waiting_max: usize,
    /// Most envelopes in one transaction. Pushes that wait together are committed together.
    pub commit_envelopes_max: usize,
    /// Most pulls read from the database at once; a further one waits.
    pub readers_max: usize,
    /// How long a challenge may be answered, in milliseconds.
    pub challenge_ms: u64,
    /// How long a token lasts, in milliseconds.
    pub token_ms: u64,
    /// How long open requests may take to finish once the relay is told to stop.
    pub stop_time_max: Duration,
}

impl Config {
    /// The defaults, with the store in that directory.
    #[must_use]
    pub fn new(store: impl Into<PathBuf>) -> Self {
        Self {
            store: store.into(),
            founding_open: true,
            body_bytes_max: 4 << 20,
            head_time_max: Duration::from_secs(30),
            body_time_max: Duration::from_secs(300),
            answer_time_max: Duration::from_secs(300),
            page_bytes_max: 1 << 20,
            page_envelopes_max: 4096,
            workspaces_max: 1000,
            workspace_bytes_max: 20 << 30,
            device_bytes_max: 5 << 30,
            log_bytes_max: 64 << 20,
            device_log_bytes_max: 16 << 20,
            log_reserved_bytes: 8 << 20,
            blob_bytes_max: 100 << 20,
            blobs_max: 64,
            blobs_bytes_max: 2 << 30,
            device_blobs_max: 16,
            device_blobs_bytes_max: 512 << 20,
            blob_unfinished_ms: 7 * 24 * 3_600_000,
            connections_max: 1024,
            device_requests_max: 32,
            writes_waiting_max: 256,
            commit_envelopes_max: 1024,
            readers_max: 4,
            challenge_ms: 60_000,
            token_ms: 600_000,
            stop_time_max: Duration::from_secs(10),
        }
    }
}
