//! Random days of visits: the same seed, the same day.
#![allow(dead_code)]

use kaban_atlas::round::{Id, Matrix, Objective, Problem, Stop, Vehicle, Window};
use serde_json::{Value, json};

/// What kind of day.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub seed: u64,
    pub stops: usize,
    pub vehicles: usize,
    /// Shortest and longest visit, minutes.
    pub service: [u32; 2],
    /// Of a hundred stops, how many have a window of one to two hours.
    pub windowed: u32,
    /// When vehicles leave and must be back, seconds of the day.
    pub day: [u32; 2],
    /// Of a thousand pairs of places, how many no way joins.
    pub severed: u32,
}

impl Recipe {
    /// An ordinary day, 8:30 to 17:30: visits of 15 to 30 minutes, or short ones of 5 to 10 when there are many for each vehicle.
    pub fn day(seed: u64, stops: usize, vehicles: usize) -> Self {
        let many = stops > 16 * vehicles;
        Self {
            seed,
            stops,
            vehicles,
            service: if many { [5, 10] } else { [15, 30] },
            windowed: 40,
            day: [30_600, 63_000],
            severed: 0,
        }
    }
}

/// Numbers from a seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D)
    }

    pub fn roll(&mut self, below: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % u64::from(below.max(1))) as u32
    }

    pub fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.roll(most - least + 1)
    }
}

/// The day of a recipe. Place 0 is the clinic, the others are the stops' in their order.
pub fn problem(recipe: Recipe, objective: Objective) -> Problem {
    let mut dice = Dice::new(recipe.seed);
    // A district 18 km by 14 km, in metres.
    let points: Vec<[i64; 2]> = (0..=recipe.stops)
        .map(|index| {
            if index == 0 {
                [9_000, 7_000]
            } else {
                [i64::from(dice.roll(18_000)), i64::from(dice.roll(14_000))]
            }
        })
        .collect();
    let mut rows = Vec::new();
    for from in &points {
        let mut row = Vec::new();
        for to in &points {
            let [east, north] = [from[0] - to[0], from[1] - to[1]];
            let metres = ((east * east + north * north) as u64).isqrt() as u32;
            // About 36 km/h as the crow flies, and a minute to get going; each way has its own detours.
            let seconds = metres / 10 + 60;
            let seconds = seconds * dice.between(100, 140) / 100;
            let severed = recipe.severed > 0 && dice.roll(1_000) < recipe.severed;
            row.push((!severed).then_some(seconds));
        }
        rows.push(row);
    }
    let [opens, closes] = recipe.day;
    let stops = (1..=recipe.stops)
        .map(|place| {
            let service = 60 * dice.between(recipe.service[0], recipe.service[1]);
            let windowed = dice.roll(100) < recipe.windowed;
            let width = dice.between(3_600, 7_200);
            let latest = closes.saturating_sub(opens + width).max(1);
            let from = opens + dice.roll(latest);
            let window = Window {
                from,
                until: from + width,
            };
            Stop {
                id: Id::Text(format!("stop {place}")),
                place,
                service,
                windows: if windowed { vec![window] } else { Vec::new() },
                soft: false,
                locked: false,
                urgent: false,
                vehicle: None,
            }
        })
        .collect();
    let vehicles = (0..recipe.vehicles)
        .map(|number| Vehicle {
            id: Id::Text(format!("vehicle {number}")),
            window: Window {
                from: opens,
                until: closes,
            },
            start: 0,
            end: 0,
        })
        .collect();
    let problem = Problem {
        vehicles,
        stops,
        matrix: Matrix::new(&rows).expect("square"),
        objective,
    };
    problem.checked().expect("within the bounds")
}

/// A problem as the file of `kaban map round --problem`.
pub fn file(problem: &Problem) -> Value {
    let size = problem.matrix.size();
    let row = |from: usize| -> Vec<Option<u32>> {
        (0..size)
            .map(|to| problem.matrix.seconds(from, to))
            .collect()
    };
    let vehicles: Vec<Value> = problem
        .vehicles
        .iter()
        .map(|vehicle| {
            json!({
                "id": vehicle.id, "window": [vehicle.window.from, vehicle.window.until],
                "start_place": vehicle.start, "end_place": vehicle.end,
            })
        })
        .collect();
    let stops: Vec<Value> = problem
        .stops
        .iter()
        .map(|stop| {
            let windows: Vec<[u32; 2]> = stop
                .windows
                .iter()
                .map(|window| [window.from, window.until])
                .collect();
            let window = match windows.as_slice() {
                [] => Value::Null,
                [one] => json!(one),
                several => json!(several),
            };
            json!({
                "id": stop.id, "place": stop.place, "service_s": stop.service, "window": window,
                "soft": stop.soft, "locked": stop.locked, "urgent": stop.urgent,
                "vehicle": stop.vehicle.map(|vehicle| &problem.vehicles[vehicle].id),
            })
        })
        .collect();
    json!({
        "start_place": 0, "vehicles": vehicles, "stops": stops,
        "matrix_s": (0..size).map(row).collect::<Vec<_>>(), "objective": problem.objective,
    })
}
