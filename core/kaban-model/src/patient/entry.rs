//! One written value of a field, with who wrote it, when, and which values it resolves.
//!
//! The document keeps exactly these bytes under the field's path. There is one canonical encoding:
//! JSON, keys sorted, no spaces, nothing optional written when empty. Members that a newer version
//! wrote are kept in `rest` and written back.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};
use serde_json::{Map, Value};

use crate::{
    error::Error,
    ids::{MemberId, Vid},
};

/// The largest encoded value.
pub const ENTRY_BYTES_MAX: usize = 32 * 1024;
/// How many earlier values one write may resolve.
pub const RESOLVES_MAX: usize = 256;

const KNOWN: [&str; 7] = ["at", "by", "resolves", "source", "unknown", "value", "vid"];

/// What is known of a field.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// A value as [`super::validate`] returned it.
    Value(Value),
    /// Asked and not known: the difference from a silent blank.
    Unknown {
        /// The day somebody asked.
        asked_on: NaiveDate,
        /// Who asked, or who did not know.
        by: String,
    },
}

/// One write to one field.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldEntry {
    /// The id of this write.
    pub vid: Vid,
    /// What was written.
    pub content: Content,
    /// Who wrote it.
    pub by: MemberId,
    /// When it was written, with the offset of the writer's clock.
    pub at: DateTime<FixedOffset>,
    /// Where it was taken from, e.g. an imported file; none when a person typed it.
    pub source: Option<String>,
    /// The writes it replaces. A write that is not named stays open.
    pub resolves: Vec<Vid>,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl FieldEntry {
    /// The value, none when it is unknown.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match &self.content {
            Content::Value(value) => Some(value),
            Content::Unknown { .. } => None,
        }
    }

    /// The canonical bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past the caps, [`Error::Decode`] when the time cannot be written in RFC 3339.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        if self.resolves.len() > RESOLVES_MAX {
            return Err(Error::TooLarge {
                what: "resolves of a value",
                max: RESOLVES_MAX,
            });
        }
        let mut map = self.rest.clone();
        for known in KNOWN {
            map.remove(known);
        }
        let at = write_time(&self.at);
        if DateTime::parse_from_rfc3339(&at).as_ref() != Ok(&self.at) {
            return Err(Error::Decode {
                what: "value",
                why: "time outside RFC 3339",
            });
        }
        map.insert("at".into(), at.into());
        map.insert("by".into(), self.by.to_string().into());
        if !self.resolves.is_empty() {
            let mut named = self.resolves.clone();
            named.sort_unstable();
            named.dedup();
            map.insert(
                "resolves".into(),
                named.iter().map(|v| Value::from(v.to_string())).collect(),
            );
        }
        if let Some(source) = &self.source {
            map.insert("source".into(), source.clone().into());
        }
        match &self.content {
            Content::Value(value) => map.insert("value".into(), value.clone()),
            Content::Unknown { asked_on, by } => {
                let unknown = [("asked_on", asked_on.to_string()), ("by", by.clone())];
                let unknown = unknown.map(|(name, text)| (name.to_owned(), Value::from(text)));
                map.insert("unknown".into(), Value::Object(Map::from_iter(unknown)))
            }
        };
        map.insert("vid".into(), self.vid.to_string().into());
        let mut whole = Value::Object(map);
        whole.sort_all_objects();
        let bytes = whole.to_string().into_bytes();
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(Error::TooLarge {
                what: "value",
                max: ENTRY_BYTES_MAX,
            });
        }
        Ok(bytes)
    }

    /// Reads canonical bytes and nothing else.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past the cap, [`Error::Decode`] for anything that [`Self::to_bytes`] does not write.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(Error::TooLarge {
                what: "value",
                max: ENTRY_BYTES_MAX,
            });
        }
        let Ok(Value::Object(mut map)) = serde_json::from_slice(bytes) else {
            return Err(refused("not a JSON object"));
        };
        let entry = Self {
            vid: take_text(&mut map, "vid")?
                .parse()
                .map_err(|_| refused("vid"))?,
            content: take_content(&mut map)?,
            by: take_text(&mut map, "by")?
                .parse()
                .map_err(|_| refused("by"))?,
            at: DateTime::parse_from_rfc3339(&take_text(&mut map, "at")?)
                .map_err(|_| refused("at"))?,
            source: map
                .contains_key("source")
                .then(|| take_text(&mut map, "source"))
                .transpose()?,
            resolves: take_resolves(&mut map)?,
            rest: map,
        };
        if entry.to_bytes()? != bytes {
            return Err(refused("not canonical"));
        }
        Ok(entry)
    }
}

/// RFC 3339 with the numeric offset, fractions only when there are any.
pub(crate) fn write_time(at: &DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

fn refused(why: &'static str) -> Error {
    Error::Decode { what: "value", why }
}

fn take_text(map: &mut Map<String, Value>, name: &'static str) -> Result<String, Error> {
    match map.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(refused(name)),
    }
}

fn take_content(map: &mut Map<String, Value>) -> Result<Content, Error> {
    match (map.remove("value"), map.remove("unknown")) {
        (Some(value), None) => Ok(Content::Value(value)),
        (None, Some(Value::Object(mut unknown))) => {
            let asked_on = take_text(&mut unknown, "asked_on")?
                .parse()
                .map_err(|_| refused("asked_on"))?;
            Ok(Content::Unknown {
                asked_on,
                by: take_text(&mut unknown, "by")?,
            })
        }
        _ => Err(refused("neither value nor unknown")),
    }
}

fn take_resolves(map: &mut Map<String, Value>) -> Result<Vec<Vid>, Error> {
    match map.remove("resolves") {
        None => Ok(Vec::new()),
        Some(Value::Array(named)) if named.len() <= RESOLVES_MAX => {
            let vid = |v: &Value| {
                v.as_str()
                    .and_then(|t| t.parse().ok())
                    .ok_or(refused("resolves"))
            };
            named.iter().map(vid).collect()
        }
        Some(_) => Err(refused("resolves")),
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(..)",
            Self::Unknown { .. } => "Unknown(..)",
        })
    }
}

impl fmt::Debug for FieldEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldEntry")
            .field("vid", &self.vid)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    pub(crate) fn written(vid: u8, value: Value, minute: i64, resolves: &[u8]) -> FieldEntry {
        let start = DateTime::parse_from_rfc3339("2026-11-24T18:10:00+09:00").unwrap();
        FieldEntry {
            vid: Vid::from_bytes([vid; 8]),
            content: Content::Value(value),
            by: MemberId::from_bytes([7; 16]),
            at: start + chrono::TimeDelta::minutes(minute),
            source: None,
            resolves: resolves.iter().map(|v| Vid::from_bytes([*v; 8])).collect(),
            rest: Map::new(),
        }
    }

    #[test]
    fn the_encoding_is_frozen() {
        let mut entry = written(1, json!({"drug": "オキシコドン", "dose": "15"}), 0, &[3, 2]);
        entry.source = Some("紹介状".into());
        entry.rest.insert("zz".into(), json!([1.50]));
        let expected = concat!(
            r#"{"at":"2026-11-24T18:10:00+09:00","by":"07070707070707070707070707070707","#,
            r#""resolves":["0202020202020202","0303030303030303"],"source":"紹介状","#,
            r#""value":{"dose":"15","drug":"オキシコドン"},"vid":"0101010101010101","zz":[1.5]}"#
        );
        assert_eq!(
            String::from_utf8(entry.to_bytes().unwrap()).unwrap(),
            expected
        );
    }

    #[test]
    fn unknown_is_a_value_of_its_own() {
        let asked_on = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let mut entry = written(1, Value::Null, 0, &[]);
        entry.content = Content::Unknown {
            asked_on,
            by: "石田".into(),
        };
        let bytes = entry.to_bytes().unwrap();
        assert!(
            String::from_utf8_lossy(&bytes)
                .contains(r#""unknown":{"asked_on":"2026-11-24","by":"石田"}"#)
        );
        assert_eq!(FieldEntry::from_bytes(&bytes).unwrap(), entry);
    }

    #[test]
    fn only_the_canonical_bytes_are_read() {
        let good = String::from_utf8(written(1, json!("a"), 0, &[]).to_bytes().unwrap()).unwrap();
        let bad = [
            good.replace(":\"a\"", ": \"a\""),
            good.replace("+09:00", "Z"),
            good.replace("\"value\"", "\"valve\""),
            good.replace("{\"at\"", "{\"aa\":1,\"aa\":1,\"at\""),
            format!("{good} "),
            String::new(),
        ];
        for text in bad {
            assert!(FieldEntry::from_bytes(text.as_bytes()).is_err(), "{text}");
        }
        assert!(FieldEntry::from_bytes(&vec![b'['; ENTRY_BYTES_MAX + 1]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "\\PC{0,40}", rest in "[a-z]{1,5}", n in any::<i64>(), minute in 0..1_000_000i64, named in prop::collection::vec(any::<u8>(), 0..5)) {
            let mut entry = written(9, json!({"text": text, "n": n, "list": [n, {"b": 1, "a": null}]}), minute, &named);
            if !KNOWN.contains(&rest.as_str()) {
                entry.rest.insert(rest, json!({"n": n}));
            }
            let bytes = entry.to_bytes().unwrap();
            let back = FieldEntry::from_bytes(&bytes).unwrap();
            prop_assert_eq!(back.to_bytes().unwrap(), bytes);
            prop_assert_eq!(back.content, entry.content);
        }

        #[test]
        fn a_flipped_byte_or_a_cut_never_panics(at in 0usize..400, bit in 0u8..8, cut in 0usize..400) {
            let mut bytes = written(1, json!({"drug": "オキシコドン", "n": 1.5}), 0, &[2]).to_bytes().unwrap();
            let place = at % bytes.len();
            bytes[place] ^= 1 << bit;
            if let Ok(entry) = FieldEntry::from_bytes(&bytes) {
                prop_assert_eq!(entry.to_bytes().unwrap(), bytes.clone());
            }
            bytes.truncate(cut % place.max(1));
            prop_assert!(FieldEntry::from_bytes(&bytes).is_err());
        }
    }
}
