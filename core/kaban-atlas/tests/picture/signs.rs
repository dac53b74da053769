//! No sign or number lies on another, on a house, or on a line that must be followed.

use crate::town::{CORNER, SIDE, drawn, pack};
use kaban_atlas::picture::{Picture, Pin, Rect, Role, Severity};
use proptest::prelude::*;
use std::sync::OnceLock;

fn town() -> &'static kaban_atlas::pack::Pack {
    static TOWN: OnceLock<kaban_atlas::pack::Pack> = OnceLock::new();
    TOWN.get_or_init(pack)
}

/// Every box of the picture against every other.
fn check(picture: &Picture, pins: &[Pin]) {
    assert_eq!(picture.signs.len() + picture.bare.len(), pins.len());
    let boxes: Vec<(u32, Rect)> = picture
        .signs
        .iter()
        .flat_map(|sign| [(sign.number, sign.sign), (sign.number, sign.label)])
        .collect();
    for (index, (number, rect)) in boxes.iter().enumerate() {
        for (other, box_of_other) in &boxes[index + 1..] {
            assert!(!rect.overlaps(box_of_other), "{number} lies on {other}");
        }
        for sign in &picture.signs {
            let hidden = sign.number != *number && rect.contains(sign.house);
            assert!(!hidden, "{number} hides the house of {}", sign.number);
        }
    }
    // The number that is drawn keeps to the box that was kept free for it.
    for (item, sign) in picture.scene.of(Role::Number).zip(&picture.signs) {
        assert_eq!(item.text.as_deref(), Some(sign.number.to_string().as_str()));
        let drawn = item.bounds().unwrap();
        assert!(sign.label.grown(0.45).holds(&drawn), "{sign:?} {drawn:?}");
    }
    for sign in &picture.signs {
        let [x, y] = sign.sign.centre();
        let away = (x - sign.house[0]).hypot(y - sign.house[1]);
        assert_eq!(sign.moved, away > 0.01, "{sign:?}");
    }
}

fn pins(places: &[(f64, f64, usize)]) -> Vec<Pin> {
    let pin = |(index, (east, north, severity)): (usize, &(f64, f64, usize))| Pin {
        number: index as u32 + 1,
        at: [CORNER[0] + SIDE * east, CORNER[1] + SIDE * north],
        severity: Severity::ALL[*severity],
    };
    places.iter().enumerate().map(pin).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn houses_anywhere_never_hide_each_other(
        places in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64, 0..5_usize), 1..120),
    ) {
        let pins = pins(&places);
        check(&drawn(town(), &pins), &pins);
    }

    #[test]
    fn houses_in_a_huddle_never_hide_each_other(
        places in prop::collection::vec((0.5..0.52_f64, 0.5..0.52_f64, 0..5_usize), 1..60),
        far in (0.0..1.0_f64, 0.0..1.0_f64, 0..5_usize),
    ) {
        let pins = pins(&[places, vec![far]].concat());
        check(&drawn(town(), &pins), &pins);
    }
}

#[test]
fn ordinary_areas_give_every_house_its_number_at_full_size() {
    // A sequence that fills the square evenly without being a grid.
    let places: Vec<_> = (0..80)
        .map(|n| {
            let share = |step: f64| (0.5 + f64::from(n) * step).fract();
            (share(0.754_877_666), share(0.569_840_291), n as usize % 5)
        })
        .collect();
    let pins = pins(&places);
    let picture = drawn(town(), &pins);
    check(&picture, &pins);
    assert!(picture.bare.is_empty());
    assert!(
        picture
            .signs
            .iter()
            .all(|sign| (sign.sign.width() - 4.6).abs() < 0.01)
    );
    let moved = picture.signs.iter().filter(|sign| sign.moved).count();
    assert!(moved < 30, "{moved}");
}

#[test]
fn many_patients_of_one_house_all_have_their_number() {
    let pins = pins(&[(0.5, 0.5, 1); 40]);
    let picture = drawn(town(), &pins);
    assert!(picture.bare.is_empty());
    check(&picture, &pins);
    assert_eq!(picture.scene.of(Role::Leader).count(), 1);
}

#[test]
fn the_most_pins_there_may_be_end_in_a_picture_that_says_what_it_lacks() {
    let places: Vec<_> = (0..5_000)
        .map(|n| (f64::from(n % 71) / 71.0, f64::from(n / 71) / 71.0, 3))
        .collect();
    let pins = pins(&places);
    let picture = drawn(town(), &pins);
    assert_eq!(picture.signs.len() + picture.bare.len(), 5_000);
    let sentence = format!("without a number: {}", picture.bare.len());
    let said = picture
        .scene
        .of(Role::Note)
        .any(|item| item.text.as_deref() == Some(&sentence));
    assert!(said && !picture.bare.is_empty());
}
