//! The roster maker: who is to hold the bag in the years to come, as a pure function (rules 1, 3, 4, 7, 8).
//!
//! The roster plans; who really holds the bag is a signed fact. The first turn is the first that begins at
//! 09:00 of the given date or later: usually the Tuesday on or after it, and where a holiday turn begins or
//! ends earlier than that Tuesday, or lies over it, that turn's changeover. The last is the last that begins
//! before the same hour so many years on. So a roster made anew never touches a turn that has begun.

mod calendar;
mod holders;
mod past;
mod rotation;
mod trial;
mod why;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

pub use why::{Excusal, ExcusedTurn, HolidayWhy, OrdinaryWhy, RosterNote, TurnWhy};

use super::{
    cover::Absence,
    holiday::{HolidayAlignment, TurnKind},
    time::DutyTurn,
};
use crate::error::{Invalid, Reason};
use calendar::{Slot, slots};
use holders::{ExcusedFrom, Holder, Start, assign};
use rotation::{Pick, Rotation};

/// Most members of a rotation.
pub const MEMBERS_MAX: usize = 200;
/// Most years of a roster.
pub const YEARS_MAX: u32 = 50;
/// Earliest first day: since then Japan has had one clock, without summer time.
pub const FIRST_DAY_MIN: NaiveDate = NaiveDate::from_ymd_opt(1952, 4, 28).unwrap();
/// Latest first day.
pub const FIRST_DAY_MAX: NaiveDate = NaiveDate::from_ymd_opt(2200, 12, 31).unwrap();

/// A turn and who holds it, planned or served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterTurn<M> {
    /// From when to when.
    pub span: DutyTurn,
    /// Ordinary, or which holiday.
    pub kind: TurnKind,
    /// Who holds it.
    pub holder: M,
    /// Who was passed over because of a holiday turn.
    pub excused: Vec<M>,
}

/// A turn of a roster, and why it is held by whom it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTurn<M> {
    /// The turn.
    pub turn: RosterTurn<M>,
    /// Why.
    pub why: TurnWhy<M>,
}

/// What one member bears in a roster: the fairness report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberShare<M> {
    /// Who.
    pub member: M,
    /// Ordinary turns.
    pub ordinary: usize,
    /// New Year turns.
    pub new_year: usize,
    /// Golden Week turns.
    pub golden_week: usize,
    /// Turns that the member was excused.
    pub excused: usize,
    /// Turns missed in a long absence that nobody expects the member to make up for.
    pub let_go: usize,
}

/// A roster. Its turns tile time: each begins where the one before it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster<M> {
    /// In the order of time.
    pub turns: Vec<PlannedTurn<M>>,
    /// In the order of the rotation.
    pub shares: Vec<MemberShare<M>>,
    /// What could not be given.
    pub notes: Vec<RosterNote<M>>,
}

/// What a roster is made from. A member is whatever key the caller knows them by: an id, a name.
#[derive(Debug, Clone)]
pub struct RosterInput<'a, M> {
    /// The rotation. Without a past the first is next.
    pub members: &'a [M],
    /// First day, in Japan's calendar.
    pub from: NaiveDate,
    /// How many years.
    pub years: u32,
    /// How the holiday turns lie.
    pub alignment: HolidayAlignment,
    /// Turns before the first day, held by whoever *served* them, in the order of time: the rotation goes on
    /// where they end, and holiday turns and excusals among them count. Turns from the first day on are not
    /// looked at. May be holiday turns alone, to credit what was held before Kaban.
    pub past: &'a [RosterTurn<M>],
    /// Who is away when; of others than the members without meaning.
    pub absences: &'a [Absence<M>],
}

/// Makes a roster.
///
/// Rule 1: ordinary turns are Tuesday weeks in the order of the list. Rule 3: each holiday is a turn of its
/// own and comes round to everybody once before it comes to anybody twice. Rule 4: its holder is passed over
/// once, at their own last turn before it; where that is served already or cannot be passed over, at the
/// next one. Rule 7: the roster of a changed group goes on from the past, which it does not change. Rule 8:
/// there is no gap and no overlap. An absent member is passed over and makes up for it at the first turn
/// after the return; of a long absence one turn at most is made up.
///
/// # Errors
/// [`Invalid`] names what is out of bounds: `members` (none, too many, one twice), `from`, `years`.
pub fn make_roster<M: Clone + PartialEq>(input: &RosterInput<'_, M>) -> Result<Roster<M>, Invalid> {
    check(input)?;
    let members = input.members;
    let index = |member: &M| members.iter().position(|known| known == member);
    let slots = slots(input.from, input.years, input.alignment);
    let mut away: Vec<Vec<(DateTime<FixedOffset>, DateTime<FixedOffset>)>> =
        vec![Vec::new(); members.len()];
    for absence in input.absences {
        if let Some(member) = index(&absence.member) {
            away[member].push((absence.from, absence.to));
        }
    }
    let is_away = |member: usize, span: DutyTurn| {
        let mut spans = away[member].iter();
        spans.any(|(from, to)| span.meets(*from, *to))
    };
    let past = past::read(input, index);
    let (holders, rotation) = assign(Start {
        slots: &slots,
        rotation: past.rotation,
        credits: past.credits,
        prepaid: past.prepaid,
        is_away: &is_away,
    });
    Ok(Draft {
        members,
        slots: &slots,
        holders: &holders,
        rotation,
    }
    .roster(&is_away))
}

fn check<M: PartialEq>(input: &RosterInput<'_, M>) -> Result<(), Invalid> {
    let members = input.members;
    if members.is_empty() {
        return Err(Invalid::new("members", Reason::Empty));
    }
    if members.len() > MEMBERS_MAX {
        return Err(Invalid::new("members", Reason::OutOfRange));
    }
    if (1..members.len()).any(|at| members[..at].contains(&members[at])) {
        return Err(Invalid::new("members", Reason::ListedTwice));
    }
    if !(FIRST_DAY_MIN..=FIRST_DAY_MAX).contains(&input.from) {
        return Err(Invalid::new("from", Reason::OutOfRange));
    }
    if !(1..=YEARS_MAX).contains(&input.years) {
        return Err(Invalid::new("years", Reason::OutOfRange));
    }
    Ok(())
}

/// Everything decided, before it is told in the members' own keys.
struct Draft<'a, M> {
    members: &'a [M],
    slots: &'a [Slot],
    holders: &'a [Holder],
    rotation: Rotation,
}

impl<M: Clone> Draft<'_, M> {
    fn roster(mut self, is_away: &dyn Fn(usize, DutyTurn) -> bool) -> Roster<M> {
        let picks: Vec<Option<Pick>> = self
            .slots
            .iter()
            .map(|slot| {
                let ordinary = slot.kind == TurnKind::Ordinary;
                ordinary.then(|| self.rotation.next(|member| is_away(member, slot.span)))
            })
            .collect();
        let mut holidays = self.holders.iter().enumerate();
        let turns: Vec<PlannedTurn<M>> = self
            .slots
            .iter()
            .zip(&picks)
            .filter_map(|(slot, pick)| match pick {
                Some(pick) => Some(self.ordinary(slot, pick)),
                None => {
                    let (number, holder) = holidays.next()?;
                    Some(self.holiday(slot, holder, self.excused_turn(number, holder, &picks)))
                }
            })
            .collect();
        Roster {
            shares: self.shares(&picks),
            notes: self.notes(&picks),
            turns,
        }
    }

    fn member(&self, index: usize) -> M {
        self.members[index].clone()
    }

    fn named(&self, indices: &[usize]) -> Vec<M> {
        indices.iter().map(|index| self.member(*index)).collect()
    }

    fn ordinary(&self, slot: &Slot, pick: &Pick) -> PlannedTurn<M> {
        let holidays: Vec<&Slot> = self.holiday_slots().collect();
        let excused: Vec<_> = pick
            .excused
            .iter()
            .map(|excusal| {
                let holiday = excusal.holiday.and_then(|number| holidays.get(number));
                Excusal {
                    member: self.member(excusal.member),
                    holiday: holiday.map(|holiday| (holiday.kind, holiday.span.from)),
                }
            })
            .collect();
        PlannedTurn {
            turn: RosterTurn {
                span: slot.span,
                kind: slot.kind,
                holder: self.member(pick.holder),
                excused: excused
                    .iter()
                    .map(|excusal| excusal.member.clone())
                    .collect(),
            },
            why: TurnWhy::Ordinary(OrdinaryWhy {
                excused,
                away: self.named(&pick.away),
                makes_up: pick.makes_up,
                nobody: pick.nobody,
                shortened_by: slot.shortened_by,
            }),
        }
    }

    fn holiday(&self, slot: &Slot, holder: &Holder, excused: ExcusedTurn) -> PlannedTurn<M> {
        PlannedTurn {
            turn: RosterTurn {
                span: slot.span,
                kind: slot.kind,
                holder: self.member(holder.member),
                excused: Vec::new(),
            },
            why: TurnWhy::Holiday(HolidayWhy {
                kind: slot.kind,
                last: holder.last,
                excused,
                away: self.named(&holder.away),
                nobody: holder.nobody,
            }),
        }
    }

    /// Where the excusal of a holiday came to pass.
    fn excused_turn(&self, number: usize, holder: &Holder, picks: &[Option<Pick>]) -> ExcusedTurn {
        match holder.excused_from {
            ExcusedFrom::Nothing => return ExcusedTurn::Nothing,
            ExcusedFrom::Earlier => return ExcusedTurn::Earlier,
            ExcusedFrom::Before | ExcusedFrom::After => {}
        }
        let excuses = |pick: &Option<Pick>| {
            let mut all = pick.iter().flat_map(|pick| &pick.excused);
            all.any(|excusal| excusal.holiday == Some(number))
        };
        let found = self.slots.iter().zip(picks).find(|(_, pick)| excuses(pick));
        let holiday = self.holiday_slots().nth(number);
        match (found, holiday) {
            (Some((slot, _)), Some(holiday)) if slot.span.from < holiday.span.from => {
                ExcusedTurn::Before(slot.span.from)
            }
            (Some((slot, _)), _) => ExcusedTurn::After(slot.span.from),
            (None, _) => ExcusedTurn::Later,
        }
    }

    fn holiday_slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots
            .iter()
            .filter(|slot| slot.kind != TurnKind::Ordinary)
    }

    fn shares(&self, picks: &[Option<Pick>]) -> Vec<MemberShare<M>> {
        let served: Vec<&Pick> = picks.iter().flatten().collect();
        let held = |member: usize, kind: TurnKind| {
            let holidays = self.holiday_slots().zip(self.holders);
            holidays
                .filter(|(slot, holder)| slot.kind == kind && holder.member == member)
                .count()
        };
        (0..self.members.len())
            .map(|member| MemberShare {
                member: self.member(member),
                ordinary: served.iter().filter(|pick| pick.holder == member).count(),
                new_year: held(member, TurnKind::NewYear),
                golden_week: held(member, TurnKind::GoldenWeek),
                excused: served
                    .iter()
                    .flat_map(|pick| &pick.excused)
                    .filter(|excusal| excusal.member == member)
                    .count(),
                let_go: self.rotation.let_go(member),
            })
            .collect()
    }

    fn notes(&self, picks: &[Option<Pick>]) -> Vec<RosterNote<M>> {
        let mut notes = Vec::new();
        if let [only] = self.members {
            notes.push(RosterNote::Alone {
                member: only.clone(),
            });
        }
        let mut holidays = self.holders.iter();
        for (slot, pick) in self.slots.iter().zip(picks) {
            let (member, nobody) = match pick {
                Some(pick) => (pick.holder, pick.nobody),
                None => {
                    let Some(holder) = holidays.next() else { break };
                    if holder.within_a_year {
                        notes.push(RosterNote::BothWithinAYear {
                            member: self.member(holder.member),
                            kind: slot.kind,
                            from: slot.span.from,
                        });
                    }
                    (holder.member, holder.nobody)
                }
            };
            if nobody {
                notes.push(RosterNote::NobodyThere {
                    member: self.member(member),
                    from: slot.span.from,
                });
            }
        }
        let owed = self.rotation.owed().iter();
        notes.extend(owed.map(|excusal| RosterNote::ExcusalOwed {
            member: self.member(excusal.member),
        }));
        notes
    }
}
