//! The patients' own words, by kind, and the search for them where they must not be.
//!
//! They are taken from what was saved in the story: every name and reading, every address, every
//! telephone number, every drug, every sentence.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use kaban_app::AppError;
use kaban_vault::Error;
use kaban_vault::examine::find_canaries;
use serde_json::Value;

use super::ledger::Ledger;
use super::looked::{Looked, count};
use super::report::Tell;

/// Fewest bytes of a word that is looked for: shorter ones appear by chance.
const BYTES_MIN: usize = 6;
/// Members of an item or a value that a person wrote as a sentence.
const SENTENCES: [&str; 6] = [
    "subjective",
    "objective",
    "assessment",
    "plan",
    "text",
    "then",
];

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person's name or its reading.
    Name,
    /// Where somebody lives.
    Address,
    /// A telephone number.
    Phone,
    /// A medicine.
    Drug,
    /// What somebody wrote about a patient.
    Sentence,
}

impl Kind {
    /// All of them, with the fewest different words that a search has to look for.
    pub const LEAST: [(Self, u64); 5] = [
        (Self::Name, 100),
        (Self::Address, 100),
        (Self::Phone, 100),
        (Self::Drug, 5),
        (Self::Sentence, 100),
    ];

    /// Name of the figure that says how many were looked for.
    pub fn figure(self) -> &'static str {
        match self {
            Self::Name => "words_name",
            Self::Address => "words_address",
            Self::Phone => "words_phone",
            Self::Drug => "words_drug",
            Self::Sentence => "words_sentence",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("氏名", "names"),
            Self::Address => ("住所", "addresses"),
            Self::Phone => ("電話", "telephone numbers"),
            Self::Drug => ("薬", "drugs"),
            Self::Sentence => ("文", "sentences"),
        }
    }
}

/// Fields that name people and places of the association, which no patient's words are.
const ASSOCIATION: [&str; 3] = ["primary_physician", "deputy_physician", "nursing_station"];

/// Different words, each with its kind.
#[derive(Clone, Default)]
pub struct Words {
    all: BTreeMap<String, Kind>,
}

impl Words {
    /// Every word of what was saved.
    pub fn of(ledger: &Ledger) -> Self {
        let mut words = Self::default();
        let of_patient = |key: &&str| !ASSOCIATION.contains(key);
        for (path, value) in ledger.fields() {
            if let Some(key) = Some(path.spec().path).filter(of_patient) {
                words.take(key, value);
            }
        }
        for body in ledger.written() {
            words.take("", body);
        }
        words
    }

    /// Fewest words that a search has to look for.
    pub fn least() -> u64 {
        Kind::LEAST.iter().map(|(_, least)| least).sum()
    }

    /// How many.
    pub fn len(&self) -> u64 {
        count(self.all.len())
    }

    /// How many of each kind.
    pub fn by_kind(&self) -> BTreeMap<Kind, u64> {
        let mut counted = BTreeMap::new();
        for kind in self.all.values() {
            *counted.entry(*kind).or_default() += 1;
        }
        counted
    }

    /// Whether there are enough of each kind.
    pub fn enough(&self) -> bool {
        let counted = self.by_kind();
        let of = |kind| counted.get(&kind).copied().unwrap_or(0);
        Kind::LEAST.iter().all(|(kind, least)| of(*kind) >= *least)
    }

    /// How many of each kind, in words.
    pub fn told(&self, tell: Tell) -> String {
        let each = self.by_kind().into_iter().map(|(kind, number)| {
            let (ja, en) = kind.words();
            tell.pick(format!("{ja} {number}"), format!("{number} {en}"))
        });
        each.collect::<Vec<_>>().join(&tell.pick("・", ", "))
    }

    /// Begins to look for them below a folder, beside the story.
    pub fn search(self, folder: PathBuf) -> Search {
        let (words, enough) = (self.len(), self.enough());
        Search {
            words,
            enough,
            thread: std::thread::spawn(move || self.found_in(&folder)),
        }
    }

    /// The different words that some file below a folder holds, in any form; by number.
    pub fn found_in(&self, folder: &Path) -> Result<BTreeSet<usize>, Error> {
        let canaries: Vec<Vec<u8>> = self.all.keys().map(|word| word.clone().into()).collect();
        let hits = find_canaries(folder, &canaries)?;
        Ok(hits.into_iter().map(|hit| hit.canary).collect())
    }

    fn take(&mut self, key: &str, value: &Value) {
        match value {
            Value::String(text) => self.add(key, text),
            Value::Object(map) => {
                for (inner, value) in map {
                    // A person or a place within a value is called by its own member.
                    self.take(inner, value);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| self.take(key, value)),
            _ => {}
        }
    }

    fn add(&mut self, key: &str, text: &str) {
        let kind = match key {
            "name" | "kana" => Kind::Name,
            "address" => Kind::Address,
            "phone" => Kind::Phone,
            "drug" => Kind::Drug,
            "special_note" | "key_place" | "diagnosis" | "course_line" => Kind::Sentence,
            other if SENTENCES.contains(&other) => Kind::Sentence,
            _ => return,
        };
        if text.len() >= BYTES_MIN {
            self.all.entry(text.to_owned()).or_insert(kind);
        }
    }
}

/// A search that runs beside the story, because it takes long.
pub struct Search {
    words: u64,
    enough: bool,
    thread: JoinHandle<Result<BTreeSet<usize>, Error>>,
}

impl Search {
    /// Waits for it: none of its words may be found, and there had to be enough of each kind.
    pub fn finish(self) -> Result<Looked, AppError> {
        let found = self.thread.join();
        let broke = |_| AppError::new(kaban_app::Kind::Internal, "a search broke off");
        let found = count(found.map_err(broke)??.len());
        Ok(Looked::none(found, self.words, Words::least()).and(self.enough))
    }
}

/// Every text within a value, one a line: what a copy in plain text would hold.
pub fn plain_text(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => {
            out.push_str(text);
            out.push('\n');
        }
        Value::Object(map) => map.values().for_each(|value| plain_text(value, out)),
        Value::Array(list) => list.iter().for_each(|value| plain_text(value, out)),
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kaban_model::ids::{ItemId, PatientId};
    use kaban_model::patient::FieldPath;
    use kaban_sync::group::DocKey;
    use serde_json::json;

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        let values = [
            ("name", json!("伊藤 はな")),
            ("kana", json!("イトウ ハナ")),
            ("address", json!("光町田町通り12番地")),
            ("phone", json!("0479-00-2001")),
            (
                "key_person",
                json!({ "name": "伊藤 清", "relation": "長男" }),
            ),
            (
                "primary_physician",
                json!({ "name": "林 豊", "phone": "0479-00-1001" }),
            ),
            ("special_note", json!("裏の柿の木に懐中電灯がつるしてある")),
        ];
        for (path, value) in values {
            let path = FieldPath::parse(path).unwrap();
            ledger.field(PatientId::from_bytes([1; 16]), path, value);
        }
        let dose = FieldPath::of_entry("medication", [2; 16]).unwrap();
        let drug = json!({ "drug": "アムロジピン錠", "dose": "5" });
        ledger.field(PatientId::from_bytes([1; 16]), dose, drug);
        let note = json!({ "text": "夜に一度ようすを見る", "urgent": false });
        ledger.item(DocKey::notebook(), ItemId::from_bytes([3; 16]), note);
        ledger
    }

    #[test]
    fn names_addresses_numbers_drugs_and_sentences_are_words_the_doctors_own_are_not() {
        let words = Words::of(&ledger());
        let by_kind = words.by_kind();
        let of = |kind| by_kind.get(&kind).copied().unwrap_or(0);
        assert_eq!(of(Kind::Name), 3);
        assert_eq!(of(Kind::Address), 1);
        assert_eq!(of(Kind::Phone), 1);
        assert_eq!(of(Kind::Drug), 1);
        assert_eq!(of(Kind::Sentence), 2);
        assert!(!words.all.contains_key("林 豊"));
        assert!(!words.enough(), "one association has far more");
    }

    #[test]
    fn a_copy_in_plain_text_gives_every_word_of_every_kind_away() {
        let (ledger, folder) = (ledger(), tempfile::tempdir().unwrap());
        let words = Words::of(&ledger);
        let mut text = String::new();
        let bodies = ledger
            .fields()
            .map(|(_, value)| value)
            .chain(ledger.written());
        bodies.for_each(|body| plain_text(body, &mut text));
        std::fs::write(folder.path().join("copy"), text).unwrap();
        let found = words.found_in(folder.path()).unwrap();
        assert_eq!(count(found.len()), words.len());
        std::fs::write(folder.path().join("copy"), "伊藤 はな").unwrap();
        assert_eq!(words.found_in(folder.path()).unwrap().len(), 1);
    }
}
