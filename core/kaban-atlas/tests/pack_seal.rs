//! Whose pack it is, and what becomes of a sealed pack in wrong hands or on a bad disk.
#![allow(clippy::unwrap_used)]

mod support;

use ed25519_dalek::{Signer, SigningKey};
use kaban_atlas::Error;
use kaban_atlas::pack::{Pack, SIGNATURE_DOMAIN, Seal, SignedBy, sign};
use support::Chance;
use support::packs::{drive, mapped_pack_bytes, pack_bytes, resealed, table_offset};

fn maker(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn seal_by(key: &SigningKey, domain: &str, root: &[u8; 32]) -> Seal {
    let message = [domain.as_bytes(), b"\0", root].concat();
    Seal {
        key: key.verifying_key().to_bytes(),
        signature: key.sign(&message).to_bytes(),
    }
}

/// A sealed pack with every section and a base map.
fn sealed() -> Vec<u8> {
    let mut pack = mapped_pack_bytes();
    sign(&mut pack, |root| seal_by(&maker(1), SIGNATURE_DOMAIN, root)).unwrap();
    pack
}

fn seal_of(pack: &mut [u8]) -> &mut [u8] {
    let table = table_offset(pack);
    &mut pack[table - 96..table]
}

#[test]
fn a_built_pack_is_unsigned_and_a_sealed_one_names_its_maker() {
    let built = Pack::from_bytes(&pack_bytes()).unwrap();
    assert_eq!(built.signed_by(), SignedBy(None));
    let pack = Pack::from_bytes(&sealed()).unwrap();
    let key = maker(1).verifying_key().to_bytes();
    assert_eq!(pack.signed_by(), SignedBy(Some(key)));
    drive(&pack);
}

#[test]
fn sealing_changes_neither_the_root_nor_any_byte_outside_the_seal() {
    let plain = mapped_pack_bytes();
    let mut pack = sealed();
    assert_eq!(
        Pack::from_bytes(&plain).unwrap().root(),
        Pack::from_bytes(&pack).unwrap().root()
    );
    seal_of(&mut pack).fill(0);
    assert!(pack == plain);
}

#[test]
fn a_seal_is_replaced_by_a_later_one() {
    let mut pack = sealed();
    sign(&mut pack, |root| seal_by(&maker(2), SIGNATURE_DOMAIN, root)).unwrap();
    let key = maker(2).verifying_key().to_bytes();
    assert_eq!(
        Pack::from_bytes(&pack).unwrap().signed_by(),
        SignedBy(Some(key))
    );
}

#[test]
fn a_seal_that_does_not_verify_is_never_put_on() {
    let good = sealed();
    let wrong: [fn(&[u8; 32]) -> Seal; 3] = [
        |root| seal_by(&maker(1), "kaban/file/1", root),
        |root| Seal {
            key: maker(2).verifying_key().to_bytes(),
            ..seal_by(&maker(1), SIGNATURE_DOMAIN, root)
        },
        |_| Seal {
            key: [0; 32],
            signature: [0; 64],
        },
    ];
    for maker in wrong {
        let mut pack = good.clone();
        assert!(matches!(sign(&mut pack, maker), Err(Error::BadSignature)));
        assert!(pack == good);
    }
}

#[test]
fn another_keys_name_another_packs_seal_or_half_a_seal_is_refused() {
    let other = {
        let mut pack = pack_bytes();
        sign(&mut pack, |root| seal_by(&maker(1), SIGNATURE_DOMAIN, root)).unwrap();
        seal_of(&mut pack).to_vec()
    };
    let key = maker(2).verifying_key().to_bytes();
    let mut games = vec![seal_of(&mut sealed()).to_vec(); 3];
    games[0][..32].copy_from_slice(&key);
    games[1][..32].fill(0);
    games[2][32..].fill(0);
    games.push(other);
    for game in games {
        let mut pack = sealed();
        seal_of(&mut pack).copy_from_slice(&game);
        assert!(matches!(Pack::from_bytes(&pack), Err(Error::BadSignature)));
    }
}

/// Whoever changes a pack can put every hash right again, and not the signature.
#[test]
fn a_changed_pack_with_right_hashes_has_no_good_signature() {
    let mut chance = Chance(11);
    let good = sealed();
    let sections = table_offset(&good) - 96;
    for _ in 0..500 {
        let mut bad = good.clone();
        bad[chance.below(sections)] ^= 1 << chance.below(8);
        assert!(matches!(
            Pack::from_bytes(&resealed(bad)),
            Err(Error::BadSignature | Error::Damaged(_))
        ));
    }
}

#[test]
fn every_truncation_of_a_sealed_pack_with_a_base_map_is_refused() {
    let good = sealed();
    for end in 0..good.len() {
        assert!(Pack::from_bytes(&good[..end]).is_err(), "{end}");
    }
}

#[test]
fn ten_thousand_random_bytes_are_noticed_wherever_they_fall() {
    let good = sealed();
    let mut chance = Chance(5);
    for round in 0..10_000 {
        let mut bad = good.clone();
        for _ in 0..=chance.below(3) {
            let at = chance.below(bad.len());
            bad[at] ^= 1 + chance.below(255) as u8;
        }
        if bad != good {
            assert!(Pack::from_bytes(&bad).is_err(), "round {round}");
        }
    }
}

/// The table says where everything is: whatever it says, nothing is read outside its section's bytes.
#[test]
fn games_with_the_section_table_are_refused_or_harmless() {
    let good = sealed();
    let table = table_offset(&good);
    let entries = (good.len() - 64 - table) / 56;
    let mut chance = Chance(23);
    let numbers = |chance: &mut Chance| match chance.below(6) {
        0 => 0,
        1 => u64::MAX,
        2 => u64::MAX - 7,
        3 => 1 << 63,
        4 => table as u64 - 96,
        _ => chance.below(good.len() * 2) as u64,
    };
    let mut opened = 0;
    for _ in 0..4_000 {
        let mut bad = good.clone();
        let entry = table + 56 * chance.below(entries);
        match chance.below(6) {
            0 => bad[entry + 8..entry + 16].copy_from_slice(&numbers(&mut chance).to_le_bytes()),
            1 => bad[entry + 16..entry + 24].copy_from_slice(&numbers(&mut chance).to_le_bytes()),
            2 => {
                let other = table + 56 * chance.below(entries);
                bad.copy_within(other..other + 56, entry);
            }
            3 => {
                let other = table + 56 * chance.below(entries);
                let (mine, theirs) = (good[entry..][..8].to_vec(), good[other..][..8].to_vec());
                bad[entry..entry + 8].copy_from_slice(&theirs);
                bad[other..other + 8].copy_from_slice(&mine);
            }
            4 => bad[entry..entry + 8].copy_from_slice(b"UNKNOWN "),
            _ => {
                let end = bad.len();
                let at = end - 64 + [0, 8][chance.below(2)];
                let number = numbers(&mut chance).to_le_bytes();
                let width = if at == end - 64 { 8 } else { 4 };
                bad[at..at + width].copy_from_slice(&number[..width]);
            }
        }
        if bad == good {
            continue;
        }
        assert!(Pack::from_bytes(&bad).is_err());
        let Some(mut bad) = retabled(bad) else {
            continue;
        };
        assert!(Pack::from_bytes(&bad).is_err(), "its seal still holds");
        // Nobody's seal to break: what is left are the checks of the contents.
        if let Some(seal) = table_offset(&bad).checked_sub(96) {
            bad[seal..seal + 96].fill(0);
            if let Ok(pack) = Pack::from_bytes(&bad) {
                drive(&pack);
                opened += 1;
            }
        }
    }
    println!("{opened} opened and driven");
}

/// Puts the root right again without looking into the sections, if the trailer still finds its table.
fn retabled(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    use sha2::{Digest, Sha256};
    let end = bytes.len();
    let table = u64::from_le_bytes(bytes[end - 64..end - 56].try_into().unwrap());
    let table = usize::try_from(table).ok().filter(|at| *at <= end - 64)?;
    let root = Sha256::digest(&bytes[table..end - 40]);
    bytes[end - 40..end - 8].copy_from_slice(&root);
    Some(bytes)
}
