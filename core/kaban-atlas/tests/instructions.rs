//! What the driver is told, turn by turn.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::route::text_route;
use kaban_atlas::{Conditions, DrivingSide};
use support::{Village, ask, between};

#[test]
fn instructions_name_turn_road_and_distance_in_both_languages() {
    let village = Village::default()
        .node(1, 0.0, -1_200.0)
        .node(2, 0.0, 0.0)
        .node(3, -300.0, 0.0)
        .node(4, 0.0, 500.0)
        .node(5, -300.0, 200.0)
        .way(10, &[1, 2], "highway=trunk ref=126")
        .way(11, &[2, 4], "highway=trunk ref=126")
        .way(12, &[2, 3], "highway=secondary ref=71 name=銚子海上線")
        .node(6, -400.0, 0.0)
        .way(13, &[3, 5], "highway=residential")
        .way(14, &[3, 6], "highway=residential");
    let pack = village.pack();
    assert_eq!(pack.meta().driving_side, DrivingSide::Left);
    let steps = ask(&pack, &between(1, 5)).unwrap().steps;
    let ja: Vec<&str> = steps.iter().map(|step| step.text_ja.as_str()).collect();
    let en: Vec<&str> = steps.iter().map(|step| step.text_en.as_str()).collect();
    assert_eq!(
        ja,
        [
            "国道126号を出発、1.2キロ",
            "左折、県道71号（銚子海上線）を300メートル",
            "右折、200メートル",
            "目的地に到着"
        ]
    );
    assert_eq!(
        en,
        [
            "Set out on Route 126, 1.2 km",
            "Turn left onto 銚子海上線 (Route 71), 300 m",
            "Turn right, 200 m",
            "Arrive at your destination"
        ]
    );
    let total: f64 = steps.iter().map(|step| step.distance_m).sum();
    assert!((total - 1_700.0).abs() < 1.0);
}

#[test]
fn a_roundabout_is_one_instruction_with_its_exit() {
    let village = Village::default()
        .node(1, 0.0, -200.0)
        .node(2, 0.0, -20.0)
        .node(3, -20.0, 0.0)
        .node(4, 0.0, 20.0)
        .node(5, 20.0, 0.0)
        .node(6, -200.0, 0.0)
        .node(7, 0.0, 200.0)
        .node(8, 200.0, 0.0)
        .way(10, &[1, 2], "highway=tertiary")
        .way(11, &[2, 3, 4, 5, 2], "highway=tertiary junction=roundabout")
        .way(12, &[3, 6], "highway=tertiary")
        .way(13, &[4, 7], "highway=tertiary name=北通り")
        .way(14, &[5, 8], "highway=tertiary");
    let steps = ask(&village.pack(), &between(1, 7)).unwrap().steps;
    let en: Vec<&str> = steps.iter().map(|step| step.text_en.as_str()).collect();
    assert_eq!(en.len(), 3, "{en:?}");
    assert!(
        en[1].starts_with("At the roundabout (clockwise) take exit 2 onto 北通り"),
        "{en:?}"
    );
}

#[test]
fn signals_and_level_crossings_are_told_where_they_are_passed() {
    let village = Village::default()
        .node(1, 0.0, -600.0)
        .node(2, 0.0, -300.0)
        .node(3, 0.0, 0.0)
        .node(4, -150.0, 0.0)
        .node(5, -300.0, 0.0)
        .node(6, 0.0, 300.0)
        .node(7, 300.0, -300.0)
        .way(10, &[1, 2], "highway=tertiary")
        .way(11, &[2, 3], "highway=tertiary")
        .way(12, &[3, 4, 5], "highway=tertiary")
        .way(13, &[3, 6], "highway=tertiary")
        .way(14, &[2, 7], "highway=tertiary")
        .tagged(2, "highway=traffic_signals")
        .tagged(3, "highway=traffic_signals")
        .tagged(4, "railway=level_crossing");
    let pack = village.pack();
    let route = ask(&pack, &between(1, 5)).unwrap();
    let told: Vec<_> = route
        .steps
        .iter()
        .map(|step| (step.text_ja.as_str(), step.signals, step.level_crossings))
        .collect();
    assert_eq!(
        told,
        [
            ("出発、600メートル", 1, 0),
            ("信号を左折、300メートル", 0, 1),
            ("目的地に到着", 0, 0)
        ]
    );
    assert!(
        route.steps[1]
            .text_en
            .starts_with("At the signal turn left")
    );
    let sheet = text_route(&pack, &Conditions::default(), &route, true);
    assert!(
        sheet.contains("  1.     0.0 km  出発、600メートル（信号1）\n"),
        "{sheet}"
    );
    assert!(
        sheet.contains("  2.     0.6 km  信号を左折、300メートル（踏切1）\n"),
        "{sheet}"
    );
    let sheet = text_route(&pack, &Conditions::default(), &route, false);
    assert!(
        sheet.contains("(level crossings: 1)") && sheet.ends_with("ODbL 1.0\n"),
        "{sheet}"
    );
}
