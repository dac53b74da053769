//! Land beside the roads one reaches.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::route::{Isochrone, Place, Router};
use support::{Village, between, metres};

/// A street of 200 m, and 3 km of another kind of road on from its end.
fn reached(tags: &str) -> Isochrone {
    let pack = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 200.0, 0.0)
        .node(3, 3_200.0, 0.0)
        .way(10, &[1, 2], "highway=residential")
        .way(11, &[2, 3], tags)
        .pack();
    let manner = between(1, 2).manner();
    let from = Place::Point(metres(10.0, 0.0));
    let reached = Router::new(&pack).isochrone(from, &[10], &manner).unwrap();
    reached.into_iter().next().unwrap()
}

#[test]
fn expressways_and_bridges_are_reached_and_claim_no_land() {
    let east = |isochrone: &Isochrone| {
        let rings = isochrone.areas.iter().flatten().flatten();
        rings.map(|at| at[0]).fold(0.0, f64::max)
    };
    let street = reached("highway=residential");
    assert!(east(&street) > metres(2_000.0, 0.0)[0]);
    for tags in [
        "highway=motorway",
        "highway=motorway_link",
        "highway=residential bridge=yes",
    ] {
        let isochrone = reached(tags);
        assert!(isochrone.road_km > 2.0, "{tags}");
        assert!(!isochrone.areas.is_empty(), "{tags}");
        assert!(east(&isochrone) < metres(600.0, 0.0)[0], "{tags}");
    }
}
