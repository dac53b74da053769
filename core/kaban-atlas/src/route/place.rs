//! A place as requests name it: `[longitude, latitude]` or `{"node": 123}`.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Where a route begins or ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Longitude and latitude in degrees; the nearest road is taken.
    Point([f64; 2]),
    /// An OpenStreetMap node, in packs built with node ids.
    Node(i64),
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Place::Point(point) => point.serialize(serializer),
            Place::Node(id) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("node", id)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlaceVisitor)
    }
}

/// Reads numbers straight from the input: an untagged enum would buffer them and lose how they were written.
struct PlaceVisitor;

impl<'de> Visitor<'de> for PlaceVisitor {
    type Value = Place;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[longitude, latitude] or {\"node\": id}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Place, A::Error> {
        let mut number = |index| {
            seq.next_element::<f64>()?
                .ok_or_else(|| de::Error::invalid_length(index, &self))
        };
        let point = [number(0)?, number(1)?];
        if seq.next_element::<de::IgnoredAny>()?.is_some() {
            return Err(de::Error::invalid_length(3, &self));
        }
        Ok(Place::Point(point))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Place, A::Error> {
        let mut node = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "node" {
                node = Some(map.next_value::<i64>()?);
            } else {
                map.next_value::<de::IgnoredAny>()?;
            }
        }
        node.map(Place::Node)
            .ok_or_else(|| de::Error::missing_field("node"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn places_read_as_they_are_written() {
        for place in [
            Place::Point([140.25, -35.5]),
            Place::Point([1.0, 2.0]),
            Place::Node(-7),
        ] {
            let text = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<Place>(&text).unwrap(), place);
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::from_value::<Place>(value).unwrap(), place);
        }
        assert_eq!(
            serde_json::from_str::<Place>("[140,35]").unwrap(),
            Place::Point([140.0, 35.0])
        );
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "[1]",
            "[1,2,3]",
            "{}",
            "{\"node\":1.5}",
            "\"x\"",
            "null",
            "[\"a\",2]",
            "{\"node\":1e40}",
        ] {
            assert!(serde_json::from_str::<Place>(text).is_err(), "{text}");
        }
    }
}
