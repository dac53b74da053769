//! What `kaban map render` lays over the map: ways, closures, borders, bands of time.

use std::path::Path;

use kaban_app::Result;
use kaban_atlas::picture::{
    Key, Overlays, Pin, SHAPES_FILE_BYTES_MAX, Wording, Words, read_areas, read_bands, read_ways,
};
use kaban_atlas::route::{Manner, MatrixError, Place, Route, Router};
use kaban_atlas::{MedicalPlace, PlaceClass};
use serde_json::{Value, json};

use super::conditions::Roads;
use super::place::Patients;
use super::render::refused;
use crate::args::RenderArgs;
use crate::coverage::{self, Failed};
use crate::files;
use crate::lang::Lang;
use crate::output::bad_input;
use kaban_atlas::pack::Pack;

/// Hospitals looked at for the nearest.
const HOSPITALS_MAX: usize = 500;

/// What was laid over, and what the answer says of it.
pub struct Laid {
    /// For the picture.
    pub overlays: Overlays,
    /// For the answer in JSON.
    pub document: Value,
}

/// Lays over the map what the options ask; what it means goes into the legend and the notes.
pub fn lay(
    mut patients: Patients<'_>,
    args: &RenderArgs,
    pack: &Pack,
    pins: &[Pin],
    words: &mut Words,
    lang: Lang,
) -> std::result::Result<Laid, Failed> {
    let mut place = |text: &String| Ok(patients.place(text)?.place);
    let ends = match args.route.as_slice() {
        [from, to] => Some([place(from), place(to)]),
        _ => None,
    };
    let from = args.coverage_from.as_ref().map(&mut place).transpose();
    let ill = args.hospital_from.as_ref().map(&mut place).transpose();
    let (from, ill) = (from.map_err(Failed::App)?, ill.map_err(Failed::App)?);
    let roads = Roads::of(&mut patients, pack, &args.conditions).map_err(Failed::App)?;
    patients.close().map_err(Failed::App)?;
    let conditions = &roads.conditions;
    let mut laid = Laid {
        overlays: from_files(args, words, lang).map_err(Failed::App)?,
        document: json!({}),
    };
    let Laid { overlays, document } = &mut laid;
    overlays.closures.clone_from(&conditions.closures);
    if !overlays.closures.is_empty() {
        words
            .keys
            .push((Key::Closure, say(lang, "通行止め", "closed")));
    }
    let wrong = |error: String| Failed::App(bad_input(error));
    let mut router = Router::under(pack, conditions).map_err(|error| wrong(error.to_string()))?;
    if let Some([from, to]) = ends {
        let (from, to) = (from.map_err(Failed::App)?, to.map_err(Failed::App)?);
        let route = router.route(&Manner::default().request(from, to));
        let route = route.map_err(Failed::Place)?;
        document["route"] = way(&route);
        overlays.routes.push(route.geometry);
        overlays.start = overlays.start.or(point(from));
    }
    if let Some(ill) = ill {
        let (hospital, route) = nearest(&mut router, pack.places(), ill)?;
        let (minutes, km) = ((route.duration_s / 60.0).ceil(), route.distance_m / 1000.0);
        let name = |plain: bool| match (&hospital.name, &hospital.name_en) {
            (_, en) if plain && !en.is_empty() && en.is_ascii() => en.clone(),
            (name, _) if !name.is_empty() && (!plain || name.is_ascii()) => name.clone(),
            _ => String::from(if plain { "hospital" } else { "病院" }),
        };
        let en = format!(
            "Nearest hospital: {}, {minutes:.0} min, {km:.1} km",
            name(true)
        );
        let ja = format!("最寄りの病院: {}、{minutes:.0}分、{km:.1} km", name(false));
        words
            .notes
            .insert(0, Wording::new(lang.pick(&ja, &en), en.clone()));
        document["hospital"] = way(&route);
        document["hospital"]["name"] = json!(hospital.name);
        document["hospital"]["point"] = json!(hospital.point());
        overlays.routes.push(route.geometry);
        overlays.start = overlays.start.or(point(ill));
    }
    if !overlays.routes.is_empty() {
        words.keys.push((Key::Route, say(lang, "道順", "route")));
    }
    if !overlays.stops.is_empty() {
        words
            .keys
            .push((Key::Stop, say(lang, "回る順", "order of stops")));
    }
    if let Some(from) = from {
        let coverage = coverage::measure(&mut router, from, pins)?;
        coverage.lay(overlays, words, lang);
        document["coverage"] = coverage.document();
        overlays.start = point(from);
    }
    if let Some(answer) = document.as_object_mut() {
        roads.note(answer);
    }
    Ok(laid)
}

fn say(lang: Lang, ja: &str, en: &str) -> Wording {
    Wording::new(lang.pick(ja, en), en)
}

fn point(place: Place) -> Option<[f64; 2]> {
    match place {
        Place::Point(at) => Some(at),
        Place::Node(_) => None,
    }
}

fn way(route: &Route) -> Value {
    json!({"distance_m": route.distance_m, "duration_s": route.duration_s})
}

fn from_files(args: &RenderArgs, words: &mut Words, lang: Lang) -> Result<Overlays> {
    let mut overlays = Overlays::default();
    if let Some(path) = &args.ways {
        let ways = read_ways(&bytes(path)?).map_err(|error| named(path, &refused(error)))?;
        (overlays.routes, overlays.stops) = (ways.routes, ways.stops);
    }
    if let Some(path) = &args.areas {
        overlays.areas = read_areas(&bytes(path)?).map_err(|error| named(path, &refused(error)))?;
        let wording = say(lang, "旧市町村の境", "former municipality");
        words.keys.push((Key::Area, wording));
    }
    if let Some(path) = &args.isochrones {
        overlays.bands = read_bands(&bytes(path)?).map_err(|error| named(path, &refused(error)))?;
        let mut minutes: Vec<u32> = overlays.bands.iter().map(|band| band.minutes).collect();
        minutes.sort_unstable();
        minutes.dedup();
        words.keys.extend(minutes.into_iter().map(|minutes| {
            let en = format!("{minutes} min");
            let wording = Wording::new(lang.pick(&format!("{minutes}分まで"), &en), en.clone());
            (Key::Band(minutes), wording)
        }));
    }
    Ok(overlays)
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    files::read(path, SHAPES_FILE_BYTES_MAX as u64)
}

fn named(path: &Path, error: &kaban_app::AppError) -> kaban_app::AppError {
    bad_input(format!("{}: {error}", path.display()))
}

/// The hospital that is reached first, and the way there.
fn nearest<'p>(
    router: &mut Router<'_>,
    places: &'p [MedicalPlace],
    from: Place,
) -> std::result::Result<(&'p MedicalPlace, Route), Failed> {
    let hospitals: Vec<&MedicalPlace> = places
        .iter()
        .filter(|place| place.class == PlaceClass::Hospital)
        .take(HOSPITALS_MAX)
        .collect();
    let none = || Failed::App(bad_input("no hospital of this map can be reached"));
    let candidates: Vec<Place> = hospitals
        .iter()
        .map(|hospital| Place::Point(hospital.point()))
        .collect();
    let manner = Manner::default();
    let near = match router.nearest(from, &candidates, 1, &manner) {
        Ok(near) => near.first().copied().ok_or_else(none)?,
        Err(MatrixError::Place(error)) => return Err(Failed::Place(error)),
        Err(error) => return Err(Failed::App(bad_input(error.to_string()))),
    };
    let request = manner.request(from, candidates[near.index]);
    let route = router.route(&request).map_err(Failed::Place)?;
    Ok((hospitals[near.index], route))
}
