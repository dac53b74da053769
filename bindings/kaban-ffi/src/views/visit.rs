//! Visit notes with everything said about them, drafts, and the notebook.

use kaban_app::{DraftView as AppDraft, ItemView, NoteView as AppNote};
use serde_json::Value;

use super::Scope;
use super::form::{VisitForm, text};
use crate::ids::{EntryId, PatientId, Timestamp};

/// Where an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SendState {
    /// ● On this device only.
    HereOnly,
    /// ✓ A relay has given a receipt.
    Receipt,
}

impl SendState {
    pub(super) fn of(sign: &str) -> Self {
        if sign == "✓" {
            Self::Receipt
        } else {
            Self::HereOnly
        }
    }
}

/// A visit that was signed.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct VisitSaved {
    /// The note.
    pub id: EntryId,
    /// What looks implausible and deserves a second look, in Japanese.
    pub warnings: Vec<String>,
}

impl VisitSaved {
    pub(crate) fn new((id, warnings): (kaban_model::ids::ItemId, Vec<String>)) -> Self {
        Self {
            id: id.into(),
            warnings,
        }
    }
}

/// A draft: on this device only until it is signed, or leaves with the bag.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct DraftView {
    /// Its id, which the note keeps.
    pub id: EntryId,
    /// Whom it is about.
    pub patient: PatientId,
    /// Begun at.
    pub begun_at: Timestamp,
    /// Saved at.
    pub saved_at: Timestamp,
    /// Under which scope it lies.
    pub scope: Scope,
    /// What is written so far.
    pub form: VisitForm,
    /// What looks implausible, in Japanese.
    pub warnings: Vec<String>,
}

impl From<AppDraft> for DraftView {
    fn from(draft: AppDraft) -> Self {
        let AppDraft {
            id,
            patient,
            begun_at,
            saved_at,
            scope,
            body,
            warnings,
        } = draft;
        Self {
            id: EntryId(id),
            patient: PatientId(patient),
            begun_at: Timestamp(begun_at),
            saved_at: Timestamp(saved_at),
            scope: Scope::of(scope),
            form: VisitForm::of(&body),
            warnings,
        }
    }
}

/// Something said about a note after it was signed: a correction, or that it was taken back. It
/// stands beside the original for ever.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct AmendmentView {
    /// Its id.
    pub id: EntryId,
    /// Who signed.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The text; of a note that was taken back, the reason.
    pub text: String,
}

/// An item of a patient's log with everything said about it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct VisitView {
    /// The item.
    pub id: EntryId,
    /// `visit`, `draft`, … as in `core/docs/formats.md`.
    pub kind: String,
    /// Clinical time.
    pub at: Timestamp,
    /// Who signed.
    pub by: String,
    /// Signed as final, or confirmed by its author.
    pub confirmed: bool,
    /// Who took it back, when and why; it stays readable, and is marked.
    pub retracted_by: Vec<AmendmentView>,
    /// Number of the duty it was written under, 0 for none.
    pub duty: u64,
    /// Corrections, oldest first.
    pub amendments: Vec<AmendmentView>,
    /// What is written.
    pub form: VisitForm,
    /// Where it is.
    pub sent: SendState,
}

impl From<ItemView> for VisitView {
    fn from(item: ItemView) -> Self {
        let ItemView {
            item_id,
            kind,
            at,
            by,
            confirmed,
            // Told by who took it back.
            retracted: _,
            retracted_by,
            duty,
            amended_by,
            body,
            sent,
        } = item;
        let said = |said: &[Value], what: &str| {
            let view = |said: &Value| AmendmentView {
                id: EntryId(text(said, "item_id")),
                by: text(said, "by"),
                at: Timestamp(text(said, "at")),
                text: said
                    .get("body")
                    .map(|body| text(body, what))
                    .unwrap_or_default(),
            };
            said.iter().map(view).collect()
        };
        Self {
            id: EntryId(item_id),
            kind,
            at: Timestamp(at),
            by,
            confirmed,
            retracted_by: said(&retracted_by, "reason"),
            duty,
            amendments: said(&amended_by, "text"),
            form: VisitForm::of(&body),
            sent: SendState::of(sent),
        }
    }
}

/// One entry of the liaison notebook.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct NoteView {
    /// The entry.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Text.
    pub text: String,
    /// The patient it points to.
    pub patient: Option<PatientId>,
    /// To be read first.
    pub urgent: bool,
    /// Where it is.
    pub sent: SendState,
}

impl From<AppNote> for NoteView {
    fn from(note: AppNote) -> Self {
        let AppNote {
            item_id,
            at,
            by,
            text,
            patient,
            urgent,
            sent,
        } = note;
        Self {
            id: EntryId(item_id),
            at: Timestamp(at),
            by,
            text,
            patient: patient.map(PatientId),
            urgent,
            sent: SendState::of(sent),
        }
    }
}
