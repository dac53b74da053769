//! Positions, the pack, its style, and what lies near.

use kaban_atlas::Profile;
use kaban_atlas::style::Place;

use super::super::count;
use crate::error::Result;
use crate::ids::PatientId;

/// A position on the map.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct GeoPoint {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

/// How exact the place of a house is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Precision {
    /// A position as given, no house.
    Point,
    /// Pinned by a person.
    House,
    /// The middle of the town that the address names.
    Town,
    /// The middle of the municipality that the address names.
    Municipality,
}

/// An end of a journey.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum Spot {
    /// A position, such as where the phone is.
    Point {
        /// Where.
        at: GeoPoint,
    },
    /// A patient's house.
    House {
        /// Whose.
        patient: PatientId,
    },
}

/// The pack that is open.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct DistrictView {
    /// The credit that must stand on the map.
    pub attribution: String,
    /// Day of the map data, `YYYY-MM-DD`, when known.
    pub data_date: Option<String>,
    /// Lower left corner of the district.
    pub south_west: GeoPoint,
    /// Upper right corner of the district.
    pub north_east: GeoPoint,
    /// Former municipalities, in the order of the pack.
    pub areas: Vec<String>,
    /// How many towns addresses are found by.
    pub towns: u32,
}

/// How the map looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Theme {
    /// Warm paper.
    Day,
    /// Warm dark, for eyes that have to drive on.
    Night,
    /// Black on white, for sun on the screen and for tired eyes.
    HighContrast,
    /// White and grey, for a black and white printer.
    Print,
}

/// A folder of glyphs or sprites.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum MapFiles {
    /// In the app's own folder.
    InStorage {
        /// An absolute path below it.
        path: String,
    },
    /// Among the files that came with the app.
    InApp {
        /// A path without a leading stroke.
        path: String,
    },
}

/// The road beside a position.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct SnapView {
    /// Where on the road.
    pub at: GeoPoint,
    /// Metres to it.
    pub metres: f64,
    /// Its name; empty when it has none.
    pub road: String,
}

/// A medical or public place and the way to it.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct NearPlaceView {
    /// What it is: `hospital`, `clinic`, `pharmacy`, ….
    pub kind: String,
    /// Its name; may be empty.
    pub name: String,
    /// Its English name; may be empty.
    pub name_en: String,
    /// Where.
    pub at: GeoPoint,
    /// It takes emergencies.
    pub emergency: bool,
    /// Seconds on the road.
    pub duration_s: f64,
    /// Metres on the road.
    pub distance_m: f64,
}

impl GeoPoint {
    pub(crate) fn degrees(&self) -> [f64; 2] {
        let Self { lon, lat } = self;
        [*lon, *lat]
    }
}

impl From<[f64; 2]> for GeoPoint {
    fn from([lon, lat]: [f64; 2]) -> Self {
        Self { lon, lat }
    }
}

pub(super) fn points(line: Vec<[f64; 2]>) -> Vec<GeoPoint> {
    line.into_iter().map(GeoPoint::from).collect()
}

/// Who moves.
pub(crate) fn profile(on_foot: bool) -> Profile {
    if on_foot { Profile::Foot } else { Profile::Car }
}

impl Precision {
    pub(super) fn of(code: &str) -> Self {
        match code {
            "house" => Self::House,
            "town" => Self::Town,
            "municipality" => Self::Municipality,
            _ => Self::Point,
        }
    }
}

impl Spot {
    pub(crate) fn read(&self) -> Result<kaban_app::Spot> {
        Ok(match self {
            Self::Point { at } => kaban_app::Spot::Point(at.degrees()),
            Self::House { patient } => kaban_app::Spot::Patient(patient.read()?),
        })
    }
}

impl From<kaban_app::DistrictView> for DistrictView {
    fn from(view: kaban_app::DistrictView) -> Self {
        let kaban_app::DistrictView {
            attribution,
            data_date,
            bounds: [west, south, east, north],
            areas,
            towns,
        } = view;
        Self {
            attribution,
            data_date,
            south_west: [west, south].into(),
            north_east: [east, north].into(),
            areas,
            towns: count(towns),
        }
    }
}

impl From<Theme> for kaban_atlas::style::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Day => Self::Day,
            Theme::Night => Self::Night,
            Theme::HighContrast => Self::HighContrast,
            Theme::Print => Self::Print,
        }
    }
}

impl MapFiles {
    pub(crate) fn place(&self) -> Place<'_> {
        match self {
            Self::InStorage { path } => Place::File(path),
            Self::InApp { path } => Place::Asset(path),
        }
    }
}

impl From<kaban_app::SnapView> for SnapView {
    fn from(view: kaban_app::SnapView) -> Self {
        let kaban_app::SnapView { at, metres, road } = view;
        Self {
            at: at.into(),
            metres,
            road,
        }
    }
}

impl From<kaban_app::NearPlaceView> for NearPlaceView {
    fn from(view: kaban_app::NearPlaceView) -> Self {
        let kaban_app::NearPlaceView {
            class,
            name,
            name_en,
            at,
            emergency,
            duration_s,
            distance_m,
        } = view;
        Self {
            kind: class.to_owned(),
            name,
            name_en,
            at: at.into(),
            emergency,
            duration_s,
            distance_m,
        }
    }
}
