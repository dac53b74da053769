//! `kaban map nearest`: which of several places is reached first, and the way there.

use std::time::Instant;

use kaban_app::Kind;
use kaban_atlas::route::{MatrixError, Router, text_route};
use serde_json::{Value, json};

use super::conditions::conditions;
use super::place::Patients;
use super::route::{manner_of, refuse};
use super::{open_pack, points};
use crate::args::NearestArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;

/// The nearest candidates with their ways, the best first.
pub fn run(desk: &Desk, args: &NearestArgs) -> Done {
    let mut patients = Patients::new(desk);
    let from = patients.place(&args.from)?;
    let candidates = points::read(&mut patients, &args.points)?;
    patients.close()?;
    let pack = open_pack(&args.pack)?;
    let manner = manner_of(&args.manner);
    let conditions = conditions(&pack, &args.conditions)?;
    let mut router =
        Router::under(&pack, &conditions).map_err(|error| bad_input(error.to_string()))?;
    let began = Instant::now();
    let near = match router.nearest(from, &candidates, args.count.max(1), &manner) {
        Ok(near) => near,
        Err(MatrixError::Place(error)) => return Ok(refuse(desk, error)),
        Err(error) => return Err(bad_input(format!("{}: {error}", args.pack.display()))),
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
        }
        entry
    });
    let document = json!({ "nearest": entries.collect::<Vec<Value>>(), "compute_ms": compute_ms });
    desk.out.show(&document, |page| {
        for (index, route) in &found {
            let (km, minutes) = (route.distance_m / 1000.0, route.duration_s / 60.0);
            page.say(
                format!("場所 {index}: {km:.1} km、{minutes:.0} 分"),
                format!("place {index}: {km:.1} km, {minutes:.0} min"),
            );
        }
        if let Some((_, best)) = found.first() {
            page.line(text_route(&pack, &conditions, best, page.lang.is_ja()).trim_end());
        }
    });
    Ok(DONE)
}
