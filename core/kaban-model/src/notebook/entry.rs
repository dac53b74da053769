//! One entry of the liaison notebook between the doctors; a patient is only pointed to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::{
    error::{Invalid, Reason},
    ids::{ItemId, MemberId, PatientId},
    json::{Building, Members},
    visit::{Item, ItemKind, Received},
};

/// The longest entry in characters: one sheet of paper.
pub const ENTRY_CHARS_MAX: usize = 2000;
const ADDRESSEES_MAX: usize = 64;

/// One entry.
#[derive(Clone, PartialEq, Eq)]
pub struct NotebookEntry {
    /// What is said.
    pub text: String,
    /// About whom; a pointer, the name is not repeated in the notebook.
    pub patient: Option<PatientId>,
    /// For whom; empty for everybody.
    pub to: Vec<MemberId>,
    /// To be read before anything else.
    pub urgent: bool,
    /// Which entry it answers.
    pub reply_to: Option<ItemId>,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl NotebookEntry {
    /// Reads an entry about `patient`, as typed or as stored.
    ///
    /// # Errors
    /// [`Invalid`] names the member; an entry without text is [`Reason::Empty`].
    pub fn from_value(patient: Option<PatientId>, value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("note", value)?;
        let text = members.text("text", ENTRY_CHARS_MAX)?;
        if text.is_empty() {
            return Err(members.invalid("text", Reason::Empty));
        }
        let to: BTreeSet<MemberId> = members
            .list("to", ADDRESSEES_MAX)?
            .iter()
            .map(|v| {
                v.as_str()
                    .and_then(|t| t.parse().ok())
                    .ok_or(members.invalid("to", Reason::NotACode))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text,
            patient,
            to: to.into_iter().collect(),
            urgent: members.flag("urgent")?,
            reply_to: members.parsed("reply_to", Reason::NotACode)?,
            rest: members.rest(),
        })
    }

    /// The stored body; the pointer to the patient stands in the item.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Building::on(&self.rest)
            .text("text", &self.text)
            .list(
                "to",
                self.to.iter().map(|m| Value::from(m.to_string())).collect(),
            )
            .flag("urgent", self.urgent)
            .some("reply_to", self.reply_to.map(|id| id.to_string()))
            .value()
    }

    /// The entry as a signed item will carry it.
    #[must_use]
    pub fn to_item(&self, id: ItemId, at: DateTime<FixedOffset>) -> Item {
        Item {
            id,
            kind: ItemKind::Note,
            at,
            patient: self.patient,
            link: None,
            body: self.to_value(),
            rest: Map::new(),
        }
    }
}

/// The body of a read mark: which items the signer has read.
#[must_use]
pub fn read_mark(items: &[ItemId]) -> Value {
    Building::on(&Map::new())
        .list(
            "items",
            items.iter().map(|id| Value::from(id.to_string())).collect(),
        )
        .value()
}

/// Who has read what. An author has read what they wrote.
#[must_use]
pub fn read_by<'a>(
    items: impl IntoIterator<Item = &'a Received>,
) -> BTreeMap<ItemId, BTreeSet<MemberId>> {
    let mut readers: BTreeMap<ItemId, BTreeSet<MemberId>> = BTreeMap::new();
    for received in items {
        if received.item.kind == ItemKind::Read {
            let named = received
                .item
                .body
                .get("items")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            for id in named.filter_map(|v| v.as_str()?.parse().ok()) {
                readers.entry(id).or_default().insert(received.by);
            }
        } else {
            readers
                .entry(received.item.id)
                .or_default()
                .insert(received.by);
        }
    }
    readers
}

impl fmt::Debug for NotebookEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotebookEntry")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::visit::tests::item;

    #[test]
    fn an_entry_reads_back_with_what_it_does_not_know() {
        let member = "07".repeat(16);
        let given = json!({"text": " 今泉橋は雪で通れません ", "to": [member, member], "urgent": true, "zz": [1]});
        let entry = NotebookEntry::from_value(None, given).unwrap();
        assert_eq!(
            entry.to_value().to_string(),
            format!(
                r#"{{"text":"今泉橋は雪で通れません","to":["{member}"],"urgent":true,"zz":[1]}}"#
            )
        );
        assert_eq!(
            NotebookEntry::from_value(None, entry.to_value()).unwrap(),
            entry
        );
    }

    #[test]
    fn an_entry_without_text_or_longer_than_a_sheet_is_refused() {
        let reason = |text: String| {
            NotebookEntry::from_value(None, json!({"text": text}))
                .unwrap_err()
                .reason
        };
        assert_eq!(reason(" ".into()), Reason::Empty);
        assert_eq!(reason("雪".repeat(2001)), Reason::TooLong { max: 2000 });
    }

    #[test]
    fn read_by_names_the_author_and_everybody_who_marked_it() {
        let by = |n: u8| MemberId::from_bytes([n; 16]);
        let note = Received {
            item: item(1, ItemKind::Note, 0, None),
            by: by(5),
            hlc: 1,
        };
        let mut mark = Received {
            item: item(2, ItemKind::Read, 1, None),
            by: by(6),
            hlc: 2,
        };
        mark.item.body = read_mark(&[note.item.id]);
        let readers = read_by([&note, &mark]);
        assert_eq!(readers[&note.item.id], BTreeSet::from([by(5), by(6)]));
    }
}
