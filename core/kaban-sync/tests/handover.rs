//! The bag goes round: a second turn on the same device, withdrawal, expiry, the wrong receiver,
//! a rival acceptance, an emergency take.
#![allow(clippy::unwrap_used, missing_docs)]

use chrono::Duration;
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_sync::Error;
use kaban_testkit::{Board, Device, turn};
use serde_json::json;

struct World {
    office: Device,
    primary: Device,
    a: Device,
    b: Device,
    board: Board,
    patient: PatientId,
}

/// A holds the bag; one patient of the primary's is on the list.
fn world() -> World {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut a = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut b = Device::joining(&mut office, "高橋", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut primary, &mut a, &mut b]);
    a.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut a, &mut office, &mut primary, &mut b]);
    let me = primary.ws.member();
    let patient = primary.register(me, &[]);
    primary.put(patient, "name", json!("患者")).unwrap();
    primary.note(patient, "一").unwrap();
    board.settle(&mut [&mut primary, &mut a, &mut b, &mut office]);
    World {
        office,
        primary,
        a,
        b,
        board,
        patient,
    }
}

fn hand_over(from: &mut Device, to: &mut Device) {
    let target = (to.ws.member(), to.ws.device());
    let expires = from.now + Duration::hours(24);
    let offer = from
        .with(|ws, cx| ws.offer(target, turn(), expires, cx))
        .unwrap();
    let (hash, _) = to.with(|ws, cx| ws.receive_offer(&offer.file, cx)).unwrap();
    let (_, _, accept) = to.with(|ws, cx| ws.accept(hash, cx)).unwrap();
    let (released, _) = from.with(|ws, cx| ws.release(Some(&accept), cx)).unwrap();
    assert!(released.covered);
    from.with(|ws, cx| ws.erase_bag(cx)).unwrap();
}

#[test]
fn a_doctor_who_is_on_duty_again_reads_everything_written_in_between() {
    let mut w = world();
    hand_over(&mut w.a, &mut w.b);
    w.b.note(w.patient, "二").unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.primary]);
    w.primary
        .put(w.patient, "phone", json!("0479-11-1111"))
        .unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.b]);
    assert_eq!(w.a.text(w.patient, "name"), None);
    hand_over(&mut w.b, &mut w.a);
    assert_eq!(w.a.text(w.patient, "name").as_deref(), Some("患者"));
    assert_eq!(
        w.a.text(w.patient, "phone").as_deref(),
        Some("0479-11-1111")
    );
    assert_eq!(w.a.notes(w.patient), ["一", "二"]);
    w.a.note(w.patient, "三").unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.primary]);
    assert_eq!(w.primary.notes(w.patient), ["一", "二", "三"]);
    assert!(w.primary.ws.association().refused().is_empty());
}

#[test]
fn a_withdrawn_offer_cannot_be_accepted_and_the_bag_can_be_offered_again() {
    let mut w = world();
    let to = (w.b.ws.member(), w.b.ws.device());
    let expires = w.a.now + Duration::hours(24);
    let offer =
        w.a.with(|ws, cx| ws.offer(to, turn(), expires, cx))
            .unwrap();
    assert!(
        w.a.with(|ws, cx| ws.offer(to, turn(), expires, cx))
            .is_err(),
        "one offer at a time"
    );
    w.a.with(|ws, cx| ws.withdraw_offer(offer.offer, cx))
        .unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.b]);
    assert!(matches!(
        w.b.with(|ws, cx| ws.accept(offer.offer, cx)),
        Err(Error::Rule(_))
    ));
    assert_eq!(w.b.with(|ws, cx| ws.forget_dead_offers(cx)).unwrap(), 1);
    assert!(
        w.b.with(|ws, cx| ws.receive_offer(&offer.file, cx))
            .is_err(),
        "its key is gone"
    );
    w.board.settle(&mut [&mut w.b, &mut w.a]);
    hand_over(&mut w.a, &mut w.b);
    assert_eq!(w.b.text(w.patient, "name").as_deref(), Some("患者"));
}

#[test]
fn an_offer_ends_by_itself_and_the_holder_stays_on_duty() {
    let mut w = world();
    let to = (w.b.ws.member(), w.b.ws.device());
    let expires = w.a.now + Duration::minutes(30);
    let offer =
        w.a.with(|ws, cx| ws.offer(to, turn(), expires, cx))
            .unwrap();
    w.b.with(|ws, cx| ws.receive_offer(&offer.file, cx))
        .unwrap();
    w.b.now += Duration::hours(1);
    assert!(matches!(
        w.b.with(|ws, cx| ws.accept(offer.offer, cx)),
        Err(Error::Rule(_))
    ));
    assert!(w.a.ws.holds_bag());
    w.a.note(w.patient, "まだ当番").unwrap();
}

#[test]
fn an_offer_opens_on_no_other_device() {
    let mut w = world();
    let to = (w.b.ws.member(), w.b.ws.device());
    let expires = w.a.now + Duration::hours(24);
    let offer =
        w.a.with(|ws, cx| ws.offer(to, turn(), expires, cx))
            .unwrap();
    let refused = w.office.with(|ws, cx| ws.receive_offer(&offer.file, cx));
    assert!(matches!(refused, Err(Error::ForSomebodyElse(_))));
    for end in [0, 3, 60, 200, offer.file.len() / 2, offer.file.len() - 1] {
        let cut = w.b.with(|ws, cx| ws.receive_offer(&offer.file[..end], cx));
        assert!(matches!(cut, Err(Error::Malformed { .. })), "cut at {end}");
    }
}

#[test]
fn by_relay_the_same_records_travel_and_a_receipt_is_enough() {
    let mut w = world();
    let to = (w.b.ws.member(), w.b.ws.device());
    let expires = w.a.now + Duration::hours(24);
    let offer =
        w.a.with(|ws, cx| ws.offer(to, turn(), expires, cx))
            .unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.b]);
    let contents = w.b.with(|ws, cx| ws.verify_offer(offer.offer, cx)).unwrap();
    assert_eq!(contents, offer.contents);
    w.b.with(|ws, cx| ws.accept(offer.offer, cx)).unwrap();
    assert_eq!(w.b.notes(w.patient), ["一"]);
    w.board.settle(&mut [&mut w.b, &mut w.a]);
    let (released, _) = w.a.with(|ws, cx| ws.release(None, cx)).unwrap();
    assert!(released.covered);
    w.a.with(|ws, cx| ws.erase_bag(cx)).unwrap();
    assert_eq!(w.a.text(w.patient, "name"), None);
}

#[test]
fn in_an_emergency_a_doctor_takes_duty_and_can_read_once_the_team_has_seen_it() {
    let mut w = world();
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    assert!(w.b.ws.holds_bag());
    assert_eq!(w.b.text(w.patient, "name"), None, "no key of the past yet");
    w.b.note(w.patient, "緊急").unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.primary, &mut w.a]);
    assert_eq!(w.b.text(w.patient, "name").as_deref(), Some("患者"));
    assert_eq!(w.b.notes(w.patient), ["一", "緊急"]);
    assert_eq!(w.primary.notes(w.patient), ["一", "緊急"]);
    assert!(!w.a.ws.holds_bag());
    assert_eq!(
        w.a.ws.association().duty().holder().unwrap().member,
        w.b.ws.member()
    );
}

#[test]
fn whoever_was_relieved_by_a_take_can_be_on_duty_again() {
    let mut w = world();
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.primary, &mut w.a]);
    hand_over(&mut w.b, &mut w.a);
    assert_eq!(w.a.notes(w.patient), ["一"]);
    hand_over(&mut w.a, &mut w.b);
    assert_eq!(w.a.text(w.patient, "name"), None, "nothing stays under the earlier lease");
    assert_eq!(w.b.notes(w.patient), ["一"]);
    w.a.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.primary, &mut w.b]);
    assert_eq!(w.a.notes(w.patient), ["一"]);
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    assert_eq!(w.b.notes(w.patient), ["一"], "what was readable under the earlier lease stays so");
}

#[test]
fn a_patient_whose_consent_is_withdrawn_leaves_the_next_bag() {
    let mut w = world();
    let patient = w.patient;
    let on = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
    let act = kaban_sync::Act::ConsentWithdrawn { patient, on };
    w.primary.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.a, &mut w.b]);
    assert_eq!(w.a.ws.association().duty_list().count(), 0);
    w.primary.note(patient, "同意撤回後").unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.a]);
    assert_eq!(
        w.a.text(patient, "name"),
        None,
        "it has left the bag that is held, too"
    );
    hand_over(&mut w.a, &mut w.b);
    assert_eq!(w.b.text(patient, "name"), None);
    let given = kaban_testkit::consent("2026-11-21");
    let act = kaban_sync::Act::ConsentGiven { patient, given };
    w.primary.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    w.primary
        .put(patient, "phone", json!("0479-22-2222"))
        .unwrap();
    w.primary.note(patient, "再び登録").unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.b, &mut w.a]);
    assert_eq!(w.b.text(patient, "name").as_deref(), Some("患者"));
    assert_eq!(w.b.notes(patient), ["一", "同意撤回後", "再び登録"]);
    assert_eq!(w.a.text(patient, "name"), None);
}

#[test]
fn somebody_who_joins_the_team_reads_the_past_and_somebody_who_leaves_not_the_future() {
    let mut w = world();
    let patient = w.patient;
    let member = w.b.ws.member();
    let add = kaban_sync::Act::TeamAdd { patient, member };
    w.primary.with(|ws, cx| ws.declare(vec![add], cx)).unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.b]);
    assert_eq!(w.b.notes(patient), ["一"]);
    w.b.note(patient, "二").unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.primary]);
    let remove = kaban_sync::Act::TeamRemove { patient, member };
    w.primary
        .with(|ws, cx| ws.declare(vec![remove], cx))
        .unwrap();
    w.primary.note(patient, "三").unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.b]);
    assert_eq!(w.primary.notes(patient), ["一", "二", "三"]);
    assert!(!w.b.notes(patient).contains(&"三".to_owned()));
    assert!(matches!(
        w.b.note(patient, "四"),
        Err(Error::NotAllowed { .. })
    ));
}
