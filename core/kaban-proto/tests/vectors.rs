//! The formats, frozen. When one of these fails, mend the code: devices already hold these bytes.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Dev, genesis, record};
use kaban_proto::relay_api::{
    ApiCode, ApiError, Challenge, ChallengeRequest, DocInterest, ExchangeRequest, ExchangeResponse,
    Interest, Reason, Receipt, Refused, RelayInfo, Token, TokenRequest,
};
use kaban_proto::{
    Clear, DeviceId, DocTag, Hash32, RecordBody, Rights, SealedEnvelope, SigningKey, Wire,
    WorkspaceId,
};

/// Name, encoding.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let (a, b) = (Dev::new(1, Rights::ALL), Dev::new(2, Rights::SUSPEND));
    let founding = genesis(&a);
    let add = record(
        std::slice::from_ref(&founding),
        &a,
        &[founding.hash()],
        Clear::AddDevice(b.keys),
    );
    let all = [founding.clone(), add.clone()];
    let suspend = Clear::SuspendDevice {
        device: b.id(),
        until_ms: 1_800_000_000_000,
    };
    let suspend = record(&all, &a, &[add.hash()], suspend);
    let remove = record(
        &all,
        &a,
        &[add.hash(), founding.hash()],
        Clear::RemoveDevice { device: b.id() },
    );
    let relay = SigningKey::from_seed([9; 32]);
    let (ws, device) = (founding.header().ws, b.id());
    let asked = ChallengeRequest { ws, device };
    let challenge = Challenge { nonce: vec![8; 56] };
    let receipt = Receipt::sign(ws, &[add.hash()], 7, &relay);
    let docs = vec![DocInterest {
        doc: DocTag::RECORDS,
        have: vec![(0, 5)],
    }];
    let interest = Interest {
        authors: vec![device],
        docs,
        after: 6,
    };
    let refused = vec![Refused {
        index: 1,
        reason: Reason::Gap { expected: 4 },
        detail: "expected number 4".into(),
    }];
    vec![
        ("genesis", founding.encode()),
        ("add_device", add.encode()),
        ("suspend_device", suspend.encode()),
        ("remove_device", remove.encode()),
        (
            "relay_info",
            RelayInfo {
                key: relay.verify_key(),
                version: "0.1.0".into(),
            }
            .encode(),
        ),
        ("challenge_request", asked.encode()),
        ("challenge", challenge.encode()),
        (
            "token_request",
            TokenRequest::sign(asked, challenge, &relay.verify_key(), &b.key).encode(),
        ),
        (
            "token",
            Token {
                secret: vec![3; 72],
                until_ms: 9,
            }
            .encode(),
        ),
        ("receipt", receipt.encode()),
        (
            "exchange_request",
            ExchangeRequest {
                push: vec![add.clone()],
                interest,
                page_bytes_max: 9,
            }
            .encode(),
        ),
        (
            "exchange_response",
            ExchangeResponse {
                receipt: Some(receipt),
                refused,
                interest_done: 1,
                more: true,
                position: 2,
                page: vec![founding],
            }
            .encode(),
        ),
        (
            "api_error",
            ApiError {
                code: ApiCode::SuspendedDevice,
                detail: "device is suspended".into(),
            }
            .encode(),
        ),
    ]
}

#[test]
fn every_format_is_as_it_was() {
    let frozen = include_str!("fixtures/vectors.txt");
    let now: String = samples()
        .iter()
        .map(|(name, bytes)| format!("{name} {}\n", hex(bytes)))
        .collect();
    for (frozen, now) in frozen.lines().zip(now.lines()) {
        assert_eq!(frozen, now);
    }
    assert_eq!(frozen.lines().count(), now.lines().count());
}

#[test]
fn frozen_envelopes_decode_and_verify() {
    let frozen = include_str!("fixtures/vectors.txt");
    let founder = Dev::new(1, Rights::ALL);
    for line in frozen.lines().take(4) {
        let (_, hex) = line.split_once(' ').unwrap();
        let envelope = SealedEnvelope::decode(&unhex(hex)).unwrap();
        assert_eq!(envelope.verify(&founder.keys.id), Ok(()));
        let body = RecordBody::decode(envelope.body()).unwrap();
        assert_eq!(
            body.verify_member(envelope.header(), &founder.keys.id),
            Ok(())
        );
    }
}

#[test]
fn derived_ids_are_as_they_were() {
    let founder = Dev::new(1, Rights::ALL);
    let expected: (DeviceId, WorkspaceId) = (FOUNDER.parse().unwrap(), WORKSPACE.parse().unwrap());
    assert_eq!((founder.id(), genesis(&founder).header().ws), expected);
    let receipt = Receipt::sign(
        expected.1,
        &[Hash32::of(b"a"), Hash32::of(b"b")],
        0,
        &founder.key,
    );
    assert_eq!(
        receipt.pushed,
        Hash32::of(&[*Hash32::of(b"a").as_bytes(), *Hash32::of(b"b").as_bytes()].concat())
    );
}

const FOUNDER: &str = "46accf9d98b7c820e01f8777eb8397fa";
const WORKSPACE: &str = "32394e4c28fd31a164ff403fa14f8ba1";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}
