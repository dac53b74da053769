//! An item with everything that was later said about it.
//!
//! Nothing is replaced: the original stands with all its amendments, in one order on every device,
//! whatever order they arrived in. Amendments whose original has not arrived yet are shown without it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::item::{Item, ItemKind, ItemLink};
use crate::ids::{ItemId, MemberId};

/// An item as it was received: with the member who signed it and the hybrid clock of its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The item.
    pub item: Item,
    /// Who signed it.
    pub by: MemberId,
    /// Hybrid logical clock; it breaks ties of the clinical time and nothing else.
    pub hlc: u64,
}

impl Received {
    /// The order of the pages: clinical time, hybrid clock, id.
    #[must_use]
    pub fn order(&self) -> (DateTime<Utc>, u64, ItemId) {
        (self.item.at.to_utc(), self.hlc, self.item.id)
    }
}

/// An original with its amendments, confirmations and retractions, each oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thread {
    /// None while only amendments of it have arrived.
    pub original: Option<Received>,
    /// All of them are shown.
    pub amendments: Vec<Received>,
    /// Who confirmed it, and when.
    pub confirmations: Vec<Received>,
    /// Who took it back, and when.
    pub retractions: Vec<Received>,
}

impl Thread {
    /// A draft counts as confirmed once its own author has confirmed it; anything else was signed as final.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.original.as_ref().is_some_and(|original| {
            original.item.kind != ItemKind::Draft
                || self.confirmations.iter().any(|c| c.by == original.by)
        })
    }

    /// Taken back: it stays readable and is marked.
    #[must_use]
    pub fn is_retracted(&self) -> bool {
        !self.retractions.is_empty()
    }

    fn parts(&self) -> impl Iterator<Item = &Received> {
        self.original
            .iter()
            .chain(&self.amendments)
            .chain(&self.confirmations)
            .chain(&self.retractions)
    }

    fn order(&self) -> Option<(DateTime<Utc>, u64, ItemId)> {
        self.original
            .as_ref()
            .map(Received::order)
            .or_else(|| self.parts().map(Received::order).min())
    }
}

/// All items of one page, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Threads {
    /// Oldest first.
    pub threads: Vec<Thread>,
    /// Different items that came under an id that was taken: never shown as part of a thread, never dropped.
    pub quarantined: Vec<Received>,
}

impl Threads {
    /// Folds items in any order.
    #[must_use]
    pub fn fold(items: impl IntoIterator<Item = Received>) -> Self {
        let mut by_id: BTreeMap<ItemId, Vec<Received>> = BTreeMap::new();
        for received in items {
            let same = by_id.entry(received.item.id).or_default();
            if !same.contains(&received) {
                same.push(received);
            }
        }
        let mut quarantined = Vec::new();
        let mut known: BTreeMap<ItemId, Received> = BTreeMap::new();
        for (id, mut same) in by_id {
            // The earliest by hybrid clock keeps the id; author and bytes decide between equals.
            same.sort_by_cached_key(|r| (r.hlc, r.by, r.item.to_bytes().unwrap_or_default()));
            quarantined.extend(same.split_off(1));
            known.extend(same.pop().map(|first| (id, first)));
        }
        let mut threads: BTreeMap<ItemId, Thread> = BTreeMap::new();
        for received in known.values() {
            let thread = threads.entry(root(&known, received.item.id)).or_default();
            match received.item.link {
                None => thread.original = Some(received.clone()),
                Some(ItemLink::Amends(_)) => thread.amendments.push(received.clone()),
                Some(ItemLink::Confirms(_)) => thread.confirmations.push(received.clone()),
                Some(ItemLink::Retracts(_)) => thread.retractions.push(received.clone()),
            }
        }
        let mut threads: Vec<Thread> = threads.into_values().collect();
        for thread in &mut threads {
            for part in [
                &mut thread.amendments,
                &mut thread.confirmations,
                &mut thread.retractions,
            ] {
                part.sort_by_key(Received::order);
            }
        }
        threads.sort_by_key(Thread::order);
        Self {
            threads,
            quarantined,
        }
    }
}

/// Follows links to the original. A ring, which only a forger writes, is rooted at its smallest id.
fn root(known: &BTreeMap<ItemId, Received>, start: ItemId) -> ItemId {
    let mut seen = BTreeSet::from([start]);
    let mut at = start;
    while let Some(next) = known
        .get(&at)
        .and_then(|r| r.item.link.as_ref())
        .map(ItemLink::original)
    {
        if !seen.insert(next) {
            return ring_root(known, next);
        }
        at = next;
    }
    at
}

fn ring_root(known: &BTreeMap<ItemId, Received>, start: ItemId) -> ItemId {
    let mut ring = BTreeSet::new();
    let mut at = start;
    while ring.insert(at) {
        at = known
            .get(&at)
            .and_then(|r| r.item.link.as_ref())
            .map_or(at, ItemLink::original);
    }
    ring.first().copied().unwrap_or(start)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::visit::item::tests::item;

    fn id(n: u8) -> ItemId {
        ItemId::from_bytes([n; 16])
    }

    fn received(n: u8, kind: ItemKind, minute: i64, link: Option<ItemLink>, by: u8) -> Received {
        Received {
            item: item(n, kind, minute, link),
            by: MemberId::from_bytes([by; 16]),
            hlc: u64::from(n),
        }
    }

    #[test]
    fn two_amendments_written_apart_both_stand_beside_the_original() {
        let all = [
            received(3, ItemKind::Amendment, 20, Some(ItemLink::Amends(id(1))), 5),
            received(2, ItemKind::Amendment, 10, Some(ItemLink::Amends(id(1))), 6),
            received(1, ItemKind::Visit, 0, None, 5),
        ];
        let folded = Threads::fold(all);
        assert_eq!(folded.threads.len(), 1);
        let ids: Vec<_> = folded.threads[0]
            .amendments
            .iter()
            .map(|a| a.item.id)
            .collect();
        assert_eq!(ids, [id(2), id(3)]);
    }

    #[test]
    fn an_amendment_that_names_an_amendment_joins_the_original() {
        let all = [
            received(1, ItemKind::Visit, 0, None, 5),
            received(2, ItemKind::Amendment, 1, Some(ItemLink::Amends(id(1))), 5),
            received(3, ItemKind::Amendment, 2, Some(ItemLink::Amends(id(2))), 5),
        ];
        assert_eq!(Threads::fold(all).threads[0].amendments.len(), 2);
    }

    #[test]
    fn a_draft_is_confirmed_by_its_author_and_by_nobody_else() {
        let draft = received(1, ItemKind::Draft, 0, None, 5);
        let other = received(
            2,
            ItemKind::Confirmation,
            1,
            Some(ItemLink::Confirms(id(1))),
            6,
        );
        assert!(!Threads::fold([draft.clone(), other]).threads[0].is_confirmed());
        let own = received(
            3,
            ItemKind::Confirmation,
            1,
            Some(ItemLink::Confirms(id(1))),
            5,
        );
        assert!(Threads::fold([draft, own]).threads[0].is_confirmed());
    }

    #[test]
    fn a_note_to_the_wrong_patient_is_taken_back_with_a_trace() {
        let all = [
            received(1, ItemKind::Visit, 0, None, 5),
            received(
                2,
                ItemKind::Retraction,
                1,
                Some(ItemLink::Retracts(id(1))),
                5,
            ),
        ];
        let thread = &Threads::fold(all).threads[0];
        assert!(thread.is_retracted() && thread.original.is_some());
    }

    #[test]
    fn a_second_item_under_a_known_id_is_set_aside() {
        let mut forged = received(1, ItemKind::Visit, 0, None, 6);
        forged.hlc = 99;
        let folded = Threads::fold([forged.clone(), received(1, ItemKind::Visit, 0, None, 5)]);
        assert_eq!(folded.quarantined, [forged]);
        assert_eq!(folded.threads.len(), 1);
    }

    proptest! {
        #[test]
        fn any_order_of_arrival_gives_the_same_page_and_loses_nothing(
            links in prop::collection::vec((0u8..8, prop::option::of(0u8..10), 0..3i64, 0..3usize), 0..12), turn in 0usize..12
        ) {
            let make = |(n, link, minute, how): &(u8, Option<u8>, i64, usize)| {
                let link = link.map(|l| [ItemLink::Amends, ItemLink::Confirms, ItemLink::Retracts][*how](id(l)));
                received(*n, ItemKind::Visit, *minute, link, 5)
            };
            let mut items: Vec<_> = links.iter().map(make).collect();
            let folded = Threads::fold(items.clone());
            let shown: usize = folded.threads.iter().map(|t| t.parts().count()).sum();
            let mut distinct: Vec<&Received> = Vec::new();
            for received in &items {
                if !distinct.contains(&received) {
                    distinct.push(received);
                }
            }
            prop_assert_eq!(shown + folded.quarantined.len(), distinct.len());
            let turn = turn.min(items.len());
            items.rotate_left(turn);
            items.reverse();
            prop_assert_eq!(Threads::fold(items), folded);
        }
    }
}
