//! Who lives near a patient: whom one could see on the same way.

use kaban_atlas::areas::Precision;
use kaban_atlas::conditions::Conditions;
use kaban_atlas::geo::{Coord, haversine_m};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Place, RouteRequest, Router};
use kaban_model::ids::PatientId;
use serde::Serialize;

use super::houses::{House, Houses};
use super::roads::router;
use crate::error::Result;

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
}

/// The `count` nearest other patients. Searches roads, so it is no use case of the bag: it takes the
/// houses that [`crate::Bag::houses`] gave, and the roads of [`crate::Bag::roads_at`].
///
/// # Errors
/// [`crate::Kind::NotFound`] for somebody not on the list, [`crate::Kind::Rule`] for a house without a place.
pub fn neighbours(
    houses: &Houses,
    pack: &Pack,
    patient: PatientId,
    count: usize,
    nearness: Nearness,
    conditions: &Conditions,
) -> Result<NeighboursView> {
    let (from, precision) = houses.of(patient)?.place()?;
    let mut router = router(pack, conditions)?;
    let mut near: Vec<NeighbourView> = Vec::new();
    let others = houses.0.iter().filter(|house| house.id != patient);
    let mut unplaced = 0;
    for house in others {
        let view = house
            .place
            .and_then(|(at, precision)| neighbour(house, from, at, precision))
            .and_then(|view| match nearness {
                Nearness::Straight => Some(view),
                Nearness::Driving => driven(&mut router, from, house, view),
            });
        match view {
            Some(view) => near.push(view),
            None => unplaced += 1,
        }
    }
    near.sort_by(|a, b| {
        let key = |view: &NeighbourView| (view.duration_s, view.straight_m, view.no);
        key(a).cmp(&key(b))
    });
    near.truncate(count);
    Ok(NeighboursView {
        precision: precision.code(),
        neighbours: near,
        unplaced,
    })
}

fn neighbour(
    house: &House,
    from: [f64; 2],
    at: [f64; 2],
    precision: Precision,
) -> Option<NeighbourView> {
    let coord = |[lon, lat]: [f64; 2]| Coord::from_degrees(lon, lat);
    Some(NeighbourView {
        id: house.id.to_string(),
        no: house.no,
        name: house.name.clone(),
        area: house.area.clone(),
        precision: precision.code(),
        straight_m: haversine_m(coord(from)?, coord(at)?).round() as u64,
        duration_s: None,
        distance_m: None,
    })
}

fn driven(
    router: &mut Router<'_>,
    from: [f64; 2],
    house: &House,
    view: NeighbourView,
) -> Option<NeighbourView> {
    let (to, _) = house.place?;
    let request = RouteRequest {
        geometry: false,
        steps: false,
        ..RouteRequest::new(Place::Point(from), Place::Point(to))
    };
    let route = router.route(&request).ok()?;
    Some(NeighbourView {
        duration_s: Some(route.duration_s.round() as u64),
        distance_m: Some(route.distance_m.round() as u64),
        ..view
    })
}
