//! The liaison notebook between the doctors.

use std::sync::Arc;

use kaban_app::{AppError, Bag as AppBag, SharedBag, input};

use crate::error::Result;
use crate::ids::{EntryId, PatientId};
use crate::views::NoteView;
use crate::watch::{NotebookListener, Subscription, watch};

/// The notebook; a patient appears in it as a pointer only.
#[derive(uniffi::Object)]
pub struct Notebook(pub(crate) SharedBag);

#[uniffi::export]
impl Notebook {
    /// The entries, newest first. One audit row.
    ///
    /// # Errors
    /// [`crate::KabanError::Locked`], [`crate::KabanError::Tampered`].
    pub fn list(&self) -> Result<Vec<NoteView>> {
        Ok(self.0.with(list)?)
    }

    /// Writes an entry, signed and append-only.
    ///
    /// # Errors
    /// [`crate::KabanError::Invalid`] for an empty or overlong text, [`crate::KabanError::Rule`]
    /// for anybody but doctors and the office.
    pub fn write(&self, text: String, patient: Option<PatientId>, urgent: bool) -> Result<EntryId> {
        input::text("text", &text)?;
        let patient = patient.map(|patient| patient.read()).transpose()?;
        Ok(self
            .0
            .with(|bag| bag.add_note(&text, patient, urgent))?
            .into())
    }

    /// Watches it.
    ///
    /// # Errors
    /// [`crate::KabanError::Internal`] when the system gives no thread.
    pub fn watch(&self, listener: Arc<dyn NotebookListener>) -> Result<Arc<Subscription>> {
        watch(&self.0, |bag| bag.with(list), listener)
    }
}

fn list(bag: &mut AppBag) -> std::result::Result<Vec<NoteView>, AppError> {
    Ok(bag.notes()?.into_iter().map(NoteView::from).collect())
}
