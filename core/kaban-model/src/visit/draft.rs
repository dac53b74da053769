//! What may stand in a draft: anything that can still become a visit.
//!
//! Half-typed numbers and times, texts that are too long, a drug without a name: all of that is
//! kept, because losing what was typed is worse than any of it. A member of a wrong JSON type is
//! not, because no screen could show it again.

use serde_json::{Map, Value};

use super::note::VisitNote;
use super::vitals::VITALS;
use crate::error::{Invalid, Reason};
use crate::ids::PatientId;

const LIST_MAX: usize = 50;
const MEMBERS_MAX: usize = 256;

/// What a member must be.
#[derive(Clone, Copy)]
enum Shape {
    /// Text, or a number where a person typed digits.
    Text,
    /// Text only: a time, half typed or whole.
    Time,
    Number,
    Flag,
    Count,
}

const TEXTS: [(&str, Shape); 7] = [
    ("arrived_at", Shape::Time),
    ("left_at", Shape::Time),
    ("subjective", Shape::Text),
    ("objective", Shape::Text),
    ("assessment", Shape::Text),
    ("plan", Shape::Text),
    ("duty_epoch", Shape::Count),
];
const DRUG: [(&str, Shape); 6] = [
    ("drug", Shape::Text),
    ("dose", Shape::Text),
    ("unit", Shape::Text),
    ("route", Shape::Text),
    ("at", Shape::Time),
    ("opioid", Shape::Flag),
];

/// Whether a body can be kept as a draft of a visit.
///
/// # Errors
/// [`Invalid`] names the member that could not be shown again.
pub fn check_draft(body: &Value) -> Result<(), Invalid> {
    let body = object("visit", body)?;
    check("visit", body, &TEXTS)?;
    if let Some(vitals) = present(body, "vitals") {
        let vitals = object("visit.vitals", vitals)?;
        for name in VITALS.iter().map(|spec| spec.name).chain(["jcs"]) {
            check("visit.vitals", vitals, &[(name, Shape::Number)])?;
        }
    }
    for drug in list(body, "drugs_given")? {
        check(
            "visit.drugs_given",
            object("visit.drugs_given", drug)?,
            &DRUG,
        )?;
    }
    for line in list(body, "procedures")? {
        if !line.is_string() {
            return Err(Invalid::new("visit.procedures", Reason::NotText));
        }
    }
    if let Some(death) = present(body, "death") {
        object("visit.death", death)?;
    }
    Ok(())
}

/// What deserves a second look in a draft, in Japanese (`true`) or English: what a visit would be
/// warned of, or what it would be refused for, except that something is still to come.
#[must_use]
pub fn draft_warnings(patient: PatientId, body: &Value, japanese: bool) -> Vec<String> {
    match VisitNote::from_value(patient, body.clone()) {
        Ok(note) => {
            let warnings = note.vitals.warnings();
            warnings.iter().map(|w| w.text(japanese)).collect()
        }
        Err(refused) => match refused.reason {
            Reason::Empty | Reason::Missing(_) => Vec::new(),
            reason if japanese => vec![format!("{}: {}", refused.field, reason.text_ja())],
            _ => vec![refused.to_string()],
        },
    }
}

fn check(prefix: &str, map: &Map<String, Value>, members: &[(&str, Shape)]) -> Result<(), Invalid> {
    for (name, shape) in members {
        let Some(value) = present(map, name) else {
            continue;
        };
        let (fits, reason) = match shape {
            Shape::Text => (value.is_string() || value.is_number(), Reason::NotText),
            Shape::Time => (value.is_string(), Reason::NotATime),
            Shape::Number => (value.is_string() || value.is_number(), Reason::NotANumber),
            Shape::Flag => (value.is_boolean(), Reason::NotAFlag),
            Shape::Count => (value.is_u64(), Reason::NotANumber),
        };
        if !fits {
            return Err(Invalid::new(format!("{prefix}.{name}"), reason));
        }
    }
    Ok(())
}

fn object<'v>(field: &str, value: &'v Value) -> Result<&'v Map<String, Value>, Invalid> {
    match value.as_object() {
        Some(map) if map.len() <= MEMBERS_MAX => Ok(map),
        Some(_) => Err(Invalid::new(field, Reason::TooLarge)),
        None => Err(Invalid::new(field, Reason::NotAnObject)),
    }
}

fn list<'v>(map: &'v Map<String, Value>, name: &str) -> Result<&'v [Value], Invalid> {
    let refuse = |reason| Err(Invalid::new(format!("visit.{name}"), reason));
    match present(map, name) {
        None => Ok(&[]),
        Some(Value::Array(items)) if items.len() <= LIST_MAX => Ok(items),
        Some(Value::Array(_)) => refuse(Reason::TooLarge),
        Some(_) => refuse(Reason::NotText),
    }
}

/// Null counts as absent.
fn present<'v>(map: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    map.get(name).filter(|value| !value.is_null())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const WHO: PatientId = PatientId::from_bytes([1; 16]);

    #[test]
    fn what_is_half_typed_is_kept() {
        for body in [
            json!({}),
            json!({"subjective": null, "vitals": {}}),
            json!({"vitals": {"temperature": "3", "bp_systolic": 12, "jcs": "II-"}}),
            json!({"arrived_at": "2026-11-2", "drugs_given": [{}], "procedures": [""]}),
            json!({"plan": "長".repeat(5000), "of a newer version": {"any": [1]}}),
        ] {
            assert_eq!(check_draft(&body), Ok(()), "{body}");
        }
    }

    #[test]
    fn what_no_screen_could_show_again_is_refused_by_the_name_of_its_member() {
        for (body, field) in [
            (json!([]), "visit"),
            (json!("text"), "visit"),
            (json!({"plan": {}}), "visit.plan"),
            (json!({"arrived_at": 5}), "visit.arrived_at"),
            (json!({"duty_epoch": "x"}), "visit.duty_epoch"),
            (json!({"vitals": []}), "visit.vitals"),
            (json!({"vitals": {"pulse": true}}), "visit.vitals.pulse"),
            (json!({"vitals": {"jcs": []}}), "visit.vitals.jcs"),
            (json!({"drugs_given": {}}), "visit.drugs_given"),
            (json!({"drugs_given": ["x"]}), "visit.drugs_given"),
            (
                json!({"drugs_given": [{"opioid": "yes"}]}),
                "visit.drugs_given.opioid",
            ),
            (json!({"procedures": [1]}), "visit.procedures"),
            (json!({"procedures": vec![""; 51]}), "visit.procedures"),
            (json!({"death": "x"}), "visit.death"),
        ] {
            assert_eq!(check_draft(&body).unwrap_err().field, field, "{body}");
        }
    }

    #[test]
    fn a_draft_warns_of_what_is_implausible_and_never_of_what_is_still_to_come() {
        let warned = |body: Value| draft_warnings(WHO, &body, false);
        let at = "2026-11-25T02:20:00+09:00";
        assert!(warned(json!({ "arrived_at": at })).is_empty());
        assert!(warned(json!({"arrived_at": at, "drugs_given": [{"dose": "5"}]})).is_empty());
        let fever = json!({"arrived_at": at, "vitals": {"temperature": "44"}});
        assert_eq!(warned(fever), ["temperature is very high, please check"]);
        let long = json!({"arrived_at": at, "plan": "長".repeat(5000)});
        assert_eq!(warned(long), ["visit.plan: longer than 4000 characters"]);
    }

    proptest! {
        #[test]
        fn whatever_can_be_signed_could_be_kept_before(
            plan in ".{0,40}", pulse in "[0-9]{0,3}", lines in proptest::collection::vec("[a-z]{0,5}", 0..4),
        ) {
            let body = json!({"arrived_at": "2026-11-25T02:20:00+09:00", "plan": plan, "vitals": {"pulse": pulse}, "procedures": lines});
            if VisitNote::from_value(WHO, body.clone()).is_ok() {
                prop_assert_eq!(check_draft(&body), Ok(()));
            }
        }
    }
}
