//! What the roads are like at the time of travel: signs that hold at some times only, winter, night, and closures.
//!
//! A [`Conditions`] is handed to [`crate::route::Router::under`]; [`Conditions::default`] changes nothing.
//! What it says is turned into changed times and closed edges once, and whatever searches afterwards knows of neither.

mod closures;
mod parse;
mod schedule;
mod stretch;
mod time;
mod weather;

pub use closures::{
    CLOSURES_MAX, Closure, ClosureShape, ID_CHARS_MAX, LINE_METRES_MAX, LINE_POINTS_MAX,
    PIECES_MAX, RADIUS_METRES_MAX, ROADS_MAX,
};
pub use time::LocalTime;

pub(crate) use closures::{Closed, close};
pub(crate) use schedule::Schedule;
pub(crate) use weather::Weather;

use serde::{Deserialize, Serialize};

/// Which roads are slow or shut because of the season.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// Bare roads.
    Summer,
    /// Snow and ice.
    Winter,
    /// Winter from December to March north of the equator, from June to September south of it; unknown without a time.
    #[default]
    Auto,
}

/// Everything that makes the network of today differ from the one in the pack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    /// When the journey is; without it no sign that holds at some times only is in force, but those of the season if it is told.
    pub at: Option<LocalTime>,
    /// The season.
    pub season: Season,
    /// Whether it is dark; `None` = by the time, and bright without one.
    pub night: Option<bool>,
    /// Roads that are shut.
    pub closures: Vec<Closure>,
}

/// Hours that count as dark when nobody says (local time, from the first to before the second). An estimate for the year's middle.
const NIGHT_HOURS: [u16; 2] = [18, 6];

impl Conditions {
    /// Checks what came from outside.
    ///
    /// # Errors
    /// [`ConditionsError`] for the first closure that is no sound shape or beyond a written bound.
    pub fn check(&self) -> Result<(), ConditionsError> {
        let pieces: usize = self.closures.iter().map(Closure::pieces).sum();
        let fault = |(index, closure): (usize, &Closure)| {
            let fault = closure.fault()?;
            Some(ConditionsError::Closure { index, fault })
        };
        match self.closures.iter().enumerate().find_map(fault) {
            Some(error) => Err(error),
            None if self.closures.len() > CLOSURES_MAX || pieces > PIECES_MAX => {
                Err(ConditionsError::TooMany)
            }
            None => Ok(()),
        }
    }

    /// Whether the season is winter at `latitude` (degrees); `None` when nobody can say.
    #[must_use]
    pub fn winter(&self, latitude: f64) -> Option<bool> {
        match (self.season, self.at) {
            (Season::Summer, _) => Some(false),
            (Season::Winter, _) => Some(true),
            (Season::Auto, None) => None,
            (Season::Auto, Some(at)) => {
                let (_, month, _) = at.date();
                Some(if latitude >= 0.0 {
                    matches!(month, 12 | 1..=3)
                } else {
                    matches!(month, 6..=9)
                })
            }
        }
    }

    /// Whether it is dark.
    #[must_use]
    pub fn dark(&self) -> bool {
        let by_hour = |at: LocalTime| {
            let hour = at.minute() / 60;
            hour >= NIGHT_HOURS[0] || hour < NIGHT_HOURS[1]
        };
        self.night.unwrap_or_else(|| self.at.is_some_and(by_hour))
    }

    /// The same without its closures.
    #[must_use]
    pub fn without_closures(&self) -> Self {
        Self {
            closures: Vec::new(),
            ..self.clone()
        }
    }
}

/// What is wrong with conditions from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionsError {
    /// More closures than [`CLOSURES_MAX`], or more in them than [`PIECES_MAX`].
    #[error(
        "more than {CLOSURES_MAX} closures, or {PIECES_MAX} points and stretches of road in them"
    )]
    TooMany,
    /// A closure that cannot be taken.
    #[error("closure {} of the list {fault}", index + 1)]
    Closure {
        /// Place in the list, from 0.
        index: usize,
        /// What is wrong with it.
        fault: ClosureFault,
    },
}

/// What is wrong with one closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClosureFault {
    /// The id is empty or longer than [`ID_CHARS_MAX`].
    #[error("needs an id of 1 to {ID_CHARS_MAX} characters")]
    Id,
    /// A position off the globe, or not a number.
    #[error("has a position that is not on the globe")]
    Position,
    /// A radius that is not above 0 and at most [`RADIUS_METRES_MAX`].
    #[error("needs a radius above 0 and up to {RADIUS_METRES_MAX} m")]
    Radius,
    /// A line of one point, of more than [`LINE_POINTS_MAX`], or longer than [`LINE_METRES_MAX`].
    #[error("needs a line of 2 to {LINE_POINTS_MAX} points and at most {LINE_METRES_MAX} m")]
    Line,
    /// No stretch of road, more than [`ROADS_MAX`], or one that is not its two ends and at most one point in between.
    #[error("needs 1 to {ROADS_MAX} stretches of road of 2 or 3 positions each")]
    Roads,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn in_month(month: u8, hour: u16) -> Conditions {
        Conditions {
            at: LocalTime::new(2026, month, 5, hour * 60),
            ..Conditions::default()
        }
    }

    #[test]
    fn winter_follows_the_date_and_the_side_of_the_equator() {
        let months = [11, 12, 1, 3, 4, 7];
        let at = |latitude: f64| months.map(|month| in_month(month, 12).winter(latitude).unwrap());
        assert_eq!(at(35.7), [false, true, true, true, false, false]);
        assert_eq!(at(-33.9), [false, false, false, false, false, true]);
        assert_eq!(Conditions::default().winter(35.7), None);
        let told = Conditions {
            season: Season::Summer,
            ..in_month(1, 12)
        };
        assert_eq!(told.winter(35.7), Some(false));
    }

    #[test]
    fn it_is_dark_by_the_hour_unless_somebody_says() {
        let dark = [5, 6, 17, 18].map(|hour| in_month(5, hour).dark());
        assert_eq!(dark, [true, false, false, true]);
        assert!(!Conditions::default().dark());
        let told = Conditions {
            night: Some(true),
            ..in_month(5, 12)
        };
        assert!(told.dark());
    }
}
