//! HPKE (RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305)
//! for the one thing Kaban seals to a public key: a 32-byte secret.
//!
//! A sealed secret is always 80 bytes: 32 of encapsulated key, 32 of secret, 16 of tag.
//! Base mode does not authenticate the sender, so everything sealed travels inside a signed envelope.

use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use kaban_proto::random::Random;
use kaban_vault::kbox::{Key, derive_key};
use zeroize::Zeroizing;

type Kem = X25519HkdfSha256;

/// Bytes of a sealed 32-byte secret.
pub const SEALED_BYTES: usize = 80;

/// A sealed 32-byte secret.
pub type Sealed = [u8; SEALED_BYTES];

/// What sealing or opening can fail with.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// The bytes are not an X25519 key that can be used.
    #[error("the public or private key is not usable")]
    BadKey,
    /// The secret was sealed to another key, or its bytes were changed.
    #[error("the sealed key does not open with this private key")]
    NotForThisKey,
}

/// Makes an X25519 key pair from 32 fresh random bytes (RFC 9180 `DeriveKeyPair`).
pub fn make_keypair(rng: &mut dyn Random) -> (Key, [u8; 32]) {
    let mut ikm = Zeroizing::new([0_u8; 32]);
    rng.fill(ikm.as_mut_slice());
    let (private, public) = Kem::derive_keypair(ikm.as_slice());
    let private = Zeroizing::new(<[u8; 32]>::from(private.to_bytes()));
    (Key::from_bytes(*private), public.to_bytes().into())
}

/// The public half of an X25519 private key.
pub fn derive_public(private: &Key) -> Result<[u8; 32], SealError> {
    let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(private.expose())
        .map_err(|_| SealError::BadKey)?;
    Ok(Kem::sk_to_pk(&private).to_bytes().into())
}

/// Seals `secret` to `public`; `info` binds it to its purpose and place.
pub fn seal_key(
    public: &[u8; 32],
    info: &[u8],
    secret: &Key,
    rng: &mut dyn Random,
) -> Result<Sealed, SealError> {
    let public =
        <Kem as hpke::Kem>::PublicKey::from_bytes(public).map_err(|_| SealError::BadKey)?;
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeS::Base,
            &public,
            info,
            secret.expose(),
            b"",
            &mut Adapter(rng),
        )
        .map_err(|_| SealError::BadKey)?;
    let mut sealed = [0_u8; SEALED_BYTES];
    sealed[..32].copy_from_slice(&encapsulated.to_bytes());
    sealed[32..].copy_from_slice(&ciphertext);
    Ok(sealed)
}

/// Seals `secret` to `public` in the one way that follows from the three: whoever holds the secret
/// can make the same bytes again, and so check what somebody else was given. The randomness is a
/// hash of the secret, as in Encrypt-with-Hash (Bellare, Boldyreva, O'Neill 2007), which is sound
/// for a secret that nobody can guess; so it is for fresh 32-byte keys only.
pub fn derive_sealed(public: &[u8; 32], info: &[u8], secret: &Key) -> Result<Sealed, SealError> {
    let place = [public.as_slice(), info].concat();
    let seed = derive_key(secret, "kaban/seal-rng/1", &place);
    seal_key(public, info, secret, &mut Again { seed, blocks: 0 })
}

/// Opens what [`seal_key`] or [`derive_sealed`] sealed, given the same `info`.
pub fn open_key(private: &Key, info: &[u8], sealed: &Sealed) -> Result<Key, SealError> {
    let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(private.expose())
        .map_err(|_| SealError::BadKey)?;
    let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(&sealed[..32])
        .map_err(|_| SealError::NotForThisKey)?;
    let secret = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        info,
        &sealed[32..],
        b"",
    )
    .map(Zeroizing::new)
    .map_err(|_| SealError::NotForThisKey)?;
    let bytes: [u8; 32] = secret
        .as_slice()
        .try_into()
        .map_err(|_| SealError::NotForThisKey)?;
    Ok(Key::from_bytes(bytes))
}

/// Bytes that follow from a seed, 32 for each call or part of one.
struct Again {
    seed: Key,
    blocks: u64,
}

impl Random for Again {
    fn fill(&mut self, dest: &mut [u8]) {
        for part in dest.chunks_mut(32) {
            let block = derive_key(
                &self.seed,
                "kaban/seal-rng/block/1",
                &self.blocks.to_be_bytes(),
            );
            part.copy_from_slice(&block.expose()[..part.len()]);
            self.blocks += 1;
        }
    }
}

/// Kaban's randomness as the trait that HPKE asks for.
struct Adapter<'a>(&'a mut dyn Random);

impl hpke::rand_core::TryRng for Adapter<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(dest);
        Ok(())
    }
}

impl hpke::rand_core::TryCryptoRng for Adapter<'_> {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kaban_proto::random::OsRandom;

    #[test]
    fn a_key_is_sealed_again_to_the_same_bytes_and_to_each_reader_in_another_way() {
        let mut rng = OsRandom;
        let (private, public) = make_keypair(&mut rng);
        let (_, other) = make_keypair(&mut rng);
        let secret = Key::make(&mut rng);
        let sealed = derive_sealed(&public, b"here", &secret).unwrap();
        assert_eq!(derive_sealed(&public, b"here", &secret).unwrap(), sealed);
        let opened = open_key(&private, b"here", &sealed).unwrap();
        assert_eq!(opened.expose(), secret.expose());
        for different in [
            derive_sealed(&other, b"here", &secret).unwrap(),
            derive_sealed(&public, b"there", &secret).unwrap(),
            derive_sealed(&public, b"here", &Key::make(&mut rng)).unwrap(),
        ] {
            assert_ne!(different[..32], sealed[..32]);
        }
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        let secret = Key::from_bytes([7; 32]);
        assert_eq!(
            derive_sealed(&[0; 32], b"here", &secret),
            Err(SealError::BadKey)
        );
    }

    /// Frozen: every device must make the same bytes, whatever its library's version.
    #[test]
    fn sealing_without_chance_is_what_it_always_was() {
        let (_, public) = make_keypair(&mut Again {
            seed: Key::from_bytes([1; 32]),
            blocks: 0,
        });
        let sealed = derive_sealed(&public, b"kaban/vector", &Key::from_bytes([2; 32])).unwrap();
        assert_eq!(
            hex(&public),
            "c7857e3221d8eb393abd52b28af2d22805d6545acec8606fc41f2849685c6603"
        );
        assert_eq!(
            hex(&sealed),
            concat!(
                "7d73b904ddd88df68bfd2bc66e329a5bd5c7cfab9efcaaad6a6e9c3bb9e5e32f",
                "6185bdca47b9c657404209f1abdf67f7aaa58eac4ff6c37fb5761fcabed5730d",
                "2739c0c4fcf802bbb9a9b7e6a3969b01",
            )
        );
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_sealed_key_opens_only_with_its_private_half_and_its_purpose() {
        let mut rng = OsRandom;
        let (private, public) = make_keypair(&mut rng);
        assert_eq!(derive_public(&private).unwrap(), public);
        let (other, _) = make_keypair(&mut rng);
        let secret = Key::make(&mut rng);
        let sealed = seal_key(&public, b"here", &secret, &mut rng).unwrap();
        assert_eq!(
            open_key(&private, b"here", &sealed).unwrap().expose(),
            secret.expose()
        );
        assert!(open_key(&private, b"there", &sealed).is_err());
        assert!(open_key(&other, b"here", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut bent = sealed;
            bent[at] ^= 1;
            assert!(open_key(&private, b"here", &bent).is_err(), "byte {at}");
        }
    }
}
