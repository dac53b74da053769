//! Engine B on a request: the hierarchy between the ends, and what may be used at the ends around it.

use super::cost::Cost;
use super::ends::{Approach, Departure};
use super::rules::Use;
use super::search::{Found, Query};
use crate::hierarchy::{Climb, Metric, unpack};

/// Working memory, kept between searches.
#[derive(Debug, Default)]
pub(super) struct Climbs {
    pub up: Climb,
    pub down: Climb,
}

/// How the best way so far goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Within one edge.
    Direct(u32),
    /// Over ways of the ends alone, from the start on: the state it starts in.
    Loose(u32),
    /// From a way around the start (the first state) straight to one around the goal.
    Around(u32, u32),
    /// From a way around the start straight to the edge of the goal.
    Last(u32, u32),
    /// Through the hierarchy over this rank.
    Over(u32),
}

/// The cheapest sequence of edges, at exactly the cost engine A finds.
pub(super) fn search(metric: &Metric, climbs: &mut Climbs, query: &Query<'_>) -> Option<Found> {
    if query.goal.met {
        return Some(Found {
            cost: Cost::ZERO,
            edges: Vec::new(),
        });
    }
    let (network, rules) = (query.network, query.rules);
    let departure = Departure::new(network, rules, &query.ends, &query.seeds);
    let approach = Approach::new(network, rules, &query.ends, &metric.topology, &query.goal);
    let mut best: Option<(Cost, Way)> = None;
    let mut offer = |cost: Cost, way: Way| {
        if cost != Cost::NONE && best.is_none_or(|known| (cost, way) < known) {
            best = Some((cost, way));
        }
    };
    if let Some((cost, edge)) = query.goal.direct(network, rules) {
        offer(cost, Way::Direct(edge));
    }
    for (state, cost) in &departure.loose {
        if let Some(rest) = approach.after(*state) {
            offer(cost.plus(rest), Way::Loose(*state));
        }
    }
    for exit in &departure.exits {
        let edge = &network.edges[exit.edge as usize];
        if let Some(rest) = approach.after(exit.state) {
            let cost = exit.cost.plus(rules.cost(edge, Use::AtEnds)).plus(rest);
            offer(cost, Way::Around(exit.from, exit.state));
        }
        for (goal, rest) in approach.edges.iter().filter(|(goal, _)| *goal == exit.edge) {
            offer(exit.cost.plus(*rest), Way::Last(exit.from, *goal));
        }
    }
    climbs.up.run(metric, &metric.up, &departure.starts());
    climbs.down.run(metric, &metric.down, &approach.starts());
    if let Some((cost, rank)) = climbs.up.meet(&climbs.down) {
        offer(cost, Way::Over(rank));
    }
    let (cost, way) = best?;
    let of = |states: Vec<u32>| -> Vec<u32> {
        states
            .iter()
            .map(|state| network.turns.edge(*state))
            .collect()
    };
    let edges = match way {
        Way::Direct(edge) => vec![edge],
        Way::Loose(state) => {
            let mut edges = vec![network.turns.edge(state)];
            edges.extend(approach.from_around(network, state));
            edges
        }
        Way::Around(from, state) => {
            let mut edges = of(departure.to_around(from));
            edges.push(network.turns.edge(state));
            edges.extend(approach.from_around(network, state));
            edges
        }
        Way::Last(from, edge) => {
            let mut edges = of(departure.to_around(from));
            edges.push(edge);
            edges
        }
        Way::Over(rank) => {
            let ranks = ranks_over(metric, climbs, rank);
            let states: Vec<u32> = ranks
                .iter()
                .map(|rank| metric.topology.states[*rank as usize])
                .collect();
            let (first, last) = (states[0], states[states.len() - 1]);
            let mut edges = of(departure.to_core(first));
            edges.extend(of(states[1..].to_vec()));
            edges.extend(approach.from_core(network, last));
            edges
        }
    };
    Some(Found { cost, edges })
}

/// The ranks of the way whose top is `rank`.
fn ranks_over(metric: &Metric, climbs: &Climbs, rank: u32) -> Vec<u32> {
    let topology = &*metric.topology;
    let (mut rising, first) = climbs.up.trace(metric, rank);
    rising.reverse();
    let mut ranks = vec![first];
    for arc in rising {
        let (low, high) = (topology.tails[arc as usize], topology.heads[arc as usize]);
        unpack(metric, low, high, &mut ranks);
    }
    for arc in climbs.down.trace(metric, rank).0 {
        let (low, high) = (topology.tails[arc as usize], topology.heads[arc as usize]);
        unpack(metric, high, low, &mut ranks);
    }
    ranks
}
