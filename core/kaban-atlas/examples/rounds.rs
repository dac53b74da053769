//! Days of visits, solved and timed: `cargo run --release -p kaban-atlas --example rounds [-- FOLDER]`.
//!
//! With a folder, every problem is also written there as a file of `kaban map round --problem`.
#[path = "../tests/support/rounds.rs"]
mod days;

use days::{Recipe, file, problem};
use kaban_atlas::round::{Call, Objective, Stop, insert_call, solve_for};
use std::time::Instant;

/// Days of each kind.
const DAYS: u64 = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1);
    println!(
        "stops vehicles objective | ms mean / max | served | travel min | waiting min | finish | quality"
    );
    for (stops, vehicles) in [(12, 1), (15, 1), (8, 2), (30, 1), (30, 3), (60, 4)] {
        for objective in [Objective::Finish, Objective::Travel] {
            let mut times = Vec::new();
            let (mut served, mut travel, mut waiting, mut finish) = (0, 0, 0, 0);
            let mut proved = 0;
            for seed in 0..DAYS {
                let day = problem(Recipe::day(seed, stops, vehicles), objective);
                if let Some(folder) = &folder {
                    let name = format!(
                        "{folder}/{stops}-{vehicles}-{}-{seed}.json",
                        word(objective)
                    );
                    std::fs::write(name, file(&day).to_string())?;
                }
                let began = Instant::now();
                let round = solve_for(&day, objective);
                times.push(began.elapsed().as_secs_f64() * 1e3);
                served += round.served;
                travel += round.travel_s;
                waiting += round.waiting_s;
                finish += round.finish_s;
                proved += u32::from(round.quality == kaban_atlas::round::Quality::BestPossible);
                if seed == 0 && objective == Objective::Finish {
                    insertion(&day, &round);
                }
            }
            let days = DAYS as f64;
            println!(
                "{stops:5} {vehicles:8} {:9} | {:6.1} / {:6.1} | {:5.1} | {:6.1} | {:6.1} | {:6.0} | {proved} of {DAYS} proved",
                word(objective),
                times.iter().sum::<f64>() / days,
                times.iter().copied().fold(0.0, f64::max),
                served as f64 / days,
                f64::from(travel) / days / 60.0,
                f64::from(waiting) / days / 60.0,
                f64::from(finish) / days,
            );
        }
    }
    Ok(())
}

fn word(objective: Objective) -> &'static str {
    match objective {
        Objective::Finish => "finish",
        Objective::Travel => "travel",
    }
}

fn insertion(day: &kaban_atlas::round::Problem, round: &kaban_atlas::round::Round) {
    let index = |id: &kaban_atlas::round::Id| day.stops.iter().position(|stop| stop.id == *id);
    let orders: Vec<Vec<usize>> = round
        .routes
        .iter()
        .map(|route| route.order.iter().filter_map(index).collect())
        .collect();
    let call = Call {
        stop: Stop {
            place: 3,
            windows: Vec::new(),
            ..day.stops[0].clone()
        },
        now: None,
        done: Vec::new(),
        positions: Vec::new(),
    };
    let began = Instant::now();
    let found = insert_call(day, &orders, &call);
    let ms = began.elapsed().as_secs_f64() * 1e3;
    println!(
        "      a call into it: {ms:.3} ms, {} places",
        found.map_or(0, |found| found.choices.len())
    );
}
