//! FHIR files, whole and cut.

use serde_json::json;

use crate::bags::two_bags;
use crate::kaban::kaban;

fn bundle(id: &str, name: &str) -> String {
    json!({
        "resourceType": "Bundle", "type": "collection",
        "entry": [
            { "fullUrl": format!("urn:uuid:{id}"), "resource": {
                "resourceType": "Patient", "id": id, "gender": "female", "birthDate": "1940-01-05",
                "identifier": [{ "system": "urn:oid:1.2.392.100495.20.3.51.11234567890", "value": id }],
                "name": [{ "text": name }] } },
            { "resource": { "resourceType": "AllergyIntolerance", "id": "a", "patient": { "reference": format!("urn:uuid:{id}") },
                "code": { "text": "ペニシリン" } } },
        ],
    })
    .to_string()
}

#[test]
fn a_file_cut_in_half_is_refused_and_the_whole_ones_are_in_the_bag() {
    let dir = two_bags();
    let dir = dir.path();
    let good = bundle("00000000-0000-4000-8000-000000000001", "高橋 ウメ");
    std::fs::write(dir.join("good.json"), &good).unwrap();
    std::fs::write(dir.join("cut.json"), &good.as_bytes()[..good.len() / 2]).unwrap();
    let said = kaban(
        dir,
        &[
            "--bag",
            "a",
            "import",
            "fhir",
            "cut.json",
            "good.json",
            "missing.json",
            "--consent",
            "2026-11-01",
        ],
    );
    assert_eq!(said.refusal(), (2, "bad_input".into()));
    let report = said.document();
    assert_eq!(report["patients_new"], 1);
    let file = |name: &str| {
        report["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|f| f["file"] == name)
            .unwrap()
            .clone()
    };
    assert!(!file("cut.json")["refused"].as_array().unwrap().is_empty());
    assert!(
        !file("missing.json")["refused"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(file("good.json")["taken"]["Patient"], 1);
    let list = kaban(dir, &["--bag", "a", "patient", "list"]).json();
    assert_eq!(list["patients"].as_array().unwrap().len(), 2);
    let again = kaban(dir, &["--bag", "a", "import", "fhir", "good.json"]).json();
    assert_eq!(
        (&again["patients_new"], &again["patients_matched"]),
        (&0.into(), &1.into())
    );
}

#[test]
fn nothing_to_import_is_a_wrong_input() {
    let dir = two_bags();
    let dir = dir.path();
    std::fs::create_dir(dir.join("empty")).unwrap();
    std::fs::write(dir.join("text.json"), "not fhir at all").unwrap();
    for path in ["missing.json", "empty", "text.json"] {
        assert_eq!(
            kaban(dir, &["--bag", "a", "import", "fhir", path]).refusal(),
            (2, "bad_input".into()),
            "{path}"
        );
    }
}
