//! The signs of places: medical ones first and in their own colour, the public ones as Japanese maps draw them.
//!
//! In black and white a hospital is the one filled square with a cross; every other sign is told by its figure.

use super::pad::{Sign, cross, disc, shape, slab, stroke};
use crate::picture::Verb;
use crate::style::Palette;

/// Every sign of a place, by its class.
pub(super) fn all(palette: &Palette) -> Vec<Sign> {
    let mut signs = medical(palette);
    signs.extend(public(palette));
    signs
}

fn medical(palette: &Palette) -> Vec<Sign> {
    let (ink, card) = (palette.medical_ink, palette.card);
    let full = |name: &str| {
        let plate = slab([3.0, 3.0, 25.0, 25.0], 5.0);
        Sign::new(name, 28, 28)
            .line(plate.clone(), card, 4.0)
            .fill(plate, ink)
    };
    let plate = |name: &str| {
        let plate = slab([3.0, 3.0, 21.0, 21.0], 5.0);
        Sign::new(name, 24, 24)
            .line(plate.clone(), card, 4.4)
            .fill(plate.clone(), card)
            .line(plate, ink, 1.8)
    };
    let round = |name: &str| {
        let plate = disc([12.0, 12.0], 9.2);
        Sign::new(name, 24, 24)
            .line(plate.clone(), card, 4.4)
            .fill(plate.clone(), card)
            .line(plate, ink, 1.8)
    };
    let tooth = vec![
        Verb::Move([8.0, 7.0]),
        Verb::Cubic([5.6, 8.0], [6.6, 12.0], [8.0, 13.8]),
        Verb::Cubic([8.6, 15.0], [8.8, 18.0], [10.0, 18.0]),
        Verb::Cubic([11.2, 18.0], [10.8, 14.4], [12.0, 14.4]),
        Verb::Cubic([13.2, 14.4], [12.8, 18.0], [14.0, 18.0]),
        Verb::Cubic([15.2, 18.0], [15.4, 15.0], [16.0, 13.8]),
        Verb::Cubic([17.4, 12.0], [18.4, 8.0], [16.0, 7.0]),
        Verb::Cubic([14.4, 6.4], [13.4, 7.6], [12.0, 7.6]),
        Verb::Cubic([10.6, 7.6], [9.6, 6.4], [8.0, 7.0]),
        Verb::Close,
    ];
    // A capsule on the slant: one half filled.
    let slant = 0.707_106_77;
    let capsule = |from: f32, to: f32| {
        let at = |along: f32, aside: f32| {
            [
                12.0 + (along + aside) * slant,
                12.0 + (aside - along) * slant,
            ]
        };
        shape(&[at(from, -2.7), at(to, -2.7), at(to, 2.7), at(from, 2.7)])
    };
    let heart = vec![
        Verb::Move([12.0, 17.6]),
        Verb::Cubic([7.0, 14.2], [8.2, 10.6], [10.2, 10.6]),
        Verb::Cubic([11.2, 10.6], [11.8, 11.2], [12.0, 12.0]),
        Verb::Cubic([12.2, 11.2], [12.8, 10.6], [13.8, 10.6]),
        Verb::Cubic([15.8, 10.6], [17.0, 14.2], [12.0, 17.6]),
        Verb::Close,
    ];
    let home = shape(&[
        [12.0, 2.6],
        [21.4, 10.4],
        [19.4, 10.4],
        [19.4, 21.0],
        [4.6, 21.0],
        [4.6, 10.4],
        [2.6, 10.4],
    ]);
    let star = |turn: f32| {
        let (x, y) = (7.6 * turn.sin(), 7.6 * turn.cos());
        stroke(&[[14.0 - x, 14.0 - y], [14.0 + x, 14.0 + y]])
    };
    let third = std::f32::consts::FRAC_PI_3;
    vec![
        full("hospital").fill(cross([14.0, 14.0], 8.0, 5.4), card),
        plate("clinic").fill(cross([12.0, 12.0], 6.0, 3.8), ink),
        round("doctors").fill(cross([12.0, 12.0], 5.6, 3.4), ink),
        round("pharmacy")
            .fill(capsule(-5.0, 0.0), ink)
            .line(capsule(-5.0, 5.0), ink, 1.6),
        round("dentist").fill(tooth, ink),
        Sign::new("nursing_home", 24, 24)
            .line(home.clone(), card, 3.6)
            .fill(home.clone(), card)
            .line(home, ink, 1.8)
            .fill(heart, ink),
        full("ambulance")
            .line(star(0.0), card, 4.2)
            .line(star(third), card, 4.2)
            .line(star(-third), card, 4.2),
    ]
}

fn public(palette: &Palette) -> Vec<Sign> {
    let (ink, card) = (palette.public, palette.card);
    let round = |name: &str| {
        let plate = disc([10.0, 10.0], 8.0);
        Sign::new(name, 20, 20)
            .line(plate.clone(), card, 2.8)
            .fill(plate.clone(), card)
            .line(plate, ink, 1.4)
    };
    // A figure without a circle around it, edged so that it is seen on any ground.
    let bare = |name: &str, lines: &[&[[f32; 2]]]| {
        let mut sign = Sign::new(name, 20, 20);
        for line in lines {
            sign = sign.line(stroke(line), card, 4.4);
        }
        for line in lines {
            sign = sign.line(stroke(line), ink, 1.8);
        }
        sign
    };
    let fork = vec![
        Verb::Move([6.6, 5.6]),
        Verb::Quad([6.6, 9.6], [10.0, 9.6]),
        Verb::Quad([13.4, 9.6], [13.4, 5.6]),
    ];
    let bag = shape(&[[5.4, 7.6], [14.6, 7.6], [15.4, 15.4], [4.6, 15.4]]);
    let handle = vec![
        Verb::Move([7.4, 9.6]),
        Verb::Cubic([7.4, 4.2], [12.6, 4.2], [12.6, 9.6]),
    ];
    let car = slab([4.0, 3.0, 16.0, 15.0], 3.0);
    vec![
        round("fire_station").line(fork, ink, 1.8).line(
            stroke(&[[10.0, 9.6], [10.0, 15.0]]),
            ink,
            1.8,
        ),
        round("police")
            .line(stroke(&[[6.4, 6.4], [13.6, 13.6]]), ink, 1.8)
            .line(stroke(&[[13.6, 6.4], [6.4, 13.6]]), ink, 1.8),
        round("townhall").line(disc([10.0, 10.0], 4.0), ink, 1.8),
        bare(
            "school",
            &[
                &[[10.0, 3.4], [10.0, 6.4]],
                &[[4.0, 6.6], [16.0, 6.6]],
                &[[13.4, 6.8], [10.6, 12.6], [4.4, 16.6]],
                &[[6.6, 6.8], [9.4, 12.6], [15.6, 16.6]],
            ],
        ),
        round("post")
            .line(stroke(&[[6.4, 6.4], [13.6, 6.4]]), ink, 1.8)
            .line(stroke(&[[6.4, 9.4], [13.6, 9.4]]), ink, 1.8)
            .line(stroke(&[[10.0, 9.4], [10.0, 14.6]]), ink, 1.8),
        round("fuel")
            .fill(slab([6.4, 5.4, 11.2, 14.6], 1.0), ink)
            .fill(slab([7.6, 6.6, 10.0, 8.8], 0.4), card)
            .line(stroke(&[[11.6, 8.0], [13.8, 9.8], [13.8, 13.2]]), ink, 1.4),
        bare(
            "shrine",
            &[
                &[[3.2, 4.4], [16.8, 4.4]],
                &[[5.0, 8.4], [15.0, 8.4]],
                &[[6.4, 4.8], [6.0, 16.4]],
                &[[13.6, 4.8], [14.0, 16.4]],
            ],
        ),
        bare(
            "temple",
            &[
                &[[10.0, 2.8], [10.0, 4.6]],
                &[[5.0, 7.6], [10.0, 4.6], [15.0, 7.6]],
                &[[3.4, 12.4], [10.0, 9.0], [16.6, 12.4]],
                &[[6.4, 12.6], [6.4, 16.6], [13.6, 16.6], [13.6, 12.6]],
            ],
        ),
        round("convenience").fill(bag, ink).line(handle, ink, 1.3),
        Sign::new("station", 20, 20)
            .line(car.clone(), card, 4.0)
            .fill(car, ink)
            .fill(slab([6.0, 5.2, 14.0, 9.4], 1.2), card)
            .fill(disc([7.4, 12.2], 1.1), card)
            .fill(disc([12.6, 12.2], 1.1), card)
            .line(stroke(&[[6.2, 15.6], [4.8, 17.6]]), ink, 1.6)
            .line(stroke(&[[13.8, 15.6], [15.2, 17.6]]), ink, 1.6),
        Sign::new("peak", 14, 14)
            .line(shape(&[[7.0, 2.6], [12.0, 11.4], [2.0, 11.4]]), card, 3.0)
            .fill(shape(&[[7.0, 2.6], [12.0, 11.4], [2.0, 11.4]]), ink),
    ]
}
