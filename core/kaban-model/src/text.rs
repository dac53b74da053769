//! How typed text is cleaned before it is kept: little, and never a character of a name.
//!
//! Unicode normalisation would turn personal-name ideographs such as 神 (U+FA19) into others, so only
//! kana and their separate voice marks are composed. Line ends become `\n`, tabs become spaces, the
//! ends are trimmed. Control characters and characters that turn the direction of writing are refused.

use unicode_normalization::{UnicodeNormalization, char::compose};

use crate::error::Reason;

const VOICED: char = '\u{3099}';
const SEMI_VOICED: char = '\u{309A}';

/// Cleans text of several lines and checks its length in characters.
///
/// # Errors
/// [`Reason::Empty`], [`Reason::TooLong`] or [`Reason::ControlCharacter`].
pub fn clean_text(text: &str, max_chars: usize) -> Result<String, Reason> {
    clean(text, max_chars, false)
}

/// Cleans text of one line: line ends become single spaces.
///
/// # Errors
/// As [`clean_text`].
pub fn clean_line(text: &str, max_chars: usize) -> Result<String, Reason> {
    clean(text, max_chars, true)
}

/// Half-width letters and digits from full-width ones, trimmed: for codes, numbers and dates.
#[must_use]
pub fn to_ascii_width(text: &str) -> String {
    text.trim().nfkc().collect::<String>().trim().to_owned()
}

fn clean(text: &str, max_chars: usize, one_line: bool) -> Result<String, Reason> {
    // A text many times longer than allowed is refused before any of it is copied.
    if text.len() > max_chars.saturating_mul(16).saturating_add(256) {
        return Err(Reason::TooLong { max: max_chars });
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' | '\n' => {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    chars.next();
                }
                if !one_line {
                    out.push('\n');
                } else if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '\t' => out.push(' '),
            VOICED | SEMI_VOICED => push_mark(&mut out, c),
            c if is_refused(c) => return Err(Reason::ControlCharacter),
            c => out.push(c),
        }
    }
    if out.is_empty() {
        return Err(Reason::Empty);
    }
    if out.chars().count() > max_chars {
        return Err(Reason::TooLong { max: max_chars });
    }
    Ok(out)
}

fn push_mark(out: &mut String, mark: char) {
    match out.pop() {
        Some(base) => match compose(base, mark) {
            Some(composed) => out.push(composed),
            None => out.extend([base, mark]),
        },
        None => out.push(mark),
    }
}

fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_personal_name_ideograph_is_kept_as_typed() {
        assert_eq!(
            clean_line("  \u{FA19}﨑 髙子 ", 60).unwrap(),
            "\u{FA19}﨑 髙子"
        );
    }

    #[test]
    fn separate_voice_marks_are_joined_to_their_kana() {
        assert_eq!(
            clean_line("カ\u{3099}キ\u{3099}ハ\u{309A}", 60).unwrap(),
            "ガギパ"
        );
    }

    #[test]
    fn text_that_would_turn_the_line_around_is_refused() {
        assert_eq!(
            clean_text("10 mg \u{202E}20", 60),
            Err(Reason::ControlCharacter)
        );
        assert_eq!(clean_text("a\u{0}b", 60), Err(Reason::ControlCharacter));
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in "\\PC{0,40}[\r\n\t カ\u{3099}]{0,8}\\PC{0,10}") {
            for clean in [clean_text, clean_line] {
                if let Ok(once) = clean(&text, 60) {
                    prop_assert_eq!(clean(&once, 60), Ok(once.clone()));
                    prop_assert!(once.chars().count() <= 60);
                }
            }
        }
    }
}
