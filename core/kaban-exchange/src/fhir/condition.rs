//! Condition → a problem of page 2, and the main diagnosis of page 1 when the sender marks it as such.

use serde_json::Value;

use super::codes::{MEDIS_DISEASE, best_coding, is_absence};
use super::draft::{Draft, Entry};
use super::element::{
    choice, codings, concept_text, date, date_part, extension, items, notes, status_code, text,
};

const DIAGNOSIS_TYPE: &str =
    "http://jpfhir.jp/fhir/eCS/Extension/StructureDefinition/JP_eCS_DiagnosisType";
const CODES: &[&str] = &[
    MEDIS_DISEASE,
    "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10",
    "http://snomed.info/sct",
];

/// Fills the draft from one Condition.
pub(crate) fn fill(condition: &Value, not_understood: &[String], draft: &mut Draft<'_>) {
    let Some(code) = condition.get("code") else {
        draft.warn("Condition without a code: nothing to show, kept whole");
        return;
    };
    if is_absence(code) {
        draft.warn("a statement that no problem is known: no field is filled from it");
        return;
    }
    let Some(name) = concept_text(code) else {
        draft.warn("Condition whose code says nothing, kept whole");
        return;
    };
    let verification = status_code(condition, "verificationStatus");
    let certainty = match verification {
        Some("confirmed") => Some("confirmed"),
        Some("unconfirmed" | "provisional" | "differential") => Some("unconfirmed"),
        Some("refuted") => Some("refuted"),
        _ => None,
    };
    let status = match (verification, status_code(condition, "clinicalStatus")) {
        (Some("entered-in-error"), _) => Some("entered_in_error"),
        (Some("refuted"), _) => Some("refuted"),
        (
            _,
            Some(
                clinical @ ("active" | "recurrence" | "relapse" | "inactive" | "remission"
                | "resolved"),
            ),
        ) => Some(clinical),
        _ => None,
    };
    let main = extension(condition, DIAGNOSIS_TYPE)
        .and_then(|found| found.get("valueCodeableConcept"))
        .is_some_and(|concept| codings(concept).any(|coding| coding.code == "principal"));
    if main && matches!(status, None | Some("active" | "recurrence" | "relapse")) {
        draft.set("diagnosis", name.as_str());
    }
    let mut entry = Entry::default();
    entry
        .set("name", Some(name))
        .set("main", main.then_some(true))
        .set(
            "onset",
            date(condition, "onsetDateTime")
                .or_else(|| period_date(condition, "onsetPeriod", "start")),
        )
        .set(
            "ended",
            date(condition, "abatementDateTime")
                .or_else(|| period_date(condition, "abatementPeriod", "end")),
        )
        .set("certainty", certainty)
        .set("status", status)
        .code(best_coding(code, CODES))
        .note(not_understood, remarks(condition, verification));
    draft.add("problem", entry);
}

/// A date inside a period member.
pub(crate) fn period_date<'v>(value: &'v Value, member: &str, end: &str) -> Option<&'v str> {
    text(value.get(member)?, end).and_then(date_part)
}

fn remarks(condition: &Value, verification: Option<&str>) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(said @ ("provisional" | "differential")) = verification {
        parts.push(format!("verificationStatus: {said}"));
    }
    for (member, label) in [("onset", "発症"), ("abatement", "終了")] {
        match choice(condition, member) {
            Some(("Age", age)) => parts.extend(age_text(age).map(|age| format!("{label}: {age}"))),
            Some(("String", said)) => {
                parts.extend(said.as_str().map(|said| format!("{label}: {said}")))
            }
            _ => {}
        }
    }
    if let Some(severity) = condition.get("severity").and_then(concept_text) {
        parts.push(format!("重症度: {severity}"));
    }
    let sites: Vec<String> = items(condition, "bodySite")
        .filter_map(concept_text)
        .collect();
    if !sites.is_empty() {
        parts.push(format!("部位: {}", sites.join("、")));
    }
    parts.extend(notes(condition));
    parts
}

/// An Age quantity in words.
pub(crate) fn age_text(age: &Value) -> Option<String> {
    let quantity = super::element::quantity(age)?;
    Some(match quantity.code {
        "a" | "" => format!("{}歳", quantity.value),
        "mo" => format!("{}か月", quantity.value),
        _ => format!("{} {}", quantity.value, quantity.shown_unit()),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kaban_model::ids::PatientId;
    use serde_json::json;

    use super::*;

    fn filled(condition: &Value) -> (Vec<Value>, Vec<String>) {
        let mut draft = Draft::new(
            PatientId::from_bytes([1; 16]),
            "Condition||c",
            "a.json".to_owned(),
            0,
        );
        fill(condition, &[], &mut draft);
        (
            draft.fields.into_iter().map(|field| field.value).collect(),
            draft.warnings,
        )
    }

    fn status(system: &str, code: &str) -> Value {
        json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
    }

    #[test]
    fn a_suspected_problem_is_shown_as_suspected() {
        let (fields, _) = filled(&json!({
            "code": {"text": "肺炎の疑い", "coding": [{"system": MEDIS_DISEASE, "code": "20061593"}]},
            "clinicalStatus": status("condition-clinical", "active"),
            "verificationStatus": status("condition-ver-status", "provisional"),
            "onsetDateTime": "2020-04"
        }));
        assert_eq!(fields[0]["certainty"], "unconfirmed");
        assert_eq!(fields[0]["status"], "active");
        assert_eq!(fields[0]["onset"], "2020-04");
        assert_eq!(fields[0]["code"], "20061593");
    }

    #[test]
    fn what_was_entered_in_error_or_refuted_is_kept_with_its_status() {
        for (said, shown) in [
            ("entered-in-error", "entered_in_error"),
            ("refuted", "refuted"),
        ] {
            let (fields, _) = filled(&json!({
                "code": {"text": "糖尿病"},
                "clinicalStatus": status("condition-clinical", "active"),
                "verificationStatus": status("condition-ver-status", said)
            }));
            assert_eq!(fields[0]["status"], shown);
        }
    }

    #[test]
    fn the_main_problem_fills_the_diagnosis_of_page_1() {
        let (fields, _) = filled(&json!({
            "code": {"text": "狭心症"},
            "extension": [{"url": DIAGNOSIS_TYPE, "valueCodeableConcept": {"coding": [{"code": "principal"}]}}]
        }));
        assert_eq!(fields[0], "狭心症");
        assert_eq!(fields[1]["main"], true);
    }
}
