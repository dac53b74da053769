//! Acts: the records whose clear part changes a device. There are few of them among many records,
//! so what is known of the devices is kept for each set of acts, and every record names the set at
//! or before it.

use super::graph::Clock;
use crate::ids::{DeviceId, Hash32};
use crate::record::{Clear, DeviceKeys};
use std::collections::BTreeMap;

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

    /// Whether every member of `other` is one of this.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let word = |at: usize| self.0.get(at).copied().unwrap_or(0);
        other
            .0
            .iter()
            .enumerate()
            .all(|(at, more)| more & !word(at) == 0)
    }

    /// Members that are not in `other`.
    pub(super) fn beyond(&self, other: &Self) -> Vec<usize> {
        let word = |at: usize| other.0.get(at).copied().unwrap_or(0);
        let mut left = self.clone();
        left.0
            .iter_mut()
            .enumerate()
            .for_each(|(at, mine)| *mine &= !word(at));
        left.iter().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let bits = |(at, word): (usize, &u64)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                let bit = word.trailing_zeros() as usize;
                let found = (word != 0).then_some(at * 64 + bit);
                word &= word.wrapping_sub(1);
                found
            })
        };
        self.0.iter().enumerate().flat_map(bits)
    }
}

/// What an act strikes: see [`super::court`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strike {
    /// Everything that the device wrote unseen.
    Removal(DeviceId),
    /// What the device granted and lifted unseen.
    Suspension(DeviceId),
    /// The suspensions of the device that were seen.
    Lift(DeviceId),
}

/// One act, with what the fold must know of its place in the graph.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub(super) hash: Hash32,
    pub(super) depth: u64,
    pub(super) author: DeviceId,
    pub(super) clear: Clear,
    /// The view its author had.
    pub(super) view: u32,
    /// How far each chain is among its ancestors.
    pub(super) clock: Clock,
}

impl Act {
    /// The device this act lets in.
    pub(super) fn adds(&self) -> Option<&DeviceKeys> {
        match &self.clear {
            Clear::Found { device, .. } | Clear::AddDevice(device) => Some(device),
            _ => None,
        }
    }

    pub(super) fn founds(&self) -> bool {
        matches!(self.clear, Clear::Found { .. })
    }

    pub(super) fn strike(&self) -> Option<Strike> {
        match self.clear {
            Clear::RemoveDevice { device } => Some(Strike::Removal(device)),
            Clear::SuspendDevice {
                device,
                until_ms: 0,
            } => Some(Strike::Lift(device)),
            Clear::SuspendDevice { device, .. } => Some(Strike::Suspension(device)),
            _ => None,
        }
    }

    /// Whether it may not be done by a device that is suspended: it lets in, gives rights, or
    /// lifts.
    pub(super) fn grants(&self) -> bool {
        grants(&self.clear)
    }
}

/// Whether this may not be done by a device that is suspended: it lets in, gives rights, or lifts.
pub(super) fn grants(clear: &Clear) -> bool {
    matches!(
        clear,
        Clear::AddDevice(_) | Clear::SuspendDevice { until_ms: 0, .. }
    )
}

/// Every act of a log, by number, and where to find those that matter to one device.
#[derive(Debug, Default)]
pub(super) struct Acts {
    list: Vec<Act>,
    /// By the device let in.
    adds: BTreeMap<DeviceId, Vec<usize>>,
    /// By the device removed.
    removals: BTreeMap<DeviceId, Vec<usize>>,
    /// By the device suspended.
    suspensions: BTreeMap<DeviceId, Vec<usize>>,
}

impl Acts {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Takes an act and gives back its number.
    pub(super) fn push(&mut self, act: Act) -> usize {
        let number = self.list.len();
        if let Some(device) = act.adds() {
            self.adds
                .entry(device.device_id())
                .or_default()
                .push(number);
        }
        match act.strike() {
            Some(Strike::Removal(device)) => self.removals.entry(device).or_default().push(number),
            Some(Strike::Suspension(device)) => {
                self.suspensions.entry(device).or_default().push(number);
            }
            Some(Strike::Lift(_)) | None => {}
        }
        self.list.push(act);
        number
    }

    /// Acts that let this device in.
    pub(super) fn adding(&self, device: &DeviceId) -> &[usize] {
        self.adds.get(device).map_or(&[], Vec::as_slice)
    }

    /// Acts that remove this device.
    pub(super) fn removing(&self, device: &DeviceId) -> &[usize] {
        self.removals.get(device).map_or(&[], Vec::as_slice)
    }

    /// Acts that suspend this device.
    pub(super) fn suspending(&self, device: &DeviceId) -> &[usize] {
        self.suspensions.get(device).map_or(&[], Vec::as_slice)
    }
}

impl std::ops::Index<usize> for Acts {
    type Output = Act;

    fn index(&self, number: usize) -> &Act {
        &self.list[number]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

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
            prop_assert_eq!(union.len(), expected.len());
            prop_assert!(union.covers(&set(&a)));
            prop_assert_eq!(set(&a).covers(&set(&b)), b.is_subset(&a));
            let rest: Vec<usize> = a.difference(&b).map(|n| usize::from(*n)).collect();
            prop_assert_eq!(set(&a).beyond(&set(&b)), rest);
            prop_assert!((0..256).all(|n| union.contains(n) == expected.contains(&(n as u8))));
        }
    }
}
