//! The association as the signed records tell it: who is in it, who treats whom, who consented,
//! who is away, who holds the bag. A pure fold over the record log; each act is checked against
//! what was known when it was written down, and one that its writer had no right to is set aside
//! and named, never applied.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};
use kaban_model::duty::{
    Absence, ConsentAct, ConsentEvent, ConsentState, Eligibility, NotListed, Unreached, on_duty_list,
};
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, DocTag, Hash32, MemberId};
use kaban_proto::sign::VerifyKey;

use crate::acts::{Act, MemberInfo};
use crate::duty_chain::DutyChain;
use crate::hex::Bytes32;

/// One record as the fold sees it.
#[derive(Clone, Debug)]
pub struct RecordView<'a> {
    /// Hash of the envelope.
    pub hash: Hash32,
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
                supersedes: said.iter().map(|(other, _)| *other).filter(|other| before(*other, *id)).collect(),
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
    refused: Vec<RefusedAct>,
}

impl Association {
    /// Folds records given in an order in which parents come first. `before(a, b)` says whether
    /// record `a` is an ancestor of record `b`; `signed(record, key)` whether the person's
    /// signature on a record is by `key`.
    pub fn fold<'a>(
        records: impl IntoIterator<Item = RecordView<'a>>,
        before: &dyn Fn(Hash32, Hash32) -> bool,
        signed: &dyn Fn(Hash32, &VerifyKey) -> bool,
    ) -> Self {
        let mut fold = Self::default();
        let mut withdrawals: BTreeMap<Hash32, Hash32> = BTreeMap::new();
        for record in records {
            let key = fold.signing_key(&record);
            if !key.is_some_and(|key| signed(record.hash, &key)) {
                let why = "has no valid signature of the person it names";
                fold.refused.push(RefusedAct { record: record.hash, why });
                continue;
            }
            for act in record.acts {
                if let Act::Withdraw { offer } = act {
                    withdrawals.entry(*offer).or_insert(record.hash);
                }
                let withdrawn_before = |offer: Hash32| {
                    withdrawals.get(&offer).is_some_and(|by| before(*by, record.hash))
                };
                if let Err(why) = fold.apply(&record, act, &withdrawn_before) {
                    fold.refused.push(RefusedAct { record: record.hash, why });
                }
            }
        }
        for registration in fold.patients.values_mut() {
            registration.settle(before);
        }
        fold
    }

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
        self.members.values().filter(|(_, active)| *active).map(|(info, _)| info)
    }

    /// Whether this person is active.
    pub fn is_active(&self, id: MemberId) -> bool {
        self.members.get(&id).is_some_and(|(_, active)| *active)
    }

    /// The active people of a role.
    pub fn with_role(&self, role: &Role) -> BTreeSet<MemberId> {
        self.active_members().filter(|info| info.role == *role).map(|info| info.id).collect()
    }

    /// Whether this person may admit others: the founder and the office.
    pub fn is_admin(&self, id: MemberId) -> bool {
        self.is_active(id)
            && (self.founder == Some(id)
                || self.member(id).is_some_and(|info| info.role == Role::Office))
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
        self.patients.iter().map(|(id, registration)| (*id, registration))
    }

    /// Registered with a consent that stands (product.md §3 rule 6).
    pub fn on_duty_list(&self, patient: PatientId) -> bool {
        self.patients.get(&patient).is_some_and(|registration| registration.on_duty_list().is_ok())
    }

    /// The duty list.
    pub fn duty_list(&self) -> impl Iterator<Item = PatientId> + '_ {
        self.patients.keys().copied().filter(|patient| self.on_duty_list(*patient))
    }

    /// The chain of duty.
    pub fn duty(&self) -> &DutyChain {
        &self.duty
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

    fn signing_key(&self, record: &RecordView<'_>) -> Option<VerifyKey> {
        let founder = record.acts.iter().find_map(|act| match act {
            Act::Found { founder, .. } if self.founder.is_none() => Some(founder.sign),
            _ => None,
        });
        founder.or_else(|| self.member(record.member).map(|info| info.sign))
    }

    fn apply(
        &mut self,
        record: &RecordView<'_>,
        act: &Act,
        withdrawn_before: &dyn Fn(Hash32) -> bool,
    ) -> Result<(), &'static str> {
        if let Act::Found { name, tag_key, founder, device } = act {
            return self.found(record, name, &tag_key.0, founder, *device);
        }
        if !self.is_active(record.member) {
            return Err("was signed by somebody who is not an active member");
        }
        match act {
            Act::Found { .. } | Act::Unknown => Ok(()),
            Act::Enrol { member, device, lease, lease_id } => {
                need(self.is_admin(record.member), "enrols without the right to")?;
                self.members.entry(member.id).or_insert_with(|| (member.clone(), true));
                let seen = self.devices.entry(*device).or_default();
                seen.members.insert(member.id);
                seen.prekey.get_or_insert((*lease, *lease_id));
                Ok(())
            }
            Act::Prekey { device, lease, lease_id } => {
                need(record.device == *device, "names another device's prekey")?;
                self.devices.entry(*device).or_default().prekey = Some((*lease, *lease_id));
                Ok(())
            }
            Act::SetRole { member, role } => {
                need(self.is_admin(record.member), "sets a role without the right to")?;
                let entry = self.members.get_mut(member).ok_or("names nobody")?;
                entry.0.role = role.clone();
                Ok(())
            }
            Act::SuspendMember { member, .. } => {
                let role = self.role_of(record.member);
                let may = matches!(role, Some(Role::Doctor | Role::Office));
                need(may, "suspends without the right to")?;
                let on_duty = self.duty.holder().is_some_and(|link| link.member == *member);
                need(!on_duty, "suspends whoever is on duty")?;
                self.members.get_mut(member).ok_or("names nobody")?.1 = false;
                Ok(())
            }
            Act::Register { .. }
            | Act::Unregister { .. }
            | Act::ConsentGiven { .. }
            | Act::ConsentWithdrawn { .. }
            | Act::TeamAdd { .. }
            | Act::TeamRemove { .. } => self.apply_patient(record, act),
            Act::Absence { member, from, to } => {
                let own = record.member == *member;
                need(own || self.is_office(record.member), "declares another's absence")?;
                self.absences.push(Absence {
                    member: *member,
                    from: *from,
                    to: *to,
                });
                Ok(())
            }
            Act::Unreached { member, patient, at, tries } => {
                let role = self.role_of(record.member);
                let holder = self.duty.holder().is_some_and(|link| link.member == record.member);
                let may = holder || matches!(role, Some(Role::Nurse | Role::Office));
                need(may, "records a call without the right to")?;
                self.unreached.push(Unreached {
                    member: *member,
                    patient: *patient,
                    at: *at,
                    tries: *tries,
                    by: record.member,
                });
                Ok(())
            }
            Act::Take(take) => {
                let own = (take.member, take.device) == (record.member, record.device);
                need(own, "takes duty for somebody else")?;
                let doctor = self.role_of(record.member) == Some(&Role::Doctor);
                need(doctor, "takes duty without being a doctor")?;
                self.duty.take(record.hash, take, self.rank(record.member))
            }
            Act::Offer(offer) => {
                let known = self
                    .devices
                    .get(&offer.to_device)
                    .is_some_and(|device| device.members.contains(&offer.to_member));
                need(known, "offers to a device nobody knows")?;
                let doctor = self.role_of(offer.to_member) == Some(&Role::Doctor);
                need(doctor, "offers duty to somebody who is not a doctor")?;
                self.duty.offered(record.hash, offer, record.member, record.device)
            }
            Act::Accept(accept) => {
                let own = (accept.member, accept.device) == (record.member, record.device);
                need(own, "accepts for somebody else")?;
                let withdrawn = withdrawn_before(accept.offer);
                self.duty.accepted(record.hash, accept, self.rank(record.member), withdrawn)
            }
            Act::Release { accept, late_root, late } => {
                self.duty.released(record.hash, *accept, *late_root, *late, record.device)
            }
            Act::Ack { release, late_root } => {
                self.duty.acknowledged(*release, *late_root, record.device)
            }
            Act::Withdraw { offer } => self.duty.withdrawn(*offer, record.device),
        }
    }

    fn found(
        &mut self,
        record: &RecordView<'_>,
        name: &str,
        tag_key: &[u8],
        founder: &MemberInfo,
        device: DeviceId,
    ) -> Result<(), &'static str> {
        need(self.founder.is_none(), "founds a second time")?;
        let own = (founder.id, device) == (record.member, record.device);
        need(own, "founds for somebody else")?;
        name.clone_into(&mut self.name);
        self.tag_key = tag_key.to_vec();
        self.founder = Some(founder.id);
        self.members.insert(founder.id, (founder.clone(), true));
        self.devices.entry(device).or_default().members.insert(founder.id);
        Ok(())
    }

    fn apply_patient(&mut self, record: &RecordView<'_>, act: &Act) -> Result<(), &'static str> {
        let office = self.is_office(record.member);
        if let Act::Register { patient, primary, deputy, team, eligibility, consent } = act {
            let may = office || record.member == *primary;
            need(may, "registers a patient of another doctor")?;
            need(!self.patients.contains_key(patient), "registers a patient twice")?;
            let doctor = self.role_of(*primary) == Some(&Role::Doctor);
            need(doctor, "names a primary physician who is not a doctor")?;
            let registration = Registration {
                primary: *primary,
                deputy: *deputy,
                team: team.iter().copied().collect(),
                registered: true,
                eligibility: *eligibility,
                said: consent.iter().map(|given| (record.hash, ConsentAct::Give(given.clone()))).collect(),
                consent: ConsentState::Never,
            };
            self.patients.insert(*patient, registration);
            return Ok(());
        }
        let (Act::Unregister { patient, .. }
        | Act::ConsentGiven { patient, .. }
        | Act::ConsentWithdrawn { patient, .. }
        | Act::TeamAdd { patient, .. }
        | Act::TeamRemove { patient, .. }) = act
        else {
            return Ok(());
        };
        let registration = self.patients.get_mut(patient).ok_or("names no patient")?;
        let primary = registration.primary == record.member;
        let deputy = registration.deputy == Some(record.member);
        let withdrawal = matches!(act, Act::ConsentWithdrawn { .. });
        if !(office || primary || (deputy && withdrawal)) {
            return Err("changes the registration of another's patient");
        }
        match act {
            Act::Unregister { .. } => registration.registered = false,
            Act::ConsentGiven { given, .. } => {
                registration.registered = true;
                registration.said.push((record.hash, ConsentAct::Give(given.clone())));
            }
            Act::ConsentWithdrawn { .. } => {
                registration.said.push((record.hash, ConsentAct::Withdraw));
            }
            Act::TeamAdd { member, .. } => {
                registration.team.insert(*member);
            }
            Act::TeamRemove { member, .. } => {
                registration.team.remove(member);
            }
            _ => {}
        }
        Ok(())
    }

    fn role_of(&self, member: MemberId) -> Option<&Role> {
        self.member(member).filter(|_| self.is_active(member)).map(|info| &info.role)
    }

    fn is_office(&self, member: MemberId) -> bool {
        self.role_of(member) == Some(&Role::Office)
    }

    fn rank(&self, member: MemberId) -> u8 {
        match self.role_of(member) {
            Some(Role::Doctor) => 0,
            _ => 1,
        }
    }
}

fn need(holds: bool, why: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(why) }
}
