//! `kaban map isochrone`: how far one comes in so many minutes, as GeoJSON.

use kaban_atlas::route::{Isochrone, IsochroneError, Router};
use serde_json::{Value, json};

use super::conditions::Roads;
use super::place::Patients;
use super::route::{manner_of, refuse};
use crate::args::IsochroneArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;

/// One feature per time, the longest first so that shorter ones are drawn over it.
pub fn run(desk: &Desk, args: &IsochroneArgs) -> Done {
    let mut patients = Patients::new(desk);
    let pack = patients.pack(args.pack.as_deref())?;
    let from = patients.place(&args.from)?;
    let roads = Roads::of(&mut patients, &pack, &args.conditions)?;
    patients.close()?;
    let mut router =
        Router::under(&pack, &roads.conditions).map_err(|error| bad_input(error.to_string()))?;
    let mut reached = match router.isochrone(from.place, &args.minutes, &manner_of(&args.manner)) {
        Ok(reached) => reached,
        Err(IsochroneError::Place(error)) => return Ok(refuse(desk, error)),
        Err(error) => return Err(bad_input(error.to_string())),
    };
    reached.sort_by_key(|isochrone| std::cmp::Reverse(isochrone.minutes));
    let areas = reached.iter().map(|isochrone| {
        let geometry = json!({ "type": "MultiPolygon", "coordinates": isochrone.areas });
        feature("area", isochrone, &geometry)
    });
    let mut features: Vec<Value> = areas.collect();
    if args.roads {
        features.extend(reached.iter().map(|isochrone| {
            let geometry = json!({ "type": "MultiLineString", "coordinates": isochrone.roads });
            feature("roads", isochrone, &geometry)
        }));
    }
    let mut document = json!({
        "type": "FeatureCollection",
        "attribution": pack.meta().attribution,
        "from_precision": from.precision,
        "features": features,
    });
    if let Some(map) = document.as_object_mut() {
        roads.note(map);
    }
    desk.out
        .show(&document, |page| page.line(document.to_string()));
    Ok(DONE)
}

fn feature(kind: &str, isochrone: &Isochrone, geometry: &Value) -> Value {
    let properties = json!({
        "kind": kind,
        "minutes": isochrone.minutes,
        "road_km": isochrone.road_km,
    });
    json!({ "type": "Feature", "properties": properties, "geometry": geometry })
}
