//! The record log: takes records in any order, keeps those that their ancestors allow.

use super::acts::Act;
use super::acts::ActSet;
use super::fold::Fold;
use super::graph::{Graph, Node};
use super::parking::Parking;
use super::refusal::Refusal;
use super::states::{DeviceStates, Status};
use crate::codec::Wire;
use crate::envelope::{Kind, SealedEnvelope};
use crate::ids::{DeviceId, Hash32, WorkspaceId};
use crate::record::{Clear, RecordBody, Rights};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most records with a clear part that a log takes: devices come and go by the dozen, not by the thousand.
pub const ACTS_MAX: usize = 4096;

/// A record in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name: the hash of the envelope.
    pub hash: Hash32,
    /// 0 for the genesis, else one more than its deepest parent.
    pub depth: u64,
    /// As it came.
    pub envelope: SealedEnvelope,
    /// Its decoded body.
    pub body: RecordBody,
}

/// What became of an inserted record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// It is in the log now, and so is every parked record that waited for it alone.
    New,
    /// It was in the log already, or is parked.
    Known,
    /// It waits for these parents.
    Parked(Vec<Hash32>),
}

/// What would become of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vetted {
    /// It would enter the log.
    New,
    /// It is in the log.
    Known,
    /// These parents are not in the log, so it cannot be judged.
    Missing(Vec<Hash32>),
}

/// The record log of one workspace.
pub struct RecordLog {
    ws: WorkspaceId,
    genesis: Option<Hash32>,
    graph: Graph,
    acts: Vec<Act>,
    folds: BTreeMap<ActSet, Arc<Fold>>,
    /// Acts and fold of everything.
    current: (ActSet, Arc<Fold>),
    parking: Parking,
    refused: Vec<(Hash32, Refusal)>,
}

impl RecordLog {
    /// The empty log of a workspace whose id is known, as from an invitation.
    #[must_use]
    pub fn new(ws: WorkspaceId) -> Self {
        Self {
            ws,
            genesis: None,
            graph: Graph::default(),
            acts: Vec::new(),
            folds: BTreeMap::new(),
            current: (ActSet::default(), Arc::new(Fold::default())),
            parking: Parking::default(),
            refused: Vec::new(),
        }
    }

    /// The log of the workspace that this genesis founds.
    ///
    /// # Errors
    /// When it is not a valid genesis.
    pub fn found(genesis: SealedEnvelope) -> Result<Self, Refusal> {
        let mut log = Self::new(genesis.header().ws);
        match log.insert(genesis)? {
            Inserted::New => Ok(log),
            Inserted::Known | Inserted::Parked(_) => Err(Refusal::Genesis("it has parents")),
        }
    }

    /// Takes a record. Those whose parents are not here yet are parked and enter by themselves later; if one of them
    /// proves invalid then, [`RecordLog::take_refused`] tells.
    ///
    /// # Errors
    /// When the record is invalid for good, or a bound is reached.
    pub fn insert(&mut self, envelope: SealedEnvelope) -> Result<Inserted, Refusal> {
        if self.parking.contains(&envelope.hash()) {
            return Ok(Inserted::Known);
        }
        let body = self.open(&envelope)?;
        match self.judge(&envelope, &body)? {
            Vetted::Known => Ok(Inserted::Known),
            Vetted::Missing(missing) => {
                self.parking.park(envelope, body, &missing)?;
                Ok(Inserted::Parked(missing))
            }
            Vetted::New => {
                let mut landed = vec![self.land(envelope, body)];
                while let Some(parent) = landed.pop() {
                    landed.extend(self.release_children_of(&parent));
                }
                Ok(Inserted::New)
            }
        }
    }

    /// What [`RecordLog::insert`] would do, without doing it.
    ///
    /// # Errors
    /// When the record is invalid.
    pub fn vet(&self, envelope: &SealedEnvelope) -> Result<Vetted, Refusal> {
        self.judge(envelope, &self.open(envelope)?)
    }

    /// The workspace.
    #[must_use]
    pub fn ws(&self) -> WorkspaceId {
        self.ws
    }

    /// The genesis, once it is here.
    #[must_use]
    pub fn genesis(&self) -> Option<&Record> {
        self.genesis.as_ref().and_then(|hash| self.get(hash))
    }

    /// A record of the log.
    #[must_use]
    pub fn get(&self, hash: &Hash32) -> Option<&Record> {
        self.graph.get(hash).map(|node| &node.record)
    }

    /// All records, ancestors first: by depth, then by hash. The order depends on the set alone.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> + '_ {
        self.graph.in_order().map(|node| &node.record)
    }

    /// How many records the log holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.graph.len()
    }

    /// Whether not even the genesis is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.graph.len() == 0
    }

    /// Records that no other builds on.
    #[must_use]
    pub fn heads(&self) -> &BTreeSet<Hash32> {
        self.graph.heads()
    }

    /// Every device, folded over all records.
    #[must_use]
    pub fn devices(&self) -> &DeviceStates {
        &self.current.1.states
    }

    /// Every device as that record and its ancestors have it; `None` if the record is not in the log.
    #[must_use]
    pub fn devices_at(&self, record: &Hash32) -> Option<&DeviceStates> {
        self.graph.get(record).map(|node| &node.fold.states)
    }

    /// Whether `ancestor` comes before `record`; a record does not come before itself.
    #[must_use]
    pub fn is_ancestor(&self, ancestor: &Hash32, record: &Hash32) -> bool {
        self.get(record)
            .is_some_and(|record| self.graph.is_behind(ancestor, &record.body.parents))
    }

    /// Whether a removal voided the record, seen over all records. A voided record stays in the log, and its sealed
    /// part is to be folded as if it were empty. `false` if it is not in the log.
    #[must_use]
    pub fn is_void(&self, record: &Hash32) -> bool {
        self.graph
            .get(record)
            .is_some_and(|node| self.voided_in(&self.current.1, node))
    }

    /// Whether a removal voided the record as `view` and its ancestors have it. `false` if one is not in the log.
    #[must_use]
    pub fn is_void_at(&self, record: &Hash32, view: &Hash32) -> bool {
        let nodes = self.graph.get(record).zip(self.graph.get(view));
        nodes.is_some_and(|(node, view)| self.voided_in(&view.fold, node))
    }

    /// The newest record of a device: the one its next record must continue. Of a forked chain, the deepest.
    #[must_use]
    pub fn last_of(&self, author: &DeviceId) -> Option<&Record> {
        self.graph.last_of(author).map(|node| &node.record)
    }

    /// Places where a device signed two different records: it was copied, restored from a backup, or lies.
    pub fn forks(&self) -> impl Iterator<Item = (DeviceId, u64)> + '_ {
        self.graph.forks().iter().copied()
    }

    /// How many records wait for their parents.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parking.len()
    }

    /// Parents that parked records wait for and that are not parked themselves: what to ask a peer for.
    pub fn wanted(&self) -> impl Iterator<Item = &Hash32> + '_ {
        self.parking.wanted()
    }

    /// Parked records that proved invalid when their parents came, with the reason; each is told once.
    pub fn take_refused(&mut self) -> Vec<(Hash32, Refusal)> {
        std::mem::take(&mut self.refused)
    }

    fn open(&self, envelope: &SealedEnvelope) -> Result<RecordBody, Refusal> {
        let header = envelope.header();
        if header.kind != Kind::Record {
            return Err(Refusal::NotARecord);
        }
        if header.ws != self.ws {
            return Err(Refusal::OtherWorkspace(header.ws));
        }
        Ok(RecordBody::decode(envelope.body())?)
    }

    fn judge(&self, envelope: &SealedEnvelope, body: &RecordBody) -> Result<Vetted, Refusal> {
        if self.graph.contains(&envelope.hash()) {
            return Ok(Vetted::Known);
        }
        let Some(first) = body.parents.first() else {
            return self.judge_genesis(envelope, body).map(|()| Vetted::New);
        };
        if envelope.header().members_head != *first {
            return Err(Refusal::MembersHead);
        }
        let missing: Vec<Hash32> = body
            .parents
            .iter()
            .filter(|hash| !self.graph.contains(hash))
            .copied()
            .collect();
        if !missing.is_empty() {
            return Ok(Vetted::Missing(missing));
        }
        self.judge_chain(envelope, body)?;
        let acts = self.graph.acts_behind(&body.parents);
        match self.folds.get(&acts) {
            Some(fold) => judge_author(envelope, &body.clear, &fold.states)?,
            None => judge_author(envelope, &body.clear, &Fold::of(&self.acts, &acts).states)?,
        }
        if body.clear != Clear::None && self.acts.len() >= ACTS_MAX {
            return Err(Refusal::LogFull);
        }
        Ok(Vetted::New)
    }

    fn judge_genesis(&self, envelope: &SealedEnvelope, body: &RecordBody) -> Result<(), Refusal> {
        let header = envelope.header();
        let Clear::Found { device, .. } = &body.clear else {
            return Err(Refusal::Genesis("it founds nothing"));
        };
        if body.workspace() != self.ws {
            return Err(Refusal::Genesis("its content gives another workspace id"));
        }
        if self.genesis.is_some() {
            return Err(Refusal::Genesis("there is another"));
        }
        if header.author != device.device_id() || !device.rights.has(Rights::ADMIT) {
            return Err(Refusal::Genesis(
                "its author is not a device that may admit",
            ));
        }
        if header.seq != 1 || header.members_head != Hash32::ZERO {
            return Err(Refusal::Genesis("it builds on something"));
        }
        envelope.verify(&device.id).map_err(|_| Refusal::Signature)
    }

    /// The author's previous record is an ancestor, so a chain cannot be continued beside itself unseen.
    fn judge_chain(&self, envelope: &SealedEnvelope, body: &RecordBody) -> Result<(), Refusal> {
        let header = envelope.header();
        if header.seq == 1 {
            return Ok(());
        }
        let previous = self
            .get(&header.prev)
            .ok_or(Refusal::Chain)?
            .envelope
            .header();
        let continues =
            previous.author == header.author && previous.seq.checked_add(1) == Some(header.seq);
        if continues && self.graph.is_behind(&header.prev, &body.parents) {
            Ok(())
        } else {
            Err(Refusal::Chain)
        }
    }

    fn fold_of(&mut self, acts: &ActSet) -> Arc<Fold> {
        if let Some(fold) = self.folds.get(acts) {
            return Arc::clone(fold);
        }
        let fold = Arc::new(Fold::of(&self.acts, acts));
        self.folds.insert(acts.clone(), Arc::clone(&fold));
        fold
    }

    /// Folds all heads together, where that is new; several heads are a passing state, so it is not kept.
    fn refresh_current(&mut self) {
        let all = self.graph.acts_behind(self.graph.heads());
        if all != self.current.0 {
            let kept = self.folds.get(&all).map(Arc::clone);
            let fold = kept.unwrap_or_else(|| Arc::new(Fold::of(&self.acts, &all)));
            self.current = (all, fold);
        }
    }

    /// Puts a judged record into the graph.
    fn land(&mut self, envelope: SealedEnvelope, body: RecordBody) -> Hash32 {
        let hash = envelope.hash();
        let author = envelope.header().author;
        let depth = self.graph.depth_on(&body.parents);
        let mut acts = self.graph.acts_behind(&body.parents);
        if body.clear != Clear::None {
            let before = acts.clone();
            let spared = match body.clear {
                Clear::RemoveDevice { device } => self.graph.written_behind(&device, &body.parents),
                _ => BTreeSet::new(),
            };
            acts.insert(self.acts.len());
            self.acts.push(Act {
                hash,
                depth,
                author,
                clear: body.clear,
                before,
                spared,
            });
        }
        if body.parents.is_empty() {
            self.genesis = Some(hash);
        }
        let fold = self.fold_of(&acts);
        self.graph.add(
            Record {
                hash,
                depth,
                envelope,
                body,
            },
            acts,
            fold,
        );
        self.refresh_current();
        hash
    }

    fn voided_in(&self, fold: &Fold, node: &Node) -> bool {
        let record = &node.record;
        fold.voids(
            &self.acts,
            &record.hash,
            &record.envelope.header().author,
            &node.acts,
        )
    }

    /// Lets in what waited for `parent` alone; gives back what landed.
    fn release_children_of(&mut self, parent: &Hash32) -> Vec<Hash32> {
        let graph = &self.graph;
        let released = self.parking.release(parent, |hash| graph.contains(hash));
        let mut landed = Vec::new();
        for (envelope, body) in released {
            match self.judge(&envelope, &body) {
                Ok(Vetted::New) => landed.push(self.land(envelope, body)),
                Ok(Vetted::Known | Vetted::Missing(_)) => {}
                Err(refusal) => self.refused.push((envelope.hash(), refusal)),
            }
        }
        landed
    }
}

/// The author is known, was not removed, signed it, and has the right to do what the clear part does.
fn judge_author(
    envelope: &SealedEnvelope,
    clear: &Clear,
    states: &DeviceStates,
) -> Result<(), Refusal> {
    let author = envelope.header().author;
    let state = states.get(&author).ok_or(Refusal::UnknownAuthor(author))?;
    if state.status == Status::Removed {
        return Err(Refusal::RemovedAuthor(author));
    }
    envelope
        .verify(&state.keys.id)
        .map_err(|_| Refusal::Signature)?;
    let may = |right| {
        if state.keys.rights.has(right) {
            Ok(())
        } else {
            Err(Refusal::Right(author))
        }
    };
    let known = |device| states.get(device).ok_or(Refusal::UnknownDevice(*device));
    match clear {
        Clear::None => Ok(()),
        Clear::Found { .. } => Err(Refusal::Genesis("it has parents")),
        Clear::AddDevice(keys) => {
            may(Rights::ADMIT)?;
            let device = keys.device_id();
            let removed = states
                .get(&device)
                .is_some_and(|state| state.status == Status::Removed);
            if removed {
                Err(Refusal::RemovedDevice(device))
            } else {
                Ok(())
            }
        }
        Clear::SuspendDevice { device, .. } => {
            may(Rights::SUSPEND)?;
            known(device)?;
            if *device == author {
                Err(Refusal::Right(author))
            } else {
                Ok(())
            }
        }
        Clear::RemoveDevice { device } if *device == author => Ok(()),
        Clear::RemoveDevice { device } => {
            may(Rights::ADMIT).and_then(|()| known(device)).map(|_| ())
        }
    }
}
