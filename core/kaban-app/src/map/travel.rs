//! The roads at the time of a journey: the season, the dark, and the closures the members told of.
//!
//! The bag says what was told, in one short use case; what of that counts, and whether a map can take it,
//! is worked out afterwards and holds up nobody.

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Timelike};
use kaban_atlas::conditions as atlas;
use kaban_atlas::conditions::{
    CLOSURES_MAX, Conditions, ConditionsError, LocalTime, PIECES_MAX, Season,
};
use kaban_model::closure::{Capacity, ClosureShape, Closures, KnownClosure, fair_share};
use kaban_model::duty::jst;
use kaban_model::ids::ItemId;
use serde::Serialize;

use crate::bag::Bag;
use crate::error::{AppError, Result};
use crate::views::time;

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

/// What the members told of the roads, and for what time somebody asks: from the beginning of a journey
/// until its end, which is known when the way is.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    closures: Closures,
    /// The instant the signs, the season and the dark are of.
    at: DateTime<FixedOffset>,
    season: Season,
    night: Option<bool>,
    from: DateTime<FixedOffset>,
    until: DateTime<FixedOffset>,
}

/// The roads as they are for a journey.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoadsNow {
    /// What the search is told. Closures have the ids of their items.
    pub conditions: Conditions,
    /// Ids of closures that are too large or too many for the map: told to whoever drives, not searched around.
    pub left_out: Vec<String>,
    /// Ids of items of a newer version of Kaban, which this one cannot read: a road may be closed there.
    pub unreadable: Vec<String>,
    /// Closures that begin or end within the time asked for; those that begin are avoided all along.
    pub changing: Vec<ChangingClosure>,
}

/// A closure that does not stand the same for a whole journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangingClosure {
    /// Its id.
    pub id: String,
    /// When it begins, if that is after the journey does.
    pub begins: Option<String>,
    /// When it ends, if that is before the journey does.
    pub ends: Option<String>,
}

impl Bag {
    /// What the members told of the roads. One audit row.
    ///
    /// # Errors
    /// Those of the store.
    pub fn outlook(&mut self, travel: &Travel) -> Result<Outlook> {
        let closures = self.known_closures()?;
        Ok(Outlook::new(closures, travel, self.now()))
    }

    /// The roads as the members' closures and the time make them at one instant. One audit row.
    ///
    /// # Errors
    /// Those of the store.
    pub fn roads_at(&mut self, travel: &Travel) -> Result<RoadsNow> {
        Ok(self.outlook(travel)?.roads())
    }
}

impl Outlook {
    pub(crate) fn new(closures: Closures, travel: &Travel, now: DateTime<FixedOffset>) -> Self {
        let at = travel.at.unwrap_or(now);
        Self {
            closures,
            at,
            season: travel.season,
            night: travel.night,
            from: at,
            until: at,
        }
    }

    /// As if nothing were closed, as far as this version can read.
    pub(super) fn without_closures(mut self) -> Self {
        self.closures.known.clear();
        self
    }

    /// For a round between two seconds of its day in Japan. What is over before the round can begin does
    /// not count, and neither does what was over when it is asked for.
    pub(super) fn during(mut self, [from, until]: [u32; 2]) -> Self {
        let local = self.at.with_timezone(&jst());
        let since_midnight = i64::from(local.num_seconds_from_midnight());
        let instant = |second: u32| after(local, i64::from(second) - since_midnight);
        let end = instant(until).max(self.at);
        self.from = instant(from).clamp(self.at, end);
        self.until = end;
        self
    }

    /// Until the end of a way of so many seconds. Tells whether a closure begins that did not count before.
    pub(super) fn reach(&mut self, seconds: f64) -> bool {
        let before = self.until;
        // Nobody drives for a week.
        let seconds = seconds.ceil().clamp(0.0, 604_800.0) as i64;
        self.until = before.max(after(self.from, seconds));
        let mut found = self.closures.in_force_within(self.from, self.until);
        found.any(|known| known.closure.from > before)
    }

    /// The roads for the whole of that time.
    #[must_use]
    pub fn roads(&self) -> RoadsNow {
        let counted = self.closures.in_force_within(self.from, self.until);
        let (sound, unfit): (Vec<_>, Vec<_>) = counted.partition(|known| fits(known).is_ok());
        let capacity = Capacity {
            closures: CLOSURES_MAX,
            pieces: PIECES_MAX,
        };
        let share = fair_share(sound, capacity);
        let taken = share.taken.iter();
        let left_out = unfit.iter().map(|known| known.id).chain(share.left_out);
        let unreadable = self.closures.unreadable.iter();
        RoadsNow {
            conditions: Conditions {
                at: local(self.at),
                season: self.season,
                night: self.night,
                closures: taken
                    .map(|known| on_the_map(known.id, &known.closure.shape))
                    .collect(),
            },
            left_out: left_out.map(|id| id.to_string()).collect(),
            unreadable: unreadable.map(ItemId::to_string).collect(),
            changing: self.changing(),
        }
    }

    /// The closures whose standing changes within that time, by beginning.
    pub(super) fn changing(&self) -> Vec<ChangingClosure> {
        let within = self.closures.in_force_within(self.from, self.until);
        let changing = within.filter_map(|known| {
            let (begins, ends) = (known.closure.from, known.closure.until);
            let begins = (begins > self.from).then(|| time(begins));
            let ends = (ends <= self.until).then(|| time(ends));
            let changes = begins.is_some() || ends.is_some();
            changes.then(|| ChangingClosure {
                id: known.id.to_string(),
                begins,
                ends,
            })
        });
        changing.collect()
    }
}

/// Refuses a shape that no map can take, before anybody is told of it.
///
/// # Errors
/// [`crate::Kind::BadInput`] about `closure.shape`.
pub(crate) fn check_shape(shape: &ClosureShape) -> Result<()> {
    let refused = |error| {
        let said = match error {
            ConditionsError::Closure { fault, .. } => fault.to_string(),
            other => other.to_string(),
        };
        let said = format!("closure.shape: no map can take this, it {said}; declare it in parts");
        AppError::input(said).about("closure.shape")
    };
    let unnamed = ItemId::from_bytes([0; 16]);
    alone(on_the_map(unnamed, shape)).check().map_err(refused)
}

/// One closure that will not do must not keep everybody from every road.
fn fits(known: &KnownClosure) -> std::result::Result<(), ConditionsError> {
    alone(on_the_map(known.id, &known.closure.shape)).check()
}

/// The conditions with this closure and nothing else.
pub(super) fn alone(closure: atlas::Closure) -> Conditions {
    Conditions {
        closures: vec![closure],
        ..Conditions::default()
    }
}

/// The closure as the map takes it.
pub(super) fn on_the_map(id: ItemId, shape: &ClosureShape) -> atlas::Closure {
    let shape = match shape {
        ClosureShape::Circle { centre, radius_m } => atlas::ClosureShape::Circle {
            centre: *centre,
            radius_m: f64::from(*radius_m),
        },
        ClosureShape::Line(points) => atlas::ClosureShape::Line(points.clone()),
        ClosureShape::Roads(roads) => atlas::ClosureShape::Roads(roads.clone()),
    };
    atlas::Closure {
        id: id.to_string(),
        shape,
    }
}

/// So many seconds later; the same instant beyond the end of the calendar.
fn after(at: DateTime<FixedOffset>, seconds: i64) -> DateTime<FixedOffset> {
    at.checked_add_signed(TimeDelta::seconds(seconds))
        .unwrap_or(at)
}

/// The clock on the wall in Japan, where the roads lie.
fn local(at: DateTime<FixedOffset>) -> Option<LocalTime> {
    let at = at.with_timezone(&jst());
    let small = |number: u32| u8::try_from(number).ok();
    let minute = u16::try_from(at.hour() * 60 + at.minute()).ok()?;
    LocalTime::new(at.year(), small(at.month())?, small(at.day())?, minute)
}
