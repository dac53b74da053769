//! Sealed `.kaban` files: what goes from one device to another with no network.
//!
//! ```text
//! "KABN" ‖ version ‖ kind ‖ ws ‖ from ‖ to ‖ lease ‖ sealed file key (80) ‖ stream length u64
//! ‖ stream (STREAM, 64 KiB chunks) ‖ Ed25519 signature of `from` over SHA-256 of all before
//! ```
//! The file key is sealed to the receiver's lease prekey (an offer) or device key (everything
//! else), so a copy of the file opens nothing, and an offer is unreadable for ever once the
//! receiver's lease alias is gone.

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DeviceId, Hash32, WorkspaceId};
use kaban_proto::random::Random;
use kaban_proto::sign::{Signature, SigningKey, VerifyKey};
use kaban_vault::kbox::Key;
use kaban_vault::kbox::{Namespace, Place};
use kaban_vault::stream::{open_stream_bytes, seal_stream};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::seal::{SEALED_BYTES, open_key, seal_key};

const MAGIC: &[u8; 4] = b"KABN";
const VERSION: u8 = 1;
const DOMAIN: &str = "kaban/file/1";
const HEAD_BYTES: usize = 4 + 1 + 1 + 16 * 4;
const FIXED_BYTES: usize = HEAD_BYTES + SEALED_BYTES + 8 + 64;
/// Largest file that is read.
pub const FILE_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Most envelopes in one file.
pub const ENVELOPES_MAX: usize = 1_000_000;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// An admin's answer to a request to join.
    Grant = 1,
    /// The bag, offered.
    Offer = 2,
    /// The acceptance.
    Accept = 3,
    /// The release, with what was written late.
    Release = 4,
    /// The taker holds what was late.
    Ack = 5,
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// A few bytes of its own, by kind: of a grant, the tag key.
    pub note: Zeroizing<Vec<u8>>,
    /// Envelopes, sealed as they are on the wire.
    pub envelopes: Vec<SealedEnvelope>,
}

/// To whom a file is sealed.
pub struct Recipient {
    /// The device.
    pub device: DeviceId,
    /// Its key: the lease prekey for an offer, else its key exchange key.
    pub key: [u8; 32],
    /// The lease the prekey belongs to, for an offer.
    pub lease: Option<[u8; 16]>,
}

/// A file that opened.
pub struct Opened {
    /// The workspace it is about.
    pub ws: WorkspaceId,
    /// Who made it, if the signature holds: see [`Opened::is_signed_by`].
    pub from: DeviceId,
    /// What it holds.
    pub content: Content,
    signed: Hash32,
    signature: Signature,
}

impl Opened {
    /// Whether the file was made by the holder of `key`.
    pub fn is_signed_by(&self, key: &VerifyKey) -> bool {
        key.verify(DOMAIN, &[self.signed.as_bytes()], &self.signature)
            .is_ok()
    }
}

/// What can be read of a file without any key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// What it is for.
    pub kind: FileKind,
    /// The workspace it is about.
    pub ws: WorkspaceId,
    /// Who says they made it.
    pub from: DeviceId,
    /// For whom.
    pub to: DeviceId,
    /// The lease it is sealed to, zeros for the device's own key.
    pub lease: [u8; 16],
}

/// Seals and signs a file.
pub fn seal(
    kind: FileKind,
    ws: WorkspaceId,
    from: DeviceId,
    signing: &SigningKey,
    to: &Recipient,
    content: &Content,
    rng: &mut dyn Random,
) -> Result<Vec<u8>, Error> {
    let label = Label {
        kind,
        ws,
        from,
        to: to.device,
        lease: to.lease.unwrap_or_default(),
    };
    let mut file = label.bytes();
    let key = Key::make(rng);
    file.extend_from_slice(&seal_key(&to.key, &info(&file), &key, rng)?);
    let place_bytes = file.clone();
    let place = Place {
        namespace: Namespace::File,
        key_id: *to.device.as_bytes(),
        place: &place_bytes,
    };
    let plain = content.encode();
    let mut stream = Vec::new();
    seal_stream(&key, &place, &mut plain.as_slice(), &mut stream, rng)
        .map_err(|_| Error::Internal("sealing in memory failed"))?;
    file.extend_from_slice(&(stream.len() as u64).to_be_bytes());
    file.extend_from_slice(&stream);
    let hash = Hash32::of(&file);
    file.extend_from_slice(signing.sign(DOMAIN, &[hash.as_bytes()]).as_bytes());
    Ok(file)
}

/// Reads what stands outside the seal.
///
/// # Errors
/// [`Error::Malformed`] when it is no `.kaban` file, is cut, or is from a newer version.
pub fn label(file: &[u8]) -> Result<Label, Error> {
    let wrong = |what: &str| Error::Malformed {
        what: format!("the file {what}"),
    };
    if file.len() > FILE_BYTES_MAX {
        return Err(wrong("is too large"));
    }
    if file.len() < MAGIC.len() || &file[..4] != MAGIC {
        return Err(wrong("is not a .kaban file"));
    }
    if file.len() < FIXED_BYTES {
        return Err(wrong("is cut off"));
    }
    if file[4] != VERSION {
        return Err(wrong("is from a newer version of Kaban"));
    }
    let kind = match file[5] {
        1 => FileKind::Grant,
        2 => FileKind::Offer,
        3 => FileKind::Accept,
        4 => FileKind::Release,
        5 => FileKind::Ack,
        _ => return Err(wrong("is of an unknown kind")),
    };
    let length = u64::from_be_bytes(array(&file[HEAD_BYTES + SEALED_BYTES..]));
    if u64::try_from(file.len() - FIXED_BYTES).ok() != Some(length) {
        return Err(wrong("is cut off or has bytes after its end"));
    }
    let id = |at: usize| array::<16>(&file[6 + 16 * at..]);
    Ok(Label {
        kind,
        ws: WorkspaceId::from_bytes(id(0)),
        from: DeviceId::from_bytes(id(1)),
        to: DeviceId::from_bytes(id(2)),
        lease: id(3),
    })
}

/// Opens a file sealed to this device. `private` gives the private half: of the lease named, or
/// of the device itself.
///
/// # Errors
/// [`Error::ForSomebodyElse`], or [`Error::Malformed`] for damage.
pub fn open(
    file: &[u8],
    kind: FileKind,
    device: DeviceId,
    private: &mut dyn FnMut(Option<[u8; 16]>) -> Result<Key, Error>,
) -> Result<Opened, Error> {
    let label = label(file)?;
    let wrong = |what: &str| Error::Malformed {
        what: format!("the file {what}"),
    };
    if label.to != device {
        return Err(Error::ForSomebodyElse(
            "the file is sealed to another device",
        ));
    }
    if label.kind != kind {
        return Err(wrong("is for another step of the handover"));
    }
    let lease = (label.lease != [0; 16]).then_some(label.lease);
    let private = private(lease)?;
    let sealed: [u8; SEALED_BYTES] = array(&file[HEAD_BYTES..]);
    let key = open_key(&private, &info(&file[..HEAD_BYTES]), &sealed)
        .map_err(|_| wrong("is damaged or was sealed to a key that no longer exists"))?;
    let place_bytes = &file[..HEAD_BYTES + SEALED_BYTES];
    let place = Place {
        namespace: Namespace::File,
        key_id: *device.as_bytes(),
        place: place_bytes,
    };
    let stream = &file[HEAD_BYTES + SEALED_BYTES + 8..file.len() - 64];
    let plain =
        open_stream_bytes(&key, &place, stream).map_err(|_| wrong("is damaged or cut off"))?;
    let content =
        Content::decode(&plain).map_err(|_| wrong("holds something else than envelopes"))?;
    Ok(Opened {
        ws: label.ws,
        from: label.from,
        content,
        signed: Hash32::of(&file[..file.len() - 64]),
        signature: Signature::from_bytes(array(&file[file.len() - 64..])),
    })
}

impl Label {
    fn bytes(self) -> Vec<u8> {
        let Self {
            kind,
            ws,
            from,
            to,
            lease,
        } = self;
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&[VERSION, kind as u8]);
        for id in [ws.as_bytes(), from.as_bytes(), to.as_bytes(), &lease] {
            bytes.extend_from_slice(id);
        }
        bytes
    }
}

impl Wire for Content {
    fn put(&self, w: &mut Writer) {
        w.bytes(&self.note);
        w.length(self.envelopes.len());
        for envelope in &self.envelopes {
            w.bytes(&envelope.encode());
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let note = r.bytes(64 * 1024, "note")?.to_vec().into();
        let count = r.length(ENVELOPES_MAX, "envelopes")?;
        let mut envelopes = Vec::new();
        for _ in 0..count {
            let at = r.error("envelope");
            let bytes = r.bytes(2 * 1024 * 1024, "envelope")?;
            envelopes.push(SealedEnvelope::decode(bytes).map_err(|_| at)?);
        }
        Ok(Self { note, envelopes })
    }
}

fn info(label: &[u8]) -> Vec<u8> {
    [b"kaban/file-key/1".as_slice(), label].concat()
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[..N]);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::seal::make_keypair;
    use kaban_proto::random::OsRandom;

    fn sample() -> (Vec<u8>, Key, DeviceId, VerifyKey) {
        let mut rng = OsRandom;
        let (private, public) = make_keypair(&mut rng);
        let signing = SigningKey::make(&mut rng);
        let (ws, from, to) = (
            WorkspaceId::make(&mut rng),
            DeviceId::make(&mut rng),
            DeviceId::make(&mut rng),
        );
        let content = Content {
            note: b"hello".to_vec().into(),
            envelopes: Vec::new(),
        };
        let recipient = Recipient {
            device: to,
            key: public,
            lease: None,
        };
        let file = seal(
            FileKind::Offer,
            ws,
            from,
            &signing,
            &recipient,
            &content,
            &mut rng,
        )
        .unwrap();
        (file, private, to, signing.verify_key())
    }

    #[test]
    fn a_file_opens_on_the_device_it_is_for_and_names_its_maker() {
        let (file, private, to, key) = sample();
        let opened = open(&file, FileKind::Offer, to, &mut |_| Ok(private.duplicate())).unwrap();
        assert_eq!(opened.content.note.as_slice(), b"hello");
        assert!(opened.is_signed_by(&key));
        assert!(!opened.is_signed_by(&SigningKey::make(&mut OsRandom).verify_key()));
        let other = DeviceId::make(&mut OsRandom);
        let refused = open(&file, FileKind::Offer, other, &mut |_| {
            Ok(private.duplicate())
        });
        assert!(matches!(refused, Err(Error::ForSomebodyElse(_))));
    }

    #[test]
    fn every_truncation_and_every_changed_byte_is_refused_or_unsigned() {
        let (file, private, to, key) = sample();
        for end in 0..file.len() {
            assert!(
                open(&file[..end], FileKind::Offer, to, &mut |_| Ok(
                    private.duplicate()
                ))
                .is_err()
            );
        }
        for at in 0..file.len() {
            let mut bent = file.clone();
            bent[at] ^= 1;
            let opened = open(&bent, FileKind::Offer, to, &mut |_| Ok(private.duplicate()));
            assert!(
                opened.map_or(true, |opened| !opened.is_signed_by(&key)),
                "byte {at}"
            );
        }
    }
}
