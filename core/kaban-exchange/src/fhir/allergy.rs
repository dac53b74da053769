//! AllergyIntolerance → an allergy of page 1.

use serde_json::Value;

use super::codes::{SNOMED, absence_of_all_allergies, best_coding, is_absence};
use super::condition::{age_text, period_date};
use super::draft::{Draft, Entry};
use super::element::{choice, concept_text, date, items, notes, status_code, text, texts};

const CODES: &[&str] = &["http://jpfhir.jp/fhir/core/CodeSystem/", SNOMED];

/// Reactions put into words; the field holds fewer.
const REACTIONS_MAX: usize = 50;

/// Fills the draft from one AllergyIntolerance.
pub(crate) fn fill(allergy: &Value, not_understood: &[String], draft: &mut Draft<'_>) {
    let code = allergy.get("code");
    let verification = status_code(allergy, "verificationStatus");
    if code.is_some_and(absence_of_all_allergies)
        && !matches!(verification, Some("refuted" | "entered-in-error"))
    {
        draft.set("allergy_none", true);
        return;
    }
    if code.is_some_and(is_absence) {
        draft
            .warn("a statement that some kind of allergy is not known: no field is filled from it");
        return;
    }
    let substance = code.and_then(concept_text).or_else(|| {
        let mut named = items(allergy, "reaction")
            .filter_map(|reaction| reaction.get("substance").and_then(concept_text));
        named.next()
    });
    let Some(substance) = substance else {
        draft.warn("AllergyIntolerance that names no substance, kept whole");
        return;
    };
    let certainty = match verification {
        Some("confirmed") => Some("confirmed"),
        Some("unconfirmed" | "presumed") => Some("unconfirmed"),
        Some("refuted") => Some("refuted"),
        _ => None,
    };
    let status = match (verification, status_code(allergy, "clinicalStatus")) {
        (Some("entered-in-error"), _) => Some("entered_in_error"),
        (Some("refuted"), _) => Some("refuted"),
        (_, Some(clinical @ ("active" | "inactive" | "resolved"))) => Some(clinical),
        _ => None,
    };
    let mut entry = Entry::default();
    entry
        .set("substance", Some(substance))
        .set("category", category(allergy))
        .set("reaction", reactions(allergy))
        .set("severity", severity(allergy))
        .set("certainty", certainty)
        .set(
            "since",
            date(allergy, "onsetDateTime").or_else(|| period_date(allergy, "onsetPeriod", "start")),
        )
        .set("status", status)
        .code(code.and_then(|code| best_coding(code, CODES)))
        .note(not_understood, remarks(allergy));
    draft.add("allergy", entry);
}

fn category(allergy: &Value) -> Option<&'static str> {
    texts(allergy, "category").find_map(|category| match category {
        "medication" => Some("drug"),
        "food" => Some("food"),
        "environment" => Some("environment"),
        "biologic" => Some("other"),
        _ => None,
    })
}

fn reactions(allergy: &Value) -> Option<String> {
    let mut said: Vec<String> = Vec::new();
    for reaction in items(allergy, "reaction").take(REACTIONS_MAX) {
        let shown = items(reaction, "manifestation")
            .take(REACTIONS_MAX)
            .filter_map(concept_text);
        for text in shown.chain(text(reaction, "description").map(str::to_owned)) {
            if !said.contains(&text) {
                said.push(text);
            }
        }
    }
    (!said.is_empty()).then(|| said.join("、"))
}

/// The worst of the reactions.
fn severity(allergy: &Value) -> Option<&'static str> {
    let worst = items(allergy, "reaction")
        .filter_map(|reaction| text(reaction, "severity"))
        .filter_map(|s| match s {
            "mild" => Some((1, "mild")),
            "moderate" => Some((2, "moderate")),
            "severe" => Some((3, "severe")),
            _ => None,
        });
    worst.max().map(|(_, severity)| severity)
}

fn remarks(allergy: &Value) -> Vec<String> {
    let mut parts = Vec::new();
    match text(allergy, "criticality") {
        Some("high") => parts.push("重篤化の危険: 高".to_owned()),
        Some("low") => parts.push("重篤化の危険: 低".to_owned()),
        _ => {}
    }
    if text(allergy, "type") == Some("intolerance") {
        parts.push("不耐症".to_owned());
    }
    match choice(allergy, "onset") {
        Some(("Age", age)) => parts.extend(age_text(age).map(|age| format!("発症: {age}"))),
        Some(("String", said)) => parts.extend(said.as_str().map(|said| format!("発症: {said}"))),
        _ => {}
    }
    parts.extend(notes(allergy));
    parts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kaban_model::ids::PatientId;
    use serde_json::json;

    use super::*;

    fn filled(allergy: &Value) -> (Vec<(String, Value)>, Vec<String>) {
        let mut draft = Draft::new(
            PatientId::from_bytes([1; 16]),
            "AllergyIntolerance||a",
            "a.json".to_owned(),
            0,
        );
        fill(allergy, &[], &mut draft);
        let named = draft
            .fields
            .into_iter()
            .map(|field| (field.path.spec().path.to_owned(), field.value));
        (named.collect(), draft.warnings)
    }

    #[test]
    fn the_worst_reaction_gives_the_severity() {
        let (fields, _) = filled(&json!({
            "category": ["food"], "criticality": "high", "code": {"text": "そば"},
            "reaction": [
                {"manifestation": [{"text": "じん麻疹"}], "severity": "mild"},
                {"manifestation": [{"text": "呼吸困難"}], "severity": "severe"}]
        }));
        let allergy = &fields[0].1;
        assert_eq!(allergy["severity"], "severe");
        assert_eq!(allergy["reaction"], "じん麻疹、呼吸困難");
        assert_eq!(allergy["category"], "food");
        assert!(allergy["note"].as_str().unwrap().contains("高"));
    }

    #[test]
    fn no_known_allergy_never_becomes_an_allergy_of_that_name() {
        let absent = |code: &str| json!({"code": {"coding": [{"system": SNOMED, "code": code}]}});
        let (fields, _) = filled(&absent("716186003"));
        assert_eq!(fields, [("allergy_none".to_owned(), Value::Bool(true))]);
        let (fields, warnings) = filled(&absent("429625007"));
        assert!(
            fields.is_empty(),
            "no food allergy says nothing about drugs"
        );
        assert_eq!(warnings.len(), 1);
    }
}
