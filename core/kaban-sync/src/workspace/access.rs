//! Who may write which document: the table of security-sync.md §4.5, asked with what the
//! record log says.

use kaban_model::people::{self, Relation};
use kaban_proto::ids::{DeviceId, MemberId};

use super::Session;
use super::bag::BAG_DOCS;
use crate::association::Association;
use crate::error::Error;
use crate::group::{DocKey, Group};

/// Whether this person, on this device, may write the document.
pub(crate) fn may_write(
    association: &Association,
    member: MemberId,
    device: DeviceId,
    doc: DocKey,
) -> bool {
    let Some(info) = association
        .member(member)
        .filter(|_| association.is_active(member))
    else {
        return false;
    };
    let registration = doc
        .patient
        .and_then(|patient| association.registration(patient));
    let holder = association.duty().holder();
    let on_duty = holder.is_some_and(|link| (link.member, link.device) == (member, device));
    let listed = doc
        .patient
        .is_none_or(|patient| association.on_duty_list(patient));
    let relation = Relation {
        team: registration.is_some_and(|r| r.team_members().any(|other| other == member)),
        primary: registration.is_some_and(|r| r.primary == member),
        duty_holder: on_duty && listed,
        own_device: false,
    };
    people::may_write(&info.role, relation, doc.kind)
}

/// Whether this person may correct, confirm or take back what somebody else signed: the primary
/// physician and whoever is on duty (security-sync.md §4.10).
pub(crate) fn may_amend(
    association: &Association,
    member: MemberId,
    device: DeviceId,
    doc: DocKey,
) -> bool {
    let registration = doc
        .patient
        .and_then(|patient| association.registration(patient));
    let primary = registration.is_some_and(|registration| registration.primary == member);
    let holder = association.duty().holder();
    primary || holder.is_some_and(|link| (link.member, link.device) == (member, device))
}

/// Whether this person, on this device, may open a new epoch of a group: its own members, and
/// those who seal to it without being in it — who admits, who registers, who is on duty.
pub(crate) fn may_open_group(
    association: &Association,
    member: MemberId,
    device: DeviceId,
    group: Group,
) -> bool {
    if !association.is_active(member) {
        return false;
    }
    if association.members_of(group).contains(&member) || association.is_admin(member) {
        return true;
    }
    let patient = match group {
        Group::TeamAll(patient) | Group::TeamClinical(patient) => patient,
        _ => return matches!(group, Group::Office | Group::Doctors),
    };
    BAG_DOCS
        .iter()
        .any(|kind| may_write(association, member, device, DocKey::of(patient, *kind)))
}

/// Whether this person, on this device, may open a new epoch of a document: who writes it, or
/// reads it through a group.
pub(crate) fn may_open_doc(
    association: &Association,
    member: MemberId,
    device: DeviceId,
    doc: DocKey,
) -> bool {
    let reads = |group: &Group| association.members_of(*group).contains(&member);
    association.is_active(member)
        && (may_write(association, member, device, doc)
            || doc.readers(association).iter().any(reads))
}

impl Session<'_, '_> {
    pub(super) fn check_may_write(&self, doc: DocKey) -> Result<(), Error> {
        let me = &self.state.me;
        if may_write(&self.state.association, me.member, me.device, doc) {
            Ok(())
        } else {
            Err(Error::NotAllowed { doc })
        }
    }
}
