//! Letting a device in from a script: what is spoken is given as flags.

use std::path::Path;

use serde_json::Value;

use crate::kaban::{human, kaban};

/// An office in `a`; 鈴木 asks from `b`.
fn asked(dir: &Path) {
    let run = |words: &[&str]| kaban(dir, words).json();
    run(&[
        "--bag",
        "a",
        "found",
        "--name",
        "匝瑳",
        "--member",
        "事務局",
        "--role",
        "office",
    ]);
    run(&[
        "--bag", "b", "join", "request", "--member", "鈴木", "--role", "doctor", "--out", "r",
    ]);
}

fn text<'v>(document: &'v Value, name: &str) -> &'v str {
    document[name].as_str().unwrap()
}

#[test]
fn both_sides_speak_eight_digits_and_answer_six() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    asked(dir);
    let run = |words: &[&str]| kaban(dir, words).json();
    let spoken = run(&["--bag", "a", "member", "add", "r", "--challenge"]);
    assert_eq!(
        (text(&spoken, "name"), text(&spoken, "role")),
        ("鈴木", "doctor")
    );
    assert!(!dir.join("r.grant.kaban").exists(), "nothing is let in yet");
    let answer = run(&["--bag", "b", "join", "answer", text(&spoken, "challenge")]);
    let answer = text(&answer, "answer");
    let let_in = run(&[
        "--bag", "a", "member", "add", "r", "--answer", answer, "--out", "g",
    ]);
    assert_eq!(let_in["compared"], "spoken");
    let spoken = run(&["--bag", "b", "join", "accept", "g", "--challenge"]);
    assert_eq!(
        (text(&spoken, "association"), text(&spoken, "admin")),
        ("匝瑳", "事務局")
    );
    assert_eq!(
        kaban(dir, &["--bag", "b", "whoami"]).code,
        1,
        "it has not joined yet"
    );
    let spoken = text(&spoken, "challenge");
    let answer = run(&["--bag", "a", "member", "answer", "鈴木", spoken]);
    let answer = text(&answer, "answer");
    let who = run(&["--bag", "b", "join", "accept", "g", "--answer", answer]);
    assert_eq!(who["name"], "鈴木");
}

#[test]
fn wrong_digits_let_nobody_in_and_after_three_the_right_ones_do_not_either() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    asked(dir);
    let run = |words: &[&str]| kaban(dir, words).json();
    let spoken = run(&["--bag", "a", "member", "add", "r", "--challenge"]);
    let right = run(&["--bag", "b", "join", "answer", text(&spoken, "challenge")]);
    let right = text(&right, "answer").to_owned();
    let wrong = if right == "000000" {
        "111111"
    } else {
        "000000"
    };
    let add = |digits: &str| {
        human(
            dir,
            "en",
            &["--bag", "a", "member", "add", "r", "--answer", digits],
        )
    };
    for said in [
        "digits are wrong",
        "digits are wrong",
        "three wrong",
        "no challenge waits",
    ] {
        let digits = if said.starts_with("no") {
            &right
        } else {
            wrong
        };
        let refused = add(digits);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains(said), "{refused:?}");
    }
    assert_eq!(add("12345").code, 2);
    let members = run(&["--bag", "a", "member", "list"]);
    assert_eq!(members["members"].as_array().unwrap().len(), 1);
}

#[test]
fn who_compares_nothing_is_told_so_and_the_list_of_members_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    asked(dir);
    let added = human(
        dir,
        "en",
        &["--bag", "a", "member", "add", "r", "--out", "g"],
    );
    assert!(added.out.contains("Nothing was compared"), "{added:?}");
    let joined = human(dir, "en", &["--bag", "b", "join", "accept", "g"]);
    assert!(joined.out.contains("Nothing was compared"), "{joined:?}");
    let listed = human(dir, "en", &["--bag", "b", "member", "list"]);
    assert!(listed.out.contains("not compared"), "{listed:?}");
    let told = human(dir, "en", &["--bag", "b", "member", "admissions"]);
    assert!(told.out.contains("事務局 let in 鈴木"), "{told:?}");
}

#[test]
fn cameras_compare_what_the_screens_show() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let run = |words: &[&str]| kaban(dir, words).json();
    run(&[
        "--bag",
        "a",
        "found",
        "--name",
        "匝瑳",
        "--member",
        "事務局",
        "--role",
        "office",
    ]);
    let asked = run(&[
        "--bag", "b", "join", "request", "--member", "鈴木", "--role", "doctor",
    ]);
    let (file, screen) = (text(&asked, "file"), text(&asked, "fingerprint"));
    let add = |read: &str| {
        kaban(
            dir,
            &[
                "--bag",
                "a",
                "member",
                "add",
                file,
                "--scanned",
                read,
                "--out",
                "g",
            ],
        )
    };
    let other = format!("{}0", &screen[..screen.len() - 1]);
    let other = if other == screen {
        format!("{}1", &screen[..screen.len() - 1])
    } else {
        other
    };
    assert_eq!(add(&other).refusal(), (1, "rule".into()));
    let let_in = add(screen).json();
    assert_eq!(let_in["compared"], "scanned");
    let screen = text(&let_in, "fingerprint");
    run(&["--bag", "b", "join", "accept", "g", "--scanned", screen]);
}
