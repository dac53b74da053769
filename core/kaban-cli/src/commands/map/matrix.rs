//! `kaban map matrix`: times and distances between all places of a list.

use std::time::Instant;

use kaban_atlas::route::{Place, Router};
use serde_json::{Value, json};

use super::conditions::Roads;
use super::place::{Patients, tell_rough};
use super::points;
use super::route::manner_of;
use crate::args::MatrixArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;

/// The table; pairs that no road joins are null.
pub fn run(desk: &Desk, args: &MatrixArgs) -> Done {
    let mut patients = Patients::new(desk);
    let pack = patients.pack(args.pack.as_deref())?;
    let spots = points::read(&mut patients, &args.points)?;
    let roads = Roads::of(&mut patients, &pack, &args.conditions)?;
    patients.close()?;
    let places: Vec<Place> = spots.iter().map(|spot| spot.place).collect();
    let manner = manner_of(&args.manner);
    let wrong = |error: String| bad_input(format!("the table: {error}"));
    let mut router =
        Router::under(&pack, &roads.conditions).map_err(|error| bad_input(error.to_string()))?;
    let began = Instant::now();
    router
        .prepare(&manner)
        .map_err(|error| wrong(error.to_string()))?;
    let prepare_ms = began.elapsed().as_secs_f64() * 1e3;
    let began = Instant::now();
    let matrix = router
        .matrix(&places, &manner)
        .map_err(|error| wrong(error.to_string()))?;
    let compute_ms = began.elapsed().as_secs_f64() * 1e3;
    let unplaced: Vec<Value> = matrix
        .unplaced
        .iter()
        .map(|(place, error)| json!({ "place": place, "kind": error.kind() }))
        .collect();
    let precision: Vec<&str> = spots.iter().map(|spot| spot.precision).collect();
    let mut document = json!({
        "durations_s": matrix.durations_s,
        "distances_m": matrix.distances_m,
        "unplaced": unplaced,
        "precision": precision,
        "compute_ms": compute_ms,
        "prepare_ms": prepare_ms,
    });
    if let Some(map) = document.as_object_mut() {
        roads.note(map);
    }
    desk.out.show(&document, |page| {
        page.say(
            "行から列へ、分 / km(道がなければ –)",
            "from row to column, minutes / km (– where no road leads)",
        );
        for (times, metres) in matrix.durations_s.iter().zip(&matrix.distances_m) {
            let cells = times.iter().zip(metres).map(|pair| match pair {
                (Some(s), Some(m)) => format!("{:>4.0}/{:<5.1}", s / 60.0, m / 1000.0),
                _ => format!("{:^10}", "–"),
            });
            page.line(cells.collect::<Vec<_>>().join(" ").trim_end());
        }
        for (place, error) in &matrix.unplaced {
            page.say(
                format!("⚠ 場所 {place}: 近くに道がありません"),
                format!("⚠ place {place}: {error}"),
            );
        }
        for (index, spot) in spots.iter().enumerate() {
            tell_rough(
                page,
                spot,
                (&format!("場所 {index} "), &format!("place {index}")),
            );
        }
        roads.tell(page);
        page.line(&pack.meta().attribution);
    });
    Ok(DONE)
}
