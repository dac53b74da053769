//! The cost of every shortcut for one manner of travelling: customisation by lower triangles.

use super::topology::Topology;
use crate::network::Network;
use crate::route::cost::Cost;
use crate::route::moves::{Move, back, onward};
use crate::route::rules::{Rules, Use};
use std::sync::Arc;

/// Costs of all arcs in both directions.
///
/// Only ways whose use does not depend on where a route starts or ends are in it ([`Use::Through`], and everything on the last
/// resort): what may be used at the ends only is searched there.
#[derive(Debug)]
pub(crate) struct Metric {
    pub topology: Arc<Topology>,
    /// From the lower to the higher end.
    pub up: Vec<Cost>,
    /// From the higher to the lower end.
    pub down: Vec<Cost>,
}

impl Metric {
    pub fn new(topology: Arc<Topology>, network: &Network, rules: &Rules) -> Self {
        let arcs = topology.heads.len();
        let mut metric = Self {
            topology,
            up: vec![Cost::NONE; arcs],
            down: vec![Cost::NONE; arcs],
        };
        for state in 0..network.turns.states() as u32 {
            metric.lay(network, rules, state);
        }
        metric.customise();
        metric
    }

    /// The ways on from one state.
    fn lay(&mut self, network: &Network, rules: &Rules, state: u32) {
        let edge = network.turns.edge(state);
        let here = rules.usage(&network.edges[edge as usize]);
        if !is_core(here) || !network.is_passable(edge) {
            return;
        }
        let mut led_on = false;
        onward(network, rules, state, |next| {
            if is_core(next.usage) {
                led_on = true;
                self.improve(network, rules, state, next);
            }
        });
        if !led_on
            && let Some(next) = back(network, rules, state)
            && is_core(next.usage)
        {
            self.improve(network, rules, state, next);
        }
    }

    fn improve(&mut self, network: &Network, rules: &Rules, state: u32, next: Move) {
        let ranks = &self.topology.ranks;
        let (from, to) = (ranks[state as usize], ranks[next.state as usize]);
        let Some(arc) = self.topology.arc(from.min(to), from.max(to)) else {
            // A way from a state to itself is never part of a best way.
            return;
        };
        let edge = &network.edges[next.edge as usize];
        let cost = next.turn.plus(rules.cost(edge, next.usage));
        let slot = if from < to {
            &mut self.up[arc]
        } else {
            &mut self.down[arc]
        };
        *slot = cost.min(*slot);
    }

    /// Every arc becomes the cheapest way over lower ranks.
    fn customise(&mut self) {
        let Self { topology, up, down } = self;
        let mut slot = vec![0u32; topology.states.len()];
        for rank in 0..topology.states.len() as u32 {
            for arc in topology.up(rank) {
                slot[topology.heads[arc] as usize] = arc as u32;
            }
            for &below in topology.lower(rank) {
                let (there, here) = (up[below as usize], down[below as usize]);
                if there == Cost::NONE && here == Cost::NONE {
                    continue;
                }
                let end = topology.first[topology.tails[below as usize] as usize + 1] as usize;
                for other in below as usize + 1..end {
                    let arc = slot[topology.heads[other] as usize] as usize;
                    up[arc] = up[arc].min(here.plus(up[other]));
                    down[arc] = down[arc].min(down[other].plus(there));
                }
            }
        }
    }

    /// Bytes in memory, without the topology.
    pub fn bytes(&self) -> usize {
        (self.up.len() + self.down.len()) * 8
    }
}

/// Whether a way of this kind is part of the hierarchy.
fn is_core(usage: Use) -> bool {
    matches!(usage, Use::Through | Use::LastResort)
}
