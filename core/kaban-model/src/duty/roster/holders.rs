//! Who holds the holiday turns, and which ordinary turn each of them is excused (rules 3 and 4).
//!
//! In a round of a holiday everybody gets it once; of those who have not had it, it goes to whoever had it
//! longest ago, then to whoever had either holiday longest ago, then by the order of the list. That order
//! gives way where the doctor could not be excused the turn before, would be on duty twice running, or would
//! hold both holidays within twelve months: the next few holidays are tried out in advance, so that the last
//! of a round is not left with what nobody can take.

use chrono::{DateTime, FixedOffset};

use super::{
    calendar::Slot,
    rotation::Rotation,
    trial::{Place, Step},
};
use crate::duty::{holiday::TurnKind, time::DutyTurn};

/// How many holidays are tried out in advance: four years of both.
const AHEAD: usize = 8;
/// How many trials one limit may take.
const TRIALS_MAX: u32 = 200;
/// What the holidays tried out may cost together; the first limit within which they can all be held counts.
const LIMITS: [u32; 7] = [0, 1, 2, 4, 8, 32, 128];

/// What a member had of one holiday.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Had {
    /// In the round that is going on.
    pub(super) this_round: bool,
    /// Beginning of the last one.
    pub(super) last: Option<DateTime<FixedOffset>>,
}

/// What each member had of the New Year turn and of the Golden Week turn.
#[derive(Debug, Clone)]
pub(super) struct Credits(pub(super) Vec<[Had; 2]>);

/// How the holder of a holiday turn is excused an ordinary turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExcusedFrom {
    /// Their own last turn before it.
    Before,
    /// Their first turn after it.
    After,
    /// A turn before the roster begins.
    Earlier,
    /// None: there is nobody else.
    Nothing,
}

/// Who holds a holiday turn.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    pub(super) member: usize,
    pub(super) excused_from: ExcusedFrom,
    /// Beginning of the last turn of the same holiday.
    pub(super) last: Option<DateTime<FixedOffset>>,
    /// The other holiday was held less than twelve months ago.
    pub(super) within_a_year: bool,
    /// Members whose turn it would have been and who are absent.
    pub(super) away: Vec<usize>,
    /// Nobody is there to hold it.
    pub(super) nobody: bool,
}

/// What is known before the first turn.
pub(super) struct Start<'a> {
    pub(super) slots: &'a [Slot],
    pub(super) rotation: Rotation,
    pub(super) credits: Credits,
    /// Members who were excused already for a holiday turn that they have not held.
    pub(super) prepaid: Vec<bool>,
    pub(super) is_away: &'a dyn Fn(usize, DutyTurn) -> bool,
}

/// Names the holder of every holiday turn, and gives the rotation with all their excusals, set back to the
/// first turn.
pub(super) fn assign(start: Start<'_>) -> (Vec<Holder>, Rotation) {
    let ordinary = |slot: &&Slot| slot.kind == TurnKind::Ordinary;
    let turns: Vec<DutyTurn> = start
        .slots
        .iter()
        .filter(ordinary)
        .map(|s| s.span)
        .collect();
    let holidays: Vec<Holiday> = start
        .slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| slot.kind != TurnKind::Ordinary)
        .map(|(at, slot)| Holiday {
            which: usize::from(slot.kind == TurnKind::GoldenWeek),
            span: slot.span,
            before: start.slots[..at].iter().filter(ordinary).count(),
        })
        .collect();
    let search = Search {
        members: start.credits.0.len(),
        turns,
        holidays,
        is_away: start.is_away,
    };
    let mut whole = start.rotation.clone();
    let mut place = Place {
        rotation: start.rotation,
        at: 0,
        guards: Vec::new(),
        credits: start.credits,
        prepaid: start.prepaid,
    };
    let mut holders = Vec::new();
    for number in 0..search.holidays.len() {
        let step = search.choose(&place, number);
        if let Some(excusal) = step.excusal {
            whole.excuse(excusal);
        }
        holders.push(step.holder);
        place = step.place;
    }
    (holders, whole)
}

pub(super) struct Holiday {
    /// 0 New Year, 1 Golden Week.
    pub(super) which: usize,
    pub(super) span: DutyTurn,
    /// How many ordinary turns begin before it.
    pub(super) before: usize,
}

pub(super) struct Search<'a> {
    pub(super) members: usize,
    pub(super) turns: Vec<DutyTurn>,
    pub(super) holidays: Vec<Holiday>,
    pub(super) is_away: &'a dyn Fn(usize, DutyTurn) -> bool,
}

impl Search<'_> {
    fn choose(&self, place: &Place, number: usize) -> Step {
        let candidates = self.candidates(place, number);
        let mut steps: Vec<Step> = Vec::new();
        for limit in LIMITS {
            let mut trials = TRIALS_MAX;
            for (index, member) in candidates.iter().enumerate() {
                if steps.len() <= index {
                    steps.push(self.step(place, number, *member));
                }
                let step = &steps[index];
                if step.cost <= limit
                    && self.can_go_on(
                        &step.place,
                        number + 1,
                        limit - step.cost,
                        AHEAD,
                        &mut trials,
                    )
                {
                    return steps.swap_remove(index);
                }
            }
        }
        let cheapest = steps.into_iter().min_by_key(|step| step.cost);
        cheapest.expect("a group has at least one member, and each was tried")
    }

    fn can_go_on(
        &self,
        place: &Place,
        number: usize,
        limit: u32,
        ahead: usize,
        trials: &mut u32,
    ) -> bool {
        if ahead == 0 || number == self.holidays.len() {
            return true;
        }
        for member in self.candidates(place, number) {
            if *trials == 0 {
                return false;
            }
            *trials -= 1;
            let step = self.step(place, number, member);
            if step.cost <= limit
                && self.can_go_on(
                    &step.place,
                    number + 1,
                    limit - step.cost,
                    ahead - 1,
                    trials,
                )
            {
                return true;
            }
        }
        false
    }

    /// Who may hold it, in the order in which they are asked. Never empty.
    fn candidates(&self, place: &Place, number: usize) -> Vec<usize> {
        let holiday = &self.holidays[number];
        let of = |member: usize| &place.credits.0[member];
        let mut all: Vec<usize> = (0..self.members).collect();
        all.sort_by_key(|&member| {
            let had = of(member);
            let either = had[0].last.max(had[1].last);
            (
                !place.prepaid[member],
                had[holiday.which].last,
                either,
                member,
            )
        });
        let there: Vec<usize> = all
            .iter()
            .copied()
            .filter(|m| !self.away(*m, holiday.span))
            .collect();
        let due = |member: &usize| !of(*member)[holiday.which].this_round;
        let due_there: Vec<usize> = there.iter().copied().filter(due).collect();
        [due_there, there]
            .into_iter()
            .find(|some| !some.is_empty())
            .unwrap_or(all)
    }
}
