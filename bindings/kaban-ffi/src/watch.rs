//! Watching: listeners in another language, called from a thread of the core.

use std::sync::Arc;

use kaban_app::{AppError, SharedBag};

use crate::error::{KabanError, Result};
use crate::views::{LidView, NoteView, PageView, PatientRow};

/// A listener failed. The bag goes on, and the listener is called again with the next change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum ListenerError {
    /// For a reason of its own.
    #[error("{reason}")]
    Failed {
        /// Its own word for it.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ListenerError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

/// Declares one listener: what it is told, and that it is told of a failure as well.
macro_rules! listeners {
    ($($(#[$doc:meta])* $name:ident hears $what:ident: $view:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// Called from a thread that is not the main one, never while the bag is held.
        #[uniffi::export(with_foreign)]
        pub trait $name: Send + Sync {
            /// The current value, then every change.
            fn on_update(&self, $what: $view) -> std::result::Result<(), ListenerError>;
            /// It could not be read; after `Locked` nothing more comes.
            fn on_failure(&self, failure: KabanError) -> std::result::Result<(), ListenerError>;
        }

        impl Listens for Arc<dyn $name> {
            type View = $view;

            fn hear(&self, told: Result<$view>) {
                // What a listener makes of it is its own affair.
                let _ = match told {
                    Ok(view) => self.on_update(view),
                    Err(failure) => self.on_failure(failure),
                };
            }
        }
    )*};
}

/// One listener of whatever kind.
pub(crate) trait Listens: Send + 'static {
    /// What it is told.
    type View: Clone + PartialEq + Send + 'static;

    /// Tells it.
    fn hear(&self, told: Result<Self::View>);
}

listeners! {
    /// Watches the lid.
    LidListener hears lid: LidView;
    /// Watches the list of patients.
    PatientListListener hears patients: Vec<PatientRow>;
    /// Watches the pages of one patient.
    PageListener hears page: PageView;
    /// Watches the liaison notebook.
    NotebookListener hears notes: Vec<NoteView>;
}

/// A listener that is being told. Closing or dropping it ends that; a call already under way may
/// still come to its end.
#[derive(uniffi::Object)]
pub struct Subscription(kaban_app::Subscription);

#[uniffi::export]
impl Subscription {
    /// Ends it; ending twice is no error.
    pub fn end(&self) {
        self.0.end();
    }
}

/// Watches `look` for a listener.
pub(crate) fn watch<L: Listens>(
    bag: &SharedBag,
    look: impl Fn(&SharedBag) -> std::result::Result<L::View, AppError> + Send + 'static,
    listener: L,
) -> Result<Arc<Subscription>> {
    let tell = move |told: std::result::Result<&L::View, AppError>| {
        listener.hear(told.cloned().map_err(KabanError::from));
    };
    Ok(Arc::new(Subscription(kaban_app::watch(bag, look, tell)?)))
}
