//! What the turns before a roster mean for it: where the rotation stands, who has had which holiday, and
//! which excusals are still open (rules 4 and 7).

use chrono::Months;

use super::{
    RosterInput,
    holders::{Credits, Had},
    rotation::{OpenExcusal, Rotation},
};
use crate::duty::{holiday::TurnKind, time::changeover_on};

/// What is known before the first turn.
pub(super) struct Past {
    pub(super) rotation: Rotation,
    pub(super) credits: Credits,
    /// Excused already, the holiday turn not yet held.
    pub(super) prepaid: Vec<bool>,
}

/// Reads it. Members who have left since are passed by.
pub(super) fn read<M: PartialEq>(
    input: &RosterInput<'_, M>,
    index: impl Fn(&M) -> Option<usize>,
) -> Past {
    let members = input.members.len();
    let first = changeover_on(input.from);
    let mut credits = vec![[Had::default(); 2]; members];
    let mut served = Vec::new();
    let mut open = vec![Open::Nothing; members];
    let mut seen = vec![false; members];
    let round_began = u32::try_from(members)
        .ok()
        .and_then(|years| first.checked_sub_months(Months::new(12 * years)));
    for turn in input.past.iter().filter(|turn| turn.span.from < first) {
        let holder = index(&turn.holder);
        let excused: Vec<usize> = turn.excused.iter().filter_map(&index).collect();
        let which = match turn.kind {
            TurnKind::NewYear => 0,
            TurnKind::GoldenWeek => 1,
            TurnKind::Ordinary => {
                for member in &excused {
                    open[*member] = match open[*member] {
                        Open::Owed => Open::Nothing,
                        Open::Nothing | Open::Prepaid => Open::Prepaid,
                    };
                }
                if let Some(holder) = holder {
                    seen[holder] = true;
                }
                served.push((holder, excused));
                continue;
            }
        };
        let Some(holder) = holder else { continue };
        credits[holder][which] = Had {
            this_round: round_began.is_none_or(|began| began <= turn.span.from),
            last: Some(turn.span.from),
        };
        // Where no turn of the member is known, whether one was excused is not known either.
        open[holder] = match open[holder] {
            Open::Prepaid => Open::Nothing,
            Open::Nothing if !seen[holder] => Open::Nothing,
            Open::Nothing | Open::Owed => Open::Owed,
        };
    }
    for which in 0..2 {
        if credits.iter().all(|had| had[which].this_round) {
            credits
                .iter_mut()
                .for_each(|had| had[which].this_round = false);
        }
    }
    let mut rotation = Rotation::after(members, &served);
    for member in (0..members).filter(|member| open[*member] == Open::Owed && members > 1) {
        rotation.excuse(OpenExcusal {
            member,
            from_key: 0,
            holiday: None,
        });
    }
    Past {
        rotation,
        credits: Credits(credits),
        prepaid: open.iter().map(|open| *open == Open::Prepaid).collect(),
    }
}

/// How holiday turns and excusals of a member stand against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    /// Excused, the holiday not yet held.
    Prepaid,
    /// Held the holiday, not yet excused.
    Owed,
}
