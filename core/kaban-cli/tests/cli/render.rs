//! The map on paper: what comes out, and what is said of what goes wrong.

use std::path::Path;

use crate::kaban::{Said, human, kaban};
use crate::map::write_pack;

const PINS: &str = r#"[
    {"number": 12, "point": [140.502, 35.7], "severity": "watch"},
    {"number": 7, "point": [140.508, 35.7], "severity": "end_of_life"},
    {"number": 30, "point": [140.508, 35.7]}
]"#;

/// Pack, pins and font of every picture here.
const ALWAYS: &[&str] = &[
    "map",
    "render",
    "--pack",
    "pack",
    "--pins",
    "pins.json",
    "--font",
    "none",
];

/// Draws with these words besides pack, pins and font.
fn render(dir: &Path, words: &[&str]) -> Said {
    kaban(dir, &[ALWAYS, words].concat())
}

fn prepared() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write_pack(dir.path());
    std::fs::write(dir.path().join("pins.json"), PINS).unwrap();
    dir
}

#[test]
fn a_picture_is_written_whole_and_says_what_is_on_it() {
    let dir = prepared();
    let dir = dir.path();
    let said = render(dir, &["--out", "map.png", "--size", "1000x800"]).json();
    let png = std::fs::read(dir.join("map.png")).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((side(16), side(20)), (1000, 800));
    assert_eq!(said["bytes"], png.len());
    assert_eq!((&said["pins"], &said["numbered"]), (&3.into(), &3.into()));
    assert_eq!(
        said["moved_aside"], 2,
        "two patients of one house stand in a list"
    );
    assert_eq!(
        (&said["encrypted"], &said["font"]),
        (&false.into(), &serde_json::Value::Null)
    );
    assert!(
        (100..40_000).contains(&said["scale"].as_u64().unwrap()),
        "{said}"
    );
    let again = render(dir, &["--out", "map.png"]);
    assert_eq!(again.refusal(), (2, "bad_input".into()));
    assert_eq!(std::fs::read(dir.join("map.png")).unwrap(), png);
    render(dir, &["--out", "again.png", "--size", "1000x800"]).json();
    assert_eq!(
        std::fs::read(dir.join("again.png")).unwrap(),
        png,
        "equal input, equal bytes"
    );
}

#[test]
fn an_svg_carries_its_words_in_plain_letters_where_there_is_no_font() {
    let dir = prepared();
    let dir = dir.path();
    let words = [
        "--out",
        "map.svg",
        "--title",
        "光町",
        "--title-plain",
        "Hikari",
        "--date",
        "2026-11-24",
    ];
    let said = render(dir, &words).json();
    assert_eq!(said["plain_words"], true);
    let svg = std::fs::read_to_string(dir.join("map.svg")).unwrap();
    for part in [
        "<title>Hikari</title>",
        "\"2026-11-24\"",
        "\"12\"",
        "\"unknown 1\"",
        "© OpenStreetMap contributors",
    ] {
        assert!(svg.contains(part), "{part} is missing");
    }
    let told = human(dir, "ja", &[ALWAYS, &["--out", "b.svg"]].concat()).out;
    assert!(
        told.contains("暗号化されません") && told.contains("書体"),
        "{told}"
    );
}

#[test]
fn a_pin_at_the_centre_of_a_town_is_said_to_be_no_house() {
    let dir = prepared();
    let dir = dir.path();
    let pins = r#"[{"number":5,"point":[140.502,35.7]},{"number":6,"point":[140.503,35.7],"precision":"town"}]"#;
    std::fs::write(dir.join("pins.json"), pins).unwrap();
    let said = render(dir, &["--out", "map.svg"]).json();
    assert_eq!(said["not_at_the_house"], serde_json::json!([6]));
    let svg = std::fs::read_to_string(dir.join("map.svg")).unwrap();
    assert!(svg.contains("Not the house, the centre of its town: 6"));
}

#[test]
fn geojson_and_a_frame_are_understood() {
    let dir = prepared();
    let dir = dir.path();
    let geojson = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"number":5,"severity":"unstable"},"geometry":{"type":"Point","coordinates":[140.502,35.7]}},{"type":"Feature","properties":{"number":6},"geometry":{"type":"Point","coordinates":[140.55,35.7]}}]}"#;
    std::fs::write(dir.join("pins.json"), geojson).unwrap();
    let said = render(
        dir,
        &["--out", "a.png", "--frame", "140.5,35.69,140.505,35.71"],
    )
    .json();
    assert_eq!(
        (&said["numbered"], &said["outside_the_frame"]),
        (&1.into(), &serde_json::json!([6]))
    );
    std::fs::write(dir.join("pins.json"), "[]").unwrap();
    assert_eq!(render(dir, &["--out", "empty.png"]).json()["pins"], 0);
}

#[test]
fn what_cannot_be_drawn_is_told_and_leaves_no_file() {
    let dir = prepared();
    let dir = dir.path();
    for words in [
        &["--out", "a.jpg"][..],
        &["--out", "a"],
        &["--out", "a.png", "--size", "9000x9000"],
        &["--out", "a.png", "--size", "letter"],
        &["--out", "a.png", "--frame", "1,2,3"],
        &["--out", "a.png", "--frame", "141,35,140,36"],
        &["--out", "missing/a.png"],
    ] {
        assert_eq!(
            render(dir, words).refusal(),
            (2, "bad_input".into()),
            "{words:?}"
        );
    }
    for (pins, part) in [
        ("not json", "not JSON"),
        (r#"[{"number":1}]"#, "pin 1"),
        (
            r#"[{"number":4,"point":[2.0,48.0]}]"#,
            "pin 4 is outside the map pack",
        ),
        (
            r#"[{"number":4,"point":[2.0,89.0]}]"#,
            "pin 4 is not between",
        ),
    ] {
        std::fs::write(dir.join("pins.json"), pins).unwrap();
        let said = render(dir, &["--out", "a.png"]);
        assert_eq!(said.refusal(), (2, "bad_input".into()), "{pins}");
        assert!(
            said.err.contains(part) && !said.err.contains("48.0"),
            "{said:?}"
        );
    }
    std::fs::write(dir.join("pins.json"), PINS).unwrap();
    let font = [
        "map",
        "render",
        "--pack",
        "pack",
        "--pins",
        "pins.json",
        "--out",
        "a.png",
        "--font",
        "pins.json",
    ];
    assert_eq!(kaban(dir, &font).refusal(), (2, "bad_input".into()));
    let left: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("a.") || name.contains(".new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_help_shows_what_the_file_of_pins_looks_like() {
    let dir = tempfile::tempdir().unwrap();
    let help = human(dir.path(), "ja", &["map", "render", "--help"]).out;
    for part in [
        "\"point\"",
        "FeatureCollection",
        "end_of_life",
        "--title",
        "--size",
        "--font",
        "--theme",
        "--coverage-from 140.55,35.70",
        "例 / examples",
    ] {
        assert!(help.contains(part), "{part} is missing in\n{help}");
    }
}

#[test]
fn who_is_far_from_the_duty_doctor_is_counted_and_listed_by_number() {
    let dir = prepared();
    let dir = dir.path();
    let words = ["--coverage-from", "140.502,35.7", "--out", "tonight.svg"];
    let said = render(dir, &words).json();
    let coverage = &said["coverage"];
    let bands = coverage["bands"].as_array().unwrap();
    let minutes: Vec<_> = bands.iter().map(|band| band["minutes"].as_u64()).collect();
    assert_eq!(minutes, [Some(10), Some(20), Some(30)]);
    let within: u64 = bands
        .iter()
        .filter_map(|band| band["houses"].as_u64())
        .sum();
    let beyond = coverage["beyond"].as_array().unwrap().len() as u64;
    assert_eq!(within + beyond, 3, "{said}");
    let svg = std::fs::read_to_string(dir.join("tonight.svg")).unwrap();
    assert!(svg.contains("\"10 min "), "the legend has the minutes");
}

#[test]
fn a_way_a_closure_and_borders_are_laid_over_in_every_theme() {
    let dir = prepared();
    let dir = dir.path();
    std::fs::write(
        dir.join("shut.json"),
        r#"[{"id":"snow","shape":{"circle":{"centre":[140.52,35.72],"radius_m":100}}}]"#,
    )
    .unwrap();
    std::fs::write(
        dir.join("areas.json"),
        r#"{"type":"Feature","properties":{"name":"Hikari"},"geometry":{"type":"Polygon","coordinates":[[[140.49,35.69],[140.52,35.69],[140.52,35.71],[140.49,35.69]]]}}"#,
    )
    .unwrap();
    for theme in ["print", "day", "night"] {
        let out = format!("{theme}.svg");
        let words = [
            "--theme",
            theme,
            "--out",
            &out,
            "--closures",
            "shut.json",
            "--areas",
            "areas.json",
            "--route",
            "140.502,35.7",
            "140.508,35.7",
        ];
        let said = render(dir, &words).json();
        assert_eq!(said["theme"], theme);
        assert!(
            said["route"]["distance_m"].as_f64().unwrap() > 100.0,
            "{said}"
        );
        let svg = std::fs::read_to_string(dir.join(&out)).unwrap();
        assert!(svg.contains("\"former municipality\"") && svg.contains("\"closed\""));
    }
    for words in [
        ["--areas", "shut.json", "--out", "x.svg"],
        ["--isochrones", "areas.json", "--out", "x.svg"],
        ["--ways", "shut.json", "--out", "x.svg"],
    ] {
        assert_eq!(
            render(dir, &words).refusal(),
            (2, "bad_input".into()),
            "{words:?}"
        );
        assert!(!dir.join("x.svg").exists());
    }
}
