//! Orders of visits that none other beats in time, driving and lateness at once, kept by set and last visit.

use super::super::cost::{Cost, Share};
use super::super::ride::Ride;
use super::bounds::Bounds;
use super::cost;
use super::earliest::{Goal, bits};
use super::lattice::{Lattice, ROW};

/// Most labels of one search (24 bytes each). Where this is not enough, nothing is claimed to be proved.
const LABELS_MAX: usize = 1 << 20;

/// No label.
const NONE: u32 = u32::MAX;

/// How one can be done with a set.
#[derive(Clone, Copy)]
struct Label {
    time: u32,
    travel: u32,
    late: u32,
    /// The visit made last, as a bit's number.
    last: u32,
    parent: u32,
    /// The next label of the same set and last visit.
    next: u32,
}

/// The labels of all sets.
pub(super) struct Labels {
    all: Vec<Label>,
    heads: Vec<[u32; ROW]>,
    /// Whether there was room for every one.
    pub complete: bool,
}

/// What a search for something better than `known` found.
pub(super) struct Found {
    pub order: Option<Vec<usize>>,
    pub proved: bool,
}

/// The best order that reaches `goal` and is within `bounds`, if it is better than `known`.
pub(super) fn best(lattice: &Lattice, bounds: &Bounds, goal: &Goal, known: Share) -> Found {
    let (worth, floor) = (goal.worth, goal.finish);
    let case = lattice.case;
    let known = cost(case, known);
    let keep = |set: usize, last: usize, ride: &Ride| {
        let Some(left) = bounds.driving(set, last, ride.time) else {
            return false;
        };
        let travel = ride.travel + left;
        // Waiting and service come on top, and nobody is back before the goal's earliest.
        let bound = Share {
            used: true,
            late: ride.late,
            finish: (ride.time + left).max(floor),
            travel,
        };
        cost(case, bound) < known
    };
    let mut best: (Cost, u32) = (known, NONE);
    let labels = Labels::of(lattice, keep, |set, label, share| {
        if lattice.worth[set] == worth {
            best = best.min((cost(case, share), label));
        }
    });
    Found {
        order: (best.1 != NONE).then(|| labels.order(lattice, best.1)),
        proved: labels.complete,
    }
}

impl Labels {
    /// All labels that `keep` lets live, sets before those that contain them; `closed` hears of each one's return.
    pub fn of(
        lattice: &Lattice,
        keep: impl Fn(usize, usize, &Ride) -> bool,
        mut closed: impl FnMut(usize, u32, Share),
    ) -> Self {
        let mut labels = Self {
            all: Vec::new(),
            heads: vec![[NONE; ROW]; lattice.sets()],
            complete: true,
        };
        let everything = lattice.sets() - 1;
        for next in bits(everything) {
            labels.extend(lattice, 0, lattice.root, NONE, next, &keep);
        }
        for set in 1..lattice.sets() {
            let visits = set.count_ones() as usize;
            for last in bits(set) {
                let mut at = labels.heads[set][last];
                while at != NONE {
                    let Label {
                        time,
                        travel,
                        late,
                        next: following,
                        ..
                    } = labels.all[at as usize];
                    let standing = lattice.standing(visits, last);
                    let ride = Ride::after(lattice.vehicle, standing, [time, travel, late]);
                    if let Some(share) = lattice.close(visits, ride) {
                        closed(set, at, share);
                    }
                    for next in bits(!set & everything) {
                        labels.extend(lattice, set, ride, at, next, &keep);
                    }
                    at = following;
                }
            }
        }
        labels
    }

    fn extend(
        &mut self,
        lattice: &Lattice,
        set: usize,
        ride: Ride,
        parent: u32,
        next: usize,
        keep: &impl Fn(usize, usize, &Ride) -> bool,
    ) {
        let case = lattice.case;
        let with = set | 1 << next;
        let Some(mut ride) = ride.visit(case, lattice.free[next]) else {
            return;
        };
        for stop in lattice.after(with.count_ones() as usize) {
            match ride.visit(case, *stop) {
                Some(on) => ride = on,
                None => return,
            }
        }
        if keep(with, next, &ride) && self.survives(with, next, &ride) {
            self.push(with, next, &ride, parent);
        }
    }

    /// Whether no label of the same state is as good in everything; those that are beaten go.
    fn survives(&mut self, set: usize, last: usize, ride: &Ride) -> bool {
        let (mut at, mut before) = (self.heads[set][last], NONE);
        while at != NONE {
            let label = self.all[at as usize];
            if label.time <= ride.time && label.travel <= ride.travel && label.late <= ride.late {
                return false;
            }
            if ride.time <= label.time && ride.travel <= label.travel && ride.late <= label.late {
                match before {
                    NONE => self.heads[set][last] = label.next,
                    before => self.all[before as usize].next = label.next,
                }
            } else {
                before = at;
            }
            at = label.next;
        }
        true
    }

    fn push(&mut self, set: usize, last: usize, ride: &Ride, parent: u32) {
        if self.all.len() >= LABELS_MAX {
            self.complete = false;
            return;
        }
        let label = Label {
            time: ride.time,
            travel: ride.travel,
            late: ride.late,
            last: last as u32,
            parent,
            next: self.heads[set][last],
        };
        self.heads[set][last] = self.all.len() as u32;
        self.all.push(label);
    }

    /// The stops of a label, in order.
    pub fn order(&self, lattice: &Lattice, label: u32) -> Vec<usize> {
        let mut order = Vec::new();
        let mut at = label;
        while at != NONE {
            let label = self.all[at as usize];
            order.push(lattice.free[label.last as usize]);
            at = label.parent;
        }
        order.reverse();
        order
    }
}
