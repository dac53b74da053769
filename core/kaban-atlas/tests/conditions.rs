//! The same village at other times, in the snow, in the dark and with roads shut.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::Conditions;
use kaban_atlas::build::BuildOptions;
use kaban_atlas::conditions::{
    Closure, ClosureFault, ClosureShape, ConditionsError, LocalTime, Season,
};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{
    Access, Objective, Obstacle, RouteError, RouteRequest, Router, Tracks, answer_line,
};
use support::{Village, between, metres};

/// ```text
///   4 --13-- 3          13 is 150 m, 12 and 10 are 100 m, 11 is 150 m,
///   |        |          14 goes round by 6 and is 220 m
///  14       12
///   |        |
///   2 --11-- 5
///            |
///           10
///            1
/// ```
fn fork(way_11: &[(&str, &str)]) -> Village {
    let mut village = Village::default()
        .node(1, 0.0, -100.0)
        .node(2, -150.0, 0.0)
        .node(3, 0.0, 100.0)
        .node(4, -150.0, 100.0)
        .node(5, 0.0, 0.0)
        .node(6, -250.0, 50.0)
        .way(10, &[1, 5], "highway=residential")
        .way(11, &[5, 2], "")
        .way(12, &[5, 3], "highway=residential")
        .way(13, &[3, 4], "highway=residential")
        .way(14, &[4, 6, 2], "highway=residential");
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    village.elements.ways[1].tags = way_11.iter().map(own).collect();
    village
}

const STREET: (&str, &str) = ("highway", "residential");
const DIRECT: Option<i64> = Some(250);
const AROUND: Option<i64> = Some(570);

fn shortest(from: i64, to: i64) -> RouteRequest {
    RouteRequest {
        objective: Objective::Shortest,
        ..between(from, to)
    }
}

/// A day of 2026 at full hour.
fn at(month: u8, day: u8, hour: u16) -> Conditions {
    Conditions {
        at: LocalTime::new(2026, month, day, hour * 60),
        season: Season::Summer,
        ..Conditions::default()
    }
}

fn length(pack: &Pack, request: &RouteRequest, conditions: &Conditions) -> Option<i64> {
    let mut router = Router::under(pack, conditions).unwrap();
    let route = router.route(request).ok()?;
    Some((route.distance_m / 10.0).round() as i64 * 10)
}

fn closed(shapes: Vec<ClosureShape>) -> Conditions {
    let closures = shapes.into_iter().zip(1..);
    Conditions {
        closures: closures
            .map(|(shape, id)| Closure {
                id: format!("closure-{id}"),
                shape,
            })
            .collect(),
        ..Conditions::default()
    }
}

fn circle(east: f64, north: f64, radius_m: f64) -> ClosureShape {
    ClosureShape::Circle {
        centre: metres(east, north),
        radius_m,
    }
}

fn line(points: &[(f64, f64)]) -> ClosureShape {
    ClosureShape::Line(points.iter().map(|(e, n)| metres(*e, *n)).collect())
}

fn roads(stretches: &[&[(f64, f64)]]) -> ClosureShape {
    let road = |points: &&[(f64, f64)]| points.iter().map(|(e, n)| metres(*e, *n)).collect();
    ClosureShape::Roads(stretches.iter().map(road).collect())
}

fn obstacle(pack: &Pack, request: &RouteRequest, conditions: &Conditions) -> Obstacle {
    match Router::under(pack, conditions).unwrap().route(request) {
        Err(RouteError::Unreachable(obstacle)) => *obstacle,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_road_shut_at_some_hours_is_shut_then_and_open_without_a_time() {
    // 25 November 2026 is a Wednesday.
    for key in [
        "access:conditional",
        "vehicle:conditional",
        "motor_vehicle:conditional",
        "motorcar:conditional",
    ] {
        let pack = fork(&[STREET, (key, "no @ (Mo-Fr 07:00-09:00)")]).pack();
        assert_eq!(
            length(&pack, &shortest(1, 2), &at(11, 25, 8)),
            AROUND,
            "{key}"
        );
        assert_eq!(
            length(&pack, &shortest(1, 2), &at(11, 25, 9)),
            DIRECT,
            "{key}"
        );
        assert_eq!(
            length(&pack, &shortest(1, 2), &at(11, 28, 8)),
            DIRECT,
            "{key}"
        );
        assert_eq!(
            length(&pack, &shortest(1, 2), &Conditions::default()),
            DIRECT,
            "{key}"
        );
        assert!(
            pack.meta()
                .notes
                .iter()
                .any(|note| note.starts_with("1 ways have access"))
        );
    }
}

#[test]
fn a_road_open_at_some_hours_only_opens_then() {
    let pack = fork(&[
        STREET,
        ("motor_vehicle", "no"),
        ("motor_vehicle:conditional", "yes @ (06:00-11:00)"),
    ])
    .pack();
    assert_eq!(
        length(&pack, &shortest(1, 2), &Conditions::default()),
        AROUND
    );
    assert_eq!(length(&pack, &shortest(1, 2), &at(11, 25, 8)), DIRECT);
    assert_eq!(length(&pack, &shortest(1, 2), &at(11, 25, 12)), AROUND);
}

#[test]
fn delivery_hours_open_a_road_to_those_with_business_there() {
    let tags = [
        STREET,
        ("motor_vehicle", "no"),
        ("motor_vehicle:conditional", "destination @ (06:00-11:00)"),
    ];
    let village = fork(&tags)
        .node(8, -150.0, -100.0)
        .way(17, &[2, 8], "highway=residential");
    let pack = village.pack();
    assert_eq!(length(&pack, &shortest(1, 2), &at(11, 25, 8)), DIRECT);
    assert_eq!(
        length(&pack, &shortest(1, 8), &at(11, 25, 8)),
        Some(670),
        "no short cut"
    );
}

#[test]
fn a_condition_that_is_not_understood_leaves_the_road_as_its_other_tags_say() {
    let pack = fork(&[STREET, ("access:conditional", "no @ (sunset-sunrise)")]).pack();
    assert_eq!(length(&pack, &shortest(1, 2), &at(11, 25, 23)), DIRECT);
    assert!(
        pack.meta()
            .notes
            .iter()
            .any(|note| note.starts_with("1 conditions are not understood"))
    );
}

#[test]
fn a_one_way_rule_and_a_limit_of_some_hours_hold_then() {
    let pack = fork(&[STREET, ("oneway:conditional", "yes @ (07:00-09:00)")]).pack();
    assert_eq!(length(&pack, &shortest(2, 1), &at(11, 25, 8)), AROUND);
    assert_eq!(length(&pack, &shortest(1, 2), &at(11, 25, 8)), DIRECT);
    assert_eq!(length(&pack, &shortest(2, 1), &at(11, 25, 9)), DIRECT);
    let slow = fork(&[
        ("highway", "primary"),
        ("maxspeed:conditional", "10 @ (22:00-06:00)"),
    ])
    .pack();
    let seconds = |conditions: Conditions| {
        let day = Conditions {
            night: Some(false),
            ..conditions
        };
        Router::under(&slow, &day)
            .unwrap()
            .route(&shortest(5, 2))
            .unwrap()
            .duration_s
    };
    assert!(seconds(at(11, 25, 23)) > 3.0 * seconds(at(11, 25, 12)));
}

#[test]
fn a_turn_forbidden_at_some_hours_is_forbidden_then() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    for text in [
        "restriction:conditional=no_left_turn@(07:00-09:00)",
        "restriction=no_left_turn hour_on=07:00 hour_off=09:00",
    ] {
        let pack = fork(&[STREET]).restriction(1, text, &members).pack();
        assert_eq!(
            length(&pack, &shortest(1, 2), &at(11, 25, 8)),
            AROUND,
            "{text}"
        );
        assert_eq!(
            length(&pack, &shortest(1, 2), &at(11, 25, 9)),
            DIRECT,
            "{text}"
        );
        assert_eq!(
            length(&pack, &shortest(2, 1), &at(11, 25, 8)),
            DIRECT,
            "{text}"
        );
    }
}

#[test]
fn a_turn_forbidden_at_several_times_is_forbidden_at_each() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    let twice = "no_left_turn@(07:00-09:00);no_left_turn@(17:00-19:00)";
    for text in [
        format!("restriction:conditional={twice}"),
        format!("restriction=no_left_turn restriction:conditional={twice}"),
    ] {
        let pack = fork(&[STREET]).restriction(1, &text, &members).pack();
        for (hour, metres) in [(8, AROUND), (12, DIRECT), (18, AROUND)] {
            assert_eq!(
                length(&pack, &shortest(1, 2), &at(11, 25, hour)),
                metres,
                "{text} at {hour}"
            );
        }
    }
}

#[test]
fn a_sign_whose_time_is_not_understood_binds_always() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    let text = "restriction=no_left_turn restriction:conditional=no_left_turn@(sunset-sunrise)";
    let pack = fork(&[STREET]).restriction(1, text, &members).pack();
    for hour in [0, 12] {
        assert_eq!(
            length(&pack, &shortest(1, 2), &at(11, 25, hour)),
            AROUND,
            "at {hour}"
        );
    }
}

#[test]
fn winter_shuts_summer_roads_and_summer_shuts_winter_roads() {
    let season = |season| Conditions {
        season,
        ..Conditions::default()
    };
    let both = |pack: &Pack| {
        [Season::Winter, Season::Summer, Season::Auto]
            .map(|s| length(pack, &shortest(1, 2), &season(s)))
    };
    assert_eq!(
        both(&fork(&[STREET, ("seasonal", "yes")]).pack()),
        [AROUND, DIRECT, DIRECT]
    );
    assert_eq!(
        both(&fork(&[STREET, ("winter_road", "yes")]).pack()),
        [DIRECT, AROUND, DIRECT]
    );
    let sign = ("motor_vehicle:conditional", "no @ (winter)");
    assert_eq!(
        both(&fork(&[STREET, sign]).pack()),
        [AROUND, DIRECT, DIRECT]
    );
    let winter_by_date = Conditions {
        season: Season::Auto,
        ..at(1, 20, 12)
    };
    assert_eq!(
        length(
            &fork(&[STREET, ("seasonal", "summer")]).pack(),
            &shortest(1, 2),
            &winter_by_date
        ),
        AROUND
    );
}

#[test]
fn winter_and_the_dark_cost_time_and_no_distance() {
    let pack = fork(&[("highway", "tertiary"), ("lit", "no")]).pack();
    let route = |conditions: &Conditions| {
        Router::under(&pack, conditions)
            .unwrap()
            .route(&shortest(5, 2))
            .unwrap()
    };
    let plain = route(&Conditions::default());
    let night = route(&Conditions {
        night: Some(true),
        ..Conditions::default()
    });
    let winter = route(&Conditions {
        season: Season::Winter,
        ..Conditions::default()
    });
    assert!((night.duration_s / plain.duration_s - 1.10).abs() < 0.02);
    assert!((winter.duration_s / plain.duration_s - 1.35).abs() < 0.02);
    assert_eq!(plain.distance_m, winter.distance_m);
}

#[test]
fn each_shape_shuts_the_road_it_is_drawn_on_and_no_other() {
    let pack = fork(&[STREET]).pack();
    let shut: Vec<ClosureShape> = vec![
        circle(-75.0, 5.0, 10.0),
        line(&[(-75.0, -30.0), (-70.0, 30.0)]),
        line(&[(-3.0, 6.0), (-70.0, -6.0), (-147.0, 5.0)]),
        roads(&[&[(3.0, 3.0), (-148.0, -4.0)]]),
    ];
    for shape in shut {
        let conditions = closed(vec![shape]);
        assert_eq!(
            length(&pack, &shortest(1, 2), &conditions),
            AROUND,
            "{conditions:?}"
        );
        assert_eq!(
            length(&pack, &shortest(2, 1), &conditions),
            AROUND,
            "{conditions:?}"
        );
        assert_eq!(
            length(&pack, &shortest(1, 4), &conditions),
            Some(350),
            "{conditions:?}"
        );
    }
    for shape in [
        circle(-75.0, 25.0, 10.0),
        line(&[(-75.0, 10.0), (-70.0, 30.0)]),
        circle(5_000.0, 0.0, 100.0),
    ] {
        let conditions = closed(vec![shape]);
        assert_eq!(
            length(&pack, &shortest(1, 2), &conditions),
            DIRECT,
            "{conditions:?}"
        );
    }
}

#[test]
fn a_stretch_named_by_its_ends_stays_shut_when_a_newer_map_cuts_the_road_further() {
    let village = fork(&[STREET])
        .node(9, -75.0, 0.0)
        .node(20, -75.0, -60.0)
        .way(30, &[9, 20], "highway=service");
    let mut village = village;
    village.elements.ways[1].nodes = vec![5, 9, 2];
    let pack = village.pack();
    let conditions = closed(vec![roads(&[&[(0.0, 0.0), (-150.0, 0.0)]])]);
    assert_eq!(length(&pack, &shortest(1, 2), &conditions), AROUND);
    assert_eq!(length(&pack, &shortest(1, 20), &conditions), None);
}

/// ```text
///        7 ~~~~~~~~~~ 8
///      32              33     the old road: 1.6 km with a side road at 7, in newer maps three segments
///    5 ------ 31 ------- 6    the lane below: 300 m
/// ```
fn hairpins() -> Village {
    Village::default()
        .node(4, -100.0, 0.0)
        .node(5, 0.0, 0.0)
        .node(6, 300.0, 0.0)
        .node(9, 400.0, 0.0)
        .node(7, 0.0, 650.0)
        .node(8, 300.0, 650.0)
        .node(20, -100.0, 650.0)
        .node(21, 400.0, 650.0)
        .way(30, &[4, 5], "highway=residential")
        .way(31, &[5, 6], "highway=residential")
        .way(32, &[5, 7], "highway=residential")
        .way(33, &[7, 8], "highway=residential")
        .way(34, &[8, 6], "highway=residential")
        .way(35, &[6, 9], "highway=residential")
        .way(36, &[7, 20], "highway=service")
        .way(37, &[8, 21], "highway=service")
}

#[test]
fn a_point_in_between_tells_a_winding_road_from_the_lane_below_it() {
    let pack = hairpins().pack();
    let shut = |inner| closed(vec![roads(&[&[(0.0, 0.0), (300.0, 0.0), inner]])]);
    let (lane, old) = (Some(500), Some(1_800));
    for old_road in [(2.0, 300.0), (150.0, 648.0), (297.0, 300.0)] {
        let conditions = shut(old_road);
        assert_eq!(length(&pack, &shortest(4, 9), &conditions), lane);
        assert_eq!(length(&pack, &shortest(20, 21), &conditions), None);
    }
    let conditions = shut((150.0, 3.0));
    assert_eq!(length(&pack, &shortest(4, 9), &conditions), old);
    let nowhere = shut((150.0, 300.0));
    assert_eq!(length(&pack, &shortest(4, 9), &nowhere), lane);
}

#[test]
fn of_two_ways_between_the_same_junctions_the_point_in_between_tells_which_is_shut() {
    // The old road over the pass and its tunnel, both between 5 and 2.
    let pack = fork(&[STREET])
        .node(20, -75.0, -100.0)
        .way(40, &[5, 20, 2], "highway=residential")
        .pack();
    let shut =
        |stretch: &[(f64, f64)]| length(&pack, &shortest(1, 2), &closed(vec![roads(&[stretch])]));
    let ends = [(0.0, 0.0), (-150.0, 0.0)];
    assert_eq!(shut(&[ends[0], ends[1], (-75.0, -100.0)]), DIRECT);
    assert_eq!(shut(&[ends[0], ends[1], (-75.0, 0.0)]), Some(350));
    assert_eq!(shut(&ends), AROUND, "both without it");
    // Ends that have become one junction are no loop there.
    let looped = fork(&[STREET])
        .node(20, -75.0, -100.0)
        .node(21, -40.0, -120.0)
        .way(40, &[5, 20, 21, 5], "highway=residential")
        .pack();
    let two_places = closed(vec![roads(&[&[(0.0, 3.0), (3.0, 0.0)]])]);
    let router = Router::under(&looped, &two_places).unwrap();
    assert_eq!(router.closures_off_the_roads(), ["closure-1"]);
    let one_place = closed(vec![roads(&[&[(0.0, 0.0), (0.0, 0.0)]])]);
    let router = Router::under(&looped, &one_place).unwrap();
    assert_eq!(router.closures_off_the_roads(), [] as [&str; 0]);
}

#[test]
fn a_stroke_across_the_head_of_a_bridge_shuts_it() {
    let pack = fork(&[STREET]).pack();
    let head = closed(vec![line(&[(-18.0, -12.0), (-4.0, 6.0)])]);
    assert_eq!(length(&pack, &shortest(1, 2), &head), AROUND);
    // Drawn along 10, it only passes the head of 11.
    let along = closed(vec![line(&[(-8.0, -90.0), (-8.0, 10.0)])]);
    assert_eq!(length(&pack, &shortest(5, 2), &along), Some(150));
    assert_eq!(length(&pack, &shortest(1, 2), &along), None);
}

#[test]
fn a_closure_that_touches_no_road_is_told() {
    let pack = fork(&[STREET]).pack();
    let conditions = closed(vec![circle(-75.0, 5.0, 10.0), circle(3_000.0, 0.0, 10.0)]);
    let router = Router::under(&pack, &conditions).unwrap();
    assert_eq!(router.closures_off_the_roads(), ["closure-2"]);
}

#[test]
fn stretches_of_a_closure_that_are_no_road_here_are_told_one_by_one() {
    let pack = fork(&[STREET]).pack();
    let known: &[(f64, f64)] = &[(0.0, 0.0), (-150.0, 0.0)];
    let (far, off) = (
        &[(3_000.0, 0.0), (3_100.0, 0.0)][..],
        &[known[0], known[1], (-75.0, 60.0)][..],
    );
    let conditions = closed(vec![
        roads(&[known, far, off, known]),
        roads(&[far]),
        roads(&[known]),
    ]);
    let router = Router::under(&pack, &conditions).unwrap();
    assert_eq!(router.closures_off_the_roads(), ["closure-2"]);
    let partly = [("closure-1".to_owned(), vec![1, 2])];
    assert_eq!(router.closures_partly_off_the_roads(), partly);
}

#[test]
fn what_is_in_the_way_is_named_and_the_way_ignoring_it_is_offered() {
    let pack = fork(&[STREET]).pack();
    let conditions = closed(vec![
        circle(0.0, 50.0, 10.0),
        circle(-75.0, 5.0, 10.0),
        circle(900.0, 0.0, 10.0),
    ]);
    let found = obstacle(&pack, &shortest(1, 2), &conditions);
    assert_eq!(
        found.closures,
        ["closure-2"],
        "12 is shut too, but is not on the way"
    );
    assert!((found.ignoring_closures.unwrap().distance_m - 250.0).abs() < 1.0);
    assert!(!found.time && !found.map_edge && !found.island && !found.forbidden);
    let mut router = Router::under(&pack, &conditions).unwrap();
    let anyway = router.route_ignoring_closures(&shortest(1, 2)).unwrap();
    assert_eq!(anyway.closures, ["closure-2"]);
    assert!((anyway.route.distance_m - 250.0).abs() < 1.0 && anyway.route.geometry.len() >= 3);
}

#[test]
fn a_rule_of_the_time_is_told_from_a_closure() {
    let tags = [STREET, ("motor_vehicle:conditional", "no @ (07:00-09:00)")];
    let mut village = fork(&tags);
    village.elements.ways.remove(2);
    let pack = village.pack();
    let found = obstacle(&pack, &shortest(1, 2), &at(11, 25, 8));
    assert!(found.time && found.closures.is_empty() && found.ignoring_closures.is_none());
}

#[test]
fn the_edge_of_the_map_an_island_and_forbidden_ways_are_told_apart() {
    // Streets around a pond without a road to it, and one that the data cuts off.
    let mut village = fork(&[STREET])
        .node(30, -60.0, 40.0)
        .node(31, -90.0, 40.0)
        .way(40, &[30, 31], "highway=residential")
        .node(50, -60.0, 60.0)
        .node(51, -90.0, 60.0)
        .way(60, &[50, 51, 999], "highway=residential")
        .node(70, 400.0, -400.0)
        .node(71, -500.0, 400.0)
        .node(72, -500.0, 350.0)
        .node(73, 400.0, -350.0)
        .way(80, &[70, 73], "highway=residential")
        .way(81, &[71, 72], "highway=residential")
        .node(90, -60.0, 20.0)
        .node(91, -60.0, 30.0)
        .way(82, &[5, 90, 91], "highway=residential");
    village = village.tagged(90, "barrier=bollard");
    let pack = village.pack();
    let plain = Conditions::default();
    let island = obstacle(&pack, &shortest(1, 30), &plain);
    assert!(
        island.island && !island.map_edge && !island.forbidden,
        "{island:?}"
    );
    let cut = obstacle(&pack, &shortest(50, 1), &plain);
    assert!(cut.map_edge && !cut.island, "{cut:?}");
    let rim = obstacle(&pack, &shortest(1, 70), &plain);
    assert!(
        rim.map_edge,
        "a dead end at the outline of the roads may go on: {rim:?}"
    );
    let bollard = obstacle(&pack, &shortest(1, 91), &plain);
    assert!(
        bollard.forbidden && !bollard.island && !bollard.map_edge,
        "{bollard:?}"
    );
}

#[test]
fn the_line_protocol_says_what_is_in_the_way() {
    let pack = fork(&[STREET]).pack();
    let conditions = closed(vec![circle(0.0, -50.0, 10.0)]);
    let mut router = Router::under(&pack, &conditions).unwrap();
    let options = kaban_atlas::route::BatchOptions {
        request: shortest(0, 0),
    };
    let line = "{\"from\":{\"node\":1},\"to\":{\"node\":2}}";
    let text = answer_line(&mut router, line, &options, &mut || 0, &mut |_| None);
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
    let error = &answer["error"];
    assert_eq!(error["kind"], "unreachable");
    assert_eq!(error["closures"], serde_json::json!(["closure-1"]));
    assert_eq!(error["map_edge"], false);
    assert!((error["ignoring_closures"]["distance_m"].as_f64().unwrap() - 250.0).abs() < 1.0);
}

#[test]
fn shapes_are_read_as_agreed_and_nothing_else_is() {
    let read = |text: &str| serde_json::from_str::<ClosureShape>(text).ok();
    for text in [
        "{\"circle\":{\"centre\":[140.5,35.7],\"radius_m\":50.0}}",
        "{\"line\":[[140.5,35.7],[140.6,35.7]]}",
        "{\"roads\":[[[140.5,35.7],[140.6,35.7]]]}",
        "{\"roads\":[[[140.5,35.7],[140.6,35.7],[140.55,35.71]]]}",
    ] {
        assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
    }
    for text in [
        "{\"square\":1}",
        "{\"line\":[[1]]}",
        "{\"circle\":{}}",
        "[]",
        "{}",
        "{\"line\":[[1,2]],\"roads\":[]}",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn hostile_shapes_are_refused_with_a_sentence() {
    use ClosureFault::{Id, Line, Position, Radius, Roads};
    let pack = fork(&[STREET]).pack();
    let nan = f64::NAN;
    let near = metres(0.0, 0.0);
    let circle = |centre, radius_m| ClosureShape::Circle { centre, radius_m };
    for (shape, fault) in [
        (circle(near, nan), Radius),
        (circle(near, f64::INFINITY), Radius),
        (circle(near, 50_001.0), Radius),
        (circle(near, 0.0), Radius),
        (circle(near, -5.0), Radius),
        (circle([nan, 35.0], 5.0), Position),
        (circle([181.0, 35.0], 5.0), Position),
        (ClosureShape::Line(vec![near; 100_000]), Line),
        (ClosureShape::Line(vec![near]), Line),
        (ClosureShape::Line(vec![near, [0.0, 0.0]]), Line),
        (ClosureShape::Line(vec![near, [0.0, -91.0]]), Position),
        (ClosureShape::Roads(vec![vec![near; 2]; 100_000]), Roads),
        (ClosureShape::Roads(vec![]), Roads),
        (ClosureShape::Roads(vec![vec![near; 2], vec![near]]), Roads),
        (ClosureShape::Roads(vec![vec![near; 4]]), Roads),
        (ClosureShape::Roads(vec![vec![near, [nan, nan]]]), Position),
        (
            ClosureShape::Roads(vec![vec![near, near, [0.0, 91.0]]]),
            Position,
        ),
    ] {
        let error = Router::under(&pack, &closed(vec![shape])).err();
        assert_eq!(
            error,
            Some(ConditionsError::Closure { index: 0, fault }),
            "{fault:?}"
        );
    }
    let mut nameless = closed(vec![circle(near, 5.0)]);
    nameless.closures[0].id = "x".repeat(65);
    assert_eq!(
        Router::under(&pack, &nameless).err(),
        Some(ConditionsError::Closure {
            index: 0,
            fault: Id
        })
    );
    let many = closed(vec![circle(near, 5.0); 1_001]);
    assert_eq!(
        Router::under(&pack, &many).err(),
        Some(ConditionsError::TooMany)
    );
    // At its bounds everything is taken.
    let large = closed(vec![
        circle(near, 50_000.0),
        ClosureShape::Line(vec![[140.1, 35.5], [140.9, 36.0]]),
        ClosureShape::Line(vec![near; 1_000]),
    ]);
    assert!(
        Router::under(&pack, &large)
            .unwrap()
            .route(&shortest(1, 2))
            .is_err()
    );
}

#[test]
fn people_on_foot_heed_closures_and_their_own_signs() {
    let options = BuildOptions {
        with_foot: true,
        with_node_ids: true,
        ..BuildOptions::default()
    };
    let path = [
        ("highway", "path"),
        ("access:conditional", "no @ (Jan15-Aug15)"),
    ];
    let pack = fork(&path).pack_with(&options);
    let walk = RouteRequest {
        profile: kaban_atlas::Profile::Foot,
        ..between(1, 2)
    };
    assert_eq!(length(&pack, &walk, &at(8, 15, 12)), AROUND);
    assert_eq!(length(&pack, &walk, &at(8, 16, 12)), DIRECT);
    let along_roads = fork(&[STREET]).pack();
    assert_eq!(
        length(&along_roads, &walk, &closed(vec![circle(-75.0, 0.0, 10.0)])),
        AROUND
    );
}

#[test]
fn the_reference_rules_keep_closures_and_leave_conditional_turns_out() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    let pack = fork(&[STREET])
        .restriction(
            1,
            "restriction:conditional=no_left_turn@(07:00-09:00)",
            &members,
        )
        .pack();
    let reference = RouteRequest {
        access: Access::Public,
        tracks: Tracks::Never,
        ..shortest(1, 2)
    };
    assert_eq!(length(&pack, &reference, &at(11, 25, 8)), DIRECT);
    assert_eq!(
        length(&pack, &reference, &closed(vec![circle(-75.0, 0.0, 10.0)])),
        AROUND
    );
}
