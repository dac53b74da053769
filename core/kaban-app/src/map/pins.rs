//! The houses as GeoJSON for a map view: made in memory, never written.

use serde_json::{Value, json};

use super::houses::{House, Houses};

impl Houses {
    /// A GeoJSON FeatureCollection of every house with a place. Each feature has `id` and `number` of the
    /// patient, `severity`, `precision` (`house`: pinned by a person; `town`, `municipality`: the middle of
    /// what the address names, to be drawn as such), `area` and `area_by`; the name only if asked for.
    /// The member `without_place` lists whom no place is known of, so that nobody goes missing unseen.
    pub fn geojson(&self, names: bool) -> Value {
        let features: Vec<Value> = self
            .0
            .iter()
            .filter_map(|house| feature(house, names))
            .collect();
        let missing = self.0.iter().filter(|house| house.place.is_none());
        let missing: Vec<Value> = missing
            .map(|house| json!({ "id": house.id.to_string(), "number": house.no }))
            .collect();
        json!({ "type": "FeatureCollection", "features": features, "without_place": missing })
    }
}

fn feature(house: &House, names: bool) -> Option<Value> {
    let House {
        id,
        no,
        name,
        severity,
        place,
        area,
        area_by,
    } = house;
    let (at, precision) = place.as_ref()?;
    let mut properties = json!({
        "id": id.to_string(),
        "number": no,
        "severity": severity,
        "precision": precision.code(),
        "area": area,
        "area_by": area_by.code(),
    });
    if let (true, Some(properties)) = (names, properties.as_object_mut()) {
        properties.insert("name".to_owned(), name.as_str().into());
    }
    Some(json!({
        "type": "Feature",
        "id": no,
        "geometry": { "type": "Point", "coordinates": at },
        "properties": properties,
    }))
}
