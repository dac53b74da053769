//! Patients: the list, what a search found, the pages, and values side by side.

use chrono::NaiveDate;
use kaban_app::{HitsView, PatientRowView, PatientView};
use kaban_model::patient::{
    FieldEntry, FieldKind, FieldPath, FieldSpec, FieldState, PartialDate, value_in_words,
};
use serde_json::Value;

use super::{Coded, Words, count};
use crate::ids::{FieldId, PatientId, Timestamp, ValueId};

/// Through what a patient is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Scope {
    /// The duty; gone with the bag.
    Bag,
    /// The care team of the patient.
    Own,
}

impl Scope {
    pub(crate) fn of(code: &str) -> Self {
        if code == "bag" { Self::Bag } else { Self::Own }
    }
}

/// One row of the list.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct PatientRow {
    /// Patient.
    pub id: PatientId,
    /// Short number on this device.
    pub no: u64,
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// 旧市町村.
    pub area: String,
    /// The gravest severity shown.
    pub severity: Coded,
    /// Date of birth, the second identifier: `YYYY-MM-DD` or less.
    pub birth_date: String,
    /// 住所.
    pub address: String,
    /// Through what it is read here.
    pub scope: Scope,
    /// Fields that wait for a decision.
    pub conflicts: u32,
}

impl From<PatientRowView> for PatientRow {
    fn from(row: PatientRowView) -> Self {
        let PatientRowView {
            id,
            no,
            name,
            kana,
            area,
            severity,
            birth_date,
            address,
            scope,
            conflicts,
        } = row;
        Self {
            id: PatientId(id),
            no,
            name,
            kana,
            area,
            severity: coded("severity", severity),
            birth_date,
            address,
            scope: Scope::of(scope),
            conflicts: count(conflicts),
        }
    }
}

/// One hit of a search.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct HitView {
    /// Patient.
    pub id: PatientId,
    /// Short number on this device.
    pub no: u64,
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// What was found: `name`, `kana`, `address`, `phone`.
    pub why: String,
    /// 旧市町村.
    pub area: String,
    /// Date of birth, the second identifier.
    pub birth_date: String,
    /// How many others have the same or a similar name: look twice.
    pub alike: u32,
}

/// What a search found.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SearchView {
    /// Best first, at most 50.
    pub hits: Vec<HitView>,
    /// Time of the search itself, microseconds.
    pub compute_us: u64,
}

impl From<HitsView> for SearchView {
    fn from(found: HitsView) -> Self {
        let HitsView { hits, compute_us } = found;
        let hit = |hit: kaban_app::HitView| {
            let kaban_app::HitView {
                id,
                no,
                name,
                kana,
                why,
                area,
                birth_date,
                alike,
            } = hit;
            HitView {
                id: PatientId(id),
                no,
                name,
                kana,
                why,
                area,
                birth_date,
                alike: count(alike),
            }
        };
        Self {
            hits: hits.into_iter().map(hit).collect(),
            compute_us,
        }
    }
}

/// One value of a field.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct ValueView {
    /// Its id, for a decision.
    pub id: ValueId,
    /// The value in words; for one that was asked and is not known, by whom and when.
    pub words: Words,
    /// False for "asked, not known".
    pub known: bool,
    /// The value as it is kept, for an input field: text, or JSON for an object.
    pub raw: String,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Where it was taken from, if nobody typed it.
    pub source: Option<String>,
}

/// One field, or one entry of a list such as the drugs.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct FieldEntryView {
    /// Where to write.
    pub field: FieldId,
    /// One value; several that were written apart stand side by side until a person decides.
    pub values: Vec<ValueView>,
    /// It waits for a decision.
    pub conflict: bool,
}

/// One line of a page.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct PageLine {
    /// The field, without an entry.
    pub field: FieldId,
    /// Its label.
    pub label: Words,
    /// 1 or 2.
    pub page: u8,
    /// Clinically significant: concurrent values are shown side by side.
    pub significant: bool,
    /// It has any number of entries.
    pub is_list: bool,
    /// A silent blank that somebody should ask about.
    pub gap: bool,
    /// What is written, current entries first.
    pub entries: Vec<FieldEntryView>,
}

/// Age in whole years.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Age {
    /// Years.
    pub years: u32,
    /// False where the date of birth is not known to the day.
    pub exact: bool,
}

/// The pages of one patient.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct PageView {
    /// Patient.
    pub id: PatientId,
    /// Short number on this device.
    pub no: u64,
    /// Through what it is read here.
    pub scope: Scope,
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// Date of birth, the second identifier.
    pub birth_date: String,
    /// Age today.
    pub age: Option<Age>,
    /// 性別.
    pub sex: Coded,
    /// The gravest severity shown.
    pub severity: Coded,
    /// A death is recorded.
    pub deceased: bool,
    /// Page 1, then page 2.
    pub lines: Vec<PageLine>,
    /// Silent blanks of page 1.
    pub gaps: u32,
    /// Fields that wait for a decision.
    pub conflicts: u32,
    /// When page 1 was last changed.
    pub updated_at: Option<Timestamp>,
    /// By whom.
    pub updated_by: Option<String>,
}

impl PageView {
    pub(crate) fn new(view: &PatientView, today: NaiveDate) -> Self {
        let PatientView {
            id,
            no,
            scope,
            page,
            // Said with each value.
            names: _,
        } = view;
        let line = |number: u8, line: kaban_model::patient::PageLine| {
            let kaban_model::patient::PageLine {
                spec,
                paths,
                gap,
                // Told by each entry.
                conflict: _,
            } = line;
            let entries = paths.iter().filter_map(|path| {
                let state = page.state(path)?;
                Some(entry(view, path, state))
            });
            PageLine {
                field: FieldId(spec.path.to_owned()),
                label: label(spec),
                page: number,
                significant: spec.significant,
                is_list: spec.list,
                gap,
                entries: entries.collect(),
            }
        };
        let lines = [1, 2].into_iter().flat_map(|number| {
            let lines = page.page(number).into_iter();
            lines.map(move |found| (number, found))
        });
        let birth_date = page.text("birth_date").to_owned();
        let age = PartialDate::parse(&birth_date)
            .ok()
            .and_then(|born| born.age_at(today));
        let row = page.row();
        let updated = page.updated();
        Self {
            id: (*id).into(),
            no: *no,
            scope: Scope::of(scope),
            name: row.name,
            kana: row.kana,
            age: age.map(|age| Age {
                years: age.years,
                exact: age.exact,
            }),
            birth_date,
            sex: coded("sex", row.sex),
            severity: coded("severity", row.severity),
            deceased: page.is_deceased(),
            lines: lines.map(|(number, found)| line(number, found)).collect(),
            gaps: count(page.gaps().len()),
            conflicts: count(page.conflicts().len()),
            updated_at: updated.map(|(at, _)| Timestamp(at.to_rfc3339())),
            updated_by: updated.map(|(_, by)| view.name_of(by)),
        }
    }
}

/// A field that waits for a decision.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct ConflictView {
    /// Patient.
    pub patient: PatientId,
    /// Field.
    pub field: FieldId,
    /// Its label.
    pub label: Words,
    /// The values side by side.
    pub values: Vec<ValueView>,
}

impl ConflictView {
    /// The open values of one patient.
    pub(crate) fn of(view: &PatientView) -> Vec<Self> {
        let open = view.page.conflicts().into_iter().filter_map(|path| {
            let state = view.page.state(&path)?;
            Some(Self {
                patient: view.id.into(),
                field: (&path).into(),
                label: label(path.spec()),
                values: entry(view, &path, state).values,
            })
        });
        open.collect()
    }
}

fn entry(view: &PatientView, path: &FieldPath, state: &FieldState) -> FieldEntryView {
    let conflict = state.is_conflict();
    let shown: Vec<&FieldEntry> = if conflict {
        state.shown.iter().collect()
    } else {
        state.current().into_iter().collect()
    };
    FieldEntryView {
        field: path.into(),
        values: shown
            .into_iter()
            .map(|entry| value(view, path, entry))
            .collect(),
        conflict,
    }
}

fn value(view: &PatientView, path: &FieldPath, entry: &FieldEntry) -> ValueView {
    let raw = match entry.value() {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    ValueView {
        id: ValueId(entry.vid.to_string()),
        words: Words::new(
            view.in_words(path, entry, true),
            view.in_words(path, entry, false),
        ),
        known: entry.value().is_some(),
        raw,
        by: view.name_of(entry.by),
        at: Timestamp(entry.at.to_rfc3339()),
        source: entry.source.clone(),
    }
}

fn in_words(kind: &FieldKind, value: &Value) -> Words {
    Words::new(
        value_in_words(kind, value, true),
        value_in_words(kind, value, false),
    )
}

fn label(spec: &FieldSpec) -> Words {
    Words::new(spec.label(true), spec.label(false))
}

/// A code of a field, with its words.
fn coded(field: &str, code: String) -> Coded {
    let known = FieldPath::parse(field).ok().filter(|_| !code.is_empty());
    let words = known.map(|path| in_words(&path.spec().kind, &Value::from(code.as_str())));
    Coded {
        words: words.unwrap_or_else(|| Words::new("", "")),
        code,
    }
}
