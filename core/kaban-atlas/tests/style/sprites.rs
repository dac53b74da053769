//! Sprites: whole, apart, the same every time, and told apart without colour.

use kaban_atlas::picture::Severity;
use kaban_atlas::style::Theme;
use kaban_atlas::style::assets::sprite::{Sprite, sign_names, sprite};
use serde_json::Value;

struct Sheet {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    index: Value,
}

impl Sheet {
    fn of(sprite: &Sprite) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(&sprite.png))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgba);
        Self {
            width: info.width as usize,
            height: info.height as usize,
            pixels,
            index: serde_json::from_str(&sprite.index).unwrap(),
        }
    }

    /// Left, top, width, height of a sign.
    fn place(&self, name: &str) -> [usize; 4] {
        ["x", "y", "width", "height"].map(|side| self.index[name][side].as_u64().unwrap() as usize)
    }

    /// Darkness and cover of every pixel of a sign, 0 to 255, without its colour.
    fn grey(&self, name: &str) -> Vec<[i32; 2]> {
        let [left, top, width, height] = self.place(name);
        let mut grey = Vec::new();
        for y in top..top + height {
            for x in left..left + width {
                let at = (y * self.width + x) * 4;
                let [red, green, blue, cover] =
                    [0, 1, 2, 3].map(|part| i32::from(self.pixels[at + part]));
                grey.push([(red * 213 + green * 715 + blue * 72) / 1000, cover]);
            }
        }
        grey
    }
}

#[test]
fn every_sign_of_every_theme_is_on_its_sheet_and_over_no_other() {
    for theme in Theme::ALL {
        for ratio in [1, 2] {
            let sheet = Sheet::of(&sprite(theme, ratio).unwrap());
            let mut taken = vec![false; sheet.width * sheet.height];
            for name in sign_names() {
                let [left, top, width, height] = sheet.place(&name);
                assert!(
                    left + width <= sheet.width && top + height <= sheet.height,
                    "{name}"
                );
                for y in top..top + height {
                    for x in left..left + width {
                        assert!(
                            !std::mem::replace(&mut taken[y * sheet.width + x], true),
                            "{name}"
                        );
                    }
                }
                assert_eq!(sheet.index[&name]["pixelRatio"], ratio);
                assert!(
                    sheet.grey(&name).iter().any(|[_, cover]| *cover == 255),
                    "{name} is empty"
                );
            }
            assert_eq!(sheet.index.as_object().unwrap().len(), sign_names().len());
        }
    }
}

#[test]
fn no_sign_but_the_pattern_is_cut_at_its_edge() {
    let sheet = Sheet::of(&sprite(Theme::Day, 2).unwrap());
    for name in sign_names().iter().filter(|name| *name != "closed-hatch") {
        let [_, _, width, height] = sheet.place(name);
        let grey = sheet.grey(name);
        let cut = (0..width * height).any(|at| {
            let (x, y) = (at % width, at / width);
            (x == 0 || y == 0 || x == width - 1 || y == height - 1) && grey[at][1] > 64
        });
        assert!(!cut, "{name}");
    }
}

#[test]
fn equal_themes_give_equal_bytes_and_no_two_themes_the_same() {
    for theme in Theme::ALL {
        assert_eq!(sprite(theme, 1).unwrap(), sprite(theme, 1).unwrap());
        for other in Theme::ALL.into_iter().filter(|other| *other != theme) {
            assert_ne!(sprite(theme, 1).unwrap().png, sprite(other, 1).unwrap().png);
        }
    }
}

/// A share of the pixels that differ by at least 40 of 255 in grey on the paper of the print.
fn differ(one: &[[i32; 2]], other: &[[i32; 2]]) -> f64 {
    let on_white = |[grey, cover]: &[i32; 2]| (grey * cover + 255 * (255 - cover)) / 255;
    let pairs = one.iter().zip(other);
    let apart = pairs
        .filter(|(one, other)| (on_white(one) - on_white(other)).abs() >= 40)
        .count();
    apart as f64 / one.len() as f64
}

#[test]
fn without_colour_every_pin_differs_from_every_other_and_hollow_from_full() {
    let sheet = Sheet::of(&sprite(Theme::Print, 2).unwrap());
    let names: Vec<String> = Severity::ALL
        .iter()
        .flat_map(|severity| {
            let name = format!("house-{}", severity.code());
            [name.clone(), format!("{name}-hollow")]
        })
        .collect();
    for (index, one) in names.iter().enumerate() {
        for other in &names[index + 1..] {
            let share = differ(&sheet.grey(one), &sheet.grey(other));
            assert!(share > 0.08, "{one} and {other}: {share:.3}");
        }
    }
}

#[test]
fn without_colour_every_closed_road_says_why() {
    let sheet = Sheet::of(&sprite(Theme::Print, 2).unwrap());
    let names = [
        "closed",
        "closed-snow",
        "closed-flood",
        "closed-landslide",
        "closed-works",
    ];
    for (index, one) in names.iter().enumerate() {
        for other in &names[index + 1..] {
            let share = differ(&sheet.grey(one), &sheet.grey(other));
            assert!(share > 0.08, "{one} and {other}: {share:.3}");
        }
    }
}
