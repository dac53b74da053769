//! Who may write which document: the table of security-sync.md §4.5, asked with what the
//! record log says.

use kaban_model::people::{self, Relation};
use kaban_proto::ids::{DeviceId, MemberId};

use super::Session;
use crate::association::Association;
use crate::error::Error;
use crate::group::DocKey;

/// Whether this person, on this device, may write the document.
pub(crate) fn may_write(association: &Association, member: MemberId, device: DeviceId, doc: DocKey) -> bool {
    let Some(info) = association.member(member).filter(|_| association.is_active(member)) else {
        return false;
    };
    let registration = doc.patient.and_then(|patient| association.registration(patient));
    let holder = association.duty().holder();
    let on_duty = holder.is_some_and(|link| (link.member, link.device) == (member, device));
    let listed = doc.patient.is_none_or(|patient| association.on_duty_list(patient));
    let relation = Relation {
        team: registration.is_some_and(|r| r.team_members().any(|other| other == member)),
        primary: registration.is_some_and(|r| r.primary == member),
        duty_holder: on_duty && listed,
        own_device: false,
    };
    people::may_write(&info.role, relation, doc.kind)
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
