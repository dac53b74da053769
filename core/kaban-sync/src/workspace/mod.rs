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
mod epochs;
mod found;
mod handover;
mod identity;
mod ingest;
mod items;
mod join;
mod learn;
mod lease_facts;
mod links;
mod pages;
mod pairing;
mod project;
mod records;
mod release;
mod scopes;
mod send;
mod vouch;
mod write;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId, WorkspaceId};
use kaban_proto::membership::RecordLog;
use kaban_proto::random::Random;
use kaban_proto::record::Clear;
use kaban_proto::sign::{SigningKey, VerifyKey};
use kaban_vault::audit::AuditEvent;
use kaban_vault::kbox::Key;
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Store, Tx};

use crate::acts::{Act, Statement};
use crate::association::Association;
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
    pub statements: BTreeMap<Hash32, Statement>,
    /// Records that count as saying nothing: see [`State::give_up`].
    pub blank: BTreeSet<Hash32>,
    pub association: Arc<Association>,
    pub at_head: RefCell<BTreeMap<Hash32, Arc<Association>>>,
    pub signed: RefCell<BTreeSet<(Hash32, VerifyKey)>>,
    pub tags: BTreeMap<DocTag, DocKey>,
    pub group_tags: BTreeMap<DocTag, Group>,
    pub hlc: Hlc,
    pub tag_key: Vec<u8>,
    pub lease: Option<identity::Lease>,
    /// Envelopes were taken back to be read again: see [`Session::read_again`].
    pub read_again: bool,
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
        let secrets = store.secrets()?.duplicate();
        let state = store.transact(Durability::Normal, |tx| State::load(tx, &secrets))?;
        let mut workspace = Self { store, state };
        workspace.drop_old_leases()?;
        Ok(workspace)
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
        self.state
            .statements
            .values()
            .map(|statement| statement.at)
            .max()
    }

    /// Stops a device for a time: its envelopes are refused from now on.
    pub fn suspend_device(
        &mut self,
        device: DeviceId,
        until: DateTime<FixedOffset>,
        cx: &mut Cx<'_>,
    ) -> Result<Hash32, Error> {
        let holder = self.state.association.duty().holder();
        if holder.is_some_and(|link| link.device == device) {
            return Err(Error::Rule(
                "the device of whoever is on duty cannot be suspended",
            ));
        }
        let until_ms = u64::try_from(until.timestamp_millis()).unwrap_or(0);
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
        self.run(Durability::Full, operation)
    }

    /// The same for reads that leave an audit row.
    pub fn read<T>(
        &mut self,
        operation: impl FnOnce(&mut Session<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.run(Durability::Normal, operation)
    }

    fn run<T>(
        &mut self,
        durability: Durability,
        operation: impl FnOnce(&mut Session<'_, '_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let written = self.store.changes();
        let state = &mut self.state;
        let result = self
            .store
            .transact(durability, |tx| operation(&mut Session { tx, state }));
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
            self.state = self
                .store
                .transact(durability, |tx| State::load(tx, &secrets))?;
        }
        result
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
