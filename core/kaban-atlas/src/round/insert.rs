//! A sudden call: where it fits into what is left of the day, and whom it delays by how much.

use super::RoundError;
use super::answer::begin;
use super::call::{Call, Choice, Delay, Insertion, Position};
use super::matrix::{NEVER, SECONDS_MAX};
use super::problem::{Id, Objective, Problem, Stop, WINDOWS_MAX, at_most, window};

/// The cheapest place for a call in what is left of each vehicle's route.
///
/// `orders` is the plan, as indices of stops, vehicle by vehicle. No visit changes its order. A place where all windows are kept
/// is preferred; where there is none, the one with the fewest visits made late and then the least lateness is told, as not
/// feasible. Among equals the objective decides: by `finish` when the last of all vehicles is back, then the least delay of the
/// one that goes, then the least driving; by `travel` the least driving first.
///
/// # Errors
/// When an index is not of this problem.
pub fn insert_call(
    problem: &Problem,
    orders: &[Vec<usize>],
    call: &Call,
) -> Result<Insertion, RoundError> {
    check(problem, orders, call)?;
    let left: Vec<Option<Left>> = orders
        .iter()
        .enumerate()
        .map(|(vehicle, order)| Left::of(problem, vehicle, order, call))
        .collect();
    let latest_other = |vehicle: usize| {
        let others = left.iter().flatten().filter(|left| left.vehicle != vehicle);
        others.filter_map(Left::planned_return).max().unwrap_or(0)
    };
    let mut choices: Vec<(Key, Choice)> = left
        .iter()
        .flatten()
        .filter_map(|left| left.best(problem, call, latest_other(left.vehicle)))
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
    at_most("call.window", call.stop.windows.len(), WINDOWS_MAX)?;
    for one in &call.stop.windows {
        window("call.window", *one)?;
    }
    if !call.stop.windows.is_sorted() {
        let what = "has windows that are not in their order";
        return Err(RoundError::new("call.window", what));
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
type Key = (bool, usize, u64, [i64; 3], usize, usize);

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

/// What is left of one vehicle's day.
struct Left<'p> {
    vehicle: usize,
    /// Where it can go on from, and when.
    from: (usize, u32),
    /// How many visits are done or under way.
    done: usize,
    stops: Vec<&'p Stop>,
    /// The times without the call.
    without: Times,
}

impl<'p> Left<'p> {
    /// Nothing when the plan itself cannot be driven on.
    fn of(problem: &'p Problem, vehicle: usize, order: &[usize], call: &Call) -> Option<Self> {
        let window = problem.vehicles[vehicle].window;
        let from = (problem.vehicles[vehicle].start, window.from);
        let mut stops: Vec<&Stop> = order.iter().map(|index| &problem.stops[*index]).collect();
        let planned = drive(problem, vehicle, from, stops.iter().copied());
        let done = done(order, call, planned.as_ref());
        let now = call.now.unwrap_or(0);
        let position = call.positions.iter().find(|one| one.vehicle == vehicle);
        let from = match (position, done.checked_sub(1), &planned) {
            (Some(position), ..) => (position.place, position.free_at.max(now)),
            (None, None, _) => (from.0, from.1.max(now)),
            (None, Some(last), Some(planned)) => {
                let stop = stops[last];
                (stop.place, (planned.starts[last] + stop.service).max(now))
            }
            (None, Some(last), None) => (stops[last].place, now.max(window.from)),
        };
        let stops = stops.split_off(done);
        let without = drive(problem, vehicle, from, stops.iter().copied())?;
        Some(Self {
            vehicle,
            from,
            done,
            stops,
            without,
        })
    }

    /// When it is back without the call, if it goes out at all.
    fn planned_return(&self) -> Option<u32> {
        (self.done + self.stops.len() > 0).then_some(self.without.finish)
    }

    /// The best place in it for a call, when the last of the other vehicles is back at `latest_other`.
    fn best(&self, problem: &Problem, call: &Call, latest_other: u32) -> Option<(Key, Choice)> {
        let places = (0..=self.stops.len()).filter_map(|at| {
            let (before, after) = self.stops.split_at(at);
            let stops = before.iter().copied().chain([&call.stop]);
            let stops = stops.chain(after.iter().copied());
            let with = drive(problem, self.vehicle, self.from, stops)?;
            Some(choice(problem, self, at, call, &with, latest_other))
        });
        places.min_by_key(|(key, _)| *key)
    }
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
    plan: &Left,
    at: usize,
    call: &Call,
    with: &Times,
    latest_other: u32,
) -> (Key, Choice) {
    let (left, without) = (&plan.stops, &plan.without);
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
    let latest = i64::from(with.finish.max(latest_other));
    let objective = match problem.objective {
        Objective::Finish => [latest, finish_delay_s, travel_more_s],
        Objective::Travel => [travel_more_s, latest, finish_delay_s],
    };
    let lates = late.len() + usize::from(call_late > 0);
    let key = (!feasible, lates, lateness, objective, plan.vehicle, at);
    let choice = Choice {
        vehicle: problem.vehicles[plan.vehicle].id.clone(),
        position: plan.done + at,
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
