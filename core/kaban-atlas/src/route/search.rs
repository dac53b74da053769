//! The search itself: A* over edges, turn rules included.
//!
//! Labels belong to turn states, not to nodes, so a forbidden turn never hides a permitted one. Ways that may be used at the ends
//! only are a second layer of states: once such a way is entered from an ordinary road, the route stays on them to its end.
//! The bound is the straight line at the best pace of the network; labels may be improved after they were looked at, so the
//! answer is exact with any bound that is never too high.

use super::rules::{Pass, Rules, Use};
use crate::network::Network;
use crate::turns::Exception;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An edge of which only a share of the length is driven: the end of it at the start, the beginning of it at the goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seed {
    pub edge: u32,
    pub share: f64,
}

/// Where a search may stop.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Goal {
    /// Any edge into this node, or
    pub node: Option<u32>,
    /// the beginning of one of these edges, or
    pub edges: Vec<Seed>,
    /// a stretch within the edge the search starts on.
    pub direct: Vec<Seed>,
    /// The goal is the start.
    pub met: bool,
}

pub(super) struct Query<'q> {
    pub network: &'q Network,
    pub rules: &'q Rules,
    pub seeds: Vec<Seed>,
    pub goal: Goal,
}

const NONE: u32 = u32::MAX;
/// Stands for the goal in the queue.
const GOAL: u32 = u32::MAX - 1;

#[derive(Clone, Copy, Debug, Default)]
struct Label {
    /// The search this label belongs to.
    round: u32,
    cost: u32,
    /// Cost plus bound, as queued.
    key: u32,
    parent: u32,
}

/// Working memory, kept between searches.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    labels: Vec<Label>,
    queue: BinaryHeap<Reverse<(u32, u32)>>,
    round: u32,
    goal: Option<Arrival>,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    cost: u32,
    /// State before the last edge, [`NONE`] on a direct stretch.
    parent: u32,
    /// The edge on which the goal lies; [`NONE`] when it is the node at the parent's end.
    edge: u32,
}

/// A label taken from the queue, or the edge it leads on to.
#[derive(Clone, Copy, Debug)]
struct Position {
    entry: u32,
    state: u32,
    edge: u32,
    /// In the layer of ways used at the far end only.
    far: bool,
    cost: u32,
}

impl Scratch {
    /// The cheapest sequence of edges, `None` when nothing leads there.
    pub fn search(&mut self, query: &Query<'_>) -> Option<Vec<u32>> {
        if query.goal.met {
            return Some(Vec::new());
        }
        let states = query.network.turns.states() as u32;
        self.begin(states as usize * 2);
        for seed in &query.goal.direct {
            let usage = query
                .rules
                .usage(query.network, &query.network.edges[seed.edge as usize]);
            if usage != Use::Closed {
                self.arrive(Arrival {
                    cost: part(query, seed, usage),
                    parent: NONE,
                    edge: seed.edge,
                });
            }
        }
        for seed in &query.seeds {
            let usage = query
                .rules
                .usage(query.network, &query.network.edges[seed.edge as usize]);
            if usage != Use::Closed {
                self.improve(query, seed.edge, seed.edge, part(query, seed, usage), NONE);
            }
        }
        while let Some(Reverse((key, entry))) = self.queue.pop() {
            if entry == GOAL {
                break;
            }
            let label = self.labels[entry as usize];
            if key > label.key {
                continue;
            }
            // The second layer repeats all states for ways at the far end.
            let (state, far) = if entry >= states {
                (entry - states, true)
            } else {
                (entry, false)
            };
            let edge = query.network.turns.edge(state);
            if query.goal.node == Some(query.network.edges[edge as usize].head) {
                self.goal = Some(Arrival {
                    cost: label.cost,
                    parent: entry,
                    edge: NONE,
                });
                break;
            }
            self.expand(
                query,
                Position {
                    entry,
                    state,
                    edge,
                    far,
                    cost: label.cost,
                },
            );
        }
        self.goal.map(|arrival| self.trace(query, arrival))
    }

    fn begin(&mut self, states: usize) {
        if self.labels.len() != states || self.round == u32::MAX {
            self.labels.clear();
            self.labels.resize(states, Label::default());
            self.round = 0;
        }
        self.round += 1;
        self.queue.clear();
        self.goal = None;
    }

    fn expand(&mut self, query: &Query<'_>, at: Position) {
        let (network, rules) = (query.network, query.rules);
        let here = &network.edges[at.edge as usize];
        let from = rules.usage(network, here);
        let exceptions = network.turns.exceptions(at.state);
        let mut led_on = false;
        let pass = rules.pass(network.nodes[here.head as usize]);
        if pass != Pass::Never {
            let gate = if let Pass::At(gate) = pass { gate } else { 0 };
            for &edge in network
                .leaving(here.head)
                .iter()
                .filter(|edge| **edge != at.edge ^ 1)
            {
                let Some(state) = turn(exceptions, edge, rules.reference) else {
                    continue;
                };
                let there = &network.edges[edge as usize];
                let usage = rules.usage(network, there);
                let Some(far) = layer(from, usage, at.far) else {
                    continue;
                };
                led_on = true;
                let turn = rules.turn_cost(rules.turn_time(network, here, there));
                let cost = at.cost.saturating_add(turn).saturating_add(gate);
                self.step(
                    query,
                    at.entry,
                    Position {
                        edge,
                        state,
                        far,
                        cost,
                        ..at
                    },
                    usage,
                );
            }
        }
        // Turning round is for the ends of roads; the reference rules know no turning round.
        let edge = at.edge ^ 1;
        if !led_on && !rules.reference && network.is_passable(edge) {
            let Some(state) = turn(exceptions, edge, rules.reference) else {
                return;
            };
            let usage = rules.usage(network, &network.edges[edge as usize]);
            let Some(far) = layer(from, usage, at.far) else {
                return;
            };
            let cost = at.cost.saturating_add(rules.turn_cost(rules.u_turn_time()));
            self.step(
                query,
                at.entry,
                Position {
                    edge,
                    state,
                    far,
                    cost,
                    ..at
                },
                usage,
            );
        }
    }

    /// Goes from the label `parent` on to the beginning of an edge, and along it.
    fn step(&mut self, query: &Query<'_>, parent: u32, next: Position, usage: Use) {
        let Position {
            edge,
            state,
            far,
            cost,
            ..
        } = next;
        for seed in query.goal.edges.iter().filter(|seed| seed.edge == edge) {
            let cost = cost.saturating_add(part(query, seed, usage));
            self.arrive(Arrival { cost, parent, edge });
        }
        let whole = query.rules.cost(&query.network.edges[edge as usize], usage);
        let entry = if far {
            state + query.network.turns.states() as u32
        } else {
            state
        };
        self.improve(query, entry, edge, cost.saturating_add(whole), parent);
    }

    fn improve(&mut self, query: &Query<'_>, entry: u32, edge: u32, cost: u32, parent: u32) {
        let label = &mut self.labels[entry as usize];
        if (label.round == self.round && label.cost <= cost) || cost == u32::MAX {
            return;
        }
        let key = cost.saturating_add(
            query
                .rules
                .bound(query.network, query.network.edges[edge as usize].head),
        );
        *label = Label {
            round: self.round,
            cost,
            key,
            parent,
        };
        self.queue.push(Reverse((key, entry)));
    }

    fn arrive(&mut self, arrival: Arrival) {
        if arrival.cost != u32::MAX && self.goal.is_none_or(|known| arrival.cost < known.cost) {
            self.goal = Some(arrival);
            self.queue.push(Reverse((arrival.cost, GOAL)));
        }
    }

    fn trace(&self, query: &Query<'_>, arrival: Arrival) -> Vec<u32> {
        let states = query.network.turns.states() as u32;
        let mut edges = Vec::new();
        if arrival.edge != NONE {
            edges.push(arrival.edge);
        }
        let mut entry = arrival.parent;
        while entry != NONE {
            edges.push(query.network.turns.edge(if entry >= states {
                entry - states
            } else {
                entry
            }));
            entry = self.labels[entry as usize].parent;
        }
        edges.reverse();
        edges
    }
}

/// The state after `next`, `None` when the turn is forbidden.
fn turn(exceptions: &[(u32, Exception)], next: u32, reference: bool) -> Option<u32> {
    let found = exceptions
        .iter()
        .find(|(edge, _)| *edge == next)
        .map(|(_, exception)| *exception);
    match found {
        Some(Exception::Banned { plain }) if plain || !reference => None,
        Some(Exception::Goto(state)) if !reference => Some(state),
        _ => Some(next),
    }
}

/// Whether the next edge lies in the far layer; `None` when its use is not permitted from here.
fn layer(from: Use, to: Use, far: bool) -> Option<bool> {
    match (from, to) {
        (_, Use::Closed) => None,
        (Use::AtEnds, Use::AtEnds) => Some(far),
        (_, Use::AtEnds) => Some(true),
        (_, _) if far => None,
        _ => Some(false),
    }
}

fn part(query: &Query<'_>, seed: &Seed, usage: Use) -> u32 {
    let whole = query
        .rules
        .cost(&query.network.edges[seed.edge as usize], usage);
    (f64::from(whole) * seed.share).round() as u32
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::build::{BuildOptions, from_elements};
    use crate::osm::{Elements, Node, Way};
    use crate::pack::Pack;
    use crate::route::rules::Phase;
    use crate::route::{Access, Objective, Place, RouteRequest, Tracks};
    use crate::tables::Profile;
    use proptest::prelude::*;

    const SIDE: i64 = 6;
    const TAGS: [&[(&str, &str)]; 6] = [
        &[("highway", "residential")],
        &[("highway", "primary"), ("maxspeed", "80")],
        &[("highway", "tertiary"), ("oneway", "yes")],
        &[("highway", "track")],
        &[("highway", "service"), ("access", "private")],
        &[("highway", "residential"), ("motor_vehicle", "destination")],
    ];

    /// A warped grid of 6 × 6 crossings 300 m apart, every stretch of road of a kind chosen by `kinds`.
    fn grid(kinds: &[usize]) -> Elements {
        let mut elements = Elements::default();
        let mut kinds = kinds.iter().cycle();
        for id in 0..SIDE * SIDE {
            let (x, y) = ((id % SIDE) as f64, (id / SIDE) as f64);
            let (lon, lat) = (
                140.5 + x * 0.0033 + y * y * 1e-4,
                35.7 + y * 0.0027 + x * y * 5e-5,
            );
            elements.nodes.push(Node {
                id,
                lon,
                lat,
                tags: vec![],
            });
            for (wanted, next) in [
                (id % SIDE < SIDE - 1, id + 1),
                (id / SIDE < SIDE - 1, id + SIDE),
            ] {
                if wanted {
                    let own =
                        |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
                    let tags = kinds
                        .next()
                        .map_or(vec![], |kind| TAGS[*kind].iter().map(own).collect());
                    elements.ways.push(Way {
                        id: next * 100 + id,
                        nodes: vec![id, next],
                        tags,
                    });
                }
            }
        }
        elements
    }

    proptest! {
        #[test]
        fn aiming_at_the_goal_never_changes_the_cost(kinds in prop::collection::vec(0..TAGS.len(), 60), seed: u32) {
            let built = from_elements(&grid(&kinds), &BuildOptions::default()).unwrap();
            let pack = Pack::from_bytes(&built.pack).unwrap();
            let network = pack.network(Profile::Car);
            let nodes = network.nodes.len() as u32;
            let mut scratch = Scratch::default();
            for index in 0..24u32 {
                let (from, to) = (seed.wrapping_mul(index + 1) % nodes, (seed >> 7).wrapping_mul(index + 3) % nodes);
                let request = RouteRequest {
                    objective: if index % 2 == 0 { Objective::Fastest } else { Objective::Shortest },
                    tracks: [Tracks::Auto, Tracks::Always, Tracks::Never][(index / 2 % 3) as usize],
                    access: if index / 6 % 2 == 0 { Access::Visiting } else { Access::Public },
                    ..RouteRequest::new(Place::Node(0), Place::Node(0))
                };
                let phase = if index / 12 == 0 { Phase::Strict } else { Phase::LastResort };
                let ends = [from, to].map(|node| network.sphere[node as usize]);
                let aimed = Rules::new(network, &request, pack.meta().driving_side, phase, ends);
                let blind = aimed.without_bound();
                let mut cost = |rules: &Rules| {
                    let goal = Goal { node: Some(to), edges: vec![], direct: vec![], met: from == to };
                    let seeds = network.leaving(from).iter().map(|edge| Seed { edge: *edge, share: 1.0 }).collect();
                    scratch.search(&Query { network, rules, seeds, goal });
                    scratch.goal.map(|arrival| arrival.cost)
                };
                prop_assert_eq!(cost(&aimed), cost(&blind));
            }
        }
    }
}
