//! Slow work, and large files: what is waited for.

use kaban_app::AppError;

use crate::error::{KabanError, Result};

/// Longest sealed file that is read, bytes.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Runs slow work off the thread that waits for it.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, AppError> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|_| KabanError::Internal {
        reason: "the work broke off".to_owned(),
    })?;
    Ok(done?)
}
