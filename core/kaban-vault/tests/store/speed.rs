//! The budget of a list: printed always, asserted where the build is optimised.

use super::common::*;
use kaban_vault::store::Scope;
use std::time::Instant;

#[test]
fn two_thousand_rows_are_listed_within_their_budget() {
    let desk = Desk::new();
    let mut store = desk.create();
    store.create_own_scope(PATIENT).unwrap();
    let start = Instant::now();
    write(&mut store, |tx| {
        (0..2000_u16).try_for_each(|n| {
            tx.put_row(
                &Scope::Own(PATIENT),
                "visit",
                b"p",
                &n.to_be_bytes(),
                &[7; 600],
            )
        })
    })
    .unwrap();
    let written = start.elapsed();
    let start = Instant::now();
    let rows = write(&mut store, |tx| tx.list_rows("visit", b"p")).unwrap();
    let listed = start.elapsed();
    println!("2000 rows of 600 bytes: written in {written:?}, listed in {listed:?}");
    assert_eq!(rows.len(), 2000);
    if !cfg!(debug_assertions) {
        assert!(listed.as_millis() <= 60, "{listed:?}");
    }
}
