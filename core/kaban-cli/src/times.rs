//! Times as people type them: `2026-11-20`, `2026-11-20T18:00`, `18:00`, or RFC 3339. Without an
//! offset they are Japan's, as the duty is.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use kaban_app::Result;
use kaban_model::duty::jst;

use crate::output::bad_input;

/// Which end of a day a bare date means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Its first instant.
    Start,
    /// The first instant after it.
    End,
}

/// Reads a time; `now` gives the day for a bare hour.
pub fn read(text: &str, edge: Edge, now: DateTime<FixedOffset>) -> Result<DateTime<FixedOffset>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at);
    }
    let in_japan = |local: NaiveDateTime| local.and_local_timezone(jst()).single();
    let spaced = text.replace(' ', "T");
    let local = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&spaced, form).ok())
        .or_else(|| {
            let hour = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
            Some(now.with_timezone(&jst()).date_naive().and_time(hour))
        })
        .or_else(|| {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            let day = if edge == Edge::End {
                day.checked_add_days(Days::new(1))?
            } else {
                day
            };
            Some(day.and_time(NaiveTime::MIN))
        });
    local.and_then(in_japan).ok_or_else(|| {
        bad_input(format!(
            "{text} is not a time: use 2026-11-20, 2026-11-20T18:00, 18:00 or RFC 3339"
        ))
    })
}

/// A time of a view as a person reads it: to the minute, in the offset it was written with.
pub fn human(rfc3339: &str) -> String {
    match DateTime::parse_from_rfc3339(rfc3339) {
        Ok(at) => at.format("%Y-%m-%d %H:%M").to_string(),
        Err(_) => rfc3339.to_owned(),
    }
}

/// Reads a day of the calendar.
pub fn day(text: &str) -> Result<NaiveDate> {
    let read = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d");
    read.map_err(|_| bad_input(format!("{text} is not a date: use YYYY-MM-DD")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn times_without_an_offset_are_japans() {
        let now = DateTime::parse_from_rfc3339("2026-11-17T21:30:00Z").unwrap();
        let at = |text, edge| read(text, edge, now).unwrap().to_rfc3339();
        assert_eq!(at("2026-11-20", Edge::Start), "2026-11-20T00:00:00+09:00");
        assert_eq!(at("2026-11-20", Edge::End), "2026-11-21T00:00:00+09:00");
        assert_eq!(
            at("2026-11-20 18:05", Edge::Start),
            "2026-11-20T18:05:00+09:00"
        );
        assert_eq!(at("06:00", Edge::Start), "2026-11-18T06:00:00+09:00");
        assert_eq!(
            at("2026-11-20T18:00:00-05:00", Edge::Start),
            "2026-11-20T18:00:00-05:00"
        );
        assert!(read("tomorrow", Edge::Start, now).is_err());
    }
}
