//! What reading a file promises: verbatim originals, refusals with their place, no panic on anything.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use kaban_exchange::fhir::{FileImport, Limits, read_file};
use proptest::prelude::*;

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder);
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> FileImport {
    read_file(
        &path.file_name().unwrap().to_string_lossy(),
        &std::fs::read(path).unwrap(),
        &Limits::default(),
    )
}

fn read_text(text: &str) -> FileImport {
    read_file("a.json", text.as_bytes(), &Limits::default())
}

#[test]
fn each_bad_file_is_refused_with_its_place_and_a_sentence() {
    for path in fixtures("invalid")
        .iter()
        .filter(|path| path.extension().unwrap() != "expected")
    {
        let expected = std::fs::read_to_string(path.with_extension("expected")).unwrap();
        let import = read(path);
        assert!(
            import.resources.is_empty() && import.kept_aside.is_empty(),
            "{}",
            path.display()
        );
        let said: Vec<(&str, &str)> = import
            .refused
            .iter()
            .map(|note| (note.at.as_str(), note.why.as_str()))
            .collect();
        for (line, (at, why)) in expected.lines().zip(&said) {
            let (place, part) = line.split_once('\t').unwrap();
            assert_eq!(*at, place, "{}: {why}", path.display());
            assert!(why.contains(part), "{}: {why}", path.display());
        }
        assert_eq!(
            expected.lines().count(),
            said.len(),
            "{}: {said:?}",
            path.display()
        );
    }
}

#[test]
fn each_original_is_the_exact_text_of_the_file() {
    for path in fixtures("valid") {
        let (import, bytes) = (read(&path), std::fs::read(&path).unwrap());
        assert!(!import.resources.is_empty());
        for resource in &import.resources {
            let end = resource.offset + resource.original.len();
            assert_eq!(&bytes[resource.offset..end], resource.original.as_bytes());
            assert!(resource.original.starts_with('{') && resource.original.ends_with('}'));
        }
    }
}

#[test]
fn a_bad_line_is_refused_by_its_number_and_the_others_are_kept() {
    let import = read(
        &fixtures("valid")
            .into_iter()
            .find(|path| path.ends_with("lines.ndjson"))
            .unwrap(),
    );
    let paths: Vec<&str> = import
        .resources
        .iter()
        .map(|resource| resource.json_path.as_str())
        .collect();
    assert_eq!(paths, ["line 1: $", "line 3: $"]);
    let places: Vec<&str> = import.refused.iter().map(|note| note.at.as_str()).collect();
    assert_eq!(places, ["line 2:106 (byte 215)", "line 5: $ (byte 372)"]);
}

#[test]
fn lines_are_recognised_without_their_file_name() {
    let line = r#"{"resourceType": "Patient", "id": "1"}"#;
    let import = read_text(&format!("{line}\n{line}\n"));
    assert_eq!((import.resources.len(), import.refused.len()), (2, 0));
}

#[test]
fn resources_of_another_release_are_kept_aside_with_the_reason() {
    let import = read(
        &fixtures("valid")
            .into_iter()
            .find(|path| path.ends_with("other-releases.json"))
            .unwrap(),
    );
    let why: Vec<&str> = import
        .kept_aside
        .iter()
        .map(|aside| aside.why.as_str())
        .collect();
    assert!(why[0].contains("STU3") && why[1].contains("R5"), "{why:?}");
}

#[test]
fn one_resource_over_its_limit_does_not_take_the_bundle_with_it() {
    let small = r#"{"resourceType": "Patient", "id": "1"}"#;
    let large = format!(
        r#"{{"resourceType": "Patient", "id": "{}"}}"#,
        "x".repeat(500)
    );
    let bundle = format!(
        r#"{{"resourceType": "Bundle", "entry": [{{"resource": {large}}}, {{"resource": {small}}}]}}"#
    );
    let limits = Limits {
        resource_bytes: 400,
        ..Limits::default()
    };
    let import = read_file("a.json", bundle.as_bytes(), &limits);
    assert_eq!(import.resources.len(), 1);
    assert_eq!(import.refused[0].at, "$.entry[0].resource");
    let import = read_file(
        "a.json",
        bundle.as_bytes(),
        &Limits {
            file_bytes: 100,
            ..Limits::default()
        },
    );
    assert!(import.refused[0].why.contains("larger"));
}

#[test]
fn a_bundle_inside_a_bundle_is_opened_and_too_many_levels_are_refused() {
    let mut text = r#"{"resourceType": "Patient", "id": "1"}"#.to_owned();
    for _ in 0..3 {
        text = format!(r#"{{"resourceType": "Bundle", "entry": [{{"resource": {text}}}]}}"#);
    }
    let import = read_text(&text);
    assert_eq!(
        import.resources[0].json_path,
        "$.entry[0].resource.entry[0].resource.entry[0].resource"
    );
    assert_eq!(
        &text[import.resources[0].offset..][..import.resources[0].original.len()],
        import.resources[0].original
    );
    for _ in 0..3 {
        text = format!(r#"{{"resourceType": "Bundle", "entry": [{{"resource": {text}}}]}}"#);
    }
    let import = read_text(&text);
    assert!(import.resources.is_empty() && import.refused[0].why.contains("nested"));
}

#[test]
fn a_repeated_member_inside_one_entry_refuses_the_file_and_names_it() {
    let import = read_text(
        r#"{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "name": [{"text": "a"}, {"text": "b", "text": "c"}]}}]}"#,
    );
    assert!(import.resources.is_empty());
    assert!(
        import.refused[0]
            .at
            .starts_with("$.entry[0].resource.name[1] "),
        "{:?}",
        import.refused
    );
    assert!(import.refused[0].why.contains("\"text\""));
}

#[test]
fn more_entries_than_the_limit_refuse_the_file() {
    let entries = vec!["{}"; 30].join(",");
    let limits = Limits {
        entries: 20,
        ..Limits::default()
    };
    let import = read_file(
        "a.json",
        format!(r#"{{"resourceType": "Bundle", "entry": [{entries}]}}"#).as_bytes(),
        &limits,
    );
    assert!(import.refused[0].why.contains("20"));
}

#[test]
fn a_long_list_of_faults_stays_bounded() {
    let limits = Limits {
        notes: 5,
        ..Limits::default()
    };
    let import = read_file("a.ndjson", "{\n".repeat(1_000).as_bytes(), &limits);
    assert_eq!(import.refused.len(), 5);
    assert!(import.refused[4].why.contains("not listed"));
}

#[test]
fn debug_output_holds_no_word_of_a_patient() {
    for path in fixtures("valid") {
        let import = read(&path);
        let shown = format!(
            "{:?}{:?}",
            import.resources,
            kaban_exchange::fhir::assemble(vec![read(&path)]).patients
        );
        assert!(
            !shown.contains("架空") && !shown.contains("高血圧") && !shown.contains('髙'),
            "{shown}"
        );
    }
}

fn referral() -> Vec<u8> {
    std::fs::read(
        fixtures("valid")
            .into_iter()
            .find(|path| path.ends_with("referral.json"))
            .unwrap(),
    )
    .unwrap()
}

#[test]
fn a_file_cut_at_any_byte_is_refused_with_a_place_and_never_panics() {
    let bytes = referral();
    let whole = bytes.trim_ascii_end().len();
    for end in 0..whole {
        let import = read_file("cut.json", &bytes[..end], &Limits::default());
        assert_eq!(
            (import.resources.len(), import.refused.len()),
            (0, 1),
            "cut at {end}"
        );
        assert!(!import.refused[0].at.is_empty());
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        "[0-9]{4}(-[0-9]{2}){0,2}|Patient/p|#p|urn:uuid:1|active|\\PC{0,12}"
            .prop_map(Value::String),
    ];
    let names = prop::sample::select(vec![
        "resourceType",
        "id",
        "name",
        "text",
        "code",
        "coding",
        "system",
        "display",
        "subject",
        "patient",
        "reference",
        "identifier",
        "value",
        "status",
        "clinicalStatus",
        "contained",
        "dosageInstruction",
        "doseAndRate",
        "doseQuantity",
        "valueQuantity",
        "component",
        "category",
        "medicationCodeableConcept",
        "medicationReference",
        "birthDate",
        "telecom",
        "address",
        "contact",
        "meta",
        "lastUpdated",
        "extension",
        "url",
        "entry",
        "resource",
        "fullUrl",
        "period",
        "repeat",
    ]);
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|members| Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_panic_and_never_change_an_original(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut bytes = referral();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let import = read_file("a.json", &bytes, &Limits::default());
        prop_assert!(import.resources.len() + import.kept_aside.len() + import.refused.len() + import.warnings.len() > 0);
        for resource in &import.resources {
            prop_assert_eq!(&bytes[resource.offset..resource.offset + resource.original.len()], resource.original.as_bytes());
        }
        let _ = kaban_exchange::fhir::assemble(vec![import]);
    }

    #[test]
    fn what_the_scanner_accepts_serde_accepts_and_the_other_way_round(text in "[\\[\\]{}:,\"\\\\ue0-9a.\\-+ \n]{0,24}|\\PC{0,16}") {
        let ours = read_text(&format!(r#"{{"resourceType": "Patient", "x": {text}}}"#));
        let theirs = serde_json::from_str::<serde_json::Value>(&format!(r#"{{"resourceType": "Patient", "x": {text}}}"#));
        let repeated = ours.refused.iter().any(|note| note.why.contains("twice"));
        prop_assert!(repeated || ours.refused.is_empty() == theirs.is_ok(), "{:?} {:?}", ours.refused, theirs);
    }

    #[test]
    fn any_shape_under_a_known_type_never_panics(
        kind in prop::sample::select(vec!["Patient", "Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "Observation"]),
        body in json()
    ) {
        let mut value = body;
        if let Some(members) = value.as_object_mut() {
            members.insert("resourceType".to_owned(), kind.into());
            members.entry("subject").or_insert(serde_json::json!({"reference": "Patient/p"}));
            members.entry("code").or_insert(serde_json::json!({"text": "a"}));
        }
        let import = read_file("a.json", value.to_string().as_bytes(), &Limits::default());
        let resources = import.resources.len() + import.kept_aside.len();
        let plan = kaban_exchange::fhir::assemble(vec![import]);
        let kept = plan.unattached.len() + plan.patients.iter().map(|patient| patient.sources.len()).sum::<usize>();
        prop_assert_eq!(resources, kept);
    }
}
