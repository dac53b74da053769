//! Whether two `demo.json` tell the same story: equal but for times, byte counts and hashes.

use std::collections::BTreeSet;

use serde_json::Value;

/// Endings of names whose values differ from run to run.
const VARYING: [&str; 9] = [
    "_ms", "_us", "_s", "_seconds", "_bytes", "_kib", "_mib", "_hash", "_at",
];
/// Units whose numbers differ from run to run, within a text.
const UNITS: [&str; 11] = [
    "ms", "µs", "μs", "us", "s", "seconds", "bytes", "B", "KB", "KiB", "MiB",
];
/// The same in Japanese, where no space ends a word.
const UNITS_JA: [&str; 3] = ["秒", "ミリ秒", "バイト"];
/// Shortest run of hexadecimal digits taken for a hash.
const HASH_MIN: usize = 16;

/// Where the two differ first, as a path.
pub fn difference(a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let names: BTreeSet<_> = x.keys().chain(y.keys()).collect();
            names
                .into_iter()
                .filter(|name| !varies(name))
                .find_map(|name| match (x.get(name), y.get(name)) {
                    (Some(p), Some(q)) => within(name, difference(p, q)),
                    _ => Some(format!("{name} is in one only")),
                })
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let pairs = x.iter().zip(y).enumerate();
            pairs
                .into_iter()
                .find_map(|(i, (p, q))| within(&i.to_string(), difference(p, q)))
        }
        (Value::String(x), Value::String(y)) => {
            (steady(x) != steady(y)).then(|| format!(": {x:?} and {y:?}"))
        }
        _ => (a != b).then(|| format!(": {a} and {b}")),
    }
}

fn within(name: &str, found: Option<String>) -> Option<String> {
    found.map(|rest| {
        if rest.starts_with(':') {
            name.to_owned() + &rest
        } else {
            format!("{name}.{rest}")
        }
    })
}

fn varies(name: &str) -> bool {
    VARYING.iter().any(|ending| name.ends_with(ending))
}

/// The text with measured amounts and hashes replaced by a mark.
fn steady(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hex = rest
            .find(|c: char| !c.is_ascii_hexdigit())
            .unwrap_or(rest.len());
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
        let number = number.unwrap_or(rest.len());
        if hex >= HASH_MIN {
            out.push('#');
            rest = &rest[hex..];
        } else if first.is_ascii_digit() {
            let (digits, after) = rest.split_at(number);
            out.push_str(if is_unit(after) { "#" } else { digits });
            rest = after;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

fn is_unit(after: &str) -> bool {
    let word = after.trim_start_matches(' ');
    let end = word
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(word.len());
    UNITS.contains(&&word[..end]) || UNITS_JA.iter().any(|unit| word.starts_with(unit))
}

#[cfg(test)]
mod tests {
    use super::{difference, steady};
    use serde_json::json;

    #[test]
    fn times_bytes_and_hashes_do_not_make_a_story_differ() {
        let a = json!({"figures": {"sync_ms": 12, "patients": 182, "sent_bytes": 9}, "seed": 1,
            "promises": [{"figure": "0 of 40 in 3.2 s", "how": "0123456789abcdef01"}]});
        let b = json!({"figures": {"sync_ms": 15, "patients": 182, "sent_bytes": 8}, "seed": 1,
            "promises": [{"figure": "0 of 40 in 12 s", "how": "fedcba9876543210ff"}]});
        assert_eq!(difference(&a, &b), None);
    }

    #[test]
    fn a_count_that_differs_is_named_with_its_place() {
        let a = json!({"promises": [{"figure": "0 of 40"}]});
        let b = json!({"promises": [{"figure": "0 of 41"}]});
        let found = difference(&a, &b);
        assert_eq!(
            found.as_deref(),
            Some("promises.0.figure: \"0 of 40\" and \"0 of 41\"")
        );
        assert!(difference(&json!({"a": 1}), &json!({})).is_some());
        assert!(difference(&json!([1]), &json!([1, 2])).is_some());
    }

    #[test]
    fn only_amounts_with_a_unit_are_dropped_from_a_text() {
        assert_eq!(
            steady("182 patients, 1,204 bytes, 3 stores"),
            "182 patients, # bytes, 3 stores"
        );
        assert_eq!(steady("3 秒で 16 台"), "# 秒で 16 台");
    }
}
