//! The pack's base map below the roads, its names, and what is laid over it.

use crate::squares::squares;
use crate::town::{CORNER, SIDE, pin, words};
use kaban_atlas::build::{BaseMapSource, BuildOptions, from_elements};
use kaban_atlas::conditions::{Closure, ClosureShape};
use kaban_atlas::osm::{Elements, Node, Tags, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::picture::{
    Area, Band, Colour, Font, Item, Order, Overlays, Picture, Rect, Role, Scene, Sheet, Stop,
    draw_over,
};
use kaban_atlas::style::Theme;
use kaban_atlas::tiles::BaseMap;
use std::io::Cursor;
use std::sync::OnceLock;

/// Small, so that the tests are quick.
const SHEET: Sheet = Sheet::Pixels {
    width: 420,
    height: 420,
};
const LETTERS: &str = "0123456789 町川湖病院国道駅前通り本森第一二三NkmABCDEH";

fn place(east: f64, north: f64) -> [f64; 2] {
    [CORNER[0] + SIDE * east, CORNER[1] + SIDE * north]
}

fn tags(list: &[(&str, &str)]) -> Tags {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    list.iter().map(owned).collect()
}

/// A valley: roads with names and numbers, a lake over many tiles, a river, a wood, houses, a railway, borders, names.
fn valley() -> Elements {
    let mut map = Elements::default();
    let mut add = |points: &[[f64; 2]], closed: bool, list: &[(&str, &str)]| {
        let first = map.nodes.len() as i64 + 1;
        for (index, [east, north]) in points.iter().enumerate() {
            let [lon, lat] = place(*east, *north);
            map.nodes.push(Node {
                id: first + index as i64,
                lon,
                lat,
                tags: Vec::new(),
            });
        }
        let mut nodes: Vec<i64> = (first..first + points.len() as i64).collect();
        if closed {
            nodes.push(first);
        }
        let id = map.ways.len() as i64 + 1;
        map.ways.push(Way {
            id,
            nodes,
            tags: tags(list),
        });
    };
    let square =
        |x: f64, y: f64, side: f64| [[x, y], [x + side, y], [x + side, y + side], [x, y + side]];
    add(
        &[[0.0, 0.5], [0.5, 0.5], [1.0, 0.5]],
        false,
        &[("highway", "trunk"), ("ref", "126"), ("name", "国道")],
    );
    add(
        &[[0.5, 0.0], [0.5, 0.5], [0.5, 1.0]],
        false,
        &[("highway", "secondary"), ("name", "駅前通り")],
    );
    add(
        &[[0.0, 0.9], [0.5, 0.9], [1.0, 0.9]],
        false,
        &[("highway", "residential"), ("name", "本通り")],
    );
    add(
        &square(0.05, 0.55, 0.35),
        true,
        &[("natural", "water"), ("name", "湖")],
    );
    add(&square(0.6, 0.05, 0.35), true, &[("landuse", "forest")]);
    add(&square(0.1, 0.1, 0.2), true, &[("landuse", "residential")]);
    add(&square(0.15, 0.15, 0.01), true, &[("building", "yes")]);
    add(
        &[[0.0, 0.3], [0.5, 0.32], [1.0, 0.3]],
        false,
        &[("waterway", "river"), ("name", "川")],
    );
    add(&[[0.0, 0.42], [1.0, 0.44]], false, &[("railway", "rail")]);
    for (id, at, list) in [
        (
            900_001,
            [0.55, 0.55],
            &[("place", "town"), ("name", "町")][..],
        ),
        (
            900_002,
            [0.7, 0.7],
            &[("amenity", "hospital"), ("name", "病院")],
        ),
        (
            900_003,
            [0.75, 0.433],
            &[("railway", "station"), ("name", "駅")],
        ),
        (
            900_004,
            [0.72, 0.7],
            &[("amenity", "pharmacy"), ("name", "一")],
        ),
        (
            900_005,
            [0.2, 0.2],
            &[("place", "hamlet"), ("name", "第二")],
        ),
    ] {
        let [lon, lat] = place(at[0], at[1]);
        map.nodes.push(Node {
            id,
            lon,
            lat,
            tags: tags(list),
        });
    }
    map
}

/// The valley's pack and its bytes.
fn pack() -> &'static (Pack, Vec<u8>) {
    static PACK: OnceLock<(Pack, Vec<u8>)> = OnceLock::new();
    PACK.get_or_init(|| {
        let options = BuildOptions {
            base_map: BaseMapSource::Drawn,
            country: Some("JP".to_owned()),
            ..BuildOptions::default()
        };
        let built = from_elements(&valley(), &options).unwrap();
        (Pack::from_bytes(&built.pack).unwrap(), built.pack)
    })
}

fn font() -> &'static Font {
    static FONT: OnceLock<Font> = OnceLock::new();
    FONT.get_or_init(|| Font::from_bytes(squares(&LETTERS.chars().collect::<Vec<_>>())).unwrap())
}

fn frame() -> [f64; 4] {
    let ([west, south], [east, north]) = (place(0.0, 0.0), place(1.0, 1.0));
    [west, south, east, north]
}

fn drawn(theme: Theme, overlays: &Overlays, change: impl FnOnce(&mut Order<'_>)) -> Picture {
    let (pack, bytes) = pack();
    let words = words();
    let pins = [
        pin(1, 0.25, 0.25),
        pin(2, 0.7, 0.705),
        pin(3, 0.55, 0.55),
        pin(4, 0.5, 0.5),
    ];
    let mut order = Order {
        pins: &pins,
        words: &words,
        sheet: SHEET,
        frame: Some(frame()),
        font: Some(font()),
        theme,
        overlays,
    };
    change(&mut order);
    let mut base_map = BaseMap::open(Cursor::new(bytes.as_slice())).unwrap();
    draw_over(pack, &mut base_map, &order).unwrap()
}

fn everything() -> Overlays {
    let ring = |a: f64, b: f64| {
        vec![
            place(a, a),
            place(b, a),
            place(b, b),
            place(a, b),
            place(a, a),
        ]
    };
    Overlays {
        routes: vec![vec![place(0.0, 0.5), place(1.0, 0.5)]],
        stops: vec![
            Stop {
                order: 1,
                at: place(0.25, 0.25),
            },
            Stop {
                order: 2,
                at: place(0.5, 0.5),
            },
        ],
        start: Some(place(0.9, 0.1)),
        closures: vec![
            Closure {
                id: "snow".to_owned(),
                shape: ClosureShape::Circle {
                    centre: place(0.8, 0.8),
                    radius_m: 200.0,
                },
            },
            Closure {
                id: "slide".to_owned(),
                shape: ClosureShape::Roads(vec![vec![place(0.5, 0.0), place(0.5, 0.5)]]),
            },
        ],
        areas: vec![Area {
            name: "本町".to_owned(),
            polygons: vec![vec![ring(0.02, 0.6)]],
        }],
        bands: vec![
            Band {
                minutes: 20,
                polygons: vec![vec![ring(0.2, 0.9)]],
            },
            Band {
                minutes: 10,
                polygons: vec![vec![ring(0.4, 0.7)]],
            },
        ],
        far: [1].into(),
    }
}

fn texts(scene: &Scene, role: Role) -> Vec<&str> {
    let items = scene.of(role);
    items.filter_map(|item| item.text.as_deref()).collect()
}

#[test]
fn every_layer_that_the_data_has_is_drawn() {
    let picture = drawn(Theme::Print, Overlays::NONE, |_| {});
    let scene = &picture.scene;
    for role in [
        Role::Ground,
        Role::Landuse,
        Role::LandHatch,
        Role::Water,
        Role::Stream,
        Role::Building,
        Role::Rail,
        Role::Road,
    ] {
        assert!(scene.of(role).any(|item| !item.path.is_empty()), "{role:?}");
    }
    assert!(texts(scene, Role::Name).contains(&"町"));
    let signs = texts(scene, Role::PlaceSign);
    assert!(
        signs.contains(&"病院") && signs.contains(&"駅"),
        "{signs:?}"
    );
    assert_eq!(texts(scene, Role::Shield)[0], "126");
    assert!(texts(scene, Role::RoadName).contains(&"駅前通り"));
    assert!(texts(scene, Role::WaterName).contains(&"湖"));
    assert!(picture.tiles > 1 && picture.unwritten == 0);
}

#[test]
fn what_is_laid_over_is_drawn_and_explained_by_its_role() {
    let scene = drawn(Theme::Day, &everything(), |_| {}).scene;
    for role in [
        Role::Band(10),
        Role::Band(20),
        Role::BandEdge(10),
        Role::AreaBorder,
        Role::Route,
        Role::RouteEdge,
        Role::Closure,
        Role::ClosureSign,
        Role::Start,
        Role::Far,
    ] {
        assert!(scene.of(role).any(|item| !item.path.is_empty()), "{role:?}");
    }
    assert_eq!(texts(&scene, Role::Stop), ["1", "2"]);
    assert_eq!(texts(&scene, Role::AreaName), ["本町"]);
    assert_eq!(
        scene.of(Role::Landuse).count(),
        0,
        "tones of time stand alone"
    );
    let first = |role| {
        scene
            .items
            .iter()
            .position(|item| item.role == role)
            .unwrap()
    };
    assert!(
        first(Role::Band(20)) < first(Role::Band(10)) && first(Role::Band(10)) < first(Role::Road)
    );
    assert!(first(Role::Road) < first(Role::Route));
}

/// Boxes of a sign belong together, as do a plate and its words.
fn boxes(scene: &Scene) -> Vec<(Role, Rect)> {
    let labels = scene.items.iter().filter(|item| item.role.is_label());
    let words = labels.filter(|item| item.text.is_some());
    words
        .filter_map(|item: &Item| Some((item.role, item.bounds()?)))
        .collect()
}

#[test]
fn no_name_lies_on_another_nor_on_a_house_or_its_number() {
    for (theme, overlays) in [
        (Theme::Print, Overlays::default()),
        (Theme::Day, everything()),
    ] {
        let picture = drawn(theme, &overlays, |_| {});
        let boxes = boxes(&picture.scene);
        assert!(boxes.len() > 6);
        for (index, (role, rect)) in boxes.iter().enumerate() {
            for (other, box_of_other) in &boxes[index + 1..] {
                // The box of a slanting name is larger than the name.
                let slants = [role, other]
                    .iter()
                    .any(|role| matches!(role, Role::RoadName | Role::WaterName));
                assert!(
                    slants || !rect.overlaps(box_of_other),
                    "{role:?} lies on {other:?}"
                );
            }
            for sign in &picture.signs {
                assert!(
                    !rect.overlaps(&sign.sign) && !rect.overlaps(&sign.label),
                    "{role:?} hides {}",
                    sign.number
                );
            }
        }
    }
}

#[test]
fn no_seam_shows_where_two_tiles_meet() {
    let picture = drawn(Theme::Day, Overlays::NONE, |order| order.pins = &[]);
    let water = picture.scene.of(Role::Water).next().unwrap().clone();
    let lake = Rect::of(&water.path).unwrap();
    let scene = Scene {
        items: vec![water],
        ..picture.scene
    };
    let file = scene.to_png().unwrap();
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let at = |x: usize, y: usize| &pixels[3 * (y * info.width as usize + x)..][..3];
    let scale = scene.pixels_per_mm;
    let inner = lake.grown(-1.5);
    let [left, top, right, bottom] =
        [inner.left, inner.top, inner.right, inner.bottom].map(|mm| (mm * scale) as usize);
    assert!(right - left > 50 && picture.tiles >= 4);
    let expected = at(left, top).to_vec();
    for y in top..bottom {
        for x in left..right {
            assert_eq!(at(x, y), expected, "{x} {y}");
        }
    }
}

#[test]
fn equal_orders_give_equal_bytes() {
    let draw = || drawn(Theme::Night, &everything(), |_| {});
    let (one, two) = (draw(), draw());
    assert_eq!(one, two);
    assert_eq!(one.scene.to_svg(), two.scene.to_svg());
    assert_eq!(one.scene.to_png().unwrap(), two.scene.to_png().unwrap());
}

#[test]
fn a_frame_of_three_degrees_is_drawn_from_few_tiles_and_the_sea_from_none() {
    let wide = drawn(Theme::Print, Overlays::NONE, |order| {
        order.frame = Some([139.0, 34.5, 141.9, 37.4]);
    });
    assert!(wide.tiles <= 120);
    let nowhere = drawn(Theme::Print, Overlays::NONE, |order| {
        order.frame = Some([150.0, 20.0, 150.1, 20.1]);
    });
    assert_eq!(nowhere.tiles, 0);
    assert!(nowhere.scene.to_png().is_ok());
}

#[test]
fn without_a_font_names_in_kanji_are_left_out_and_counted() {
    let picture = drawn(Theme::Print, Overlays::NONE, |order| order.font = None);
    assert!(picture.unwritten > 0);
    assert!(texts(&picture.scene, Role::Name).is_empty());
    let signs = picture.scene.of(Role::PlaceSign);
    assert!(
        signs.count() > 0,
        "the sign of the hospital needs no letters"
    );
    assert_eq!(texts(&picture.scene, Role::Shield)[0], "126");
}

#[test]
fn the_night_is_dark_to_the_edge_of_the_sheet_and_a_print_is_white() {
    for (theme, dark) in [(Theme::Night, true), (Theme::Print, false)] {
        let scene = drawn(theme, Overlays::NONE, |_| {}).scene;
        let greys = |role| {
            scene
                .of(role)
                .filter_map(|item| item.fill)
                .map(Colour::grey)
        };
        assert_eq!(scene.page.grey() < 40, dark);
        assert!(greys(Role::Ground).all(|grey| (grey < 40) == dark));
        assert!(greys(Role::Water).all(|grey| (grey < 80) == dark));
    }
}

#[test]
fn the_words_of_a_map_stand_beside_their_outlines_in_an_svg() {
    let svg = drawn(Theme::Day, &everything(), |_| {}).scene.to_svg();
    for word in ["\"病院\"", "\"町\"", "\"126\"", "\"本町\""] {
        assert!(svg.contains(word), "{word}");
    }
    assert!(!svg.contains("<text"));
}
