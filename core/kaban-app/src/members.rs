//! People and devices of the association.

use std::collections::BTreeMap;

use kaban_proto::ids::{DeviceId, MemberId};
use kaban_proto::membership::Status;
use kaban_sync::association::DeviceSeen;
use serde::Serialize;

use crate::bag::Bag;

/// One member.
#[derive(Clone, Debug, Serialize)]
pub struct MemberView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Reading.
    pub kana: String,
    /// Role.
    pub role: String,
    /// Number to call.
    pub phone: String,
    /// May act and read.
    pub active: bool,
    /// May admit others.
    pub admin: bool,
    /// Holds the bag.
    pub on_duty: bool,
    /// How the keys of their device were compared when they were let in: `not`, `spoken` or
    /// `scanned`; nothing for the founder.
    pub compared: Option<&'static str>,
}

/// One device.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceView {
    /// Id.
    pub id: String,
    /// Whose slots it has.
    pub members: Vec<String>,
    /// `active`, `suspended` or `removed`.
    pub status: &'static str,
    /// This one.
    pub this: bool,
}

/// Who is holding this device.
#[derive(Clone, Debug, Serialize)]
pub struct WhoAmI {
    /// Association.
    pub association: String,
    /// Workspace id.
    pub workspace: String,
    /// Member id.
    pub member: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Device id.
    pub device: String,
    /// Holds the bag.
    pub holds_bag: bool,
}

impl Bag {
    /// Everybody.
    pub fn members(&self) -> Vec<MemberView> {
        let association = self.workspace.association();
        let holder = association.duty().holder().map(|link| link.member);
        let admitted = |(_, seen): (DeviceId, &DeviceSeen)| {
            let compared = seen.admitted.as_ref()?.compared.code();
            Some((*seen.members.first()?, compared))
        };
        let compared: BTreeMap<MemberId, _> = association.devices().filter_map(admitted).collect();
        let view = |(info, active): (&kaban_sync::MemberInfo, bool)| MemberView {
            id: info.id.to_string(),
            name: info.name.clone(),
            kana: info.kana.clone(),
            role: info.role.code().to_owned(),
            phone: info.phone.clone(),
            active,
            admin: association.is_admin(info.id),
            on_duty: holder == Some(info.id),
            compared: compared.get(&info.id).copied(),
        };
        association.members().map(view).collect()
    }

    /// Every device.
    pub fn devices(&self) -> Vec<DeviceView> {
        let association = self.workspace.association();
        let states = self.workspace.record_log().devices();
        let view = |(id, state): (&DeviceId, &kaban_proto::membership::DeviceState)| DeviceView {
            id: id.to_string(),
            members: association
                .device(*id)
                .into_iter()
                .flat_map(|device| &device.members)
                .map(|member| self.name_of(*member))
                .collect(),
            status: match state.status {
                Status::Active => "active",
                Status::Suspended => "suspended",
                Status::Removed => "removed",
            },
            this: *id == self.workspace.device(),
        };
        states.iter().map(view).collect()
    }

    /// This device and person.
    pub fn whoami(&self) -> WhoAmI {
        let member = self.workspace.member();
        let association = self.workspace.association();
        let info = association.member(member);
        WhoAmI {
            association: association.name().to_owned(),
            workspace: self.workspace.id().to_string(),
            member: member.to_string(),
            name: self.name_of(member),
            role: info.map_or_else(String::new, |info| info.role.code().to_owned()),
            device: self.workspace.device().to_string(),
            holds_bag: self.workspace.holds_bag(),
        }
    }
}
