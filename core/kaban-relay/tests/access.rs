//! Who may speak to the relay, and until when.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Device, START_MS, Town, code, start, start_with};
use kaban_proto::relay_api::{
    ApiCode, ApiError, Challenge, ChallengeRequest, PATH_CHALLENGE, PATH_EXCHANGE, PATH_TOKEN,
    Token, TokenRequest,
};
use kaban_proto::{Clear, DeviceKeys, Rights, SigningKey, Wire};
use kaban_relay::Config;

#[tokio::test]
async fn the_relay_says_who_it_is_and_that_it_is_well() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    assert_eq!(relay.info().await.key, relay.key);
    assert_eq!(relay.get("/v1/health").await, (200, b"ok\n".to_vec()));
    let (status, body) = relay.get("/v1/nothing").await;
    assert_eq!(
        (status, ApiError::decode(&body).unwrap().code),
        (404, ApiCode::NoSuchPath)
    );
}

#[tokio::test]
async fn founding_is_idempotent_and_receipted() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let genesis = Device::new(1, Rights::ALL).found();
    for _ in 0..2 {
        let receipt = relay.found(&genesis).await.unwrap();
        assert_eq!(receipt.verify(&relay.key), Ok(()));
        assert!(receipt.covers(&[genesis.hash()]));
        assert_eq!(receipt.at_ms, START_MS);
    }
}

#[tokio::test]
async fn a_relay_closed_to_founding_still_serves_what_it_knows() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    relay.stop().await;
    let relay = start_with(Config {
        founding_open: false,
        ..Config::new(dir.path())
    })
    .await;
    assert!(relay.found(&town.records[0]).await.is_ok());
    let newcomer = Device::new(9, Rights::ALL).found();
    assert_eq!(
        code(relay.found(&newcomer).await),
        Some(ApiCode::NotFounded)
    );
}

#[tokio::test]
async fn only_devices_of_the_workspace_sign_in() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    assert!(relay.sign_in(town.ws, &town.b).await.is_ok());
    let stranger = Device::new(9, Rights::ALL);
    assert_eq!(
        code(relay.sign_in(town.ws, &stranger).await),
        Some(ApiCode::UnknownDevice)
    );
    let elsewhere = Device::new(9, Rights::ALL).found().header().ws;
    assert_eq!(
        code(relay.sign_in(elsewhere, &town.b).await),
        Some(ApiCode::UnknownWorkspace)
    );
    let imposter = Device {
        transport: SigningKey::from_seed([77; 32]),
        ..town.b.clone()
    };
    assert_eq!(
        code(relay.sign_in(town.ws, &imposter).await),
        Some(ApiCode::BadProof)
    );
}

#[tokio::test]
async fn a_challenge_answered_too_late_or_for_another_relay_is_worth_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let asked = ChallengeRequest {
        ws: town.ws,
        device: town.b.id(),
    };
    let challenge: Challenge = relay.post(PATH_CHALLENGE, None, &asked).await.unwrap();
    let other = SigningKey::from_seed([5; 32]).verify_key();
    let wrong = TokenRequest::sign(asked, challenge.clone(), &other, &town.b.transport);
    assert_eq!(
        code(relay.post::<Token>(PATH_TOKEN, None, &wrong).await),
        Some(ApiCode::BadProof)
    );
    let right = TokenRequest::sign(asked, challenge, &relay.key, &town.b.transport);
    assert!(relay.post::<Token>(PATH_TOKEN, None, &right).await.is_ok());
    relay.clock.pass(60_000);
    assert_eq!(
        code(relay.post::<Token>(PATH_TOKEN, None, &right).await),
        Some(ApiCode::BadProof)
    );
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    assert_eq!(token.until_ms, START_MS + 600_000);
    relay.clock.pass(599_999);
    assert!(relay.push(&token, &[]).await.is_ok());
    relay.clock.pass(1);
    assert_eq!(code(relay.push(&token, &[]).await), Some(ApiCode::BadToken));
}

#[tokio::test]
async fn without_a_token_or_with_a_forged_one_there_is_no_exchange() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let mut token = relay.sign_in(town.ws, &town.b).await.unwrap();
    for bearer in [
        None,
        Some(""),
        Some("00"),
        Some("not hex"),
        Some(&*"00".repeat(72)),
    ] {
        let (status, _) = relay.raw(PATH_EXCHANGE, bearer, vec![]).await;
        assert!(status == 401 || status == 404, "{status}");
    }
    *token.secret.last_mut().unwrap() ^= 1;
    assert_eq!(code(relay.push(&token, &[]).await), Some(ApiCode::BadToken));
}

#[tokio::test]
async fn a_suspended_device_is_out_at_once_with_its_old_token_and_back_when_it_is_lifted() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let until_ms = START_MS + 1_000;
    town.act(
        &relay,
        Clear::SuspendDevice {
            device: town.b.id(),
            until_ms,
        },
    )
    .await;
    assert_eq!(
        code(relay.push(&token, &[]).await),
        Some(ApiCode::SuspendedDevice)
    );
    assert_eq!(
        code(relay.sign_in(town.ws, &town.b).await),
        Some(ApiCode::SuspendedDevice)
    );
    relay.clock.pass(2_000);
    assert_eq!(
        code(relay.push(&token, &[]).await),
        Some(ApiCode::SuspendedDevice)
    );
    town.act(
        &relay,
        Clear::SuspendDevice {
            device: town.b.id(),
            until_ms: 0,
        },
    )
    .await;
    assert!(relay.push(&token, &[]).await.is_ok());
}

#[tokio::test]
async fn a_removed_device_is_out_at_once_with_its_old_token() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    town.act(
        &relay,
        Clear::RemoveDevice {
            device: town.b.id(),
        },
    )
    .await;
    assert_eq!(
        code(relay.push(&token, &[]).await),
        Some(ApiCode::RemovedDevice)
    );
    assert_eq!(
        code(relay.sign_in(town.ws, &town.b).await),
        Some(ApiCode::RemovedDevice)
    );
}

#[tokio::test]
async fn a_new_transport_key_ends_the_tokens_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let transport = SigningKey::from_seed([88; 32]).verify_key();
    town.act(
        &relay,
        Clear::AddDevice(DeviceKeys {
            transport,
            ..town.b.keys
        }),
    )
    .await;
    assert_eq!(code(relay.push(&token, &[]).await), Some(ApiCode::BadToken));
}
