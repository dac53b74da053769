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
            edges.extend(approach.after_around(network, state));
            edges
        }
        Way::Around(from, state) => {
            let mut edges = of(departure.to_around(from));
            edges.push(network.turns.edge(state));
            edges.extend(approach.after_around(network, state));
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
            edges.extend(approach.after_core(network, last));
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::build::{BuildOptions, from_elements};
    use crate::hierarchy::{Topology, segment_order};
    use crate::pack::Pack;
    use crate::route::manner::Manner;
    use crate::route::moves::Ends;
    use crate::route::rules::{Phase, Rules};
    use crate::route::search::tests::{TAGS, grid};
    use crate::route::search::{Goal, Scratch, Seed};
    use crate::route::{Access, Objective, Tracks};
    use crate::tables::Profile;
    use proptest::prelude::*;
    use std::sync::Arc;

    proptest! {
        #[test]
        fn any_order_gives_the_cost_engine_a_finds(
            kinds in prop::collection::vec(0..TAGS.len(), 60),
            shuffle in prop::option::of(prop::collection::vec(any::<u64>(), 60)),
            seed: u32,
        ) {
            let built = from_elements(&grid(&kinds), &BuildOptions::default()).unwrap();
            let pack = Pack::from_bytes(&built.pack).unwrap();
            let network = pack.network(Profile::Car);
            let mut order = segment_order(&network.tables);
            if let Some(keys) = shuffle {
                order.sort_by_key(|segment| keys[*segment as usize % keys.len()]);
            }
            let topology = Arc::new(Topology::new(network, &order).unwrap());
            let nodes = network.nodes.len() as u32;
            let (mut scratch, mut climbs) = (Scratch::default(), Climbs::default());
            for index in 0..24u32 {
                let manner = Manner {
                    objective: if index % 2 == 0 { Objective::Fastest } else { Objective::Shortest },
                    tracks: [Tracks::Auto, Tracks::Always, Tracks::Never][(index / 2 % 3) as usize],
                    access: if index / 6 % 2 == 0 { Access::Visiting } else { Access::Public },
                    profile: Profile::Car,
                };
                let phase = if index / 12 == 0 { Phase::Strict } else { Phase::LastResort };
                // A goal in the middle of a road has no place here to aim at.
                let rules = Rules::new(network, &manner, pack.meta().driving_side, phase).without_bound();
                let metric = Metric::new(Arc::clone(&topology), network, &rules);
                for step in 0..8u32 {
                    let draw = |factor: u32| seed.wrapping_mul(2 * (index * 8 + step) + 1).wrapping_mul(factor) >> 9;
                    let (from, to) = (draw(0x9e37_79b1) % nodes, draw(0x85eb_ca6b) % nodes);
                    let ends = Ends {
                        start: network.sphere[from as usize],
                        end: Some(network.sphere[to as usize]),
                    };
                    let whole = |edge: &u32| Seed { edge: *edge, share: 1.0 };
                    let half = |edge: &u32| Seed { edge: edge ^ 1, share: 0.5 };
                    let on_road = step % 2 == 1;
                    let leaving = network.leaving(to).iter().filter(|edge| network.is_passable(**edge ^ 1));
                    let query = Query {
                        network,
                        rules: &rules,
                        ends,
                        seeds: network.leaving(from).iter().map(whole).collect(),
                        goal: Goal {
                            node: (!on_road).then_some(to),
                            edges: if on_road { leaving.map(half).collect() } else { vec![] },
                            ..Goal::default()
                        },
                        limit: Cost::NONE,
                    };
                    let (a, b) = (scratch.search(&query), search(&metric, &mut climbs, &query));
                    prop_assert_eq!(a.map(|found| found.cost), b.map(|found| found.cost));
                }
            }
        }
    }
}
