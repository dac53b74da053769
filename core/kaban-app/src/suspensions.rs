//! Stopping a member, and what others say to it: confirm or lift (security-sync.md §4.15).
//!
//! Stopping is cheap: one signature of a doctor or of the office, at once. It is provisional until
//! a second person confirms it, and ends only when an admin or two others lift it. No clock ends
//! it; after 72 hours every device asks for one of the two.

use chrono::Duration;
use kaban_proto::ids::{DeviceId, Hash32, MemberId};
use kaban_sync::Act;
use serde::Serialize;

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::views::time;

/// After how long everybody is asked to confirm or lift what one person has signed.
const ASKED_AFTER: Duration = Duration::hours(72);

/// A suspension that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SuspensionView {
    /// Id of whom it stops.
    pub member_id: String,
    /// Their name.
    pub member: String,
    /// Who says so.
    pub by: String,
    /// When, by the writer's clock.
    pub since: String,
    /// Who else says so; while nobody does, it is provisional.
    pub confirmed_by: Option<String>,
    /// It has been provisional for 72 hours: confirm it or lift it.
    pub asked: bool,
}

impl Bag {
    /// The suspensions that stand, oldest first.
    pub fn suspensions(&self) -> Vec<SuspensionView> {
        let now = self.now();
        let association = self.workspace.association();
        let mut standing: Vec<_> = association.suspensions().collect();
        standing.sort_by_key(|suspension| (suspension.at, suspension.record));
        let view = |suspension: &kaban_sync::association::Suspension| SuspensionView {
            member_id: suspension.whom.to_string(),
            member: self.name_of(suspension.whom),
            by: self.name_of(suspension.by),
            since: time(suspension.at),
            confirmed_by: suspension.confirmed_by.map(|by| self.name_of(by)),
            asked: suspension.confirmed_by.is_none() && now - suspension.at >= ASKED_AFTER,
        };
        standing.into_iter().map(view).collect()
    }

    /// Stops a member: from now on what they write waits, what they granted unheard is void, and
    /// nothing new is sealed to them.
    pub fn suspend_member(&mut self, member: MemberId, reason: &str) -> Result<()> {
        if member == self.workspace.member() {
            return Err(AppError::new(Kind::Rule, "you cannot suspend yourself"));
        }
        let devices = self.devices_of(member);
        let act = Act::SuspendMember {
            member,
            reason: reason.to_owned(),
        };
        self.with_workspace(|workspace, cx| {
            workspace.declare(vec![act], cx)?;
            for device in devices {
                workspace.suspend_device(device, cx)?;
            }
            Ok(())
        })
    }

    /// Says that the suspension of a member is right.
    pub fn confirm_suspension(&mut self, member: MemberId) -> Result<()> {
        let acts = self.standing(member)?.into_iter();
        let acts = acts.map(|suspension| Act::ConfirmSuspension { suspension, member });
        let acts = acts.collect();
        self.write(|session, cx| session.declare(cx, acts).map(drop))
    }

    /// Lifts the suspensions of a member, or adds the first of two voices to lift them. The
    /// member's devices go on with an admin's word.
    pub fn lift_suspension(&mut self, member: MemberId) -> Result<()> {
        let acts = self.standing(member)?.into_iter();
        let acts = acts.map(|suspension| Act::LiftSuspension { suspension, member });
        let acts: Vec<Act> = acts.collect();
        let devices = self.devices_of(member);
        self.with_workspace(|workspace, cx| {
            workspace.declare(acts, cx)?;
            if workspace.association().is_active(member) {
                for device in devices {
                    workspace.lift_device(device, cx)?;
                }
            }
            Ok(())
        })
    }

    fn standing(&self, member: MemberId) -> Result<Vec<Hash32>> {
        let association = self.workspace.association();
        let of = association.suspensions().filter(|s| s.whom == member);
        let records: Vec<Hash32> = of.map(|suspension| suspension.record).collect();
        if records.is_empty() {
            return Err(AppError::new(Kind::Rule, "this member is not suspended"));
        }
        Ok(records)
    }

    /// The devices that only this person uses.
    fn devices_of(&self, member: MemberId) -> Vec<DeviceId> {
        let devices = self.workspace.association().devices();
        let only = |(_, device): &(DeviceId, &kaban_sync::association::DeviceSeen)| {
            device.members.iter().all(|other| *other == member) && !device.members.is_empty()
        };
        devices.filter(only).map(|(id, _)| id).collect()
    }
}
