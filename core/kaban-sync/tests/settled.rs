//! The settled past: unlocking starts from it, and it says what a fold from nothing says.

#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration as Span;

use chrono::Duration;
use kaban_model::people::Role;
use kaban_proto::ids::Hash32;
use kaban_sync::{Act, Error};
use kaban_testkit::{Board, Device, cpu_time};
use kaban_vault::store::Durability;

fn away(device: &mut Device, times: i64) -> Hash32 {
    let member = device.ws.member();
    let mut last = Hash32::ZERO;
    for n in 0..times {
        let from = device.now + Duration::days(n);
        let act = Act::Absence {
            member,
            from,
            to: from,
        };
        last = device.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    }
    last
}

fn forget_the_settled_past(device: &mut Device) -> bool {
    let store = device.ws.store();
    let done = store.transact(Durability::Full, |tx| {
        Ok::<_, Error>(tx.delete_row("settled", b"", b"settled")?)
    });
    done.unwrap()
}

#[test]
fn a_bag_unlocks_from_the_settled_past_as_it_would_from_all_records() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut doctor]);
    let me = doctor.ws.member();
    let patient = doctor.register(me, &[]);
    away(&mut doctor, 600);
    let told = doctor.ws.association().clone();
    let spent = |device: Device| {
        let (device, spent): (Device, Span) = cpu_time(|| device.reopened());
        (device, spent)
    };
    let (mut doctor, from_past) = spent(doctor);
    assert!(*doctor.ws.association() == told);
    assert!(doctor.ws.association().on_duty_list(patient));
    assert!(
        forget_the_settled_past(&mut doctor),
        "there was nothing to start from"
    );
    let (doctor, from_all) = spent(doctor);
    assert!(*doctor.ws.association() == told);
    println!("603 records: unlock {from_past:?} from the settled past, {from_all:?} from nothing");
    assert!(from_past * 2 < from_all, "{from_past:?}, {from_all:?}");
}

#[test]
fn what_was_written_apart_from_the_settled_past_is_judged_by_its_own_ancestors() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut doctor, &mut nurse]);
    // The doctor goes off line and writes; the others go on for long and are opened again.
    away(&mut doctor, 3);
    away(&mut office, 300);
    board.settle(&mut [&mut office, &mut nurse]);
    let mut office = office.reopened();
    let mut nurse = nurse.reopened();
    board.settle(&mut [&mut doctor, &mut office, &mut nurse]);
    for device in [&mut office, &mut nurse, &mut doctor] {
        assert_eq!(device.ws.association().absences().count(), 303);
        assert!(device.ws.association().refused().next().is_none());
    }
    assert!(*office.ws.association() == *doctor.ws.association());
    let mut office = office.reopened();
    away(&mut office, 1);
    assert_eq!(office.ws.association().absences().count(), 304);
}

#[test]
fn a_settled_past_that_was_changed_on_the_disk_is_not_believed() {
    let mut office = Device::founder("事務局", Role::Office);
    away(&mut office, 300);
    let told = office.ws.association().clone();
    // Another version of the rules, or nothing that reads at all.
    for rubbish in [&b"{\"rules\":9}"[..], b"", b"[]"] {
        let store = office.ws.store();
        let done = store.transact(Durability::Full, |tx| {
            let scope = kaban_vault::store::Scope::Member;
            Ok::<_, Error>(tx.put_row(&scope, "settled", b"", b"settled", rubbish)?)
        });
        done.unwrap();
        office = office.reopened();
        assert!(*office.ws.association() == told);
    }
}
