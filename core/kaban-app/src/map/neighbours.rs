//! Who lives near a patient: whom one could see on the same way.

use kaban_atlas::areas::Precision;
use kaban_atlas::geo::{Coord, haversine_m};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Manner, MatrixError, Near, Place, Router};
use kaban_model::ids::PatientId;
use serde::Serialize;

use super::caveats::{Caveats, settled};
use super::houses::{House, Houses};
use super::pack::DynamicMap;
use super::travel::{Outlook, Travel};
use crate::error::Result;
use crate::shared::SharedBag;

/// What is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// By time on the road.
    Driving,
    /// As the crow flies.
    Straight,
}

/// A neighbour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NeighbourView {
    /// Id.
    pub id: String,
    /// Short number on this device.
    pub no: u64,
    /// 氏名.
    pub name: String,
    /// Former municipality; empty for none.
    pub area: String,
    /// `[longitude, latitude]` in degrees.
    pub at: [f64; 2],
    /// How exact the place is: house, town, municipality.
    pub precision: &'static str,
    /// Metres in a straight line.
    pub straight_m: u64,
    /// Seconds on the road, when that was asked.
    pub duration_s: Option<u64>,
    /// Metres on the road, when that was asked.
    pub distance_m: Option<u64>,
}

/// The neighbours of one patient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NeighboursView {
    /// How exact the place of the patient's own house is.
    pub precision: &'static str,
    /// The nearest first.
    pub neighbours: Vec<NeighbourView>,
    /// How many others have no place, or no road to it: they may be nearer.
    pub unplaced: usize,
    /// What must be said with it; of closures only when roads were searched.
    #[serde(flatten)]
    pub caveats: Caveats,
}

impl DynamicMap {
    /// The `count` nearest other patients on the roads as they are.
    ///
    /// # Errors
    /// [`crate::Kind::NotFound`] without a pack, and as [`neighbours`].
    pub fn neighbours(
        &self,
        bag: &SharedBag,
        patient: PatientId,
        count: usize,
        nearness: Nearness,
        travel: &Travel,
    ) -> Result<NeighboursView> {
        let pack = self.pack()?;
        let (houses, outlook) = bag.with(|bag| {
            let houses = bag.houses(Some(pack.gazetteer()))?;
            Ok((houses, bag.outlook(travel)?))
        })?;
        neighbours(&houses, &pack, patient, count, nearness, &outlook)
    }
}

/// The `count` nearest other patients. Searches roads, so it is no use case of the bag: it takes the
/// houses that [`crate::Bag::houses`] gave, and the roads of [`crate::Bag::outlook`].
///
/// # Errors
/// [`crate::Kind::NotFound`] for somebody not on the list, [`crate::Kind::Rule`] for a house without a place.
pub fn neighbours(
    houses: &Houses,
    pack: &Pack,
    patient: PatientId,
    count: usize,
    nearness: Nearness,
    outlook: &Outlook,
) -> Result<NeighboursView> {
    let (from, precision) = houses.of(patient)?.place()?;
    let mut near: Vec<NeighbourView> = houses
        .0
        .iter()
        .filter(|house| house.id != patient)
        .filter_map(|house| neighbour(house, from))
        .collect();
    let others = houses.0.len() - 1;
    let mut caveats = Caveats::default();
    if nearness == Nearness::Driving {
        (near, caveats) = driven(pack, outlook.clone(), from, &near)?;
    }
    let unplaced = others - near.len();
    near.sort_by_key(|view| (view.duration_s, view.straight_m, view.no));
    near.truncate(count);
    let own = (precision != Precision::House).then(|| patient.to_string());
    let others = near
        .iter()
        .filter(|view| view.precision != Precision::House.code());
    caveats.unpinned = own
        .into_iter()
        .chain(others.map(|view| view.id.clone()))
        .collect();
    Ok(NeighboursView {
        precision: precision.code(),
        neighbours: near,
        unplaced,
        caveats,
    })
}

fn neighbour(house: &House, from: [f64; 2]) -> Option<NeighbourView> {
    let (at, precision) = house.place?;
    let coord = |[lon, lat]: [f64; 2]| Coord::from_degrees(lon, lat);
    Some(NeighbourView {
        id: house.id.to_string(),
        no: house.no,
        name: house.name.clone(),
        area: house.area.clone(),
        at,
        precision: precision.code(),
        straight_m: haversine_m(coord(from)?, coord(at)?).round() as u64,
        duration_s: None,
        distance_m: None,
    })
}

/// Those that a road leads to, with its length.
fn driven(
    pack: &Pack,
    outlook: Outlook,
    from: [f64; 2],
    others: &[NeighbourView],
) -> Result<(Vec<NeighbourView>, Caveats)> {
    let places: Vec<Place> = others.iter().map(|view| Place::Point(view.at)).collect();
    let near = |router: &mut Router<'_>| {
        let start = Place::Point(from);
        match router.nearest(start, &places, places.len(), &Manner::default()) {
            // No road near the patient's own house: nobody is near by road.
            Err(MatrixError::Place(_)) => Ok(Vec::new()),
            found => Ok(found?),
        }
    };
    let farthest = |found: &Vec<Near>| found.last().map_or(0.0, |near| near.duration_s);
    let (found, caveats) = settled(pack, outlook, Vec::new(), near, farthest)?;
    let driven = found.iter().map(|near| NeighbourView {
        duration_s: Some(near.duration_s.round() as u64),
        distance_m: Some(near.distance_m.round() as u64),
        ..others[near.index].clone()
    });
    Ok((driven.collect(), caveats))
}
