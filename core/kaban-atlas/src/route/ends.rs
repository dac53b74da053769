//! Ways that may be used at the ends of a route only: searched around each end, with the hierarchy in between.
//!
//! A departure leads from the start to the first ordinary roads, an approach from the last ordinary roads to the goal. Each is
//! found without knowing the other, so many places can be joined with many.

use super::cost::Cost;
use super::moves::{Ends, Move, Part, back, keeps_on, onward};
use super::rules::{Rules, Use};
use super::search::{Goal, Seed};
use crate::hierarchy::{Start, Topology};
use crate::network::Network;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// How a way from the start was reached, or how it leads on to the goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    cost: Cost,
    /// The state before, or after; `None` at the end itself.
    next: Option<u32>,
}

/// A step out of the ways around the start, up to the beginning of an edge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exit {
    /// State before the step.
    pub from: u32,
    pub edge: u32,
    pub state: u32,
    pub cost: Cost,
}

/// Everything around a start.
#[derive(Debug, Default)]
pub(crate) struct Departure {
    /// Ways around the start, by state.
    around: BTreeMap<u32, Link>,
    /// Ordinary roads by state; the link leads back into `around`.
    core: BTreeMap<u32, Link>,
    /// Steps from ways around the start, in the order of their states.
    pub exits: Vec<Exit>,
    /// The stretches a route may start on that are no ordinary roads.
    pub loose: Vec<(u32, Cost)>,
}

impl Departure {
    pub fn new(network: &Network, rules: &Rules, ends: &Ends, seeds: &[Seed]) -> Self {
        let mut departure = Self::default();
        let mut queue = BinaryHeap::new();
        for seed in seeds {
            let (cost, usage) = seed.cost(network, rules);
            if usage == Use::AtEnds {
                departure.loose.push((seed.edge, cost));
            }
            for part in ends.parts(network, rules, None, seed.edge, usage) {
                departure.reach(&mut queue, part, seed.edge, Link { cost, next: None });
            }
        }
        while let Some(Reverse((cost, state))) = queue.pop() {
            if departure
                .around
                .get(&state)
                .is_some_and(|link| link.cost == cost)
            {
                departure.expand(network, rules, ends, &mut queue, state, cost);
            }
        }
        departure.exits.sort_by_key(|exit| (exit.state, exit.cost));
        departure
    }

    fn expand(
        &mut self,
        network: &Network,
        rules: &Rules,
        ends: &Ends,
        queue: &mut BinaryHeap<Reverse<(Cost, u32)>>,
        state: u32,
        cost: Cost,
    ) {
        let mut step = |next: Move| {
            let before = cost.plus(next.turn);
            self.exits.push(Exit {
                from: state,
                edge: next.edge,
                state: next.state,
                cost: before,
            });
            let whole = rules.cost(&network.edges[next.edge as usize], next.usage);
            let link = Link {
                cost: before.plus(whole),
                next: Some(state),
            };
            let mut led_on = false;
            for part in ends.parts(network, rules, Some(Part::Start), next.edge, next.usage) {
                led_on |= keeps_on(Part::Start, part);
                self.reach(queue, part, next.state, link);
            }
            led_on
        };
        let mut led_on = false;
        onward(network, rules, state, |next| led_on |= step(next));
        if !led_on && let Some(next) = back(network, rules, state) {
            step(next);
        }
    }

    fn reach(
        &mut self,
        queue: &mut BinaryHeap<Reverse<(Cost, u32)>>,
        part: Part,
        state: u32,
        link: Link,
    ) {
        let (list, queued) = match part {
            Part::Start => (&mut self.around, true),
            Part::Core => (&mut self.core, false),
            Part::End => return,
        };
        if improve(list, state, link) && queued {
            queue.push(Reverse((link.cost, state)));
        }
    }

    /// Where a search through the hierarchy begins.
    pub fn starts(&self) -> Vec<Start> {
        starts(&self.core)
    }

    /// The states up to and with `state`, an ordinary road.
    pub fn to_core(&self, state: u32) -> Vec<u32> {
        let mut states = vec![state];
        if let Some(before) = self.core.get(&state).and_then(|link| link.next) {
            states.extend(chain(&self.around, before));
        }
        states.reverse();
        states
    }

    /// The states up to and with `state`, a way around the start.
    pub fn to_around(&self, state: u32) -> Vec<u32> {
        let mut states: Vec<u32> = chain(&self.around, state).collect();
        states.reverse();
        states
    }
}

/// Everything around a goal.
#[derive(Debug, Default)]
pub(crate) struct Approach {
    /// Ways around the goal, by state; the cost is what is left after the state.
    around: BTreeMap<u32, Link>,
    /// Ordinary roads from which the goal or the ways around it are reached, likewise.
    core: BTreeMap<u32, Link>,
    /// Edges on which the goal lies, and the cost from their beginning.
    pub edges: Vec<(u32, Cost)>,
}

/// Marks a link whose next edge holds the goal: then it names the edge, not a state.
const LAST: u32 = 1 << 31;

impl Approach {
    pub fn new(
        network: &Network,
        rules: &Rules,
        ends: &Ends,
        topology: &Topology,
        goal: &Goal,
    ) -> Self {
        let mut approach = Self::default();
        let mut search = Backward {
            network,
            rules,
            ends,
            topology,
            queue: BinaryHeap::new(),
        };
        for seed in &goal.edges {
            let (cost, usage) = seed.cost(network, rules);
            let mut parts = ends.parts(network, rules, Some(Part::Core), seed.edge, usage);
            if let Some(part) = parts.next() {
                approach.edges.push((seed.edge, cost));
                let next = Some(LAST | seed.edge);
                search.before(&mut approach, part, seed.edge, None, Link { cost, next });
            }
        }
        if let Some(node) = goal.node {
            for &state in topology.into(node) {
                let link = Link {
                    cost: Cost::ZERO,
                    next: None,
                };
                search.reach(&mut approach, state, link);
            }
        }
        while let Some(Reverse((rest, state))) = search.queue.pop() {
            if approach
                .around
                .get(&state)
                .is_some_and(|link| link.cost == rest)
            {
                let edge = network.turns.edge(state);
                let link = Link {
                    cost: rest.plus(rules.cost(&network.edges[edge as usize], Use::AtEnds)),
                    next: Some(state),
                };
                search.before(&mut approach, Part::End, edge, Some(state), link);
            }
        }
        approach
    }

    /// Where a search down through the hierarchy ends.
    pub fn starts(&self) -> Vec<Start> {
        starts(&self.core)
    }

    /// Ways around the goal, and the cost left after each.
    pub fn around(&self) -> impl Iterator<Item = (u32, Cost)> + '_ {
        self.around.iter().map(|(state, link)| (*state, link.cost))
    }

    /// The cost left after a way around the goal.
    pub fn after(&self, state: u32) -> Option<Cost> {
        self.around.get(&state).map(|link| link.cost)
    }

    /// The edges that follow an ordinary road.
    pub fn after_core(&self, network: &Network, state: u32) -> Vec<u32> {
        self.follow(network, self.core.get(&state).and_then(|link| link.next))
    }

    /// The edges that follow a way around the goal.
    pub fn after_around(&self, network: &Network, state: u32) -> Vec<u32> {
        self.follow(network, self.around.get(&state).and_then(|link| link.next))
    }

    fn follow(&self, network: &Network, mut next: Option<u32>) -> Vec<u32> {
        let mut edges = Vec::new();
        while let Some(state) = next {
            if state & LAST != 0 {
                edges.push(state & !LAST);
                break;
            }
            edges.push(network.turns.edge(state));
            next = self.around.get(&state).and_then(|link| link.next);
        }
        edges
    }
}

struct Backward<'b> {
    network: &'b Network,
    rules: &'b Rules,
    ends: &'b Ends,
    topology: &'b Topology,
    queue: BinaryHeap<Reverse<(Cost, u32)>>,
}

impl Backward<'_> {
    /// Everything from which `edge` (to be left in `state`, if that matters) can be driven in `part` of a route.
    fn before(
        &mut self,
        approach: &mut Approach,
        part: Part,
        edge: u32,
        state: Option<u32>,
        link: Link,
    ) {
        let (network, rules) = (self.network, self.rules);
        let tail = network.edges[(edge ^ 1) as usize].head;
        for &before in self.topology.into(tail) {
            let Some(own) = self.part(before) else {
                continue;
            };
            if own == Part::End && part == Part::Core {
                continue;
            }
            let fits =
                |next: &Move| next.edge == edge && state.is_none_or(|state| state == next.state);
            let mut step = None;
            let mut led_on = false;
            onward(network, rules, before, |next| {
                let parts = self
                    .ends
                    .parts(network, rules, Some(own), next.edge, next.usage);
                for part in parts {
                    led_on |= keeps_on(own, part);
                }
                if fits(&next) {
                    step = Some(next);
                }
            });
            if !led_on {
                step = step.or_else(|| back(network, rules, before).filter(fits));
            }
            if let Some(step) = step {
                let link = Link {
                    cost: step.turn.plus(link.cost),
                    next: link.next,
                };
                self.reach(approach, before, link);
            }
        }
    }

    /// The part of a route in which a state before the goal lies.
    fn part(&self, state: u32) -> Option<Part> {
        let (network, rules) = (self.network, self.rules);
        let edge = network.turns.edge(state);
        if !network.is_passable(edge) {
            return None;
        }
        let usage = rules.usage(&network.edges[edge as usize]);
        self.ends
            .parts(network, rules, Some(Part::Core), edge, usage)
            .next()
    }

    fn reach(&mut self, approach: &mut Approach, state: u32, link: Link) {
        match self.part(state) {
            Some(Part::Core) => {
                improve(&mut approach.core, state, link);
            }
            Some(Part::End) if improve(&mut approach.around, state, link) => {
                self.queue.push(Reverse((link.cost, state)));
            }
            _ => {}
        }
    }
}

fn improve(list: &mut BTreeMap<u32, Link>, state: u32, link: Link) -> bool {
    if link.cost == Cost::NONE
        || list
            .get(&state)
            .is_some_and(|known| known.cost <= link.cost)
    {
        return false;
    }
    list.insert(state, link);
    true
}

fn starts(core: &BTreeMap<u32, Link>) -> Vec<Start> {
    core.iter()
        .map(|(state, link)| Start {
            state: *state,
            cost: link.cost,
        })
        .collect()
}

fn chain(list: &BTreeMap<u32, Link>, from: u32) -> impl Iterator<Item = u32> + '_ {
    std::iter::successors(Some(from), |state| {
        list.get(state).and_then(|link| link.next)
    })
}
