//! A long list comes whole; how long it takes is printed, never asserted.

use super::common::*;
use kaban_vault::store::Scope;
use std::time::Instant;

#[test]
fn two_thousand_rows_are_listed_whole() {
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
    assert!(rows.iter().all(|(_, row)| row.as_slice() == [7; 600]));
}
