//! A plan with its times: when each visit begins, how late it is, and when everyone is back.

use super::matrix::NEVER;
use super::problem::{Id, Objective, Problem, Stop, Vehicle};
use serde::Serialize;

/// What is claimed of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Proved: no plan is better by the objective.
    BestPossible,
    /// The best that was found within a fixed amount of work.
    Good,
    /// The given order, with its times; nothing was looked for.
    Given,
}

/// One vehicle's visits. All lists are in the order of `order`; times are seconds of the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Who drives.
    pub vehicle: Id,
    /// The stops.
    pub order: Vec<Id>,
    /// When one arrives.
    pub arrivals_s: Vec<u32>,
    /// When the visit begins.
    pub starts_s: Vec<u32>,
    /// How many seconds after its last window the visit begins.
    pub late_s: Vec<u32>,
    /// When one leaves.
    pub departure_s: u32,
    /// When one is back; the departure if there is nothing to visit.
    pub finish_s: u32,
    /// Seconds after the end of the vehicle's window; only a given order can have them.
    pub overtime_s: u32,
    /// Seconds of driving.
    pub travel_s: u32,
    /// Seconds of waiting for windows to open.
    pub waiting_s: u32,
}

/// Why a stop is in no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its place is on no road, or that of every vehicle.
    NoRoadNear,
    /// No vehicle can drive there and back.
    Unreachable,
    /// Its windows and those of the vehicles do not allow the visit, even alone.
    Window,
    /// It does not fit beside the others.
    NoTime,
    /// The given order has no vehicle for it.
    NotAssigned,
}

/// A stop without a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unserved {
    /// Which.
    pub id: Id,
    /// Why.
    pub why: Why,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Round {
    /// One for each vehicle, also for those that stay.
    pub routes: Vec<Route>,
    /// What was made small.
    pub objective: Objective,
    /// Number of stops visited.
    pub served: usize,
    /// The stops not visited.
    pub unserved: Vec<Id>,
    /// The same, each with the reason.
    pub unserved_why: Vec<Unserved>,
    /// Seconds of lateness in all.
    pub late_s: u32,
    /// When the last vehicle that went out is back.
    pub finish_s: u32,
    /// Seconds of driving in all.
    pub travel_s: u32,
    /// Seconds of waiting in all.
    pub waiting_s: u32,
    /// What is claimed of it.
    pub quality: Quality,
}

/// The figures by which a doctor compares two plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// What was made small.
    pub objective: Objective,
    /// Number of stops visited.
    pub served: usize,
    /// Seconds of lateness in all.
    pub late_s: u32,
    /// When the last vehicle that went out is back, seconds of the day.
    pub finish_s: u32,
    /// Seconds of driving in all.
    pub travel_s: u32,
    /// Seconds of waiting in all.
    pub waiting_s: u32,
    /// What is claimed of it.
    pub quality: Quality,
}

impl Round {
    /// Its figures.
    #[must_use]
    pub fn headline(&self) -> Headline {
        Headline {
            objective: self.objective,
            served: self.served,
            late_s: self.late_s,
            finish_s: self.finish_s,
            travel_s: self.travel_s,
            waiting_s: self.waiting_s,
            quality: self.quality,
        }
    }
}

/// The plan that visits `orders`, as indices of stops, vehicle by vehicle.
///
/// Windows are kept where that only takes waiting; a visit after its windows is made late, and a stop no way leads to is left out.
pub(super) fn round(
    problem: &Problem,
    objective: Objective,
    orders: &[Vec<usize>],
    quality: Quality,
) -> Round {
    let mut visited = vec![false; problem.stops.len()];
    let routes: Vec<Route> = orders
        .iter()
        .enumerate()
        .map(|(vehicle, order)| route(problem, vehicle, order, &mut visited))
        .collect();
    let absent = |stop: &usize| !visited[*stop];
    let unserved_why: Vec<Unserved> = (0..problem.stops.len())
        .filter(absent)
        .map(|stop| Unserved {
            id: problem.stops[stop].id.clone(),
            why: why(problem, stop, quality),
        })
        .collect();
    let out = routes.iter().filter(|route| !route.order.is_empty());
    Round {
        objective,
        served: visited.iter().filter(|visited| **visited).count(),
        unserved: unserved_why.iter().map(|one| one.id.clone()).collect(),
        unserved_why,
        late_s: routes
            .iter()
            .flat_map(|route| &route.late_s)
            .fold(0, |sum: u32, late| sum.saturating_add(*late)),
        finish_s: out.map(|route| route.finish_s).max().unwrap_or_else(|| {
            let starts = problem.vehicles.iter().map(|vehicle| vehicle.window.from);
            starts.min().unwrap_or(0)
        }),
        travel_s: routes.iter().map(|route| route.travel_s).sum(),
        waiting_s: routes.iter().map(|route| route.waiting_s).sum(),
        quality,
        routes,
    }
}

fn route(problem: &Problem, index: usize, order: &[usize], visited: &mut [bool]) -> Route {
    let vehicle = &problem.vehicles[index];
    let mut route = Route {
        vehicle: vehicle.id.clone(),
        order: Vec::new(),
        arrivals_s: Vec::new(),
        starts_s: Vec::new(),
        late_s: Vec::new(),
        departure_s: vehicle.window.from,
        finish_s: vehicle.window.from,
        overtime_s: 0,
        travel_s: 0,
        waiting_s: 0,
    };
    let (mut place, mut time) = (vehicle.start, vehicle.window.from);
    for index in passable(problem, vehicle, order) {
        let stop = &problem.stops[index];
        let leg = problem.matrix.raw(place, stop.place);
        let arrival = time + leg;
        let (start, late) = begin(stop, arrival);
        visited[index] = true;
        route.order.push(stop.id.clone());
        route.arrivals_s.push(arrival);
        route.starts_s.push(start);
        route.late_s.push(late);
        route.travel_s += leg;
        route.waiting_s += start - arrival;
        time = start + stop.service;
        place = stop.place;
    }
    if !route.order.is_empty() {
        let leg = problem.matrix.raw(place, vehicle.end);
        route.travel_s += leg;
        route.finish_s = time + leg;
        route.overtime_s = route.finish_s.saturating_sub(vehicle.window.until);
    }
    route
}

/// An order less the stops no way leads to from the one before, and those at its end no way leads back from.
fn passable(problem: &Problem, vehicle: &Vehicle, order: &[usize]) -> Vec<usize> {
    let matrix = &problem.matrix;
    let mut place = vehicle.start;
    let mut kept = order.to_vec();
    kept.retain(|index| {
        let to = problem.stops[*index].place;
        let passes = matrix.raw(place, to) < NEVER;
        if passes {
            place = to;
        }
        passes
    });
    let strands = |index: &usize| matrix.raw(problem.stops[*index].place, vehicle.end) >= NEVER;
    while kept.last().is_some_and(strands) {
        kept.pop();
    }
    kept
}

/// When a visit begins, waiting for a window if one is to come, and how late that is.
pub(super) fn begin(stop: &Stop, arrival: u32) -> (u32, u32) {
    let open = stop.windows.iter().find(|window| arrival <= window.until);
    let late = stop
        .windows
        .last()
        .map_or(0, |last| arrival.saturating_sub(last.until));
    open.map_or((arrival, late), |window| (arrival.max(window.from), 0))
}

fn why(problem: &Problem, stop: usize, quality: Quality) -> Why {
    let stop = &problem.stops[stop];
    let off_road = |place: &usize| problem.matrix.off_road().contains(place);
    let stays = |vehicle: &Vehicle| off_road(&vehicle.start) || off_road(&vehicle.end);
    if off_road(&stop.place) || problem.vehicles.iter().all(stays) {
        return Why::NoRoadNear;
    }
    let legs = |vehicle: &Vehicle| {
        let out = problem.matrix.seconds(vehicle.start, stop.place)?;
        Some((out, problem.matrix.seconds(stop.place, vehicle.end)?))
    };
    if problem
        .vehicles
        .iter()
        .all(|vehicle| legs(vehicle).is_none())
    {
        return Why::Unreachable;
    }
    if quality == Quality::Given {
        return if stop.vehicle.is_some() {
            Why::Unreachable
        } else {
            Why::NotAssigned
        };
    }
    let fits = problem.vehicles.iter().any(|vehicle| {
        legs(vehicle).is_some_and(|(out, back)| {
            let (start, late) = begin(stop, vehicle.window.from + out);
            (late == 0 || stop.soft) && start + stop.service + back <= vehicle.window.until
        })
    });
    if fits { Why::NoTime } else { Why::Window }
}
