//! Patients by former municipality, and who lives near whom.

use super::super::count;
use super::place::{GeoPoint, Precision};
use crate::ids::PatientId;

/// How the area of a house is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum AreaSource {
    /// Its pin lies in the area.
    Polygon,
    /// Its address names a town of the area.
    Town,
    /// Somebody wrote it on the patient's page.
    Written,
    /// It is of no area that is known.
    Unassigned,
}

/// A patient of an area.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct AreaPatient {
    /// Whom.
    pub id: PatientId,
    /// Short number on this device.
    pub no: u64,
    /// Name.
    pub name: String,
    /// How the area is known.
    pub by: AreaSource,
    /// How exact the place of the house is; nothing if it has none.
    pub precision: Option<Precision>,
}

/// A former municipality.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct AreaView {
    /// Its name.
    pub name: String,
    /// Its patients, in the order of the list.
    pub patients: Vec<AreaPatient>,
}

/// Everybody by area.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct AreasView {
    /// Those of the map in its order, also without a patient; then those only written on pages.
    pub areas: Vec<AreaView>,
    /// Whoever is of no area that is known.
    pub unassigned: Vec<AreaPatient>,
}

/// Who lives near.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct NeighbourView {
    /// Whom.
    pub id: PatientId,
    /// Short number on this device.
    pub no: u64,
    /// Name.
    pub name: String,
    /// Former municipality; empty for none.
    pub area: String,
    /// Where.
    pub at: GeoPoint,
    /// How exact that is.
    pub precision: Precision,
    /// Metres in a straight line.
    pub straight_m: u64,
    /// Seconds on the road, when that was asked.
    pub duration_s: Option<u64>,
    /// Metres on the road, when that was asked.
    pub distance_m: Option<u64>,
}

/// The neighbours of one patient.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct NeighboursView {
    /// How exact the place of the patient's own house is.
    pub precision: Precision,
    /// The nearest first.
    pub neighbours: Vec<NeighbourView>,
    /// How many others have no place, or no road to it: they may be nearer.
    pub unplaced: u32,
}

impl From<kaban_app::AreaPatient> for AreaPatient {
    fn from(view: kaban_app::AreaPatient) -> Self {
        let kaban_app::AreaPatient {
            id,
            no,
            name,
            by,
            precision,
        } = view;
        Self {
            id: PatientId(id),
            no,
            name,
            by: match by {
                "polygon" => AreaSource::Polygon,
                "town" => AreaSource::Town,
                "written" => AreaSource::Written,
                _ => AreaSource::Unassigned,
            },
            precision: precision.map(Precision::of),
        }
    }
}

fn patients(views: Vec<kaban_app::AreaPatient>) -> Vec<AreaPatient> {
    views.into_iter().map(AreaPatient::from).collect()
}

impl From<kaban_app::AreaView> for AreaView {
    fn from(view: kaban_app::AreaView) -> Self {
        let kaban_app::AreaView {
            name,
            // As many as are listed.
            count: _,
            patients: listed,
        } = view;
        Self {
            name,
            patients: patients(listed),
        }
    }
}

impl From<kaban_app::AreasView> for AreasView {
    fn from(view: kaban_app::AreasView) -> Self {
        let kaban_app::AreasView { areas, unassigned } = view;
        Self {
            areas: areas.into_iter().map(AreaView::from).collect(),
            unassigned: patients(unassigned),
        }
    }
}

impl From<kaban_app::NeighbourView> for NeighbourView {
    fn from(view: kaban_app::NeighbourView) -> Self {
        let kaban_app::NeighbourView {
            id,
            no,
            name,
            area,
            at,
            precision,
            straight_m,
            duration_s,
            distance_m,
        } = view;
        Self {
            id: PatientId(id),
            no,
            name,
            area,
            at: at.into(),
            precision: Precision::of(precision),
            straight_m,
            duration_s,
            distance_m,
        }
    }
}

impl From<kaban_app::NeighboursView> for NeighboursView {
    fn from(view: kaban_app::NeighboursView) -> Self {
        let kaban_app::NeighboursView {
            precision,
            neighbours,
            unplaced,
            // Each precision stands beside its place.
            caveats: _,
        } = view;
        Self {
            precision: Precision::of(precision),
            neighbours: neighbours.into_iter().map(NeighbourView::from).collect(),
            unplaced: count(unplaced),
        }
    }
}
