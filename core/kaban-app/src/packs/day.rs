//! The day of a pack's data: a day of the calendar that has come, or none.
//!
//! The newest map is fetched first, so a day that never comes would stand before every other map for good.

use chrono::{Datelike, Days, NaiveDate};

use crate::error::{AppError, Kind, Result};

/// What days are compared with: the last one that data can be of, tomorrow by this device's clock, because a day begins
/// earlier elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastDay(NaiveDate);

impl LastDay {
    pub fn of(today: NaiveDate) -> Self {
        Self(today.checked_add_days(Days::new(1)).unwrap_or(today))
    }

    /// Whether `yyyymmdd`, or 0 for no day, can be the day of data.
    pub fn allows(self, digits: u32) -> bool {
        digits == 0 || date_of(digits).is_some_and(|day| day <= self.0)
    }

    /// Refuses a pack whose own words about its day cannot be.
    pub fn check(self, day: Option<&str>) -> Result<()> {
        let Some(day) = day else { return Ok(()) };
        let digits = digits_of(Some(day));
        if digits != 0 && self.allows(digits) {
            return Ok(());
        }
        Err(AppError::new(
            Kind::BadInput,
            format!(
                "the map's data are of no day of the calendar up to {}: set this device's clock, or build the map anew from data of the right day",
                self.0
            ),
        ))
    }
}

/// `2026-11-01` as 20261101; 0 for no day, or none of that shape.
pub(super) fn digits_of(day: Option<&str>) -> u32 {
    let day = day.unwrap_or_default();
    match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
        Ok(date) if date.to_string() == day => {
            u32::try_from(date.year()).unwrap_or(0) * 10_000 + date.month() * 100 + date.day()
        }
        _ => 0,
    }
}

/// 20261101 as `2026-11-01`, if that is a day.
pub(super) fn day_of(digits: u32) -> Option<String> {
    date_of(digits).map(|date| date.to_string())
}

fn date_of(digits: u32) -> Option<NaiveDate> {
    let year = i32::try_from(digits / 10_000).ok()?;
    let in_range = (1..=9999).contains(&year);
    NaiveDate::from_ymd_opt(year, digits / 100 % 100, digits % 100).filter(|_| in_range)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_eight_digits_or_nothing() {
        assert_eq!(digits_of(Some("2026-11-01")), 20_261_101);
        for odd in [
            None,
            Some(""),
            Some("2026-11"),
            Some("+026-11-01"),
            Some("2026-02-30"),
            Some("-026-11-01"),
            Some("2026-1-001"),
            Some("soon"),
        ] {
            assert_eq!(digits_of(odd), 0, "{odd:?}");
        }
    }

    #[test]
    fn data_are_of_no_day_after_tomorrow_and_of_no_day_that_is_none() {
        let last = LastDay::of(NaiveDate::from_ymd_opt(2028, 2, 28).unwrap());
        for day in [0, 20_280_229, 20_280_228, 20_240_229, 19_000_101] {
            assert!(last.allows(day), "{day}");
        }
        for day in [20_280_301, 20_270_229, 20_271_301, 20_280_100, 7, u32::MAX] {
            assert!(!last.allows(day), "{day}");
        }
        assert!(last.check(None).is_ok() && last.check(Some("2028-02-29")).is_ok());
        for day in ["2028-03-01", "2027-02-29", "soon", ""] {
            let refused = last.check(Some(day)).unwrap_err();
            assert_eq!(refused.kind, Kind::BadInput);
            assert!(day.is_empty() || !refused.detail.contains(day), "{refused}");
        }
    }

    #[test]
    fn what_reads_as_a_day_reads_back() {
        for digits in [20_261_101, 19_991_231, 20_240_229] {
            assert_eq!(digits_of(day_of(digits).as_deref()), digits);
        }
        assert_eq!((day_of(0), day_of(20_261_131)), (None, None));
    }
}
