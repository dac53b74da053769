//! What a device knows about its leases, from real records and receipts.
#![allow(clippy::unwrap_used, missing_docs)]

use chrono::{DateTime, Duration, FixedOffset};
use kaban_model::duty::LeaseFacts;
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::codec::Wire;
use kaban_proto::ids::MemberId;
use kaban_proto::random::OsRandom;
use kaban_proto::relay_api::Receipt;
use kaban_proto::sign::SigningKey;
use kaban_sync::{Act, Error};
use kaban_testkit::{Board, Device, opened_store, turn};
use kaban_vault::slots::{KdfCost, SlotSecrets};
use kaban_vault::store::{Durability, Scope};

/// Opens a second person's slot.
const SECOND: &[u8] = b"another passphrase for tests";

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

/// The device with a further person's slot, opened by that person.
fn opened_by_a_second_person(device: Device, member: MemberId) -> Device {
    device.reopened_by(|_, mut store| {
        let mk = store.secrets().unwrap().mk.duplicate();
        let mut secrets = SlotSecrets::make_beside(mk, member, &mut OsRandom);
        secrets.kx = kaban_sync::seal::make_keypair(&mut OsRandom).0;
        store
            .add_slot(&secrets, SECOND, KdfCost::FLOOR, &mut OsRandom)
            .unwrap();
        store.lock().unwrap();
        store.unlock(Some(member), SECOND).unwrap();
        store
    })
}

/// The doctor on duty with the bag, who reads a patient through duty alone.
fn on_duty() -> (Device, Device, Board, PatientId) {
    let mut office = Device::founder("事務局", Role::Office);
    let mut a = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let member = primary.ws.member();
    let patient = office.register(member, &[]);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut primary, &mut a]);
    primary.note(patient, "一").unwrap();
    a.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut a, &mut primary, &mut office]);
    board.settle(&mut [&mut primary, &mut a, &mut office]);
    assert_eq!(a.notes(patient), ["一"]);
    (office, a, board, patient)
}

#[test]
fn a_second_persons_slot_ends_neither_the_first_ones_lease_nor_its_prekey() {
    let (mut office, a, mut board, patient) = on_duty();
    let mut shared = opened_by_a_second_person(a, MemberId::from_bytes([77; 16]));
    assert!(!shared.ws.holds_bag());
    shared.with(|ws, cx| ws.forget_dead_offers(cx)).unwrap();
    assert!(matches!(
        shared.with(|ws, cx| ws.erase_bag(cx)),
        Err(Error::Rule(_))
    ));
    let mut a = shared.reopened();
    assert!(a.ws.holds_bag());
    assert_eq!(a.notes(patient), ["一"]);
    // The prekey lives, too: an offer to the first person is still taken.
    let mut b = Device::joining(&mut office, "高橋", Role::Doctor);
    board.settle(&mut [&mut office, &mut a, &mut b]);
    b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut b, &mut a, &mut office]);
    board.settle(&mut [&mut b, &mut a, &mut office]);
    let to = (a.ws.member(), a.ws.device());
    let expires = b.now + Duration::hours(24);
    let offer = b.with(|ws, cx| ws.offer(to, turn(), expires, cx)).unwrap();
    let shared = opened_by_a_second_person(a, MemberId::from_bytes([78; 16]));
    let mut a = shared.reopened();
    let (hash, _) = a.with(|ws, cx| ws.receive_offer(&offer.file, cx)).unwrap();
    a.with(|ws, cx| ws.accept(hash, cx)).unwrap();
    assert!(a.ws.holds_bag());
    assert_eq!(a.notes(patient), ["一"]);
}

#[test]
fn a_lease_row_put_in_the_place_of_another_persons_opens_no_bag_for_them() {
    let (_office, a, _board, patient) = on_duty();
    let thief = MemberId::from_bytes([79; 16]);
    let shared = opened_by_a_second_person(a, thief);
    let mut shared = shared.reopened_by(|dir, store| {
        drop(store);
        let file = rusqlite::Connection::open(dir.join("bag/kaban.db")).unwrap();
        let copied = file.execute(
            "INSERT INTO boxed SELECT collection, parent, id, ?1, kind, scope, ver, sealed \
             FROM boxed WHERE collection IN ('lease', 'prekey', 'held')",
            [thief.as_bytes()],
        );
        assert!(copied.unwrap() > 3);
        let copied = file.execute(
            "INSERT INTO scope SELECT kind, ?1, id, sealed FROM scope WHERE kind = 3",
            [thief.as_bytes()],
        );
        assert_eq!(copied.unwrap(), 1);
        drop(file);
        let mut store = opened_store(dir);
        store.lock().unwrap();
        store.unlock(Some(thief), SECOND).unwrap();
        store
    });
    assert!(!shared.ws.holds_bag());
    assert_eq!(shared.page(patient), None);
    shared.with(|ws, cx| ws.forget_dead_offers(cx)).unwrap();
    let mut a = shared.reopened();
    assert!(a.ws.holds_bag());
    assert_eq!(a.notes(patient), ["一"]);
}

#[test]
fn a_lost_lease_row_destroys_no_bag() {
    let (_office, mut a, _board, patient) = on_duty();
    a.ws.store()
        .transact(Durability::Full, |tx| tx.delete_row("lease", b"", b"held"))
        .unwrap();
    let mut a = a.reopened();
    assert!(a.ws.holds_bag(), "the chain of duty says so");
    assert_eq!(a.notes(patient), ["一"], "and the bag is where it was");
}

#[test]
fn a_store_from_before_leases_were_a_persons_own_opens_with_bag_and_prekey() {
    let (mut office, mut a, mut board, patient) = on_duty();
    a.ws.store()
        .transact(Durability::Full, |tx| {
            let held = tx.get_row("lease", b"", b"held")?.unwrap();
            let next = tx.get_row("lease", b"", b"next")?.unwrap();
            let mut identity = tx.get_row("device", b"", b"identity")?.unwrap();
            identity.extend_from_slice(&next);
            tx.put_row(&Scope::Device, "device", b"", b"identity", &identity)?;
            tx.put_row(&Scope::Device, "device", b"", b"lease", &held)?;
            tx.delete_row("lease", b"", b"held")?;
            tx.delete_row("lease", b"", b"next")?;
            for (id, _) in tx.list_rows("prekey", b"")? {
                tx.rescope("prekey", b"", &id, &Scope::Device)?;
            }
            Ok::<_, kaban_vault::Error>(())
        })
        .unwrap();
    let mut a = a.reopened();
    assert_eq!(a.notes(patient), ["一"]);
    let mut b = Device::joining(&mut office, "高橋", Role::Doctor);
    board.settle(&mut [&mut office, &mut a, &mut b]);
    b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut b, &mut a, &mut office]);
    board.settle(&mut [&mut b, &mut a, &mut office]);
    let to = (a.ws.member(), a.ws.device());
    let expires = b.now + Duration::hours(24);
    let offer = b.with(|ws, cx| ws.offer(to, turn(), expires, cx)).unwrap();
    a.with(|ws, cx| ws.receive_offer(&offer.file, cx)).unwrap();
}
