//! What changes the meaning of a resource and is not understood here.
//!
//! FHIR lets a sender turn a statement round by a modifier extension, rules of its own or a status of a later release.
//! Such a resource is not refused (the doctor needs to know that it exists) but it must be marked "not fully
//! understood" wherever it is shown.

use serde_json::Value;

use super::element::{items, status_code, text};

/// The most remarks kept for one resource.
const REMARKS_MAX: usize = 20;

/// The most levels below a resource that are searched for modifier extensions.
const DEPTH_MAX: usize = 64;

/// What a person must be told about this resource, in the order of the document.
pub(crate) fn not_understood(resource_type: &str, value: &Value) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(rules) = text(value, "implicitRules") {
        remarks.push(format!("implicitRules {}", short(rules)));
    }
    modifiers(value, &mut vec![resource_type], &mut remarks);
    for (member, known) in known_statuses(resource_type) {
        let said = match value.get(*member) {
            Some(Value::Object(_)) => status_code(value, member),
            _ => text(value, member),
        };
        if let Some(said) = said.filter(|said| !known.contains(said)) {
            remarks.push(format!("unknown {member} \"{}\"", short(said)));
        }
    }
    remarks.truncate(REMARKS_MAX);
    remarks
}

fn modifiers<'v>(value: &'v Value, path: &mut Vec<&'v str>, remarks: &mut Vec<String>) {
    if path.len() > DEPTH_MAX || remarks.len() >= REMARKS_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, child) in members {
                if name == "modifierExtension" {
                    for extension in items(value, name).take(REMARKS_MAX) {
                        let url = text(extension, "url").unwrap_or("without url");
                        remarks.push(format!(
                            "{}.modifierExtension {}",
                            short(&path.join(".")),
                            short(url)
                        ));
                    }
                } else {
                    path.push(name);
                    modifiers(child, path, remarks);
                    path.pop();
                }
            }
        }
        Value::Array(list) => list
            .iter()
            .for_each(|child| modifiers(child, path, remarks)),
        _ => {}
    }
}

fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

const CONDITION_CLINICAL: &[&str] = &[
    "active",
    "recurrence",
    "relapse",
    "inactive",
    "remission",
    "resolved",
];
const CONDITION_VERIFICATION: &[&str] = &[
    "unconfirmed",
    "provisional",
    "differential",
    "confirmed",
    "refuted",
    "entered-in-error",
];
const ALLERGY_CLINICAL: &[&str] = &["active", "inactive", "resolved"];
const ALLERGY_VERIFICATION: &[&str] = &[
    "unconfirmed",
    "confirmed",
    "refuted",
    "entered-in-error",
    "presumed",
];
const REQUEST: &[&str] = &[
    "active",
    "on-hold",
    "cancelled",
    "completed",
    "entered-in-error",
    "stopped",
    "draft",
    "unknown",
];
const STATEMENT: &[&str] = &[
    "active",
    "completed",
    "entered-in-error",
    "intended",
    "stopped",
    "on-hold",
    "unknown",
    "not-taken",
];
const OBSERVATION: &[&str] = &[
    "registered",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "cancelled",
    "entered-in-error",
    "unknown",
];

/// The statuses of FHIR R4 for the resources that fields are made from.
fn known_statuses(resource_type: &str) -> &'static [(&'static str, &'static [&'static str])] {
    match resource_type {
        "Condition" => &[
            ("clinicalStatus", CONDITION_CLINICAL),
            ("verificationStatus", CONDITION_VERIFICATION),
        ],
        "AllergyIntolerance" => &[
            ("clinicalStatus", ALLERGY_CLINICAL),
            ("verificationStatus", ALLERGY_VERIFICATION),
        ],
        "MedicationRequest" => &[("status", REQUEST)],
        "MedicationStatement" => &[("status", STATEMENT)],
        "Observation" => &[("status", OBSERVATION)],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_modifier_extension_at_any_level_is_named() {
        let value = json!({
            "status": "active",
            "dosageInstruction": [{"modifierExtension": [{"url": "http://example.org/half"}]}]
        });
        let remarks = not_understood("MedicationRequest", &value);
        assert_eq!(
            remarks,
            ["MedicationRequest.dosageInstruction.modifierExtension http://example.org/half"]
        );
    }

    #[test]
    fn rules_and_a_status_of_another_release_are_named() {
        let value = json!({"implicitRules": "http://example.org/rules", "status": "recorded"});
        let remarks = not_understood("MedicationStatement", &value);
        assert_eq!(
            remarks,
            [
                "implicitRules http://example.org/rules",
                "unknown status \"recorded\""
            ]
        );
        assert!(not_understood("MedicationStatement", &json!({"status": "active"})).is_empty());
    }
}
