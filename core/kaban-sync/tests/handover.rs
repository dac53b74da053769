//! The bag goes round: a second turn on the same device, withdrawal, expiry, the wrong receiver,
//! a rival acceptance, an emergency take.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use chrono::Duration;
use kaban_model::people::Role;
use kaban_sync::Error;
use kaban_testkit::{Board, Device, turn};
use serde_json::json;

use common::World;

/// The same with a first note about the patient.
fn world() -> World {
    let mut w = common::world();
    w.primary.note(w.patient, "一").unwrap();
    w.board
        .settle(&mut [&mut w.primary, &mut w.a, &mut w.b, &mut w.office]);
    w
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
    assert!(w.primary.ws.association().refused().next().is_none());
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
    assert_eq!(
        w.a.text(w.patient, "name"),
        None,
        "nothing stays under the earlier lease"
    );
    assert_eq!(w.b.notes(w.patient), ["一"]);
    w.a.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.primary, &mut w.b]);
    assert_eq!(w.a.notes(w.patient), ["一"]);
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    assert_eq!(
        w.b.notes(w.patient),
        ["一"],
        "what was readable under the earlier lease stays so"
    );
}

#[test]
fn an_early_release_never_erases_the_bag_of_whoever_is_on_duty() {
    let mut w = world();
    hand_over(&mut w.a, &mut w.b);
    hand_over(&mut w.b, &mut w.a);
    assert!(
        w.a.with(|ws, cx| ws.release(None, cx)).is_err(),
        "nobody has accepted from A this time"
    );
    assert!(!w.a.ws.may_erase().unwrap());
    assert!(w.a.with(|ws, cx| ws.erase_bag(cx)).is_err());
    assert_eq!(w.a.notes(w.patient), ["一"]);
}

#[test]
fn whoever_was_relieved_by_a_take_lets_go_once_receipts_cover_their_work() {
    let mut w = world();
    w.a.note(w.patient, "最後の記録").unwrap();
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.a, &mut w.primary]);
    let (released, file) = w.a.with(|ws, cx| ws.release(None, cx)).unwrap();
    assert!(file.is_none());
    if !released.covered {
        let unsent: Vec<_> =
            w.a.outbox()
                .iter()
                .map(|envelope| envelope.hash())
                .collect();
        w.a.with(|ws, _| ws.write(|s| s.mark_sent(&unsent, b"a relay's receipt")))
            .unwrap();
    }
    w.a.with(|ws, cx| ws.erase_bag(cx)).unwrap();
    assert_eq!(w.a.text(w.patient, "name"), None);
    assert_eq!(w.b.notes(w.patient), ["一", "最後の記録"]);
}

#[test]
fn nobody_but_the_giver_withdraws_an_offer() {
    let mut w = world();
    let to = (w.b.ws.member(), w.b.ws.device());
    let expires = w.a.now + Duration::hours(24);
    let offer =
        w.a.with(|ws, cx| ws.offer(to, turn(), expires, cx))
            .unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.primary, &mut w.b]);
    let forged = kaban_sync::Act::Withdraw { offer: offer.offer };
    assert!(
        w.primary
            .with(|ws, cx| ws.declare(vec![forged], cx))
            .is_err()
    );
    w.b.with(|ws, cx| ws.accept(offer.offer, cx)).unwrap();
    assert!(w.b.ws.holds_bag());
}

#[test]
fn an_old_take_from_a_phone_long_offline_does_not_depose_a_regular_chain() {
    let mut w = world();
    let mut stale = Device::joining(&mut w.office, "田中", Role::Doctor);
    w.board.settle(&mut [&mut w.office, &mut w.a, &mut stale]);
    hand_over(&mut w.a, &mut w.b);
    stale.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board
        .settle(&mut [&mut stale, &mut w.b, &mut w.a, &mut w.primary]);
    for device in [&w.a, &w.b, &stale, &w.primary] {
        let holder = device.ws.association().duty().holder().unwrap().member;
        assert_eq!(holder, w.b.ws.member());
    }
}

#[test]
fn patients_listed_before_the_first_duty_are_readable_by_whoever_begins_it() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut a = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut primary, &mut a]);
    let me = primary.ws.member();
    let patient = primary.register(me, &[]);
    primary.put(patient, "name", json!("先に登録")).unwrap();
    board.settle(&mut [&mut primary, &mut a]);
    a.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [&mut a, &mut primary]);
    assert_eq!(a.text(patient, "name").as_deref(), Some("先に登録"));
}

#[test]
fn a_duty_doctor_who_joins_a_team_keeps_the_past_after_the_handover() {
    let mut w = world();
    let (patient, member) = (w.patient, w.a.ws.member());
    w.a.note(patient, "当番の夜").unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.primary]);
    let add = kaban_sync::Act::TeamAdd { patient, member };
    w.primary.with(|ws, cx| ws.declare(vec![add], cx)).unwrap();
    w.primary.note(patient, "担当に追加").unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.a, &mut w.b]);
    hand_over(&mut w.a, &mut w.b);
    assert_eq!(w.a.notes(patient), ["一", "当番の夜", "担当に追加"]);
    assert_eq!(w.a.text(patient, "name").as_deref(), Some("患者"));
}

#[test]
fn what_a_suspended_device_had_written_is_still_read_by_the_next_doctor() {
    let mut w = world();
    let device = w.primary.ws.device();
    w.office
        .with(|ws, cx| ws.suspend_device(device, cx))
        .unwrap();
    w.board.settle(&mut [&mut w.office, &mut w.a, &mut w.b]);
    hand_over(&mut w.a, &mut w.b);
    assert_eq!(w.b.notes(w.patient), ["一"]);
    assert_eq!(w.b.text(w.patient, "name").as_deref(), Some("患者"));
}

#[test]
fn a_suspension_that_had_not_seen_the_acceptance_does_not_stop_the_doctor_on_duty() {
    let mut w = world();
    let member = w.b.ws.member();
    let act = kaban_sync::Act::SuspendMember {
        member,
        reason: "誤り".to_owned(),
    };
    w.office.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    hand_over(&mut w.a, &mut w.b);
    w.board
        .settle(&mut [&mut w.office, &mut w.b, &mut w.a, &mut w.primary]);
    w.b.note(w.patient, "当番中").unwrap();
    w.board
        .settle(&mut [&mut w.b, &mut w.primary, &mut w.office]);
    assert_eq!(w.primary.notes(w.patient), ["一", "当番中"]);
    assert!(w.primary.ws.association().is_active(member));
}

#[test]
fn one_signature_does_not_outweigh_a_suspension() {
    let mut w = world();
    let member = w.b.ws.member();
    let act = kaban_sync::Act::SuspendMember {
        member,
        reason: "端末紛失".to_owned(),
    };
    w.office.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board
        .settle(&mut [&mut w.office, &mut w.b, &mut w.a, &mut w.primary]);
    for device in [&w.office, &w.a, &w.primary] {
        let association = device.ws.association();
        assert!(!association.is_active(member));
        assert_eq!(association.duty().holder().unwrap().member, w.a.ws.member());
    }
    assert_eq!(w.b.text(w.patient, "name"), None);
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
