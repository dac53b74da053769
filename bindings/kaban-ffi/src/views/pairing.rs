//! Letting a device in: what is carried, what is spoken, and who let whom in.

use kaban_sync::pairing::Proof as SyncProof;

use crate::ids::{DeviceId, MemberId, Timestamp};

/// What a person has in hand to show that a file is the other side's.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Proof {
    /// Nothing: the file is believed as it is, and the list of members says so.
    NotCompared,
    /// The six digits that the other side answered.
    Answer {
        /// As typed.
        digits: String,
    },
    /// What the camera read from the other side's screen.
    Scanned {
        /// The whole text.
        text: String,
    },
}

impl Proof {
    pub(crate) fn read(self) -> SyncProof {
        match self {
            Self::NotCompared => SyncProof::Nothing,
            Self::Answer { digits } => SyncProof::Answer(digits),
            Self::Scanned { text } => SyncProof::Scanned(text),
        }
    }
}

/// How the keys of a device were compared before it was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Compared {
    /// Not at all.
    Not,
    /// By digits that two people spoke.
    Spoken,
    /// By a camera.
    Scanned,
}

impl Compared {
    pub(crate) fn of(code: &str) -> Self {
        match code {
            "spoken" => Self::Spoken,
            "scanned" => Self::Scanned,
            _ => Self::Not,
        }
    }
}

/// What to carry to an admin.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct JoinRequestView {
    /// The request, public.
    pub request: Vec<u8>,
    /// What the admin's camera reads from this screen, as a QR code.
    pub fingerprint: String,
}

/// Who asks to be let in, as they say themselves, and what is read out to them.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct ChallengeView {
    /// Name.
    pub name: String,
    /// Role.
    pub role: super::Coded,
    /// Eight digits.
    pub challenge: String,
}

impl From<kaban_app::ChallengeView> for ChallengeView {
    fn from(view: kaban_app::ChallengeView) -> Self {
        let kaban_app::ChallengeView {
            name,
            role,
            challenge,
        } = view;
        Self {
            name,
            role: super::people::role_of(role),
            challenge,
        }
    }
}

/// Who gave a grant, as it says itself, and what is read out to them.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct GrantView {
    /// Association.
    pub association: String,
    /// Admin.
    pub admin: String,
    /// Eight digits.
    pub challenge: String,
}

impl From<kaban_app::GrantView> for GrantView {
    fn from(view: kaban_app::GrantView) -> Self {
        let kaban_app::GrantView {
            association,
            admin,
            challenge,
        } = view;
        Self {
            association,
            admin,
            challenge,
        }
    }
}

/// A device that was let in.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Joined {
    /// Device.
    pub device: DeviceId,
    /// Person.
    pub member: MemberId,
    /// How its keys were compared.
    pub compared: Compared,
    /// The sealed answer to carry back.
    pub grant: Vec<u8>,
    /// What the newcomer's camera reads from this screen, as a QR code.
    pub fingerprint: String,
}

impl From<kaban_app::Joined> for Joined {
    fn from(joined: kaban_app::Joined) -> Self {
        let kaban_app::Joined {
            device,
            member,
            compared,
            grant,
            fingerprint,
        } = joined;
        Self {
            device: device.into(),
            member: member.into(),
            compared: Compared::of(compared),
            grant,
            fingerprint,
        }
    }
}

/// A device that was let in, as everybody sees it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct AdmissionView {
    /// Device.
    pub device: DeviceId,
    /// Person.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Who let them in.
    pub by: String,
    /// On which device.
    pub on: DeviceId,
    /// When, by that device's clock.
    pub at: Timestamp,
    /// How its keys were compared.
    pub compared: Compared,
    /// This person has not seen it yet.
    pub is_new: bool,
}

impl From<kaban_app::AdmissionView> for AdmissionView {
    fn from(view: kaban_app::AdmissionView) -> Self {
        let kaban_app::AdmissionView {
            device,
            member,
            name,
            by,
            on,
            at,
            compared,
            new,
        } = view;
        Self {
            device: DeviceId(device),
            member: MemberId(member),
            name,
            by,
            on: DeviceId(on),
            at: Timestamp(at),
            compared: Compared::of(compared),
            is_new: new,
        }
    }
}
