//! One damaged row is one damaged row: it is found, named, kept apart and taken again from whoever has it.

use super::common::*;
use kaban_proto::{DeviceId, Hash32};
use kaban_vault::EnvelopeState;
use kaban_vault::store::{Scope, Store};

const AUTHOR: DeviceId = DeviceId::from_bytes([1; 16]);

fn with_chain(desk: &Desk) {
    let mut store = desk.create();
    write(&mut store, |tx| {
        chain(1, 4).iter().try_for_each(|envelope| {
            tx.put_envelope(envelope, EnvelopeState::Applied, true)
                .map(drop)
        })
    })
    .unwrap();
}

fn told(store: &mut Store) -> Vec<(DeviceId, u64)> {
    write(store, |tx| tx.vector_to_ask(&DOC)).unwrap()
}

#[test]
fn a_damaged_envelope_keeps_its_place_is_asked_for_and_comes_again() {
    let desk = Desk::new();
    with_chain(&desk);
    let damaged = changed("wire", 200);
    assert_eq!(
        desk.meddle(&format!(
            "UPDATE envelope SET wire = {damaged} WHERE seq = 2"
        )),
        1
    );
    let mut store = desk.unlocked();
    assert_eq!(write(&mut store, |tx| tx.set_damaged_aside()).unwrap(), 1);
    let whole = chain(1, 4);
    let wanted = write(&mut store, |tx| tx.wanted()).unwrap();
    assert_eq!(
        (wanted.len(), wanted[0].seq, wanted[0].hash),
        (1, 2, whole[1].hash())
    );
    assert_eq!(told(&mut store), [(AUTHOR, 1)], "asked for from there on");
    let ends = write(&mut store, |tx| tx.vector(&DOC)).unwrap();
    assert_eq!(ends[0].1, 4, "and its author writes at no place twice");
    assert_eq!(write(&mut store, |tx| tx.outbox(9)).unwrap().len(), 3);
    assert_eq!(store.check().unwrap().findings.len(), 1);

    let again = write(&mut store, |tx| {
        tx.put_envelope(&whole[1], EnvelopeState::Parked, false)
    });
    assert!(again.unwrap());
    assert_eq!(told(&mut store), [(AUTHOR, 4)]);
    assert_eq!(write(&mut store, |tx| tx.outbox(9)).unwrap().len(), 4);
    assert!(store.check().unwrap().findings.is_empty());
}

#[test]
fn an_envelope_put_under_another_place_goes_back_to_its_own() {
    for meddled in [
        "seq = 9",
        "doc = zeroblob(16)",
        "author = x'00'",
        "state = 7",
        "seq = 2",
    ] {
        let desk = Desk::new();
        with_chain(&desk);
        desk.meddle("DROP INDEX envelope_place");
        assert_eq!(
            desk.meddle(&format!("UPDATE envelope SET {meddled} WHERE seq = 3")),
            1
        );
        let mut store = desk.unlocked();
        write(&mut store, |tx| tx.set_damaged_aside()).unwrap();
        assert_eq!(told(&mut store), [(AUTHOR, 4)], "{meddled}");
        let report = store.check().unwrap();
        assert!(
            report.findings.is_empty(),
            "{meddled}: {:?}",
            report.findings
        );
        let all = write(&mut store, |tx| tx.envelopes(&DOC, &Default::default(), 9)).unwrap();
        let hashes: Vec<Hash32> = all.iter().map(|stored| stored.envelope.hash()).collect();
        let whole: Vec<Hash32> = chain(1, 4).iter().map(|e| e.hash()).collect();
        assert_eq!(hashes, whole, "{meddled}");
    }
}

#[test]
fn a_damaged_head_is_worked_out_anew() {
    let desk = Desk::new();
    with_chain(&desk);
    desk.meddle("UPDATE head SET seq = 2");
    let mut store = desk.unlocked();
    assert_eq!(write(&mut store, |tx| tx.set_damaged_aside()).unwrap(), 1);
    assert_eq!(told(&mut store), [(AUTHOR, 4)]);
}

#[test]
fn every_row_that_does_not_open_is_named_and_the_others_are_not() {
    let desk = Desk::new();
    let mut store = desk.create();
    write(&mut store, |tx| {
        (0..9_u8).try_for_each(|n| tx.put_row(&Scope::Member, "page", b"p", &[n], &[n; 40]))
    })
    .unwrap();
    drop(store);
    let damaged = changed("sealed", 50);
    desk.meddle(&format!(
        "UPDATE boxed SET sealed = {damaged} WHERE id IN (x'02', x'05')"
    ));
    let mut store = desk.unlocked();
    let found = write(&mut store, |tx| tx.unreadable_rows()).unwrap();
    let ids: Vec<_> = found.into_iter().map(|(_, _, id)| id).collect();
    assert_eq!(ids, [[2], [5]]);
}
