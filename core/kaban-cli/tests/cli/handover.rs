//! The bag from one doctor to the next, by file and by relay.

use serde_json::Value;

use crate::bags::{meet, two_bags};
use crate::kaban::{Said, kaban};
use crate::relay::Serving;

#[test]
fn the_bag_changes_hands_by_file_in_six_steps() {
    let dir = two_bags();
    let dir = dir.path();
    let step = |bag: &str, words: &[&str]| -> Value {
        kaban(dir, &[&["--bag", bag, "handover"], words].concat()).json()
    };
    let offered = step("a", &["offer", "--to", "鈴木花子", "--out", "f1"]);
    assert_eq!(
        (&offered["state"], &offered["patients"]),
        (&"offered".into(), &1.into()),
        "{offered}"
    );
    let late = "申し出のあとの往診";
    kaban(dir, &["--bag", "a", "visit", "add", "1", "--plan", late]).json();
    assert_eq!(step("b", &["receive", "--in", "f1"])["state"], "received");
    assert_eq!(step("b", &["accept", "--out", "f2"])["state"], "accepted");
    assert_eq!(
        kaban(dir, &["--bag", "b", "whoami"]).json()["holds_bag"],
        true
    );
    let released = step("a", &["release", "--in", "f2", "--out", "f3"]);
    assert_eq!(
        released["state"], "released",
        "what was written late has reached nobody: {released}"
    );
    step("b", &["receive", "--in", "f3", "--out", "f4"]);
    let erased = step("a", &["release", "--in", "f4"]);
    assert_eq!(erased["state"], "erased", "{erased}");
    assert!(erased["erased"].as_u64().unwrap() > 0, "{erased}");
    assert_eq!(
        erased["kept_own"], 1,
        "the giver is the patient's primary physician"
    );
    assert_eq!(step("a", &["status"])["state"], "erased");
    let items = kaban(dir, &["--bag", "b", "visit", "list", "1"]).json();
    assert_eq!(items["items"][0]["body"]["plan"], late);
    let status = kaban(dir, &["--bag", "a", "status"]).json();
    assert_eq!(
        (&status["holds_bag"], &status["on_duty"]),
        (&false.into(), &"鈴木花子".into())
    );
}

#[test]
fn with_nothing_written_late_the_release_erases_at_once_and_the_other_steps_do_no_harm() {
    let dir = two_bags();
    let dir = dir.path();
    let step = |bag: &str, words: &[&str]| -> Value {
        kaban(dir, &[&["--bag", bag, "handover"], words].concat()).json()
    };
    step("a", &["offer", "--to", "鈴木花子", "--out", "f1"]);
    step("b", &["receive", "--in", "f1"]);
    step("b", &["accept", "--out", "f2"]);
    assert_eq!(
        step("a", &["release", "--in", "f2", "--out", "f3"])["state"],
        "erased"
    );
    assert_eq!(
        step("b", &["receive", "--in", "f3", "--out", "f4"])["state"],
        "accepted"
    );
    assert_eq!(step("a", &["release", "--in", "f4"])["state"], "erased");
    let status = kaban(dir, &["--bag", "b", "status"]).json();
    assert_eq!(
        (&status["holds_bag"], &status["handover_unconfirmed"]),
        (&true.into(), &false.into()),
        "{status}"
    );
}

#[test]
fn a_bag_goes_on_to_a_third_turn_and_back() {
    let dir = two_bags();
    let dir = dir.path();
    for (from, to, name) in [
        ("a", "b", "鈴木花子"),
        ("b", "a", "山田太郎"),
        ("a", "b", "鈴木花子"),
    ] {
        let step = |bag: &str, words: &[&str]| -> Value {
            kaban(dir, &[&["--bag", bag, "handover"], words].concat()).json()
        };
        step(from, &["offer", "--to", name, "--out", "f1", "--force"]);
        step(to, &["receive", "--in", "f1"]);
        step(to, &["accept", "--out", "f2", "--force"]);
        assert_eq!(
            step(from, &["release", "--in", "f2", "--out", "f3", "--force"])["state"],
            "erased"
        );
        step(to, &["receive", "--in", "f3", "--out", "f4", "--force"]);
        assert_eq!(
            kaban(dir, &["--bag", to, "patient", "show", "1"]).json()["fields"]["severity"]["value"],
            "watch"
        );
    }
}

#[test]
fn the_bag_changes_hands_by_relay() {
    let dir = two_bags();
    let dir = dir.path();
    let relay = Serving::start(dir);
    meet(dir, &relay);
    let step = |bag: &str, words: &[&str]| -> Value {
        kaban(dir, &[&["--bag", bag, "handover"], words].concat()).json()
    };
    assert_eq!(
        step("a", &["offer", "--to", "鈴木花子", "--relay", &relay.url])["state"],
        "offered"
    );
    assert_eq!(step("b", &["receive", "--relay"])["state"], "received");
    assert_eq!(step("b", &["accept", "--relay"])["state"], "accepted");
    let released = step("a", &["release", "--relay"]);
    assert_eq!(released["state"], "erased", "{released}");
    assert_eq!(
        kaban(dir, &["--bag", "b", "whoami"]).json()["holds_bag"],
        true
    );
    assert_eq!(
        kaban(dir, &["--bag", "a", "whoami"]).json()["holds_bag"],
        false
    );
}

#[test]
fn an_offer_taken_back_cannot_be_accepted() {
    let dir = two_bags();
    let dir = dir.path();
    let relay = Serving::start(dir);
    meet(dir, &relay);
    let step = |bag: &str, words: &[&str]| -> Said {
        kaban(dir, &[&["--bag", bag, "handover"], words].concat())
    };
    step("a", &["offer", "--to", "鈴木花子", "--relay", &relay.url]).json();
    assert_eq!(
        step("a", &["withdraw", "--relay"]).json()["state"],
        "withdrawn"
    );
    let refused = step("b", &["accept", "--relay"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(
        kaban(dir, &["--bag", "a", "whoami"]).json()["holds_bag"],
        true
    );
}

#[test]
fn a_truncated_changed_or_foreign_file_is_refused_and_nothing_is_lost() {
    let dir = two_bags();
    let dir = dir.path();
    let receive = |file: &str| kaban(dir, &["--bag", "b", "handover", "receive", "--in", file]);
    kaban(
        dir,
        &[
            "--bag",
            "a",
            "handover",
            "offer",
            "--to",
            "鈴木花子",
            "--out",
            "f1",
        ],
    )
    .json();
    let whole = std::fs::read(dir.join("f1")).unwrap();
    for length in [0, 3, 80, whole.len() / 2, whole.len() - 1] {
        std::fs::write(dir.join("cut"), &whole[..length]).unwrap();
        assert_eq!(
            receive("cut").refusal(),
            (2, "bad_input".into()),
            "{length} bytes"
        );
    }
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    std::fs::write(dir.join("changed"), &changed).unwrap();
    assert_eq!(receive("changed").code, 2);
    // The giver is not the one it was sealed to.
    let own = kaban(dir, &["--bag", "a", "handover", "receive", "--in", "f1"]);
    assert_eq!(own.refusal(), (1, "for_somebody_else".into()));
    let grant = receive("grant");
    assert_eq!(grant.refusal(), (2, "bad_input".into()));
    assert!(grant.err.contains("kaban join accept"), "{grant:?}");
    let offer = kaban(
        dir,
        &[
            "--bag", "a", "handover", "release", "--in", "f1", "--out", "f3",
        ],
    );
    assert_eq!(offer.refusal(), (2, "bad_input".into()));
    let missing = receive("nothing.kaban");
    assert_eq!(missing.refusal(), (2, "bad_input".into()));
    assert_eq!(
        receive("f1").json()["state"],
        "received",
        "the whole file still does"
    );
}

#[test]
fn a_file_from_a_stranger_is_refused() {
    let dir = two_bags();
    let dir = dir.path();
    let run = |words: &[&str]| kaban(dir, words).json();
    run(&[
        "--bag",
        "c",
        "found",
        "--name",
        "Elsewhere",
        "--member",
        "Stranger",
        "--role",
        "doctor",
    ]);
    run(&[
        "--bag", "d", "join", "request", "--member", "Other", "--role", "doctor", "--out", "r",
    ]);
    run(&["--bag", "c", "member", "add", "r", "--out", "g"]);
    run(&["--bag", "c", "duty", "take-over"]);
    run(&[
        "--bag", "c", "handover", "offer", "--to", "Other", "--out", "strange",
    ]);
    let refused = kaban(
        dir,
        &["--bag", "b", "handover", "receive", "--in", "strange"],
    );
    assert_eq!(refused.code, 1, "{refused:?}");
    assert_eq!(refused.kind(), "for_somebody_else");
    assert_eq!(kaban(dir, &["--bag", "b", "status"]).code, 0);
}

#[test]
fn a_file_in_the_way_stays_and_nothing_is_signed() {
    let dir = two_bags();
    let dir = dir.path();
    std::fs::write(dir.join("f1"), b"mine").unwrap();
    let offer = |more: &[&str]| {
        kaban(
            dir,
            &[
                &[
                    "--bag",
                    "a",
                    "handover",
                    "offer",
                    "--to",
                    "鈴木花子",
                    "--out",
                    "f1",
                ],
                more,
            ]
            .concat(),
        )
    };
    assert_eq!(offer(&[]).refusal(), (2, "bad_input".into()));
    assert_eq!(std::fs::read(dir.join("f1")).unwrap(), b"mine");
    assert_eq!(
        kaban(dir, &["--bag", "a", "handover", "status"]).json()["state"],
        "none"
    );
    offer(&["--force"]).json();
    assert_ne!(std::fs::read(dir.join("f1")).unwrap(), b"mine");
}
