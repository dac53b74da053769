//! The search itself: A* over edges, turn rules included.
//!
//! Labels belong to turn states, not to nodes, so a forbidden turn never hides a permitted one. Ways that may be used at the end
//! only are a second layer of states: once such a way is entered from an ordinary road, the route stays on them to its end.
//! The bound is the straight line at the best pace of the network; labels may be improved after they were looked at, so the
//! answer is exact with any bound that is never too high.

use super::cost::Cost;
use super::moves::{Ends, Move, Part, back, keeps_on, onward};
use super::rules::{Rules, Use};
use crate::network::Network;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An edge of which only a share of the length is driven: the end of it at the start, the beginning of it at the goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seed {
    pub edge: u32,
    pub share: f64,
}

impl Seed {
    /// What it costs and how it is used.
    pub fn cost(&self, network: &Network, rules: &Rules) -> (Cost, Use) {
        let edge = &network.edges[self.edge as usize];
        let usage = rules.usage(edge);
        (rules.cost(edge, usage).share(self.share), usage)
    }
}

/// Where a search may stop.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Goal {
    /// Any edge into this node, or
    pub node: Option<u32>,
    /// the beginning of one of these edges, or
    pub edges: Vec<Seed>,
    /// a stretch within the edge the search starts on.
    pub direct: Vec<Seed>,
    /// The goal is the start.
    pub met: bool,
}

impl Goal {
    /// The cheapest stretch within one edge.
    pub fn direct(&self, network: &Network, rules: &Rules) -> Option<(Cost, u32)> {
        let costs = self.direct.iter().map(|seed| {
            let (cost, usage) = seed.cost(network, rules);
            (usage != Use::Closed).then_some((cost, seed.edge))
        });
        costs.flatten().min()
    }
}

#[derive(Debug)]
pub(crate) struct Query<'q> {
    pub network: &'q Network,
    pub rules: &'q Rules,
    pub ends: Ends,
    pub seeds: Vec<Seed>,
    pub goal: Goal,
    /// Nothing is looked for beyond what costs as much.
    pub limit: Cost,
}

impl Query<'_> {
    fn bound(&self, edge: u32) -> Cost {
        self.ends.end.as_ref().map_or(Cost::ZERO, |end| {
            let head = self.network.edges[edge as usize].head;
            self.rules.bound(self.network, head, end)
        })
    }
}

/// A sequence of edges and its cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub cost: Cost,
    pub edges: Vec<u32>,
}

/// How a state was best reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached {
    pub edge: u32,
    /// Cost up to the end of the edge.
    pub cost: Cost,
    /// Share of the edge that is driven, less than 1 where the search began.
    pub share: f64,
}

const NONE: u32 = u32::MAX;
/// Stands for the goal in the queue.
const GOAL: u32 = u32::MAX - 1;

#[derive(Clone, Copy, Debug, Default)]
struct Label {
    cost: Cost,
    /// Cost plus bound, as queued.
    key: Cost,
    /// The search this label belongs to.
    round: u32,
    parent: u32,
}

/// Working memory, kept between searches.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    labels: Vec<Label>,
    queue: BinaryHeap<Reverse<(Cost, u32)>>,
    round: u32,
    goal: Option<Arrival>,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    cost: Cost,
    /// State before the last edge, [`NONE`] on a direct stretch.
    parent: u32,
    /// The edge on which the goal lies; [`NONE`] when it is the node at the parent's end.
    edge: u32,
}

/// A label taken from the queue.
#[derive(Clone, Copy, Debug)]
struct Position {
    entry: u32,
    state: u32,
    part: Part,
    cost: Cost,
}

impl Scratch {
    /// The cheapest sequence of edges, `None` when nothing leads there.
    pub fn search(&mut self, query: &Query<'_>) -> Option<Found> {
        if query.goal.met {
            return Some(Found {
                cost: Cost::ZERO,
                edges: Vec::new(),
            });
        }
        self.run(query, |_| {});
        self.goal.map(|arrival| Found {
            cost: arrival.cost,
            edges: self.trace(query, arrival),
        })
    }

    /// Looks at every state within the limit, the nearest first.
    pub fn reach(&mut self, query: &Query<'_>, each: impl FnMut(Reached)) {
        self.run(query, each);
    }

    fn run(&mut self, query: &Query<'_>, mut each: impl FnMut(Reached)) {
        let states = query.network.turns.states() as u32;
        self.begin(states as usize * 2);
        if let Some((cost, edge)) = query.goal.direct(query.network, query.rules) {
            self.arrive(Arrival {
                cost,
                parent: NONE,
                edge,
            });
        }
        for seed in &query.seeds {
            let (cost, usage) = seed.cost(query.network, query.rules);
            let parts = query
                .ends
                .parts(query.network, query.rules, None, seed.edge, usage);
            for part in parts {
                self.improve(query, entry(states, seed.edge, part), seed.edge, cost, NONE);
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
            let (state, far) = if entry >= states {
                (entry - states, true)
            } else {
                (entry, false)
            };
            let edge = query.network.turns.edge(state);
            let row = &query.network.edges[edge as usize];
            let begun = query.seeds.iter().find(|seed| seed.edge == edge);
            each(Reached {
                edge,
                cost: label.cost,
                share: begun
                    .filter(|_| label.parent == NONE)
                    .map_or(1.0, |seed| seed.share),
            });
            if label.cost >= query.limit {
                continue;
            }
            let part = match query.rules.usage(row) {
                _ if far => Part::End,
                Use::AtEnds => Part::Start,
                _ => Part::Core,
            };
            if query.goal.node == Some(row.head) && part != Part::Start {
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
                    part,
                    cost: label.cost,
                },
            );
        }
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
        let mut led_on = false;
        onward(network, rules, at.state, |next| {
            led_on |= self.step(query, at, next);
        });
        if !led_on && let Some(next) = back(network, rules, at.state) {
            self.step(query, at, next);
        }
    }

    /// Goes on to the beginning of an edge and along it; whether that keeps the route from turning round.
    fn step(&mut self, query: &Query<'_>, at: Position, next: Move) -> bool {
        let states = query.network.turns.states() as u32;
        let cost = at.cost.plus(next.turn);
        let mut led_on = false;
        let parts = query.ends.parts(
            query.network,
            query.rules,
            Some(at.part),
            next.edge,
            next.usage,
        );
        for part in parts {
            led_on |= keeps_on(at.part, part);
            if part != Part::Start {
                let goals = query.goal.edges.iter();
                for seed in goals.filter(|seed| seed.edge == next.edge) {
                    self.arrive(Arrival {
                        cost: cost.plus(seed.cost(query.network, query.rules).0),
                        parent: at.entry,
                        edge: next.edge,
                    });
                }
            }
            let whole = query
                .rules
                .cost(&query.network.edges[next.edge as usize], next.usage);
            let entry = entry(states, next.state, part);
            self.improve(query, entry, next.edge, cost.plus(whole), at.entry);
        }
        led_on
    }

    fn improve(&mut self, query: &Query<'_>, entry: u32, edge: u32, cost: Cost, parent: u32) {
        let label = &mut self.labels[entry as usize];
        let known = label.round == self.round && label.cost <= cost;
        if known || cost == Cost::NONE {
            return;
        }
        let key = cost.plus(query.bound(edge));
        *label = Label {
            round: self.round,
            cost,
            key,
            parent,
        };
        self.queue.push(Reverse((key, entry)));
    }

    fn arrive(&mut self, arrival: Arrival) {
        if arrival.cost != Cost::NONE && self.goal.is_none_or(|known| arrival.cost < known.cost) {
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

/// The second half of the entries repeats all states for ways at the far end.
fn entry(states: u32, state: u32, part: Part) -> u32 {
    if part == Part::End {
        state + states
    } else {
        state
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use crate::build::{BuildOptions, from_elements};
    use crate::osm::{Elements, Node, Way};
    use crate::pack::Pack;
    use crate::route::rules::Phase;
    use crate::route::{Access, Objective, Place, RouteRequest, Tracks};
    use crate::tables::Profile;
    use proptest::prelude::*;

    const SIDE: i64 = 6;
    pub const TAGS: [&[(&str, &str)]; 6] = [
        &[("highway", "residential")],
        &[("highway", "primary"), ("maxspeed", "80")],
        &[("highway", "tertiary"), ("oneway", "yes")],
        &[("highway", "track")],
        &[("highway", "service"), ("access", "private")],
        &[("highway", "residential"), ("motor_vehicle", "destination")],
    ];

    /// A warped grid of 6 × 6 crossings 300 m apart, every stretch of road of a kind chosen by `kinds`.
    pub fn grid(kinds: &[usize]) -> Elements {
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
                let [start, end] = [from, to].map(|node| network.sphere[node as usize]);
                let ends = Ends { start, end: Some(end) };
                let aimed = Rules::new(network, &request.manner(), pack.meta().driving_side, phase);
                let blind = aimed.without_bound();
                let mut cost = |rules: &Rules| {
                    let goal = Goal { node: Some(to), met: from == to, ..Goal::default() };
                    let seeds = network.leaving(from).iter().map(|edge| Seed { edge: *edge, share: 1.0 }).collect();
                    let query = Query { network, rules, ends, seeds, goal, limit: Cost::NONE };
                    scratch.search(&query).map(|found| found.cost)
                };
                prop_assert_eq!(cost(&aimed), cost(&blind));
            }
        }
    }
}
