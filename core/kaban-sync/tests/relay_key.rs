//! Which relay the association means.
#![allow(clippy::unwrap_used, missing_docs)]

use kaban_model::people::Role;
use kaban_proto::sign::{SigningKey, VerifyKey};
use kaban_sync::workspace::Carry;
use kaban_sync::{Act, Error};
use kaban_testkit::{Board, Device};

fn key(seed: u8) -> VerifyKey {
    SigningKey::from_seed([seed; 32]).verify_key()
}

fn name(device: &mut Device, key: VerifyKey, replaces: Option<VerifyKey>) -> Result<(), Error> {
    let act = Act::RelayKey { key, replaces };
    device.with(|ws, cx| ws.declare(vec![act], cx)).map(drop)
}

#[test]
fn an_admin_names_the_relay_and_nobody_else_does() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    assert!(matches!(
        name(&mut doctor, key(1), None),
        Err(Error::Rule(_))
    ));
    name(&mut office, key(1), None).unwrap();
    Board::default().settle(&mut [&mut office, &mut doctor]);
    assert_eq!(doctor.ws.association().relay(), Some(key(1)));
}

#[test]
fn a_relay_is_replaced_only_by_whoever_knew_the_one_before() {
    let mut office = Device::founder("事務局", Role::Office);
    name(&mut office, key(1), None).unwrap();
    assert!(matches!(
        name(&mut office, key(2), None),
        Err(Error::Rule(_))
    ));
    name(&mut office, key(2), Some(key(1))).unwrap();
    assert_eq!(office.ws.association().relay(), Some(key(2)));
}

#[test]
fn of_two_admins_who_name_a_relay_apart_one_counts_on_every_device() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut branch = Device::joining(&mut office, "支部", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut branch, &mut doctor]);
    name(&mut office, key(1), None).unwrap();
    name(&mut branch, key(2), None).unwrap();
    board.settle(&mut [&mut doctor, &mut branch, &mut office]);
    let chosen = doctor.ws.association().relay();
    assert!(chosen == Some(key(1)) || chosen == Some(key(2)));
    for device in [&office, &branch, &doctor] {
        assert_eq!(device.ws.association().relay(), chosen);
        assert_eq!(device.ws.association().refused().count(), 1);
    }
}

#[test]
fn a_relay_named_by_an_admin_who_was_suspended_unheard_does_not_count() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut clerk = Device::joining(&mut office, "書記", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut clerk, &mut doctor]);
    let suspend = Act::SuspendMember {
        member: clerk.ws.member(),
        reason: "left".into(),
    };
    office.with(|ws, cx| ws.declare(vec![suspend], cx)).unwrap();
    board.settle(&mut [&mut office, &mut doctor]);
    name(&mut clerk, key(2), None).unwrap();
    let carried = clerk.outbox();
    doctor
        .with(|ws, cx| ws.ingest(carried, Carry::Records, cx))
        .unwrap();
    assert_eq!(doctor.ws.association().relay(), None);
    assert_eq!(doctor.ws.association().refused().count(), 1);
    name(&mut office, key(1), None).unwrap();
    board.settle(&mut [&mut office, &mut doctor]);
    assert_eq!(doctor.ws.association().relay(), Some(key(1)));
}
