//! People and devices of the association.

use kaban_proto::ids::{DeviceId, MemberId};
use kaban_proto::membership::Status;
use kaban_sync::workspace::{Deed, JoinRequest};
use kaban_vault::audit::AuditEvent;
use serde::Serialize;

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};

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

/// A device that was let in.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The device.
    pub device: DeviceId,
    /// The person.
    pub member: MemberId,
    /// The sealed answer to carry back.
    pub grant: Vec<u8>,
}

impl Bag {
    /// Everybody.
    pub fn members(&self) -> Vec<MemberView> {
        let association = self.workspace.association();
        let holder = association.duty().holder().map(|link| link.member);
        let view = |(info, active): (&kaban_sync::MemberInfo, bool)| MemberView {
            id: info.id.to_string(),
            name: info.name.clone(),
            kana: info.kana.clone(),
            role: info.role.code().to_owned(),
            phone: info.phone.clone(),
            active,
            admin: association.is_admin(info.id),
            on_duty: holder == Some(info.id),
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
                Status::Suspended { .. } => "suspended",
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

    /// Lets a device in, if the six digits that were compared by voice are the request's.
    pub fn admit(&mut self, request: &[u8], code: &str) -> Result<Joined> {
        let request = JoinRequest::read(request)?;
        if crate::code::pairing_code(&request.signed_bytes()) != code.trim() {
            let why = "the six digits are not those of this request: compare them again by voice";
            return Err(AppError::new(Kind::Rule, why));
        }
        let enrolment = self.with_workspace(|workspace, cx| workspace.admit(&request, cx))?;
        self.read(|session, cx| session.audit(cx, Deed::counted(AuditEvent::Membership, 1)))?;
        Ok(Joined {
            device: enrolment.device,
            member: enrolment.member,
            grant: enrolment.grant,
        })
    }
}
