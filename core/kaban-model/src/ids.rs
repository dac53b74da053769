//! The ids the rules speak of; all are random 16 bytes shown as 32 lowercase hexadecimal digits.

pub use kaban_proto::ids::{DeviceId, MemberId};

kaban_proto::id16! {
    /// One patient. It says nothing about the person.
    pub struct PatientId;
    /// One append-only item: a visit note, a call, a liaison entry.
    pub struct ItemId;
}

kaban_proto::__fixed_bytes! {
    /// One written value of a field; a later value names the ones it resolves by it.
    pub struct Vid[8];
}
