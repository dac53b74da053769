//! A relay in memory that loses nothing: every device gets what it asks for, in one go.

use std::collections::BTreeMap;

use kaban_proto::SealedEnvelope;
use kaban_proto::ids::DocTag;

use crate::Device;

/// The relay's envelopes, by document.
#[derive(Default)]
pub struct Board {
    envelopes: BTreeMap<DocTag, Vec<SealedEnvelope>>,
}

impl Board {
    /// One device pushes its outbox and takes what it asks for, until it asks for nothing new.
    pub fn meet(&mut self, device: &mut Device) {
        for envelope in device.outbox() {
            let known = self.envelopes.entry(envelope.header().doc).or_default();
            if !known.contains(&envelope) {
                known.push(envelope);
            }
        }
        for _ in 0..4 {
            let tags = device.interest();
            let wanted = tags.iter().filter_map(|tag| self.envelopes.get(tag));
            let batch = wanted.flatten().cloned().collect();
            device.take_in(batch);
        }
    }

    /// All of them meet often enough for everybody to have everything.
    pub fn settle(&mut self, devices: &mut [&mut Device]) {
        for _ in 0..3 {
            for device in devices.iter_mut() {
                self.meet(device);
            }
        }
    }
}
