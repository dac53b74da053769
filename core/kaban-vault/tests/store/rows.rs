//! Rows: what comes back, what a moved or changed row turns into.

use super::common::*;
use kaban_vault::Error;
use kaban_vault::store::{COLLECTION_BYTES_MAX, ROW_ID_BYTES_MAX, Scope};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn rows_are_listed_in_order_replaced_and_deleted() {
    let desk = Desk::new();
    let mut store = desk.create();
    write(&mut store, |tx| {
        for id in [3_u8, 1, 2] {
            tx.put_row(&Scope::Device, "visit", b"p", &[id], &[id; 4])?;
        }
        tx.put_row(&Scope::Device, "visit", b"q", &[9], b"other")?;
        tx.put_row(&Scope::Device, "visit", b"p", &[2], b"new")
    })
    .unwrap();
    let rows = write(&mut store, |tx| tx.list_rows("visit", b"p")).unwrap();
    let ids: Vec<&[u8]> = rows.iter().map(|(id, _)| id.as_slice()).collect();
    assert_eq!(ids, [[1], [2], [3]]);
    assert_eq!(rows[1].1.as_slice(), b"new");
    assert_eq!(
        write(&mut store, |tx| tx.list_collection("visit"))
            .unwrap()
            .len(),
        4
    );
    assert!(write(&mut store, |tx| tx.delete_row("visit", b"p", &[2])).unwrap());
    assert!(!write(&mut store, |tx| tx.delete_row("visit", b"p", &[2])).unwrap());
    assert!(
        write(&mut store, |tx| tx.get_row("visit", b"p", &[2]))
            .unwrap()
            .is_none()
    );
}

#[test]
fn moving_a_row_between_scopes_keeps_one_copy_of_it() {
    let desk = Desk::new();
    let mut store = desk.create();
    store.create_own_scope(PATIENT).unwrap();
    store.create_lease_alias(&LEASE).unwrap();
    store.create_bag_scope(LEASE).unwrap();
    let path = [
        Scope::Bag(LEASE),
        Scope::Own(PATIENT),
        Scope::Device,
        Scope::Member,
        Scope::Bag(LEASE),
    ];
    write(&mut store, |tx| {
        tx.put_row(&path[0], "front", b"", &PATIENT, b"page one")
    })
    .unwrap();
    for scope in path {
        assert!(write(&mut store, |tx| tx.rescope("front", b"", &PATIENT, &scope)).unwrap());
        assert_eq!(
            write(&mut store, |tx| tx.row_scope("front", b"", &PATIENT)).unwrap(),
            Some(scope)
        );
        let rows = write(&mut store, |tx| tx.list_collection("front")).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].2.as_slice(), b"page one");
    }
    assert!(
        !write(&mut store, |tx| tx.rescope(
            "front",
            b"",
            b"nobody",
            &Scope::Device
        ))
        .unwrap()
    );
}

#[test]
fn a_whole_scope_moves_to_the_next_lease() {
    let desk = Desk::new();
    let mut store = desk.create();
    let next = [0x2e; 16];
    for lease in [LEASE, next] {
        store.create_lease_alias(&lease).unwrap();
        store.create_bag_scope(lease).unwrap();
    }
    write(&mut store, |tx| {
        tx.put_row(&Scope::Device, "setting", b"", b"s", b"stays")?;
        (0..5_u8).try_for_each(|n| tx.put_row(&Scope::Bag(LEASE), "front", b"", &[n], &[n]))
    })
    .unwrap();
    let moved = write(&mut store, |tx| {
        tx.rescope_all(&Scope::Bag(LEASE), &Scope::Bag(next))
    });
    assert_eq!(moved.unwrap(), 5);
    assert_eq!(store.drop_scope(&Scope::Bag(LEASE)).unwrap().rows, 0);
    let rows = write(&mut store, |tx| tx.scope_rows(&Scope::Bag(next))).unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[4], ("front".to_owned(), vec![], vec![4]));
    assert_eq!(
        write(&mut store, |tx| tx.list_rows("front", b""))
            .unwrap()
            .len(),
        5
    );
}

#[test]
fn a_changed_swapped_or_replayed_row_is_named_and_its_content_is_not() {
    let desk = Desk::new();
    let mut store = desk.create();
    write(&mut store, |tx| {
        tx.put_row(&Scope::Device, "allergy", b"p", b"\x0a", b"penicillin")?;
        tx.put_row(&Scope::Device, "allergy", b"p", b"\x0b", b"none known")
    })
    .unwrap();
    drop(store);
    let whole = std::fs::read(desk.database()).unwrap();
    for meddling in [
        "UPDATE boxed SET sealed = (SELECT sealed FROM boxed WHERE id = x'0b') WHERE id = x'0a'",
        "UPDATE boxed SET ver = ver + 1 WHERE id = x'0a'",
        "UPDATE boxed SET kind = 1, owner = x'01010101010101010101010101010101' WHERE id = x'0a'",
        &format!(
            "UPDATE boxed SET sealed = {} WHERE id = x'0a'",
            changed("sealed", 71)
        ),
        "UPDATE boxed SET sealed = x'' WHERE id = x'0a'",
        "UPDATE boxed SET kind = 77 WHERE id = x'0a'",
    ] {
        std::fs::write(desk.database(), &whole).unwrap();
        assert_eq!(desk.meddle(meddling), 1);
        let mut store = desk.unlocked();
        let error = write(&mut store, |tx| tx.get_row("allergy", b"p", b"\x0a")).unwrap_err();
        assert!(
            matches!(&error, Error::Tampered { table: "boxed", row } if row == "allergy/70/0a"),
            "{meddling}: {error}"
        );
        assert!(!format!("{error} {error:?}").contains("penicillin"));
        assert!(write(&mut store, |tx| tx.list_rows("allergy", b"p")).is_err());
        let other = write(&mut store, |tx| tx.get_row("allergy", b"p", b"\x0b"))
            .unwrap()
            .unwrap();
        assert_eq!(other.as_slice(), b"none known");
        assert_eq!(store.check().unwrap().findings.len(), 1, "{meddling}");
    }
}

#[test]
fn a_row_of_another_store_does_not_open_even_with_the_same_keys() {
    let (one, two) = (Desk::new(), Desk::new());
    let mut store = one.create();
    let secrets = store.secrets().unwrap().duplicate();
    write(&mut store, |tx| {
        tx.put_row(&Scope::Device, "a", b"", b"", b"text")
    })
    .unwrap();
    drop(store);
    let mut other = kaban_vault::Store::create(
        &two.folder(),
        std::sync::Arc::clone(&two.keys),
        &mut kaban_proto::OsRandom,
    )
    .unwrap();
    other
        .add_slot(
            &secrets,
            PASSPHRASE,
            kaban_vault::KdfCost::FLOOR,
            &mut kaban_proto::OsRandom,
        )
        .unwrap();
    drop(other);
    let conn = rusqlite::Connection::open(two.database()).unwrap();
    conn.execute("ATTACH ?1 AS other", [one.database().to_str().unwrap()])
        .unwrap();
    conn.execute("INSERT INTO boxed SELECT * FROM other.boxed", [])
        .unwrap();
    drop(conn);
    let result = write(&mut two.unlocked(), |tx| tx.get_row("a", b"", b""));
    assert!(matches!(
        result,
        Err(Error::Tampered { table: "boxed", .. })
    ));
}

#[test]
fn a_tampered_scope_key_is_named() {
    let desk = Desk::new();
    let mut store = desk.create();
    for patient in [PATIENT, [9; 16]] {
        store.create_own_scope(patient).unwrap();
        write(&mut store, |tx| {
            tx.put_row(&Scope::Own(patient), "front", b"", &patient, b"x")
        })
        .unwrap();
    }
    drop(store);
    desk.meddle("UPDATE scope SET sealed = (SELECT max(sealed) FROM scope)");
    let mut store = desk.unlocked();
    let results = [PATIENT, [9; 16]]
        .map(|patient| write(&mut store, |tx| tx.get_row("front", b"", &patient)));
    let tampered =
        |result: &&Result<_, Error>| matches!(result, Err(Error::Tampered { table: "scope", .. }));
    assert_eq!(results.iter().filter(tampered).count(), 1);
}

#[test]
fn names_and_ids_over_their_bound_are_refused() {
    let desk = Desk::new();
    let mut store = desk.create();
    let long = "c".repeat(COLLECTION_BYTES_MAX + 1);
    for (collection, id) in [
        ("", &b"a"[..]),
        (&long, b"a"),
        ("c", &[0; ROW_ID_BYTES_MAX + 1]),
    ] {
        let result = write(&mut store, |tx| {
            tx.put_row(&Scope::Device, collection, b"", id, b"")
        });
        assert!(matches!(result, Err(Error::Invalid { .. })));
    }
}

#[test]
fn lookup_values_depend_on_table_and_value_and_on_nothing_else() {
    let desk = Desk::new();
    let mut store = desk.create();
    let [one, same, table, value] = write(&mut store, |tx| {
        Ok([
            tx.derive_lookup("phone", b"0879")?,
            tx.derive_lookup("phone", b"0879")?,
            tx.derive_lookup("phon", b"e0879")?,
            tx.derive_lookup("phone", b"0880")?,
        ])
    })
    .unwrap();
    assert_eq!(one, same);
    assert!(one != table && one != value);
}

#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8, Vec<u8>),
    Delete(u8),
    Rescope(u8, u8),
    Relock,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6_u8, 0..4_u8, proptest::collection::vec(any::<u8>(), 0..40)).prop_map(|(id, scope, text)| Step::Put(id, scope, text)),
        1 => (0..6_u8).prop_map(Step::Delete),
        2 => (0..6_u8, 0..4_u8).prop_map(|(id, scope)| Step::Rescope(id, scope)),
        1 => Just(Step::Relock),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_store_behaves_like_a_map_of_rows(steps in proptest::collection::vec(step(), 1..30)) {
        let desk = Desk::new();
        let mut store = desk.create();
        store.create_own_scope(PATIENT).unwrap();
        store.create_lease_alias(&LEASE).unwrap();
        store.create_bag_scope(LEASE).unwrap();
        let scopes = [Scope::Device, Scope::Member, Scope::Own(PATIENT), Scope::Bag(LEASE)];
        let mut model: BTreeMap<Vec<u8>, (Scope, Vec<u8>)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Put(id, scope, text) => {
                    let scope = scopes[usize::from(scope)];
                    write(&mut store, |tx| tx.put_row(&scope, "c", b"p", &[id], &text)).unwrap();
                    model.insert(vec![id], (scope, text));
                }
                Step::Delete(id) => {
                    let deleted = write(&mut store, |tx| tx.delete_row("c", b"p", &[id])).unwrap();
                    prop_assert_eq!(deleted, model.remove(&vec![id]).is_some());
                }
                Step::Rescope(id, scope) => {
                    let scope = scopes[usize::from(scope)];
                    write(&mut store, |tx| tx.rescope("c", b"p", &[id], &scope)).unwrap();
                    if let Some(row) = model.get_mut(&vec![id]) {
                        row.0 = scope;
                    }
                }
                Step::Relock => {
                    store.lock().unwrap();
                    store.unlock(None, PASSPHRASE).unwrap();
                }
            }
            let rows = write(&mut store, |tx| tx.list_rows("c", b"p")).unwrap();
            let rows: Vec<(Vec<u8>, Vec<u8>)> = rows.iter().map(|(id, text)| (id.clone(), text.to_vec())).collect();
            let expected: Vec<(Vec<u8>, Vec<u8>)> = model.iter().map(|(id, (_, text))| (id.clone(), text.clone())).collect();
            prop_assert_eq!(rows, expected);
            for (id, (scope, _)) in &model {
                let found = write(&mut store, |tx| tx.row_scope("c", b"p", id)).unwrap();
                prop_assert_eq!(found, Some(*scope));
            }
        }
    }
}
