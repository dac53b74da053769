//! A draft and the bag: whatever takes the key of a draft away, what was typed reaches somebody.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use chrono::{Duration, NaiveDate};
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::DocKind;
use kaban_model::visit::{Item, ItemKind, ItemLink};
use kaban_proto::envelope::Kind;
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Draft, ItemSeen};
use kaban_sync::{Act, Error};
use kaban_testkit::{Device, Forger, PASSPHRASE, turn};
use kaban_vault::examine::{Examination, open_everything};
use kaban_vault::keyvault::FileKeyVault;
use kaban_vault::store::Durability;
use serde_json::{Map, json};

use common::world;

fn log(patient: PatientId) -> DocKey {
    DocKey::of(patient, DocKind::Log)
}

fn save(device: &mut Device, patient: PatientId, text: &str) -> Result<Draft, Error> {
    let body = json!({ "plan": text });
    let id = ItemId::from_bytes([text.len() as u8; 16]);
    device.with(|ws, cx| ws.write(|s| s.save_draft(cx, patient, id, body)))
}

fn draft_of(device: &mut Device, patient: PatientId) -> Option<String> {
    let draft = device.with(|ws, _| ws.read(|s| s.draft(patient))).unwrap();
    draft.map(|draft| draft.body["plan"].as_str().unwrap().to_owned())
}

/// The drafts others see: text, author's own, confirmed by the author.
fn handed_in(device: &mut Device, patient: PatientId) -> Vec<(String, bool)> {
    let items = device.items(patient);
    let confirmed = |seen: &ItemSeen| {
        items.iter().any(|other| {
            other.item.link == Some(ItemLink::Confirms(seen.item.id)) && other.by == seen.by
        })
    };
    let drafts = items.iter().filter(|s| s.item.kind == ItemKind::Draft);
    drafts
        .map(|seen| {
            let text = seen.item.body["plan"].as_str().unwrap().to_owned();
            (text, confirmed(seen))
        })
        .collect()
}

fn confirm(device: &mut Device, patient: PatientId, id: ItemId) -> Result<(), Error> {
    let item = Item {
        id: ItemId::from_bytes([0xcc; 16]),
        kind: ItemKind::Confirmation,
        at: device.now,
        patient: Some(patient),
        link: Some(ItemLink::Confirms(id)),
        body: json!({}),
        rest: Map::new(),
    };
    device
        .with(|ws, cx| ws.write(|s| s.put_item(cx, log(patient), &item)))
        .map(drop)
}

/// By file: offer, accept, release with what is late, acknowledgement, erasure.
fn hand_over(from: &mut Device, to: &mut Device) -> usize {
    let target = (to.ws.member(), to.ws.device());
    let expires = from.now + Duration::hours(24);
    let offer = from
        .with(|ws, cx| ws.offer(target, turn(), expires, cx))
        .unwrap();
    let (hash, _) = to.with(|ws, cx| ws.receive_offer(&offer.file, cx)).unwrap();
    let (_, _, accept) = to.with(|ws, cx| ws.accept(hash, cx)).unwrap();
    let (released, file) = from.with(|ws, cx| ws.release(Some(&accept), cx)).unwrap();
    assert_eq!(released.covered, released.late == 0);
    let (late, ack) = to
        .with(|ws, cx| ws.receive_release(&file.unwrap(), cx))
        .unwrap();
    assert_eq!(late, released.late as u64);
    from.with(|ws, cx| ws.receive_ack(&ack, cx)).unwrap();
    from.with(|ws, cx| ws.erase_bag(cx)).unwrap();
    released.late
}

fn examine(dir: &Path) -> Examination {
    let copy = tempfile::tempdir().unwrap();
    let database = copy.path().join("kaban.db");
    for file in ["kaban.db", "kaban.db-wal"] {
        let from = dir.join("bag").join(file);
        if from.exists() {
            std::fs::copy(from, copy.path().join(file)).unwrap();
        }
    }
    let keys = FileKeyVault::open(&dir.join("keystore")).unwrap();
    open_everything(&database, &keys, PASSPHRASE).unwrap()
}

#[test]
fn what_the_outgoing_doctor_began_travels_late_and_its_author_confirms_it_when_reading_again() {
    let mut w = world();
    let id = save(&mut w.a, w.patient, "夜の往診").unwrap().id;
    assert_eq!(
        hand_over(&mut w.a, &mut w.b),
        1,
        "the draft; its key period was in the manifest"
    );
    assert_eq!(draft_of(&mut w.a, w.patient), None);
    let unconfirmed = [("夜の往診".to_owned(), false)];
    assert_eq!(handed_in(&mut w.b, w.patient), unconfirmed);
    w.board.settle(&mut [&mut w.a, &mut w.b, &mut w.primary]);
    assert_eq!(handed_in(&mut w.primary, w.patient), unconfirmed);
    assert_eq!(w.b.items(w.patient)[0].duty, 1, "written on A's duty");
    let other = confirm(&mut w.b, w.patient, id);
    assert!(matches!(other, Err(Error::NotTheirs(_))), "{other:?}");
    let away = confirm(&mut w.a, w.patient, id);
    assert!(away.is_err(), "A reads nothing of it now");

    hand_over(&mut w.b, &mut w.a);
    confirm(&mut w.a, w.patient, id).unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.b, &mut w.primary]);
    let confirmed = [("夜の往診".to_owned(), true)];
    assert_eq!(handed_in(&mut w.a, w.patient), confirmed);
    assert_eq!(handed_in(&mut w.primary, w.patient), confirmed);
    for device in [&mut w.a, &mut w.b, &mut w.primary] {
        assert!(device.quarantine().is_empty());
    }
}

#[test]
fn by_relay_the_draft_is_handed_in_by_the_release_and_a_receipt_covers_it() {
    let mut w = world();
    save(&mut w.a, w.patient, "中継").unwrap();
    let to = (w.b.ws.member(), w.b.ws.device());
    let expires = w.a.now + Duration::hours(24);
    let offer =
        w.a.with(|ws, cx| ws.offer(to, turn(), expires, cx))
            .unwrap();
    w.board.settle(&mut [&mut w.a, &mut w.b]);
    w.b.with(|ws, cx| ws.verify_offer(offer.offer, cx)).unwrap();
    w.b.with(|ws, cx| ws.accept(offer.offer, cx)).unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.a]);
    assert_eq!(draft_of(&mut w.a, w.patient).as_deref(), Some("中継"));
    let (released, _) = w.a.with(|ws, cx| ws.release(None, cx)).unwrap();
    assert_eq!((released.late, released.covered), (1, false));
    assert!(!w.a.ws.may_erase().unwrap());
    w.board.settle(&mut [&mut w.a, &mut w.b, &mut w.primary]);
    let sent: Vec<_> = w.a.outbox().iter().map(|e| e.hash()).collect();
    w.a.with(|ws, _| ws.write(|s| s.mark_sent(&sent, b"a relay's receipt")))
        .unwrap();
    w.a.with(|ws, cx| ws.erase_bag(cx)).unwrap();
    for device in [&mut w.b, &mut w.primary] {
        assert_eq!(handed_in(device, w.patient), [("中継".to_owned(), false)]);
    }
}

#[test]
fn after_the_bag_is_erased_no_draft_of_it_opens_and_one_of_an_own_patient_stays() {
    let mut w = world();
    let me = w.a.ws.member();
    let own = w.a.register(me, &[]);
    save(&mut w.a, w.patient, "当番").unwrap();
    save(&mut w.a, own, "主治医").unwrap();
    let before = examine(w.a.dir.path());
    assert!(before.bag.opened > 0);
    hand_over(&mut w.a, &mut w.b);
    let after = examine(w.a.dir.path());
    assert_eq!((after.bag.opened, after.bag.closed), (0, 0));
    assert_eq!(draft_of(&mut w.a, own).as_deref(), Some("主治医"));
    let mut a = w.a.reopened();
    let left = a.with(|ws, _| ws.read(|s| s.drafts())).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(draft_of(&mut a, own).as_deref(), Some("主治医"));
    assert!(handed_in(&mut a, own).is_empty());
}

#[test]
fn a_doctor_relieved_by_a_take_hands_in_what_was_begun_before_anything_is_erased() {
    let mut w = world();
    save(&mut w.a, w.patient, "途中").unwrap();
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.primary, &mut w.a]);
    assert_eq!(draft_of(&mut w.a, w.patient).as_deref(), Some("途中"));
    assert!(matches!(
        save(&mut w.a, w.patient, "もっと"),
        Err(Error::NotAllowed { .. })
    ));
    assert_eq!(draft_of(&mut w.a, w.patient).as_deref(), Some("途中"));
    assert!(w.a.with(|ws, cx| ws.erase_bag(cx)).is_err(), "not covered");
    let (_, file) = w.a.with(|ws, cx| ws.release(None, cx)).unwrap();
    assert!(file.is_none());
    w.board.settle(&mut [&mut w.a, &mut w.primary, &mut w.b]);
    // The key period came after the take and was sealed to the duty before it.
    for device in [&mut w.primary, &mut w.b] {
        assert_eq!(handed_in(device, w.patient), [("途中".to_owned(), false)]);
        assert!(device.quarantine().is_empty());
    }
    let sent: Vec<_> = w.a.outbox().iter().map(|e| e.hash()).collect();
    w.a.with(|ws, _| ws.write(|s| s.mark_sent(&sent, b"a relay's receipt")))
        .unwrap();
    w.a.with(|ws, cx| ws.erase_bag(cx)).unwrap();
    assert_eq!(w.a.text(w.patient, "name"), None);
}

#[test]
fn a_doctor_relieved_by_a_take_and_on_duty_again_goes_on_with_the_same_draft() {
    let mut w = world();
    save(&mut w.a, w.patient, "途中").unwrap();
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.primary, &mut w.a]);
    hand_over(&mut w.b, &mut w.a);
    assert_eq!(draft_of(&mut w.a, w.patient).as_deref(), Some("途中"));
    save(&mut w.a, w.patient, "続き").unwrap();
    let mut a = w.a.reopened();
    assert_eq!(draft_of(&mut a, w.patient).as_deref(), Some("続き"));
}

#[test]
fn the_draft_of_somebody_who_leaves_the_team_is_handed_in_to_those_who_stay() {
    let mut w = world();
    let (patient, member) = (w.patient, w.b.ws.member());
    let add = Act::TeamAdd { patient, member };
    w.primary.with(|ws, cx| ws.declare(vec![add], cx)).unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.b, &mut w.a]);
    save(&mut w.b, patient, "引き継ぎ前").unwrap();
    let remove = Act::TeamRemove { patient, member };
    w.primary
        .with(|ws, cx| ws.declare(vec![remove], cx))
        .unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.b, &mut w.a]);
    assert_eq!(draft_of(&mut w.b, patient), None);
    assert!(w.b.items(patient).is_empty());
    for device in [&mut w.primary, &mut w.a] {
        assert_eq!(
            handed_in(device, patient),
            [("引き継ぎ前".to_owned(), false)]
        );
        assert!(device.quarantine().is_empty());
    }
}

#[test]
fn a_note_begun_before_consent_was_withdrawn_reaches_the_primary_physician() {
    let mut w = world();
    let patient = w.patient;
    save(&mut w.a, patient, "撤回前の往診").unwrap();
    let on = NaiveDate::from_ymd_opt(2026, 11, 18).unwrap();
    let act = Act::ConsentWithdrawn { patient, on };
    w.primary.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.a]);
    assert_eq!(draft_of(&mut w.a, patient), None);
    assert_eq!(w.a.text(patient, "name"), None);
    let seen = handed_in(&mut w.primary, patient);
    assert_eq!(seen, [("撤回前の往診".to_owned(), false)]);
    hand_over(&mut w.a, &mut w.b);
}

#[test]
fn a_draft_moves_with_its_patient_from_the_bag_to_ones_own() {
    let mut w = world();
    let (patient, member) = (w.patient, w.a.ws.member());
    save(&mut w.a, patient, "担当に").unwrap();
    let add = Act::TeamAdd { patient, member };
    w.primary.with(|ws, cx| ws.declare(vec![add], cx)).unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.a, &mut w.b]);
    hand_over(&mut w.a, &mut w.b);
    assert_eq!(draft_of(&mut w.a, patient).as_deref(), Some("担当に"));
    assert!(handed_in(&mut w.b, patient).is_empty());
}

#[test]
fn a_draft_older_than_the_authors_last_note_does_not_go_back_behind_it() {
    let mut w = world();
    save(&mut w.a, w.patient, "先に始めた").unwrap();
    let me = w.primary.ws.member();
    w.primary.register(me, &[]);
    w.board.settle(&mut [&mut w.primary, &mut w.a, &mut w.b]);
    w.a.note(w.patient, "後に書いた").unwrap();
    hand_over(&mut w.a, &mut w.b);
    assert_eq!(
        handed_in(&mut w.b, w.patient),
        [("先に始めた".to_owned(), false)]
    );
    assert!(w.b.quarantine().is_empty());
}

#[test]
fn a_draft_of_somebody_who_may_not_write_there_is_refused_and_leaves_nothing() {
    let mut w = world();
    let refused = save(&mut w.b, w.patient, "権限なし");
    assert!(matches!(refused, Err(Error::NotAllowed { .. })));
    assert_eq!(draft_of(&mut w.b, w.patient), None);
}

#[test]
fn signing_that_is_cut_short_leaves_the_draft_and_no_note() {
    let mut w = world();
    save(&mut w.a, w.patient, "署名の途中").unwrap();
    let patient = w.patient;
    let note = Item {
        id: ItemId::from_bytes([7; 16]),
        kind: ItemKind::Visit,
        at: w.a.now,
        patient: Some(patient),
        link: None,
        body: json!({ "plan": "署名の途中" }),
        rest: Map::new(),
    };
    let sign = |a: &mut Device, end: &dyn Fn() -> Result<(), Error>| {
        a.with(|ws, cx| {
            ws.write(|s| {
                s.put_item(cx, log(patient), &note)?;
                s.discard_draft(patient)?;
                end()
            })
        })
    };
    let both = |a: &mut Device| (draft_of(a, patient).is_some(), a.items(patient).len());
    assert!(sign(&mut w.a, &|| Err(Error::NoKey)).is_err());
    assert_eq!(both(&mut w.a), (true, 0));
    let died = catch_unwind(AssertUnwindSafe(|| {
        sign(&mut w.a, &|| panic!("the battery died"))
    }));
    assert!(died.is_err());
    let mut a = w.a.reopened();
    assert_eq!(both(&mut a), (true, 0));
    sign(&mut a, &|| Ok(())).unwrap();
    let mut a = a.reopened();
    assert_eq!(both(&mut a), (false, 1));
}

#[test]
fn a_body_that_could_not_be_read_back_is_refused_and_what_was_saved_stays() {
    let mut w = world();
    save(&mut w.a, w.patient, "保存済み").unwrap();
    let mut deep = json!(1);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let body = json!({ "plan": "x", "deep": deep });
    let id = ItemId::from_bytes([9; 16]);
    let patient = w.patient;
    let refused =
        w.a.with(|ws, cx| ws.write(|s| s.save_draft(cx, patient, id, body)));
    assert!(matches!(refused, Err(Error::Malformed { .. })));
    assert_eq!(draft_of(&mut w.a, patient).as_deref(), Some("保存済み"));
}

/// Takes the keys of a log away, as if they had never come.
fn forget_keys(device: &mut Device, patient: PatientId) {
    let tag = Forger::of(device).tag(log(patient));
    device
        .ws
        .store()
        .transact(Durability::Full, |tx| {
            for (epoch, _) in tx.list_rows("doc_key", tag.as_bytes())? {
                tx.delete_row("doc_key", tag.as_bytes(), &epoch)?;
            }
            Ok::<_, kaban_vault::Error>(())
        })
        .unwrap();
}

fn is_stranded(device: &mut Device, patient: PatientId) -> bool {
    device
        .with(|ws, _| ws.read(|s| s.is_stranded(patient)))
        .unwrap()
}

#[test]
fn a_draft_of_the_bag_that_cannot_be_handed_in_keeps_the_bag_from_being_erased() {
    let mut w = world();
    save(&mut w.a, w.patient, "鍵がない").unwrap();
    forget_keys(&mut w.a, w.patient);
    w.b.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    w.board.settle(&mut [&mut w.b, &mut w.a]);
    forget_keys(&mut w.a, w.patient);
    w.a.with(|ws, cx| ws.release(None, cx)).unwrap();
    let refused = w.a.with(|ws, cx| ws.erase_bag(cx));
    assert!(matches!(refused, Err(Error::Rule(why)) if why.contains("draft")));
    assert_eq!(draft_of(&mut w.a, w.patient).as_deref(), Some("鍵がない"));
    let patient = w.patient;
    w.a.with(|ws, _| ws.write(|s| s.discard_draft(patient)))
        .unwrap();
    let sent: Vec<_> = w.a.outbox().iter().map(|e| e.hash()).collect();
    w.a.with(|ws, _| ws.write(|s| s.mark_sent(&sent, b"a relay's receipt")))
        .unwrap();
    w.a.with(|ws, cx| ws.erase_bag(cx)).unwrap();
}

#[test]
fn a_draft_of_ones_own_that_cannot_be_handed_in_stays_on_the_device_and_says_so() {
    let mut w = world();
    let (patient, member) = (w.patient, w.b.ws.member());
    let add = Act::TeamAdd { patient, member };
    w.primary.with(|ws, cx| ws.declare(vec![add], cx)).unwrap();
    w.board.settle(&mut [&mut w.primary, &mut w.b]);
    save(&mut w.b, patient, "鍵がない").unwrap();
    assert!(!is_stranded(&mut w.b, patient));
    let remove = Act::TeamRemove { patient, member };
    w.primary
        .with(|ws, cx| ws.declare(vec![remove], cx))
        .unwrap();
    forget_keys(&mut w.b, patient);
    let records = w.primary.outbox();
    let records = records
        .into_iter()
        .filter(|e| e.header().kind == Kind::Record);
    w.b.take_in(records.collect());
    assert_eq!(w.b.text(patient, "name"), None);
    assert_eq!(draft_of(&mut w.b, patient).as_deref(), Some("鍵がない"));
    assert!(is_stranded(&mut w.b, patient));
    let mut b = w.b.reopened();
    assert_eq!(draft_of(&mut b, patient).as_deref(), Some("鍵がない"));
}
