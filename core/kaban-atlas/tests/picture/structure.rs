//! What stands on the sheet, and where: looked up in the scene, not in pixels.

use crate::town::{drawn, order, pack, pin, words};
use kaban_atlas::picture::{Colour, Item, Rect, Role, Scene, Severity, Sheet, draw};

fn texts(scene: &Scene, role: Role) -> Vec<&str> {
    scene
        .of(role)
        .filter_map(|item| item.text.as_deref())
        .collect()
}

fn bounds(item: &Item) -> Rect {
    item.bounds().unwrap()
}

/// The edge of the map.
fn map(scene: &Scene) -> Rect {
    Rect::of(&scene.of(Role::Border).next().unwrap().path).unwrap()
}

#[test]
fn everything_that_was_asked_for_stands_on_the_sheet() {
    let picture = drawn(&pack(), &[pin(12, 0.2, 0.3), pin(7, 0.8, 0.6)]);
    let scene = &picture.scene;
    assert_eq!(texts(scene, Role::Title), ["Hikari"]);
    assert_eq!(texts(scene, Role::Date), ["2026-11-24"]);
    assert_eq!(texts(scene, Role::Number), ["12", "7"]);
    assert_eq!(texts(scene, Role::Note), ["shred it"]);
    assert_eq!(texts(scene, Role::North), ["N"]);
    let credit = "© OpenStreetMap contributors, ODbL 1.0";
    assert_eq!(texts(scene, Role::Attribution), [credit]);
    let legend = ["end of life 0", "unstable 0", "watch 2", "stable 0"];
    assert_eq!(texts(scene, Role::LegendText), legend);
    assert!(picture.fell_back && picture.bare.is_empty() && picture.outside.is_empty());
}

#[test]
fn nothing_but_roads_and_houses_stands_in_the_map_and_nothing_leaves_the_sheet() {
    let picture = drawn(&pack(), &[pin(1, 0.1, 0.1), pin(2, 0.9, 0.9)]);
    let scene = &picture.scene;
    let sheet = Rect {
        left: 0.0,
        top: 0.0,
        right: scene.width,
        bottom: scene.height,
    };
    let map = map(scene);
    for item in &scene.items {
        let bounds = bounds(item);
        match item.role {
            Role::Sign(_) | Role::Number | Role::Leader | Role::House => {
                assert!(map.holds(&bounds), "{item:?}");
            }
            Role::Ground | Role::Road | Role::Casing | Role::Paper | Role::Border => {}
            _ => assert!(
                !map.overlaps(&bounds) && sheet.grown(-5.0).holds(&bounds),
                "{item:?}"
            ),
        }
    }
}

#[test]
fn main_roads_are_painted_over_lesser_ones_and_all_below_the_margins() {
    let scene = drawn(&pack(), &[pin(1, 0.0, 0.0), pin(2, 1.0, 1.0)]).scene;
    let index = |found: &dyn Fn(&Item) -> bool| scene.items.iter().position(found);
    let last = |role: Role| {
        scene
            .items
            .iter()
            .rposition(|item| item.role == role)
            .unwrap()
    };
    let paper = index(&|item| item.role == Role::Paper).unwrap();
    assert!(last(Role::Road) < paper && last(Role::Casing) < last(Role::Road));
    let widths: Vec<f32> = scene
        .of(Role::Casing)
        .map(|item| item.stroke.unwrap().width)
        .collect();
    assert_eq!(
        widths.len(),
        6,
        "streets, tertiary, secondary, primary, trunk, motorway"
    );
    assert!(widths.is_sorted());
    let dashed = scene
        .of(Role::Road)
        .filter(|item| item.stroke.unwrap().dash.is_some());
    assert_eq!(dashed.count(), 1, "the track");
}

#[test]
fn the_bar_of_the_scale_is_as_long_as_it_says() {
    let picture = drawn(&pack(), &[pin(1, 0.0, 0.0), pin(2, 1.0, 1.0)]);
    let scene = &picture.scene;
    let label = texts(scene, Role::Scale)[0].to_owned();
    let (number, unit) = label.split_once(' ').unwrap();
    let metres = number.parse::<f64>().unwrap() * if unit == "km" { 1000.0 } else { 1.0 };
    let bar = scene
        .of(Role::Scale)
        .find(|item| item.text.is_none())
        .unwrap();
    let mm = f64::from(Rect::of(&bar.path).unwrap().width());
    assert!((mm * picture.denominator / 1000.0 / metres - 1.0).abs() < 0.001);
}

#[test]
fn north_is_up_and_east_is_right() {
    let signs = drawn(
        &pack(),
        &[pin(1, 0.1, 0.1), pin(2, 0.9, 0.1), pin(3, 0.1, 0.9)],
    )
    .signs;
    let [first, east, north] = [0, 1, 2].map(|index| signs[index].sign.centre());
    assert!(east[0] > first[0] + 20.0 && (east[1] - first[1]).abs() < 0.1);
    assert!(north[1] < first[1] - 20.0 && (north[0] - first[0]).abs() < 0.1);
}

#[test]
fn the_sheet_is_turned_as_the_area_asks() {
    let pack = pack();
    let tall = drawn(&pack, &[pin(1, 0.5, 0.0), pin(2, 0.5, 1.0)]).scene;
    let wide = drawn(&pack, &[pin(1, 0.0, 0.5), pin(2, 1.0, 0.5)]).scene;
    assert_eq!(tall.pixels(), (1654, 2339));
    assert_eq!(wide.pixels(), (2339, 1654));
}

#[test]
fn no_patient_is_a_sentence_on_the_map_of_the_whole_pack() {
    let picture = drawn(&pack(), &[]);
    assert_eq!(texts(&picture.scene, Role::Empty), ["no house here"]);
    assert!(picture.signs.is_empty() && picture.scene.of(Role::Road).count() > 3);
    let busy = drawn(&pack(), &[pin(1, 0.5, 0.5)]);
    assert_eq!(busy.scene.of(Role::Empty).count(), 0);
}

#[test]
fn without_colours_every_severity_has_another_shape_or_ink() {
    let pins: Vec<_> = (0..5)
        .map(|n| pin(n + 1, 0.2 * f64::from(n), 0.5))
        .collect();
    let picture = drawn(&pack(), &pins);
    let mut seen: Vec<Vec<(String, u8)>> = Vec::new();
    for severity in Severity::ALL {
        let items: Vec<&Item> = picture.scene.of(Role::Sign(severity)).collect();
        let centre = bounds(items[0]).centre();
        let looks = items
            .iter()
            .map(|item| {
                let moved: Vec<String> = item
                    .path
                    .iter()
                    .filter_map(|verb| Rect::of(&[*verb]))
                    .map(|at| format!("{:.1} {:.1}", at.left - centre[0], at.top - centre[1]))
                    .collect();
                (moved.join(","), item.fill.map_or(255, Colour::grey))
            })
            .collect();
        seen.push(looks);
    }
    for (index, looks) in seen.iter().enumerate() {
        assert!(
            seen[index + 1..]
                .iter()
                .all(|other| other[0].0 != looks[0].0)
        );
    }
    let ink = |severity: Severity| {
        let sign = picture.scene.of(Role::Sign(severity)).next().unwrap();
        sign.fill.unwrap().grey()
    };
    assert!(ink(Severity::Unstable) < 110 && ink(Severity::EndOfLife) < 110);
    assert!(ink(Severity::Watch) > 200 && ink(Severity::Stable) > 200);
}

#[test]
fn a_given_frame_decides_what_is_shown_and_names_who_is_not() {
    let (pack, words) = (pack(), words());
    let pins = [pin(1, 0.25, 0.25), pin(2, 0.9, 0.9)];
    let mut order = order(&pins, &words);
    let [west, south] = pins[0].at;
    order.frame = Some([west - 0.004, south - 0.004, west + 0.004, south + 0.004]);
    let picture = draw(&pack, &order).unwrap();
    let shown: Vec<u32> = picture.signs.iter().map(|sign| sign.number).collect();
    assert_eq!((shown, picture.outside), (vec![1], vec![2]));
}

#[test]
fn letters_have_their_size_on_paper_whatever_the_number_of_pixels() {
    let (pack, words) = (pack(), words());
    let pins = [pin(1, 0.5, 0.5)];
    let mut order = order(&pins, &words);
    let heights = [(800, 1000), (2400, 3000)].map(|(width, height)| {
        order.sheet = Sheet::Pixels { width, height };
        let scene = draw(&pack, &order).unwrap().scene;
        assert_eq!(scene.pixels(), (width, height));
        bounds(scene.of(Role::Number).next().unwrap()).height()
    });
    assert!((heights[0] - heights[1]).abs() < 0.01 && heights[0] > 3.0);
}
