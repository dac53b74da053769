//! A patient as the screens read them: every field with its state, in the order of the pages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    catalogue::catalogue,
    conflict::FieldState,
    entry::{Content, FieldEntry},
    field::{FieldPath, FieldSpec},
};
use crate::ids::{MemberId, PatientId};

/// States in which an entry of a list is over.
const ENDED: &[&str] = &[
    "ended",
    "entered_in_error",
    "stopped",
    "completed",
    "not_taken",
    "resolved",
    "refuted",
    "inactive",
];

/// Every field of one patient that was ever written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientPage {
    /// Whose page it is.
    pub id: PatientId,
    /// The state of each field, in the order of the catalogue.
    pub fields: BTreeMap<FieldPath, FieldState>,
}

/// One line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLine {
    /// What the line shows.
    pub spec: &'static FieldSpec,
    /// What is written there: one path for a single field, any number for a list, current entries first.
    pub paths: Vec<FieldPath>,
    /// A silent blank that somebody should ask about.
    pub gap: bool,
    /// Values that wait for a decision.
    pub conflict: bool,
}

/// The row of the patient list.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListRow {
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// 旧市町村.
    pub area: String,
    /// The code of the gravest severity shown, empty when none is.
    pub severity: String,
    /// `YYYY-MM-DD` or less.
    pub birth_date: String,
    /// The code of the sex.
    pub sex: String,
    /// 住所.
    pub address: String,
    /// Every number on page 1: the patient's, the family's.
    pub phones: Vec<String>,
    /// How many fields wait for a decision.
    pub conflicts: usize,
}

impl PatientPage {
    /// Folds all writes ever seen of one patient.
    #[must_use]
    pub fn from_writes(
        id: PatientId,
        writes: impl IntoIterator<Item = (FieldPath, FieldEntry)>,
    ) -> Self {
        let mut by_path: BTreeMap<FieldPath, Vec<FieldEntry>> = BTreeMap::new();
        for (path, entry) in writes {
            by_path.entry(path).or_default().push(entry);
        }
        let fold = |(path, writes): (FieldPath, Vec<FieldEntry>)| {
            (path, FieldState::fold(path.spec().significant, writes))
        };
        Self {
            id,
            fields: by_path.into_iter().map(fold).collect(),
        }
    }

    /// The state of a field, none when it was never written.
    #[must_use]
    pub fn state(&self, path: &FieldPath) -> Option<&FieldState> {
        self.fields.get(path)
    }

    /// The newest shown value of a single field.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.fields
            .get(&FieldPath::parse(path).ok()?)?
            .current()?
            .value()
    }

    /// The newest shown value of a single field as text, empty when there is none.
    #[must_use]
    pub fn text(&self, path: &str) -> &str {
        self.value(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// The entries of a list: current ones first, then by their `order` member, then by id.
    #[must_use]
    pub fn entries(&self, list: &str) -> Vec<(FieldPath, &FieldState)> {
        let mut found: Vec<_> = self
            .fields
            .iter()
            .filter(|(p, _)| p.spec().path == list)
            .map(|(p, s)| (*p, s))
            .collect();
        found.sort_by_key(|(path, state)| (!is_current(state), order_of(state), *path));
        found
    }

    /// The entries of a list that are not over. An entry with an open value that is not over counts as current.
    #[must_use]
    pub fn current_entries(&self, list: &str) -> Vec<(FieldPath, &FieldState)> {
        self.entries(list)
            .into_iter()
            .filter(|(_, state)| is_current(state))
            .collect()
    }

    /// The lines of page 1 or 2, empty ones included.
    #[must_use]
    pub fn page(&self, page: u8) -> Vec<PageLine> {
        catalogue()
            .iter()
            .filter(|s| s.page == page)
            .map(|s| self.line(s))
            .collect()
    }

    /// The fields of page 1 that are silently blank, in the order of the page.
    #[must_use]
    pub fn gaps(&self) -> Vec<&'static str> {
        catalogue()
            .iter()
            .filter(|s| self.is_gap(s))
            .map(|s| s.path)
            .collect()
    }

    /// The fields that wait for a decision, in the order of the pages.
    #[must_use]
    pub fn conflicts(&self) -> Vec<FieldPath> {
        self.fields
            .iter()
            .filter(|(_, state)| state.is_conflict())
            .map(|(path, _)| *path)
            .collect()
    }

    /// Lists that are stated empty and have current entries all the same.
    #[must_use]
    pub fn contradictions(&self) -> Vec<&'static str> {
        let contradicted = |s: &&FieldSpec| {
            s.list && self.is_stated_empty(s) && !self.current_entries(s.path).is_empty()
        };
        catalogue()
            .iter()
            .filter(contradicted)
            .map(|s| s.path)
            .collect()
    }

    /// When page 1 was last changed, and by whom.
    #[must_use]
    pub fn updated(&self) -> Option<(DateTime<FixedOffset>, MemberId)> {
        let first = self.fields.iter().filter(|(path, _)| path.spec().page == 1);
        first
            .flat_map(|(_, state)| &state.shown)
            .map(|e| (e.at, e.by))
            .max()
    }

    /// Whether a death is recorded. Death is sticky: any open statement of it counts.
    #[must_use]
    pub fn is_deceased(&self) -> bool {
        let open = |path: &str| {
            FieldPath::parse(path)
                .ok()
                .and_then(|p| self.fields.get(&p))
        };
        let dated =
            open("deceased_on").is_some_and(|s| s.shown.iter().any(|e| e.value().is_some()));
        let stated = |e: &FieldEntry| {
            e.value()
                .and_then(|v| v.get("place"))
                .and_then(Value::as_str)
                == Some("deceased")
        };
        dated || open("stay").is_some_and(|s| s.shown.iter().any(stated))
    }

    /// The row of the patient list.
    #[must_use]
    pub fn row(&self) -> ListRow {
        let mut phones = BTreeSet::new();
        for (path, state) in self.fields.iter().filter(|(p, _)| p.spec().page == 1) {
            if matches!(
                path.spec().path,
                "phone" | "phone_other" | "key_person" | "contact"
            ) {
                state
                    .shown
                    .iter()
                    .filter_map(FieldEntry::value)
                    .for_each(|v| collect_phones(v, &mut phones));
            }
        }
        ListRow {
            name: self.text("name").to_owned(),
            kana: self.text("kana").to_owned(),
            area: self.text("former_municipality").to_owned(),
            severity: self.gravest_severity().to_owned(),
            birth_date: self.text("birth_date").to_owned(),
            sex: self.text("sex").to_owned(),
            address: self.text("address").to_owned(),
            phones: phones.into_iter().collect(),
            conflicts: self.conflicts().len(),
        }
    }

    /// While two severities stand side by side the list shows the graver one.
    fn gravest_severity(&self) -> &str {
        const GRAVITY: [&str; 4] = ["stable", "watch", "end_of_life", "unstable"];
        let state = FieldPath::parse("severity")
            .ok()
            .and_then(|p| self.fields.get(&p));
        let shown = state
            .into_iter()
            .flat_map(|s| &s.shown)
            .filter_map(|e| e.value()?.as_str());
        shown
            .max_by_key(|code| GRAVITY.iter().position(|g| g == code))
            .unwrap_or_default()
    }

    fn line(&self, spec: &'static FieldSpec) -> PageLine {
        let paths: Vec<FieldPath> = if spec.list {
            self.entries(spec.path)
                .into_iter()
                .map(|(path, _)| path)
                .collect()
        } else {
            FieldPath::parse(spec.path)
                .ok()
                .filter(|p| self.fields.contains_key(p))
                .into_iter()
                .collect()
        };
        let conflict = paths.iter().any(|p| self.fields[p].is_conflict());
        PageLine {
            spec,
            paths,
            gap: self.is_gap(spec),
            conflict,
        }
    }

    fn is_gap(&self, spec: &FieldSpec) -> bool {
        spec.gap
            && if spec.list {
                self.current_entries(spec.path).is_empty() && !self.is_stated_empty(spec)
            } else {
                FieldPath::parse(spec.path).is_ok_and(|p| !self.fields.contains_key(&p))
            }
    }

    /// Stated to be empty, or asked and not known.
    fn is_stated_empty(&self, spec: &FieldSpec) -> bool {
        let current = spec
            .none_flag()
            .and_then(|p| self.fields.get(&p))
            .and_then(FieldState::current);
        current.is_some_and(|e| match &e.content {
            Content::Value(value) => value.as_bool() == Some(true),
            Content::Unknown { .. } => true,
        })
    }
}

fn is_current(state: &FieldState) -> bool {
    state.shown.iter().any(|e| match &e.content {
        Content::Value(value) => value
            .get("status")
            .and_then(Value::as_str)
            .is_none_or(|status| !ENDED.contains(&status)),
        Content::Unknown { .. } => true,
    })
}

fn order_of(state: &FieldState) -> i64 {
    state
        .current()
        .and_then(|e| e.value()?.get("order")?.as_i64())
        .unwrap_or(i64::MAX)
}

fn collect_phones(value: &Value, phones: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            phones.insert(text.clone());
        }
        Value::Object(map) => {
            for name in ["phone", "phone_other"] {
                if let Some(text) = map.get(name).and_then(Value::as_str) {
                    phones.insert(text.to_owned());
                }
            }
        }
        _ => {}
    }
}

impl std::fmt::Debug for ListRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ListRow(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::json;

    use super::*;
    use crate::patient::entry::tests::written;

    fn page(writes: Vec<(&str, FieldEntry)>) -> PatientPage {
        let writes = writes
            .into_iter()
            .map(|(path, entry)| (FieldPath::parse(path).unwrap(), entry));
        PatientPage::from_writes(PatientId::from_bytes([1; 16]), writes)
    }

    fn at(list: &str, id: char) -> String {
        format!("{list}/{}", id.to_string().repeat(32))
    }

    #[test]
    fn an_empty_page_is_full_of_gaps_and_a_silent_blank_is_not_the_same_as_unknown() {
        assert_eq!(
            page(vec![]).gaps().len(),
            catalogue().iter().filter(|s| s.gap).count()
        );
        let mut asked = written(1, json!(null), 0, &[]);
        asked.content = Content::Unknown {
            asked_on: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
            by: "家族".into(),
        };
        let with = page(vec![("resuscitation", asked)]);
        assert!(!with.gaps().contains(&"resuscitation"));
        assert!(with.gaps().contains(&"transport"));
    }

    #[test]
    fn a_list_stated_empty_is_no_gap_and_an_entry_that_is_over_does_not_fill_it() {
        assert!(
            !page(vec![("allergy_none", written(1, json!(true), 0, &[]))])
                .gaps()
                .contains(&"allergy")
        );
        let over = at("allergy", 'a');
        let refuted = page(vec![(
            &over,
            written(1, json!({"substance": "卵", "status": "refuted"}), 0, &[]),
        )]);
        assert!(refuted.gaps().contains(&"allergy"));
        assert_eq!(refuted.entries("allergy").len(), 1);
    }

    #[test]
    fn no_allergy_beside_an_allergy_is_a_contradiction() {
        let path = at("allergy", 'a');
        let both = page(vec![
            ("allergy_none", written(1, json!(true), 0, &[])),
            (
                &path,
                written(2, json!({"substance": "ペニシリン"}), 0, &[]),
            ),
        ]);
        assert_eq!(both.contradictions(), ["allergy"]);
    }

    #[test]
    fn contacts_come_in_their_order_and_former_ones_last() {
        let (a, b, c) = (at("contact", 'a'), at("contact", 'b'), at("contact", 'c'));
        let page = page(vec![
            (
                &a,
                written(
                    1,
                    json!({"name": "長男", "order": 1, "status": "ended", "phone": "090-0"}),
                    0,
                    &[],
                ),
            ),
            (
                &b,
                written(
                    2,
                    json!({"name": "次男", "order": 3, "phone": "090-1"}),
                    0,
                    &[],
                ),
            ),
            (
                &c,
                written(
                    3,
                    json!({"name": "長女", "order": 2, "phone": "090-2"}),
                    0,
                    &[],
                ),
            ),
            ("phone", written(4, json!("0479-73-0000"), 0, &[])),
        ]);
        let names: Vec<_> = page
            .entries("contact")
            .iter()
            .map(|(p, _)| p.to_string())
            .collect();
        assert_eq!(names, [c, b, a]);
        assert_eq!(
            page.row().phones,
            ["0479-73-0000", "090-0", "090-1", "090-2"]
        );
    }

    #[test]
    fn the_list_shows_the_graver_of_two_severities() {
        let page = page(vec![
            ("severity", written(1, json!("unstable"), 0, &[])),
            ("severity", written(2, json!("stable"), 9, &[])),
            ("name", written(3, json!("髙橋 ハツ"), 1, &[])),
        ]);
        assert_eq!(
            (page.row().severity.as_str(), page.row().conflicts),
            ("unstable", 1)
        );
        assert_eq!(page.conflicts(), [FieldPath::parse("severity").unwrap()]);
        assert_eq!(page.updated().unwrap().0, written(2, json!(0), 9, &[]).at);
    }

    #[test]
    fn page_1_begins_with_the_name_and_ends_with_the_word_to_the_doctor_on_duty() {
        let lines = page(vec![]).page(1);
        assert_eq!(
            (lines[0].spec.path, lines[lines.len() - 1].spec.path),
            ("name", "special_note")
        );
        assert!(lines[0].gap && !lines[0].conflict);
    }

    #[test]
    fn a_recorded_death_stays_while_any_open_value_states_it() {
        let living = json!({"place": "home"});
        let page = page(vec![
            ("stay", written(1, living, 9, &[])),
            ("deceased_on", written(2, json!("2026-11-24"), 0, &[])),
        ]);
        assert!(page.is_deceased());
    }
}
