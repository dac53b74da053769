//! What goes out and what is asked for: the outbox, and the vector of chains this device reads.

use std::collections::{BTreeMap, BTreeSet};

use kaban_model::people::DocKind;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DeviceId, DocTag, Hash32};
use kaban_vault::store::{ENVELOPES_MAX, EnvelopeState, Tx};

use super::{Session, State, Workspace};
use crate::error::Error;
use crate::group::{DocKey, Group, PATIENT_DOCS};

/// Where a saved envelope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// On this device only.
    HereOnly,
    /// A relay has given a receipt for it.
    Receipt,
}

/// Every accepted envelope of one document or group.
pub(crate) fn applied(tx: &Tx<'_>, tag: DocTag) -> Result<Vec<SealedEnvelope>, Error> {
    in_state(tx, tag, |state| state == EnvelopeState::Applied)
}

/// Every envelope of one document or group that was not set aside.
pub(crate) fn kept(tx: &Tx<'_>, tag: DocTag) -> Result<Vec<SealedEnvelope>, Error> {
    in_state(tx, tag, |state| state != EnvelopeState::Quarantined)
}

fn in_state(
    tx: &Tx<'_>,
    tag: DocTag,
    wanted: impl Fn(EnvelopeState) -> bool,
) -> Result<Vec<SealedEnvelope>, Error> {
    let mut after: BTreeMap<DeviceId, u64> = BTreeMap::new();
    let mut all = Vec::new();
    loop {
        let page = tx.envelopes(&tag, &after, ENVELOPES_MAX)?;
        let last = page.len() < ENVELOPES_MAX;
        for stored in page {
            let header = stored.envelope.header();
            after.insert(header.author, header.seq);
            if wanted(stored.state) {
                all.push(stored.envelope);
            }
        }
        if last {
            return Ok(all);
        }
    }
}

/// Everything that waits, in order of arrival.
pub(crate) fn parked(tx: &Tx<'_>) -> Result<Vec<SealedEnvelope>, Error> {
    let mut after = 0;
    let mut all = Vec::new();
    loop {
        let page = tx.envelopes_in_state(EnvelopeState::Parked, after)?;
        let Some((last, _)) = page.last() else {
            return Ok(all);
        };
        after = *last;
        all.extend(page.into_iter().map(|(_, stored)| stored.envelope));
    }
}

impl State {
    /// Tags this device asks for, most urgent first: the record log, the groups, page 1 of
    /// everybody it reads, then charts, notes, the rest.
    pub(crate) fn interest(&self, offered: bool) -> Vec<DocTag> {
        let mut tags = vec![DocTag::RECORDS];
        tags.extend([Group::Members, Group::Doctors, Group::Office].map(|g| self.group_tag(g)));
        let wanted: BTreeSet<DocKey> = self
            .association
            .patients()
            .flat_map(|(patient, _)| PATIENT_DOCS.map(|kind| DocKey::of(patient, kind)))
            .filter(|doc| self.scope_of(*doc).is_some() || (offered && self.is_bag_doc(*doc)))
            .collect();
        let patients: BTreeSet<_> = wanted.iter().filter_map(|doc| doc.patient).collect();
        for patient in patients {
            tags.push(self.group_tag(Group::TeamAll(patient)));
            tags.push(self.group_tag(Group::TeamClinical(patient)));
        }
        for kind in PATIENT_DOCS {
            tags.extend(
                wanted
                    .iter()
                    .filter(|doc| doc.kind == kind)
                    .map(|doc| self.doc_tag(*doc)),
            );
        }
        let shared = DocKey::shared().into_iter();
        let shared = shared.filter(|doc| self.scope_of(*doc).is_some());
        tags.extend(shared.map(|doc| self.doc_tag(doc)));
        tags
    }

    /// Whether the document travels in the bag.
    pub(crate) fn is_bag_doc(&self, doc: DocKey) -> bool {
        let carried = matches!(
            doc.kind,
            DocKind::Front | DocKind::Chart | DocKind::Log | DocKind::Liaison
        );
        carried
            && doc
                .patient
                .is_some_and(|patient| self.association.on_duty_list(patient))
    }
}

impl Session<'_, '_> {
    /// How far each author's chain of a tag is whole here.
    pub fn vector(&mut self, tag: DocTag) -> Result<Vec<(DeviceId, u64)>, Error> {
        Ok(self.tx.vector_to_ask(&tag)?)
    }

    /// Unsent envelopes, oldest first.
    pub fn outbox(&mut self, limit: usize) -> Result<Vec<SealedEnvelope>, Error> {
        Ok(self
            .tx
            .outbox(limit)?
            .into_iter()
            .map(|stored| stored.envelope)
            .collect())
    }

    /// How many are unsent.
    pub fn unsent(&mut self) -> Result<u64, Error> {
        Ok(self.tx.outbox_len()?)
    }

    /// Notes that a receipt covers these.
    pub fn mark_sent(&mut self, hashes: &[Hash32], receipt: &[u8]) -> Result<u64, Error> {
        Ok(self.tx.mark_sent(hashes, receipt)?)
    }

    /// Where an envelope is.
    pub fn send_state(&mut self, hash: &Hash32) -> Result<SendState, Error> {
        Ok(match self.tx.receipt(hash)? {
            Some(_) => SendState::Receipt,
            None => SendState::HereOnly,
        })
    }

    /// What was set aside: envelope and reason.
    pub fn quarantined(&mut self) -> Result<Vec<(Hash32, String)>, Error> {
        Ok(self
            .tx
            .quarantined()?
            .into_iter()
            .map(|note| (note.hash, note.reason))
            .collect())
    }
}

impl Workspace {
    /// The tags to ask a peer for, most urgent first.
    pub fn interest(&mut self, cx: &super::Cx<'_>) -> Result<Vec<DocTag>, Error> {
        let now = cx.now;
        let me = &self.state.me;
        let offered = self
            .state
            .association
            .duty()
            .open_offers(now)
            .iter()
            .any(|seen| (seen.offer.to_member, seen.offer.to_device) == (me.member, me.device));
        Ok(self.state.interest(offered))
    }
}
