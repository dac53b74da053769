//! Codes, telephone numbers and numbers as people type them, in one stored form.

use super::field::Choice;
use crate::{error::Reason, text::to_ascii_width};

/// The code itself, or either label, with letters of any width and case.
pub(super) fn choice(codes: &'static [Choice], text: &str) -> Result<&'static str, Reason> {
    if text.trim().is_empty() {
        return Err(Reason::Empty);
    }
    if text.len() > 256 {
        return Err(Reason::NotACode);
    }
    let typed = to_ascii_width(text);
    // The exact code is looked for first, because the cases of `I` and `i` may differ in meaning.
    if let Some((code, ..)) = codes.iter().find(|(code, ..)| *code == typed) {
        return Ok(code);
    }
    let same = |label: &str| to_ascii_width(label).to_lowercase() == typed.to_lowercase();
    let found = codes
        .iter()
        .find(|(code, ja, en)| same(code) || same(ja) || same(en));
    found.map(|(code, ..)| *code).ok_or(Reason::NotACode)
}

/// Digits and hyphens with an optional leading `+` and an optional extension, as in `0479-73-0000x12`.
///
/// Bounds: 3 to 15 digits (ITU-T E.164), up to 8 digits of extension.
pub(crate) fn phone(text: &str) -> Result<String, Reason> {
    if text.len() > 128 {
        return Err(Reason::NotAPhone);
    }
    let typed = to_ascii_width(text).to_lowercase();
    let typed = typed
        .strip_prefix("tel:")
        .unwrap_or(&typed)
        .trim()
        .to_owned();
    let (main, extension) = split_extension(&typed);
    let mut out = String::with_capacity(main.len());
    for c in main.chars() {
        match c {
            '0'..='9' => out.push(c),
            '+' if out.is_empty() => out.push(c),
            '-' | '(' | ')' | ' ' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' => {
                if out.ends_with(|last: char| last.is_ascii_digit()) {
                    out.push('-');
                }
            }
            _ => return Err(Reason::NotAPhone),
        }
    }
    let mut out = out.trim_end_matches('-').to_owned();
    let digits = out.bytes().filter(u8::is_ascii_digit).count();
    if !(3..=15).contains(&digits) {
        return Err(Reason::NotAPhone);
    }
    if let Some(extension) = extension {
        let extension = extension.trim_matches(['.', ':', ' ', ')', '-']);
        if extension.is_empty()
            || extension.len() > 8
            || !extension.bytes().all(|b| b.is_ascii_digit())
        {
            return Err(Reason::NotAPhone);
        }
        out.push('x');
        out.push_str(extension);
    }
    Ok(out)
}

fn split_extension(text: &str) -> (&str, Option<&str>) {
    for mark in ["内線", "extension", "ext", "x"] {
        if let Some((main, extension)) = text.split_once(mark) {
            return (main.trim_end_matches(['(', ' ', ',', ';']), Some(extension));
        }
    }
    (text, None)
}

pub(super) fn integer(text: &str, min: i64, max: i64) -> Result<i64, Reason> {
    if text.len() > 64 {
        return Err(Reason::NotANumber);
    }
    let number: i64 = to_ascii_width(text)
        .parse()
        .map_err(|_| Reason::NotANumber)?;
    if (min..=max).contains(&number) {
        Ok(number)
    } else {
        Err(Reason::OutOfRange)
    }
}

/// Digits with at most six decimals; trailing zeros are kept, because they say how exactly it was measured.
pub(crate) fn decimal(text: &str, max: u32) -> Result<String, Reason> {
    if text.len() > 64 {
        return Err(Reason::NotANumber);
    }
    let typed = to_ascii_width(text);
    let (whole, fraction) = match typed.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (typed.as_str(), None),
    };
    let digits = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
    };
    if whole.starts_with('-') && digits(&whole[1..], 16) {
        return Err(Reason::OutOfRange);
    }
    if !digits(whole, 16) || !fraction.is_none_or(|f| digits(f, 6)) {
        return Err(Reason::NotANumber);
    }
    let number: u64 = whole.parse().map_err(|_| Reason::NotANumber)?;
    let above = number == u64::from(max) && fraction.is_some_and(|f| f.bytes().any(|b| b != b'0'));
    if number > u64::from(max) || above {
        return Err(Reason::OutOfRange);
    }
    Ok(fraction.map_or_else(|| number.to_string(), |f| format!("{number}.{f}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_have_one_form() {
        for (typed, stored) in [
            ("０４７９（７３）００００", "0479-73-0000"),
            ("090 1234 5678", "090-1234-5678"),
            ("+81-479-73-0000", "+81-479-73-0000"),
            ("0479-73-0000 内線12", "0479-73-0000x12"),
            ("555-123-4567x890", "555-123-4567x890"),
            ("119", "119"),
        ] {
            assert_eq!(phone(typed).unwrap(), stored);
        }
        for typed in ["12", "電話なし", "0479-73-0000x", "1234567890123456"] {
            assert_eq!(phone(typed), Err(Reason::NotAPhone), "{typed}");
        }
    }

    #[test]
    fn decimals_keep_their_digits_and_never_become_floats() {
        assert_eq!(decimal("036.50", 60).unwrap(), "36.50");
        assert_eq!(decimal("60.0", 60).unwrap(), "60.0");
        assert_eq!(decimal("60.1", 60), Err(Reason::OutOfRange));
        assert_eq!(decimal("-1", 60), Err(Reason::OutOfRange));
        for text in ["1e3", "36,5", "三十六", ".", "1.", "-"] {
            assert_eq!(decimal(text, 60), Err(Reason::NotANumber), "{text}");
        }
    }
}
