//! Every rule of the road in a village small enough to check by hand.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::build::BuildOptions;
use kaban_atlas::route::{Access, End, Objective, Place, RouteError, RouteRequest, Tracks};
use kaban_atlas::{DrivingSide, Profile};
use support::{Village, ask, between, length, metres, unreachable};

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
fn village() -> Village {
    fork("highway=residential")
}

fn fork(way_11: &str) -> Village {
    Village::default()
        .node(1, 0.0, -100.0)
        .node(2, -150.0, 0.0)
        .node(3, 0.0, 100.0)
        .node(4, -150.0, 100.0)
        .node(5, 0.0, 0.0)
        .node(6, -250.0, 50.0)
        .way(10, &[1, 5], "highway=residential")
        .way(11, &[5, 2], way_11)
        .way(12, &[5, 3], "highway=residential")
        .way(13, &[3, 4], "highway=residential")
        .way(14, &[4, 6, 2], "highway=residential")
}

const DIRECT: Option<i64> = Some(250);
const AROUND: Option<i64> = Some(570);

fn shortest(from: i64, to: i64) -> RouteRequest {
    RouteRequest {
        objective: Objective::Shortest,
        ..between(from, to)
    }
}

fn reference(from: i64, to: i64) -> RouteRequest {
    RouteRequest {
        access: Access::Public,
        tracks: Tracks::Never,
        ..shortest(from, to)
    }
}

#[test]
fn without_restrictions_the_direct_way_is_taken() {
    let pack = village().pack();
    assert_eq!(length(&pack, &shortest(1, 2)), DIRECT);
    assert_eq!(length(&pack, &shortest(2, 1)), DIRECT);
    assert_eq!(length(&pack, &shortest(1, 1)), Some(0));
}

#[test]
fn a_forbidden_turn_at_a_node_is_not_taken() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    let pack = village()
        .restriction(1, "restriction=no_left_turn", &members)
        .pack();
    assert_eq!(length(&pack, &shortest(1, 2)), AROUND);
    assert_eq!(length(&pack, &reference(1, 2)), AROUND);
    assert_eq!(
        length(&pack, &shortest(2, 1)),
        DIRECT,
        "the other direction is free"
    );
    assert_eq!(
        length(&pack, &shortest(3, 2)),
        DIRECT,
        "so are other roads into the junction"
    );
    assert_eq!(pack.meta().counts["car"].restrictions, 1);
}

#[test]
fn an_only_restriction_forbids_every_other_turn() {
    let members = [("from", 10), ("via_node", 5), ("to", 12)];
    let pack = village()
        .restriction(1, "restriction=only_straight_on", &members)
        .pack();
    assert_eq!(length(&pack, &shortest(1, 2)), AROUND);
    assert_eq!(length(&pack, &reference(1, 2)), AROUND);
}

#[test]
fn restrictions_that_except_cars_or_are_for_lorries_do_not_bind() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    for text in [
        "restriction=no_left_turn except=bus;motorcar",
        "restriction:hgv=no_left_turn",
        "restriction=no_left_turn except=motor_vehicle",
    ] {
        assert_eq!(
            length(
                &village().restriction(1, text, &members).pack(),
                &shortest(1, 2)
            ),
            DIRECT,
            "{text}"
        );
    }
    let bicycles = village()
        .restriction(1, "restriction=no_left_turn except=bicycle", &members)
        .pack();
    assert_eq!(length(&bicycles, &shortest(1, 2)), AROUND);
}

#[test]
fn conditional_restrictions_are_noted_and_bind_only_when_a_time_is_given() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    for text in [
        "restriction:conditional=no_left_turn@(07:00-09:00)",
        "restriction=no_left_turn restriction:conditional=no_left_turn@(07:00-09:00)",
        "restriction=no_left_turn hour_on=07:00 hour_off=09:00",
    ] {
        let pack = village().restriction(1, text, &members).pack();
        assert_eq!(length(&pack, &shortest(1, 2)), DIRECT, "{text}");
        assert_eq!(pack.meta().counts["car"].restrictions_conditional, 1);
        assert!(
            pack.meta()
                .notes
                .iter()
                .any(|note| note.contains("hold at some times only"))
        );
    }
    let other = "restriction=no_left_turn restriction:conditional=no_right_turn@(07:00-09:00)";
    let pack = village().restriction(1, other, &members).pack();
    assert_eq!(
        length(&pack, &shortest(1, 2)),
        AROUND,
        "this one always holds"
    );
}

#[test]
fn a_restriction_over_a_via_way_binds_except_under_the_reference_rules() {
    let members = [("from", 10), ("via", 12), ("to", 13)];
    let pack = village()
        .restriction(1, "restriction=no_left_turn", &members)
        .pack();
    assert_eq!(length(&pack, &shortest(1, 4)), Some(470), "over 11 and 14");
    assert_eq!(length(&pack, &reference(1, 4)), Some(350));
    assert_eq!(
        length(&pack, &shortest(5, 4)),
        Some(250),
        "who does not come from 10 may turn"
    );
}

#[test]
fn an_only_restriction_over_via_ways_leaves_one_way_on() {
    let members = [("from", 10), ("via", 12), ("to", 16)];
    let pack = village()
        .node(7, 0.0, 300.0)
        .way(16, &[3, 7], "highway=residential")
        .restriction(1, "restriction=only_straight_on", &members)
        .pack();
    assert_eq!(length(&pack, &shortest(1, 4)), Some(470));
    assert_eq!(length(&pack, &shortest(1, 7)), Some(400));
}

#[test]
fn one_way_roads_are_driven_one_way_in_either_spelling() {
    for (text, out, back) in [
        ("highway=residential oneway=yes", DIRECT, AROUND),
        ("highway=residential oneway=-1", AROUND, DIRECT),
        ("highway=residential junction=roundabout", DIRECT, AROUND),
        ("highway=motorway", DIRECT, AROUND),
        ("highway=motorway oneway=no", DIRECT, DIRECT),
    ] {
        let pack = fork(text).pack();
        assert_eq!(
            (
                length(&pack, &shortest(1, 2)),
                length(&pack, &shortest(2, 1))
            ),
            (out, back),
            "{text}"
        );
    }
}

#[test]
fn a_person_on_foot_heeds_neither_one_way_signs_nor_forbidden_turns() {
    let members = [("from", 10), ("via_node", 5), ("to", 11)];
    let village =
        fork("highway=residential oneway=-1").restriction(1, "restriction=no_left_turn", &members);
    let request = RouteRequest {
        profile: Profile::Foot,
        ..between(1, 2)
    };
    assert_eq!(length(&village.pack(), &request), DIRECT);
    let route = ask(&village.pack(), &request).unwrap();
    assert!((route.duration_s - 250.0 / (4.8 / 3.6)).abs() < 2.0);
}

#[test]
fn footways_and_stairs_carry_people_and_no_cars() {
    let village = fork("highway=footway");
    let options = BuildOptions {
        with_foot: true,
        with_node_ids: true,
        ..BuildOptions::default()
    };
    let pack = village.pack_with(&options);
    assert!(pack.has_footways());
    assert_eq!(length(&pack, &shortest(1, 2)), AROUND);
    assert_eq!(
        length(
            &pack,
            &RouteRequest {
                profile: Profile::Foot,
                ..between(1, 2)
            }
        ),
        DIRECT
    );
}

#[test]
fn a_bollard_ends_a_route_but_is_not_passed() {
    let village = Village::default()
        .node(1, 0.0, -100.0)
        .node(2, -150.0, 0.0)
        .node(3, 0.0, 100.0)
        .node(4, -150.0, 100.0)
        .node(5, 0.0, 0.0)
        .node(6, -250.0, 50.0)
        .node(9, -70.0, 0.0)
        .way(10, &[1, 5], "highway=residential")
        .way(11, &[5, 9, 2], "highway=residential")
        .way(12, &[5, 3], "highway=residential")
        .way(13, &[3, 4], "highway=residential")
        .way(14, &[4, 6, 2], "highway=residential");
    let bollard = village.clone().tagged(9, "barrier=bollard").pack();
    for request in [shortest, reference] {
        assert_eq!(length(&bollard, &request(1, 2)), AROUND);
        assert_eq!(length(&bollard, &request(1, 9)), Some(170));
        assert_eq!(length(&bollard, &request(9, 1)), Some(170));
    }
    let gate = village.clone().tagged(9, "barrier=gate").pack();
    assert_eq!(
        length(&gate, &reference(1, 2)),
        DIRECT,
        "a gate that is not closed"
    );
    let closed = village
        .clone()
        .tagged(9, "barrier=gate access=private")
        .pack();
    assert_eq!(length(&closed, &reference(1, 2)), AROUND);
    let locked = village.tagged(9, "barrier=gate locked=yes").pack();
    assert_eq!(length(&locked, &shortest(1, 2)), AROUND);
    assert_eq!(
        length(&locked, &reference(1, 2)),
        DIRECT,
        "the reference rules know no locks"
    );
}

#[test]
fn private_ways_are_for_visitors_at_the_ends_only() {
    let village = fork("highway=service access=private")
        .node(8, -150.0, -100.0)
        .way(17, &[2, 8], "highway=residential");
    let pack = village.pack();
    assert_eq!(length(&pack, &reference(1, 2)), AROUND);
    assert_eq!(
        length(&pack, &shortest(1, 2)),
        DIRECT,
        "a visitor of the house at the end"
    );
    assert_eq!(
        length(&pack, &shortest(1, 8)),
        Some(670),
        "but nobody passes through"
    );
    assert_eq!(
        length(&fork("highway=service access=no").pack(), &shortest(1, 2)),
        AROUND
    );
}

#[test]
fn ways_for_residents_are_open_to_the_public_rules_and_no_short_cut_for_visitors() {
    for text in [
        "highway=residential motor_vehicle=destination",
        "highway=service service=driveway",
    ] {
        let pack = fork(text)
            .node(8, -150.0, -100.0)
            .way(17, &[2, 8], "highway=residential")
            .pack();
        assert_eq!(length(&pack, &reference(1, 8)), Some(350), "{text}");
        assert_eq!(length(&pack, &shortest(1, 2)), DIRECT, "{text}");
        assert_eq!(length(&pack, &shortest(1, 8)), Some(670), "{text}");
    }
}

#[test]
fn a_closed_gate_opens_for_a_visitor_when_nothing_else_reaches() {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 100.0, 0.0)
        .node(3, 200.0, 0.0)
        .way(10, &[1, 2, 3], "highway=residential");
    let pack = village
        .clone()
        .tagged(2, "barrier=gate access=private")
        .pack();
    let route = ask(&pack, &between(1, 3)).unwrap();
    assert!(route.last_resort && (route.distance_m - 200.0).abs() < 0.5);
    assert!(unreachable(&ask(&pack, &reference(1, 3))));
    let bollard = village.tagged(2, "barrier=bollard").pack();
    assert!(unreachable(&ask(&bollard, &between(1, 3))));
}

/// A track cuts a corner in the middle of a road of 4 km; nodes 1 to 4 lie on the straight line.
fn farm(corner: bool) -> Village {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 2_000.0, 0.0)
        .node(3, 2_500.0, 0.0)
        .node(4, 4_500.0, 0.0)
        .node(5, 2_250.0, 1_000.0)
        .way(10, &[1, 2], "highway=tertiary")
        .way(11, &[2, 3], "highway=track")
        .way(12, &[3, 4], "highway=tertiary");
    if corner {
        village.way(13, &[2, 5, 3], "highway=tertiary")
    } else {
        village
    }
}

#[test]
fn tracks_are_taken_near_an_end_always_or_never_as_asked() {
    let pack = farm(true).pack();
    let ask_with = |tracks, to| {
        length(
            &pack,
            &RouteRequest {
                tracks,
                ..shortest(1, to)
            },
        )
    };
    assert_eq!(ask_with(Tracks::Always, 4), Some(4_500));
    assert_eq!(ask_with(Tracks::Never, 4), Some(6_060));
    assert_eq!(
        ask_with(Tracks::Auto, 4),
        Some(6_060),
        "the track is far from both ends"
    );
    assert_eq!(
        ask_with(Tracks::Auto, 3),
        Some(2_500),
        "here it lies at the end"
    );
}

#[test]
fn a_far_track_is_taken_when_nothing_else_reaches() {
    let pack = farm(false).pack();
    let route = ask(&pack, &between(1, 4)).unwrap();
    assert!(route.last_resort && (route.distance_m - 4_500.0).abs() < 1.0);
    let never = RouteRequest {
        tracks: Tracks::Never,
        ..between(1, 4)
    };
    assert!(unreachable(&ask(&pack, &never)));
}

#[test]
fn turning_round_is_for_the_ends_of_roads() {
    let members = [("from", 10), ("via_node", 5), ("to", 12)];
    let village = Village::default()
        .node(1, 0.0, -100.0)
        .node(2, -150.0, 0.0)
        .node(3, 0.0, 100.0)
        .node(5, 0.0, 0.0)
        .way(10, &[1, 5], "highway=residential")
        .way(11, &[5, 2], "highway=residential")
        .way(12, &[5, 3], "highway=residential")
        .restriction(1, "restriction=only_straight_on", &members);
    let pack = village.pack();
    let route = ask(&pack, &between(1, 2)).unwrap();
    assert!(
        (route.distance_m - 450.0).abs() < 1.0,
        "to the end of 12 and back"
    );
    assert!(
        route
            .steps
            .iter()
            .any(|step| step.text_ja.starts_with("Uターン"))
    );
    assert!(
        unreachable(&ask(&pack, &reference(1, 2))),
        "the reference rules never turn round"
    );
}

#[test]
fn the_turn_across_the_oncoming_lane_takes_longer_on_either_side_of_the_road() {
    let village =
        fork("highway=residential")
            .node(8, 150.0, 0.0)
            .way(18, &[5, 8], "highway=residential");
    let seconds = |side, to| {
        let options = BuildOptions {
            driving_side: Some(side),
            with_node_ids: true,
            ..BuildOptions::default()
        };
        ask(&village.pack_with(&options), &between(1, to))
            .unwrap()
            .duration_s
    };
    let left = [2, 8].map(|to| seconds(DrivingSide::Left, to));
    let right = [2, 8].map(|to| seconds(DrivingSide::Right, to));
    assert!(left[0] < left[1] && right[0] > right[1]);
    assert!((left[0] - right[1]).abs() < 0.2 && (left[1] - right[0]).abs() < 0.2);
}

#[test]
fn signals_and_level_crossings_cost_time_and_no_distance() {
    let at = |tags: &str| {
        let village = Village::default()
            .node(1, 0.0, 0.0)
            .node(2, 200.0, 0.0)
            .node(3, 400.0, 0.0)
            .way(10, &[1, 2, 3], "highway=secondary")
            .tagged(2, tags);
        ask(&village.pack(), &between(1, 3)).unwrap()
    };
    let (plain, signal, crossing) = (
        at("a=b"),
        at("highway=traffic_signals"),
        at("railway=level_crossing"),
    );
    assert!((signal.duration_s - plain.duration_s - 8.0).abs() < 0.2);
    assert!((10.0..=20.0).contains(&(crossing.duration_s - plain.duration_s)));
    assert_eq!(plain.distance_m, crossing.distance_m);
}

#[test]
fn a_ferry_for_cars_joins_two_shores_but_not_under_the_reference_rules() {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 500.0, 0.0)
        .node(3, 5_500.0, 0.0)
        .node(4, 6_000.0, 0.0)
        .way(10, &[1, 2], "highway=tertiary")
        .way(11, &[2, 3], "route=ferry motor_vehicle=yes duration=00:20")
        .way(12, &[3, 4], "highway=tertiary");
    let pack = village.pack();
    let route = ask(&pack, &between(1, 4)).unwrap();
    assert!(
        route.duration_s > 1_200.0
            && route
                .steps
                .iter()
                .any(|s| s.text_en.starts_with("Take the ferry"))
    );
    assert!(unreachable(&ask(&pack, &reference(1, 4))));
}

#[test]
fn points_are_put_on_the_nearest_road_and_the_sea_has_none() {
    let pack = village().pack();
    let point = |east, north| Place::Point(metres(east, north));
    let to = |from, to| RouteRequest {
        objective: Objective::Shortest,
        ..RouteRequest::new(from, to)
    };
    let route = ask(&pack, &to(point(5.0, -50.0), point(-75.0, 8.0))).unwrap();
    assert!((route.distance_m - 125.0).abs() < 0.5);
    let [first, last] = [metres(0.0, -50.0), metres(-75.0, 0.0)];
    let near = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).abs() < 1e-5 && (a[1] - b[1]).abs() < 1e-5;
    assert!(near(route.geometry[0], first) && near(*route.geometry.last().unwrap(), last));
    let sea = to(point(5_000.0, 0.0), point(0.0, 0.0));
    assert_eq!(ask(&pack, &sea), Err(RouteError::NoRoadNear(End::Start)));
    let mars = to(point(0.0, 0.0), Place::Point([500.0, 0.0]));
    assert_eq!(
        ask(&pack, &mars),
        Err(RouteError::BadPosition(End::Destination))
    );
}

#[test]
fn two_points_on_one_road_are_joined_along_it_unless_it_is_one_way() {
    let point = |east| Place::Point(metres(east, 0.0));
    let both = |pack: &_, a, b| {
        let request = |from, to| RouteRequest {
            objective: Objective::Shortest,
            ..RouteRequest::new(point(from), point(to))
        };
        (length(pack, &request(a, b)), length(pack, &request(b, a)))
    };
    assert_eq!(
        both(&village().pack(), -30.0, -130.0),
        (Some(100), Some(100))
    );
    // Against the arrow one drives round the block, all of 14, 13 and 12.
    let (along, round) = both(
        &fork("highway=residential oneway=yes").pack(),
        -30.0,
        -130.0,
    );
    assert_eq!((along, round), (Some(100), Some(520)));
}

#[test]
fn a_road_cut_off_from_the_rest_is_not_where_a_house_is_put() {
    let village = village().node(20, 100.0, 300.0).node(21, 200.0, 300.0).way(
        30,
        &[20, 21],
        "highway=residential",
    );
    let pack = village.pack();
    let request = RouteRequest::new(Place::Point(metres(120.0, 295.0)), Place::Node(1));
    assert!(ask(&pack, &request).is_ok());
    assert_eq!(pack.meta().counts["car"].components, 2);
    let on_it = RouteRequest::new(
        Place::Point(metres(120.0, 295.0)),
        Place::Point(metres(180.0, 301.0)),
    );
    assert!(
        (ask(&pack, &on_it).unwrap().distance_m - 60.0).abs() < 1.0,
        "both ends on it stay on it"
    );
}

#[test]
fn nodes_need_a_pack_that_knows_them() {
    let without = village().pack_with(&BuildOptions::default());
    assert_eq!(
        ask(&without, &between(1, 2)),
        Err(RouteError::UnknownNode(End::Start))
    );
    assert_eq!(
        ask(&village().pack(), &between(1, 99)),
        Err(RouteError::UnknownNode(End::Destination))
    );
    assert_eq!(
        length(&village().pack(), &shortest(6, 2)),
        Some(110),
        "a node within a road"
    );
    assert_eq!(length(&village().pack(), &shortest(4, 6)), Some(110));
}
