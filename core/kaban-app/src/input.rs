//! What comes in from a shell as text, read once and in one way: ids, instants, texts.

use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset};

use crate::error::{AppError, Result};

/// Digits of an id.
const ID_DIGITS: usize = 32;
/// Years that an instant can lie in: nobody under care was born before, and no plan reaches beyond.
const YEARS: RangeInclusive<i32> = 1900..=2199;
/// Longest text of one input, bytes. Every field has a smaller bound of its own.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Longest text that is searched for, characters.
const SEARCH_CHARS_MAX: usize = 100;
/// What half of a surrogate pair becomes on its way here: the sign that something was lost.
const LOST: char = '\u{FFFD}';

/// An id as a program gives it: all of its 32 digits. A person's short numbers and prefixes are
/// read by [`crate::Bag::patient_id`].
///
/// # Errors
/// [`crate::Kind::BadInput`] about `input`.
pub fn id<I: FromStr>(input: &str, text: &str) -> Result<I> {
    let digits = |text: &str| {
        let mut bytes = text.bytes();
        bytes.all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let whole = text.len() == ID_DIGITS && digits(text);
    let id = whole.then(|| text.parse().ok()).flatten();
    id.ok_or_else(|| wrong(input, "not an id of 32 digits 0-9 a-f"))
}

/// An instant, RFC 3339 with its offset, in a year from 1900 to 2199.
///
/// # Errors
/// [`crate::Kind::BadInput`] about `input`.
pub fn instant(input: &str, text: &str) -> Result<DateTime<FixedOffset>> {
    let at = DateTime::parse_from_rfc3339(text)
        .map_err(|_| wrong(input, "not an RFC 3339 time with offset"))?;
    if !is_of_this_world(&at) {
        return Err(wrong(input, "not in a year from 1900 to 2199"));
    }
    Ok(at)
}

/// Whether an instant lies in a year from 1900 to 2199.
pub fn is_of_this_world(at: &DateTime<FixedOffset>) -> bool {
    YEARS.contains(&at.year())
}

/// A text of at most 64 KiB of which nothing was lost on the way here.
///
/// # Errors
/// [`crate::Kind::BadInput`] about `input`.
pub fn text<'t>(input: &str, text: &'t str) -> Result<&'t str> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(wrong(input, "longer than 64 KiB"));
    }
    if text.contains(LOST) {
        return Err(wrong(input, "a character of it was lost: type it again"));
    }
    Ok(text)
}

/// A text to search for, of at most 100 characters.
///
/// # Errors
/// [`crate::Kind::BadInput`].
pub fn search(text: &str) -> Result<&str> {
    if text.chars().count() > SEARCH_CHARS_MAX {
        return Err(wrong("text", "longer than 100 characters"));
    }
    Ok(text)
}

/// What a person said in words: a text that is not blank.
///
/// # Errors
/// [`crate::Kind::BadInput`] about `input`.
pub fn said<'t>(input: &str, words: &'t str) -> Result<&'t str> {
    if text(input, words)?.trim().is_empty() {
        return Err(wrong(input, "empty"));
    }
    Ok(words)
}

fn wrong(input: &str, why: &str) -> AppError {
    AppError::input(format!("{input}: {why}")).about(input)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kaban_model::ids::PatientId;

    use super::*;

    #[test]
    fn an_id_is_thirty_two_digits_and_nothing_else() {
        let digits = "0123456789abcdef0123456789abcdef";
        let read = |text: &str| id::<PatientId>("patient", text);
        assert_eq!(read(digits).unwrap().to_string(), digits);
        for wrong in [
            "",
            "12",
            "tanaka",
            &digits.to_uppercase(),
            &format!("{digits}0"),
            &"あ".repeat(11),
        ] {
            assert_eq!(read(wrong).unwrap_err().input.unwrap(), "patient");
        }
    }

    #[test]
    fn an_instant_has_an_offset_and_a_year_of_this_world() {
        assert!(instant("at", "2026-11-24T01:40:00+09:00").is_ok());
        for wrong in [
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00Z",
            "2026-11-24",
            "now",
            "",
        ] {
            assert!(instant("at", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_text_that_is_too_long_or_lost_a_character_is_refused() {
        assert!(text("text", "髙橋 𠮷野").is_ok());
        assert!(text("text", &"a".repeat(1 << 20)).is_err());
        assert!(text("text", "10\u{FFFD}mg").is_err());
        assert!(said("text", " \u{3000}").is_err());
        assert!(search(&"あ".repeat(101)).is_err());
    }
}
