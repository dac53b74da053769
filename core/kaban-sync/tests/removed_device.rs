//! A device is removed: what it wrote before stays readable to all who come later, and what it
//! writes afterwards, however it is dated, is not.
#![allow(clippy::unwrap_used)]

use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_sync::Act;
use kaban_testkit::{Board, Device, Forger};
use serde_json::json;

struct Town {
    office: Device,
    old: Device,
    nurse: Device,
    board: Board,
    patient: PatientId,
}

fn town() -> Town {
    let mut office = Device::founder("事務局", Role::Office);
    let mut old = Device::joining(&mut office, "佐藤", Role::Doctor);
    let mut nurse = Device::joining(&mut office, "田中", Role::Nurse);
    let mut board = Board::default();
    board.settle(&mut [&mut office, &mut old, &mut nurse]);
    let me = old.ws.member();
    let patient = old.register(me, &[nurse.ws.member()]);
    old.put(patient, "name", json!("田中 はな")).unwrap();
    old.note(patient, "一").unwrap();
    board.settle(&mut [&mut old, &mut nurse, &mut office]);
    Town {
        office,
        old,
        nurse,
        board,
        patient,
    }
}

impl Town {
    /// The office removes the old phone; it and the nurse hear of it.
    fn remove(&mut self) {
        let device = self.old.ws.device();
        let removal = Forger::of(&mut self.office).remove(&mut self.office, device);
        self.office.take_in(vec![removal.clone()]);
        self.nurse.take_in(vec![removal]);
    }

    /// Somebody who never met the old phone.
    fn newcomer(&mut self) -> Device {
        let mut late = Device::joining(&mut self.office, "伊藤", Role::Nurse);
        let (patient, member) = (self.patient, late.ws.member());
        let act = Act::TeamAdd { patient, member };
        self.office
            .with(|ws, cx| ws.declare(vec![act], cx))
            .unwrap();
        self.board
            .settle(&mut [&mut self.office, &mut self.nurse, &mut late]);
        late
    }
}

#[test]
fn what_a_removed_device_wrote_before_is_read_by_all_who_come_later() {
    let mut town = town();
    town.remove();
    let mut late = town.newcomer();
    assert_eq!(town.nurse.notes(town.patient), ["一"]);
    assert_eq!(late.notes(town.patient), ["一"]);
    let name = late.text(town.patient, "name");
    assert_eq!(name.as_deref(), Some("田中 はな"));
    assert!(late.quarantine().is_empty());
    assert_eq!(late.reopened().notes(town.patient), ["一"]);
}

#[test]
fn what_a_removed_device_writes_afterwards_stays_out_however_it_is_dated() {
    let mut town = town();
    town.remove();
    // It has not heard of it, or says so.
    town.old.note(town.patient, "後").unwrap();
    let backdated = town.old.outbox();
    town.nurse.take_in(backdated.clone());
    town.office.take_in(backdated.clone());
    let mut late = town.newcomer();
    late.take_in(backdated);
    for device in [&mut town.nurse, &mut late] {
        assert_eq!(device.notes(town.patient), ["一"]);
        assert_eq!(device.quarantine(), ["removal_unproven"]);
    }
}

#[test]
fn a_note_that_only_one_colleague_had_read_in_time_counts_for_everybody() {
    let mut town = town();
    town.old.note(town.patient, "二").unwrap();
    let carried = town.old.outbox();
    town.nurse.take_in(carried.clone());
    let device = town.old.ws.device();
    let removal = Forger::of(&mut town.office).remove(&mut town.office, device);
    town.office.take_in(vec![removal.clone()]);
    // Somebody who heard of the removal first, and of the note, before the nurse speaks.
    let mut late = town.newcomer();
    late.take_in(carried);
    assert!(late.notes(town.patient).is_empty());
    town.nurse.take_in(vec![removal]);
    town.board
        .settle(&mut [&mut town.nurse, &mut town.office, &mut late]);
    assert_eq!(late.notes(town.patient), ["一", "二"]);
    assert!(late.quarantine().is_empty());
}
