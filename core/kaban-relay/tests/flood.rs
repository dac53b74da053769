//! What a hostile device floods the relay with costs in proportion to it, and nobody else's push
//! waits long for it.
//!
//! Costs are processor time of this process, not the clock's, so a busy machine does not change
//! them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod common;

use common::{Device, Running, Town, start};
use kaban_proto::{Clear, Hash32, SealedEnvelope, WorkspaceId};
use std::collections::BTreeMap;

/// Envelopes of the smaller flood; the larger is four times as much.
const SMALL: usize = 1_000;
/// Twice the work may cost this power of two more: 1 is a line, and what is above it is caches and
/// trees.
const EXPONENT_MAX: f64 = 1.4;

/// Processor time of this process so far, in ticks of 10 ms.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

/// What pushing all of that costs, page by page, in ticks; and how many were taken.
async fn cost(relay: &Running, town: &Town, flood: &[SealedEnvelope]) -> (u64, usize) {
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let before = ticks();
    let mut taken = 0;
    for page in flood.chunks(256) {
        let answer = relay.push(&token, page).await.unwrap();
        taken += page.len() - answer.refused.len();
    }
    (ticks() - before, taken)
}

/// Makes a flood of two sizes, each against a relay of its own, and checks how the cost grows.
async fn grows_like_a_line(
    name: &str,
    make: impl Fn(&mut Device, WorkspaceId, Hash32, usize) -> Vec<SealedEnvelope>,
    taken: impl Fn(usize) -> usize,
) {
    let mut costs = Vec::new();
    for size in [SMALL, 4 * SMALL] {
        let dir = tempfile::tempdir().unwrap();
        let relay = start(dir.path()).await;
        let town = Town::new(&relay).await;
        let flood = make(&mut town.b.clone(), town.ws, town.head, size);
        let (ticks, kept) = cost(&relay, &town, &flood).await;
        assert_eq!(kept, taken(size), "{name}");
        costs.push(ticks.max(1));
        assert_eq!(relay.get("/v1/health").await.0, 200);
        relay.stop().await;
    }
    #[allow(clippy::cast_precision_loss)]
    let exponent = (costs[1] as f64 / costs[0] as f64).log2() / 2.0;
    println!(
        "{name}: {SMALL} cost {} ms, {} cost {} ms of CPU, exponent {exponent:.2}",
        costs[0] * 10,
        4 * SMALL,
        costs[1] * 10
    );
    assert!(exponent < EXPONENT_MAX, "{name}: {exponent}");
}

/// One test, since the costs of tests beside each other would mix.
#[tokio::test]
async fn a_flood_of_records_costs_in_proportion_to_it() {
    let line = |b: &mut Device, ws, mut head, size| {
        let next = |_| {
            let record = b.write_record(ws, &[head], Clear::None);
            head = record.hash();
            record
        };
        (0..size).map(next).collect()
    };
    grows_like_a_line("an honest line", line, |size| size).await;
    let one_parent = |b: &mut Device, ws, head, size| {
        let next = |_| b.write_record(ws, &[head], Clear::None);
        (0..size).map(next).collect()
    };
    grows_like_a_line("records with one parent", one_parent, |_| 1).await;
    let twice = |b: &mut Device, ws, head, size| {
        let start = b.clone();
        let first: Vec<SealedEnvelope> = line(b, ws, head, size / 2);
        let mut twin = start;
        let elsewhere = twin.write_large_record(ws, head, 1);
        let second = line(&mut twin, ws, elsewhere.hash(), size / 2 - 1);
        [first, vec![elsewhere], second].concat()
    };
    grows_like_a_line("its own chain twice", twice, |size| size).await;
    let orphans = |b: &mut Device, ws, _, size| {
        let next = |n: usize| {
            let nobody = Hash32::of(&n.to_be_bytes());
            b.tips = BTreeMap::new();
            b.write_record(ws, &[nobody], Clear::None)
        };
        (0..size).map(next).collect()
    };
    grows_like_a_line("parents nobody knows", orphans, |_| 0).await;
}
