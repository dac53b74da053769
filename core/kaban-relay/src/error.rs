//! Why a relay does not open or stops serving. What a request is told instead is [`kaban_proto::relay_api::ApiError`].

/// Why a relay does not open or stops serving.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store directory cannot be made or read.
    #[error("open store directory")]
    Directory(#[source] std::io::Error),
    /// Another relay has the store open.
    #[error("store is in use by another relay")]
    InUse,
    /// The key file cannot be read or written.
    #[error("relay key file")]
    KeyFile(#[source] std::io::Error),
    /// There is a database but no key file: with new keys every pinned device would take the relay for another.
    #[error("key file is missing beside an existing database")]
    KeysMissing,
    /// The key file is not one.
    #[error("key file is damaged")]
    KeysDamaged,
    /// The database cannot be opened, read or written.
    #[error("database")]
    Database(#[from] rusqlite::Error),
    /// The database was written by a newer version.
    #[error("database has schema version {found}, this program knows {known}")]
    TooNew {
        /// Version in the file.
        found: u32,
        /// Newest version this program knows.
        known: u32,
    },
    /// The writer could not be started.
    #[error("start writer")]
    Writer(#[source] std::io::Error),
    /// The server stopped by itself.
    #[error("serve")]
    Serve(#[source] std::io::Error),
}
