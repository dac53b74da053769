//! The search up from one end: over the ancestors of where it begins, each looked at once and in order.

use super::metric::Metric;
use crate::route::cost::Cost;

const NONE: u32 = u32::MAX;

/// A state from which a search climbs, and what it has cost so far (or, searching backward, still costs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    pub state: u32,
    pub cost: Cost,
}

/// Working memory for one direction, kept between searches.
#[derive(Debug, Default)]
pub(crate) struct Climb {
    round: u32,
    seen: Vec<u32>,
    cost: Vec<Cost>,
    /// The arc over which a rank was reached, [`NONE`] at a start.
    arc: Vec<u32>,
    /// The ranks looked at, ascending.
    pub ranks: Vec<u32>,
}

impl Climb {
    /// Climbs from `starts` over the arcs' costs in `weights`.
    pub fn run(&mut self, metric: &Metric, weights: &[Cost], starts: &[Start]) {
        let topology = &*metric.topology;
        self.begin(topology.states.len());
        for start in starts {
            let rank = topology.ranks[start.state as usize];
            let cost = self.cost_if_seen(rank);
            if cost.is_none_or(|known| start.cost < known) {
                self.ancestors(metric, rank);
                self.cost[rank as usize] = start.cost;
                self.arc[rank as usize] = NONE;
            }
        }
        self.ranks.sort_unstable();
        for &rank in &self.ranks {
            let cost = self.cost[rank as usize];
            if cost == Cost::NONE {
                continue;
            }
            for arc in topology.up(rank) {
                let head = topology.heads[arc] as usize;
                let through = cost.plus(weights[arc]);
                if through < self.cost[head] {
                    self.cost[head] = through;
                    self.arc[head] = arc as u32;
                }
            }
        }
    }

    fn begin(&mut self, ranks: usize) {
        if self.seen.len() != ranks || self.round == u32::MAX {
            self.round = 0;
            self.seen = vec![0; ranks];
            self.cost = vec![Cost::NONE; ranks];
            self.arc = vec![NONE; ranks];
        }
        self.round += 1;
        self.ranks.clear();
    }

    /// Lists a rank and all above it that it could lead to.
    fn ancestors(&mut self, metric: &Metric, mut rank: u32) {
        while self.seen[rank as usize] != self.round {
            self.seen[rank as usize] = self.round;
            self.cost[rank as usize] = Cost::NONE;
            self.ranks.push(rank);
            match metric.topology.up(rank).next() {
                Some(arc) => rank = metric.topology.heads[arc],
                None => break,
            }
        }
    }

    fn cost_if_seen(&self, rank: u32) -> Option<Cost> {
        (self.seen[rank as usize] == self.round).then(|| self.cost[rank as usize])
    }

    /// The cost of a rank; [`Cost::NONE`] when the search did not reach it.
    pub fn cost(&self, rank: u32) -> Cost {
        self.cost_if_seen(rank).unwrap_or(Cost::NONE)
    }

    /// Where this search and one from the other end meet best.
    pub fn meet(&self, other: &Self) -> Option<(Cost, u32)> {
        let sums = self
            .ranks
            .iter()
            .map(|rank| (self.cost(*rank).plus(other.cost(*rank)), *rank));
        sums.min().filter(|(cost, _)| *cost != Cost::NONE)
    }

    /// The arcs from a rank back to a start, and the rank of that start.
    pub fn trace(&self, metric: &Metric, mut rank: u32) -> (Vec<u32>, u32) {
        let mut arcs = Vec::new();
        loop {
            let arc = self.arc[rank as usize];
            if arc == NONE {
                return (arcs, rank);
            }
            arcs.push(arc);
            rank = metric.topology.tails[arc as usize];
        }
    }
}
