//! The record log: reading it, adding to it, and the association folded from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Header, Kind, SealedEnvelope};
use kaban_proto::ids::{DeviceId, DocTag, EpochId, Hash32};
use kaban_proto::membership::{Inserted, Record, RecordLog, Status};
use kaban_proto::record::{Clear, PARENTS_MAX, RecordBody};
use kaban_proto::sign::VerifyKey;
use kaban_vault::kbox::{self, Namespace, Place};
use kaban_vault::kbox::{Key, derive_key};
use kaban_vault::store::{EnvelopeState, StoredEnvelope, Tx};

use super::settled::Settled;
use super::{Cx, Session, State};
use crate::acts::{Act, Statement};
use crate::association::{Association, Ground, History, NewRecord, RecordView, View};
use crate::error::Error;
use crate::group::Group;

/// The record log as the fold asks it.
pub(super) struct OnLog<'l> {
    log: &'l RecordLog,
    by_device: &'l BTreeMap<DeviceId, BTreeSet<Hash32>>,
    settled: Option<&'l Settled>,
}

impl<'l> OnLog<'l> {
    pub(super) fn of(state: &'l State) -> Self {
        Self {
            log: &state.log,
            by_device: &state.by_device,
            settled: state.settled.as_ref(),
        }
    }
}

impl Ground for OnLog<'_> {
    fn is_before(&self, ancestor: &Hash32, record: &Hash32) -> bool {
        self.log.is_ancestor(ancestor, record)
    }

    /// Only records of devices that are stopped, or that nobody who counts let in, can be void.
    fn removed(&self, view: View) -> BTreeSet<Hash32> {
        let devices = match view {
            View::At(head) => self.log.devices_at(&head),
            View::All => Some(self.log.devices()),
        };
        let active = |device: &DeviceId| {
            let state = devices.and_then(|devices| devices.get(device));
            state.is_some_and(|state| state.status == Status::Active)
        };
        let stopped = self.by_device.iter().filter(|(device, _)| !active(device));
        let records = stopped.flat_map(|(_, records)| records);
        let voided = |hash: &&Hash32| match view {
            View::At(head) => {
                let seen = **hash == head || self.log.is_ancestor(hash, &head);
                seen && self.log.is_void_at(hash, &head)
            }
            View::All => self.log.is_void(hash),
        };
        records.filter(voided).copied().collect()
    }

    fn is_signed_by(&self, record: &Hash32, key: &VerifyKey) -> bool {
        let in_past = |settled: &&Settled| {
            settled.head == *record || self.log.is_ancestor(record, &settled.head)
        };
        if let Some(settled) = self.settled.filter(in_past) {
            return settled.is_signed(record);
        }
        self.log.get(record).is_some_and(|record| {
            let header = record.envelope.header();
            record.body.verify_member(header, key).is_ok()
        })
    }
}

/// What a record says. The box commits to its key: whoever holds it sees the same rubbish, and a
/// record that says nothing readable says nothing to anybody.
fn statement_in(private: &Key, record: &Record) -> Statement {
    let plain = open_statement(private, record.envelope.header(), &record.body.sealed).ok();
    let statement = plain.and_then(|plain| Statement::decode(&plain).ok());
    statement.unwrap_or_default()
}

pub(super) fn new_record(record: &Record, said: Arc<Statement>) -> NewRecord {
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
    /// Reads the record log as it is stored. A record whose row is damaged is set aside and named;
    /// what builds on it waits, in memory and on disk, until somebody gives it again.
    pub(super) fn load_records(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let stored = self.stored_records(tx)?;
        let states: BTreeMap<Hash32, EnvelopeState> = stored
            .iter()
            .map(|stored| (stored.envelope.hash(), stored.state))
            .collect();
        let records = stored.into_iter().map(|stored| stored.envelope);
        let records: Vec<SealedEnvelope> = records.collect();
        let settled = super::settled::read(tx, &records)?;
        let past = settled.as_ref().map(|(.., past)| past);
        for envelope in in_order(records) {
            let hash = envelope.hash();
            let inserted = if past.is_some_and(|past| past.contains(&hash)) {
                self.log.insert_trusted(envelope)
            } else {
                self.log.insert_stored(envelope)
            };
            if inserted.is_err() {
                tx.quarantine(&hash, "record_refused")?;
            }
        }
        for (hash, _) in self.log.take_refused() {
            tx.quarantine(&hash, "record_refused")?;
        }
        for (hash, state) in states {
            let missing = state == EnvelopeState::Applied && self.log.is_parked(&hash);
            if missing {
                tx.set_envelope_state(&hash, EnvelopeState::Parked)?;
            }
        }
        if let Some((settled, association, _)) = settled {
            self.load_members_keys(tx)?;
            self.start_from(settled, association);
        }
        self.decode_statements(tx)?;
        self.give_up(tx)?;
        self.refold();
        Ok(())
    }

    fn load_members_keys(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let members = self.group_tag(Group::Members);
        for (epoch, key) in tx.list_rows(super::epochs::GROUP_KEYS, members.as_bytes())? {
            let epoch = <[u8; 16]>::try_from(epoch.as_slice()).map(EpochId::from_bytes);
            if let (Ok(epoch), Some(key)) = (epoch, Key::from_slice(&key)) {
                self.members_keys.insert(epoch, key);
            }
        }
        Ok(())
    }

    /// Every record of the store that was not set aside.
    fn stored_records(&mut self, tx: &mut Tx<'_>) -> Result<Vec<StoredEnvelope>, Error> {
        let (mut after, mut stored) = (0, Vec::new());
        loop {
            let page = tx.envelopes_by_arrival(&DocTag::RECORDS, after)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            stored.extend(page.into_iter().map(|(_, stored)| stored));
        }
        let wanted = tx.wanted()?.into_iter();
        let wanted = wanted.filter(|wanted| wanted.doc == DocTag::RECORDS);
        self.damaged = wanted.map(|wanted| wanted.hash).collect();
        stored.retain(|stored| {
            stored.state != EnvelopeState::Quarantined && stored.envelope.header().ws == self.ws
        });
        Ok(stored)
    }

    /// Opens the sealed parts that have not been opened yet. Returns which were.
    pub(super) fn decode_statements(&mut self, tx: &mut Tx<'_>) -> Result<Vec<Hash32>, Error> {
        let mut opened = Vec::new();
        let members = self.group_tag(Group::Members);
        for record in self.log.records() {
            if self.statements.contains_key(&record.hash) || self.is_settled(&record.hash) {
                continue;
            }
            let header = record.envelope.header();
            let Some(private) = super::epochs::group_private(tx, members, header.epoch)? else {
                self.unread.insert(record.hash);
                continue;
            };
            let statement = statement_in(&private, record);
            self.members_keys.insert(header.epoch, private);
            self.unread.remove(&record.hash);
            self.blank.remove(&record.hash);
            self.statements.insert(record.hash, Arc::new(statement));
            opened.push(record.hash);
        }
        Ok(opened)
    }

    /// Records sealed under a key period that nobody has published: when everything a peer has is
    /// here, they are counted as saying nothing, so that one member cannot hold up all the others.
    /// Only those are given up whose own ancestors have all been read: a key period that waits for
    /// one of them may still bring the key of another. Should the key still come, they are read
    /// after all. Returns whether there were any.
    pub(super) fn give_up(&mut self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        if self.is_all_read() {
            return Ok(false);
        }
        let members = self.group_tag(Group::Members);
        let mut published = BTreeMap::new();
        for envelope in super::send::kept(tx, members)? {
            if envelope.header().kind == Kind::Epoch {
                let head = envelope.header().members_head;
                published.insert(crate::epoch::opened_by(&envelope), head);
            }
        }
        let mut any = false;
        loop {
            let mut lost = Vec::new();
            for record in self.unread() {
                let mut parents = record.body.parents.iter();
                if parents.all(|parent| self.is_read(*parent))
                    && !self.may_still_open(tx, members, record, &published)?
                {
                    lost.push(record.hash);
                }
            }
            if lost.is_empty() {
                return Ok(any);
            }
            any = true;
            self.unread.retain(|hash| !lost.contains(hash));
            self.blank.extend(lost);
        }
    }

    /// Whether the key period of a record counts, or waits for records that have not been read.
    fn may_still_open(
        &self,
        tx: &mut Tx<'_>,
        members: DocTag,
        record: &Record,
        published: &BTreeMap<EpochId, Hash32>,
    ) -> Result<bool, Error> {
        let epoch = record.envelope.header().epoch;
        let counts = super::epochs::is_judged(tx, members, epoch)?;
        let waits = published
            .get(&epoch)
            .is_some_and(|head| self.log.get(head).is_some() && !self.is_read(*head));
        Ok(counts || waits)
    }

    /// Records whose sealed part has not been read: those that could not be, and those that have
    /// just come.
    fn unread(&self) -> impl Iterator<Item = &Record> {
        let settled = self.settled.as_ref().map_or(0, |settled| settled.count);
        let tried = self.statements.len() + self.blank.len() + self.unread.len() + settled;
        let fresh = (tried != self.log.len()).then(|| {
            let records = self.log.records();
            records.filter(|record| {
                !self.statements.contains_key(&record.hash)
                    && !self.blank.contains(&record.hash)
                    && !self.is_settled(&record.hash)
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
        self.damaged.is_empty() && self.unread().next().is_none()
    }

    /// Folds in what has come into the log, and what could be read only now together with all
    /// that builds on it.
    pub(super) fn refold(&mut self) {
        let late: BTreeSet<Hash32> = self
            .silent
            .iter()
            .filter(|hash| self.statements.contains_key(*hash))
            .copied()
            .collect();
        if !late.is_empty() {
            self.unfold();
            self.silent.retain(|hash| !late.contains(hash));
            self.history.get_mut().take_out(&late);
        }
        if self.history.get_mut().len() < self.log.len() {
            self.fold_in();
        }
        let ground = OnLog::of(self);
        self.association = self.history.borrow_mut().now(&ground);
        self.index_tags();
    }

    /// Folds in the records that the history lacks. One that cannot be read says nothing and still
    /// has its place among the ancestors.
    fn fold_in(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        let here = self.history.get_mut().len();
        let lacking: Vec<Hash32> = if here + fresh.len() == self.log.len() {
            fresh
        } else {
            let history = self.history.borrow();
            let records = self.log.records().map(|record| record.hash);
            let is_here = |hash: &Hash32| {
                history.contains(hash) || history.stands_for(hash, || self.is_settled(hash))
            };
            records.filter(|hash| !is_here(hash)).collect()
        };
        let in_past = |hash: &Hash32| {
            let history = self.history.borrow();
            let parents = self.log.get(hash).into_iter().flat_map(|r| &r.body.parents);
            let mut parents = parents.filter(|parent| !history.contains(parent));
            parents.any(|parent| history.stands_for(parent, || self.is_settled(parent)))
        };
        if lacking.iter().any(in_past) {
            self.unfold();
        }
        for hash in lacking {
            let Some(record) = self.log.get(&hash) else {
                continue;
            };
            let said = self.statements.get(&hash).map(Arc::clone);
            if said.is_none() {
                self.silent.insert(hash);
            }
            let author = record.envelope.header().author;
            self.by_device.entry(author).or_default().insert(hash);
            let record = new_record(record, said.unwrap_or_default());
            let ground = OnLog::of(self);
            self.history.borrow_mut().insert(record, &ground);
        }
    }

    /// Folds the settled past anew, record by record, for whoever asks about one of them.
    fn unfold(&self) {
        if !self.history.borrow().is_settled() {
            return;
        }
        let ground = OnLog::of(self);
        let mut history = History::default();
        for record in self.log.records() {
            let known = self.statements.get(&record.hash).map(Arc::clone);
            let said = known.or_else(|| {
                let key = self.members_keys.get(&record.envelope.header().epoch)?;
                Some(Arc::new(statement_in(key, record)))
            });
            history.insert(new_record(record, said.unwrap_or_default()), &ground);
        }
        *self.history.borrow_mut() = history;
    }

    /// The association as the ancestors of `head` and itself tell it.
    pub(crate) fn association_at(&self, head: Hash32) -> Arc<Association> {
        if !self.history.borrow().contains(&head) && self.is_settled(&head) {
            self.unfold();
        }
        let ground = OnLog::of(self);
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
        self.state.fresh.push(hash);
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
        let last = if kind == Kind::Record {
            let last = self.state.log.last_of(&author);
            last.map(|record| (record.envelope.header().seq, record.hash))
        } else {
            let chains = self.tx.vector(&doc)?.into_iter();
            let mut own = chains.filter(|(other, ..)| *other == author);
            own.next().map(|(_, seq, hash)| (seq, hash))
        };
        let (seq, prev) = last.map_or((1, Hash32::ZERO), |(seq, hash)| (seq + 1, hash));
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
