//! What a record log costs: in the number of records, in hostile shapes, in memory.
//!
//! Records are told from a store that checked them (`insert_trusted`), so that what is measured is
//! the log's own work; growth is measured as an exponent, so that the machine's speed does not
//! matter. `cargo test --release --test log_costs -- --nocapture` prints figures.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Dev, genesis, record_after, record_at_epoch};
use kaban_proto::{Clear, Hash32, RecordLog, Refusal, Rights, SealedEnvelope};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A square would be 2. The figures of a quiet machine are near 1.1; the rest is room for a busy
/// one.
const GROWTH_MAX: f64 = 1.6;

/// Writes records, remembering only the newest of each device.
struct Writer {
    genesis: SealedEnvelope,
    last: BTreeMap<u8, SealedEnvelope>,
    all: Vec<SealedEnvelope>,
    devices: Vec<Dev>,
}

impl Writer {
    fn new(count: u8) -> Self {
        let devices: Vec<Dev> = (0..count).map(|n| Dev::new(n + 1, Rights::ALL)).collect();
        let genesis = genesis(&devices[0]);
        let mut writer = Self {
            last: BTreeMap::from([(0, genesis.clone())]),
            all: vec![genesis.clone()],
            genesis,
            devices: devices.clone(),
        };
        let mut head = writer.genesis.hash();
        for device in &devices[1..] {
            head = writer.write(0, &[head], Clear::AddDevice(device.keys));
        }
        writer
    }

    fn head(&self) -> Hash32 {
        self.all[self.all.len() - 1].hash()
    }

    fn write(&mut self, who: u8, parents: &[Hash32], clear: Clear) -> Hash32 {
        let ws = self.genesis.header().ws;
        let author = &self.devices[usize::from(who)];
        let next = record_after(ws, self.last.get(&who), author, parents, clear);
        let hash = next.hash();
        self.last.insert(who, next.clone());
        self.all.push(next);
        hash
    }
}

/// CPU time of this thread, where the system tells it; else the clock's.
fn cpu(begun: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

/// What one run costs: the least of three, each repeated until the clock's steps do not matter.
fn fastest(mut run: impl FnMut()) -> Duration {
    let begun = Instant::now();
    let once = |()| {
        let before = cpu(begun);
        for runs in 1.. {
            run();
            let spent = cpu(begun).saturating_sub(before);
            if spent > Duration::from_millis(40) {
                return spent / runs;
            }
        }
        Duration::MAX
    };
    [(), (), ()].map(once).into_iter().min().unwrap()
}

fn told(all: &[SealedEnvelope]) -> RecordLog {
    let mut log = RecordLog::new(all[0].header().ws);
    for envelope in all {
        log.insert_trusted(envelope.clone()).unwrap();
    }
    log
}

/// Prints how the time to take in prefixes grows, and gives the exponent between the last two.
fn exponent(name: &str, all: &[SealedEnvelope]) -> f64 {
    let quarter = all.len() / 4;
    let times = [quarter, 2 * quarter, 4 * quarter].map(|len| {
        let time = fastest(|| {
            let log = told(&all[..len]);
            assert_eq!(log.len(), len);
            assert!(!log.devices().is_empty());
        });
        println!("{name}: {len} records in {time:?}");
        time.as_secs_f64()
    });
    let exponent = (times[2] / times[0]).log2() / 2.0;
    println!("{name}: exponent {exponent:.2}");
    exponent
}

/// Two devices that each write one record, then one of them joins.
fn ladder(meetings: usize) -> Writer {
    let mut writer = Writer::new(2);
    let mut head = writer.head();
    for _ in 0..meetings {
        let one = writer.write(0, &[head], Clear::None);
        let two = writer.write(1, &[head], Clear::None);
        head = writer.write(0, &[one, two], Clear::None);
    }
    writer
}

/// Devices that write on one, two or three of the newest records and their own last one.
fn mesh(records: usize, acts: bool) -> Writer {
    let mut writer = Writer::new(12);
    let mut dice = 7_u64;
    let mut roll = |sides: usize| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % sides
    };
    let mut clock: BTreeMap<u8, usize> = BTreeMap::new();
    for _ in 0..records {
        let who = roll(12) as u8;
        let mut parents: Vec<Hash32> = (0..=roll(3))
            .map(|_| writer.all[writer.all.len() - 1 - roll(12).min(writer.all.len() - 12)].hash())
            .collect();
        parents.extend(writer.last.get(&who).map(SealedEnvelope::hash));
        parents.sort_unstable();
        parents.dedup();
        let turn = clock.entry(who).or_default();
        *turn += 1;
        let nurse = writer.devices[11].id();
        let clear = match (acts, roll(8)) {
            (true, 0) if who != 11 => Clear::SuspendDevice {
                device: nurse,
                until_ms: (*turn % 2) as u64,
            },
            _ => Clear::None,
        };
        writer.write(who, &parents, clear);
    }
    writer
}

#[test]
fn a_ladder_of_meetings_costs_each_of_them_the_same() {
    let writer = ladder(if cfg!(debug_assertions) {
        1_000
    } else {
        10_000
    });
    assert!(exponent("ladder", &writer.all) < GROWTH_MAX);
}

#[test]
fn a_mesh_of_records_costs_each_of_them_the_same() {
    let writer = mesh(
        if cfg!(debug_assertions) {
            2_000
        } else {
            10_000
        },
        false,
    );
    assert!(exponent("mesh", &writer.all) < GROWTH_MAX);
}

#[test]
fn the_next_record_costs_little_on_a_long_log() {
    let writer = mesh(4_000, false);
    let (before, next) = writer.all.split_at(writer.all.len() - 200);
    let mut log = told(before);
    let begun = Instant::now();
    let start = cpu(begun);
    for envelope in next {
        log.insert(envelope.clone()).unwrap();
        assert!(!log.devices().is_empty());
    }
    let each = cpu(begun).saturating_sub(start) / 200;
    println!("the next record, its signature checked: {each:?}");
    assert!(each < Duration::from_millis(2));
}

#[test]
fn device_acts_in_a_line_cost_each_of_them_the_same() {
    let mut writer = Writer::new(12);
    let mut head = writer.head();
    let nurse = writer.devices[11].id();
    for n in 0..240_u64 {
        for who in 0..11 {
            let until_ms = u64::from(who == 0) * (n + 1);
            let suspend = Clear::SuspendDevice {
                device: nurse,
                until_ms,
            };
            head = writer.write(who, &[head], if who < 2 { suspend } else { Clear::None });
        }
    }
    assert!(exponent("suspended and lifted", &writer.all) < GROWTH_MAX);
}

#[test]
fn devices_let_in_one_after_another_cost_each_of_them_the_same() {
    let mut writer = Writer::new(2);
    let mut head = writer.head();
    for n in 0..800_u32 {
        let mut keys = writer.devices[0].keys;
        keys.kx[..4].copy_from_slice(&n.to_be_bytes());
        head = writer.write((n % 2) as u8, &[head], Clear::AddDevice(keys));
    }
    assert!(exponent("let in", &writer.all) < GROWTH_MAX);
}

#[test]
fn acts_written_apart_cost_little_more_than_in_a_line() {
    let writer = mesh(2_000, true);
    assert!(exponent("mesh with device acts", &writer.all) < GROWTH_MAX);
}

#[test]
fn a_thousand_heads_are_joined_sixteen_at_a_time() {
    let mut writer = Writer::new(2);
    let base = writer.head();
    let ws = writer.genesis.header().ws;
    let author = writer.devices[1].clone();
    let mut log = told(&writer.all);
    let begun = Instant::now();
    // One device whose chain is forked in a thousand branches.
    let refused = (0..1_000_u64)
        .filter(|n| {
            let clear = Clear::RemoveDevice {
                device: author.id(),
            };
            let clear = if n % 2 == 0 { Clear::None } else { clear };
            let next = record_at_epoch(ws, None, &author, &[base], clear, *n);
            log.insert(next) == Err(Refusal::AuthorFull(author.id()))
        })
        .count();
    assert_eq!(refused, 1_000 - kaban_proto::membership::BRANCHES_MAX);
    while log.heads().len() > 1 {
        let heads: Vec<Hash32> = log.heads().iter().take(16).copied().collect();
        // The writer's own last record has to be among what it builds on.
        let mut parents = heads;
        if writer.last[&0].hash() != base {
            parents.truncate(15);
            parents.push(writer.last[&0].hash());
        }
        let hash = writer.write(0, &parents, Clear::None);
        log.insert(writer.all.last().unwrap().clone()).unwrap();
        assert!(log.heads().contains(&hash));
    }
    println!("forked a thousand times and joined: {:?}", begun.elapsed());
    assert_eq!(log.forks().count(), 1);
}

#[test]
fn records_with_parents_that_nobody_knows_wait_within_bounds() {
    let mut writer = Writer::new(3);
    let mut log = told(&writer.all);
    let base = writer.head();
    let nowhere = Hash32::of(b"nowhere");
    let ws = writer.genesis.header().ws;
    let mut parked = 0;
    for n in 0..2_000_u64 {
        let parents = [nowhere];
        let author = writer.devices[1].clone();
        let next = record_at_epoch(ws, None, &author, &parents, Clear::None, n);
        parked += usize::from(log.insert(next).is_ok());
    }
    assert_eq!(parked, kaban_proto::membership::PARKED_BY_AUTHOR_MAX);
    // Others still find room to wait, and to be let in.
    let first = writer.write(2, &[base], Clear::None);
    writer.write(2, &[first], Clear::None);
    for envelope in writer.all[3..].iter().rev() {
        log.insert(envelope.clone()).unwrap();
    }
    assert_eq!(log.len(), writer.all.len());
}

#[test]
fn a_chain_told_twice_is_there_once() {
    let writer = ladder(200);
    let mut log = told(&writer.all);
    for envelope in &writer.all {
        assert_eq!(
            log.insert(envelope.clone()),
            Ok(kaban_proto::Inserted::Known)
        );
    }
    assert_eq!(log.len(), writer.all.len());
    assert_eq!(log.forks().count(), 0);
}
