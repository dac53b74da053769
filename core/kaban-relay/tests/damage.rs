//! A damaged row harms what it holds and nobody else.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Device, Running, Town, code, start};
use kaban_proto::relay_api::{ApiCode, Interest};
use kaban_proto::{Clear, DocTag, Rights, SealedEnvelope};
use kaban_relay::{Config, Relay};
use std::collections::BTreeMap;
use std::path::Path;

/// A second workspace on the same relay, founded by another device.
struct Neighbour {
    device: Device,
    ws: kaban_proto::WorkspaceId,
}

impl Neighbour {
    async fn new(relay: &Running) -> Self {
        let mut device = Device::new(7, Rights::ALL);
        let genesis = device.found();
        relay.found(&genesis).await.unwrap();
        let ws = genesis.header().ws;
        Self { device, ws }
    }

    /// Whether it can write, and read what it wrote.
    async fn is_served(&mut self, relay: &Running) -> bool {
        let token = relay.sign_in(self.ws, &self.device).await.unwrap();
        let envelope = self.device.write(self.ws, 9, b"hello");
        let pushed = relay.push(&token, std::slice::from_ref(&envelope)).await;
        let interest = Interest::new([(envelope.header().doc, &BTreeMap::new())]);
        let page = relay.pull(&token, interest, 1 << 20).await.page;
        pushed.unwrap().refused.is_empty() && page.last() == Some(&envelope)
    }
}

fn spoil(dir: &Path, sql: &str) {
    let db = rusqlite::Connection::open(dir.join("relay.sqlite")).unwrap();
    assert_eq!(db.execute(sql, []).unwrap(), 1, "{sql}");
}

#[tokio::test]
async fn a_workspace_with_a_damaged_record_is_set_aside_and_named_and_the_others_go_on() {
    for spoilt in [
        "UPDATE envelope SET bytes = zeroblob(150) WHERE ws = 1 AND position = 2",
        "UPDATE envelope SET bytes = zeroblob(150) WHERE ws = 1 AND position = 1",
        "UPDATE envelope SET bytes = (SELECT bytes FROM envelope WHERE ws = 2 AND position = 1)
         WHERE ws = 1 AND position = 2",
        "DELETE FROM envelope WHERE ws = 1 AND position = 1",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let relay = start(dir.path()).await;
        let town = Town::new(&relay).await;
        let mut neighbour = Neighbour::new(&relay).await;
        let token = relay.sign_in(town.ws, &town.a).await.unwrap();
        relay.stop().await;
        spoil(dir.path(), spoilt);
        let relay = start(dir.path()).await;
        assert!(neighbour.is_served(&relay).await, "{spoilt}");
        let damaged = Some(ApiCode::DamagedWorkspace);
        assert_eq!(code(relay.sign_in(town.ws, &town.a).await), damaged);
        assert_eq!(code(relay.push(&token, &[]).await), damaged);
        assert_eq!(code(relay.found(&town.records[0]).await), damaged);
        let (status, health) = relay.get("/v1/health").await;
        let health = String::from_utf8(health).unwrap();
        assert_eq!(status, 200);
        assert!(
            health.starts_with("ok\nset aside: workspace 1: "),
            "{health}"
        );
        assert!(!health.contains(&town.a.id().to_string()), "{health}");
        relay.stop().await;
        let named = Relay::open(Config::new(dir.path())).unwrap().set_aside();
        assert_eq!(named.len(), 1);
        assert_eq!((named[0].row, named[0].ws), (1, Some(town.ws)));
    }
}

#[tokio::test]
async fn a_damaged_row_of_a_workspace_is_read_from_its_envelopes() {
    for spoilt in [
        "UPDATE workspace SET ws = x'00' WHERE row = 1",
        "UPDATE workspace SET ws = zeroblob(16) WHERE row = 1",
        "UPDATE workspace SET position = 0 WHERE row = 1",
        "UPDATE workspace SET position = -7 WHERE row = 1",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let relay = start(dir.path()).await;
        let mut town = Town::new(&relay).await;
        let mut neighbour = Neighbour::new(&relay).await;
        relay.stop().await;
        spoil(dir.path(), spoilt);
        let relay = start(dir.path()).await;
        assert!(neighbour.is_served(&relay).await, "{spoilt}");
        let token = relay.sign_in(town.ws, &town.b).await.unwrap();
        let envelope = town.b.write(town.ws, 7, b"x");
        let answer = relay.push(&token, &[envelope]).await.unwrap();
        assert_eq!((answer.refused, answer.position), (vec![], 3), "{spoilt}");
        relay.stop().await;
    }
}

#[tokio::test]
async fn a_damaged_end_of_a_chain_does_not_end_the_chain() {
    for spoilt in [
        "UPDATE chain SET hash = x'00' WHERE doc = x'07070707070707070707070707070707'",
        "UPDATE chain SET seq = 9 WHERE doc = x'07070707070707070707070707070707'",
        "UPDATE chain SET author = x'01' WHERE doc = x'07070707070707070707070707070707'",
        "DELETE FROM chain WHERE doc = x'07070707070707070707070707070707'",
        "UPDATE envelope SET hash = x'00' WHERE position = 3",
        "UPDATE envelope SET hash = zeroblob(32) WHERE position = 3",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let relay = start(dir.path()).await;
        let mut town = Town::new(&relay).await;
        let token = relay.sign_in(town.ws, &town.b).await.unwrap();
        let first = town.b.write(town.ws, 7, b"first");
        let first = std::slice::from_ref(&first);
        assert_eq!(relay.push(&token, first).await.unwrap().refused, []);
        spoil(dir.path(), spoilt);
        let second = town.b.write(town.ws, 7, b"second");
        let answer = relay.push(&token, &[second]).await.unwrap();
        assert_eq!(answer.refused, [], "{spoilt}");
        let interest = Interest::new([(first[0].header().doc, &BTreeMap::new())]);
        let page = relay.pull(&token, interest, 1 << 20).await.page;
        let whole = if spoilt.contains("envelope") { 1 } else { 2 };
        assert_eq!(page.len(), whole, "{spoilt}");
        relay.stop().await;
    }
}

#[tokio::test]
async fn a_damaged_envelope_is_left_out_and_named_until_somebody_brings_it_again() {
    for spoilt in [
        "UPDATE envelope SET bytes = zeroblob(200) WHERE position = 4",
        "UPDATE envelope SET hash = zeroblob(32) WHERE position = 4",
        "UPDATE envelope SET hash = x'' WHERE position = 4",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let relay = start(dir.path()).await;
        let mut town = Town::new(&relay).await;
        let token = relay.sign_in(town.ws, &town.b).await.unwrap();
        let page: Vec<SealedEnvelope> = (0..3).map(|n| town.b.write(town.ws, 7, &[n])).collect();
        relay.push(&token, &page).await.unwrap();
        spoil(dir.path(), spoilt);
        let by_doc = || Interest::new([(page[0].header().doc, &BTreeMap::new())]);
        let after = || Interest {
            after: 2,
            ..Interest::default()
        };
        for interest in [by_doc(), after()] {
            let got = relay.pull(&token, interest, 1 << 20).await;
            assert_eq!(got.page, [page[0].clone(), page[2].clone()], "{spoilt}");
            assert!(!got.more);
        }
        let health = relay.get("/v1/health").await;
        assert_eq!(health, (200, b"ok\ndamaged envelopes: 1\n".to_vec()));
        let answer = relay.push(&token, &page[1..2]).await.unwrap();
        assert_eq!(answer.refused, []);
        for interest in [by_doc(), after()] {
            assert_eq!(relay.pull(&token, interest, 1 << 20).await.page, page);
        }
        assert_eq!(relay.get("/v1/health").await, (200, b"ok\n".to_vec()));
        relay.stop().await;
    }
}

#[tokio::test]
async fn a_damaged_record_of_a_branch_is_left_out_and_named_until_somebody_brings_it_again() {
    for spoilt in [
        "UPDATE envelope SET bytes = zeroblob(200) WHERE position = 4",
        "UPDATE envelope SET hash = zeroblob(32) WHERE position = 4",
        "UPDATE envelope SET hash = x'' WHERE position = 4",
    ] {
        let dir = tempfile::tempdir().unwrap();
        let relay = start(dir.path()).await;
        let mut town = Town::new(&relay).await;
        let mut twin = town.b.clone();
        let first = town.b.write_record(town.ws, &[town.head], Clear::None);
        let second = twin.write_large_record(town.ws, town.head, 1);
        let token = relay.sign_in(town.ws, &town.a).await.unwrap();
        let page = [first.clone(), second];
        assert_eq!(relay.push(&token, &page).await.unwrap().refused, []);
        spoil(dir.path(), spoilt);
        let branches = async || {
            let have = BTreeMap::from([(town.a.id(), 2), (town.b.id(), 1)]);
            let interest = Interest::new([(DocTag::RECORDS, &have)]);
            relay.pull(&token, interest, 1 << 20).await.page
        };
        assert_eq!(branches().await, [first], "{spoilt}");
        let health = relay.get("/v1/health").await;
        assert_eq!(health, (200, b"ok\ndamaged envelopes: 1\n".to_vec()));
        assert_eq!(relay.push(&token, &page).await.unwrap().refused, []);
        assert_eq!(branches().await, page, "{spoilt}");
        assert_eq!(relay.get("/v1/health").await, (200, b"ok\n".to_vec()));
        relay.stop().await;
    }
}

#[tokio::test]
async fn trouble_with_one_workspace_in_a_commit_does_not_fail_the_others_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let mut neighbour = Neighbour::new(&relay).await;
    let db = rusqlite::Connection::open(dir.path().join("relay.sqlite")).unwrap();
    db.execute_batch(
        "CREATE TRIGGER broken BEFORE INSERT ON envelope WHEN NEW.ws = 1
         BEGIN SELECT RAISE(ABORT, 'damaged'); END",
    )
    .unwrap();
    let bad = relay.sign_in(town.ws, &town.b).await.unwrap();
    let good = relay
        .sign_in(neighbour.ws, &neighbour.device)
        .await
        .unwrap();
    // While the writer waits for this lock with the first push, the others come to lie in one
    // commit.
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let first = [neighbour.device.write(neighbour.ws, 1, b"x")];
    let second = [town.b.write(town.ws, 1, b"x")];
    let third = [neighbour.device.write(neighbour.ws, 2, b"x")];
    let unlock = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        db.execute_batch("COMMIT").unwrap();
    };
    let (first, second, third, ()) = tokio::join!(
        relay.push(&good, &first),
        relay.push(&bad, &second),
        relay.push(&good, &third),
        unlock
    );
    assert!(first.unwrap().refused.is_empty() && third.unwrap().refused.is_empty());
    assert_eq!(code(second), Some(ApiCode::Storage));
}
