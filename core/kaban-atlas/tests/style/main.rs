//! What is promised of the style of the map on the phone, and of the files it refers to.
#![allow(clippy::unwrap_used)]

mod glyphs;
mod layers;
mod paths;
mod schemas;
mod sprites;
#[path = "../support/squares.rs"]
mod squares;

use kaban_atlas::style::{Place, Schema, StyleSources, Theme, style_json};
use serde_json::Value;

/// A style with everything where a phone has it.
pub fn style(theme: Theme, schema: Schema) -> Value {
    let sources = StyleSources {
        storage: "/data/app",
        pack: "/data/app/地図/sosa-20261121.kpack.pmtiles",
        schema,
        glyphs: Place::Asset("map/glyphs"),
        sprites: Place::Asset("map/sprites"),
    };
    serde_json::from_str(&style_json(theme, &sources).unwrap()).unwrap()
}

/// Every theme with every schema.
pub fn all() -> impl Iterator<Item = (Theme, Schema, Value)> {
    let pairs = |theme| Schema::ALL.map(|schema| (theme, schema, style(theme, schema)));
    Theme::ALL.into_iter().flat_map(pairs)
}

/// The layers of a style.
pub fn layers(style: &Value) -> &Vec<Value> {
    style["layers"].as_array().unwrap()
}
