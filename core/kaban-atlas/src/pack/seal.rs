//! The seal: whose pack this is.
//!
//! The maker signs the root, the one hash that names the whole file, so sealing a finished pack writes 96 bytes and
//! changes nothing else. This crate verifies and holds no key: whoever has one hands in what it makes of the root, and
//! whoever knows the members decides whether a good signature is by somebody to trust.

use super::container;
use crate::error::{Error, Result};
use ed25519_dalek::{Signature, VerifyingKey};
use std::io::Cursor;

/// What is signed is this text, a zero byte, and the root of 32 bytes; the signature is Ed25519 (RFC 8032).
pub const SIGNATURE_DOMAIN: &str = "kaban/pack/1";

pub(super) const SEAL_BYTES: usize = 96;

/// A public key and its signature over [`SIGNATURE_DOMAIN`], a zero byte, and the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Ed25519 public key of the maker.
    pub key: [u8; 32],
    /// Its signature.
    pub signature: [u8; 64],
}

/// The public key whose good signature a pack carries; nothing when nobody signed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignedBy(pub Option<[u8; 32]>);

/// Seals a pack in memory with what `maker` makes of its root; an earlier seal is replaced.
///
/// # Errors
/// As [`super::Pack::open`] where table and trailer are not in order; [`Error::BadSignature`] when the seal handed in
/// does not verify, and then the pack is as it was.
pub fn sign(pack: &mut [u8], maker: impl FnOnce(&[u8; 32]) -> Seal) -> Result<()> {
    let footer = container::read_footer(&mut Cursor::new(&*pack))?;
    let Seal { key, signature } = maker(&footer.root);
    let mut seal = [0; SEAL_BYTES];
    seal[..32].copy_from_slice(&key);
    seal[32..].copy_from_slice(&signature);
    if verify(&seal, &footer.root)?.0.is_none() {
        return Err(Error::BadSignature);
    }
    // The footer was read from these bytes, so the seal lies within them.
    let at = footer.seal_offset as usize;
    pack[at..at + SEAL_BYTES].copy_from_slice(&seal);
    Ok(())
}

/// Whose signature over `root` the seal is.
pub(super) fn verify(seal: &[u8; SEAL_BYTES], root: &[u8; 32]) -> Result<SignedBy> {
    if *seal == [0; SEAL_BYTES] {
        return Ok(SignedBy(None));
    }
    let (mut key, mut signature) = ([0; 32], [0; 64]);
    key.copy_from_slice(&seal[..32]);
    signature.copy_from_slice(&seal[32..]);
    let message = [SIGNATURE_DOMAIN.as_bytes(), b"\0", root].concat();
    VerifyingKey::from_bytes(&key)
        .and_then(|by| by.verify_strict(&message, &Signature::from_bytes(&signature)))
        .map_err(|_| Error::BadSignature)?;
    Ok(SignedBy(Some(key)))
}
