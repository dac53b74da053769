//! Engine A against the plain Dijkstra on every real extract, under the reference rules.
#![allow(clippy::unwrap_used)]

#[path = "support/osm_reader.rs"]
mod osm_reader;
mod reference;
mod support;

use kaban_atlas::build::{BuildOptions, build_pack, from_elements};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Access, Objective, Place, RouteError, RouteRequest, Router, Tracks};
use reference::Reference;
use support::{Chance, extracts, name};

const SOURCES: usize = 50;
const TARGETS_EACH: usize = 4;

#[test]
fn shortest_routes_of_the_engine_are_those_of_a_plain_dijkstra_on_every_extract() {
    for path in extracts() {
        let elements = osm_reader::read(&path);
        let options = BuildOptions {
            with_node_ids: true,
            ..BuildOptions::default()
        };
        let file = std::fs::read(&path).unwrap();
        let built = build_pack(std::io::Cursor::new(&file), &options, &mut |_| {}).unwrap();
        let pack = Pack::from_bytes(&built.pack).unwrap();
        for tracks in [Tracks::Never, Tracks::Always] {
            let reference = Reference::new(&elements, tracks == Tracks::Always);
            compare(&name(&path), &pack, &reference, tracks);
        }
    }
}

fn compare(file: &str, pack: &Pack, reference: &Reference, tracks: Tracks) {
    let mut chance = Chance(7);
    let mut router = Router::new(pack);
    let (mut pairs, mut close, mut below, mut lost, mut worst) = (0, 0, 0, 0, 0.0f64);
    let mut tries = 0;
    while pairs < SOURCES * TARGETS_EACH && tries < 20 * SOURCES {
        tries += 1;
        let start = chance.below(reference.node_count());
        let distances = reference.distances(start);
        let reached: Vec<usize> = (0..distances.len())
            .filter(|n| *n != start && distances[*n].is_finite())
            .collect();
        if reached.is_empty() {
            continue;
        }
        for _ in 0..TARGETS_EACH {
            let end = reached[chance.below(reached.len())];
            let request = RouteRequest {
                objective: Objective::Shortest,
                access: Access::Public,
                tracks,
                geometry: false,
                steps: false,
                ..RouteRequest::new(
                    Place::Node(reference.id(start)),
                    Place::Node(reference.id(end)),
                )
            };
            pairs += 1;
            match router.route(&request) {
                Ok(route) => {
                    // A metre is the grain of very short routes.
                    let error = (route.distance_m - distances[end]) / distances[end].max(100.0);
                    worst = if error.abs() > worst.abs() {
                        error
                    } else {
                        worst
                    };
                    close += usize::from(error.abs() <= 0.01);
                    below += usize::from(error < -0.005);
                }
                Err(RouteError::Unreachable(_)) => lost += 1,
                Err(other) => panic!("{file}: {other}"),
            }
        }
    }
    println!(
        "{file} tracks {tracks:?}: {close}/{pairs} within 1 %, {below} below, {lost} not found, worst {:+.3} %",
        worst * 100.0
    );
    assert!(close * 100 >= pairs * 97 && below == 0, "{file} {tracks:?}");
}

#[test]
fn a_pack_is_the_same_bytes_from_the_file_and_from_its_elements() {
    for path in extracts() {
        let options = BuildOptions {
            data_date: Some("2026-01-01".into()),
            with_node_ids: true,
            ..BuildOptions::default()
        };
        let file = std::fs::read(&path).unwrap();
        let from_file = build_pack(std::io::Cursor::new(&file), &options, &mut |_| {}).unwrap();
        let from_memory = from_elements(&osm_reader::read(&path), &options).unwrap();
        assert!(from_file.pack == from_memory.pack, "{}", name(&path));
    }
}
