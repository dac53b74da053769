//! The bag: the chains of every patient on the duty list, counted, and verified by a receiver
//! before anything is accepted.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use kaban_model::ids::PatientId;
use kaban_model::people::DocKind;
use kaban_model::visit::Item;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId, Hash32};
use kaban_vault::kbox::Key;

use super::epoch_info::EpochInfo;
use super::send::{applied, kept};
use super::{Session, State};
use crate::document::Document;
use crate::epoch::{self, EpochBody, EpochKeys};
use crate::error::Error;
use crate::group::{DocKey, Group};
use crate::manifest::{CHAINS_PER_PATIENT, Heads, Leaf, Manifest, root};
use crate::payload::{ContentKind, Payload};

/// The documents that duty carries.
pub(crate) const BAG_DOCS: [DocKind; 4] = [
    DocKind::Front,
    DocKind::Chart,
    DocKind::Log,
    DocKind::Liaison,
];

/// What was found in an offered bag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BagContents {
    /// Patients on the list.
    pub patients: u64,
    /// Envelopes of theirs.
    pub envelopes: u64,
    /// Root over all chains.
    pub root: Hash32,
}

impl State {
    pub(crate) fn bag_chains(&self, patient: PatientId) -> [DocTag; CHAINS_PER_PATIENT] {
        let [front, chart, log, liaison] =
            BAG_DOCS.map(|kind| self.doc_tag(DocKey::of(patient, kind)));
        let all = self.group_tag(Group::TeamAll(patient));
        let clinical = self.group_tag(Group::TeamClinical(patient));
        [all, clinical, front, chart, log, liaison]
    }
}

impl Session<'_, '_> {
    /// What this device holds of the bag, with every accepted envelope, patient by patient.
    pub(crate) fn pack_bag(&mut self) -> Result<(Manifest, Vec<Leaf>, Vec<SealedEnvelope>), Error> {
        let patients: Vec<PatientId> = self.state.association.duty_list().collect();
        let mut manifest = Manifest::default();
        let (mut leaves, mut envelopes) = (Vec::new(), Vec::new());
        for patient in patients {
            let mut chains: [Heads; CHAINS_PER_PATIENT] = Default::default();
            for (heads, chain) in chains.iter_mut().zip(self.state.bag_chains(patient)) {
                let mut ends: BTreeMap<_, Leaf> = BTreeMap::new();
                for envelope in applied(self.tx, chain)? {
                    let header = envelope.header();
                    let (author, seq) = (header.author, header.seq);
                    let follows = ends.get(&author).map_or(1, |leaf| leaf.seq + 1) == seq;
                    if follows {
                        ends.insert(
                            author,
                            Leaf {
                                chain,
                                author,
                                seq,
                                hash: envelope.hash(),
                            },
                        );
                        envelopes.push(envelope);
                    }
                }
                *heads = ends
                    .iter()
                    .map(|(author, leaf)| (*author, leaf.seq))
                    .collect();
                leaves.extend(ends.into_values());
            }
            manifest.patients.push((patient, chains));
        }
        Ok((manifest, leaves, envelopes))
    }

    /// Verifies an offered bag from the raw envelopes stored here: that every envelope the
    /// manifest names is there and continues its chain, that every document opens with the keys
    /// that reach from the Duty group, loads, and reads. Nothing is kept.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the first thing that is missing or does not open.
    pub(crate) fn verify_bag(
        &mut self,
        manifest: &Manifest,
        duty: &BTreeMap<EpochId, Key>,
    ) -> Result<BagContents, Error> {
        let mut leaves = Vec::new();
        for (patient, chains) in &manifest.patients {
            let tags = self.state.bag_chains(*patient);
            for (heads, chain) in chains.iter().zip(tags) {
                let mut within = Vec::new();
                for envelope in kept(self.tx, chain)? {
                    let header = envelope.header();
                    if heads
                        .get(&header.author)
                        .is_some_and(|last| header.seq <= *last)
                    {
                        within.push(envelope);
                    }
                }
                leaves.extend(chain_ends(chain, heads, &within)?);
                if let Some(doc) = self.state.tags.get(&chain).copied() {
                    self.open_everything(doc, &within, duty)?;
                }
            }
        }
        Ok(BagContents {
            patients: manifest.patients.len() as u64,
            envelopes: manifest.envelopes(),
            root: root(leaves),
        })
    }

    fn open_everything(
        &mut self,
        doc: DocKey,
        envelopes: &[SealedEnvelope],
        duty: &BTreeMap<EpochId, Key>,
    ) -> Result<(), Error> {
        let keys = self.keys_through_duty(doc, envelopes, duty);
        let mut document = Document::new(self.state.me.device);
        let mut changes = Vec::new();
        for envelope in envelopes
            .iter()
            .filter(|envelope| envelope.header().kind == Kind::Data)
        {
            let key = keys
                .get(&envelope.header().epoch)
                .ok_or_else(|| missing("a key", envelope))?;
            let payload = super::write::open_payload(key, envelope)
                .map_err(|_| missing("a box that opens", envelope))?;
            if payload.statement.kind == ContentKind::Change {
                changes.push((envelope, payload));
            } else {
                Item::from_bytes(&payload.statement.content)
                    .map_err(|_| missing("an item that reads", envelope))?;
            }
        }
        let left = merge_all(&mut document, changes);
        left.first().map_or(Ok(()), |(envelope, _)| {
            Err(missing("a change that merges", envelope))
        })
    }

    /// The keys of a document's epochs: through the Duty group's epochs, backwards through the
    /// boxed ones, and those this person holds of their own.
    fn keys_through_duty(
        &mut self,
        doc: DocKey,
        envelopes: &[SealedEnvelope],
        duty: &BTreeMap<EpochId, Key>,
    ) -> BTreeMap<EpochId, Key> {
        let tag = self.state.doc_tag(doc);
        let duty_tag = self.state.group_tag(Group::Duty);
        let mut keys = BTreeMap::new();
        let (mut parents, mut infos) = (Vec::new(), BTreeMap::new());
        for envelope in envelopes
            .iter()
            .filter(|envelope| envelope.header().kind == Kind::Epoch)
        {
            let Ok(body) = EpochBody::decode(envelope.body()) else {
                continue;
            };
            let id = epoch::opened_by(envelope);
            infos.insert(id, EpochInfo::of(envelope, &body));
            parents.push((id, body.parents.clone()));
            if let Ok(Some(own)) = self.doc_key(tag, id) {
                keys.insert(id, own);
                continue;
            }
            let EpochKeys::Doc { sealed, .. } = &body.keys else {
                continue;
            };
            for (_, epoch, bytes) in sealed.iter().filter(|(group, ..)| *group == duty_tag) {
                if let Some(private) = duty.get(epoch)
                    && let Ok(key) = epoch::open_for_group(tag, *epoch, private, bytes)
                    && body.keys.proves(tag, &key)
                {
                    keys.insert(id, key);
                }
            }
        }
        loop {
            let mut found = Vec::new();
            for (id, parents) in &parents {
                let Some(key) = keys.get(id) else { continue };
                for parent in parents
                    .iter()
                    .filter(|parent| !keys.contains_key(&parent.epoch))
                {
                    if let Some(old) = epoch::open_parent(tag, parent, key)
                        && let Some(info) = infos.get(&parent.epoch)
                        && info.proves(tag, &old)
                    {
                        found.push((parent.epoch, old));
                    }
                }
            }
            if found.is_empty() {
                return keys;
            }
            keys.extend(found);
        }
    }
}

/// Merges changes, each once those it builds on are there; returns those that never fit.
pub(super) fn merge_all<E: Borrow<SealedEnvelope>>(
    document: &mut Document,
    mut changes: Vec<(E, Payload)>,
) -> Vec<(E, Payload)> {
    loop {
        let before = changes.len();
        changes.retain(|(envelope, payload)| {
            let author = envelope.borrow().header().author;
            document.apply(&payload.statement.content, author).is_err()
        });
        if changes.is_empty() || changes.len() == before {
            return changes;
        }
    }
}

fn chain_ends(
    chain: DocTag,
    heads: &Heads,
    envelopes: &[SealedEnvelope],
) -> Result<Vec<Leaf>, Error> {
    let mut leaves = Vec::new();
    for (author, last) in heads {
        let mut prev = Hash32::ZERO;
        let mut next = 1;
        for envelope in envelopes
            .iter()
            .filter(|envelope| envelope.header().author == *author)
        {
            let header = envelope.header();
            if header.seq != next || header.prev != prev {
                return Err(missing("an unbroken chain", envelope));
            }
            prev = envelope.hash();
            next += 1;
        }
        if next != last + 1 {
            let what = format!(
                "the bag is not whole: {} of {last} envelopes of {author}",
                next - 1
            );
            return Err(Error::Malformed { what });
        }
        leaves.push(Leaf {
            chain,
            author: *author,
            seq: *last,
            hash: prev,
        });
    }
    Ok(leaves)
}

fn missing(what: &str, envelope: &SealedEnvelope) -> Error {
    let header = envelope.header();
    let what = format!(
        "the bag lacks {what} at {}/{}/{}",
        header.doc, header.author, header.seq
    );
    Error::Malformed { what }
}
