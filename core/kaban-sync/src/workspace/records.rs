//! The record log: reading it, adding to it, and the association folded from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Header, Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId, Hash32};
use kaban_proto::membership::{DeviceState, Inserted, Record, RecordLog, Status};
use kaban_proto::record::{Clear, PARENTS_MAX, RecordBody};
use kaban_proto::sign::VerifyKey;
use kaban_vault::kbox::{self, Namespace, Place};
use kaban_vault::kbox::{Key, derive_key};
use kaban_vault::store::{EnvelopeState, Tx};

use super::{Cx, Session, State};
use crate::acts::{Act, Statement};
use crate::association::{Association, Ground, NewRecord, RecordView, View};
use crate::error::Error;
use crate::group::Group;

/// The record log as the fold asks it.
struct OnLog<'l>(&'l RecordLog);

impl Ground for OnLog<'_> {
    fn is_before(&self, ancestor: &Hash32, record: &Hash32) -> bool {
        self.0.is_ancestor(ancestor, record)
    }

    fn removed(&self, view: View) -> BTreeSet<Hash32> {
        let devices = match view {
            View::At(head) => self.0.devices_at(&head),
            View::All => Some(self.0.devices()),
        };
        let active = |device: &DeviceState| device.status == Status::Active;
        if devices.is_none_or(|devices| devices.values().all(active)) {
            return BTreeSet::new();
        }
        let records = self.0.records().map(|record| record.hash);
        let voided = |hash: &Hash32| match view {
            View::At(head) => self.0.is_ancestor(hash, &head) && self.0.is_void_at(hash, &head),
            View::All => self.0.is_void(hash),
        };
        records.filter(voided).collect()
    }

    fn is_signed_by(&self, record: &Hash32, key: &VerifyKey) -> bool {
        self.0.get(record).is_some_and(|record| {
            let header = record.envelope.header();
            record.body.verify_member(header, key).is_ok()
        })
    }
}

fn new_record(record: &Record, said: Arc<Statement>) -> NewRecord {
    let stops = matches!(
        record.body.clear,
        Clear::RemoveDevice { .. } | Clear::SuspendDevice { .. }
    );
    NewRecord {
        hash: record.hash,
        parents: record.body.parents.clone(),
        depth: record.depth,
        device: record.envelope.header().author,
        member: record.body.member,
        stops_devices: stops,
        said,
    }
}

impl State {
    pub(super) fn load_records(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let ours = super::send::applied(tx, DocTag::RECORDS)?
            .into_iter()
            .filter(|envelope| envelope.header().ws == self.ws);
        for envelope in in_order(ours.collect()) {
            let inserted = self.log.insert(envelope);
            if !matches!(inserted, Ok(Inserted::New | Inserted::Known)) {
                return Err(Error::Internal("a stored record does not enter the log"));
            }
        }
        self.decode_statements(tx)?;
        self.give_up(tx)?;
        self.refold();
        Ok(())
    }

    /// Opens the sealed parts that have not been opened yet. Returns which were.
    pub(super) fn decode_statements(&mut self, tx: &mut Tx<'_>) -> Result<Vec<Hash32>, Error> {
        let mut opened = Vec::new();
        let members = self.group_tag(Group::Members);
        for record in self.log.records() {
            if self.statements.contains_key(&record.hash) {
                continue;
            }
            let header = record.envelope.header();
            let Some(private) = super::epochs::group_private(tx, members, header.epoch)? else {
                self.unread.insert(record.hash);
                continue;
            };
            // The box commits to its key: whoever holds it sees the same rubbish, and a record that
            // says nothing readable says nothing to anybody.
            let plain = open_statement(&private, header, &record.body.sealed).ok();
            let statement = plain.and_then(|plain| Statement::decode(&plain).ok());
            let statement = statement.unwrap_or_else(Statement::nothing);
            self.unread.remove(&record.hash);
            self.blank.remove(&record.hash);
            self.statements.insert(record.hash, Arc::new(statement));
            opened.push(record.hash);
        }
        Ok(opened)
    }

    /// Records sealed under a key period that nobody has published: when everything a peer has is
    /// here, they are counted as saying nothing, so that one member cannot hold up all the others.
    /// Should the key still come, they are read after all. Returns whether there were any.
    pub(super) fn give_up(&mut self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let members = self.group_tag(Group::Members);
        let unread: Vec<(Hash32, EpochId)> = self
            .unread()
            .map(|record| (record.hash, record.envelope.header().epoch))
            .collect();
        let mut any = false;
        for (hash, epoch) in unread {
            if !super::epochs::is_published(tx, members, epoch)? {
                self.unread.remove(&hash);
                any |= self.blank.insert(hash);
            }
        }
        Ok(any)
    }

    /// Records whose sealed part has not been read: those that could not be, and those that have
    /// just come.
    fn unread(&self) -> impl Iterator<Item = &Record> {
        let tried = self.statements.len() + self.blank.len() + self.unread.len();
        let fresh = (tried != self.log.len()).then(|| {
            let records = self.log.records();
            records.filter(|record| {
                !self.statements.contains_key(&record.hash) && !self.blank.contains(&record.hash)
            })
        });
        let known = self.unread.iter().filter_map(|hash| self.log.get(hash));
        let known = fresh.is_none().then_some(known);
        let all = fresh
            .into_iter()
            .flatten()
            .chain(known.into_iter().flatten());
        all.filter(|record| !self.log.is_void(&record.hash))
    }

    /// Whether every record has been read.
    pub(super) fn is_all_read(&self) -> bool {
        self.unread().next().is_none()
    }

    /// Folds in what has come into the log, and what could be read only now together with all
    /// that builds on it.
    pub(super) fn refold(&mut self) {
        let ground = OnLog(&self.log);
        let history = self.history.get_mut();
        let late: BTreeSet<Hash32> = self
            .silent
            .iter()
            .filter(|hash| self.statements.contains_key(*hash))
            .copied()
            .collect();
        if !late.is_empty() {
            self.silent.retain(|hash| !late.contains(hash));
            history.take_out(&late);
        }
        if history.len() < self.log.len() {
            // One that cannot be read says nothing and still has its place among the ancestors.
            for record in self.log.records() {
                if history.contains(&record.hash) {
                    continue;
                }
                let said = self.statements.get(&record.hash).map(Arc::clone);
                if said.is_none() {
                    self.silent.insert(record.hash);
                }
                history.insert(new_record(record, said.unwrap_or_default()), &ground);
            }
        }
        self.association = history.now(&ground);
        self.index_tags();
    }

    /// The association as the ancestors of `head` and itself tell it.
    pub(crate) fn association_at(&self, head: Hash32) -> Arc<Association> {
        let ground = OnLog(&self.log);
        let at = self.history.borrow_mut().at(&head, &ground);
        at.unwrap_or_default()
    }

    /// Whether everything that `head` builds on has been read: until then nobody's rights are known.
    pub(super) fn is_read(&self, head: Hash32) -> bool {
        self.unread()
            .all(|record| record.hash != head && !self.log.is_ancestor(&record.hash, &head))
    }

    /// The head a new envelope names; a device that sees several writes a join first.
    pub(super) fn head(&self) -> Hash32 {
        self.log.heads().first().copied().unwrap_or(Hash32::ZERO)
    }
}

impl Session<'_, '_> {
    /// Every record, parents first, for passing on.
    pub(super) fn records(&self) -> Vec<SealedEnvelope> {
        let records = self.state.log.records();
        records.map(|record| record.envelope.clone()).collect()
    }

    /// Writes one record and folds it in. The acts are checked by the same fold that every other
    /// device runs: if it refuses one, nothing is written and the reason comes back.
    pub(crate) fn append_record(
        &mut self,
        cx: &mut Cx<'_>,
        clear: Clear,
        acts: Vec<Act>,
    ) -> Result<Hash32, Error> {
        let head = self.settle_heads(cx)?;
        self.check_permitted(cx, head, &acts)?;
        let epoch = self.members_key(cx)?;
        let hash = self.seal_record(cx, epoch, clear, acts)?;
        match self.state.association.refusal_of(hash) {
            Some(why) => Err(Error::Rule(why)),
            None => Ok(hash),
        }
    }

    /// The members' key to write under. Whoever is suspended is sealed to no new one, and may
    /// still say some things: under the newest key they hold.
    fn members_key(&mut self, cx: &mut Cx<'_>) -> Result<EpochId, Error> {
        let members = self.state.association.members_of(Group::Members);
        if !members.contains(&self.state.me.member) {
            return self.newest_members_key();
        }
        Ok(self.ensure_group(cx, Group::Members)?.id)
    }

    /// Who may not say a thing is told so before anything is written. Of several acts each is
    /// judged by what those before it have made true, which the fold alone can tell.
    fn check_permitted(&self, cx: &Cx<'_>, head: Hash32, acts: &[Act]) -> Result<(), Error> {
        let [act] = acts else {
            return Ok(());
        };
        let record = RecordView {
            hash: Hash32::ZERO,
            parents: &[head],
            device: self.state.me.device,
            member: self.state.me.member,
            at: cx.now,
            acts,
        };
        let permitted = self.state.association.permit(&record, act);
        permitted.map_err(Error::Rule)
    }

    /// A device that sees several heads writes a record that names them all, so that whatever it
    /// writes next can name one. Such a record says nothing, so any members' key will do.
    pub(crate) fn settle_heads(&mut self, cx: &mut Cx<'_>) -> Result<Hash32, Error> {
        while self.state.log.heads().len() > 1 {
            let epoch = self.newest_members_key()?;
            self.seal_record(cx, epoch, Clear::None, Vec::new())?;
        }
        Ok(self.state.head())
    }

    fn seal_record(
        &mut self,
        cx: &mut Cx<'_>,
        epoch: EpochId,
        clear: Clear,
        acts: Vec<Act>,
    ) -> Result<Hash32, Error> {
        let members = self.state.group_tag(Group::Members);
        let private = super::epochs::group_private(self.tx, members, epoch)?
            .ok_or(Error::Internal("no key of the members' group"))?;
        let parents: Vec<Hash32> = self
            .state
            .log
            .heads()
            .iter()
            .copied()
            .take(PARENTS_MAX)
            .collect();
        let first = parents.first().copied().ok_or(Error::NotJoined)?;
        let header = self.next_header(Kind::Record, DocTag::RECORDS, epoch, first)?;
        let statement = Statement { at: cx.now, acts };
        if Statement::decode(&statement.encode()).as_ref() != Ok(&statement) {
            return Err(Error::Rule("the record is too large for others to read"));
        }
        let sealed = seal_statement(&private, &header, &statement, cx);
        self.insert_record(&header, parents, clear, sealed, statement)
    }

    pub(super) fn insert_record(
        &mut self,
        header: &Header,
        parents: Vec<Hash32>,
        clear: Clear,
        sealed: Vec<u8>,
        statement: Statement,
    ) -> Result<Hash32, Error> {
        let me = &self.state.me;
        let body = RecordBody::sign(header, parents, clear, sealed, me.member, &me.member_sign)?;
        let envelope = SealedEnvelope::sign(*header, body.encode(), &me.sign)?;
        let hash = envelope.hash();
        match self.state.log.insert(envelope.clone()) {
            Ok(Inserted::New | Inserted::Known) => {}
            Ok(Inserted::Parked(_)) => return Err(Error::Internal("an own record has no parents")),
            Err(refusal) => return Err(Error::Log(refusal.to_string())),
        }
        self.tx
            .put_envelope(&envelope, EnvelopeState::Applied, true)?;
        self.state.statements.insert(hash, Arc::new(statement));
        self.state.refold();
        Ok(hash)
    }

    /// The header of this device's next envelope in a document.
    pub(super) fn next_header(
        &mut self,
        kind: Kind,
        doc: DocTag,
        epoch: EpochId,
        members_head: Hash32,
    ) -> Result<Header, Error> {
        let author = self.state.me.device;
        let last = self
            .tx
            .vector(&doc)?
            .into_iter()
            .find(|(other, ..)| *other == author);
        let (seq, prev) = last.map_or((1, Hash32::ZERO), |(_, seq, hash)| (seq + 1, hash));
        Ok(Header {
            kind,
            ws: self.state.ws,
            doc,
            author,
            seq,
            prev,
            epoch,
            members_head,
        })
    }
}

/// Records in an order in which parents come before children, as far as they are here.
pub(super) fn in_order(records: Vec<SealedEnvelope>) -> Vec<SealedEnvelope> {
    let mut waiting: BTreeMap<Hash32, Vec<usize>> = BTreeMap::new();
    let hashes: BTreeSet<Hash32> = records.iter().map(SealedEnvelope::hash).collect();
    let mut missing = vec![0_usize; records.len()];
    for (at, envelope) in records.iter().enumerate() {
        let body = RecordBody::decode(envelope.body());
        for parent in body.into_iter().flat_map(|body| body.parents) {
            if hashes.contains(&parent) {
                missing[at] += 1;
                waiting.entry(parent).or_default().push(at);
            }
        }
    }
    let mut open: Vec<usize> = (0..records.len()).filter(|at| missing[*at] == 0).collect();
    let mut order = Vec::new();
    while let Some(at) = open.pop() {
        order.push(at);
        for child in waiting.remove(&records[at].hash()).unwrap_or_default() {
            missing[child] -= 1;
            if missing[child] == 0 {
                open.push(child);
            }
        }
    }
    order.into_iter().map(|at| records[at].clone()).collect()
}

/// Seals the acts of a record under the members' key. The place is the record's own chain, not
/// the workspace: the workspace's name is made from the first record's sealed part.
pub(super) fn seal_statement(
    private: &Key,
    header: &Header,
    statement: &Statement,
    cx: &mut Cx<'_>,
) -> Vec<u8> {
    let place = record_place(header);
    let place = Place {
        namespace: Namespace::Envelope,
        key_id: *header.epoch.as_bytes(),
        place: &place,
    };
    kbox::seal(&records_key(private), &place, &statement.encode(), cx.rng)
}

pub(super) fn open_statement(
    private: &Key,
    header: &Header,
    sealed: &[u8],
) -> Result<Vec<u8>, kbox::BoxError> {
    let place = record_place(header);
    let place = Place {
        namespace: Namespace::Envelope,
        key_id: *header.epoch.as_bytes(),
        place: &place,
    };
    kbox::open(&records_key(private), &place, sealed).map(|plain| plain.to_vec())
}

fn record_place(header: &Header) -> Vec<u8> {
    [
        b"record".as_slice(),
        header.author.as_bytes(),
        &header.seq.to_be_bytes(),
    ]
    .concat()
}

fn records_key(private: &Key) -> Key {
    derive_key(private, "kaban/records/1", b"")
}
