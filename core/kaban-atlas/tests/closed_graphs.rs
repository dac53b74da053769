//! Small graphs drawn by chance, with roads shut by chance: what may and may not change.
#![allow(clippy::unwrap_used)]

mod reference;
mod support;

use kaban_atlas::Conditions;
use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::conditions::{Closure, ClosureShape};
use kaban_atlas::geo::{Coord, haversine_m};
use kaban_atlas::osm::{Elements, Node, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{
    Access, Objective, Place, Route, RouteError, RouteRequest, Router, Tracks,
};
use proptest::prelude::*;
use reference::Reference;
use support::{metres, tags};

const NODES: i64 = 12;
const WAY_TAGS: &[&str] = &[
    "highway=residential",
    "highway=tertiary maxspeed=40",
    "highway=tertiary oneway=yes",
    "highway=residential motor_vehicle=destination",
    "highway=service access=private",
];

prop_compose! {
    /// Ways of two nodes, so that a way is a segment.
    fn village()(
        places in prop::collection::vec((0.0..900.0f64, 0.0..900.0f64), NODES as usize),
        ways in prop::collection::vec((1..=NODES, 1..=NODES, 0..WAY_TAGS.len()), 8..24),
    ) -> Elements {
        let nodes = places.iter().zip(1..).map(|(&(east, north), id)| {
            let [lon, lat] = metres(east, north);
            Node { id, lon, lat, tags: vec![] }
        });
        let ways = ways.into_iter().zip(100..).filter(|((a, b, _), _)| a != b);
        let ways = ways.map(|((a, b, text), id)| Way { id, nodes: vec![a, b], tags: tags(WAY_TAGS[text]) });
        Elements { nodes: nodes.collect(), ways: ways.collect(), relations: vec![] }
    }
}

fn closure() -> impl Strategy<Value = ClosureShape> {
    let point = || (-50.0..950.0f64, -50.0..950.0f64).prop_map(|(east, north)| metres(east, north));
    prop_oneof![
        (point(), 1.0..200.0f64)
            .prop_map(|(centre, radius_m)| ClosureShape::Circle { centre, radius_m }),
        prop::collection::vec(point(), 2..5).prop_map(ClosureShape::Line),
        prop::collection::vec(prop::collection::vec(point(), 2..=3), 1..4)
            .prop_map(ClosureShape::Roads),
    ]
}

fn conditions(shapes: &[ClosureShape]) -> Conditions {
    let closures = shapes.iter().zip(0..).map(|(shape, id)| Closure {
        id: format!("{id}"),
        shape: shape.clone(),
    });
    Conditions {
        closures: closures.collect(),
        ..Conditions::default()
    }
}

fn built(elements: &Elements) -> Option<Pack> {
    let options = BuildOptions {
        with_node_ids: true,
        ..BuildOptions::default()
    };
    let built = from_elements(elements, &options).ok()?;
    Some(Pack::from_bytes(&built.pack).unwrap())
}

/// All pairs under `request`, `None` where nothing leads.
fn routes(router: &mut Router<'_>, request: &RouteRequest) -> Vec<Option<Route>> {
    let pairs = (1..=NODES).flat_map(|from| (1..=NODES).map(move |to| (from, to)));
    let ask = |(from, to)| {
        let ends = RouteRequest {
            from: Place::Node(from),
            to: Place::Node(to),
            ..request.clone()
        };
        router.route(&ends).ok()
    };
    pairs.map(ask).collect()
}

fn shortest() -> RouteRequest {
    RouteRequest {
        objective: Objective::Shortest,
        ..RouteRequest::new(Place::Node(0), Place::Node(0))
    }
}

/// Metres of a point to the straight road between two nodes, seen from near by.
fn distance(point: [f64; 2], road: [[f64; 2]; 2]) -> f64 {
    let share = |step: usize| f64::from(step as u32) / 2_000.0;
    let at =
        |share: f64| [0, 1].map(|axis| road[0][axis] + (road[1][axis] - road[0][axis]) * share);
    let coord = |[lon, lat]: [f64; 2]| Coord::from_degrees(lon, lat).unwrap();
    let steps = (0..=2_000).map(|step| haversine_m(coord(point), coord(at(share(step)))));
    steps.fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_conditions_change_nothing_and_lifting_all_closures_restores_everything(
        elements in village(), shapes in prop::collection::vec(closure(), 1..4),
    ) {
        let Some(pack) = built(&elements) else { return Ok(()) };
        for request in [shortest(), RouteRequest::new(Place::Node(0), Place::Node(0))] {
            let plain = routes(&mut Router::new(&pack), &request);
            let none = routes(&mut Router::under(&pack, &Conditions::default()).unwrap(), &request);
            prop_assert_eq!(&plain, &none);
            // Another router under closures in between leaves no trace in the pack.
            let shut = conditions(&shapes);
            let _ = routes(&mut Router::under(&pack, &shut).unwrap(), &request);
            let lifted = routes(&mut Router::under(&pack, &shut.without_closures()).unwrap(), &request);
            prop_assert_eq!(&plain, &lifted);
            // A closure that touches no road derives a network of its own, equal to the plain one.
            let elsewhere = conditions(&[ClosureShape::Circle { centre: metres(5_000.0, 0.0), radius_m: 9.0 }]);
            prop_assert_eq!(&plain, &routes(&mut Router::under(&pack, &elsewhere).unwrap(), &request));
        }
    }

    #[test]
    fn closing_roads_never_makes_a_route_shorter_or_a_place_reachable(
        elements in village(), shapes in prop::collection::vec(closure(), 1..5),
    ) {
        let Some(pack) = built(&elements) else { return Ok(()) };
        let mut before = routes(&mut Router::new(&pack), &shortest());
        for count in 1..=shapes.len() {
            let mut router = Router::under(&pack, &conditions(&shapes[..count])).unwrap();
            let after = routes(&mut router, &shortest());
            for (open, shut) in before.iter().zip(&after) {
                let Some(shut) = shut else { continue };
                prop_assert!(open.is_some());
                let open = open.as_ref().unwrap();
                // On the last resort metres are weighed, so only like is compared with like.
                if open.last_resort == shut.last_resort && !open.last_resort {
                    prop_assert!(shut.distance_m >= open.distance_m);
                }
                prop_assert!(shut.last_resort || !open.last_resort);
            }
            before = after;
        }
    }

    #[test]
    fn with_circles_the_engine_equals_a_plain_dijkstra_on_the_roads_outside_them(
        elements in village(), east in 0.0..900.0f64, north in 0.0..900.0f64, radius_m in 20.0..250.0f64,
    ) {
        let centre = metres(east, north);
        let at = |id: i64| elements.nodes.iter().find(|n| n.id == id).map(|n| [n.lon, n.lat]).unwrap();
        let gap = |way: &Way| distance(centre, [at(way.nodes[0]), at(way.nodes[1])]) - radius_m;
        // Roads that only just touch the circle are for the tests of geometry.
        prop_assume!(elements.ways.iter().all(|way| gap(way).abs() > 0.5));
        let Some(pack) = built(&elements) else { return Ok(()) };
        let mut open = elements.clone();
        open.ways.retain(|way| gap(way) > 0.0);
        let reference = Reference::new(&open, false);
        let mut router = Router::under(&pack, &conditions(&[ClosureShape::Circle { centre, radius_m }])).unwrap();
        for start in 0..reference.node_count() {
            for (end, expected) in reference.distances(start).iter().enumerate() {
                let request = RouteRequest {
                    access: Access::Public,
                    tracks: Tracks::Never,
                    from: Place::Node(reference.id(start)),
                    to: Place::Node(reference.id(end)),
                    ..shortest()
                };
                match router.route(&request) {
                    Ok(route) => prop_assert!((route.distance_m - expected).abs() <= 1.5),
                    Err(RouteError::Unreachable(obstacle)) => {
                        prop_assert!(expected.is_infinite());
                        let open = router.route_ignoring_closures(&request);
                        prop_assert_eq!(obstacle.closures.is_empty(), open.is_err());
                    }
                    Err(other) => prop_assert!(false, "{other}"),
                }
            }
        }
    }

    #[test]
    fn a_closure_cuts_a_road_and_leaves_both_ends_of_it_to_the_houses_there(
        elements in village(), east in 0.0..900.0f64, north in 0.0..900.0f64, radius_m in 10.0..120.0f64,
    ) {
        // Every way gets three houses, and is a segment still.
        let mut built_up = elements.clone();
        let mut pieces = elements.clone();
        pieces.ways.clear();
        let at = |id: i64| elements.nodes.iter().find(|n| n.id == id).map(|n| [n.lon, n.lat]).unwrap();
        let centre = metres(east, north);
        for (index, way) in elements.ways.iter().enumerate() {
            let [a, b] = [at(way.nodes[0]), at(way.nodes[1])];
            let mut nodes = vec![way.nodes[0]];
            for house in 1..=3 {
                let id = 1_000 + 3 * index as i64 + house;
                let share = house as f64 / 4.0;
                let [lon, lat] = [0, 1].map(|axis| a[axis] + (b[axis] - a[axis]) * share);
                built_up.nodes.push(Node { id, lon, lat, tags: vec![] });
                nodes.push(id);
            }
            nodes.push(way.nodes[1]);
            built_up.ways[index].nodes = nodes;
        }
        let at = |id: i64| built_up.nodes.iter().find(|n| n.id == id).map(|n| [n.lon, n.lat]).unwrap();
        pieces.nodes = built_up.nodes.clone();
        for (index, way) in built_up.ways.iter().enumerate() {
            for (step, pair) in way.nodes.windows(2).enumerate() {
                let gap = distance(centre, [at(pair[0]), at(pair[1])]) - radius_m;
                prop_assume!(gap.abs() > 0.5);
                if gap > 0.0 {
                    let id = 10_000 + 10 * index as i64 + step as i64;
                    pieces.ways.push(Way { id, nodes: pair.to_vec(), tags: way.tags.clone() });
                }
            }
        }
        let Some(pack) = built(&built_up) else { return Ok(()) };
        let reference = Reference::new(&pieces, false);
        let shut = conditions(&[ClosureShape::Circle { centre, radius_m }]);
        let request = RouteRequest { access: Access::Public, tracks: Tracks::Never, ..shortest() };
        let mut router = Router::under(&pack, &shut).unwrap();
        let mut prepared = Router::under(&pack, &shut).unwrap();
        prepared.prepare(&request.manner()).unwrap();
        let places: Vec<Place> = (0..reference.node_count()).map(|node| Place::Node(reference.id(node))).collect();
        let matrix = router.matrix(&places, &request.manner()).unwrap();
        for start in (0..reference.node_count()).step_by(3) {
            for (end, expected) in reference.distances(start).iter().enumerate() {
                let request = RouteRequest { from: places[start], to: places[end], ..request.clone() };
                let metres = router.route(&request).ok().map(|route| route.distance_m);
                match metres {
                    Some(metres) => prop_assert!((metres - expected).abs() <= 2.5, "{metres} {expected}"),
                    None => prop_assert!(expected.is_infinite(), "{expected}"),
                }
                prop_assert_eq!(metres, prepared.route(&request).ok().map(|route| route.distance_m));
                prop_assert_eq!(metres, matrix.distances_m[start][end]);
            }
        }
    }
}
