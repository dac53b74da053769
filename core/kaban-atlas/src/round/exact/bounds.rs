//! From the end backwards: the latest moment to be done with a set, and the least driving that is left.

use super::super::matrix::NEVER;
use super::earliest::bits;
use super::lattice::{Lattice, ROW, Row};

/// Nothing leads on from here in time.
const DEAD: i32 = -(1 << 30);

/// What is left after each set and last visit, for those who serve a worth and are back in time.
pub(super) struct Bounds {
    latest: Vec<[i32; ROW]>,
    driving: Vec<Row>,
}

impl Bounds {
    /// For all sets of `worth` from which one is back at `limit`; states that even the earliest reaches too late are left out.
    pub fn new(lattice: &Lattice, ends: &[Row], worth: u32, limit: u32) -> Self {
        let sets = lattice.sets();
        let mut latest = vec![[DEAD; ROW]; sets];
        let mut driving = vec![[NEVER; ROW]; sets];
        for set in (1..sets).rev() {
            let visits = set.count_ones() as usize;
            let mut arrivals = [DEAD; ROW];
            let mut left = [NEVER; ROW];
            for next in bits(!set & (sets - 1)) {
                let with = set | 1 << next;
                let done = latest[with][next];
                if done == DEAD {
                    continue;
                }
                if let Some(arrival) = lattice.latest_arrival(visits + 1, next, done as u32) {
                    arrivals[next] = arrival as i32;
                    left[next] = driving[with][next] + lattice.driving_after(visits + 1, next);
                }
            }
            let is_goal = lattice.worth[set] == worth;
            for last in bits(set) {
                let end = ends[set][last];
                if end >= NEVER {
                    continue;
                }
                let close = is_goal
                    .then(|| lattice.latest_close(visits, last, limit))
                    .flatten();
                let (mut moment, mut travel) =
                    close.map_or((DEAD, NEVER), |(moment, travel)| (moment as i32, travel));
                let legs = lattice.onward(visits, last);
                for next in 0..ROW {
                    moment = moment.max(arrivals[next] - legs[next] as i32);
                    travel = travel.min(left[next] + legs[next]);
                }
                if moment >= end as i32 {
                    latest[set][last] = moment;
                    driving[set][last] = travel;
                }
            }
        }
        Self { latest, driving }
    }

    /// The least driving left after `last` of `set` for one who is done at `time`; nothing when it is too late.
    #[inline]
    pub fn driving(&self, set: usize, last: usize, time: u32) -> Option<u32> {
        (self.latest[set][last] >= time as i32).then(|| self.driving[set][last])
    }
}
