//! Visit rounds: in which order to make the day's visits, and when one is home.
//!
//! Made small in this order, in whole seconds: locked and urgent stops not served; stops not served; lateness at soft windows;
//! then by [`Objective`] the latest return, the sum of returns and the driving, or the driving first.
//! Hard windows and the vehicles' own windows are always kept by [`solve`]; a vehicle leaves when its window opens; a window
//! says when a visit may begin; waiting counts.
//!
//! Promises: [`Quality::BestPossible`] is said only of what was proved (one vehicle and at most 15 stops that are not locked,
//! or several vehicles and at most 9 stops); everything else is [`Quality::Good`], never worse than inserting stop by stop.
//! No clock is read and no float is compared: equal problems have equal answers on every device.

mod answer;
mod call;
mod case;
mod cost;
mod error;
mod exact;
mod insert;
mod matrix;
mod problem;
mod read;
mod ride;
mod search;
mod service;

pub use answer::{Headline, Quality, Round, Route, Unserved, Why};
pub use call::{Call, Choice, Delay, Insertion, Position};
pub use error::RoundError;
pub use insert::insert_call;
pub use matrix::{Matrix, PLACES_MAX, SECONDS_MAX};
pub use problem::{
    Id, Objective, Problem, STOPS_MAX, Stop, VEHICLES_MAX, Vehicle, WINDOWS_MAX, Window,
};
pub use read::{CallFile, FILE_BYTES_MAX, Legs, PlaceName, ProblemFile, read_call, read_problem};
pub use service::{SERVICE_DEFAULT_S, SERVICE_VISITS_MIN, learn_service};

use case::Case;
use ride::{Locks, with_locked};

/// From so many stops on a good order shortens the proof.
const HINT_STOPS: usize = 10;

/// Work of the search that only shortens a proof.
const HINT_WORK: u64 = 100_000;

/// The best order there is, or a good one; see the promises of this module.
#[must_use]
pub fn solve(problem: &Problem) -> Round {
    solve_for(problem, problem.objective)
}

/// The same with another objective than the problem's own, for a doctor who compares both.
#[must_use]
pub fn solve_for(problem: &Problem, objective: Objective) -> Round {
    // Kept like hard ones, soft windows make no lateness; where that still serves everyone, lateness can better nothing.
    let soft = Case::new(problem, objective, true);
    // What may have to be looked for twice has half the work each time.
    let work = search::work_max(problem.stops.len()) / if soft.soft { 2 } else { 1 };
    let strict = orders(&Case::new(problem, objective, false), work);
    let everyone = strict.0.iter().map(Vec::len).sum::<usize>() == problem.stops.len();
    let (orders, quality) = if everyone || !soft.soft {
        strict
    } else {
        orders(&soft, work)
    };
    answer::round(problem, objective, &orders, quality)
}

/// The given order as it stands: its times and lateness; no visit is moved, also where a window is missed.
#[must_use]
pub fn keep_order(problem: &Problem) -> Round {
    answer::round(
        problem,
        problem.objective,
        &problem.given_order(),
        Quality::Given,
    )
}

/// The order of every vehicle, locked stops in their places; `work` is the most that is searched where nothing is proved.
fn orders(case: &Case, work: u64) -> (Vec<Vec<usize>>, Quality) {
    let (locks, dropped) = ride::locks(case);
    let free = case.stops - case.problem.stops.iter().filter(|stop| stop.locked).count();
    let vehicles = case.problem.vehicles.len();
    let whole = |free: Vec<Vec<usize>>| -> Vec<Vec<usize>> {
        let pairs = free.iter().zip(&locks);
        pairs
            .map(|(free, locks)| with_locked(free, locks))
            .collect()
    };
    if vehicles == 1 && free <= exact::FREE_MAX {
        let hint = hint(case, &locks);
        if let Some(best) = exact::best_ride(case, &locks, &hint) {
            // Without a locked stop more urgent ones might be served: that is not looked at.
            let urgent = |stop: &usize| case.problem.stops[*stop].urgent;
            let left_out = (0..case.stops)
                .filter(urgent)
                .any(|stop| !case.problem.stops[stop].locked && !best.free.contains(&stop));
            let whole_proof = dropped.is_empty() && (free == case.stops || !left_out);
            let proved = best.proved && whole_proof;
            let quality = if proved {
                Quality::BestPossible
            } else {
                Quality::Good
            };
            return (whole(vec![best.free]), quality);
        }
    } else if free == case.stops
        && free <= exact::FLEET_STOPS_MAX
        && !case.soft
        && let Some(orders) = exact::best_fleet(case)
    {
        return (orders, Quality::BestPossible);
    }
    let found = search::search(case, &locks, work);
    let found = found.unwrap_or_else(|| vec![Vec::new(); vehicles]);
    (whole(found), Quality::Good)
}

/// An order to begin with, where all there are would be too many to compare without one.
fn hint(case: &Case, locks: &Locks) -> Vec<usize> {
    if case.stops < HINT_STOPS {
        return Vec::new();
    }
    search::search(case, locks, HINT_WORK)
        .and_then(|orders| orders.into_iter().next())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A day made of multiplications.
    fn day(seed: u64, stops: usize, vehicles: usize) -> Problem {
        let mix = |a: usize, b: usize| {
            (seed * 7_919 + a as u64 * 104_729 + b as u64 * 1_299_709) % 1_500 + 100
        };
        let row = |from| (0..=stops).map(|to| Some(mix(from, to) as u32)).collect();
        let rows: Vec<Vec<Option<u32>>> = (0..=stops).map(row).collect();
        let window = |from| Window {
            from,
            until: from + 7_200,
        };
        let stop = |place: usize| Stop {
            id: Id::Number(place as i64),
            place,
            service: 600,
            windows: if place.is_multiple_of(3) {
                vec![window(30_000 + mix(place, place) as u32 * 10)]
            } else {
                Vec::new()
            },
            soft: false,
            locked: false,
            urgent: false,
            vehicle: None,
        };
        let vehicle = |number| Vehicle {
            id: Id::Number(number),
            window: Window {
                from: 30_000,
                until: 60_000,
            },
            start: 0,
            end: 0,
        };
        let problem = Problem {
            vehicles: (0..vehicles as i64).map(vehicle).collect(),
            stops: (1..=stops).map(stop).collect(),
            matrix: Matrix::new(&rows).unwrap(),
            objective: Objective::Finish,
        };
        problem.checked().unwrap()
    }

    fn price(case: &Case, free: &[Vec<usize>]) -> (usize, cost::Cost) {
        let shares = free.iter().enumerate().map(|(vehicle, order)| {
            let start = ride::Ride::start(case, vehicle);
            let ride = order
                .iter()
                .try_fold(start, |ride, stop| ride.visit(case, *stop));
            ride.and_then(|ride| ride.back(case)).unwrap()
        });
        let served: usize = free.iter().map(Vec::len).sum();
        (
            case.stops - served,
            cost::Cost::of(case.objective, 0, shares),
        )
    }

    #[test]
    fn the_search_is_never_worse_than_insertion_nor_better_than_the_proof() {
        for seed in 0..6 {
            for (stops, vehicles) in [(8, 1), (8, 2), (18, 2)] {
                let problem = day(seed, stops, vehicles);
                for objective in [Objective::Finish, Objective::Travel] {
                    let case = Case::new(&problem, objective, false);
                    let locks = ride::locks(&case).0;
                    let inserted = search::insertion_only(&case, &locks).unwrap();
                    let searched = search::search(&case, &locks, 200_000).unwrap();
                    assert!(price(&case, &searched) <= price(&case, &inserted));
                    let (best, quality) = orders(&case, 200_000);
                    if quality == Quality::BestPossible {
                        assert!(price(&case, &best) <= price(&case, &searched));
                    }
                }
            }
        }
    }
}
