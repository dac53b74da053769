//! Small real and toy maps of other routers, each with the routes that its signs leave. Skipped where the test data is not there.
#![allow(clippy::unwrap_used)]

#[path = "support/osm_reader.rs"]
mod osm_reader;
#[path = "support/osm_xml.rs"]
mod osm_xml;
mod support;

use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::conditions::{LocalTime, Season};
use kaban_atlas::geo::{Coord, haversine_m};
use kaban_atlas::osm::{Elements, Node, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Objective, Place, RouteError, RouteRequest, Router, Turn};
use kaban_atlas::{Conditions, DrivingSide, Profile};
use std::path::PathBuf;
use support::{Chance, between, tags, test_data};

/// A file of the test data; says so when it is not there.
fn file(name: &str) -> Option<PathBuf> {
    let path = test_data().join("osm").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {name} (set KABAN_TEST_DATA)");
    None
}

fn xml(name: &str) -> Option<Elements> {
    let text = std::fs::read_to_string(file(name)?).unwrap();
    Some(osm_xml::read(&text))
}

fn pack(elements: &Elements) -> Pack {
    let options = BuildOptions {
        with_node_ids: true,
        with_foot: true,
        ..BuildOptions::default()
    };
    Pack::from_bytes(&from_elements(elements, &options).unwrap().pack).unwrap()
}

/// The length of a line through nodes, straight from the file.
fn metres(elements: &Elements, nodes: &[i64]) -> f64 {
    let at = |id: &i64| {
        let node = elements.nodes.iter().find(|node| node.id == *id).unwrap();
        Coord::from_degrees(node.lon, node.lat).unwrap()
    };
    let pairs = nodes.windows(2);
    pairs
        .map(|pair| haversine_m(at(&pair[0]), at(&pair[1])))
        .sum()
}

/// Asserts that the route leads through `nodes`, one after the other, and nowhere else.
fn leads_through(elements: &Elements, pack: &Pack, nodes: &[i64]) {
    for objective in [Objective::Fastest, Objective::Shortest] {
        let request = RouteRequest {
            objective,
            ..between(nodes[0], nodes[nodes.len() - 1])
        };
        let route = Router::new(pack).route(&request).unwrap();
        let expected = metres(elements, nodes);
        assert!(
            (route.distance_m - expected).abs() <= 1.0,
            "{nodes:?}: {} for {expected}",
            route.distance_m
        );
        let passed: Vec<i64> = route
            .geometry
            .iter()
            .filter_map(|at| {
                elements
                    .nodes
                    .iter()
                    .find(|n| [n.lon, n.lat] == *at)
                    .map(|n| n.id)
            })
            .collect();
        assert_eq!(passed, nodes);
    }
}

#[test]
fn a_forbidden_left_turn_is_driven_round_the_block() {
    let Some(elements) = xml("fixtures/gh-test_simple_pturn.osm.xml") else {
        return;
    };
    let pack = pack(&elements);
    leads_through(&elements, &pack, &[1, 2, 3, 4, 5, 2, 6]);
    leads_through(&elements, &pack, &[5, 2, 6]);
    leads_through(&elements, &pack, &[1, 2, 3]);
    let back = Router::new(&pack).route(&between(6, 1));
    assert!(
        matches!(back, Err(RouteError::Unreachable(_))),
        "a one-way street"
    );
}

#[test]
fn a_forbidden_left_turn_is_driven_round_a_triangle_of_one_way_streets() {
    let Some(elements) = xml("fixtures/gh-test_simple_turncosts.osm.xml") else {
        return;
    };
    let pack = pack(&elements);
    leads_through(&elements, &pack, &[1, 2, 3, 4, 2, 6]);
    leads_through(&elements, &pack, &[4, 2, 6, 7]);
    leads_through(&elements, &pack, &[1, 2, 3, 4, 2, 6, 8]);
}

#[test]
fn climbers_paths_are_shut_while_birds_breed() {
    let Some(mut elements) = xml("fixtures/gh-conditional-restrictions.osm.xml") else {
        return;
    };
    // The file has paths only, and a pack needs a road.
    for (id, lat) in [(1, 50.9000), (2, 50.9010)] {
        let tags = vec![];
        elements.nodes.push(Node {
            id,
            lon: 14.2100,
            lat,
            tags,
        });
    }
    elements.ways.push(Way {
        id: 1,
        nodes: vec![1, 2],
        tags: tags("highway=residential"),
    });
    let pack = pack(&elements);
    let path = |id: i64| {
        elements
            .ways
            .iter()
            .find(|way| way.id == id)
            .unwrap()
            .nodes
            .clone()
    };
    let ridge = path(103_484_829);
    let fork = ridge
        .iter()
        .position(|node| *node == 4_419_006_278)
        .unwrap();
    let mut nodes = ridge[..=fork].to_vec();
    nodes.extend(&path(444_421_849)[1..]);
    nodes.extend(&path(623_558_000)[1..]);
    let request = RouteRequest {
        profile: Profile::Foot,
        ..between(nodes[0], nodes[nodes.len() - 1])
    };
    let mut answers = Vec::new();
    for (month, day) in [(1, 14), (1, 15), (5, 1), (8, 15), (8, 16), (12, 31)] {
        let conditions = Conditions {
            at: LocalTime::new(2026, month, day, 720),
            season: Season::Summer,
            ..Conditions::default()
        };
        let answer = Router::under(&pack, &conditions).unwrap().route(&request);
        match answer {
            Ok(route) => {
                let expected = metres(&elements, &nodes);
                assert!(
                    (route.distance_m - expected).abs() < 1.0,
                    "{} for {expected}",
                    route.distance_m
                );
                answers.push(true);
            }
            Err(RouteError::Unreachable(obstacle)) => {
                assert!(obstacle.time);
                answers.push(false);
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(answers, [true, false, false, false, true, true]);
}

/// Of all conditions in the Melbourne file those that hold on Wednesday 17 June 2026 at half past twelve, read by a person.
const HOLDING: &[&str] = &[
    "(08:00-20:00)",
    "(Mo-Fr 11:00-15:00)",
    "(12:00-13:00)",
    "(08:00-24:00)",
    "(Mo-Fr 12:00-17:00)",
    "(Mo-Sa,PH)",
    "(Mo-Fr 08:00-20:00)",
    "(Mo-Sa,PH 08:00-20:00)",
];

fn holds(conditional: &str) -> bool {
    HOLDING.iter().any(|when| {
        conditional.ends_with(&format!("@ {when}")) && conditional.matches('@').count() == 1
    })
}

/// The file as it would be if the signs in force stood always and the others never.
fn at_that_hour(elements: &Elements) -> Elements {
    let mut plain = elements.clone();
    for way in &mut plain.ways {
        let found = way
            .tags
            .iter()
            .position(|(key, _)| key == "access:conditional");
        if let Some(index) = found {
            let (_, value) = way.tags.remove(index);
            if holds(&value) {
                way.tags.retain(|(key, _)| key != "access");
                way.tags.push(("access".into(), "no".into()));
            }
        }
    }
    plain.relations.retain_mut(|relation| {
        let found = relation
            .tags
            .iter()
            .position(|(key, _)| key == "restriction:conditional");
        let Some(index) = found else { return true };
        let (_, value) = relation.tags.remove(index);
        relation.tags.retain(|(key, _)| key != "restriction");
        relation
            .tags
            .push(("restriction".into(), "no_entry".into()));
        holds(&value)
    });
    plain
}

#[test]
fn melbournes_signs_bind_at_their_hours() {
    let Some(path) = file("fixtures/melbourne-718-restrictions.osm.pbf") else {
        return;
    };
    let elements = osm_reader::read(&path);
    let (timed, plain) = (pack(&elements), pack(&at_that_hour(&elements)));
    let counts = &timed.meta().counts["car"];
    assert!(counts.restrictions_conditional > 150, "{counts:?}");
    assert!(
        !timed
            .meta()
            .notes
            .iter()
            .any(|note| note.contains("not understood")),
        "{:?}",
        timed.meta().notes
    );
    let conditions = Conditions {
        at: LocalTime::new(2026, 6, 17, 12 * 60 + 30),
        season: Season::Summer,
        ..Conditions::default()
    };
    let mut now = Router::under(&timed, &conditions).unwrap();
    let mut always = Router::new(&timed);
    let mut expected = Router::new(&plain);
    let nodes: Vec<i64> = elements
        .ways
        .iter()
        .flat_map(|way| way.nodes.iter().copied())
        .collect();
    let mut chance = Chance(3);
    let (mut found, mut changed) = (0, 0);
    for _ in 0..700 {
        let ends = [0, 1].map(|_| Place::Node(nodes[chance.below(nodes.len())]));
        let request = RouteRequest {
            objective: Objective::Shortest,
            geometry: false,
            steps: false,
            ..RouteRequest::new(ends[0], ends[1])
        };
        let measure = |router: &mut Router<'_>| match router.route(&request) {
            Ok(route) => Some((route.distance_m, route.last_resort)),
            Err(RouteError::Unreachable(_) | RouteError::UnknownNode(_)) => None,
            Err(other) => panic!("{other}"),
        };
        // A way closed for good is not in the other pack at all, so only pairs that both packs know are compared.
        let known = !matches!(expected.route(&request), Err(RouteError::UnknownNode(_)));
        if !known {
            continue;
        }
        let (timed, plain) = (measure(&mut now), measure(&mut expected));
        assert_eq!(
            timed.map(|(metres, _)| metres.round()),
            plain.map(|(metres, _)| metres.round()),
            "{ends:?}"
        );
        found += usize::from(timed.is_some());
        changed += usize::from(timed != measure(&mut always));
    }
    println!("melbourne: {found} routes, {changed} of them others than without a time");
    assert!(found > 300 && changed > 20, "{found} {changed}");
}

#[test]
fn sydney_drives_on_the_left_and_its_turns_are_told_as_the_line_bends() {
    let Some(path) = file("sydney-lefthand.osm.pbf") else {
        return;
    };
    let elements = osm_reader::read(&path);
    let pack = pack(&elements);
    assert_eq!(pack.meta().driving_side, DrivingSide::Left);
    let mut chance = Chance(11);
    let points = pack.random_road_points(200, &mut || chance.next());
    let mut router = Router::new(&pack);
    let (mut roundabouts, mut turns) = (0, 0);
    for pair in points.chunks_exact(2) {
        let Ok(route) = router.route(&RouteRequest::new(
            Place::Point(pair[0].at),
            Place::Point(pair[1].at),
        )) else {
            continue;
        };
        for step in &route.steps {
            match step.turn {
                Turn::Roundabout(_) => {
                    roundabouts += 1;
                    assert!(
                        step.text_en.contains("(clockwise)")
                            && step.text_ja.contains("（時計回り）")
                    );
                }
                Turn::Left | Turn::Right => {
                    let Some(index) = route.geometry.iter().position(|at| *at == step.at) else {
                        continue;
                    };
                    let Some([before, here, after]) = index
                        .checked_sub(1)
                        .and_then(|i| route.geometry.get(i..i + 3))
                        .and_then(|p| p.first_chunk::<3>())
                    else {
                        continue;
                    };
                    let step_of = |a: &[f64; 2], b: &[f64; 2]| {
                        [(b[0] - a[0]) * a[1].to_radians().cos(), b[1] - a[1]]
                    };
                    let (into, out) = (step_of(before, here), step_of(here, after));
                    let cross = into[0] * out[1] - into[1] * out[0];
                    let size = (into[0].hypot(into[1])) * (out[0].hypot(out[1]));
                    // The first metres of a drawn road may bend the other way; where they are clear, the words agree.
                    if cross.abs() > 0.7 * size {
                        turns += 1;
                        assert_eq!(cross > 0.0, step.turn == Turn::Left, "{step:?}");
                    }
                }
                _ => {}
            }
        }
    }
    println!("sydney: {turns} turns, {roundabouts} roundabouts");
    assert!(turns > 50);
    // Across the oncoming lane is the right turn here: the same streets driven on the other side take other times.
    let right = BuildOptions {
        driving_side: Some(DrivingSide::Right),
        ..BuildOptions::default()
    };
    let mirrored = Pack::from_bytes(&from_elements(&elements, &right).unwrap().pack).unwrap();
    let request = RouteRequest::new(Place::Point(points[0].at), Place::Point(points[1].at));
    let times = [&pack, &mirrored].map(|pack| {
        Router::new(pack)
            .route(&request)
            .map(|route| route.duration_s)
    });
    assert_ne!(times[0], times[1]);
}
