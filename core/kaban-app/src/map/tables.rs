//! Times between many places, and the nearest hospital: tables over the roads as they are.

use kaban_atlas::PlaceClass;
use kaban_atlas::route::{Manner, Matrix, MatrixError, Near, Place, Router};
use serde::Serialize;

use super::caveats::{Caveats, settled, unpinned};
use super::pack::DynamicMap;
use super::roads::{End, Spot, ends, many_ends};
use super::travel::Travel;
use crate::error::{AppError, Kind, Result};
use crate::shared::SharedBag;

/// Most places of one table: a day's visits of several doctors.
const PLACES_MAX: usize = 200;

/// Times and distances between places.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatrixView {
    /// Seconds from the place of the row to that of the column; nothing where no road leads.
    pub durations_s: Vec<Vec<Option<f64>>>,
    /// Metres along the same way.
    pub distances_m: Vec<Vec<Option<f64>>>,
    /// How exact each place is: `point` as given, or house, town, municipality.
    pub precision: Vec<&'static str>,
    /// What must be said with it.
    #[serde(flatten)]
    pub caveats: Caveats,
}

/// A medical or public place and the way to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearPlaceView {
    /// What it is: hospital, clinic, pharmacy, ….
    pub class: &'static str,
    /// Its name; may be empty.
    pub name: String,
    /// Its English name; may be empty.
    pub name_en: String,
    /// `[longitude, latitude]` in degrees.
    pub at: [f64; 2],
    /// It takes emergencies.
    pub emergency: bool,
    /// Seconds on the road.
    pub duration_s: f64,
    /// Metres on the road.
    pub distance_m: f64,
}

/// The places that are reached first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearestView {
    /// The nearest first.
    pub places: Vec<NearPlaceView>,
    /// How exact the start is: `point` as given, or house, town, municipality.
    pub precision: &'static str,
    /// What must be said with it.
    #[serde(flatten)]
    pub caveats: Caveats,
}

impl DynamicMap {
    /// The times between all of these places by car, for a round.
    ///
    /// # Errors
    /// As [`DynamicMap::route`]; [`Kind::BadInput`] for more than 200 places.
    pub fn matrix(&self, bag: &SharedBag, spots: &[Spot], travel: &Travel) -> Result<MatrixView> {
        if spots.len() > PLACES_MAX {
            return Err(AppError::input(format!(
                "a table has at most {PLACES_MAX} places"
            )));
        }
        let pack = self.pack()?;
        let (ends, outlook) = many_ends(bag, &pack, spots, travel)?;
        let places: Vec<Place> = ends.iter().map(|(at, _)| Place::Point(*at)).collect();
        let table = |router: &mut Router<'_>| Ok(router.matrix(&places, &Manner::default())?);
        let unpinned = unpinned(spots, &ends);
        let (found, caveats) = settled(&pack, outlook, unpinned, table, longest)?;
        let Matrix {
            durations_s,
            distances_m,
            unplaced: _,
        } = found;
        Ok(MatrixView {
            durations_s,
            distances_m,
            precision: ends.into_iter().map(|(_, precision)| precision).collect(),
            caveats,
        })
    }

    /// The `count` places of these classes that are reached first, such as the nearest hospitals.
    ///
    /// # Errors
    /// As [`DynamicMap::route`]; [`Kind::Rule`] when no road is near.
    pub fn nearest(
        &self,
        bag: &SharedBag,
        from: Spot,
        classes: &[PlaceClass],
        count: usize,
        travel: &Travel,
    ) -> Result<NearestView> {
        let pack = self.pack()?;
        let (ends, outlook): ([End; 1], _) = ends(bag, &pack, [from], travel)?;
        let unpinned = unpinned(&[from], &ends);
        let [(at, precision)] = ends;
        let all = pack.places().iter();
        let candidates: Vec<_> = all.filter(|place| classes.contains(&place.class)).collect();
        let points: Vec<Place> = candidates
            .iter()
            .map(|place| Place::Point(place.point()))
            .collect();
        let near = |router: &mut Router<'_>| {
            Ok(router.nearest(Place::Point(at), &points, count, &Manner::default())?)
        };
        let farthest = |found: &Vec<Near>| found.last().map_or(0.0, |near| near.duration_s);
        let (found, caveats) = settled(&pack, outlook, unpinned, near, farthest)?;
        let views = found.iter().map(|near| {
            let place = candidates[near.index];
            NearPlaceView {
                class: place.class.name(),
                name: place.name.clone(),
                name_en: place.name_en.clone(),
                at: place.point(),
                emergency: place.emergency,
                duration_s: near.duration_s,
                distance_m: near.distance_m,
            }
        });
        Ok(NearestView {
            places: views.collect(),
            precision,
            caveats,
        })
    }
}

/// The longest time of a table in seconds.
pub(super) fn longest(table: &Matrix) -> f64 {
    let all = table.durations_s.iter().flatten().flatten();
    all.copied().fold(0.0, f64::max)
}

impl From<MatrixError> for AppError {
    fn from(error: MatrixError) -> Self {
        let kind = match error {
            MatrixError::TooManyPlaces(_) => Kind::BadInput,
            _ => Kind::Rule,
        };
        Self::new(kind, error.to_string())
    }
}
