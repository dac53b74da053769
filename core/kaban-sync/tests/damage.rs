//! One damaged row: the bag opens, everything else goes on, and what was lost is made again.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use kaban_sync::Error;
use kaban_testkit::{Device, opened_store};
use kaban_vault::store::DATABASE_FILE;
use serde_json::json;

use common::{World, world};

/// One byte of every such row changed, as flash memory does when it ages.
fn aged(device: Device, table: &str, column: &str, rows: &str) -> Device {
    device.reopened_by(|dir, store| {
        drop(store);
        let file = rusqlite::Connection::open(dir.join("bag").join(DATABASE_FILE)).unwrap();
        let sql = format!(
            "UPDATE {table} SET {column} = CAST(substr({column}, 1, 79) || \
             CASE WHEN substr({column}, 80, 1) = x'00' THEN x'01' ELSE x'00' END || \
             substr({column}, 81) AS BLOB) WHERE {rows}"
        );
        assert!(file.execute(&sql, []).unwrap() > 0, "nothing to damage");
        drop(file);
        opened_store(dir)
    })
}

fn told(device: &mut Device) -> Vec<String> {
    let told = device.with(|ws, _| ws.write(|s| s.tell_mended())).unwrap();
    told.into_iter().map(|(what, _)| what).collect()
}

fn with_a_note() -> World {
    let mut w = world();
    w.primary.note(w.patient, "一").unwrap();
    w.primary.note(w.patient, "二").unwrap();
    w.board
        .settle(&mut [&mut w.primary, &mut w.a, &mut w.b, &mut w.office]);
    w
}

/// Name and notes as read; a reading that meets the damage is refused once, by name.
fn read(device: &mut Device, world_patient: kaban_model::ids::PatientId) -> (String, Vec<String>) {
    use kaban_model::people::DocKind;
    use kaban_sync::group::DocKey;
    let mut refused = 0;
    let mut once = |error: Error| {
        assert!(matches!(
            error,
            Error::Vault(kaban_vault::Error::Tampered { .. })
        ));
        refused += 1;
    };
    let page = loop {
        match device.with(|ws, cx| ws.read(|s| s.open_patient(cx, world_patient))) {
            Ok(page) => break page,
            Err(error) => once(error),
        }
    };
    let notes = loop {
        let doc = DocKey::of(world_patient, DocKind::Log);
        match device.with(|ws, _| ws.read(|s| s.items(doc))) {
            Ok(items) => break items,
            Err(error) => once(error),
        }
    };
    let listed = loop {
        match device.with(|ws, _| ws.read(|s| s.index_rows())) {
            Ok(rows) => break rows.len(),
            Err(error) => once(error),
        }
    };
    assert_eq!(listed, 1);
    assert!(refused <= 1, "refused {refused} times");
    let text = |seen: &kaban_sync::workspace::ItemSeen| {
        seen.item.body["subjective"].as_str().unwrap().to_owned()
    };
    (
        page.text("name").to_owned(),
        notes.iter().map(text).collect(),
    )
}

#[test]
fn a_damaged_row_of_any_kind_that_can_be_made_again_is_made_again() {
    let whole = ("患者".to_owned(), vec!["一".to_owned(), "二".to_owned()]);
    for collection in [
        "doc",
        "page",
        "patient",
        "item",
        "doc_key",
        "group_key",
        "epoch",
        "held",
        "lease",
    ] {
        let w = with_a_note();
        let mut a = aged(
            w.a,
            "boxed",
            "sealed",
            &format!("collection = '{collection}' AND length(sealed) >= 80"),
        );
        assert!(a.ws.holds_bag(), "{collection}");
        assert_eq!(read(&mut a, w.patient), whole, "{collection}");
        let mut a = a.reopened();
        assert_eq!(read(&mut a, w.patient), whole, "{collection}, opened again");
        a.ws.mend().unwrap();
        assert!(
            a.ws.store().check().unwrap().findings.is_empty(),
            "{collection}"
        );
    }
}

#[test]
fn a_damaged_document_keeps_no_other_from_being_taken_in_and_is_itself_read_anew() {
    let mut w = with_a_note();
    w.primary
        .put(w.patient, "phone", json!("0479-22-2222"))
        .unwrap();
    w.primary.note(w.patient, "三").unwrap();
    let batch = w.primary.outbox();
    let mut b = aged(w.a, "boxed", "sealed", "collection = 'doc'");
    b.take_in(batch);
    assert_eq!(b.text(w.patient, "phone").as_deref(), Some("0479-22-2222"));
    assert_eq!(b.text(w.patient, "name").as_deref(), Some("患者"));
    assert_eq!(b.notes(w.patient), ["一", "二", "三"]);
    assert_eq!(told(&mut b), ["doc"], "and it is said");
    assert!(told(&mut b).is_empty(), "once");
}

#[test]
fn a_damaged_note_is_named_asked_for_and_read_again_when_it_comes() {
    let mut w = with_a_note();
    let all = w.primary.outbox();
    let log = {
        use kaban_model::people::DocKind;
        let doc = kaban_sync::group::DocKey::of(w.patient, DocKind::Log);
        let forger = kaban_testkit::Forger::of(&mut w.primary);
        forger.tag(doc)
    };
    let hex: String = log.as_bytes().iter().map(|b| format!("{b:02x}")).collect();
    let author = w.primary.ws.device();
    let mut a = aged(
        w.a,
        "envelope",
        "wire",
        &format!(
            "doc = x'{hex}' AND kind = 1 AND seq = (SELECT min(seq) FROM envelope \
                  WHERE doc = x'{hex}' AND kind = 1)"
        ),
    );
    // Whoever reads everything of the document meets it: here, because its rows are lost, too.
    let mut a = {
        a = aged(a, "boxed", "sealed", "collection = 'item'");
        let doc = kaban_sync::group::DocKey::of(w.patient, kaban_model::people::DocKind::Log);
        let refused = a.with(|ws, _| ws.read(|s| s.items(doc)).map(drop));
        assert!(refused.is_err());
        a
    };
    assert_eq!(a.notes(w.patient), ["二"]);
    let wanted = a.with(|ws, _| ws.read(|s| s.wanted())).unwrap();
    assert_eq!((wanted.len(), wanted[0].author), (1, author));
    let asked = a.with(|ws, _| ws.read(|s| s.vector(log))).unwrap();
    assert_eq!(asked, [(author, wanted[0].seq - 1)]);
    a.take_in(all);
    assert_eq!(a.notes(w.patient), ["一", "二"]);
    assert!(a.with(|ws, _| ws.read(|s| s.wanted())).unwrap().is_empty());
}
