//! `kaban map matrix`: times and distances between all places of a list.

use std::time::Instant;

use kaban_atlas::route::Router;
use serde_json::{Value, json};

use super::conditions::conditions;
use super::place::Patients;
use super::route::manner_of;
use super::{open_pack, points};
use crate::args::MatrixArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;

/// The table; pairs that no road joins are null.
pub fn run(desk: &Desk, args: &MatrixArgs) -> Done {
    let mut patients = Patients::new(desk);
    let places = points::read(&mut patients, &args.points)?;
    patients.close()?;
    let pack = open_pack(&args.pack)?;
    let manner = manner_of(&args.manner);
    let mut router = Router::under(&pack, &conditions(&pack, &args.conditions)?)
        .map_err(|error| bad_input(error.to_string()))?;
    let wrong = |error: String| bad_input(format!("{}: {error}", args.pack.display()));
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
    let document = json!({
        "durations_s": matrix.durations_s,
        "distances_m": matrix.distances_m,
        "unplaced": unplaced,
        "compute_ms": compute_ms,
        "prepare_ms": prepare_ms,
    });
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
        page.line(&pack.meta().attribution);
    });
    Ok(DONE)
}
