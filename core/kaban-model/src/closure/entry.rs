//! One closure and one lift, as they are typed and as they are stored.

use std::{convert::Infallible, fmt, str::FromStr};

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde_json::{Map, Value};

use super::shape::{self, ClosureShape};
use crate::{
    error::{Invalid, Reason},
    ids::ItemId,
    json::{Building, Members},
    visit::{Item, ItemKind},
};

/// The longest time a closure may last, days: a road that is closed for longer is a matter of the map.
pub const CLOSURE_DAYS_MAX: i64 = 366;
/// The longest words about a closure or a lift, characters.
const WORDS_CHARS_MAX: usize = 200;

/// Why a road is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosureReason {
    /// 積雪・凍結.
    Snow,
    /// 冠水.
    Flood,
    /// 土砂崩れ・倒木.
    Landslide,
    /// 工事.
    RoadWorks,
    /// Something else, told in the words.
    Other,
    /// A reason of a newer version.
    Unknown(String),
}

impl ClosureReason {
    /// Every reason that this version knows.
    pub const KNOWN: [Self; 5] = [
        Self::Snow,
        Self::Flood,
        Self::Landslide,
        Self::RoadWorks,
        Self::Other,
    ];

    /// The stored code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.words().0
    }

    /// The label in Japanese (`true`) or English.
    #[must_use]
    pub fn label(&self, japanese: bool) -> &str {
        let (_, ja, en) = self.words();
        if japanese { ja } else { en }
    }

    fn words(&self) -> (&str, &str, &str) {
        match self {
            Self::Snow => ("snow", "積雪・凍結", "snow or ice"),
            Self::Flood => ("flood", "冠水", "flood"),
            Self::Landslide => ("landslide", "土砂・倒木", "landslide"),
            Self::RoadWorks => ("road_works", "工事", "road works"),
            Self::Other => ("other", "その他", "other"),
            Self::Unknown(code) => (code, code, code),
        }
    }
}

impl FromStr for ClosureReason {
    type Err = Infallible;
    fn from_str(code: &str) -> Result<Self, Infallible> {
        Ok(Self::KNOWN
            .into_iter()
            .find(|reason| reason.code() == code)
            .unwrap_or_else(|| Self::Unknown(code.to_owned())))
    }
}

/// Roads that cannot be driven for a time.
#[derive(Clone, PartialEq)]
pub struct Closure {
    /// Which roads.
    pub shape: ClosureShape,
    /// Why.
    pub reason: ClosureReason,
    /// What else there is to say; may be empty.
    pub words: String,
    /// The first instant.
    pub from: DateTime<FixedOffset>,
    /// The first instant after it: a closure nobody lifts ends by itself.
    pub until: DateTime<FixedOffset>,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl Closure {
    /// Reads a closure, as typed or as stored.
    ///
    /// # Errors
    /// [`Invalid`] names the member: no shape, no end, an end before the beginning, or one more than
    /// [`CLOSURE_DAYS_MAX`] days after it.
    pub fn from_value(value: Value) -> Result<Self, Invalid> {
        let Value::Object(mut body) = value else {
            return Err(Invalid::new("closure", Reason::NotAnObject));
        };
        let shape = shape::from_body(&mut body)?;
        let mut members = Members::of("closure", Value::Object(body))?;
        let mut time = |name: &'static str| {
            let at = members.time(name)?;
            at.ok_or(Invalid::new("closure", Reason::Missing(name)))
        };
        let (from, until) = (time("from")?, time("until")?);
        if until <= from {
            return Err(members.invalid("until", Reason::EndBeforeBeginning));
        }
        if until - from > TimeDelta::days(CLOSURE_DAYS_MAX) {
            return Err(members.invalid("until", Reason::OutOfRange));
        }
        let reason = members.line("reason", 32)?;
        let reason = match reason.as_str() {
            "" => ClosureReason::Other,
            code => code.parse().unwrap_or(ClosureReason::Other),
        };
        Ok(Self {
            shape,
            reason,
            words: members.text("words", WORDS_CHARS_MAX)?,
            from,
            until,
            rest: members.rest(),
        })
    }

    /// The stored body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Building::on(&self.rest)
            .set("shape", self.shape.to_value())
            .set("reason", self.reason.code())
            .text("words", &self.words)
            .time("from", Some(&self.from))
            .time("until", Some(&self.until))
            .value()
    }

    /// The closure as a signed item carries it.
    #[must_use]
    pub fn to_item(&self, id: ItemId, at: DateTime<FixedOffset>) -> Item {
        item(id, ItemKind::Closure, at, self.to_value())
    }

    /// Whether its time has come and is not over.
    #[must_use]
    pub fn covers(&self, at: DateTime<FixedOffset>) -> bool {
        self.from <= at && at < self.until
    }
}

impl fmt::Debug for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Closure")
            .field("reason", &self.reason.code())
            .finish_non_exhaustive()
    }
}

/// The word that a closure is over before its time.
#[derive(Clone, PartialEq, Eq)]
pub struct ClosureLift {
    /// Which closure.
    pub closure: ItemId,
    /// What else there is to say; may be empty.
    pub words: String,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl ClosureLift {
    /// Reads a lift, as typed or as stored.
    ///
    /// # Errors
    /// [`Invalid`] names the member.
    pub fn from_value(value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("closure_lift", value)?;
        let closure = members.parsed("closure", Reason::NotACode)?;
        Ok(Self {
            closure: closure.ok_or(members.invalid("closure", Reason::Missing("closure")))?,
            words: members.text("words", WORDS_CHARS_MAX)?,
            rest: members.rest(),
        })
    }

    /// The stored body.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Building::on(&self.rest)
            .set("closure", self.closure.to_string())
            .text("words", &self.words)
            .value()
    }

    /// The lift as a signed item carries it.
    #[must_use]
    pub fn to_item(&self, id: ItemId, at: DateTime<FixedOffset>) -> Item {
        item(id, ItemKind::ClosureLift, at, self.to_value())
    }
}

impl fmt::Debug for ClosureLift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClosureLift")
            .field("closure", &self.closure)
            .finish_non_exhaustive()
    }
}

fn item(id: ItemId, kind: ItemKind, at: DateTime<FixedOffset>, body: Value) -> Item {
    Item {
        id,
        kind,
        at,
        patient: None,
        link: None,
        body,
        rest: Map::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn typed() -> Value {
        json!({
            "shape": {"circle": {"centre": [140.56, 35.7], "radius_m": 50}},
            "reason": "snow", "words": " 今泉橋 ", "from": "2026-01-20T18:00:00+09:00",
            "until": "2026-01-22T00:00:00+09:00", "zz": [1],
        })
    }

    #[test]
    fn the_stored_form_is_frozen_and_keeps_what_it_does_not_know() {
        let closure = Closure::from_value(typed()).unwrap();
        let expected = concat!(
            r#"{"from":"2026-01-20T18:00:00+09:00","reason":"snow","#,
            r#""shape":{"circle":{"centre":[140.56,35.7],"radius_m":50}},"#,
            r#""until":"2026-01-22T00:00:00+09:00","words":"今泉橋","zz":[1]}"#
        );
        assert_eq!(closure.to_value().to_string(), expected);
        assert_eq!(Closure::from_value(closure.to_value()).unwrap(), closure);
    }

    #[test]
    fn a_closure_without_an_end_or_of_more_than_a_year_is_refused() {
        let with = |name: &str, value: Value| {
            let mut body = typed();
            body[name] = value;
            Closure::from_value(body).unwrap_err()
        };
        assert_eq!(with("until", Value::Null).reason, Reason::Missing("until"));
        assert_eq!(
            with("until", json!("2026-01-20T18:00:00+09:00")).reason,
            Reason::EndBeforeBeginning
        );
        assert_eq!(
            with("until", json!("2027-01-22T00:00:00+09:00")).reason,
            Reason::OutOfRange
        );
        assert_eq!(
            with("words", json!("雪".repeat(201))).field,
            "closure.words"
        );
    }

    #[test]
    fn a_reason_of_a_newer_version_survives() {
        let mut body = typed();
        body["reason"] = json!("volcano");
        let closure = Closure::from_value(body).unwrap();
        assert_eq!(closure.to_value()["reason"], "volcano");
    }

    #[test]
    fn a_lift_reads_back() {
        let lift =
            ClosureLift::from_value(json!({"closure": "07".repeat(16), "words": "除雪済み"}))
                .unwrap();
        assert_eq!(ClosureLift::from_value(lift.to_value()).unwrap(), lift);
        assert!(ClosureLift::from_value(json!({"words": "?"})).is_err());
    }
}
