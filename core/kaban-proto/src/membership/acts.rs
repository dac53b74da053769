//! Acts: the records whose clear part changes a device. There are few of them among many records, so each record
//! remembers the set of acts at or before it, and equal sets share one fold.

use crate::ids::{DeviceId, Hash32};
use crate::record::Clear;
use std::collections::BTreeSet;

/// A set of act numbers. Equal sets have equal words, so it can be a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ActSet(Vec<u64>);

impl ActSet {
    pub(super) fn insert(&mut self, act: usize) {
        let word = act / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (act % 64);
    }

    pub(super) fn contains(&self, act: usize) -> bool {
        self.0
            .get(act / 64)
            .is_some_and(|word| word >> (act % 64) & 1 == 1)
    }

    pub(super) fn extend(&mut self, other: &Self) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0
            .iter_mut()
            .zip(&other.0)
            .for_each(|(word, more)| *word |= more);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let bits = |(at, word): (usize, &u64)| {
            let word = *word;
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| at * 64 + bit)
        };
        self.0.iter().enumerate().flat_map(bits)
    }
}

/// One act, with what the fold must know of its place in the graph.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub(super) hash: Hash32,
    pub(super) depth: u64,
    pub(super) author: DeviceId,
    pub(super) clear: Clear,
    /// Acts among its ancestors.
    pub(super) before: ActSet,
    /// For a removal: records of the removed device among its ancestors, which it does not touch.
    pub(super) spared: BTreeSet<Hash32>,
}

impl Act {
    /// The device this act lets in.
    pub(super) fn adds(&self) -> Option<DeviceId> {
        match &self.clear {
            Clear::Found { device, .. } | Clear::AddDevice(device) => Some(device.device_id()),
            _ => None,
        }
    }

    /// The device this act throws out.
    pub(super) fn removes(&self) -> Option<DeviceId> {
        match self.clear {
            Clear::RemoveDevice { device } => Some(device),
            _ => None,
        }
    }

    pub(super) fn founds(&self) -> bool {
        matches!(self.clear, Clear::Found { .. })
    }

    /// Whether this removal reaches the record `hash` by `author`: the removed device wrote it, and whoever removed
    /// the device had not seen it.
    pub(super) fn reaches(&self, author: &DeviceId, hash: &Hash32) -> bool {
        self.hash != *hash && self.removes() == Some(*author) && !self.spared.contains(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_act_set_is_a_set(a: BTreeSet<u8>, b: BTreeSet<u8>) {
            let set = |numbers: &BTreeSet<u8>| {
                let mut set = ActSet::default();
                numbers.iter().for_each(|n| set.insert(usize::from(*n)));
                set
            };
            let mut union = set(&a);
            union.extend(&set(&b));
            let expected: BTreeSet<u8> = a.union(&b).copied().collect();
            prop_assert_eq!(&union, &set(&expected));
            prop_assert!(union.iter().eq(expected.iter().map(|n| usize::from(*n))));
            prop_assert!((0..256).all(|n| union.contains(n) == expected.contains(&(n as u8))));
        }
    }
}
