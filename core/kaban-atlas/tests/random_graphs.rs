//! Small graphs drawn by chance: under the reference rules the engine finds what the plain Dijkstra finds, pair by pair.
#![allow(clippy::unwrap_used)]

mod reference;
mod support;

use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::osm::{Elements, Member, MemberKind, Node, Relation, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Access, Objective, Place, RouteError, RouteRequest, Router, Tracks};
use proptest::prelude::*;
use reference::Reference;
use support::{metres, tags};

const NODES: i64 = 14;

const WAY_TAGS: &[&str] = &[
    "highway=residential",
    "highway=tertiary maxspeed=40",
    "highway=tertiary oneway=yes",
    "highway=residential oneway=-1",
    "highway=track",
    "highway=service access=private",
    "highway=residential motor_vehicle=destination",
    "highway=unclassified junction=roundabout",
    "highway=footway",
];

const NODE_TAGS: &[&str] = &[
    "barrier=bollard",
    "barrier=gate access=private",
    "highway=traffic_signals",
];

const TURNS: &[&str] = &[
    "restriction=no_left_turn",
    "restriction=only_straight_on",
    "restriction=no_u_turn",
    "restriction=no_right_turn except=motorcar",
];

prop_compose! {
    fn village()(
        places in prop::collection::vec((0.0..900.0f64, 0.0..900.0f64), NODES as usize),
        ways in prop::collection::vec((prop::collection::vec(1..=NODES, 2..5), 0..WAY_TAGS.len()), 6..16),
        barriers in prop::collection::vec((0..NODES as usize, 0..NODE_TAGS.len()), 0..3),
        turns in prop::collection::vec((0..16usize, 0..16usize, 1..=NODES, 0..TURNS.len()), 0..8),
    ) -> Elements {
        let nodes = places.iter().zip(1..).map(|(&(east, north), id)| {
            let [lon, lat] = metres(east, north);
            Node { id, lon, lat, tags: vec![] }
        });
        let mut nodes: Vec<Node> = nodes.collect();
        for (node, text) in barriers {
            nodes[node].tags = tags(NODE_TAGS[text]);
        }
        let ways: Vec<Way> = ways
            .into_iter()
            .zip(100..)
            .map(|((nodes, text), id)| {
                // A way that doubles back over itself has two meanings for "turning round"; real ways do not.
                let mut seen = std::collections::BTreeSet::new();
                let nodes = nodes.into_iter().filter(|node| seen.insert(*node)).collect();
                Way { id, nodes, tags: tags(WAY_TAGS[text]) }
            })
            .collect();
        let relations = turns
            .into_iter()
            .zip(1..)
            .map(|((from, to, via, text), id)| {
                let member = |kind, id, role: &str| Member { kind, id, role: role.into() };
                let way = |index: usize| 100 + (index % ways.len()) as i64;
                let mut tags = tags(TURNS[text]);
                tags.push(("type".into(), "restriction".into()));
                let members = vec![
                    member(MemberKind::Way, way(from), "from"),
                    member(MemberKind::Node, via, "via"),
                    member(MemberKind::Way, way(to), "to"),
                ];
                Relation { id, members, tags }
            })
            .collect();
        Elements { nodes, ways, relations }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_equals_a_plain_dijkstra(elements in village(), with_tracks: bool) {
        let options = BuildOptions { with_node_ids: true, ..BuildOptions::default() };
        let Ok(built) = from_elements(&elements, &options) else { return Ok(()) };
        let pack = Pack::from_bytes(&built.pack).unwrap();
        let mut router = Router::new(&pack);
        let reference = Reference::new(&elements, with_tracks);
        for start in 0..reference.node_count() {
            let distances = reference.distances(start);
            for (end, expected) in distances.iter().enumerate() {
                let request = RouteRequest {
                    objective: Objective::Shortest,
                    access: Access::Public,
                    tracks: if with_tracks { Tracks::Always } else { Tracks::Never },
                    ..RouteRequest::new(Place::Node(reference.id(start)), Place::Node(reference.id(end)))
                };
                let pair = (reference.id(start), reference.id(end));
                match router.route(&request) {
                    Ok(route) => {
                        // Half a decimetre of rounding per segment.
                        let off = (route.distance_m - expected).abs();
                        prop_assert!(off <= 1.5, "{pair:?}: {} for {expected}", route.distance_m);
                        let steps: f64 = route.steps.iter().map(|step| step.distance_m).sum();
                        prop_assert!((steps - route.distance_m).abs() < 0.01, "{pair:?}");
                    }
                    Err(RouteError::Unreachable(_)) => prop_assert!(expected.is_infinite(), "{pair:?}"),
                    Err(other) => prop_assert!(false, "{other}"),
                }
            }
        }
    }

    #[test]
    fn the_default_request_reaches_whatever_any_stricter_one_reaches(elements in village()) {
        let options = BuildOptions { with_node_ids: true, ..BuildOptions::default() };
        let Ok(built) = from_elements(&elements, &options) else { return Ok(()) };
        let pack = Pack::from_bytes(&built.pack).unwrap();
        let mut router = Router::new(&pack);
        for from in 1..=NODES {
            for to in 1..=NODES {
                let request = RouteRequest::new(Place::Node(from), Place::Node(to));
                let strict = RouteRequest { access: Access::Public, tracks: Tracks::Never, ..request.clone() };
                if router.route(&strict).is_ok() {
                    prop_assert!(router.route(&request).is_ok(), "{from} to {to}");
                }
            }
        }
    }
}
