//! Envelopes from outside that are not what they say: each is set aside, or waits, with a reason,
//! and no document of anybody stops for it.

use kaban_model::ids::PatientId;
use kaban_model::people::{DocKind, Role};
use kaban_proto::SealedEnvelope;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::Header;
use kaban_proto::ids::{DeviceId, Hash32};
use kaban_proto::sign::SigningKey;
use kaban_sync::group::DocKey;
use kaban_sync::payload::ContentKind;
use kaban_testkit::{Board, Chance, Device, Forger, Lie};
use serde_json::json;

/// A primary with a patient, and the nurse of the team.
struct Village {
    primary: Device,
    nurse: Device,
    board: Board,
    patient: PatientId,
}

impl Village {
    fn new() -> Self {
        let mut office = Device::founder("事務局", Role::Office);
        let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
        let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
        let mut board = Board::default();
        board.settle(&mut [&mut office, &mut primary, &mut nurse]);
        let (me, team) = (primary.ws.member(), nurse.ws.member());
        let patient = primary.register(me, &[team]);
        primary.put(patient, "name", json!("田中 はな")).unwrap();
        primary.note(patient, "一").unwrap();
        board.settle(&mut [&mut primary, &mut nurse]);
        Self {
            primary,
            nurse,
            board,
            patient,
        }
    }

    /// What the primary wrote last and the nurse has not seen yet.
    fn unseen(&mut self, text: &str) -> SealedEnvelope {
        self.primary.note(self.patient, text).unwrap();
        self.primary.outbox().pop().unwrap()
    }

    /// Other documents go on, in both directions.
    fn goes_on(&mut self) {
        self.primary
            .put(self.patient, "phone", json!("0479-11-1111"))
            .unwrap();
        self.nurse.note(self.patient, "看護記録").unwrap();
        self.board.settle(&mut [&mut self.primary, &mut self.nurse]);
        let phone = self.nurse.text(self.patient, "phone");
        assert_eq!(phone.as_deref(), Some("0479-11-1111"));
        assert!(
            self.primary
                .notes(self.patient)
                .contains(&"看護記録".to_owned())
        );
    }
}

#[test]
fn an_envelope_of_an_unknown_device_is_set_aside() {
    let mut village = Village::new();
    let good = village.unseen("二");
    let stranger = Header {
        author: DeviceId::from_bytes([9; 16]),
        seq: 1,
        prev: Hash32::ZERO,
        ..*good.header()
    };
    let key = SigningKey::from_seed([9; 32]);
    let envelope = SealedEnvelope::sign(stranger, good.body().to_vec(), &key).unwrap();
    let report = village.nurse.take_in(vec![envelope, good]);
    assert_eq!((report.quarantined, report.applied), (1, 1));
    assert_eq!(village.nurse.quarantine(), ["unknown_device"]);
    assert_eq!(village.nurse.notes(village.patient), ["一", "二"]);
    village.goes_on();
}

#[test]
fn an_envelope_of_another_association_is_set_aside() {
    let mut village = Village::new();
    let mut stranger = Device::founder("他所", Role::Office);
    let theirs = stranger.outbox();
    let count = theirs.len();
    let report = village.nurse.take_in(theirs);
    assert_eq!((report.quarantined, report.applied), (count, 0));
    assert!(
        village
            .nurse
            .quarantine()
            .iter()
            .all(|reason| reason == "other_workspace")
    );
    village.goes_on();
}

#[test]
fn a_changed_byte_anywhere_is_noticed_and_the_true_envelope_still_counts() {
    let mut village = Village::new();
    let good = village.unseen("二");
    let bytes = good.encode();
    let mut chance = Chance::seeded(5);
    let mut refused = 0;
    for _ in 0..120 {
        let mut bent = bytes.clone();
        let at = chance.below(bent.len());
        bent[at] ^= 1 << chance.below(8);
        let Ok(envelope) = SealedEnvelope::decode(&bent) else {
            refused += 1;
            continue;
        };
        let report = village.nurse.take_in(vec![envelope]);
        assert_eq!(report.applied, 0, "a change at byte {at} was taken");
        assert_eq!(village.nurse.notes(village.patient), ["一"]);
    }
    assert!(refused < 120, "no bent envelope even decoded");
    assert_eq!(village.nurse.take_in(vec![good]).applied, 1);
    assert_eq!(village.nurse.notes(village.patient), ["一", "二"]);
    village.goes_on();
}

#[test]
fn an_envelope_that_comes_again_changes_nothing() {
    let mut village = Village::new();
    let all = village.primary.outbox();
    let before = village.nurse.notes(village.patient);
    for _ in 0..3 {
        let report = village.nurse.take_in(all.clone());
        assert_eq!((report.applied, report.quarantined), (0, 0));
        assert_eq!(report.known, all.len());
    }
    assert_eq!(village.nurse.notes(village.patient), before);
    village.goes_on();
}

#[test]
fn envelopes_that_come_backwards_one_by_one_wait_for_each_other() {
    let mut village = Village::new();
    for text in ["二", "三", "四"] {
        village.primary.note(village.patient, text).unwrap();
        village
            .primary
            .put(village.patient, "course", json!(text))
            .unwrap();
    }
    let mut unseen = village.primary.outbox();
    unseen.reverse();
    for envelope in unseen {
        village.nurse.take_in(vec![envelope]);
    }
    assert_eq!(
        village.nurse.notes(village.patient),
        ["一", "二", "三", "四"]
    );
    assert_eq!(
        village.nurse.text(village.patient, "course").as_deref(),
        Some("四")
    );
    assert!(village.nurse.quarantine().is_empty());
    village.goes_on();
}

#[test]
fn an_envelope_that_names_a_record_nobody_has_waits_and_stops_nothing() {
    let mut village = Village::new();
    let good = village.unseen("二");
    let forger = Forger::of(&mut village.primary);
    let header = Header {
        doc: DocKey::of(village.patient, DocKind::Liaison).tag(&[0; 32]),
        seq: 1,
        prev: Hash32::ZERO,
        members_head: Hash32::of(b"no such record"),
        ..*good.header()
    };
    let floating = forger.sign(header, b"sealed".to_vec());
    let report = village.nurse.take_in(vec![floating, good]);
    assert_eq!((report.parked, report.applied), (1, 1));
    assert_eq!(village.nurse.notes(village.patient), ["一", "二"]);
    village.goes_on();
}

#[test]
fn a_device_that_signs_two_envelopes_for_one_place_is_caught() {
    let mut village = Village::new();
    let good = village.unseen("二");
    let forger = Forger::of(&mut village.primary);
    let twin = forger.sign(*good.header(), b"another body for the same place".to_vec());
    village.nurse.take_in(vec![good]);
    let report = village.nurse.take_in(vec![twin]);
    assert_eq!((report.quarantined, report.applied), (1, 0));
    assert_eq!(village.nurse.quarantine(), ["fork"]);
    assert_eq!(village.nurse.notes(village.patient), ["一", "二"]);
    village.goes_on();
}

#[test]
fn a_device_cannot_speak_for_a_person_who_is_not_on_it() {
    let mut village = Village::new();
    let doc = DocKey::of(village.patient, DocKind::Log);
    village.nurse.note(village.patient, "看護").unwrap();
    let item = village.primary.items(village.patient).remove(0).item;
    let lie = Lie {
        doc,
        member: village.primary.ws.member(),
        kind: ContentKind::Item,
        content: item.to_bytes().unwrap(),
    };
    let envelope = Forger::of(&mut village.nurse).tell(&mut village.nurse, &lie);
    village
        .board
        .settle(&mut [&mut village.nurse, &mut village.primary]);
    assert_eq!(village.primary.take_in(vec![envelope]).applied, 0);
    assert_eq!(village.primary.quarantine(), ["not_on_this_device"]);
    assert_eq!(village.primary.notes(village.patient), ["一", "看護"]);
}

/// The forger signs many versions and sends the one with the smallest hash, so that no rule by
/// hash can give a doctor's note away.
#[test]
fn a_second_item_of_a_known_name_does_not_replace_the_first() {
    let mut village = Village::new();
    village.nurse.note(village.patient, "看護").unwrap();
    village
        .board
        .settle(&mut [&mut village.nurse, &mut village.primary]);
    let mut item = village.primary.items(village.patient).remove(0).item;
    assert_eq!(item.body["subjective"], "一", "the doctor's own note");
    let mut forger = Forger::of(&mut village.nurse);
    let forged = (0..32).map(|n| {
        item.body = json!({ "subjective": format!("書き換え {n}") });
        let lie = Lie {
            doc: DocKey::of(village.patient, DocKind::Log),
            member: village.nurse.ws.member(),
            kind: ContentKind::Item,
            content: item.to_bytes().unwrap(),
        };
        forger.tell(&mut village.nurse, &lie)
    });
    let envelope = forged.min_by_key(SealedEnvelope::hash).unwrap();
    assert_eq!(village.primary.take_in(vec![envelope]).applied, 0);
    assert_eq!(village.primary.quarantine(), ["item_known"]);
    assert_eq!(village.primary.notes(village.patient), ["一", "看護"]);
}
