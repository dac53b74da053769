//! Sealed `.kaban` files: what goes from one device to another with no network.
//!
//! ```text
//! "KABN" ‖ version ‖ kind ‖ ws ‖ from ‖ to ‖ lease ‖ sealed file key (80) ‖ stream length u64
//! ‖ stream (STREAM, 64 KiB chunks) ‖ Ed25519 signature of `from` over SHA-256 of all before
//! ```
//! The file key is sealed to the receiver's lease prekey (an offer) or device key (everything
//! else), so a copy of the file opens nothing, and an offer is unreadable for ever once the
//! receiver's lease alias is gone.
//!
//! A file is sealed and opened chunk by chunk: the bag of a whole district never lies in memory
//! twice. Whoever opens one hashes it first, so that nothing of a file is taken in before the whole
//! of it is known to be as it was signed.

mod parts;

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use kaban_proto::codec::Wire;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DeviceId, Hash32, WorkspaceId};
use kaban_proto::random::Random;
use kaban_proto::sign::{Signature, SigningKey, VerifyKey};
use kaban_vault::kbox::Key;
use kaban_vault::kbox::{Namespace, Place};
use kaban_vault::stream::{StreamError, open_stream, seal_stream, sealed_bytes};
use sha2::Digest;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::seal::{SEALED_BYTES, open_key, seal_key};
use parts::{Hashed, Parts, Plaintext};

const MAGIC: &[u8; 4] = b"KABN";
const VERSION: u8 = 1;
const DOMAIN: &str = "kaban/file/1";
const HEAD_BYTES: usize = 4 + 1 + 1 + 16 * 4;
const START_BYTES: usize = HEAD_BYTES + SEALED_BYTES + 8;
const FIXED_BYTES: usize = START_BYTES + 64;
/// Longest note.
const NOTE_BYTES_MAX: usize = 64 * 1024;
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

/// What a small file holds, all of it in memory.
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
        is_signed_by(self.signed, &self.signature, key)
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

/// Seals and signs a file in memory.
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
    let envelopes = &content.envelopes;
    let plan = Plan::of(&content.note, envelopes);
    let mut file = Vec::new();
    let each = envelopes.iter().map(|envelope| Ok(envelope.encode()));
    seal_to(
        &mut file,
        label,
        &to.key,
        signing,
        plan,
        &content.note,
        each,
        rng,
    )?;
    Ok(file)
}

/// How long the plaintext of a file will be; said before the first envelope is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many envelopes.
    pub envelopes: usize,
    /// Bytes of note and envelopes with their lengths.
    pub bytes: u64,
}

impl Plan {
    /// The plan for envelopes in memory.
    pub fn of(note: &[u8], envelopes: &[SealedEnvelope]) -> Self {
        let lengths = envelopes.iter().map(|envelope| envelope.encode().len());
        Self::by_lengths(note, lengths)
    }

    /// The plan for envelopes of these lengths.
    pub fn by_lengths(note: &[u8], lengths: impl Iterator<Item = usize>) -> Self {
        let mut plan = Self {
            envelopes: 0,
            bytes: 4 + note.len() as u64 + 4,
        };
        for length in lengths {
            plan.envelopes += 1;
            plan.bytes += 4 + length as u64;
        }
        plan
    }
}

/// Seals and signs a file while it is written: no more than two chunks and one envelope are in
/// memory.
///
/// # Errors
/// [`Error::Internal`] when the envelopes are not those of the plan; what was written is then no
/// file. [`Error::Rule`] over a bound.
#[allow(clippy::too_many_arguments, reason = "each is a part of the file")]
pub fn seal_to(
    out: &mut impl Write,
    label: Label,
    key_of_receiver: &[u8; 32],
    signing: &SigningKey,
    plan: Plan,
    note: &[u8],
    envelopes: impl Iterator<Item = Result<Vec<u8>, Error>>,
    rng: &mut dyn Random,
) -> Result<(), Error> {
    let stream_bytes = sealed_bytes(plan.bytes);
    let too_large = stream_bytes > (FILE_BYTES_MAX - FIXED_BYTES) as u64;
    if too_large || plan.envelopes > ENVELOPES_MAX || note.len() > NOTE_BYTES_MAX {
        return Err(Error::Rule("this is more than one file can carry"));
    }
    let mut head = label.bytes();
    let key = Key::make(rng);
    head.extend_from_slice(&seal_key(key_of_receiver, &info(&head), &key, rng)?);
    let place = Place {
        namespace: Namespace::File,
        key_id: *label.to.as_bytes(),
        place: &head,
    };
    let mut hashed = Hashed::new(out);
    let mut plain = Plaintext::new(note, plan.envelopes, envelopes);
    let sealed = hashed
        .write_all(&head)
        .and_then(|()| hashed.write_all(&stream_bytes.to_be_bytes()))
        .map_err(StreamError::from)
        .and_then(|()| seal_stream(&key, &place, &mut plain, &mut hashed, rng));
    if let Some(error) = plain.failed.take() {
        return Err(error);
    }
    let written = sealed.map_err(cannot_write)?;
    if written != plan.bytes || plain.left != 0 {
        return Err(Error::Internal("other envelopes than were announced"));
    }
    let Hashed { inner, hash } = hashed;
    let hash = Hash32::from_bytes(hash.finalize().into());
    let signature = signing.sign(DOMAIN, &[hash.as_bytes()]);
    let signed = inner.write_all(signature.as_bytes());
    signed
        .and_then(|()| inner.flush())
        .map_err(|error| cannot_write(error.into()))
}

/// Reads what stands outside the seal.
///
/// # Errors
/// [`Error::Malformed`] when it is no `.kaban` file, is cut, or is from a newer version.
pub fn label(file: &[u8]) -> Result<Label, Error> {
    let start = &file[..file.len().min(START_BYTES)];
    Label::read(start, file.len() as u64)
}

/// Opens a small file sealed to this device. `private` gives the private half: of the lease named,
/// or of the device itself.
///
/// # Errors
/// [`Error::ForSomebodyElse`], or [`Error::Malformed`] for damage.
pub fn open(
    file: &[u8],
    kind: FileKind,
    device: DeviceId,
    private: &mut dyn FnMut(Option<[u8; 16]>) -> Result<Key, Error>,
) -> Result<Opened, Error> {
    let mut sealed = Sealed::read(Cursor::new(file))?;
    let key = sealed.key(kind, device, private)?;
    let mut envelopes = Vec::new();
    let note = sealed.each(&key, &mut |envelope| {
        envelopes.push(envelope);
        Ok(())
    })?;
    Ok(Opened {
        ws: sealed.label.ws,
        from: sealed.label.from,
        content: Content { note, envelopes },
        signed: sealed.signed,
        signature: sealed.signature,
    })
}

/// A file that lies somewhere, read through a window: its bytes have been hashed, nothing of it is
/// open yet.
pub struct Sealed<R> {
    file: R,
    /// What stands outside the seal.
    pub label: Label,
    start: [u8; START_BYTES],
    stream_bytes: u64,
    signed: Hash32,
    signature: Signature,
}

impl<R: Read + Seek> Sealed<R> {
    /// Looks at a file from its beginning to its end, once.
    ///
    /// # Errors
    /// [`Error::Malformed`], as [`label`].
    pub fn read(mut file: R) -> Result<Self, Error> {
        let length = file.seek(SeekFrom::End(0)).map_err(cannot_read)?;
        file.rewind().map_err(cannot_read)?;
        let mut start = [0; START_BYTES];
        let read = (&mut file).take(length.min(START_BYTES as u64));
        let begun = read_full(read, &mut start).map_err(cannot_read)?;
        let label = Label::read(&start[..begun], length)?;
        let stream_bytes = length - FIXED_BYTES as u64;
        let mut nowhere = io::sink();
        let mut hashed = Hashed::new(&mut nowhere);
        let mut rest = start.chain((&mut file).take(stream_bytes));
        io::copy(&mut rest, &mut hashed).map_err(cannot_read)?;
        let hash = hashed.hash;
        let mut signature = [0; 64];
        file.read_exact(&mut signature).map_err(cannot_read)?;
        Ok(Self {
            file,
            label,
            start,
            stream_bytes,
            signed: Hash32::from_bytes(hash.finalize().into()),
            signature: Signature::from_bytes(signature),
        })
    }

    /// Whether the file was made by the holder of `key`.
    pub fn is_signed_by(&self, key: &VerifyKey) -> bool {
        is_signed_by(self.signed, &self.signature, key)
    }

    /// The key of the file, if it is of this kind and for this device.
    ///
    /// # Errors
    /// [`Error::ForSomebodyElse`], or [`Error::Malformed`].
    pub fn key(
        &self,
        kind: FileKind,
        device: DeviceId,
        private: &mut dyn FnMut(Option<[u8; 16]>) -> Result<Key, Error>,
    ) -> Result<Key, Error> {
        if self.label.to != device {
            return Err(Error::ForSomebodyElse(
                "the file is sealed to another device",
            ));
        }
        if self.label.kind != kind {
            return Err(wrong("is for another step of the handover"));
        }
        let lease = (self.label.lease != [0; 16]).then_some(self.label.lease);
        let private = private(lease)?;
        let sealed: [u8; SEALED_BYTES] = array(&self.start[HEAD_BYTES..]);
        open_key(&private, &info(&self.start[..HEAD_BYTES]), &sealed)
            .map_err(|_| wrong("is damaged or was sealed to a key that no longer exists"))
    }

    /// Gives the envelopes one after another, and the note at the end. What was given before an
    /// error is genuine and not all there is.
    ///
    /// # Errors
    /// [`Error::Malformed`] for damage; those of `each`.
    pub fn each(
        &mut self,
        key: &Key,
        each: &mut dyn FnMut(SealedEnvelope) -> Result<(), Error>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let at = SeekFrom::Start(START_BYTES as u64);
        self.file.seek(at).map_err(cannot_read)?;
        let place = Place {
            namespace: Namespace::File,
            key_id: *self.label.to.as_bytes(),
            place: &self.start[..HEAD_BYTES + SEALED_BYTES],
        };
        let mut parts = Parts::new(each);
        let mut stream = (&mut self.file).take(self.stream_bytes);
        let limit = FILE_BYTES_MAX as u64;
        let opened = open_stream(key, &place, &mut stream, &mut parts, limit);
        if let Some(error) = parts.failed.take() {
            return Err(error);
        }
        opened.map_err(|_| wrong("is damaged or cut off"))?;
        parts.finish()
    }
}

fn is_signed_by(signed: Hash32, signature: &Signature, key: &VerifyKey) -> bool {
    key.verify(DOMAIN, &[signed.as_bytes()], signature).is_ok()
}

impl Label {
    /// Reads the start of a file of this length.
    fn read(start: &[u8], length: u64) -> Result<Self, Error> {
        if length > FILE_BYTES_MAX as u64 {
            return Err(wrong("is too large"));
        }
        if start.len() < MAGIC.len() || &start[..4] != MAGIC {
            return Err(wrong("is not a .kaban file"));
        }
        if length < FIXED_BYTES as u64 {
            return Err(wrong("is cut off"));
        }
        if start[4] != VERSION {
            return Err(wrong("is from a newer version of Kaban"));
        }
        let kind = match start[5] {
            1 => FileKind::Grant,
            2 => FileKind::Offer,
            3 => FileKind::Accept,
            4 => FileKind::Release,
            5 => FileKind::Ack,
            _ => return Err(wrong("is of an unknown kind")),
        };
        let said = u64::from_be_bytes(array(&start[HEAD_BYTES + SEALED_BYTES..]));
        if length - FIXED_BYTES as u64 != said {
            return Err(wrong("is cut off or has bytes after its end"));
        }
        let id = |at: usize| array::<16>(&start[6 + 16 * at..]);
        Ok(Self {
            kind,
            ws: WorkspaceId::from_bytes(id(0)),
            from: DeviceId::from_bytes(id(1)),
            to: DeviceId::from_bytes(id(2)),
            lease: id(3),
        })
    }

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

fn wrong(what: &str) -> Error {
    Error::Malformed {
        what: format!("the file {what}"),
    }
}

fn cannot_read(_: io::Error) -> Error {
    wrong("cannot be read")
}

fn cannot_write(error: StreamError) -> Error {
    match error {
        StreamError::Io(error) => Error::Vault(error.into()),
        _ => Error::Internal("sealing failed"),
    }
}

/// Reads until the buffer is full or there is no more.
fn read_full(mut input: impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
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
