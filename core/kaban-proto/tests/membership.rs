//! The promises of the record log: any order gives the same answer, removals are strong, nobody acts beyond their
//! rights.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Dev, genesis, log_of, record, record_after};
use kaban_proto::{
    Clear, DeviceStates, Hash32, Header, Inserted, Kind, RecordBody, RecordLog, Refusal, Rights,
    SealedEnvelope, SigningKey, Status, Vetted, Wire,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn add(device: &Dev) -> Clear {
    Clear::AddDevice(device.keys)
}

fn remove(device: &Dev) -> Clear {
    Clear::RemoveDevice {
        device: device.id(),
    }
}

fn suspend(device: &Dev, until_ms: u64) -> Clear {
    Clear::SuspendDevice {
        device: device.id(),
        until_ms,
    }
}

fn status(states: &DeviceStates, device: &Dev) -> Option<Status> {
    states.get(&device.id()).map(|state| state.status)
}

/// A workspace of founder `a` with admins `b` and `c` and a plain device `d`, all added by `a`.
struct Four {
    all: Vec<SealedEnvelope>,
    head: Hash32,
    a: Dev,
    b: Dev,
    c: Dev,
    d: Dev,
}

impl Four {
    fn new() -> Self {
        let (a, b, c, d) = (
            Dev::new(1, Rights::ALL),
            Dev::new(2, Rights::ALL),
            Dev::new(3, Rights::ALL),
            Dev::new(4, Rights::NONE),
        );
        let mut four = Self {
            all: vec![genesis(&a)],
            head: Hash32::ZERO,
            a,
            b,
            c,
            d,
        };
        four.head = four.all[0].hash();
        for clear in [add(&four.b), add(&four.c), add(&four.d)] {
            let a = four.a.clone();
            four.head = four.write(&a, &[four.head], clear);
        }
        four
    }

    /// Signs a record and keeps it; gives back its hash.
    fn write(&mut self, author: &Dev, parents: &[Hash32], clear: Clear) -> Hash32 {
        let envelope = record(&self.all, author, parents, clear);
        let hash = envelope.hash();
        self.all.push(envelope);
        hash
    }

    fn log(&self) -> RecordLog {
        log_of(&self.all)
    }
}

#[test]
fn the_founder_admits_devices_and_the_log_knows_its_heads() {
    let four = Four::new();
    let log = four.log();
    assert_eq!(log.len(), 4);
    assert_eq!(log.heads().iter().copied().collect::<Vec<_>>(), [four.head]);
    assert_eq!(log.genesis().unwrap().hash, four.all[0].hash());
    assert_eq!(status(log.devices(), &four.d), Some(Status::Active));
    let at_start = log.devices_at(&four.all[0].hash()).unwrap();
    assert_eq!(at_start.keys().copied().collect::<Vec<_>>(), [four.a.id()]);
    assert_eq!(log.last_of(&four.a.id()).unwrap().hash, four.head);
}

#[test]
fn a_workspace_id_belongs_to_one_genesis() {
    let four = Four::new();
    let other = genesis(&Dev::new(9, Rights::ALL));
    let mut log = RecordLog::new(four.log().ws());
    assert_eq!(
        log.insert(other.clone()),
        Err(Refusal::OtherWorkspace(other.header().ws))
    );
    let header = Header {
        ws: log.ws(),
        ..*other.header()
    };
    let forged =
        SealedEnvelope::sign(header, other.body().to_vec(), &Dev::new(9, Rights::ALL).key).unwrap();
    assert!(matches!(log.insert(forged), Err(Refusal::Genesis(_))));
    assert!(log.is_empty());
}

#[test]
fn a_genesis_signed_by_another_key_is_refused() {
    let a = Dev::new(1, Rights::ALL);
    let genesis = genesis(&a);
    let forged = SealedEnvelope::sign(
        *genesis.header(),
        genesis.body().to_vec(),
        &SigningKey::from_seed([99; 32]),
    )
    .unwrap();
    assert_eq!(RecordLog::found(forged).err(), Some(Refusal::Signature));
}

#[test]
fn a_founder_without_the_right_to_admit_founds_nothing() {
    assert!(matches!(
        RecordLog::found(genesis(&Dev::new(1, Rights::NONE))),
        Err(Refusal::Genesis(_))
    ));
}

#[test]
fn a_record_waits_for_its_parents_and_enters_with_them() {
    let four = Four::new();
    let mut log = RecordLog::new(four.all[0].header().ws);
    assert_eq!(
        log.insert(four.all[2].clone()),
        Ok(Inserted::Parked(vec![four.all[1].hash()]))
    );
    assert_eq!(log.insert(four.all[2].clone()), Ok(Inserted::Known));
    assert_eq!(
        log.insert(four.all[1].clone()),
        Ok(Inserted::Parked(vec![four.all[0].hash()]))
    );
    assert_eq!(
        log.wanted().copied().collect::<Vec<_>>(),
        [four.all[0].hash()]
    );
    assert_eq!(log.vet(&four.all[0]), Ok(Vetted::New));
    assert_eq!(log.insert(four.all[0].clone()), Ok(Inserted::New));
    assert_eq!((log.len(), log.parked(), log.wanted().count()), (3, 0, 0));
    assert_eq!(log.insert(four.all[2].clone()), Ok(Inserted::Known));
}

#[test]
fn a_parked_record_that_proves_invalid_is_told_once() {
    let mut four = Four::new();
    let stranger = Dev::new(50, Rights::ALL);
    let head = four.head;
    let bad = four.write(&stranger, &[head], Clear::None);
    let mut log = RecordLog::new(four.all[0].header().ws);
    for envelope in four.all.iter().rev() {
        log.insert(envelope.clone()).unwrap();
    }
    assert_eq!(
        log.take_refused(),
        [(bad, Refusal::UnknownAuthor(stranger.id()))]
    );
    assert_eq!(log.take_refused(), []);
}

#[test]
fn a_device_acts_within_its_rights_only() {
    let four = Four::new();
    let mut log = four.log();
    let (d, stranger) = (four.d.clone(), Dev::new(50, Rights::NONE));
    for clear in [add(&stranger), remove(&four.a), suspend(&four.a, 9)] {
        let refused = record(&four.all, &d, &[four.head], clear);
        assert_eq!(log.insert(refused), Err(Refusal::Right(d.id())));
    }
    let unknown = record(&four.all, &four.b, &[four.head], remove(&stranger));
    assert_eq!(
        log.insert(unknown),
        Err(Refusal::UnknownDevice(stranger.id()))
    );
    let own = record(&four.all, &four.b, &[four.head], suspend(&four.b, 0));
    assert_eq!(log.insert(own), Err(Refusal::Right(four.b.id())));
    let leaves = record(&four.all, &d, &[four.head], remove(&d));
    assert_eq!(log.insert(leaves), Ok(Inserted::New));
    assert_eq!(status(log.devices(), &d), Some(Status::Removed));
}

#[test]
fn a_second_founding_a_wrong_members_head_and_a_broken_chain_are_refused() {
    let four = Four::new();
    let mut log = four.log();
    let found = record(
        &four.all,
        &four.a,
        &[four.head],
        Clear::Found {
            device: four.a.keys,
            relay: None,
        },
    );
    assert!(matches!(log.insert(found), Err(Refusal::Genesis(_))));
    let good = record(&four.all, &four.a, &[four.head], Clear::None);
    let resign =
        |header: Header| SealedEnvelope::sign(header, good.body().to_vec(), &four.a.key).unwrap();
    let elsewhere = resign(Header {
        members_head: four.all[1].hash(),
        ..*good.header()
    });
    assert_eq!(log.insert(elsewhere), Err(Refusal::MembersHead));
    let jump = resign(Header {
        seq: good.header().seq + 1,
        ..*good.header()
    });
    assert_eq!(log.insert(jump), Err(Refusal::Chain));
    let unseen = resign(Header {
        prev: Hash32::of(b"unseen"),
        ..*good.header()
    });
    assert_eq!(log.insert(unseen), Err(Refusal::Chain));
    let data = Header {
        kind: Kind::Data,
        doc: kaban_proto::DocTag::from_bytes([9; 16]),
        ..*good.header()
    };
    assert_eq!(log.insert(resign(data)), Err(Refusal::NotARecord));
    assert_eq!(log.insert(good), Ok(Inserted::New));
}

#[test]
fn a_record_that_does_not_see_its_authors_last_one_is_refused() {
    let mut four = Four::new();
    let (a, b) = (four.a.clone(), four.b.clone());
    let base = four.head;
    let from_a = four.write(&a, &[base], Clear::None);
    let from_b = four.write(&b, &[base], Clear::None);
    let blind = record(&four.all, &a, &[from_b], Clear::None);
    assert_eq!(blind.header().prev, from_a);
    assert_eq!(four.log().insert(blind), Err(Refusal::Chain));
}

#[test]
fn a_removed_device_writes_no_more_and_needs_new_keys() {
    let mut four = Four::new();
    let (a, d) = (four.a.clone(), four.d.clone());
    let base = four.head;
    let gone = four.write(&a, &[base], remove(&d));
    let mut log = four.log();
    let late = record(&four.all, &d, &[gone], Clear::None);
    assert_eq!(log.insert(late), Err(Refusal::RemovedAuthor(d.id())));
    let again = record(&four.all, &a, &[gone], add(&d));
    assert_eq!(log.insert(again), Err(Refusal::RemovedDevice(d.id())));
}

#[test]
fn a_removal_voids_what_the_removed_device_did_unseen_and_spares_what_was_seen() {
    let mut four = Four::new();
    let (a, b) = (four.a.clone(), four.b.clone());
    let base = four.head;
    let friend = Dev::new(20, Rights::NONE);
    let intruder = Dev::new(21, Rights::ALL);
    let seen = four.write(&b, &[base], add(&friend));
    let unseen = four.write(&b, &[seen], add(&intruder));
    let by_intruder = four.write(&intruder, &[unseen], remove(&four.c.clone()));
    let removal = four.write(&a, &[seen], remove(&b));
    let log = four.log();
    assert_eq!(status(log.devices(), &friend), Some(Status::Active));
    assert_eq!(status(log.devices(), &intruder), None);
    assert_eq!(status(log.devices(), &four.c), Some(Status::Active));
    assert_eq!(status(log.devices(), &b), Some(Status::Removed));
    assert_eq!(
        [seen, unseen, by_intruder, removal].map(|hash| log.is_void(&hash)),
        [false, true, true, false]
    );
    assert_eq!(
        [unseen, by_intruder].map(|hash| log.is_void_at(&hash, &by_intruder)),
        [false, false]
    );
    assert_eq!(
        status(log.devices_at(&by_intruder).unwrap(), &four.c),
        Some(Status::Removed)
    );
}

#[test]
fn a_removal_voids_plain_records_too() {
    let mut four = Four::new();
    let (a, d) = (four.a.clone(), four.d.clone());
    let base = four.head;
    let unseen = four.write(&d, &[base], Clear::None);
    four.write(&a, &[base], remove(&d));
    assert!(four.log().is_void(&unseen));
}

#[test]
fn mutual_removals_both_apply() {
    let mut four = Four::new();
    let (a, b) = (four.a.clone(), four.b.clone());
    let base = four.head;
    let first = four.write(&a, &[base], remove(&b));
    let second = four.write(&b, &[base], remove(&a));
    let log = four.log();
    assert_eq!(status(log.devices(), &a), Some(Status::Removed));
    assert_eq!(status(log.devices(), &b), Some(Status::Removed));
    assert!(!log.is_void(&first) && !log.is_void(&second));
}

#[test]
fn a_ring_of_removals_applies_whole() {
    let mut four = Four::new();
    let (a, b, c) = (four.a.clone(), four.b.clone(), four.c.clone());
    let base = four.head;
    for (by, of) in [(&a, &b), (&b, &c), (&c, &a)] {
        four.write(by, &[base], remove(of));
    }
    let log = four.log();
    assert!(
        [a, b, c]
            .iter()
            .all(|device| status(log.devices(), device) == Some(Status::Removed))
    );
    assert_eq!(status(log.devices(), &four.d), Some(Status::Active));
}

#[test]
fn a_removed_device_cannot_take_bystanders_with_it() {
    let mut four = Four::new();
    let (a, b, c) = (four.a.clone(), four.b.clone(), four.c.clone());
    let base = four.head;
    four.write(&a, &[base], remove(&b));
    let revenge = four.write(&b, &[base], remove(&c));
    let log = four.log();
    assert!(log.is_void(&revenge));
    assert_eq!(status(log.devices(), &c), Some(Status::Active));
    assert_eq!(status(log.devices(), &a), Some(Status::Active));
}

#[test]
fn two_admins_who_remove_each_other_through_helpers_both_go() {
    let mut four = Four::new();
    let (a, b) = (four.a.clone(), four.b.clone());
    let (helper_of_a, helper_of_b) = (Dev::new(30, Rights::ALL), Dev::new(31, Rights::ALL));
    let base = four.head;
    let x = four.write(&a, &[base], add(&helper_of_a));
    let y = four.write(&b, &[base], add(&helper_of_b));
    four.write(&helper_of_a, &[x], remove(&b));
    four.write(&helper_of_b, &[y], remove(&a));
    let log = four.log();
    assert_eq!(status(log.devices(), &a), Some(Status::Removed));
    assert_eq!(status(log.devices(), &b), Some(Status::Removed));
    assert_eq!(status(log.devices(), &helper_of_a), None);
    assert_eq!(status(log.devices(), &helper_of_b), None);
}

#[test]
fn a_suspension_lasts_until_somebody_who_has_seen_it_lifts_it() {
    let mut four = Four::new();
    let (a, b, c) = (four.a.clone(), four.b.clone(), four.c.clone());
    let base = four.head;
    let first = four.write(&a, &[base], suspend(&c, 100));
    let second = four.write(&b, &[base], suspend(&c, 200));
    let log = four.log();
    assert_eq!(status(log.devices(), &c), Some(Status::Suspended));
    assert!(!log.devices().get(&c.id()).unwrap().may_write());
    let lift = four.write(&a, &[first], suspend(&c, 0));
    assert_eq!(
        status(four.log().devices_at(&lift).unwrap(), &c),
        Some(Status::Active)
    );
    assert_eq!(
        status(four.log().devices(), &c),
        Some(Status::Suspended),
        "the other suspension was not seen"
    );
    let join = four.write(&a, &[lift, second], suspend(&c, 0));
    assert_eq!(status(four.log().devices(), &c), Some(Status::Active));
    assert!(four.log().is_ancestor(&base, &join) && !four.log().is_ancestor(&first, &second));
    assert!(!four.log().is_ancestor(&join, &join));
}

#[test]
fn a_suspended_device_lets_nobody_in_behind_the_suspenders_back_until_it_is_lifted() {
    let mut four = Four::new();
    let (a, b) = (four.a.clone(), four.b.clone());
    let (friend, stranger) = (Dev::new(20, Rights::NONE), Dev::new(21, Rights::ALL));
    let base = four.head;
    let seen = four.write(&b, &[base], add(&friend));
    let note = four.write(&b, &[seen], Clear::None);
    let unseen = four.write(&b, &[note], add(&stranger));
    let by_stranger = four.write(&stranger, &[unseen], Clear::None);
    let suspension = four.write(&a, &[seen], suspend(&b, 1));
    let log = four.log();
    assert_eq!(status(log.devices(), &friend), Some(Status::Active));
    assert_eq!(status(log.devices(), &stranger), None);
    assert_eq!(
        [seen, note, unseen, by_stranger, suspension].map(|hash| log.is_void(&hash)),
        [false, false, true, true, false]
    );
    assert_eq!(
        [seen, note, unseen, by_stranger].map(|hash| log.is_unheard(&hash)),
        [false, true, true, false],
        "what it wrote unseen is unheard, whatever it is"
    );
    let lift = four.write(&a, &[suspension, by_stranger], suspend(&b, 0));
    let log = four.log();
    assert_eq!(status(log.devices(), &stranger), Some(Status::Active));
    assert_eq!(
        [unseen, by_stranger, lift].map(|hash| log.is_void(&hash)),
        [false; 3]
    );
    assert!(!log.is_unheard(&unseen));
}

#[test]
fn a_device_that_knows_of_its_suspension_grants_and_lifts_nothing() {
    let mut four = Four::new();
    let (a, b, c) = (four.a.clone(), four.b.clone(), four.c.clone());
    let base = four.head;
    let other = four.write(&a, &[base], suspend(&c, 1));
    let own = four.write(&a, &[other], suspend(&b, 1));
    let mut log = four.log();
    let refused = Err(Refusal::SuspendedAuthor(b.id()));
    for clear in [add(&Dev::new(20, Rights::NONE)), suspend(&c, 0)] {
        assert_eq!(log.insert(record(&four.all, &b, &[own], clear)), refused);
    }
    let leaves = record(&four.all, &b, &[own], remove(&b));
    assert_eq!(log.insert(leaves), Ok(Inserted::New));
}

#[test]
fn two_who_suspend_each_other_are_both_suspended_and_neither_lifts_its_own() {
    let mut four = Four::new();
    let (a, b, c) = (four.a.clone(), four.b.clone(), four.c.clone());
    let base = four.head;
    let first = four.write(&a, &[base], suspend(&b, 1));
    let second = four.write(&b, &[base], suspend(&a, 1));
    // Each lifts the suspension of the third that it had not heard of.
    let third = four.write(&c, &[base], suspend(&four.d.clone(), 1));
    four.write(&a, &[first, third], suspend(&four.d.clone(), 0));
    let log = four.log();
    assert_eq!(status(log.devices(), &a), Some(Status::Suspended));
    assert_eq!(status(log.devices(), &b), Some(Status::Suspended));
    assert_eq!(status(log.devices(), &four.d), Some(Status::Suspended));
    let lift = four.write(&c, &[first, second, third], suspend(&a, 0));
    let log = four.log();
    assert_eq!(status(log.devices(), &a), Some(Status::Active));
    assert_eq!(status(log.devices(), &b), Some(Status::Suspended));
    assert_eq!(status(log.devices(), &four.d), Some(Status::Active));
    assert!(!log.is_void(&lift) && !log.is_void(&second));
}

#[test]
fn whoever_may_not_let_others_in_stops_nobody_who_may() {
    let (admin, doctor) = (Dev::new(1, Rights::ALL), Dev::new(2, Rights::SUSPEND));
    let mut all = vec![genesis(&admin)];
    all.push(record(&all, &admin, &[all[0].hash()], add(&doctor)));
    let head = all[1].hash();
    let stop = record(&all, &doctor, &[head], suspend(&admin, 1));
    let mut log = log_of(&all);
    assert_eq!(log.insert(stop), Err(Refusal::Right(doctor.id())));
}

#[test]
fn a_device_that_its_suspended_friend_vouches_for_may_still_lift() {
    let mut four = Four::new();
    let (a, b) = (four.a.clone(), four.b.clone());
    let base = four.head;
    let vouched = four.write(&b, &[base], add(&a));
    let suspension = four.write(&a, &[base], suspend(&b, 1));
    four.write(&a, &[vouched, suspension], suspend(&b, 0));
    assert_eq!(status(four.log().devices(), &b), Some(Status::Active));
}

#[test]
fn a_doctor_cannot_make_its_own_removal_impossible() {
    let admin = Dev::new(1, Rights::ALL);
    let (doctor, other) = (Dev::new(2, Rights::SUSPEND), Dev::new(3, Rights::SUSPEND));
    let nurse = Dev::new(4, Rights::NONE);
    let mut all = vec![genesis(&admin)];
    for device in [&doctor, &other, &nurse] {
        let head = all[all.len() - 1].hash();
        all.push(record(&all, &admin, &[head], add(device)));
    }
    let ws = all[0].header().ws;
    let mut log = log_of(&all);
    let mut head = all[all.len() - 1].hash();
    let mut last: Option<SealedEnvelope> = None;
    let mut refused = 0;
    for n in 0..2_000_u64 {
        // First the same again and again, then there and back.
        let until_ms = if n < 1_000 { n + 1 } else { n % 2 };
        let next = record_after(
            ws,
            last.as_ref(),
            &doctor,
            &[head],
            suspend(&nurse, until_ms),
        );
        match log.insert(next.clone()) {
            Ok(_) => (head, last) = (next.hash(), Some(next)),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::LogFull);
                refused += 1;
            }
        }
    }
    assert!(refused > 300, "{refused}");
    let newcomer = Dev::new(5, Rights::NONE);
    for (author, clear) in [
        (&other, suspend(&doctor, 1)),
        (&admin, add(&newcomer)),
        (&admin, remove(&doctor)),
    ] {
        let next = record(&all, author, &[head], clear);
        assert_eq!(log.insert(next.clone()), Ok(Inserted::New));
        head = next.hash();
        all.push(next);
    }
    assert_eq!(status(log.devices(), &doctor), Some(Status::Removed));
}

#[test]
fn what_a_store_vouches_for_is_not_checked_again() {
    let four = Four::new();
    let head = four.all[3].hash();
    let forged = SealedEnvelope::sign(
        *record(&four.all, &four.a, &[head], Clear::None).header(),
        record(&four.all, &four.a, &[head], Clear::None)
            .body()
            .to_vec(),
        &SigningKey::from_seed([99; 32]),
    )
    .unwrap();
    let mut log = four.log();
    assert_eq!(log.insert(forged.clone()), Err(Refusal::Signature));
    assert_eq!(log.insert_stored(forged.clone()), Err(Refusal::Signature));
    assert_eq!(log.insert_trusted(forged), Ok(Inserted::New));
}

#[test]
fn a_device_added_again_gets_the_new_rights_and_keeps_its_id() {
    let mut four = Four::new();
    let (a, d) = (four.a.clone(), four.d.clone());
    let base = four.head;
    let promoted = Clear::AddDevice(kaban_proto::DeviceKeys {
        rights: Rights::ALL,
        ..d.keys
    });
    let head = four.write(&a, &[base], promoted);
    four.write(&d, &[head], suspend(&four.b.clone(), 7));
    let log = four.log();
    assert_eq!(log.devices().get(&d.id()).unwrap().keys.rights, Rights::ALL);
    assert_eq!(status(log.devices(), &four.b), Some(Status::Suspended));
}

#[test]
fn a_forked_chain_is_kept_whole_and_named() {
    let mut four = Four::new();
    let d = four.d.clone();
    let base = four.head;
    let twin = record(&four.all, &d, &[base], Clear::None);
    four.write(&d, &[base], suspend(&four.b.clone(), 7));
    four.all.pop();
    let sibling = SealedEnvelope::sign(
        Header {
            epoch: kaban_proto::EpochId::from_bytes([7; 16]),
            ..*twin.header()
        },
        twin.body().to_vec(),
        &d.key,
    )
    .unwrap();
    four.all.extend([twin, sibling]);
    let log = four.log();
    assert_eq!(log.forks().collect::<Vec<_>>(), [(d.id(), 1)]);
    assert_eq!(log.len(), 6);
}

#[test]
fn garbage_bodies_are_refused() {
    let four = Four::new();
    let mut log = four.log();
    let good = record(&four.all, &four.a, &[four.head], Clear::None);
    for len in 0..good.body().len() {
        let cut =
            SealedEnvelope::sign(*good.header(), good.body()[..len].to_vec(), &four.a.key).unwrap();
        assert!(matches!(log.insert(cut), Err(Refusal::Body(_))));
    }
    assert!(RecordBody::decode(good.body()).is_ok());
}

/// A story of random acts by random devices, each on random tips it could have seen.
fn story(choices: &[(u8, u8, u8, u8)]) -> Vec<SealedEnvelope> {
    let device = |n: u8| Dev::new(n, if n <= 5 { Rights::ALL } else { Rights::SUSPEND });
    let devices: Vec<Dev> = (1..=9).map(device).collect();
    let mut all = vec![genesis(&devices[0])];
    for newcomer in &devices[1..6] {
        all.push(record(
            &all,
            &devices[0],
            &[all[all.len() - 1].hash()],
            add(newcomer),
        ));
    }
    let mut log = log_of(&all);
    for (who, op, target, tip) in choices {
        let target = &devices[usize::from(*target) % devices.len()];
        let clear = match op % 8 {
            0..=1 => add(target),
            2..=3 => remove(target),
            4 => suspend(target, u64::from(*tip % 3)),
            _ => Clear::None,
        };
        let hashes: Vec<Hash32> = log.records().map(|r| r.hash).collect();
        let mut parents = vec![hashes[hashes.len() - 1 - usize::from(*tip) % 5]];
        let possible: Vec<&Dev> = devices
            .iter()
            .filter(|dev| {
                let status = log
                    .devices_at(&parents[0])
                    .and_then(|states| status(states, dev));
                status.is_some_and(|status| status != Status::Removed) && clear != remove(dev)
            })
            .collect();
        let Some(author) = possible.get(usize::from(*who) % possible.len().max(1)) else {
            continue;
        };
        // Now and then a device writes as its own copy, restored from before its last record.
        let newest = log.last_of(&author.id()).map(|r| r.hash);
        let forget = newest.filter(|newest| *op >= 245 && *newest != all[0].hash());
        let known: Vec<SealedEnvelope> = all
            .iter()
            .filter(|e| Some(e.hash()) != forget)
            .cloned()
            .collect();
        let own = known.iter().filter(|e| e.header().author == author.id());
        let last = own.max_by_key(|e| e.header().seq).map(SealedEnvelope::hash);
        if let Some(last) =
            last.filter(|last| *last != parents[0] && !log.is_ancestor(last, &parents[0]))
        {
            parents.push(last);
        }
        for clear in [clear, Clear::None] {
            let envelope = record(&known, author, &parents, clear);
            if log.insert(envelope.clone()) == Ok(Inserted::New) {
                all.push(envelope);
                break;
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_gives_the_same_answer(
        choices in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 4..50),
        keys in proptest::collection::vec(any::<u64>(), 56),
    ) {
        let all = story(&choices);
        let straight = log_of(&all);
        let mut shuffled: Vec<(u64, &SealedEnvelope)> = keys.into_iter().zip(&all).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let mut log = RecordLog::new(straight.ws());
        for (_, envelope) in &shuffled {
            log.insert((*envelope).clone()).unwrap();
        }
        prop_assert_eq!(log.parked(), 0);
        prop_assert_eq!(log.devices(), straight.devices());
        prop_assert_eq!(log.heads(), straight.heads());
        prop_assert!(log.records().eq(straight.records()));
        for record in straight.records() {
            prop_assert_eq!(log.devices_at(&record.hash), straight.devices_at(&record.hash));
            prop_assert_eq!(log.is_void(&record.hash), straight.is_void(&record.hash));
        }
    }

    #[test]
    fn ancestry_is_what_the_parents_say(
        choices in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 4..50),
    ) {
        let log = log_of(&story(&choices));
        let mut behind: BTreeMap<Hash32, BTreeSet<Hash32>> = BTreeMap::new();
        for record in log.records() {
            let mut set: BTreeSet<Hash32> = record.body.parents.iter().copied().collect();
            record.body.parents.iter().for_each(|parent| set.extend(&behind[parent]));
            behind.insert(record.hash, set);
        }
        for (record, ancestors) in &behind {
            for other in behind.keys() {
                prop_assert_eq!(log.is_ancestor(other, record), ancestors.contains(other));
            }
        }
    }

    #[test]
    fn every_effective_removal_shows_and_nobody_void_is_in_force(
        choices in proptest::collection::vec(any::<(u8, u8, u8, u8)>(), 4..50),
    ) {
        let log = log_of(&story(&choices));
        for record in log.records() {
            let void = log.is_void(&record.hash);
            let state = |id| log.devices().get(id).map(|state| state.status);
            let author = state(&record.envelope.header().author);
            let mut strikes = false;
            match &record.body.clear {
                Clear::RemoveDevice { device } if !void => {
                    strikes = true;
                    prop_assert!(matches!(state(device), None | Some(Status::Removed)));
                }
                Clear::SuspendDevice { .. } => strikes = true,
                Clear::AddDevice(keys) if !void => prop_assert!(state(&keys.device_id()).is_some()),
                Clear::Found { device, .. } => prop_assert!(!void && state(&device.device_id()).is_some()),
                _ => {}
            }
            prop_assert!(void || strikes || author.is_some());
        }
    }

    #[test]
    fn any_flipped_byte_of_a_record_keeps_it_out(at in 0_usize..500, mask in 1_u8..) {
        let four = Four::new();
        let mut log = four.log();
        let mut bytes = record(&four.all, &four.a, &[four.head], Clear::None).encode();
        let at = at % bytes.len();
        bytes[at] ^= mask;
        if let Ok(flipped) = SealedEnvelope::decode(&bytes) {
            prop_assert!(!matches!(log.insert(flipped), Ok(Inserted::New | Inserted::Known)));
        }
    }
}
