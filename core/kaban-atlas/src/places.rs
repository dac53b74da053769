//! Places a doctor asks the way to: hospitals, pharmacies, and the public places of a bad night.

use serde::Serialize;

/// Most places in a pack.
pub(crate) const PLACES_MAX: usize = 200_000;

/// What kind of place it is; the names are those of the map's layer `poi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceClass {
    /// 病院.
    Hospital,
    /// 診療所, larger than one doctor's.
    Clinic,
    /// 医院.
    Doctors,
    /// 薬局.
    Pharmacy,
    /// 歯科.
    Dentist,
    /// 介護施設.
    NursingHome,
    /// 救急隊の拠点.
    Ambulance,
    /// 消防署.
    FireStation,
    /// 警察.
    Police,
    /// 役場.
    Townhall,
    /// 学校, where people gather in a disaster.
    School,
    /// 給油所.
    Fuel,
}

impl PlaceClass {
    /// All kinds, in the order of their codes.
    pub const ALL: [Self; 12] = [
        Self::Hospital,
        Self::Clinic,
        Self::Doctors,
        Self::Pharmacy,
        Self::Dentist,
        Self::NursingHome,
        Self::Ambulance,
        Self::FireStation,
        Self::Police,
        Self::Townhall,
        Self::School,
        Self::Fuel,
    ];

    /// The name, such as `nursing_home`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Clinic => "clinic",
            Self::Doctors => "doctors",
            Self::Pharmacy => "pharmacy",
            Self::Dentist => "dentist",
            Self::NursingHome => "nursing_home",
            Self::Ambulance => "ambulance",
            Self::FireStation => "fire_station",
            Self::Police => "police",
            Self::Townhall => "townhall",
            Self::School => "school",
            Self::Fuel => "fuel",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// A medical or public place of the district.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MedicalPlace {
    /// What it is.
    pub class: PlaceClass,
    /// Its name, Japanese if the map has it; empty when it has none.
    pub name: String,
    /// Its English name, empty when the map has none or it is the same.
    pub name_en: String,
    /// Where it is; of a building or a site, the middle.
    #[serde(skip)]
    pub at: crate::geo::Coord,
    /// Whether it takes emergencies (`emergency=yes`).
    pub emergency: bool,
}

impl MedicalPlace {
    /// `[longitude, latitude]` in degrees.
    #[must_use]
    pub fn point(&self) -> [f64; 2] {
        self.at.lon_lat()
    }
}
