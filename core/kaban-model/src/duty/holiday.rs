//! The two holiday turns of a year, and how they lie on the Tuesday weeks (rule 3).

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

use super::time::{DutyTurn, changeover_on, jst_date};

/// What a turn of the roster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnKind {
    /// A week from Tuesday to Tuesday, or what a holiday turn leaves of it.
    Ordinary,
    /// 年末年始: the days from 12/29 to 1/4.
    NewYear,
    /// 連休: the days from 4/29 to 5/5.
    GoldenWeek,
}

impl TurnKind {
    /// The code of the command line and the name in Japanese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ordinary => ("ordinary", "当番", "duty"),
            Self::NewYear => ("new_year", "年末年始当番", "New Year duty"),
            Self::GoldenWeek => ("golden_week", "連休当番", "Golden Week duty"),
        }
    }
}

/// How the holiday turns lie on the Tuesday weeks: a policy of the association.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayAlignment {
    /// 12/29 09:00 to 1/5 09:00 and 4/29 09:00 to 5/6 09:00; the ordinary turns around them are shortened.
    #[default]
    ExactDates,
    /// The Tuesday week that covers most of those days; every turn is a whole week.
    TuesdayWeek,
}

/// The first holiday turn that begins at the instant or later.
pub(super) fn holiday_from(
    at: DateTime<FixedOffset>,
    alignment: HolidayAlignment,
) -> (TurnKind, DutyTurn) {
    let year = jst_date(&at).year();
    // A Tuesday week may begin in the January after its days, hence the year before.
    (year - 1..)
        .flat_map(|year| [TurnKind::GoldenWeek, TurnKind::NewYear].map(|kind| (kind, year)))
        .map(|(kind, year)| (kind, holiday_turn(kind, year, alignment)))
        .find(|(_, turn)| turn.from >= at)
        .expect("every year has its holidays")
}

/// The holiday turn whose first day, in Japan's calendar, lies in the year.
fn holiday_turn(kind: TurnKind, year: i32, alignment: HolidayAlignment) -> DutyTurn {
    let (month, day) = match kind {
        TurnKind::NewYear => (12, 29),
        TurnKind::GoldenWeek | TurnKind::Ordinary => (4, 29),
    };
    let first = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let first = match alignment {
        HolidayAlignment::ExactDates => first,
        HolidayAlignment::TuesdayWeek => nearest_tuesday(first),
    };
    let from = changeover_on(first);
    DutyTurn {
        from,
        to: from + TimeDelta::days(7),
    }
}

/// A week that begins up to three days before or after seven given days covers most of them.
fn nearest_tuesday(day: NaiveDate) -> NaiveDate {
    let since = i64::from(day.weekday().days_since(Weekday::Tue));
    if since <= 3 {
        day - TimeDelta::days(since)
    } else {
        day + TimeDelta::days(7 - since)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> DateTime<FixedOffset> {
        changeover_on(text.parse().unwrap())
    }

    fn next(at: &str, alignment: HolidayAlignment) -> (TurnKind, String, String) {
        let (kind, turn) = holiday_from(day(at), alignment);
        (kind, turn.from.to_rfc3339(), turn.to.to_rfc3339())
    }

    #[test]
    fn rule_3_exact_dates_run_from_the_29th_nine_to_the_fifth_or_sixth_nine() {
        assert_eq!(
            next("2026-11-17", HolidayAlignment::ExactDates),
            (
                TurnKind::NewYear,
                "2026-12-29T09:00:00+09:00".into(),
                "2027-01-05T09:00:00+09:00".into()
            )
        );
        assert_eq!(
            next("2026-12-30", HolidayAlignment::ExactDates),
            (
                TurnKind::GoldenWeek,
                "2027-04-29T09:00:00+09:00".into(),
                "2027-05-06T09:00:00+09:00".into()
            )
        );
    }

    #[test]
    fn rule_3_a_tuesday_week_covers_at_least_four_of_the_seven_days() {
        for year in 2000..2060 {
            for kind in [TurnKind::NewYear, TurnKind::GoldenWeek] {
                let exact = holiday_turn(kind, year, HolidayAlignment::ExactDates);
                let week = holiday_turn(kind, year, HolidayAlignment::TuesdayWeek);
                assert_eq!(week.from.weekday(), Weekday::Tue);
                assert_eq!(week.to - week.from, TimeDelta::days(7));
                assert!((week.from - exact.from).abs() <= TimeDelta::days(3));
            }
        }
    }

    #[test]
    fn rule_3_a_new_year_week_may_begin_on_new_years_day() {
        // 12/29 of 2034 is a Friday: the Tuesday week from 1/2 covers three days of it, from 12/26 four.
        assert_eq!(
            next("2034-12-20", HolidayAlignment::TuesdayWeek).1,
            "2034-12-26T09:00:00+09:00"
        );
        // 12/29 of 2029 is a Saturday.
        assert_eq!(
            next("2029-12-27", HolidayAlignment::TuesdayWeek).1,
            "2030-01-01T09:00:00+09:00"
        );
        assert_eq!(
            next("2030-01-01", HolidayAlignment::TuesdayWeek).1,
            "2030-01-01T09:00:00+09:00"
        );
    }
}
