//! Who answers for a patient at this instant, in order, each with why.
//!
//! The duty doctor acts only when the primary physician is absent or was not reached (rule 2). The
//! order is primary, friend the patient is entrusted to, deputy where the policy has one, duty doctor;
//! after the first, the others follow as "if no answer, next". The answer is empty only where nobody
//! at all is known.

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};

use super::why::{AnswersAs, Away, Why};
use crate::{
    error::{Invalid, Reason},
    ids::{MemberId, PatientId},
};

/// A declared absence of a member, from an instant up to another. A roster may be planned for members
/// known by name alone, hence the type of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence<M = MemberId> {
    /// Who is away.
    pub member: M,
    /// First instant of it.
    pub from: DateTime<FixedOffset>,
    /// First instant after it.
    pub to: DateTime<FixedOffset>,
}

impl<M> Absence<M> {
    /// An absence that ends after it begins.
    ///
    /// # Errors
    /// [`Reason::EndBeforeBeginning`] otherwise.
    pub fn new(
        member: M,
        from: DateTime<FixedOffset>,
        to: DateTime<FixedOffset>,
    ) -> Result<Self, Invalid> {
        if from < to {
            Ok(Self { member, from, to })
        } else {
            Err(Invalid::new("absence.to", Reason::EndBeforeBeginning))
        }
    }

    /// Whether the member is away at the instant.
    #[must_use]
    pub fn covers(&self, at: DateTime<FixedOffset>) -> bool {
        self.from <= at && at < self.to
    }
}

/// A member who could not be reached: the founding case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreached {
    /// Who was not reached.
    pub member: MemberId,
    /// For which patient; none when it holds for all.
    pub patient: Option<PatientId>,
    /// When the last try was made.
    pub at: DateTime<FixedOffset>,
    /// How many tries.
    pub tries: u32,
    /// Who recorded it: whoever answers the duty phone.
    pub by: MemberId,
}

/// A patient entrusted to a friend for a time, agreed by both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrusted {
    /// Which patient.
    pub patient: PatientId,
    /// To whom.
    pub to_member: MemberId,
    /// First instant of it.
    pub from: DateTime<FixedOffset>,
    /// First instant after it.
    pub to: DateTime<FixedOffset>,
}

/// What the association decided about cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverPolicy {
    /// For how many hours a recorded "not reached" holds.
    pub unreached_hours: u32,
    /// Deputies answer before the duty doctor (Kashiwa).
    pub deputies: bool,
}

impl Default for CoverPolicy {
    fn default() -> Self {
        Self {
            unreached_hours: 12,
            deputies: true,
        }
    }
}

/// What is known about the cover of one patient.
#[derive(Debug, Clone)]
pub struct CoverInput<'a> {
    /// Of whom.
    pub patient: PatientId,
    /// At which instant.
    pub at: DateTime<FixedOffset>,
    /// 主治医.
    pub primary: Option<MemberId>,
    /// 副主治医, in order.
    pub deputies: &'a [MemberId],
    /// Holder of the bag by the signed duty chain; the roster only plans.
    pub duty: Option<MemberId>,
    /// Declared absences of anybody.
    pub absences: &'a [Absence],
    /// Who was not reached, recorded by whoever answers the duty phone.
    pub unreached: &'a [Unreached],
    /// Patients entrusted to friends.
    pub entrusted: &'a [Entrusted],
    /// What the association decided.
    pub policy: CoverPolicy,
}

/// One who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answerer {
    /// Who.
    pub member: MemberId,
    /// In which capacity.
    pub answers_as: AnswersAs,
    /// Why at this place.
    pub why: Why,
}

/// One who was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassedOver {
    /// Who.
    pub member: MemberId,
    /// In which capacity they would have answered.
    pub answers_as: AnswersAs,
    /// Why they do not.
    pub away: Away,
}

/// The answer to "who answers for this patient now?".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cover {
    /// First the one who answers now, then whom to ask if they do not.
    pub chain: Vec<Answerer>,
    /// Who would have come before and is away.
    pub passed_over: Vec<PassedOver>,
}

/// Who answers for a patient, in order (rule 2).
#[must_use]
pub fn answer_chain(input: &CoverInput<'_>) -> Vec<Answerer> {
    cover(input).chain
}

/// Who answers for a patient, and who was passed over.
#[must_use]
pub fn cover(input: &CoverInput<'_>) -> Cover {
    let mut cover = Cover::default();
    let mut candidates = candidates(input);
    // The holder of the bag answers whatever an absence record says: on duty is whoever the chain says.
    let away_of = |c: &(MemberId, AnswersAs)| {
        if c.1 == AnswersAs::Duty {
            None
        } else {
            away(input, c.0)
        }
    };
    // A member is asked once, in the first capacity in which they are there.
    candidates.retain(|c| {
        if let Some(away) = away_of(c) {
            cover.passed_over.push(PassedOver {
                member: c.0,
                answers_as: c.1,
                away,
            });
        }
        away_of(c).is_none()
    });
    for (member, answers_as) in candidates {
        if cover.chain.iter().all(|a| a.member != member) {
            let why = if cover.chain.is_empty() {
                first_why(input, answers_as)
            } else {
                Why::IfNoAnswer
            };
            cover.chain.push(Answerer {
                member,
                answers_as,
                why,
            });
        }
    }
    if cover.chain.is_empty() {
        // Nobody is there and nobody holds the bag: the others are tried in their order rather than no one.
        for PassedOver {
            member,
            answers_as,
            away,
        } in &cover.passed_over
        {
            if cover.chain.iter().all(|a| a.member != *member) {
                let why = Why::NobodyElse(*away);
                cover.chain.push(Answerer {
                    member: *member,
                    answers_as: *answers_as,
                    why,
                });
            }
        }
    }
    cover
}

fn candidates(input: &CoverInput<'_>) -> Vec<(MemberId, AnswersAs)> {
    let mut found: Vec<_> = input
        .primary
        .map(|m| (m, AnswersAs::Primary))
        .into_iter()
        .collect();
    let mut friends: Vec<_> = input
        .entrusted
        .iter()
        .filter(|e| e.patient == input.patient && e.from <= input.at && input.at < e.to)
        .collect();
    // Of two friends the one entrusted later comes first.
    friends.sort_by_key(|e| (std::cmp::Reverse(e.from), e.to_member));
    found.extend(
        friends
            .into_iter()
            .map(|e| (e.to_member, AnswersAs::Entrusted)),
    );
    if input.policy.deputies {
        found.extend(input.deputies.iter().map(|m| (*m, AnswersAs::Deputy)));
    }
    found.extend(input.duty.map(|m| (m, AnswersAs::Duty)));
    found
}

fn first_why(input: &CoverInput<'_>, answers_as: AnswersAs) -> Why {
    match (answers_as, input.primary) {
        (AnswersAs::Primary, _) => Why::InCharge,
        (_, Some(primary)) => away(input, primary).map_or(Why::InCharge, Why::PrimaryAway),
        (_, None) => Why::NoPrimary,
    }
}

/// Why a member does not answer for the patient now. An absence that ends last is named; then the latest try.
fn away(input: &CoverInput<'_>, member: MemberId) -> Option<Away> {
    let absence = input
        .absences
        .iter()
        .filter(|a| a.member == member && a.covers(input.at))
        .map(|a| a.to)
        .max();
    if let Some(until) = absence {
        return Some(Away::Absent { until });
    }
    let window = TimeDelta::hours(i64::from(input.policy.unreached_hours));
    let holds = |u: &&Unreached| {
        u.member == member
            && u.patient.is_none_or(|p| p == input.patient)
            && u.at <= input.at
            && input.at - u.at < window
    };
    let last = input
        .unreached
        .iter()
        .filter(holds)
        .max_by_key(|u| (u.at, u.tries))?;
    Some(Away::Unreached {
        at: last.at,
        tries: last.tries,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENT: PatientId = PatientId::from_bytes([9; 16]);
    const PRIMARY: MemberId = MemberId::from_bytes([1; 16]);
    const FRIEND: MemberId = MemberId::from_bytes([2; 16]);
    const DEPUTY: MemberId = MemberId::from_bytes([3; 16]);
    const DUTY: MemberId = MemberId::from_bytes([4; 16]);

    fn hour(h: i64) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2026-11-24T09:00:00+09:00").unwrap() + TimeDelta::hours(h)
    }

    fn input<'a>(
        absences: &'a [Absence],
        unreached: &'a [Unreached],
        entrusted: &'a [Entrusted],
    ) -> CoverInput<'a> {
        CoverInput {
            patient: PATIENT,
            at: hour(17),
            primary: Some(PRIMARY),
            deputies: &[DEPUTY],
            duty: Some(DUTY),
            absences,
            unreached,
            entrusted,
            policy: CoverPolicy::default(),
        }
    }

    fn who(input: &CoverInput<'_>) -> Vec<MemberId> {
        answer_chain(input).iter().map(|a| a.member).collect()
    }

    fn absent(member: MemberId, from: i64, to: i64) -> Absence {
        Absence {
            member,
            from: hour(from),
            to: hour(to),
        }
    }

    #[test]
    fn an_absence_ends_after_it_begins() {
        assert_eq!(
            Absence::new(PRIMARY, hour(0), hour(1)),
            Ok(absent(PRIMARY, 0, 1))
        );
        assert!(Absence::new(PRIMARY, hour(1), hour(1)).is_err());
    }

    #[test]
    fn rule_2_the_primary_answers_while_neither_absent_nor_unreached() {
        let chain = answer_chain(&input(
            &[absent(PRIMARY, 0, 17), absent(PRIMARY, 18, 20)],
            &[],
            &[],
        ));
        assert_eq!(
            (chain[0].member, chain[0].answers_as, chain[0].why),
            (PRIMARY, AnswersAs::Primary, Why::InCharge)
        );
        assert_eq!(
            chain.iter().map(|a| a.member).collect::<Vec<_>>(),
            [PRIMARY, DEPUTY, DUTY]
        );
        assert!(chain[1..].iter().all(|a| a.why == Why::IfNoAnswer));
    }

    #[test]
    fn rule_2_the_duty_doctor_acts_when_the_primary_is_absent() {
        let absences = [absent(PRIMARY, 0, 48), absent(DEPUTY, 0, 48)];
        let chain = answer_chain(&input(&absences, &[], &[]));
        assert_eq!(
            (chain[0].member, chain[0].answers_as),
            (DUTY, AnswersAs::Duty)
        );
        assert_eq!(chain[0].why.text(true), "主治医は11/26 9:00まで不在");
        assert_eq!(
            chain[0].why.text(false),
            "the primary physician is absent until 2026-11-26 09:00"
        );
    }

    #[test]
    fn rule_2_the_duty_doctor_acts_when_the_primary_was_not_reached() {
        let tried = Unreached {
            member: PRIMARY,
            patient: Some(PATIENT),
            at: hour(16),
            tries: 3,
            by: DUTY,
        };
        let mut night = input(&[], std::slice::from_ref(&tried), &[]);
        night.policy.deputies = false;
        assert_eq!(who(&night), [DUTY]);
        assert_eq!(
            cover(&night).passed_over[0].away,
            Away::Unreached {
                at: hour(16),
                tries: 3
            }
        );
        assert_eq!(
            answer_chain(&night)[0].why.text(true),
            "主治医は11/25 1:00に3回かけて連絡つかず"
        );
        night.at = hour(28);
        assert_eq!(
            who(&night),
            [PRIMARY, DUTY],
            "after the hours of the policy the primary is asked again"
        );
        night.at = hour(15);
        assert_eq!(
            who(&night),
            [PRIMARY, DUTY],
            "a try of the future does not count"
        );
    }

    #[test]
    fn rule_2_not_reached_for_one_patient_does_not_take_the_others() {
        let other = PatientId::from_bytes([8; 16]);
        let tried = [Unreached {
            member: PRIMARY,
            patient: Some(other),
            at: hour(16),
            tries: 3,
            by: DUTY,
        }];
        assert_eq!(who(&input(&[], &tried, &[]))[0], PRIMARY);
        let tried = [Unreached {
            patient: None,
            ..tried[0]
        }];
        assert_eq!(who(&input(&[], &tried, &[]))[0], DEPUTY);
    }

    #[test]
    fn rule_2_friend_then_deputy_then_duty_doctor() {
        let absences = [absent(PRIMARY, 0, 48)];
        let entrusted = [Entrusted {
            patient: PATIENT,
            to_member: FRIEND,
            from: hour(0),
            to: hour(48),
        }];
        assert_eq!(
            who(&input(&absences, &[], &entrusted)),
            [FRIEND, DEPUTY, DUTY]
        );
    }

    #[test]
    fn rule_5_a_patient_is_entrusted_from_an_instant_up_to_another() {
        let absences = [absent(PRIMARY, 0, 48)];
        for (from, to, first) in [(17, 18, FRIEND), (0, 17, DEPUTY), (18, 48, DEPUTY)] {
            let entrusted = [Entrusted {
                patient: PATIENT,
                to_member: FRIEND,
                from: hour(from),
                to: hour(to),
            }];
            assert_eq!(who(&input(&absences, &[], &entrusted))[0], first);
        }
    }

    #[test]
    fn rule_8_the_holder_of_the_bag_answers_whatever_an_absence_says() {
        let absences = [
            absent(PRIMARY, 0, 48),
            absent(DEPUTY, 0, 48),
            absent(DUTY, 0, 48),
        ];
        assert_eq!(who(&input(&absences, &[], &[])), [DUTY]);
        let mut own = input(&absences, &[], &[]);
        own.duty = Some(PRIMARY);
        assert_eq!(answer_chain(&own)[0].answers_as, AnswersAs::Duty);
    }

    #[test]
    fn rule_8_somebody_is_named_even_when_everybody_is_away() {
        let absences = [absent(PRIMARY, 0, 48), absent(DEPUTY, 0, 48)];
        let mut nobody = input(&absences, &[], &[]);
        nobody.duty = None;
        let chain = answer_chain(&nobody);
        assert_eq!(
            chain.iter().map(|a| a.member).collect::<Vec<_>>(),
            [PRIMARY, DEPUTY]
        );
        assert!(matches!(chain[0].why, Why::NobodyElse(_)));
    }

    proptest! {
        #[test]
        fn rule_8_there_is_never_a_gap_and_nobody_is_asked_twice(
            spans in prop::collection::vec((1u8..6, 0i64..40, 0i64..40), 0..8),
            tries in prop::collection::vec((1u8..6, 0i64..40, any::<bool>()), 0..6),
            friends in prop::collection::vec((1u8..6, 0i64..40, 0i64..40), 0..4),
            deputies in prop::collection::vec(1u8..6, 0..4),
            primary in prop::option::of(1u8..6), duty in prop::option::of(1u8..6), policy: bool, at in 0i64..40
        ) {
            let member = |n: u8| MemberId::from_bytes([n; 16]);
            let absences: Vec<_> = spans.iter().map(|(m, from, to)| absent(member(*m), *from, *to)).collect();
            let unreached: Vec<_> = tries.iter().map(|(m, at, all)| Unreached {
                member: member(*m), patient: (!all).then_some(PATIENT), at: hour(*at), tries: 2, by: DUTY,
            }).collect();
            let entrusted: Vec<_> = friends.iter().map(|(m, from, to)| Entrusted {
                patient: PATIENT, to_member: member(*m), from: hour(*from), to: hour(*to),
            }).collect();
            let deputies: Vec<_> = deputies.into_iter().map(member).collect();
            let input = CoverInput {
                patient: PATIENT, at: hour(at), primary: primary.map(member), deputies: &deputies, duty: duty.map(member),
                absences: &absences, unreached: &unreached, entrusted: &entrusted,
                policy: CoverPolicy { deputies: policy, ..CoverPolicy::default() },
            };
            let chain = answer_chain(&input);
            prop_assert!(!chain.is_empty() || (primary.is_none() && duty.is_none()
                && (deputies.is_empty() || !policy)
                && entrusted.iter().all(|e| !(e.from <= input.at && input.at < e.to))));
            let mut seen = std::collections::BTreeSet::new();
            prop_assert!(chain.iter().all(|a| seen.insert(a.member)));
            if let Some(duty) = input.duty {
                prop_assert!(chain.iter().any(|a| a.member == duty));
                // Rule 2: the duty doctor comes first as such only when the primary is away or unknown.
                let first = chain[0];
                let primary_there = input.primary.is_some_and(|p| away(&input, p).is_none());
                prop_assert!(first.answers_as != AnswersAs::Duty || !primary_there);
            }
        }
    }
}
