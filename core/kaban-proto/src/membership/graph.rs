//! The graph of records: who builds on whom, and who came before whom.
//!
//! Records of one author that each continue the last make a *lane*; an author whose chain is forked
//! has several. Every record carries a clock: for every lane, how far it is among the record's
//! ancestors and itself. A lane's records are ancestors of one another, so the clock alone answers
//! every question of ancestry, whatever was forked. Which lane a record gets depends on the order
//! of arrival and means nothing outside.

use super::log::Record;
use super::shared::Shared;
use crate::ids::{DeviceId, Hash32};
use crate::record::Clear;
use std::collections::{BTreeMap, BTreeSet};

/// By lane: how many of its records are at or before something.
pub(super) type Clock = Shared<u32, u32>;

/// A record in the graph.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) record: Record,
    /// The view at it.
    pub(super) view: u32,
    /// Its number, if it is an act.
    pub(super) act: Option<u32>,
    pub(super) clock: Clock,
    /// Its lane, and its place there, from 1.
    pub(super) place: (u32, u32),
    /// What its author's chain holds up to it.
    pub(super) chain: Chain,
}

/// What an author's chain holds up to a record, of its branch if it is forked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Chain {
    pub(super) bytes: u64,
    /// Acts that let a device in or give it rights.
    pub(super) adds: usize,
    /// Acts that suspend a device or lift a suspension.
    pub(super) suspensions: usize,
}

impl Chain {
    fn go_on(&mut self, record: &Record, is_act: bool) {
        self.bytes += record.envelope.wire_bytes() as u64;
        match record.body.clear {
            Clear::Found { .. } | Clear::AddDevice(_) => self.adds += usize::from(is_act),
            Clear::SuspendDevice { .. } => self.suspensions += usize::from(is_act),
            Clear::None | Clear::RemoveDevice { .. } => {}
        }
    }
}

/// What is known of one author.
#[derive(Debug, Default)]
pub(super) struct Author {
    /// Its newest record: the highest number; of several the deepest.
    last: Option<(u64, u64, Hash32)>,
    /// How many lanes it has; more than one is a fork.
    pub(super) lanes: usize,
    /// Bytes of all its records.
    pub(super) bytes: u64,
}

/// All records that entered the log.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    by_hash: BTreeMap<Hash32, u32>,
    order: BTreeMap<(u64, Hash32), u32>,
    heads: BTreeSet<Hash32>,
    authors: BTreeMap<DeviceId, Author>,
    /// Length of each lane.
    lanes: Vec<u32>,
    forks: BTreeSet<(DeviceId, u64)>,
    bytes: u64,
}

impl Graph {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Bytes of all records.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn get(&self, hash: &Hash32) -> Option<&Node> {
        self.by_hash.get(hash).map(|at| &self.nodes[*at as usize])
    }

    pub(super) fn contains(&self, hash: &Hash32) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// By depth, then by hash.
    pub(super) fn in_order(&self) -> impl DoubleEndedIterator<Item = &Node> + '_ {
        self.order.values().map(|at| &self.nodes[*at as usize])
    }

    pub(super) fn heads(&self) -> &BTreeSet<Hash32> {
        &self.heads
    }

    pub(super) fn forks(&self) -> &BTreeSet<(DeviceId, u64)> {
        &self.forks
    }

    pub(super) fn author(&self, author: &DeviceId) -> Option<&Author> {
        self.authors.get(author)
    }

    /// The newest record of a device; of a forked chain, the deepest of the highest number.
    pub(super) fn last_of(&self, author: &DeviceId) -> Option<&Node> {
        let (_, _, hash) = self.authors.get(author)?.last.as_ref()?;
        self.get(hash)
    }

    /// What an author's chain holds up to its record `hash`; nothing if it is not here, as before a
    /// first one.
    pub(super) fn chain_at(&self, hash: &Hash32) -> Chain {
        self.get(hash).map_or(Chain::default(), |node| node.chain)
    }

    /// How deep a record with these parents lies.
    pub(super) fn depth_on(&self, parents: &[Hash32]) -> u64 {
        let deepest = parents
            .iter()
            .filter_map(|hash| self.get(hash))
            .map(|node| node.record.depth)
            .max();
        deepest.map_or(0, |depth| depth + 1)
    }

    /// How far each lane is at or before these records.
    pub(super) fn clock_on(&self, tips: &[Hash32]) -> Clock {
        let mut clock = Clock::default();
        tips.iter()
            .filter_map(|hash| self.get(hash))
            .for_each(|node| clock.join(&node.clock));
        clock
    }

    /// Whether a record that continues `prev` would begin a lane.
    pub(super) fn begins_lane(&self, prev: &Hash32) -> bool {
        self.lane_after(prev).is_none()
    }

    /// The lane whose last record is `prev`.
    fn lane_after(&self, prev: &Hash32) -> Option<u32> {
        let (lane, at) = self.get(prev)?.place;
        (self.lanes[lane as usize] == at).then_some(lane)
    }

    /// Adds a record whose parents are here.
    pub(super) fn add(&mut self, record: Record, view: u32, act: Option<u32>) {
        let Record { hash, depth, .. } = record;
        let header = *record.envelope.header();
        let mut clock = self.clock_on(&record.body.parents);
        let place = self.place_of(&header.author, header.seq, &header.prev);
        clock.insert(place.0, place.1);
        record.body.parents.iter().for_each(|parent| {
            self.heads.remove(parent);
        });
        self.heads.insert(hash);
        let bytes = record.envelope.wire_bytes() as u64;
        self.bytes += bytes;
        let mut chain = self.chain_at(&header.prev);
        chain.go_on(&record, act.is_some());
        let author = self.authors.entry(header.author).or_default();
        author.bytes += bytes;
        author.last = author.last.max(Some((header.seq, depth, hash)));
        let number = self.nodes.len() as u32;
        self.by_hash.insert(hash, number);
        self.order.insert((depth, hash), number);
        self.nodes.push(Node {
            record,
            view,
            act,
            clock,
            place,
            chain,
        });
    }

    /// The place of a record in its lane; a second lane of an author is a fork.
    fn place_of(&mut self, device: &DeviceId, seq: u64, prev: &Hash32) -> (u32, u32) {
        if let Some(lane) = self.lane_after(prev) {
            self.lanes[lane as usize] += 1;
            return (lane, self.lanes[lane as usize]);
        }
        let author = self.authors.entry(*device).or_default();
        author.lanes += 1;
        if author.lanes > 1 {
            self.forks.insert((*device, seq));
        }
        self.lanes.push(1);
        (self.lanes.len() as u32 - 1, 1)
    }

    /// Whether `hash` is one of `tips` or comes before one.
    pub(super) fn is_behind(&self, hash: &Hash32, tips: &[Hash32]) -> bool {
        let Some((lane, at)) = self.get(hash).map(|node| node.place) else {
            return false;
        };
        let reaches = |node: &Node| node.clock.get(&lane).is_some_and(|seen| *seen >= at);
        tips.iter().filter_map(|tip| self.get(tip)).any(reaches)
    }
}
