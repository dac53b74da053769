//! N devices and a mailbox between them that loses, delays, doubles and reorders, by seed.
//!
//! Harsher than any relay: it keeps no order of its own, and hands out the middle of a chain
//! before its beginning.

use std::collections::{BTreeMap, BTreeSet};

use kaban_proto::SealedEnvelope;
use kaban_proto::ids::{DocTag, Hash32};
use kaban_sync::workspace::{Carry, IngestReport};

use crate::{Chance, Device};

/// Rounds in which everything has to be everywhere, once nothing is lost any more.
const ROUNDS_MAX: usize = 16;

/// What goes wrong, in percent.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// An envelope does not arrive this time; it stays in the outbox.
    pub lost: usize,
    /// An envelope arrives, its receipt does not: it will be sent again.
    pub receipt_lost: usize,
    /// An envelope that could be handed out is held back this time.
    pub delayed: usize,
    /// An envelope is handed out again.
    pub doubled: usize,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        lost: 0,
        receipt_lost: 0,
        delayed: 0,
        doubled: 0,
    };
    /// A night of bad weather.
    pub const STORM: Self = Self {
        lost: 25,
        receipt_lost: 15,
        delayed: 30,
        doubled: 20,
    };
}

/// Devices and what lies in the mailbox between them.
pub struct Network {
    devices: Vec<Device>,
    offline: BTreeSet<usize>,
    mailbox: BTreeMap<DocTag, BTreeMap<Hash32, SealedEnvelope>>,
    handed_out: Vec<BTreeSet<Hash32>>,
    faults: Faults,
}

impl Network {
    /// All of them connected, nothing sent.
    pub fn new(devices: Vec<Device>, faults: Faults) -> Self {
        let handed_out = devices.iter().map(|_| BTreeSet::new()).collect();
        Self {
            devices,
            offline: BTreeSet::new(),
            mailbox: BTreeMap::new(),
            handed_out,
            faults,
        }
    }

    /// How many devices.
    pub fn size(&self) -> usize {
        self.devices.len()
    }

    /// One of them.
    pub fn device(&mut self, n: usize) -> &mut Device {
        &mut self.devices[n]
    }

    /// From now on it meets nobody.
    pub fn disconnect(&mut self, n: usize) {
        self.offline.insert(n);
    }

    /// It meets the mailbox again.
    pub fn reconnect(&mut self, n: usize) {
        self.offline.remove(&n);
    }

    /// Whether it meets the mailbox.
    pub fn is_connected(&self, n: usize) -> bool {
        !self.offline.contains(&n)
    }

    /// Puts something into the mailbox that no device of this network sent.
    pub fn plant(&mut self, envelope: SealedEnvelope) {
        self.mailbox
            .entry(envelope.header().doc)
            .or_default()
            .insert(envelope.hash(), envelope);
    }

    /// One device pushes and pulls once, with faults; nothing happens while it is disconnected.
    pub fn exchange(&mut self, n: usize, chance: &mut Chance) -> IngestReport {
        if !self.is_connected(n) {
            return IngestReport::default();
        }
        let faults = self.faults;
        let mut receipts = Vec::new();
        for envelope in self.devices[n].outbox() {
            if chance.happens(faults.lost) {
                continue;
            }
            if !chance.happens(faults.receipt_lost) {
                receipts.push(envelope.hash());
            }
            self.plant(envelope);
        }
        self.mark_sent(n, &receipts);
        let mut batch = Vec::new();
        for envelope in self.wanted_by(n) {
            let again = self.handed_out[n].contains(&envelope.hash());
            let held = if again {
                !chance.happens(faults.doubled)
            } else {
                chance.happens(faults.delayed)
            };
            if !held {
                batch.push(envelope);
            }
        }
        chance.shuffle(&mut batch);
        self.handed_out[n].extend(batch.iter().map(SealedEnvelope::hash));
        self.devices[n].take_in(batch)
    }

    /// One device gives another its whole outbox by hand, without any network.
    pub fn carry(&mut self, from: usize, to: usize) -> IngestReport {
        let envelopes = self.devices[from].outbox();
        self.devices[to]
            .with(|ws, cx| ws.ingest(envelopes, Carry::Everything, cx))
            .unwrap()
    }

    /// Everybody is connected and nothing is lost, until nobody has anything new to say.
    ///
    /// # Panics
    /// When they never come to rest: each keeps answering the other.
    pub fn run_until_quiet(&mut self) {
        self.offline.clear();
        for _ in 0..ROUNDS_MAX {
            let mut moved = 0;
            for n in 0..self.devices.len() {
                let outbox = self.devices[n].outbox();
                moved += outbox.len();
                let receipts: Vec<_> = outbox.iter().map(SealedEnvelope::hash).collect();
                outbox.into_iter().for_each(|envelope| self.plant(envelope));
                self.mark_sent(n, &receipts);
                let batch = self.wanted_by(n).collect();
                moved += self.devices[n].take_in(batch).applied;
            }
            if moved == 0 {
                return;
            }
        }
        panic!("the devices do not come to rest in {ROUNDS_MAX} rounds");
    }

    fn mark_sent(&mut self, n: usize, hashes: &[Hash32]) {
        self.devices[n]
            .with(|ws, _| ws.write(|s| s.mark_sent(hashes, b"receipt")))
            .unwrap();
    }

    fn wanted_by(&mut self, n: usize) -> impl Iterator<Item = SealedEnvelope> + use<> {
        let tags = self.devices[n].interest();
        let of = |tag| {
            self.mailbox
                .get(tag)
                .into_iter()
                .flat_map(BTreeMap::values)
                .cloned()
        };
        let wanted: Vec<_> = tags.iter().flat_map(of).collect();
        wanted.into_iter()
    }
}
