//! Areas as the user gives them: GeoJSON (RFC 7946) with Polygon and MultiPolygon features.
//!
//! The name of a feature is the first of [`AREA_NAME_KEYS`] that it has: `name` for a file of one's own,
//! the `N03_…` of 国土数値情報 行政区域データ otherwise (a year before the merger gives the former
//! municipalities). Features of one name are one area. Features without a surface or a name are refused,
//! because a house in them would silently be of no area.

use super::polygon::Area;
use super::{AREA_POINTS_MAX, AREAS_MAX, NAME_BYTES_MAX};
use crate::geo::Coord;
use serde_json::{Map, Value};

/// Largest file read, bytes.
pub const AREA_FILE_BYTES_MAX: usize = 64 << 20;

/// Where the name of an area is looked for, in this order: one's own file; N03 市区町村; N03 郡・政令市;
/// N03 行政区域コード.
pub const AREA_NAME_KEYS: [&str; 6] = [
    "name",
    "旧市町村",
    "former_municipality",
    "N03_004",
    "N03_003",
    "N03_007",
];

/// Why a file of areas was refused; features are counted from 1.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AreasError {
    /// Not GeoJSON, or not UTF-8.
    #[error("this is not GeoJSON with polygons")]
    NotGeoJson,
    /// No feature at all.
    #[error("no area in the file")]
    Empty,
    /// A feature has no name, or one that is too long.
    #[error("feature {0} has no usable name: give it the property \"name\"")]
    NoName(usize),
    /// A feature is not a Polygon or a MultiPolygon, or a position of it is off the globe.
    #[error("feature {0} is not a polygon of positions on the globe")]
    NotAPolygon(usize),
    /// More than the written bounds.
    #[error("too many areas or corners, or the file is too large")]
    TooLarge,
}

/// Reads the areas of a file.
///
/// # Errors
/// [`AreasError`] says which feature will not do; then nothing is taken.
pub fn read_areas(bytes: &[u8]) -> Result<Vec<Area>, AreasError> {
    if bytes.len() > AREA_FILE_BYTES_MAX {
        return Err(AreasError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|_| AreasError::NotGeoJson)?;
    let features = match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => value["features"].as_array().map(Vec::as_slice),
        Some("Feature") => Some(std::slice::from_ref(&value)),
        _ => None,
    };
    let features = features.ok_or(AreasError::NotGeoJson)?;
    let mut areas: Vec<Area> = Vec::new();
    let mut corners = 0usize;
    for (index, feature) in features.iter().enumerate() {
        let name = name(feature).ok_or(AreasError::NoName(index + 1))?;
        let rings = rings(&feature["geometry"]).ok_or(AreasError::NotAPolygon(index + 1))?;
        corners += rings.iter().map(Vec::len).sum::<usize>();
        if corners > AREA_POINTS_MAX {
            return Err(AreasError::TooLarge);
        }
        match areas.iter_mut().find(|area| area.name == name) {
            Some(area) => area.join(rings),
            None => areas.push(Area::new(name, rings).ok_or(AreasError::NotAPolygon(index + 1))?),
        }
        if areas.len() > AREAS_MAX {
            return Err(AreasError::TooLarge);
        }
    }
    if areas.is_empty() {
        return Err(AreasError::Empty);
    }
    Ok(areas)
}

fn name(feature: &Value) -> Option<String> {
    let properties: &Map<String, Value> = feature.get("properties")?.as_object()?;
    let text = |key: &&str| {
        let text = properties.get(*key)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    };
    let name = AREA_NAME_KEYS.iter().find_map(text)?;
    // The wards of large cities (緑区 and others) have names that only their city makes one of.
    let city = (text(&"N03_004") == Some(name))
        .then(|| text(&"N03_003").filter(|city| city.ends_with('市')));
    let name = format!("{}{name}", city.flatten().unwrap_or_default());
    let fits = name.len() <= NAME_BYTES_MAX && !name.chars().any(char::is_control);
    fits.then_some(name)
}

/// The rings of a Polygon or MultiPolygon, the repeated last corner left out.
fn rings(geometry: &Value) -> Option<Vec<Vec<Coord>>> {
    let coordinates = geometry.get("coordinates")?.as_array()?;
    let rings = match geometry.get("type")?.as_str()? {
        "Polygon" => coordinates.iter().map(ring).collect::<Option<Vec<_>>>()?,
        "MultiPolygon" => {
            let mut rings = Vec::new();
            for polygon in coordinates {
                for part in polygon.as_array()? {
                    rings.push(ring(part)?);
                }
            }
            rings
        }
        _ => return None,
    };
    (!rings.is_empty()).then_some(rings)
}

fn ring(value: &Value) -> Option<Vec<Coord>> {
    let position = |value: &Value| {
        let position = value.as_array()?;
        Coord::from_degrees(position.first()?.as_f64()?, position.get(1)?.as_f64()?)
    };
    let mut corners: Vec<Coord> = Vec::new();
    for value in value.as_array()? {
        let corner = position(value)?;
        if corners.last() != Some(&corner) {
            corners.push(corner);
        }
    }
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    (!corners.is_empty()).then_some(corners)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn square(name: &str, west: f64) -> Value {
        let ring = [
            [west, 35.0],
            [west + 1.0, 35.0],
            [west + 1.0, 36.0],
            [west, 36.0],
            [west, 35.0],
        ];
        json!({"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    }

    fn read(features: &[Value]) -> Result<Vec<Area>, AreasError> {
        let file = json!({"type": "FeatureCollection", "features": features});
        read_areas(file.to_string().as_bytes())
    }

    #[test]
    fn wards_of_one_name_are_told_apart_by_their_city() {
        let ward = |city: &str, west| {
            let mut feature = square("", west);
            feature["properties"] = json!({"N03_003": city, "N03_004": "緑区"});
            feature
        };
        let areas = read(&[ward("横浜市", 139.0), ward("相模原市", 141.0)]).unwrap();
        let names: Vec<&str> = areas.iter().map(|area| area.name.as_str()).collect();
        assert_eq!(names, ["横浜市緑区", "相模原市緑区"]);
    }

    #[test]
    fn features_of_one_name_are_one_area() {
        let areas = read(&[
            square("野栄町", 140.0),
            square("八日市場市", 142.0),
            square("野栄町", 144.0),
        ])
        .unwrap();
        let names: Vec<(&str, usize)> = areas
            .iter()
            .map(|area| (area.name.as_str(), area.rings().len()))
            .collect();
        assert_eq!(names, [("野栄町", 2), ("八日市場市", 1)]);
        assert_eq!(
            areas[0].rings()[0].len(),
            4,
            "the repeated corner is left out"
        );
    }

    #[test]
    fn the_names_of_the_national_data_are_found_in_their_order() {
        let mut feature = square("", 140.0);
        feature["properties"] =
            json!({"N03_003": "匝瑳郡", "N03_004": "野栄町", "N03_007": "12402"});
        assert_eq!(read(&[feature.clone()]).unwrap()[0].name, "野栄町");
        feature["properties"]["name"] = json!(" 野栄 ");
        assert_eq!(read(&[feature]).unwrap()[0].name, "野栄");
    }

    #[test]
    fn a_feature_without_name_or_surface_is_refused_by_its_number() {
        assert_eq!(
            read(&[square("a", 140.0), square(" ", 141.0)]),
            Err(AreasError::NoName(2))
        );
        let mut point = square("b", 140.0);
        point["geometry"] = json!({"type": "Point", "coordinates": [140, 35]});
        assert_eq!(read(&[point]), Err(AreasError::NotAPolygon(1)));
        assert_eq!(read(&[square("c", 180.5)]), Err(AreasError::NotAPolygon(1)));
        assert_eq!(read(&[]), Err(AreasError::Empty));
        for other in [&b"[]"[..], b"", b"{\"type\":\"Topology\"}", b"\xff\xfe"] {
            assert_eq!(read_areas(other), Err(AreasError::NotGeoJson));
        }
    }
}
