//! Meeting the relay: progress, and cancelling by a handle.

use std::sync::Arc;

use kaban_app::SharedBag;
use tokio::sync::watch;

use crate::error::Result;
use crate::views::{SyncProgress, SyncView};
use crate::watch::ListenerError;

/// Hears how far a synchronisation is.
#[uniffi::export(with_foreign)]
pub trait SyncListener: Send + Sync {
    /// After each page that was exchanged and saved.
    fn on_progress(&self, progress: SyncProgress) -> std::result::Result<(), ListenerError>;
}

/// How a synchronisation ended.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum SyncOutcome {
    /// Neither side has news any more.
    Finished {
        /// What was exchanged.
        view: SyncView,
    },
    /// Cancelled by its handle; what was exchanged until then is saved, the rest waits.
    Cancelled {
        /// How far it was.
        progress: SyncProgress,
    },
}

/// Cancels one or several synchronisations from any thread.
#[derive(uniffi::Object)]
pub struct SyncHandle(watch::Sender<bool>);

#[uniffi::export]
impl SyncHandle {
    /// A handle that has not been used yet.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(false)))
    }

    /// Cancels: what runs ends between two pages, what begins later with this handle ends at once.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

impl SyncHandle {
    async fn cancelled(&self) {
        let mut told = self.0.subscribe();
        // The sender lives as long as `self`, so this ends by a cancel only.
        let _ = told.wait_for(|cancelled| *cancelled).await;
    }
}

/// Meets the relay until neither side has news, or the handle is cancelled.
pub(crate) async fn run(
    bag: &SharedBag,
    relay: Option<&str>,
    handle: Option<Arc<SyncHandle>>,
    listener: Option<Arc<dyn SyncListener>>,
) -> Result<SyncOutcome> {
    let reached = std::sync::Mutex::new(SyncProgress::default());
    let mut progress = |so_far: kaban_sync::peer::Progress| {
        let so_far = SyncProgress::from(so_far);
        *reached
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = so_far.clone();
        if let Some(listener) = &listener {
            // Who only watches cannot stop it.
            let _ = listener.on_progress(so_far);
        }
    };
    let cancelled = async {
        match &handle {
            Some(handle) => handle.cancelled().await,
            None => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        biased;
        () = cancelled => None,
        ended = bag.sync(relay, &mut progress) => Some(ended),
    };
    match ended {
        Some(view) => Ok(SyncOutcome::Finished { view: view?.into() }),
        None => Ok(SyncOutcome::Cancelled {
            progress: reached
                .into_inner()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        }),
    }
}
