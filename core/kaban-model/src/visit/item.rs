//! The append-only item: a note, a call, an amendment, signed once and never changed.
//!
//! A correction is a new item that names the *original*. The bytes are canonical JSON: keys sorted,
//! nothing optional written when empty; kinds and members of a newer version survive.

use std::{convert::Infallible, fmt, str::FromStr};

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::{
    error::{Error, Reason},
    ids::{ItemId, PatientId},
    json::{Building, Members, canonical},
};

/// The largest encoded item; it fits one envelope with its padding.
pub const ITEM_BYTES_MAX: usize = 768 * 1024;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $ja:literal, $en:literal;)+) => {
        /// What an item is.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ItemKind {
            $($(#[$doc])* $name,)+
            /// A kind of a newer version.
            Unknown(String),
        }

        impl ItemKind {
            /// Every kind that this version knows.
            pub const KNOWN: &[ItemKind] = &[$(ItemKind::$name),+];

            /// The stored code.
            #[must_use]
            pub fn code(&self) -> &str {
                match self { $(Self::$name => $code,)+ Self::Unknown(code) => code }
            }

            /// The label in Japanese (`true`) or English; the code itself for a kind of a newer version.
            #[must_use]
            pub fn label(&self, japanese: bool) -> &str {
                match (self, japanese) {
                    $((Self::$name, true) => $ja, (Self::$name, false) => $en,)+
                    (Self::Unknown(code), _) => code,
                }
            }
        }

        impl FromStr for ItemKind {
            type Err = Infallible;
            fn from_str(code: &str) -> Result<Self, Infallible> {
                Ok(match code { $($code => Self::$name,)+ other => Self::Unknown(other.to_owned()) })
            }
        }
    };
}

kinds! {
    /// A visit note.
    Visit = "visit", "訪問記録", "visit";
    /// Measurements without a visit note.
    Vitals = "vitals", "バイタル", "vital signs";
    /// A call on the duty phone.
    Call = "call", "電話", "call";
    /// A notebook entry between doctors.
    Note = "note", "連絡用ノート", "note";
    /// A liaison sheet about a patient.
    Liaison = "liaison", "連絡シート", "liaison sheet";
    /// A correction to page 1 that a doctor may take over.
    Proposal = "proposal", "修正の提案", "proposal";
    /// A drug or opioid that was used, counted or disposed of outside a visit.
    DrugEvent = "drug_event", "薬の出納", "drug event";
    /// Death facts outside a visit note.
    Death = "death", "死亡の記録", "death";
    /// A note that its author has not confirmed.
    Draft = "draft", "下書き", "draft";
    /// A correction or addition to an earlier item.
    Amendment = "amendment", "追記・訂正", "amendment";
    /// The confirmation of a draft, or a countersignature.
    Confirmation = "confirmation", "確定", "confirmation";
    /// The taking back of an item written to the wrong patient, or in error.
    Retraction = "retraction", "取り消し", "retraction";
    /// Somebody has read an item.
    Read = "read", "既読", "read";
    /// A received resource, kept word by word.
    Source = "source", "受け取った原本", "received original";
    /// A road, or the roads of a place, that cannot be driven for a time.
    Closure = "closure", "通行止め", "closed road";
    /// A closure is over before its time.
    ClosureLift = "closure_lift", "通行止めの解除", "closure lifted";
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// How an item relates to an earlier one; always the original's id, never that of an amendment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemLink {
    /// Corrects or adds to it.
    Amends(ItemId),
    /// Confirms it.
    Confirms(ItemId),
    /// Takes it back; the item stays readable and is marked.
    Retracts(ItemId),
}

impl ItemLink {
    /// The original.
    #[must_use]
    pub fn original(&self) -> ItemId {
        match self {
            Self::Amends(id) | Self::Confirms(id) | Self::Retracts(id) => *id,
        }
    }
}

/// One append-only item.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    /// Random; a second, different item under the same id is quarantined.
    pub id: ItemId,
    /// What it is.
    pub kind: ItemKind,
    /// Clinical time, as entered.
    pub at: DateTime<FixedOffset>,
    /// About whom.
    pub patient: Option<PatientId>,
    /// Which earlier item it corrects, confirms or takes back.
    pub link: Option<ItemLink>,
    /// The content, by kind.
    pub body: Value,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl Item {
    /// The canonical bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] past [`ITEM_BYTES_MAX`]; [`Error::Decode`] when the kind or the time cannot be read back.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        if !is_kind_code(self.kind.code()) {
            return Err(Error::Decode {
                what: "item",
                why: "kind",
            });
        }
        let link = |wanted: fn(&ItemLink) -> bool| {
            self.link
                .as_ref()
                .filter(|l| wanted(l))
                .map(|l| l.original().to_string())
        };
        let value = Building::on(&self.rest)
            .set("id", self.id.to_string())
            .set("kind", self.kind.code())
            .time("at", Some(&self.at))
            .some("patient", self.patient.map(|p| p.to_string()))
            .some("amends", link(|l| matches!(l, ItemLink::Amends(_))))
            .some("confirms", link(|l| matches!(l, ItemLink::Confirms(_))))
            .some("retracts", link(|l| matches!(l, ItemLink::Retracts(_))))
            .set("body", self.body.clone())
            .value();
        if DateTime::parse_from_rfc3339(value["at"].as_str().unwrap_or_default()).as_ref()
            != Ok(&self.at)
        {
            return Err(Error::Decode {
                what: "item",
                why: "time outside RFC 3339",
            });
        }
        canonical("item", &value, ITEM_BYTES_MAX)
    }

    /// Reads canonical bytes and nothing else.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Invalid`] or [`Error::Decode`] for anything that [`Self::to_bytes`] does not write.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut members = Members::from_bytes("item", bytes, ITEM_BYTES_MAX)?;
        let missing =
            |name: &'static str| move || crate::Invalid::new("item", Reason::Missing(name));
        let link = {
            let amends = members
                .parsed("amends", Reason::NotACode)?
                .map(ItemLink::Amends);
            let confirms = members
                .parsed("confirms", Reason::NotACode)?
                .map(ItemLink::Confirms);
            let retracts = members
                .parsed("retracts", Reason::NotACode)?
                .map(ItemLink::Retracts);
            match (amends, confirms, retracts) {
                (link, None, None) | (None, link, None) | (None, None, link) => link,
                _ => {
                    return Err(Error::Decode {
                        what: "item",
                        why: "more than one link",
                    });
                }
            }
        };
        let item = Self {
            id: members
                .parsed("id", Reason::NotACode)?
                .ok_or_else(missing("id"))?,
            kind: members
                .parsed("kind", Reason::NotACode)?
                .ok_or_else(missing("kind"))?,
            at: members.time("at")?.ok_or_else(missing("at"))?,
            patient: members.parsed("patient", Reason::NotACode)?,
            link,
            body: members.take("body").unwrap_or(Value::Null),
            rest: members.rest(),
        };
        if item.to_bytes()? != bytes {
            return Err(Error::Decode {
                what: "item",
                why: "not canonical",
            });
        }
        Ok(item)
    }
}

fn is_kind_code(code: &str) -> bool {
    (1..=32).contains(&code.len())
        && code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    pub(crate) fn item(id: u8, kind: ItemKind, minute: i64, link: Option<ItemLink>) -> Item {
        let start = DateTime::parse_from_rfc3339("2026-11-25T02:00:00+09:00").unwrap();
        Item {
            id: ItemId::from_bytes([id; 16]),
            kind,
            at: start + chrono::TimeDelta::minutes(minute),
            patient: Some(PatientId::from_bytes([9; 16])),
            link,
            body: json!({"n": id}),
            rest: Map::new(),
        }
    }

    #[test]
    fn the_encoding_is_frozen() {
        let original = ItemId::from_bytes([1; 16]);
        let mut amendment = item(2, ItemKind::Amendment, 0, Some(ItemLink::Amends(original)));
        amendment.rest.insert("zz".into(), json!(true));
        let expected = concat!(
            r#"{"amends":"01010101010101010101010101010101","at":"2026-11-25T02:00:00+09:00","body":{"n":2},"#,
            r#""id":"02020202020202020202020202020202","kind":"amendment","#,
            r#""patient":"09090909090909090909090909090909","zz":true}"#
        );
        let bytes = amendment.to_bytes().unwrap();
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
        assert_eq!(Item::from_bytes(&bytes).unwrap(), amendment);
    }

    #[test]
    fn a_kind_of_a_newer_version_survives_and_every_known_one_reads_back() {
        let newer = item(1, ItemKind::Unknown("telepathy".into()), 0, None);
        assert_eq!(Item::from_bytes(&newer.to_bytes().unwrap()).unwrap(), newer);
        for kind in ItemKind::KNOWN {
            assert_eq!(kind.code().parse::<ItemKind>(), Ok(kind.clone()));
            assert!(is_kind_code(kind.code()));
        }
        assert!(
            item(1, ItemKind::Unknown("Has Space".into()), 0, None)
                .to_bytes()
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn a_flipped_byte_or_a_cut_never_panics(at in 0usize..1000, bit in 0u8..8, cut in 0usize..1000) {
            let link = Some(ItemLink::Retracts(ItemId::from_bytes([1; 16])));
            let mut bytes = item(3, ItemKind::Retraction, 5, link).to_bytes().unwrap();
            let place = at % bytes.len();
            bytes[place] ^= 1 << bit;
            if let Ok(read) = Item::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes().unwrap(), bytes.clone());
            }
            bytes.truncate(cut % bytes.len());
            prop_assert!(Item::from_bytes(&bytes).is_err());
        }
    }
}
