//! The association that tests of the bag begin with.

use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_testkit::{Board, Device, turn};
use serde_json::json;

/// An office, a primary physician, two doctors who pass the bag, one patient.
#[allow(dead_code, reason = "each test file reads a part of it")]
pub struct World {
    pub office: Device,
    pub primary: Device,
    pub a: Device,
    pub b: Device,
    pub board: Board,
    pub patient: PatientId,
}

/// A holds the bag; one patient of the primary's is on the list, and nothing is in the log.
pub fn world() -> World {
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
