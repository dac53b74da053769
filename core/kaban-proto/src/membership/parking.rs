//! Records that came before their parents, within bounds.

use super::refusal::Refusal;
use crate::envelope::SealedEnvelope;
use crate::ids::Hash32;
use crate::record::RecordBody;
use std::collections::{BTreeMap, BTreeSet};

/// Most records that wait for their parents.
pub const PARKED_MAX: usize = 4096;
/// Most bytes of records that wait for their parents.
pub const PARKED_BYTES_MAX: usize = 16 << 20;

/// Records that wait for their parents.
#[derive(Debug, Default)]
pub(super) struct Parking {
    parked: BTreeMap<Hash32, (SealedEnvelope, RecordBody)>,
    bytes: usize,
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

    pub(super) fn park(
        &mut self,
        envelope: SealedEnvelope,
        body: RecordBody,
        missing: &[Hash32],
    ) -> Result<(), Refusal> {
        let bytes = self.bytes + envelope.wire_bytes();
        if self.parked.len() >= PARKED_MAX || bytes > PARKED_BYTES_MAX {
            return Err(Refusal::ParkingFull);
        }
        let hash = envelope.hash();
        for parent in missing {
            self.waiting.entry(*parent).or_default().insert(hash);
        }
        self.bytes = bytes;
        self.parked.insert(hash, (envelope, body));
        Ok(())
    }

    /// Takes out what waited for `parent` and for nothing else that `is_here` denies.
    pub(super) fn release(
        &mut self,
        parent: &Hash32,
        is_here: impl Fn(&Hash32) -> bool,
    ) -> Vec<(SealedEnvelope, RecordBody)> {
        let children = self.waiting.remove(parent).unwrap_or_default();
        let ready = |child: &Hash32| {
            self.parked
                .get(child)
                .is_some_and(|(_, body)| body.parents.iter().all(&is_here))
        };
        let ready: Vec<Hash32> = children.into_iter().filter(ready).collect();
        let released: Vec<_> = ready
            .iter()
            .filter_map(|child| self.parked.remove(child))
            .collect();
        self.bytes -= released
            .iter()
            .map(|(envelope, _)| envelope.wire_bytes())
            .sum::<usize>();
        released
    }
}
