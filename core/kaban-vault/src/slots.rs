//! Unlock slots: what a passphrase together with the keystore opens.
//!
//! ```text
//! S_hw  = 32 random bytes, wrapped by the keystore under the slot's own alias "slot-<id>"
//! KEK   = HKDF-SHA256(Argon2id(NFKC(passphrase), salt) ‖ S_hw, info = "kaban/slot/1" ‖ slot id)
//! slot  = head ‖ len ‖ Box(KEK, place = head, secrets) ‖ SHA-256 of all before
//! head  = ver ‖ store ‖ slot id ‖ member ‖ memory ‖ passes ‖ lanes ‖ salt ‖ len ‖ wrapped S_hw
//! ```
//! A slot opens the device's master key and the member's own keys together. Its own checksum tells damage from a wrong
//! passphrase: checksum wrong means damaged, checksum right and commitment wrong means wrong passphrase. Removing a slot
//! is deleting its alias; the passphrase alone is then worth nothing.

mod passphrase;

pub use passphrase::{
    PASSPHRASE_CHARS_MIN, PIN_DIGITS_MIN, PassphraseProblem, check_passphrase, check_pin,
};

use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use kaban_proto::random;
use kaban_proto::{DecodeError, MemberId, Random, Reader, Wire, Writer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::{Error, hex};
use crate::kbox::{self, BoxError, Key, Namespace, Place};
use crate::keyvault::{KeyVault, KeyVaultError};

const VERSION: u8 = 1;
const CHECK_BYTES: usize = 32;
const SECRETS_BYTES: usize = 5 * 32 + 16;
/// Longest slot read from disk; a hardware keystore adds a few hundred bytes around `S_hw`.
const SLOT_BYTES_MAX: usize = 8 * 1024;

/// Everything one slot opens. Wiped when dropped; has no `Debug`.
pub struct SlotSecrets {
    /// Master key of the device: the store and the audit chain hang from it.
    pub mk: Key,
    /// Whose slot it is.
    pub member: MemberId,
    /// Seed of the member's Ed25519 signing key.
    pub sign_seed: Key,
    /// The member's X25519 private key, to which group keys are sealed.
    pub kx: Key,
    /// Root of the member's own/team scope.
    pub ok: Key,
    /// The key that boxes bag keys and lease prekeys inside the keystore's wrapping.
    pub sk: Key,
}

impl SlotSecrets {
    /// Fresh keys for the first slot of a device.
    #[must_use]
    pub fn make(member: MemberId, rng: &mut dyn Random) -> Self {
        let mk = Key::make(rng);
        Self::make_beside(mk, member, rng)
    }

    /// Fresh keys for a further slot of a device whose master key is `mk`.
    #[must_use]
    pub fn make_beside(mk: Key, member: MemberId, rng: &mut dyn Random) -> Self {
        Self {
            mk,
            member,
            sign_seed: Key::make(rng),
            kx: Key::make(rng),
            ok: Key::make(rng),
            sk: Key::make(rng),
        }
    }

    /// A second copy; named rather than `Clone`, so that copies of keys are seen in review.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            mk: self.mk.duplicate(),
            member: self.member,
            sign_seed: self.sign_seed.duplicate(),
            kx: self.kx.duplicate(),
            ok: self.ok.duplicate(),
            sk: self.sk.duplicate(),
        }
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(SECRETS_BYTES));
        out.extend_from_slice(self.member.as_bytes());
        for key in [&self.mk, &self.sign_seed, &self.kx, &self.ok, &self.sk] {
            out.extend_from_slice(key.expose());
        }
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != SECRETS_BYTES {
            return None;
        }
        let key = |at: usize| Key::from_slice(&bytes[16 + 32 * at..48 + 32 * at]);
        Some(Self {
            member: MemberId::from_bytes(array(bytes)),
            mk: key(0)?,
            sign_seed: key(1)?,
            kx: key(2)?,
            ok: key(3)?,
            sk: key(4)?,
        })
    }
}

/// Cost of Argon2id (RFC 9106) for one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl KdfCost {
    /// 64 MiB, three passes: what a slot gets unless a device was measured.
    pub const DEFAULT: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };
    /// 19 MiB, two passes (OWASP's minimum): nothing weaker is made or opened.
    pub const FLOOR: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// 1 GiB, 64 passes, 4 lanes: nothing dearer is made or opened, so that a forged slot cannot exhaust a phone.
    pub const CEILING: Self = Self {
        memory_kib: 1024 * 1024,
        passes: 64,
        lanes: 4,
    };

    fn is_allowed(self) -> bool {
        let (low, high) = (Self::FLOOR, Self::CEILING);
        (low.memory_kib..=high.memory_kib).contains(&self.memory_kib)
            && (low.passes..=high.passes).contains(&self.passes)
            && (low.lanes..=high.lanes).contains(&self.lanes)
    }
}

impl Default for KdfCost {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a slot says about itself without being opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotInfo {
    /// Random id of the slot.
    pub id: [u8; 16],
    /// Whose slot it is.
    pub member: MemberId,
    /// What opening it costs.
    pub cost: KdfCost,
}

impl SlotInfo {
    /// Name of the slot's key in the keystore.
    #[must_use]
    pub fn alias(&self) -> String {
        format!("slot-{}", hex(&self.id))
    }
}

/// A slot as it lies in the store.
pub(crate) struct Slot {
    pub(crate) info: SlotInfo,
    store_id: [u8; 16],
    salt: [u8; 16],
    wrapped: Vec<u8>,
    sealed: Vec<u8>,
}

impl Slot {
    /// Makes the slot and its key in the keystore.
    pub(crate) fn make(
        store_id: [u8; 16],
        secrets: &SlotSecrets,
        passphrase: &[u8],
        cost: KdfCost,
        keyvault: &dyn KeyVault,
        rng: &mut dyn Random,
    ) -> Result<Self, Error> {
        if !cost.is_allowed() {
            return Err(Error::Invalid { what: "cost" });
        }
        let text =
            passphrase::normalize(passphrase).ok_or(Error::Invalid { what: "passphrase" })?;
        let (id, salt) = (random::bytes(rng), random::bytes(rng));
        let info = SlotInfo {
            id,
            member: secrets.member,
            cost,
        };
        let s_hw = Key::make(rng);
        keyvault.create(&info.alias())?;
        let mut slot = Self {
            info,
            store_id,
            salt,
            wrapped: keyvault.wrap(&info.alias(), s_hw.expose(), &wrap_place(&store_id, &info))?,
            sealed: Vec::new(),
        };
        let kek = slot.derive_kek(&text, &s_hw)?;
        let head = slot.head();
        slot.sealed = kbox::seal(&kek, &slot.place(&head), &secrets.encode(), rng);
        Ok(slot)
    }

    /// Opens the slot; [`Error::WrongPassphrase`] is certain, because the checksum was right.
    pub(crate) fn open(
        &self,
        passphrase: &[u8],
        keyvault: &dyn KeyVault,
    ) -> Result<SlotSecrets, Error> {
        let text = passphrase::normalize(passphrase).ok_or(Error::WrongPassphrase)?;
        let info = &self.info;
        let s_hw = keyvault.unwrap(
            &info.alias(),
            &self.wrapped,
            &wrap_place(&self.store_id, info),
        )?;
        let s_hw = Key::from_slice(&s_hw).ok_or_else(|| KeyVaultError::Refused {
            alias: info.alias(),
        })?;
        let kek = self.derive_kek(&text, &s_hw)?;
        let head = self.head();
        let bytes =
            kbox::open(&kek, &self.place(&head), &self.sealed).map_err(|error| match error {
                BoxError::WrongKey => Error::WrongPassphrase,
                _ => self.tampered(),
            })?;
        let secrets = SlotSecrets::decode(&bytes).ok_or_else(|| self.tampered())?;
        if secrets.member != info.member {
            return Err(self.tampered());
        }
        Ok(secrets)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.raw(&self.head());
        w.bytes(&self.sealed);
        let mut out = w.finish();
        let check = Sha256::digest(&out);
        out.extend_from_slice(&check);
        out
    }

    /// Reads a slot of this store; any difference from what was written is [`Error::Damaged`].
    pub(crate) fn decode(store_id: &[u8; 16], bytes: &[u8]) -> Result<Self, Error> {
        let damaged = Error::Damaged { what: "slot" };
        let Some(length) = bytes.len().checked_sub(CHECK_BYTES) else {
            return Err(damaged);
        };
        let (body, check) = bytes.split_at(length);
        if bytes.len() > SLOT_BYTES_MAX || Sha256::digest(body)[..] != *check {
            return Err(damaged);
        }
        match Self::read(body) {
            Ok(slot) if slot.store_id == *store_id && slot.info.cost.is_allowed() => Ok(slot),
            _ => Err(damaged),
        }
    }

    fn read(body: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(body);
        if u8::take(&mut r)? != VERSION {
            return Err(r.error("slot version"));
        }
        let slot = Self {
            store_id: r.array("store")?,
            info: SlotInfo {
                id: r.array("slot id")?,
                member: MemberId::take(&mut r)?,
                cost: KdfCost {
                    memory_kib: u32::take(&mut r)?,
                    passes: u32::take(&mut r)?,
                    lanes: u32::take(&mut r)?,
                },
            },
            salt: r.array("salt")?,
            wrapped: r.bytes(SLOT_BYTES_MAX, "wrapped secret")?.to_vec(),
            sealed: r.bytes(SLOT_BYTES_MAX, "sealed secrets")?.to_vec(),
        };
        r.end()?;
        Ok(slot)
    }

    fn head(&self) -> Vec<u8> {
        let KdfCost {
            memory_kib,
            passes,
            lanes,
        } = self.info.cost;
        let mut w = Writer::new();
        VERSION.put(&mut w);
        w.raw(&self.store_id);
        w.raw(&self.info.id);
        self.info.member.put(&mut w);
        [memory_kib, passes, lanes]
            .iter()
            .for_each(|number| number.put(&mut w));
        w.raw(&self.salt);
        w.bytes(&self.wrapped);
        w.finish()
    }

    fn place<'a>(&self, head: &'a [u8]) -> Place<'a> {
        Place {
            namespace: Namespace::Slot,
            key_id: self.info.id,
            place: head,
        }
    }

    fn derive_kek(&self, text: &str, s_hw: &Key) -> Result<Key, Error> {
        let KdfCost {
            memory_kib,
            passes,
            lanes,
        } = self.info.cost;
        let params = Params::new(memory_kib, passes, lanes, Some(32))
            .map_err(|_| Error::Invalid { what: "cost" })?;
        let mut ikm = Zeroizing::new([0_u8; 64]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(text.as_bytes(), &self.salt, &mut ikm[..32])
            .map_err(|_| Error::Invalid { what: "cost" })?;
        ikm[32..].copy_from_slice(s_hw.expose());
        let mut kek = Zeroizing::new([0_u8; 32]);
        Hkdf::<Sha256>::new(None, &ikm[..])
            .expand_multi_info(&[b"kaban/slot/1", &self.info.id], &mut kek[..])
            .expect("HKDF-SHA256 gives up to 8160 bytes and 32 are asked for");
        Ok(Key::from_bytes(*kek))
    }

    fn tampered(&self) -> Error {
        Error::Tampered {
            table: "slot",
            row: hex(&self.info.id),
        }
    }
}

fn wrap_place(store_id: &[u8; 16], info: &SlotInfo) -> Vec<u8> {
    [&b"kaban/slot-hw/1"[..], store_id, &info.id].concat()
}

fn array(bytes: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&bytes[..16]);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::keyvault::FileKeyVault;
    use kaban_proto::random::OsRandom;

    fn secrets() -> SlotSecrets {
        SlotSecrets {
            mk: Key::from_bytes([1; 32]),
            member: MemberId::from_bytes([2; 16]),
            sign_seed: Key::from_bytes([3; 32]),
            kx: Key::from_bytes([4; 32]),
            ok: Key::from_bytes([5; 32]),
            sk: Key::from_bytes([6; 32]),
        }
    }

    fn made() -> (tempfile::TempDir, FileKeyVault, Slot) {
        let dir = tempfile::tempdir().unwrap();
        let vault = FileKeyVault::open(dir.path()).unwrap();
        let slot = Slot::make(
            [9; 16],
            &secrets(),
            "ガギグ correct horse".as_bytes(),
            KdfCost::FLOOR,
            &vault,
            &mut OsRandom,
        )
        .unwrap();
        (dir, vault, slot)
    }

    #[test]
    fn a_slot_opens_however_the_keyboard_composes_the_passphrase() {
        let (_dir, vault, slot) = made();
        let slot = Slot::decode(&[9; 16], &slot.encode()).unwrap();
        let opened = slot
            .open("ｶﾞｷﾞｸﾞ correct ｈｏｒｓｅ".as_bytes(), &vault)
            .unwrap();
        assert!(*opened.encode() == *secrets().encode());
        assert!(matches!(
            slot.open(b"another one", &vault),
            Err(Error::WrongPassphrase)
        ));
        assert!(matches!(
            slot.open(&[0xff, 0xfe], &vault),
            Err(Error::WrongPassphrase)
        ));
    }

    #[test]
    fn every_flipped_or_missing_byte_is_damage_and_never_a_wrong_passphrase() {
        let (_dir, _vault, slot) = made();
        let whole = slot.encode();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert!(matches!(
                Slot::decode(&[9; 16], &bytes),
                Err(Error::Damaged { what: "slot" })
            ));
            assert!(matches!(
                Slot::decode(&[9; 16], &whole[..at]),
                Err(Error::Damaged { what: "slot" })
            ));
        }
        assert!(matches!(
            Slot::decode(&[8; 16], &whole),
            Err(Error::Damaged { .. })
        ));
    }

    #[test]
    fn without_its_keystore_key_the_right_passphrase_opens_nothing() {
        let (_dir, vault, slot) = made();
        vault.delete(&slot.info.alias()).unwrap();
        let result = slot.open("ガギグ correct horse".as_bytes(), &vault);
        assert!(matches!(
            result,
            Err(Error::KeyVault(KeyVaultError::NoSuchKey { .. }))
        ));
    }

    #[test]
    fn a_cost_below_the_floor_is_refused_when_made_and_when_read() {
        let (_dir, vault, mut slot) = made();
        let weak = KdfCost {
            passes: 1,
            ..KdfCost::FLOOR
        };
        let result = Slot::make([9; 16], &secrets(), b"x", weak, &vault, &mut OsRandom);
        assert!(matches!(result, Err(Error::Invalid { what: "cost" })));
        slot.info.cost = weak;
        assert!(matches!(
            Slot::decode(&[9; 16], &slot.encode()),
            Err(Error::Damaged { .. })
        ));
    }
}
