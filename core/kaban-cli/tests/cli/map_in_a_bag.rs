//! The map of a bag: used without naming it, with the closures its members know, and with houses that
//! nobody has pinned.

use std::path::Path;

use kaban_atlas::osm::{Elements, Node, Way};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bags::two_bags;
use crate::kaban::{Said, command, human, kaban};
use crate::map::{AREAS, TOWNS, road};
use crate::pbf_writer;

const HERE: &str = "140.5,35.7";
const THERE: &str = "140.51,35.7";

/// The road, with a side road on either side of its middle, so that the middle can be shut alone.
fn road_with_side_roads() -> Elements {
    let mut map = road();
    for (number, from) in [(120, 104), (121, 106)] {
        let lon = 140.4 + 0.001 * from as f64;
        map.nodes.push(Node {
            id: number,
            lon,
            lat: 35.701,
            tags: Vec::new(),
        });
        map.ways.push(Way {
            id: number,
            nodes: vec![from, number],
            tags: vec![("highway".to_owned(), "residential".to_owned())],
        });
    }
    map
}

/// Bag `a` with the map of one road in force, which knows the town 飯高; beside it the same map as the
/// file `pack`. Patient 2 lives in 飯高 and has no pin, patient 3 has no place at all.
fn bag_with_map() -> TempDir {
    let folder = two_bags();
    let dir = folder.path();
    std::fs::write(
        dir.join("road.osm.pbf"),
        pbf_writer::file(&road_with_side_roads()),
    )
    .unwrap();
    std::fs::write(dir.join("areas.geojson"), AREAS).unwrap();
    let towns: String = TOWNS
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(dir.join("towns.csv"), towns).unwrap();
    let build = [
        "map",
        "build",
        "road.osm.pbf",
        "--out",
        "pack",
        "--country",
        "JP",
        "--area",
        "areas.geojson",
        "--towns",
        "towns.csv",
        "--municipality",
        "匝瑳市",
    ];
    in_bag(dir, &build).json();
    in_bag(dir, &["map", "import", "pack"]).json();
    register(dir, "飯高太郎", "匝瑳市飯高12");
    register(dir, "遠野花子", "銚子市どこか1");
    folder
}

fn register(dir: &Path, name: &str, address: &str) {
    let address = format!("address={address}");
    let words = [
        "patient",
        "register",
        "--name",
        name,
        "--birth-date",
        "昭和9年3月2日",
        "--consent",
        "2026-11-01",
        "--set",
        &address,
    ];
    in_bag(dir, &words).json();
}

fn in_bag(dir: &Path, words: &[&str]) -> Said {
    kaban(dir, &[&["--bag", "a"], words].concat())
}

/// Closes the middle of the road for a month; gives the closure's id.
fn close(dir: &Path) -> String {
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(30)).to_rfc3339();
    let words = [
        "closure",
        "add",
        "--circle",
        "140.505,35.7,30",
        "--reason",
        "snow",
        "--until",
        &until,
    ];
    let told = in_bag(dir, &words).json();
    told["id"].as_str().unwrap().to_owned()
}

fn write(dir: &Path, name: &str, value: &Value) {
    std::fs::write(dir.join(name), value.to_string()).unwrap();
}

#[test]
fn every_command_of_the_map_uses_the_bags_own() {
    let folder = bag_with_map();
    let dir = folder.path();
    write(
        dir,
        "points.json",
        &json!([[140.5, 35.7], { "patient": 1 }]),
    );
    write(
        dir,
        "round.json",
        &json!({
            "vehicles": [{ "id": "a", "window": [32_400, 61_200], "start": 0, "end": 0 }],
            "stops": [{ "id": "1", "place": 1, "service_s": 600 }],
            "places": [[140.5, 35.7], { "patient": "1" }],
        }),
    );
    std::fs::write(
        dir.join("in.jsonl"),
        r#"{"from":[140.5,35.7],"to":{"patient":1}}"#,
    )
    .unwrap();
    for words in [
        &["map", "info"][..],
        &["map", "route", HERE, "1"],
        &["map", "route", "--batch", "in.jsonl"],
        &["map", "matrix", "--points", "points.json"],
        &["map", "nearest", HERE, "--points", "points.json"],
        &["map", "isochrone", "1"],
        &["map", "round", "--problem", "round.json"],
        &["map", "pins"],
        &["map", "areas"],
        &["map", "neighbours", "1"],
    ] {
        let own = in_bag(dir, words).json();
        let named = in_bag(dir, &[words, &["--pack", "pack"]].concat()).json();
        let timeless = |mut answer: Value| {
            let all = answer.as_object_mut().unwrap();
            all.retain(|key, _| !key.starts_with("compute_") && key != "prepare_ms");
            answer
        };
        assert_eq!(timeless(own), timeless(named), "{words:?}");
        let nowhere = kaban(dir, words);
        assert_eq!(nowhere.refusal(), (2, "bad_input".into()), "{words:?}");
    }
}

#[test]
fn a_pack_and_points_ask_for_no_bag_though_one_is_in_the_environment() {
    let folder = bag_with_map();
    let dir = folder.path();
    close(dir);
    let mut route = command(dir);
    route
        .args(["--json", "map", "route", "--pack", "pack", HERE, THERE])
        .env("KABAN_BAG", "a")
        .env("KABAN_PASSPHRASE", "not the passphrase");
    let said: Said = route.output().unwrap().into();
    let answer = said.json();
    assert!(answer.get("closures_counted").is_none(), "{answer}");
    assert_eq!(answer["from_precision"], "point");
    route.args(["--closures", "bag"]);
    let said: Said = route.output().unwrap().into();
    assert_ne!(said.code, 0, "now the bag is opened: {said:?}");
}

#[test]
fn closures_of_the_bag_count_wherever_the_bag_is_open() {
    let folder = bag_with_map();
    let dir = folder.path();
    let free = in_bag(dir, &["map", "route", HERE, THERE]).json();
    assert_eq!(free["closures_counted"], json!([]));
    let id = close(dir);
    let shut = in_bag(dir, &["map", "route", HERE, THERE]);
    assert_eq!(shut.refusal(), (1, "unreachable".into()));
    let told: Value = serde_json::from_str(&shut.err).unwrap();
    assert_eq!(told["error"]["closures"], json!([id]));
    let asked = [
        "map",
        "route",
        "--pack",
        "pack",
        "--closures",
        "bag",
        HERE,
        THERE,
    ];
    assert_eq!(in_bag(dir, &asked).refusal(), (1, "unreachable".into()));
    let open = in_bag(dir, &["map", "route", "--no-closures", HERE, THERE]).json();
    assert_eq!(
        (&open["distance_m"], &open["bag_closures_ignored"]),
        (&free["distance_m"], &json!(true))
    );
    let both = [
        "map",
        "route",
        "--closures",
        "bag",
        "--no-closures",
        HERE,
        THERE,
    ];
    assert_eq!(in_bag(dir, &both).refusal(), (2, "bad_input".into()));

    write(
        dir,
        "points.json",
        &json!([[140.5, 35.7], [140.502, 35.7], [140.51, 35.7]]),
    );
    let table = in_bag(dir, &["map", "matrix", "--points", "points.json"]).json();
    assert_eq!(table["closures_counted"], json!([id]));
    assert!(table["durations_s"][0][1].is_number() && table["durations_s"][0][2].is_null());
    let near = in_bag(
        dir,
        &[
            "map",
            "nearest",
            HERE,
            "--count",
            "3",
            "--points",
            "points.json",
        ],
    )
    .json();
    assert_eq!(near["closures_counted"], json!([id]));
    assert_eq!(near["nearest"].as_array().unwrap().len(), 2, "{near}");
    let km = |words: &[&str]| {
        let reached = in_bag(dir, &[&["map", "isochrone", HERE], words].concat()).json();
        reached["features"][0]["properties"]["road_km"]
            .as_f64()
            .unwrap()
    };
    assert!(km(&[]) < km(&["--no-closures"]));
    let near = in_bag(dir, &["map", "neighbours", "1"]).json();
    assert_eq!(near["closures_left_out"], json!([]));
    write(
        dir,
        "round.json",
        &json!({
            "vehicles": [{ "id": "a", "window": [32_400, 61_200], "start": 0, "end": 0 }],
            "stops": [{ "id": "far", "place": 1, "service_s": 600 }],
            "places": [[140.5, 35.7], [140.51, 35.7]],
        }),
    );
    let round = in_bag(dir, &["map", "round", "--problem", "round.json"]).json();
    assert_eq!(
        (&round["closures_counted"], &round["unserved"]),
        (&json!([id]), &json!(["far"]))
    );
    let told = human(
        dir,
        "ja",
        &["--bag", "a", "map", "route", HERE, "140.502,35.7"],
    );
    assert!(
        told.out.contains("通行止め 1 件を数えています") && told.out.contains(&id[..8]),
        "{told:?}"
    );
    let told = human(
        dir,
        "ja",
        &["--bag", "a", "map", "route", "--no-closures", HERE, THERE],
    );
    assert!(
        told.out.contains("カバンの通行止めは数えていません"),
        "{told:?}"
    );
    in_bag(dir, &["closure", "lift", &id]).json();
    let again = in_bag(dir, &["map", "route", HERE, THERE]).json();
    assert_eq!(again["distance_m"], free["distance_m"]);
}

#[test]
fn the_first_patient_of_a_batch_brings_the_bags_closures() {
    let folder = bag_with_map();
    let dir = folder.path();
    let id = close(dir);
    let lines = [
        r#"{"from":[140.5,35.7],"to":[140.51,35.7]}"#,
        r#"{"from":[140.51,35.7],"to":{"patient":1}}"#,
        r#"{"from":{"patient":2},"to":[140.5,35.7]}"#,
    ];
    std::fs::write(dir.join("in.jsonl"), lines.join("\n")).unwrap();
    let said = in_bag(
        dir,
        &["map", "route", "--pack", "pack", "--batch", "in.jsonl"],
    );
    let answers: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(answers[0]["distance_m"].is_number() && answers[0].get("closures_counted").is_none());
    assert_eq!(answers[1]["error"]["closures"], json!([id]), "{said:?}");
    assert_eq!(
        (
            &answers[2]["from_precision"],
            &answers[2]["closures_counted"]
        ),
        (&json!("town"), &json!([id]))
    );
    assert!(answers[2].get("to_precision").is_none());
}

#[test]
fn a_house_without_a_pin_is_the_centre_of_its_town_and_said_to_be() {
    let folder = bag_with_map();
    let dir = folder.path();
    let way = in_bag(dir, &["map", "route", "1", "2"]).json();
    assert_eq!(
        (&way["from_precision"], &way["to_precision"]),
        (&json!("house"), &json!("town"))
    );
    let nowhere = in_bag(dir, &["map", "route", "1", "3"]);
    assert_eq!(nowhere.refusal(), (1, "not_found".into()));
    for (lang, words) in [
        ("ja", "⚠ 目的地は大字の中心です"),
        ("en", "⚠ to: centre of the town, not the house"),
    ] {
        let told = human(dir, lang, &["--bag", "a", "map", "route", "1", "2"]);
        assert!(told.out.contains(words), "{told:?}");
    }
    write(
        dir,
        "points.json",
        &json!([{ "patient": 1 }, { "patient": 2 }]),
    );
    let table = ["map", "matrix", "--points", "points.json"];
    assert_eq!(
        in_bag(dir, &table).json()["precision"],
        json!(["house", "town"])
    );
    let near = ["map", "nearest", "2", "--points", "points.json"];
    let near = in_bag(dir, &near).json();
    assert_eq!(
        (&near["from_precision"], &near["nearest"][0]["precision"]),
        (&json!("town"), &json!("town"))
    );
}

#[test]
fn the_doctor_and_the_lid_say_how_the_map_stands() {
    let folder = two_bags();
    let dir = folder.path();
    let map = |words: &[&str]| {
        let health = in_bag(dir, words).document();
        let findings = health["findings"].as_array().unwrap().clone();
        let found = findings.into_iter().find(|one| one["check"] == "map");
        found.unwrap()
    };
    let none = map(&["doctor"]);
    assert_eq!(
        (&none["ok"], &none["found"]),
        (&json!(true), &json!("none yet"))
    );
    assert_eq!(in_bag(dir, &["status"]).json()["map"], Value::Null);
    let folder = bag_with_map();
    let dir = folder.path();
    let health = in_bag(dir, &["doctor"]).json();
    let findings = health["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["check"] == "map").unwrap();
    let words = found["found"].as_str().unwrap();
    assert!(
        words.contains("with a base map") && words.contains("signed by 山田太郎"),
        "{found}"
    );
    let lid = in_bag(dir, &["status"]).json();
    let file = lid["map"]["file"].as_str().unwrap().to_owned();
    assert!(
        words.starts_with(&file) && lid["map"]["old"] == false,
        "{lid}"
    );
    let told = human(dir, "ja", &["--bag", "a", "status"]).out;
    assert!(told.contains("地図") && told.contains(&file), "{told}");
    let kept = dir.join("a").join("maps").join(&file);
    std::fs::write(kept, "no map").unwrap();
    let broken = in_bag(dir, &["doctor"]);
    assert_eq!(broken.refusal(), (4, "damaged".into()));
    let told = human(dir, "en", &["--bag", "a", "doctor"]).out;
    assert!(
        told.contains("✗ map") && told.contains("kaban map fetch"),
        "{told}"
    );
}
