//! How long a record log takes to build, in the order of years of an association: `cargo run -p kaban-proto
//! --example record_log`.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Dev, genesis, record};
use kaban_proto::{Clear, RecordLog, Rights, SealedEnvelope};
use std::time::Instant;

/// Memory in use, where the system tells it.
fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or(0)
}

fn main() {
    let devices: Vec<Dev> = (1..=40).map(|n| Dev::new(n, Rights::ALL)).collect();
    let mut all = vec![genesis(&devices[0])];
    for device in &devices[1..] {
        all.push(record(
            &all,
            &devices[0],
            &[all[all.len() - 1].hash()],
            Clear::AddDevice(device.keys),
        ));
    }
    let mut newest: Vec<Option<SealedEnvelope>> = vec![None; devices.len()];
    newest[0] = all.last().cloned();
    for n in 0..20_000_usize {
        let at = n * 7 % devices.len();
        let head = all[all.len() - 1].clone();
        let context: Vec<SealedEnvelope> = [Some(all[0].clone()), newest[at].clone()]
            .into_iter()
            .flatten()
            .collect();
        let next = record(&context, &devices[at], &[head.hash()], Clear::None);
        newest[at] = Some(next.clone());
        all.push(next);
    }
    let begun = Instant::now();
    let mut log = RecordLog::new(all[0].header().ws);
    for envelope in &all {
        log.insert(envelope.clone()).unwrap();
    }
    let built = begun.elapsed();
    println!(
        "{} records of {} devices: {built:?}, {:?} each",
        log.len(),
        devices.len(),
        built / all.len() as u32
    );
    let before = resident_kib();
    let begun = Instant::now();
    let mut trusted = RecordLog::new(log.ws());
    for envelope in &all {
        trusted.insert_trusted(envelope.clone()).unwrap();
    }
    let (took, bytes) = (begun.elapsed(), resident_kib() - before);
    let wire: usize = all.iter().map(SealedEnvelope::wire_bytes).sum();
    println!(
        "without signatures: {took:?}; {bytes} KiB in memory for {} KiB of records",
        wire >> 10
    );
    let begun = Instant::now();
    let tip = all[all.len() - 1].hash();
    let found = all
        .iter()
        .step_by(100)
        .filter(|old| log.is_ancestor(&old.hash(), &tip))
        .count();
    println!("{found} questions of ancestry: {:?}", begun.elapsed());
    let begun = Instant::now();
    let mut reversed = RecordLog::new(log.ws());
    for envelope in all.iter().take(4_000).rev() {
        reversed.insert(envelope.clone()).unwrap();
    }
    println!(
        "{} records backwards: {:?}",
        reversed.len(),
        begun.elapsed()
    );
}
