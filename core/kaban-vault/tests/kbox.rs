//! The sealed formats, frozen: vectors computed by a second implementation, and every way to change a box refused.
#![allow(clippy::unwrap_used)]

use kaban_proto::{OsRandom, Random};
use kaban_vault::kbox::{MIN_BOX_BYTES, open, seal};
use kaban_vault::stream::{open_stream_bytes, seal_stream};
use kaban_vault::{BoxError, Key, Namespace, Place, derive_key};
use proptest::prelude::*;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Vectors {
    boxes: Vec<BoxVector>,
    streams: Vec<StreamVector>,
    keys: Vec<KeyVector>,
}

#[derive(Deserialize)]
struct BoxVector {
    key: String,
    namespace: String,
    key_id: String,
    place: String,
    plaintext: String,
    random: String,
    #[serde(rename = "box")]
    sealed: String,
}

#[derive(Deserialize)]
struct StreamVector {
    key: String,
    namespace: String,
    key_id: String,
    place: String,
    random: String,
    byte: String,
    length: usize,
    head: String,
    sha256: String,
}

#[derive(Deserialize)]
struct KeyVector {
    key: String,
    label: String,
    context: String,
    child: String,
}

/// Gives the recorded bytes, once.
struct Recorded(Vec<u8>);

impl Random for Recorded {
    fn fill(&mut self, dest: &mut [u8]) {
        let rest = self.0.split_off(dest.len());
        dest.copy_from_slice(&self.0);
        self.0 = rest;
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/kbox.json")).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn key(hex: &str) -> Key {
    Key::from_slice(&bytes(hex)).unwrap()
}

fn place<'a>(namespace: &str, key_id: &str, place: &'a [u8]) -> Place<'a> {
    let namespace = match namespace {
        "row" => Namespace::Row,
        "envelope" => Namespace::Envelope,
        "keybag" => Namespace::Keybag,
        "file" => Namespace::File,
        "slot" => Namespace::Slot,
        "audit" => Namespace::Audit,
        other => panic!("unknown namespace {other}"),
    };
    Place {
        namespace,
        key_id: bytes(key_id).try_into().unwrap(),
        place,
    }
}

#[test]
fn boxes_are_byte_for_byte_those_of_the_second_implementation() {
    for vector in vectors().boxes {
        let address = bytes(&vector.place);
        let place = place(&vector.namespace, &vector.key_id, &address);
        let plaintext = bytes(&vector.plaintext);
        let sealed = seal(
            &key(&vector.key),
            &place,
            &plaintext,
            &mut Recorded(bytes(&vector.random)),
        );
        assert_eq!(sealed, bytes(&vector.sealed));
        assert_eq!(
            *open(&key(&vector.key), &place, &sealed).unwrap(),
            plaintext
        );
    }
}

#[test]
fn streams_are_byte_for_byte_those_of_the_second_implementation() {
    for vector in vectors().streams {
        let address = bytes(&vector.place);
        let place = place(&vector.namespace, &vector.key_id, &address);
        let plaintext = vec![bytes(&vector.byte)[0]; vector.length];
        let mut sealed = Vec::new();
        seal_stream(
            &key(&vector.key),
            &place,
            &mut &plaintext[..],
            &mut sealed,
            &mut Recorded(bytes(&vector.random)),
        )
        .unwrap();
        assert_eq!(sealed[..65], bytes(&vector.head));
        assert_eq!(Sha256::digest(&sealed)[..], bytes(&vector.sha256));
        assert_eq!(
            *open_stream_bytes(&key(&vector.key), &place, &sealed).unwrap(),
            plaintext
        );
    }
}

#[test]
fn derived_keys_are_those_of_the_second_implementation() {
    for vector in vectors().keys {
        let child = derive_key(&key(&vector.key), &vector.label, &bytes(&vector.context));
        assert_eq!(child.expose()[..], bytes(&vector.child));
    }
}

#[test]
fn every_flipped_bit_and_every_truncation_of_a_box_is_refused() {
    for vector in vectors().boxes {
        let address = bytes(&vector.place);
        let place = place(&vector.namespace, &vector.key_id, &address);
        let key = key(&vector.key);
        let mut sealed = bytes(&vector.sealed);
        for bit in 0..sealed.len() * 8 {
            sealed[bit / 8] ^= 1 << (bit % 8);
            let error = open(&key, &place, &sealed).unwrap_err();
            let expected = match bit / 8 {
                0 => BoxError::Malformed,
                1..65 => BoxError::WrongKey,
                _ => BoxError::Tampered,
            };
            assert_eq!(error, expected);
            sealed[bit / 8] ^= 1 << (bit % 8);
        }
        for len in 0..sealed.len() {
            let error = open(&key, &place, &sealed[..len]).unwrap_err();
            assert_eq!(error == BoxError::Malformed, len < MIN_BOX_BYTES);
        }
        sealed.push(0);
        assert!(open(&key, &place, &sealed).is_err());
    }
}

#[test]
fn a_box_opens_under_its_own_key_namespace_key_id_and_place_only() {
    let key = Key::from_bytes([1; 32]);
    let here = Place {
        namespace: Namespace::Row,
        key_id: [2; 16],
        place: b"patient/7",
    };
    let sealed = seal(&key, &here, b"text", &mut OsRandom);
    assert!(open(&key, &here, &sealed).is_ok());
    let mut other_id = [2; 16];
    other_id[15] = 3;
    for there in [
        Place {
            place: b"patient/8",
            ..here
        },
        Place {
            place: b"patient/",
            ..here
        },
        Place {
            place: b"patient/70",
            ..here
        },
        Place {
            key_id: other_id,
            ..here
        },
        Place {
            namespace: Namespace::Audit,
            ..here
        },
    ] {
        assert_eq!(open(&key, &there, &sealed).unwrap_err(), BoxError::WrongKey);
    }
    let other = Key::from_bytes([2; 32]);
    assert_eq!(
        open(&other, &here, &sealed).unwrap_err(),
        BoxError::WrongKey
    );
}

#[test]
fn lengths_within_a_padding_step_look_alike() {
    let key = Key::from_bytes([1; 32]);
    let here = Place {
        namespace: Namespace::Row,
        key_id: [0; 16],
        place: b"",
    };
    let length = |len: usize| seal(&key, &here, &vec![0; len], &mut OsRandom).len();
    assert_eq!(length(961), length(990));
    assert_ne!(length(961), length(1100));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_content_at_any_place_comes_back(
        key: [u8; 32], key_id: [u8; 16],
        address in proptest::collection::vec(any::<u8>(), 0..200),
        content in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        let key = Key::from_bytes(key);
        let place = Place { namespace: Namespace::Envelope, key_id, place: &address };
        let sealed = seal(&key, &place, &content, &mut OsRandom);
        let opened = open(&key, &place, &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), &content[..]);
        prop_assert_ne!(sealed, seal(&key, &place, &content, &mut OsRandom));
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(noise in proptest::collection::vec(any::<u8>(), 0..400)) {
        let key = Key::from_bytes([1; 32]);
        let place = Place { namespace: Namespace::Row, key_id: [0; 16], place: b"" };
        prop_assert!(open(&key, &place, &noise).is_err());
        prop_assert!(open_stream_bytes(&key, &place, &noise).is_err());
    }
}
