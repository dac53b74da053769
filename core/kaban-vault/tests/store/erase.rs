//! Erasure: what a dropped bag leaves readable, also in a copy of the file made before.

use super::common::*;
use kaban_vault::examine::{find_canaries, open_everything};
use kaban_vault::store::{DATABASE_FILE, Scope, lease_alias};
use kaban_vault::{EnvelopeState, Error, Store};

const CANARY: &[u8] = "往診先の合言葉 canary".as_bytes();

fn filled(desk: &Desk) -> Store {
    let mut store = desk.create();
    store.create_lease_alias(&LEASE).unwrap();
    store.create_bag_scope(LEASE).unwrap();
    store.create_own_scope(PATIENT).unwrap();
    write(&mut store, |tx| {
        for n in 0..20_u8 {
            tx.put_row(&Scope::Bag(LEASE), "front", b"bag", &[n], CANARY)?;
        }
        for n in 0..7_u8 {
            tx.put_row(&Scope::Own(PATIENT), "front", b"own", &[n], CANARY)?;
        }
        tx.put_row(&Scope::Member, "note", b"", b"", CANARY)?;
        tx.put_row(&Scope::Device, "setting", b"", b"", CANARY)?;
        tx.put_envelope(&chain(1, 1)[0], EnvelopeState::Applied, true)
    })
    .unwrap();
    store
}

#[test]
fn a_dropped_bag_leaves_own_rows_and_envelopes_and_nothing_of_itself() {
    let desk = Desk::new();
    let mut store = filled(&desk);
    assert!(store.has_scope(&Scope::Bag(LEASE)).unwrap());
    let dropped = store.drop_scope(&Scope::Bag(LEASE)).unwrap();
    assert_eq!((dropped.rows, dropped.keys, dropped.alias), (20, 1, true));
    assert!(!store.has_scope(&Scope::Bag(LEASE)).unwrap());
    assert!(
        write(&mut store, |tx| tx.list_rows("front", b"bag"))
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        write(&mut store, |tx| tx.list_rows("front", b"own"))
            .unwrap()
            .len(),
        7
    );
    assert_eq!(write(&mut store, |tx| tx.outbox_len()).unwrap(), 1);
    let result = write(&mut store, |tx| {
        tx.put_row(&Scope::Bag(LEASE), "front", b"bag", b"", b"")
    });
    assert!(matches!(result, Err(Error::ScopeGone { .. })));
    assert!(matches!(
        store.create_bag_scope(LEASE),
        Err(Error::ScopeGone { .. })
    ));
    assert_eq!(
        store.drop_scope(&Scope::Bag(LEASE)).unwrap(),
        Default::default()
    );
    assert!(store.check().unwrap().findings.is_empty());
}

#[test]
fn an_older_copy_of_the_file_opens_own_rows_but_not_one_row_of_the_dropped_bag() {
    let desk = Desk::new();
    let mut store = filled(&desk);
    store.lock().unwrap();
    let before = desk.dir.path().join("before");
    copy_folder(&desk.folder(), &before);
    let seen =
        open_everything(&before.join(DATABASE_FILE), desk.keys.as_ref(), PASSPHRASE).unwrap();
    assert_eq!(
        (seen.bag.opened, seen.own.opened, seen.rows_closed()),
        (20, 7, 0)
    );
    assert_eq!((seen.keys_opened, seen.slots_opened), (2, 1));

    let copy = desk.dir.path().join("copy");
    copy_folder(&desk.folder(), &copy);
    store.drop_scope(&Scope::Bag(LEASE)).unwrap();
    let seen = open_everything(&copy.join(DATABASE_FILE), desk.keys.as_ref(), PASSPHRASE).unwrap();
    assert_eq!((seen.bag.opened, seen.bag.closed), (0, 20));
    assert_eq!(
        (seen.own.opened, seen.member.opened, seen.device.opened),
        (7, 1, 1)
    );
    assert_eq!(seen.keys_closed, 1);

    let mut old = Store::open(&copy, std::sync::Arc::clone(&desk.keys)).unwrap();
    old.unlock(None, PASSPHRASE).unwrap();
    let result = write(&mut old, |tx| tx.list_rows("front", b"bag"));
    assert!(matches!(result, Err(Error::ScopeGone { .. })));
    let now = open_everything_closed(&desk, store);
    assert_eq!((now.bag.opened, now.bag.closed, now.own.opened), (0, 0, 7));
}

fn open_everything_closed(desk: &Desk, store: Store) -> kaban_vault::examine::Examination {
    drop(store);
    open_everything(&desk.database(), desk.keys.as_ref(), PASSPHRASE).unwrap()
}

#[test]
fn a_wrong_passphrase_opens_no_row_at_all() {
    let desk = Desk::new();
    let seen_store = filled(&desk);
    drop(seen_store);
    let seen = open_everything(&desk.database(), desk.keys.as_ref(), b"guess").unwrap();
    assert_eq!(
        (seen.rows_opened(), seen.rows_closed(), seen.slots_closed),
        (0, 29, 1)
    );
}

#[test]
fn no_plaintext_lies_in_any_file_before_or_after() {
    let desk = Desk::new();
    let mut store = filled(&desk);
    assert!(
        find_canaries(&desk.folder(), &[CANARY.to_vec()])
            .unwrap()
            .is_empty()
    );
    store.drop_scope(&Scope::Bag(LEASE)).unwrap();
    store.lock().unwrap();
    assert!(
        find_canaries(desk.dir.path(), &[CANARY.to_vec(), PASSPHRASE.to_vec()])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn an_interrupted_erasure_is_finished_at_the_next_opening() {
    let desk = Desk::new();
    drop(filled(&desk));
    let conn = rusqlite::Connection::open(desk.database()).unwrap();
    conn.execute("INSERT INTO dropping (id) VALUES (?1)", [LEASE])
        .unwrap();
    drop(conn);
    let store = desk.open().unwrap();
    assert!(!desk.keys.contains(&lease_alias(&LEASE)).unwrap());
    drop(store);
    let seen = open_everything(&desk.database(), desk.keys.as_ref(), PASSPHRASE).unwrap();
    assert_eq!(
        (seen.bag.opened, seen.bag.closed, seen.own.opened),
        (0, 0, 7)
    );
}

#[test]
fn a_locked_store_can_drop_a_bag_but_not_an_own_scope() {
    let desk = Desk::new();
    let mut store = filled(&desk);
    store.lock().unwrap();
    assert_eq!(store.drop_scope(&Scope::Bag(LEASE)).unwrap().rows, 20);
    assert!(matches!(
        store.drop_scope(&Scope::Own(PATIENT)),
        Err(Error::Locked)
    ));
    store.unlock(None, PASSPHRASE).unwrap();
    assert_eq!(store.drop_scope(&Scope::Own(PATIENT)).unwrap().rows, 7);
    assert!(matches!(
        store.drop_scope(&Scope::Device),
        Err(Error::Invalid { .. })
    ));
    assert!(matches!(
        store.drop_scope(&Scope::Member),
        Err(Error::Invalid { .. })
    ));
}

#[test]
fn a_lost_lease_key_is_told_as_a_gone_scope_and_the_scope_can_be_dropped() {
    let desk = Desk::new();
    drop(filled(&desk));
    desk.keys.delete(&lease_alias(&LEASE)).unwrap();
    let mut store = desk.unlocked();
    assert!(!store.has_scope(&Scope::Bag(LEASE)).unwrap());
    assert!(matches!(
        write(&mut store, |tx| tx.list_rows("front", b"bag")),
        Err(Error::ScopeGone { .. })
    ));
    assert_eq!(
        write(&mut store, |tx| tx.scopes()).unwrap(),
        [Scope::Own(PATIENT), Scope::Bag(LEASE)]
    );
    assert_eq!(store.drop_scope(&Scope::Bag(LEASE)).unwrap().rows, 20);
    assert!(
        write(&mut store, |tx| tx.list_rows("front", b"bag"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_prekey_wrapped_under_a_lease_dies_with_it() {
    let desk = Desk::new();
    let mut store = desk.create();
    assert!(matches!(
        store.wrap_under_lease(&LEASE, b"x25519", b"lp"),
        Err(Error::ScopeGone { .. })
    ));
    store.create_lease_alias(&LEASE).unwrap();
    let wrapped = store.wrap_under_lease(&LEASE, b"x25519", b"lp").unwrap();
    assert_eq!(
        store
            .unwrap_under_lease(&LEASE, &wrapped, b"lp")
            .unwrap()
            .as_slice(),
        b"x25519"
    );
    assert!(matches!(
        store.unwrap_under_lease(&LEASE, &wrapped, b"other"),
        Err(Error::Tampered { .. })
    ));
    assert!(store.drop_scope(&Scope::Bag(LEASE)).unwrap().alias);
    assert!(matches!(
        store.unwrap_under_lease(&LEASE, &wrapped, b"lp"),
        Err(Error::ScopeGone { .. })
    ));
}
