//! What a story expects, against what a step gave.

use std::collections::BTreeMap;

use serde_json::Value;

/// Puts in what was captured, and long texts.
pub fn fill(value: &Value, captured: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let name = text
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'));
            name.map_or_else(
                || value.clone(),
                |name| {
                    let known = captured.get(name);
                    known
                        .unwrap_or_else(|| panic!("{name} was not captured"))
                        .clone()
                },
            )
        }
        Value::Array(list) => list.iter().map(|one| fill(one, captured)).collect(),
        Value::Object(map) => match map.get("$repeat").and_then(Value::as_array) {
            Some(repeat) => {
                let times = usize::try_from(repeat[1].as_u64().unwrap()).unwrap();
                repeat[0].as_str().unwrap().repeat(times).into()
            }
            None => map
                .iter()
                .map(|(name, one)| (name.clone(), fill(one, captured)))
                .collect(),
        },
        other => other.clone(),
    }
}

/// Where and how the two differ, if they do.
pub fn difference(expected: &Value, given: &Value, place: &str) -> Option<String> {
    match (expected, given) {
        (Value::String(text), given) if text == "$some" => {
            let nothing = match given {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(list) => list.is_empty(),
                Value::Number(number) => number.as_i64() == Some(0),
                _ => false,
            };
            nothing.then(|| format!("{place}: something was expected, there is {given}"))
        }
        (Value::Object(expected), Value::Object(given)) => {
            expected.iter().find_map(|(name, one)| {
                let place = format!("{place}.{name}");
                match given.get(name) {
                    Some(given) => difference(one, given, &place),
                    None => Some(format!("{place}: not there")),
                }
            })
        }
        (Value::Array(expected), Value::Array(given)) if expected.len() == given.len() => {
            let pairs = expected.iter().zip(given).enumerate();
            pairs
                .map(|(n, (one, given))| difference(one, given, &format!("{place}.{n}")))
                .find_map(|found| found)
        }
        (expected, given) if expected == given => None,
        (expected, given) => Some(format!(
            "{place}: {expected} was expected, there is {given}"
        )),
    }
}

/// The value at a dotted path.
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, part| match value {
        Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    })
}

#[test]
fn a_difference_is_found_wherever_it_is() {
    use serde_json::json;
    let given = json!({ "a": [1, { "b": "x" }], "c": null, "d": 0 });
    for expected in [
        json!({}),
        json!({ "a": [1, {}] }),
        json!({ "a": "$some", "c": null }),
    ] {
        assert_eq!(difference(&expected, &given, ""), None, "{expected}");
    }
    for expected in [
        json!({ "a": [1] }),
        json!({ "a": [1, { "b": "y" }] }),
        json!({ "c": "$some" }),
        json!({ "d": "$some" }),
        json!({ "e": null }),
    ] {
        assert!(difference(&expected, &given, "").is_some(), "{expected}");
    }
    assert_eq!(at(&given, "a.1.b"), Some(&json!("x")));
}
