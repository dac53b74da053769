//! The record log: takes records in any order, keeps those that their ancestors allow.

use super::acts::{Act, ActSet, Acts, grants};
use super::bounds;
use super::graph::{Graph, Node};
use super::parking::{PARKED_BY_AUTHOR_MAX, PARKED_MAX, Parking, Part, Waiting};
use super::refusal::Refusal;
use super::states::{DeviceStates, Status};
use super::views::{Found, Seen, View, Views};
use crate::codec::Wire;
use crate::envelope::{Kind, SealedEnvelope};
use crate::ids::{DeviceId, Hash32, WorkspaceId};
use crate::record::{Clear, RecordBody, Rights};
use crate::sign::VerifyKey;
use std::collections::BTreeSet;
use std::sync::OnceLock;

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
    acts: Acts,
    views: Views,
    current: Current,
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
            acts: Acts::default(),
            views: Views::new(),
            current: Current::default(),
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

    /// Takes a record. Those whose parents are not here yet are parked and enter by themselves
    /// later; if one of them proves invalid then, [`RecordLog::take_refused`] tells.
    ///
    /// # Errors
    /// When the record is invalid for good, or a bound is reached.
    pub fn insert(&mut self, envelope: SealedEnvelope) -> Result<Inserted, Refusal> {
        self.take(envelope, Source::Peer)
    }

    /// Takes a record from this copy's own store, into which it came through [`RecordLog::insert`].
    /// The bounds that depend on the order of arrival are not asked again: what has once been let
    /// in is never left out.
    ///
    /// # Errors
    /// When the record is invalid.
    pub fn insert_stored(&mut self, envelope: SealedEnvelope) -> Result<Inserted, Refusal> {
        self.take(envelope, Source::Store)
    }

    /// As [`RecordLog::insert_stored`], without checking the signature, which costs more than all
    /// the rest.
    ///
    /// Only for a record whose hash the caller has from a place that nobody else can write, such as
    /// a sealed row, where it was put after [`RecordLog::insert`] had taken the record: the hash
    /// covers every byte, so the verdict on the signature still holds. A hash that stands beside
    /// the record in an unsealed file is not enough.
    ///
    /// # Errors
    /// When the record is invalid.
    pub fn insert_trusted(&mut self, envelope: SealedEnvelope) -> Result<Inserted, Refusal> {
        self.take(envelope, Source::Trusted)
    }

    /// What [`RecordLog::insert`] would do, without doing it.
    ///
    /// # Errors
    /// When the record is invalid.
    pub fn vet(&self, envelope: &SealedEnvelope) -> Result<Vetted, Refusal> {
        let judged = self.judge(envelope, &self.open(envelope)?, Source::Peer)?;
        Ok(match judged {
            Judged::New { .. } => Vetted::New,
            Judged::Known => Vetted::Known,
            Judged::Missing(missing) => Vetted::Missing(missing),
        })
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
        &self.current().states
    }

    /// Every device as that record and its ancestors have it; `None` if the record is not in the
    /// log.
    #[must_use]
    pub fn devices_at(&self, record: &Hash32) -> Option<&DeviceStates> {
        let node = self.graph.get(record)?;
        Some(&self.views.get(node.view).states)
    }

    /// Whether `ancestor` comes before `record`; a record does not come before itself.
    #[must_use]
    pub fn is_ancestor(&self, ancestor: &Hash32, record: &Hash32) -> bool {
        self.get(record)
            .is_some_and(|record| self.graph.is_behind(ancestor, &record.body.parents))
    }

    /// Whether the record is void, seen over all records: a removal reached it, or a suspension
    /// that is in force reached its clear part, or nobody who counts let its author in. A void
    /// record stays in the log, and its sealed part is to be folded as if it were empty. `false` if
    /// it is not in the log.
    #[must_use]
    pub fn is_void(&self, record: &Hash32) -> bool {
        self.graph
            .get(record)
            .is_some_and(|node| self.current().voids(&self.acts, &seen(&self.views, node)))
    }

    /// Whether the record is void as `view` and its ancestors have it. `false` if one is not in the
    /// log.
    #[must_use]
    pub fn is_void_at(&self, record: &Hash32, view: &Hash32) -> bool {
        let nodes = self.graph.get(record).zip(self.graph.get(view));
        nodes.is_some_and(|(node, view)| {
            let view = self.views.get(view.view);
            view.voids(&self.acts, &seen(&self.views, node))
        })
    }

    /// Whether its author's device is suspended, seen over all records, by somebody who had not
    /// seen the record: what it grants in its sealed part does not count while that lasts. `false`
    /// if it is not in the log.
    #[must_use]
    pub fn is_unheard(&self, record: &Hash32) -> bool {
        self.graph.get(record).is_some_and(|node| {
            self.current()
                .is_unheard(&self.acts, &seen(&self.views, node))
        })
    }

    /// The newest record of a device: the one its next record must continue. Of a forked chain, the
    /// deepest.
    #[must_use]
    pub fn last_of(&self, author: &DeviceId) -> Option<&Record> {
        self.graph.last_of(author).map(|node| &node.record)
    }

    /// Places where a device signed two different records: it was copied, restored from a backup,
    /// or lies.
    pub fn forks(&self) -> impl Iterator<Item = (DeviceId, u64)> + '_ {
        self.graph.forks().iter().copied()
    }

    /// How many records wait for their parents.
    #[must_use]
    pub fn parked(&self) -> usize {
        self.parking.len()
    }

    /// Whether the record waits for its parents.
    #[must_use]
    pub fn is_parked(&self, hash: &Hash32) -> bool {
        self.parking.contains(hash)
    }

    /// Parents that parked records wait for and that are not parked themselves: what to ask a peer
    /// for.
    pub fn wanted(&self) -> impl Iterator<Item = &Hash32> + '_ {
        self.parking.wanted()
    }

    /// Parked records that proved invalid when their parents came, with the reason; each is told
    /// once.
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

    /// Judges a record by its ancestors, and by the room there is if it comes from a peer.
    fn judge(
        &self,
        envelope: &SealedEnvelope,
        body: &RecordBody,
        source: Source,
    ) -> Result<Judged, Refusal> {
        if self.graph.contains(&envelope.hash()) {
            return Ok(Judged::Known);
        }
        let Some(first) = body.parents.first() else {
            self.judge_genesis(envelope, body, source)?;
            return Ok(Judged::New {
                view: Found::Kept(0),
                acts: true,
            });
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
            return Ok(Judged::Missing(missing));
        }
        self.judge_chain(envelope, body)?;
        let author = envelope.header().author;
        let parents = body.parents.iter().filter_map(|hash| self.graph.get(hash));
        let found = self
            .views
            .join(&self.acts, parents.map(|node| node.view).collect());
        let view = self.views.see(&found);
        let acts = bounds::is_act(&self.acts, view, &author, &body.clear);
        let stops = acts && bounds::stops(body);
        let chain = self.graph.chain_at(&envelope.header().prev);
        bounds::check_chain(chain, envelope, stops)?;
        if source == Source::Peer {
            let needed = self.parking.is_needed(&envelope.hash(), &author);
            bounds::check_copy(&self.graph, envelope, stops, needed)?;
        }
        judge_author(envelope, &body.clear, &view.states, source)?;
        if acts {
            bounds::check_act(chain, view, &body.clear)?;
        }
        Ok(Judged::New { view: found, acts })
    }

    fn judge_genesis(
        &self,
        envelope: &SealedEnvelope,
        body: &RecordBody,
        source: Source,
    ) -> Result<(), Refusal> {
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
        source.check(envelope, &device.id)
    }

    /// The author's previous record is an ancestor, so a chain cannot be continued beside itself
    /// unseen.
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

    fn take(&mut self, envelope: SealedEnvelope, source: Source) -> Result<Inserted, Refusal> {
        if self.parking.contains(&envelope.hash()) {
            return Ok(Inserted::Known);
        }
        let body = self.open(&envelope)?;
        match self.judge(&envelope, &body, source)? {
            Judged::Known => Ok(Inserted::Known),
            Judged::Missing(missing) => {
                let part = self.part_of(&envelope, source)?;
                self.parking.park(envelope, body, source, part, &missing)?;
                Ok(Inserted::Parked(missing))
            }
            Judged::New { view, acts } => {
                let mut landed = vec![self.land(envelope, body, view, acts)];
                while let Some(parent) = landed.pop() {
                    landed.extend(self.release_children_of(&parent));
                }
                Ok(Inserted::New)
            }
        }
    }

    /// Whose part of the parking a record takes: that of a known author only if it is signed by it.
    fn part_of(&self, envelope: &SealedEnvelope, source: Source) -> Result<Part, Refusal> {
        let author = envelope.header().author;
        let known = self.devices().get(&author);
        if let Some(state) = known {
            source.check(envelope, &state.keys.id)?;
        }
        Ok(Part {
            of: known.map(|_| author),
            most: if self.is_empty() {
                PARKED_MAX
            } else {
                PARKED_BY_AUTHOR_MAX
            },
        })
    }

    /// Puts a judged record into the graph.
    fn land(
        &mut self,
        envelope: SealedEnvelope,
        body: RecordBody,
        found: Found,
        acts: bool,
    ) -> Hash32 {
        let hash = envelope.hash();
        let author = envelope.header().author;
        let depth = self.graph.depth_on(&body.parents);
        let mut view = self.views.keep(found);
        let mut number = None;
        if acts {
            let act = self.acts.push(Act {
                hash,
                depth,
                author,
                clear: body.clear,
                view,
                clock: self.graph.clock_on(&body.parents),
            });
            view = self.views.after(&self.acts, view, act);
            number = Some(act as u32);
        }
        if body.parents.is_empty() {
            self.genesis = Some(hash);
        }
        let record = Record {
            hash,
            depth,
            envelope,
            body,
        };
        self.graph.add(record, view, number);
        self.current.follow(&self.views, &self.acts, view, acts);
        hash
    }

    /// What everything together says. Folded when it is asked for: several heads are a passing
    /// state.
    fn current(&self) -> &View {
        let Current { view, whole, seen } = &self.current;
        if *whole {
            return self.views.get(*view);
        }
        seen.get_or_init(|| {
            let mut set = ActSet::default();
            (0..self.acts.len()).for_each(|act| set.insert(act));
            self.views.made(&self.acts, set, *view)
        })
    }

    /// Lets in what waited for `parent` alone; gives back what landed.
    fn release_children_of(&mut self, parent: &Hash32) -> Vec<Hash32> {
        let graph = &self.graph;
        let released = self.parking.release(parent, |hash| graph.contains(hash));
        let mut landed = Vec::new();
        for Waiting {
            envelope,
            body,
            source,
            ..
        } in released
        {
            match self.judge(&envelope, &body, source) {
                Ok(Judged::New { view, acts }) => {
                    landed.push(self.land(envelope, body, view, acts));
                }
                Ok(Judged::Known | Judged::Missing(_)) => {}
                Err(refusal) => self.refused.push((envelope.hash(), refusal)),
            }
        }
        landed
    }
}

/// A record with its place, as views ask for it.
fn seen<'a>(views: &'a Views, node: &'a Node) -> Seen<'a> {
    Seen {
        hash: &node.record.hash,
        author: &node.record.envelope.header().author,
        act: node.act.map(|act| act as usize),
        grants: grants(&node.record.body.clear),
        before: &views.get(node.view).set,
        place: node.place,
    }
}

/// Where a record comes from: what of it was checked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// From somebody else: nothing was.
    Peer,
    /// From this copy's own store: it had found room.
    Store,
    /// From the store, and the caller knows that its signature was checked.
    Trusted,
}

impl Source {
    fn check(self, envelope: &SealedEnvelope, key: &VerifyKey) -> Result<(), Refusal> {
        if self == Self::Trusted {
            return Ok(());
        }
        envelope.verify(key).map_err(|_| Refusal::Signature)
    }
}

/// What a record is judged to be.
enum Judged {
    New {
        /// What its parents say together.
        view: Found,
        /// Whether its clear part is an act.
        acts: bool,
    },
    Known,
    Missing(Vec<Hash32>),
}

/// Where to find what everything together says.
#[derive(Debug, Default)]
struct Current {
    /// The view of all acts, or one that dominates it.
    view: u32,
    /// Whether it is that of all acts.
    whole: bool,
    /// That of all acts, where it is no record's.
    seen: OnceLock<View>,
}

impl Current {
    /// Takes note of a record at `view`.
    fn follow(&mut self, views: &Views, acts: &Acts, view: u32, new_act: bool) {
        if views.get(view).set.len() == acts.len() {
            *self = Self {
                view,
                whole: true,
                seen: OnceLock::new(),
            };
        } else if new_act {
            *self = Self {
                view: views.common(self.view, view),
                whole: false,
                seen: OnceLock::new(),
            };
        }
    }
}

/// The author is known, signed it, and may do what the clear part does.
fn judge_author(
    envelope: &SealedEnvelope,
    clear: &Clear,
    states: &DeviceStates,
    source: Source,
) -> Result<(), Refusal> {
    let author = envelope.header().author;
    let state = states.get(&author).ok_or(Refusal::UnknownAuthor(author))?;
    source.check(envelope, &state.keys.id)?;
    may(&author, clear, states)
}

/// The author was not removed, has the right to do what the clear part does, and is not suspended
/// if that grants something.
pub(super) fn may(author: &DeviceId, clear: &Clear, states: &DeviceStates) -> Result<(), Refusal> {
    let state = states.get(author).ok_or(Refusal::UnknownAuthor(*author))?;
    match state.status {
        Status::Removed => return Err(Refusal::RemovedAuthor(*author)),
        Status::Suspended if grants(clear) => return Err(Refusal::SuspendedAuthor(*author)),
        Status::Suspended | Status::Active => {}
    }
    let has = |right| {
        if state.keys.rights.has(right) {
            Ok(())
        } else {
            Err(Refusal::Right(*author))
        }
    };
    let known = |device| states.get(device).ok_or(Refusal::UnknownDevice(*device));
    match clear {
        Clear::None => Ok(()),
        Clear::Found { .. } => Err(Refusal::Genesis("it has parents")),
        Clear::AddDevice(keys) => {
            has(Rights::ADMIT)?;
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
            has(Rights::SUSPEND)?;
            known(device)?;
            if device == author {
                Err(Refusal::Right(*author))
            } else {
                Ok(())
            }
        }
        Clear::RemoveDevice { device } if device == author => Ok(()),
        Clear::RemoveDevice { device } => {
            has(Rights::ADMIT).and_then(|()| known(device)).map(|_| ())
        }
    }
}
