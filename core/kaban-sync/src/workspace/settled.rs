//! The settled past of the record log, kept folded on the disk.
//!
//! A record is a *settled point* when every other record is among its ancestors or builds on it.
//! What lies before it can change no more, so the association as it tells it is stored, bound to
//! the version of the rules, and unlocking starts from there: nothing before it is verified,
//! opened or folded again. Its hash is authenticated by the row's box, and with it, by the hashes
//! of parents, everything before it. Whoever asks for the association at a record of that past
//! has it folded anew, once, without signatures.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use kaban_proto::codec::Wire;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{Hash32, MemberId};
use kaban_proto::membership::Status;
use kaban_proto::record::RecordBody;
use kaban_vault::store::{Scope, Tx};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::State;
use super::lease_facts::Instant;
use crate::association::{Association, History};
use crate::error::Error;

/// Version of the rules by which records are judged. A row of another version is left aside.
const RULES: u32 = 2;
/// After how many further records the settled past is stored again.
pub(super) const EVERY: usize = 256;
const SETTLED: &str = "settled";

/// What is known of the settled past without its statements.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settled {
    /// The settled point.
    pub head: Hash32,
    /// How many records it and its ancestors are.
    pub count: usize,
    /// When the newest of them was written.
    newest: Option<DateTime<FixedOffset>>,
    /// Times in milliseconds at which this device had contact: see `lease_facts`.
    contacts: Vec<i64>,
    /// The latest time that each member signed.
    signed: BTreeMap<MemberId, Instant>,
    /// Records that are not signed by whom they name.
    unsigned: BTreeSet<Hash32>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    rules: u32,
    settled: Settled,
    association: Arc<Association>,
}

impl Settled {
    pub(super) fn newest(&self) -> Option<Instant> {
        self.newest
    }

    pub(super) fn contacts(&self) -> impl Iterator<Item = Instant> + '_ {
        let times = self.contacts.iter();
        times.filter_map(|ms| Some(DateTime::from_timestamp_millis(*ms)?.fixed_offset()))
    }

    pub(super) fn signed(&self) -> impl Iterator<Item = (MemberId, Instant)> + '_ {
        self.signed.iter().map(|(member, at)| (*member, *at))
    }

    pub(super) fn is_signed(&self, record: &Hash32) -> bool {
        !self.unsigned.contains(record)
    }
}

/// A settled past, the association there, and the records it is made of.
type Stored = (Settled, Arc<Association>, BTreeSet<Hash32>);

/// The stored settled past, if it is one of these records and of this version.
pub(super) fn read(tx: &mut Tx<'_>, records: &[SealedEnvelope]) -> Result<Option<Stored>, Error> {
    let Some(bytes) = tx.get_row(SETTLED, b"", SETTLED.as_bytes())? else {
        return Ok(None);
    };
    let Ok(row) = serde_json::from_slice::<Row>(&bytes) else {
        return Ok(None);
    };
    let past = past_of(row.settled.head, records);
    let whole = row.rules == RULES && past.len() == row.settled.count;
    Ok(whole.then_some((row.settled, row.association, past)))
}

/// A record and its ancestors among these, by the hashes that name parents.
fn past_of(head: Hash32, records: &[SealedEnvelope]) -> BTreeSet<Hash32> {
    let by_hash: BTreeMap<Hash32, &SealedEnvelope> = records
        .iter()
        .map(|envelope| (envelope.hash(), envelope))
        .collect();
    let mut past = BTreeSet::new();
    let mut open = vec![head];
    while let Some(hash) = open.pop() {
        if let Some(envelope) = by_hash.get(&hash)
            && past.insert(hash)
            && let Ok(body) = RecordBody::decode(envelope.body())
        {
            open.extend(body.parents);
        }
    }
    past
}

impl State {
    /// Whether a record lies in the settled past whose statements are not held in memory.
    pub(super) fn is_settled(&self, record: &Hash32) -> bool {
        self.settled.as_ref().is_some_and(|settled| {
            settled.head == *record || self.log.is_ancestor(record, &settled.head)
        })
    }

    /// Begins the history with the stored settled past, whose records are in the log.
    pub(super) fn start_from(&mut self, settled: Settled, association: Arc<Association>) {
        let Some(record) = self.log.get(&settled.head) else {
            return;
        };
        let record = super::records::new_record(record, Arc::default());
        let history = History::settle(record, settled.count, association);
        self.history = RefCell::new(history);
        self.settle_at = settled.count + EVERY;
        for record in self.log.records() {
            let author = record.envelope.header().author;
            let of_device = self.by_device.entry(author).or_default();
            of_device.insert(record.hash);
        }
        self.settled = Some(settled);
    }

    /// Stores the settled past when enough has been added to it.
    pub(super) fn keep_settled(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        // What a lift would give back is still open.
        let mut devices = self.log.devices().iter();
        let stopped = devices.any(|(_, device)| device.status == Status::Suspended);
        let open = self.association.has_void() || stopped;
        if self.log.len() < self.settle_at || open || !self.is_all_read() {
            return Ok(());
        }
        self.settle_at = self.log.len() + EVERY;
        let ground = super::records::OnLog::of(self);
        let Some((head, count, association)) = self.history.borrow_mut().settled(&ground) else {
            return Ok(());
        };
        if self
            .settled
            .as_ref()
            .is_some_and(|known| known.count >= count)
        {
            return Ok(());
        }
        let row = Row {
            rules: RULES,
            settled: self.settled_at(head, count),
            association,
        };
        let bytes = serde_json::to_vec(&row)
            .map_err(|_| Error::Internal("the settled past does not encode"))?;
        let bytes = Zeroizing::new(bytes);
        if bytes.len() < kaban_vault::store::ROW_BYTES_MAX {
            tx.put_row(&Scope::Member, SETTLED, b"", SETTLED.as_bytes(), &bytes)?;
        }
        Ok(())
    }

    fn settled_at(&self, head: Hash32, count: usize) -> Settled {
        let before = self.settled.as_ref();
        let mut settled = Settled {
            head,
            count,
            newest: before.and_then(Settled::newest),
            contacts: before.map_or_else(Vec::new, |known| known.contacts.clone()),
            signed: before.map_or_else(BTreeMap::new, |known| known.signed.clone()),
            unsigned: before.map_or_else(BTreeSet::new, |known| known.unsigned.clone()),
        };
        settled.unsigned.extend(self.history.borrow().unsigned());
        let past = |hash: &Hash32| *hash == head || self.log.is_ancestor(hash, &head);
        for (hash, statement) in self.statements.iter().filter(|(hash, _)| past(hash)) {
            settled.newest = settled.newest.max(Some(statement.at));
            if let Some(member) = self.signer(hash) {
                let at = settled.signed.entry(member).or_insert(statement.at);
                *at = statement.at.max(*at);
            }
            if self.is_contact(hash, statement) {
                settled.contacts.push(statement.at.timestamp_millis());
            }
        }
        settled
    }
}
