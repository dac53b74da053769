//! A visit as on the form: texts as typed, in empty fields nothing. The core reads it, as JSON, in
//! the same way from every shell.

use kaban_app::input;
use serde_json::{Map, Value};

use crate::error::Result;
use crate::ids::Timestamp;

/// What was measured, as typed; empty where nothing was. Digits of any width are read.
#[derive(Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct Vitals {
    /// Body temperature, °C.
    pub temperature: String,
    /// Pulse, per minute.
    pub pulse: String,
    /// Oxygen saturation, %.
    pub spo2: String,
    /// Systolic blood pressure, mmHg.
    pub bp_systolic: String,
    /// Diastolic blood pressure, mmHg.
    pub bp_diastolic: String,
    /// Breaths, per minute.
    pub respiration: String,
    /// Pain, 0 to 10.
    pub pain: String,
    /// Oxygen given, litres per minute.
    pub oxygen: String,
    /// Consciousness by the Japan Coma Scale: 0, 1, 2, 3, 10, 20, 30, 100, 200, 300.
    pub jcs: String,
}

/// A drug given during the visit.
#[derive(Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct DrugGiven {
    /// Which drug.
    pub drug: String,
    /// How much, as written.
    pub dose: String,
    /// Of what.
    pub unit: String,
    /// By which route.
    pub route: String,
    /// When; not given for "during the visit".
    pub at: Option<Timestamp>,
    /// An opioid, for the ledger.
    pub opioid: bool,
}

/// Facts for the death certificate, by the doctor who examined.
#[derive(Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct Death {
    /// Found at.
    pub found_at: Option<Timestamp>,
    /// Told at.
    pub told_at: Option<Timestamp>,
    /// Told by.
    pub told_by: String,
    /// Examined at.
    pub examined_at: Option<Timestamp>,
    /// Who was present.
    pub present: String,
    /// Last seen alive at.
    pub last_seen_alive_at: Option<Timestamp>,
    /// Last seen alive by.
    pub last_seen_alive_by: String,
    /// Last examination at.
    pub last_examined_at: Option<Timestamp>,
    /// Last examination by.
    pub last_examined_by: String,
    /// Related to the illness under care: `yes`, `no`, `undetermined`; empty where not said.
    pub related: String,
    /// Cause.
    pub cause: String,
}

/// A visit as on the form. What is empty is not written.
#[derive(Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct VisitForm {
    /// Arrived at; now, if not given.
    pub arrived_at: Option<Timestamp>,
    /// Left at; not given while the visit lasts.
    pub left_at: Option<Timestamp>,
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
    pub death: Option<Death>,
}

impl VisitForm {
    /// The body that the core reads: only what was filled in.
    pub(crate) fn body(&self) -> Result<Value> {
        let Self {
            arrived_at,
            left_at,
            subjective,
            objective,
            assessment,
            plan,
            vitals,
            drugs_given,
            procedures,
            death,
        } = self;
        let mut body = Body::new("visit");
        body.time("arrived_at", arrived_at.as_ref())?;
        body.time("left_at", left_at.as_ref())?;
        body.text("subjective", subjective)?;
        body.text("objective", objective)?;
        body.text("assessment", assessment)?;
        body.text("plan", plan)?;
        body.object("vitals", vitals.body()?);
        let drugs = drugs_given.iter().map(DrugGiven::body);
        body.list("drugs_given", drugs.collect::<Result<_>>()?);
        for line in procedures {
            input::text("visit.procedures", line)?;
        }
        let lines = procedures.iter().filter(|line| !line.trim().is_empty());
        body.list(
            "procedures",
            lines.map(|line| line.as_str().into()).collect(),
        );
        if let Some(death) = death {
            body.object("death", death.body()?);
        }
        Ok(Value::Object(body.map))
    }

    /// The form of a stored body.
    pub(super) fn of(body: &Value) -> Self {
        let nothing = Value::Null;
        let list = |name: &str| body.get(name).and_then(Value::as_array);
        let drugs = list("drugs_given").into_iter().flatten();
        let lines = list("procedures").into_iter().flatten();
        Self {
            arrived_at: time(body, "arrived_at"),
            left_at: time(body, "left_at"),
            subjective: text(body, "subjective"),
            objective: text(body, "objective"),
            assessment: text(body, "assessment"),
            plan: text(body, "plan"),
            vitals: Vitals::of(body.get("vitals").unwrap_or(&nothing)),
            drugs_given: drugs.map(DrugGiven::of).collect(),
            procedures: lines
                .filter_map(|line| line.as_str().map(str::to_owned))
                .collect(),
            death: body
                .get("death")
                .filter(|death| death.is_object())
                .map(Death::of),
        }
    }
}

impl Vitals {
    fn body(&self) -> Result<Map<String, Value>> {
        let Self {
            temperature,
            pulse,
            spo2,
            bp_systolic,
            bp_diastolic,
            respiration,
            pain,
            oxygen,
            jcs,
        } = self;
        let mut body = Body::new("vitals");
        for (name, typed) in [
            ("temperature", temperature),
            ("pulse", pulse),
            ("spo2", spo2),
            ("bp_systolic", bp_systolic),
            ("bp_diastolic", bp_diastolic),
            ("respiration", respiration),
            ("pain", pain),
            ("oxygen", oxygen),
            ("jcs", jcs),
        ] {
            body.text(name, typed)?;
        }
        Ok(body.map)
    }

    fn of(vitals: &Value) -> Self {
        Self {
            temperature: text(vitals, "temperature"),
            pulse: text(vitals, "pulse"),
            spo2: text(vitals, "spo2"),
            bp_systolic: text(vitals, "bp_systolic"),
            bp_diastolic: text(vitals, "bp_diastolic"),
            respiration: text(vitals, "respiration"),
            pain: text(vitals, "pain"),
            oxygen: text(vitals, "oxygen"),
            jcs: text(vitals, "jcs"),
        }
    }
}

impl DrugGiven {
    fn body(&self) -> Result<Value> {
        let Self {
            drug,
            dose,
            unit,
            route,
            at,
            opioid,
        } = self;
        let mut body = Body::new("visit.drugs_given");
        body.text("drug", drug)?;
        body.text("dose", dose)?;
        body.text("unit", unit)?;
        body.text("route", route)?;
        body.time("at", at.as_ref())?;
        if *opioid {
            body.map.insert("opioid".to_owned(), true.into());
        }
        Ok(Value::Object(body.map))
    }

    fn of(drug: &Value) -> Self {
        Self {
            drug: text(drug, "drug"),
            dose: text(drug, "dose"),
            unit: text(drug, "unit"),
            route: text(drug, "route"),
            at: time(drug, "at"),
            opioid: drug.get("opioid").and_then(Value::as_bool).unwrap_or(false),
        }
    }
}

impl Death {
    fn body(&self) -> Result<Map<String, Value>> {
        let Self {
            found_at,
            told_at,
            told_by,
            examined_at,
            present,
            last_seen_alive_at,
            last_seen_alive_by,
            last_examined_at,
            last_examined_by,
            related,
            cause,
        } = self;
        let mut body = Body::new("death");
        body.time("found_at", found_at.as_ref())?;
        body.time("told_at", told_at.as_ref())?;
        body.text("told_by", told_by)?;
        body.time("examined_at", examined_at.as_ref())?;
        body.text("present", present)?;
        body.time("last_seen_alive_at", last_seen_alive_at.as_ref())?;
        body.text("last_seen_alive_by", last_seen_alive_by)?;
        body.time("last_examined_at", last_examined_at.as_ref())?;
        body.text("last_examined_by", last_examined_by)?;
        body.text("related", related)?;
        body.text("cause", cause)?;
        Ok(body.map)
    }

    fn of(death: &Value) -> Self {
        Self {
            found_at: time(death, "found_at"),
            told_at: time(death, "told_at"),
            told_by: text(death, "told_by"),
            examined_at: time(death, "examined_at"),
            present: text(death, "present"),
            last_seen_alive_at: time(death, "last_seen_alive_at"),
            last_seen_alive_by: text(death, "last_seen_alive_by"),
            last_examined_at: time(death, "last_examined_at"),
            last_examined_by: text(death, "last_examined_by"),
            related: text(death, "related"),
            cause: text(death, "cause"),
        }
    }
}

/// A JSON object in the making: what is blank is left out.
struct Body {
    of: &'static str,
    map: Map<String, Value>,
}

impl Body {
    fn new(of: &'static str) -> Self {
        Self {
            of,
            map: Map::new(),
        }
    }

    fn text(&mut self, name: &str, text: &str) -> Result<()> {
        input::text(&format!("{}.{name}", self.of), text)?;
        if !text.trim().is_empty() {
            self.map.insert(name.to_owned(), text.into());
        }
        Ok(())
    }

    fn time(&mut self, name: &str, at: Option<&Timestamp>) -> Result<()> {
        if let Some(at) = at {
            at.read(&format!("{}.{name}", self.of))?;
            self.map.insert(name.to_owned(), at.0.as_str().into());
        }
        Ok(())
    }

    fn object(&mut self, name: &str, object: Map<String, Value>) {
        if !object.is_empty() {
            self.map.insert(name.to_owned(), Value::Object(object));
        }
    }

    fn list(&mut self, name: &str, list: Vec<Value>) {
        if !list.is_empty() {
            self.map.insert(name.to_owned(), Value::Array(list));
        }
    }
}

/// A text, or a number as text; empty for anything else.
pub(super) fn text(body: &Value, name: &str) -> String {
    match body.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn time(body: &Value, name: &str) -> Option<Timestamp> {
    let at = body.get(name).and_then(Value::as_str);
    at.map(|at| Timestamp(at.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn full() -> VisitForm {
        let at = || Some(Timestamp("2026-11-24T01:40:00+09:00".to_owned()));
        VisitForm {
            arrived_at: at(),
            left_at: at(),
            subjective: "S".to_owned(),
            objective: "O".to_owned(),
            assessment: "A".to_owned(),
            plan: "P".to_owned(),
            vitals: Vitals {
                temperature: "38.0".to_owned(),
                pulse: "96".to_owned(),
                spo2: "91".to_owned(),
                bp_systolic: "128".to_owned(),
                bp_diastolic: "74".to_owned(),
                respiration: "22".to_owned(),
                pain: "6".to_owned(),
                oxygen: "2".to_owned(),
                jcs: "10".to_owned(),
            },
            drugs_given: vec![DrugGiven {
                drug: "モルヒネ".to_owned(),
                dose: "5".to_owned(),
                unit: "mg".to_owned(),
                route: "皮下".to_owned(),
                at: at(),
                opioid: true,
            }],
            procedures: vec!["吸引".to_owned()],
            death: Some(Death {
                found_at: at(),
                told_at: at(),
                told_by: "長女".to_owned(),
                examined_at: at(),
                present: "家族".to_owned(),
                last_seen_alive_at: at(),
                last_seen_alive_by: "長女".to_owned(),
                last_examined_at: at(),
                last_examined_by: "佐藤".to_owned(),
                related: "yes".to_owned(),
                cause: "肺癌".to_owned(),
            }),
        }
    }

    #[test]
    fn a_full_form_comes_back_as_it_was_typed_from_what_the_core_stores() {
        let form = full();
        let patient = kaban_model::ids::PatientId::from_bytes([1; 16]);
        let note = kaban_model::visit::VisitNote::from_value(patient, form.body().unwrap());
        assert!(VisitForm::of(&note.unwrap().to_value()) == form);
    }

    #[test]
    fn what_is_blank_is_not_written() {
        let blank = VisitForm::default().body().unwrap();
        assert_eq!(blank, Value::Object(Map::new()));
    }

    #[test]
    fn a_time_that_is_none_names_its_place() {
        let mut form = full();
        form.left_at = Some(Timestamp("9999-12-31T00:00:00Z".to_owned()));
        let refused = form.body().unwrap_err().to_string();
        assert!(refused.starts_with("visit.left_at: "), "{refused}");
    }
}
