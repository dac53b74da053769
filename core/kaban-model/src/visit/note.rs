//! The visit note: what was found and done at the bedside, by SOAP, with vitals, drugs and death facts.

use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use super::{
    death::DeathFacts,
    item::{Item, ItemKind},
    vitals::Vitals,
};
use crate::{
    error::{Invalid, Reason},
    ids::{ItemId, PatientId},
    json::{Building, Members},
};

/// The longest of the four SOAP texts, in characters.
pub const SOAP_CHARS_MAX: usize = 4000;
const LIST_MAX: usize = 50;

/// A drug given during the visit.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DrugGiven {
    /// Which drug.
    pub drug: String,
    /// How much, as written.
    pub dose: String,
    /// Of what.
    pub unit: String,
    /// By which route.
    pub route: String,
    /// When, none for "during the visit".
    pub at: Option<DateTime<FixedOffset>>,
    /// An opioid, for the ledger.
    pub opioid: bool,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

/// One visit.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitNote {
    /// Whom.
    pub patient: PatientId,
    /// Clinical time of the note.
    pub arrived_at: DateTime<FixedOffset>,
    /// None while the visit lasts.
    pub left_at: Option<DateTime<FixedOffset>>,
    /// S.
    pub subjective: String,
    /// O.
    pub objective: String,
    /// A.
    pub assessment: String,
    /// P.
    pub plan: String,
    /// What was measured.
    pub vitals: Vitals,
    /// What was given.
    pub drugs_given: Vec<DrugGiven>,
    /// What was done, one line each.
    pub procedures: Vec<String>,
    /// Only when the person died.
    pub death: Option<DeathFacts>,
    /// The duty epoch under which it was written: late acts of a former holder are kept and flagged.
    pub duty_epoch: Option<u64>,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl VisitNote {
    /// Reads a note about `patient`, as typed or as stored.
    ///
    /// # Errors
    /// [`Invalid`] names the member; a note without anything in it is [`Reason::Empty`].
    pub fn from_value(patient: PatientId, value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("visit", value)?;
        let arrived_at = members
            .time("arrived_at")?
            .ok_or(members.invalid("arrived_at", Reason::Missing("arrived_at")))?;
        let note = Self {
            patient,
            arrived_at,
            left_at: members.time("left_at")?,
            subjective: members.text("subjective", SOAP_CHARS_MAX)?,
            objective: members.text("objective", SOAP_CHARS_MAX)?,
            assessment: members.text("assessment", SOAP_CHARS_MAX)?,
            plan: members.text("plan", SOAP_CHARS_MAX)?,
            vitals: members
                .take("vitals")
                .map(Vitals::from_value)
                .transpose()?
                .unwrap_or_default(),
            drugs_given: members
                .list("drugs_given", LIST_MAX)?
                .into_iter()
                .map(DrugGiven::from_value)
                .collect::<Result<_, _>>()?,
            procedures: take_procedures(&mut members)?,
            death: members
                .take("death")
                .map(DeathFacts::from_value)
                .transpose()?,
            duty_epoch: members.number("duty_epoch")?,
            rest: members.rest(),
        };
        if note.left_at.is_some_and(|left| left < note.arrived_at) {
            return Err(Invalid::new("visit.left_at", Reason::EndBeforeBeginning));
        }
        if note.is_blank() {
            return Err(Invalid::new("visit", Reason::Empty));
        }
        Ok(note)
    }

    /// The stored body; the patient and the clinical time stand in the item as well.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Building::on(&self.rest)
            .time("arrived_at", Some(&self.arrived_at))
            .time("left_at", self.left_at.as_ref())
            .text("subjective", &self.subjective)
            .text("objective", &self.objective)
            .text("assessment", &self.assessment)
            .text("plan", &self.plan)
            .some(
                "vitals",
                (!self.vitals.is_empty()).then(|| self.vitals.to_value()),
            )
            .list(
                "drugs_given",
                self.drugs_given.iter().map(DrugGiven::to_value).collect(),
            )
            .list(
                "procedures",
                self.procedures
                    .iter()
                    .map(|p| Value::from(p.as_str()))
                    .collect(),
            )
            .some("death", self.death.as_ref().map(DeathFacts::to_value))
            .some("duty_epoch", self.duty_epoch)
            .value()
    }

    /// The note as a signed item will carry it.
    #[must_use]
    pub fn to_item(&self, id: ItemId) -> Item {
        Item {
            id,
            kind: ItemKind::Visit,
            at: self.arrived_at,
            patient: Some(self.patient),
            link: None,
            body: self.to_value(),
            rest: Map::new(),
        }
    }

    fn is_blank(&self) -> bool {
        let texts = [
            &self.subjective,
            &self.objective,
            &self.assessment,
            &self.plan,
        ];
        texts.iter().all(|t| t.is_empty())
            && self.vitals.is_empty()
            && self.drugs_given.is_empty()
            && self.procedures.is_empty()
            && self.death.is_none()
            && self.rest.is_empty()
    }
}

fn take_procedures(members: &mut Members) -> Result<Vec<String>, Invalid> {
    let mut lines = Vec::new();
    for value in members.list("procedures", LIST_MAX)? {
        let text = value
            .as_str()
            .ok_or(members.invalid("procedures", Reason::NotText))?;
        match crate::text::clean_line(text, 200) {
            Ok(line) => lines.push(line),
            Err(Reason::Empty) => {}
            Err(reason) => return Err(members.invalid("procedures", reason)),
        }
    }
    Ok(lines)
}

impl DrugGiven {
    fn from_value(value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("visit.drugs_given", value)?;
        let drug = members.line("drug", 120)?;
        if drug.is_empty() {
            return Err(members.invalid("drug", Reason::Missing("drug")));
        }
        Ok(Self {
            drug,
            dose: members.line("dose", 40)?,
            unit: members.line("unit", 20)?,
            route: members.line("route", 40)?,
            at: members.time("at")?,
            opioid: members.flag("opioid")?,
            rest: members.rest(),
        })
    }

    fn to_value(&self) -> Value {
        Building::on(&self.rest)
            .text("drug", &self.drug)
            .text("dose", &self.dose)
            .text("unit", &self.unit)
            .text("route", &self.route)
            .time("at", self.at.as_ref())
            .flag("opioid", self.opioid)
            .value()
    }
}

impl fmt::Debug for DrugGiven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DrugGiven(..)")
    }
}

impl fmt::Debug for VisitNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitNote")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    const WHO: PatientId = PatientId::from_bytes([1; 16]);

    #[test]
    fn a_note_of_the_night_reads_back_as_it_was_written() {
        let given = json!({
            "arrived_at": "2026-11-25T02:20:00+09:00", "left_at": "2026-11-25T03:05:00+09:00",
            "subjective": "痛みで覚醒", "objective": "", "assessment": "疼痛増強", "plan": "明朝 主治医へ連絡\r\n再訪問",
            "vitals": {"temperature": "38.2", "pain": 6}, "procedures": ["  家族へ説明 ", ""],
            "drugs_given": [{"drug": "オプソ", "dose": 5, "unit": "mg", "opioid": true, "lot": "A1"}], "zz": [1]
        });
        let note = VisitNote::from_value(WHO, given).unwrap();
        let stored = note.to_value();
        assert_eq!(stored["plan"], json!("明朝 主治医へ連絡\n再訪問"));
        assert_eq!(
            stored["drugs_given"][0],
            json!({"dose": "5", "drug": "オプソ", "lot": "A1", "opioid": true, "unit": "mg"})
        );
        assert_eq!(VisitNote::from_value(WHO, stored).unwrap(), note);
        assert_eq!(
            note.to_item(ItemId::from_bytes([2; 16])).at,
            note.arrived_at
        );
    }

    #[test]
    fn a_note_without_time_or_content_is_refused() {
        let refused = |value| VisitNote::from_value(WHO, value).unwrap_err();
        assert_eq!(
            refused(json!({"plan": "x"})).reason,
            Reason::Missing("arrived_at")
        );
        assert_eq!(
            refused(json!({"arrived_at": "2026-11-25T02:20:00+09:00", "plan": " "})).reason,
            Reason::Empty
        );
        let backwards = json!({"arrived_at": "2026-11-25T02:20:00+09:00", "left_at": "2026-11-25T01:20:00+09:00", "plan": "x"});
        assert_eq!(
            refused(backwards),
            Invalid::new("visit.left_at", Reason::EndBeforeBeginning)
        );
    }
}
