//! Ids and times as they cross: texts with a type of their own, read in the method that takes them.

use chrono::{DateTime, FixedOffset};
use kaban_app::input;
use kaban_model::patient::FieldPath;

use crate::error::Result;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident is $of:ty, called $input:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub String);
        uniffi::custom_newtype!($name, String);

        impl $name {
            /// The id in the core, or what is wrong with this one.
            pub(crate) fn read(&self) -> Result<$of> {
                Ok(input::id($input, &self.0)?)
            }
        }

        impl From<$of> for $name {
            fn from(id: $of) -> Self {
                Self(id.to_string())
            }
        }
    )*};
}

ids! {
    /// A patient: 32 digits.
    PatientId is kaban_model::ids::PatientId, called "patient";
    /// A member of the association: 32 digits.
    MemberId is kaban_proto::ids::MemberId, called "member";
    /// A device: 32 digits.
    DeviceId is kaban_proto::ids::DeviceId, called "device";
    /// A note, an amendment or an entry of the notebook: 32 digits.
    EntryId is kaban_model::ids::ItemId, called "entry";
}

/// One of several open values of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueId(pub String);
uniffi::custom_newtype!(ValueId, String);

/// A field of a patient's pages: `severity`, `medication/+` for a new entry, `medication/<id>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldId(pub String);
uniffi::custom_newtype!(FieldId, String);

impl From<&FieldPath> for FieldId {
    fn from(path: &FieldPath) -> Self {
        Self(path.to_string())
    }
}

/// An instant as RFC 3339 text with its offset, `2026-11-24T01:40:00+09:00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp(pub String);
uniffi::custom_newtype!(Timestamp, String);

impl Timestamp {
    /// The instant, or what is wrong with the text.
    pub(crate) fn read(&self, input: &str) -> Result<DateTime<FixedOffset>> {
        Ok(input::instant(input, &self.0)?)
    }
}
