//! Filling fields from one resource: every value passes the gate of `kaban_model`, and what does not fit is told.
//!
//! A text longer than its field is put in shortened, with a mark, and a warning; a member that the gate refuses is left
//! out with a warning. The original keeps the whole in either case.

use serde_json::{Map, Value};

use kaban_model::ids::PatientId;
use kaban_model::patient::{FieldKind, FieldPath, validate};

use super::key;
use super::plan::ImportedField;

/// The mark at the end of a text that was shortened.
pub(crate) const SHORTENED: char = '…';

/// Fields being filled from one resource.
pub(crate) struct Draft<'d> {
    patient: PatientId,
    key: &'d str,
    source: String,
    source_index: usize,
    pub(crate) fields: Vec<ImportedField>,
    /// Sentences for the report, each about this resource.
    pub(crate) warnings: Vec<String>,
}

impl<'d> Draft<'d> {
    pub(crate) fn new(
        patient: PatientId,
        key: &'d str,
        source: String,
        source_index: usize,
    ) -> Self {
        Self {
            patient,
            key,
            source,
            source_index,
            fields: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(crate) fn warn(&mut self, why: impl Into<String>) {
        self.warnings.push(why.into());
    }

    /// Fills a field that is not a list.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Ok(path) = FieldPath::parse(name) {
            self.fit_in(path, value.into(), self.key.to_owned());
        }
    }

    /// Adds the list entry of this resource.
    pub(crate) fn add(&mut self, list: &str, entry: Entry) {
        self.add_keyed(list, self.key.to_owned(), entry);
    }

    /// Adds a list entry whose key says by itself what it is (a number with its system).
    pub(crate) fn add_keyed(&mut self, list: &str, key: String, entry: Entry) {
        if let Ok(path) = FieldPath::of_entry(list, key::derive_entry(&self.patient, &key)) {
            self.fit_in(path, Value::Object(entry.members), key);
        }
    }

    fn fit_in(&mut self, path: FieldPath, value: Value, key: String) {
        let mut value = value;
        let label = path.spec().path;
        match (&mut value, path.spec().kind) {
            (Value::Object(members), FieldKind::Object(specs)) => {
                for spec in specs {
                    if let Some(Value::String(text)) = members.get_mut(spec.name) {
                        self.shorten(&format!("{label}.{}", spec.name), spec.kind, text);
                    }
                }
            }
            (Value::String(text), kind) => self.shorten(label, kind, text),
            _ => {}
        }
        // Each round leaves out one member that the gate refuses, so the rounds end.
        loop {
            match validate(&path, value.clone()) {
                Ok(value) => {
                    let (source, source_index) = (self.source.clone(), self.source_index);
                    self.fields.push(ImportedField {
                        path,
                        value,
                        source,
                        key,
                        source_index,
                    });
                    return;
                }
                Err(refused) => {
                    let member = refused
                        .field
                        .rsplit_once('.')
                        .map(|(_, member)| member.to_owned());
                    let removed = match (&mut value, &member) {
                        (Value::Object(members), Some(member)) => members.remove(member).is_some(),
                        _ => false,
                    };
                    let what =
                        member.map_or(label.to_owned(), |member| format!("{label}.{member}"));
                    self.warn(format!("{what} left out: {}", refused.reason));
                    if !removed {
                        return;
                    }
                }
            }
        }
    }

    fn shorten(&mut self, what: &str, kind: FieldKind, text: &mut String) {
        let (FieldKind::Text { max_chars } | FieldKind::Line { max_chars }) = kind else {
            return;
        };
        if text.contains(is_unwanted) {
            *text = text.chars().filter(|c| !is_unwanted(*c)).collect();
        }
        let length = text.trim().chars().count();
        if length > max_chars {
            let kept: String = text
                .trim()
                .chars()
                .take(max_chars.saturating_sub(1))
                .collect();
            *text = format!("{}{SHORTENED}", kept.trim_end());
            self.warn(format!(
                "{what} shortened from {length} to {max_chars} characters"
            ));
        }
    }
}

/// Control characters and turns of the writing direction, which no field may hold; line ends and tabs stay.
fn is_unwanted(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// The members of one list entry.
#[derive(Default)]
pub(crate) struct Entry {
    members: Map<String, Value>,
}

impl Entry {
    /// Sets a member when there is something to set.
    pub(crate) fn set<V: Into<Value>>(&mut self, name: &str, value: Option<V>) -> &mut Self {
        if let Some(value) = value {
            self.members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Sets code and code system.
    pub(crate) fn code(&mut self, coding: Option<super::element::Coding<'_>>) -> &mut Self {
        if let Some(coding) = coding {
            self.set("code", Some(coding.code));
            let system = super::codes::system(coding.system);
            self.set("code_system", (!system.is_empty()).then_some(system));
        }
        self
    }

    /// Sets the note from its parts, and what is not understood before all else: a person has to see it.
    pub(crate) fn note(&mut self, not_understood: &[String], parts: Vec<String>) -> &mut Self {
        let mut lines = Vec::new();
        if !not_understood.is_empty() {
            lines.push(format!(
                "【要確認】取込で理解できない指定あり: {}",
                not_understood.join("; ")
            ));
            let remarks = not_understood
                .iter()
                .take(8)
                .map(|text| Value::String(text.chars().take(200).collect()));
            self.members
                .insert("not_understood".to_owned(), Value::Array(remarks.collect()));
        }
        lines.extend(parts);
        self.set("note", (!lines.is_empty()).then(|| lines.join("\n")))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn draft() -> Draft<'static> {
        Draft::new(
            PatientId::from_bytes([1; 16]),
            "Condition||c",
            "a.json".to_owned(),
            0,
        )
    }

    #[test]
    fn a_text_that_is_too_long_is_shortened_with_a_mark_and_told() {
        let mut draft = draft();
        draft.set("name", "あ".repeat(100));
        let name = draft.fields[0].value.as_str().unwrap();
        assert_eq!(name.chars().count(), 60);
        assert!(name.ends_with(SHORTENED));
        assert_eq!(draft.warnings, ["name shortened from 100 to 60 characters"]);
    }

    #[test]
    fn a_member_that_is_refused_is_left_out_and_the_rest_stays() {
        let mut draft = draft();
        let mut entry = Entry::default();
        entry
            .set("name", Some("高血圧症"))
            .set("onset", Some("1990-13"))
            .set("status", Some("active"));
        draft.add("problem", entry);
        assert_eq!(draft.fields[0].value["name"], "高血圧症");
        assert!(draft.fields[0].value.get("onset").is_none());
        assert_eq!(draft.warnings, ["problem.onset left out: not a date"]);
    }

    #[test]
    fn an_entry_without_its_name_is_not_made_up() {
        let mut draft = draft();
        let mut entry = Entry::default();
        entry.set("status", Some("active"));
        draft.add("problem", entry);
        assert!(draft.fields.is_empty());
        assert_eq!(draft.warnings.len(), 1);
    }

    #[test]
    fn what_is_not_understood_stands_first_in_the_note_and_as_a_member() {
        let mut draft = draft();
        let mut entry = Entry::default();
        entry
            .set("name", Some("疑い"))
            .note(&["implicitRules x".to_owned()], vec!["備考".to_owned()]);
        draft.add("problem", entry);
        let value = &draft.fields[0].value;
        assert!(value["note"].as_str().unwrap().starts_with("【要確認】"));
        assert_eq!(value["not_understood"][0], "implicitRules x");
    }
}
