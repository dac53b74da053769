//! Areas and towns in the pack, byte by byte; names are varint length and UTF-8, numbers are varints.
//!
//! - `AREAS`: areas; per area its name, rings; per ring corners, and for each the zigzag steps in longitude
//!   and latitude from the corner before it (the first of the section from 0, 0).
//! - `TOWNS`: towns; per town name, municipality, area, and the zigzag steps from the town before it.

use super::polygon::Area;
use super::town::Town;
use super::{AREA_POINTS_MAX, AREAS_MAX, NAME_BYTES_MAX, TOWNS_MAX};
use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::varint;

pub(crate) fn encode_areas(areas: &[Area]) -> Vec<u8> {
    let mut out = Out::default();
    out.number(areas.len() as u64);
    for area in areas {
        out.text(&area.name);
        out.number(area.rings().len() as u64);
        for ring in area.rings() {
            out.number(ring.len() as u64);
            ring.iter().for_each(|corner| out.position(*corner));
        }
    }
    out.bytes
}

pub(crate) fn decode_areas(bytes: &[u8]) -> Result<Vec<Area>> {
    let mut reader = In::new(bytes, "the areas");
    let mut corners_left = AREA_POINTS_MAX;
    let count = reader.count(AREAS_MAX)?;
    let mut areas = Vec::with_capacity(count);
    for _ in 0..count {
        let name = reader.text()?;
        let rings = reader.count(corners_left)?;
        let mut read = Vec::new();
        for _ in 0..rings {
            let corners = reader.count(corners_left)?;
            corners_left -= corners;
            let corners = (0..corners).map(|_| reader.position());
            read.push(corners.collect::<Result<Vec<_>>>()?);
        }
        areas.push(Area::new(name, read).ok_or(reader.damaged())?);
    }
    reader.end()?;
    Ok(areas)
}

pub(crate) fn encode_towns(towns: &[Town]) -> Vec<u8> {
    let mut out = Out::default();
    out.number(towns.len() as u64);
    for town in towns {
        let Town {
            name,
            municipality,
            area,
            at,
        } = town;
        for text in [name, municipality, area] {
            out.text(text);
        }
        out.position(*at);
    }
    out.bytes
}

pub(crate) fn decode_towns(bytes: &[u8]) -> Result<Vec<Town>> {
    let mut reader = In::new(bytes, "the towns");
    let count = reader.count(TOWNS_MAX)?;
    let mut towns = Vec::with_capacity(count);
    for _ in 0..count {
        towns.push(Town {
            name: reader.text()?,
            municipality: reader.text()?,
            area: reader.text()?,
            at: reader.position()?,
        });
    }
    reader.end()?;
    Ok(towns)
}

#[derive(Default)]
struct Out {
    bytes: Vec<u8>,
    before: [i64; 2],
}

impl Out {
    fn number(&mut self, value: u64) {
        varint::write(&mut self.bytes, value);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn position(&mut self, at: Coord) {
        let now = [i64::from(at.lon), i64::from(at.lat)];
        for (now, before) in now.iter().zip(self.before) {
            varint::write(&mut self.bytes, varint::zigzag(now - before));
        }
        self.before = now;
    }
}

struct In<'b> {
    bytes: &'b [u8],
    what: &'static str,
    before: [i64; 2],
}

impl<'b> In<'b> {
    fn new(bytes: &'b [u8], what: &'static str) -> Self {
        Self {
            bytes,
            what,
            before: [0; 2],
        }
    }

    fn damaged(&self) -> Error {
        Error::Damaged(self.what)
    }

    fn number(&mut self) -> Result<u64> {
        varint::read(&mut self.bytes).ok_or(Error::Damaged(self.what))
    }

    /// A count; each of what it counts takes at least one byte, so it is never beyond what is left.
    fn count(&mut self, max: usize) -> Result<usize> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count > max {
            return Err(Error::TooLarge(self.what));
        }
        if count > self.bytes.len() {
            return Err(self.damaged());
        }
        Ok(count)
    }

    fn text(&mut self) -> Result<String> {
        let length = self.count(NAME_BYTES_MAX)?;
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        let text = std::str::from_utf8(text).map_err(|_| self.damaged())?;
        Ok(text.to_owned())
    }

    fn position(&mut self) -> Result<Coord> {
        let step = [
            varint::signed(self.number()?),
            varint::signed(self.number()?),
        ];
        let now = [0, 1].map(|axis| self.before[axis].checked_add(step[axis]));
        let [Some(lon), Some(lat)] = now else {
            return Err(self.damaged());
        };
        self.before = [lon, lat];
        Coord::from_units(lon, lat).ok_or(self.damaged())
    }

    fn end(&self) -> Result<()> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(self.damaged())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn coord() -> impl Strategy<Value = Coord> {
        (
            -1_800_000_000..=1_800_000_000i32,
            -900_000_000..=900_000_000i32,
        )
            .prop_map(|(lon, lat)| Coord { lon, lat })
    }

    fn areas() -> impl Strategy<Value = Vec<Area>> {
        let ring = prop::collection::vec(coord(), 1..6);
        let area = ("[a-z飯高野栄町]{0,8}", prop::collection::vec(ring, 1..4));
        prop::collection::vec(
            area.prop_map(|(name, rings)| Area::new(name, rings).unwrap()),
            0..5,
        )
    }

    fn towns() -> impl Strategy<Value = Vec<Town>> {
        let text = || "[a-z飯高野栄町]{0,8}";
        let town = (text(), text(), text(), coord());
        let town = town.prop_map(|(name, municipality, area, at)| Town {
            name,
            municipality,
            area,
            at,
        });
        prop::collection::vec(town, 0..8)
    }

    proptest! {
        #[test]
        fn areas_and_towns_read_back_equal(areas in areas(), towns in towns()) {
            prop_assert_eq!(decode_areas(&encode_areas(&areas)).unwrap(), areas);
            prop_assert_eq!(decode_towns(&encode_towns(&towns)).unwrap(), towns);
        }

        #[test]
        fn cut_or_changed_bytes_are_refused_or_harmless(
            areas in areas(), towns in towns(), at in any::<prop::sample::Index>(), with in any::<u8>(),
        ) {
            for (mut bytes, is_areas) in [(encode_areas(&areas), true), (encode_towns(&towns), false)] {
                let decode = |bytes: &[u8]| if is_areas {
                    decode_areas(bytes).map(drop)
                } else {
                    decode_towns(bytes).map(drop)
                };
                prop_assert!(decode(&[&bytes[..], &[0]].concat()).is_err());
                let place = at.index(bytes.len());
                bytes[place] = with;
                let _ = decode(&bytes);
                bytes.truncate(place);
                prop_assert!(decode(&bytes).is_err());
            }
        }

        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (decode_areas(&bytes), decode_towns(&bytes));
        }
    }
}
