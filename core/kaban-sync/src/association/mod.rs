//! The association as the signed records tell it: who is in it, who treats whom, who consented,
//! who is away, who holds the bag. A pure fold over the record log; each act is checked against
//! what was known when it was written down, and one that its writer had no right to is set aside
//! and named, never applied.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};
use kaban_model::duty::{
    Absence, ConsentAct, ConsentEvent, ConsentState, Eligibility, NotListed, Unreached,
    on_duty_list,
};
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId};
use kaban_proto::sign::VerifyKey;

use crate::acts::{Act, MemberInfo};
use crate::duty_chain::DutyChain;
use crate::hex::Bytes32;

mod fold;
mod rights;

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// What was said of consent, each with the record that says so.
    said: Vec<(Hash32, ConsentAct)>,
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

    /// Folds the consent records: each answers those its writer had seen.
    fn settle(&mut self, before: &dyn Fn(Hash32, Hash32) -> bool) {
        let said = &self.said;
        let events: Vec<ConsentEvent> = said
            .iter()
            .map(|(id, act)| ConsentEvent {
                id: *id,
                supersedes: said
                    .iter()
                    .map(|(other, _)| *other)
                    .filter(|other| before(*other, *id))
                    .collect(),
                act: act.clone(),
            })
            .collect();
        self.consent = ConsentState::fold(&events);
    }
}

/// An act that did not count, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedAct {
    /// The record.
    pub record: Hash32,
    /// Why, in a few words without a name.
    pub why: &'static str,
}

/// A device as the association knows it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DeviceSeen {
    /// Whose slots it has.
    pub members: BTreeSet<MemberId>,
    /// Where an offer of duty is to be sealed to: public key and lease id.
    pub prekey: Option<(Bytes32, DocTag)>,
}

/// The fold of the record log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Association {
    name: String,
    tag_key: Vec<u8>,
    founder: Option<MemberId>,
    members: BTreeMap<MemberId, (MemberInfo, bool)>,
    devices: BTreeMap<DeviceId, DeviceSeen>,
    patients: BTreeMap<PatientId, Registration>,
    absences: Vec<Absence>,
    unreached: Vec<Unreached>,
    duty: DutyChain,
    relay: Option<VerifyKey>,
    refused: Vec<RefusedAct>,
}

impl Association {
    /// Name of the association.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Key of the document tags.
    pub fn tag_key(&self) -> &[u8] {
        &self.tag_key
    }

    /// A person, active or not.
    pub fn member(&self, id: MemberId) -> Option<&MemberInfo> {
        self.members.get(&id).map(|(info, _)| info)
    }

    /// Everybody, with whether they are active.
    pub fn members(&self) -> impl Iterator<Item = (&MemberInfo, bool)> {
        self.members.values().map(|(info, active)| (info, *active))
    }

    /// Everybody who is active.
    pub fn active_members(&self) -> impl Iterator<Item = &MemberInfo> {
        self.members
            .values()
            .filter(|(_, active)| *active)
            .map(|(info, _)| info)
    }

    /// Whether this person is active.
    pub fn is_active(&self, id: MemberId) -> bool {
        self.members.get(&id).is_some_and(|(_, active)| *active)
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
        self.is_active(id)
            && (self.founder == Some(id)
                || self
                    .member(id)
                    .is_some_and(|info| info.role == Role::Office))
    }

    /// A device and whose it is.
    pub fn device(&self, id: DeviceId) -> Option<&DeviceSeen> {
        self.devices.get(&id)
    }

    /// All devices.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, &DeviceSeen)> {
        self.devices.iter().map(|(id, seen)| (*id, seen))
    }

    /// A patient's registration.
    pub fn registration(&self, patient: PatientId) -> Option<&Registration> {
        self.patients.get(&patient)
    }

    /// Every patient ever registered.
    pub fn patients(&self) -> impl Iterator<Item = (PatientId, &Registration)> {
        self.patients
            .iter()
            .map(|(id, registration)| (*id, registration))
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

    /// Declared absences, in record order.
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// Doctors not reached, in record order.
    pub fn unreached(&self) -> &[Unreached] {
        &self.unreached
    }

    /// Acts that did not count.
    pub fn refused(&self) -> &[RefusedAct] {
        &self.refused
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
