//! The one key type of the crate.
//!
//! A [`Key`] lives on the heap, so that moving it leaves no copy behind on the stack, and is wiped when it is dropped.
//! It has neither `Debug` nor `Serialize`: a key cannot reach a log or a file by accident.

use hkdf::Hkdf;
use kaban_proto::random::Random;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of every symmetric key, in bytes.
pub const KEY_BYTES: usize = 32;

/// A 256-bit secret: a box key, a seed, or the private half of an X25519 pair.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Key(Box<[u8; KEY_BYTES]>);

impl Key {
    /// Takes over existing key bytes; the argument is wiped here, copies the caller kept are the caller's.
    #[must_use]
    pub fn from_bytes(mut bytes: [u8; KEY_BYTES]) -> Self {
        let mut key = Self(Box::new([0; KEY_BYTES]));
        key.0.copy_from_slice(&bytes);
        bytes.zeroize();
        key
    }

    /// Copies a key out of a slice; `None` when it is not exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != KEY_BYTES {
            return None;
        }
        let mut key = Self(Box::new([0; KEY_BYTES]));
        key.0.copy_from_slice(bytes);
        Some(key)
    }

    /// A new random key.
    #[must_use]
    pub fn make(rng: &mut dyn Random) -> Self {
        let mut key = Self(Box::new([0; KEY_BYTES]));
        rng.fill(&mut key.0[..]);
        key
    }

    /// The raw bytes, for the one primitive that needs them; never store or print them.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// A second copy; named rather than `Clone`, so that copies of keys are seen in review.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether two keys are the same, in constant time.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        bool::from(self.0.ct_eq(other.0.as_ref()))
    }
}

/// Derives a child key: HKDF-SHA256 (RFC 5869) without salt, info = "kaban/key/1" ‖ len(label) ‖ label ‖ len(context) ‖ context.
///
/// Both parts carry their length, so no two pairs of label and context give the same child.
#[must_use]
pub fn derive_key(key: &Key, label: &str, context: &[u8]) -> Key {
    let label_len = (label.len() as u64).to_be_bytes();
    let context_len = (context.len() as u64).to_be_bytes();
    let info: [&[u8]; 5] = [
        b"kaban/key/1",
        &label_len,
        label.as_bytes(),
        &context_len,
        context,
    ];
    let mut child = Key(Box::new([0; KEY_BYTES]));
    Hkdf::<Sha256>::new(None, key.expose())
        .expand_multi_info(&info, &mut child.0[..])
        .expect("HKDF-SHA256 gives up to 8160 bytes and 32 are asked for");
    child
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn label_and_context_do_not_run_into_each_other() {
        let key = Key::from_bytes([7; 32]);
        assert!(!derive_key(&key, "ab", b"c").same_as(&derive_key(&key, "a", b"bc")));
        assert!(derive_key(&key, "ab", b"c").same_as(&derive_key(&key, "ab", b"c")));
    }

    #[test]
    fn a_key_is_exactly_thirty_two_bytes() {
        assert!(Key::from_slice(&[1; 31]).is_none());
        assert!(Key::from_slice(&[1; 33]).is_none());
        assert!(
            Key::from_slice(&[1; 32])
                .unwrap()
                .same_as(&Key::from_bytes([1; 32]))
        );
    }
}
