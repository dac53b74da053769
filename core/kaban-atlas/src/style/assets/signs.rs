//! The signs of the doctor's own map: pins, closed roads, stops, oneself; and those of roads.
//!
//! Severity is told by the shape first, the same as on paper, then by colour. A pin whose house is known by its town
//! only is hollow, its line broken.

use super::pad::{Sign, disc, shape, slab, stroke};
use crate::picture::{Path, Severity, Verb, signs};
use crate::style::{Ink, Palette};

/// Every sign that is not a place.
pub(super) fn all(palette: &Palette) -> Vec<Sign> {
    let mut all = pins(palette);
    all.extend(closed(palette));
    all.extend(roads(palette));
    all.extend(way(palette));
    all
}

fn pins(palette: &Palette) -> Vec<Sign> {
    let mut pins = Vec::new();
    for severity in Severity::ALL {
        let ink = match severity {
            Severity::EndOfLife => palette.end_of_life,
            Severity::Unstable => palette.unstable,
            Severity::Watch => palette.watch,
            Severity::Stable => palette.stable,
            Severity::Unknown => palette.unknown,
        };
        // Shapes of equal radius have unequal room inside, and the number needs it.
        let radius = match severity {
            Severity::Unstable | Severity::Watch => 21.0,
            Severity::EndOfLife | Severity::Unknown => 18.0,
            Severity::Stable => 17.5,
        };
        let centre = [21.0, 21.0];
        let (path, ..) = signs::shape(severity, centre, radius);
        let name = format!("house-{}", severity.code());
        let sign = |name: &str| Sign::new(name, 42, 42).line(path.clone(), palette.card, 6.0);
        let full = sign(&name)
            .fill(path.clone(), ink)
            .line(path.clone(), ink, 1.6);
        // Dark squares, circles and diamonds are too much alike for tired eyes: those that are not for a hurry have a
        // light line inside.
        let (inside, ..) = signs::shape(severity, centre, radius * 0.78);
        pins.push(match severity {
            Severity::Unstable | Severity::Watch => full,
            Severity::EndOfLife | Severity::Stable | Severity::Unknown => {
                full.line(inside, palette.card, 1.6)
            }
        });
        pins.push(
            sign(&format!("{name}-hollow"))
                .fill(path.clone(), palette.card)
                .dashed(path.clone(), ink, 3.2, [5.0, 4.2]),
        );
    }
    pins
}

fn closed(palette: &Palette) -> Vec<Sign> {
    let (ink, card) = (palette.closure, palette.card);
    let plate = disc([16.0, 16.0], 12.4);
    let ring = |name: &str| {
        Sign::new(name, 32, 32)
            .line(plate.clone(), card, 6.0)
            .fill(plate.clone(), card)
            .line(plate.clone(), ink, 3.4)
    };
    let mut snow = ring("closed-snow");
    for turn in [0.0_f32, 60.0, 120.0] {
        let (x, y) = (7.6 * turn.to_radians().sin(), 7.6 * turn.to_radians().cos());
        snow = snow.line(
            stroke(&[[16.0 - x, 16.0 - y], [16.0 + x, 16.0 + y]]),
            ink,
            2.2,
        );
        for side in [-1.0, 1.0] {
            let (tip, root) = ([16.0 + side * x, 16.0 + side * y], 0.58 * side);
            let aside = |by: f32| {
                let turn = turn.to_radians() + by;
                [
                    tip[0] - root * 4.6 * turn.sin(),
                    tip[1] - root * 4.6 * turn.cos(),
                ]
            };
            let fork = [16.0 + root * x * 1.1, 16.0 + root * y * 1.1];
            let spread = |to: [f32; 2]| {
                [
                    to[0] + (to[0] - fork[0]) * 0.4,
                    to[1] + (to[1] - fork[1]) * 0.4,
                ]
            };
            snow = snow
                .line(stroke(&[fork, spread(aside(0.9))]), ink, 1.5)
                .line(stroke(&[fork, spread(aside(-0.9))]), ink, 1.5);
        }
    }
    let wave = |y: f32| -> Path {
        vec![
            Verb::Move([8.4, y]),
            Verb::Quad([10.9, y - 3.6], [13.4, y]),
            Verb::Quad([15.9, y + 3.6], [18.4, y]),
            Verb::Quad([20.9, y - 3.6], [23.4, y]),
        ]
    };
    let works = ring("closed-works")
        .fill(slab([8.4, 12.6, 23.6, 18.0], 0.8), ink)
        .line(stroke(&[[11.6, 17.4], [14.0, 13.2]]), card, 1.8)
        .line(stroke(&[[16.6, 17.4], [19.0, 13.2]]), card, 1.8)
        .line(stroke(&[[11.0, 18.4], [11.0, 22.4]]), ink, 2.0)
        .line(stroke(&[[21.0, 18.4], [21.0, 22.4]]), ink, 2.0);
    vec![
        Sign::new("closed", 32, 32)
            .line(plate.clone(), card, 6.0)
            .fill(plate.clone(), ink)
            .line(plate.clone(), ink, 3.4)
            .fill(slab([8.0, 13.4, 24.0, 18.6], 1.0), card),
        snow,
        ring("closed-flood")
            .line(wave(11.6), ink, 2.4)
            .line(wave(16.2), ink, 2.4)
            .line(wave(20.8), ink, 2.4),
        ring("closed-landslide")
            .fill(shape(&[[8.0, 9.4], [22.0, 22.6], [8.0, 22.6]]), ink)
            .fill(disc([17.0, 11.2], 2.6), ink)
            .fill(disc([21.8, 15.8], 2.0), ink),
        works,
        hatch(ink),
    ]
}

/// Stripes that fit to themselves on every side.
fn hatch(ink: Ink) -> Sign {
    let mut sign = Sign::new("closed-hatch", 16, 16);
    for shift in [-16.0, 0.0, 16.0] {
        sign = sign.line(
            stroke(&[[shift - 4.0, 20.0], [shift + 20.0, -4.0]]),
            ink,
            2.0,
        );
    }
    sign
}

fn roads(palette: &Palette) -> Vec<Sign> {
    let card = palette.card;
    // The rounded triangle of the 国道 and the hexagon of the 県道.
    let national = vec![
        Verb::Move([5.0, 3.0]),
        Verb::Quad([14.0, 1.8], [23.0, 3.0]),
        Verb::Quad([27.0, 4.4], [25.4, 8.6]),
        Verb::Quad([22.2, 17.0], [16.6, 22.2]),
        Verb::Quad([14.0, 23.4], [11.4, 22.2]),
        Verb::Quad([5.8, 17.0], [2.6, 8.6]),
        Verb::Quad([1.0, 4.4], [5.0, 3.0]),
        Verb::Close,
    ];
    let prefectural = shape(&[
        [8.0, 2.6],
        [20.0, 2.6],
        [25.5, 12.0],
        [20.0, 21.4],
        [8.0, 21.4],
        [2.5, 12.0],
    ]);
    let plate = slab([2.0, 2.0, 26.0, 18.0], 4.0);
    let edged = |name: &str, height: u32, path: &Path, ink: Ink| {
        Sign::new(name, 28, height)
            .line(path.clone(), card, 3.0)
            .fill(path.clone(), ink)
    };
    let wide = |name: &str, ink: Ink| {
        let mut sign = edged(name, 20, &plate, ink);
        sign.room = Some([7, 5, 21, 15]);
        sign
    };
    vec![
        edged("shield-national", 25, &national, palette.shield_national),
        edged(
            "shield-prefectural",
            24,
            &prefectural,
            palette.shield_prefectural,
        ),
        wide("shield-motorway", palette.shield_motorway),
        wide("shield-plain", palette.shield_plain),
        arrow("oneway", palette.soft),
    ]
}

fn way(palette: &Palette) -> Vec<Sign> {
    let (me, card) = (palette.me, palette.card);
    let beam = shape(&[[24.0, 24.0], [13.0, 3.0], [24.0, 7.0], [35.0, 3.0]]);
    let badge = disc([11.0, 11.0], 8.6);
    vec![
        arrow("route-arrow", palette.route_case),
        Sign::new("stop", 22, 22)
            .line(badge.clone(), card, 4.0)
            .fill(badge, palette.route),
        Sign::new("me", 28, 28)
            .fill(disc([14.0, 14.0], 13.0), me)
            .fill(disc([14.0, 14.0], 11.6), card)
            .fill(disc([14.0, 14.0], 8.4), me),
        Sign::new("me-heading", 48, 48)
            .line(beam.clone(), card, 4.0)
            .fill(beam, me),
    ]
}

/// An arrow to the right, along the line on which it is set.
fn arrow(name: &str, ink: Ink) -> Sign {
    let path = stroke(&[[6.0, 3.4], [11.0, 8.0], [6.0, 12.6]]);
    Sign::new(name, 16, 16).line(path, ink, 2.2)
}
