//! Good answers for rounds too large to look at every order: build, mend, break, build again.
//!
//! The loop of breaking and building follows the slack induction by string removals of Christiaens and Vanden Berghe (2020),
//! with whole numbers only and a bound on work instead of time, so that every device gives the same answer.

mod insertion;
mod moves;
mod plan;
mod random;

use super::case::Case;
use super::problem::Objective;
use super::ride::{Locks, Ride};
use insertion::{seat_by_regret, seat_in_order};
use moves::descend;
use plan::{Desk, Plan};
use random::Random;
use std::cell::Cell;

/// Visits driven to while trying, by the number of stops, so that the wait fits the round: of processor time on a shared x86-64
/// (25 November 2026) 4 ms for 12 stops, 25 ms for 15, 180 ms above. Over 20 days more work found nothing better for 12 stops, and
/// eight times as much 0.01 % for 15.
pub(super) fn work_max(stops: usize) -> u64 {
    match stops {
        ..=12 => 150_000,
        13..=15 => 1_000_000,
        _ => 8_000_000,
    }
}

/// Most stops taken out of one route at once.
const STRING_MAX: usize = 10;

/// Stops taken out in one break, about the mean.
const BROKEN_MEAN: usize = 8;

/// The seed of every search.
const SEED: u64 = 0x006b_6162_616e;

/// The free stops of each vehicle in a good order.
pub(super) fn search(case: &Case, locks: &Locks, work_max: u64) -> Option<Vec<Vec<usize>>> {
    let desk = Desk {
        case,
        locks,
        work: Cell::new(0),
    };
    let start = build(&desk)?;
    Some(orders(improve(&desk, start, work_max)))
}

/// The free stops of each vehicle by insertion alone.
#[cfg(test)]
pub(super) fn insertion_only(case: &Case, locks: &Locks) -> Option<Vec<Vec<usize>>> {
    let desk = Desk {
        case,
        locks,
        work: Cell::new(0),
    };
    build(&desk).map(orders)
}

fn orders(plan: Plan) -> Vec<Vec<usize>> {
    plan.routes.into_iter().map(|route| route.stops).collect()
}

fn build(desk: &Desk) -> Option<Plan> {
    let free = (0..desk.case.stops).filter(|stop| !desk.case.problem.stops[*stop].locked);
    let mut plan = desk.empty(free.collect())?;
    seat_by_regret(desk, &mut plan);
    Some(plan)
}

fn improve(desk: &Desk, start: Plan, work_max: u64) -> Plan {
    let near = near(desk.case);
    let mut random = Random::new(SEED);
    let mut best = start;
    descend(desk, &mut best, work_max / 4);
    let mut current = best.clone();
    let objective = desk.case.objective;
    // A step may lose this much at first, and less and less towards the end.
    let slack = slack_of(&best, objective);
    while desk.work.get() < work_max {
        let before = desk.work.get();
        let mut next = current.clone();
        let broken = break_up(desk, &mut next, &near, &mut random);
        let order = in_some_order(desk.case, broken, &mut random);
        seat_in_order(desk, &mut next, &order, &mut random);
        // Even a break that finds nothing to do is work, so the loop ends.
        desk.work.set(desk.work.get().max(before + 50));
        let left = work_max.saturating_sub(desk.work.get());
        let allowed = slack * left / work_max * (random.next() % 1_024) / 1_024;
        let weight = |plan: &Plan| (plan.cost.missed, plan.cost.late, plan.cost.guide(objective));
        let (missed, late, guide) = weight(&current);
        if weight(&next) <= (missed, late, guide + allowed) {
            if next.cost < best.cost {
                descend(desk, &mut next, work_max);
                best = next.clone();
            }
            current = next;
        }
    }
    descend(desk, &mut best, work_max + work_max / 20);
    best
}

fn slack_of(plan: &Plan, objective: Objective) -> u64 {
    let start: u64 = plan
        .routes
        .iter()
        .map(|route| u64::from(route.share.travel))
        .sum();
    let scale = match objective {
        Objective::Finish => 1,
        Objective::Travel => 16,
    };
    start * scale / 10
}

/// For each stop, the others from the nearest.
fn near(case: &Case) -> Vec<Vec<usize>> {
    (0..case.stops)
        .map(|from| {
            let mut others: Vec<usize> = (0..case.stops).filter(|to| *to != from).collect();
            others.sort_by_key(|to| case.leg(from, *to).min(case.leg(*to, from)));
            others
        })
        .collect()
}

/// Takes runs of visits around some stop out of the routes; the stops without a visit, those from before included.
fn break_up(desk: &Desk, plan: &mut Plan, near: &[Vec<usize>], random: &mut Random) -> Vec<usize> {
    let served: usize = plan.routes.iter().map(|route| route.stops.len()).sum();
    if served == 0 {
        return plan.absent.clone();
    }
    let longest = STRING_MAX.min(served.div_ceil(plan.routes.len()).max(1));
    let most = 1 + random.below(2 * BROKEN_MEAN);
    let seed = random.below(desk.case.stops);
    let mut broken = 0;
    for stop in std::iter::once(&seed).chain(&near[seed]) {
        if broken >= most {
            break;
        }
        let found = plan.routes.iter().enumerate().find_map(|(index, route)| {
            let position = route.stops.iter().position(|other| other == stop)?;
            Some((index, position))
        });
        let Some((index, position)) = found else {
            continue;
        };
        let mut stops = plan.routes[index].stops.clone();
        let length = (1 + random.below(longest.min(most - broken))).min(stops.len());
        let begin = (position + 1).saturating_sub(1 + random.below(length));
        let begin = begin.min(stops.len() - length);
        let out: Vec<usize> = stops.drain(begin..begin + length).collect();
        // Leaving out a visit can close a way: the leg between its neighbours may not exist.
        if desk.replace(plan, index, stops) {
            broken += out.len();
            plan.absent.extend(out);
        }
    }
    plan.cost = desk.cost(plan);
    plan.absent.clone()
}

/// The order in which stops look for a place: by chance, the narrowest windows first, the farthest first, or the nearest.
fn in_some_order(case: &Case, mut stops: Vec<usize>, random: &mut Random) -> Vec<usize> {
    for index in (1..stops.len()).rev() {
        stops.swap(index, random.below(index + 1));
    }
    let far = |stop: &usize| Ride::start(case, 0).leg(case, *stop);
    match random.below(11) {
        0..=3 => {}
        4..=7 => stops.sort_by_key(|stop| width(case, *stop)),
        8..=9 => stops.sort_by_key(|stop| std::cmp::Reverse(far(stop))),
        _ => stops.sort_by_key(far),
    }
    stops.sort_by_key(|stop| std::cmp::Reverse(case.worth(*stop)));
    stops
}

/// How many seconds a visit may begin in.
fn width(case: &Case, stop: usize) -> u32 {
    let windows = &case.problem.stops[stop].windows;
    if windows.is_empty() {
        return u32::MAX;
    }
    windows
        .iter()
        .map(|window| window.until - window.from)
        .sum()
}
