//! MedicationRequest and MedicationStatement → a drug of page 1, read as one value: drug, dose, timing, period, status.

use serde_json::Value;

use super::codes::{HOT9, SNOMED, YJ, absence_of_drugs, best_coding, codings_in, is_absence};
use super::condition::period_date;
use super::dosage::Dosage;
use super::draft::{Draft, Entry};
use super::element::{bare_url, concept_text, date, items, notes, quantity, text, texts};
use super::identity::human_name;

/// Drug codes by preference; YJ and HOT9 are what Japanese pharmacies speak.
const CODES: &[&str] = &[
    HOT9,
    YJ,
    "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode",
    "http://medis.or.jp/CodeSystem/master-HOT",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    SNOMED,
];

/// Characters that the fields for drug and timing hold.
const WORDS_MAX: usize = 120;

/// Profile of JP-CLINS that fixes `status` to `completed` (the order is written), whether the drug is taken or not.
const ALWAYS_COMPLETED: &str =
    "http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_MedicationRequest_eCS";

/// Finds another resource by a reference.
pub(crate) type Lookup<'l, 'v> = &'l dyn Fn(&str) -> Option<&'v Value>;

/// Fills the draft from one MedicationRequest or MedicationStatement.
pub(crate) fn fill<'v>(
    kind: &str,
    order: &'v Value,
    not_understood: &[String],
    find: Lookup<'_, 'v>,
    draft: &mut Draft<'_>,
) {
    let named = named_drug(order, find);
    if named.concept.is_some_and(absence_of_drugs) {
        draft.set("medication_none", true);
        return;
    }
    if named.concept.is_some_and(is_absence) {
        draft.warn("a statement that nothing is known about drugs: no field is filled from it");
        return;
    }
    let Some(drug) = named.text else {
        draft.warn(format!("{kind} that names no drug, kept whole"));
        return;
    };
    let list = if kind == "MedicationRequest" {
        "dosageInstruction"
    } else {
        "dosage"
    };
    let dosage = Dosage::read(order, list);
    let (status, reason) = status(order);
    let mut remarks = Vec::new();
    // What a field has to shorten stands whole in the note: half an instruction can be worse than none.
    for (label, said) in [("薬剤名", Some(&drug)), ("用法", dosage.timing.as_ref())] {
        if let Some(said) = said.filter(|said| said.chars().count() > WORDS_MAX) {
            remarks.push(format!("{label}(全文): {said}"));
        }
    }
    let until = dosage
        .until
        .or_else(|| last_date(order, dosage.from.as_deref(), dosage.as_needed));
    if until.is_none() {
        remarks.extend(supply(order));
    }
    let mut entry = Entry::default();
    entry
        .set("drug", Some(drug))
        .set("strength", named.strength)
        .set("dose", dosage.dose)
        .set("unit", dosage.unit)
        .set("route", dosage.route)
        .set("timing", dosage.timing)
        .set("from", dosage.from.or_else(|| first_date(order)))
        .set("until", until)
        .set("as_needed", dosage.as_needed.then_some(true))
        .set(
            "opioid",
            named
                .concept
                .filter(|concept| is_opioid(concept))
                .map(|_| true),
        )
        .set("prescriber", prescriber(order, find))
        .set("status", status)
        .set("status_reason", status_reason(order).or(reason))
        .code(
            named
                .concept
                .and_then(|concept| best_coding(concept, CODES)),
        );
    remarks.extend(dosage.remarks);
    let reasons: Vec<String> = items(order, "reasonCode")
        .filter_map(concept_text)
        .collect();
    if !reasons.is_empty() {
        remarks.push(format!("理由: {}", reasons.join("、")));
    }
    remarks.extend(notes(order));
    entry.note(not_understood, remarks);
    draft.add("medication", entry);
}

struct Named<'v> {
    text: Option<String>,
    concept: Option<&'v Value>,
    strength: Option<String>,
}

fn named_drug<'v>(order: &'v Value, find: Lookup<'_, 'v>) -> Named<'v> {
    if let Some(concept) = order.get("medicationCodeableConcept") {
        return Named {
            text: concept_text(concept),
            concept: Some(concept),
            strength: None,
        };
    }
    let Some(reference) = order.get("medicationReference") else {
        return Named {
            text: None,
            concept: None,
            strength: None,
        };
    };
    let medication = text(reference, "reference").and_then(find);
    let concept = medication.and_then(|medication| medication.get("code"));
    let ingredients = || {
        let named = items(medication?, "ingredient").filter_map(|ingredient| {
            let item = ingredient
                .get("itemCodeableConcept")
                .and_then(concept_text)?;
            Some(match strength(ingredient) {
                Some(strength) => format!("{item} {strength}"),
                None => item,
            })
        });
        let joined = named.collect::<Vec<_>>().join(" + ");
        (!joined.is_empty()).then_some(joined)
    };
    let display = || text(reference, "display").map(str::to_owned);
    let mut parts = medication
        .into_iter()
        .flat_map(|medication| items(medication, "ingredient"));
    let strength = match (parts.next(), parts.next()) {
        (Some(only), None) => strength(only),
        _ => None,
    };
    Named {
        text: concept
            .and_then(concept_text)
            .or_else(display)
            .or_else(ingredients),
        concept,
        strength,
    }
}

/// The strength of an ingredient, such as `5 mg` or `10 mg/1 mL`.
fn strength(ingredient: &Value) -> Option<String> {
    let ratio = ingredient.get("strength")?;
    let amount = quantity(ratio.get("numerator")?)?;
    // JP Core injections state the amount of one time here, which is a dose and no strength.
    let each_time =
        |per: &Value| text(per, "unit") == Some("回") || text(per, "code") == Some("TIME");
    if ratio.get("denominator").is_some_and(each_time) {
        return None;
    }
    let amount = format!("{} {}", amount.value, amount.shown_unit());
    let per = ratio.get("denominator").and_then(quantity);
    Some(match per {
        Some(per) if per.value != "1" || per.shown_unit() != "1" => {
            format!("{}/{} {}", amount.trim(), per.value, per.shown_unit())
                .trim()
                .to_owned()
        }
        _ => amount.trim().to_owned(),
    })
}

/// Kaban's status, and the sender's word where it says more.
fn status(order: &Value) -> (Option<&'static str>, Option<String>) {
    let said = text(order, "status");
    let intent = text(order, "intent");
    let status = match said {
        Some("active") if matches!(intent, Some("proposal" | "plan" | "option")) => Some("planned"),
        Some("active") => Some("active"),
        Some("on-hold") => Some("on_hold"),
        Some("cancelled" | "stopped") => Some("stopped"),
        Some("completed") if always_completed(order) => Some("unknown"),
        Some("completed") => Some("completed"),
        Some("draft" | "intended") => Some("planned"),
        Some("not-taken") => Some("not_taken"),
        Some("entered-in-error") => Some("entered_in_error"),
        // A drug whose status is not understood must not look as if it were being taken, nor as if it were not.
        _ => Some("unknown"),
    };
    let reason = match (said, intent) {
        (Some("completed"), _) if always_completed(order) => {
            Some("処方済み(服用中かは不明)".to_owned())
        }
        (Some("cancelled"), _) => Some("cancelled".to_owned()),
        (Some("active"), Some(intent @ ("proposal" | "plan" | "option"))) => {
            Some(format!("intent: {intent}"))
        }
        _ => None,
    };
    (status, reason)
}

fn always_completed(order: &Value) -> bool {
    let profiles = order
        .get("meta")
        .into_iter()
        .flat_map(|meta| texts(meta, "profile"));
    profiles
        .map(bare_url)
        .any(|profile| profile == ALWAYS_COMPLETED)
}

fn status_reason(order: &Value) -> Option<String> {
    let said: Vec<String> = items(order, "statusReason")
        .filter_map(concept_text)
        .collect();
    (!said.is_empty()).then(|| said.join("、"))
}

/// When it began, where the dosage does not say.
fn first_date(order: &Value) -> Option<String> {
    let validity = order
        .get("dispenseRequest")
        .and_then(|request| period_date(request, "validityPeriod", "start"));
    validity
        .or_else(|| period_date(order, "effectivePeriod", "start"))
        .or_else(|| date(order, "effectiveDateTime"))
        .or_else(|| date(order, "authoredOn"))
        .map(str::to_owned)
}

/// How many days were supplied, in words.
fn supply(order: &Value) -> Option<String> {
    let days = quantity(
        order
            .get("dispenseRequest")?
            .get("expectedSupplyDuration")?,
    )?;
    Some(format!(
        "処方日数: {}{}",
        days.value,
        if days.code == "d" {
            "日"
        } else {
            days.shown_unit()
        }
    ))
}

/// When it ends: said outright, or by the days supplied where the dosage names its first day. The day of the order is
/// no first day: the parts of a rising dose are ordered on one day and taken one after the other.
fn last_date(order: &Value, from: Option<&str>, as_needed: bool) -> Option<String> {
    let request = order.get("dispenseRequest");
    let said = request
        .and_then(|request| period_date(request, "validityPeriod", "end"))
        .or_else(|| period_date(order, "effectivePeriod", "end"));
    if let Some(said) = said {
        return Some(said.to_owned());
    }
    // Days of supply say nothing about a drug taken when needed.
    let days = request
        .and_then(|request| request.get("expectedSupplyDuration"))
        .filter(|_| !as_needed)?;
    super::dosage::last_day(from?, days)
}

/// The therapeutic classes 811, 812 and 821 of the YJ code are narcotics (日本標準商品分類).
fn is_opioid(concept: &Value) -> bool {
    codings_in(concept, YJ).any(|coding| {
        ["811", "812", "821"]
            .iter()
            .any(|class| coding.code.starts_with(class))
    })
}

fn prescriber(order: &Value, find: Lookup<'_, '_>) -> Option<String> {
    let by = order.get("requester")?;
    if let Some(display) = text(by, "display") {
        return Some(display.to_owned());
    }
    let found = find(text(by, "reference")?)?;
    (text(found, "resourceType") == Some("Practitioner"))
        .then(|| items(found, "name").find_map(human_name))
        .flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kaban_model::ids::PatientId;
    use serde_json::json;

    use super::*;

    fn filled(kind: &str, order: &Value) -> Value {
        let mut draft = Draft::new(
            PatientId::from_bytes([1; 16]),
            "M||m",
            "a.json".to_owned(),
            0,
        );
        fill(kind, order, &[], &|_| None, &mut draft);
        draft.fields.into_iter().next().unwrap().value
    }

    #[test]
    fn a_japanese_prescription_is_read_as_one_value() {
        let drug = filled(
            "MedicationRequest",
            &json!({
                "status": "active", "intent": "order", "authoredOn": "2026-04-01T12:28:17+09:00",
                "medicationCodeableConcept": {"coding": [
                    {"system": "urn:oid:1.2.392.200119.4.403.1", "code": "103835401", "display": "ムコダイン錠２５０ｍｇ"}]},
                "dosageInstruction": [{
                    "extension": [{
                        "url": "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_MedicationDosage_PeriodOfUse",
                        "valuePeriod": {"start": "2026-04-01"}}],
                    "text": "内服・経口・１日３回朝昼夕食後",
                    "route": {"coding": [{"code": "PO", "display": "口"}]},
                    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "錠", "code": "TAB"}}]}],
                "dispenseRequest": {"expectedSupplyDuration": {"value": 3, "code": "d"}}
            }),
        );
        assert_eq!(drug["drug"], "ムコダイン錠２５０ｍｇ");
        assert_eq!(
            (drug["dose"].as_str(), drug["unit"].as_str()),
            (Some("1"), Some("錠"))
        );
        assert_eq!(drug["timing"], "内服・経口・１日３回朝昼夕食後");
        assert_eq!(
            (drug["from"].as_str(), drug["until"].as_str()),
            (Some("2026-04-01"), Some("2026-04-03"))
        );
        assert_eq!(
            (drug["code"].as_str(), drug["code_system"].as_str()),
            (Some("103835401"), Some(HOT9))
        );
    }

    #[test]
    fn a_status_that_is_not_understood_is_shown_as_unknown_and_never_as_taken() {
        let drug = |status: &str| {
            let order =
                json!({"status": status, "medicationCodeableConcept": {"text": "アムロジピン"}});
            filled("MedicationStatement", &order)["status"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(drug("recorded"), "unknown");
        assert_eq!(drug("entered-in-error"), "entered_in_error");
        assert_eq!(drug("not-taken"), "not_taken");
        assert_eq!(drug("cancelled"), "stopped");
    }

    #[test]
    fn the_day_of_the_order_is_no_first_day_to_count_from() {
        let drug = filled(
            "MedicationRequest",
            &json!({
                "status": "active", "authoredOn": "2026-04-01", "medicationCodeableConcept": {"text": "架空錠"},
                "dispenseRequest": {"expectedSupplyDuration": {"value": 3, "code": "d"}}
            }),
        );
        assert_eq!(
            (drug["from"].as_str(), drug.get("until")),
            (Some("2026-04-01"), None)
        );
        assert_eq!(drug["note"], "処方日数: 3日");
    }

    #[test]
    fn completed_in_jp_clins_says_nothing_about_taking() {
        let drug = filled(
            "MedicationRequest",
            &json!({
                "status": "completed", "meta": {"profile": [format!("{ALWAYS_COMPLETED}|1")]},
                "medicationCodeableConcept": {"text": "架空錠"}
            }),
        );
        assert_eq!(
            (drug["status"].as_str(), drug["status_reason"].as_str()),
            (Some("unknown"), Some("処方済み(服用中かは不明)"))
        );
    }

    #[test]
    fn a_long_instruction_stands_whole_in_the_note() {
        let long = "あ".repeat(150);
        let drug = filled(
            "MedicationStatement",
            &json!({
                "status": "active", "medicationCodeableConcept": {"text": "架空錠"}, "dosage": [{ "text": long }]
            }),
        );
        assert!(drug["timing"].as_str().unwrap().ends_with('…'));
        assert!(drug["note"].as_str().unwrap().contains(&long));
    }

    #[test]
    fn a_narcotic_is_recognised_by_its_class() {
        let order = json!({"status": "active", "medicationCodeableConcept": {"text": "麻薬の徐放錠", "coding": [
            {"system": "urn:oid:1.2.392.100495.20.1.73", "code": "8114000X0000"}]}});
        assert_eq!(filled("MedicationRequest", &order)["opioid"], true);
    }
}
