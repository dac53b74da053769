//! What a device knows about its leases, from real records and receipts.
#![allow(clippy::unwrap_used, missing_docs)]

use chrono::{DateTime, Duration, FixedOffset};
use kaban_model::duty::LeaseFacts;
use kaban_model::people::Role;
use kaban_proto::codec::Wire;
use kaban_proto::relay_api::Receipt;
use kaban_proto::sign::SigningKey;
use kaban_sync::Act;
use kaban_testkit::{Board, Device, turn};
use kaban_vault::store::{Durability, Scope};

fn facts(device: &mut Device, met: Option<DateTime<FixedOffset>>) -> LeaseFacts {
    let now = device.now;
    device
        .with(|ws, _| ws.read(|s| s.lease_facts(now, met)))
        .unwrap()
}

fn absence(device: &mut Device) {
    let act = Act::Absence {
        member: device.ws.member(),
        from: device.now,
        to: device.now + Duration::hours(1),
    };
    device.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
}

#[test]
fn where_nobody_else_ever_was_no_lease_runs() {
    let mut alone = Device::founder("事務局", Role::Office);
    assert_eq!(facts(&mut alone, None), LeaseFacts::default());
}

#[test]
fn what_others_sign_renews_and_what_one_signs_alone_does_not() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut a = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut a]);
    let joined = facts(&mut a, None).own_renewed.unwrap();
    a.now += Duration::days(20);
    a.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    let taken = facts(&mut a, None);
    assert_eq!(taken.own_renewed, Some(joined), "a take is one's own word");
    assert!(taken.bag.unwrap().is_latest_holder);
    assert_eq!(taken.bag.unwrap().turn_to, turn().to);
    office.now += Duration::days(15);
    absence(&mut office);
    let said = office.now;
    board.settle(&mut [&mut office, &mut a]);
    assert_eq!(facts(&mut a, None).own_renewed, Some(said));
    let met = a.now;
    assert_eq!(facts(&mut a, Some(met)).own_renewed, Some(met));
    assert_eq!(
        facts(&mut a, Some(met + Duration::days(9))).own_renewed,
        Some(said),
        "a time far ahead of the clock counts for nothing"
    );
}

#[test]
fn the_floor_needs_two_others_or_one_and_the_relay_and_a_receipt_nobody_signed_is_none() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut a = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut b = Device::joining(&mut office, "高橋", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut a, &mut b]);
    assert_eq!(
        facts(&mut a, None).floor,
        None,
        "only the office has spoken"
    );

    let relay = SigningKey::from_seed([7; 32]);
    let stranger = SigningKey::from_seed([8; 32]);
    let ws = a.ws.id();
    let outbox: Vec<_> = a.outbox().iter().map(|e| e.hash()).collect();
    absence(&mut a);
    let at = office.now + Duration::hours(3);
    let receipt = |key: &SigningKey| {
        let at_ms = at.timestamp_millis().try_into().unwrap();
        Receipt::sign(ws, &outbox, at_ms, key).encode()
    };
    let know = relay.verify_key().encode();
    a.ws.store()
        .transact(Durability::Full, |tx| {
            tx.put_row(&Scope::Device, "relay", b"", b"key", &know)
        })
        .unwrap();
    let mark = |a: &mut Device, key: &SigningKey| {
        let left: Vec<_> = a.outbox().iter().map(|e| e.hash()).take(1).collect();
        let bytes = receipt(key);
        a.with(|ws, _| ws.write(|s| s.mark_sent(&left, &bytes)))
            .unwrap()
    };
    assert_eq!(mark(&mut a, &stranger), 1);
    assert_eq!(facts(&mut a, None).floor, None, "signed by nobody we know");
    assert_eq!(mark(&mut a, &relay), 1);
    let floor = facts(&mut a, None).floor.unwrap();
    assert_eq!(floor.at, at);
    assert!(floor.agreed < at);

    b.now += Duration::days(2);
    absence(&mut b);
    let said = b.now;
    board.settle(&mut [&mut b, &mut a]);
    let floor = facts(&mut a, None).floor.unwrap();
    assert_eq!((floor.at, floor.agreed), (said, at));
}

#[test]
fn a_suspension_closes_and_a_later_holder_is_known() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut a = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut b = Device::joining(&mut office, "高橋", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut a, &mut b]);
    a.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut a, &mut b, &mut office]);
    b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut b, &mut a, &mut office]);
    let known = facts(&mut a, None);
    assert!(!known.bag.unwrap().is_latest_holder);
    assert!(!known.suspended);
    let act = Act::SuspendMember {
        member: a.ws.member(),
        reason: "端末紛失".to_owned(),
    };
    office.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    board.settle(&mut [&mut office, &mut a]);
    assert!(facts(&mut a, None).suspended);
    assert!(!facts(&mut b, None).suspended);
}
