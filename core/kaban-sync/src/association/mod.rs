//! The association as the signed records tell it: who is in it, who treats whom, who consented,
//! who is away, who holds the bag. A pure fold over the record log; each act is checked against
//! what was known when it was written down, and one that its writer had no right to is set aside
//! and named, never applied.
//!
//! `history` keeps the state at every record, shared between neighbours, and judges each record
//! once; `rights` says who may say what; `apply` puts an act into the state; `court` says what
//! suspensions make of acts that they had not seen.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use kaban_model::duty::{
    Absence, ConsentAct, ConsentEvent, ConsentState, Eligibility, NotListed, Unreached,
    on_duty_list,
};
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId};
use kaban_proto::sign::VerifyKey;
use serde::{Deserialize, Serialize};

use zeroize::Zeroizing;

use crate::acts::{Act, MemberInfo};
use crate::duty_chain::DutyChain;
use crate::hex::Bytes32;
use crate::pairing::Compared;

mod apply;
mod court;
mod fold;
mod history;
#[cfg(test)]
mod oracle;
mod rights;

pub(crate) use court::Court;
pub use court::Suspension;
use court::Verdicts;
pub(crate) use history::{Ground, History, NewRecord, View};
use rights::Refused;

/// A map that is shared between states: a copy costs nothing, a change only what it touches.
pub type Map<K, V> = rpds::RedBlackTreeMapSync<K, V>;
/// A list that is shared between states.
pub type List<T> = rpds::VectorSync<T>;

/// One record as the fold sees it.
#[derive(Clone, Debug)]
pub struct RecordView<'a> {
    /// Hash of the envelope.
    pub hash: Hash32,
    /// The records it builds on.
    pub parents: &'a [Hash32],
    /// The device that wrote it.
    pub device: DeviceId,
    /// The person who signed it.
    pub member: MemberId,
    /// When, by the writer's clock.
    pub at: DateTime<FixedOffset>,
    /// What it says.
    pub acts: &'a [Act],
}

/// A patient's registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// Primary physician.
    pub primary: MemberId,
    /// Deputy physician.
    pub deputy: Option<MemberId>,
    /// Others of the care team.
    pub team: BTreeSet<MemberId>,
    /// On the register (an unregistered patient stays with the primary and the team).
    pub registered: bool,
    /// Whether the patient needs care at home.
    pub eligibility: Eligibility,
    /// What was said of consent, each answering what its writer had seen.
    said: Vec<ConsentEvent>,
    consent: ConsentState,
}

impl Registration {
    /// Primary, deputy and the others.
    pub fn team_members(&self) -> impl Iterator<Item = MemberId> + '_ {
        let mut all = self.team.clone();
        all.insert(self.primary);
        all.extend(self.deputy);
        all.into_iter()
    }

    /// What all consent records amount to.
    pub fn consent(&self) -> &ConsentState {
        &self.consent
    }

    /// Whether the patient is on the duty list; if not, why not.
    pub fn on_duty_list(&self) -> Result<(), NotListed> {
        if !self.registered {
            return Err(NotListed::Withdrawn);
        }
        on_duty_list(self.eligibility, &self.consent, false)
    }

    /// Adds what a record says of consent: it answers what its writer had seen.
    fn say(&mut self, id: Hash32, act: ConsentAct, before: &dyn Fn(&Hash32, &Hash32) -> bool) {
        let seen = self.said.iter().map(|event| event.id);
        let supersedes = seen.filter(|other| before(other, &id)).collect();
        self.said.push(ConsentEvent {
            id,
            supersedes,
            act,
        });
        self.consent = ConsentState::fold(&self.said);
    }
}

/// An act that did not count, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedAct {
    /// The record.
    pub record: Hash32,
    /// Why, in a few words without a name.
    pub why: Cow<'static, str>,
}

/// Who let a device in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// The admin.
    pub by: MemberId,
    /// On which device.
    pub on: DeviceId,
    /// When, by that device's clock.
    pub at: DateTime<FixedOffset>,
    /// Whether the keys of the device were compared.
    pub compared: Compared,
}

/// A device as the association knows it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeviceSeen {
    /// Whose slots it has.
    pub members: BTreeSet<MemberId>,
    /// Where an offer of duty to each of them is to be sealed to: public key and lease id.
    pub prekeys: BTreeMap<MemberId, (Bytes32, DocTag)>,
    /// Who let it in; nobody the founding one.
    pub admitted: Option<Admitted>,
}

/// By document and member: number and hash of the last envelope read.
type SeenOfDevice = BTreeMap<DocTag, BTreeMap<MemberId, (u64, Hash32)>>;

/// What the first record says once and for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Founding {
    name: String,
    tag_key: Zeroizing<Vec<u8>>,
    founder: Option<MemberId>,
}

/// The fold of the record log. A copy shares everything with its original.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    founding: Arc<Founding>,
    members: Map<MemberId, Arc<MemberInfo>>,
    devices: Map<DeviceId, Arc<DeviceSeen>>,
    patients: Map<PatientId, Arc<Registration>>,
    absences: List<Absence>,
    unreached: List<Unreached>,
    duty: DutyChain,
    relay: Option<VerifyKey>,
    refused: List<RefusedAct>,
    /// How far each member had read the chains of a device that was removed.
    seen: Map<DeviceId, Arc<SeenOfDevice>>,
    court: Court,
    verdicts: Arc<Verdicts>,
}

impl Association {
    /// Name of the association.
    pub fn name(&self) -> &str {
        &self.founding.name
    }

    /// Key of the document tags.
    pub fn tag_key(&self) -> &[u8] {
        &self.founding.tag_key
    }

    /// A person, active or not.
    pub fn member(&self, id: MemberId) -> Option<&MemberInfo> {
        self.members.get(&id).map(|info| &**info)
    }

    /// Everybody, with whether they are active.
    pub fn members(&self) -> impl Iterator<Item = (&MemberInfo, bool)> {
        let everybody = self.members.values();
        everybody.map(|info| (&**info, self.is_active(info.id)))
    }

    /// Everybody who is active.
    pub fn active_members(&self) -> impl Iterator<Item = &MemberInfo> {
        self.members()
            .filter(|(_, active)| *active)
            .map(|(info, _)| info)
    }

    /// Whether this person is active: a member under no suspension that stands. Whoever was
    /// given the bag stays active while they have it.
    pub fn is_active(&self, id: MemberId) -> bool {
        self.members.contains_key(&id)
            && (!self.verdicts.is_suspended(id) || self.duty.was_given_to(id))
    }

    /// The suspensions that stand, each with who says so.
    pub fn suspensions(&self) -> impl Iterator<Item = &Suspension> {
        self.court.standing(&self.verdicts)
    }

    /// The active people of a role.
    pub fn with_role(&self, role: &Role) -> BTreeSet<MemberId> {
        self.active_members()
            .filter(|info| info.role == *role)
            .map(|info| info.id)
            .collect()
    }

    /// Whether this person may admit others: the founder and the office.
    pub fn is_admin(&self, id: MemberId) -> bool {
        self.is_active(id) && self.is_appointed_admin(id)
    }

    /// The founder or the office, suspended or not.
    pub(crate) fn is_appointed_admin(&self, id: MemberId) -> bool {
        self.founding.founder == Some(id)
            || self
                .member(id)
                .is_some_and(|info| info.role == Role::Office)
    }

    /// Whether a suspension of this person stands that two have signed.
    pub(crate) fn is_confirmed_out(&self, id: MemberId) -> bool {
        self.suspensions()
            .any(|suspension| suspension.whom == id && suspension.confirmed_by.is_some())
    }

    /// A device and whose it is.
    pub fn device(&self, id: DeviceId) -> Option<&DeviceSeen> {
        self.devices.get(&id).map(|seen| &**seen)
    }

    /// All devices.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, &DeviceSeen)> {
        self.devices.iter().map(|(id, seen)| (*id, &**seen))
    }

    /// A patient's registration.
    pub fn registration(&self, patient: PatientId) -> Option<&Registration> {
        self.patients
            .get(&patient)
            .map(|registration| &**registration)
    }

    /// Every patient ever registered.
    pub fn patients(&self) -> impl Iterator<Item = (PatientId, &Registration)> {
        self.patients
            .iter()
            .map(|(id, registration)| (*id, &**registration))
    }

    /// How many were ever registered.
    pub(crate) fn patient_count(&self) -> usize {
        self.patients.size()
    }

    /// Registered with a consent that stands (product.md §3 rule 6).
    pub fn on_duty_list(&self, patient: PatientId) -> bool {
        self.patients
            .get(&patient)
            .is_some_and(|registration| registration.on_duty_list().is_ok())
    }

    /// The duty list.
    pub fn duty_list(&self) -> impl Iterator<Item = PatientId> + '_ {
        self.patients
            .keys()
            .copied()
            .filter(|patient| self.on_duty_list(*patient))
    }

    /// The chain of duty.
    pub fn duty(&self) -> &DutyChain {
        &self.duty
    }

    /// The key of the relay that the association means, once an admin has met it.
    pub fn relay(&self) -> Option<VerifyKey> {
        self.relay
    }

    /// How far members had read a chain of a device that was removed: number and hash.
    pub fn seen_of(&self, device: DeviceId, doc: DocTag) -> BTreeSet<(u64, Hash32)> {
        let seen = self.seen.get(&device).and_then(|docs| docs.get(&doc));
        seen.into_iter()
            .flat_map(|by| by.values().copied())
            .collect()
    }

    /// Declared absences, in record order.
    pub fn absences(&self) -> impl DoubleEndedIterator<Item = &Absence> {
        self.absences.iter()
    }

    /// Doctors not reached, in record order.
    pub fn unreached(&self) -> impl DoubleEndedIterator<Item = &Unreached> {
        self.unreached.iter()
    }

    /// Why an act of this record does not count, if one does not.
    pub(crate) fn refusal_of(&self, record: Hash32) -> Option<Refused> {
        let mut newest = self.refused.iter().rev();
        let found = newest.find(|refused| refused.record == record)?;
        match found.why {
            Cow::Borrowed(why) => Some(why),
            Cow::Owned(_) => Some("does not count"),
        }
    }

    /// Acts that did not count.
    pub fn refused(&self) -> impl DoubleEndedIterator<Item = &RefusedAct> {
        self.refused.iter()
    }

    /// Whether something is void that a lift would give back.
    pub(crate) fn has_void(&self) -> bool {
        self.verdicts.has_void()
    }

    fn verdicts(&self) -> Arc<Verdicts> {
        Arc::clone(&self.verdicts)
    }

    pub(crate) fn role_of(&self, member: MemberId) -> Option<&Role> {
        self.member(member)
            .filter(|_| self.is_active(member))
            .map(|info| &info.role)
    }

    pub(crate) fn is_office(&self, member: MemberId) -> bool {
        self.role_of(member) == Some(&Role::Office)
    }
}
