//! All sets of free visits of one vehicle, each with the visit made last; the locked visits in their places between.

use super::super::case::Case;
use super::super::cost::Share;
use super::super::matrix::NEVER;
use super::super::ride::{Locks, Ride};

/// Most free stops whose sets are looked at one by one.
pub(in super::super) const FREE_MAX: usize = 15;

/// Room for one set's last visits, so that a row is a whole number of vector registers.
pub(super) const ROW: usize = 16;

/// Times by last visit.
pub(super) type Row = [u32; ROW];

pub(super) struct Lattice<'c, 'p> {
    pub case: &'c Case<'p>,
    pub vehicle: usize,
    /// The stop of each bit of a set.
    pub free: Vec<usize>,
    /// The ride after the locked visits that come first.
    pub root: Ride,
    /// The locked visits right after so many free ones.
    after: Vec<Vec<usize>>,
    /// The locked visits still to make when so many free ones were the last.
    tail: Vec<Vec<usize>>,
    /// `out[from][to]`, and `into[to][from]`.
    out: Vec<Row>,
    into: Vec<Row>,
    pub worth: Vec<u32>,
}

impl<'c, 'p> Lattice<'c, 'p> {
    /// Over the stops of `case` that are not locked, which are at most [`FREE_MAX`]. Nothing when the first locked visits cannot be made.
    pub fn new(case: &'c Case<'p>, locks: &Locks, vehicle: usize) -> Option<Self> {
        let locks = &locks[vehicle];
        let free: Vec<usize> = (0..case.stops)
            .filter(|stop| !case.problem.stops[*stop].locked)
            .collect();
        let count = free.len();
        let (mut after, mut tail): (Vec<Vec<usize>>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        let (mut position, mut made) = (0, 0);
        for _ in 0..=count {
            let first = made;
            while locks.get(made).is_some_and(|(at, _)| *at <= position) {
                made += 1;
                position += 1;
            }
            let stops = |range: &[(usize, usize)]| range.iter().map(|(_, stop)| *stop).collect();
            after.push(stops(&locks[first..made]));
            tail.push(stops(&locks[made..]));
            position += 1;
        }
        let mut root = Ride::start(case, vehicle);
        for stop in &after[0] {
            root = root.visit(case, *stop)?;
        }
        let row = |leg: &dyn Fn(usize) -> u32| {
            let mut row = [NEVER; ROW];
            for (cell, stop) in row.iter_mut().zip(&free) {
                *cell = leg(*stop);
            }
            row
        };
        let out = free
            .iter()
            .map(|from| row(&|to| case.leg(*from, to)))
            .collect();
        let into = free
            .iter()
            .map(|to| row(&|from| case.leg(from, *to)))
            .collect();
        let mut worth = vec![0; 1 << count];
        for set in 1usize..1 << count {
            let bit = set.trailing_zeros() as usize;
            worth[set] = worth[set & (set - 1)] + case.worth(free[bit]);
        }
        Some(Self {
            case,
            vehicle,
            free,
            root,
            after,
            tail,
            out,
            into,
            worth,
        })
    }

    pub fn sets(&self) -> usize {
        1 << self.free.len()
    }

    /// The locked visits right after the visit that makes `visits` free ones.
    pub fn after(&self, visits: usize) -> &[usize] {
        &self.after[visits]
    }

    /// The stop a vehicle stands at after the visit `last` that made `visits` free ones.
    pub fn standing(&self, visits: usize, last: usize) -> usize {
        self.after[visits]
            .last()
            .copied()
            .unwrap_or(self.free[last])
    }

    /// The earliest arrival at `to` from the ends of a set of `visits` visits.
    #[inline]
    pub fn arrival(&self, visits: usize, ends: &Row, to: usize) -> u32 {
        if self.after[visits].is_empty() {
            let times = ends.iter().zip(&self.into[to]).map(|(end, leg)| end + leg);
            times.fold(NEVER, u32::min)
        } else {
            let end = ends.iter().copied().fold(NEVER, u32::min);
            end + self.case.leg(self.standing(visits, 0), self.free[to])
        }
    }

    /// Driving times from where one stands after `last` to every free stop.
    #[inline]
    pub fn onward(&self, visits: usize, last: usize) -> Row {
        if self.after[visits].is_empty() {
            return self.out[last];
        }
        let from = self.standing(visits, last);
        let mut row = [NEVER; ROW];
        for (cell, to) in row.iter_mut().zip(&self.free) {
            *cell = self.case.leg(from, *to);
        }
        row
    }

    /// When the visit `last` that makes `visits`, with the locked ones after it, is done by one who arrives at `time`; or [`NEVER`].
    #[inline]
    pub fn done(&self, visits: usize, last: usize, time: u32) -> u32 {
        let case = self.case;
        let mut stop = self.free[last];
        let Some(begin) = case.begin(stop, time) else {
            return NEVER;
        };
        let mut time = begin.start + case.service[stop];
        for next in &self.after[visits] {
            let Some(begin) = case.begin(*next, time + case.leg(stop, *next)) else {
                return NEVER;
            };
            time = begin.start + case.service[*next];
            stop = *next;
        }
        if time > case.problem.vehicles[self.vehicle].window.until {
            return NEVER;
        }
        time
    }

    /// The latest arrival at `last` of one who must be done, locked visits after it included, at `deadline`; nothing if there is none.
    pub fn latest_arrival(&self, visits: usize, last: usize, deadline: u32) -> Option<u32> {
        self.latest_of(&self.after[visits], self.free[last], deadline)
    }

    /// The latest arrival at `first`, from which `then` follow, done at `deadline`.
    fn latest_of(&self, then: &[usize], first: usize, deadline: u32) -> Option<u32> {
        let mut deadline = deadline;
        for (index, stop) in then.iter().enumerate().rev() {
            let before = index.checked_sub(1).map_or(first, |index| then[index]);
            deadline = self.latest_start(*stop, deadline)?;
            deadline = deadline.checked_sub(self.case.leg(before, *stop))?;
        }
        self.latest_start(first, deadline)
    }

    fn latest_start(&self, stop: usize, deadline: u32) -> Option<u32> {
        let start = deadline.checked_sub(self.case.service[stop])?;
        self.case.latest(stop, start)
    }

    /// The latest moment to leave where one stands after `last`, to make the locked visits left and be back at `limit`; with the driving.
    pub fn latest_close(&self, visits: usize, last: usize, limit: u32) -> Option<(u32, u32)> {
        let standing = self.standing(visits, last);
        let tail = &self.tail[visits];
        let end = tail.last().copied().unwrap_or(standing);
        let back = self.case.back(self.vehicle, end);
        let deadline = limit.checked_sub(back)?;
        let Some((first, then)) = tail.split_first() else {
            return Some((deadline, back));
        };
        let leg = self.case.leg(standing, *first);
        let arrival = self.latest_of(then, *first, deadline)?;
        let inner = tail.windows(2).map(|pair| self.case.leg(pair[0], pair[1]));
        Some((arrival.checked_sub(leg)?, leg + inner.sum::<u32>() + back))
    }

    /// Driving between the locked visits right after `last`.
    pub fn driving_after(&self, visits: usize, last: usize) -> u32 {
        let mut stop = self.free[last];
        let mut travel = 0;
        for next in &self.after[visits] {
            travel += self.case.leg(stop, *next);
            stop = *next;
        }
        travel
    }

    /// The ride's return after its last free visit, the locked visits left made first.
    pub fn close(&self, visits: usize, mut ride: Ride) -> Option<Share> {
        for stop in &self.tail[visits] {
            ride = ride.visit(self.case, *stop)?;
        }
        ride.back(self.case)
    }
}
