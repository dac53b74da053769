//! Drafts: a visit note kept at every field until it is signed, one for each patient and person.

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::DocKind;
use kaban_model::visit::{check_draft, draft_warnings};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{DRAFT_BYTES_MAX, Deed, Draft};
use kaban_vault::audit::AuditEvent;
use serde::Serialize;
use serde_json::Value;

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::roll::Stale;
use crate::views::time;
use crate::visits::VisitInput;

/// A note that was begun.
#[derive(Clone, Debug, Serialize)]
pub struct DraftView {
    /// The id the note will have.
    pub id: String,
    /// About whom.
    pub patient: String,
    /// When it was begun.
    pub begun_at: String,
    /// When it was last saved.
    pub saved_at: String,
    /// `bag` or `own`.
    pub scope: &'static str,
    /// What was typed so far.
    pub body: Value,
    /// What looks implausible, or would be refused when it is signed.
    pub warnings: Vec<String>,
}

impl Bag {
    /// This person's draft about a patient.
    pub fn draft(&mut self, patient: PatientId) -> Result<Option<DraftView>> {
        let found = self.read(|session, cx| {
            session.audit(cx, Deed::to(AuditEvent::OpenPatient, patient))?;
            session.draft(patient)
        })?;
        found.map(|draft| self.draft_view(draft)).transpose()
    }

    /// This person's drafts about every patient, those last saved first.
    pub fn drafts(&mut self) -> Result<Vec<DraftView>> {
        let mut found = self.read(|session, cx| {
            let drafts = session.drafts()?;
            session.audit(cx, Deed::counted(AuditEvent::List, drafts.len()))?;
            Ok(drafts)
        })?;
        found.sort_by_key(|draft| std::cmp::Reverse((draft.saved_at, draft.patient)));
        found
            .into_iter()
            .map(|draft| self.draft_view(draft))
            .collect()
    }

    /// Saves what was typed so far, durably; half-written is fine. The first save notes when it
    /// was begun, and takes that for the arrival when none is given.
    ///
    /// # Errors
    /// [`Kind::BadInput`] for what can be no visit, naming the member; what was saved before stays.
    pub fn save_draft(&mut self, patient: PatientId, body: Value) -> Result<DraftView> {
        check_draft(&body)?;
        let known = self.read(|session, _| session.draft(patient))?;
        let body = with_arrival(body, known.as_ref(), time(self.now()));
        if body.to_string().len() > DRAFT_BYTES_MAX {
            let most = DRAFT_BYTES_MAX / 1024;
            return Err(AppError::input(format!(
                "visit: larger than {most} KiB; what was saved before is still there"
            )));
        }
        let id = ItemId::make(self.rng.as_mut());
        let saved = self.write_of(Stale::Nothing, |session, cx| {
            session.save_draft(cx, patient, id, body)
        });
        match saved {
            Ok(draft) => self.draft_view(draft),
            Err(error) => Err(self.refused(AuditEvent::Write, patient, error)),
        }
    }

    /// Takes a draft away; false if there was none.
    pub fn discard_draft(&mut self, patient: PatientId) -> Result<bool> {
        self.write_of(Stale::Nothing, |session, cx| {
            let there = session.discard_draft(patient)?;
            if there {
                session.audit(cx, Deed::to(AuditEvent::Write, patient))?;
            }
            Ok(there)
        })
    }

    /// Signs a draft as a visit note; gives its id and what looks implausible. Note and draft
    /// change places in one transaction.
    ///
    /// # Errors
    /// Those of [`Bag::add_visit`]; [`Kind::NotFound`] when there is no draft. The draft stays.
    pub fn sign_draft(&mut self, patient: PatientId) -> Result<(ItemId, Vec<String>)> {
        let draft = self.read(|session, _| session.draft(patient))?;
        let Some(draft) = draft else {
            let none = AppError::new(Kind::NotFound, "there is no draft about this patient");
            return Err(none);
        };
        let note = self.read_visit(patient, VisitInput { body: draft.body })?;
        let warnings = note.vitals.warnings();
        let warnings = warnings.iter().map(|warning| warning.text(true)).collect();
        let item = note.to_item(draft.id);
        let written = self.write_of(Stale::Nothing, |session, cx| {
            session.audit(cx, Deed::to(AuditEvent::Write, patient))?;
            session.put_item(cx, DocKey::of(patient, DocKind::Log), &item)?;
            session.discard_draft(patient).map(drop)
        });
        written.map_err(|error| self.refused(AuditEvent::Write, patient, error))?;
        Ok((item.id, warnings))
    }

    fn draft_view(&mut self, draft: Draft) -> Result<DraftView> {
        let (scope, stranded) = self.read(|session, _| {
            let scope = session.patient_scope(draft.patient).unwrap_or("own");
            Ok((scope, session.is_stranded(draft.patient)?))
        })?;
        let mut warnings = draft_warnings(draft.patient, &draft.body, true);
        if stranded {
            warnings.push(
                "この患者の記録にはもう書けません。下書きはこの端末だけに残っています".to_owned(),
            );
        }
        Ok(DraftView {
            id: draft.id.to_string(),
            patient: draft.patient.to_string(),
            begun_at: time(draft.begun_at),
            saved_at: time(draft.saved_at),
            scope,
            body: draft.body,
            warnings,
        })
    }
}

/// A body without an arrival takes that of the draft so far, or the moment it was begun.
fn with_arrival(mut body: Value, known: Option<&Draft>, now: String) -> Value {
    if let Value::Object(map) = &mut body
        && map.get("arrived_at").is_none_or(Value::is_null)
    {
        let begun = known.map_or(now, |draft| time(draft.begun_at));
        let before = known.and_then(|draft| draft.body.get("arrived_at"));
        let arrival = before.cloned().unwrap_or(Value::String(begun));
        map.insert("arrived_at".to_owned(), arrival);
    }
    body
}
