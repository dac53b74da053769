//! One step of a route: from the edge just driven on to the next one, as both engines take it.

use super::cost::Cost;
use super::rules::{Pass, Rules, Use};
use crate::network::Network;
use crate::turns::Exception;

/// A permitted way on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub edge: u32,
    /// The turn state at the end of `edge`.
    pub state: u32,
    pub usage: Use,
    /// Cost of the turn, without the edge.
    pub turn: Cost,
}

/// All ways on from `state` but the way back.
pub(crate) fn onward(network: &Network, rules: &Rules, state: u32, mut each: impl FnMut(Move)) {
    let at = network.turns.edge(state);
    let here = &network.edges[at as usize];
    let Some(gate) = gate(network, rules, here.head) else {
        return;
    };
    for &edge in network.leaving(here.head) {
        if edge != at ^ 1
            && let Some(next) = into(network, rules, state, edge)
        {
            let turn = next.turn.plus(gate);
            each(Move { turn, ..next });
        }
    }
}

/// The way on from `state` into `edge`, which leads into a dead end that a closure leaves and is no way on for anyone else.
pub(crate) fn into_dead_end(
    network: &Network,
    rules: &Rules,
    state: u32,
    edge: u32,
) -> Option<Move> {
    let at = network.turns.edge(state);
    let node = network.edges[at as usize].head;
    if network.is_passable(edge) || edge == at ^ 1 || network.tables.tail(edge) != node {
        return None;
    }
    let gate = gate(network, rules, node)?;
    let next = into(network, rules, state, edge)?;
    let turn = next.turn.plus(gate);
    Some(Move { turn, ..next })
}

/// The turn from the end of `state` into `edge`, if it is permitted.
fn into(network: &Network, rules: &Rules, state: u32, edge: u32) -> Option<Move> {
    let here = &network.edges[network.turns.edge(state) as usize];
    let there = &network.edges[edge as usize];
    let state = turn(network.turns.exceptions(state), edge, rules.reference)?;
    let usage = rules.usage(there);
    (usage != Use::Closed).then(|| Move {
        edge,
        state,
        usage,
        turn: rules.turn_cost(rules.turn_time(network, here, there)),
    })
}

/// The way back, for where nothing else leads on; the reference rules know no turning round.
pub(crate) fn back(network: &Network, rules: &Rules, state: u32) -> Option<Move> {
    let edge = network.turns.edge(state) ^ 1;
    if rules.reference || !network.is_passable(edge) {
        return None;
    }
    let state = turn(network.turns.exceptions(state), edge, rules.reference)?;
    let usage = rules.usage(&network.edges[edge as usize]);
    (usage != Use::Closed).then(|| Move {
        edge,
        state,
        usage,
        turn: rules.turn_cost(rules.u_turn_time()),
    })
}

/// What it costs to pass `node`, `None` when it is closed.
fn gate(network: &Network, rules: &Rules, node: u32) -> Option<Cost> {
    match rules.pass(network.nodes[node as usize]) {
        Pass::Free => Some(Cost::ZERO),
        Pass::At(cost) => Some(Cost::new(cost, 0)),
        Pass::Never => None,
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

/// In which part of a route an edge is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Ways that may be used at the ends only, before the first ordinary road.
    Start,
    /// Ordinary roads: which of them may be used does not depend on where the route starts or ends.
    Core,
    /// Ways that may be used at the ends only, after the last ordinary road.
    End,
}

/// The two places between which a route is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub start: [f64; 3],
    /// `None` while the end may be anywhere.
    pub end: Option<[f64; 3]>,
}

impl Ends {
    /// The parts of a route in which `edge`, of which `usage` is known, may follow on `part`.
    pub fn parts(
        &self,
        network: &Network,
        rules: &Rules,
        part: Option<Part>,
        edge: u32,
        usage: Use,
    ) -> impl Iterator<Item = Part> + use<> {
        let mut parts = [None; 2];
        match (usage, part) {
            (Use::Closed, _) | (Use::Through | Use::LastResort, Some(Part::End)) => {}
            (Use::Through | Use::LastResort, _) => parts[0] = Some(Part::Core),
            (Use::AtEnds, part) => {
                let row = &network.edges[edge as usize];
                if matches!(part, None | Some(Part::Start))
                    && rules.near(network, row, Some(&self.start))
                {
                    parts[0] = Some(Part::Start);
                }
                if rules.near(network, row, self.end.as_ref()) {
                    parts[1] = Some(Part::End);
                }
            }
        }
        parts.into_iter().flatten()
    }
}

/// Whether a way on into part `next` keeps a route in `part` from turning round: a road that goes on as nothing but a drive to
/// someone's house is a road that ends.
pub(crate) fn keeps_on(part: Part, next: Part) -> bool {
    next != Part::End || part == Part::End
}
