//! A long list comes whole; how long it takes is printed, never asserted.

use super::common::*;
use kaban_vault::audit::AuditEvent;
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

/// The middle of so many page openings, each a read and an audit row, in milliseconds.
fn middle(mut open: impl FnMut(u16)) -> f64 {
    let mut times: Vec<_> = (0..100)
        .map(|n| {
            let start = Instant::now();
            open(n);
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[50]
}

/// The peer: plain SQLite that reads and writes rows of the same length at the same durability.
fn plain(dir: &std::path::Path, synchronous: &str) -> f64 {
    let conn = rusqlite::Connection::open(dir.join(synchronous)).unwrap();
    for (name, value) in [
        ("locking_mode", "EXCLUSIVE"),
        ("journal_mode", "WAL"),
        ("secure_delete", "ON"),
        ("synchronous", synchronous),
    ] {
        conn.pragma_update(None, name, value).unwrap();
    }
    conn.execute_batch(
        "CREATE TABLE page (id INTEGER PRIMARY KEY, text BLOB); \
         CREATE TABLE audit (n INTEGER PRIMARY KEY, text BLOB);",
    )
    .unwrap();
    let put = |table: &str, n: u16, len: usize| {
        let sql = format!("INSERT OR REPLACE INTO {table} VALUES (?1, ?2)");
        let mut statement = conn.prepare_cached(&sql).unwrap();
        statement.execute((n, vec![7_u8; len])).unwrap();
    };
    conn.execute_batch("BEGIN").unwrap();
    (0..2000).for_each(|n| put("page", n, 3081));
    conn.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    middle(|n| {
        conn.execute_batch("BEGIN IMMEDIATE").unwrap();
        let sql = "SELECT text FROM page WHERE id = ?1";
        let mut statement = conn.prepare_cached(sql).unwrap();
        let page: Vec<u8> = statement.query_row([n], |row| row.get(0)).unwrap();
        assert_eq!(page.len(), 3081);
        put("audit", n + 1, 330);
        put("audit", 0, 130);
        conn.execute_batch("COMMIT").unwrap();
    })
}

#[test]
fn a_page_is_shown_with_its_row_on_the_disk() {
    let desk = Desk::new();
    let mut store = desk.create();
    write(&mut store, |tx| {
        (0..2000_u16)
            .try_for_each(|n| tx.put_row(&Scope::Member, "page", b"", &n.to_be_bytes(), &[7; 3000]))
    })
    .unwrap();
    store.lock().unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    let ours = middle(|n| {
        let page = write(&mut store, |tx| {
            tx.audit(act(AuditEvent::OpenPatient, Some(PATIENT)))?;
            tx.get_row("page", b"", &n.to_be_bytes())
        });
        assert_eq!(page.unwrap().unwrap().len(), 3000);
    });
    let full = plain(desk.dir.path(), "FULL");
    let normal = plain(desk.dir.path(), "NORMAL");
    println!(
        "page and row, middle of 100: {ours:.3} ms; plain SQLite {full:.3} ms, not safe from a power cut {normal:.3} ms"
    );
    assert_eq!(write(&mut store, |tx| tx.audit_head()).unwrap().0, 100);
}
