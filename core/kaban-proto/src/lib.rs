//! Sealed wire types shared by devices and the relay.
//!
//! Everything that leaves a device is one of the types of this crate: a signed [`SealedEnvelope`], a device
//! membership record inside one, or a request to the relay. All of them have one canonical binary form
//! ([`codec`]): `encode(decode(x)) == x`, and a decoder never panics and never believes a length.
//!
//! Architecture Invariant: nothing here can decrypt. The crate has no cipher, no key agreement and no type of a
//! patient, so a program built on it alone, as the relay is, cannot read a record.

pub mod codec;
mod digest;
pub mod envelope;
mod error;
pub mod ids;
pub mod membership;
pub mod random;
pub mod record;
pub mod relay_api;
pub mod sign;

pub use codec::{DecodeError, Reader, Wire, Writer};
pub use envelope::{Header, Kind, SealedEnvelope};
pub use error::Error;
pub use ids::{DeviceId, DocTag, EpochId, Hash32, IdParseError, MemberId, WorkspaceId};
pub use membership::{
    DeviceState, DeviceStates, Inserted, Record, RecordLog, Refusal, Status, Vetted,
};
pub use random::{OsRandom, Random};
pub use record::{Clear, DeviceKeys, RecordBody, Rights};
pub use sign::{BadSignature, Signature, SigningKey, VerifyKey};

#[doc(hidden)]
pub mod __private {
    pub use serde;
}
