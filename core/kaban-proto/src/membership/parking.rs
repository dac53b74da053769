//! Records that came before their parents, within bounds.

use super::log::Source;
use super::refusal::Refusal;
use crate::envelope::SealedEnvelope;
use crate::ids::{DeviceId, Hash32};
use crate::record::RecordBody;
use std::collections::{BTreeMap, BTreeSet};

/// Most records that wait for their parents.
pub const PARKED_MAX: usize = 4096;
/// Most bytes of records that wait for their parents.
pub const PARKED_BYTES_MAX: usize = 16 << 20;
/// Most of them by one author; authors whom the log does not know share one such part, or all of it
/// while the log is empty and knows nobody.
pub const PARKED_BY_AUTHOR_MAX: usize = PARKED_MAX / 4;

/// A record that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) envelope: SealedEnvelope,
    pub(super) body: RecordBody,
    pub(super) source: Source,
    /// Whose part of the room it takes: its author's, or that of unknown authors.
    part: Option<DeviceId>,
}

/// Whose part of the room a record takes, and how large that is.
pub(super) struct Part {
    /// Its author, or `None` for all unknown ones.
    pub(super) of: Option<DeviceId>,
    /// Most records of the part.
    pub(super) most: usize,
}

/// Records that wait for their parents.
#[derive(Debug, Default)]
pub(super) struct Parking {
    parked: BTreeMap<Hash32, Waiting>,
    bytes: usize,
    parts: BTreeMap<Option<DeviceId>, usize>,
    /// Missing parent → parked children.
    waiting: BTreeMap<Hash32, BTreeSet<Hash32>>,
}

impl Parking {
    pub(super) fn len(&self) -> usize {
        self.parked.len()
    }

    pub(super) fn contains(&self, hash: &Hash32) -> bool {
        self.parked.contains_key(hash)
    }

    /// Missing parents that are not parked themselves.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Hash32> + '_ {
        self.waiting.keys().filter(|hash| !self.contains(hash))
    }

    /// Whether a record of somebody else than `author` waits for `hash`.
    pub(super) fn is_needed(&self, hash: &Hash32, author: &DeviceId) -> bool {
        let children = self.waiting.get(hash).into_iter().flatten();
        let mut parked = children.filter_map(|child| self.parked.get(child));
        parked.any(|waiting| waiting.envelope.header().author != *author)
    }

    /// Lets a record wait. What was stored before has found its room already.
    pub(super) fn park(
        &mut self,
        envelope: SealedEnvelope,
        body: RecordBody,
        source: Source,
        part: Part,
        missing: &[Hash32],
    ) -> Result<(), Refusal> {
        let bytes = self.bytes + envelope.wire_bytes();
        let Part { of: part, most } = part;
        let taken = self.parts.get(&part).copied().unwrap_or(0);
        let full = self.parked.len() >= PARKED_MAX || bytes > PARKED_BYTES_MAX || taken >= most;
        if full && source == Source::Peer {
            return Err(Refusal::ParkingFull);
        }
        let hash = envelope.hash();
        for parent in missing {
            self.waiting.entry(*parent).or_default().insert(hash);
        }
        self.bytes = bytes;
        self.parts.insert(part, taken + 1);
        let waiting = Waiting {
            envelope,
            body,
            source,
            part,
        };
        self.parked.insert(hash, waiting);
        Ok(())
    }

    /// Takes out what waited for `parent` and for nothing else that `is_here` denies.
    pub(super) fn release(
        &mut self,
        parent: &Hash32,
        is_here: impl Fn(&Hash32) -> bool,
    ) -> Vec<Waiting> {
        let children = self.waiting.remove(parent).unwrap_or_default();
        let ready = |child: &Hash32| {
            self.parked
                .get(child)
                .is_some_and(|waiting| waiting.body.parents.iter().all(&is_here))
        };
        let ready: Vec<Hash32> = children.into_iter().filter(ready).collect();
        let released: Vec<Waiting> = ready
            .iter()
            .filter_map(|child| self.parked.remove(child))
            .collect();
        for waiting in &released {
            self.bytes -= waiting.envelope.wire_bytes();
            if let Some(taken) = self.parts.get_mut(&waiting.part) {
                *taken -= 1;
            }
        }
        released
    }
}
