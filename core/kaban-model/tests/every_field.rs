//! Every field of the catalogue, one after the other: it takes a value, keeps it, and two of them made apart merge by its policy.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, NaiveDate, TimeDelta};
use kaban_model::{
    ids::{MemberId, PatientId, Vid},
    patient::{
        Content, Doc, FieldEntry, FieldKind, FieldPath, FieldSpec, PatientPage, catalogue, validate,
    },
};
use serde_json::{Map, Value, json};

fn path(spec: &FieldSpec) -> FieldPath {
    if spec.list {
        FieldPath::of_entry(spec.path, [0xab; 16]).unwrap()
    } else {
        FieldPath::parse(spec.path).unwrap()
    }
}

/// The `n`th sample of a kind; samples of one kind differ where the kind has more than one value.
fn sample(kind: FieldKind, n: usize) -> Value {
    match kind {
        FieldKind::Text { .. } | FieldKind::Line { .. } => json!(["甲", "乙"][n]),
        FieldKind::Choice(codes) => json!(codes[n].0),
        FieldKind::Date => json!(["2026-11-24", "昭和9年3月"][n]),
        FieldKind::Phone => json!(["0479-73-0000", "090 1234 5678"][n]),
        FieldKind::Integer { min, .. } => json!(min + i64::try_from(n).unwrap()),
        FieldKind::Decimal { .. } => json!(["0.5", "12"][n]),
        FieldKind::Point => json!([140.5 + [0.0, 0.25][n], 35.75]),
        FieldKind::Flag => json!(n == 0),
        FieldKind::Object(members) => members
            .iter()
            // A period of two samples could end before it begins.
            .filter(|m| m.name != "until")
            .map(|m| (m.name.to_owned(), sample(m.kind, n)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn entry(vid: u8, content: Content, minute: i64) -> FieldEntry {
    FieldEntry {
        vid: Vid::from_bytes([vid; 8]),
        content,
        by: MemberId::from_bytes([1; 16]),
        at: DateTime::parse_from_rfc3339("2026-11-24T18:10:00+09:00").unwrap()
            + TimeDelta::minutes(minute),
        source: None,
        resolves: Vec::new(),
        rest: Map::new(),
    }
}

#[test]
fn every_field_takes_its_values_and_gives_them_back() {
    for spec in catalogue() {
        for n in 0..2 {
            let stored =
                validate(&path(spec), sample(spec.kind, n)).unwrap_or_else(|e| panic!("{e}"));
            let written = entry(1, Content::Value(stored.clone()), 0);
            let read = FieldEntry::from_bytes(&written.to_bytes().unwrap()).unwrap();
            assert_eq!(read.value(), Some(&stored), "{}", spec.path);
        }
    }
}

#[test]
fn every_field_shows_two_values_made_apart_if_and_only_if_it_is_significant() {
    for spec in catalogue() {
        let writes = (0..2u8).map(|n| {
            let value = validate(&path(spec), sample(spec.kind, usize::from(n))).unwrap();
            (path(spec), entry(n, Content::Value(value), i64::from(n)))
        });
        let page = PatientPage::from_writes(PatientId::from_bytes([9; 16]), writes);
        let state = page.state(&path(spec)).unwrap();
        assert_eq!(state.is_conflict(), spec.significant, "{}", spec.path);
        assert_eq!(state.shown.len() + state.lost.len(), 2, "{}", spec.path);
        assert_eq!(
            page.conflicts().len(),
            usize::from(spec.significant),
            "{}",
            spec.path
        );
    }
}

#[test]
fn every_gap_is_closed_by_asking() {
    let asked = Content::Unknown {
        asked_on: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
        by: "家族".into(),
    };
    for spec in catalogue().iter().filter(|s| s.gap) {
        let at = spec.none_flag().unwrap_or_else(|| path(spec));
        let page = PatientPage::from_writes(
            PatientId::from_bytes([9; 16]),
            [(at, entry(1, asked.clone(), 0))],
        );
        assert!(!page.gaps().contains(&spec.path), "{}", spec.path);
    }
}

#[test]
fn every_field_refuses_a_value_of_no_kind() {
    for spec in catalogue() {
        for nothing in [Value::Null, json!([[]]), json!({})] {
            let refused = validate(&path(spec), nothing).unwrap_err();
            assert!(refused.field.starts_with(spec.path), "{}", spec.path);
        }
    }
}

/// The row of the list is made from page 1's document and counts what waits for a decision: whoever
/// looks for open values asks the rows.
#[test]
fn every_field_that_can_be_in_conflict_is_in_the_document_that_the_list_is_made_from() {
    let significant = catalogue().iter().filter(|spec| spec.significant);
    let elsewhere: Vec<&str> = significant
        .filter(|spec| spec.doc != Doc::Front)
        .map(|spec| spec.path)
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}
