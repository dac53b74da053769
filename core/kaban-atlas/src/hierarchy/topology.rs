//! The shortcuts any weights could need: what contracting the states in their order joins, whatever the costs.
//!
//! Arcs are kept once, from the lower to the higher rank, and stand for both directions.

use crate::error::{Error, Result};
use crate::network::Network;
use crate::tables::{Effect, Tables, flag};
use crate::turns::{Exception, TurnMachine};
use std::sync::Arc;

/// How much an order may join: one made to hurt could join everything with everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Arcs per state.
    arcs: usize,
    /// Squares of the arcs up from a state, per state: about twice the triangles that making a metric looks at.
    squares: u64,
}

impl Budget {
    /// For an order that came with the pack; beyond it our own is made. Towns and small countries were
    /// measured to need up to 17 and 512, a square of 40 × 40 streets 33 and 1,970.
    pub const GIVEN: Self = Self {
        arcs: 64,
        squares: 64 * 64,
    };
    /// For our own order, beyond which the roads have no hierarchy.
    pub const OWN: Self = Self {
        arcs: 256,
        squares: 8 * 64 * 64,
    };
    /// Few roads may join as much as this whatever their order.
    const LEAST: Self = Self {
        arcs: 1 << 16,
        squares: 1 << 22,
    };

    fn of(self, states: usize) -> Self {
        Self {
            arcs: states.saturating_mul(self.arcs).max(Self::LEAST.arcs),
            squares: (states as u64)
                .saturating_mul(self.squares)
                .max(Self::LEAST.squares),
        }
    }
}

/// States by rank, and the arcs between them.
#[derive(Debug)]
pub(crate) struct Topology {
    turns: Arc<TurnMachine>,
    /// State of each rank.
    pub states: Vec<u32>,
    /// Rank of each state.
    pub ranks: Vec<u32>,
    /// Where the arcs of each rank begin; one more entry than ranks.
    pub first: Vec<u32>,
    /// Higher end of each arc, ascending within a rank.
    pub heads: Vec<u32>,
    /// Lower end of each arc.
    pub tails: Vec<u32>,
    lower_first: Vec<u32>,
    lower: Vec<u32>,
    /// States that end at each node, of edges that may be driven under some conditions.
    into_first: Vec<u32>,
    into: Vec<u32>,
}

impl Topology {
    /// Contracts the states of `network` in the order of `segments`.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the order joins more than `budget` allows.
    pub fn new(network: &Network, segments: &[u32], budget: Budget) -> Result<Self> {
        let states = states_by_rank(&network.turns, segments);
        let mut ranks = vec![0u32; states.len()];
        for (rank, state) in states.iter().enumerate() {
            ranks[*state as usize] = rank as u32;
        }
        let budget = budget.of(states.len());
        let ever = passable_ever(&network.tables);
        let (into_first, into) = arrivals(network, &ever);
        let plain = Arcs::plain(network, &ever, &ranks, budget.arcs)?;
        let (first, heads) = contract(&plain, budget)?;
        let mut tails = vec![0u32; heads.len()];
        for rank in 0..states.len() {
            tails[first[rank] as usize..first[rank + 1] as usize].fill(rank as u32);
        }
        let (lower_first, lower) = grouped(states.len(), &heads);
        Ok(Self {
            turns: Arc::clone(&network.turns),
            states,
            ranks,
            first,
            heads,
            tails,
            lower_first,
            lower,
            into_first,
            into,
        })
    }

    /// Whether this is the topology of `network` too: the same roads with the same rules to remember.
    pub fn fits(&self, network: &Network) -> bool {
        Arc::ptr_eq(&self.turns, &network.turns)
    }

    /// The arcs up from a rank.
    pub fn up(&self, rank: u32) -> std::ops::Range<usize> {
        self.first[rank as usize] as usize..self.first[rank as usize + 1] as usize
    }

    /// The arcs that end at a rank, by ascending lower end.
    pub fn lower(&self, rank: u32) -> &[u32] {
        &self.lower
            [self.lower_first[rank as usize] as usize..self.lower_first[rank as usize + 1] as usize]
    }

    /// The arc between two ranks.
    pub fn arc(&self, low: u32, high: u32) -> Option<usize> {
        let range = self.up(low);
        let at = self.heads[range.clone()].binary_search(&high).ok()?;
        Some(range.start + at)
    }

    /// The states that end at `node`.
    pub fn into(&self, node: u32) -> &[u32] {
        &self.into
            [self.into_first[node as usize] as usize..self.into_first[node as usize + 1] as usize]
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        let lists = [
            &self.states,
            &self.ranks,
            &self.first,
            &self.heads,
            &self.tails,
            &self.lower_first,
            &self.lower,
            &self.into_first,
            &self.into,
        ];
        lists.iter().map(|list| list.len() * 4).sum()
    }
}

/// All states of a segment stand together: its two directions, then those that remember more.
fn states_by_rank(turns: &TurnMachine, segments: &[u32]) -> Vec<u32> {
    let count = turns.states() as u32;
    let mut place = vec![0u32; segments.len()];
    for (index, segment) in segments.iter().enumerate() {
        place[*segment as usize] = index as u32;
    }
    let mut states: Vec<u32> = (0..count).collect();
    states.sort_unstable_by_key(|state| (place[(turns.edge(*state) >> 1) as usize], *state));
    states
}

/// Lists by owner: where each begins, and the items.
fn grouped(owners: usize, owner_of: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0u32; owners + 1];
    for owner in owner_of {
        first[*owner as usize + 1] += 1;
    }
    for owner in 0..owners {
        first[owner + 1] += first[owner];
    }
    let mut next = first.clone();
    let mut items = vec![0u32; owner_of.len()];
    for (item, owner) in owner_of.iter().enumerate() {
        let slot = &mut next[*owner as usize];
        items[*slot as usize] = item as u32;
        *slot += 1;
    }
    (first, items)
}

/// Whether an edge may be driven under some conditions at least.
fn passable_ever(tables: &Tables) -> Vec<bool> {
    let mut ever: Vec<bool> = (0..tables.segments.len() as u32 * 2)
        .map(|edge| tables.is_passable(edge))
        .collect();
    for rule in &tables.dated {
        if let Effect::Access(flags) | Effect::Directions(flags) = rule.effect {
            for (side, bit) in [flag::FORWARD, flag::BACKWARD].into_iter().enumerate() {
                ever[rule.segment as usize * 2 + side] |= flags & bit != 0;
            }
        }
    }
    ever
}

fn arrivals(network: &Network, ever: &[bool]) -> (Vec<u32>, Vec<u32>) {
    let states = network.turns.states() as u32;
    let passable: Vec<u32> = (0..states)
        .filter(|state| ever[network.turns.edge(*state) as usize])
        .collect();
    let heads: Vec<u32> = passable
        .iter()
        .map(|state| network.edges[network.turns.edge(*state) as usize].head)
        .collect();
    let (first, items) = grouped(network.nodes.len(), &heads);
    let states = items.iter().map(|item| passable[*item as usize]).collect();
    (first, states)
}

/// Higher ends by lower end.
struct Arcs {
    first: Vec<u32>,
    heads: Vec<u32>,
}

impl Arcs {
    /// What follows what without shortcuts, closed roads and forbidden turns included.
    fn plain(network: &Network, ever: &[bool], ranks: &[u32], budget: usize) -> Result<Self> {
        let tables = &network.tables;
        let passable: Vec<u32> = (0..ever.len() as u32)
            .filter(|edge| ever[*edge as usize])
            .collect();
        let tails: Vec<u32> = passable.iter().map(|edge| tables.tail(*edge)).collect();
        let (leaving_first, leaving) = grouped(network.nodes.len(), &tails);
        let mut pairs: Vec<u64> = Vec::new();
        for state in 0..network.turns.states() as u32 {
            let edge = network.turns.edge(state);
            if !ever[edge as usize] {
                continue;
            }
            let head = tables.head(edge) as usize;
            let remembered =
                network.turns.exceptions(state).iter().filter_map(
                    |(_, exception)| match exception {
                        Exception::Goto(state) => Some(*state),
                        Exception::Banned { .. } => None,
                    },
                );
            let plain = leaving[leaving_first[head] as usize..leaving_first[head + 1] as usize]
                .iter()
                .map(|index| passable[*index as usize]);
            for next in plain.chain(remembered) {
                let (a, b) = (ranks[state as usize], ranks[next as usize]);
                if a != b {
                    pairs.push(u64::from(a.min(b)) << 32 | u64::from(a.max(b)));
                }
            }
            if pairs.len() > budget {
                return Err(too_large());
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut first = vec![0u32; ranks.len() + 1];
        for pair in &pairs {
            first[(pair >> 32) as usize + 1] += 1;
        }
        for rank in 0..ranks.len() {
            first[rank + 1] += first[rank];
        }
        let heads = pairs.iter().map(|pair| *pair as u32).collect();
        Ok(Self { first, heads })
    }
}

/// Adds an arc between any two higher neighbours of a rank.
///
/// It is enough to hand them on to the lowest of them, which hands them on in turn.
fn contract(plain: &Arcs, budget: Budget) -> Result<(Vec<u32>, Vec<u32>)> {
    let ranks = plain.first.len() - 1;
    const NONE: u32 = u32::MAX;
    let mut first = Vec::with_capacity(ranks + 1);
    let mut heads: Vec<u32> = Vec::with_capacity(plain.heads.len() * 2);
    let mut seen = vec![NONE; ranks];
    let (mut child, mut sibling) = (vec![NONE; ranks], vec![NONE; ranks]);
    let mut joined: Vec<u32> = Vec::new();
    let mut squares = 0u64;
    for rank in 0..ranks as u32 {
        first.push(heads.len() as u32);
        joined.clear();
        let own = plain.first[rank as usize] as usize..plain.first[rank as usize + 1] as usize;
        for head in &plain.heads[own] {
            seen[*head as usize] = rank;
            joined.push(*head);
        }
        let mut below = child[rank as usize];
        while below != NONE {
            let range = first[below as usize] as usize..first[below as usize + 1] as usize;
            for head in &heads[range] {
                if *head != rank && seen[*head as usize] != rank {
                    seen[*head as usize] = rank;
                    joined.push(*head);
                }
            }
            below = sibling[below as usize];
        }
        joined.sort_unstable();
        squares = squares.saturating_add((joined.len() as u64).pow(2));
        if heads.len() + joined.len() > budget.arcs || squares > budget.squares {
            return Err(too_large());
        }
        heads.extend_from_slice(&joined);
        if let Some(parent) = joined.first() {
            sibling[rank as usize] = child[*parent as usize];
            child[*parent as usize] = rank;
        }
    }
    first.push(heads.len() as u32);
    Ok((first, heads))
}

fn too_large() -> Error {
    Error::TooLarge("the hierarchy of these roads")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::build::{BuildOptions, from_elements};
    use crate::hierarchy::segment_order;
    use crate::osm::{Elements, Node, Way};
    use crate::pack::Pack;
    use crate::tables::Profile;

    const SIDE: i64 = 40;

    /// Crossings 100 m apart, joined to a square of streets.
    fn streets() -> Elements {
        let mut elements = Elements::default();
        for id in 0..SIDE * SIDE {
            let (x, y) = (id % SIDE, id / SIDE);
            let (lon, lat) = (140.5 + x as f64 * 0.0011, 35.7 + y as f64 * 0.0009);
            elements.nodes.push(Node {
                id,
                lon,
                lat,
                tags: vec![],
            });
            for (wanted, next) in [(x < SIDE - 1, id + 1), (y < SIDE - 1, id + SIDE)] {
                if wanted {
                    let tags = vec![("highway".to_owned(), "residential".to_owned())];
                    elements.ways.push(Way {
                        id: next * 10_000 + id,
                        nodes: vec![id, next],
                        tags,
                    });
                }
            }
        }
        elements
    }

    #[test]
    fn an_order_made_to_hurt_is_refused_before_it_costs_and_our_own_fits_the_same_budget() {
        let built = from_elements(&streets(), &BuildOptions::default()).unwrap();
        let pack = Pack::from_bytes(&built.pack).unwrap();
        let network = pack.network(Profile::Car);
        let own = segment_order(&network.tables);
        let topology = Topology::new(network, &own, Budget::GIVEN).unwrap();
        assert!(topology.heads.len() < 40 * topology.states.len());
        let mut bad = own.clone();
        bad.sort_by_key(|segment| segment.wrapping_mul(0x9e37_79b1) >> 7);
        assert!(matches!(
            Topology::new(network, &bad, Budget::GIVEN),
            Err(Error::TooLarge(_))
        ));
    }
}
