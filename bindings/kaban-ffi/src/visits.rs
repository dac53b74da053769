//! Visit notes: a draft kept at every field, signed once, corrected by amendments.

use kaban_app::{SharedBag, input};
use serde_json::json;

use crate::error::Result;
use crate::ids::{EntryId, PatientId};
use crate::views::{DraftView, VisitForm, VisitSaved, VisitView};

/// The visit notes of the patients that this device can read, and the drafts of whoever opened it.
#[derive(uniffi::Object)]
pub struct Visits(pub(crate) SharedBag);

#[uniffi::export]
impl Visits {
    /// The log of a patient, oldest first, each item with everything said about it. One audit row.
    ///
    /// # Errors
    /// [`crate::KabanError::NotFound`], [`crate::KabanError::LeaseExpired`], [`crate::KabanError::Locked`].
    pub fn list(&self, patient: PatientId) -> Result<Vec<VisitView>> {
        let patient = patient.read()?;
        let items = self.0.with(|bag| bag.visits(patient))?;
        Ok(items.into_iter().map(VisitView::from).collect())
    }

    /// One's own draft about a patient.
    ///
    /// # Errors
    /// As [`Visits::list`].
    pub fn draft(&self, patient: PatientId) -> Result<Option<DraftView>> {
        let patient = patient.read()?;
        Ok(self.0.with(|bag| bag.draft(patient))?.map(DraftView::from))
    }

    /// All of one's own drafts.
    ///
    /// # Errors
    /// [`crate::KabanError::Locked`].
    pub fn drafts(&self) -> Result<Vec<DraftView>> {
        let drafts = self.0.with(|bag| bag.drafts())?;
        Ok(drafts.into_iter().map(DraftView::from).collect())
    }

    /// Saves what is written so far, durably. Half a visit is fine.
    ///
    /// # Errors
    /// [`crate::KabanError::Invalid`] naming the member that cannot be; the draft saved before stays.
    pub fn save_draft(&self, patient: PatientId, form: VisitForm) -> Result<DraftView> {
        let (patient, body) = (patient.read()?, form.body()?);
        Ok(self.0.with(|bag| bag.save_draft(patient, body))?.into())
    }

    /// Throws a draft away; false when there was none.
    ///
    /// # Errors
    /// [`crate::KabanError::Locked`].
    pub fn discard_draft(&self, patient: PatientId) -> Result<bool> {
        let patient = patient.read()?;
        Ok(self.0.with(|bag| bag.discard_draft(patient))?)
    }

    /// Signs the draft as a visit note: from now on it is corrected by amendments only.
    ///
    /// # Errors
    /// [`crate::KabanError::NotFound`] without a draft, [`crate::KabanError::Invalid`], [`crate::KabanError::Rule`]; the
    /// draft then stays.
    pub fn sign(&self, patient: PatientId) -> Result<VisitSaved> {
        let patient = patient.read()?;
        Ok(VisitSaved::new(self.0.with(|bag| bag.sign_draft(patient))?))
    }

    /// Corrects a note; the correction stands beside the original for ever.
    ///
    /// # Errors
    /// [`crate::KabanError::Rule`] for anybody but its author, the primary physician and the doctor on
    /// duty; [`crate::KabanError::NotFound`].
    pub fn amend(&self, patient: PatientId, note: EntryId, text: String) -> Result<EntryId> {
        let patient = patient.read()?;
        note.read()?;
        let body = json!({ "text": input::said("text", &text)? });
        Ok(self
            .0
            .with(|bag| bag.amend_visit(patient, &note.0, body))?
            .into())
    }

    /// Confirms a draft of one's own that left with the bag.
    ///
    /// # Errors
    /// [`crate::KabanError::Rule`] for anybody but its author, or when it is confirmed already.
    pub fn confirm(&self, patient: PatientId, note: EntryId) -> Result<EntryId> {
        let patient = patient.read()?;
        note.read()?;
        Ok(self
            .0
            .with(|bag| bag.confirm_item(patient, &note.0))?
            .into())
    }

    /// Takes a note back that was written about another patient; it stays readable, and marked.
    ///
    /// # Errors
    /// As [`Visits::amend`].
    pub fn retract(&self, patient: PatientId, note: EntryId, reason: String) -> Result<EntryId> {
        let patient = patient.read()?;
        note.read()?;
        input::text("reason", &reason)?;
        Ok(self
            .0
            .with(|bag| bag.retract_visit(patient, &note.0, &reason))?
            .into())
    }
}
