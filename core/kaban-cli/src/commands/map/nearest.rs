//! `kaban map nearest`: which of several places is reached first, and the way there.

use std::time::Instant;

use kaban_app::Kind;
use kaban_atlas::MedicalPlace;
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{MatrixError, Place, Router, text_route};
use serde_json::{Value, json};

use super::conditions::Roads;
use super::place::{Patients, tell_rough};
use super::points;
use super::route::{manner_of, refuse};
use crate::args::NearestArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;

/// The nearest candidates with their ways, the best first.
pub fn run(desk: &Desk, args: &NearestArgs) -> Done {
    let mut patients = Patients::new(desk);
    let pack = patients.pack(args.pack.as_deref())?;
    let start = patients.place(&args.from)?;
    let spots = match &args.points {
        Some(file) => points::read(&mut patients, file)?,
        None => Vec::new(),
    };
    let roads = Roads::of(&mut patients, &pack, &args.conditions)?;
    patients.close()?;
    let from = start.place;
    let of_the_map = of_kinds(&pack, &args.of);
    let known = of_the_map.iter().map(|place| Place::Point(place.point()));
    let listed = spots.iter().map(|spot| spot.place);
    let candidates: Vec<Place> = listed.chain(known).collect();
    if candidates.is_empty() {
        desk.out.complain(
            "unreachable",
            "この地図にその種類の場所はありません",
            "this map knows no place of that kind",
        );
        return Ok(Kind::Rule.exit_code());
    }
    let manner = manner_of(&args.manner);
    let conditions = &roads.conditions;
    let mut router =
        Router::under(&pack, conditions).map_err(|error| bad_input(error.to_string()))?;
    let began = Instant::now();
    let near = match router.nearest(from, &candidates, args.count.max(1), &manner) {
        Ok(near) => near,
        Err(MatrixError::Place(error)) => return Ok(refuse(desk, error)),
        Err(error) => return Err(bad_input(format!("the nearest: {error}"))),
    };
    let mut found = Vec::new();
    for near in &near {
        match router.route(&manner.request(from, candidates[near.index])) {
            Ok(route) => found.push((near.index, route)),
            Err(error) => return Ok(refuse(desk, error)),
        }
    }
    let compute_ms = began.elapsed().as_secs_f64() * 1e3;
    if found.is_empty() {
        desk.out.complain(
            "unreachable",
            "どの場所にも道がありません",
            "no road on this map leads to any of these places",
        );
        return Ok(Kind::Rule.exit_code());
    }
    let entries = found.iter().map(|(index, route)| {
        let mut entry = serde_json::to_value(route).unwrap_or(Value::Null);
        if let Some(map) = entry.as_object_mut() {
            map.insert("place".to_owned(), json!(index));
            map.insert("point".to_owned(), json!(candidates[*index]));
            if let Some(spot) = spots.get(*index) {
                map.insert("precision".to_owned(), json!(spot.precision));
            }
            if let Some(place) = of_the_map.get(*index) {
                map.insert("of".to_owned(), json!(place));
            }
        }
        entry
    });
    let mut document = json!({
        "nearest": entries.collect::<Vec<Value>>(),
        "from_precision": start.precision,
        "compute_ms": compute_ms,
    });
    if let Some(map) = document.as_object_mut() {
        roads.note(map);
    }
    desk.out.show(&document, |page| {
        for (index, route) in &found {
            let (km, minutes) = (route.distance_m / 1000.0, route.duration_s / 60.0);
            let [ja, en] = match of_the_map.get(*index) {
                Some(place) => named(place),
                None => [format!("場所 {index}"), format!("place {index}")],
            };
            page.say(
                format!("{ja}: {km:.1} km、{minutes:.0} 分"),
                format!("{en}: {km:.1} km, {minutes:.0} min"),
            );
            let named = (&*format!("場所 {index} "), &*format!("place {index}"));
            if let Some(spot) = spots.get(*index) {
                tell_rough(page, spot, named);
            }
        }
        tell_rough(page, &start, ("出発地", "from"));
        roads.tell(page);
        if let Some((_, best)) = found.first() {
            page.line(text_route(&pack, conditions, best, page.lang.is_ja()).trim_end());
        }
    });
    Ok(DONE)
}

/// The map's own places of these kinds.
fn of_kinds<'p>(pack: &'p Pack, kinds: &[String]) -> Vec<&'p MedicalPlace> {
    let wanted = |place: &&MedicalPlace| kinds.iter().any(|kind| kind == place.class.name());
    pack.places().iter().filter(wanted).collect()
}

/// What a place is called in Japanese and in English; its kind when it has no name.
fn named(place: &MedicalPlace) -> [String; 2] {
    let or_kind = |name: &str| {
        if name.is_empty() {
            place.class.name().to_owned()
        } else {
            name.to_owned()
        }
    };
    let english = if place.name_en.is_empty() {
        &place.name
    } else {
        &place.name_en
    };
    [or_kind(&place.name), or_kind(english)]
}
