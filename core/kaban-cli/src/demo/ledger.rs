//! Everything that anybody saved in the story, so that each of it can be looked for afterwards.
//!
//! The story writes by the functions of `saving` alone, and they write here what the device said it
//! had saved. Records are taken from the log of the device that signed them.

use std::collections::{BTreeMap, BTreeSet};

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::patient::{FieldPath, PatientPage};
use kaban_model::people::DocKind;
use kaban_proto::ids::Hash32;
use kaban_sync::group::DocKey;
use serde_json::Value;

use super::looked::count;

/// What was saved.
#[derive(Default)]
pub struct Ledger {
    fields: BTreeMap<PatientId, Vec<(FieldPath, Value)>>,
    items: BTreeMap<DocKey, BTreeMap<ItemId, Value>>,
    records: BTreeSet<Hash32>,
}

/// A kind of saved thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The value of a field.
    Field,
    /// A signed item of a patient: a visit, vital signs, a received resource.
    Visit,
    /// An entry of the notebook between doctors.
    Note,
    /// A closed or opened road.
    Closure,
    /// A record: who joined, who is whose patient, who is away, who was not reached, who has duty.
    Record,
}

impl Kind {
    /// Name of the figure that says how many were saved.
    pub fn figure(self) -> &'static str {
        match self {
            Self::Field => "saved_fields",
            Self::Visit => "saved_visits",
            Self::Note => "saved_notes",
            Self::Closure => "saved_closures",
            Self::Record => "saved_records",
        }
    }

    /// What kind the items of a document are.
    pub fn of_items(doc: DocKey) -> Self {
        match doc.kind {
            DocKind::Notebook => Self::Note,
            DocKind::Closures => Self::Closure,
            _ => Self::Visit,
        }
    }
}

impl Ledger {
    /// A value was saved.
    pub fn field(&mut self, patient: PatientId, path: FieldPath, value: Value) {
        self.fields.entry(patient).or_default().push((path, value));
    }

    /// An item was saved.
    pub fn item(&mut self, doc: DocKey, id: ItemId, body: Value) {
        self.items.entry(doc).or_default().insert(id, body);
    }

    /// A record was signed.
    pub fn record(&mut self, hash: Hash32) {
        self.records.insert(hash);
    }

    /// Every value.
    pub fn fields(&self) -> impl Iterator<Item = &(FieldPath, Value)> {
        self.fields.values().flatten()
    }

    /// How much was saved.
    pub fn total(&self) -> u64 {
        self.saved().values().sum()
    }

    /// Whether anything was saved to a document of items.
    pub fn has_items(&self, doc: DocKey) -> bool {
        self.items.contains_key(&doc)
    }

    /// What people wrote: every visit and notebook entry.
    pub fn written(&self) -> impl Iterator<Item = &Value> {
        let by_hand = |doc: &DocKey| matches!(doc.kind, DocKind::Log | DocKind::Notebook);
        let docs = self.items.iter().filter(move |(doc, _)| by_hand(doc));
        docs.flat_map(|(_, items)| items.values())
    }

    /// How much of each kind was saved.
    pub fn saved(&self) -> BTreeMap<Kind, u64> {
        let mut saved = BTreeMap::from([
            (
                Kind::Field,
                self.fields.values().map(Vec::len).map(count).sum(),
            ),
            (Kind::Record, count(self.records.len())),
        ]);
        for (doc, items) in &self.items {
            *saved.entry(Kind::of_items(*doc)).or_default() += count(items.len());
        }
        saved
    }

    /// Every record.
    pub fn records(&self) -> impl Iterator<Item = &Hash32> {
        self.records.iter()
    }

    /// Whose documents were written since the ledger held so many of each.
    pub fn touched_since(&self, mark: &Mark) -> BTreeSet<PatientId> {
        let fields = self.fields.iter().filter(|(id, values)| {
            values.len() > mark.fields.get(*id).copied().unwrap_or_default()
        });
        let items = self
            .items
            .iter()
            .filter(|(doc, items)| items.len() > mark.items.get(*doc).copied().unwrap_or_default());
        let patients = items.filter_map(|(doc, _)| doc.patient);
        fields.map(|(id, _)| *id).chain(patients).collect()
    }

    /// How much it holds now.
    pub fn mark(&self) -> Mark {
        let fields = self.fields.iter().map(|(id, all)| (*id, all.len()));
        let items = self.items.iter().map(|(doc, all)| (*doc, all.len()));
        Mark {
            fields: fields.collect(),
            items: items.collect(),
        }
    }

    /// How many of a patient's saved values of one document a page still has: shown, side by side,
    /// or replaced by somebody who had read it. Gives `(there, saved)`.
    pub fn fields_on(
        &self,
        patient: PatientId,
        page: Option<&PatientPage>,
        doc: DocKind,
    ) -> (u64, u64) {
        let (mut there, mut saved) = (0, 0);
        for (path, value) in self.fields.get(&patient).into_iter().flatten() {
            if DocKind::from(path.spec().doc) != doc {
                continue;
            }
            saved += 1;
            let state = page.and_then(|page| page.fields.get(path));
            let kept = state.is_some_and(|state| {
                let all = state.shown.iter().chain(&state.lost).chain(&state.past);
                all.filter_map(|entry| entry.value())
                    .any(|seen| seen == value)
            });
            there += u64::from(kept);
        }
        (there, saved)
    }

    /// How many of a document's saved items are among those a device shows, with their text. Gives
    /// `(there, saved)`.
    pub fn items_among(&self, doc: DocKey, shown: &BTreeMap<ItemId, Value>) -> (u64, u64) {
        let saved = self.items.get(&doc);
        let there = saved
            .into_iter()
            .flatten()
            .filter(|(id, body)| shown.get(*id) == Some(*body))
            .count();
        (count(there), count(saved.map_or(0, BTreeMap::len)))
    }
}

/// How much a ledger held at some moment.
#[derive(Default)]
pub struct Mark {
    fields: BTreeMap<PatientId, usize>,
    items: BTreeMap<DocKey, usize>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use kaban_model::ids::{MemberId, Vid};
    use kaban_model::patient::{Content, FieldEntry, FieldState};
    use serde_json::{Map, json};

    const PATIENT: PatientId = PatientId::from_bytes([1; 16]);

    fn write(vid: u8, text: &str, resolves: &[u8]) -> FieldEntry {
        let id = |byte: u8| Vid::from_bytes([byte; 8]);
        FieldEntry {
            vid: id(vid),
            content: Content::Value(json!(text)),
            by: MemberId::from_bytes([2; 16]),
            at: DateTime::from_timestamp(i64::from(vid), 0).unwrap().into(),
            source: None,
            resolves: resolves.iter().map(|byte| id(*byte)).collect(),
            rest: Map::new(),
        }
    }

    fn page(writes: Vec<FieldEntry>) -> (FieldPath, PatientPage) {
        let path = FieldPath::parse("address").unwrap();
        let state = FieldState::fold(true, writes);
        let fields = BTreeMap::from([(path, state)]);
        (
            path,
            PatientPage {
                id: PATIENT,
                fields,
            },
        )
    }

    #[test]
    fn a_value_is_there_when_shown_or_replaced_and_gone_when_a_page_lacks_it() {
        let (path, both) = page(vec![write(1, "old", &[]), write(2, "new", &[1])]);
        let (_, one) = page(vec![write(2, "new", &[])]);
        let mut ledger = Ledger::default();
        ledger.field(PATIENT, path, json!("old"));
        ledger.field(PATIENT, path, json!("new"));
        assert_eq!(
            ledger.fields_on(PATIENT, Some(&both), DocKind::Front),
            (2, 2)
        );
        assert_eq!(
            ledger.fields_on(PATIENT, Some(&one), DocKind::Front),
            (1, 2)
        );
        assert_eq!(ledger.fields_on(PATIENT, None, DocKind::Front), (0, 2));
        assert_eq!(
            ledger.fields_on(PATIENT, Some(&both), DocKind::Chart),
            (0, 0)
        );
    }

    #[test]
    fn an_item_with_another_text_is_not_the_one_that_was_saved() {
        let doc = DocKey::notebook();
        let id = ItemId::from_bytes([3; 16]);
        let mut ledger = Ledger::default();
        ledger.item(doc, id, json!({ "text": "10 mg" }));
        let shows = |text: &str| BTreeMap::from([(id, json!({ "text": text }))]);
        assert_eq!(ledger.items_among(doc, &shows("10 mg")), (1, 1));
        assert_eq!(ledger.items_among(doc, &shows("100 mg")), (0, 1));
        assert_eq!(ledger.items_among(doc, &BTreeMap::new()), (0, 1));
    }

    #[test]
    fn what_was_written_since_is_told_by_patient() {
        let mut ledger = Ledger::default();
        let (path, _) = page(Vec::new());
        ledger.field(PATIENT, path, json!("before"));
        let mark = ledger.mark();
        assert!(ledger.touched_since(&mark).is_empty());
        let other = PatientId::from_bytes([9; 16]);
        let log = DocKey::of(other, DocKind::Log);
        ledger.item(log, ItemId::from_bytes([3; 16]), json!({}));
        assert_eq!(ledger.touched_since(&mark), BTreeSet::from([other]));
        ledger.field(PATIENT, path, json!("after"));
        assert_eq!(ledger.touched_since(&mark).len(), 2);
    }
}
