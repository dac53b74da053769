//! Kaban Box version 1: one sealed value, bound to the place it belongs to.
//!
//! ```text
//! A           = ver ‖ len ‖ namespace ‖ len ‖ key_id ‖ len ‖ place       (lengths: u32, big-endian)
//! K_salt      = HKDF-SHA256(K, label "kaban/box-salt")
//! salt        = HMAC-SHA256(K_salt, 32 random bytes ‖ SHA-256(plaintext))
//! k_enc‖k_com = HKDF-SHA256(ikm = K, salt, info = "kaban/box/1" ‖ SHA-256(A))
//! box         = ver ‖ salt ‖ k_com ‖ ChaCha20-Poly1305(k_enc, nonce 0, pad(plaintext), aad = A)
//! ```
//! A fresh salt gives a fresh key, so there is no nonce to repeat; the plaintext goes into the salt, so that a failing
//! generator does not repeat a key either. `k_com` commits to key and place and is compared first, in constant time: a box
//! opens under one key only. The plaintext is followed by 0x80 and zeros (ISO/IEC 7816-4) up to the PADMÉ length, which
//! hides its exact size at a cost of at most 12 %; a box whose padding is not the one `seal` would write is refused.

pub use crate::key::{Key, derive_key};

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use kaban_proto::random::Random;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Format version, the first byte of every box and of its associated data.
pub const BOX_VERSION: u8 = 1;
/// Bytes in front of the ciphertext: version, salt, key commitment.
pub(crate) const HEAD_BYTES: usize = 1 + 32 + 32;
/// The Poly1305 tag.
pub(crate) const TAG_BYTES: usize = 16;
/// Smallest possible box: an empty plaintext with its one byte of padding.
pub const MIN_BOX_BYTES: usize = HEAD_BYTES + 1 + TAG_BYTES;

const INFO: &[u8] = b"kaban/box/1";
const PAD_MARK: u8 = 0x80;

/// What kind of thing is sealed; a box of one namespace never opens in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// A row of the store.
    Row,
    /// The body of an envelope.
    Envelope,
    /// A key boxed under another key.
    Keybag,
    /// A long file, see [`crate::stream`].
    File,
    /// An unlock slot, or a secret wrapped by a keystore.
    Slot,
    /// A row of the audit chain.
    Audit,
}

impl Namespace {
    fn name(self) -> &'static [u8] {
        match self {
            Self::Row => b"row",
            Self::Envelope => b"envelope",
            Self::Keybag => b"keybag",
            Self::File => b"file",
            Self::Slot => b"slot",
            Self::Audit => b"audit",
        }
    }
}

/// Where a box belongs: it opens only there.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The kind of thing sealed.
    pub namespace: Namespace,
    /// Names the key without revealing it (an epoch, a patient, a lease); zeros where the place says enough.
    pub key_id: [u8; 16],
    /// The rest of the address, for example table, row and version; in canonical form.
    pub place: &'a [u8],
}

impl Place<'_> {
    /// The associated data `A`.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let parts: [&[u8]; 3] = [self.namespace.name(), &self.key_id, self.place];
        let mut out = Vec::with_capacity(48 + self.place.len());
        out.push(BOX_VERSION);
        for part in parts {
            let len =
                u32::try_from(part.len()).expect("a place is an address of a few hundred bytes");
            out.extend_from_slice(&len.to_be_bytes());
            out.extend_from_slice(part);
        }
        out
    }
}

/// Why a box did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BoxError {
    /// Too short, or of a version this build does not know.
    #[error("not a box of a known version")]
    Malformed,
    /// The key commitment does not match: another key, another place, or a damaged head.
    #[error("box belongs to another key or place")]
    WrongKey,
    /// Key and place are right and the content was changed.
    #[error("box content was changed")]
    Tampered,
}

/// A key with its salt child worked out, for sealing many boxes under one key.
pub(crate) struct BoxKey {
    key: Key,
    salt_key: Key,
}

impl BoxKey {
    pub(crate) fn new(key: Key) -> Self {
        let salt_key = derive_key(&key, "kaban/box-salt", b"");
        Self { key, salt_key }
    }

    pub(crate) fn seal(
        &self,
        place: &Place<'_>,
        plaintext: &[u8],
        rng: &mut dyn Random,
    ) -> Vec<u8> {
        let salt = make_salt(&self.salt_key, plaintext, rng);
        let aad = place.encode();
        let (enc, com) = expand(&self.key, &salt, INFO, &aad);
        let padded_len = padme(plaintext.len() + 1);
        let mut out = Vec::with_capacity(HEAD_BYTES + padded_len + TAG_BYTES);
        out.push(BOX_VERSION);
        out.extend_from_slice(&salt);
        out.extend_from_slice(com.expose());
        out.extend_from_slice(plaintext);
        out.push(PAD_MARK);
        out.resize(HEAD_BYTES + padded_len, 0);
        let tag = cipher(&enc)
            .encrypt_inout_detached(&[0; 12].into(), &aad, (&mut out[HEAD_BYTES..]).into())
            .expect("a box is far below the 256 GiB limit of ChaCha20");
        out.extend_from_slice(&tag);
        out
    }

    pub(crate) fn open(
        &self,
        place: &Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, BoxError> {
        open(&self.key, place, sealed)
    }
}

/// Seals a value for one place.
#[must_use]
pub fn seal(key: &Key, place: &Place<'_>, plaintext: &[u8], rng: &mut dyn Random) -> Vec<u8> {
    BoxKey::new(key.duplicate()).seal(place, plaintext, rng)
}

/// Opens a box at the place it was sealed for.
///
/// # Errors
/// [`BoxError::Malformed`] before any key is used, [`BoxError::WrongKey`] when the commitment differs,
/// [`BoxError::Tampered`] when the content or its padding was changed.
pub fn open(key: &Key, place: &Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, BoxError> {
    if sealed.len() < MIN_BOX_BYTES || sealed[0] != BOX_VERSION {
        return Err(BoxError::Malformed);
    }
    let (salt, rest) = sealed[1..].split_at(32);
    let (commitment, body) = rest.split_at(32);
    let (content, tag) = body.split_at(body.len() - TAG_BYTES);
    let aad = place.encode();
    let (enc, com) = expand(key, salt, INFO, &aad);
    if !bool::from(com.expose()[..].ct_eq(commitment)) {
        return Err(BoxError::WrongKey);
    }
    let tag: [u8; TAG_BYTES] = tag.try_into().expect("split at the length of a tag");
    let mut plaintext = Zeroizing::new(content.to_vec());
    cipher(&enc)
        .decrypt_inout_detached(
            &[0; 12].into(),
            &aad,
            plaintext.as_mut_slice().into(),
            &tag.into(),
        )
        .map_err(|_| BoxError::Tampered)?;
    let padded_len = plaintext.len();
    let len = unpadded_len(&plaintext).ok_or(BoxError::Tampered)?;
    if padme(len + 1) != padded_len {
        return Err(BoxError::Tampered);
    }
    plaintext.truncate(len);
    Ok(plaintext)
}

/// `salt = HMAC(K_salt, 32 random bytes ‖ SHA-256(content))`.
pub(crate) fn make_salt(salt_key: &Key, content: &[u8], rng: &mut dyn Random) -> [u8; 32] {
    let fresh = Key::make(rng);
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(salt_key.expose())
        .expect("HMAC takes a key of any length");
    mac.update(fresh.expose());
    mac.update(&Sha256::digest(content));
    mac.finalize().into_bytes().into()
}

/// Encryption key and key commitment for one salt and one place.
pub(crate) fn expand(key: &Key, salt: &[u8], info: &[u8], aad: &[u8]) -> (Key, Key) {
    let mut okm = Zeroizing::new([0_u8; 64]);
    Hkdf::<Sha256>::new(Some(salt), key.expose())
        .expand_multi_info(&[info, &Sha256::digest(aad)], &mut okm[..])
        .expect("HKDF-SHA256 gives up to 8160 bytes and 64 are asked for");
    let (enc, com) = okm.split_at(32);
    (
        Key::from_slice(enc).expect("half of 64 bytes"),
        Key::from_slice(com).expect("half of 64 bytes"),
    )
}

pub(crate) fn cipher(key: &Key) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.expose().into())
}

/// PADMÉ (PURBs, 2019): keeps as many leading bits of a length as its bit count has bits, rounds the rest up.
fn padme(len: usize) -> usize {
    if len < 2 {
        return len;
    }
    let exponent = len.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_usize << exponent.saturating_sub(kept)) - 1;
    (len + mask) & !mask
}

fn unpadded_len(padded: &[u8]) -> Option<usize> {
    let at = padded.iter().rposition(|byte| *byte != 0)?;
    (padded[at] == PAD_MARK).then_some(at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    struct Count(u8);
    impl Random for Count {
        fn fill(&mut self, out: &mut [u8]) {
            for byte in out {
                self.0 = self.0.wrapping_add(1);
                *byte = self.0;
            }
        }
    }

    /// A generator that always says the same.
    struct Stuck;
    impl Random for Stuck {
        fn fill(&mut self, out: &mut [u8]) {
            out.fill(9);
        }
    }

    const HERE: Place<'_> = Place {
        namespace: Namespace::Row,
        key_id: [3; 16],
        place: b"patient/1",
    };

    #[test]
    fn padme_keeps_lengths_within_twelve_percent_and_is_idempotent() {
        for len in 1..200_000_usize {
            let padded = padme(len);
            assert!(padded >= len);
            assert!((padded - len) * 100 <= len * 12, "{len} became {padded}");
            assert_eq!(padme(padded), padded);
        }
    }

    #[test]
    fn every_length_around_the_padding_steps_comes_back() {
        let key = Key::from_bytes([1; 32]);
        for len in (0..300).chain([1023, 1024, 1025, 65_535, 65_536]) {
            let text = vec![0_u8; len];
            let sealed = seal(&key, &HERE, &text, &mut Count(0));
            assert_eq!(open(&key, &HERE, &sealed).unwrap().as_slice(), &text[..]);
        }
    }

    #[test]
    fn a_stuck_generator_does_not_repeat_a_key_for_different_content() {
        let key = Key::from_bytes([1; 32]);
        let one = seal(&key, &HERE, b"one", &mut Stuck);
        let two = seal(&key, &HERE, b"two", &mut Stuck);
        assert_ne!(one[1..33], two[1..33]);
    }

    #[test]
    fn padding_that_seal_would_not_write_is_refused() {
        let key = Key::from_bytes([1; 32]);
        let salt = [5; 32];
        let aad = HERE.encode();
        let (enc, com) = expand(&key, &salt, INFO, &aad);
        for content in [
            &b"abc\x80\0\0\0\0\0\0\0\0\0"[..],
            b"abc",
            b"\0\0\0",
            b"abc\x80\x01",
        ] {
            let mut body = content.to_vec();
            let tag = cipher(&enc)
                .encrypt_inout_detached(&[0; 12].into(), &aad, body.as_mut_slice().into())
                .unwrap();
            let mut sealed = vec![BOX_VERSION];
            sealed.extend_from_slice(&salt);
            sealed.extend_from_slice(com.expose());
            sealed.extend_from_slice(&body);
            sealed.extend_from_slice(&tag);
            assert_eq!(open(&key, &HERE, &sealed).unwrap_err(), BoxError::Tampered);
        }
    }
}
