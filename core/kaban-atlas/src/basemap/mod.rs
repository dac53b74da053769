//! The base map: tiles of the schema `kaban-1` from OpenStreetMap data, as a PMTiles archive that MapLibre opens.
//!
//! Equal input gives equal bytes. Whatever the data, nothing panics: what cannot be drawn is counted and said.

mod archive;
mod chains;
mod classify;
mod clip;
mod coast;
mod cut;
mod encode;
mod feature;
mod features;
mod gather;
mod project;
mod rings;
mod simplify;
mod texts;

use crate::error::Result;
use crate::gzip;
use crate::osm::Source;
use crate::pack::BaseMapInfo;
use crate::places::MedicalPlace;
use crate::tiles::{BaseMap, TILE_BYTES_MAX, check_every_tile};
use archive::Archive;
use encode::Contents;
use feature::{Layer, ZOOM_MAX, ZOOM_MIN};
use std::io::Cursor;
use texts::TextPool;

/// What a tile that grows too long goes without, the least needed first.
const DISPENSABLE: [Layer; 4] = [
    Layer::HouseNumber,
    Layer::Building,
    Layer::Landuse,
    Layer::Poi,
];

/// What the builder draws and lists.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    /// The archive, `None` when no tile has anything in it.
    pub archive: Option<Vec<u8>>,
    /// Sentences for the pack's notes.
    pub notes: Vec<String>,
}

/// The data of a map, ready to be cut.
pub(crate) struct Survey {
    texts: TextPool,
    features: features::Features,
}

/// Passes over the data three times; without `drawn` only for the places.
pub(crate) fn survey(source: &mut dyn Source, drawn: bool) -> Result<Survey> {
    let gathered = gather::gather(source, drawn)?;
    let features = features::shape(&gathered)?;
    Ok(Survey {
        texts: gathered.texts,
        features,
    })
}

impl Survey {
    /// Medical and public places, in a fixed order.
    pub fn places(&mut self) -> Vec<MedicalPlace> {
        std::mem::take(&mut self.features.places)
    }

    /// Cuts the tiles; `progress` hears of zooms done and zooms in all.
    pub fn draw(
        self,
        data_date: Option<&str>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Drawn> {
        let features::Features {
            drawn,
            bounds,
            mut notes,
            ..
        } = self.features;
        let texts = self.texts;
        let zooms = u64::from(ZOOM_MAX - ZOOM_MIN) + 1;
        let mut archive = Archive::default();
        let mut dropped = 0;
        for zoom in ZOOM_MIN..=ZOOM_MAX {
            progress(u64::from(zoom - ZOOM_MIN), zooms);
            for (id, contents) in cut::zoom(&drawn, zoom, archive.len())? {
                let (packed, left_out) = pack(&contents, &texts, TILE_BYTES_MAX as usize);
                dropped += left_out;
                if let Some(packed) = packed {
                    archive.add(zoom, id, &packed);
                }
            }
        }
        progress(zooms, zooms);
        if dropped > 0 {
            notes.push(format!(
                "{dropped} shapes are left out of tiles that would be too long"
            ));
        }
        let archive = bounds
            .filter(|_| archive.len() > 0)
            .map(|bounds| archive.finish(bounds, data_date));
        Ok(Drawn { archive, notes })
    }
}

/// Checks an archive from elsewhere down to its last tile: what goes into a pack cannot abort an app.
pub(crate) fn check_ready(archive: &[u8]) -> Result<()> {
    check_every_tile(&mut BaseMap::open(Cursor::new(archive))?)
}

/// What the pack says about an archive.
pub(crate) fn describe(archive: &[u8]) -> Result<BaseMapInfo> {
    let map = BaseMap::open(Cursor::new(archive))?;
    Ok(BaseMapInfo::of(&map, archive.len() as u64))
}

/// The tile packed within `bytes_max`, and how many shapes it goes without for it; `None` when nothing helps.
fn pack(contents: &Contents, texts: &TextPool, bytes_max: usize) -> (Option<Vec<u8>>, usize) {
    for without in 0..=DISPENSABLE.len() {
        let without = &DISPENSABLE[..without];
        let packed = gzip::deflate(&encode::tile(contents, texts, without));
        if packed.len() <= bytes_max {
            return (Some(packed), shapes(contents, without));
        }
    }
    (None, shapes(contents, &Layer::ALL))
}

fn shapes(contents: &Contents, layers: &[Layer]) -> usize {
    let wanted = contents
        .iter()
        .filter(|((layer, _), _)| layers.contains(layer));
    wanted
        .map(|(_, parts)| parts.points.len() + parts.lines.len() + parts.areas.len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiles::Tile;
    use feature::Attributes;

    #[test]
    fn a_tile_too_long_goes_without_what_is_least_needed() {
        let mut contents = Contents::new();
        let scattered = |seed: i32| {
            (0..200)
                .map(|n| [n * n * seed % 4096, n * seed % 4096])
                .collect()
        };
        for (layer, seed) in [(Layer::HouseNumber, 31), (Layer::Place, 17)] {
            contents
                .entry((layer, Attributes::default()))
                .or_default()
                .points = scattered(seed);
        }
        let texts = TextPool::default();
        let (whole, dropped) = pack(&contents, &texts, 10_000);
        assert_eq!(dropped, 0);
        let length = whole.map_or(0, |packed| packed.len());
        let (smaller, dropped) = pack(&contents, &texts, length - 1);
        assert_eq!(dropped, 200);
        let tile = smaller
            .and_then(|packed| gzip::inflate(&packed, 10_000))
            .map(|bytes| Tile::decode(&bytes));
        let layers: Vec<String> = tile
            .into_iter()
            .flatten()
            .flat_map(|tile| tile.layers)
            .map(|layer| layer.name)
            .collect();
        assert_eq!(layers, ["place"]);
        assert_eq!(pack(&contents, &texts, 100), (None, 400));
    }
}
