//! Default routes on every real extract: what an answer says must hold together.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::Profile;
use kaban_atlas::build::{BuildOptions, Progress, Stage, build_pack};
use kaban_atlas::geo::{Coord, haversine_m};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Objective, Place, Route, RouteRequest, Router, Turn};
use support::{Chance, extracts, name};

const PAIRS: usize = 150;

fn open(path: &std::path::Path) -> Pack {
    let file = std::fs::File::open(path).unwrap();
    let mut stages: Vec<Stage> = Vec::new();
    let mut watch = |progress: Progress| {
        assert!(progress.done <= progress.total);
        if stages.last() != Some(&progress.stage) {
            stages.push(progress.stage);
        }
    };
    let built = build_pack(
        std::io::BufReader::new(file),
        &BuildOptions::default(),
        &mut watch,
    )
    .unwrap();
    assert_eq!(
        stages,
        [
            Stage::Relations,
            Stage::Ways,
            Stage::Nodes,
            Stage::Assemble,
            Stage::Survey
        ]
    );
    Pack::from_bytes(&built.pack).unwrap()
}

fn holds_together(route: &Route) {
    let points: Vec<Coord> = route
        .geometry
        .iter()
        .map(|p| Coord::from_degrees(p[0], p[1]).unwrap())
        .collect();
    let drawn: f64 = points
        .windows(2)
        .map(|pair| haversine_m(pair[0], pair[1]))
        .sum();
    let off = (drawn - route.distance_m).abs();
    assert!(
        off <= 3.0 + route.distance_m * 0.003,
        "drawn {drawn}, said {}",
        route.distance_m
    );
    let (metres, seconds) = route.steps.iter().fold((0.0, 0.0), |(m, s), step| {
        (m + step.distance_m, s + step.duration_s)
    });
    assert!((metres - route.distance_m).abs() < 0.05 && (seconds - route.duration_s).abs() < 0.05);
    assert_eq!(
        route.steps.first().map(|step| step.turn),
        Some(Turn::Depart)
    );
    assert_eq!(route.steps.last().map(|step| step.turn), Some(Turn::Arrive));
    assert!(
        route
            .steps
            .iter()
            .all(|step| !step.text_ja.is_empty() && !step.text_en.is_empty())
    );
}

#[test]
fn distance_line_and_instructions_agree_on_every_extract() {
    for path in extracts() {
        let pack = open(&path);
        let mut chance = Chance(11);
        let mut points = pack.random_road_points(PAIRS * 2, &mut || chance.next());
        // Houses stand beside the road.
        for point in &mut points {
            point.at[1] += (chance.below(400) as f64 - 200.0) * 1e-6;
        }
        let mut router = Router::new(&pack);
        let mut found = 0;
        for pair in points.chunks_exact(2) {
            let fastest = RouteRequest::new(Place::Point(pair[0].at), Place::Point(pair[1].at));
            let Ok(route) = router.route(&fastest) else {
                continue;
            };
            found += 1;
            holds_together(&route);
            assert_eq!(
                router.route(&fastest).as_ref(),
                Ok(&route),
                "the same question, the same answer"
            );
            let shortest = router
                .route(&RouteRequest {
                    objective: Objective::Shortest,
                    ..fastest.clone()
                })
                .unwrap();
            holds_together(&shortest);
            if !route.last_resort && !shortest.last_resort {
                assert!(shortest.distance_m <= route.distance_m + 0.5);
                assert!(route.duration_s <= shortest.duration_s + 0.5);
            }
            let walk = router
                .route(&RouteRequest {
                    profile: Profile::Foot,
                    ..fastest
                })
                .unwrap();
            holds_together(&walk);
        }
        println!("{}: {found}/{PAIRS} joined", name(&path));
        // The fixture of 718 restrictions forbids so many turns that parts of it cannot be left.
        let least = if path
            .parent()
            .is_some_and(|folder| folder.ends_with("fixtures"))
        {
            70
        } else {
            95
        };
        assert!(found * 100 >= PAIRS * least, "{}", name(&path));
    }
}
