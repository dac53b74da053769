//! What the relay takes, what it refuses, and what it puts its name to.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Device, Town, code, start, start_with};
use kaban_proto::relay_api::{
    ApiCode, PATH_CHALLENGE, PATH_EXCHANGE, PATH_TOKEN, PATH_WORKSPACES, Reason,
};
use kaban_proto::{Clear, Hash32, Header, Rights, SealedEnvelope, Wire};
use kaban_relay::{Config, Error, Relay};

fn reasons(answer: &kaban_proto::relay_api::ExchangeResponse) -> Vec<(u32, Reason)> {
    answer
        .refused
        .iter()
        .map(|refused| (refused.index, refused.reason))
        .collect()
}

#[tokio::test]
async fn a_receipt_is_for_what_was_taken_and_a_replay_gets_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let page: Vec<SealedEnvelope> = (0..3).map(|n| town.b.write(town.ws, 7, &[n])).collect();
    let hashes: Vec<Hash32> = page.iter().map(SealedEnvelope::hash).collect();
    for _ in 0..2 {
        let answer = relay.push(&token, &page).await.unwrap();
        assert_eq!(answer.refused, []);
        let receipt = answer.receipt.unwrap();
        assert_eq!(receipt.verify(&relay.key), Ok(()));
        assert!(receipt.covers(&hashes) && receipt.ws == town.ws);
        assert_eq!(answer.position, 5);
    }
    assert_eq!(relay.push(&token, &[]).await.unwrap().receipt, None);
}

#[tokio::test]
async fn a_gap_a_fork_and_a_broken_link_are_refused_and_the_rest_of_the_page_lands() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let mut twin = town.b.clone();
    let first = town.b.write(town.ws, 7, b"first");
    let forked = twin.write(town.ws, 7, b"other first");
    let on_fork = twin.write(town.ws, 7, b"second on the other first");
    let _lost = town.b.write(town.ws, 8, b"never pushed");
    let after_gap = town.b.write(town.ws, 8, b"after the gap");
    let good = town.b.write(town.ws, 9, b"good");
    let page = [first.clone(), forked, on_fork, after_gap, good.clone()];
    let answer = relay.push(&token, &page).await.unwrap();
    let expected = [
        (1, Reason::Fork),
        (2, Reason::Fork),
        (3, Reason::Gap { expected: 1 }),
    ];
    assert_eq!(reasons(&answer), expected);
    assert!(answer.receipt.unwrap().covers(&[first.hash(), good.hash()]));
}

#[tokio::test]
async fn a_stranger_a_false_signature_and_a_foreign_workspace_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let stranger = Device::new(9, Rights::ALL).write(town.ws, 7, b"x");
    let honest = town.b.write(town.ws, 7, b"x");
    let forged = SealedEnvelope::sign(*honest.header(), b"y".to_vec(), &town.a.key).unwrap();
    let elsewhere = kaban_proto::WorkspaceId::from_bytes([3; 16]);
    let foreign = town.b.clone().write(elsewhere, 8, b"x");
    let answer = relay
        .push(&token, &[stranger, forged, foreign])
        .await
        .unwrap();
    let expected = [
        (0, Reason::UnknownDevice),
        (1, Reason::BadSignature),
        (2, Reason::OtherWorkspace),
    ];
    assert_eq!(reasons(&answer), expected);
    assert_eq!(answer.receipt, None);
}

#[tokio::test]
async fn one_device_carries_what_others_wrote_unless_they_were_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let first = town.b.write(town.ws, 7, b"carried");
    assert_eq!(relay.push(&token, &[first]).await.unwrap().refused, []);
    let until_ms = common::START_MS + 5;
    town.act(
        &relay,
        Clear::SuspendDevice {
            device: town.b.id(),
            until_ms,
        },
    )
    .await;
    let second = town.b.write(town.ws, 7, b"late");
    let answer = relay
        .push(&token, std::slice::from_ref(&second))
        .await
        .unwrap();
    assert_eq!(reasons(&answer), [(0, Reason::SuspendedDevice)]);
    relay.clock.pass(1_000);
    assert_eq!(
        reasons(
            &relay
                .push(&token, std::slice::from_ref(&second))
                .await
                .unwrap()
        ),
        [(0, Reason::SuspendedDevice)]
    );
    town.act(
        &relay,
        Clear::SuspendDevice {
            device: town.b.id(),
            until_ms: 0,
        },
    )
    .await;
    assert_eq!(relay.push(&token, &[second]).await.unwrap().refused, []);
    town.act(
        &relay,
        Clear::RemoveDevice {
            device: town.b.id(),
        },
    )
    .await;
    let third = town.b.write(town.ws, 7, b"too late");
    assert_eq!(
        reasons(&relay.push(&token, &[third]).await.unwrap()),
        [(0, Reason::RemovedDevice)]
    );
}

#[tokio::test]
async fn a_device_added_in_a_page_writes_in_the_same_page() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let mut c = Device::new(3, Rights::NONE);
    let add = town
        .a
        .write_record(town.ws, &[town.head], Clear::AddDevice(c.keys));
    let page = [add, c.write(town.ws, 7, b"hello")];
    assert_eq!(relay.push(&token, &page).await.unwrap().refused, []);
    assert!(relay.sign_in(town.ws, &c).await.is_ok());
}

#[tokio::test]
async fn a_record_without_right_or_without_parents_here_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let coup = town.b.clone().write_record(
        town.ws,
        &[town.head],
        Clear::RemoveDevice {
            device: town.a.id(),
        },
    );
    let orphan = town
        .b
        .clone()
        .write_record(town.ws, &[Hash32::of(b"nowhere")], Clear::None);
    let good = town.b.write_record(town.ws, &[town.head], Clear::None);
    let answer = relay
        .push(&token, &[coup, orphan, good.clone()])
        .await
        .unwrap();
    assert_eq!(
        reasons(&answer),
        [(0, Reason::BadRecord), (1, Reason::MissingParents)]
    );
    assert!(answer.receipt.unwrap().covers(&[good.hash()]));
    assert!(relay.sign_in(town.ws, &town.a).await.is_ok());
}

#[tokio::test]
async fn a_record_of_a_device_removed_meanwhile_is_kept_so_that_those_who_built_on_it_are_not_shut_out()
 {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let mut c = Device::new(3, Rights::NONE);
    town.act(&relay, Clear::AddDevice(c.keys)).await;
    let unseen = town.b.write_record(town.ws, &[town.head], Clear::None);
    let built_on_it = c.write_record(town.ws, &[unseen.hash()], Clear::None);
    town.act(
        &relay,
        Clear::RemoveDevice {
            device: town.b.id(),
        },
    )
    .await;
    let token = relay.sign_in(town.ws, &c).await.unwrap();
    assert_eq!(
        relay
            .push(&token, &[unseen, built_on_it])
            .await
            .unwrap()
            .refused,
        []
    );
    assert_eq!(
        code(relay.sign_in(town.ws, &town.b).await),
        Some(ApiCode::RemovedDevice)
    );
}

#[tokio::test]
async fn a_full_workspace_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        workspace_bytes_max: 4_000,
        ..Config::new(dir.path())
    })
    .await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let (large, small) = (
        town.b.clone().write(town.ws, 7, &[0; 4_000]),
        town.b.write(town.ws, 7, b"small"),
    );
    let answer = relay.push(&token, &[large, small.clone()]).await.unwrap();
    assert_eq!(reasons(&answer), [(0, Reason::Quota)]);
    assert!(answer.receipt.unwrap().covers(&[small.hash()]));
}

#[tokio::test]
async fn the_largest_envelope_lands() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let largest = town
        .b
        .write(town.ws, 7, &vec![1; kaban_proto::envelope::BODY_BYTES_MAX]);
    assert_eq!(relay.push(&token, &[largest]).await.unwrap().refused, []);
}

#[tokio::test]
async fn an_oversize_body_is_413_and_garbage_is_400() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        body_bytes_max: 100_000,
        ..Config::new(dir.path())
    })
    .await;
    let mut town = Town::new(&relay).await;
    let bearer = relay.sign_in(town.ws, &town.b).await.unwrap().bearer();
    let envelope = town.b.write(town.ws, 7, b"x");
    for (path, cap) in [
        (PATH_EXCHANGE, 100_000),
        (PATH_WORKSPACES, 100_000),
        (PATH_CHALLENGE, 1_024),
        (PATH_TOKEN, 1_024),
    ] {
        let token = (path == PATH_EXCHANGE).then_some(&*bearer);
        assert_eq!(
            relay.raw(path, token, vec![0xff; cap + 1]).await.0,
            413,
            "{path}"
        );
        let mut state = 1_u32;
        for len in [0, 1, 4, 5, 31, 32, 200, 1_000] {
            let noise: Vec<u8> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            let (status, _) = relay.raw(path, token, noise).await;
            let random_id_is_fine = path == PATH_CHALLENGE && len == 32;
            assert_eq!(
                status,
                if random_id_is_fine { 200 } else { 400 },
                "{path} {len}"
            );
        }
        let cut = &envelope.encode()[..100];
        assert_eq!(relay.raw(path, token, cut.to_vec()).await.0, 400);
    }
    assert_eq!(relay.get("/v1/health").await.0, 200);
}

#[tokio::test]
async fn a_genesis_that_founds_nothing_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let genesis = Device::new(1, Rights::ALL).found();
    let forged = SealedEnvelope::sign(
        *genesis.header(),
        genesis.body().to_vec(),
        &Device::new(2, Rights::ALL).key,
    );
    assert_eq!(
        code(relay.found(&forged.unwrap()).await),
        Some(ApiCode::NotFounded)
    );
    let moved = Header {
        ws: kaban_proto::WorkspaceId::from_bytes([3; 16]),
        ..*genesis.header()
    };
    let moved = SealedEnvelope::sign(
        moved,
        genesis.body().to_vec(),
        &Device::new(1, Rights::ALL).key,
    )
    .unwrap();
    assert_eq!(code(relay.found(&moved).await), Some(ApiCode::NotFounded));
}

#[tokio::test]
async fn pushes_at_once_from_many_tasks_all_land() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let pages: Vec<Vec<SealedEnvelope>> = (0..20)
        .map(|doc| {
            (0..5)
                .map(|n| town.b.write(town.ws, 10 + doc, &[n]))
                .collect()
        })
        .collect();
    let relay = std::sync::Arc::new(relay);
    let pushes: Vec<_> = pages
        .into_iter()
        .map(|page| {
            let (relay, token) = (relay.clone(), token.clone());
            tokio::spawn(async move { relay.push(&token, &page).await.unwrap() })
        })
        .collect();
    for push in pushes {
        let answer = push.await.unwrap();
        assert_eq!(
            (answer.refused.len(), answer.receipt.unwrap().count),
            (0, 5)
        );
    }
    assert_eq!(relay.push(&token, &[]).await.unwrap().position, 102);
}

#[tokio::test]
async fn a_restart_keeps_keys_envelopes_devices_and_tokens() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let first = town.b.write(town.ws, 7, b"first");
    relay
        .push(&token, std::slice::from_ref(&first))
        .await
        .unwrap();
    let key = relay.key;
    assert!(matches!(
        Relay::open(Config::new(dir.path())),
        Err(Error::InUse)
    ));
    relay.stop().await;
    let relay = start(dir.path()).await;
    assert_eq!(relay.key, key);
    let second = town.b.write(town.ws, 7, b"second");
    let answer = relay
        .push(&token, &[first.clone(), second.clone()])
        .await
        .unwrap();
    assert!(
        answer.refused.is_empty()
            && answer
                .receipt
                .unwrap()
                .covers(&[first.hash(), second.hash()])
    );
    town.act(
        &relay,
        Clear::RemoveDevice {
            device: town.b.id(),
        },
    )
    .await;
    relay.stop().await;
    let relay = start(dir.path()).await;
    assert_eq!(
        code(relay.push(&token, &[]).await),
        Some(ApiCode::RemovedDevice)
    );
}
