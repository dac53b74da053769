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
    gathered: gather::Gathered,
    features: features::Features,
}

/// Passes over the data three times; without `drawn` only for the places.
pub(crate) fn survey(source: &mut dyn Source, drawn: bool) -> Result<Survey> {
    let gathered = gather::gather(source, drawn)?;
    let features = features::shape(&gathered)?;
    Ok(Survey { gathered, features })
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
        let texts = self.gathered.texts;
        let zooms = u64::from(ZOOM_MAX - ZOOM_MIN) + 1;
        let mut archive = Archive::default();
        let mut dropped = 0;
        for zoom in ZOOM_MIN..=ZOOM_MAX {
            progress(u64::from(zoom - ZOOM_MIN), zooms);
            for (id, contents) in cut::zoom(&drawn, zoom, archive.len())? {
                let mut without = 0;
                let packed = loop {
                    let packed =
                        gzip::deflate(&encode::tile(&contents, &texts, &DISPENSABLE[..without]));
                    if packed.len() <= TILE_BYTES_MAX as usize || without == DISPENSABLE.len() {
                        break packed;
                    }
                    without += 1;
                };
                dropped += count(&contents, &DISPENSABLE[..without]);
                if packed.len() > TILE_BYTES_MAX as usize {
                    notes.push(format!(
                        "a tile of zoom {zoom} is too full to be on the map"
                    ));
                } else {
                    archive.add(zoom, id, &packed);
                }
            }
        }
        progress(zooms, zooms);
        if dropped > 0 {
            notes.push(format!(
                "{dropped} kinds of features are left out of tiles that would be too long"
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

fn count(contents: &Contents, without: &[Layer]) -> usize {
    contents
        .keys()
        .filter(|(layer, _)| without.contains(layer))
        .count()
}
