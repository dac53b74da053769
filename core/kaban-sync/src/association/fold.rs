//! The fold of a set of records that belong to no log, for tests and benches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaban_proto::ids::Hash32;
use kaban_proto::sign::VerifyKey;

use super::history::{Ground, History, NewRecord, View};
use super::{Association, RecordView};
use crate::acts::Statement;

/// Ancestors as bits, by place in the order.
type Bits = Vec<u64>;

/// Records without a log: every one is active, and ancestry is kept as bits.
pub(super) struct Loose<'s> {
    place: BTreeMap<Hash32, usize>,
    ancestors: Vec<Bits>,
    signed: &'s dyn Fn(Hash32, &VerifyKey) -> bool,
}

impl<'s> Loose<'s> {
    pub(super) fn of(
        records: &[RecordView<'_>],
        signed: &'s dyn Fn(Hash32, &VerifyKey) -> bool,
    ) -> Self {
        let places = records.iter().enumerate();
        let place: BTreeMap<Hash32, usize> = places.map(|(at, record)| (record.hash, at)).collect();
        let mut ancestors: Vec<Bits> = Vec::with_capacity(records.len());
        for record in records {
            let mut bits = vec![0; records.len().div_ceil(64)];
            for at in record.parents.iter().filter_map(|parent| place.get(parent)) {
                bits[at / 64] |= 1 << (at % 64);
                for (word, inherited) in bits.iter_mut().zip(&ancestors[*at]) {
                    *word |= inherited;
                }
            }
            ancestors.push(bits);
        }
        Self {
            place,
            ancestors,
            signed,
        }
    }
}

impl Ground for Loose<'_> {
    fn is_before(&self, ancestor: &Hash32, record: &Hash32) -> bool {
        let places = self.place.get(ancestor).zip(self.place.get(record));
        places.is_some_and(|(a, b)| self.ancestors[*b][a / 64] & (1 << (a % 64)) != 0)
    }

    fn removed(&self, _: View) -> BTreeSet<Hash32> {
        BTreeSet::new()
    }

    fn is_signed_by(&self, record: &Hash32, key: &VerifyKey) -> bool {
        (self.signed)(*record, key)
    }
}

impl Association {
    /// Folds records given in an order in which parents come first; `signed(record, key)` says
    /// whether the person's signature on a record is by `key`.
    pub fn fold(records: &[RecordView<'_>], signed: &dyn Fn(Hash32, &VerifyKey) -> bool) -> Self {
        let loose = Loose::of(records, signed);
        let mut history = History::default();
        let mut depths: BTreeMap<Hash32, u64> = BTreeMap::new();
        for record in records {
            let above = record
                .parents
                .iter()
                .filter_map(|parent| depths.get(parent));
            let depth = above.max().map_or(0, |depth| depth + 1);
            depths.insert(record.hash, depth);
            history.insert(record.to_new(depth), &loose);
        }
        Arc::unwrap_or_clone(history.now(&loose))
    }
}

impl RecordView<'_> {
    pub(super) fn to_new(&self, depth: u64) -> NewRecord {
        NewRecord {
            hash: self.hash,
            parents: self.parents.to_vec(),
            depth,
            device: self.device,
            member: self.member,
            stops_devices: false,
            said: Arc::new(Statement {
                at: self.at,
                acts: self.acts.to_vec(),
            }),
        }
    }
}
