//! Packs and routes on a map of one road.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use kaban_atlas::osm::{Elements, Node, Way};
use serde_json::Value;

use crate::bags::two_bags;
use crate::kaban::{Said, command, human, kaban};
use crate::pbf_writer;

/// A straight road of about 900 m at 35.7° north, in eleven nodes.
pub fn road() -> Elements {
    let node = |number: i64| Node {
        id: 100 + number,
        lon: 140.5 + 0.001 * number as f64,
        lat: 35.7,
        tags: Vec::new(),
    };
    let tags = vec![
        ("highway".to_owned(), "residential".to_owned()),
        ("name".to_owned(), "野栄通り".to_owned()),
    ];
    Elements {
        nodes: (0..=10).map(node).collect(),
        ways: vec![Way {
            id: 1,
            nodes: (100..=110).collect(),
            tags,
        }],
        relations: Vec::new(),
    }
}

/// Writes `pack` into a folder with the program itself.
pub fn write_pack(dir: &Path) {
    std::fs::write(dir.join("road.osm.pbf"), pbf_writer::file(&road())).unwrap();
    let built = kaban(
        dir,
        &[
            "map",
            "build",
            "road.osm.pbf",
            "--out",
            "pack",
            "--with-node-ids",
            "--country",
            "JP",
        ],
    )
    .json();
    assert!(built["bytes"].as_u64().unwrap() > 0, "{built}");
}

#[test]
fn a_pack_is_built_described_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    let info = kaban(dir, &["map", "info", "--pack", "pack"]).json();
    assert_eq!(
        (&info["node_ids"], &info["meta"]["country"]),
        (&true.into(), &"JP".into()),
        "{info}"
    );
    let again = kaban(dir, &["map", "build", "road.osm.pbf", "--out", "pack"]);
    assert_eq!(again.refusal(), (2, "bad_input".into()));
    assert!(
        human(dir, "ja", &["map", "info", "--pack", "pack"])
            .out
            .contains("OpenStreetMap")
    );
}

/// The western half of the road is 八日市場市, the eastern one 野栄町.
pub const AREAS: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"name":"八日市場市"},"geometry":{"type":"Polygon","coordinates":
        [[[140.49,35.69],[140.505,35.69],[140.505,35.71],[140.49,35.71],[140.49,35.69]]]}},
    {"type":"Feature","properties":{"name":"野栄町"},"geometry":{"type":"Polygon","coordinates":
        [[[140.505,35.69],[140.52,35.69],[140.52,35.71],[140.505,35.71],[140.505,35.69]]]}}]}"#;

/// One row of it does not read.
pub const TOWNS: &str = "name,lon,lat\n飯高,140.502,35.7\n野手,140.508,35.7\n今泉,?,35.7\n";

/// Writes `pack` with former municipalities and towns.
pub fn write_pack_of_areas(dir: &Path) -> Said {
    std::fs::write(dir.join("road.osm.pbf"), pbf_writer::file(&road())).unwrap();
    std::fs::write(dir.join("areas.geojson"), AREAS).unwrap();
    std::fs::write(dir.join("towns.csv"), TOWNS).unwrap();
    let build = [
        "map",
        "build",
        "road.osm.pbf",
        "--out",
        "pack",
        "--country",
        "JP",
    ];
    kaban(
        dir,
        &[
            &build[..],
            &["--area", "areas.geojson", "--towns", "towns.csv"],
            &["--municipality", "匝瑳市"],
        ]
        .concat(),
    )
}

#[test]
fn a_pack_takes_former_municipalities_and_towns_and_names_the_rows_it_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let built = write_pack_of_areas(dir);
    assert_eq!(built.code, 2, "not everything was taken: {built:?}");
    assert_eq!(built.document()["towns_without_municipality"], 0);
    let rows = &built.document()["towns_left_out"];
    assert!(
        rows[0]
            .as_str()
            .unwrap()
            .starts_with("line 4: not a position"),
        "{rows}"
    );
    let info = kaban(dir, &["map", "info", "--pack", "pack"]).json();
    assert_eq!(info["areas"], serde_json::json!(["八日市場市", "野栄町"]));
    assert_eq!(info["towns"], 2);
    std::fs::write(dir.join("bad.geojson"), r#"{"type":"Point"}"#).unwrap();
    let bad = kaban(
        dir,
        &[
            "map",
            "build",
            "road.osm.pbf",
            "--out",
            "other",
            "--area",
            "bad.geojson",
        ],
    );
    assert_eq!(bad.refusal(), (2, "bad_input".into()));
}

#[test]
fn the_base_map_is_drawn_left_out_or_taken_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    let build = |out: &str, more: &[&str]| {
        let mut line = vec!["map", "build", "road.osm.pbf", "--out", out];
        line.extend(more);
        kaban(dir, &line)
    };
    let drawn = build("drawn", &[]).json();
    assert_eq!(drawn["meta"]["base_map"]["schema"], "kaban-1", "{drawn}");
    assert_eq!(drawn["sections"][0]["name"], "BASEMAP");
    let plain = build("plain", &["--no-basemap"]).json();
    assert!(plain["meta"]["base_map"].is_null(), "{plain}");
    // A pack is an archive with more behind it.
    let pack = std::fs::read(dir.join("drawn")).unwrap();
    let length = usize::try_from(drawn["sections"][0]["bytes"].as_u64().unwrap()).unwrap();
    std::fs::write(dir.join("ready.pmtiles"), &pack[..length]).unwrap();
    build("taken", &["--basemap", "ready.pmtiles"]).json();
    assert!(std::fs::read(dir.join("taken")).unwrap() == pack);
    std::fs::write(dir.join("cut.pmtiles"), &pack[..length - 1]).unwrap();
    for file in ["cut.pmtiles", "road.osm.pbf", "missing"] {
        let refused = build("new", &["--basemap", file]).refusal();
        assert_eq!(refused, (2, "bad_input".into()), "{file}");
    }
    assert!(!dir.join("new").exists());
    let info = human(dir, "ja", &["map", "info", "--pack", "drawn"]).out;
    assert!(
        info.contains("背景地図") && info.contains("kaban-1"),
        "{info}"
    );
}

#[test]
fn a_text_file_or_a_cut_pack_is_no_map() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    std::fs::write(
        dir.join("text.osm.pbf"),
        "this is a text file, not a map\n".repeat(50),
    )
    .unwrap();
    std::fs::write(dir.join("empty.osm.pbf"), "").unwrap();
    for input in ["text.osm.pbf", "empty.osm.pbf", "missing.osm.pbf", "."] {
        let said = kaban(dir, &["map", "build", input, "--out", "new"]);
        assert_eq!(said.refusal(), (2, "bad_input".into()), "{input}");
        assert!(!dir.join("new").exists());
    }
    let pack = std::fs::read(dir.join("pack")).unwrap();
    std::fs::write(dir.join("cut"), &pack[..pack.len() / 2]).unwrap();
    for pack in ["cut", "text.osm.pbf", "missing"] {
        assert_eq!(
            kaban(dir, &["map", "info", "--pack", pack]).refusal(),
            (2, "bad_input".into()),
            "{pack}"
        );
        let route = kaban(
            dir,
            &["map", "route", "140.5,35.7", "140.51,35.7", "--pack", pack],
        );
        assert_eq!(route.refusal(), (2, "bad_input".into()), "{pack}");
    }
    let left: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().ends_with(".new")),
        "{left:?}"
    );
}

#[test]
fn a_route_is_found_between_points_nodes_and_patients() {
    let dir = two_bags();
    let dir = dir.path();
    write_pack(dir);
    let route = |from: &str, to: &str| {
        kaban(
            dir,
            &["--bag", "a", "map", "route", "--pack", "pack", from, to],
        )
    };
    let whole = route("node:100", "node:110").json();
    let metres = whole["distance_m"].as_f64().unwrap();
    assert!((890.0..920.0).contains(&metres), "{whole}");
    assert!(whole["duration_s"].as_f64().unwrap() > 0.0 && whole["compute_us"].is_u64());
    assert_eq!(whole["geometry"].as_array().unwrap().len(), 11);
    let points = route("140.5,35.7", "140.51,35.7").json();
    assert!((points["distance_m"].as_f64().unwrap() - metres).abs() < 1.0);
    let home = route("1", "140.51,35.7").json();
    assert!(home["distance_m"].as_f64().unwrap() < metres);
    assert_eq!(
        route("-4.5,50.3", "140.51,35.7").refusal(),
        (1, "no_road_near".into())
    );
    assert_eq!(
        route("node:7", "node:100").refusal(),
        (1, "unknown_node".into())
    );
    assert_eq!(
        route("140.5;35.7", "node:100").refusal(),
        (1, "not_found".into())
    );
    assert_eq!(
        route("140.5,north", "node:100").refusal(),
        (2, "bad_input".into())
    );
    let told = human(
        dir,
        "ja",
        &["map", "route", "--pack", "pack", "node:100", "node:110"],
    )
    .out;
    assert!(
        told.contains("0.9 km") && told.contains("野栄通り"),
        "{told}"
    );
}

#[test]
fn a_closed_road_is_named_with_the_way_that_ignores_it_and_a_sheet_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    let list = r#"[{"id":"slide-1","shape":{"circle":{"centre":[140.505,35.7],"radius_m":30}}}]"#;
    std::fs::write(dir.join("shut.json"), list).unwrap();
    let ends = ["map", "route", "--pack", "pack", "node:100", "node:110"];
    let shut = kaban(dir, &[&ends[..], &["--closures", "shut.json"]].concat());
    assert_eq!(shut.refusal(), (1, "unreachable".into()));
    let told: Value = serde_json::from_str(&shut.err).unwrap();
    let error = &told["error"];
    assert_eq!(error["closures"], serde_json::json!(["slide-1"]));
    let ignoring = error["ignoring_closures"]["distance_m"].as_f64().unwrap();
    assert!((890.0..920.0).contains(&ignoring), "{told}");
    for (lang, word) in [("ja", "通行止め1件"), ("en", "1 closure in the way")] {
        let said = human(
            dir,
            lang,
            &[&ends[..], &["--closures", "shut.json"]].concat(),
        );
        assert!(
            said.err.contains(word) && said.err.contains("slide-1"),
            "{said:?}"
        );
    }
    let night = ["--at", "2027-01-20T22:00", "--out", "route.txt"];
    let route = kaban(dir, &[&ends[..], &night].concat()).json();
    let day = kaban(dir, &ends).json();
    assert!(route["duration_s"].as_f64() > day["duration_s"].as_f64());
    let sheet = std::fs::read_to_string(dir.join("route.txt")).unwrap();
    assert!(
        sheet.contains("2027-01-20 22:00") && sheet.contains("OpenStreetMap"),
        "{sheet}"
    );
    assert!(
        sheet.contains("  1.     0.0 km") && sheet.contains("  2.     0.9 km"),
        "{sheet}"
    );
    let again = kaban(dir, &[&ends[..], &["--out", "route.txt"]].concat());
    assert_eq!(again.refusal().0, 2);
    std::fs::write(
        dir.join("in.jsonl"),
        r#"{"from":{"node":100},"to":{"node":110}}"#,
    )
    .unwrap();
    let batch = [
        "map",
        "route",
        "--pack",
        "pack",
        "--batch",
        "in.jsonl",
        "--closures",
        "shut.json",
    ];
    let answer: Value = serde_json::from_str(kaban(dir, &batch).out.trim()).unwrap();
    assert_eq!(answer["error"]["closures"], serde_json::json!(["slide-1"]));
    for bad in [
        "{}",
        "[{\"id\":\"a\"}]",
        r#"[{"id":"a","shape":{"circle":{"centre":[0,0],"radius_m":1e9}}}]"#,
    ] {
        std::fs::write(dir.join("bad.json"), bad).unwrap();
        let said = kaban(dir, &[&ends[..], &["--closures", "bad.json"]].concat());
        assert_eq!(said.refusal(), (2, "bad_input".into()), "{bad}");
    }
    let said = kaban(dir, &[&ends[..], &["--at", "yesterday"]].concat());
    assert_eq!(said.refusal(), (2, "bad_input".into()));
}

#[test]
fn a_batch_answers_each_line_with_one_line() {
    let dir = two_bags();
    let dir = dir.path();
    write_pack(dir);
    let lines = [
        r#"{"from":{"node":100},"to":{"node":110}}"#,
        r#"{"from":[140.5,35.7],"to":{"patient":1}}"#,
        r#"{"from":[140.5,35.7],"to":{"patient":"77"}}"#,
        "not json",
        "",
        r#"{"from":[0,0],"to":[140.5,35.7]}"#,
    ];
    std::fs::write(dir.join("in.jsonl"), lines.join("\n")).unwrap();
    let words = [
        "--bag",
        "a",
        "map",
        "route",
        "--pack",
        "pack",
        "--objective",
        "shortest",
        "--tracks",
        "always",
        "--access",
        "public",
        "--batch",
    ];
    let said = kaban(dir, &[&words[..], &["in.jsonl"]].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let answers: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told = |at: usize| {
        answers[at]["error"]["kind"]
            .as_str()
            .unwrap_or("route")
            .to_owned()
    };
    let kinds: Vec<String> = (0..answers.len()).map(told).collect();
    assert_eq!(
        kinds,
        [
            "route",
            "route",
            "unknown_patient",
            "bad_line",
            "bad_line",
            "no_road_near"
        ]
    );
    let mut child = command(dir)
        .args(words)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.join("\n").as_bytes())
        .unwrap();
    let piped: Said = child.wait_with_output().unwrap().into();
    assert_eq!(piped.out.lines().count(), answers.len());
}

#[test]
fn patients_are_shown_on_the_map_by_area_and_with_their_neighbours() {
    let folder = two_bags();
    let dir = folder.path();
    write_pack_of_areas(dir);
    let on = |words: &[&str]| kaban(dir, &[&["--bag", "a"], words, &["--pack", "pack"]].concat());
    let register = |name: &str, address: &str| {
        let address = format!("address={address}");
        let words = [
            "--bag",
            "a",
            "patient",
            "register",
            "--name",
            name,
            "--consent",
            "2026-11-01",
            "--set",
            &address,
        ];
        kaban(dir, &words).json()
    };
    register("石橋一", "千葉県匝瑳市野手１２番地");
    register("石橋二", "銚子市新町3");
    let pins = on(&["map", "pins"]).json();
    let features = pins["features"].as_array().unwrap();
    let precisions: Vec<&str> = features
        .iter()
        .map(|f| f["properties"]["precision"].as_str().unwrap())
        .collect();
    assert_eq!(precisions, ["town", "house"], "{pins}");
    assert!(!pins.to_string().contains("石橋"));
    assert_eq!(pins["without_place"][0]["number"], 3);
    assert!(on(&["map", "pins", "--names"]).out.contains("石橋一"));
    let areas = on(&["map", "areas"]).json();
    assert_eq!(
        (&areas["areas"][0]["name"], &areas["areas"][0]["count"]),
        (&"八日市場市".into(), &1.into())
    );
    assert_eq!(areas["unassigned"].as_array().unwrap().len(), 1);
    let near = on(&["map", "neighbours", "1"]).json();
    assert_eq!(
        (&near["neighbours"][0]["no"], &near["unplaced"]),
        (&2.into(), &1.into()),
        "{near}"
    );
    assert!(near["neighbours"][0]["duration_s"].as_u64().unwrap() > 30);
    let straight = on(&["map", "neighbours", "1", "--straight"]).json();
    assert!(straight["neighbours"][0]["duration_s"].is_null());
    assert_eq!(
        on(&["map", "neighbours", "3"]).refusal(),
        (1, "rule".into())
    );
    let list = on(&["patient", "list"]).json();
    let areas: Vec<&str> = list["patients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["area"].as_str().unwrap())
        .collect();
    assert_eq!(areas, ["", "八日市場市", "野栄町"]);
    let shown = |lang: &str, words: &[&str]| {
        human(
            dir,
            lang,
            &[&["--bag", "a"], words, &["--pack", "pack"]].concat(),
        )
        .out
    };
    assert!(shown("ja", &["map", "areas"]).contains("旧市町村が分からない  1"));
    assert!(shown("en", &["map", "neighbours", "1"]).contains("centre of the town"));
}

#[test]
fn the_table_of_places_says_what_their_routes_say() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    let places = r#"[{"node":100},[140.505,35.7001],{"node":110},[141.9,35.7]]"#;
    std::fs::write(dir.join("places.json"), places).unwrap();
    let matrix = kaban(
        dir,
        &["map", "matrix", "--pack", "pack", "--points", "places.json"],
    )
    .json();
    let route = kaban(
        dir,
        &["map", "route", "node:100", "node:110", "--pack", "pack"],
    )
    .json();
    assert_eq!(matrix["durations_s"][0][2], route["duration_s"]);
    assert_eq!(matrix["distances_m"][0][2], route["distance_m"]);
    assert_eq!(matrix["durations_s"][1][1], 0.0);
    assert!(matrix["durations_s"][0][3].is_null(), "the sea has no road");
    assert_eq!(matrix["unplaced"][0]["place"], 3);
    assert!(matrix["compute_ms"].is_number());
    let near = kaban(
        dir,
        &[
            "map",
            "nearest",
            "node:109",
            "--pack",
            "pack",
            "--points",
            "places.json",
        ],
    )
    .json();
    assert_eq!(near["nearest"][0]["place"], 2);
    assert!(near["nearest"][0]["steps"].is_array());
}

#[test]
fn the_nearest_of_the_map_s_own_places_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let mut elements = road();
    let place = |id: i64, lon: f64, tags: &[(&str, &str)]| Node {
        id,
        lon,
        lat: 35.7001,
        tags: tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    };
    elements.nodes.extend([
        place(
            900,
            140.501,
            &[("amenity", "pharmacy"), ("name", "野栄薬局")],
        ),
        place(901, 140.504, &[("amenity", "hospital"), ("name", "東病院")]),
        place(902, 140.509, &[("amenity", "hospital"), ("name", "西病院")]),
    ]);
    std::fs::write(dir.join("road.osm.pbf"), pbf_writer::file(&elements)).unwrap();
    kaban(
        dir,
        &[
            "map",
            "build",
            "road.osm.pbf",
            "--out",
            "pack",
            "--with-node-ids",
        ],
    )
    .json();
    let nearest = |kinds: &str| {
        let line = [
            "map", "nearest", "node:100", "--pack", "pack", "--of", kinds,
        ];
        kaban(dir, &line)
    };
    let hospital = nearest("hospital").json();
    assert_eq!(hospital["nearest"][0]["of"]["name"], "東病院", "{hospital}");
    let any = nearest("hospital,pharmacy").json();
    assert_eq!(any["nearest"][0]["of"]["class"], "pharmacy", "{any}");
    assert_eq!(nearest("fuel").refusal(), (1, "unreachable".into()));
    assert_eq!(nearest("palace").refusal(), (2, "bad_usage".into()));
}

#[test]
fn a_list_of_places_that_is_none_is_bad_input() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    let many = format!("[{}]", vec!["[140.5,35.7]"; 257].join(","));
    for wrong in ["", "{}", "[]", "[1]", "[[140.5]]", &many] {
        std::fs::write(dir.join("places.json"), wrong).unwrap();
        let said = kaban(
            dir,
            &["map", "matrix", "--pack", "pack", "--points", "places.json"],
        );
        assert_eq!(said.code, 2, "{wrong}");
    }
}

#[test]
fn what_is_reached_is_geojson_with_the_longest_time_first() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    let reached = kaban(
        dir,
        &[
            "map",
            "isochrone",
            "140.505,35.7",
            "--pack",
            "pack",
            "--minutes",
            "1,5",
            "--roads",
        ],
    )
    .json();
    assert_eq!(reached["type"], "FeatureCollection");
    let features = reached["features"].as_array().unwrap();
    let minutes: Vec<_> = features
        .iter()
        .map(|f| &f["properties"]["minutes"])
        .collect();
    assert_eq!(minutes, [5, 1, 5, 1]);
    assert_eq!(features[0]["geometry"]["type"], "MultiPolygon");
    let said = kaban(
        dir,
        &[
            "map",
            "isochrone",
            "140.505,35.7",
            "--pack",
            "pack",
            "--minutes",
            "0",
        ],
    );
    assert_eq!(said.code, 2);
}
