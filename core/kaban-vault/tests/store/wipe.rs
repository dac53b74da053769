//! Wiping reaches every key in the keystore, whatever the file looks like by then.

use super::common::*;
use kaban_proto::OsRandom;
use kaban_vault::store::{Store, lease_alias};
use kaban_vault::{Error, KdfCost, SlotSecrets};

const PREKEY: [u8; 16] = [0x2e; 16];

fn keys_left(desk: &Desk) -> usize {
    std::fs::read_dir(desk.dir.path().join("keys"))
        .unwrap()
        .filter(|entry| {
            let path = entry.as_ref().unwrap().path();
            path.extension().is_some_and(|kind| kind == "key")
        })
        .count()
}

/// Two people's slots on one phone; the colleague's opens with [`PASSPHRASE`] and an s.
fn shared_phone(desk: &Desk) -> Store {
    let mut store = desk.create();
    let mk = store.secrets().unwrap().mk.duplicate();
    let second = SlotSecrets::make_beside(mk, COLLEAGUE, &mut OsRandom);
    store
        .add_slot(&second, b"colleague", KdfCost::FLOOR, &mut OsRandom)
        .unwrap();
    store
}

#[test]
fn a_wipe_reaches_slots_that_are_damaged_leases_and_prekeys() {
    let desk = Desk::new();
    let mut store = shared_phone(&desk);
    store.create_lease_alias(&LEASE).unwrap();
    store.create_bag_scope(LEASE).unwrap();
    store.create_lease_alias(&PREKEY).unwrap();
    drop(store);
    assert_eq!(keys_left(&desk), 4);
    desk.meddle(&format!("UPDATE slot SET bytes = {}", changed("bytes", 9)));
    let mut store = desk.open().unwrap();
    assert!(matches!(
        store.slots(),
        Err(Error::Damaged { what: "slot" })
    ));
    store.wipe_keys().unwrap();
    assert_eq!(keys_left(&desk), 0);
}

#[test]
fn a_wipe_reaches_a_slot_whose_row_is_gone_or_names_another() {
    for meddled in [
        "DELETE FROM slot",
        "UPDATE slot SET id = x'00112233445566778899aabbccddeeff'",
        "DELETE FROM alias",
    ] {
        let desk = Desk::new();
        drop(desk.create());
        desk.meddle(meddled);
        desk.open().unwrap().wipe_keys().unwrap();
        assert_eq!(keys_left(&desk), 0, "{meddled}");
    }
}

#[test]
fn a_slot_that_is_removed_takes_its_leases_along_and_nobody_elses() {
    let desk = Desk::new();
    let mut store = shared_phone(&desk);
    store.create_lease_alias(&LEASE).unwrap();
    store.create_bag_scope(LEASE).unwrap();
    store.lock().unwrap();
    store.unlock(Some(COLLEAGUE), b"colleague").unwrap();
    store.create_lease_alias(&PREKEY).unwrap();
    store.remove_slot(COLLEAGUE).unwrap();
    assert!(!desk.keys.contains(&lease_alias(&PREKEY)).unwrap());
    assert!(desk.keys.contains(&lease_alias(&LEASE)).unwrap());
    store.unlock(None, PASSPHRASE).unwrap();
    assert!(store.check().unwrap().findings.is_empty());
}

#[test]
fn slots_swapped_between_two_people_open_for_neither_and_are_wiped() {
    let desk = Desk::new();
    drop(shared_phone(&desk));
    desk.meddle("CREATE TABLE was AS SELECT * FROM slot");
    desk.meddle("UPDATE slot SET bytes = (SELECT w.bytes FROM was w WHERE w.id <> slot.id)");
    desk.meddle("DROP TABLE was");
    let mut store = desk.open().unwrap();
    for (member, passphrase) in [(MEMBER, PASSPHRASE), (COLLEAGUE, b"colleague")] {
        for member in [Some(member), None] {
            assert!(matches!(
                store.unlock(member, passphrase),
                Err(Error::Damaged { what: "slot" })
            ));
        }
    }
    store.wipe_keys().unwrap();
    assert_eq!(keys_left(&desk), 0);
}
