//! Answers that nothing can beat, for rounds small enough to look at every set of visits.

mod bounds;
mod earliest;
mod fleet;
mod labels;
mod lattice;

pub(super) use fleet::{FLEET_STOPS_MAX, best_fleet};
pub(super) use lattice::FREE_MAX;

use super::case::Case;
use super::cost::{Cost, Share};
use super::problem::Objective;
use super::ride::{Locks, Ride};
use bounds::Bounds;
use lattice::Lattice;

/// The best order of one vehicle's free stops.
pub(super) struct BestRide {
    pub free: Vec<usize>,
    /// Whether it is proved that no order is better.
    pub proved: bool,
}

/// The best order for the one vehicle of `case`; `hint` is any order, which only makes the search shorter.
///
/// The steps: the earliest end of every set of visits tells what can be served and, for `finish`, when one can be back;
/// from the end, the latest moment and the least driving left of every set; then every order that is not worse than another
/// in all of time, driving and lateness, as long as those bounds leave it a chance.
/// Nothing when even the locked stops alone cannot be served.
pub(super) fn best_ride(case: &Case, locks: &Locks, hint: &[usize]) -> Option<BestRide> {
    let lattice = Lattice::new(case, locks, 0)?;
    let earliest = earliest::earliest(&lattice);
    let goal = earliest::goal(&lattice, &earliest)?;
    let on_time = !case.soft;
    let limit = if case.objective == Objective::Finish && on_time {
        goal.finish
    } else {
        case.problem.vehicles[0].window.until
    };
    let first = earliest::order(&lattice, &earliest, &goal);
    let hint_serves = hint.iter().map(|stop| case.worth(*stop)).sum::<u32>() == goal.worth;
    let best = [Some(first), hint_serves.then(|| hint.to_vec())]
        .into_iter()
        .flatten()
        .filter_map(|order| Some((share(case, locks, &order)?, order)))
        .filter(|(share, _)| share.finish <= limit)
        .min_by_key(|(share, _)| cost(case, *share))?;
    let bounds = Bounds::new(&lattice, &earliest, goal.worth, limit);
    let found = labels::best(&lattice, &bounds, &goal, best.0);
    Some(BestRide {
        proved: found.proved,
        free: found.order.unwrap_or(best.1),
    })
}

fn cost(case: &Case, share: Share) -> Cost {
    Cost::of(case.objective, 0, std::iter::once(share))
}

fn share(case: &Case, locks: &Locks, free: &[usize]) -> Option<Share> {
    let mut ride = Ride::start(case, 0).locked(case, locks)?;
    for stop in free {
        ride = ride.visit(case, *stop)?.locked(case, locks)?;
    }
    ride.finish(case, locks)
}
