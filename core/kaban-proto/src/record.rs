//! The body of a record envelope: one entry of the workspace's record log.
//!
//! A record has a clear part (device keys and status only, which the relay folds to know whose envelopes to take)
//! and a part sealed to the members, which only devices read: people, roles, teams, consent, roster, duty. It is
//! signed twice: by the device, outside, as every envelope; and by the person, inside, over header and content.
//!
//! The id of a workspace is derived from the content of its genesis record, so whoever knows the id knows which
//! device founded it. For that reason the sealed part of a genesis is bound to no workspace id.

use crate::codec::{DecodeError, Reader, Wire, Writer};
use crate::digest::{head16, sha256};
use crate::envelope::Header;
use crate::error::Error;
use crate::ids::{DeviceId, Hash32, MemberId, WorkspaceId};
use crate::sign::{BadSignature, Signature, SigningKey, VerifyKey};

/// Most parents a record may name.
pub const PARENTS_MAX: usize = 16;
/// Largest sealed part, in bytes (256 KiB): every device and the relay hold the whole log in memory.
pub const SEALED_BYTES_MAX: usize = 256 << 10;
const MEMBER_DOMAIN: &str = "kaban/rec-m/1";
const DEVICE_DOMAIN: &[u8] = b"kaban/device/1";
const WORKSPACE_DOMAIN: &[u8] = b"kaban/ws/1";

/// What a device may do to other devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rights(u8);

impl Rights {
    /// Writes envelopes, and no more.
    pub const NONE: Self = Self(0);
    /// May add and remove devices.
    pub const ADMIT: Self = Self(1);
    /// May suspend devices, and lift a suspension.
    pub const SUSPEND: Self = Self(2);
    /// Every right there is.
    pub const ALL: Self = Self(3);

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every right of `other` is held.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits, ADMIT = 1 and SUSPEND = 2.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl Wire for Rights {
    fn put(&self, w: &mut Writer) {
        self.0.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad = r.error("rights");
        let bits = u8::take(r)?;
        if bits & !Self::ALL.0 == 0 {
            Ok(Self(bits))
        } else {
            Err(bad)
        }
    }
}

/// The public keys of a device, and its rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceKeys {
    /// Identity: signs envelopes.
    pub id: VerifyKey,
    /// X25519 key for sealing to the device and for pairing; opaque here.
    pub kx: [u8; 32],
    /// Signs in to the relay, also while the app is locked.
    pub transport: VerifyKey,
    /// What it may do to other devices.
    pub rights: Rights,
}

impl DeviceKeys {
    /// The device's id: first 16 bytes of `SHA-256("kaban/device/1" ‖ id ‖ kx)`. Transport key and rights may change
    /// without a new id.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        DeviceId::from_bytes(head16(&sha256(&[
            DEVICE_DOMAIN,
            self.id.as_bytes(),
            &self.kx,
        ])))
    }
}

impl Wire for DeviceKeys {
    fn put(&self, w: &mut Writer) {
        let Self {
            id,
            kx,
            transport,
            rights,
        } = self;
        id.put(w);
        kx.put(w);
        transport.put(w);
        rights.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: Wire::take(r)?,
            kx: Wire::take(r)?,
            transport: Wire::take(r)?,
            rights: Wire::take(r)?,
        })
    }
}

/// The part of a record that the relay folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clear {
    /// Nothing about devices: the record says something in its sealed part, or joins several heads.
    None,
    /// Founds the workspace with its first device. The relay that is to be trusted may be pinned.
    Found {
        /// The founding device.
        device: DeviceKeys,
        /// The relay's key, if one is pinned.
        relay: Option<VerifyKey>,
    },
    /// Adds a device, or gives a known one new rights or a new transport key.
    AddDevice(DeviceKeys),
    /// Stops a device for a time; an end in the past lifts an earlier suspension.
    SuspendDevice {
        /// The device to stop.
        device: DeviceId,
        /// End of the suspension, in milliseconds since 1970-01-01 UTC.
        until_ms: u64,
    },
    /// Stops a device for good; it comes back only with new keys.
    RemoveDevice {
        /// The device to stop.
        device: DeviceId,
    },
}

impl Wire for Clear {
    fn put(&self, w: &mut Writer) {
        match self {
            Self::None => 0_u8.put(w),
            Self::Found { device, relay } => {
                1_u8.put(w);
                device.put(w);
                relay.put(w);
            }
            Self::AddDevice(device) => {
                2_u8.put(w);
                device.put(w);
            }
            Self::SuspendDevice { device, until_ms } => {
                3_u8.put(w);
                device.put(w);
                until_ms.put(w);
            }
            Self::RemoveDevice { device } => {
                4_u8.put(w);
                device.put(w);
            }
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad = r.error("clear part of a record");
        match u8::take(r)? {
            0 => Ok(Self::None),
            1 => Ok(Self::Found {
                device: Wire::take(r)?,
                relay: Wire::take(r)?,
            }),
            2 => Wire::take(r).map(Self::AddDevice),
            3 => Ok(Self::SuspendDevice {
                device: Wire::take(r)?,
                until_ms: Wire::take(r)?,
            }),
            4 => Ok(Self::RemoveDevice {
                device: Wire::take(r)?,
            }),
            _ => Err(bad),
        }
    }
}

/// The body of a record envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordBody {
    /// Hashes of the records it builds on, sorted and distinct, at most [`PARENTS_MAX`]; empty only for the genesis.
    pub parents: Vec<Hash32>,
    /// What the relay folds.
    pub clear: Clear,
    /// Sealed to the members; opaque here, may be empty, at most [`SEALED_BYTES_MAX`].
    pub sealed: Vec<u8>,
    /// The person who signs.
    pub member: MemberId,
    /// That person's signature, see [`RecordBody::verify_member`].
    pub member_signature: Signature,
}

impl RecordBody {
    /// A record signed by its member. `header` is the header of the envelope that will carry it.
    ///
    /// # Errors
    /// When there are too many parents (they are sorted here) or the sealed part is over [`SEALED_BYTES_MAX`].
    pub fn sign(
        header: &Header,
        mut parents: Vec<Hash32>,
        clear: Clear,
        sealed: Vec<u8>,
        member: MemberId,
        key: &SigningKey,
    ) -> Result<Self, Error> {
        parents.sort_unstable();
        parents.dedup();
        if parents.len() > PARENTS_MAX {
            return Err(Error::Parents);
        }
        if sealed.len() > SEALED_BYTES_MAX {
            return Err(Error::BodyTooLarge {
                bytes: sealed.len(),
            });
        }
        let content = content(&parents, &clear, &sealed, &member);
        let member_signature = key.sign(
            MEMBER_DOMAIN,
            &[&header.bytes(), Hash32::of(&content).as_bytes()],
        );
        Ok(Self {
            parents,
            clear,
            sealed,
            member,
            member_signature,
        })
    }

    /// Checks the member's signature, `"kaban/rec-m/1"` over header bytes ‖ SHA-256(parents, clear, sealed, member).
    /// Which key is the member's stands in the sealed parts, so only a device can ask this.
    ///
    /// # Errors
    /// When it is not by `key`.
    pub fn verify_member(&self, header: &Header, key: &VerifyKey) -> Result<(), BadSignature> {
        let hash = self.content_hash();
        key.verify(
            MEMBER_DOMAIN,
            &[&header.bytes(), hash.as_bytes()],
            &self.member_signature,
        )
    }

    /// SHA-256 over parents, clear, sealed and member: everything but the member's signature.
    #[must_use]
    pub fn content_hash(&self) -> Hash32 {
        Hash32::of(&content(
            &self.parents,
            &self.clear,
            &self.sealed,
            &self.member,
        ))
    }

    /// The id of the workspace this genesis founds: see [`genesis_workspace`].
    #[must_use]
    pub fn workspace(&self) -> WorkspaceId {
        genesis_workspace(&self.clear, &self.sealed, &self.member)
    }
}

/// The id of the workspace that a genesis with this content founds: the first 16 bytes of
/// `SHA-256("kaban/ws/1" ‖ SHA-256(no parents, clear, sealed, member))`. It depends on neither header nor signatures,
/// so it is known before they are made. The device keys in it are random, and so is a box in `sealed`: no nonce is
/// needed to tell two workspaces apart.
#[must_use]
pub fn genesis_workspace(clear: &Clear, sealed: &[u8], member: &MemberId) -> WorkspaceId {
    let content = Hash32::of(&content(&[], clear, sealed, member));
    WorkspaceId::from_bytes(head16(&sha256(&[WORKSPACE_DOMAIN, content.as_bytes()])))
}

fn content(parents: &[Hash32], clear: &Clear, sealed: &[u8], member: &MemberId) -> Vec<u8> {
    let mut w = Writer::new();
    Hash32::put_list(parents, &mut w);
    clear.put(&mut w);
    w.bytes(sealed);
    member.put(&mut w);
    w.finish()
}

impl std::fmt::Debug for RecordBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            parents,
            clear,
            sealed,
            member,
            ..
        } = self;
        write!(
            f,
            "RecordBody({clear:?} by {member} on {parents:?}, {} B sealed)",
            sealed.len()
        )
    }
}

impl Wire for RecordBody {
    fn put(&self, w: &mut Writer) {
        let Self {
            parents,
            clear,
            sealed,
            member,
            member_signature,
        } = self;
        w.raw(&content(parents, clear, sealed, member));
        member_signature.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let unsorted = r.error("record parents out of order");
        let parents: Vec<Hash32> = r.list(PARENTS_MAX, "record parents")?;
        if parents.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(unsorted);
        }
        let clear = Clear::take(r)?;
        let sealed = r
            .bytes(SEALED_BYTES_MAX, "sealed part of a record")?
            .to_vec();
        Ok(Self {
            parents,
            clear,
            sealed,
            member: Wire::take(r)?,
            member_signature: Wire::take(r)?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{DocTag, EpochId, Kind};
    use proptest::prelude::*;

    fn header() -> Header {
        Header {
            kind: Kind::Record,
            ws: WorkspaceId::from_bytes([1; 16]),
            doc: DocTag::RECORDS,
            author: DeviceId::from_bytes([3; 16]),
            seq: 1,
            prev: Hash32::ZERO,
            epoch: EpochId::from_bytes([4; 16]),
            members_head: Hash32::ZERO,
        }
    }

    fn keys(seed: u8) -> DeviceKeys {
        let key = |n| SigningKey::from_seed([n; 32]).verify_key();
        DeviceKeys {
            id: key(seed),
            kx: [seed; 32],
            transport: key(seed ^ 0x80),
            rights: Rights::ADMIT,
        }
    }

    fn clears() -> impl Strategy<Value = Clear> {
        prop_oneof![
            Just(Clear::None),
            any::<bool>().prop_map(|pin| Clear::Found {
                device: keys(1),
                relay: pin.then_some(keys(2).id)
            }),
            (0_u8..9).prop_map(|seed| Clear::AddDevice(keys(seed))),
            any::<u64>().prop_map(|until_ms| Clear::SuspendDevice {
                device: keys(3).device_id(),
                until_ms
            }),
            (0_u8..9).prop_map(|seed| Clear::RemoveDevice {
                device: keys(seed).device_id()
            }),
        ]
    }

    #[test]
    fn device_id_depends_on_identity_and_agreement_keys_only() {
        let device = keys(1);
        let renewed = DeviceKeys {
            transport: keys(2).id,
            rights: Rights::ALL,
            ..device
        };
        assert_eq!(device.device_id(), renewed.device_id());
        assert_ne!(
            device.device_id(),
            DeviceKeys {
                kx: [2; 32],
                ..device
            }
            .device_id()
        );
    }

    #[test]
    fn a_workspace_id_is_known_before_its_genesis_is_signed() {
        let (clear, member) = (
            Clear::Found {
                device: keys(1),
                relay: None,
            },
            MemberId::from_bytes([5; 16]),
        );
        let ws = genesis_workspace(&clear, b"sealed", &member);
        let key = SigningKey::from_seed([6; 32]);
        let body =
            RecordBody::sign(&header(), vec![], clear, b"sealed".to_vec(), member, &key).unwrap();
        assert_eq!(body.workspace(), ws);
        assert_ne!(genesis_workspace(&clear, b"other", &member), ws);
    }

    #[test]
    fn the_member_signs_header_and_content() {
        let key = SigningKey::from_seed([6; 32]);
        let member = MemberId::from_bytes([5; 16]);
        let body = RecordBody::sign(&header(), vec![], Clear::None, vec![1], member, &key).unwrap();
        assert_eq!(body.verify_member(&header(), &key.verify_key()), Ok(()));
        let moved = Header {
            epoch: EpochId::from_bytes([9; 16]),
            ..header()
        };
        assert_eq!(
            body.verify_member(&moved, &key.verify_key()),
            Err(BadSignature)
        );
        let changed = RecordBody {
            sealed: vec![2],
            ..body
        };
        assert_eq!(
            changed.verify_member(&header(), &key.verify_key()),
            Err(BadSignature)
        );
    }

    #[test]
    fn unknown_rights_unsorted_and_doubled_parents_are_refused() {
        assert!(Rights::decode(&[4]).is_err());
        let key = SigningKey::from_seed([6; 32]);
        let parents = vec![Hash32::of(b"a"), Hash32::of(b"b")];
        let mut body = RecordBody::sign(
            &header(),
            parents,
            Clear::None,
            vec![],
            MemberId::from_bytes([5; 16]),
            &key,
        )
        .unwrap();
        body.parents.reverse();
        assert_eq!(
            RecordBody::decode(&body.encode()).unwrap_err().what,
            "record parents out of order"
        );
        body.parents[1] = body.parents[0];
        assert!(RecordBody::decode(&body.encode()).is_err());
    }

    proptest! {
        #[test]
        fn a_record_reads_back(clear in clears(), sealed: Vec<u8>, parents: Vec<[u8; 32]>) {
            let parents = parents.into_iter().take(PARENTS_MAX).map(Hash32::from_bytes).collect();
            let key = SigningKey::from_seed([6; 32]);
            let member = MemberId::from_bytes([5; 16]);
            let body = RecordBody::sign(&header(), parents, clear, sealed, member, &key).unwrap();
            let bytes = body.encode();
            prop_assert_eq!(RecordBody::decode(&bytes).unwrap(), body);
            for len in 0..bytes.len() {
                prop_assert!(RecordBody::decode(&bytes[..len]).is_err());
            }
        }

        #[test]
        fn what_decodes_has_one_encoding(bytes in proptest::collection::vec(0_u8..6, 0..250)) {
            if let Ok(body) = RecordBody::decode(&bytes) {
                prop_assert_eq!(body.encode(), bytes);
            }
        }
    }
}
