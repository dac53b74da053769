//! The houses: what a pin is, and the file that holds them.

use super::{PINS_MAX, PictureError};
use crate::areas::Precision;
use serde_json::Value;
use std::collections::BTreeSet;

/// Largest file of pins, bytes.
pub const PINS_FILE_BYTES_MAX: usize = 4 << 20;
/// Largest number of a pin.
pub const NUMBER_MAX: u32 = 999_999;

/// How a patient is; the codes are those of page 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 看取り期.
    EndOfLife,
    /// 不安定.
    Unstable,
    /// 要注意.
    Watch,
    /// 安定.
    Stable,
    /// Not known, or a code this version does not know.
    #[default]
    Unknown,
}

impl Severity {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 5] = [
        Self::EndOfLife,
        Self::Unstable,
        Self::Watch,
        Self::Stable,
        Self::Unknown,
    ];

    /// The severity with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "stable" => Self::Stable,
            "watch" => Self::Watch,
            "unstable" => Self::Unstable,
            "end_of_life" => Self::EndOfLife,
            _ => Self::Unknown,
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Watch => "watch",
            Self::Unstable => "unstable",
            Self::EndOfLife => "end_of_life",
            Self::Unknown => "unknown",
        }
    }
}

/// A house on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pin {
    /// The number that is printed beside it.
    pub number: u32,
    /// `[longitude, latitude]` in degrees.
    pub at: [f64; 2],
    /// Which sign it gets.
    pub severity: Severity,
}

/// Reads a file of pins: a JSON list of `{"number": 12, "point": [lon, lat], "severity": "watch"}`, or a GeoJSON
/// FeatureCollection of points whose properties are `number` and `severity`. Other members are ignored.
///
/// # Errors
/// [`PictureError::BadPins`] naming the entry, counted from 1, that is not of this shape or whose number came before;
/// [`PictureError::TooManyPins`].
pub fn read_pins(bytes: &[u8]) -> Result<Vec<Pin>, PictureError> {
    let bad = |text: &str| PictureError::BadPins(text.to_owned());
    if bytes.len() > PINS_FILE_BYTES_MAX {
        return Err(bad("the file is larger than 4 MiB"));
    }
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        PictureError::BadPins(format!(
            "not JSON (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    let (entries, geojson) = match &document {
        Value::Array(entries) => (entries, false),
        Value::Object(map) => match map.get("features") {
            Some(Value::Array(entries)) => (entries, true),
            _ => {
                return Err(bad(
                    "neither a list of pins nor a GeoJSON FeatureCollection",
                ));
            }
        },
        _ => {
            return Err(bad(
                "neither a list of pins nor a GeoJSON FeatureCollection",
            ));
        }
    };
    if entries.len() > PINS_MAX {
        return Err(PictureError::TooManyPins(entries.len()));
    }
    let mut seen = BTreeSet::new();
    let mut pins = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let at_fault =
            |what: &str| PictureError::BadPins(format!("pin {} of the list: {what}", index + 1));
        let (facts, point) = if geojson {
            let shape = entry.get("geometry");
            let is_point = shape.and_then(|shape| shape.get("type")) == Some(&"Point".into());
            (
                entry.get("properties"),
                shape
                    .filter(|_| is_point)
                    .and_then(|shape| shape.get("coordinates")),
            )
        } else {
            (Some(entry), entry.get("point"))
        };
        let number = facts.and_then(|facts| facts.get("number"));
        let number = number
            .and_then(Value::as_u64)
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| (1..=NUMBER_MAX).contains(number))
            .ok_or_else(|| at_fault("number is a whole number from 1 to 999999"))?;
        if !seen.insert(number) {
            return Err(at_fault("its number came before"));
        }
        let at = point
            .and_then(position)
            .ok_or_else(|| at_fault("point is [longitude, latitude] in degrees"))?;
        let severity = match facts.and_then(|facts| facts.get("severity")) {
            None | Some(Value::Null) => Severity::Unknown,
            Some(Value::String(code)) => Severity::from_code(code),
            Some(_) => return Err(at_fault("severity is a code such as \"watch\"")),
        };
        pins.push(Pin {
            number,
            at,
            severity,
        });
    }
    Ok(pins)
}

/// Numbers of the pins of a file that stand at the centre of a town or municipality and not at the house: whoever reads
/// the paper must know it. Their `precision` is the one of [`crate::areas::Precision`]; a pin that says nothing is a house.
#[must_use]
pub fn rough_pins(bytes: &[u8]) -> Vec<u32> {
    let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let entries = document.as_array().or(document["features"].as_array());
    let rough = |entry: &Value| {
        let facts = entry.get("properties").unwrap_or(entry);
        let precision = facts.get("precision")?.as_str()?;
        let number = u32::try_from(facts.get("number")?.as_u64()?).ok()?;
        (precision != Precision::House.code()).then_some(number)
    };
    entries.into_iter().flatten().filter_map(rough).collect()
}

fn position(value: &Value) -> Option<[f64; 2]> {
    let list = value.as_array()?;
    let [lon, lat] = [list.first()?.as_f64()?, list.get(1)?.as_f64()?];
    (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some([lon, lat])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_shapes_of_the_file_say_the_same() {
        let list = br#"[{"number":7,"point":[140.5,35.7],"severity":"unstable","name":"ignored"}]"#;
        let geojson = br#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"number":7,"severity":"unstable"},"geometry":{"type":"Point","coordinates":[140.5,35.7,12]}}]}"#;
        let pin = Pin {
            number: 7,
            at: [140.5, 35.7],
            severity: Severity::Unstable,
        };
        assert_eq!(read_pins(list), Ok(vec![pin]));
        assert_eq!(read_pins(geojson), Ok(vec![pin]));
    }

    #[test]
    fn a_severity_that_is_missing_or_new_is_unknown_and_every_code_is_its_own() {
        let pins = read_pins(
            br#"[{"number":1,"point":[0,0]},{"number":2,"point":[0,0],"severity":"worse"}]"#,
        )
        .unwrap();
        assert!(pins.iter().all(|pin| pin.severity == Severity::Unknown));
        for severity in Severity::ALL {
            assert_eq!(Severity::from_code(severity.code()), severity);
        }
    }

    #[test]
    fn pins_that_are_not_houses_are_told_apart() {
        let list = br#"[{"number":1,"point":[0,0]},{"number":2,"point":[0,0],"precision":"town"}]"#;
        assert_eq!(rough_pins(list), [2]);
        let geojson = br#"{"features":[{"properties":{"number":3,"precision":"municipality"}},{"properties":{"number":4,"precision":"house"}}]}"#;
        assert_eq!(rough_pins(geojson), [3]);
        assert!(rough_pins(b"rust").is_empty());
    }

    #[test]
    fn a_wrong_entry_is_named() {
        for (file, part) in [
            (
                r#"[{"number":1,"point":[0,0]},{"number":0,"point":[0,0]}]"#,
                "pin 2 of the list: number",
            ),
            (
                r#"[{"number":1,"point":[0,0]},{"number":1,"point":[0,0]}]"#,
                "pin 2 of the list: its number came before",
            ),
            (
                r#"[{"number":1,"point":[0,91]}]"#,
                "pin 1 of the list: point",
            ),
            (r#"[{"number":1,"point":[0]}]"#, "pin 1 of the list: point"),
            (
                r#"[{"number":1,"point":[0,0],"severity":3}]"#,
                "pin 1 of the list: severity",
            ),
            (
                r#"{"features":[{"properties":{"number":1},"geometry":{"type":"Polygon","coordinates":[0,0]}}]}"#,
                "pin 1 of the list: point",
            ),
            (r#"{"pins":[]}"#, "neither a list"),
            ("[", "not JSON"),
        ] {
            let error = read_pins(file.as_bytes()).unwrap_err();
            assert!(
                matches!(&error, PictureError::BadPins(text) if text.starts_with(part)),
                "{file}: {error}"
            );
        }
        let many = format!("[{}]", vec!["0"; PINS_MAX + 1].join(","));
        assert_eq!(
            read_pins(many.as_bytes()),
            Err(PictureError::TooManyPins(PINS_MAX + 1))
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(mut file in Just(br#"[{"number":7,"point":[140.5,35.7],"severity":"watch"}]"#.to_vec()), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in any::<prop::sample::Index>()) {
            for (index, byte) in flips {
                let at = index.index(file.len());
                file[at] = byte;
            }
            file.truncate(cut.index(file.len() + 1));
            if let Ok(pins) = read_pins(&file) {
                prop_assert!(pins.iter().all(|pin| pin.at[0].abs() <= 180.0 && pin.at[1].abs() <= 90.0));
            }
        }
    }
}
