//! What is said about somebody else's note: who may say it is checked by every reader, links name
//! an original, and nobody but its author makes a draft final.

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::{DocKind, Role};
use kaban_model::visit::{Item, ItemKind, ItemLink};
use kaban_proto::SealedEnvelope;
use kaban_sync::Error;
use kaban_sync::group::DocKey;
use kaban_sync::payload::ContentKind;
use kaban_testkit::{Board, Device, Forger, Lie, turn};
use serde_json::{Map, json};

/// A primary and a deputy with a patient, a nurse of the team, and a doctor on duty.
struct Village {
    primary: Device,
    deputy: Device,
    nurse: Device,
    board: Board,
    patient: PatientId,
    next: u8,
}

impl Village {
    fn new() -> Self {
        let mut office = Device::founder("事務局", Role::Office);
        let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
        let mut deputy = Device::joining(&mut office, "鈴木", Role::Doctor);
        let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
        let mut board = Board::default();
        board.settle(&mut [&mut office, &mut primary, &mut deputy, &mut nurse]);
        let me = primary.ws.member();
        let team = [deputy.ws.member(), nurse.ws.member()];
        let patient = primary.register(me, &team);
        primary.put(patient, "name", json!("田中 はな")).unwrap();
        board.settle(&mut [&mut primary, &mut deputy, &mut nurse]);
        Self {
            primary,
            deputy,
            nurse,
            board,
            patient,
            next: 0,
        }
    }

    fn settle(&mut self) {
        self.board
            .settle(&mut [&mut self.primary, &mut self.deputy, &mut self.nurse]);
    }

    fn item(&mut self, kind: ItemKind, link: Option<ItemLink>) -> Item {
        self.next += 1;
        Item {
            id: ItemId::from_bytes([self.next; 16]),
            kind,
            at: self.primary.now,
            patient: Some(self.patient),
            link,
            body: json!({ "subjective": "a" }),
            rest: Map::new(),
        }
    }

    fn doc(&self) -> DocKey {
        DocKey::of(self.patient, DocKind::Log)
    }
}

fn put(device: &mut Device, doc: DocKey, item: &Item) -> Result<(), Error> {
    device
        .with(|ws, cx| ws.write(|s| s.put_item(cx, doc, item)))
        .map(drop)
}

/// What a changed program on the device signs without asking.
fn force(device: &mut Device, doc: DocKey, item: &Item) -> SealedEnvelope {
    let lie = Lie {
        doc,
        member: device.ws.member(),
        kind: ContentKind::Item,
        content: item.to_bytes().unwrap(),
    };
    Forger::of(device).tell(device, &lie)
}

/// The honest program refuses it, and every other device sets it aside for this reason.
fn refused_by_all(village: &mut Village, item: &Item, reason: &str) {
    let doc = village.doc();
    assert!(put(&mut village.nurse, doc, item).is_err(), "{reason}");
    let forged = force(&mut village.nurse, doc, item);
    // The nurse's own device judges like the others, and her chain goes on behind it.
    for reader in [
        &mut village.nurse,
        &mut village.primary,
        &mut village.deputy,
    ] {
        let before = reader.quarantine().len();
        let report = reader.take_in(vec![forged.clone()]);
        assert_eq!((report.applied, report.quarantined), (0, 1), "{reason}");
        assert_eq!(reader.quarantine().len(), before + 1);
        assert!(reader.quarantine().contains(&reason.to_owned()));
        assert!(
            reader
                .items(village.patient)
                .iter()
                .all(|s| s.item != *item)
        );
    }
}

#[test]
fn a_nurse_amends_confirms_and_takes_back_nothing_of_a_doctor_s() {
    let mut village = Village::new();
    let note = village.primary.note(village.patient, "医師の記録").unwrap();
    village.nurse.note(village.patient, "看護記録").unwrap();
    village.settle();
    for (kind, link) in [
        (ItemKind::Amendment, ItemLink::Amends(note)),
        (ItemKind::Confirmation, ItemLink::Confirms(note)),
        (ItemKind::Retraction, ItemLink::Retracts(note)),
    ] {
        let forged = village.item(kind, Some(link));
        refused_by_all(&mut village, &forged, "may_not_amend");
    }
}

#[test]
fn nobody_but_its_author_makes_a_draft_final_not_even_the_primary_physician() {
    let mut village = Village::new();
    let doc = village.doc();
    let draft = village.item(ItemKind::Draft, None);
    put(&mut village.nurse, doc, &draft).unwrap();
    village.settle();
    let confirmation = village.item(ItemKind::Confirmation, Some(ItemLink::Confirms(draft.id)));
    let honest = put(&mut village.primary, doc, &confirmation);
    assert!(matches!(honest, Err(Error::NotTheirs(_))), "{honest:?}");
    village.primary.note(village.patient, "鍵のため").unwrap();
    village.settle();
    let forged = force(&mut village.primary, doc, &confirmation);
    for reader in [&mut village.nurse, &mut village.deputy] {
        reader.take_in(vec![forged.clone()]);
        assert_eq!(reader.quarantine(), ["may_not_amend"]);
    }
    let amended = village.item(ItemKind::Amendment, Some(ItemLink::Amends(draft.id)));
    put(&mut village.primary, doc, &amended).unwrap();
    let own = village.item(ItemKind::Confirmation, Some(ItemLink::Confirms(draft.id)));
    put(&mut village.nurse, doc, &own).unwrap();
    village.board.meet(&mut village.nurse);
    village.board.meet(&mut village.deputy);
    let seen = village.deputy.items(village.patient);
    assert!(seen.iter().any(|s| s.item == own));
}

#[test]
fn a_correction_names_an_original_and_never_a_correction() {
    let mut village = Village::new();
    let doc = village.doc();
    let note = village.nurse.note(village.patient, "看護記録").unwrap();
    let first = village.item(ItemKind::Amendment, Some(ItemLink::Amends(note)));
    put(&mut village.nurse, doc, &first).unwrap();
    village.settle();
    let second = village.item(ItemKind::Amendment, Some(ItemLink::Amends(first.id)));
    refused_by_all(&mut village, &second, "links_to_no_original");
}

#[test]
fn an_item_about_itself_or_with_a_link_its_kind_has_not_is_set_aside() {
    let mut village = Village::new();
    let note = village.nurse.note(village.patient, "看護記録").unwrap();
    village.settle();
    let mut itself = village.item(ItemKind::Amendment, None);
    itself.link = Some(ItemLink::Amends(itself.id));
    refused_by_all(&mut village, &itself, "links_to_no_original");
    for (kind, link) in [
        (ItemKind::Visit, Some(ItemLink::Amends(note))),
        (ItemKind::Draft, Some(ItemLink::Retracts(note))),
        (ItemKind::Amendment, None),
        (ItemKind::Confirmation, Some(ItemLink::Amends(note))),
        (ItemKind::Retraction, Some(ItemLink::Confirms(note))),
    ] {
        let forged = village.item(kind, link);
        refused_by_all(&mut village, &forged, "item_malformed");
    }
}

#[test]
fn amendments_written_apart_are_all_shown_on_every_device() {
    let mut village = Village::new();
    let doc = village.doc();
    let note = village.nurse.note(village.patient, "看護記録").unwrap();
    village.settle();
    let by_author = village.item(ItemKind::Amendment, Some(ItemLink::Amends(note)));
    let by_primary = village.item(ItemKind::Amendment, Some(ItemLink::Amends(note)));
    put(&mut village.nurse, doc, &by_author).unwrap();
    put(&mut village.primary, doc, &by_primary).unwrap();
    village.settle();
    for device in [
        &mut village.nurse,
        &mut village.primary,
        &mut village.deputy,
    ] {
        let seen = device.items(village.patient);
        let amendments = seen.iter().filter(|s| s.item.link.is_some());
        assert_eq!(amendments.count(), 2);
        assert!(device.quarantine().is_empty());
    }
}

#[test]
fn whoever_countersigned_on_duty_may_amend_afterwards_in_whatever_order_it_arrives() {
    let mut village = Village::new();
    let doc = village.doc();
    let note = village.nurse.note(village.patient, "看護記録").unwrap();
    village.settle();
    let early = village.item(ItemKind::Amendment, Some(ItemLink::Amends(note)));
    let refused = put(&mut village.deputy, doc, &early);
    assert!(matches!(refused, Err(Error::NotTheirs(_))), "{refused:?}");
    village
        .deputy
        .with(|ws, cx| ws.take_duty(turn(), cx))
        .unwrap();
    let signed = village.item(ItemKind::Confirmation, Some(ItemLink::Confirms(note)));
    put(&mut village.deputy, doc, &signed).unwrap();
    village.settle();
    village
        .primary
        .with(|ws, cx| ws.take_duty(turn(), cx))
        .unwrap();
    village.settle();
    let later = village.item(ItemKind::Amendment, Some(ItemLink::Amends(note)));
    put(&mut village.deputy, doc, &later).unwrap();
    let mut sent = village.deputy.outbox();
    sent.reverse();
    for envelope in sent {
        village.nurse.take_in(vec![envelope]);
    }
    assert!(village.nurse.quarantine().is_empty());
    let seen = village.nurse.items(village.patient);
    assert!(seen.iter().any(|s| s.item == later));
}
