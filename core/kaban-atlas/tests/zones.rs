//! Ordinary roads behind ways for residents, private ways and tracks.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::Profile;
use kaban_atlas::conditions::{Closure, ClosureShape, Conditions};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Access, Manner, Objective, Place, Route, Router, Tracks};
use support::{Village, metres};

/// ```text
///        10 --- 11            the quarter: ordinary roads, a block of 100 m
///         |      |
/// 18–8 -- 5 --- 6 -- 9–19     8–5 and 6–9, of 100 m, are the `entrance`s; 18–8 and 9–19 are 50 m
///   |                 |
///   1 ------ 2 ------ 3       the town's road, 300 m; 1–8 and 3–9 are 100 m
/// ```
fn town(entrance: &str) -> Village {
    Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 150.0, 0.0)
        .node(3, 300.0, 0.0)
        .node(8, 0.0, 100.0)
        .node(9, 300.0, 100.0)
        .node(5, 100.0, 100.0)
        .node(6, 200.0, 100.0)
        .node(10, 100.0, 200.0)
        .node(11, 200.0, 200.0)
        .node(4, 150.0, -1_500.0)
        .node(18, -50.0, 100.0)
        .node(19, 350.0, 100.0)
        .way(20, &[1, 2, 3], "highway=tertiary")
        .way(21, &[1, 8], "highway=tertiary")
        .way(22, &[3, 9], "highway=tertiary")
        .way(23, &[2, 4], "highway=tertiary")
        .way(24, &[8, 18], "highway=tertiary")
        .way(25, &[9, 19], "highway=tertiary")
        .way(30, &[8, 5], entrance)
        .way(31, &[6, 9], entrance)
        .way(40, &[5, 6], "highway=residential")
        .way(41, &[5, 10, 11, 6], "highway=residential")
}

fn ask(pack: &Pack, conditions: &Conditions, manner: &Manner, from: i64, to: i64) -> Route {
    let request = manner.request(Place::Node(from), Place::Node(to));
    let answers = [false, true].map(|prepared| {
        let mut router = Router::under(pack, conditions).unwrap();
        if prepared {
            router.prepare(manner).unwrap();
        }
        router.route(&request).unwrap()
    });
    assert_eq!(answers[0], answers[1], "both engines");
    let [route, _] = answers;
    route
}

fn said(pack: &Pack, manner: &Manner, from: i64, to: i64) -> (bool, i64) {
    let route = ask(pack, &Conditions::default(), manner, from, to);
    let metres = (route.distance_m / 10.0).round() as i64 * 10;
    (route.last_resort, metres)
}

fn shortest() -> Manner {
    Manner {
        objective: Objective::Shortest,
        ..Manner::default()
    }
}

const STRICT: bool = false;

#[test]
fn a_quarter_for_residents_is_an_ordinary_end_of_a_route() {
    for entrance in [
        "highway=residential motor_vehicle=destination",
        "highway=service access=private",
        "highway=track",
    ] {
        let pack = town(entrance).pack();
        assert_eq!(
            said(&pack, &shortest(), 4, 10),
            (STRICT, 1_950),
            "{entrance}"
        );
        assert_eq!(
            said(&pack, &shortest(), 10, 4),
            (STRICT, 1_950),
            "{entrance}"
        );
        assert_eq!(
            said(&pack, &shortest(), 10, 11),
            (STRICT, 100),
            "{entrance}"
        );
    }
}

#[test]
fn nobody_passes_through_such_a_quarter() {
    let pack = town("highway=residential motor_vehicle=destination").pack();
    assert_eq!(said(&pack, &shortest(), 18, 19), (STRICT, 600));
    let anyone = Manner {
        access: Access::Public,
        ..shortest()
    };
    assert_eq!(said(&pack, &anyone, 18, 19), (STRICT, 400));
}

#[test]
fn one_open_entrance_makes_its_roads_open_to_all() {
    let pack = town("highway=residential motor_vehicle=destination")
        .way(50, &[2, 5], "highway=residential")
        .way(51, &[6, 3], "highway=residential")
        .pack();
    assert_eq!(
        said(&pack, &shortest(), 2, 3),
        (STRICT, 150),
        "along the town's road"
    );
    let there = ask(&pack, &Conditions::default(), &shortest(), 2, 10);
    assert!(!there.last_resort);
}

#[test]
fn a_quarter_one_can_leave_but_not_enter_by_an_open_road_is_such_a_quarter_too() {
    let pack = town("highway=residential motor_vehicle=destination")
        .way(50, &[10, 12, 8], "highway=residential oneway=yes")
        .node(12, 0.0, 200.0)
        .pack();
    assert_eq!(said(&pack, &shortest(), 1, 10), (STRICT, 300));
    assert_eq!(said(&pack, &shortest(), 10, 1), (STRICT, 300));
    assert_eq!(
        said(&pack, &shortest(), 19, 18),
        (STRICT, 600),
        "not through it"
    );
}

#[test]
fn on_foot_a_private_entrance_is_an_end_as_well() {
    let pack = town("highway=service access=private").pack();
    let foot = Manner {
        profile: Profile::Foot,
        ..shortest()
    };
    assert_eq!(said(&pack, &foot, 4, 10), (STRICT, 1_950));
}

#[test]
fn with_tracks_as_any_other_road_what_lies_behind_them_is_open_to_all() {
    let pack = town("highway=track").pack();
    let with = |tracks| Manner {
        tracks,
        ..shortest()
    };
    assert_eq!(said(&pack, &with(Tracks::Always), 18, 19), (STRICT, 400));
    assert_eq!(said(&pack, &with(Tracks::Auto), 4, 10), (STRICT, 1_950));
}

#[test]
fn a_closed_road_leaves_the_signed_entrance_as_the_last_resort() {
    let pack = town("highway=residential motor_vehicle=destination")
        .way(50, &[2, 5], "highway=residential")
        .pack();
    let open = ask(&pack, &Conditions::default(), &shortest(), 4, 10);
    assert!(!open.last_resort && (open.distance_m - 1_711.8).abs() < 1.0);
    let snow = Conditions {
        closures: vec![Closure {
            id: "snow".into(),
            shape: ClosureShape::Circle {
                centre: metres(125.0, 50.0),
                radius_m: 10.0,
            },
        }],
        ..Conditions::default()
    };
    let closed = ask(&pack, &snow, &shortest(), 4, 10);
    assert!(closed.last_resort && (closed.distance_m - 1_950.0).abs() < 1.0);
}

#[test]
fn a_gate_in_between_is_still_the_last_resort() {
    let pack = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 100.0, 0.0)
        .node(3, 200.0, 0.0)
        .way(10, &[1, 2, 3], "highway=residential")
        .tagged(2, "barrier=gate access=private")
        .pack();
    assert_eq!(said(&pack, &shortest(), 1, 3), (true, 200));
}
