//! A visit note that is begun, left, signed, confirmed, taken back; and the lease.

use std::path::Path;

use serde_json::Value;

use crate::bags::{meet, two_bags};
use crate::kaban::{Said, human, kaban};
use crate::relay::Serving;

/// `kaban --bag BAG visit WORDS`.
fn visit(dir: &Path, bag: &str, words: &[&str]) -> Said {
    kaban(dir, &[&["--bag", bag, "visit"], words].concat())
}

fn list(dir: &Path, bag: &str, id: &str) -> Vec<Value> {
    let items = visit(dir, bag, &["list", id]).json();
    items["items"].as_array().unwrap().clone()
}

#[test]
fn a_draft_is_kept_at_every_field_and_becomes_the_note_when_it_is_signed() {
    let dir = two_bags();
    let dir = dir.path();
    let first = visit(dir, "a", &["draft", "1", "--subjective", "息苦しい"]).json();
    let second = visit(dir, "a", &["draft", "1", "--temp", "44", "--plan", "明朝"]).json();
    let (first, second) = (&first["draft"], &second["draft"]);
    assert_eq!(first["id"], second["id"]);
    assert_eq!(first["begun_at"], second["begun_at"]);
    assert_eq!(first["body"]["arrived_at"], second["body"]["arrived_at"]);
    assert_eq!(
        second["body"]["subjective"], "息苦しい",
        "what was there stays"
    );
    assert_eq!(second["body"]["vitals"]["temperature"], "44");
    assert_eq!(second["warnings"].as_array().unwrap().len(), 1, "{second}");
    assert_eq!(second["scope"], "own");
    assert!(list(dir, "a", "1").is_empty(), "nobody sees it yet");

    std::fs::write(dir.join("bad"), r#"{"vitals": {"pulse": [1]}}"#).unwrap();
    let bad = visit(dir, "a", &["draft", "1", "--from", "bad"]);
    assert_eq!(bad.refusal(), (2, "bad_input".into()));
    assert!(bad.err.contains("visit.vitals.pulse"), "{bad:?}");
    let shown = visit(dir, "a", &["draft", "1"]).json();
    assert_eq!(shown["draft"], *second, "what was saved before stays");
    let all = visit(dir, "a", &["drafts"]).json();
    assert_eq!(all["drafts"][0], *second);
    let said = human(dir, "ja", &["--bag", "a", "visit", "drafts"]).out;
    assert!(said.contains("息苦しい") && said.contains("⚠"), "{said}");

    let signed = visit(dir, "a", &["sign", "1"]).json();
    assert_eq!(signed["item_id"], second["id"]);
    let items = list(dir, "a", "1");
    assert_eq!((items.len(), &items[0]["kind"]), (1, &"visit".into()));
    assert_eq!(items[0]["confirmed"], true);
    assert_eq!(
        visit(dir, "a", &["draft", "1"]).json()["draft"],
        Value::Null
    );
    let again = visit(dir, "a", &["sign", "1"]);
    assert_eq!(again.refusal(), (1, "not_found".into()));
}

#[test]
fn a_draft_that_cannot_be_signed_yet_stays_and_can_be_thrown_away() {
    let dir = two_bags();
    let dir = dir.path();
    std::fs::write(dir.join("empty"), "{}").unwrap();
    visit(dir, "a", &["draft", "1", "--from", "empty"]).json();
    let blank = visit(dir, "a", &["sign", "1"]);
    assert_eq!(blank.refusal(), (2, "bad_input".into()));
    assert!(visit(dir, "a", &["draft", "1"]).json()["draft"].is_object());
    assert_eq!(visit(dir, "a", &["discard", "1"]).json()["discarded"], true);
    assert_eq!(
        visit(dir, "a", &["discard", "1"]).json()["discarded"],
        false
    );
    assert!(list(dir, "a", "1").is_empty());
}

#[test]
fn a_draft_goes_along_with_the_bag_and_only_its_author_confirms_it_later() {
    let dir = two_bags();
    let dir = dir.path();
    let relay = Serving::start(dir);
    meet(dir, &relay);
    let register = [
        "--bag",
        "b",
        "patient",
        "register",
        "--name",
        "山本",
        "--consent",
        "2026-11-01",
    ];
    kaban(dir, &register).json();
    meet(dir, &relay);
    let words = ["--bag", "a", "patient", "search", "山本"];
    let no = kaban(dir, &words).json()["hits"][0]["no"].to_string();
    visit(dir, "a", &["draft", &no, "--plan", "夜の往診"]).json();
    hand_over(dir, ("a", "b"), "鈴木花子");
    assert_eq!(
        visit(dir, "a", &["drafts"]).json()["drafts"],
        Value::Array(vec![])
    );
    let items = list(dir, "b", "2");
    assert_eq!(items[0]["kind"], "draft");
    assert_eq!(
        (&items[0]["confirmed"], &items[0]["by"]),
        (&false.into(), &"山田太郎".into())
    );
    let shown = human(dir, "ja", &["--bag", "b", "visit", "list", "2"]).out;
    assert!(shown.contains("未確定"), "{shown}");
    let item = items[0]["item_id"].as_str().unwrap();
    let other = visit(dir, "b", &["confirm", "2", item]);
    assert_eq!(other.refusal(), (1, "not_allowed".into()));

    hand_over(dir, ("b", "a"), "山田太郎");
    visit(dir, "a", &["confirm", &no, item]).json();
    let again = visit(dir, "a", &["confirm", &no, item]);
    assert_eq!(again.refusal(), (1, "rule".into()));
    meet(dir, &relay);
    for (bag, id) in [("a", no.as_str()), ("b", "2")] {
        assert_eq!(list(dir, bag, id)[0]["confirmed"], true);
    }
}

/// By file, in six steps.
fn hand_over(dir: &Path, (from, to): (&str, &str), name: &str) {
    let step = |bag: &str, words: &[&str]| {
        kaban(
            dir,
            &[&["--bag", bag, "handover"], words, &["--force"]].concat(),
        )
        .json()
    };
    let plain = |bag: &str, words: &[&str]| {
        kaban(dir, &[&["--bag", bag, "handover"], words].concat()).json()
    };
    step(from, &["offer", "--to", name, "--out", "f1"]);
    plain(to, &["receive", "--in", "f1"]);
    step(to, &["accept", "--out", "f2"]);
    step(from, &["release", "--in", "f2", "--out", "f3"]);
    step(to, &["receive", "--in", "f3", "--out", "f4"]);
    let last = plain(from, &["release", "--in", "f4"]);
    assert_eq!(last["state"], "erased", "{last}");
}

#[test]
fn a_note_to_the_wrong_patient_is_taken_back_with_a_trace() {
    let dir = two_bags();
    let dir = dir.path();
    let item = visit(dir, "a", &["add", "1", "--plan", "別の人の記録"]).json();
    let item = item["item_id"].as_str().unwrap();
    let why = visit(dir, "a", &["retract", "1", item, "--reason", " "]);
    assert_eq!(why.refusal(), (2, "bad_input".into()));
    let signed = visit(dir, "a", &["confirm", "1", item]);
    assert_eq!(signed.refusal(), (1, "rule".into()), "it is no draft");
    visit(dir, "a", &["retract", "1", item, "--reason", "患者違い"]).json();
    let items = list(dir, "a", "1");
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["retracted"], true);
    assert_eq!(
        items[0]["body"]["plan"], "別の人の記録",
        "it stays readable"
    );
    let trace = &items[0]["retracted_by"][0];
    assert_eq!(
        (&trace["by"], &trace["body"]["reason"]),
        (&"山田太郎".into(), &"患者違い".into())
    );
    let shown = human(dir, "ja", &["--bag", "a", "visit", "list", "1"]).out;
    assert!(
        shown.contains("取り消し") && shown.contains("患者違い"),
        "{shown}"
    );
    let again = visit(dir, "a", &["retract", "1", item, "--reason", "もう一度"]);
    assert_eq!(again.refusal(), (1, "rule".into()));
}

#[test]
fn the_lease_is_shown_in_both_languages_and_as_one_document() {
    let dir = two_bags();
    let dir = dir.path();
    let lease = kaban(dir, &["--bag", "a", "lease", "show"]).json();
    assert_eq!(
        (&lease["state"], &lease["duty"]),
        (&"running".into(), &1.into()),
        "{lease}"
    );
    assert_eq!(
        (&lease["bag_locked"], &lease["own_locked"]),
        (&false.into(), &false.into())
    );
    assert!(lease["turn_to"].is_string() && lease["banner"].is_null());
    let idle = kaban(dir, &["--bag", "b", "lease", "show"]).json();
    assert_eq!(idle["state"], "running");
    for (lang, word) in [("ja", "期間内"), ("en", "running")] {
        let said = human(dir, lang, &["--bag", "a", "lease", "show"]);
        assert_eq!(said.code, 0);
        assert!(said.out.contains(word), "{said:?}");
    }
}
