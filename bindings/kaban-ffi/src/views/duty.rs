//! Who answers, absences, and the lease.

use super::{Words, times};
use crate::ids::{MemberId, Timestamp};

/// One who answers.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Answerer {
    /// Name.
    pub name: String,
    /// Member.
    pub member: MemberId,
    /// In what capacity: `primary`, `entrusted`, `deputy`, `duty`.
    pub answers_as: String,
    /// Why.
    pub why: Words,
    /// Number to call.
    pub phone: String,
    /// Age of what is known about this, seconds.
    pub known_age_s: i64,
}

/// One who would answer and is away.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct PassedOver {
    /// Name.
    pub name: String,
    /// Why not.
    pub why: Words,
}

/// Who answers, in order.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct AnswersView {
    /// First = who answers now; each next one if there is no answer.
    pub chain: Vec<Answerer>,
    /// Who is passed over.
    pub passed_over: Vec<PassedOver>,
    /// The ordinary turn at that instant: from.
    pub turn_from: Timestamp,
    /// The ordinary turn at that instant: to.
    pub turn_to: Timestamp,
    /// Who holds the bag by the signed chain.
    pub holder: Option<String>,
    /// Number of that link.
    pub duty: u64,
}

impl From<kaban_app::AnswersView> for AnswersView {
    fn from(view: kaban_app::AnswersView) -> Self {
        let kaban_app::AnswersView {
            chain,
            passed_over,
            passed_over_en,
            turn: (turn_from, turn_to),
            holder,
            duty,
        } = view;
        let answerer = |answer: kaban_app::AnswerView| {
            let kaban_app::AnswerView {
                member,
                member_id,
                answers_as,
                why,
                why_en,
                phone,
                known_age_s,
            } = answer;
            Answerer {
                name: member,
                member: MemberId(member_id),
                answers_as: answers_as.to_owned(),
                why: Words::new(why, why_en),
                phone,
                known_age_s,
            }
        };
        let passed = passed_over.into_iter().zip(passed_over_en);
        Self {
            chain: chain.into_iter().map(answerer).collect(),
            passed_over: passed
                .map(|((name, ja), (_, en))| PassedOver {
                    name,
                    why: Words::new(ja, en),
                })
                .collect(),
            turn_from: Timestamp(turn_from),
            turn_to: Timestamp(turn_to),
            holder,
            duty,
        }
    }
}

/// An absence that is not over.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct AbsenceView {
    /// Whose.
    pub name: String,
    /// From.
    pub from: Timestamp,
    /// To, not included.
    pub to: Timestamp,
}

impl From<(String, String, String)> for AbsenceView {
    fn from((name, from, to): (String, String, String)) -> Self {
        Self {
            name,
            from: Timestamp(from),
            to: Timestamp(to),
        }
    }
}

/// Where a lease stands; of several scopes the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LeaseState {
    /// No bag here, and nothing of one's own to renew.
    None,
    /// Within its term.
    Running,
    /// Past its turn, within the day of grace.
    Grace,
    /// Past its term in the hands of whoever is on duty: a banner asks for a successor, nothing is locked.
    Overdue,
    /// Reading is refused until it is renewed; nothing is erased, and writing goes on.
    SoftLocked,
}

/// The lease of this device (security-sync.md §4.9).
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct LeaseView {
    /// Where it stands.
    pub state: LeaseState,
    /// Number of the duty, 0 for none.
    pub duty: u64,
    /// The turn it is for: from.
    pub turn_from: Option<Timestamp>,
    /// The turn it is for: to.
    pub turn_to: Option<Timestamp>,
    /// End of the term that runs.
    pub until: Option<Timestamp>,
    /// Patients of the duty are closed.
    pub bag_locked: bool,
    /// Patients of one's own are closed.
    pub own_locked: bool,
    /// A sentence that has to be seen.
    pub banner: Option<Words>,
    /// Why something is closed.
    pub why: Option<Words>,
}

impl From<kaban_app::LeaseView> for LeaseView {
    fn from(view: kaban_app::LeaseView) -> Self {
        let kaban_app::LeaseView {
            state,
            duty,
            turn_from,
            turn_to,
            until,
            bag_locked,
            own_locked,
            banner,
            why,
        } = view;
        let words = |pair: Option<(String, String)>| pair.map(|(ja, en)| Words::new(ja, en));
        Self {
            state: match state.as_str() {
                "running" => LeaseState::Running,
                "grace" => LeaseState::Grace,
                "overdue" => LeaseState::Overdue,
                "soft_locked" => LeaseState::SoftLocked,
                _ => LeaseState::None,
            },
            duty,
            turn_from: times(turn_from),
            turn_to: times(turn_to),
            until: times(until),
            bag_locked,
            own_locked,
            banner: words(banner),
            why: words(why),
        }
    }
}
