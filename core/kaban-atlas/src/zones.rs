//! Ordinary roads behind ways for residents, private ways and tracks: roads without a sign of their own that no open road leads
//! to.
//!
//! Such a zone is a quarter of the town whose every entrance has the sign. Who may pass the sign because his way ends there may
//! drive on inside; who only passes through may not. So its roads are used as the ways that lead to it: at the ends of a route.
//! A zone is found as a whole: all ordinary roads that hang together off the main network, if any of them can be reached, or
//! left, only with the help of such ways. A route that needed no such way before needs none after.

use crate::network::Edge;
use crate::strong_parts::strong_parts;
use crate::tables::{Profile, flag, node_flag};

/// Set beside [`flag`] bits: in a zone, tracks taken for such ways as well.
pub(crate) const BEHIND_TRACKS: u16 = 1 << 12;
/// The same with tracks taken for ordinary roads.
pub(crate) const BEHIND_SIGNS: u16 = 1 << 13;

const SIGNS: u16 = flag::VISITOR | flag::DESTINATION;

/// Marks the edges of zones.
pub(crate) fn mark(profile: Profile, nodes: &[u8], passable: &[u32], edges: &mut [Edge]) {
    let kinds: &[(u16, u16)] = match profile {
        Profile::Car => &[(SIGNS | flag::TRACK, BEHIND_TRACKS), (SIGNS, BEHIND_SIGNS)],
        Profile::Foot => &[(SIGNS, BEHIND_TRACKS | BEHIND_SIGNS)],
    };
    let blocked = if profile == Profile::Car {
        node_flag::BLOCKED
    } else {
        0
    };
    let shut = blocked | node_flag::CLOSED | node_flag::LOCKED;
    for edge in edges.iter_mut() {
        edge.flags &= !(BEHIND_TRACKS | BEHIND_SIGNS);
    }
    for &(signs, bit) in kinds {
        if edges.iter().any(|edge| edge.flags & signs != 0) {
            let roads = Roads {
                nodes,
                passable,
                edges,
                shut,
                signs,
            };
            let zones = roads.zones();
            for (edge, zone) in edges.iter_mut().zip(zones) {
                if zone {
                    edge.flags |= bit;
                }
            }
        }
    }
}

struct Roads<'a> {
    nodes: &'a [u8],
    passable: &'a [u32],
    edges: &'a [Edge],
    /// Bits of nodes that may not be passed.
    shut: u8,
    /// Bits of edges that may be used at the ends only.
    signs: u16,
}

impl Roads<'_> {
    /// Whether each edge is in a zone.
    fn zones(&self) -> Vec<bool> {
        let main = self.main();
        let away = |edge: u32| !(main[self.tail(edge)] && main[self.head(edge)]);
        let off_main: Vec<u32> = self
            .passable()
            .filter(|edge| self.is_ordinary(*edge) && away(*edge))
            .collect();
        let out = self.list(|edge| self.tail(edge));
        let back = self.list(|edge| self.head(edge));
        let reach = |lists: &Lists, backward, all| self.reached(&main, lists, backward, all);
        let from_main = [false, true].map(|all| reach(&out, false, all));
        let to_main = [false, true].map(|all| reach(&back, true, all));
        let leads = |reached: &[Vec<bool>; 2], node: usize| {
            !self.is_shut(node) && reached[1][node] && !reached[0][node]
        };
        let mut joined = Joined::new(self.nodes.len());
        for &edge in &off_main {
            if !main[self.tail(edge)] && !main[self.head(edge)] {
                joined.join(self.tail(edge), self.head(edge));
            }
        }
        let mut found = vec![false; self.nodes.len()];
        for &edge in &off_main {
            if leads(&from_main, self.tail(edge)) || leads(&to_main, self.head(edge)) {
                let piece = joined.of(self.off(&main, edge));
                found[piece] = true;
            }
        }
        let mut zones = vec![false; self.edges.len()];
        for &edge in &off_main {
            let in_zone = found[joined.of(self.off(&main, edge))];
            zones[edge as usize] |= in_zone;
            zones[(edge ^ 1) as usize] |= in_zone;
        }
        zones
    }

    /// The nodes of the largest part, by length, in which ordinary roads join all to all.
    fn main(&self) -> Vec<bool> {
        let open = |edge: &u32| {
            let ends = [self.tail(*edge), self.head(*edge)];
            self.is_ordinary(*edge) && !ends.iter().any(|node| self.is_shut(*node))
        };
        let lists = Lists::new(self.nodes.len(), self.passable().filter(open), |edge| {
            self.tail(edge)
        });
        let part = strong_parts(self.nodes.len(), &lists.first, &lists.edges, |edge| {
            self.edges[edge as usize].head
        });
        let mut sizes = vec![0u64; self.nodes.len() + 1];
        for edge in self.passable().filter(open) {
            let [tail, head] = [self.tail(edge), self.head(edge)].map(|node| part[node]);
            if tail == head {
                sizes[tail as usize] += u64::from(self.edges[edge as usize].length);
            }
        }
        let by_size = |(index, size): &(usize, &u64)| (**size, std::cmp::Reverse(*index));
        let largest = sizes.iter().enumerate().max_by_key(by_size);
        let largest = largest.filter(|(_, size)| **size > 0);
        part.iter()
            .map(|own| largest.is_some_and(|(index, _)| index == *own as usize))
            .collect()
    }

    /// The nodes one gets to from the main network, or from which one gets there, by ordinary roads or by all.
    fn reached(&self, main: &[bool], lists: &Lists, backward: bool, all: bool) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = (0..main.len()).filter(|node| main[*node]).collect();
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut reached[node], true) || self.is_shut(node) {
                continue;
            }
            for &edge in lists.of(node) {
                let next = if backward {
                    self.tail(edge)
                } else {
                    self.head(edge)
                };
                if !reached[next] && (all || self.is_ordinary(edge)) {
                    open.push(next);
                }
            }
        }
        reached
    }

    fn list(&self, node_of: impl Fn(u32) -> usize) -> Lists {
        Lists::new(self.nodes.len(), self.passable(), node_of)
    }

    fn passable(&self) -> impl Iterator<Item = u32> + '_ {
        self.passable.iter().copied()
    }

    /// The end of an edge that is off the main network.
    fn off(&self, main: &[bool], edge: u32) -> usize {
        let tail = self.tail(edge);
        if main[tail] { self.head(edge) } else { tail }
    }

    fn is_ordinary(&self, edge: u32) -> bool {
        self.edges[edge as usize].flags & self.signs == 0
    }

    fn is_shut(&self, node: usize) -> bool {
        self.nodes[node] & self.shut != 0
    }

    fn head(&self, edge: u32) -> usize {
        self.edges[edge as usize].head as usize
    }

    fn tail(&self, edge: u32) -> usize {
        self.head(edge ^ 1)
    }
}

/// Edges listed by one of their nodes.
struct Lists {
    first: Vec<u32>,
    edges: Vec<u32>,
}

impl Lists {
    fn new(nodes: usize, edges: impl Iterator<Item = u32>, node_of: impl Fn(u32) -> usize) -> Self {
        let edges: Vec<u32> = edges.collect();
        let mut first = vec![0u32; nodes + 1];
        for &edge in &edges {
            first[node_of(edge) + 1] += 1;
        }
        for node in 1..first.len() {
            first[node] += first[node - 1];
        }
        let mut next = first.clone();
        let mut listed = vec![0u32; edges.len()];
        for edge in edges {
            let slot = &mut next[node_of(edge)];
            listed[*slot as usize] = edge;
            *slot += 1;
        }
        Self {
            first,
            edges: listed,
        }
    }

    fn of(&self, node: usize) -> &[u32] {
        &self.edges[self.first[node] as usize..self.first[node + 1] as usize]
    }
}

/// Which nodes hang together.
struct Joined(Vec<usize>);

impl Joined {
    fn new(nodes: usize) -> Self {
        Self((0..nodes).collect())
    }

    fn of(&mut self, mut node: usize) -> usize {
        while self.0[node] != node {
            self.0[node] = self.0[self.0[node]];
            node = self.0[node];
        }
        node
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}
