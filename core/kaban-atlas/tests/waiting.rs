//! Signals and level crossings: waited for once, however many nodes stand for them.
#![allow(clippy::unwrap_used)]

mod support;

use support::{Village, ask, between};

/// Seconds lost between two nodes by the tags of some others.
fn lost(village: &Village, signs: &[(i64, &str)], from: i64, to: i64) -> f64 {
    let seconds = |village: &Village| {
        let route = ask(&village.pack(), &between(from, to)).unwrap();
        (route.duration_s * 10.0).round() / 10.0
    };
    // Signs that say nothing cut the roads in the same places.
    let plain = village.clone();
    let mut signed = village.clone();
    for (node, text) in signs {
        signed = signed.tagged(*node, text);
    }
    ((seconds(&signed) - seconds(&plain)) * 10.0).round() / 10.0
}

const SIGNAL: &str = "highway=traffic_signals";

/// A crossing of two roads: arms of 200 m, on each a node 12 m before the middle.
fn crossing() -> Village {
    Village::default()
        .node(5, 0.0, 0.0)
        .node(1, -200.0, 0.0)
        .node(11, -12.0, 0.0)
        .node(2, 200.0, 0.0)
        .node(12, 12.0, 0.0)
        .node(3, 0.0, -200.0)
        .node(13, 0.0, -12.0)
        .node(4, 0.0, 200.0)
        .node(14, 0.0, 12.0)
        .way(20, &[1, 11, 5, 12, 2], "highway=secondary")
        .way(30, &[3, 13, 5, 14, 4], "highway=secondary")
}

#[test]
fn a_crossing_with_a_signal_on_every_arm_is_waited_for_once() {
    let signs = [11, 12, 13, 14].map(|node| (node, SIGNAL));
    for (from, to) in [(1, 2), (2, 1), (3, 4), (1, 4), (4, 1), (3, 2)] {
        let lost = lost(&crossing(), &signs, from, to);
        assert!((lost - 8.0).abs() < 0.15, "{from} to {to}: {lost} s");
    }
}

#[test]
fn a_signal_in_the_middle_of_those_on_the_arms_adds_nothing() {
    let signs = [5, 11, 12, 13, 14].map(|node| (node, SIGNAL));
    for (from, to) in [(1, 2), (4, 1)] {
        let lost = lost(&crossing(), &signs, from, to);
        assert!((lost - 8.0).abs() < 0.15, "{from} to {to}: {lost} s");
    }
}

/// Roads of two lanes apart cross in a square of 20 m; each corner is a junction with a signal.
#[test]
fn a_crossing_of_roads_with_lanes_apart_is_waited_for_once() {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 20.0, 0.0)
        .node(3, 20.0, 20.0)
        .node(4, 0.0, 20.0)
        .node(10, -200.0, 0.0)
        .node(11, 220.0, 0.0)
        .node(12, 220.0, 20.0)
        .node(13, -200.0, 20.0)
        .node(14, 20.0, -200.0)
        .node(15, 20.0, 220.0)
        .node(16, 0.0, 220.0)
        .node(17, 0.0, -200.0)
        .way(20, &[10, 1, 2, 11], "highway=primary oneway=yes")
        .way(21, &[12, 3, 4, 13], "highway=primary oneway=yes")
        .way(22, &[14, 2, 3, 15], "highway=primary oneway=yes")
        .way(23, &[16, 4, 1, 17], "highway=primary oneway=yes");
    let signs = [1, 2, 3, 4].map(|node| (node, SIGNAL));
    for (from, to) in [(10, 11), (12, 13), (14, 15), (16, 17), (10, 15), (14, 13)] {
        let lost = lost(&village, &signs, from, to);
        assert!((lost - 8.0).abs() < 0.15, "{from} to {to}: {lost} s");
    }
}

/// One road with places every so many metres, and side roads so that each is a junction.
fn road(every: f64, side_roads: bool) -> Village {
    let mut village = Village::default();
    for index in 0..4 {
        let east = if index == 0 {
            0.0
        } else {
            200.0 + every * f64::from(index - 1)
        };
        village = village.node(i64::from(index) + 1, east, 0.0);
    }
    village = village
        .node(5, 600.0, 0.0)
        .way(20, &[1, 2, 3, 4, 5], "highway=secondary");
    for node in 2..=4 {
        let east = 200.0 + every * (node - 2) as f64;
        if side_roads {
            village = village.node(node + 10, east, 100.0).way(
                node + 30,
                &[node, node + 10],
                "highway=residential",
            );
        }
    }
    village
}

#[test]
fn signals_far_apart_are_each_waited_for() {
    let signs = [2, 3, 4].map(|node| (node, SIGNAL));
    for side_roads in [false, true] {
        for (from, to) in [(1, 5), (5, 1)] {
            let lost = lost(&road(60.0, side_roads), &signs, from, to);
            assert!((lost - 24.0).abs() < 0.15, "{from} to {to}: {lost} s");
        }
    }
}

#[test]
fn a_railway_of_several_tracks_is_one_level_crossing() {
    let signs = [2, 3, 4].map(|node| (node, "railway=level_crossing"));
    for side_roads in [false, true] {
        for (from, to) in [(1, 5), (5, 1)] {
            let lost = lost(&road(6.0, side_roads), &signs, from, to);
            assert!((lost - 12.0).abs() < 0.15, "{from} to {to}: {lost} s");
        }
    }
}

#[test]
fn a_short_stop_does_not_stand_for_the_long_one_behind_it() {
    let signs = [(2, "highway=give_way direction=forward"), (3, SIGNAL)];
    let there = lost(&road(20.0, true), &signs, 1, 5);
    assert!((there - 9.5).abs() < 0.15, "{there} s");
    let back = lost(&road(20.0, true), &signs, 5, 1);
    assert!((back - 8.0).abs() < 0.15, "{back} s");
}

#[test]
fn who_starts_at_a_signal_does_not_wait_there() {
    let signs = [(2, SIGNAL)];
    assert_eq!(lost(&road(60.0, true), &signs, 2, 5), 0.0);
    assert!((lost(&road(60.0, true), &signs, 1, 2) - 8.0).abs() < 0.15);
}
