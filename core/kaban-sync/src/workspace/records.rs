//! The record log: reading it, adding to it, and the association folded from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Header, Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId, Hash32};
use kaban_proto::membership::{Inserted, Record};
use kaban_proto::record::{Clear, PARENTS_MAX, RecordBody};
use kaban_proto::sign::VerifyKey;
use kaban_vault::kbox::{self, Namespace, Place};
use kaban_vault::kbox::{Key, derive_key};
use kaban_vault::store::{DAMAGED, EnvelopeState, Found, StoredEnvelope, Tx};

use super::{Cx, Session, State};
use crate::acts::{Act, Statement};
use crate::association::{Association, RecordView};
use crate::error::Error;
use crate::group::Group;

/// Folds of earlier heads kept in memory.
const HEADS_CACHED_MAX: usize = 256;

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
        for envelope in in_order(records.collect()) {
            let hash = envelope.hash();
            if self.log.insert_stored(envelope).is_err() {
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
        self.decode_statements(tx)?;
        self.give_up(tx)?;
        self.refold();
        Ok(())
    }

    /// Every record of the store that was not set aside, the damaged ones left out and named.
    fn stored_records(&mut self, tx: &mut Tx<'_>) -> Result<Vec<StoredEnvelope>, Error> {
        let (mut after, mut sound, mut damaged) = (0, Vec::new(), Vec::new());
        loop {
            let page = tx.envelopes_as_found(&DocTag::RECORDS, after)?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (_, found) in page {
                match found {
                    Found::Sound(stored) => sound.push(*stored),
                    Found::Damaged(hash) => damaged.push(hash),
                }
            }
        }
        for hash in &damaged {
            tx.set_damaged_aside(hash)?;
        }
        if !damaged.is_empty() || tx.vector(&DocTag::RECORDS).is_err() {
            tx.find_heads(&DocTag::RECORDS)?;
        }
        let notes = tx.quarantined()?.into_iter();
        let gone = notes.filter(|note| note.reason == DAMAGED && !note.stored);
        self.damaged = gone.map(|note| note.hash).collect();
        sound.retain(|stored| {
            stored.state != EnvelopeState::Quarantined && stored.envelope.header().ws == self.ws
        });
        Ok(sound)
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
                continue;
            };
            // The box commits to its key: whoever holds it sees the same rubbish, and a record that
            // says nothing readable says nothing to anybody.
            let plain = open_statement(&private, header, &record.body.sealed).ok();
            let statement = plain.and_then(|plain| Statement::decode(&plain).ok());
            let statement = statement.unwrap_or_else(Statement::nothing);
            self.blank.remove(&record.hash);
            self.statements.insert(record.hash, statement);
            opened.push(record.hash);
        }
        Ok(opened)
    }

    /// Records sealed under a key period that nobody has published: when everything a peer has is
    /// here, they are counted as saying nothing, so that one member cannot hold up all the others.
    /// Should the key still come, they are read after all. Returns whether there were any.
    pub(super) fn give_up(&mut self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let members = self.group_tag(Group::Members);
        let mut any = false;
        let unread: Vec<(Hash32, EpochId)> = self
            .unread()
            .map(|record| (record.hash, record.envelope.header().epoch))
            .collect();
        for (hash, epoch) in unread {
            if !super::epochs::is_published(tx, members, epoch)? {
                any |= self.blank.insert(hash);
            }
        }
        Ok(any)
    }

    /// Records whose sealed part has not been read.
    fn unread(&self) -> impl Iterator<Item = &Record> {
        self.log.records().filter(|record| {
            !self.statements.contains_key(&record.hash)
                && !self.blank.contains(&record.hash)
                && !self.log.is_void(&record.hash)
        })
    }

    /// Whether every record has been read.
    pub(super) fn is_all_read(&self) -> bool {
        self.damaged.is_empty()
            && (self.statements.len() == self.log.len() || self.unread().next().is_none())
    }

    pub(super) fn refold(&mut self) {
        self.association = Arc::new(self.fold(|_| true));
        self.at_head.borrow_mut().clear();
        self.index_tags();
    }

    /// The association as the ancestors of `head` and itself tell it.
    pub(crate) fn association_at(&self, head: Hash32) -> Arc<Association> {
        if self.log.heads().len() == 1 && self.log.heads().contains(&head) {
            return Arc::clone(&self.association);
        }
        if let Some(known) = self.at_head.borrow().get(&head) {
            return Arc::clone(known);
        }
        let mut past = BTreeSet::new();
        let mut open = vec![head];
        while let Some(hash) = open.pop() {
            if past.insert(hash)
                && let Some(record) = self.log.get(&hash)
            {
                open.extend(&record.body.parents);
            }
        }
        let folded = Arc::new(self.fold(|hash| past.contains(&hash)));
        let mut cache = self.at_head.borrow_mut();
        if cache.len() >= HEADS_CACHED_MAX {
            cache.clear();
        }
        cache.insert(head, Arc::clone(&folded));
        folded
    }

    fn fold(&self, include: impl Fn(Hash32) -> bool) -> Association {
        let records = self.log.records().filter(|record| include(record.hash));
        // One that cannot be read says nothing and still has its place among the ancestors.
        let nothing = Statement::nothing();
        let views: Vec<RecordView<'_>> = records
            .map(|record| {
                let statement = self.statements.get(&record.hash).unwrap_or(&nothing);
                RecordView {
                    hash: record.hash,
                    parents: &record.body.parents,
                    device: record.envelope.header().author,
                    member: record.body.member,
                    at: statement.at,
                    acts: if self.log.is_void(&record.hash) {
                        &[]
                    } else {
                        &statement.acts
                    },
                }
            })
            .collect();
        Association::fold(&views, &|hash, key| self.is_signed_by(hash, key))
    }

    fn is_signed_by(&self, hash: Hash32, key: &VerifyKey) -> bool {
        if self.signed.borrow().contains(&(hash, *key)) {
            return true;
        }
        let Some(record) = self.log.get(&hash) else {
            return false;
        };
        let good = record
            .body
            .verify_member(record.envelope.header(), key)
            .is_ok();
        if good {
            self.signed.borrow_mut().insert((hash, *key));
        }
        good
    }

    /// Whether everything that `head` builds on has been read: until then nobody's rights are known.
    pub(super) fn is_read(&self, head: Hash32) -> bool {
        self.statements.len() == self.log.len()
            || self
                .unread()
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
        let epoch = self.ensure_group(cx, Group::Members)?;
        let hash = self.seal_record(cx, epoch.id, clear, acts)?;
        let association = Arc::clone(&self.state.association);
        match association
            .refused()
            .iter()
            .find(|refused| refused.record == hash)
        {
            Some(refused) => Err(Error::Rule(refused.why)),
            None => Ok(hash),
        }
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
        self.state.statements.insert(hash, statement);
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
