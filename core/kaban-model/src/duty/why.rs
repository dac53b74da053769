//! In which capacity a member answers, and why there: in words for the person at the phone.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

use super::time::in_jst;

/// In which capacity a member answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswersAs {
    /// 主治医.
    Primary,
    /// 託された友人.
    Entrusted,
    /// 副主治医.
    Deputy,
    /// 当番医.
    Duty,
}

impl AnswersAs {
    /// The code of the command line and the label in Japanese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Primary => ("primary", "主治医", "primary physician"),
            Self::Entrusted => ("entrusted", "依頼を受けた医師", "entrusted physician"),
            Self::Deputy => ("deputy", "副主治医", "deputy physician"),
            Self::Duty => ("duty", "当番医", "duty doctor"),
        }
    }
}

/// Why a member does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Away {
    /// Declared absent until then.
    Absent {
        /// First instant after the absence.
        until: DateTime<FixedOffset>,
    },
    /// Not reached.
    Unreached {
        /// When the last try was made.
        at: DateTime<FixedOffset>,
        /// How many tries.
        tries: u32,
    },
}

/// Why a member stands at this place of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The primary physician is there.
    InCharge,
    /// The primary physician is away.
    PrimaryAway(Away),
    /// No primary physician is known.
    NoPrimary,
    /// To be asked when the one before does not answer.
    IfNoAnswer,
    /// Everybody is away; somebody has to be tried all the same.
    NobodyElse(Away),
}

impl Away {
    /// The reason in Japanese (`true`) or English, times in Japan.
    #[must_use]
    pub fn text(&self, japanese: bool) -> String {
        match (self, japanese) {
            (Self::Absent { until }, true) => {
                format!("{}まで不在", in_jst(until).format("%-m/%-d %-H:%M"))
            }
            (Self::Absent { until }, false) => {
                format!("absent until {}", in_jst(until).format("%Y-%m-%d %H:%M"))
            }
            (Self::Unreached { at, tries }, true) => {
                format!(
                    "{}に{tries}回かけて連絡つかず",
                    in_jst(at).format("%-m/%-d %-H:%M")
                )
            }
            (Self::Unreached { at, tries }, false) => {
                format!(
                    "not reached at {} after {tries} tries",
                    in_jst(at).format("%Y-%m-%d %H:%M")
                )
            }
        }
    }
}

impl Why {
    /// The reason in Japanese (`true`) or English.
    #[must_use]
    pub fn text(&self, japanese: bool) -> String {
        match (self, japanese) {
            (Self::InCharge, true) => "主治医が対応できます".into(),
            (Self::InCharge, false) => "the primary physician is available".into(),
            (Self::PrimaryAway(away), true) => format!("主治医は{}", away.text(true)),
            (Self::PrimaryAway(away), false) => {
                format!("the primary physician is {}", away.text(false))
            }
            (Self::NoPrimary, true) => "主治医の登録がありません".into(),
            (Self::NoPrimary, false) => "no primary physician is registered".into(),
            (Self::IfNoAnswer, true) => "前の方が出ないとき".into(),
            (Self::IfNoAnswer, false) => "if the one before does not answer".into(),
            (Self::NobodyElse(away), true) => {
                format!("ほかに対応できる方がいません({})", away.text(true))
            }
            (Self::NobodyElse(away), false) => {
                format!("nobody else can be asked ({})", away.text(false))
            }
        }
    }
}
