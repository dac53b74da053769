//! The record log under many hands: what it costs to take in records that were written apart, to
//! write the next one, to unlock. `cargo xtask bench-log [--quick]`.
//!
//! CPU time of one thread, and how it grows; memory is the peak of the process so far. The peer is
//! the same number of bare Ed25519 checks, two a record, which no log of signed records can avoid.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::time::Duration as Span;

use chrono::Duration;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, Hash32, MemberId};
use kaban_proto::sign::SigningKey;
use kaban_sync::Act;
use kaban_sync::association::{Association, RecordView};
use kaban_sync::workspace::Carry;
use kaban_testkit::{Board, Device, cpu_time, exponent, start};

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    println!("## The fold alone\n");
    println!("| graph | records | fold from nothing | a record | growth |");
    println!("|---|---|---|---|---|");
    fold("ladder of meetings", &[10, 100, 1_000, 10_000], ladder);
    fold("tangle of twelve", &[10, 100, 1_000, 10_000], tangle);
    println!("\n## Devices that write apart, and one that takes it all in\n");
    println!(
        "| devices | records each | taken in | × bare signature checks | next record | unlock | \
         peak memory |"
    );
    println!("|---|---|---|---|---|---|---|");
    let each: &[u64] = if quick { &[1, 10] } else { &[1, 10, 100, 500] };
    for devices in [2, 12, 40] {
        let mut points = Vec::new();
        for records in each {
            let spent = apart(devices, *records);
            points.push((devices * records, spent));
        }
        println!("\n{devices} devices: growth {:.2}\n", exponent(&points));
    }
}

fn absence(member: MemberId) -> Vec<Act> {
    vec![Act::Absence {
        member,
        from: start(),
        to: start(),
    }]
}

/// Records by hash: parents, writer.
type Graph = Vec<(Hash32, Vec<Hash32>, u8)>;

fn name(n: u64, of: u8) -> Hash32 {
    let mut bytes = [0; 32];
    bytes[0] = of;
    bytes[1..9].copy_from_slice(&n.to_be_bytes());
    Hash32::from_bytes(bytes)
}

/// Two people write apart, and one joins what both wrote, again and again.
fn ladder(meetings: u64) -> Graph {
    let mut tip = name(0, 0);
    let mut graph = vec![(tip, Vec::new(), 1)];
    for k in 1..=meetings {
        let (a, b, joined) = (name(k, 1), name(k, 2), name(k, 3));
        graph.push((a, vec![tip], 1));
        graph.push((b, vec![tip], 1));
        graph.push((joined, vec![a, b], 1));
        tip = joined;
    }
    graph
}

/// Twelve who now and then see some of what the others wrote.
fn tangle(records: u64) -> Graph {
    let mut graph = vec![(name(0, 0), Vec::new(), 1)];
    let mut last = [name(0, 0); 12];
    let mut dice = 1_u64;
    for k in 0..records {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let (who, other) = ((dice >> 33) as usize % 12, (dice >> 45) as usize % 12);
        let mut parents = vec![last[who]];
        if (dice >> 20).is_multiple_of(4) && last[other] != last[who] {
            parents.push(last[other]);
        }
        last[who] = name(k, 4);
        graph.push((last[who], parents, 1));
    }
    graph
}

fn fold(what: &str, sizes: &[u64], graph: fn(u64) -> Graph) {
    let mut points = Vec::new();
    for size in sizes {
        let graph = graph(*size);
        let mut depth: BTreeMap<Hash32, u64> = BTreeMap::new();
        for (hash, parents, _) in &graph {
            let above = parents.iter().map(|parent| depth[parent] + 1).max();
            depth.insert(*hash, above.unwrap_or(0));
        }
        let mut order: Vec<_> = graph.iter().collect();
        order.sort_by_key(|(hash, ..)| (depth[hash], *hash));
        let member = MemberId::from_bytes([1; 16]);
        let acts = absence(member);
        let views: Vec<RecordView<'_>> = order
            .iter()
            .map(|(hash, parents, _)| RecordView {
                hash: *hash,
                parents,
                device: DeviceId::from_bytes([1; 16]),
                member,
                at: start(),
                acts: &acts,
            })
            .collect();
        let (_, spent) = cpu_time(|| Association::fold(&views, &|_, _| true));
        points.push((views.len() as u64, spent));
        let each = spent / u32::try_from(views.len()).unwrap();
        let grown = exponent(&points[points.len().saturating_sub(2)..]);
        println!(
            "| {what} | {} | {spent:.1?} | {each:.1?} | {grown:.2} |",
            views.len()
        );
    }
}

fn apart(devices: u64, records: u64) -> Span {
    let mut office = Device::founder("事務局", Role::Office);
    let mut all: Vec<Device> = (0..devices)
        .map(|n| Device::joining(&mut office, &format!("医師{n}"), Role::Doctor))
        .collect();
    let mut board = Board::default();
    for device in &mut all {
        board.meet(device);
    }
    board.meet(&mut office);
    for device in &mut all {
        let member = device.ws.member();
        for _ in 0..records {
            device
                .with(|ws, cx| ws.declare(absence(member), cx))
                .unwrap();
        }
    }
    let mut batch = Vec::new();
    for device in &mut all {
        batch.extend(device.outbox());
    }
    let count = batch.len();
    let (report, taken) = cpu_time(|| {
        office
            .with(|ws, cx| ws.ingest(batch, Carry::Nothing, cx))
            .unwrap()
    });
    assert!(report.applied as u64 >= devices * records);
    assert_eq!(
        office.ws.association().absences().count() as u64,
        devices * records
    );
    let me = office.ws.member();
    office.now += Duration::minutes(1);
    // The first also joins all the lines.
    office.with(|ws, cx| ws.declare(absence(me), cx)).unwrap();
    let (_, next) = cpu_time(|| office.with(|ws, cx| ws.declare(absence(me), cx)).unwrap());
    let (office, unlock) = cpu_time(|| office.reopened());
    drop(office);
    let ratio = taken.as_secs_f64() / bare_checks(2 * count).as_secs_f64();
    println!(
        "| {devices} | {records} | {taken:.1?} | {ratio:.1} | {next:.2?} | {unlock:.1?} | {} MiB |",
        peak_mib()
    );
    taken
}

/// As many signature checks as the records need.
fn bare_checks(count: usize) -> Span {
    let key = SigningKey::from_seed([7; 32]);
    let signature = key.sign("kaban/bench", &[b"a record"]);
    let verify = key.verify_key();
    let (_, spent) = cpu_time(|| {
        for _ in 0..count {
            verify
                .verify("kaban/bench", &[b"a record"], &signature)
                .unwrap();
        }
    });
    spent
}

fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        / 1024
}
