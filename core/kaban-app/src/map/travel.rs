//! The roads at the time of a journey: the season, the dark, and the closures the members told of.

use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use kaban_atlas::conditions as atlas;
use kaban_atlas::conditions::{Conditions, LocalTime, Season};
use kaban_model::closure::{ClosureShape, KnownClosure};
use kaban_model::duty::jst;

use crate::bag::Bag;
use crate::error::Result;

/// When and how one travels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Travel {
    /// When; now, if not given.
    pub at: Option<DateTime<FixedOffset>>,
    /// Bare roads or snow; by the time, if not said.
    pub season: Season,
    /// Whether it is dark; by the time, if not said.
    pub night: Option<bool>,
}

/// The roads as they are for a journey.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoadsNow {
    /// What the search is told. Closures have the ids of their items.
    pub conditions: Conditions,
    /// Ids of closures that are too large or too many for the map: told to whoever drives, not searched around.
    pub left_out: Vec<String>,
}

impl Bag {
    /// The roads as the members' closures and the time make them. One audit row.
    ///
    /// # Errors
    /// Those of the store.
    pub fn roads_at(&mut self, travel: &Travel) -> Result<RoadsNow> {
        let at = travel.at.unwrap_or(self.now());
        let known = self.closures_in_force(at)?;
        let mut roads = RoadsNow {
            conditions: Conditions {
                at: local(at),
                season: travel.season,
                night: travel.night,
                closures: Vec::new(),
            },
            left_out: Vec::new(),
        };
        for closure in &known {
            roads.close(on_the_map(closure));
        }
        // All of them together may be too many: those that began last are left out.
        while roads.conditions.check().is_err()
            && let Some(closure) = roads.conditions.closures.pop()
        {
            roads.left_out.push(closure.id);
        }
        Ok(roads)
    }
}

impl RoadsNow {
    /// One closure that will not do must not keep everybody from every road.
    fn close(&mut self, closure: atlas::Closure) {
        let alone = Conditions {
            closures: vec![closure.clone()],
            ..Conditions::default()
        };
        match alone.check() {
            Ok(()) => self.conditions.closures.push(closure),
            Err(_) => self.left_out.push(closure.id),
        }
    }
}

/// The closure as the map takes it.
fn on_the_map(known: &KnownClosure) -> atlas::Closure {
    let shape = match &known.closure.shape {
        ClosureShape::Circle { centre, radius_m } => atlas::ClosureShape::Circle {
            centre: *centre,
            radius_m: f64::from(*radius_m),
        },
        ClosureShape::Line(points) => atlas::ClosureShape::Line(points.clone()),
        ClosureShape::Roads(roads) => atlas::ClosureShape::Roads(roads.clone()),
    };
    atlas::Closure {
        id: known.id.to_string(),
        shape,
    }
}

/// The clock on the wall in Japan, where the roads lie.
fn local(at: DateTime<FixedOffset>) -> Option<LocalTime> {
    let at = at.with_timezone(&jst());
    let small = |number: u32| u8::try_from(number).ok();
    let minute = u16::try_from(at.hour() * 60 + at.minute()).ok()?;
    LocalTime::new(at.year(), small(at.month())?, small(at.day())?, minute)
}
