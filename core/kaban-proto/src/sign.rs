//! Ed25519 signatures (RFC 8032), always over a named domain.
//!
//! The signed message is `domain ‖ 0x00 ‖ parts`, so a signature made for one purpose is never valid for another.
//! Parts are concatenated without lengths: each must be of fixed length, or a hash. Verification is the strict one:
//! small-order keys and non-canonical signatures are refused, so one message has no two signatures by an onlooker.

use crate::random::{Random, bytes};
use ed25519_dalek::Signer;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The signature is not by that key over that message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signature does not verify")]
pub struct BadSignature;

crate::__fixed_bytes! {
    /// A public Ed25519 key; whether it is a point at all is found out when it verifies something.
    pub struct VerifyKey[32];
}

crate::__fixed_bytes! {
    /// An Ed25519 signature.
    pub struct Signature[64];
}

/// A secret Ed25519 key. It has no `Debug` and no serialisation, and is wiped when dropped.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl ZeroizeOnDrop for SigningKey {}

impl SigningKey {
    /// The key of a seed; the copy given here is wiped, the caller's own is the caller's to wipe.
    #[must_use]
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let key = Self(ed25519_dalek::SigningKey::from_bytes(&seed));
        seed.zeroize();
        key
    }

    /// A fresh key.
    #[must_use]
    pub fn make(rng: &mut dyn Random) -> Self {
        Self::from_seed(bytes(rng))
    }

    /// The seed, to be sealed and kept.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn verify_key(&self) -> VerifyKey {
        VerifyKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs `domain ‖ 0x00 ‖ parts`.
    #[must_use]
    pub fn sign(&self, domain: &str, parts: &[&[u8]]) -> Signature {
        Signature::from_bytes(self.0.sign(&message(domain, parts)).to_bytes())
    }
}

impl VerifyKey {
    /// Checks a signature over `domain ‖ 0x00 ‖ parts`.
    ///
    /// # Errors
    /// When the key is not a usable point or the signature is not its.
    pub fn verify(
        &self,
        domain: &str,
        parts: &[&[u8]],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(self.as_bytes()).map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        key.verify_strict(&message(domain, parts), &signature)
            .map_err(|_| BadSignature)
    }
}

fn message(domain: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut message =
        Vec::with_capacity(domain.len() + 1 + parts.iter().map(|part| part.len()).sum::<usize>());
    message.extend_from_slice(domain.as_bytes());
    message.push(0);
    parts
        .iter()
        .for_each(|part| message.extend_from_slice(part));
    message
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_seed([7; 32])
    }

    #[test]
    fn public_key_matches_rfc_8032_test_1() {
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let seed: crate::Hash32 = seed.parse().unwrap();
        assert_eq!(
            SigningKey::from_seed(*seed.as_bytes())
                .verify_key()
                .to_string(),
            public
        );
    }

    #[test]
    fn the_seed_gives_the_key_back() {
        let again = SigningKey::from_seed(*key().seed());
        assert_eq!(again.verify_key(), key().verify_key());
    }

    #[test]
    fn a_signature_holds_for_its_domain_and_parts_only() {
        let signature = key().sign("kaban/test/1", &[b"ab", b"c"]);
        let public = key().verify_key();
        assert_eq!(
            public.verify("kaban/test/1", &[b"a", b"bc"], &signature),
            Ok(())
        );
        assert_eq!(
            public.verify("kaban/test/2", &[b"abc"], &signature),
            Err(BadSignature)
        );
        assert_eq!(
            public.verify("kaban/test/1", &[b"abd"], &signature),
            Err(BadSignature)
        );
    }

    #[test]
    fn any_flipped_bit_breaks_a_signature() {
        let signature = key().sign("kaban/test/1", &[b"note"]);
        for bit in 0..512 {
            let mut flipped = *signature.as_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                key()
                    .verify_key()
                    .verify("kaban/test/1", &[b"note"], &Signature::from_bytes(flipped))
                    .is_err()
            );
        }
    }

    #[test]
    fn a_small_order_key_verifies_nothing() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        let verdict = VerifyKey::from_bytes(identity).verify(
            "kaban/test/1",
            &[],
            &Signature::from_bytes(signature),
        );
        assert_eq!(verdict, Err(BadSignature));
    }
}
