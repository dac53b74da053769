//! Files that are laid over the map: GeoJSON, or a route as `kaban map route` answers it.

use super::PictureError;
use super::overlay::{Area, Band, Stop};
use serde_json::Value;

/// Largest file of shapes, bytes.
pub const SHAPES_FILE_BYTES_MAX: usize = 32 << 20;
/// Most positions of a file.
pub const SHAPE_POSITIONS_MAX: usize = 1_000_000;
/// Most features of a file.
const FEATURES_MAX: usize = 20_000;
/// Longest name, characters.
const NAME_CHARS_MAX: usize = 60;

/// What a file of ways holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ways {
    /// Lines of `[longitude, latitude]`.
    pub routes: Vec<Vec<[f64; 2]>>,
    /// Points with `order`, or all points in their order when none has one.
    pub stops: Vec<Stop>,
}

/// A ring or line in degrees.
type Line = Vec<[f64; 2]>;

/// Reads lines and stops: GeoJSON, or an object whose `geometry` is a list of positions.
///
/// # Errors
/// [`PictureError::BadShapes`].
pub fn read_ways(bytes: &[u8]) -> Result<Ways, PictureError> {
    let document = parse(bytes)?;
    let mut ways = Ways::default();
    let mut budget = SHAPE_POSITIONS_MAX;
    if let Some(list) = document.get("geometry").filter(|value| value.is_array()) {
        ways.routes.push(line(list, &mut budget)?);
        return Ok(ways);
    }
    for (geometry, properties) in features(&document)? {
        let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
        match kind(geometry) {
            "LineString" => ways.routes.push(line(coordinates, &mut budget)?),
            "MultiLineString" => {
                for part in list(coordinates)? {
                    ways.routes.push(line(part, &mut budget)?);
                }
            }
            "Point" => {
                let order = properties.get("order").and_then(Value::as_u64);
                let order = order.and_then(|order| u32::try_from(order).ok());
                ways.stops.push(Stop {
                    order: order.unwrap_or(ways.stops.len() as u32 + 1),
                    at: position(coordinates)?,
                });
            }
            _ => {}
        }
    }
    if ways.routes.is_empty() && ways.stops.is_empty() {
        return Err(bad("there is no line in it"));
    }
    Ok(ways)
}

/// Reads areas with their names (`name`): polygons of a GeoJSON file.
///
/// # Errors
/// [`PictureError::BadShapes`].
pub fn read_areas(bytes: &[u8]) -> Result<Vec<Area>, PictureError> {
    let document = parse(bytes)?;
    let mut budget = SHAPE_POSITIONS_MAX;
    let mut areas = Vec::new();
    for (geometry, properties) in features(&document)? {
        let polygons = polygons(geometry, &mut budget)?;
        if !polygons.is_empty() {
            let name = properties.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default().chars();
            areas.push(Area {
                name: name
                    .filter(|letter| !letter.is_control())
                    .take(NAME_CHARS_MAX)
                    .collect(),
                polygons,
            });
        }
    }
    if areas.is_empty() {
        return Err(bad("there is no polygon in it"));
    }
    Ok(areas)
}

/// Reads what is reached in so many minutes: polygons with `minutes`.
///
/// # Errors
/// [`PictureError::BadShapes`].
pub fn read_bands(bytes: &[u8]) -> Result<Vec<Band>, PictureError> {
    let document = parse(bytes)?;
    let mut budget = SHAPE_POSITIONS_MAX;
    let mut bands = Vec::new();
    for (geometry, properties) in features(&document)? {
        let polygons = polygons(geometry, &mut budget)?;
        if polygons.is_empty() {
            continue;
        }
        let minutes = properties.get("minutes").and_then(Value::as_u64);
        let minutes = minutes
            .and_then(|minutes| u32::try_from(minutes).ok())
            .filter(|minutes| (1..=1_440).contains(minutes))
            .ok_or_else(|| bad("a polygon has no minutes (a whole number from 1 to 1440)"))?;
        bands.push(Band { minutes, polygons });
    }
    if bands.is_empty() {
        return Err(bad("there is no polygon in it"));
    }
    Ok(bands)
}

fn bad(what: &str) -> PictureError {
    PictureError::BadShapes(what.to_owned())
}

fn parse(bytes: &[u8]) -> Result<Value, PictureError> {
    if bytes.len() > SHAPES_FILE_BYTES_MAX {
        return Err(bad("the file is larger than 32 MiB"));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        PictureError::BadShapes(format!(
            "not JSON (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

/// Geometries with their properties.
fn features(document: &Value) -> Result<Vec<(&Value, &Value)>, PictureError> {
    let one = |feature| -> (&Value, &Value) {
        let part = |name| Value::get(feature, name).unwrap_or(&Value::Null);
        (part("geometry"), part("properties"))
    };
    match kind(document) {
        "FeatureCollection" => {
            let features = document.get("features").unwrap_or(&Value::Null);
            let features = list(features)?;
            if features.len() > FEATURES_MAX {
                return Err(bad("it has more than 20,000 features"));
            }
            Ok(features.iter().map(one).collect())
        }
        "Feature" => Ok(vec![one(document)]),
        "" => Err(bad("neither GeoJSON nor a route")),
        _ => Ok(vec![(document, &Value::Null)]),
    }
}

fn kind(value: &Value) -> &str {
    value
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn list(value: &Value) -> Result<&Vec<Value>, PictureError> {
    value.as_array().ok_or_else(|| bad("a list is missing"))
}

fn polygons(geometry: &Value, budget: &mut usize) -> Result<Vec<Vec<Line>>, PictureError> {
    let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
    let mut polygon = |rings: &Value| -> Result<Vec<Line>, PictureError> {
        list(rings)?.iter().map(|ring| line(ring, budget)).collect()
    };
    match kind(geometry) {
        "Polygon" => Ok(vec![polygon(coordinates)?]),
        "MultiPolygon" => list(coordinates)?.iter().map(polygon).collect(),
        _ => Ok(Vec::new()),
    }
}

fn line(value: &Value, budget: &mut usize) -> Result<Line, PictureError> {
    let points = list(value)?;
    *budget = budget
        .checked_sub(points.len())
        .ok_or_else(|| bad("it has more than 1,000,000 positions"))?;
    points.iter().map(position).collect()
}

fn position(value: &Value) -> Result<[f64; 2], PictureError> {
    let number = |index: usize| value.get(index).and_then(Value::as_f64);
    match (number(0), number(1)) {
        (Some(lon), Some(lat)) if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Ok([lon, lat]),
        _ => Err(bad("a position is not [longitude, latitude] in degrees")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BANDS: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"minutes":10,"name":"光町"},"geometry":{"type":"Polygon","coordinates":[[[140,35],[141,35],[141,36],[140,35]]]}}]}"#;

    #[test]
    fn a_route_is_read_as_kaban_answers_it_and_as_geojson() {
        let line = vec![[140.0, 35.0], [140.5, 35.5]];
        let plain = read_ways(br#"{"distance_m":1,"geometry":[[140,35],[140.5,35.5]]}"#).unwrap();
        assert_eq!(plain.routes, vec![line.clone()]);
        let geojson = br#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[140,35],[140.5,35.5]]}},{"type":"Feature","properties":{"order":4},"geometry":{"type":"Point","coordinates":[140,35]}}]}"#;
        let ways = read_ways(geojson).unwrap();
        assert_eq!(ways.routes, vec![line]);
        assert_eq!(
            ways.stops,
            vec![Stop {
                order: 4,
                at: [140.0, 35.0]
            }]
        );
    }

    #[test]
    fn areas_have_names_and_bands_have_minutes() {
        assert_eq!(read_areas(BANDS.as_bytes()).unwrap()[0].name, "光町");
        assert_eq!(read_bands(BANDS.as_bytes()).unwrap()[0].minutes, 10);
        let nameless = BANDS.replace("minutes", "other");
        assert!(read_bands(nameless.as_bytes()).is_err());
    }

    #[test]
    fn what_is_no_shape_is_told_without_quoting_it() {
        for file in [
            "",
            "[]",
            "7",
            r#"{"type":"Feature"}"#,
            r#"{"type":"LineString","coordinates":[[140,95]]}"#,
            r#"{"type":"Polygon","coordinates":"secret"}"#,
            r#"{"geometry":[[1]]}"#,
        ] {
            for text in [
                read_ways(file.as_bytes()).map(|_| ()),
                read_areas(file.as_bytes()).map(|_| ()),
                read_bands(file.as_bytes()).map(|_| ()),
            ] {
                let error = text.unwrap_err().to_string();
                assert!(error.starts_with("the shapes") && !error.contains("secret"));
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
            let mut file = BANDS.as_bytes().to_vec();
            for (index, byte) in flips {
                let at = index.index(file.len());
                file[at] = byte;
            }
            let _ = (read_ways(&file), read_areas(&file), read_bands(&file));
        }
    }
}
