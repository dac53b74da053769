//! Every layer finds what it refers to.

use crate::schemas::table;
use crate::{all, layers};
use kaban_atlas::areas::Precision;
use kaban_atlas::picture::Severity;
use kaban_atlas::style::assets::sprite::sign_names;
use kaban_atlas::style::{DISTRICT, FACES, LIVE};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every value below, the value itself first.
fn walk<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Value)) {
    visit(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Object(members) => members.values().for_each(|member| walk(member, visit)),
        _ => {}
    }
}

fn texts(value: &Value) -> Vec<&str> {
    let mut texts = Vec::new();
    walk(value, &mut |value| texts.extend(value.as_str()));
    texts
}

/// The properties that expressions read.
fn properties(layer: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    walk(layer, &mut |value| {
        if let Some([Value::String(verb), Value::String(name)]) =
            value.as_array().map(Vec::as_slice)
            && matches!(verb.as_str(), "get" | "has")
        {
            found.insert(name.as_str());
        }
    });
    found
}

#[test]
fn every_layer_reads_layers_and_properties_that_its_schema_has() {
    for (theme, schema, style) in all() {
        let table = table(schema);
        for layer in layers(&style)
            .iter()
            .filter(|layer| layer["source"] == DISTRICT)
        {
            let name = layer["source-layer"].as_str().unwrap();
            let row = table.iter().find(|(layer, _)| *layer == name);
            let (_, known) = row.unwrap_or_else(|| panic!("{theme:?} {schema:?}: {name}"));
            for property in properties(layer) {
                assert!(
                    known.contains(&property),
                    "{schema:?} {}: {property}",
                    layer["id"]
                );
            }
        }
        let read: BTreeSet<&str> = layers(&style)
            .iter()
            .filter_map(|layer| layer["source-layer"].as_str())
            .collect();
        for (layer, _) in table {
            assert!(read.contains(layer), "{schema:?}: {layer} is not drawn");
        }
    }
}

#[test]
fn ids_are_unique_and_every_source_is_there_and_drawn() {
    for (_, schema, style) in all() {
        let mut ids = BTreeSet::new();
        let mut read = BTreeSet::new();
        for layer in layers(&style) {
            assert!(ids.insert(layer["id"].as_str().unwrap()), "{}", layer["id"]);
            read.extend(layer["source"].as_str());
        }
        let sources: BTreeSet<&str> = style["sources"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(read, sources, "{schema:?}");
        for live in LIVE {
            assert_eq!(
                style["sources"][live]["data"]["features"],
                Value::Array(Vec::new())
            );
        }
    }
}

#[test]
fn the_same_layers_are_drawn_in_every_theme_and_only_colours_differ() {
    let ids = |style: &Value| -> Vec<String> {
        layers(style)
            .iter()
            .map(|layer| layer["id"].to_string())
            .collect()
    };
    let all: Vec<_> = all().collect();
    for (theme, schema, style) in &all {
        let first = all.iter().find(|(_, other, _)| other == schema).unwrap();
        assert_eq!(ids(style), ids(&first.2), "{theme:?}");
    }
}

/// The pictures that a layer may ask for.
fn pictures(layer: &Value) -> Vec<String> {
    let icon = &layer["layout"]["icon-image"];
    let verb = icon.get(0).and_then(Value::as_str);
    let names = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    match (icon, verb) {
        (Value::Null, _) => names(
            layer["paint"]["fill-pattern"]
                .as_str()
                .into_iter()
                .collect(),
        ),
        (Value::String(name), _) => vec![name.clone()],
        (_, Some("concat")) => {
            let pins = Severity::ALL.map(|severity| format!("house-{}", severity.code()));
            pins.iter()
                .flat_map(|pin| [pin.clone(), format!("{pin}-hollow")])
                .collect()
        }
        (Value::Array(parts), Some("match")) if layer["source-layer"] != "poi" => {
            let results = parts[3..].iter().step_by(2).chain(parts.last());
            results
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        }
        // The sign is the class; which classes come here is said by the filter.
        _ => {
            let mut classes = Vec::new();
            walk(&layer["filter"], &mut |value| {
                if let Some(
                    [
                        Value::String(verb),
                        _,
                        Value::Array(list),
                        Value::Bool(true),
                        Value::Bool(false),
                    ],
                ) = value.as_array().map(Vec::as_slice)
                    && verb == "match"
                {
                    classes.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                }
            });
            assert!(!classes.is_empty(), "{}", layer["id"]);
            classes
        }
    }
}

#[test]
fn every_picture_is_on_the_sprite_and_every_sign_is_used() {
    let signs: BTreeSet<String> = sign_names().into_iter().collect();
    for (_, schema, style) in all() {
        let asked: BTreeSet<String> = layers(&style).iter().flat_map(pictures).collect();
        assert_eq!(asked, signs, "{schema:?}");
    }
}

#[test]
fn every_letter_is_of_our_faces_and_has_a_colour_and_an_edge_or_a_sign_behind_it() {
    for (theme, _, style) in all() {
        let mut faces = BTreeSet::new();
        for layer in layers(&style)
            .iter()
            .filter(|layer| !layer["layout"]["text-field"].is_null())
        {
            let stack = layer["layout"]["text-font"].as_array().unwrap();
            assert_eq!(
                stack.len(),
                1,
                "one face, or the glyphs are looked for in a folder of two names"
            );
            faces.extend(stack[0].as_str());
            assert!(
                !layer["paint"]["text-color"].is_null(),
                "{theme:?} {}",
                layer["id"]
            );
            let edge = layer["paint"]["text-halo-width"]
                .as_f64()
                .is_some_and(|width| width >= 1.0);
            let behind = layer["layout"]["icon-image"].is_array()
                || layer["layout"]["icon-image"].is_string();
            assert!(edge || behind, "{}", layer["id"]);
        }
        assert_eq!(faces, BTreeSet::from(FACES));
    }
}

#[test]
fn pins_have_the_last_word_but_oneself() {
    for (_, _, style) in all() {
        let ids: Vec<&str> = layers(&style)
            .iter()
            .filter_map(|layer| layer["id"].as_str())
            .collect();
        let place = |id: &str| ids.iter().position(|other| *other == id).unwrap();
        assert_eq!(ids[ids.len() - 4..], ["house", "stop", "me-heading", "me"]);
        assert!(place("road-bridge") < place("route") && place("route") < place("road-name"));
        assert!(
            place("public-place") < place("medical-place"),
            "what comes later is placed first"
        );
    }
}

#[test]
fn no_style_names_an_address_of_a_network() {
    for (theme, schema, style) in all() {
        assert!(
            !style.to_string().to_ascii_lowercase().contains("http"),
            "{theme:?} {schema:?}"
        );
        for text in texts(&style).iter().filter(|text| text.contains("://")) {
            let local = ["pmtiles://file:///", "file:///", "asset://"];
            assert!(local.iter().any(|local| text.starts_with(local)), "{text}");
        }
    }
}

/// A pin that is not the house itself must never look like one.
#[test]
fn every_precision_but_the_house_gives_the_hollow_pin() {
    for (_, _, style) in all() {
        let hollow = layers(&style)
            .iter()
            .find(|layer| layer["id"] == "house")
            .map(|layer| layer["layout"]["icon-image"].clone())
            .unwrap();
        let rule = texts(&hollow);
        assert!(rule.contains(&Precision::House.code()));
        for other in [Precision::Town, Precision::Municipality] {
            assert!(!rule.contains(&other.code()), "{hollow}");
        }
        assert!(hollow.to_string().contains(r#"["house"],false,true"#));
    }
}
