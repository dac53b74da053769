//! One holder of a holiday turn tried out: what it costs, and where the search stands after it.
//!
//! The rotation is really run, with the absences as they are declared: from a round before the holiday, once
//! to find the holder's last ordinary turn before it, and once with that turn excused to see what comes of it.

use chrono::Months;

use super::{
    holders::{Credits, ExcusedFrom, Had, Holder, Holiday, Search},
    rotation::{OpenExcusal, Pick, Rotation},
};
use crate::duty::time::DutyTurn;

const COST_DUTY_AFTER: u32 = 1;
const COST_EXCUSED_AFTER: u32 = 4;
const COST_SAME_SOON: u32 = 16;
const COST_WITHIN_A_YEAR: u32 = 32;

/// A holder who was excused the turn before: nothing decided later may put another one in its place.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    member: usize,
    number: usize,
    passed: bool,
}

/// Where the search stands: the rotation as it is a round before the next holiday.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) rotation: Rotation,
    pub(super) at: usize,
    pub(super) guards: Vec<Guard>,
    pub(super) credits: Credits,
    pub(super) prepaid: Vec<bool>,
}

/// One holder tried out.
pub(super) struct Step {
    pub(super) holder: Holder,
    pub(super) excusal: Option<OpenExcusal>,
    pub(super) cost: u32,
    pub(super) place: Place,
}

impl Search<'_> {
    pub(super) fn away(&self, member: usize, span: DutyTurn) -> bool {
        (self.is_away)(member, span)
    }

    /// What comes of it if the member holds the holiday.
    pub(super) fn step(&self, place: &Place, number: usize, member: usize) -> Step {
        let holiday = &self.holidays[number];
        let (excused_from, excusal, mut rotation) = self.excuse(place, number, member);
        let mut guards = place.guards.clone();
        if excused_from == ExcusedFrom::Before {
            guards.push(Guard {
                member,
                number,
                passed: false,
            });
        }
        let mut at = place.at;
        let had = place.credits.0[member];
        let within_a_year = held_within(had[1 - holiday.which], holiday, 12);
        let costs = [
            (excused_from == ExcusedFrom::After, COST_EXCUSED_AFTER),
            (
                self.holder_after(&rotation, at, holiday) == Some(member),
                COST_DUTY_AFTER,
            ),
            // Half a round of years, and never two years running.
            (
                held_within(had[holiday.which], holiday, 6 * self.members + 1),
                COST_SAME_SOON,
            ),
            (within_a_year, COST_WITHIN_A_YEAR),
        ];
        let cost = costs.iter().filter(|(so, _)| *so).map(|(_, cost)| cost);
        let cost = cost.sum();
        let next = self.holidays.get(number + 1).map_or(0, |next| next.before);
        self.run(
            &mut rotation,
            &mut at,
            next.saturating_sub(self.members),
            |_, pick| {
                see(&mut guards, &pick.excused);
            },
        );
        guards.retain(|guard| self.holidays[guard.number].before > at);
        let mut credits = place.credits.clone();
        let mut prepaid = place.prepaid.clone();
        prepaid[member] = false;
        hold(&mut credits, member, holiday);
        Step {
            holder: Holder {
                member,
                excused_from,
                last: had[holiday.which].last,
                within_a_year,
                away: self.passed_over(place, holiday, member),
                nobody: self.away(member, holiday.span),
            },
            excusal,
            cost,
            place: Place {
                rotation,
                at,
                guards,
                credits,
                prepaid,
            },
        }
    }

    /// Finds the turn that the member is excused, and gives the rotation with it.
    fn excuse(
        &self,
        place: &Place,
        number: usize,
        member: usize,
    ) -> (ExcusedFrom, Option<OpenExcusal>, Rotation) {
        if place.prepaid[member] {
            return (ExcusedFrom::Earlier, None, place.rotation.clone());
        }
        if self.members == 1 {
            return (ExcusedFrom::Nothing, None, place.rotation.clone());
        }
        let before = self.holidays[number].before;
        let (mut at, mut look) = (place.at, place.rotation.clone());
        let mut own_last = None;
        self.run(&mut look, &mut at, before, |turn, pick| {
            if pick.holder == member && turn + self.members >= before {
                own_last = Some(pick.key);
            }
        });
        let excusal = |from_key| OpenExcusal {
            member,
            from_key,
            holiday: Some(number),
        };
        if let Some(key) = own_last {
            let mut excused = place.rotation.clone();
            excused.excuse(excusal(key));
            if self.holds_good(place, &excused, member, number) {
                return (ExcusedFrom::Before, Some(excusal(key)), excused);
            }
        }
        let after = excusal(look.due(member));
        let mut excused = place.rotation.clone();
        excused.excuse(after);
        (ExcusedFrom::After, Some(after), excused)
    }

    /// Whether the member, and everybody guarded, is passed over once and then serves no other ordinary
    /// turn before the holiday.
    fn holds_good(&self, place: &Place, excused: &Rotation, member: usize, number: usize) -> bool {
        let mut guards = place.guards.clone();
        guards.push(Guard {
            member,
            number,
            passed: false,
        });
        let (mut at, mut look) = (place.at, excused.clone());
        let mut good = true;
        self.run(
            &mut look,
            &mut at,
            self.holidays[number].before,
            |turn, pick| {
                see(&mut guards, &pick.excused);
                good &= !guards.iter().any(|guard| {
                    guard.passed
                        && guard.member == pick.holder
                        && turn < self.holidays[guard.number].before
                });
            },
        );
        good && guards.iter().all(|guard| guard.passed)
    }

    /// Who serves the ordinary turn after the holiday.
    fn holder_after(&self, rotation: &Rotation, at: usize, holiday: &Holiday) -> Option<usize> {
        let (mut look, mut at) = (rotation.clone(), at);
        let to = self.turns.len().min(holiday.before + 1);
        let mut holder = None;
        self.run(&mut look, &mut at, to, |turn, pick| {
            holder = (turn == holiday.before).then_some(pick.holder);
        });
        holder
    }

    /// Runs the rotation up to a turn, that one excluded.
    fn run(
        &self,
        rotation: &mut Rotation,
        at: &mut usize,
        to: usize,
        mut seen: impl FnMut(usize, &Pick),
    ) {
        while *at < to {
            let span = self.turns[*at];
            let pick = rotation.next(|member| self.away(member, span));
            seen(*at, &pick);
            *at += 1;
        }
    }

    fn passed_over(&self, place: &Place, holiday: &Holiday, holder: usize) -> Vec<usize> {
        let had = |member: usize| place.credits.0[member][holiday.which];
        let rank = |member: usize| (had(member).this_round, had(member).last, member);
        (0..self.members)
            .filter(|&other| other != holder && rank(other) < rank(holder))
            .filter(|&other| self.away(other, holiday.span))
            .collect()
    }
}

/// Whether it was held less than so many months before the holiday.
fn held_within(had: Had, holiday: &Holiday, months: usize) -> bool {
    let months = Months::new(u32::try_from(months).unwrap_or(u32::MAX));
    let over = had.last.and_then(|last| last.checked_add_months(months));
    over.is_some_and(|over| holiday.span.from < over)
}

fn see(guards: &mut [Guard], excused: &[OpenExcusal]) {
    for guard in guards {
        guard.passed |= excused.iter().any(|e| e.holiday == Some(guard.number));
    }
}

/// Credits the holiday; once everybody has had it a new round begins.
fn hold(credits: &mut Credits, member: usize, holiday: &Holiday) {
    credits.0[member][holiday.which] = Had {
        this_round: true,
        last: Some(holiday.span.from),
    };
    if credits.0.iter().all(|had| had[holiday.which].this_round) {
        for had in &mut credits.0 {
            had[holiday.which].this_round = false;
        }
    }
}
