//! A town of straight streets, and houses in it.

use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::osm::{Elements, Node, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::picture::{Order, Overlays, Picture, Pin, Severity, Sheet, Wording, Words, draw};
use kaban_atlas::style::Theme;

/// South-west corner of the town.
pub const CORNER: [f64; 2] = [140.55, 35.70];
/// Its sides in degrees.
pub const SIDE: f64 = 0.04;
const STREETS: i64 = 9;

/// Streets of each kind, west to east and south to north.
pub fn pack() -> Pack {
    let kinds = [
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "residential",
        "unclassified",
        "service",
        "track",
    ];
    let mut town = Elements::default();
    let place = |line: i64| SIDE * line as f64 / (STREETS - 1) as f64;
    for row in 0..STREETS {
        for column in 0..STREETS {
            town.nodes.push(Node {
                id: 1 + row * STREETS + column,
                lon: CORNER[0] + place(column),
                lat: CORNER[1] + place(row),
                tags: Vec::new(),
            });
        }
    }
    for (line, kind) in kinds.iter().enumerate() {
        let line = line as i64;
        for (id, nodes) in [
            (1, (0..STREETS).map(|at| 1 + line * STREETS + at).collect()),
            (
                2,
                (0..STREETS)
                    .map(|at| 1 + at * STREETS + line)
                    .collect::<Vec<i64>>(),
            ),
        ] {
            town.ways.push(Way {
                id: 10 * (line + 1) + id,
                nodes,
                tags: vec![("highway".to_owned(), (*kind).to_owned())],
            });
        }
    }
    let built = from_elements(&town, &BuildOptions::default()).unwrap();
    Pack::from_bytes(&built.pack).unwrap()
}

/// A house so far into the town, 0 to 1 from west and from south.
pub fn pin(number: u32, east: f64, north: f64) -> Pin {
    Pin {
        number,
        at: [CORNER[0] + SIDE * east, CORNER[1] + SIDE * north],
        severity: Severity::ALL[number as usize % Severity::ALL.len()],
    }
}

/// Words in Japanese with a plain form.
pub fn words() -> Words {
    Words {
        title: Wording::new("光町 動態地図", "Hikari"),
        date: Wording::new("2026年11月24日", "2026-11-24"),
        legend: vec![
            (Severity::EndOfLife, Wording::new("看取り期", "end of life")),
            (Severity::Unstable, Wording::new("不安定", "unstable")),
            (Severity::Watch, Wording::new("要注意", "watch")),
            (Severity::Stable, Wording::new("安定", "stable")),
        ],
        keys: Vec::new(),
        notes: vec![Wording::new("裁断する", "shred it")],
        bare: Wording::new("番号のない家 {n}", "without a number: {n}"),
        empty: Wording::new("家はありません", "no house here"),
        attribution: Wording::plain("© OpenStreetMap contributors, ODbL 1.0"),
    }
}

/// The picture of these houses on A4, without a font.
pub fn drawn(pack: &Pack, pins: &[Pin]) -> Picture {
    let words = words();
    draw(pack, &order(pins, &words)).unwrap()
}

/// An order for A4 without a font.
pub fn order<'a>(pins: &'a [Pin], words: &'a Words) -> Order<'a> {
    Order {
        pins,
        words,
        sheet: Sheet::A4,
        frame: None,
        font: None,
        theme: Theme::Print,
        overlays: Overlays::NONE,
    }
}
