//! Observation of a vital sign → readings in Kaban's units.

use serde_json::Value;

use super::codes::{in_vital_category, sign};
use super::element::{choice, date_part, items, notes, quantity, text};
use super::plan::Reading;
use super::units::reading;

/// Components looked at in one Observation.
const COMPONENTS_MAX: usize = 100;

/// What one Observation gives.
#[derive(Default)]
pub(crate) struct Vitals {
    pub(crate) at: Option<String>,
    pub(crate) readings: Vec<Reading>,
    pub(crate) warnings: Vec<String>,
    pub(crate) status: String,
    pub(crate) withdrawn: bool,
    pub(crate) note: Option<String>,
}

/// Reads an Observation and its components.
pub(crate) fn read(observation: &Value) -> Vitals {
    let status = text(observation, "status").unwrap_or_default();
    let mut out = Vitals {
        at: moment(observation),
        status: status.chars().take(40).collect(),
        withdrawn: matches!(status, "entered-in-error" | "cancelled"),
        note: notes(observation),
        ..Vitals::default()
    };
    let vital = in_vital_category(observation);
    out.take(observation, vital);
    for component in items(observation, "component").take(COMPONENTS_MAX) {
        out.take(component, vital);
    }
    if out.at.is_none() {
        out.warnings.push("measured at an unknown time".to_owned());
    }
    out
}

impl Vitals {
    fn take(&mut self, part: &Value, vital: bool) {
        let Some(sign) = part.get("code").and_then(|code| sign(code, vital)) else {
            return;
        };
        let read = match choice(part, "value") {
            Some(("Quantity", found)) => quantity(found),
            Some(("Integer", found)) => {
                super::element::decimal(found).map(|value| super::element::Quantity {
                    value,
                    code: "",
                    unit: "",
                    comparator: "",
                })
            }
            _ => None,
        };
        let Some(quantity) = read else {
            // A panel has no value of its own; an absent value has a reason that the original keeps.
            if part.get("component").is_none() {
                self.warnings.push(format!("{sign:?}: without a value"));
            }
            return;
        };
        match reading(sign, &quantity) {
            Ok((reading, warnings)) => {
                self.warnings.extend(warnings);
                if !self.readings.iter().any(|known| known.sign == reading.sign) {
                    self.readings.push(reading);
                } else {
                    self.warnings.push(format!(
                        "{:?}: a second value in one observation, left out",
                        reading.sign
                    ));
                }
            }
            Err(why) => self.warnings.push(why),
        }
    }
}

/// When it was measured, as precisely as was said.
fn moment(observation: &Value) -> Option<String> {
    let said = text(observation, "effectiveDateTime")
        .or_else(|| text(observation, "effectiveInstant"))
        .or_else(|| {
            observation
                .get("effectivePeriod")
                .and_then(|period| text(period, "start").or(text(period, "end")))
        })?;
    let zoned = chrono::DateTime::parse_from_rfc3339(said).is_ok();
    (zoned || date_part(said) == Some(said)).then(|| said.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fhir::codes::Sign;

    #[test]
    fn a_blood_pressure_gives_both_readings() {
        let vitals = read(&json!({
            "status": "final", "effectiveDateTime": "2026-04-01T08:00:00+09:00",
            "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
            "component": [
                {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 128, "unit": "mmHg"}},
                {"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}, "valueQuantity": {"value": 76, "code": "mm[Hg]"}}]
        }));
        let values: Vec<(Sign, &str)> = vitals
            .readings
            .iter()
            .map(|r| (r.sign, r.value.as_str()))
            .collect();
        assert_eq!(values, [(Sign::Systolic, "128"), (Sign::Diastolic, "76")]);
        assert_eq!(vitals.at.as_deref(), Some("2026-04-01T08:00:00+09:00"));
        assert!(vitals.warnings.is_empty());
    }

    #[test]
    fn a_saturation_coded_twice_is_read_once() {
        let vitals = read(&json!({
            "status": "final", "effectiveDateTime": "2026-04",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2708-6"}, {"system": "http://loinc.org", "code": "59408-5"}]},
            "valueQuantity": {"value": 95, "code": "%"}
        }));
        assert_eq!(vitals.readings.len(), 1);
        assert_eq!(vitals.at.as_deref(), Some("2026-04"));
    }

    #[test]
    fn a_withdrawn_observation_says_so() {
        let vitals = read(&json!({
            "status": "entered-in-error", "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "valueQuantity": {"value": 60, "code": "/min"}
        }));
        assert!(vitals.withdrawn);
        assert_eq!(vitals.readings.len(), 1);
    }
}
