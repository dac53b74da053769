//! The clock of the duty: Japan Standard Time, which has no summer time.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta, TimeZone, Weekday};
use serde::{Deserialize, Serialize};

const JST_SECONDS: i32 = 9 * 3600;
/// The hour at which the bag changes hands.
pub const CHANGEOVER_HOUR: u32 = 9;

/// +09:00.
#[must_use]
pub fn jst() -> FixedOffset {
    FixedOffset::east_opt(JST_SECONDS).expect("nine hours are less than a day")
}

/// The same instant on a clock in Japan.
#[must_use]
pub fn in_jst<Z: TimeZone>(at: &DateTime<Z>) -> DateTime<FixedOffset> {
    at.with_timezone(&jst())
}

/// The day in Japan.
#[must_use]
pub fn jst_date<Z: TimeZone>(at: &DateTime<Z>) -> NaiveDate {
    in_jst(at).date_naive()
}

/// 09:00 in Japan on a day.
#[must_use]
pub fn changeover_on(day: NaiveDate) -> DateTime<FixedOffset> {
    let nine = NaiveTime::from_hms_opt(CHANGEOVER_HOUR, 0, 0).unwrap_or_default();
    // A fixed offset has neither gaps nor repeated hours, so there is exactly one such instant.
    day.and_time(nine)
        .and_local_timezone(jst())
        .single()
        .unwrap_or_default()
}

/// A turn of duty, from its first instant up to, not including, the first of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DutyTurn {
    /// First instant.
    pub from: DateTime<FixedOffset>,
    /// First instant of the next turn.
    pub to: DateTime<FixedOffset>,
}

impl DutyTurn {
    /// Whether the instant lies in the turn.
    #[must_use]
    pub fn contains<Z: TimeZone>(&self, at: &DateTime<Z>) -> bool {
        self.from <= in_jst(at) && in_jst(at) < self.to
    }

    /// Whether some instant of the turn lies between the two, the second excluded.
    #[must_use]
    pub fn meets(&self, from: DateTime<FixedOffset>, to: DateTime<FixedOffset>) -> bool {
        from < self.to && self.from < to
    }
}

/// The ordinary week, Tuesday 09:00 to Tuesday 09:00, that contains the instant.
#[must_use]
pub fn ordinary_turn_at<Z: TimeZone>(at: &DateTime<Z>) -> DutyTurn {
    let local = in_jst(at);
    let days = i64::from(
        (local.weekday().num_days_from_monday() + 7 - Weekday::Tue.num_days_from_monday()) % 7,
    );
    let tuesday = changeover_on(local.date_naive() - TimeDelta::days(days));
    let from = if tuesday <= local {
        tuesday
    } else {
        tuesday - TimeDelta::days(7)
    };
    DutyTurn {
        from,
        to: from + TimeDelta::days(7),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::Utc;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rule_1_duty_runs_from_tuesday_nine_to_tuesday_nine_in_japan() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let turn = ordinary_turn_at(&at("2026-11-25T03:00:00+09:00"));
        assert_eq!(turn.from, at("2026-11-24T09:00:00+09:00"));
        assert_eq!(turn.to, at("2026-12-01T09:00:00+09:00"));
        assert_eq!(ordinary_turn_at(&at("2026-12-01T08:59:59+09:00")), turn);
        assert_eq!(ordinary_turn_at(&at("2026-12-01T00:00:00Z")).from, turn.to);
    }

    proptest! {
        #[test]
        fn rule_1_every_instant_lies_in_exactly_one_ordinary_turn(seconds in 0i64..4_102_444_800) {
            let at = Utc.timestamp_opt(seconds, 0).single().unwrap();
            let turn = ordinary_turn_at(&at);
            prop_assert!(turn.contains(&at));
            prop_assert_eq!((turn.from.weekday(), turn.to - turn.from), (Weekday::Tue, TimeDelta::days(7)));
            prop_assert_eq!(ordinary_turn_at(&turn.to).from, turn.to);
            prop_assert!(!ordinary_turn_at(&turn.to).contains(&at));
        }
    }
}
