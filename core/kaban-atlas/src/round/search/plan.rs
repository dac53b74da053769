//! A plan in the making: the free visits of every vehicle in order, and what is left out.

use super::super::case::Case;
use super::super::cost::{Cost, Share};
use super::super::ride::{Locks, Ride};
use std::cell::Cell;

/// One vehicle's free visits.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub stops: Vec<usize>,
    /// The ride before each visit, and after the last.
    rides: Vec<Ride>,
    pub share: Share,
}

/// All of them.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub routes: Vec<Route>,
    pub absent: Vec<usize>,
    pub cost: Cost,
}

/// The problem, its locks, and the work done so far.
pub(super) struct Desk<'c, 'p> {
    pub case: &'c Case<'p>,
    pub locks: &'c Locks,
    /// Visits driven to while trying.
    pub work: Cell<u64>,
}

/// A part of an order, forwards or backwards.
pub(super) type Piece<'a> = (&'a [usize], bool);

impl Desk<'_, '_> {
    /// The share of a vehicle that goes on from `ride` through `pieces`.
    pub fn drive(&self, mut ride: Ride, pieces: &[Piece]) -> Option<Share> {
        let mut work = 1;
        let mut on = |stop: usize| {
            work += 1;
            ride = ride.visit(self.case, stop)?.locked(self.case, self.locks)?;
            Some(())
        };
        let mut through = || {
            for (stops, backwards) in pieces {
                if *backwards {
                    for stop in stops.iter().rev() {
                        on(*stop)?;
                    }
                } else {
                    for stop in *stops {
                        on(*stop)?;
                    }
                }
            }
            Some(())
        };
        let found = through();
        self.work.set(self.work.get() + work);
        found?;
        ride.finish(self.case, self.locks)
    }

    /// A route through `stops`.
    pub fn route(&self, vehicle: usize, stops: Vec<usize>) -> Option<Route> {
        let mut ride = Ride::start(self.case, vehicle).locked(self.case, self.locks)?;
        let mut rides = Vec::with_capacity(stops.len() + 1);
        rides.push(ride);
        for stop in &stops {
            ride = ride
                .visit(self.case, *stop)?
                .locked(self.case, self.locks)?;
            rides.push(ride);
        }
        self.work.set(self.work.get() + stops.len() as u64);
        let share = ride.finish(self.case, self.locks)?;
        Some(Route {
            stops,
            rides,
            share,
        })
    }

    /// A plan that visits nothing but what is locked.
    pub fn empty(&self, absent: Vec<usize>) -> Option<Plan> {
        let vehicles = 0..self.case.problem.vehicles.len();
        let routes: Option<Vec<Route>> = vehicles
            .map(|vehicle| self.route(vehicle, Vec::new()))
            .collect();
        let mut plan = Plan {
            routes: routes?,
            absent,
            cost: Cost::of(self.case.objective, 0, std::iter::empty()),
        };
        plan.cost = self.cost(&plan);
        Some(plan)
    }

    /// What a plan costs.
    pub fn cost(&self, plan: &Plan) -> Cost {
        self.cost_with(plan, &[])
    }

    /// What a plan costs when some vehicles have other shares.
    pub fn cost_with(&self, plan: &Plan, others: &[(usize, Share)]) -> Cost {
        let missed = plan
            .absent
            .iter()
            .map(|stop| u64::from(self.case.worth(*stop)))
            .sum();
        let shares = plan.routes.iter().enumerate().map(|(index, route)| {
            let other = others.iter().find(|(vehicle, _)| *vehicle == index);
            other.map_or(route.share, |(_, share)| *share)
        });
        Cost::of(self.case.objective, missed, shares)
    }

    /// Puts another order in a vehicle's place; whether that can be driven.
    pub fn replace(&self, plan: &mut Plan, vehicle: usize, stops: Vec<usize>) -> bool {
        let Some(route) = self.route(vehicle, stops) else {
            return false;
        };
        plan.routes[vehicle] = route;
        plan.cost = self.cost(plan);
        true
    }
}

impl Route {
    /// The ride just before the visit at `position`.
    pub fn before(&self, position: usize) -> Ride {
        self.rides[position]
    }
}
