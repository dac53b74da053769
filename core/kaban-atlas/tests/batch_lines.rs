//! The line protocol: any line in, one JSON object out.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::route::{BatchOptions, Place, RouteRequest, Router, answer_line};
use serde_json::Value;
use support::{Village, metres};

fn answer(line: &str, geometry: bool) -> Value {
    let pack = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 500.0, 0.0)
        .node(3, 0.0, 900.0)
        .node(4, 500.0, 900.0)
        .way(10, &[1, 2], "highway=residential")
        .way(11, &[3, 4], "highway=residential")
        .pack();
    let request = RouteRequest {
        geometry,
        steps: geometry,
        ..RouteRequest::new(Place::Node(0), Place::Node(0))
    };
    let mut router = Router::new(&pack);
    let mut now = 0;
    let mut clock = || {
        now += 250;
        now
    };
    let mut patient = |id: &str| (id == "7").then(|| Place::Point(metres(400.0, 5.0)));
    let text = answer_line(
        &mut router,
        line,
        &BatchOptions { request },
        &mut clock,
        &mut patient,
    );
    assert!(!text.contains('\n'));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_line_of_places_gives_distance_duration_and_time_taken() {
    let [lon, lat] = metres(100.0, 3.0);
    let found = answer(
        &format!("{{\"from\":[{lon},{lat}],\"to\":{{\"node\":2}}}}"),
        false,
    );
    assert!((found["distance_m"].as_f64().unwrap() - 400.0).abs() < 1.0);
    assert!(found["duration_s"].as_f64().unwrap() > 40.0);
    assert_eq!(found["compute_us"].as_u64(), Some(250));
    assert!(found.get("geometry").is_none() && found.get("steps").is_none());
}

#[test]
fn line_and_instructions_come_when_asked_for() {
    let found = answer(
        "{\"from\":{\"node\":1},\"to\":{\"node\":2},\"note\":1}",
        true,
    );
    assert_eq!(found["geometry"].as_array().unwrap().len(), 2);
    let step = &found["steps"][0];
    assert!(step["text_ja"].is_string() && step["text_en"].is_string() && step["ref"].is_string());
}

#[test]
fn a_patient_is_looked_up_by_the_caller() {
    let found = answer("{\"from\":{\"node\":1},\"to\":{\"patient\":\"7\"}}", false);
    assert!((found["distance_m"].as_f64().unwrap() - 400.0).abs() < 1.0);
    assert!(
        answer("{\"from\":{\"node\":1},\"to\":{\"patient\":7}}", false)["distance_m"].is_number()
    );
}

#[test]
fn refusals_have_a_kind() {
    for (line, kind) in [
        ("{\"from\":{\"node\":1},\"to\":{\"node\":3}}", "unreachable"),
        ("{\"from\":[0,0],\"to\":{\"node\":3}}", "no_road_near"),
        ("{\"from\":[999,0],\"to\":{\"node\":3}}", "bad_position"),
        (
            "{\"from\":{\"node\":12345},\"to\":{\"node\":3}}",
            "unknown_node",
        ),
        (
            "{\"from\":{\"node\":1},\"to\":{\"patient\":\"8\"}}",
            "unknown_patient",
        ),
        ("{\"from\":{\"node\":1}}", "bad_line"),
        ("{\"from\":\"here\",\"to\":[1,2]}", "bad_line"),
        ("{\"from\":[1,2,3],\"to\":[1,2]}", "bad_line"),
        ("[1,2]", "bad_line"),
        ("", "bad_line"),
        ("not json", "bad_line"),
    ] {
        assert_eq!(answer(line, false)["error"]["kind"], kind, "{line}");
    }
    assert_eq!(
        answer(&" ".repeat(70_000), false)["error"]["kind"],
        "bad_line"
    );
    assert_eq!(
        answer(&"[".repeat(60_000), false)["error"]["kind"],
        "bad_line"
    );
}
