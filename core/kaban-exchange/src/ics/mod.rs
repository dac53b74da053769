//! iCalendar out (RFC 5545): a calendar that phones and calendar programs read.
//!
//! Instants are written in UTC: every calendar shows them in the zone of its phone, no zone has to be
//! described in the file, and Japan's has no summer time to get wrong. Nothing is drawn and no clock is
//! read, so equal calendars are equal bytes. The writer is our own because a published one
//! (`icalendar` 0.17) draws identifiers and times where one forgets to give them, and lets a carriage
//! return within a text through as a line end.

mod line;

use chrono::{DateTime, FixedOffset, Utc};

/// A calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name in the list of calendars.
    pub name: String,
    /// In any order.
    pub events: Vec<Event>,
}

/// Something from an instant up to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same for the same event in every edition of the calendar, so that a later edition takes the
    /// place of an earlier one. Letters, digits, `-`, `.` and `@`; whatever else is in it is left out.
    pub uid: String,
    /// When this edition was made.
    pub stamp: DateTime<FixedOffset>,
    /// First instant.
    pub from: DateTime<FixedOffset>,
    /// First instant after it.
    pub to: DateTime<FixedOffset>,
    /// One line. Line ends in it become spaces.
    pub summary: String,
    /// As long as need be; may have several lines.
    pub description: String,
}

/// Writes a calendar: UTF-8, lines of at most 75 octets that end in CRLF. Events do not make their owner
/// appear busy: a doctor on duty sees patients as ever.
#[must_use]
pub fn write(calendar: &Calendar) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| line::put(&mut out, name, value);
    put("BEGIN", "VCALENDAR");
    put("VERSION", "2.0");
    put("PRODID", "-//Kaban//Kaban//JA");
    put("CALSCALE", "GREGORIAN");
    put("X-WR-CALNAME", &line::text(&one_line(&calendar.name)));
    put("X-WR-TIMEZONE", "Asia/Tokyo");
    for event in &calendar.events {
        put("BEGIN", "VEVENT");
        put("UID", &identifier(&event.uid));
        put("DTSTAMP", &utc(&event.stamp));
        put("DTSTART", &utc(&event.from));
        put("DTEND", &utc(&event.to));
        put("SUMMARY", &line::text(&one_line(&event.summary)));
        put("DESCRIPTION", &line::text(&event.description));
        put("TRANSP", "TRANSPARENT");
        put("END", "VEVENT");
    }
    put("END", "VCALENDAR");
    out
}

fn utc(at: &DateTime<FixedOffset>) -> String {
    at.with_timezone(&Utc).format("%Y%m%dT%H%M%SZ").to_string()
}

fn identifier(uid: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "-.@".contains(*c);
    uid.chars().filter(allowed).collect()
}

fn one_line(text: &str) -> String {
    let spaced = |c: char| if c == '\n' || c == '\r' { ' ' } else { c };
    text.chars().map(spaced).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn week(summary: &str, description: &str) -> Calendar {
        Calendar {
            name: "当番表".into(),
            events: vec![Event {
                uid: "20261117-duty@kaban".into(),
                stamp: at("2026-11-01T09:00:00+09:00"),
                from: at("2026-11-17T09:00:00+09:00"),
                to: at("2026-11-24T09:00:00+09:00"),
                summary: summary.into(),
                description: description.into(),
            }],
        }
    }

    /// What a reader makes of one property: unfolded, then unescaped (RFC 5545 §3.1 and §3.3.11).
    fn read(calendar: &str, name: &str) -> String {
        let unfolded = calendar.replace("\r\n ", "");
        let start = format!("{name}:");
        let line = unfolded
            .split("\r\n")
            .find_map(|line| line.strip_prefix(&start));
        let mut chars = line.unwrap().chars();
        let mut text = String::new();
        while let Some(c) = chars.next() {
            text.push(match c {
                '\\' => match chars.next().unwrap() {
                    'n' => '\n',
                    c => c,
                },
                c => c,
            });
        }
        text
    }

    #[test]
    fn a_week_of_duty_is_written_line_by_line() {
        let expected = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Kaban//Kaban//JA",
            "CALSCALE:GREGORIAN",
            "X-WR-CALNAME:当番表",
            "X-WR-TIMEZONE:Asia/Tokyo",
            "BEGIN:VEVENT",
            "UID:20261117-duty@kaban",
            "DTSTAMP:20261101T000000Z",
            "DTSTART:20261117T000000Z",
            "DTEND:20261124T000000Z",
            "SUMMARY:当番: 林 勇",
            "DESCRIPTION:on duty\\; next in order\\, 2nd\\n\\\\",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ];
        let written = write(&week("当番: 林 勇", "on duty; next in order, 2nd\n\\"));
        assert_eq!(written.split("\r\n").collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_name_cannot_open_a_property_of_its_own() {
        let written = write(&week("a\r\nATTENDEE:mailto:x\n\u{85}b", "c\r\nEND:VEVENT"));
        assert!(
            !written.contains("\r\nATTENDEE") && written.matches("\r\nEND:VEVENT").count() == 1
        );
        assert_eq!(read(&written, "SUMMARY"), "a  ATTENDEE:mailto:x  b");
        assert_eq!(read(&written, "DESCRIPTION"), "c\nEND:VEVENT");
    }

    #[test]
    fn an_identifier_holds_nothing_that_ends_a_line() {
        let mut calendar = week("", "");
        calendar.events[0].uid = "a\r\n b,c;@kaban".into();
        assert!(write(&calendar).contains("\r\nUID:abc@kaban\r\n"));
    }

    proptest! {
        #[test]
        fn every_line_is_short_ends_in_crlf_and_unfolds_to_what_was_written(
            summary in "\\PC{0,200}",
            description in prop::collection::vec(prop_oneof![
                any::<char>(), Just('\n'), Just('\r'), Just('、'), Just('\\'), Just(','), Just(';'), Just('齋')
            ], 0..300)
        ) {
            let description: String = description.into_iter().collect();
            let written = write(&week(&summary, &description));
            prop_assert!(written.ends_with("END:VCALENDAR\r\n"));
            let body = written.strip_suffix("\r\n").unwrap();
            for line in body.split("\r\n") {
                prop_assert!(line.len() <= 75, "{}: {line}", line.len());
                prop_assert!(!line.chars().any(|c| c.is_control() && c != '\t'));
            }
            prop_assert_eq!(read(&written, "SUMMARY"), line::plain(&summary));
            prop_assert_eq!(read(&written, "DESCRIPTION"), line::plain(&description));
        }
    }
}
