//! The six digits that two people compare by voice when a device joins.

use argon2::{Algorithm, Argon2, Params, Version};

/// Memory of the slow hash, KiB.
const MEMORY_KIB: u32 = 64 * 1024;
/// Passes of the slow hash.
const PASSES: u32 = 3;

/// Six digits made from what a device asks to be let in with. A slow hash (Argon2id, RFC 9106),
/// so that whoever swaps the request on its way would have to try a million of them, each as
/// dear as a passphrase guess, before the call.
pub fn pairing_code(signed: &[u8]) -> String {
    let mut out = [0; 8];
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(out.len()))
        .expect("the parameters are within RFC 9106");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(signed, b"kaban/pairing/1", &mut out)
        .expect("the salt and the output have allowed lengths");
    format!("{:06}", u64::from_be_bytes(out) % 1_000_000)
}
