//! The earliest end of every set of visits: what can be served at all, and how early one can be back.
//!
//! Whoever is ready earlier is never worse off, so one time for each set and last visit is enough.

use super::super::matrix::NEVER;
use super::super::ride::Ride;
use super::lattice::{Lattice, ROW, Row};

/// What the best answer serves.
pub(super) struct Goal {
    pub worth: u32,
    /// The earliest return of all that serve that much.
    pub finish: u32,
    set: usize,
    last: usize,
}

/// The earliest end by set and last visit; [`NEVER`] where there is none.
pub(super) fn earliest(lattice: &Lattice) -> Vec<Row> {
    let mut ends = vec![[NEVER; ROW]; lattice.sets()];
    for set in 1..lattice.sets() {
        let visits = set.count_ones() as usize;
        let mut row = [NEVER; ROW];
        for last in bits(set) {
            let before = set & !(1 << last);
            let arrival = if before == 0 {
                lattice.root.time + lattice.root.leg(lattice.case, lattice.free[last])
            } else {
                lattice.arrival(visits - 1, &ends[before], last)
            };
            if arrival < NEVER {
                row[last] = lattice.done(visits, last, arrival);
            }
        }
        ends[set] = row;
    }
    ends
}

/// The set worth most that one returns from, and of those the earliest return.
pub(super) fn goal(lattice: &Lattice, ends: &[Row]) -> Option<Goal> {
    let nothing = lattice.close(0, lattice.root).map(|share| Goal {
        worth: 0,
        finish: share.finish,
        set: 0,
        last: 0,
    });
    let mut best = nothing;
    for (set, row) in ends.iter().enumerate().skip(1) {
        let worth = lattice.worth[set];
        if best.as_ref().is_some_and(|best| best.worth > worth) {
            continue;
        }
        let visits = set.count_ones() as usize;
        for last in bits(set).filter(|last| row[*last] < NEVER) {
            let standing = lattice.standing(visits, last);
            let ride = Ride::after(lattice.vehicle, standing, [row[last], 0, 0]);
            let Some(share) = lattice.close(visits, ride) else {
                continue;
            };
            let better = best
                .as_ref()
                .is_none_or(|best| (worth, best.finish) > (best.worth, share.finish));
            if better {
                best = Some(Goal {
                    worth,
                    finish: share.finish,
                    set,
                    last,
                });
            }
        }
    }
    best
}

/// An order that reaches the goal at its earliest.
pub(super) fn order(lattice: &Lattice, ends: &[Row], goal: &Goal) -> Vec<usize> {
    let (mut set, mut last) = (goal.set, goal.last);
    let mut order = Vec::new();
    while set != 0 {
        order.push(lattice.free[last]);
        let visits = set.count_ones() as usize;
        let before = set & !(1 << last);
        let to = lattice.free[last];
        let end = |from: &usize| {
            ends[before][*from] + lattice.case.leg(lattice.standing(visits - 1, *from), to)
        };
        last = bits(before).min_by_key(end).unwrap_or(0);
        set = before;
    }
    order.reverse();
    order
}

/// The numbers of the bits of a set, from the smallest.
pub(super) fn bits(mut set: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (set != 0).then(|| {
            let bit = set.trailing_zeros() as usize;
            set &= set - 1;
            bit
        })
    })
}
