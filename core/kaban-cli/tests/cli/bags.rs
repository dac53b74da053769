//! An association of two doctors, from founding to a decision between two doses.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::kaban::{copy_dir, date_in, human, kaban};
use crate::relay::Serving;

/// A patient's pin, on the road of the test map.
pub const PIN: &str = r#"{"lon":140.5005,"lat":35.7}"#;

/// A folder with two bags of one association, `a` on duty with one patient, `b` newly joined;
/// nothing has met a relay. Made once, then copied.
pub fn two_bags() -> TempDir {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        make(dir.path());
        dir
    });
    let copy = tempfile::tempdir().unwrap();
    copy_dir(made.path(), copy.path());
    copy
}

fn make(dir: &Path) {
    let run = |words: &[&str]| kaban(dir, words).json();
    run(&[
        "--bag",
        "a",
        "found",
        "--name",
        "匝瑳",
        "--member",
        "山田太郎",
        "--role",
        "doctor",
        "--phone",
        "0479-72-0001",
    ]);
    run(&[
        "--bag",
        "b",
        "join",
        "request",
        "--member",
        "鈴木花子",
        "--role",
        "doctor",
        "--out",
        "request",
    ]);
    run(&["--bag", "a", "member", "add", "request", "--out", "grant"]);
    run(&["--bag", "b", "join", "accept", "grant"]);
    let registered = run(&[
        "--bag",
        "a",
        "patient",
        "register",
        "--name",
        "佐藤ハナ",
        "--kana",
        "サトウハナ",
        "--birth-date",
        "昭和9年3月2日",
        "--deputy",
        "鈴木花子",
        "--consent",
        "2026-11-01",
        "--set",
        "severity=watch",
        "--set",
        &format!("pin={PIN}"),
    ]);
    assert_eq!(registered["no"], 1);
    run(&["--bag", "a", "duty", "take-over"]);
}

/// Lets both bags meet the relay until each has everything of the other.
pub fn meet(dir: &Path, relay: &Serving) {
    for bag in ["a", "b", "a", "b"] {
        let said = kaban(dir, &["--bag", bag, "sync", "--relay", &relay.url]).json();
        assert_eq!(said["quarantined"], 0, "{said}");
        assert_eq!(said["peers"][0], relay.url.as_str());
    }
}

fn page(dir: &Path, bag: &str) -> Value {
    let mut page = kaban(dir, &["--bag", bag, "patient", "show", "1"]).json();
    // The number and the scope are a device's own.
    page.as_object_mut()
        .unwrap()
        .retain(|key, _| key == "id" || key == "fields" || key == "gaps");
    page
}

#[test]
fn two_bags_hold_the_same_after_meeting_the_relay() {
    let dir = two_bags();
    let relay = Serving::start(dir.path());
    kaban(
        dir.path(),
        &[
            "--bag",
            "a",
            "visit",
            "add",
            "1",
            "--subjective",
            "息苦しい",
            "--bp",
            "120/70",
            "--spo2",
            "88",
        ],
    )
    .json();
    meet(dir.path(), &relay);
    assert_eq!(page(dir.path(), "a"), page(dir.path(), "b"));
    let items = kaban(dir.path(), &["--bag", "b", "visit", "list", "1"]).json();
    assert_eq!(items["items"][0]["body"]["subjective"], "息苦しい");
    assert_eq!(items["items"][0]["by"], "山田太郎");
    let again = kaban(dir.path(), &["--bag", "b", "sync"]).json();
    assert_eq!(
        (&again["sent"], &again["received"]),
        (&0.into(), &0.into()),
        "{again}"
    );
    let status = kaban(dir.path(), &["--bag", "b", "status"]).json();
    assert_eq!(
        (&status["unsent"], &status["patients"]),
        (&0.into(), &1.into()),
        "{status}"
    );
}

#[test]
fn concurrent_severities_stand_side_by_side_until_one_is_taken() {
    let dir = two_bags();
    let dir = dir.path();
    let relay = Serving::start(dir);
    meet(dir, &relay);
    kaban(
        dir,
        &["--bag", "a", "patient", "set", "1", "severity", "unstable"],
    )
    .json();
    kaban(
        dir,
        &["--bag", "b", "patient", "set", "1", "severity", "安定"],
    )
    .json();
    meet(dir, &relay);
    for bag in ["a", "b"] {
        let list = kaban(dir, &["--bag", bag, "patient", "list"]).json();
        assert_eq!(list["patients"][0]["conflicts"], 1);
        assert_eq!(
            list["patients"][0]["severity"], "unstable",
            "the graver one is shown"
        );
        let shown = human(dir, "ja", &["--bag", bag, "patient", "show", "1"]).out;
        assert!(
            shown.contains("⚠ 不安定") && shown.contains("⚠ 安定"),
            "{shown}"
        );
    }
    let refused = kaban(
        dir,
        &["--bag", "a", "patient", "set", "1", "severity", "watch"],
    );
    assert_eq!(refused.refusal(), (1, "conflict".into()));
    let open = kaban(dir, &["--bag", "b", "patient", "conflicts"]).json();
    let values = open["conflicts"][0]["values"].as_array().unwrap().clone();
    assert_eq!(
        (values.len(), open["conflicts"][0]["field"].as_str()),
        (2, Some("severity"))
    );
    let vid = |value: &str| {
        values.iter().find(|v| v["value"] == value).unwrap()["vid"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let of = format!("{},{}", vid("stable"), vid("unstable"));
    kaban(
        dir,
        &[
            "--bag",
            "b",
            "patient",
            "resolve",
            "1",
            "severity",
            "--of",
            &of,
            "--take",
            &vid("unstable"),
        ],
    )
    .json();
    meet(dir, &relay);
    for bag in ["a", "b"] {
        assert_eq!(page(dir, bag)["fields"]["severity"]["value"], "unstable");
        assert_eq!(
            kaban(dir, &["--bag", bag, "patient", "conflicts"]).json()["conflicts"],
            serde_json::json!([])
        );
    }
}

#[test]
fn a_suspended_device_is_refused_and_keeps_what_it_wrote() {
    let dir = two_bags();
    let dir = dir.path();
    let relay = Serving::start(dir);
    meet(dir, &relay);
    kaban(
        dir,
        &[
            "--bag",
            "a",
            "member",
            "suspend",
            "鈴木花子",
            "--reason",
            "端末の紛失",
        ],
    )
    .json();
    kaban(dir, &["--bag", "a", "sync"]).json();
    kaban(dir, &["--bag", "b", "visit", "add", "1", "--plan", "x"]).json();
    assert_eq!(
        kaban(dir, &["--bag", "b", "sync"]).refusal(),
        (1, "not_allowed".into())
    );
    assert!(
        kaban(dir, &["--bag", "b", "status"]).json()["unsent"]
            .as_u64()
            .unwrap()
            > 0
    );
    let devices = kaban(dir, &["--bag", "a", "device", "list"]).json();
    let states: Vec<&str> = devices["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["status"].as_str().unwrap())
        .collect();
    assert!(
        states.contains(&"suspended") && states.contains(&"active"),
        "{devices}"
    );
}

#[test]
fn a_slot_is_named_by_the_beginning_of_an_id() {
    let dir = two_bags();
    let dir = dir.path();
    let member = kaban(dir, &["--bag", "a", "whoami"]).json()["member"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        kaban(dir, &["--bag", "a", "--as", &member[..8], "whoami"]).json()["member"],
        member.as_str()
    );
    assert_eq!(
        kaban(dir, &["--bag", "a", "--as", "zz", "whoami"]).refusal(),
        (1, "not_found".into())
    );
}

#[test]
fn who_answers_follows_absence_and_unanswered_calls() {
    let dir = two_bags();
    let dir = dir.path();
    let chain = |words: &[&str]| {
        kaban(
            dir,
            &[&["--bag", "a", "duty", "who", "--patient", "1"], words].concat(),
        )
        .json()["chain"]
            .clone()
    };
    assert_eq!(chain(&[])[0]["as"], "primary");
    assert_eq!(chain(&[])[0]["phone"], "0479-72-0001");
    kaban(
        dir,
        &["--bag", "a", "duty", "unreached", "1", "--tries", "3"],
    )
    .json();
    assert_eq!(chain(&[])[0]["member"], "鈴木花子");
    let (first, last, after) = (date_in(30), date_in(32), date_in(33));
    kaban(
        dir,
        &[
            "--bag",
            "a",
            "duty",
            "absence",
            "add",
            "--member",
            "山田太郎",
            "--from",
            &first.to_string(),
            "--to",
            &last.to_string(),
        ],
    )
    .json();
    let listed = kaban(dir, &["--bag", "a", "duty", "absence", "list"]).json();
    let to = format!("{after}T00:00:00+09:00");
    assert_eq!(listed["absences"][0]["to"], to.as_str());
    let then = chain(&["--at", &format!("{last}T23:00")]);
    assert_eq!(then[0]["member"], "鈴木花子", "the last day counts whole");
    assert_eq!(
        chain(&["--at", &format!("{after}T00:30")])[0]["as"],
        "primary"
    );
}

#[test]
fn amendments_notes_and_consent_are_kept_and_shown() {
    let dir = two_bags();
    let dir = dir.path();
    let run = |words: &[&str]| kaban(dir, &[&["--bag", "a"], words].concat()).json();
    let visit = run(&[
        "visit",
        "add",
        "1",
        "--plan",
        "経過をみる",
        "--arrived-at",
        "2026-11-20T21:30",
    ]);
    let id = visit["item_id"].as_str().unwrap().to_owned();
    run(&["visit", "amend", "1", &id[..8], "--text", "酸素を1Lにした"]);
    let items = run(&["visit", "list", "1"]);
    assert_eq!(items["items"][0]["at"], "2026-11-20T21:30:00+09:00");
    assert_eq!(
        items["items"][0]["amended_by"][0]["body"]["text"],
        "酸素を1Lにした"
    );
    run(&["note", "add", "鍵は隣家", "--patient", "1", "--urgent"]);
    assert_eq!(run(&["note", "list"])["notes"][0]["urgent"], true);
    assert_eq!(run(&["consent", "show", "1"])["on_duty_list"], true);
    assert_eq!(
        run(&["consent", "withdraw", "1", "--date", "2026-11-21"])["state"],
        "withdrawn"
    );
    let log = run(&["audit", "list"]);
    let text = log.to_string();
    assert!(
        !text.contains("鍵") && !text.contains("佐藤"),
        "the audit log names ids only"
    );
    assert_eq!(run(&["audit", "verify"])["ok"], true);
    assert_eq!(run(&["doctor"])["ok"], true);
}

#[test]
fn letting_in_shows_whom_and_the_digits_and_a_wrong_number_lets_nobody_in() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let run = |words: &[&str]| kaban(dir, words);
    let founded = [
        "--bag",
        "a",
        "found",
        "--name",
        "匝瑳",
        "--member",
        "事務局",
        "--role",
        "office",
    ];
    run(&founded).json();
    let asking = [
        "--bag",
        "b",
        "join",
        "request",
        "--member",
        "鈴木花子",
        "--role",
        "nurse",
    ];
    let asked = run(&asking).json();
    let request = asked["file"].as_str().unwrap();
    let joined = run(&["--bag", "a", "member", "add", request]).json();
    assert_eq!(joined["compared"], "not");
    assert_eq!(
        (&joined["name"], &joined["role"]),
        (&"鈴木花子".into(), &"nurse".into())
    );
    let grant = joined["file"].as_str().unwrap();
    let who = run(&["--bag", "b", "join", "accept", grant]).json();
    assert_eq!(who["name"], "鈴木花子");
}
