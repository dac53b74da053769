//! What joining the files of one call promises: whom a resource is about, what fills which field, what is told.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use kaban_exchange::fhir::{
    ImportPlan, ImportedPatient, Limits, MatchKey, Sign, assemble, read_file,
};
use kaban_model::ids::PatientId;
use serde_json::{Value, json};

fn fixture(name: &str) -> (String, Vec<u8>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/valid")
        .join(name);
    (name.to_owned(), std::fs::read(path).unwrap())
}

fn plan(files: &[(String, Vec<u8>)]) -> ImportPlan {
    assemble(
        files
            .iter()
            .map(|(name, bytes)| read_file(name, bytes, &Limits::default()))
            .collect(),
    )
}

fn file(name: &str, value: &Value) -> (String, Vec<u8>) {
    (name.to_owned(), value.to_string().into_bytes())
}

fn bundle(name: &str, resources: Value) -> (String, Vec<u8>) {
    let entries: Vec<Value> = resources
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| json!({ "resource": resource }))
        .collect();
    file(
        name,
        &json!({"resourceType": "Bundle", "type": "collection", "entry": entries}),
    )
}

fn person(id: &str, name: &str, born: &str, number: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "name": [{"text": name}], "birthDate": born,
        "identifier": [{"system": "urn:oid:1.2.392.100495.20.3.51.11219999999", "value": number}]})
}

fn problem(id: &str, patient: &str, name: &str) -> Value {
    json!({"resourceType": "Condition", "id": id, "subject": {"reference": patient}, "code": {"text": name}})
}

fn names(patient: &ImportedPatient) -> Vec<String> {
    let mut names: Vec<String> = patient
        .values("problem")
        .map(|value| value["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_japanese_referral_becomes_one_patient_with_all_its_fields() {
    let plan = plan(&[fixture("referral.json")]);
    let [patient] = plan.patients.as_slice() else {
        panic!("{:?}", plan.patients)
    };
    let value = |path: &str| patient.value(path).cloned().unwrap_or(Value::Null);
    assert_eq!(value("name"), "髙﨑 ヨシ");
    assert_eq!(value("kana"), "タカサキ ヨシ");
    assert_eq!(value("birth_date"), "1934-06");
    assert_eq!(value("sex"), "female");
    assert_eq!(value("postal_code"), "289-0000");
    assert_eq!(value("phone"), "0479-99-0000");
    assert_eq!(value("diagnosis"), "高血圧症");
    let allergy = patient.values("allergy").next().unwrap();
    assert_eq!(
        allergy["status"], "entered_in_error",
        "withdrawn, shown, not dropped"
    );
    let drug = patient.values("medication").next().unwrap();
    assert_eq!(
        (drug["opioid"].as_bool(), drug["dose"].as_str()),
        (Some(true), Some("1.0"))
    );
    assert!(drug["note"].as_str().unwrap().contains("【要確認】"));
    assert_eq!(
        patient.values("insurance").next().unwrap()["kind"],
        "elderly"
    );
    assert!(plan.report.unsure.is_empty() && plan.unattached.is_empty());
}

#[test]
fn an_implausible_value_is_kept_with_a_warning_in_the_report() {
    let plan = plan(&[fixture("referral.json")]);
    let vitals = &plan.patients[0].vitals;
    assert_eq!(vitals.len(), 2);
    let respiration = vitals
        .iter()
        .find(|vitals| vitals.readings[0].sign == Sign::Respiration)
        .unwrap();
    assert_eq!(respiration.vitals.to_value()["respiration"], 400);
    assert_eq!(respiration.at, None);
    let temperature = vitals
        .iter()
        .find(|vitals| vitals.readings[0].sign == Sign::Temperature)
        .unwrap();
    assert_eq!(temperature.vitals.to_value()["temperature"], "36.5");
    assert_eq!(temperature.readings[0].as_sent, "36.50 ℃");
    let why: Vec<&str> = plan.report.files[0]
        .warnings
        .iter()
        .map(|note| note.why.as_str())
        .collect();
    assert!(why.iter().any(|why| why.contains("implausible")), "{why:?}");
    assert!(
        why.iter().any(|why| why.contains("implicitRules")),
        "{why:?}"
    );
    assert!(
        why.iter().any(|why| why.contains("without a resource")),
        "{why:?}"
    );
}

#[test]
fn the_report_has_the_agreed_shape() {
    let report =
        serde_json::to_value(plan(&[fixture("referral.json"), fixture("lines.ndjson")]).report)
            .unwrap();
    let file = &report["files"][0];
    assert_eq!(file["file"], "referral.json");
    assert_eq!(
        file["taken"],
        json!({"AllergyIntolerance": 1, "Condition": 1, "MedicationRequest": 1, "Observation": 2, "Patient": 1})
    );
    assert_eq!(file["kept_aside"], json!({"Composition": 1}));
    assert_eq!(file["refused"], json!([]));
    assert_eq!(
        report["files"][1]["refused"][0]["where"],
        "line 2:106 (byte 215)"
    );
    assert!(report["files"][1]["refused"][0]["why"].is_string());
    assert_eq!(
        (
            &report["patients_new"],
            &report["patients_matched"],
            &report["unsure"]
        ),
        (&json!(0), &json!(0), &json!([]))
    );
}

#[test]
fn resources_of_several_files_meet_their_patient() {
    let plan = plan(&[
        file("c.json", &problem("c", "Patient/p", "狭心症")),
        file("p.json", &person("p", "架空 花", "1930-01-02", "1")),
        bundle("b.json", json!([problem("d", "Patient/p", "心不全")])),
    ]);
    assert_eq!(plan.patients.len(), 1);
    assert_eq!(names(&plan.patients[0]), ["心不全", "狭心症"]);
    assert!(plan.patients[0].complete);
}

#[test]
fn the_same_id_in_two_bundles_is_two_patients_and_nothing_is_mixed() {
    let plan = plan(&[
        bundle(
            "a.json",
            json!([
                person("1", "架空 花", "1930-01-02", "1"),
                problem("c", "Patient/1", "狭心症")
            ]),
        ),
        bundle(
            "b.json",
            json!([
                person("1", "架空 雪", "1940-03-04", "2"),
                problem("c", "Patient/1", "心不全")
            ]),
        ),
    ]);
    assert_eq!(
        plan.patients.iter().map(names).collect::<Vec<_>>(),
        [["狭心症"], ["心不全"]]
    );
}

#[test]
fn a_reference_that_two_patients_answer_is_left_for_a_person_to_decide() {
    let plan = plan(&[
        file("a.json", &person("1", "架空 花", "1930-01-02", "1")),
        file("b.json", &person("1", "架空 雪", "1940-03-04", "2")),
        file("c.json", &problem("c", "Patient/1", "狭心症")),
    ]);
    assert!(
        plan.patients
            .iter()
            .all(|patient| names(patient).is_empty())
    );
    assert_eq!(plan.unattached[0].resource_type, "Condition");
    assert_eq!(
        (
            plan.report.unsure[0].file.as_str(),
            plan.report.unsure.len()
        ),
        ("c.json", 1)
    );
    assert_eq!(plan.report.files[2].kept_aside["Condition"], 1);
}

#[test]
fn one_number_joins_two_records_and_a_contradiction_keeps_them_apart() {
    let joined = plan(&[
        file("a.json", &person("1", "架空 花", "1930-01", "00１")),
        file("b.json", &person("2", "架空 花", "1930-01-02", "001")),
    ]);
    assert_eq!(joined.patients.len(), 1);
    assert_eq!(
        joined.patients[0].identity.birth_date.as_deref(),
        Some("1930-01-02")
    );
    let apart = plan(&[
        file("a.json", &person("1", "架空 花", "1930-01-02", "001")),
        file("b.json", &person("2", "架空 雪", "1940-03-04", "001")),
    ]);
    assert_eq!(apart.patients.len(), 2);
    assert!(apart.report.unsure[0].why.contains("birth dates differ"));
    assert_ne!(apart.patients[0].id, apart.patients[1].id);
}

#[test]
fn namesakes_born_on_one_day_are_named_and_never_merged() {
    let plan = plan(&[
        file("a.json", &person("1", "架空 花", "1930-01-02", "1")),
        file("b.json", &person("2", "架空　花", "1930-01-02", "2")),
    ]);
    assert_eq!(plan.patients.len(), 2);
    assert!(
        plan.report.unsure[0]
            .why
            .contains("perhaps the same person")
    );
}

#[test]
fn a_patient_known_by_a_number_only_can_be_matched_or_set_aside() {
    let order = json!({"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "アムロジピン"},
        "subject": {"type": "Patient", "identifier": {"system": "http://example.invalid/id", "value": "７"}}});
    let mut plan = plan(&[file("m.json", &order)]);
    assert!(!plan.patients[0].complete);
    let key = MatchKey::Identifier {
        system: "http://example.invalid/id".to_owned(),
        value: "7".to_owned(),
    };
    assert_eq!(plan.patients[0].match_keys, [key]);
    plan.set_aside(0, "no patient of that number is known");
    assert!(plan.patients.is_empty() && plan.report.files[0].taken.is_empty());
    assert_eq!(plan.report.files[0].kept_aside["MedicationRequest"], 1);
    assert_eq!(
        plan.unattached[0].original,
        order.to_string(),
        "the original is kept whole"
    );
    assert_eq!(plan.report.unsure[0].file, "m.json");
}

#[test]
fn a_contained_patient_is_a_patient() {
    let plan = plan(&[file(
        "o.json",
        &json!({"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026",
            "contained": [{"resourceType": "Patient", "id": "p", "name": [{"text": "架空 月"}]}], "subject": {"reference": "#p"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}, "valueQuantity": {"value": 72, "code": "/min"}}),
    )]);
    assert_eq!(plan.patients[0].value("name").unwrap(), "架空 月");
    assert_eq!(plan.patients[0].vitals[0].vitals.to_value()["pulse"], 72);
    assert_eq!(plan.patients[0].sources.len(), 1);
}

#[test]
fn of_two_versions_the_newer_fills_the_field_and_both_originals_are_kept() {
    let version = |updated: &str, name: &str| {
        let mut condition = problem("c", "Patient/p", name);
        condition["meta"] = json!({ "lastUpdated": updated });
        condition
    };
    let plan = plan(&[
        file("p.json", &person("p", "架空 花", "1930-01-02", "1")),
        file("new.json", &version("2026-04-01T00:00:00Z", "胃癌")),
        file("old.json", &version("2026-04-01T08:00:00+09:00", "胃潰瘍")),
    ]);
    assert_eq!(names(&plan.patients[0]), ["胃癌"]);
    assert_eq!(plan.patients[0].sources.len(), 3);
    assert!(
        plan.report.files[2].warnings[0]
            .why
            .contains("older version")
    );
}

#[test]
fn one_id_with_two_contents_and_no_version_keeps_both() {
    let plan = plan(&[
        file("p.json", &person("p", "架空 花", "1930-01-02", "1")),
        file("a.json", &problem("c", "Patient/p", "胃癌")),
        file("b.json", &problem("c", "Patient/p", "胃潰瘍")),
    ]);
    assert_eq!(names(&plan.patients[0]), ["胃潰瘍", "胃癌"]);
}

#[test]
fn the_same_fact_sent_twice_is_one_entry() {
    let plan = plan(&[
        file("p.json", &person("p", "架空 花", "1930-01-02", "1")),
        file("a.json", &problem("c", "Patient/p", "胃癌")),
        file("a-again.json", &problem("c", "Patient/p", "胃癌")),
        file("b.json", &problem("c-inline", "Patient/p", "胃癌")),
    ]);
    assert_eq!(names(&plan.patients[0]), ["胃癌"]);
    assert_eq!(plan.report.files[3].taken["Condition"], 1);
}

#[test]
fn two_imports_agree_on_every_id_and_a_match_moves_them_together() {
    let (first, second) = (
        plan(&[fixture("referral.json")]),
        plan(&[fixture("bom.json"), fixture("referral.json")]),
    );
    assert_eq!(first.patients[0].id, second.patients[1].id);
    let ids = |patient: &ImportedPatient| {
        let paths = patient.fields.iter().map(|field| field.path.to_string());
        paths
            .chain(
                patient
                    .vitals
                    .iter()
                    .map(|vitals| vitals.item_id.to_string()),
            )
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&first.patients[0]), ids(&second.patients[1]));
    let known = PatientId::from_bytes([9; 16]);
    let (mut one, mut other) = (first.patients[0].clone(), second.patients[1].clone());
    one.rekey(known);
    other.rekey(known);
    assert_eq!(ids(&one), ids(&other));
    assert_ne!(ids(&one), ids(&first.patients[0]));
    assert!(one.fields.is_sorted_by_key(|field| field.path));
}

#[test]
fn a_text_beyond_its_field_is_shortened_and_the_original_keeps_it() {
    let long = "あ".repeat(500);
    let plan = plan(&[
        file("p.json", &person("p", "架空 花", "1930-01-02", "1")),
        file("c.json", &problem("c", "Patient/p", &long)),
    ]);
    let name = names(&plan.patients[0]).remove(0);
    assert!(name.ends_with('…') && name.chars().count() < 500);
    assert!(plan.report.files[1].warnings[0].why.contains("shortened"));
    assert!(plan.patients[0].sources[1].original.contains(&long));
}

#[test]
fn none_known_beside_an_entry_leaves_the_entry() {
    let none = json!({"resourceType": "AllergyIntolerance", "id": "n", "patient": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}});
    let mut soba = none.clone();
    (soba["id"], soba["code"]) = (json!("s"), json!({"text": "そば"}));
    let patient = person("p", "架空 花", "1930-01-02", "1");
    let alone = plan(&[bundle("a.json", json!([patient, none]))]);
    assert_eq!(alone.patients[0].value("allergy_none").unwrap(), true);
    let both = plan(&[bundle("a.json", json!([patient, none, soba]))]);
    assert_eq!(both.patients[0].value("allergy_none"), None);
    assert_eq!(both.patients[0].values("allergy").count(), 1);
}

#[test]
fn the_good_files_of_a_call_are_planned_beside_the_refused_ones() {
    let cut = (
        "cut.json".to_owned(),
        b"{\"resourceType\": \"Patient\"".to_vec(),
    );
    let plan = plan(&[cut, fixture("bom.json")]);
    assert_eq!(plan.patients.len(), 1);
    assert_eq!(plan.patients[0].value("kana").unwrap(), "カクウ イチロウ");
    assert!(plan.report.has_refusals());
}

#[test]
fn a_hostile_number_of_doubts_stays_bounded() {
    let people = (0..3_000).map(
        |n| json!({"resourceType": "Patient", "id": "1", "name": [{"text": format!("人{n}")}]}),
    );
    let orphans = (0..3_000).map(|n| problem(&n.to_string(), "Patient/1", "腰痛症"));
    let plan = plan(&[bundle("a.json", people.chain(orphans).collect())]);
    assert_eq!((plan.patients.len(), plan.unattached.len()), (3_000, 3_000));
    assert_eq!(plan.report.unsure.len(), 2_000);
    assert!(plan.report.unsure[1_999].why.contains("not listed"));
}

#[test]
fn patients_nobody_knows_are_set_aside_together() {
    let mut plan = plan(&[
        file("p.json", &person("p", "架空 花", "1930-01-02", "1")),
        file("c.json", &problem("c", "Patient/elsewhere", "胃癌")),
    ]);
    plan.set_aside_where(|patient| {
        (!patient.complete).then(|| "no Patient resource came with it".to_owned())
    });
    assert_eq!(
        (
            plan.patients.len(),
            plan.unattached.len(),
            plan.report.unsure.len()
        ),
        (1, 1, 1)
    );
}
