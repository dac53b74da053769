//! Former municipalities and place names: in which part of the district a house lies, and where an
//! address lies whose house nobody has pinned yet.
//!
//! Both come from the user, when a pack is built: areas as GeoJSON polygons, towns (大字, 町丁目) as CSV.
//! What is not in them is not guessed: a house is then of no area, and an address has no place. Every
//! answer says by what it was found, so that a town's centre is never taken for a house.

mod address;
mod geojson;
mod polygon;
mod section;
mod town;
#[cfg(feature = "towns")]
mod town_file;

pub use geojson::{AREA_FILE_BYTES_MAX, AREA_NAME_KEYS, AreasError, read_areas};
pub use polygon::Area;
pub use town::{Located, Precision, Town};
#[cfg(feature = "towns")]
pub use town_file::{
    TOWN_FILE_BYTES_MAX, TownRowError, TownRowFault, TownsError, TownsRead, read_towns,
};

pub(crate) use section::{decode_areas, decode_towns, encode_areas, encode_towns};

use crate::geo::Coord;
use town::TownIndex;

/// Most areas of one pack.
pub const AREAS_MAX: usize = 2_000;
/// Most corners of all areas together.
pub const AREA_POINTS_MAX: usize = 2_000_000;
/// Most towns of one pack; a prefecture has about ten thousand.
pub const TOWNS_MAX: usize = 50_000;
/// Longest name of an area, a municipality or a town, bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// By what the area of a house was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaBy {
    /// The pinned house lies in the polygon.
    Polygon,
    /// The address names a town of the area.
    Town,
    /// Neither: the house is assigned to no area.
    Unassigned,
}

impl AreaBy {
    /// The code in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Polygon => "polygon",
            Self::Town => "town",
            Self::Unassigned => "unassigned",
        }
    }
}

/// The area of a house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaOf<'a> {
    /// Its name; nothing when the house is assigned to none.
    pub name: Option<&'a str>,
    /// How it was found.
    pub by: AreaBy,
}

/// The areas and towns of one pack, ready to be asked.
#[derive(Debug, Default)]
pub struct Gazetteer {
    areas: Vec<Area>,
    towns: TownIndex,
}

impl Gazetteer {
    /// Areas and towns as they were read.
    #[must_use]
    pub fn new(areas: Vec<Area>, towns: Vec<Town>) -> Self {
        Self {
            areas,
            towns: TownIndex::new(towns),
        }
    }

    /// The areas, in the order of the file.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The towns, in the order of the file.
    #[must_use]
    pub fn towns(&self) -> &[Town] {
        self.towns.towns()
    }

    /// Where an address lies, to its 大字 or 丁目; its municipality when the town is not listed; nothing
    /// when neither is, or when several towns of that name are.
    #[must_use]
    pub fn locate(&self, address: &str) -> Option<Located<'_>> {
        self.towns.locate(address)
    }

    /// The former municipality of a house: the polygon its pin `[longitude, latitude]` lies in; else that
    /// of the town its address begins with, or the one an address of before the merger names; else none.
    #[must_use]
    pub fn area_of(&self, pin: Option<[f64; 2]>, address: &str) -> AreaOf<'_> {
        let pinned = pin.and_then(|[lon, lat]| Coord::from_degrees(lon, lat));
        if let Some(area) = pinned.and_then(|at| self.area_at(at)) {
            return AreaOf {
                name: Some(&area.name),
                by: AreaBy::Polygon,
            };
        }
        let located = self.locate(address);
        let town = located.as_ref().and_then(|located| located.town);
        let named = town.map_or_else(
            || located.as_ref().and_then(|located| located.area),
            |town| match town.area.as_str() {
                "" => self.area_at(town.at).map(|area| area.name.as_str()),
                area => Some(area),
            },
        );
        AreaOf {
            name: named,
            by: if named.is_some() {
                AreaBy::Town
            } else {
                AreaBy::Unassigned
            },
        }
    }

    /// The first area of the file that a position lies in.
    fn area_at(&self, at: Coord) -> Option<&Area> {
        self.areas.iter().find(|area| area.contains(at))
    }
}
