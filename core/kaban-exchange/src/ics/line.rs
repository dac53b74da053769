//! One content line: escaped (RFC 5545 §3.3.11) and folded (§3.1).

/// Most octets of a line, its end not counted.
const OCTETS_MAX: usize = 75;

/// Adds a line, folded where it is too long: never within a character, also where the standard would
/// allow it, since some readers decode each piece for itself.
pub(super) fn put(out: &mut String, name: &str, value: &str) {
    let mut used = 0;
    for c in name.chars().chain([':']).chain(value.chars()) {
        if used + c.len_utf8() > OCTETS_MAX {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// A text as the value of a property.
pub(super) fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in plain(value).chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\\' | ',' | ';' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// The text with every kind of line end as one and other control characters, which no value may hold, as
/// spaces.
pub(super) fn plain(value: &str) -> String {
    let ends = value.replace("\r\n", "\n").replace('\r', "\n");
    let spaced = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() => ' ',
        c => c,
    };
    ends.chars().map(spaced).collect()
}
