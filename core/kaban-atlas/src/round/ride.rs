//! Driving through visits one after another: when each begins, and what it has cost so far.

use super::case::Case;
use super::cost::Share;
use super::matrix::NEVER;

/// Where a ride begins.
const START: usize = usize::MAX;

/// The locked stops of each vehicle with the position each keeps, in that order.
///
/// A locked stop is the visit of its position, counted from 0; when fewer visits are made before it, the locked ones come last.
pub(super) type Locks = Vec<Vec<(usize, usize)>>;

/// A vehicle after some visits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ride {
    pub vehicle: usize,
    last: usize,
    pub time: u32,
    pub travel: u32,
    pub late: u32,
    visits: usize,
    locked: usize,
}

impl Ride {
    /// A vehicle about to leave.
    pub fn start(case: &Case, vehicle: usize) -> Self {
        Self {
            vehicle,
            last: START,
            time: case.problem.vehicles[vehicle].window.from,
            travel: 0,
            late: 0,
            visits: 0,
            locked: 0,
        }
    }

    /// A vehicle that has just left a stop.
    pub fn after(vehicle: usize, last: usize, [time, travel, late]: [u32; 3]) -> Self {
        Self {
            vehicle,
            last,
            time,
            travel,
            late,
            visits: 1,
            locked: 0,
        }
    }

    /// The stop it was at last.
    pub fn last(&self) -> Option<usize> {
        (self.last != START).then_some(self.last)
    }

    /// Seconds to a stop, or [`NEVER`].
    #[inline]
    pub fn leg(&self, case: &Case, stop: usize) -> u32 {
        if self.last == START {
            case.out(self.vehicle, stop)
        } else {
            case.leg(self.last, stop)
        }
    }

    /// Drives to a stop and makes the visit; nothing when that cannot be.
    #[inline]
    pub fn visit(mut self, case: &Case, stop: usize) -> Option<Self> {
        let leg = self.leg(case, stop);
        let begin = case.begin(stop, self.time + leg)?;
        if leg >= NEVER {
            return None;
        }
        self.time = begin.start + case.service[stop];
        self.travel += leg;
        self.late += begin.late;
        self.last = stop;
        self.visits += 1;
        Some(self)
    }

    /// Makes the locked visits whose turn it is.
    #[inline]
    pub fn locked(mut self, case: &Case, locks: &Locks) -> Option<Self> {
        while let Some((position, stop)) = locks[self.vehicle].get(self.locked) {
            if *position > self.visits {
                break;
            }
            self = self.visit(case, *stop)?;
            self.locked += 1;
        }
        Some(self)
    }

    /// Makes the locked visits that are left, and returns.
    pub fn finish(mut self, case: &Case, locks: &Locks) -> Option<Share> {
        while let Some((_, stop)) = locks[self.vehicle].get(self.locked) {
            self = self.visit(case, *stop)?;
            self.locked += 1;
        }
        self.back(case)
    }

    /// Returns.
    pub fn back(&self, case: &Case) -> Option<Share> {
        let leg = match self.last() {
            None => 0,
            Some(last) => case.back(self.vehicle, last),
        };
        let finish = self.time + leg;
        (finish <= case.problem.vehicles[self.vehicle].window.until).then_some(Share {
            used: self.last != START,
            late: self.late,
            finish,
            travel: self.travel + leg,
        })
    }
}

/// The whole order of a vehicle whose free visits are `free`.
pub(super) fn with_locked(free: &[usize], locks: &[(usize, usize)]) -> Vec<usize> {
    let mut order = Vec::with_capacity(free.len() + locks.len());
    let (mut free, mut locks) = (free.iter().copied(), locks.iter().copied().peekable());
    loop {
        let locked = locks.next_if(|(position, _)| *position <= order.len());
        let next = locked.map(|(_, stop)| stop).or_else(|| free.next());
        match next.or_else(|| locks.next().map(|(_, stop)| stop)) {
            Some(stop) => order.push(stop),
            None => return order,
        }
    }
}

/// The locks of a problem, less those that cannot be kept even when nothing else is visited.
pub(super) fn locks(case: &Case) -> (Locks, Vec<usize>) {
    let mut dropped = Vec::new();
    let locks = case.problem.given_order().into_iter().enumerate();
    let locks = locks
        .map(|(vehicle, order)| {
            let mut kept: Vec<(usize, usize)> = order
                .into_iter()
                .enumerate()
                .filter(|(_, stop)| case.problem.stops[*stop].locked)
                .collect();
            while let Some(broken) = first_broken(case, vehicle, &kept) {
                dropped.push(kept.remove(broken).1);
            }
            kept
        })
        .collect();
    (locks, dropped)
}

/// The index of the locked visit where a ride of locked visits alone breaks.
fn first_broken(case: &Case, vehicle: usize, kept: &[(usize, usize)]) -> Option<usize> {
    let mut ride = Ride::start(case, vehicle);
    for (index, (_, stop)) in kept.iter().enumerate() {
        match ride.visit(case, *stop) {
            Some(next) => ride = next,
            None => return Some(index),
        }
    }
    ride.back(case)
        .is_none()
        .then(|| kept.len().saturating_sub(1))
}
