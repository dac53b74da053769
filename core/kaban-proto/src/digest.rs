//! SHA-256 over several pieces, so that callers never concatenate by hand.

use crate::ids::Hash32;
use sha2::{Digest, Sha256};

/// SHA-256 over the pieces, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash32 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Hash32::from_bytes(hasher.finalize().into())
}

/// The first 16 bytes of a hash, used where an id is derived from content.
pub(crate) fn head16(hash: &Hash32) -> [u8; 16] {
    let mut head = [0; 16];
    head.copy_from_slice(&hash.as_bytes()[..16]);
    head
}
