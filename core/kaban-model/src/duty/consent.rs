//! Who is on the duty list: every patient registered with valid consent, and nobody else (rule 6).
//!
//! Consent is signed records, not a field that the last writer wins. A giving or withdrawing names the
//! earlier ones it has seen; what is not named is open. Any open withdrawal denies until a new consent
//! names it: of two people who act apart, the one who says no is heard.

use std::collections::BTreeSet;

use kaban_proto::ids::Hash32;
use serde::{Deserialize, Serialize};

use crate::{patient::PartialDate, people::Role};

/// What a consent record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAct {
    /// The patient consented, on paper.
    Give(ConsentGiven),
    /// The patient withdrew.
    Withdraw,
}

/// What was consented to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentGiven {
    /// To be registered with the association.
    pub registration: bool,
    /// The primary physician agreed to the registration.
    pub primary_agreed: bool,
    /// Which roles may be in the patient's team.
    pub roles: BTreeSet<Role>,
    /// The date on the paper.
    pub paper_date: PartialDate,
}

/// A consent record with the earlier ones it has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEvent {
    /// Hash of the signed record.
    pub id: Hash32,
    /// The records it answers.
    pub supersedes: Vec<Hash32>,
    /// What it says.
    pub act: ConsentAct,
}

/// Whether the patient needs care at home: the association's own rule of admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eligibility {
    /// Bedridden, or cannot attend a clinic.
    pub cannot_attend: bool,
    /// Wants to be cared for at home.
    pub wants_home_care: bool,
}

/// Why a patient is not on the duty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotListed {
    /// Neither bedridden nor unable to attend.
    CanAttend,
    /// Does not want care at home.
    NoHomeCare,
    /// Never consented to registration.
    NoConsent,
    /// Withdrew; a later consent has not answered it.
    Withdrawn,
    /// The primary physician has not agreed.
    PrimaryNotAgreed,
    /// Has died.
    Deceased,
}

impl NotListed {
    /// The reason in Japanese (`true`) or English.
    #[must_use]
    pub fn text(self, japanese: bool) -> &'static str {
        let (ja, en) = match self {
            Self::CanAttend => ("通院できる方です", "the patient can attend a clinic"),
            Self::NoHomeCare => (
                "在宅療養の希望がありません",
                "the patient does not want care at home",
            ),
            Self::NoConsent => ("登録の同意がありません", "no consent to registration"),
            Self::Withdrawn => ("同意が撤回されています", "consent was withdrawn"),
            Self::PrimaryNotAgreed => (
                "主治医の同意がありません",
                "the primary physician has not agreed",
            ),
            Self::Deceased => ("亡くなられています", "the patient has died"),
        };
        if japanese { ja } else { en }
    }
}

/// What all consent records of a patient amount to, in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsentState {
    /// Nobody has asked, or nothing has arrived.
    Never,
    /// A withdrawal is open.
    Withdrawn,
    /// Consent holds. Of several open ones, only what all of them allow.
    Given(ConsentGiven),
}

impl ConsentState {
    /// Folds the records.
    #[must_use]
    pub fn fold(events: &[ConsentEvent]) -> Self {
        let named: BTreeSet<Hash32> = events
            .iter()
            .flat_map(|e| e.supersedes.iter().filter(move |id| **id != e.id))
            .copied()
            .collect();
        let mut open = events.iter().filter(|e| !named.contains(&e.id)).peekable();
        if open.peek().is_none() && !events.is_empty() {
            // Records that name each other in a ring are forged; consent that cannot be shown does not hold.
            return Self::Withdrawn;
        }
        let mut held: Option<ConsentGiven> = None;
        for event in open {
            match &event.act {
                ConsentAct::Withdraw => return Self::Withdrawn,
                ConsentAct::Give(given) => {
                    held = Some(held.map_or_else(|| given.clone(), |h| narrower(h, given)))
                }
            }
        }
        held.map_or(Self::Never, Self::Given)
    }

    /// Whether a member of this role may be in the patient's team.
    #[must_use]
    pub fn allows(&self, role: &Role) -> bool {
        matches!(self, Self::Given(given) if given.roles.contains(role))
    }
}

fn narrower(a: ConsentGiven, b: &ConsentGiven) -> ConsentGiven {
    ConsentGiven {
        registration: a.registration && b.registration,
        primary_agreed: a.primary_agreed && b.primary_agreed,
        roles: a.roles.intersection(&b.roles).cloned().collect(),
        paper_date: a.paper_date.max(b.paper_date),
    }
}

/// Whether the patient is on the duty list (rule 6).
///
/// # Errors
/// [`NotListed`] says why not.
pub fn on_duty_list(
    eligibility: Eligibility,
    consent: &ConsentState,
    deceased: bool,
) -> Result<(), NotListed> {
    if deceased {
        return Err(NotListed::Deceased);
    }
    match consent {
        ConsentState::Withdrawn => return Err(NotListed::Withdrawn),
        ConsentState::Never => return Err(NotListed::NoConsent),
        ConsentState::Given(given) if !given.registration => return Err(NotListed::NoConsent),
        ConsentState::Given(given) if !given.primary_agreed => {
            return Err(NotListed::PrimaryNotAgreed);
        }
        ConsentState::Given(_) => {}
    }
    if !eligibility.cannot_attend {
        return Err(NotListed::CanAttend);
    }
    if !eligibility.wants_home_care {
        return Err(NotListed::NoHomeCare);
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT_HOME: Eligibility = Eligibility {
        cannot_attend: true,
        wants_home_care: true,
    };

    fn hash(n: u8) -> Hash32 {
        Hash32::from_bytes([n; 32])
    }

    fn given(roles: &[Role]) -> ConsentGiven {
        ConsentGiven {
            registration: true,
            primary_agreed: true,
            roles: roles.iter().cloned().collect(),
            paper_date: PartialDate::parse("2026-11-01").unwrap(),
        }
    }

    fn give(n: u8, after: &[u8]) -> ConsentEvent {
        let act = ConsentAct::Give(given(&[Role::Nurse, Role::CareManager]));
        ConsentEvent {
            id: hash(n),
            supersedes: after.iter().map(|a| hash(*a)).collect(),
            act,
        }
    }

    fn withdraw(n: u8, after: &[u8]) -> ConsentEvent {
        ConsentEvent {
            act: ConsentAct::Withdraw,
            ..give(n, after)
        }
    }

    #[test]
    fn rule_6_the_duty_list_is_every_patient_registered_with_valid_consent() {
        let valid = ConsentState::fold(&[give(1, &[])]);
        assert_eq!(on_duty_list(AT_HOME, &valid, false), Ok(()));
        assert_eq!(
            on_duty_list(AT_HOME, &valid, true),
            Err(NotListed::Deceased)
        );
    }

    #[test]
    fn rule_6_no_consent_not_in_the_bag() {
        assert_eq!(
            on_duty_list(AT_HOME, &ConsentState::fold(&[]), false),
            Err(NotListed::NoConsent)
        );
        let mut alone = given(&[]);
        alone.primary_agreed = false;
        assert_eq!(
            on_duty_list(AT_HOME, &ConsentState::Given(alone.clone()), false),
            Err(NotListed::PrimaryNotAgreed)
        );
        alone.registration = false;
        assert_eq!(
            on_duty_list(AT_HOME, &ConsentState::Given(alone), false),
            Err(NotListed::NoConsent)
        );
    }

    #[test]
    fn rule_6_who_can_attend_or_does_not_want_home_care_is_not_listed() {
        let valid = ConsentState::fold(&[give(1, &[])]);
        let can = Eligibility {
            cannot_attend: false,
            ..AT_HOME
        };
        assert_eq!(on_duty_list(can, &valid, false), Err(NotListed::CanAttend));
        let unwilling = Eligibility {
            wants_home_care: false,
            ..AT_HOME
        };
        assert_eq!(
            on_duty_list(unwilling, &valid, false),
            Err(NotListed::NoHomeCare)
        );
    }

    #[test]
    fn rule_6_a_withdrawal_holds_until_a_new_consent_answers_it() {
        assert_eq!(
            ConsentState::fold(&[give(1, &[]), withdraw(2, &[1])]),
            ConsentState::Withdrawn
        );
        assert_eq!(
            ConsentState::fold(&[give(1, &[]), withdraw(2, &[1]), give(3, &[1])]),
            ConsentState::Withdrawn
        );
        assert!(matches!(
            ConsentState::fold(&[give(1, &[]), withdraw(2, &[1]), give(3, &[2])]),
            ConsentState::Given(_)
        ));
    }

    #[test]
    fn of_two_consents_given_apart_only_what_both_allow_holds() {
        let mut other = give(2, &[]);
        other.act = ConsentAct::Give(given(&[Role::Nurse, Role::Helper]));
        let state = ConsentState::fold(&[give(1, &[]), other]);
        assert!(state.allows(&Role::Nurse));
        assert!(!state.allows(&Role::Helper) && !state.allows(&Role::CareManager));
    }

    proptest! {
        #[test]
        fn consent_does_not_depend_on_the_order_of_the_records(
            acts in prop::collection::vec((any::<bool>(), prop::collection::vec(0u8..8, 0..3)), 0..8), turn in 0usize..8
        ) {
            let mut events: Vec<_> = acts.iter().enumerate().map(|(n, (yes, after))| {
                let n = u8::try_from(n).unwrap();
                if *yes { give(n, after) } else { withdraw(n, after) }
            }).collect();
            let state = ConsentState::fold(&events);
            let turn = turn.min(events.len());
            events.rotate_left(turn);
            events.reverse();
            prop_assert_eq!(ConsentState::fold(&events), state);
        }
    }
}
