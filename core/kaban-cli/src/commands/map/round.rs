//! `kaban map round`: the order of the day's visits, and a sudden call into it.

use std::time::Instant;

use kaban_app::{AppError, Kind, Result};
use kaban_atlas::round::{
    FILE_BYTES_MAX, Insertion, Matrix, PlaceName, Problem, Quality, Round, RoundError, Why,
    insert_call, keep_order, read_call, read_problem, solve, solve_for,
};
use kaban_atlas::route::{Manner, Place, RouteError, Router};
use serde_json::{Map, Value, json};

use super::conditions::Roads;
use super::place::{Patients, Spot, tell_rough};
use crate::args::RoundArgs;
use crate::desk::{DONE, Desk, Done};
use crate::files;
use crate::output::{Page, bad_input};

/// Plans the round, or fits a call into it.
pub fn run(desk: &Desk, args: &RoundArgs) -> Done {
    let bytes = files::read(&args.problem, FILE_BYTES_MAX as u64)?;
    let told = |error: &RoundError| bad_input(format!("{}: {error}", args.problem.display()));
    let file = read_problem(&bytes).map_err(|error| told(&error))?;
    let keep = file.keep || args.keep;
    let mut ground = None;
    let problem = file
        .problem(|places| {
            let (matrix, found) = legs(desk, args, places).map_err(Failed::App)?;
            ground = Some(found);
            Ok(matrix)
        })
        .map_err(|failed| match failed {
            Failed::Round(error) => told(&error),
            Failed::App(error) => error,
        })?;
    if let Some(path) = &args.insert {
        return call(desk, &problem, keep, path, ground.as_ref());
    }
    let began = Instant::now();
    let round = if keep {
        keep_order(&problem)
    } else {
        solve(&problem)
    };
    let compute_ms = milliseconds(began);
    let other = if keep {
        solve(&problem)
    } else {
        solve_for(&problem, problem.objective.other())
    };
    let mut document = serde_json::to_value(&round).unwrap_or(Value::Null);
    if let Some(map) = document.as_object_mut() {
        map.insert("compute_ms".to_owned(), json!(compute_ms));
        let off_road = problem.matrix.off_road().iter();
        let unplaced = off_road.map(|place| json!({ "place": place, "kind": "no_road_near" }));
        map.insert("unplaced".to_owned(), unplaced.collect());
        note(map, ground.as_ref());
        if keep {
            map.insert("proposal".to_owned(), json!(other));
        } else {
            map.insert("alternative".to_owned(), json!(other.headline()));
            map.insert("given".to_owned(), json!(keep_order(&problem).headline()));
        }
    }
    desk.out.show(&document, |page| {
        tell(page, &round);
        page.say(
            if keep {
                "提案:"
            } else {
                "もう一つの案:"
            },
            if keep {
                "proposal:"
            } else {
                "the other choice:"
            },
        );
        headline(page, &other);
        tell_ground(page, ground.as_ref());
    });
    Ok(DONE)
}

/// Where the places of a problem are, and on what roads.
struct Ground {
    spots: Vec<Spot>,
    roads: Roads,
}

fn note(answer: &mut Map<String, Value>, ground: Option<&Ground>) {
    if let Some(Ground { spots, roads }) = ground {
        let precision: Vec<&str> = spots.iter().map(|spot| spot.precision).collect();
        answer.insert("precision".to_owned(), json!(precision));
        roads.note(answer);
    }
}

fn tell_ground(page: &mut Page, ground: Option<&Ground>) {
    let Some(Ground { spots, roads }) = ground else {
        return;
    };
    for (index, spot) in spots.iter().enumerate() {
        let named = (&*format!("場所 {index} "), &*format!("place {index}"));
        tell_rough(page, spot, named);
    }
    roads.tell(page);
}

/// Why a problem could not be made.
enum Failed {
    Round(RoundError),
    App(AppError),
}

impl From<RoundError> for Failed {
    fn from(error: RoundError) -> Self {
        Self::Round(error)
    }
}

/// Driving times between places, by the roads of the pack.
fn legs(desk: &Desk, args: &RoundArgs, names: &[PlaceName]) -> Result<(Matrix, Ground)> {
    let mut patients = Patients::new(desk);
    let pack = patients.pack(args.pack.as_deref())?;
    let spots = names
        .iter()
        .map(|name| match name {
            PlaceName::At(place) => Ok(Spot::typed(*place)),
            PlaceName::Patient(id) => patients.patient(id),
        })
        .collect::<Result<Vec<Spot>>>()?;
    let roads = Roads::of(&mut patients, &pack, &args.conditions)?;
    patients.close()?;
    let places: Vec<Place> = spots.iter().map(|spot| spot.place).collect();
    let table = Router::under(&pack, &roads.conditions)
        .map_err(|error| bad_input(error.to_string()))?
        .matrix(&places, &Manner::default())
        .map_err(|error| bad_input(error.to_string()))?;
    // A house without a road is left out of the round; a place that is none is a mistake in the file.
    let mistake = |(_, error): &&(usize, RouteError)| !matches!(error, RouteError::NoRoadNear(_));
    if let Some((place, error)) = table.unplaced.iter().find(mistake) {
        return Err(bad_input(format!(
            "{}: places[{place}] {}",
            args.problem.display(),
            error.kind()
        )));
    }
    let matrix = Matrix::by_road(&table).map_err(|error| bad_input(error.to_string()))?;
    Ok((matrix, Ground { spots, roads }))
}

/// `--insert`.
fn call(
    desk: &Desk,
    problem: &Problem,
    keep: bool,
    path: &std::path::Path,
    ground: Option<&Ground>,
) -> Done {
    let told = |error: RoundError| bad_input(format!("{}: {error}", path.display()));
    let bytes = files::read(path, FILE_BYTES_MAX as u64)?;
    let file = read_call(&bytes, problem).map_err(told)?;
    let orders = file.orders.unwrap_or_else(|| {
        if keep {
            problem.given_order()
        } else {
            orders(problem, &solve(problem))
        }
    });
    let began = Instant::now();
    let found = insert_call(problem, &orders, &file.call).map_err(told)?;
    let compute_ms = milliseconds(began);
    if found.choices.is_empty() {
        desk.out.complain(
            "unreachable",
            "そこへ行く道がありません",
            "no way leads to the call from what is left of any route",
        );
        return Ok(Kind::Rule.exit_code());
    }
    let mut document = serde_json::to_value(&found).unwrap_or(Value::Null);
    if let Some(map) = document.as_object_mut() {
        map.insert("compute_ms".to_owned(), json!(compute_ms));
        note(map, ground);
    }
    desk.out.show(&document, |page| {
        tell_call(page, &found);
        tell_ground(page, ground);
    });
    Ok(DONE)
}

fn orders(problem: &Problem, round: &Round) -> Vec<Vec<usize>> {
    let index = |id: &_| problem.stops.iter().position(|stop| stop.id == *id);
    let routes = round.routes.iter();
    routes
        .map(|route| route.order.iter().filter_map(index).collect())
        .collect()
}

fn milliseconds(began: Instant) -> f64 {
    (began.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

fn clock(seconds: u32) -> String {
    format!("{:02}:{:02}", seconds / 3_600, seconds % 3_600 / 60)
}

fn tell(page: &mut Page, round: &Round) {
    let lang = page.lang;
    for route in round.routes.iter().filter(|route| !route.order.is_empty()) {
        page.line(format!(
            "{}: {} → {}",
            route.vehicle,
            clock(route.departure_s),
            clock(route.finish_s)
        ));
        for (at, stop) in route.order.iter().enumerate() {
            let late = match route.late_s[at] {
                0 => String::new(),
                late => format!(
                    "  ⚠ {} {}",
                    late.div_ceil(60),
                    lang.pick("分遅れ", "min late")
                ),
            };
            page.line(format!("  {}  {stop}{late}", clock(route.starts_s[at])));
        }
    }
    for one in &round.unserved_why {
        let (ja, en) = reason(one.why);
        let id = &one.id;
        page.say(
            format!("⚠ 行けません: {id}({ja})"),
            format!("⚠ not served: {id} ({en})"),
        );
    }
    headline(page, round);
}

fn reason(why: Why) -> (&'static str, &'static str) {
    match why {
        Why::NoRoadNear => ("近くに道がありません", "no road near"),
        Why::Unreachable => ("そこへ行く道がありません", "no way leads there and back"),
        Why::Window => ("約束の時間に間に合いません", "its window cannot be met"),
        Why::NoTime => (
            "ほかの訪問があり時間に入りません",
            "it does not fit beside the others",
        ),
        Why::NotAssigned => ("だれが行くか決まっていません", "nobody is given it"),
    }
}

fn headline(page: &mut Page, round: &Round) {
    let (home, travel, waiting) = (
        clock(round.finish_s),
        round.travel_s / 60,
        round.waiting_s / 60,
    );
    let (ja, en) = match round.quality {
        Quality::BestPossible => ("これより良い順はない", "best possible"),
        Quality::Good => ("良い案", "good"),
        Quality::Given => ("いまの順", "as given"),
    };
    page.say(
        format!(
            "{} 軒、帰着 {home}、運転 {travel} 分、待ち {waiting} 分({ja})",
            round.served
        ),
        format!(
            "{} visits, back at {home}, {travel} min driving, {waiting} min waiting ({en})",
            round.served
        ),
    );
}

fn tell_call(page: &mut Page, found: &Insertion) {
    for choice in &found.choices {
        let (vehicle, at) = (&choice.vehicle, clock(choice.arrival_s));
        let (place, more) = (choice.position + 1, choice.finish_delay_s / 60);
        page.say(
            format!("{vehicle}: {place} 番目、{at} 着、帰着 {more:+} 分"),
            format!("{vehicle}: visit {place}, there at {at}, back {more:+} min"),
        );
        if !choice.feasible {
            page.say(
                "  ⚠ どこに入れても約束の時間を守れません",
                "  ⚠ no place keeps every promised time",
            );
        }
        for delay in choice.delays.iter().filter(|delay| delay.delay_s != 0) {
            let (id, minutes, start) = (&delay.id, delay.delay_s / 60, clock(delay.start_s));
            page.say(
                format!("  {id}: {minutes:+} 分 → {start}"),
                format!("  {id}: {minutes:+} min → {start}"),
            );
        }
    }
}
