//! Which passphrases and PINs are good enough, and the one form in which they are used.
//!
//! With the keystore's chip a guess can only be made on the device; the rules keep the short list everyone tries first out
//! of reach of those guesses.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Fewest characters of a passphrase at the command line, where no chip limits the guessing.
pub const PASSPHRASE_CHARS_MIN: usize = 13;
/// Fewest digits of a PIN on a phone.
pub const PIN_DIGITS_MIN: usize = 8;
/// Longest passphrase, in bytes, before and after normalization.
const PASSPHRASE_BYTES_MAX: usize = 1024;
const PASSPHRASE_DISTINCT_MIN: usize = 5;
const PIN_DISTINCT_MIN: usize = 4;

/// Why a passphrase or PIN is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseProblem {
    /// Not UTF-8 text, or longer than 1024 bytes.
    #[error("not text of at most 1024 bytes")]
    NotText,
    /// A PIN with something else than digits.
    #[error("not digits only")]
    NotDigits,
    /// Too few characters.
    #[error("shorter than {min} characters")]
    TooShort {
        /// The fewest allowed.
        min: usize,
    },
    /// A repetition, or one character after the other in order.
    #[error("repetition or sequence")]
    TooSimple,
    /// A PIN that reads as a calendar date.
    #[error("a date")]
    Date,
}

/// Checks a new passphrase for the command line.
///
/// # Errors
/// The first rule it breaks.
pub fn check_passphrase(passphrase: &[u8]) -> Result<(), PassphraseProblem> {
    let text = normalize(passphrase).ok_or(PassphraseProblem::NotText)?;
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(text.trim().chars().collect());
    let min = PASSPHRASE_CHARS_MIN;
    if chars.len() < min {
        return Err(PassphraseProblem::TooShort { min });
    }
    if is_simple(&chars, PASSPHRASE_DISTINCT_MIN) {
        return Err(PassphraseProblem::TooSimple);
    }
    Ok(())
}

/// Checks a new PIN for a phone: eight digits or more, no repetition, no sequence, no date.
///
/// # Errors
/// The first rule it breaks.
pub fn check_pin(pin: &[u8]) -> Result<(), PassphraseProblem> {
    let text = normalize(pin).ok_or(PassphraseProblem::NotText)?;
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    if !chars.iter().all(char::is_ascii_digit) {
        return Err(PassphraseProblem::NotDigits);
    }
    let min = PIN_DIGITS_MIN;
    if chars.len() < min {
        return Err(PassphraseProblem::TooShort { min });
    }
    if is_simple(&chars, PIN_DISTINCT_MIN) {
        return Err(PassphraseProblem::TooSimple);
    }
    if is_date(&text) {
        return Err(PassphraseProblem::Date);
    }
    Ok(())
}

/// NFKC, so that half-width and full-width keyboards give the same passphrase; `None` for what is not text or too long.
pub(super) fn normalize(passphrase: &[u8]) -> Option<Zeroizing<String>> {
    if passphrase.is_empty() || passphrase.len() > PASSPHRASE_BYTES_MAX {
        return None;
    }
    let text = std::str::from_utf8(passphrase).ok()?;
    // Reserved for the longest expansion that is kept, because growing would leave unwiped copies behind.
    let mut out = Zeroizing::new(String::with_capacity(PASSPHRASE_BYTES_MAX + 4));
    for char in text.nfkc() {
        out.push(char);
        if out.len() > PASSPHRASE_BYTES_MAX {
            return None;
        }
    }
    Some(out)
}

/// Few different characters, one period repeated, or steps of the same size all along.
fn is_simple(chars: &[char], distinct_min: usize) -> bool {
    let distinct = chars
        .iter()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let half = chars.len() / 2;
    let repeats = (1..=half).any(|period| {
        chars
            .iter()
            .zip(&chars[period..])
            .all(|(one, two)| one == two)
    });
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let mut steps = chars.windows(2).map(step);
    let first = steps.next();
    // A keypad counts 7, 8, 9, 0: the wrap is still a sequence.
    let sequence = steps.all(|next| {
        Some(next) == first || (first == Some(1) && next == -9) || (first == Some(-1) && next == 9)
    });
    distinct < distinct_min || repeats || sequence
}

/// Eight digits that read as a date from 1900 to 2099, year first or last, in any order of day and month.
fn is_date(digits: &str) -> bool {
    let number = |from: usize, to: usize| {
        digits
            .get(from..to)
            .and_then(|part| part.parse::<u32>().ok())
            .unwrap_or(0)
    };
    if digits.len() != 8 {
        return false;
    }
    let year = |value: u32| (1900..2100).contains(&value);
    let day_and_month = |one: u32, two: u32| {
        let fits = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
        fits(one, two) || fits(two, one)
    };
    (year(number(0, 4)) && day_and_month(number(4, 6), number(6, 8)))
        || (year(number(4, 8)) && day_and_month(number(0, 2), number(2, 4)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_needs_thirteen_characters_that_are_no_pattern() {
        assert_eq!(
            check_passphrase(b"twelve chars"),
            Err(PassphraseProblem::TooShort { min: 13 })
        );
        assert_eq!(
            check_passphrase("往診かばんと雨の峠みち七番".as_bytes()),
            Ok(())
        );
        assert_eq!(check_passphrase(b"correct horse battery"), Ok(()));
        for simple in [
            "aaaaaaaaaaaaa",
            "abcdefghijklmn",
            "12345678901234",
            "kaban1kaban1kaban1",
            "abababababababab",
        ] {
            assert_eq!(
                check_passphrase(simple.as_bytes()),
                Err(PassphraseProblem::TooSimple),
                "{simple}"
            );
        }
        assert_eq!(
            check_passphrase(&[0xff; 20]),
            Err(PassphraseProblem::NotText)
        );
        assert_eq!(
            check_passphrase(&[b'a'; 2000]),
            Err(PassphraseProblem::NotText)
        );
    }

    #[test]
    fn a_pin_is_eight_digits_and_neither_a_date_nor_a_pattern() {
        assert_eq!(check_pin(b"70391862"), Ok(()));
        assert_eq!(check_pin("７０３９１８６２".as_bytes()), Ok(()));
        assert_eq!(
            check_pin(b"703918"),
            Err(PassphraseProblem::TooShort { min: 8 })
        );
        assert_eq!(check_pin(b"7039186a"), Err(PassphraseProblem::NotDigits));
        for simple in [
            "11111111", "12345678", "78901234", "98765432", "12341234", "11223311",
        ] {
            assert_eq!(
                check_pin(simple.as_bytes()),
                Err(PassphraseProblem::TooSimple),
                "{simple}"
            );
        }
        for date in ["19620417", "17041962", "04171962", "20261231"] {
            assert_eq!(
                check_pin(date.as_bytes()),
                Err(PassphraseProblem::Date),
                "{date}"
            );
        }
    }
}
