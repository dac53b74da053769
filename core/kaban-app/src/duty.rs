//! Who answers for a patient at an instant, and why; absence; not reached; taking duty over.

use chrono::{DateTime, FixedOffset};
use kaban_model::duty::{CoverInput, CoverPolicy, DutyTurn, cover, in_jst, ordinary_turn_at};
use kaban_model::ids::PatientId;
use kaban_proto::ids::MemberId;
use kaban_sync::Act;
use kaban_sync::workspace::Turn;
use serde::Serialize;

use crate::bag::Bag;
use crate::error::{AppError, Result};
use crate::views::time;

/// Whom to ask about.
#[derive(Clone, Copy, Debug, Default)]
pub struct WhoInput {
    /// When; now if not given.
    pub at: Option<DateTime<FixedOffset>>,
    /// For whom; without a patient only the duty is told.
    pub patient: Option<PatientId>,
}

/// One who answers.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerView {
    /// Name.
    pub member: String,
    /// Id.
    pub member_id: String,
    /// In what capacity: primary, entrusted, deputy, duty.
    #[serde(rename = "as")]
    pub answers_as: &'static str,
    /// Why, in Japanese.
    pub why: String,
    /// Why, in English.
    pub why_en: String,
    /// Number to call.
    pub phone: String,
    /// Age of what is known about this, seconds.
    pub known_age_s: i64,
}

/// Who answers, in order.
#[derive(Clone, Debug, Serialize)]
pub struct AnswersView {
    /// First = who answers now; each next one if there is no answer.
    pub chain: Vec<AnswerView>,
    /// Members who would answer and are away: name and why.
    pub passed_over: Vec<(String, String)>,
    /// The same with why in English.
    pub passed_over_en: Vec<(String, String)>,
    /// The ordinary turn at that instant.
    pub turn: (String, String),
    /// Who holds the bag by the signed chain.
    pub holder: Option<String>,
    /// Number of that link.
    pub duty: u64,
}

impl Bag {
    /// Who answers.
    pub fn who(&self, input: WhoInput) -> Result<AnswersView> {
        let at = in_jst(&input.at.unwrap_or_else(|| self.now()));
        let association = self.workspace.association();
        let holder = association.duty().holder();
        let registration = match input.patient {
            Some(patient) => Some(
                association
                    .registration(patient)
                    .ok_or(AppError::not_found("patient"))?,
            ),
            None => None,
        };
        let deputies: Vec<MemberId> = registration.and_then(|r| r.deputy).into_iter().collect();
        let cover = cover(&CoverInput {
            patient: input.patient.unwrap_or(PatientId::from_bytes([0; 16])),
            at,
            primary: registration.map(|r| r.primary),
            deputies: &deputies,
            duty: holder.map(|link| link.member),
            absences: &association.absences().copied().collect::<Vec<_>>(),
            unreached: &association.unreached().copied().collect::<Vec<_>>(),
            entrusted: &[],
            policy: CoverPolicy::default(),
        });
        let known_age_s = self.known_age_seconds(at);
        let chain = cover.chain.iter().map(|answer| {
            let info = association.member(answer.member);
            AnswerView {
                member: self.name_of(answer.member),
                member_id: answer.member.to_string(),
                answers_as: answer.answers_as.words().0,
                why: answer.why.text(true),
                why_en: answer.why.text(false),
                phone: info.map_or_else(String::new, |info| info.phone.clone()),
                known_age_s,
            }
        });
        let chain = chain.collect();
        let passed = |japanese: bool| {
            cover
                .passed_over
                .iter()
                .map(|p| (self.name_of(p.member), p.away.text(japanese)))
                .collect()
        };
        let turn = ordinary_turn_at(&at);
        Ok(AnswersView {
            chain,
            passed_over: passed(true),
            passed_over_en: passed(false),
            turn: (time(turn.from), time(turn.to)),
            holder: holder.map(|link| self.name_of(link.member)),
            duty: holder.map_or(0, |link| link.n),
        })
    }

    /// Age of the newest signed record this device has: what it knows of duty is no newer.
    fn known_age_seconds(&self, at: DateTime<FixedOffset>) -> i64 {
        self.workspace
            .newest_record_at()
            .map_or(0, |newest| (at - newest).num_seconds().max(0))
    }

    /// Declares an absence.
    pub fn add_absence(
        &mut self,
        member: MemberId,
        from: DateTime<FixedOffset>,
        to: DateTime<FixedOffset>,
    ) -> Result<()> {
        if to <= from {
            return Err(AppError::input("an absence ends after it begins").about("to"));
        }
        let act = Act::Absence { member, from, to };
        self.write(|session, cx| session.declare(cx, vec![act]).map(drop))
    }

    /// Absences that are not over, of everybody.
    pub fn absences(&self) -> Vec<(String, String, String)> {
        let now = self.now();
        let association = self.workspace.association();
        let open = association.absences().filter(|absence| absence.to > now);
        open.map(|absence| {
            (
                self.name_of(absence.member),
                time(absence.from),
                time(absence.to),
            )
        })
        .collect()
    }

    /// Records that a doctor was not reached.
    pub fn add_unreached(
        &mut self,
        member: MemberId,
        patient: Option<PatientId>,
        tries: u32,
    ) -> Result<()> {
        if tries == 0 || tries > 100 {
            return Err(AppError::input("tries is a number from 1 to 100"));
        }
        let act = Act::Unreached {
            member,
            patient,
            at: self.now(),
            tries,
        };
        self.write(|session, cx| session.declare(cx, vec![act]).map(drop))
    }

    /// Takes duty with one signature: the first holder, or in an emergency.
    pub fn take_over(&mut self) -> Result<DutyTurn> {
        let turn = ordinary_turn_at(&self.now());
        self.with_workspace(|workspace, cx| {
            workspace.take_duty(
                Turn {
                    from: turn.from,
                    to: turn.to,
                },
                cx,
            )
        })?;
        Ok(turn)
    }
}
