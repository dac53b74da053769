//! A sudden call: where it fits into what is left of the day, and whom it delays by how much.

use super::RoundError;
use super::answer::begin;
use super::matrix::{NEVER, SECONDS_MAX};
use super::problem::{Id, Objective, Problem, Stop};
use serde::Serialize;

/// A vehicle's known position, where it is not simply at its last visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which vehicle, as an index.
    pub vehicle: usize,
    /// The place it is at or nearest to.
    pub place: usize,
    /// From when it can drive on, seconds of the day.
    pub free_at: u32,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The visit to fit in.
    pub stop: Stop,
    /// The moment of the call, seconds of the day: visits begun by then are done or under way.
    pub now: Option<u32>,
    /// The stops already visited, as indices; together with everything before them in their routes.
    pub done: Vec<usize>,
    /// Where vehicles are, if known.
    pub positions: Vec<Position>,
}

/// What becomes of a later visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delay {
    /// Which.
    pub id: Id,
    /// How many seconds later it begins; less than 0 if earlier.
    pub delay_s: i64,
    /// When it begins now.
    pub start_s: u32,
    /// How late that is after its last window, seconds.
    pub late_s: u32,
}

/// A place for the call in one vehicle's route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Who would go.
    pub vehicle: Id,
    /// How many visits of the route come before it.
    pub position: usize,
    /// Whether every window that was kept is still kept, and no locked visit begins later.
    pub feasible: bool,
    /// When one arrives.
    pub arrival_s: u32,
    /// When the visit begins.
    pub start_s: u32,
    /// How late that is after the call's own window, seconds.
    pub call_late_s: u32,
    /// When the vehicle is back.
    pub finish_s: u32,
    /// How many seconds later than without the call.
    pub finish_delay_s: i64,
    /// Seconds of driving more.
    pub travel_more_s: i64,
    /// Every later visit of this vehicle.
    pub delays: Vec<Delay>,
    /// Those of them that begin late and would not, or not so late, without the call.
    pub late: Vec<Id>,
    /// Seconds after the end of the vehicle's window.
    pub overtime_s: u32,
}

/// The answer: at most one place in each vehicle's route, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Insertion {
    /// The call.
    pub id: Id,
    /// The places; empty when no way leads there.
    pub choices: Vec<Choice>,
}

/// The cheapest place for a call in what is left of each vehicle's route.
///
/// `orders` is the plan, as indices of stops, vehicle by vehicle. No visit changes its order. A place where all windows are kept
/// is preferred; where there is none, the one with the fewest visits made late and then the least lateness is told, as not
/// feasible. Among equals the objective decides: the earliest return, or the least driving.
///
/// # Errors
/// When an index is not of this problem.
pub fn insert_call(
    problem: &Problem,
    orders: &[Vec<usize>],
    call: &Call,
) -> Result<Insertion, RoundError> {
    check(problem, orders, call)?;
    let mut choices: Vec<(Key, Choice)> = (0..problem.vehicles.len())
        .filter_map(|vehicle| best_of(problem, vehicle, orders.get(vehicle)?, call))
        .collect();
    choices.sort_by_key(|(key, _)| *key);
    Ok(Insertion {
        id: call.stop.id.clone(),
        choices: choices.into_iter().map(|(_, choice)| choice).collect(),
    })
}

fn check(problem: &Problem, orders: &[Vec<usize>], call: &Call) -> Result<(), RoundError> {
    let size = problem.matrix.size();
    if call.stop.place >= size {
        return Err(RoundError::new("call.place", "is no place of this round"));
    }
    if call.stop.service > SECONDS_MAX || call.now.is_some_and(|now| now > SECONDS_MAX) {
        let what = format!("a time is more than {SECONDS_MAX} seconds");
        return Err(RoundError::new("call", what));
    }
    let known = |stop: &usize| *stop < problem.stops.len();
    if orders.len() > problem.vehicles.len() || !orders.iter().flatten().all(known) {
        return Err(RoundError::new("routes", "are not of this round"));
    }
    let sound = |position: &Position| {
        position.vehicle < problem.vehicles.len()
            && position.place < size
            && position.free_at <= SECONDS_MAX
    };
    if !call.positions.iter().all(sound) {
        return Err(RoundError::new("vehicles", "are not of this round"));
    }
    Ok(())
}

/// By what places are compared: not feasible, visits made late, lateness, then the objective.
type Key = (bool, usize, u64, [i64; 2], usize, usize);

/// The times of a ride from some place on.
struct Times {
    arrivals: Vec<u32>,
    starts: Vec<u32>,
    late: Vec<u32>,
    finish: u32,
    travel: u32,
    overtime: u32,
}

fn drive<'s>(
    problem: &Problem,
    vehicle: usize,
    (mut place, mut time): (usize, u32),
    stops: impl Iterator<Item = &'s Stop>,
) -> Option<Times> {
    let vehicle = &problem.vehicles[vehicle];
    let mut times = Times {
        arrivals: Vec::new(),
        starts: Vec::new(),
        late: Vec::new(),
        finish: 0,
        travel: 0,
        overtime: 0,
    };
    for stop in stops {
        let leg = problem.matrix.raw(place, stop.place);
        if leg >= NEVER {
            return None;
        }
        let (start, late) = begin(stop, time + leg);
        times.arrivals.push(time + leg);
        times.starts.push(start);
        times.late.push(late);
        times.travel += leg;
        time = start + stop.service;
        place = stop.place;
    }
    let leg = problem.matrix.raw(place, vehicle.end);
    if leg >= NEVER {
        return None;
    }
    times.travel += leg;
    times.finish = time + leg;
    times.overtime = times.finish.saturating_sub(vehicle.window.until);
    Some(times)
}

fn best_of(
    problem: &Problem,
    vehicle: usize,
    order: &[usize],
    call: &Call,
) -> Option<(Key, Choice)> {
    let window = problem.vehicles[vehicle].window;
    let from = (problem.vehicles[vehicle].start, window.from);
    let whole: Vec<&Stop> = order.iter().map(|index| &problem.stops[*index]).collect();
    let planned = drive(problem, vehicle, from, whole.iter().copied());
    let done = done(order, call, planned.as_ref());
    let now = call.now.unwrap_or(0);
    let position = call.positions.iter().find(|one| one.vehicle == vehicle);
    let from = match (position, done.checked_sub(1), &planned) {
        (Some(position), ..) => (position.place, position.free_at.max(now)),
        (None, None, _) => (from.0, from.1.max(now)),
        (None, Some(last), Some(planned)) => {
            let stop = whole[last];
            (stop.place, (planned.starts[last] + stop.service).max(now))
        }
        (None, Some(last), None) => (whole[last].place, now.max(window.from)),
    };
    let left = &whole[done..];
    let without = drive(problem, vehicle, from, left.iter().copied())?;
    (0..=left.len())
        .filter_map(|at| {
            let stops = left[..at]
                .iter()
                .copied()
                .chain([&call.stop])
                .chain(left[at..].iter().copied());
            let with = drive(problem, vehicle, from, stops)?;
            Some(choice(
                problem,
                vehicle,
                (left, done, at),
                call,
                [&without, &with],
            ))
        })
        .min_by_key(|(key, _)| *key)
}

/// How many visits of a route are done or under way.
fn done(order: &[usize], call: &Call, planned: Option<&Times>) -> usize {
    let said = order.iter().rposition(|stop| call.done.contains(stop));
    let begun = planned.zip(call.now).map_or(0, |(times, now)| {
        times
            .starts
            .iter()
            .take_while(|start| **start <= now)
            .count()
    });
    said.map_or(0, |last| last + 1).max(begun)
}

fn choice(
    problem: &Problem,
    vehicle: usize,
    (left, done, at): (&[&Stop], usize, usize),
    call: &Call,
    [without, with]: [&Times; 2],
) -> (Key, Choice) {
    let delays: Vec<Delay> = (at..left.len())
        .map(|index| Delay {
            id: left[index].id.clone(),
            delay_s: i64::from(with.starts[index + 1]) - i64::from(without.starts[index]),
            start_s: with.starts[index + 1],
            late_s: with.late[index + 1],
        })
        .collect();
    let late: Vec<Id> = (at..left.len())
        .filter(|index| with.late[index + 1] > without.late[*index])
        .map(|index| left[index].id.clone())
        .collect();
    let broken = (at..left.len()).any(|index| {
        let (stop, delay) = (left[index], &delays[index - at]);
        stop.locked && delay.delay_s > 0 || !stop.soft && with.late[index + 1] > without.late[index]
    });
    let call_late = with.late[at];
    let feasible =
        !broken && (call_late == 0 || call.stop.soft) && with.overtime <= without.overtime;
    let lateness = with.late.iter().map(|late| u64::from(*late)).sum::<u64>()
        + u64::from(with.overtime.saturating_sub(without.overtime));
    let finish_delay_s = i64::from(with.finish) - i64::from(without.finish);
    let travel_more_s = i64::from(with.travel) - i64::from(without.travel);
    let objective = match problem.objective {
        Objective::Finish => [finish_delay_s, travel_more_s],
        Objective::Travel => [travel_more_s, finish_delay_s],
    };
    let lates = late.len() + usize::from(call_late > 0);
    let key = (!feasible, lates, lateness, objective, vehicle, at);
    let choice = Choice {
        vehicle: problem.vehicles[vehicle].id.clone(),
        position: done + at,
        feasible,
        arrival_s: with.arrivals[at],
        start_s: with.starts[at],
        call_late_s: call_late,
        finish_s: with.finish,
        finish_delay_s,
        travel_more_s,
        delays,
        late,
        overtime_s: with.overtime,
    };
    (key, choice)
}
