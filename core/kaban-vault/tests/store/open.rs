//! Opening, locking, slots, and which of the errors comes when.

use super::common::*;
use kaban_proto::OsRandom;
use kaban_vault::store::{Durability, Scope, Store};
use kaban_vault::{Error, KdfCost, KeyVaultError, SlotSecrets};
use std::sync::Arc;

#[test]
fn a_store_opens_locked_and_gives_nothing_until_the_passphrase_is_right() {
    let desk = Desk::new();
    let mut store = desk.create();
    write(&mut store, |tx| {
        tx.put_row(&Scope::Device, "setting", b"", b"a", b"value")
    })
    .unwrap();
    drop(store);
    let mut store = desk.open().unwrap();
    assert!(!store.is_unlocked());
    assert!(matches!(store.secrets(), Err(Error::Locked)));
    assert!(matches!(
        write(&mut store, |tx| tx.get_row("setting", b"", b"a")),
        Err(Error::Locked)
    ));
    assert!(matches!(
        store.unlock(None, b"seven wet mountain road"),
        Err(Error::WrongPassphrase)
    ));
    assert!(!store.is_unlocked());
    store.unlock(Some(MEMBER), PASSPHRASE).unwrap();
    let value = write(&mut store, |tx| tx.get_row("setting", b"", b"a"))
        .unwrap()
        .unwrap();
    assert_eq!(value.as_slice(), b"value");
    store.lock().unwrap();
    assert!(matches!(
        write(&mut store, |tx| tx.get_row("setting", b"", b"a")),
        Err(Error::Locked)
    ));
}

#[test]
fn a_second_handle_is_told_that_the_store_is_in_use() {
    let desk = Desk::new();
    let store = desk.create();
    assert!(matches!(desk.open(), Err(Error::InUse)));
    drop(store);
    assert!(desk.open().is_ok());
}

#[test]
fn a_missing_and_an_existing_store_are_told_apart() {
    let desk = Desk::new();
    assert!(matches!(desk.open(), Err(Error::NotFound { .. })));
    drop(desk.create());
    let again = Store::create(&desk.folder(), Arc::clone(&desk.keys), &mut OsRandom);
    assert!(matches!(again, Err(Error::Exists { .. })));
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let desk = Desk::new();
    let version = desk.create().version();
    desk.meddle(&format!("PRAGMA user_version = {}", version + 3));
    let before = std::fs::read(desk.database()).unwrap();
    let result = desk.open();
    assert!(
        matches!(result, Err(Error::TooNew { found, known }) if found == version + 3 && known == version)
    );
    drop(result);
    assert_eq!(std::fs::read(desk.database()).unwrap(), before);
}

#[test]
fn wrong_passphrase_damaged_slot_and_missing_keystore_key_are_three_errors() {
    let desk = Desk::new();
    drop(desk.create());
    let mut store = desk.open().unwrap();
    assert!(matches!(
        store.unlock(None, b"not the passphrase"),
        Err(Error::WrongPassphrase)
    ));
    let alias = store.slots().unwrap()[0].alias();
    drop(store);

    let whole = std::fs::read(desk.database()).unwrap();
    desk.meddle(&format!("UPDATE slot SET bytes = {}", changed("bytes", 81)));
    let mut store = desk.open().unwrap();
    assert!(matches!(
        store.unlock(None, PASSPHRASE),
        Err(Error::Damaged { what: "slot" })
    ));
    assert!(matches!(
        store.slots(),
        Err(Error::Damaged { what: "slot" })
    ));
    drop(store);

    std::fs::write(desk.database(), whole).unwrap();
    desk.keys.delete(&alias).unwrap();
    let mut store = desk.open().unwrap();
    let result = store.unlock(None, PASSPHRASE);
    assert!(matches!(
        result,
        Err(Error::KeyVault(KeyVaultError::NoSuchKey { .. }))
    ));
}

#[test]
fn a_file_that_is_no_database_is_damaged() {
    let desk = Desk::new();
    drop(desk.create());
    for bytes in [
        &b""[..],
        b"not a database at all, but long enough to look",
        &[0; 5000],
    ] {
        std::fs::write(desk.database(), bytes).unwrap();
        assert!(matches!(desk.open(), Err(Error::Damaged { .. })));
    }
}

#[test]
fn each_member_of_a_shared_phone_sees_the_device_and_its_own_rows_only() {
    let desk = Desk::new();
    let mut store = desk.create();
    let mk = store.secrets().unwrap().mk.duplicate();
    let other = SlotSecrets::make_beside(mk, COLLEAGUE, &mut OsRandom);
    store
        .add_slot(
            &other,
            b"a colleague's own words",
            KdfCost::FLOOR,
            &mut OsRandom,
        )
        .unwrap();
    write(&mut store, |tx| {
        tx.put_row(&Scope::Device, "note", b"", b"d", b"device")?;
        tx.put_row(&Scope::Member, "note", b"", b"m", b"mine")
    })
    .unwrap();
    store.lock().unwrap();
    store.unlock(None, b"a colleague's own words").unwrap();
    assert!(store.secrets().unwrap().member == COLLEAGUE);
    let rows = write(&mut store, |tx| {
        tx.put_row(&Scope::Member, "note", b"", b"m", b"theirs")?;
        tx.list_rows("note", b"")
    })
    .unwrap();
    let texts: Vec<&[u8]> = rows.iter().map(|(_, text)| text.as_slice()).collect();
    assert_eq!(texts, [&b"device"[..], b"theirs"]);
    store.lock().unwrap();
    store.unlock(Some(MEMBER), PASSPHRASE).unwrap();
    let mine = write(&mut store, |tx| tx.get_row("note", b"", b"m"))
        .unwrap()
        .unwrap();
    assert_eq!(mine.as_slice(), b"mine");
    let report = store.check().unwrap();
    assert_eq!(
        (
            report.rows_opened,
            report.rows_closed,
            report.findings.len()
        ),
        (2, 1, 0)
    );
    assert!(matches!(
        store.unlock(Some(MEMBER), b"a colleague's own words"),
        Err(Error::WrongPassphrase)
    ));
    store.remove_slot(COLLEAGUE).unwrap();
    let report = store.check().unwrap();
    assert_eq!((report.rows_opened, report.rows_closed), (2, 0));
    assert!(report.findings.is_empty() && store.is_unlocked());
}

#[test]
fn a_slot_needs_the_same_master_key_and_a_member_without_one() {
    let desk = Desk::new();
    let mut store = desk.create();
    let stranger = SlotSecrets::make(COLLEAGUE, &mut OsRandom);
    let result = store.add_slot(
        &stranger,
        b"some other words",
        KdfCost::FLOOR,
        &mut OsRandom,
    );
    assert!(matches!(result, Err(Error::Invalid { what: "master key" })));
    let again = store.secrets().unwrap().duplicate();
    let result = store.add_slot(&again, b"some other words", KdfCost::FLOOR, &mut OsRandom);
    assert!(matches!(result, Err(Error::SlotExists)));
    store.lock().unwrap();
    let result = store.add_slot(
        &stranger,
        b"some other words",
        KdfCost::FLOOR,
        &mut OsRandom,
    );
    assert!(matches!(result, Err(Error::Locked)));
}

#[test]
fn a_changed_passphrase_replaces_the_old_one() {
    let desk = Desk::new();
    let mut store = desk.create();
    let old = store.slots().unwrap()[0].alias();
    store
        .change_passphrase(b"eight dry valley paths", KdfCost::FLOOR, &mut OsRandom)
        .unwrap();
    assert!(!desk.keys.contains(&old).unwrap());
    store.lock().unwrap();
    assert!(matches!(
        store.unlock(None, PASSPHRASE),
        Err(Error::WrongPassphrase)
    ));
    store.unlock(None, b"eight dry valley paths").unwrap();
    store.remove_slot(MEMBER).unwrap();
    assert!(!store.is_unlocked());
    assert!(matches!(
        store.unlock(None, b"eight dry valley paths"),
        Err(Error::NoSlot)
    ));
}

#[test]
fn locking_leaves_an_empty_log_and_files_for_their_owner_only() {
    let desk = Desk::new();
    let mut store = desk.create();
    write(&mut store, |tx| {
        tx.put_row(&Scope::Device, "a", b"", b"", &[7; 5000])
    })
    .unwrap();
    let log = desk.folder().join("kaban.db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > 0);
    store.lock().unwrap();
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
    #[cfg(unix)]
    for entry in std::fs::read_dir(desk.folder()).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}

#[test]
fn an_error_in_the_body_rolls_everything_back_also_a_new_scope() {
    let desk = Desk::new();
    let mut store = desk.create();
    let result: Result<(), Error> = store.transact(Durability::Full, |tx| {
        tx.create_own_scope(PATIENT)?;
        tx.put_row(&Scope::Own(PATIENT), "front", b"", &PATIENT, b"text")?;
        Err(Error::Invalid { what: "on purpose" })
    });
    assert!(matches!(result, Err(Error::Invalid { what: "on purpose" })));
    assert!(!store.has_scope(&Scope::Own(PATIENT)).unwrap());
    let result = write(&mut store, |tx| {
        tx.put_row(&Scope::Own(PATIENT), "front", b"", &PATIENT, b"text")
    });
    assert!(matches!(result, Err(Error::ScopeGone { .. })));
    store.create_own_scope(PATIENT).unwrap();
    write(&mut store, |tx| {
        tx.put_row(&Scope::Own(PATIENT), "front", b"", &PATIENT, b"text")
    })
    .unwrap();
}

#[test]
fn wiped_keys_close_every_box_and_leave_the_outbox() {
    let desk = Desk::new();
    let mut store = desk.create();
    let unsent = chain(1, 1).remove(0);
    write(&mut store, |tx| {
        tx.put_row(&Scope::Member, "note", b"", b"m", b"mine")?;
        tx.put_envelope(&unsent, kaban_vault::EnvelopeState::Applied, true)
    })
    .unwrap();
    store.wipe_keys().unwrap();
    assert!(matches!(
        store.unlock(None, PASSPHRASE),
        Err(Error::KeyVault(_))
    ));
    assert_eq!(
        write(&mut store, |tx| tx.outbox(9)).unwrap()[0].envelope,
        unsent
    );
}
