//! Who a Patient resource is about: names in kanji and kana, birth date, identifiers; and by what to recognise them.

use std::fmt;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::element::{bare_url, date, extension, items, text, texts};

/// Identifiers and addresses kept of one person; the rest stays in the originals.
const NUMBERS_MAX: usize = 200;

const REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";

/// A number that some system gave to the person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier {
    /// The naming system; empty when the sender named none.
    pub system: String,
    /// The number as it was written.
    pub value: String,
    /// What the sender calls it, possibly empty.
    pub label: String,
}

/// Shows the system, never the number.
impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identifier")
            .field("system", &self.system)
            .finish_non_exhaustive()
    }
}

/// Who it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Numbers, each once, in the order met.
    pub identifiers: Vec<Identifier>,
    /// Name as it is written, kanji where there are any.
    pub name: Option<String>,
    /// Name in full-width katakana.
    pub kana: Option<String>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub birth_date: Option<String>,
    /// `male`, `female`, `other` or `unknown`.
    pub sex: Option<String>,
    /// Addresses of the Patient resources (`http…/Patient/1`, `urn:uuid:…`), each once.
    pub urls: Vec<String>,
}

/// Shows counts, never a name.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("identifiers", &self.identifiers.len())
            .finish_non_exhaustive()
    }
}

/// By what a person may be recognised among known patients.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKey {
    /// A number with its naming system: the same number is the same person, unless birth date or sex contradict.
    Identifier {
        /// Naming system.
        system: String,
        /// Number, width of letters folded.
        value: String,
    },
    /// The address of the Patient resource at its sender.
    Url(String),
    /// Name and birth date, folded for comparison. A full birth date with name or kana alike is likely the same person:
    /// a human confirms it.
    Person {
        /// Name without spaces, widths folded; may be empty.
        name: String,
        /// Kana without spaces, full-width katakana; may be empty.
        kana: String,
        /// Full birth date.
        birth_date: String,
    },
}

/// Shows the kind of key, never its content.
impl fmt::Debug for MatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identifier { .. } => "Identifier(..)",
            Self::Url(_) => "Url(..)",
            Self::Person { .. } => "Person(..)",
        })
    }
}

impl MatchKey {
    /// One text for this key, the same for the same person in every import.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Identifier { system, value } => format!("identifier|{system}|{value}"),
            Self::Url(url) => format!("url|{url}"),
            Self::Person {
                name,
                kana,
                birth_date,
            } => format!("person|{name}|{kana}|{birth_date}"),
        }
    }
}

impl Identity {
    /// Reads a Patient resource.
    pub(crate) fn read(patient: &Value, full_url: Option<&str>) -> Self {
        let (name, kana) = names(patient);
        let mut identity = Self {
            identifiers: Vec::new(),
            name,
            kana,
            birth_date: date(patient, "birthDate").map(str::to_owned),
            sex: text(patient, "gender")
                .filter(|sex| ["male", "female", "other", "unknown"].contains(sex))
                .map(str::to_owned),
            urls: full_url
                .map(|url| without_history(url).to_owned())
                .into_iter()
                .collect(),
        };
        for identifier in items(patient, "identifier")
            .take(NUMBERS_MAX)
            .filter_map(read_identifier)
        {
            identity.add_identifier(identifier);
        }
        identity
    }

    pub(crate) fn add_identifier(&mut self, identifier: Identifier) {
        let known = |known: &Identifier| {
            known.system == identifier.system && known.value == identifier.value
        };
        if self.identifiers.len() < NUMBERS_MAX && !self.identifiers.iter().any(known) {
            self.identifiers.push(identifier);
        }
    }

    /// Takes over what another record of the same person knows and this one does not.
    pub(crate) fn absorb(&mut self, other: Self) {
        let Self {
            identifiers,
            name,
            kana,
            birth_date,
            sex,
            urls,
        } = other;
        identifiers
            .into_iter()
            .for_each(|identifier| self.add_identifier(identifier));
        self.name = self.name.take().or(name);
        self.kana = self.kana.take().or(kana);
        self.sex = self.sex.take().or(sex);
        self.birth_date = match (self.birth_date.take(), birth_date) {
            // The more precise of two that agree.
            (Some(ours), Some(theirs)) if theirs.starts_with(&ours) => Some(theirs),
            (ours, theirs) => ours.or(theirs),
        };
        for url in urls {
            if self.urls.len() < NUMBERS_MAX && !self.urls.contains(&url) {
                self.urls.push(url);
            }
        }
    }

    /// Why two records cannot be one person; `None` when nothing speaks against it.
    pub(crate) fn contradiction(&self, other: &Self) -> Option<&'static str> {
        if let (Some(ours), Some(theirs)) = (&self.birth_date, &other.birth_date)
            && !ours.starts_with(theirs.as_str())
            && !theirs.starts_with(ours.as_str())
        {
            return Some("the birth dates differ");
        }
        let told = |sex: &Option<String>| sex.clone().filter(|sex| sex != "unknown");
        if let (Some(ours), Some(theirs)) = (told(&self.sex), told(&other.sex))
            && ours != theirs
        {
            return Some("the sexes differ");
        }
        let both_born = self.birth_date.is_some() && other.birth_date.is_some();
        let alike = |ours: &Option<String>, theirs: &Option<String>| match (ours, theirs) {
            (Some(ours), Some(theirs)) => Some(fold(ours) == fold(theirs)),
            _ => None,
        };
        let (names, kanas) = (
            alike(&self.name, &other.name),
            alike(&self.kana, &other.kana),
        );
        // A changed surname with the same birth date is usual; without a birth date the name has to agree.
        if !both_born && names == Some(false) && kanas != Some(true) {
            return Some("the names differ and a birth date is missing");
        }
        None
    }

    /// The keys of this person, the most certain first.
    pub(crate) fn match_keys(&self) -> Vec<MatchKey> {
        let mut keys: Vec<MatchKey> = self
            .identifiers
            .iter()
            .filter(|identifier| !identifier.system.is_empty())
            .map(|identifier| MatchKey::Identifier {
                system: identifier.system.clone(),
                value: fold_number(&identifier.value),
            })
            .collect();
        // Sorted by rank and then by text, so that the first key does not depend on the order of a file.
        keys.sort_by_key(|key| (rank(key), key.clone()));
        if let Some(birth_date) = self.birth_date.as_ref().filter(|date| date.len() == 10) {
            let name = self.name.as_deref().map(fold).unwrap_or_default();
            let kana = self.kana.as_deref().map(fold).unwrap_or_default();
            if !name.is_empty() || !kana.is_empty() {
                keys.push(MatchKey::Person {
                    name,
                    kana,
                    birth_date: birth_date.clone(),
                });
            }
        }
        let mut urls: Vec<&String> = self
            .urls
            .iter()
            .filter(|url| url.starts_with("http") || url.starts_with("urn:"))
            .collect();
        urls.sort();
        keys.extend(urls.into_iter().cloned().map(MatchKey::Url));
        keys
    }
}

/// Patient numbers of Japanese institutions first, then insurance, then the rest.
fn rank(key: &MatchKey) -> u8 {
    match key {
        MatchKey::Identifier { system, .. }
            if system.starts_with("urn:oid:1.2.392.100495.20.3.51.") =>
        {
            0
        }
        MatchKey::Identifier { system, .. } if system == INSURANCE_MEMBER => 1,
        MatchKey::Identifier { .. } => 2,
        MatchKey::Person { .. } => 3,
        MatchKey::Url(_) => 4,
    }
}

/// Insured person of JP-CLINS: `insurer:symbol:number:branch`.
pub(crate) const INSURANCE_MEMBER: &str =
    "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID";

/// Reads an Identifier with a value.
pub(crate) fn read_identifier(identifier: &Value) -> Option<Identifier> {
    Some(Identifier {
        system: text(identifier, "system")
            .map(bare_url)
            .unwrap_or_default()
            .to_owned(),
        value: text(identifier, "value")?.to_owned(),
        label: identifier
            .get("type")
            .and_then(super::element::concept_text)
            .unwrap_or_default(),
    })
}

/// A number for comparison: widths folded, ends trimmed.
pub(crate) fn fold_number(number: &str) -> String {
    number.nfkc().collect::<String>().trim().to_owned()
}

/// A name for comparison: widths folded, hiragana as katakana, without spaces.
pub(crate) fn fold(name: &str) -> String {
    to_katakana(name)
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Full-width katakana from half-width kana and hiragana; other characters by NFKC.
fn to_katakana(text: &str) -> String {
    text.nfkc()
        .map(|c| {
            if ('ぁ'..='ゖ').contains(&c) {
                char::from_u32(c as u32 + 0x60).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

/// An address without its `/_history/n`.
pub(crate) fn without_history(url: &str) -> &str {
    url.split_once("/_history/").map_or(url, |(bare, _)| bare)
}

/// Names looked at in one record.
const NAMES_MAX: usize = 50;

/// The written name and the kana of a person.
fn names(patient: &Value) -> (Option<String>, Option<String>) {
    let mut written: Option<(u8, String)> = None;
    let mut kana: Option<String> = None;
    for name in items(patient, "name").take(NAMES_MAX) {
        let Some(said) = human_name(name) else {
            continue;
        };
        let shown_as = extension(name, REPRESENTATION).and_then(|e| text(e, "valueCode"));
        if shown_as == Some("SYL") || (shown_as.is_none() && is_kana(&said)) {
            kana = kana.or_else(|| {
                Some(
                    to_katakana(&said)
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" "),
                )
            });
            continue;
        }
        let rank = match (shown_as, text(name, "use")) {
            (Some("ABC"), _) => 4,
            (_, Some("old" | "maiden")) => 5,
            (Some("IDE"), _) => 0,
            (_, Some("official")) => 1,
            (_, Some("usual") | None) => 2,
            _ => 3,
        };
        if written.as_ref().is_none_or(|(best, _)| rank < *best) {
            written = Some((rank, said));
        }
    }
    let written = written.map(|(_, name)| name).or_else(|| kana.clone());
    (written, kana)
}

/// The text of a HumanName, put together from its parts when there is none.
pub(crate) fn human_name(name: &Value) -> Option<String> {
    if let Some(text) = text(name, "text") {
        return Some(text.to_owned());
    }
    let family = text(name, "family");
    let given: Vec<&str> = texts(name, "given").collect();
    let western = family
        .into_iter()
        .chain(given.iter().copied())
        .all(|part| part.chars().all(|c| c < '\u{2e80}'));
    let mut parts: Vec<&str> = Vec::new();
    if western {
        parts.extend(given);
        parts.extend(family);
    } else {
        parts.extend(family);
        parts.extend(given);
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn is_kana(text: &str) -> bool {
    let mut letters = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '・' | '゠' | '･'))
        .peekable();
    letters.peek().is_some()
        && letters.all(|c| matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | 'ｦ'..='ﾟ'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn name(text: &str, shown_as: &str) -> Value {
        json!({"extension": [{"url": REPRESENTATION, "valueCode": shown_as}], "text": text})
    }

    #[test]
    fn kanji_and_kana_are_told_apart_by_the_extension() {
        let patient = json!({"name": [name("ｻﾄｳ ﾊﾅ", "SYL"), name("佐藤 花", "IDE"), name("Sato Hana", "ABC")]});
        let identity = Identity::read(&patient, None);
        assert_eq!(identity.name.as_deref(), Some("佐藤 花"));
        assert_eq!(identity.kana.as_deref(), Some("サトウ ハナ"));
    }

    #[test]
    fn without_the_extension_a_name_in_kana_only_is_the_kana() {
        let patient =
            json!({"name": [{"family": "佐藤", "given": ["花"]}, {"text": "さとう　はな"}]});
        let identity = Identity::read(&patient, None);
        assert_eq!(identity.name.as_deref(), Some("佐藤 花"));
        assert_eq!(identity.kana.as_deref(), Some("サトウ ハナ"));
    }

    #[test]
    fn a_western_name_is_written_given_name_first() {
        let patient = json!({"name": [{"use": "maiden", "text": "Old"}, {"family": "Smith", "given": ["Ann", "B."]}]});
        assert_eq!(
            Identity::read(&patient, None).name.as_deref(),
            Some("Ann B. Smith")
        );
    }

    #[test]
    fn the_first_match_key_does_not_depend_on_the_order_of_the_file() {
        let hospital =
            json!({"system": "urn:oid:1.2.392.100495.20.3.51.11210000000", "value": "００１２"});
        let other = json!({"system": "http://example.org/id", "value": "9"});
        let keys = |list: Value| {
            Identity::read(&json!({ "identifier": list }), None).match_keys()[0].to_text()
        };
        assert_eq!(
            keys(json!([hospital, other])),
            keys(json!([other, hospital]))
        );
        assert_eq!(
            keys(json!([hospital])),
            "identifier|urn:oid:1.2.392.100495.20.3.51.11210000000|0012"
        );
    }

    #[test]
    fn records_with_other_birth_dates_or_sexes_are_never_one_person() {
        let born = |date: &str, sex: &str| Identity {
            birth_date: Some(date.to_owned()),
            sex: Some(sex.to_owned()),
            ..Identity::default()
        };
        assert!(
            born("1930-06-28", "female")
                .contradiction(&born("1930-06", "unknown"))
                .is_none()
        );
        assert!(
            born("1930-06-28", "female")
                .contradiction(&born("1931-06", "female"))
                .is_some()
        );
        assert!(
            born("1930-06-28", "female")
                .contradiction(&born("1930-06-28", "male"))
                .is_some()
        );
    }
}
