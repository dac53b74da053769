//! The contents of a tile: layers, their features, and the geometry of each.

use super::TILE_INFLATED_BYTES_MAX;
use crate::error::{Error, Result};
use crate::varint::signed;
use crate::wire::{Malformed, Value as Field, Wire};

const LAYERS_MAX: usize = 64;
/// Positions of a sound tile stay near it; this far out in both directions is nonsense.
const REACH: i64 = 1 << 24;

/// A decoded tile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tile {
    /// Its layers, in the order they are stored.
    pub layers: Vec<Layer>,
}

/// One layer of a tile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// Its name, such as `road`.
    pub name: String,
    /// Units along a side of the tile; positions of features are in these, from the north-west corner.
    pub extent: u32,
    keys: Vec<String>,
    values: Vec<Value>,
    raw: Vec<RawFeature>,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A fraction, or a kind this version does not know.
    Other,
}

/// What a feature looks like; `[x, y]` from the north-west corner of the tile, y downwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Geometry {
    /// Points.
    Points(Vec<[i32; 2]>),
    /// Lines of at least two points.
    Lines(Vec<Vec<[i32; 2]>>),
    /// Polygons, each with its outer ring first and then its holes; the last point of a ring is not its first.
    Polygons(Vec<Vec<Vec<[i32; 2]>>>),
}

#[derive(Clone, Debug, PartialEq)]
struct RawFeature {
    tags: Vec<[usize; 2]>,
    geometry: Geometry,
}

/// One feature with its attributes.
#[derive(Clone, Copy, Debug)]
pub struct Feature<'a> {
    layer: &'a Layer,
    raw: &'a RawFeature,
}

impl Tile {
    /// Decodes the inflated bytes of a tile.
    ///
    /// # Errors
    /// [`Error::BadBaseMap`] when the bytes are no vector tile or more than
    /// [`TILE_INFLATED_BYTES_MAX`].
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > TILE_INFLATED_BYTES_MAX {
            return Err(Error::BadBaseMap("a tile is too long"));
        }
        read_tile(bytes).map_err(|Malformed(_)| Error::BadBaseMap("a tile does not decode"))
    }

    /// The layer of that name.
    #[must_use]
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.name == name)
    }
}

impl Layer {
    /// Its features, in the order they are drawn.
    pub fn features(&self) -> impl ExactSizeIterator<Item = Feature<'_>> {
        self.raw.iter().map(|raw| Feature { layer: self, raw })
    }
}

impl<'a> Feature<'a> {
    /// What it looks like.
    #[must_use]
    pub fn geometry(&self) -> &'a Geometry {
        &self.raw.geometry
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.attributes()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// The attribute as a text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'a str> {
        match self.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The attribute as a whole number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<i64> {
        match self.get(key)? {
            Value::Number(number) => Some(*number),
            Value::Flag(flag) => Some((*flag).into()),
            _ => None,
        }
    }

    /// `class`, empty when there is none.
    #[must_use]
    pub fn class(&self) -> &'a str {
        self.text("class").unwrap_or_default()
    }

    /// `name`, empty when there is none.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.text("name").unwrap_or_default()
    }

    /// All its attributes.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let layer = self.layer;
        self.raw
            .tags
            .iter()
            .map(|[key, value]| (layer.keys[*key].as_str(), &layer.values[*value]))
    }
}

type Read<T> = Result<T, Malformed>;

fn read_tile(bytes: &[u8]) -> Read<Tile> {
    let mut tile = Tile::default();
    let mut wire = Wire(bytes);
    while let Some((number, value)) = wire.field()? {
        if number == 3 {
            if tile.layers.len() == LAYERS_MAX {
                return Err(Malformed("too many layers"));
            }
            tile.layers.push(read_layer(value.bytes()?)?);
        }
    }
    Ok(tile)
}

fn read_layer(bytes: &[u8]) -> Read<Layer> {
    let mut layer = Layer {
        extent: 4096,
        ..Layer::default()
    };
    let mut features = Vec::new();
    let mut wire = Wire(bytes);
    while let Some((number, value)) = wire.field()? {
        match number {
            1 => layer.name = text(value)?,
            2 => features.push(value.bytes()?),
            3 => layer.keys.push(text(value)?),
            4 => layer.values.push(read_value(value.bytes()?)?),
            5 => {
                let extent = u32::try_from(value.varint()?).unwrap_or(0);
                if !(1..=1 << 16).contains(&extent) {
                    return Err(Malformed("an impossible extent"));
                }
                layer.extent = extent;
            }
            _ => {}
        }
    }
    // Keys and values may stand behind the features that name them.
    for bytes in features {
        if let Some(feature) = read_feature(bytes, layer.keys.len(), layer.values.len())? {
            layer.raw.push(feature);
        }
    }
    Ok(layer)
}

fn read_value(bytes: &[u8]) -> Read<Value> {
    let mut found = Value::Other;
    let mut wire = Wire(bytes);
    while let Some((number, value)) = wire.field()? {
        found = match number {
            1 => Value::Text(text(value)?),
            4 | 5 => Value::Number(value.varint()?.cast_signed()),
            6 => Value::Number(signed(value.varint()?)),
            7 => Value::Flag(value.varint()? != 0),
            _ => continue,
        };
    }
    Ok(found)
}

/// A feature of a kind this version does not know is left out.
fn read_feature(bytes: &[u8], keys: usize, values: usize) -> Read<Option<RawFeature>> {
    let (mut tags, mut commands, mut kind) = (Vec::new(), Vec::new(), 0);
    let mut wire = Wire(bytes);
    while let Some((number, value)) = wire.field()? {
        match number {
            2 => value.append_to(&mut tags)?,
            3 => kind = value.varint()?,
            4 => value.append_to(&mut commands)?,
            _ => {}
        }
    }
    let mut pairs = Vec::with_capacity(tags.len() / 2);
    for pair in tags.chunks(2) {
        let (Some(&key), Some(&value)) = (pair.first(), pair.get(1)) else {
            return Err(Malformed("a key has no value"));
        };
        if key >= keys as u64 || value >= values as u64 {
            return Err(Malformed("an attribute is not in the table"));
        }
        pairs.push([key as usize, value as usize]);
    }
    let geometry = match kind {
        1 => Geometry::Points(read_parts(&commands)?.into_iter().flatten().collect()),
        2 => Geometry::Lines(
            read_parts(&commands)?
                .into_iter()
                .filter(|line| line.len() > 1)
                .collect(),
        ),
        3 => Geometry::Polygons(polygons(read_parts(&commands)?)),
        _ => return Ok(None),
    };
    Ok(Some(RawFeature {
        tags: pairs,
        geometry,
    }))
}

/// The runs of points between one `MoveTo` and the next.
fn read_parts(commands: &[u64]) -> Read<Vec<Vec<[i32; 2]>>> {
    const MOVE: u64 = 1;
    const LINE: u64 = 2;
    const CLOSE: u64 = 7;
    let mut parts: Vec<Vec<[i32; 2]>> = Vec::new();
    let (mut x, mut y) = (0i64, 0i64);
    let mut rest = commands.iter();
    while let Some(command) = rest.next() {
        let (command, count) = (command & 7, command >> 3);
        if command == CLOSE {
            continue;
        }
        if !matches!(command, MOVE | LINE) || count > rest.len() as u64 / 2 {
            return Err(Malformed("an impossible command"));
        }
        for _ in 0..count {
            let (Some(&dx), Some(&dy)) = (rest.next(), rest.next()) else {
                return Err(Malformed("a command without its point"));
            };
            x = x.saturating_add(signed(dx));
            y = y.saturating_add(signed(dy));
            if x.abs() > REACH || y.abs() > REACH {
                return Err(Malformed("a position far outside the tile"));
            }
            if command == MOVE {
                parts.push(Vec::new());
            }
            let part = parts.last_mut().ok_or(Malformed("a line begins nowhere"))?;
            part.push([x as i32, y as i32]);
        }
    }
    Ok(parts)
}

/// Rings with positive area (clockwise on the screen) begin a polygon, the others are its holes.
fn polygons(rings: Vec<Vec<[i32; 2]>>) -> Vec<Vec<Vec<[i32; 2]>>> {
    let mut polygons: Vec<Vec<Vec<[i32; 2]>>> = Vec::new();
    for ring in rings.into_iter().filter(|ring| ring.len() > 2) {
        let area = doubled_area(&ring);
        match polygons.last_mut() {
            Some(polygon) if area < 0 => polygon.push(ring),
            _ if area != 0 => polygons.push(vec![ring]),
            _ => {}
        }
    }
    polygons
}

/// Twice the area inside a ring, positive when it runs clockwise on the screen; of rings that wind more often than any
/// area can, the largest number.
pub(crate) fn doubled_area(ring: &[[i32; 2]]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    let cross = |(a, b): (&[i32; 2], &[i32; 2])| {
        i128::from(i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
    };
    let sum: i128 = ring.iter().zip(next).map(cross).sum();
    sum.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

fn text(field: Field<'_>) -> Read<String> {
    let text = std::str::from_utf8(field.bytes()?).map_err(|_| Malformed("a text is not UTF-8"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_tile_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Tile::decode(&bytes);
        }

        #[test]
        fn any_commands_are_parts_or_an_error(commands in prop::collection::vec(prop_oneof![0u64..64, any::<u64>()], 0..60)) {
            if let Ok(parts) = read_parts(&commands) {
                prop_assert!(parts.iter().map(Vec::len).sum::<usize>() <= commands.len() / 2);
            }
        }
    }
}
