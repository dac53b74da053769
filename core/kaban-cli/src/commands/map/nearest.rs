//! `kaban map nearest`: which of several places is reached first, and the way there.

use std::time::Instant;

use kaban_app::Kind;
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
    let spots = points::read(&mut patients, &args.points)?;
    let roads = Roads::of(&mut patients, &pack, &args.conditions)?;
    patients.close()?;
    let from = start.place;
    let candidates: Vec<Place> = spots.iter().map(|spot| spot.place).collect();
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
            map.insert("precision".to_owned(), json!(spots[*index].precision));
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
            page.say(
                format!("場所 {index}: {km:.1} km、{minutes:.0} 分"),
                format!("place {index}: {km:.1} km, {minutes:.0} min"),
            );
            let named = (&*format!("場所 {index} "), &*format!("place {index}"));
            tell_rough(page, &spots[*index], named);
        }
        tell_rough(page, &start, ("出発地", "from"));
        roads.tell(page);
        if let Some((_, best)) = found.first() {
            page.line(text_route(&pack, conditions, best, page.lang.is_ja()).trim_end());
        }
    });
    Ok(DONE)
}
