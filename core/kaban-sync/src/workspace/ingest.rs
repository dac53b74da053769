//! Taking in envelopes of others, from a relay or a file: verify, open, merge, project.
//!
//! The order is that of security-sync.md §4.6. Whatever fails is set aside and named, never
//! dropped, and never stops another document. What only waits — for the envelope before it, a
//! record, or a key — is parked and tried again with every later batch.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use kaban_model::ids::PatientId;
use kaban_model::visit::Item;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, Hash32};
use kaban_proto::membership::{Inserted, Status};
use kaban_vault::audit::AuditEvent;
use kaban_vault::store::EnvelopeState;

use super::access;
use super::links::{LinkVerdict, Sayer};
use super::mend;
use super::pages::Deed;
use super::removed::{Proof, UNPROVEN};
use super::scopes::Touched;
use super::{Cx, Session, State, Workspace};
use crate::association::Association;
use crate::document::{Document, DocumentError};
use crate::epoch::{self, EpochBody, EpochKeys};
use crate::error::Error;
use crate::group::{DocKey, Group};
use crate::payload::{ContentKind, Payload};

/// Row that says that records were opened while others could not be read.
const UNORDERED: &str = "unordered";

/// What became of one envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Part of its document now.
    Applied,
    /// Waits for something that has not arrived.
    Parked,
    /// Set aside, with the reason.
    Quarantined(&'static str),
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IngestReport {
    /// New and applied, parked ones of earlier batches included.
    pub applied: usize,
    /// Known already.
    pub known: usize,
    /// Waiting.
    pub parked: usize,
    /// Set aside now.
    pub quarantined: usize,
}

/// Which of the envelopes taken in are passed on to the relay by this device: the one who gave
/// them may never reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carry {
    /// None: they came from the relay.
    Nothing,
    /// The records, which everybody needs.
    Records,
    /// All of them.
    Everything,
}

/// What is found and touched during one batch.
#[derive(Default)]
struct Batch {
    open: BTreeMap<DocKey, Document>,
    changed: BTreeSet<DocKey>,
    /// Groups of which a new key was found in this round.
    groups: BTreeSet<Group>,
    /// Groups of which an epoch came.
    heal: BTreeSet<Group>,
    /// Patients of whose documents an epoch came that the holder of the bag does not reach.
    unreached: BTreeSet<PatientId>,
    /// Whose documents and groups the opened records touch.
    touched: Touched,
    /// How many records' sealed parts were opened.
    opened: usize,
    /// How often keys were found for epochs that had come before them.
    keys: usize,
}

impl Workspace {
    /// Takes in a batch; one transaction.
    pub fn ingest(
        &mut self,
        batch: Vec<SealedEnvelope>,
        carry: Carry,
        cx: &mut Cx<'_>,
    ) -> Result<IngestReport, Error> {
        match self.write(|session| session.ingest(batch.clone(), carry, cx)) {
            // Whatever was damaged has been made again or set aside by now.
            Err(error) if mend::is_damage(&error) => {
                self.write(|session| session.ingest(batch, carry, cx))
            }
            done => done,
        }
    }
}

impl Session<'_, '_> {
    pub(crate) fn ingest(
        &mut self,
        batch: Vec<SealedEnvelope>,
        carry: Carry,
        cx: &mut Cx<'_>,
    ) -> Result<IngestReport, Error> {
        let mut report = IngestReport::default();
        self.let_in(cx, batch, carry, &mut report)?;
        let mut waiting = super::send::parked(self.tx)?;
        let mut work = Batch::default();
        self.put_in_order(cx, &[], &mut work)?;
        loop {
            let before = (report.applied, work.opened, work.keys);
            waiting = self.round(cx, waiting, &mut work, &mut report)?;
            if (report.applied, work.opened, work.keys) == before {
                break;
            }
        }
        report.parked = waiting.len();
        self.state.candidates.clear();
        // Now that the epochs that came along are known: what still lacks a reader is sealed anew.
        let touched = std::mem::take(&mut work.touched);
        self.seal_anew(cx, &touched)?;
        // An epoch opened by somebody who had not heard of the newest take.
        for patient in std::mem::take(&mut work.unreached) {
            self.open_to_duty(cx, patient)?;
        }
        self.heal_foul(cx)?;
        // An epoch opened by somebody who had not seen the newest people, or did not hold the
        // keys before: whoever can puts it right.
        for group in std::mem::take(&mut work.heal) {
            self.heal_group(cx, group)?;
        }
        self.answer_for_removed(cx)?;
        let changed = std::mem::take(&mut work.changed);
        for doc in changed {
            // What may no longer be read here has been dropped in the meantime.
            if self.state.scope_of(doc).is_some()
                && let Some(document) = work.open.get_mut(&doc)
            {
                self.save_document(doc, document)?;
                self.project_document(doc, document)?;
            }
        }
        if self.state.read_again {
            self.state.read_again = false;
            report.parked = self.ingest(Vec::new(), Carry::Nothing, cx)?.parked;
        }
        Ok(report)
    }

    /// Stores a part of a longer batch; what is in it is read with the last part.
    pub(super) fn keep(
        &mut self,
        part: Vec<SealedEnvelope>,
        carry: Carry,
        cx: &mut Cx<'_>,
    ) -> Result<(), Error> {
        self.let_in(cx, part, carry, &mut IngestReport::default())
    }

    /// After epochs were found whose makers gave somebody a wrong key, here or while writing.
    fn heal_foul(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        let foul = std::mem::take(&mut self.state.foul);
        if foul.is_empty() {
            return Ok(());
        }
        self.audit(cx, Deed::counted(AuditEvent::Quarantine, foul.len()))?;
        let tags: BTreeSet<DocTag> = foul.into_iter().map(|(tag, _)| tag).collect();
        for tag in tags {
            if let Some(doc) = self.state.tags.get(&tag).copied() {
                self.heal_doc(cx, doc)?;
            }
        }
        Ok(())
    }

    /// Reads again what a change of people, teams, consent or duty has taken back.
    pub(crate) fn read_again(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        if std::mem::take(&mut self.state.read_again) {
            self.ingest(Vec::new(), Carry::Nothing, cx)?;
        }
        Ok(())
    }

    /// One pass over everything that waits: records first, then the keys they open with, then the
    /// other keys, then data. Returns what still waits.
    fn round(
        &mut self,
        cx: &mut Cx<'_>,
        waiting: Vec<SealedEnvelope>,
        work: &mut Batch,
        report: &mut IngestReport,
    ) -> Result<Vec<SealedEnvelope>, Error> {
        let members = self.state.group_tag(Group::Members);
        let mut by_kind: [Vec<SealedEnvelope>; 4] = Default::default();
        for envelope in waiting {
            let slot = match envelope.header().kind {
                Kind::Record => 0,
                Kind::Epoch if envelope.header().doc == members => 1,
                Kind::Epoch => 2,
                Kind::Data => 3,
            };
            by_kind[slot].push(envelope);
        }
        for envelopes in &mut by_kind {
            envelopes.sort_by_key(|envelope| (envelope.header().doc, envelope.header().seq));
        }
        let [records, members, epochs, data] = by_kind;
        let mut left = Vec::new();
        let mut fresh = Vec::new();
        let mut any = false;
        for envelope in records {
            let outcome = self.take_record(&envelope)?;
            any |= outcome == Outcome::Applied;
            left.extend(self.settle(cx, envelope, outcome, report)?);
        }
        any |= self.read_records(&mut fresh)?;
        if any {
            self.state.refold();
        }
        left.extend(self.take_members_epochs(cx, members, &mut fresh, work, report)?);
        if !fresh.is_empty() {
            // Before any data is applied everything goes where it belongs by what is known now.
            self.put_in_order(cx, &fresh, work)?;
            self.learn_again(work)?;
            self.look_again(&fresh)?;
            work.opened += fresh.len();
        }
        self.relearn_documents(work)?;
        for envelope in epochs {
            let outcome = self.take_epoch(&envelope, work)?;
            left.extend(self.settle(cx, envelope, outcome, report)?);
        }
        self.relearn_documents(work)?;
        for envelope in data {
            let outcome = self.take_data(cx, &envelope, work)?;
            left.extend(self.settle(cx, envelope, outcome, report)?);
        }
        Ok(left)
    }

    /// Keeps what became of one envelope; gives it back if it waits.
    fn settle(
        &mut self,
        cx: &Cx<'_>,
        envelope: SealedEnvelope,
        outcome: Outcome,
        report: &mut IngestReport,
    ) -> Result<Option<SealedEnvelope>, Error> {
        match outcome {
            Outcome::Applied => {
                self.tx
                    .set_envelope_state(&envelope.hash(), EnvelopeState::Applied)?;
                report.applied += 1;
                Ok(None)
            }
            Outcome::Parked => Ok(Some(envelope)),
            Outcome::Quarantined(reason) => {
                self.set_aside(cx, envelope.hash(), reason)?;
                report.quarantined += 1;
                Ok(None)
            }
        }
    }

    /// Key periods of the members' group and the records that open with them, one after the other:
    /// each is judged by records that opened with the keys before it.
    fn take_members_epochs(
        &mut self,
        cx: &Cx<'_>,
        mut waiting: Vec<SealedEnvelope>,
        fresh: &mut Vec<Hash32>,
        work: &mut Batch,
        report: &mut IngestReport,
    ) -> Result<Vec<SealedEnvelope>, Error> {
        self.look_ahead(&waiting)?;
        if self.read_records(fresh)? {
            self.state.refold();
        }
        let depth = |state: &State, envelope: &SealedEnvelope| {
            let head = state.log.get(&envelope.header().members_head);
            head.map_or(u64::MAX, |record| record.depth)
        };
        waiting.sort_by_key(|envelope| depth(self.state, envelope));
        loop {
            let before = waiting.len();
            let mut left = Vec::new();
            for envelope in waiting {
                let outcome = self.take_epoch(&envelope, work)?;
                left.extend(self.settle(cx, envelope, outcome, report)?);
                if outcome == Outcome::Applied && self.read_records(fresh)? {
                    self.state.refold();
                }
            }
            if left.is_empty() || left.len() == before {
                return Ok(left);
            }
            waiting = left;
        }
    }

    /// Opens the records for which a key has come. Returns whether there were any.
    fn read_records(&mut self, fresh: &mut Vec<Hash32>) -> Result<bool, Error> {
        let opened = self.state.decode_statements(self.tx)?;
        let any = !opened.is_empty();
        fresh.extend(opened);
        Ok(any)
    }

    /// After a new key of a group: the documents it reads.
    fn relearn_documents(&mut self, work: &mut Batch) -> Result<(), Error> {
        for group in std::mem::take(&mut work.groups) {
            work.keys += usize::from(self.relearn_readable(group)?);
        }
        Ok(())
    }

    /// After records have been opened. While others cannot be read yet, who is in which group is
    /// not known, and nothing is moved or sealed by half of the story.
    fn put_in_order(
        &mut self,
        cx: &mut Cx<'_>,
        fresh: &[Hash32],
        work: &mut Batch,
    ) -> Result<(), Error> {
        let left_over = self
            .device_number(UNORDERED, UNORDERED.as_bytes())?
            .is_some();
        if !self.state.is_all_read() {
            return self.set_device_number(UNORDERED, UNORDERED.as_bytes(), 1);
        }
        let acts = fresh
            .iter()
            .filter_map(|hash| self.state.statements.get(hash));
        let mut touched = Touched::by(acts.flat_map(|statement| &statement.acts));
        if left_over {
            self.tx.delete_row(UNORDERED, b"", UNORDERED.as_bytes())?;
            touched = Touched::All;
        }
        self.put_away(cx, &touched)?;
        work.touched.add(touched);
        Ok(())
    }

    /// When everything a peer has is here: records that nobody can read, or that were damaged and
    /// that the peer does not have, hold up nobody.
    pub(crate) fn settle_unread(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        while !self.state.is_all_read() {
            let lost = !std::mem::take(&mut self.state.damaged).is_empty();
            if !self.state.give_up(self.tx)? && !lost {
                break;
            }
            self.ingest(Vec::new(), Carry::Nothing, cx)?;
        }
        Ok(())
    }

    /// After records have been opened: epochs stored before their group was known.
    fn learn_again(&mut self, work: &mut Batch) -> Result<(), Error> {
        for tag in self.tx.docs()? {
            if let Some(group) = self.state.group_tags.get(&tag).copied()
                && self.relearn(tag)?
            {
                work.groups.insert(group);
            }
        }
        Ok(())
    }

    fn take_record(&mut self, envelope: &SealedEnvelope) -> Result<Outcome, Error> {
        match self.state.log.insert(envelope.clone()) {
            Ok(Inserted::New | Inserted::Known)
                if self.state.log.get(&envelope.hash()).is_some() =>
            {
                Ok(Outcome::Applied)
            }
            Ok(_) => Ok(Outcome::Parked),
            Err(_) => Ok(Outcome::Quarantined("record_refused")),
        }
    }

    fn take_epoch(
        &mut self,
        envelope: &SealedEnvelope,
        work: &mut Batch,
    ) -> Result<Outcome, Error> {
        match self.check_author(envelope)? {
            Some(Outcome::Applied) => {}
            Some(other) => return Ok(other),
            None => return Ok(Outcome::Parked),
        }
        let header = envelope.header();
        let Ok(body) = EpochBody::decode(envelope.body()) else {
            return Ok(Outcome::Quarantined("epoch_malformed"));
        };
        // Until it is known who may, nothing is learnt from it.
        if !self.state.is_read(header.members_head) {
            return Ok(Outcome::Parked);
        }
        let association = self.state.association_at(header.members_head);
        let Some(info) = association.member(body.member) else {
            return Ok(Outcome::Quarantined("not_a_member"));
        };
        let on_device = association
            .device(header.author)
            .is_some_and(|d| d.members.contains(&body.member));
        if !on_device {
            return Ok(Outcome::Quarantined("not_on_this_device"));
        }
        if body.verify_member(header, &info.sign).is_err() {
            return Ok(Outcome::Quarantined("signature_of_the_person"));
        }
        match self.judge_epoch(&association, envelope, &body) {
            Some(true) => {}
            Some(false) => return Ok(Outcome::Quarantined("epoch_not_allowed")),
            None => return Ok(Outcome::Parked),
        }
        let found = self.learn(envelope, &body)?;
        if let Some(group) = self.state.group_tags.get(&header.doc) {
            work.heal.insert(*group);
            if found {
                work.groups.insert(*group);
            }
        }
        if found
            && self.state.tags.contains_key(&header.doc)
            && let Some(info) = self.info(header.doc, epoch::opened_by(envelope))?
        {
            self.is_dealt_fairly(header.doc, &info)?;
        }
        if let Some(doc) = self.state.tags.get(&header.doc)
            && self.passes_the_holder_by(&body)
        {
            work.unreached.extend(doc.patient);
        }
        Ok(Outcome::Applied)
    }

    /// Whether an epoch of a document is sealed to a Duty key that never passed to the holder.
    fn passes_the_holder_by(&self, body: &EpochBody) -> bool {
        let EpochKeys::Doc { sealed, .. } = &body.keys else {
            return false;
        };
        let duty = self.state.group_tag(Group::Duty);
        let reached = self.state.association.duty().keys_that_pass();
        let mut of_duty = sealed.iter().filter(|(group, ..)| *group == duty);
        of_duty.any(|(_, epoch, _)| !reached.contains(epoch))
    }

    /// Whether an epoch was opened by somebody who may, for exactly those who may read. `None`
    /// while it is not known what it is about.
    fn judge_epoch(
        &self,
        association: &Association,
        envelope: &SealedEnvelope,
        body: &EpochBody,
    ) -> Option<bool> {
        let header = envelope.header();
        let followed: BTreeSet<_> = body.parents.iter().map(|parent| parent.epoch).collect();
        if followed.len() != body.parents.len() {
            return Some(false);
        }
        match &body.keys {
            EpochKeys::Group { sealed, .. } => {
                let group = *self.state.group_tags.get(&header.doc)?;
                let named: BTreeSet<_> = sealed.iter().map(|(member, _)| *member).collect();
                let right = named == association.members_of(group) && named.len() == sealed.len();
                Some(
                    right && access::may_open_group(association, body.member, header.author, group),
                )
            }
            EpochKeys::Doc { sealed, .. } => {
                let doc = *self.state.tags.get(&header.doc)?;
                let named: BTreeSet<_> = sealed.iter().map(|(tag, ..)| *tag).collect();
                let readers = doc.readers(association).into_iter();
                let wanted: BTreeSet<_> =
                    readers.map(|group| self.state.group_tag(group)).collect();
                let right = named == wanted && named.len() == sealed.len();
                Some(right && access::may_open_doc(association, body.member, header.author, doc))
            }
        }
    }

    fn take_data(
        &mut self,
        cx: &Cx<'_>,
        envelope: &SealedEnvelope,
        work: &mut Batch,
    ) -> Result<Outcome, Error> {
        let header = *envelope.header();
        let Some(doc) = self.state.tags.get(&header.doc).copied() else {
            return Ok(Outcome::Parked);
        };
        if self.state.scope_of(doc).is_none() {
            return Ok(Outcome::Parked);
        }
        match self.check_author(envelope)? {
            Some(Outcome::Applied) => {}
            Some(other) => return Ok(other),
            None => return Ok(Outcome::Parked),
        }
        let payload = match self.open_data(envelope) {
            Ok(Some(payload)) => payload,
            Ok(None) => return Ok(Outcome::Parked),
            Err(Error::Malformed { .. }) => return Ok(Outcome::Quarantined("box")),
            Err(other) => return Err(other),
        };
        let member = payload.statement.member;
        if !self.state.is_read(header.members_head) {
            return Ok(Outcome::Parked);
        }
        let association = self.state.association_at(header.members_head);
        let Some(info) = association.member(member) else {
            return Ok(Outcome::Quarantined("not_a_member"));
        };
        let on_device = association
            .device(header.author)
            .is_some_and(|d| d.members.contains(&member));
        if !on_device {
            return Ok(Outcome::Quarantined("not_on_this_device"));
        }
        if payload.verify_member(&header, &info.sign).is_err() {
            return Ok(Outcome::Quarantined("signature_of_the_person"));
        }
        if !access::may_write(&association, member, header.author, doc) {
            return Ok(Outcome::Quarantined("not_allowed"));
        }
        self.apply(cx, doc, envelope, &payload, work)
    }

    fn apply(
        &mut self,
        cx: &Cx<'_>,
        doc: DocKey,
        envelope: &SealedEnvelope,
        payload: &Payload,
        work: &mut Batch,
    ) -> Result<Outcome, Error> {
        let statement = &payload.statement;
        self.state.hlc = self
            .state
            .hlc
            .witness(statement.hlc, cx.now.timestamp_millis());
        match (statement.kind, doc.is_merged()) {
            (ContentKind::Change, true) => {
                let document = match work.open.entry(doc) {
                    Entry::Occupied(open) => open.into_mut(),
                    Entry::Vacant(empty) => empty.insert(self.load_document(doc)?),
                };
                match document.apply(&statement.content, envelope.header().author) {
                    Ok(()) => {
                        work.changed.insert(doc);
                        Ok(Outcome::Applied)
                    }
                    Err(DocumentError::MissingDependencies) => Ok(Outcome::Parked),
                    Err(DocumentError::Author) => Ok(Outcome::Quarantined("spoofed_author")),
                    Err(DocumentError::Full) => Ok(Outcome::Quarantined("document_full")),
                    Err(_) => Ok(Outcome::Quarantined("change")),
                }
            }
            (ContentKind::Item, false) => {
                let Ok(item) = Item::from_bytes(&statement.content) else {
                    return Ok(Outcome::Quarantined("item_malformed"));
                };
                self.apply_item(doc, envelope, payload, &item)
            }
            _ => Ok(Outcome::Quarantined("wrong_kind_for_the_document")),
        }
    }

    fn apply_item(
        &mut self,
        doc: DocKey,
        envelope: &SealedEnvelope,
        payload: &Payload,
        item: &Item,
    ) -> Result<Outcome, Error> {
        if doc.patient.is_some() && item.patient != doc.patient {
            return Ok(Outcome::Quarantined("item_of_another_patient"));
        }
        let association = self.state.association_at(envelope.header().members_head);
        let sayer = Sayer {
            member: payload.statement.member,
            device: envelope.header().author,
            seq: envelope.header().seq,
        };
        match self.judge_link(doc, &association, sayer, item)? {
            LinkVerdict::Holds => {}
            LinkVerdict::Waits => return Ok(Outcome::Parked),
            LinkVerdict::No(reason) => return Ok(Outcome::Quarantined(reason)),
        }
        if self
            .item_row(doc, item.id)?
            .is_some_and(|row| row.envelope != envelope.hash())
        {
            return Ok(Outcome::Quarantined("item_known"));
        }
        self.project_item(doc, envelope, payload, item)?;
        Ok(Outcome::Applied)
    }

    /// Signature, standing and chain of the author. `None` while the record it names is unknown.
    fn check_author(&mut self, envelope: &SealedEnvelope) -> Result<Option<Outcome>, Error> {
        let header = envelope.header();
        let Some(at_head) = self.state.log.devices_at(&header.members_head) else {
            return Ok(None);
        };
        let Some(device) = at_head.get(&header.author).copied() else {
            return Ok(Some(Outcome::Quarantined("unknown_device")));
        };
        if envelope.verify(&device.keys.id).is_err() {
            return Ok(Some(Outcome::Quarantined("signature")));
        }
        let Some(now) = self.state.log.devices().get(&header.author) else {
            return Ok(Some(Outcome::Quarantined("unknown_device")));
        };
        if device.status == Status::Removed {
            return Ok(Some(Outcome::Quarantined("device_removed")));
        }
        if now.status == Status::Removed {
            match self.is_from_before(envelope)? {
                Proof::Proven => {}
                Proof::Waits => return Ok(None),
                Proof::None => return Ok(Some(Outcome::Quarantined(UNPROVEN))),
            }
        }
        // A suspension is reversible: whatever was written after it was known waits for its end.
        // Whoever holds the bag is never made to wait: nobody can suspend the doctor on duty.
        let holder = self.state.association.duty().holder();
        let on_duty = holder.is_some_and(|link| link.device == header.author);
        if !on_duty && !device.may_write() {
            return Ok(None);
        }
        if header.seq == 1 {
            return Ok(Some(Outcome::Applied));
        }
        let Some(before) = self
            .tx
            .envelope_hash(&header.doc, &header.author, header.seq - 1)?
        else {
            return Ok(None);
        };
        if before != header.prev {
            return Ok(Some(Outcome::Quarantined("chain")));
        }
        // Nobody writes as of an earlier day than they did before.
        let before = self
            .tx
            .envelope(&before)?
            .map(|stored| stored.envelope.header().members_head);
        let goes_on = before.is_none_or(|head| {
            head == header.members_head || self.state.log.is_ancestor(&head, &header.members_head)
        });
        Ok(Some(if goes_on {
            Outcome::Applied
        } else {
            Outcome::Quarantined("head_goes_back")
        }))
    }

    pub(crate) fn set_aside(
        &mut self,
        cx: &Cx<'_>,
        hash: Hash32,
        reason: &'static str,
    ) -> Result<(), Error> {
        self.tx.quarantine(&hash, reason)?;
        self.audit(cx, Deed::counted(AuditEvent::Quarantine, 1))
    }
}
