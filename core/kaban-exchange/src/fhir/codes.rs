//! Code systems under the several names they go by, and the codes of vital signs.
//!
//! JP Core is moving from OIDs to URLs, so the same code arrives under two or three systems; all are read, the URL is
//! kept. Sources: JP Core 1.1.2, JP-CLINS 1.5.2, LOINC (FHIR R4 vital signs profile), MEDIS 看護実践用語標準マスター.

use serde_json::Value;

use super::element::{Coding, codings, concept_text, items};

/// HOT9, the drug code of the MEDIS master.
pub(crate) const HOT9: &str = "http://medis.or.jp/CodeSystem/master-HOT9";
/// YJ, the drug code whose first digits are the therapeutic class.
pub(crate) const YJ: &str = "http://capstandard.jp/iyaku.info/CodeSystem/YJ-code";
/// The 16 digits of the standard usages (JAMI 標準用法).
pub(crate) const JAMI_USAGE: &str = "http://jami.jp/CodeSystem/MedicationUsage";
/// 看護実践用語標準マスター, observations.
pub(crate) const MEDIS_NURSING: &str =
    "http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode";
/// 病名管理番号.
pub(crate) const MEDIS_DISEASE: &str = "http://medis.or.jp/CodeSystem/master-disease-keyNumber";
/// JP Core body measurements.
pub(crate) const JP_BODY: &str =
    "http://jpfhir.jp/fhir/core/CodeSystem/JP_ObservationBodyMeasurementCode_CS";
/// LOINC.
pub(crate) const LOINC: &str = "http://loinc.org";
/// SNOMED CT.
pub(crate) const SNOMED: &str = "http://snomed.info/sct";

const SAME: &[(&str, &str)] = &[
    ("urn:oid:1.2.392.200119.4.403.1", HOT9),
    ("urn:oid:1.2.392.100495.20.2.74", HOT9),
    ("urn:oid:1.2.392.100495.20.1.73", YJ),
    ("urn:oid:1.2.392.100495.20.2.73", YJ),
    ("urn:oid:1.2.392.200250.2.2.20", JAMI_USAGE),
    ("urn:oid:1.2.392.200250.2.2.20.20", JAMI_USAGE),
    (
        "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationUsage_ePrescription",
        JAMI_USAGE,
    ),
    ("urn:oid:1.2.392.200119.4.804", MEDIS_NURSING),
    ("urn:oid:1.2.392.200119.4.101.6", MEDIS_DISEASE),
    ("urn:oid:2.16.840.1.113883.6.1", LOINC),
    ("urn:oid:2.16.840.1.113883.6.96", SNOMED),
];

/// The name under which Kaban keeps a code system; unknown systems keep theirs, without a `|version`.
pub(crate) fn system(given: &str) -> &str {
    let bare = super::element::bare_url(given);
    SAME.iter()
        .find(|(alias, _)| *alias == bare)
        .map_or(bare, |(_, kept)| kept)
}

/// The coding to keep beside a text: the first of the preferred systems, else the first with a code.
pub(crate) fn best_coding<'v>(concept: &'v Value, preferred: &[&str]) -> Option<Coding<'v>> {
    let coded = || {
        codings(concept)
            .filter(|coding| !coding.code.is_empty() && !coding.system.contains("Nocoded"))
    };
    let rank = |coding: &Coding<'_>| {
        preferred
            .iter()
            .position(|wanted| system(coding.system).starts_with(wanted))
            .unwrap_or(preferred.len())
    };
    coded().min_by_key(rank)
}

/// The codings of one system, under whichever of its names.
pub(crate) fn codings_in<'v>(
    concept: &'v Value,
    wanted: &'static str,
) -> impl Iterator<Item = Coding<'v>> {
    codings(concept).filter(move |coding| system(coding.system) == wanted)
}

/// One kind of reading that Kaban has a place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Systolic blood pressure, mmHg.
    Systolic,
    /// Diastolic blood pressure, mmHg.
    Diastolic,
    /// Pulse or heart rate, a minute.
    Pulse,
    /// Respiration, a minute.
    Respiration,
    /// Oxygen saturation, %.
    Spo2,
    /// Body temperature, °C.
    Temperature,
    /// Pain, numeric rating 0–10.
    Pain,
    /// Flow of inhaled oxygen, L/min.
    Oxygen,
    /// Body weight, kg.
    Weight,
    /// Body height, cm.
    Height,
}

const LOINC_SIGNS: &[(&str, Sign)] = &[
    ("8480-6", Sign::Systolic),
    ("8462-4", Sign::Diastolic),
    ("8867-4", Sign::Pulse),
    ("8889-8", Sign::Pulse),
    ("9279-1", Sign::Respiration),
    ("59408-5", Sign::Spo2),
    ("2708-6", Sign::Spo2),
    ("8310-5", Sign::Temperature),
    ("8331-1", Sign::Temperature),
    ("8328-7", Sign::Temperature),
    ("8332-9", Sign::Temperature),
    ("72514-3", Sign::Pain),
    ("3151-8", Sign::Oxygen),
    ("29463-7", Sign::Weight),
    ("3141-9", Sign::Weight),
    ("8302-2", Sign::Height),
    ("8306-3", Sign::Height),
];

const SNOMED_SIGNS: &[(&str, Sign)] = &[
    ("271649006", Sign::Systolic),
    ("271650006", Sign::Diastolic),
    ("364075005", Sign::Pulse),
    ("78564009", Sign::Pulse),
    ("86290005", Sign::Respiration),
    ("431314004", Sign::Spo2),
    ("386725007", Sign::Temperature),
    ("27113001", Sign::Weight),
    ("50373000", Sign::Height),
];

const MEDIS_SIGNS: &[(&str, Sign)] = &[("31001369", Sign::Respiration)];
const JP_BODY_SIGNS: &[(&str, Sign)] = &[
    ("31000296", Sign::Weight),
    ("31000297", Sign::Weight),
    ("31000298", Sign::Height),
];

/// Words of a display that name a sign, for makers with codes of their own; used for vital signs only.
const WORDS: &[(&str, Sign)] = &[
    ("収縮期血圧", Sign::Systolic),
    ("最高血圧", Sign::Systolic),
    ("拡張期血圧", Sign::Diastolic),
    ("最低血圧", Sign::Diastolic),
    ("脈拍", Sign::Pulse),
    ("脈拍数", Sign::Pulse),
    ("心拍数", Sign::Pulse),
    ("呼吸数", Sign::Respiration),
    ("SpO2", Sign::Spo2),
    ("SPO2", Sign::Spo2),
    ("経皮的動脈血酸素飽和度", Sign::Spo2),
    ("体温", Sign::Temperature),
    ("体重", Sign::Weight),
    ("身長", Sign::Height),
];

/// The sign that a code names; `vital` allows the words of a display when no code is known.
pub(crate) fn sign(concept: &Value, vital: bool) -> Option<Sign> {
    let coded = codings(concept).find_map(|coding| {
        let table = match system(coding.system) {
            LOINC => LOINC_SIGNS,
            SNOMED => SNOMED_SIGNS,
            MEDIS_NURSING => MEDIS_SIGNS,
            JP_BODY => JP_BODY_SIGNS,
            _ => return None,
        };
        table
            .iter()
            .find(|(code, _)| *code == coding.code)
            .map(|(_, sign)| *sign)
    });
    coded.or_else(|| {
        let said = concept_text(concept).filter(|_| vital)?;
        WORDS
            .iter()
            .find(|(word, _)| *word == said)
            .map(|(_, sign)| *sign)
    })
}

/// True for an Observation in the category of vital signs or body measurements.
pub(crate) fn in_vital_category(observation: &Value) -> bool {
    items(observation, "category")
        .flat_map(codings)
        .any(|coding| matches!(coding.code, "vital-signs" | "body-measurement"))
}

/// True when an Observation, or a component of it, holds a sign that Kaban has a place for.
pub(crate) fn is_vital(observation: &Value) -> bool {
    let vital = in_vital_category(observation);
    let named = |value: &Value| {
        value
            .get("code")
            .and_then(|code| sign(code, vital))
            .is_some()
    };
    named(observation) || items(observation, "component").any(named)
}

/// Codes of the form "none known": SNOMED CT and the absent-or-unknown codes of the IPS.
const ABSENCES: &[&str] = &[
    "716186003",
    "409137002",
    "429625007",
    "428607008",
    "787481008",
    "160245001",
    "1287211007",
    "no-allergy-info",
    "no-known-allergies",
    "no-known-medication-allergies",
    "no-known-environmental-allergies",
    "no-known-food-allergies",
    "no-problem-info",
    "no-known-problems",
    "no-medication-info",
    "no-known-medications",
    "no-device-info",
    "no-known-devices",
];

fn has_code(concept: &Value, wanted: &[&str]) -> bool {
    codings(concept).any(|coding| {
        let known = system(coding.system) == SNOMED || coding.system.contains("absent-unknown");
        known && wanted.contains(&coding.code)
    })
}

/// True when a concept says that nothing (of some kind) is known, instead of naming a thing.
pub(crate) fn is_absence(concept: &Value) -> bool {
    has_code(concept, ABSENCES)
}

/// True when a concept says that no allergy of any kind is known.
pub(crate) fn absence_of_all_allergies(concept: &Value) -> bool {
    has_code(concept, &["716186003", "no-known-allergies"])
}

/// True when a concept says that no drug is taken.
pub(crate) fn absence_of_drugs(concept: &Value) -> bool {
    has_code(concept, &["787481008", "no-known-medications"])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_system_is_the_same_under_its_oid_and_its_url() {
        assert_eq!(system("urn:oid:1.2.392.200119.4.403.1"), HOT9);
        assert_eq!(system("urn:oid:1.2.392.100495.20.2.73"), YJ);
        assert_eq!(system("http://loinc.org|2.77"), LOINC);
        assert_eq!(system("http://example.org/own"), "http://example.org/own");
    }

    #[test]
    fn the_preferred_code_is_kept_whatever_its_place() {
        let concept = json!({"coding": [
            {"system": "http://example.org/own", "code": "1"},
            {"system": "urn:oid:1.2.392.200119.4.403.1", "code": "103835401"}]});
        assert_eq!(
            best_coding(&concept, &[HOT9, YJ]).unwrap().code,
            "103835401"
        );
    }

    #[test]
    fn a_respiration_is_recognised_by_the_nursing_code_under_its_oid() {
        let code =
            json!({"coding": [{"system": "urn:oid:1.2.392.200119.4.804", "code": "31001369"}]});
        assert_eq!(sign(&code, false), Some(Sign::Respiration));
    }

    #[test]
    fn a_display_counts_only_among_vital_signs() {
        let code = json!({"coding": [{"system": "http://example.org/own", "code": "T", "display": "体温"}]});
        assert_eq!(sign(&code, true), Some(Sign::Temperature));
        assert_eq!(sign(&code, false), None);
    }
}
