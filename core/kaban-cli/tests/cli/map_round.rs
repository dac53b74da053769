//! `kaban map round`: what a script reads from it, and where it is told what is wrong.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bags::two_bags;
use crate::kaban::{Said, human, kaban};
use crate::map::write_pack;

/// Three visits on a line, given in the worst order: places 0 to 3 are ten minutes apart.
fn day() -> Value {
    let leg = |a: i64, b: i64| (a - b).abs() * 600;
    let row = |a| (0..4).map(|b| leg(a, b)).collect::<Vec<_>>();
    let visit = |id: &str, place: i64| json!({"id": id, "place": place, "service_s": 600});
    json!({
        "start_place": 0,
        "vehicles": [{"id": "v", "window": [32_400, 61_200]}],
        "stops": [visit("middle", 2), visit("near", 1), visit("far", 3)],
        "matrix_s": (0..4).map(row).collect::<Vec<_>>(),
    })
}

fn folder(problem: &Value) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), problem);
    dir
}

fn write(dir: &Path, problem: &Value) {
    std::fs::write(dir.join("day.json"), problem.to_string()).unwrap();
}

fn round(dir: &Path, more: &[&str]) -> Said {
    kaban(
        dir,
        &[&["map", "round", "--problem", "day.json"], more].concat(),
    )
}

/// What is wrong, as the program says it.
fn detail(said: &Said) -> String {
    assert_eq!(said.refusal(), (2, "bad_input".into()));
    let told: Value = serde_json::from_str(&said.err).unwrap();
    told["error"]["detail"].as_str().unwrap().to_owned()
}

#[test]
fn a_round_tells_every_time_its_claim_and_the_two_plans_beside_it() {
    let dir = folder(&day());
    let found = round(dir.path(), &[]).json();
    assert_eq!(
        (&found["objective"], &found["quality"]),
        (&json!("finish"), &json!("best_possible")),
        "{found}"
    );
    assert_eq!(
        (&found["served"], &found["unserved"], &found["unplaced"]),
        (&json!(3), &json!([]), &json!([]))
    );
    let route = &found["routes"][0];
    assert_eq!(route["vehicle"], "v");
    assert_eq!(route["order"].as_array().unwrap().len(), 3);
    for list in ["arrivals_s", "starts_s", "late_s"] {
        assert_eq!(route[list].as_array().unwrap().len(), 3, "{list}");
    }
    // Out and back along the line, and three visits.
    assert_eq!(
        (&route["departure_s"], &route["travel_s"]),
        (&json!(32_400), &json!(3_600))
    );
    assert_eq!(found["finish_s"], 32_400 + 3_600 + 1_800);
    assert_eq!(found["waiting_s"], 0);
    assert!(found["compute_ms"].is_f64(), "{found}");
    assert_eq!(found["alternative"]["objective"], "travel");
    assert_eq!(found["given"]["quality"], "given");
    assert!(found["given"]["travel_s"].as_u64() > found["travel_s"].as_u64());
    for (lang, word) in [("ja", "帰着 10:30"), ("en", "back at 10:30")] {
        let told = human(dir.path(), lang, &["map", "round", "--problem", "day.json"]);
        assert!(told.out.contains(word), "{told:?}");
    }
}

#[test]
fn the_given_order_is_kept_by_the_option_or_the_file_with_a_better_one_proposed() {
    let dir = folder(&day());
    let by_option = round(dir.path(), &["--keep"]).json();
    let mut keep = day();
    keep["order"] = json!("keep");
    write(dir.path(), &keep);
    let by_file = round(dir.path(), &[]).json();
    for kept in [by_option, by_file] {
        assert_eq!(kept["quality"], "given", "{kept}");
        assert_eq!(
            kept["routes"][0]["order"],
            json!(["middle", "near", "far"]),
            "{kept}"
        );
        assert_eq!(kept["proposal"]["quality"], "best_possible", "{kept}");
        assert!(kept["proposal"]["finish_s"].as_u64() < kept["finish_s"].as_u64());
    }
}

#[test]
fn a_sudden_call_is_told_its_place_and_whom_it_delays() {
    let dir = folder(&day());
    let call = json!({
        "call": {"id": "call", "place": 2, "service_s": 300},
        "routes": [{"vehicle": "v", "order": ["near", "middle", "far"]}],
        "now_s": 32_400,
    });
    std::fs::write(dir.path().join("call.json"), call.to_string()).unwrap();
    let found = round(dir.path(), &["--insert", "call.json"]).json();
    assert_eq!(found["id"], "call");
    let choice = &found["choices"][0];
    assert_eq!(
        (&choice["vehicle"], &choice["feasible"]),
        (&json!("v"), &json!(true)),
        "{found}"
    );
    assert_eq!(
        (&choice["finish_delay_s"], &choice["travel_more_s"]),
        (&json!(300), &json!(0))
    );
    for delay in choice["delays"].as_array().unwrap() {
        assert_eq!(
            (&delay["delay_s"], &delay["late_s"]),
            (&json!(300), &json!(0))
        );
    }
    assert!(found["compute_ms"].is_f64(), "{found}");
}

#[test]
fn what_is_wrong_with_a_problem_or_a_call_is_told_by_its_path() {
    let mut bad = day();
    bad["stops"][1]["place"] = json!(9);
    let dir = folder(&bad);
    let dir = dir.path();
    let told = detail(&round(dir, &[]));
    assert!(
        told.contains("day.json") && told.contains("stops[1].place"),
        "{told}"
    );
    write(dir, &day());
    std::fs::write(
        dir.join("call.json"),
        r#"{"call": {"id": "call", "place": 1}, "done": ["nobody"]}"#,
    )
    .unwrap();
    let told = detail(&round(dir, &["--insert", "call.json"]));
    assert!(
        told.contains("call.json") && told.contains("done[0]") && !told.contains("nobody"),
        "{told}"
    );
    std::fs::write(dir.join("day.json"), "{").unwrap();
    assert!(detail(&round(dir, &[])).contains("not JSON"));
    let mut placed = day();
    placed["matrix_s"] = Value::Null;
    placed["places"] = json!([[140.5, 35.7]]);
    write(dir, &placed);
    assert!(detail(&round(dir, &[])).contains("--pack"));
}

/// A day on the road of the test map: the clinic at its western end, a patient, two houses, and one with no road for miles.
fn placed() -> Value {
    let visit = |id: &str, place: i64| json!({"id": id, "place": place, "service_s": 600});
    json!({
        "vehicles": [{"id": "v", "window": [32_400, 61_200]}],
        "stops": [visit("east", 2), visit("patient", 1), visit("west", 3), visit("nowhere", 4)],
        "places": [[140.5, 35.7], {"patient": 1}, {"node": 110}, [140.504, 35.7], [139.0, 34.0]],
    })
}

#[test]
fn places_are_houses_points_and_nodes_of_a_pack_and_one_without_a_road_is_left_out_with_its_reason()
{
    let dir = two_bags();
    let dir = dir.path();
    write_pack(dir);
    write(dir, &placed());
    let words = [
        "--bag",
        "a",
        "map",
        "round",
        "--problem",
        "day.json",
        "--pack",
        "pack",
    ];
    let found = kaban(dir, &words).json();
    assert_eq!(found["served"], 3, "{found}");
    assert_eq!(
        found["unserved_why"],
        json!([{"id": "nowhere", "why": "no_road_near"}])
    );
    assert_eq!(
        found["unplaced"],
        json!([{"place": 4, "kind": "no_road_near"}])
    );
    // As far as the road's end and back, whatever the order.
    let route = ["map", "route", "--pack", "pack", "node:100", "node:110"];
    let there = kaban(dir, &route).json()["duration_s"].as_f64().unwrap();
    let travel = found["travel_s"].as_f64().unwrap();
    assert!((travel - 2.0 * there).abs() <= 4.0, "{travel} {there}");
    let told = human(dir, "en", &words).out;
    assert!(told.contains("nowhere (no road near)"), "{told}");
}

#[test]
fn nobody_is_visited_beyond_a_shut_road_and_a_place_the_map_does_not_know_is_a_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    write_pack(dir);
    let mut day = placed();
    day["places"][1] = json!([140.501, 35.7]);
    write(dir, &day);
    let shut = r#"[{"id":"slide-1","shape":{"circle":{"centre":[140.505,35.7],"radius_m":30}}}]"#;
    std::fs::write(dir.join("shut.json"), shut).unwrap();
    let found = round(dir, &["--pack", "pack", "--closures", "shut.json"]).json();
    let why = found["unserved_why"].as_array().unwrap();
    let why: Vec<&str> = why.iter().map(|one| one["why"].as_str().unwrap()).collect();
    assert_eq!(
        why,
        ["unreachable", "no_road_near"],
        "the one road is shut on the way to the last"
    );
    day["places"][2] = json!({"node": 7});
    write(dir, &day);
    let told = detail(&round(dir, &["--pack", "pack"]));
    assert!(
        told.contains("places[2]") && told.contains("unknown_node"),
        "{told}"
    );
}
