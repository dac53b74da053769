//! Whoever fills a relay fills their own share, and can still be stopped.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Device, Running, START_MS, Town, start, start_with};
use kaban_proto::relay_api::Reason;
use kaban_proto::{Clear, Hash32, Rights, SealedEnvelope};
use kaban_relay::Config;

/// Room for a dozen of each, of which a device has a half.
fn small(dir: &tempfile::TempDir) -> Config {
    Config {
        workspace_bytes_max: 4_000,
        device_bytes_max: 2_000,
        log_bytes_max: 12_000,
        device_log_bytes_max: 4_000,
        log_reserved_bytes: 8_000,
        ..Config::new(dir.path())
    }
}

/// Pushes what `next` writes until the relay has no more room; gives back how many it took.
async fn fill(
    relay: &Running,
    town: &Town,
    device: &mut Device,
    mut next: impl FnMut(&mut Device) -> SealedEnvelope,
) -> usize {
    let token = relay.sign_in(town.ws, device).await.unwrap();
    for taken in 0..1_000 {
        let before = device.clone();
        let envelope = next(device);
        let answer = relay.push(&token, &[envelope]).await.unwrap();
        if let Some(refused) = answer.refused.first() {
            assert_eq!(refused.reason, Reason::Quota, "{}", refused.detail);
            *device = before;
            return taken;
        }
    }
    panic!("there is no end to it");
}

/// A chain of records that say nothing, on the head that the device last saw.
fn idle(
    ws: kaban_proto::WorkspaceId,
    mut head: Hash32,
) -> impl FnMut(&mut Device) -> SealedEnvelope {
    move |device| {
        let record = device.write_record(ws, &[head], Clear::None);
        head = record.hash();
        record
    }
}

#[tokio::test]
async fn one_device_fills_its_share_alone_and_is_removed_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(small(&dir)).await;
    let mut town = Town::new(&relay).await;
    let (ws, mut b) = (town.ws, town.b.clone());
    assert!(fill(&relay, &town, &mut b, |b| b.write(ws, 7, &[1; 100])).await > 3);
    assert!(fill(&relay, &town, &mut b, idle(ws, town.head)).await > 3);
    let token = relay.sign_in(ws, &town.a).await.unwrap();
    let note = town.a.write(ws, 8, b"the share of another");
    assert_eq!(relay.push(&token, &[note]).await.unwrap().refused, []);
    let device = b.id();
    town.act(&relay, Clear::RemoveDevice { device }).await;
}

#[tokio::test]
async fn both_branches_of_a_copied_device_fill_one_share() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(small(&dir)).await;
    let mut town = Town::new(&relay).await;
    let (ws, mut b, mut twin) = (town.ws, town.b.clone(), town.b.clone());
    assert!(fill(&relay, &town, &mut b, idle(ws, town.head)).await > 3);
    let head = town.head;
    let branch = |twin: &mut Device| twin.write_large_record(ws, head, 1);
    assert_eq!(fill(&relay, &town, &mut twin, branch).await, 0);
    let device = b.id();
    town.act(&relay, Clear::RemoveDevice { device }).await;
}

#[tokio::test]
async fn members_who_fill_everything_together_are_removed_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        log_bytes_max: 40_000,
        device_log_bytes_max: 7_000,
        ..small(&dir)
    })
    .await;
    let mut town = Town::new(&relay).await;
    let mut hostile: Vec<Device> = (3..8).map(|seed| Device::new(seed, Rights::NONE)).collect();
    for device in &hostile {
        town.act(&relay, Clear::AddDevice(device.keys)).await;
    }
    let ws = town.ws;
    for device in &mut hostile {
        fill(&relay, &town, device, |it| it.write(ws, 7, &[1; 100])).await;
        fill(&relay, &town, device, idle(ws, town.head)).await;
    }
    for device in &hostile {
        let device = device.id();
        town.act(
            &relay,
            Clear::SuspendDevice {
                device,
                until_ms: START_MS + 9,
            },
        )
        .await;
        town.act(&relay, Clear::RemoveDevice { device }).await;
    }
}

#[tokio::test]
async fn a_doctor_who_suspends_without_end_leaves_room_for_the_removal_of_that_doctor() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(small(&dir)).await;
    let mut town = Town::new(&relay).await;
    let mut doctor = Device::new(3, Rights::SUSPEND);
    town.act(&relay, Clear::AddDevice(doctor.keys)).await;
    let (ws, mut head, mut until_ms, device) = (town.ws, town.head, START_MS, town.b.id());
    let suspend = |doctor: &mut Device| {
        until_ms += 1;
        let act = Clear::SuspendDevice { device, until_ms };
        let record = doctor.write_record(ws, &[head], act);
        head = record.hash();
        record
    };
    assert!(fill(&relay, &town, &mut doctor, suspend).await > 3);
    let device = doctor.id();
    town.act(&relay, Clear::RemoveDevice { device }).await;
}

#[tokio::test]
async fn a_large_record_does_not_use_up_what_is_kept_for_removals() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        log_bytes_max: 40_000,
        device_log_bytes_max: 40_000,
        log_reserved_bytes: 30_000,
        ..small(&dir)
    })
    .await;
    let town = Town::new(&relay).await;
    let large = town
        .a
        .clone()
        .write_large_record(town.ws, town.head, 20_000);
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let answer = relay.push(&token, &[large]).await.unwrap();
    assert_eq!(answer.refused[0].reason, Reason::Quota);
}

#[tokio::test]
async fn a_share_is_counted_on_after_a_restart_and_in_a_store_of_the_version_before() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let Town { ws, mut b, .. } = Town::new(&relay).await;
    let token = relay.sign_in(ws, &b).await.unwrap();
    let page: Vec<SealedEnvelope> = (0..8).map(|_| b.write(ws, 7, &[1; 200])).collect();
    assert_eq!(relay.push(&token, &page).await.unwrap().refused, []);
    relay.stop().await;
    for sql in [
        "SELECT 1",
        "UPDATE usage SET rest = -1",
        "UPDATE usage SET author = x'01' WHERE log = 0",
        "DELETE FROM usage",
        "DROP TABLE usage; ALTER TABLE workspace ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
         PRAGMA user_version = 2",
    ] {
        let db = rusqlite::Connection::open(dir.path().join("relay.sqlite")).unwrap();
        db.execute_batch(sql).unwrap();
        drop(db);
        let relay = start_with(small(&dir)).await;
        let token = relay.sign_in(ws, &b).await.unwrap();
        let further = b.clone().write(ws, 7, b"x");
        let answer = relay.push(&token, &[further]).await.unwrap();
        assert_eq!(answer.refused[0].reason, Reason::Quota, "{sql}");
        relay.stop().await;
    }
}
