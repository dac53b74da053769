//! Closed roads as a set of signed items: a lift may come before its closure, and who may not write one
//! is kept out by every reader.

use kaban_model::closure::Closures;
use kaban_model::ids::ItemId;
use kaban_model::people::Role;
use kaban_model::visit::{Item, ItemKind};
use kaban_proto::envelope::Kind;
use kaban_sync::group::DocKey;
use kaban_sync::payload::ContentKind;
use kaban_sync::{Act, Error};
use kaban_testkit::{Board, Device, Forger, Lie, start};
use serde_json::{Map, Value, json};

fn item(kind: ItemKind, id: u8, body: Value) -> Item {
    Item {
        id: ItemId::from_bytes([id; 16]),
        kind,
        at: start(),
        patient: None,
        link: None,
        body,
        rest: Map::new(),
    }
}

fn closure(id: u8) -> Item {
    let body = json!({
        "shape": {"circle": {"centre": [140.56, 35.7], "radius_m": 100}}, "reason": "snow",
        "from": "2026-11-17T00:00:00+09:00", "until": "2026-12-01T00:00:00+09:00",
    });
    item(ItemKind::Closure, id, body)
}

fn lift(id: u8, of: &Item) -> Item {
    item(
        ItemKind::ClosureLift,
        id,
        json!({ "closure": of.id.to_string() }),
    )
}

fn put(device: &mut Device, item: &Item) -> Result<(), Error> {
    device.with(|ws, cx| ws.write(|s| s.put_item(cx, DocKey::closures(), item).map(drop)))
}

fn known(device: &mut Device) -> Closures {
    let seen = device
        .with(|ws, _| ws.read(|s| s.items(DocKey::closures())))
        .unwrap();
    Closures::fold(seen.iter().map(|seen| (&seen.item, seen.by)))
}

#[test]
fn a_lift_that_arrives_before_its_closure_takes_it_away_on_every_device() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut colleague = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut helper = Device::joining(&mut office, "伊藤", Role::Helper);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut doctor, &mut colleague, &mut helper]);
    let snow = closure(1);
    put(&mut doctor, &snow).unwrap();
    let told = doctor.outbox();
    colleague.take_in(told.clone());
    put(&mut colleague, &lift(2, &snow)).unwrap();
    // The helper hears of the lift while the closure itself is still on its way.
    let keys = told
        .iter()
        .filter(|envelope| envelope.header().kind != Kind::Data);
    helper.take_in(keys.cloned().collect());
    helper.take_in(colleague.outbox());
    let early = helper
        .with(|ws, _| ws.read(|s| s.items(DocKey::closures())))
        .unwrap();
    assert_eq!(early.len(), 1, "the lift alone");
    helper.take_in(told);
    board.settle(&mut [&mut office, &mut doctor, &mut colleague, &mut helper]);
    let expected = known(&mut doctor);
    assert_eq!(expected.known[0].lifted.len(), 1);
    for device in [&mut office, &mut colleague, &mut helper] {
        assert_eq!(known(device), expected);
    }
}

#[test]
fn whoever_joins_later_reads_the_closures_of_before() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut board = Board::default();
    put(&mut office, &closure(1)).unwrap();
    board.settle(&mut [&mut office]);
    let mut helper = Device::joining(&mut office, "伊藤", Role::Helper);
    board.settle(&mut [&mut office, &mut helper]);
    assert_eq!(known(&mut helper), known(&mut office));
    assert_eq!(known(&mut helper).known.len(), 1);
}

#[test]
fn a_nurse_with_a_changed_program_closes_no_road() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut doctor, &mut nurse]);
    put(&mut office, &closure(1)).unwrap();
    board.settle(&mut [&mut office, &mut doctor, &mut nurse]);
    let honest = put(&mut nurse, &closure(2));
    assert!(matches!(honest, Err(Error::NotAllowed { .. })));
    let lie = Lie {
        doc: DocKey::closures(),
        member: nurse.ws.member(),
        kind: ContentKind::Item,
        content: closure(3).to_bytes().unwrap(),
    };
    let forged = Forger::of(&mut nurse).tell(&mut nurse, &lie);
    for reader in [&mut office, &mut doctor] {
        let report = reader.take_in(vec![forged.clone()]);
        assert_eq!((report.applied, report.quarantined), (0, 1));
        assert_eq!(known(reader).known.len(), 1);
    }
}

#[test]
fn a_suspended_doctor_neither_reads_nor_closes() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut board = Board::default();
    put(&mut office, &closure(1)).unwrap();
    board.settle(&mut [&mut office, &mut doctor]);
    assert_eq!(known(&mut doctor).known.len(), 1);
    let act = Act::SuspendMember {
        member: doctor.ws.member(),
        reason: "端末をなくした".to_owned(),
    };
    office.with(|ws, cx| ws.declare(vec![act], cx)).unwrap();
    board.settle(&mut [&mut office, &mut doctor]);
    let refused = put(&mut doctor, &closure(2));
    assert!(
        matches!(refused, Err(Error::NotAllowed { .. })),
        "{refused:?}"
    );
    assert_eq!(known(&mut doctor).known.len(), 0);
    put(&mut office, &closure(3)).unwrap();
    board.settle(&mut [&mut office, &mut doctor]);
    assert_eq!(known(&mut doctor).known.len(), 0);
    assert_eq!(known(&mut office).known.len(), 2);
}
