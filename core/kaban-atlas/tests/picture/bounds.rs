//! What is too much or impossible ends in an error that says so.

use crate::town::{CORNER, drawn, order, pack, pin, words};
use kaban_atlas::picture::{
    PINS_MAX, PictureError, Pin, Severity, Sheet, TEXT_CHARS_MAX, Wording, draw,
};

fn refusal(pins: &[Pin]) -> PictureError {
    let words = words();
    draw(&pack(), &order(pins, &words)).unwrap_err()
}

fn at(number: u32, lon: f64, lat: f64) -> Pin {
    Pin {
        number,
        at: [lon, lat],
        severity: Severity::Stable,
    }
}

#[test]
fn a_house_outside_the_pack_is_named_and_one_at_the_end_of_a_drive_is_drawn() {
    let [lon, lat] = CORNER;
    assert_eq!(
        refusal(&[pin(1, 0.5, 0.5), at(8, lon - 0.05, lat)]),
        PictureError::OutsidePack(8)
    );
    let picture = drawn(&pack(), &[pin(1, 0.5, 0.5), at(8, lon - 0.01, lat)]);
    assert_eq!(picture.signs.len(), 2);
}

#[test]
fn poles_the_date_line_and_no_place_at_all_are_errors() {
    for (lon, lat) in [
        (0.0, 90.0),
        (0.0, -86.0),
        (200.0, 0.0),
        (f64::NAN, 0.0),
        (0.0, f64::INFINITY),
    ] {
        assert_eq!(
            refusal(&[at(3, lon, lat)]),
            PictureError::NotOnTheMap(3),
            "{lon} {lat}"
        );
    }
    assert_eq!(
        refusal(&[at(1, 180.0, 35.0), at(2, -180.0, 35.0)]),
        PictureError::OutsidePack(1)
    );
}

#[test]
fn pins_sheets_frames_and_texts_have_bounds() {
    let pack = pack();
    let many = vec![pin(1, 0.5, 0.5); PINS_MAX + 1];
    assert_eq!(refusal(&many), PictureError::TooManyPins(PINS_MAX + 1));
    let (pins, plain) = ([pin(1, 0.5, 0.5)], words());
    for (width, height) in [(255, 255), (8193, 8192), (300, 901), (0, 0)] {
        let mut order = order(&pins, &plain);
        order.sheet = Sheet::Pixels { width, height };
        assert_eq!(draw(&pack, &order).unwrap_err(), PictureError::BadSheet);
    }
    for frame in [
        [1.0, 1.0, 1.0, 1.0],
        [0.0, 0.0, f64::NAN, 1.0],
        [170.0, 0.0, -170.0, 1.0],
    ] {
        let mut order = order(&pins, &plain);
        order.frame = Some(frame);
        assert_eq!(draw(&pack, &order).unwrap_err(), PictureError::BadFrame);
    }
    let long = Wording::plain("x".repeat(TEXT_CHARS_MAX + 1));
    let mut words = words();
    words.notes.push(long);
    assert_eq!(
        draw(&pack, &order(&pins, &words)).unwrap_err(),
        PictureError::TextTooLong
    );
}

#[test]
fn the_smallest_and_the_longest_sheet_are_drawn() {
    let (pack, words) = (pack(), words());
    let pins = [pin(1, 0.1, 0.1), pin(2, 0.9, 0.9)];
    for (width, height) in [(256, 256), (256, 768), (768, 256)] {
        let mut order = order(&pins, &words);
        order.sheet = Sheet::Pixels { width, height };
        let picture = draw(&pack, &order).unwrap();
        assert_eq!(picture.signs.len(), 2);
        assert!(picture.scene.to_png().unwrap().len() > 1000);
    }
}
