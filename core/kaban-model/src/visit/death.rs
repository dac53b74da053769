//! The facts around a death that the certificate asks for, caught at the bedside without signal.
//!
//! Kaban records them; who certifies, and whether at all, is for the doctor and the law.

use std::fmt;

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::{
    error::{Invalid, Reason},
    json::{Building, Members},
};

/// Whether the death comes from the illness under care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Related {
    /// It does.
    Yes,
    /// It does not: the police may have to be told.
    No,
    /// Not decided.
    Undetermined,
    /// A code of a newer version.
    Unknown(String),
}

/// What was found and told. Whatever is not known is none or empty.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct DeathFacts {
    /// When the person was found.
    pub found_at: Option<DateTime<FixedOffset>>,
    /// When the doctor was told.
    pub told_at: Option<DateTime<FixedOffset>>,
    /// Who told.
    pub told_by: String,
    /// When the doctor examined.
    pub examined_at: Option<DateTime<FixedOffset>>,
    /// Who was present.
    pub present: String,
    /// When the person was last seen alive.
    pub last_seen_alive_at: Option<DateTime<FixedOffset>>,
    /// By whom.
    pub last_seen_alive_by: String,
    /// When a doctor last examined the person in life.
    pub last_examined_at: Option<DateTime<FixedOffset>>,
    /// Which doctor.
    pub last_examined_by: String,
    /// Whether the death comes from the illness under care.
    pub related: Option<Related>,
    /// The cause as the doctor sees it.
    pub cause: String,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

/// What is missing or out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeathWarning {
    /// A fact that the certificate asks for is blank; the JSON member.
    Missing(&'static str),
    /// The first time lies after the second; the JSON members.
    OutOfOrder(&'static str, &'static str),
}

impl DeathFacts {
    /// Reads the facts.
    ///
    /// # Errors
    /// [`Invalid`] names the member that does not hold what it must.
    pub fn from_value(value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("death", value)?;
        let related = match members.take("related") {
            None => None,
            Some(Value::String(code)) if code.len() <= 64 => Some(match code.as_str() {
                "yes" => Related::Yes,
                "no" => Related::No,
                "undetermined" => Related::Undetermined,
                _ => Related::Unknown(code),
            }),
            Some(_) => return Err(members.invalid("related", Reason::NotACode)),
        };
        Ok(Self {
            found_at: members.time("found_at")?,
            told_at: members.time("told_at")?,
            told_by: members.line("told_by", 60)?,
            examined_at: members.time("examined_at")?,
            present: members.line("present", 200)?,
            last_seen_alive_at: members.time("last_seen_alive_at")?,
            last_seen_alive_by: members.line("last_seen_alive_by", 60)?,
            last_examined_at: members.time("last_examined_at")?,
            last_examined_by: members.line("last_examined_by", 60)?,
            related,
            cause: members.text("cause", 400)?,
            rest: members.rest(),
        })
    }

    /// The stored form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let related = self.related.as_ref().map(|related| match related {
            Related::Yes => "yes",
            Related::No => "no",
            Related::Undetermined => "undetermined",
            Related::Unknown(code) => code,
        });
        Building::on(&self.rest)
            .time("found_at", self.found_at.as_ref())
            .time("told_at", self.told_at.as_ref())
            .text("told_by", &self.told_by)
            .time("examined_at", self.examined_at.as_ref())
            .text("present", &self.present)
            .time("last_seen_alive_at", self.last_seen_alive_at.as_ref())
            .text("last_seen_alive_by", &self.last_seen_alive_by)
            .time("last_examined_at", self.last_examined_at.as_ref())
            .text("last_examined_by", &self.last_examined_by)
            .some("related", related)
            .text("cause", &self.cause)
            .value()
    }

    /// What the certificate will ask for and is not there, and times that cannot follow each other.
    #[must_use]
    pub fn warnings(&self) -> Vec<DeathWarning> {
        let missing = [
            (
                "found_at",
                self.found_at.is_none() && self.told_at.is_none(),
            ),
            ("examined_at", self.examined_at.is_none()),
            ("present", self.present.is_empty()),
            ("last_seen_alive_at", self.last_seen_alive_at.is_none()),
            ("last_examined_by", self.last_examined_by.is_empty()),
            ("related", self.related.is_none()),
        ];
        let mut found: Vec<_> = missing
            .into_iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| DeathWarning::Missing(name))
            .collect();
        let order = [
            (
                "last_seen_alive_at",
                self.last_seen_alive_at,
                "found_at",
                self.found_at,
            ),
            ("found_at", self.found_at, "examined_at", self.examined_at),
            ("told_at", self.told_at, "examined_at", self.examined_at),
            (
                "last_examined_at",
                self.last_examined_at,
                "examined_at",
                self.examined_at,
            ),
        ];
        for (first, from, second, to) in order {
            if from.zip(to).is_some_and(|(from, to)| from > to) {
                found.push(DeathWarning::OutOfOrder(first, second));
            }
        }
        found
    }
}

impl fmt::Debug for DeathFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeathFacts(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_certificate_asks_for_is_named_while_it_is_missing() {
        let facts = DeathFacts::from_value(
            json!({"told_at": "2026-11-25T03:10:00+09:00", "told_by": "長男",
            "examined_at": "2026-11-25T03:00:00+09:00", "present": "長男 長女", "related": "yes"}),
        );
        let expected = [
            DeathWarning::Missing("last_seen_alive_at"),
            DeathWarning::Missing("last_examined_by"),
            DeathWarning::OutOfOrder("told_at", "examined_at"),
        ];
        assert_eq!(facts.unwrap().warnings(), expected);
    }

    #[test]
    fn facts_of_a_newer_version_survive() {
        let given = json!({"related": "police", "cause": "老衰", "zz": {"a": 1}});
        assert_eq!(
            DeathFacts::from_value(given.clone())
                .unwrap()
                .to_value()
                .to_string(),
            {
                let mut sorted = given;
                sorted.sort_all_objects();
                sorted.to_string()
            }
        );
        assert!(DeathFacts::from_value(json!({"found_at": "昨夜"})).is_err());
    }
}
