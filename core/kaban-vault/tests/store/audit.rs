//! The audit chain: every act a row, every edit and cut found.

use super::common::*;
use kaban_vault::audit::{AuditBreak, AuditEntry, AuditEvent, AuditOutcome};
use kaban_vault::store::{Durability, Scope};
use kaban_vault::{Error, Store};

fn with_rows(desk: &Desk, count: u8) -> Store {
    let mut store = desk.create();
    for n in 0..count {
        write(&mut store, |tx| {
            tx.audit(act(AuditEvent::OpenPatient, Some([n; 16])))
        })
        .unwrap();
    }
    store
}

#[test]
fn rows_are_numbered_linked_and_counted_in_the_head() {
    let desk = Desk::new();
    let mut store = with_rows(&desk, 5);
    let rows = write(&mut store, |tx| tx.audit_rows(2, 3)).unwrap();
    assert_eq!(rows.iter().map(|row| row.n).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(rows[1].prev, rows[0].hash());
    let last = write(&mut store, |tx| tx.audit_rows(5, 9))
        .unwrap()
        .remove(0);
    assert_eq!(
        write(&mut store, |tx| tx.audit_head()).unwrap(),
        (5, last.hash())
    );
    let report = write(&mut store, |tx| tx.verify_audit()).unwrap();
    assert_eq!(
        (report.rows, report.first_broken, report.reason),
        (5, None, None)
    );
}

#[test]
fn an_act_that_is_rolled_back_leaves_no_row_and_one_that_is_kept_leaves_both() {
    let desk = Desk::new();
    let mut store = with_rows(&desk, 1);
    let result: Result<(), Error> = store.transact(Durability::Full, |tx| {
        tx.put_row(&Scope::Device, "a", b"", b"", b"text")?;
        tx.audit(act(AuditEvent::Write, None))?;
        Err(Error::Locked)
    });
    assert!(result.is_err());
    assert_eq!(write(&mut store, |tx| tx.audit_head()).unwrap().0, 1);
    assert!(
        write(&mut store, |tx| tx.get_row("a", b"", b""))
            .unwrap()
            .is_none()
    );
    store
        .transact(Durability::Full, |tx| {
            tx.put_row(&Scope::Device, "a", b"", b"", b"text")?;
            tx.audit(act(AuditEvent::Write, None))
        })
        .unwrap();
    assert_eq!(write(&mut store, |tx| tx.audit_head()).unwrap().0, 2);
}

#[test]
fn edits_deletions_and_cuts_are_found_where_they_are() {
    let desk = Desk::new();
    drop(with_rows(&desk, 6));
    let whole = std::fs::read(desk.database()).unwrap();
    let edited = format!(
        "UPDATE audit SET sealed = {} WHERE n = 3",
        changed("sealed", 91)
    );
    for (meddling, first, reason) in [
        (edited.as_str(), 3, AuditBreak::Changed),
        (
            "UPDATE audit SET sealed = (SELECT sealed FROM audit WHERE n = 2) WHERE n = 3",
            3,
            AuditBreak::Changed,
        ),
        ("DELETE FROM audit WHERE n = 4", 4, AuditBreak::Missing),
        ("DELETE FROM audit WHERE n = 1", 1, AuditBreak::Missing),
        ("DELETE FROM audit WHERE n = 6", 6, AuditBreak::Truncated),
        ("DELETE FROM audit WHERE n > 1", 2, AuditBreak::Truncated),
        ("DELETE FROM audit WHERE n > 0", 1, AuditBreak::Truncated),
        ("DELETE FROM audit WHERE n = 0", 7, AuditBreak::Head),
        ("DELETE FROM audit", 1, AuditBreak::Head),
        ("UPDATE audit SET n = 7 WHERE n = 6", 6, AuditBreak::Missing),
    ] {
        std::fs::write(desk.database(), &whole).unwrap();
        assert!(desk.meddle(meddling) > 0);
        let mut store = desk.unlocked();
        let report = write(&mut store, |tx| tx.verify_audit()).unwrap();
        assert_eq!(
            (report.first_broken, report.reason),
            (Some(first), Some(reason)),
            "{meddling}"
        );
        assert_eq!(report.rows, first - 1);
        assert!(
            store
                .check()
                .unwrap()
                .findings
                .iter()
                .any(|finding| finding.table == "audit")
        );
    }
}

#[test]
fn an_older_head_put_back_is_found_and_never_written_over() {
    let desk = Desk::new();
    drop(with_rows(&desk, 2));
    let conn = rusqlite::Connection::open(desk.database()).unwrap();
    let old: Vec<u8> = conn
        .query_row("SELECT sealed FROM audit WHERE n = 0", [], |row| row.get(0))
        .unwrap();
    drop(conn);
    let mut store = desk.unlocked();
    write(&mut store, |tx| tx.audit(act(AuditEvent::Export, None))).unwrap();
    drop(store);
    let conn = rusqlite::Connection::open(desk.database()).unwrap();
    conn.execute("UPDATE audit SET sealed = ?1 WHERE n = 0", [old])
        .unwrap();
    drop(conn);
    let mut store = desk.unlocked();
    let report = write(&mut store, |tx| tx.verify_audit()).unwrap();
    assert_eq!((report.rows, report.reason), (3, Some(AuditBreak::Head)));
    let result = write(&mut store, |tx| tx.audit(act(AuditEvent::Write, None)));
    assert!(matches!(result, Err(Error::Tampered { table: "audit", row }) if row == "3"));
}

#[test]
fn a_locked_store_neither_shows_nor_extends_the_chain() {
    let desk = Desk::new();
    let mut store = with_rows(&desk, 1);
    store.lock().unwrap();
    assert!(matches!(
        write(&mut store, |tx| tx.audit_rows(1, 9)),
        Err(Error::Locked)
    ));
    assert!(matches!(
        write(&mut store, |tx| tx.audit(act(AuditEvent::Unlock, None))),
        Err(Error::Locked)
    ));
}

fn refused(n: u8, at_ms: i64) -> AuditEntry {
    AuditEntry {
        wall_ms: at_ms,
        outcome: AuditOutcome::Refused,
        ..act(AuditEvent::OpenPatient, Some([n; 16]))
    }
}

fn counts(store: &mut Store) -> Vec<u64> {
    let rows = write(store, |tx| tx.audit_rows(1, 99)).unwrap();
    rows.iter().map(|row| row.entry.count).collect()
}

#[test]
fn the_same_refusal_again_and_again_is_one_row_with_a_count() {
    const HOUR: i64 = 60 * 60 * 1000;
    let desk = Desk::new();
    let mut store = desk.create();
    for n in 0..50 {
        write(&mut store, |tx| tx.audit_refusal(refused(1, n))).unwrap();
        write(&mut store, |tx| tx.audit_refusal(refused(2, n))).unwrap();
    }
    assert_eq!(counts(&mut store), [1, 1], "one for each patient, at once");
    // Anything else that happens within the hour leaves them where they are, after it they are told.
    let later = |at_ms| AuditEntry {
        wall_ms: at_ms,
        ..act(AuditEvent::Lock, None)
    };
    write(&mut store, |tx| tx.audit(later(HOUR - 1))).unwrap();
    assert_eq!(counts(&mut store), [1, 1, 1]);
    drop(store);
    let mut store = desk.unlocked();
    write(&mut store, |tx| tx.audit(later(HOUR + 60))).unwrap();
    assert_eq!(counts(&mut store), [1, 1, 1, 49, 49, 1]);
    write(&mut store, |tx| tx.audit_refusal(refused(1, 3 * HOUR))).unwrap();
    assert_eq!(counts(&mut store).len(), 7, "a new hour, a new row");
    assert_eq!(write(&mut store, |tx| tx.verify_audit()).unwrap().rows, 7);
}

#[test]
fn a_clock_set_back_hides_no_refusal() {
    let desk = Desk::new();
    let mut store = desk.create();
    for at in [1_000_000, 1_000_001, 5] {
        write(&mut store, |tx| tx.audit_refusal(refused(1, at))).unwrap();
    }
    assert_eq!(counts(&mut store), [1, 1, 1]);
}
