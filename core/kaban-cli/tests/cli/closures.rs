//! Closed roads: two doctors close and lift apart, meet, and see the same.

use std::path::Path;

use serde_json::{Value, json};

use crate::bags::{meet, two_bags};
use crate::kaban::{date_in, human, kaban};
use crate::relay::Serving;

/// A time within a year of the clock of this machine.
fn next_month() -> String {
    (chrono::Utc::now() + chrono::TimeDelta::days(30)).to_rfc3339()
}

fn closure(dir: &Path, bag: &str, words: &[&str]) -> crate::kaban::Said {
    kaban(dir, &[&["--bag", bag, "closure"], words].concat())
}

fn add(dir: &Path, bag: &str, shape: &[&str], reason: &str) -> String {
    let until = next_month();
    let words = [&["add"], shape, &["--reason", reason, "--until", &until]].concat();
    let said = closure(dir, bag, &words).json();
    said["id"].as_str().unwrap().to_owned()
}

/// Everything both bags know, at one instant; where it was sent is a device's own.
fn all(dir: &Path, bag: &str) -> Value {
    let at = date_in(7).to_string();
    let mut list = closure(dir, bag, &["list", "--all", "--at", &at]).json();
    for closure in list["closures"].as_array_mut().unwrap() {
        closure.as_object_mut().unwrap().remove("sent");
    }
    list
}

#[test]
fn two_devices_that_close_and_lift_apart_agree_after_meeting_the_relay() {
    let folder = two_bags();
    let dir = folder.path();
    let relay = Serving::start(dir);
    std::fs::write(
        dir.join("line.geojson"),
        r#"{"type":"Feature","geometry":{"type":"LineString","coordinates":[[140.5,35.7,3],[140.51,35.71]]}}"#,
    )
    .unwrap();
    let snow = add(dir, "a", &["--circle", "140.5,35.7,300"], "snow");
    let flood = add(dir, "b", &["--line", "line.geojson"], "flood");
    meet(dir, &relay);
    for bag in ["a", "b"] {
        let list = closure(dir, bag, &["list"]).json();
        assert_eq!(list["closures"].as_array().unwrap().len(), 2, "{list}");
    }
    closure(dir, "a", &["lift", &snow[..8], "--words", "除雪済み"]).json();
    closure(dir, "b", &["lift", &snow, "--words", "通れました"]).json();
    closure(dir, "a", &["lift", &flood]).json();
    let road = [
        "--road",
        "140.50,35.70",
        "140.51,35.70",
        "--road",
        "140.52,35.7",
        "140.53,35.7",
    ];
    add(dir, "b", &road, "landslide");
    meet(dir, &relay);
    let list = all(dir, "a");
    assert_eq!(list, all(dir, "b"));
    let states: Vec<&str> = list["closures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["lifted", "lifted", "in_force"]);
    let mut of_snow = list["closures"].as_array().unwrap().iter();
    let of_snow = of_snow.find(|c| c["id"] == snow.as_str()).unwrap();
    let lifts = of_snow["lifted"].as_array().unwrap();
    assert_eq!(lifts.len(), 2, "both lifts stand: {list}");
    assert_eq!(
        list["closures"][2]["shape"]["roads"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert!(relay.stop().is_some());
}

#[test]
fn what_cannot_be_closed_is_refused_in_one_line() {
    let folder = two_bags();
    let dir = folder.path();
    let until = next_month();
    let circle = [
        "add",
        "--circle",
        "140.5,35.7,300",
        "--reason",
        "snow",
        "--until",
    ];
    let over = closure(dir, "a", &[&circle[..], &["2020-01-01"]].concat());
    assert_eq!(over.refusal(), (2, "bad_input".to_owned()));
    let in_years = date_in(1_000).to_string();
    let long = closure(dir, "a", &[&circle[..], &[&in_years]].concat());
    assert_eq!(long.refusal(), (2, "bad_input".to_owned()));
    for shape in [
        ["--circle", "140.5,35.7"],
        ["--circle", "200,35.7,30"],
        ["--line", "missing"],
    ] {
        let said = closure(
            dir,
            "a",
            &[
                "add", shape[0], shape[1], "--reason", "snow", "--until", &until,
            ],
        );
        assert_eq!(said.refusal(), (2, "bad_input".to_owned()), "{shape:?}");
    }
    assert_eq!(
        closure(dir, "a", &["add", "--reason", "snow", "--until", &until]).code,
        2
    );
    assert_eq!(
        closure(dir, "a", &["lift", "00000000"]).refusal(),
        (1, "not_found".to_owned())
    );
    let id = add(dir, "a", &["--circle", "140.5,35.7,300"], "road_works");
    closure(dir, "a", &["lift", &id]).json();
    assert_eq!(
        closure(dir, "a", &["lift", &id]).refusal(),
        (1, "rule".to_owned())
    );
}

#[test]
fn the_list_is_read_by_people_in_two_languages() {
    let folder = two_bags();
    let dir = folder.path();
    assert!(
        human(dir, "ja", &["--bag", "a", "closure", "list"])
            .out
            .contains("通行止めはありません")
    );
    add(dir, "a", &["--circle", "140.5,35.7,300"], "snow");
    let ja = human(dir, "ja", &["--bag", "a", "closure", "list"]).out;
    assert!(
        ja.contains("通行止め") && ja.contains("積雪") && ja.contains("半径 300 m"),
        "{ja}"
    );
    let en = human(dir, "en", &["--bag", "a", "closure", "list"]).out;
    assert!(en.contains("closed") && en.contains("snow or ice"), "{en}");
}

#[test]
fn a_nurse_reads_the_closures_and_may_not_close() {
    let folder = two_bags();
    let dir = folder.path();
    let relay = Serving::start(dir);
    let run = |words: &[&str]| kaban(dir, words).json();
    run(&[
        "--bag", "n", "join", "request", "--member", "高橋", "--role", "nurse", "--out", "ask",
    ]);
    run(&["--bag", "a", "member", "add", "ask", "--out", "let-in"]);
    run(&["--bag", "n", "join", "accept", "let-in"]);
    let id = add(dir, "a", &["--circle", "140.5,35.7,300"], "snow");
    meet(dir, &relay);
    run(&["--bag", "n", "sync", "--relay", &relay.url]);
    let list = closure(dir, "n", &["list"]).json();
    assert_eq!(list["closures"][0]["id"], json!(id), "{list}");
    let until = next_month();
    let words = [
        "add",
        "--circle",
        "140.5,35.7,300",
        "--reason",
        "snow",
        "--until",
        &until,
    ];
    assert_eq!(
        closure(dir, "n", &words).refusal(),
        (1, "not_allowed".to_owned())
    );
    assert_eq!(
        closure(dir, "n", &["lift", &id]).refusal(),
        (1, "not_allowed".to_owned())
    );
}
