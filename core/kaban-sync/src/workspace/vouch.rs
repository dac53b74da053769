//! Public things, such as maps: signed by a device, believed for the sake of a member.
//!
//! A signature counts if its key is the identity of a device that the record log has, that may write now, and that
//! somebody active uses. It is asked when a thing is taken in, not ever after: what a device made before it was
//! removed was good when it was taken and stays, and can be made again by anybody else.

use kaban_proto::ids::DeviceId;
use kaban_proto::membership::Status;
use kaban_proto::relay_api::{BlobDescriptor, BlobFacts};
use kaban_proto::sign::{Signature, VerifyKey};

use super::Workspace;

/// The same text as `kaban_atlas::pack::SIGNATURE_DOMAIN`; a pack sealed under another does not verify there.
const PACK_DOMAIN: &str = "kaban/pack/1";

/// Why a signature on something public does not count here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// No device of this association has that key.
    #[error("no device of this association signed it")]
    Stranger,
    /// The device is suspended now.
    #[error("the device that signed it is suspended")]
    Suspended,
    /// The device was removed.
    #[error("the device that signed it was removed")]
    Removed,
    /// Nobody who uses the device is active.
    #[error("the device that signed it belongs to nobody active")]
    NobodyActive,
    /// The signature is not by the device it names.
    #[error("its signature is not good")]
    BadSignature,
}

impl Workspace {
    /// The device whose key this is, if its word on something public counts.
    ///
    /// # Errors
    /// Why it does not.
    pub fn vouches(&self, key: &VerifyKey) -> Result<DeviceId, Distrust> {
        let mut devices = self.state.log.devices().iter();
        let (id, device) = devices
            .find(|(_, device)| device.keys.id == *key)
            .ok_or(Distrust::Stranger)?;
        match device.status {
            Status::Removed => return Err(Distrust::Removed),
            Status::Suspended => return Err(Distrust::Suspended),
            Status::Active => {}
        }
        let association = self.association();
        let used = association.device(*id).is_some_and(|seen| {
            let mut people = seen.members.iter();
            people.any(|member| association.is_active(*member))
        });
        if used {
            Ok(*id)
        } else {
            Err(Distrust::NobodyActive)
        }
    }

    /// Whether a descriptor is for this association and by a device whose word counts.
    ///
    /// # Errors
    /// Why it is not.
    pub fn vouches_for_blob(&self, descriptor: &BlobDescriptor) -> Result<(), Distrust> {
        let device = self.state.log.devices().get(&descriptor.author);
        let key = device.ok_or(Distrust::Stranger)?.keys.id;
        if descriptor.ws != self.id() || descriptor.verify(&key).is_err() {
            return Err(Distrust::BadSignature);
        }
        self.vouches(&key).map(|_| ())
    }

    /// This device's key and its signature over the root of a district pack.
    pub fn sign_pack(&self, root: &[u8; 32]) -> (VerifyKey, Signature) {
        let key = &self.state.me.sign;
        (key.verify_key(), key.sign(PACK_DOMAIN, &[root]))
    }

    /// A descriptor by this device.
    pub fn describe_blob(&self, facts: BlobFacts) -> BlobDescriptor {
        let me = &self.state.me;
        BlobDescriptor::sign(self.id(), me.device, facts, &me.sign)
    }
}
