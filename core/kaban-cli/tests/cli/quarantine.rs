//! Work that is done although something had to be set aside: exit code 6.

use std::path::Path;

use chrono::DateTime;
use kaban_app::{Bag, Environment};
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::DocKind;
use kaban_model::visit::{Item, ItemKind};
use kaban_proto::random::OsRandom;
use kaban_sync::group::DocKey;
use kaban_sync::workspace::Cx;
use serde_json::{Map, Value, json};

use crate::bags::{meet, two_bags};
use crate::kaban::{PASSPHRASE, kaban};
use crate::relay::Serving;

/// Writes an item under a given id, past the program, as a faulty or hostile device might.
fn write_item(dir: &Path, text: &str) {
    let mut bag = Bag::open(dir, PASSPHRASE.as_bytes(), None, &Environment::default()).unwrap();
    let patient: PatientId = bag.patients().unwrap()[0].id.parse().unwrap();
    let now = DateTime::parse_from_rfc3339("2026-11-20T21:30:00+09:00").unwrap();
    let item = Item {
        id: ItemId::from_bytes([7; 16]),
        kind: ItemKind::Visit,
        at: now,
        patient: Some(patient),
        link: None,
        body: json!({ "arrived_at": now.to_rfc3339(), "plan": text }),
        rest: Map::<String, Value>::new(),
    };
    let mut rng = OsRandom;
    let mut cx = Cx {
        now: bag.now(),
        rng: &mut rng,
    };
    bag.workspace()
        .write(|session| session.put_item(&mut cx, DocKey::of(patient, DocKind::Log), &item))
        .unwrap();
    bag.lock().unwrap();
}

#[test]
fn a_second_item_under_a_known_id_is_set_aside_and_told_by_the_exit_code() {
    let dir = two_bags();
    let dir = dir.path();
    let relay = Serving::start(dir);
    meet(dir, &relay);
    write_item(&dir.join("a"), "one");
    write_item(&dir.join("b"), "another");
    kaban(dir, &["--bag", "a", "sync"]).json();
    let synced = kaban(dir, &["--bag", "b", "sync"]);
    assert_eq!((synced.code, synced.err.as_str()), (6, ""), "{synced:?}");
    assert_eq!(synced.document()["quarantined"], 1);
    for words in [&["status"][..], &["sync"], &["doctor"]] {
        assert_eq!(
            kaban(dir, &[&["--bag", "b"], words].concat()).code,
            6,
            "{words:?}"
        );
    }
    let status = kaban(dir, &["--bag", "b", "status"]).document();
    assert!(
        !status["quarantined"][0]["reason"]
            .as_str()
            .unwrap()
            .is_empty(),
        "{status}"
    );
    let items = kaban(dir, &["--bag", "b", "visit", "list", "1"]).json();
    assert_eq!(
        items["items"].as_array().unwrap().len(),
        1,
        "what was there first stays as it is"
    );
}
