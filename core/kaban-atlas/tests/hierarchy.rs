//! Engine B against engine A: the same time, distance and refusal for every question, alone and in tables.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::Profile;
use kaban_atlas::build::{BuildOptions, build_pack, from_elements};
use kaban_atlas::conditions::{Closure, ClosureShape, Conditions, LocalTime, Season};
use kaban_atlas::osm::{Elements, Member, MemberKind, Node, Relation, Tags, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{
    Access, Manner, Objective, Place, Route, RouteError, RouteRequest, Router, Tracks,
};
use proptest::prelude::*;
use support::{Chance, extracts, metres, name};

const NODES: i64 = 16;

const WAY_TAGS: &[&str] = &[
    "highway=residential",
    "highway=tertiary maxspeed=40",
    "highway=tertiary oneway=yes",
    "highway=residential oneway=-1",
    "highway=track",
    "highway=track",
    "highway=service access=private",
    "highway=residential motor_vehicle=destination",
    "highway=unclassified junction=roundabout",
    "highway=footway",
    "highway=residential oneway=yes oneway:conditional=no_@_(07:00-19:00)",
    "highway=tertiary motor_vehicle:conditional=no_@_(07:00-19:00)",
    "highway=residential access=no access:conditional=yes_@_(07:00-19:00)",
    "route=ferry motor_vehicle=yes",
];

const NODE_TAGS: &[&str] = &[
    "barrier=bollard",
    "barrier=gate access=private",
    "barrier=gate locked=yes",
    "highway=traffic_signals",
];

const TURNS: &[&str] = &[
    "restriction=no_left_turn",
    "restriction=only_straight_on",
    "restriction=no_u_turn",
    "restriction=no_right_turn except=motorcar",
    "restriction:conditional=no_left_turn_@_(07:00-19:00)",
    "restriction:conditional=only_straight_on_@_(07:00-19:00)",
];

prop_compose! {
    /// Places up to 3 km apart, so that tracks are near one end, both or none.
    fn village()(
        places in prop::collection::vec((0.0..3_000.0f64, 0.0..3_000.0f64), NODES as usize),
        ways in prop::collection::vec((prop::collection::vec(1..=NODES, 2..6), 0..WAY_TAGS.len()), 8..20),
        barriers in prop::collection::vec((0..NODES as usize, 0..NODE_TAGS.len()), 0..4),
        turns in prop::collection::vec((0..20usize, 0..20usize, 0..20usize, 1..=NODES, 0..TURNS.len()), 0..10),
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
            .map(|((nodes, text), id)| Way { id, nodes, tags: tags(WAY_TAGS[text]) })
            .collect();
        let relations = turns
            .into_iter()
            .zip(1..)
            .map(|((from, to, over, via, text), id)| {
                let member = |kind, id, role: &str| Member { kind, id, role: role.into() };
                let way = |index: usize| 100 + (index % ways.len()) as i64;
                let mut tags = tags(TURNS[text]);
                tags.push(("type".into(), "restriction".into()));
                let via = if over % 2 == 0 {
                    member(MemberKind::Node, via, "via")
                } else {
                    member(MemberKind::Way, way(over), "via")
                };
                let members = vec![
                    member(MemberKind::Way, way(from), "from"),
                    via,
                    member(MemberKind::Way, way(to), "to"),
                ];
                Relation { id, members, tags }
            })
            .collect();
        Elements { nodes, ways, relations }
    }
}

/// Tags as the others write them, `_` for a space.
fn tags(text: &str) -> Tags {
    let tags = support::tags(text).into_iter();
    tags.map(|(key, value)| (key, value.replace("_@_", " @ ")))
        .collect()
}

/// A moment, a season and a few closed stretches drawn by chance; nothing special half of the time.
fn conditions(chance: &mut Chance, pack: &Pack) -> Conditions {
    if chance.below(2) == 0 {
        return Conditions::default();
    }
    let places = pack.random_road_points(3, &mut || chance.next());
    let circle = |(index, place): (usize, &kaban_atlas::pack::RoadPoint)| Closure {
        id: index.to_string(),
        shape: ClosureShape::Circle {
            centre: place.at,
            radius_m: 120.0,
        },
    };
    let closures = places.iter().enumerate().map(circle).collect();
    Conditions {
        at: LocalTime::new(2026, 1, 15, 60 * chance.below(24) as u16),
        season: [Season::Auto, Season::Winter, Season::Summer][chance.below(3)],
        night: [None, Some(true), Some(false)][chance.below(3)],
        closures,
    }
}

fn manners() -> Vec<Manner> {
    let mut all = Vec::new();
    for objective in [Objective::Fastest, Objective::Shortest] {
        for tracks in [Tracks::Auto, Tracks::Always, Tracks::Never] {
            for access in [Access::Visiting, Access::Public] {
                for profile in [Profile::Car, Profile::Foot] {
                    all.push(Manner {
                        objective,
                        tracks,
                        access,
                        profile,
                    });
                }
            }
        }
    }
    all
}

fn request(manner: &Manner, from: Place, to: Place) -> RouteRequest {
    RouteRequest {
        geometry: false,
        ..manner.request(from, to)
    }
}

/// What both engines must agree on. On the last resort the penalties decide, so only that it is one.
fn said(answer: &Result<Route, RouteError>) -> Result<(bool, String), String> {
    answer.as_ref().map_err(ToString::to_string).map(|route| {
        let figures = format!("{} s {} m", route.duration_s, route.distance_m);
        let strict = !route.last_resort;
        (strict, if strict { figures } else { String::new() })
    })
}

fn compare(
    pack: &Pack,
    conditions: &Conditions,
    manner: &Manner,
    places: &[Place],
) -> Result<usize, TestCaseError> {
    let router = || Router::under(pack, conditions).unwrap();
    let (mut plain, mut quick) = (router(), router());
    quick.prepare(manner).unwrap();
    let matrix = quick.matrix(places, manner).unwrap();
    let mut found = 0;
    for (row, from) in places.iter().enumerate() {
        for (column, to) in places.iter().enumerate() {
            let request = request(manner, *from, *to);
            let (a, b) = (plain.route(&request), quick.route(&request));
            prop_assert_eq!(said(&a), said(&b), "{:?} to {:?} {:?}", from, to, manner);
            let figures = b
                .as_ref()
                .ok()
                .map(|route| (route.duration_s, route.distance_m));
            found += usize::from(figures.is_some());
            let entry = (
                matrix.durations_s[row][column],
                matrix.distances_m[row][column],
            );
            prop_assert_eq!(
                entry,
                (figures.map(|f| f.0), figures.map(|f| f.1)),
                "table, {:?} to {:?} {:?}",
                from,
                to,
                manner
            );
        }
    }
    Ok(found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_engines_and_the_table_say_the_same_on_any_roads(elements in village(), seed: u64) {
        let options = BuildOptions { with_node_ids: true, ..BuildOptions::default() };
        let Ok(built) = from_elements(&elements, &options) else { return Ok(()) };
        let pack = Pack::from_bytes(&built.pack).unwrap();
        let mut chance = Chance(seed);
        let mut places: Vec<Place> = (1..=NODES).step_by(2).map(Place::Node).collect();
        for _ in 0..5 {
            let [east, north] = [chance.below(3_000), chance.below(3_000)];
            places.push(Place::Point(metres(east as f64, north as f64)));
        }
        let all = manners();
        for _ in 0..4 {
            let conditions = conditions(&mut chance, &pack);
            compare(&pack, &conditions, &all[chance.below(all.len())], &places)?;
        }
    }
}

#[test]
fn both_engines_and_the_table_say_the_same_on_every_extract() {
    for path in extracts() {
        let file = std::fs::read(&path).unwrap();
        let built = build_pack(
            std::io::Cursor::new(&file),
            &BuildOptions::default(),
            &mut |_| {},
        )
        .unwrap();
        let pack = Pack::from_bytes(&built.pack).unwrap();
        let mut chance = Chance(5);
        let all = manners();
        let mut found = 0;
        // 18 places make 324 pairs.
        let mut points = pack.random_road_points(18, &mut || chance.next());
        for point in points.iter_mut().step_by(2) {
            point.at = point
                .at
                .map(|degree| degree + chance.below(20_000) as f64 * 1e-6 - 0.01);
        }
        let places: Vec<Place> = points.iter().map(|point| Place::Point(point.at)).collect();
        for manner in [Manner::default(), all[chance.below(all.len())]] {
            let conditions = conditions(&mut chance, &pack);
            found += compare(&pack, &conditions, &manner, &places).unwrap();
        }
        println!(
            "{}: {found} of {} joined",
            name(&path),
            2 * places.len() * places.len()
        );
    }
}
