//! Problems as files: what is read comes back, and what cannot be read says where.

use crate::days::{Recipe, file, problem};
use kaban_atlas::round::{Legs, Objective, Problem, RoundError, read_call, read_problem, solve};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(document: &Value) -> Result<Problem, RoundError> {
    let file = read_problem(document.to_string().as_bytes())?;
    file.problem(|_| {
        Err(RoundError {
            path: "places".into(),
            what: "need a router".into(),
        })
    })
}

#[test]
fn a_problem_reads_as_it_was_written() {
    for vehicles in [1, 3] {
        let day = problem(
            Recipe {
                severed: 50,
                ..Recipe::day(1, 9, vehicles)
            },
            Objective::Travel,
        );
        assert_eq!(read(&file(&day)).unwrap(), day);
    }
}

#[test]
fn decimals_are_rounded_and_left_out_members_have_their_defaults() {
    let read = read(&json!({
        "vehicles": [{"id": 1, "window": [0, 5000.4]}],
        "stops": [{"id": "a", "place": 1, "window": [[10, 20], [30, 40]]}],
        "matrix_s": [[0, 99.5], [1.2e2, 0]],
    }))
    .unwrap();
    assert_eq!(read.matrix.seconds(0, 1), Some(100));
    assert_eq!(read.matrix.seconds(1, 0), Some(120));
    assert_eq!(read.vehicles[0].window.until, 5_000);
    assert_eq!(read.stops[0].service, 1_200);
    assert_eq!(read.stops[0].windows.len(), 2);
    assert_eq!(read.objective, Objective::Finish);
}

#[test]
fn places_are_read_for_a_router() {
    let document = json!({
        "vehicles": [{"id": "v", "window": [0, 9]}], "stops": [],
        "places": [[140.5, 35.7], {"node": 7}, {"patient": "abc"}, {"patient": 3}],
    });
    let file = read_problem(document.to_string().as_bytes()).unwrap();
    assert!(matches!(&file.legs, Legs::Places(places) if places.len() == 4));
}

#[test]
fn every_error_says_where() {
    let good = || file(&problem(Recipe::day(1, 3, 2), Objective::Finish));
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/vehicles", json!([]), "vehicles"),
        ("/vehicles/1/id", json!("vehicle 0"), "vehicles[1].id"),
        ("/vehicles/0/window", json!([5, 4]), "vehicles[0].window"),
        (
            "/vehicles/0/start_place",
            json!(99),
            "vehicles[0].start_place",
        ),
        ("/stops/2/place", json!(4), "stops[2].place"),
        ("/stops/2/place", json!(-1), "stops[2].place"),
        ("/stops/0/window", json!([1]), "stops[0].window"),
        ("/stops/0/window", json!([1, "x"]), "stops[0].window[1]"),
        ("/stops/0/service_s", json!(1e30), "stops[0].service_s"),
        ("/stops/1/id", json!("stop 1"), "stops[1].id"),
        ("/stops/1/id", json!([]), "stops[1].id"),
        ("/stops/1/locked", json!(1), "stops[1].locked"),
        ("/stops/1/locked", json!(true), "stops[1].locked"),
        ("/stops/1/vehicle", json!("nobody"), "stops[1].vehicle"),
        ("/matrix_s/1", json!([0, 1]), "matrix_s[1]"),
        ("/matrix_s/1/2", json!("far"), "matrix_s[1][2]"),
        ("/matrix_s/1/2", json!(-3), "matrix_s[1][2]"),
        ("/matrix_s", Value::Null, "the file"),
        ("/objective", json!("fun"), "objective"),
        ("/stops", json!({}), "stops"),
    ];
    for (pointer, value, path) in cases {
        let mut document = good();
        *document.pointer_mut(pointer).unwrap() = value;
        let error = read(&document).unwrap_err();
        assert_eq!(error.path, path, "{pointer}: {error}");
        assert!(!error.to_string().contains("nobody"));
    }
    let mut many = good();
    many["stops"] = json!(vec![json!({"id": 1, "place": 1}); 201]);
    assert_eq!(read(&many).unwrap_err().path, "stops");
    assert_eq!(read_problem(b"[").unwrap_err().path, "the file");
    assert_eq!(read_problem(b"").unwrap_err().path, "the file");
}

#[test]
fn a_call_is_read_with_the_plan_it_comes_into() {
    let day = problem(Recipe::day(1, 3, 1), Objective::Finish);
    let document = json!({
        "call": {"id": "new", "place": 2, "service_s": 60}, "now_s": 40_000, "done": ["stop 2"],
        "vehicles": [{"id": "vehicle 0", "place": 1, "free_s": 41_000}],
        "routes": [{"vehicle": "vehicle 0", "order": ["stop 2", "stop 1"]}],
    });
    let read = read_call(document.to_string().as_bytes(), &day).unwrap();
    assert_eq!(read.call.now, Some(40_000));
    assert_eq!(read.call.done, [1]);
    assert_eq!(read.orders, Some(vec![vec![1, 0]]));
    let alone = read_call(br#"{"id": "new", "place": 2}"#, &day).unwrap();
    assert_eq!(alone.call.stop.service, 1_200);
    for (bad, path) in [
        (r#"{"call": {"id": 1, "place": 9}}"#, "stops[0].place"),
        (r#"{"call": {"id": 1, "place": 1}, "done": [5]}"#, "done[0]"),
        (r#"{"call": {"id": 1}}"#, "call.place"),
        ("7", "the file"),
    ] {
        assert_eq!(read_call(bad.as_bytes(), &day).unwrap_err().path, path);
    }
}

/// A small problem with one place of its text replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let text = file(&problem(Recipe::day(1, 3, 1), Objective::Finish)).to_string();
    let pieces = prop_oneof![
        Just("null".to_owned()),
        Just("-1".to_owned()),
        Just("1e9".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("true".to_owned()),
        any::<u64>().prop_map(|number| number.to_string()),
        "[ -~]{0,3}",
    ];
    (any::<prop::sample::Index>(), 0usize..6, pieces).prop_map(move |(at, cut, piece)| {
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        format!("{}{piece}{}", &text[..at], &text[end..]).into_bytes()
    })
}

proptest! {
    #[test]
    fn a_damaged_file_is_a_problem_or_an_error(bytes in damaged()) {
        if let Ok(file) = read_problem(&bytes)
            && let Ok(problem) = file.problem(|_| Err(RoundError { path: String::new(), what: String::new() }))
        {
            let round = solve(&problem);
            prop_assert_eq!(round.served + round.unserved.len(), problem.stops.len());
        }
    }
}
