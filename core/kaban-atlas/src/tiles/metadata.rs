//! What an archive says about itself, and whether a style of Kaban's can draw it.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the layers of a base map are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schema {
    /// Kaban's own: core/docs/formats.md.
    #[serde(rename = "kaban-1")]
    Kaban1,
    /// `OpenMapTiles` (openmaptiles.org/schema), as tilemaker and planetiler write it.
    #[serde(rename = "openmaptiles")]
    OpenMapTiles,
}

impl Schema {
    /// The name in META and in the metadata of an archive.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kaban1 => "kaban-1",
            Self::OpenMapTiles => "openmaptiles",
        }
    }

    /// Recognises a schema by the layers only it has.
    fn of(layers: &[String]) -> Result<Self> {
        let has = |name: &str| layers.iter().any(|layer| layer == name);
        if has("transportation") {
            Ok(Self::OpenMapTiles)
        } else if has("road") && (has("landuse") || has("poi") || has("place")) {
            Ok(Self::Kaban1)
        } else {
            Err(Error::UnknownSchema {
                known: "kaban-1, openmaptiles",
            })
        }
    }
}

/// The metadata of an archive, as far as Kaban uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// How its layers are named.
    pub schema: Schema,
    /// Names of its layers, in its own order.
    pub layers: Vec<String>,
    /// The credit it asks for, empty when it asks for none.
    pub attribution: String,
}

const LAYERS_MAX: usize = 100;
const TEXT_CHARS_MAX: usize = 1_000;

impl Metadata {
    /// Reads the inflated metadata.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let bad = || Error::BadBaseMap("its metadata is no JSON with vector_layers");
        let json: Value = serde_json::from_slice(bytes).map_err(|_| bad())?;
        // Archives turned from MBTiles keep the layers in a text inside.
        let inner: Option<Value> = json
            .get("json")
            .and_then(Value::as_str)
            .and_then(|text| serde_json::from_str(text).ok());
        let layers = json
            .get("vector_layers")
            .or_else(|| inner.as_ref()?.get("vector_layers"))
            .and_then(Value::as_array)
            .filter(|layers| layers.len() <= LAYERS_MAX)
            .ok_or_else(bad)?;
        let text = |value: &Value| -> String {
            let text = value.as_str().unwrap_or_default();
            text.chars()
                .filter(|c| !c.is_control())
                .take(TEXT_CHARS_MAX)
                .collect()
        };
        let layers: Vec<String> = layers
            .iter()
            .filter_map(|layer| layer.get("id"))
            .map(text)
            .collect();
        Ok(Self {
            schema: Schema::of(&layers)?,
            layers,
            attribution: json.get("attribution").map(text).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(names: &[&str]) -> Result<Metadata> {
        let layers: Vec<_> = names
            .iter()
            .map(|name| serde_json::json!({ "id": name }))
            .collect();
        let json = serde_json::json!({ "vector_layers": layers, "attribution": "a\u{7}b" });
        Metadata::decode(json.to_string().as_bytes())
    }

    #[test]
    fn a_schema_is_known_by_its_layers_and_another_is_refused_by_name() {
        let schema = |names: &[&str]| layers(names).map(|found| found.schema);
        assert!(matches!(
            schema(&["water", "road", "place"]),
            Ok(Schema::Kaban1)
        ));
        let open = schema(&["water", "transportation", "place"]);
        assert!(matches!(open, Ok(Schema::OpenMapTiles)));
        // The layers of the optimised vector tiles of Japan's GSI.
        let refused = schema(&["RdCL", "BldA", "WA", "Anno"]);
        let text = refused.map_or_else(|error| error.to_string(), |_| String::new());
        assert!(text.contains("kaban-1, openmaptiles"), "{text}");
    }

    #[test]
    fn metadata_without_layers_is_refused_and_control_characters_go() {
        assert!(matches!(Metadata::decode(b"{}"), Err(Error::BadBaseMap(_))));
        assert!(matches!(
            Metadata::decode(b"<html>"),
            Err(Error::BadBaseMap(_))
        ));
        let found = layers(&["road", "poi"]).map(|found| found.attribution);
        assert!(matches!(found.as_deref(), Ok("ab")));
    }
}
