//! What must be said beside every answer of the map: what it does not know, and what it did not count.
//!
//! One shape for the route, the table, the round and all others, made in one place, so that no answer
//! can be given without it.

use kaban_atlas::pack::Pack;
use kaban_atlas::route::Router;
use serde::Serialize;

use super::roads::{End, Spot, router};
use super::travel::{ChangingClosure, Outlook, RoadsNow};
use crate::error::Result;

/// A search is made again when a closure begins before its answer ends; at most so many times.
const SEARCHES_MAX: usize = 4;

/// What whoever drives must know beside the answer; empty lists when there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Caveats {
    /// Patients whose house nobody has pinned: their times are those of their town's centre.
    pub unpinned: Vec<String>,
    /// Ids of closures that are too large or too many for the map: they are not driven around.
    pub closures_left_out: Vec<String>,
    /// Ids of closures that touch no road of this map: they shut nothing in the answer.
    pub closures_off_the_roads: Vec<String>,
    /// Ids of items about closures that this version cannot read: a road may be closed there.
    pub closures_unreadable: Vec<String>,
    /// Closures that begin or end before the answer does. All of them are driven around all along.
    pub closures_changing: Vec<ChangingClosure>,
}

impl Caveats {
    fn of(roads: RoadsNow, router: &Router<'_>, outlook: &Outlook, unpinned: Vec<String>) -> Self {
        Self {
            unpinned,
            closures_left_out: roads.left_out,
            closures_off_the_roads: router.closures_off_the_roads(),
            closures_unreadable: roads.unreadable,
            closures_changing: outlook.changing(),
        }
    }
}

/// Searches until every closure that begins before the answer ends is in it; `seconds` is how long the
/// answer takes to drive.
pub(super) fn settled<T>(
    pack: &Pack,
    mut outlook: Outlook,
    unpinned: Vec<String>,
    mut search: impl FnMut(&mut Router<'_>) -> Result<T>,
    seconds: impl Fn(&T) -> f64,
) -> Result<(T, Caveats)> {
    let mut searches = 1;
    loop {
        let roads = outlook.roads();
        let mut router = router(pack, &roads.conditions)?;
        let found = search(&mut router)?;
        if !outlook.reach(seconds(&found)) || searches == SEARCHES_MAX {
            return Ok((found, Caveats::of(roads, &router, &outlook, unpinned)));
        }
        searches += 1;
    }
}

/// The patients among the places of a journey whose house nobody has pinned, each once.
pub(super) fn unpinned(spots: &[Spot], ends: &[End]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for (spot, (_, precision)) in spots.iter().zip(ends) {
        if let Spot::Patient(patient) = spot
            && *precision != "house"
        {
            let patient = patient.to_string();
            if !named.contains(&patient) {
                named.push(patient);
            }
        }
    }
    named
}
