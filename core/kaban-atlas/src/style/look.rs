//! From the look, a schema and a palette to the layers of a style.
//!
//! A text `"$word"` in the look stands for something: a colour or size of the palette, an expression of the look
//! (`words`), or what the schema says of the role that the layer draws (`class`, `name`, …). A role that a schema has
//! in two layers of the tiles becomes two layers of the style.

use super::palette::Palette;
use super::{DISTRICT, Schema};
use serde_json::{Map, Value, json};

const LOOK: &str = include_str!("look.json");
const KABAN_1: &str = include_str!("schema/kaban-1.json");
const OPENMAPTILES: &str = include_str!("schema/openmaptiles.json");

/// The layers in the order in which they are drawn.
pub(super) fn layers(palette: &Palette, schema: Schema) -> Vec<Value> {
    let mut look = read(LOOK);
    let mut roles = read(match schema {
        Schema::Kaban1 => KABAN_1,
        Schema::OpenMapTiles => OPENMAPTILES,
    });
    let mut words = take(&mut look, "words");
    words.extend(take(&mut roles, "words"));
    words.extend(palette.words());
    let Some(Value::Array(entries)) = look.remove("layers") else {
        return Vec::new();
    };
    let mut layers = Vec::new();
    for entry in entries {
        let Value::Object(entry) = entry else {
            continue;
        };
        layers.extend(expand(entry, &roles, &words));
    }
    layers
}

/// One entry of the look as layers of the style.
fn expand(
    mut entry: Map<String, Value>,
    roles: &Map<String, Value>,
    words: &Map<String, Value>,
) -> Vec<Value> {
    if let Some(live) = entry.remove("live") {
        entry.insert("source".to_owned(), live);
        return vec![finish(&entry, &Map::new(), words)];
    }
    let Some(Value::String(role)) = entry.remove("from") else {
        return vec![finish(&entry, &Map::new(), words)];
    };
    let origins = roles.get(&role).and_then(Value::as_array);
    let origins = origins.into_iter().flatten().filter_map(Value::as_object);
    let layer = |(index, origin): (usize, &Map<String, Value>)| {
        let mut entry = entry.clone();
        if let (Some(Value::String(id)), 1..) = (entry.get_mut("id"), index) {
            id.push_str(&format!("-{}", index + 1));
        }
        entry.insert("source".to_owned(), Value::from(DISTRICT));
        if let Some(layer) = origin.get("layer") {
            entry.insert("source-layer".to_owned(), layer.clone());
        }
        let filters = [origin.get("filter"), entry.get("filter")];
        let filters: Vec<Value> = filters
            .into_iter()
            .flatten()
            .filter(|filter| **filter != Value::Bool(true))
            .cloned()
            .collect();
        match filters.as_slice() {
            [] => entry.remove("filter"),
            [one] => entry.insert("filter".to_owned(), one.clone()),
            [first, second, ..] => entry.insert("filter".to_owned(), json!(["all", first, second])),
        };
        finish(&entry, origin, words)
    };
    origins.enumerate().map(layer).collect()
}

fn finish(
    entry: &Map<String, Value>,
    origin: &Map<String, Value>,
    words: &Map<String, Value>,
) -> Value {
    let speak = Speak { origin, words };
    let members = entry.iter();
    members
        .map(|(key, value)| (key.clone(), speak.of(value, DEPTH_MAX)))
        .collect()
}

/// Words within words, at most; more is a circle.
const DEPTH_MAX: usize = 8;

/// Puts in what words stand for; those of the origin come first.
struct Speak<'a> {
    origin: &'a Map<String, Value>,
    words: &'a Map<String, Value>,
}

impl Speak<'_> {
    fn of(&self, value: &Value, depth: usize) -> Value {
        match value {
            Value::String(text) => {
                let word = text.strip_prefix('$').filter(|_| depth > 0);
                let meant =
                    word.and_then(|word| self.origin.get(word).or_else(|| self.words.get(word)));
                meant.map_or_else(|| value.clone(), |meant| self.of(meant, depth - 1))
            }
            Value::Array(items) => items.iter().map(|item| self.of(item, depth)).collect(),
            Value::Object(members) => {
                let members = members.iter();
                members
                    .map(|(key, value)| (key.clone(), self.of(value, depth)))
                    .collect()
            }
            other => other.clone(),
        }
    }
}

fn take(from: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match from.remove(key) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn read(text: &str) -> Map<String, Value> {
    serde_json::from_str(text)
        .expect("the look and the schemas are part of the program, and a test reads each of them")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Theme;

    #[test]
    fn every_word_of_every_style_stands_for_something() {
        for theme in Theme::ALL {
            for schema in Schema::ALL {
                let text = Value::from(layers(Palette::of(theme), schema)).to_string();
                let at = text.find("\"$");
                assert_eq!(
                    at.map(|at| &text[at..at + 30]),
                    None,
                    "{theme:?} {schema:?}"
                );
            }
        }
    }

    #[test]
    fn every_role_of_the_look_is_found_in_every_schema_and_every_role_of_a_schema_is_drawn() {
        let look = read(LOOK);
        let entries = look["layers"].as_array().expect("a list");
        let drawn: std::collections::BTreeSet<&str> = entries
            .iter()
            .filter_map(|entry| entry["from"].as_str())
            .collect();
        for schema in [KABAN_1, OPENMAPTILES] {
            let mut roles = read(schema);
            roles.remove("words");
            let roles: std::collections::BTreeSet<&str> =
                roles.keys().map(String::as_str).collect();
            assert_eq!(drawn, roles);
        }
    }
}
