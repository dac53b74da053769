//! Several devices in one thread: founding, joining, writing, merging, handing over.
#![allow(clippy::unwrap_used, missing_docs)]

use chrono::Duration;
use kaban_model::people::Role;
use kaban_sync::Error;
use kaban_testkit::{Board, Device, turn};
use serde_json::json;

#[test]
fn a_device_that_joins_knows_the_association_and_its_members() {
    let mut office = Device::founder("事務局", Role::Office);
    let doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let late = Device::joining(&mut office, "鈴木", Role::Nurse);
    for device in [&doctor, &late] {
        assert_eq!(device.ws.association().name(), "匝瑳医師会");
        assert!(device.ws.association().refused().next().is_none());
    }
    assert_eq!(late.ws.association().active_members().count(), 3);
}

#[test]
fn the_team_and_the_duty_doctor_read_and_nobody_else_does() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut duty = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut other = Device::joining(&mut office, "高橋", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut primary, &mut duty, &mut other]);
    duty.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut office, &mut primary, &mut duty, &mut other]);
    let me = primary.ws.member();
    let patient = primary.register(me, &[]);
    primary.put(patient, "name", json!("田中 はな")).unwrap();
    primary.note(patient, "変わりなし").unwrap();
    board.settle(&mut [&mut office, &mut primary, &mut duty, &mut other]);
    assert_eq!(duty.text(patient, "name").as_deref(), Some("田中 はな"));
    assert_eq!(duty.notes(patient), ["変わりなし"]);
    assert_eq!(office.text(patient, "name").as_deref(), Some("田中 はな"));
    assert_eq!(other.text(patient, "name"), None);
    duty.note(patient, "夜間往診").unwrap();
    board.settle(&mut [&mut duty, &mut primary]);
    assert_eq!(primary.notes(patient), ["変わりなし", "夜間往診"]);
    assert!(matches!(
        other.note(patient, "x"),
        Err(Error::NotAllowed { .. })
    ));
}

#[test]
fn concurrent_doses_are_both_kept_until_one_is_chosen() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut duty = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut primary, &mut duty]);
    duty.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut duty, &mut primary, &mut office]);
    let me = primary.ws.member();
    let patient = primary.register(me, &[]);
    let dose = "medication/00000000000000000000000000000001";
    primary
        .put(
            patient,
            dose,
            json!({"drug": "アムロジピン", "dose": "5 mg"}),
        )
        .unwrap();
    board.settle(&mut [&mut primary, &mut duty]);
    primary
        .put(
            patient,
            dose,
            json!({"drug": "アムロジピン", "dose": "10 mg"}),
        )
        .unwrap();
    duty.put(
        patient,
        dose,
        json!({"drug": "アムロジピン", "dose": "2.5 mg"}),
    )
    .unwrap();
    board.settle(&mut [&mut duty, &mut primary]);
    for device in [&mut primary, &mut duty] {
        let page = device
            .with(|ws, cx| ws.read(|s| s.open_patient(cx, patient)))
            .unwrap();
        assert_eq!(page.conflicts().len(), 1);
    }
    let refused = primary.put(
        patient,
        dose,
        json!({"drug": "アムロジピン", "dose": "7 mg"}),
    );
    assert!(matches!(refused, Err(Error::Conflict)));
}

#[test]
fn the_bag_passes_by_file_with_what_was_written_late_and_the_old_device_loses_it() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut old = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut new = Device::joining(&mut office, "高橋", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut primary, &mut old, &mut new]);
    old.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut old, &mut office, &mut primary, &mut new]);
    let me = primary.ws.member();
    let patients: Vec<_> = (0..3).map(|_| primary.register(me, &[])).collect();
    let (old_member, new_member) = (old.ws.member(), new.ws.member());
    let own = primary.register(me, &[old_member]);
    for patient in &patients {
        primary.put(*patient, "name", json!("患者")).unwrap();
        primary.note(*patient, "変わりなし").unwrap();
    }
    primary.put(own, "name", json!("自分の患者")).unwrap();
    board.settle(&mut [&mut primary, &mut old]);

    let to = (new_member, new.ws.device());
    let expires = old.now + Duration::hours(2);
    let offer = old
        .with(|ws, cx| ws.offer(to, turn(), expires, cx))
        .unwrap();
    assert_eq!(offer.contents.patients, 4);
    old.note(patients[0], "遅い記録").unwrap();
    let (hash, contents) = new
        .with(|ws, cx| ws.receive_offer(&offer.file, cx))
        .unwrap();
    assert_eq!(contents, offer.contents);
    assert_eq!(
        new.text(patients[0], "name"),
        None,
        "nothing is readable before it is accepted"
    );
    let (_, _, accept) = new.with(|ws, cx| ws.accept(hash, cx)).unwrap();
    assert!(new.ws.holds_bag());
    assert_eq!(new.text(patients[0], "name").as_deref(), Some("患者"));
    assert_eq!(new.notes(patients[0]), ["変わりなし"]);

    let (released, file) = old.with(|ws, cx| ws.release(Some(&accept), cx)).unwrap();
    assert_eq!(released.late, 1);
    assert!(!released.covered);
    assert!(
        old.with(|ws, cx| ws.erase_bag(cx)).is_err(),
        "a late note has reached nobody"
    );
    let (late, ack) = new
        .with(|ws, cx| ws.receive_release(file.as_deref().unwrap(), cx))
        .unwrap();
    assert_eq!(late, 1);
    assert_eq!(new.notes(patients[0]), ["変わりなし", "遅い記録"]);
    old.with(|ws, cx| ws.receive_ack(&ack, cx)).unwrap();
    let erased = old.with(|ws, cx| ws.erase_bag(cx)).unwrap();
    assert!(erased.rows > 0);
    assert_eq!(erased.kept_own, 1);
    assert_eq!(old.text(patients[0], "name"), None);
    assert_eq!(old.text(own, "name").as_deref(), Some("自分の患者"));
    assert!(!old.ws.holds_bag());

    new.note(patients[1], "新しい当番").unwrap();
    board.settle(&mut [&mut new, &mut primary, &mut old]);
    assert_eq!(primary.notes(patients[1]), ["変わりなし", "新しい当番"]);
    assert_eq!(old.text(patients[1], "name"), None);
}
