//! The table of who may write what is kept by every reader, not by the writer: a member with a
//! changed program has the keys to read a chart, signs a change of it, and no honest device
//! shows that change.

use kaban_model::ids::Vid;
use kaban_model::patient::{Content, FieldEntry};
use kaban_model::people::{DocKind, Role};
use kaban_sync::Error;
use kaban_sync::group::DocKey;
use kaban_testkit::{Board, Device, Forger, turn};
use serde_json::json;

#[test]
fn a_nurse_with_a_changed_program_cannot_write_a_chart() {
    let mut office = Device::founder("事務局", Role::Office);
    let mut primary = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut duty = Device::joining(&mut office, "鈴木", Role::Doctor);
    let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
    let mut colleague = Device::joining(&mut office, "伊藤", Role::Nurse);
    let mut board = Board::default();
    let mut all = [
        &mut office,
        &mut primary,
        &mut duty,
        &mut nurse,
        &mut colleague,
    ];
    board.settle(&mut all);
    duty.with(|ws, cx| ws.take_duty(turn(), cx)).unwrap();
    board.settle(&mut [
        &mut office,
        &mut primary,
        &mut duty,
        &mut nurse,
        &mut colleague,
    ]);
    let team = [nurse.ws.member(), colleague.ws.member()];
    let me = primary.ws.member();
    let patient = primary.register(me, &team);
    primary.put(patient, "plan", json!("在宅で看取る")).unwrap();
    board.settle(&mut [
        &mut office,
        &mut primary,
        &mut duty,
        &mut nurse,
        &mut colleague,
    ]);
    assert_eq!(
        nurse.text(patient, "plan").as_deref(),
        Some("在宅で看取る"),
        "she reads it"
    );
    let honest = nurse.put(patient, "plan", json!("入院する"));
    assert!(
        matches!(honest, Err(Error::NotAllowed { .. })),
        "the program refuses"
    );

    let entry = FieldEntry {
        vid: Vid::from_bytes([7; 8]),
        content: Content::Value(json!("入院する")),
        by: me,
        at: nurse.now,
        source: None,
        resolves: Vec::new(),
        rest: serde_json::Map::new(),
    };
    let chart = DocKey::of(patient, DocKind::Chart);
    let forged = Forger::of(&mut nurse).put(&mut nurse, chart, "plan", &entry.to_bytes().unwrap());

    for reader in [&mut primary, &mut duty, &mut colleague] {
        let report = reader.take_in(vec![forged.clone()]);
        assert_eq!((report.applied, report.quarantined), (0, 1));
        assert_eq!(reader.quarantine(), ["not_allowed"]);
        let plan = reader.page(patient).unwrap();
        assert_eq!(plan.text("plan"), "在宅で看取る");
        assert!(plan.conflicts().is_empty());
    }

    nurse.note(patient, "看護記録").unwrap();
    primary.put(patient, "plan", json!("訪問を増やす")).unwrap();
    board.settle(&mut [&mut nurse, &mut primary, &mut duty, &mut colleague]);
    for reader in [&mut primary, &mut duty, &mut colleague] {
        assert_eq!(
            reader.notes(patient),
            ["看護記録"],
            "what she may write goes on"
        );
        assert_eq!(
            reader.text(patient, "plan").as_deref(),
            Some("訪問を増やす")
        );
    }
}
