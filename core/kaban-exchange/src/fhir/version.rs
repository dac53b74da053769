//! Which resources fields are made from, and which are another release of FHIR in disguise.
//!
//! STU3 and R5 use the same type names with other members; reading them as R4 would silently lose the drug or the
//! status. The signs looked for are members that R4 does not have, or has in another shape.

use serde_json::Value;

use super::codes::is_vital;
use super::element::{text, texts};

/// The types whose content becomes fields of a patient.
const TAKEN: &[&str] = &[
    "Patient",
    "Condition",
    "AllergyIntolerance",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
];

/// Why nothing is taken from this resource, and whether a person should be told of it one by one; `None` when fields
/// are made from it.
pub(crate) fn reason_to_keep_aside(resource_type: &str, value: &Value) -> Option<(String, bool)> {
    if !TAKEN.contains(&resource_type) {
        return Some((
            format!("{resource_type}: kept whole, no field is filled from it"),
            false,
        ));
    }
    if let Some(sign) = foreign_release(resource_type, value) {
        return Some((sign, true));
    }
    if resource_type == "Observation" && !is_vital(value) {
        return Some((
            "Observation: not a vital sign, kept whole".to_owned(),
            false,
        ));
    }
    if resource_type == "MedicationRequest" && super::element::is_true(value, "doNotPerform") {
        return Some((
            "MedicationRequest: an order NOT to give (doNotPerform), kept whole".to_owned(),
            true,
        ));
    }
    None
}

fn foreign_release(resource_type: &str, value: &Value) -> Option<String> {
    let found = |release: &str, sign: &str| {
        Some(format!(
            "{resource_type}: written for FHIR {release} ({sign}), kept whole"
        ))
    };
    if let Some(meta) = value.get("meta") {
        let says = |part: &str| texts(meta, "profile").any(|url| url.contains(part));
        if says("/STU3/") || says("hl7.org/fhir/3.0/") {
            return found("STU3", "meta.profile");
        }
        if says("hl7.org/fhir/5.0/") {
            return found("R5", "meta.profile");
        }
    }
    let has = |name: &str| value.get(name).is_some();
    let is_text = |name: &str| text(value, name).is_some();
    let is_object = |name: &str| value.get(name).is_some_and(Value::is_object);
    match resource_type {
        "Patient" if has("animal") => found("STU3", "animal"),
        "Condition" | "AllergyIntolerance" if is_text("clinicalStatus") => {
            found("STU3", "clinicalStatus as a code")
        }
        "Condition" | "AllergyIntolerance" if has("assertedDate") => found("STU3", "assertedDate"),
        "Condition" | "AllergyIntolerance" if has("participant") => found("R5", "participant"),
        "AllergyIntolerance" if is_object("type") => found("R5", "type as a concept"),
        "MedicationRequest" | "MedicationStatement" if has("medication") => {
            found("R5", "medication")
        }
        "MedicationStatement" if has("adherence") => found("R5", "adherence"),
        "MedicationStatement" if has("taken") => found("STU3", "taken"),
        "MedicationRequest"
            if value
                .get("requester")
                .is_some_and(|by| by.get("agent").is_some()) =>
        {
            found("STU3", "requester.agent")
        }
        "MedicationRequest" | "Observation" | "Condition" if has("context") => {
            found("STU3", "context")
        }
        "Observation" if has("comment") || has("related") => found("STU3", "comment or related"),
        "Observation"
            if has("triggeredBy") || has("bodyStructure") || has("instantiatesCanonical") =>
        {
            found("R5", "triggeredBy, bodyStructure or instantiatesCanonical")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_resource_of_another_release_is_kept_aside_with_its_sign() {
        let stu3 = json!({"clinicalStatus": "active", "code": {"text": "高血圧症"}});
        assert!(
            reason_to_keep_aside("Condition", &stu3).is_some_and(|(why, _)| why.contains("STU3"))
        );
        let r5 = json!({"status": "active", "medication": {"concept": {"text": "アムロジピン"}}});
        assert!(
            reason_to_keep_aside("MedicationRequest", &r5)
                .is_some_and(|(why, _)| why.contains("R5"))
        );
        let r4 = json!({"status": "active", "medicationCodeableConcept": {"text": "アムロジピン"}});
        assert_eq!(reason_to_keep_aside("MedicationRequest", &r4), None);
    }

    #[test]
    fn an_order_not_to_give_never_becomes_a_drug() {
        let order =
            json!({"doNotPerform": true, "medicationCodeableConcept": {"text": "ペニシリン"}});
        assert!(
            reason_to_keep_aside("MedicationRequest", &order)
                .is_some_and(|(why, _)| why.contains("NOT"))
        );
    }
}
