//! Where a route begins and ends: at a corner, by either street.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::route::{Manner, Objective, Place, RouteRequest, Router};
use support::{Village, ask, length, metres};

fn point(east: f64, north: f64) -> Place {
    Place::Point(metres(east, north))
}

fn shortest(from: Place, to: Place) -> RouteRequest {
    RouteRequest {
        objective: Objective::Shortest,
        ..RouteRequest::new(from, to)
    }
}

/// A block of 400 m by 200 m, its southern street one way to the east; nodes 1 and 2 are that street's ends.
fn block() -> Village {
    Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 400.0, 0.0)
        .node(3, 400.0, 200.0)
        .node(4, 0.0, 200.0)
        .node(5, -100.0, 0.0)
        .way(10, &[1, 2], "highway=residential oneway=yes")
        .way(11, &[2, 3, 4, 1], "highway=residential")
        .way(12, &[5, 1], "highway=residential")
}

#[test]
fn a_house_at_a_corner_is_reached_and_left_by_either_street() {
    let pack = block().pack();
    let (corner, west) = (point(3.0, -1.0), point(-80.0, 1.0));
    assert_eq!(
        length(&pack, &shortest(corner, west)),
        Some(80),
        "not round the block along the one-way street"
    );
    assert_eq!(length(&pack, &shortest(west, corner)), Some(80));
    let route = ask(&pack, &shortest(corner, west)).unwrap();
    let junction = metres(0.0, 0.0);
    let apart = [0, 1].map(|axis| (route.geometry[0][axis] - junction[axis]).abs());
    assert!(
        apart.iter().all(|degrees| *degrees < 1e-6),
        "line and distance begin at the corner"
    );
    assert!((route.distance_m - 80.0).abs() < 0.5);
}

#[test]
fn a_house_further_along_stays_on_its_one_way_street() {
    let pack = block().pack();
    let (along, west) = (point(8.0, -1.0), point(-80.0, 1.0));
    assert_eq!(
        length(&pack, &shortest(along, west)),
        Some(1_270),
        "392 m on, and round the block"
    );
    assert_eq!(length(&pack, &shortest(west, along)), Some(90));
}

#[test]
fn a_barrier_at_the_corner_keeps_a_house_on_its_side_of_it() {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 100.0, 0.0)
        .node(3, 200.0, 0.0)
        .node(4, 100.0, 300.0)
        .way(10, &[1, 2, 3], "highway=residential")
        .way(11, &[1, 4, 3], "highway=residential");
    let (near, east) = (point(97.0, 1.0), point(180.0, 1.0));
    assert_eq!(
        length(&village.clone().pack(), &shortest(near, east)),
        Some(80)
    );
    let bollard = village.tagged(2, "barrier=bollard").pack();
    let round = length(&bollard, &shortest(near, east)).unwrap();
    assert!(round > 700, "{round}");
}

#[test]
fn two_houses_at_one_corner_are_no_way_apart() {
    let pack = block().pack();
    let (one, other) = (point(3.0, -1.0), point(-2.0, 1.0));
    assert_eq!(length(&pack, &shortest(one, other)), Some(0));
    assert_eq!(length(&pack, &shortest(other, one)), Some(0));
}

#[test]
fn two_houses_on_a_road_cut_off_from_the_rest_stay_on_it_at_its_end_too() {
    let pack = block()
        .node(20, 100.0, 300.0)
        .node(21, 200.0, 300.0)
        .way(30, &[20, 21], "highway=residential")
        .pack();
    let (end, middle) = (point(103.0, 301.0), point(160.0, 301.0));
    assert_eq!(length(&pack, &shortest(end, middle)), Some(60));
}

#[test]
fn the_hierarchy_and_the_table_leave_a_corner_by_either_street_too() {
    let pack = block().pack();
    let places = [point(3.0, -1.0), point(-80.0, 1.0), point(200.0, 1.0)];
    let manner = Manner::default();
    let (mut plain, mut prepared) = (Router::new(&pack), Router::new(&pack));
    prepared.prepare(&manner).unwrap();
    let table = prepared.matrix(&places, &manner).unwrap();
    for (row, from) in places.iter().enumerate() {
        for (column, to) in places.iter().enumerate() {
            let request = manner.request(*from, *to);
            let metres = [&mut plain, &mut prepared]
                .map(|router| router.route(&request).unwrap().distance_m);
            assert_eq!(metres, [table.distances_m[row][column].unwrap(); 2]);
        }
    }
    let near = prepared.nearest(places[0], &places[1..], 1, &manner);
    assert_eq!(near.unwrap()[0].index, 0);
}
