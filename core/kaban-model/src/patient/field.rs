//! What a field of the record is: its path, its kind, its labels and who keeps it.
//!
//! Every field of page 1 and page 2 is one key of one document. This module promises that a
//! `FieldPath` that exists is a path of the catalogue, so that no other layer has to check it again.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::catalogue::catalogue;

/// The document of a patient that keeps a field; each has one set of readers and one of writers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doc {
    /// Page 1 without the places of the key and of the opioids.
    Front,
    /// Problems, course, plan, places of key and opioids, page 2, laboratory values.
    Chart,
    /// Insurance and identifiers.
    Admin,
}

/// A code with its Japanese and English label.
pub type Choice = (&'static str, &'static str, &'static str);

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text of several lines, counted in Unicode scalar values.
    Text {
        /// The largest number of characters kept.
        max_chars: usize,
    },
    /// Text of one line; line ends become spaces.
    Line {
        /// The largest number of characters kept.
        max_chars: usize,
    },
    /// One code of a closed list; the labels are accepted as input, the code is stored.
    Choice(&'static [Choice]),
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; Japanese eras are accepted as input.
    Date,
    /// A telephone number: digits and hyphens, an optional leading `+`, an optional extension `x123`.
    Phone,
    /// A whole number within bounds, both included.
    Integer {
        /// The smallest number.
        min: i64,
        /// The largest number.
        max: i64,
    },
    /// A decimal number from 0 on, stored as text such as `"0.5"` so that it never passes through binary floating point.
    Decimal {
        /// The largest whole part.
        max: u32,
    },
    /// WGS 84 degrees: `{"lon": number, "lat": number}`; `[lon, lat]` is accepted as input.
    Point,
    /// `true` or `false`.
    Flag,
    /// Members that are read together and therefore kept as one value.
    Object(&'static [MemberSpec]),
}

/// One member of an object value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberSpec {
    /// The JSON key, `snake_case`.
    pub name: &'static str,
    /// An object without this member is refused.
    pub required: bool,
    /// Japanese label.
    pub label_ja: &'static str,
    /// English label.
    pub label_en: &'static str,
    /// What the member may hold; never an object itself.
    pub kind: FieldKind,
}

/// One field of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// The path without an entry id, `snake_case`.
    pub path: &'static str,
    /// Many entries, each addressed `path/<32 hex>`.
    pub list: bool,
    /// The document that keeps it.
    pub doc: Doc,
    /// The page that shows it, 1 or 2.
    pub page: u8,
    /// Japanese label.
    pub label_ja: &'static str,
    /// English label.
    pub label_en: &'static str,
    /// What a value may be.
    pub kind: FieldKind,
    /// Concurrent values are shown side by side until a person decides.
    pub significant: bool,
    /// A silent blank is shown as a gap on page 1.
    pub gap: bool,
}

impl FieldSpec {
    /// The label in Japanese (`true`) or English.
    #[must_use]
    pub fn label(&self, japanese: bool) -> &'static str {
        if japanese {
            self.label_ja
        } else {
            self.label_en
        }
    }

    /// The members of an object field, none for any other kind.
    #[must_use]
    pub fn members(&self) -> &'static [MemberSpec] {
        match self.kind {
            FieldKind::Object(members) => members,
            _ => &[],
        }
    }

    /// The companion flag `<path>_none` by which a person states that a list is empty on purpose.
    #[must_use]
    pub fn none_flag(&self) -> Option<FieldPath> {
        if !self.list {
            return None;
        }
        FieldPath::parse(&format!("{}_none", self.path)).ok()
    }
}

/// Why a text is not a field path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// No field of that name.
    #[error("no such field")]
    Unknown,
    /// A list field needs `/<32 hex>`.
    #[error("list field without the id of an entry")]
    MissingEntry,
    /// A single field has no entries.
    #[error("single field with the id of an entry")]
    UnexpectedEntry,
    /// The id is not 32 lowercase hexadecimal digits.
    #[error("entry id is not 32 lowercase hexadecimal digits")]
    BadEntry,
}

/// The address of one value in a patient's documents, known to be in the catalogue.
///
/// Its order is the order of the catalogue, then the entry id: the order of the pages.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldPath {
    index: u16,
    entry: Option<[u8; 16]>,
}

impl FieldPath {
    /// Reads `severity` or `medication/0123…`.
    ///
    /// # Errors
    /// [`PathError`] when the catalogue has no such field or the entry id is missing, superfluous or malformed.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let (name, entry) = match text.split_once('/') {
            Some((name, entry)) => (name, Some(entry)),
            None => (text, None),
        };
        let position = catalogue()
            .iter()
            .position(|s| s.path == name)
            .ok_or(PathError::Unknown)?;
        let index = u16::try_from(position).map_err(|_| PathError::Unknown)?;
        match (catalogue()[position].list, entry) {
            (false, None) => Ok(Self { index, entry: None }),
            (true, Some(hex)) => Ok(Self {
                index,
                entry: Some(parse_entry(hex)?),
            }),
            (true, None) => Err(PathError::MissingEntry),
            (false, Some(_)) => Err(PathError::UnexpectedEntry),
        }
    }

    /// The path of a list entry from its 16-byte id.
    ///
    /// # Errors
    /// [`PathError`] when `list` is not a list field.
    pub fn of_entry(list: &str, entry: [u8; 16]) -> Result<Self, PathError> {
        let position = catalogue()
            .iter()
            .position(|s| s.path == list)
            .ok_or(PathError::Unknown)?;
        let index = u16::try_from(position).map_err(|_| PathError::Unknown)?;
        if catalogue()[position].list {
            Ok(Self {
                index,
                entry: Some(entry),
            })
        } else {
            Err(PathError::UnexpectedEntry)
        }
    }

    /// What the catalogue says about this field.
    #[must_use]
    pub fn spec(&self) -> &'static FieldSpec {
        &catalogue()[usize::from(self.index)]
    }

    /// The id of the list entry, none for a single field.
    #[must_use]
    pub fn entry(&self) -> Option<&[u8; 16]> {
        self.entry.as_ref()
    }
}

fn parse_entry(hex: &str) -> Result<[u8; 16], PathError> {
    let digits = hex.as_bytes();
    if digits.len() != 32 {
        return Err(PathError::BadEntry);
    }
    let mut id = [0u8; 16];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Ok(id)
}

fn hex_digit(digit: u8) -> Result<u8, PathError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(PathError::BadEntry),
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec().path)?;
        if let Some(id) = &self.entry {
            f.write_str("/")?;
            for byte in id {
                write!(f, "{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FieldPath {
    type Err = PathError;
    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl Ord for FieldPath {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.index, self.entry).cmp(&(other.index, other.entry))
    }
}

impl PartialOrd for FieldPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_catalogue_is_read_and_written_the_same() {
        for text in ["severity", "medication/0123456789abcdef0123456789abcdef"] {
            assert_eq!(FieldPath::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_path_that_is_not_in_the_catalogue_is_refused_with_its_reason() {
        assert_eq!(FieldPath::parse("colour"), Err(PathError::Unknown));
        assert_eq!(FieldPath::parse("medication"), Err(PathError::MissingEntry));
        assert_eq!(
            FieldPath::parse("severity/00"),
            Err(PathError::UnexpectedEntry)
        );
        assert_eq!(
            FieldPath::parse("medication/0123456789ABCDEF0123456789ABCDEF"),
            Err(PathError::BadEntry)
        );
        assert_eq!(
            FieldPath::parse("medication/日本日本日本日本日本12"),
            Err(PathError::BadEntry)
        );
    }
}
