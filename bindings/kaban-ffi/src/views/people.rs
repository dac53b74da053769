//! People and devices, and what is needed to found, to join and to register.

use kaban_app::input;
use kaban_sync::workspace::Person;

use super::pairing::Compared;
use super::{Coded, Words};
use crate::error::{KabanError, Result};
use crate::ids::{DeviceId, FieldId, MemberId, Timestamp};

/// A person who founds an association or asks to join one.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct PersonRequest {
    /// Name.
    pub name: String,
    /// Reading, in katakana.
    pub kana: String,
    /// `doctor`, `nurse`, `pharmacist`, `care_manager`, `dentist`, `helper`, `hospital`, `office`.
    pub role: String,
    /// Number to call.
    pub phone: String,
}

impl PersonRequest {
    pub(crate) fn read(self) -> Result<Person> {
        let Self {
            name,
            kana,
            role,
            phone,
        } = self;
        for (field, text) in [
            ("person.name", &name),
            ("person.kana", &kana),
            ("person.phone", &phone),
        ] {
            input::text(field, text)?;
        }
        let known = kaban_model::people::Role::KNOWN;
        let role = known.into_iter().find(|known| known.code() == role);
        Ok(Person {
            name,
            kana,
            role: role.ok_or_else(|| KabanError::invalid("person.role", "not a role"))?,
            phone,
        })
    }
}

/// An association to found.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct FoundRequest {
    /// Its name.
    pub association: String,
    /// Its first admin.
    pub person: PersonRequest,
}

/// A value to write, as typed.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct FieldValue {
    /// Where.
    pub field: FieldId,
    /// The text, or JSON for an object.
    pub value: String,
}

/// A patient to register.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct RegisterRequest {
    /// Primary physician; whoever registers, if not given.
    pub primary: Option<MemberId>,
    /// Deputy physician.
    pub deputy: Option<MemberId>,
    /// Others of the team.
    pub team: Vec<MemberId>,
    /// Date of the consent on paper, `YYYY-MM-DD`; without one the patient is on no duty list.
    pub consent_paper_date: Option<String>,
    /// First values of the pages.
    pub values: Vec<FieldValue>,
}

/// Who is holding this device.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct WhoAmI {
    /// Association.
    pub association: String,
    /// Member.
    pub member: MemberId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Coded,
    /// Device.
    pub device: DeviceId,
    /// Holds the bag.
    pub holds_bag: bool,
}

impl From<kaban_app::WhoAmI> for WhoAmI {
    fn from(view: kaban_app::WhoAmI) -> Self {
        let kaban_app::WhoAmI {
            association,
            // An id that nobody reads or types on a phone.
            workspace: _,
            member,
            name,
            role,
            device,
            holds_bag,
        } = view;
        Self {
            association,
            member: MemberId(member),
            name,
            role: role_of(role),
            device: DeviceId(device),
            holds_bag,
        }
    }
}

/// One member.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct MemberView {
    /// Member.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Reading.
    pub kana: String,
    /// Role.
    pub role: Coded,
    /// Number to call.
    pub phone: String,
    /// May act and read.
    pub active: bool,
    /// May admit others.
    pub admin: bool,
    /// Holds the bag.
    pub on_duty: bool,
    /// How the keys of their device were compared when they were let in; nothing for the founder.
    pub compared: Option<Compared>,
}

impl From<kaban_app::MemberView> for MemberView {
    fn from(view: kaban_app::MemberView) -> Self {
        let kaban_app::MemberView {
            id,
            name,
            kana,
            role,
            phone,
            active,
            admin,
            on_duty,
            compared,
        } = view;
        Self {
            id: MemberId(id),
            name,
            kana,
            role: role_of(role),
            phone,
            active,
            admin,
            on_duty,
            compared: compared.map(Compared::of),
        }
    }
}

/// Whether a device may still act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum DeviceStatus {
    /// It may.
    Active,
    /// Stopped for a time.
    Suspended,
    /// Out for good.
    Removed,
}

/// One device.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct DeviceView {
    /// Device.
    pub id: DeviceId,
    /// Whose slots it has.
    pub members: Vec<String>,
    /// Whether it may act.
    pub status: DeviceStatus,
    /// The one in hand.
    pub is_this_one: bool,
}

impl From<kaban_app::DeviceView> for DeviceView {
    fn from(view: kaban_app::DeviceView) -> Self {
        let kaban_app::DeviceView {
            id,
            members,
            status,
            this,
        } = view;
        Self {
            id: DeviceId(id),
            members,
            status: match status {
                "active" => DeviceStatus::Active,
                "suspended" => DeviceStatus::Suspended,
                _ => DeviceStatus::Removed,
            },
            is_this_one: this,
        }
    }
}

/// A suspension that stands.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SuspensionView {
    /// Whom it stops.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Who says so.
    pub by: String,
    /// When, by the writer's clock.
    pub since: Timestamp,
    /// Who else says so; while nobody does, it is provisional.
    pub confirmed_by: Option<String>,
    /// It has been provisional for 72 hours: confirm it or lift it.
    pub asked: bool,
}

impl From<kaban_app::SuspensionView> for SuspensionView {
    fn from(view: kaban_app::SuspensionView) -> Self {
        let kaban_app::SuspensionView {
            member_id,
            member,
            by,
            since,
            confirmed_by,
            asked,
        } = view;
        Self {
            member: MemberId(member_id),
            name: member,
            by,
            since: Timestamp(since),
            confirmed_by,
            asked,
        }
    }
}

pub(super) fn role_of(code: String) -> Coded {
    let Ok(role) = code.parse::<kaban_model::people::Role>();
    Coded {
        words: Words::new(role.label(true), role.label(false)),
        code,
    }
}
