//! The bytes of a tile: layers, keys and values each once, geometry as steps (Vector Tile Specification 2.1).

use super::feature::{Attributes, Layer, Point, Polygon, flag};
use super::project::EXTENT;
use super::texts::TextPool;
use crate::tiles::doubled_area;
use crate::varint::{self, zigzag};
use std::collections::BTreeMap;

/// What features with equal attributes have together in a tile; positions count from its north-west corner.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub points: Vec<Point>,
    pub lines: Vec<Vec<Point>>,
    pub areas: Vec<Polygon>,
}

/// The contents of a tile.
pub(super) type Contents = BTreeMap<(Layer, Attributes), Parts>;

/// The tile without the layers of `without`.
pub(super) fn tile(contents: &Contents, texts: &TextPool, without: &[Layer]) -> Vec<u8> {
    let mut out = Vec::new();
    for layer in Layer::ALL
        .into_iter()
        .filter(|layer| !without.contains(layer))
    {
        let features = contents.iter().filter(|((other, _), _)| *other == layer);
        let mut table = Table::default();
        let features: Vec<Vec<u8>> = features
            .flat_map(|((_, attributes), parts)| table.features(layer, attributes, parts, texts))
            .collect();
        if !features.is_empty() {
            bytes_field(&mut out, 3, &table.layer(layer, &features));
        }
    }
    out
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    Number(u8),
}

/// Keys and values of a layer, numbered in the order they are first used.
#[derive(Default)]
struct Table {
    keys: BTreeMap<&'static str, u64>,
    values: BTreeMap<Value, u64>,
}

impl Table {
    fn features(
        &mut self,
        layer: Layer,
        attributes: &Attributes,
        parts: &Parts,
        texts: &TextPool,
    ) -> Vec<Vec<u8>> {
        let tags = self.tags(layer, attributes, texts);
        let Parts {
            points,
            lines,
            areas,
        } = parts;
        let mut features = Vec::new();
        for (kind, commands) in [
            (1, points_of(points)),
            (2, lines_of(lines)),
            (3, areas_of(areas)),
        ] {
            if commands.is_empty() {
                continue;
            }
            let mut feature = Vec::new();
            if !tags.is_empty() {
                packed(&mut feature, 2, &tags);
            }
            number_field(&mut feature, 3, kind);
            packed(&mut feature, 4, &commands);
            features.push(feature);
        }
        features
    }

    fn tags(&mut self, layer: Layer, attributes: &Attributes, texts: &TextPool) -> Vec<u64> {
        let Attributes {
            order: _,
            class,
            number,
            flags,
            name,
            reference,
        } = *attributes;
        let text = |number: u32| {
            Some(texts.text(number))
                .filter(|text| !text.is_empty())
                .map(|text| Value::Text(text.into()))
        };
        let set = |bit: u8| (flags & bit != 0).then_some(Value::Number(1));
        let number_key = if layer == Layer::Boundary {
            "admin_level"
        } else {
            "rank"
        };
        let name_key = if layer == Layer::HouseNumber {
            "number"
        } else {
            "name"
        };
        let pairs = [
            (
                "class",
                Some(class)
                    .filter(|class| !class.is_empty())
                    .map(|class| Value::Text(class.into())),
            ),
            (number_key, (number != 0).then_some(Value::Number(number))),
            (name_key, text(name)),
            ("ref", text(reference)),
            ("link", set(flag::LINK)),
            ("oneway", set(flag::ONEWAY)),
            ("bridge", set(flag::BRIDGE)),
            ("tunnel", set(flag::TUNNEL)),
        ];
        let mut tags = Vec::new();
        for (key, value) in pairs
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
        {
            let next = self.keys.len() as u64;
            tags.push(*self.keys.entry(key).or_insert(next));
            let next = self.values.len() as u64;
            tags.push(*self.values.entry(value).or_insert(next));
        }
        tags
    }

    fn layer(self, layer: Layer, features: &[Vec<u8>]) -> Vec<u8> {
        let mut out = Vec::new();
        number_field(&mut out, 15, 2);
        bytes_field(&mut out, 1, layer.name().as_bytes());
        features
            .iter()
            .for_each(|feature| bytes_field(&mut out, 2, feature));
        let mut keys: Vec<_> = self
            .keys
            .into_iter()
            .map(|(key, number)| (number, key))
            .collect();
        keys.sort_unstable();
        keys.iter()
            .for_each(|(_, key)| bytes_field(&mut out, 3, key.as_bytes()));
        let mut values: Vec<_> = self
            .values
            .into_iter()
            .map(|(value, number)| (number, value))
            .collect();
        values.sort_unstable();
        for (_, value) in values {
            let mut message = Vec::new();
            match value {
                Value::Text(text) => bytes_field(&mut message, 1, text.as_bytes()),
                Value::Number(number) => number_field(&mut message, 5, number.into()),
            }
            bytes_field(&mut out, 4, &message);
        }
        number_field(&mut out, 5, EXTENT as u64);
        out
    }
}

const MOVE: u64 = 1;
const LINE: u64 = 2;
const CLOSE: u64 = 7;

/// Steps from point to point; the first starts at the corner of the tile.
#[derive(Default)]
struct Pen {
    out: Vec<u64>,
    at: Point,
}

impl Pen {
    fn command(&mut self, command: u64, points: &[Point]) {
        self.out.push(command | (points.len() as u64) << 3);
        for point in points {
            for (to, from) in point.iter().zip(self.at) {
                self.out.push(zigzag(i64::from(*to) - i64::from(from)));
            }
            self.at = *point;
        }
    }
}

fn points_of(points: &[Point]) -> Vec<u64> {
    let mut sorted = points.to_vec();
    sorted.sort_by_key(|point| (near(*point), *point));
    sorted.dedup();
    let mut pen = Pen::default();
    if !sorted.is_empty() {
        pen.command(MOVE, &sorted);
    }
    pen.out
}

fn lines_of(lines: &[Vec<Point>]) -> Vec<u64> {
    let mut pen = Pen::default();
    for line in sorted(lines, |line| line[0]) {
        pen.command(MOVE, &line[..1]);
        pen.command(LINE, &line[1..]);
    }
    pen.out
}

fn areas_of(areas: &[Polygon]) -> Vec<u64> {
    let mut pen = Pen::default();
    for polygon in sorted(areas, |polygon| polygon[0][0]) {
        for (index, ring) in polygon.iter().enumerate() {
            let outer = index == 0;
            let mut ring = ring.clone();
            if (doubled_area(&ring) > 0) != outer {
                ring.reverse();
            }
            pen.command(MOVE, &ring[..1]);
            pen.command(LINE, &ring[1..]);
            pen.out.push(CLOSE | 1 << 3);
        }
    }
    pen.out
}

/// Neighbours one after the other, each once.
fn sorted<T: Ord>(parts: &[T], first: impl Fn(&T) -> Point) -> Vec<&T> {
    let mut sorted: Vec<&T> = parts.iter().collect();
    sorted.sort_by(|a, b| near(first(a)).cmp(&near(first(b))).then_with(|| a.cmp(b)));
    sorted.dedup();
    sorted
}

/// The bits of both coordinates by turns (Morton order), so that neighbours have near numbers.
fn near([x, y]: Point) -> u64 {
    let spread = |side: i32| {
        let mut bits = u64::from(side.saturating_add(1 << 15).clamp(0, 0xffff).unsigned_abs());
        for (shift, mask) in [
            (8, 0x00ff_00ff),
            (4, 0x0f0f_0f0f),
            (2, 0x3333_3333),
            (1, 0x5555_5555),
        ] {
            bits = (bits | bits << shift) & mask;
        }
        bits
    };
    spread(x) | spread(y) << 1
}

fn number_field(out: &mut Vec<u8>, field: u64, number: u64) {
    varint::write(out, field << 3);
    varint::write(out, number);
}

fn bytes_field(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint::write(out, field << 3 | 2);
    varint::write(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn packed(out: &mut Vec<u8>, field: u64, numbers: &[u64]) {
    let mut bytes = Vec::new();
    numbers
        .iter()
        .for_each(|number| varint::write(&mut bytes, *number));
    bytes_field(out, field, &bytes);
}
