//! One device's copy of an association: its store, its record log, its keys, its documents.
//!
//! Truth is the log of sealed envelopes; everything else here can be rebuilt from it.
//! Each public operation is one transaction of the store: the envelope, the projection, the
//! audit row and the outbox row are saved together or not at all.

mod access;
mod bag;
mod door;
mod drafts;
mod epoch_info;
mod epoch_rows;
mod epochs;
mod found;
mod handover;
mod identity;
mod ingest;
mod items;
mod join;
mod learn;
mod lease_facts;
mod lease_rows;
mod links;
mod mend;
mod newcomer;
mod pages;
mod pairing;
mod project;
mod records;
mod release;
mod removed;
mod scopes;
mod send;
mod settled;
mod vouch;
mod write;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use kaban_proto::ids::{DeviceId, DocTag, EpochId, Hash32, MemberId, WorkspaceId};
use kaban_proto::membership::RecordLog;
use kaban_proto::random::Random;
use kaban_proto::record::Clear;
use kaban_proto::sign::SigningKey;
use kaban_vault::audit::AuditEvent;
use kaban_vault::kbox::Key;
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Store, Tx};
use zeroize::Zeroizing;

use crate::acts::{Act, Statement};
use crate::association::{Association, History};
use crate::error::Error;
use crate::group::{DocKey, Group, PATIENT_DOCS};
use crate::hlc::Hlc;

pub use bag::BagContents;
pub use drafts::{DRAFT_BYTES_MAX, Draft};
pub use found::{Enrolment, Founder, JoinRequest, Person};
pub use handover::{OfferMade, Turn};
pub use ingest::{Carry, IngestReport, Outcome};
pub use items::ItemSeen;
pub use join::{Granted, has_joined};
pub use pages::Deed;
pub use pairing::Admission;
pub use release::{Erased, Released};
pub use send::SendState;
pub use vouch::Distrust;
pub use write::NewValue;

/// End of a suspension that lasts until it is lifted.
const UNTIL_LIFTED: u64 = u64::MAX;
/// End of a suspension that is over.
const LIFTED: u64 = 0;

/// What comes in from outside with every operation.
pub struct Cx<'a> {
    /// The clock's reading, with its offset.
    pub now: DateTime<FixedOffset>,
    /// Randomness.
    pub rng: &'a mut dyn Random,
}

/// The keys of this device and of the person whose slot is open.
pub(crate) struct Me {
    pub device: DeviceId,
    pub sign: SigningKey,
    pub kx: Key,
    pub transport: SigningKey,
    pub member: MemberId,
    pub member_sign: SigningKey,
    pub member_kx: Key,
}

/// Everything in memory between unlock and lock.
pub(crate) struct State {
    pub me: Me,
    pub ws: WorkspaceId,
    pub log: RecordLog,
    pub statements: BTreeMap<Hash32, Arc<Statement>>,
    /// Records whose sealed part could not be read yet.
    pub unread: BTreeSet<Hash32>,
    /// Records that count as saying nothing: see [`State::give_up`].
    pub blank: BTreeSet<Hash32>,
    /// Records that were folded in as saying nothing, since they could not be read.
    pub silent: BTreeSet<Hash32>,
    pub history: RefCell<History>,
    /// Records that this device has just written and that are not folded in.
    pub fresh: Vec<Hash32>,
    /// By device: its records in the history.
    pub by_device: BTreeMap<DeviceId, BTreeSet<Hash32>>,
    /// The past that is not held in memory: see [`settled`].
    pub settled: Option<settled::Settled>,
    /// At how many records the settled past is stored again.
    pub settle_at: usize,
    /// The members' keys, to read the settled past with.
    pub members_keys: BTreeMap<EpochId, Key>,
    /// Records whose rows were damaged and that nobody has given again yet.
    pub damaged: BTreeSet<Hash32>,
    pub association: Arc<Association>,
    pub tags: BTreeMap<DocTag, DocKey>,
    pub group_tags: BTreeMap<DocTag, Group>,
    pub hlc: Hlc,
    pub tag_key: Zeroizing<Vec<u8>>,
    pub lease: Option<lease_rows::Lease>,
    /// Envelopes were taken back to be read again: see [`Session::read_again`].
    pub read_again: bool,
    /// Keys come upon on the way back to the first record: see [`Session::look_ahead`].
    pub candidates: BTreeMap<EpochId, Key>,
    /// Epochs newly found to give somebody a wrong key: see [`Session::heal_foul`].
    pub foul: BTreeSet<(DocTag, EpochId)>,
    /// Chains of removed devices, walked back from where members had read them.
    pub proven: removed::Proven,
}

/// One device's copy of an association.
pub struct Workspace {
    pub(crate) store: Store,
    pub(crate) state: State,
}

impl Workspace {
    /// Opens the workspace of an unlocked store.
    ///
    /// # Errors
    /// [`Error::NotJoined`] when the store belongs to no association.
    pub fn open(mut store: Store) -> Result<Self, Error> {
        lease_rows::take_over_old(&mut store)?;
        let secrets = store.secrets()?.duplicate();
        let state = mend::load(&mut store, &secrets)?;
        Ok(Self { store, state })
    }

    /// The association as of everything seen.
    pub fn association(&self) -> &Association {
        &self.state.association
    }

    /// This device.
    pub fn device(&self) -> DeviceId {
        self.state.me.device
    }

    /// The person whose slot is open.
    pub fn member(&self) -> MemberId {
        self.state.me.member
    }

    /// The workspace.
    pub fn id(&self) -> WorkspaceId {
        self.state.ws
    }

    /// The store, for what is kept beside the workspace.
    pub fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Gives the store back, for locking it.
    pub fn into_store(self) -> Store {
        self.store
    }

    /// Whether this person, on this device, holds the bag.
    pub fn holds_bag(&self) -> bool {
        self.state.holds_bag()
    }

    /// The record log's envelopes, for sending to a peer.
    pub fn record_log(&self) -> &RecordLog {
        &self.state.log
    }

    /// Writes one record that says these things: people, patients, teams, consent, absence.
    ///
    /// # Errors
    /// [`Error::Rule`] when this person may not say one of them; then nothing is written.
    pub fn declare(&mut self, acts: Vec<Act>, cx: &mut Cx<'_>) -> Result<Hash32, Error> {
        self.write(|session| session.declare(cx, acts))
    }

    /// When the newest record this device has was written, by its writer's clock.
    pub fn newest_record_at(&self) -> Option<DateTime<FixedOffset>> {
        let settled = self.state.settled.as_ref().and_then(|past| past.newest());
        let fresh = self.state.statements.values().map(|said| said.at).max();
        settled.max(fresh)
    }

    /// Stops a device until [`Workspace::lift_device`]: its envelopes wait from now on. No clock
    /// ends it.
    ///
    /// # Errors
    /// [`Error::Rule`] for the device of whoever is on duty.
    pub fn suspend_device(&mut self, device: DeviceId, cx: &mut Cx<'_>) -> Result<Hash32, Error> {
        let holder = self.state.association.duty().holder();
        if holder.is_some_and(|link| link.device == device) {
            return Err(Error::Rule(
                "the device of whoever is on duty cannot be suspended",
            ));
        }
        self.stop_device(device, UNTIL_LIFTED, cx)
    }

    /// Lets a suspended device go on.
    ///
    /// # Errors
    /// [`Error::Log`] without the right to.
    pub fn lift_device(&mut self, device: DeviceId, cx: &mut Cx<'_>) -> Result<Hash32, Error> {
        self.stop_device(device, LIFTED, cx)
    }

    fn stop_device(
        &mut self,
        device: DeviceId,
        until_ms: u64,
        cx: &mut Cx<'_>,
    ) -> Result<Hash32, Error> {
        self.write(|session| {
            session.settle_heads(cx)?;
            let clear = Clear::SuspendDevice { device, until_ms };
            let hash = session.append_record(cx, clear, Vec::new())?;
            session.audit(cx, Deed::counted(AuditEvent::Membership, 1))?;
            Ok(hash)
        })
    }

    /// Runs one operation as one transaction; if it fails, memory is read again from the store,
    /// so that nothing half done is ever seen.
    pub fn write<T>(
        &mut self,
        operation: impl FnOnce(&mut Session<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let written = self.store.changes();
        let state = &mut self.state;
        let result = self.store.transact(Durability::Full, |tx| {
            let done = operation(&mut Session { tx, state })?;
            state.keep_settled(tx)?;
            Ok(done)
        });
        // What was refused before anything was written has left memory as it was; reading all of it
        // again takes a large association a good part of a second.
        let judged = matches!(
            &result,
            Err(Error::NotFound(_)
                | Error::NotAllowed { .. }
                | Error::Conflict
                | Error::NoKey
                | Error::Rule(_))
        );
        if result.is_err() && !(judged && self.store.changes() == written) {
            let secrets = self.store.secrets()?.duplicate();
            self.state = mend::load(&mut self.store, &secrets)?;
        }
        if result.as_ref().is_err_and(mend::is_damage) {
            self.mend()?;
        }
        result
    }

    /// The same for reads: the audit row of what is shown is on the disk when this returns, and a
    /// read that leaves none writes nothing.
    pub fn read<T>(
        &mut self,
        operation: impl FnOnce(&mut Session<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.write(operation)
    }
}

/// One transaction over the store and the state in memory.
pub struct Session<'s, 't> {
    pub(crate) tx: &'s mut Tx<'t>,
    pub(crate) state: &'s mut State,
}

impl Session<'_, '_> {
    /// Writes one record: see [`Workspace::declare`].
    pub fn declare(&mut self, cx: &mut Cx<'_>, acts: Vec<Act>) -> Result<Hash32, Error> {
        self.settle_heads(cx)?;
        let touched = scopes::Touched::by(&acts);
        let hash = self.append_record(cx, Clear::None, acts)?;
        self.audit(cx, Deed::counted(AuditEvent::Membership, 1))?;
        self.reconcile(cx, &touched)?;
        self.read_again(cx)?;
        Ok(hash)
    }
}

impl State {
    fn load(tx: &mut Tx<'_>, secrets: &SlotSecrets) -> Result<Self, Error> {
        let mut state = identity::load_identity(tx, secrets)?;
        state.load_records(tx)?;
        if state.lease.is_none() {
            state.lease = lease_rows::found_again(tx, &state)?;
        }
        Ok(state)
    }

    pub(crate) fn holds_bag(&self) -> bool {
        self.association
            .duty()
            .holder()
            .is_some_and(|link| (link.member, link.device) == (self.me.member, self.me.device))
    }

    /// Names of every document and group, so that an envelope's tag can be understood.
    pub(crate) fn index_tags(&mut self) {
        let count = self.association.patient_count();
        if self.tags.len() == count * PATIENT_DOCS.len() + DocKey::shared().len() {
            return;
        }
        let key = self.tag_key.clone();
        let mut groups: BTreeSet<Group> = [Group::Members, Group::Doctors, Group::Office]
            .into_iter()
            .collect();
        let known: BTreeSet<_> = self.tags.values().filter_map(|doc| doc.patient).collect();
        let fresh: Vec<_> = self
            .association
            .patients()
            .map(|(patient, _)| patient)
            .filter(|patient| !known.contains(patient))
            .collect();
        for patient in fresh {
            groups.insert(Group::TeamAll(patient));
            groups.insert(Group::TeamClinical(patient));
            for kind in PATIENT_DOCS {
                let doc = DocKey::of(patient, kind);
                self.tags.insert(doc.tag(&key), doc);
            }
        }
        for doc in DocKey::shared() {
            self.tags.insert(doc.tag(&key), doc);
        }
        for group in groups {
            self.group_tags.insert(group.tag(&key), group);
        }
    }
}
