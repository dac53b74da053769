//! How many envelopes a second the relay makes durable, and how long a push waits for its receipt; beside it a bare
//! SQLite insert of the same bytes in the same groups. `cargo run -p kaban-relay --example load`.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Device, Town, start};
use kaban_proto::relay_api::Interest;
use kaban_proto::{Clear, DocTag, Rights, SealedEnvelope, Wire};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

const DEVICES: u8 = 16;
const PAGES: u8 = 40;
const PAGE: usize = 16;
const BODY: usize = 900;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let dir = tempfile::tempdir().unwrap();
    let relay = Arc::new(start(dir.path()).await);
    let mut town = Town::new(&relay).await;
    let mut devices = Vec::new();
    for seed in 0..DEVICES {
        let device = Device::new(10 + seed, Rights::NONE);
        town.act(&relay, Clear::AddDevice(device.keys)).await;
        devices.push(device);
    }
    let work: Vec<(Device, Vec<Vec<SealedEnvelope>>)> = devices
        .into_iter()
        .map(|mut device| {
            let page = |n: u8, device: &mut Device| {
                (0..PAGE)
                    .map(|_| device.write(town.ws, n, &[n; BODY]))
                    .collect()
            };
            let pages = (1..=PAGES).map(|n| page(n, &mut device)).collect();
            (device, pages)
        })
        .collect();
    let bytes: Vec<Vec<u8>> = work
        .iter()
        .flat_map(|(_, pages)| pages.iter().flatten().map(Wire::encode))
        .collect();
    let begun = Instant::now();
    let tasks: Vec<_> = work
        .into_iter()
        .map(|(device, pages)| {
            let (relay, ws) = (Arc::clone(&relay), town.ws);
            tokio::spawn(async move {
                let token = relay.sign_in(ws, &device).await.unwrap();
                let mut waits = Vec::new();
                for page in pages {
                    let begun = Instant::now();
                    assert_eq!(
                        relay
                            .push(&token, &page)
                            .await
                            .unwrap()
                            .receipt
                            .unwrap()
                            .count as usize,
                        PAGE
                    );
                    waits.push(begun.elapsed());
                }
                waits
            })
        })
        .collect();
    let mut waits: Vec<Duration> = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let pushed = per_second(bytes.len(), begun.elapsed());
    waits.sort_unstable();
    println!("push, {DEVICES} devices, pages of {PAGE}: {pushed:.0} envelopes/s durable");
    println!(
        "receipt after: p50 {:?}, p99 {:?}",
        waits[waits.len() / 2],
        waits[waits.len() * 99 / 100]
    );
    println!("bare group insert: {:.0} envelopes/s", bare_insert(&bytes));
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let begun = Instant::now();
    let got = pull_all(&relay, &token).await;
    println!(
        "pull of {got} in pages of 1 MiB: {:.0} envelopes/s",
        per_second(got, begun.elapsed())
    );
}

async fn pull_all(relay: &common::Running, token: &kaban_proto::relay_api::Token) -> usize {
    let mut have: BTreeMap<DocTag, BTreeMap<kaban_proto::DeviceId, u64>> = BTreeMap::new();
    let mut docs: Vec<DocTag> = (1..=PAGES).map(|n| DocTag::from_bytes([n; 16])).collect();
    let mut got = 0;
    loop {
        let empty = BTreeMap::new();
        let interest = Interest::new(
            docs.iter()
                .map(|doc| (*doc, have.get(doc).unwrap_or(&empty))),
        );
        let answer = relay.pull(token, interest, 1 << 20).await;
        for envelope in &answer.page {
            have.entry(envelope.header().doc)
                .or_default()
                .insert(envelope.header().author, envelope.header().seq);
        }
        got += answer.page.len();
        docs.drain(..answer.interest_done as usize);
        if !answer.more {
            return got;
        }
    }
}

/// The same bytes into one table with the same durability, as many a transaction as devices push at once.
fn bare_insert(bytes: &[Vec<u8>]) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let mut db = rusqlite::Connection::open(dir.path().join("bare.sqlite")).unwrap();
    db.pragma_update(None, "journal_mode", "WAL").unwrap();
    db.pragma_update(None, "synchronous", "FULL").unwrap();
    db.execute_batch("CREATE TABLE bare (row INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")
        .unwrap();
    let begun = Instant::now();
    for group in bytes.chunks(PAGE * usize::from(DEVICES)) {
        let transaction = db.transaction().unwrap();
        for envelope in group {
            let mut insert = transaction
                .prepare_cached("INSERT INTO bare (bytes) VALUES (?1)")
                .unwrap();
            insert.execute([envelope]).unwrap();
        }
        transaction.commit().unwrap();
    }
    per_second(bytes.len(), begun.elapsed())
}

#[allow(clippy::cast_precision_loss)]
fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
