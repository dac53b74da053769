//! Who may say what: each act against the association as its writer knew it.

use kaban_model::people::Role;
use kaban_proto::ids::{Hash32, MemberId};

use super::{Association, RecordView};
use crate::acts::Act;
use crate::group::MEMBERS_MAX;

/// Why an act does not count.
pub(super) type Refused = &'static str;

impl Association {
    /// Whether the record's writer may say this, by what its ancestors say.
    pub(crate) fn permit(&self, record: &RecordView<'_>, act: &Act) -> Result<(), Refused> {
        let member = record.member;
        if matches!(act, Act::Found { .. }) {
            return need(record.parents.is_empty(), "founds a second time");
        }
        // Whoever is suspended by one signature may still stop others and answer for others, so
        // that nobody can silence everybody alone.
        let stops = matches!(
            act,
            Act::SuspendMember { .. } | Act::ConfirmSuspension { .. } | Act::LiftSuspension { .. }
        );
        let heard = stops && self.members.contains_key(&member) && !self.is_confirmed_out(member);
        need(
            heard || self.is_active(member),
            "was signed by somebody who is not an active member",
        )?;
        let device = self.devices.get(&record.device);
        need(
            device.is_some_and(|device| device.members.contains(&member)),
            "was signed by somebody who is not on that device",
        )?;
        match act {
            Act::Enrol { .. } => {
                need(self.is_admin(member), "enrols without the right to")?;
                need(
                    self.active_members().count() < MEMBERS_MAX,
                    "the association has as many members as it can have",
                )
            }
            Act::SeenOf { device, .. } => {
                need(record.device != *device, "answers for its own writing")
            }
            Act::SetRole { .. } => need(self.is_admin(member), "sets a role without the right to"),
            Act::Prekey { device, .. } => {
                need(record.device == *device, "names another device's prekey")
            }
            Act::SuspendMember { member: whom, .. } => self.may_suspend(member, *whom),
            Act::ConfirmSuspension {
                suspension,
                member: whom,
            } => {
                let said = self.said_by(*suspension, *whom)?;
                need(said != member, "confirms its own suspension")?;
                self.may_suspend(member, *whom)
            }
            Act::LiftSuspension {
                suspension,
                member: whom,
            } => {
                self.said_by(*suspension, *whom)?;
                need(member != *whom, "lifts its own suspension")?;
                need(
                    self.may_stop(member),
                    "lifts a suspension without the right to",
                )
            }
            Act::Register { primary, .. } => {
                need(
                    self.is_office(member) || member == *primary,
                    "registers a patient of another doctor",
                )?;
                let doctor = self.role_of(*primary) == Some(&Role::Doctor);
                need(doctor, "names a primary physician who is not a doctor")
            }
            Act::Unregister { patient, .. }
            | Act::ConsentGiven { patient, .. }
            | Act::ConsentWithdrawn { patient, .. }
            | Act::TeamAdd { patient, .. }
            | Act::TeamRemove { patient, .. } => {
                let registration = self.patients.get(patient).ok_or("names no patient")?;
                let withdrawal = matches!(act, Act::ConsentWithdrawn { .. });
                let deputy = withdrawal && registration.deputy == Some(member);
                let may = self.is_office(member) || registration.primary == member || deputy;
                need(may, "changes the registration of another's patient")
            }
            Act::Absence { member: whom, .. } => need(
                member == *whom || self.is_office(member),
                "declares another's absence",
            ),
            Act::Unreached { .. } => {
                let holder = self.duty.holder().is_some_and(|link| link.member == member);
                let may =
                    holder || matches!(self.role_of(member), Some(Role::Nurse | Role::Office));
                need(may, "records a call without the right to")
            }
            Act::Take(take) => {
                let own = (take.member, take.device) == (member, record.device);
                need(own, "takes duty for somebody else")?;
                need(
                    self.role_of(member) == Some(&Role::Doctor),
                    "takes duty without being a doctor",
                )?;
                self.is_last(take.prev)
            }
            Act::Offer(offer) => {
                let device = self.devices.get(&offer.to_device);
                let known = device.is_some_and(|device| device.members.contains(&offer.to_member));
                need(known, "offers to a device nobody knows")?;
                let doctor = self.role_of(offer.to_member) == Some(&Role::Doctor);
                need(doctor, "offers duty to somebody who is not a doctor")?;
                self.is_last(offer.prev)
            }
            Act::Accept(accept) => {
                let own = (accept.member, accept.device) == (member, record.device);
                need(own, "accepts for somebody else")?;
                let seen = self
                    .duty
                    .offer(accept.offer)
                    .ok_or("answers an offer nobody has seen")?;
                need(!seen.withdrawn, "answers an offer that was withdrawn")?;
                self.is_last(seen.offer.prev)
            }
            Act::RelayKey { .. } => {
                need(self.is_admin(member), "names a relay without the right to")
            }
            Act::Found { .. }
            | Act::Release { .. }
            | Act::Ack { .. }
            | Act::Withdraw { .. }
            | Act::Unknown => Ok(()),
        }
    }

    /// Doctors and the office may suspend, an admin only by an admin, and never whoever is on duty.
    fn may_suspend(&self, member: MemberId, whom: MemberId) -> Result<(), Refused> {
        need(self.may_stop(member), "suspends without the right to")?;
        need(member != whom, "suspends itself")?;
        need(self.members.contains_key(&whom), "names nobody")?;
        let admin = self.is_appointed_admin(member);
        need(
            admin || !self.is_appointed_admin(whom),
            "suspends an admin without being one",
        )?;
        let on_duty = self.duty.holder().is_some_and(|link| link.member == whom);
        need(!on_duty, "suspends whoever is on duty")
    }

    fn may_stop(&self, member: MemberId) -> bool {
        let role = self.member(member).map(|info| &info.role);
        matches!(role, Some(Role::Doctor | Role::Office))
    }

    /// Who suspended somebody by a record, if it did.
    fn said_by(&self, suspension: Hash32, whom: MemberId) -> Result<MemberId, Refused> {
        let known = self.court.suspension(suspension, whom);
        known.map(|s| s.by).ok_or("names no suspension")
    }

    /// A step of the chain of duty counts only where its writer had seen nobody follow.
    fn is_last(&self, link: Hash32) -> Result<(), Refused> {
        need(
            !self.duty.is_followed(link),
            "follows a link that somebody else had followed",
        )
    }
}

pub(super) fn need(holds: bool, why: Refused) -> Result<(), Refused> {
    if holds { Ok(()) } else { Err(why) }
}
