//! The graph of records: who builds on whom, and who came before whom.
//!
//! Each record carries a clock: for every author, the highest sequence number among its ancestors and itself. An
//! author's records form one chain, each an ancestor of the next, so the clock alone answers questions of ancestry;
//! only for an author whose chain is forked must the graph be walked.

use super::acts::ActSet;
use super::fold::Fold;
use super::log::Record;
use crate::ids::{DeviceId, Hash32};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A record in the graph.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) record: Record,
    /// Acts at or before this record.
    pub(super) acts: ActSet,
    /// The fold of those.
    pub(super) fold: Arc<Fold>,
    /// By author number: highest sequence number at or before this record; 0 for none.
    clock: Vec<u64>,
}

/// All records that entered the log.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: BTreeMap<Hash32, Node>,
    order: BTreeSet<(u64, Hash32)>,
    heads: BTreeSet<Hash32>,
    places: BTreeMap<(DeviceId, u64), Vec<Hash32>>,
    forks: BTreeSet<(DeviceId, u64)>,
    /// Author numbers, in the order authors came; they mean nothing outside.
    authors: BTreeMap<DeviceId, usize>,
}

impl Graph {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn get(&self, hash: &Hash32) -> Option<&Node> {
        self.nodes.get(hash)
    }

    pub(super) fn contains(&self, hash: &Hash32) -> bool {
        self.nodes.contains_key(hash)
    }

    /// By depth, then by hash.
    pub(super) fn in_order(&self) -> impl DoubleEndedIterator<Item = &Node> + '_ {
        self.order.iter().map(|(_, hash)| &self.nodes[hash])
    }

    pub(super) fn heads(&self) -> &BTreeSet<Hash32> {
        &self.heads
    }

    pub(super) fn forks(&self) -> &BTreeSet<(DeviceId, u64)> {
        &self.forks
    }

    /// The newest record of a device; of a forked chain, the deepest.
    pub(super) fn last_of(&self, author: &DeviceId) -> Option<&Node> {
        let (_, hashes) = self
            .places
            .range((*author, 0)..=(*author, u64::MAX))
            .next_back()?;
        hashes
            .iter()
            .filter_map(|hash| self.get(hash))
            .max_by_key(|node| (node.record.depth, node.record.hash))
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

    /// Acts at or before any of these records.
    pub(super) fn acts_behind<'a>(&self, tips: impl IntoIterator<Item = &'a Hash32>) -> ActSet {
        let mut acts = ActSet::default();
        tips.into_iter()
            .filter_map(|hash| self.get(hash))
            .for_each(|node| acts.extend(&node.acts));
        acts
    }

    /// Adds a record whose parents are here.
    pub(super) fn add(&mut self, record: Record, acts: ActSet, fold: Arc<Fold>) {
        let Record { hash, depth, .. } = record;
        let header = record.envelope.header();
        let (author, seq) = (header.author, header.seq);
        let clock = self.clock_on(&record.body.parents, author, seq);
        record.body.parents.iter().for_each(|parent| {
            self.heads.remove(parent);
        });
        self.heads.insert(hash);
        self.order.insert((depth, hash));
        let there = self.places.entry((author, seq)).or_default();
        there.push(hash);
        if there.len() > 1 {
            self.forks.insert((author, seq));
        }
        self.nodes.insert(
            hash,
            Node {
                record,
                acts,
                fold,
                clock,
            },
        );
    }

    fn clock_on(&mut self, parents: &[Hash32], author: DeviceId, seq: u64) -> Vec<u64> {
        let next = self.authors.len();
        let number = *self.authors.entry(author).or_insert(next);
        let mut clock = vec![0; self.authors.len()];
        for node in parents.iter().filter_map(|hash| self.get(hash)) {
            clock
                .iter_mut()
                .zip(&node.clock)
                .for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
        }
        clock[number] = clock[number].max(seq);
        clock
    }

    /// Whether `hash` is one of `tips` or comes before one.
    pub(super) fn is_behind(&self, hash: &Hash32, tips: &[Hash32]) -> bool {
        let Some(target) = self.get(hash) else {
            return false;
        };
        let header = target.record.envelope.header();
        let (author, seq) = (header.author, header.seq);
        if self
            .forks
            .range((author, 0)..=(author, u64::MAX))
            .next()
            .is_some()
        {
            return self.walks_to(target, tips);
        }
        let number = self.authors[&author];
        let reaches = |node: &Node| node.clock.get(number).is_some_and(|seen| *seen >= seq);
        tips.iter().filter_map(|tip| self.get(tip)).any(reaches)
    }

    fn walks_to(&self, target: &Node, tips: &[Hash32]) -> bool {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Hash32> = tips.iter().collect();
        while let Some(node) = open.pop().and_then(|tip| self.get(tip)) {
            if node.record.hash == target.record.hash {
                return true;
            }
            if node.record.depth > target.record.depth && seen.insert(node.record.hash) {
                open.extend(&node.record.body.parents);
            }
        }
        false
    }

    /// Records of `author` among `tips` and what comes before them.
    pub(super) fn written_behind(&self, author: &DeviceId, tips: &[Hash32]) -> BTreeSet<Hash32> {
        let places = self.places.range((*author, 0)..=(*author, u64::MAX));
        places
            .flat_map(|(_, hashes)| hashes)
            .filter(|hash| self.is_behind(hash, tips))
            .copied()
            .collect()
    }
}
