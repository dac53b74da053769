//! What is typed wrongly, and what is said about it.

use crate::bags::two_bags;
use crate::kaban::{human, kaban};

#[test]
fn an_unknown_command_or_flag_is_told_the_nearest_one() {
    let dir = tempfile::tempdir().unwrap();
    for (words, near) in [
        (&["patint", "list"][..], "patient"),
        (&["patient", "lst"], "list"),
        (&["status", "--jsn"], "--json"),
        (&["found", "--role", "docter"], "doctor"),
    ] {
        let said = human(dir.path(), "en", words);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        assert_eq!(said.err.lines().count(), 1, "{said:?}");
        assert!(said.err.contains(near), "{said:?}");
        assert_eq!(kaban(dir.path(), words).refusal(), (2, "bad_usage".into()));
    }
}

#[test]
fn a_missing_argument_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let said = human(dir.path(), "en", &["found", "--name", "N"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("--member") && said.err.contains("--role"),
        "{said:?}"
    );
    assert_eq!(human(dir.path(), "ja", &["patient"]).code, 2);
}

#[test]
fn a_step_of_a_handover_needs_a_way_to_travel() {
    let dir = tempfile::tempdir().unwrap();
    for words in [
        &["handover", "offer", "--to", "X"][..],
        &["handover", "receive"],
        &["handover", "receive", "--in", "f", "--relay"],
        &["handover", "accept"],
        &["handover", "release", "--out", "f"],
    ] {
        assert_eq!(
            kaban(dir.path(), words).refusal(),
            (2, "bad_usage".into()),
            "{words:?}"
        );
    }
}

#[test]
fn a_command_that_is_not_built_does_not_exist() {
    let dir = tempfile::tempdir().unwrap();
    for words in [
        &["export", "fhir"][..],
        &["duty", "roster", "make"],
        &["map", "matrix"],
        &["wipe"],
    ] {
        assert_eq!(kaban(dir.path(), words).refusal(), (2, "bad_usage".into()));
    }
}

#[test]
fn help_is_in_both_languages_and_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    for words in [
        &["--help"][..],
        &["patient", "--help"],
        &["help", "handover"],
    ] {
        let said = human(dir.path(), "ja", words);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        assert!(!said.out.is_ascii() && said.out.contains(" / "), "{said:?}");
    }
}

#[test]
fn every_field_is_listed_without_a_bag() {
    let dir = tempfile::tempdir().unwrap();
    let fields = kaban(dir.path(), &["patient", "fields"]).json();
    let fields = fields["fields"].as_array().unwrap();
    assert!(fields.len() > 60);
    assert!(
        fields
            .iter()
            .any(|field| field["path"] == "medication" && field["list"] == true)
    );
}

#[test]
fn names_that_fit_nothing_or_several_are_refused() {
    let dir = two_bags();
    let dir = dir.path();
    for (words, kind) in [
        (&["patient", "show", "99"][..], "not_found"),
        (&["patient", "show", "ffffffff"], "not_found"),
        (
            &["visit", "amend", "1", "ffffffff", "--text", "x"],
            "not_found",
        ),
        (&["member", "suspend", "Nobody"], "not_found"),
        (
            &["handover", "offer", "--to", "Nobody", "--out", "f"],
            "not_found",
        ),
        (&["handover", "accept", "--out", "f"], "rule"),
    ] {
        assert_eq!(
            kaban(dir, &[&["--bag", "a"], words].concat()).refusal(),
            (1, kind.into()),
            "{words:?}"
        );
    }
    for words in [
        &["patient", "set", "1", "no_such_field", "x"][..],
        &["patient", "set", "1", "severity", "terrible"],
        &["patient", "set", "1", "birth_date", "yesterday"],
        &["visit", "add", "1", "--bp", "120", "--plan", "x"],
        &["visit", "add", "1", "--spo2", "190"],
        &["visit", "add", "1"],
        &["consent", "give", "1", "--date", "tomorrow"],
        &["duty", "unreached", "1", "--tries", "0"],
        &[
            "duty",
            "absence",
            "add",
            "--member",
            "山田太郎",
            "--from",
            "2030-02-01",
            "--to",
            "2030-01-01",
        ],
    ] {
        assert_eq!(
            kaban(dir, &[&["--bag", "a"], words].concat()).refusal(),
            (2, "bad_input".into()),
            "{words:?}"
        );
    }
    assert!(
        !dir.join("f").exists(),
        "a refused step leaves no file behind"
    );
}

#[test]
fn a_rule_says_who_may_do_it_instead() {
    let dir = two_bags();
    let words = [
        "--bag",
        "a",
        "duty",
        "absence",
        "add",
        "--member",
        "鈴木花子",
        "--from",
        "2030-01-01",
        "--to",
        "2030-01-02",
    ];
    let said = human(dir.path(), "en", &words);
    assert_eq!(said.code, 1);
    assert_eq!(
        said.err,
        "kaban: an absence is declared by the member or the office\n"
    );
    let said = human(dir.path(), "ja", &words);
    assert_eq!(said.err, "kaban: 不在は本人か事務局が届け出ます\n");
}

#[test]
fn page_one_shows_what_is_known_what_is_unknown_and_what_is_blank() {
    let dir = two_bags();
    let dir = dir.path();
    kaban(
        dir,
        &[
            "--bag",
            "a",
            "patient",
            "set",
            "1",
            "resuscitation",
            "--unknown",
        ],
    )
    .json();
    let drug = r#"{"drug":"モルヒネ","dose":"5","unit":"mg","opioid":true}"#;
    kaban(
        dir,
        &["--bag", "a", "patient", "set", "1", "medication/+", drug],
    )
    .json();
    let shown = human(dir, "ja", &["--bag", "a", "patient", "show", "1"]).out;
    for part in [
        "佐藤ハナ",
        "歳",
        "【要注意】",
        "昭和9年3月2日",
        "尋ねたが不明",
        "山田太郎",
        "モルヒネ",
        "未確認",
    ] {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }
    let page = kaban(dir, &["--bag", "a", "patient", "show", "1"]).json();
    assert_eq!(page["fields"]["resuscitation"]["unknown"]["by"], "山田太郎");
    assert_eq!(page["fields"]["severity"]["value"], "watch");
    assert!(
        page["gaps"]
            .as_array()
            .unwrap()
            .contains(&"transport".into())
    );
    for text in ["さとう", "satou", "サトウ"] {
        let hits = kaban(dir, &["--bag", "a", "patient", "search", text]).json();
        assert_eq!(hits["hits"][0]["name"], "佐藤ハナ", "{text}");
    }
}
