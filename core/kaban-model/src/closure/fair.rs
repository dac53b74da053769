//! Whose closures count when there are more than a map takes.
//!
//! One device that declares closures without end must not push out what the others met on the way: a
//! member has so many closures and no more, and what a map takes is shared out evenly, by how much each
//! member's shapes weigh, the newest first. The same set gives the same choice on every device.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::fold::KnownClosure;
use crate::ids::{ItemId, MemberId};

/// The most closures of one member that count at once; the older ones are left out.
pub const MEMBER_CLOSURES_MAX: usize = 250;

/// What a map takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Closures.
    pub closures: usize,
    /// Points and stretches of road in all of them together, see [`super::ClosureShape::pieces`].
    pub pieces: usize,
}

/// What counts of many closures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FairShare<'c> {
    /// Those that count.
    pub taken: Vec<&'c KnownClosure>,
    /// Those that there is no room for, to be told to whoever drives.
    pub left_out: Vec<ItemId>,
}

/// Shares what a map takes among the members: whoever has taken least is next, with the newest closure
/// that is left. One pass: the work grows with the number of closures, not with its square.
pub fn fair_share<'c>(
    closures: impl IntoIterator<Item = &'c KnownClosure>,
    capacity: Capacity,
) -> FairShare<'c> {
    let mut by_member: BTreeMap<MemberId, Vec<&KnownClosure>> = BTreeMap::new();
    for closure in closures {
        by_member.entry(closure.by).or_default().push(closure);
    }
    let mut share = FairShare::default();
    for closures in by_member.values_mut() {
        // The newest stands last, to be taken first.
        closures.sort_by_key(|closure| (closure.at, closure.id));
        let beyond = closures.len().saturating_sub(MEMBER_CLOSURES_MAX);
        share
            .left_out
            .extend(closures.drain(..beyond).map(|closure| closure.id));
    }
    let mut pieces = 0;
    let mut waiting: BinaryHeap<Reverse<(usize, MemberId)>> = by_member
        .keys()
        .map(|member| Reverse((0, *member)))
        .collect();
    while let Some(Reverse((used, member))) = waiting.pop() {
        let Some(closure) = by_member.get_mut(&member).and_then(Vec::pop) else {
            continue;
        };
        let weight = closure.closure.shape.pieces();
        let fits = share.taken.len() < capacity.closures && pieces + weight <= capacity.pieces;
        if fits {
            pieces += weight;
            share.taken.push(closure);
        } else {
            share.left_out.push(closure.id);
        }
        waiting.push(Reverse((used + weight, member)));
    }
    share
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{DateTime, FixedOffset, TimeDelta};
    use proptest::prelude::*;
    use serde_json::Map;

    use super::super::{Closure, ClosureReason, ClosureShape};
    use super::*;

    const ROOM: Capacity = Capacity {
        closures: 1_000,
        pieces: 10_000,
    };

    fn closure(by: u8, number: u32, points: usize) -> KnownClosure {
        let start: DateTime<FixedOffset> = "2026-01-20T18:00:00+09:00".parse().unwrap();
        let mut id = [by; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        KnownClosure {
            id: ItemId::from_bytes(id),
            by: MemberId::from_bytes([by; 16]),
            at: start + TimeDelta::seconds(i64::from(number)),
            closure: Closure {
                shape: ClosureShape::Line(vec![[140.5, 35.7]; points]),
                reason: ClosureReason::Snow,
                words: String::new(),
                from: start,
                until: start + TimeDelta::days(2),
                rest: Map::new(),
            },
            lifted: Vec::new(),
        }
    }

    fn taken_of(share: &FairShare<'_>, by: u8) -> Vec<u32> {
        let member = MemberId::from_bytes([by; 16]);
        let mine = share.taken.iter().filter(|closure| closure.by == member);
        mine.map(|closure| u32::from_be_bytes(closure.id.as_bytes()[..4].try_into().unwrap()))
            .collect()
    }

    #[test]
    fn a_flood_of_one_member_leaves_the_closures_of_the_others_in_force() {
        let flood = (0..20_000).map(|number| closure(1, 1_000_000 + number, 500));
        let real = (0..200).map(|number| closure(2, number, 4));
        let all: Vec<KnownClosure> = flood.chain(real).collect();
        let share = fair_share(&all, ROOM);
        assert_eq!(taken_of(&share, 2).len(), 200);
        assert_eq!(taken_of(&share, 2)[0], 199, "the newest first");
        assert_eq!(taken_of(&share, 1).len(), (10_000 - 200 * 4) / 500);
        assert_eq!(share.taken.len() + share.left_out.len(), all.len());
    }

    #[test]
    fn of_one_member_the_newest_count_up_to_the_written_bound() {
        let all: Vec<KnownClosure> = (0..300).map(|number| closure(1, number, 2)).collect();
        let share = fair_share(&all, ROOM);
        let expected: Vec<u32> = (50..300).rev().collect();
        assert_eq!(taken_of(&share, 1), expected);
        assert_eq!(share.left_out.len(), 50);
    }

    proptest! {
        #[test]
        fn every_closure_is_taken_or_told_within_the_capacity_in_whatever_order_it_came(
            made in prop::collection::vec((0..4u8, 2..40usize), 0..60),
            closures in 0..40usize, pieces in 0..400usize, turn in 0..60usize,
        ) {
            let all: Vec<KnownClosure> = made.iter().enumerate()
                .map(|(number, (by, points))| closure(*by, number as u32, *points)).collect();
            let room = Capacity { closures, pieces };
            let share = fair_share(&all, room);
            let weight: usize = share.taken.iter().map(|c| c.closure.shape.pieces()).sum();
            prop_assert!(share.taken.len() <= closures && weight <= pieces);
            let mut ids: Vec<ItemId> = share.taken.iter().map(|c| c.id).chain(share.left_out.iter().copied()).collect();
            ids.sort();
            let mut expected: Vec<ItemId> = all.iter().map(|c| c.id).collect();
            expected.sort();
            prop_assert_eq!(ids, expected);
            let mut turned: Vec<&KnownClosure> = all.iter().collect();
            turned.rotate_left(turn % all.len().max(1));
            prop_assert_eq!(fair_share(turned, room), share);
        }
    }
}
