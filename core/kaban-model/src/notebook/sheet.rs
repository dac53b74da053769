//! The liaison sheet: one page from a nurse, a care manager or a pharmacist about one patient.

use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::{
    error::{Invalid, Reason},
    ids::{ItemId, PatientId},
    json::{Building, Members},
    patient::PartialDate,
    visit::{Item, ItemKind},
};

/// One sheet; it fits one page.
#[derive(Clone, PartialEq, Eq)]
pub struct LiaisonSheet {
    /// About whom.
    pub patient: PatientId,
    /// One line.
    pub subject: String,
    /// What is said.
    pub text: String,
    /// By when an answer is wished.
    pub answer_by: Option<PartialDate>,
    /// Which sheet it answers.
    pub reply_to: Option<ItemId>,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl LiaisonSheet {
    /// Reads a sheet about `patient`, as typed or as stored.
    ///
    /// # Errors
    /// [`Invalid`] names the member; a sheet without text is [`Reason::Empty`].
    pub fn from_value(patient: PatientId, value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("liaison", value)?;
        let text = members.text("text", super::entry::ENTRY_CHARS_MAX)?;
        if text.is_empty() {
            return Err(members.invalid("text", Reason::Empty));
        }
        Ok(Self {
            patient,
            subject: members.line("subject", 100)?,
            text,
            answer_by: members.parsed("answer_by", Reason::NotADate)?,
            reply_to: members.parsed("reply_to", Reason::NotACode)?,
            rest: members.rest(),
        })
    }

    /// The stored body; the patient stands in the item.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Building::on(&self.rest)
            .text("subject", &self.subject)
            .text("text", &self.text)
            .some("answer_by", self.answer_by.map(|d| d.to_string()))
            .some("reply_to", self.reply_to.map(|id| id.to_string()))
            .value()
    }

    /// The sheet as a signed item will carry it.
    #[must_use]
    pub fn to_item(&self, id: ItemId, at: DateTime<FixedOffset>) -> Item {
        let patient = Some(self.patient);
        Item {
            id,
            kind: ItemKind::Liaison,
            at,
            patient,
            link: None,
            body: self.to_value(),
            rest: Map::new(),
        }
    }
}

impl fmt::Debug for LiaisonSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiaisonSheet")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sheet_reads_back_and_its_date_has_one_form() {
        let patient = PatientId::from_bytes([1; 16]);
        let given = json!({"subject": "褥瘡", "text": "仙骨部 発赤", "answer_by": "令和8年12月1日", "fax": true});
        let sheet = LiaisonSheet::from_value(patient, given).unwrap();
        assert_eq!(
            sheet.to_value(),
            json!({"answer_by": "2026-12-01", "fax": true, "subject": "褥瘡", "text": "仙骨部 発赤"})
        );
        assert_eq!(
            LiaisonSheet::from_value(patient, sheet.to_value()).unwrap(),
            sheet
        );
    }
}
