//! The district's map goes round, a road is closed and opened again, and the duty doctor's visits are
//! put in the order that brings her home first.

use std::time::Instant;

use chrono::Duration;
use kaban_app::{AppError, ClosureInput, Kind, Travel};
use kaban_atlas::pack::Pack;
use kaban_atlas::round::{
    Id, Matrix, Objective, Problem, Quality, Round, SERVICE_DEFAULT_S, Stop, Vehicle, Window,
    keep_order, solve,
};
use kaban_atlas::route::{Manner, Place, RouteError, RouteRequest};
use kaban_model::people::Role;
use serde_json::json;

use super::offline::{clinic, router, way};
use crate::demo::DEVICES_MIN;
use crate::demo::looked::{Looked, count};
use crate::demo::report::{seconds, size};
use crate::demo::story::{Story, ms};
use crate::demo::words::Words;
use crate::demo::world::disk;

/// How the file of the map is called before it has a name of its own in a bag.
const FILE: &str = "practice.kpack.pmtiles";
/// Visits of one round: few enough to be proved best.
const VISITS: usize = 10;
/// The doctor's day, seconds: 9:00 to 18:00.
const DAY: Window = Window {
    from: 32_400,
    until: 64_800,
};
/// A way shorter than this is no use for closing its middle, metres.
const WAY_METRES_MIN: f64 = 1_500.0;

/// Plays it.
pub fn play(story: &mut Story<'_>) -> Result<(), AppError> {
    let began = Instant::now();
    story.tell.act("動態地図", "the dynamic map");
    by_relay(story)?;
    let holder = story.holder;
    let (pack, _) = story.world.device(holder).bag()?.open_current_pack()?;
    closed_road(story, &pack)?;
    best_round(story, &pack)?;
    story.promises.figure("dynamic_map_ms", ms(began));
    story
        .tell
        .step(seconds(ms(began)), "かかった時間", "time taken");
    Ok(())
}

/// The office signs the map and puts it on the relay; everybody else fetches it from there.
fn by_relay(story: &mut Story<'_>) -> Result<(), AppError> {
    let office = story.world.of_role(&Role::Office).first().copied();
    let office = office.unwrap_or_default();
    let folder = story.world.root.join("map");
    let file = folder.join(FILE);
    let mut bytes = story.district.file.clone();
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&file, &bytes))
        .map_err(disk)?;
    let unsigned = story.world.device(office).bag()?.import_pack(&file, false);
    let refused = matches!(unsigned, Err(error) if error.kind == Kind::NotAllowed);
    story.world.device(office).bag()?.sign_pack(&mut bytes)?;
    std::fs::write(&file, &bytes).map_err(disk)?;
    story
        .world
        .device(office)
        .bag()?
        .import_pack(&file, false)?;
    let shared = story.world.share_pack(office, &file)?;
    let maker = story.world.devices[office].id.to_string();
    // Nobody was registered yet when it was built.
    let root = story.district.pack.root();
    let others = story.world.devices.len() - 1;
    let mut in_force = 0;
    for index in (0..=others).filter(|index| *index != office) {
        let fetched = story.world.fetch_pack(index)?;
        let (opened, _) = story.world.device(index).bag()?.open_current_pack()?;
        let same = fetched.received == shared.bytes && opened.root() == root;
        in_force += usize::from(same && fetched.imported.pack.signed_by == maker);
    }
    let words = Words::of(&story.ledger);
    let unseen = words.enough() && words.found_in(&folder)?.is_empty();
    story.promises.figure("map_shared_bytes", shared.bytes);
    story.tell.step(
        size(shared.bytes),
        "事務局が署名した地図を中継に置き、みなが受け取る",
        "the map, signed by the office, is put on the relay and fetched by everybody",
    );
    story.promise(
        "map_by_relay",
        Looked::all(count(in_force), count(others), count(DEVICES_MIN - 1))
            .and(refused && shared.sent == shared.bytes && unseen),
        (
            "地区の地図は署名されて中継を通り、全端末で使われる。中継に患者は見えない",
            "the district's map is signed, comes into force everywhere through the relay, and shows it no patient",
        ),
        (
            "署名のない地図は断られた。各端末の地図の根は患者の登録前のものと同じで、患者の言葉は中に一つもない",
            "an unsigned map was refused; each device opened the very map of before anybody was registered, with no patient's words in it",
        ),
    );
    Ok(())
}

/// Where the patients of the bag live, as the holder's device knows.
fn houses(story: &mut Story<'_>, pack: &Pack) -> Result<Vec<[f64; 2]>, AppError> {
    let holder = story.holder;
    let houses = story
        .world
        .device(holder)
        .bag()?
        .houses(Some(pack.gazetteer()))?;
    Ok(houses
        .0
        .iter()
        .filter_map(|house| Some(house.place?.0))
        .collect())
}

/// One doctor closes a road, another one's way changes; it is lifted, and the old way is back.
fn closed_road(story: &mut Story<'_>, pack: &Pack) -> Result<(), AppError> {
    let holder = story.holder;
    let doctors = story.world.of_role(&Role::Doctor);
    let other = doctors.into_iter().find(|doctor| *doctor != holder);
    let other = other.ok_or(AppError::new(Kind::Internal, "there is one doctor only"))?;
    let mut found = None;
    for house in houses(story, pack)? {
        if let Ok(free) = way(story, holder, pack, house)?
            && free.distance_m >= WAY_METRES_MIN
        {
            found = Some((house, free));
            break;
        }
    }
    let (house, free) = found.ok_or(AppError::new(Kind::Internal, "every house is next door"))?;
    let middle = free.geometry[free.geometry.len() / 2];
    let until = story.world.now() + Duration::days(3);
    let input = ClosureInput {
        shape: json!({ "circle": { "centre": middle, "radius_m": 30 } }),
        reason: "landslide".to_owned(),
        words: String::new(),
        from: None,
        until,
    };
    let closure = story.save_closure(other, input)?;
    let unheard =
        matches!(way(story, holder, pack, house)?, Ok(same) if same.geometry == free.geometry);
    met(story, other)?;
    let closure = closure.to_string();
    let (obeyed, figure) = match way(story, holder, pack, house)? {
        Ok(round) => (
            round.duration_s >= free.duration_s && !round.geometry.contains(&middle),
            format!("{} → {} s", whole(free.duration_s), whole(round.duration_s)),
        ),
        Err(RouteError::Unreachable(obstacle)) => (
            obstacle.closures == [closure.clone()],
            format!("{} s → ×", whole(free.duration_s)),
        ),
        Err(_) => (false, "–".to_owned()),
    };
    story.save_lift(other, &closure)?;
    met(story, other)?;
    let back =
        matches!(way(story, holder, pack, house)?, Ok(same) if same.geometry == free.geometry);
    story.promise(
        "closure_travels",
        Looked::all([unheard, obeyed, back].map(u64::from).iter().sum(), 3, 3).figure(figure),
        (
            "一人の医師が知らせた通行止めは、同期すればほかの端末の道順を変え、解除すれば元に戻る",
            "a road one doctor closes changes another's way as soon as they sync, and lifting it brings the way back",
        ),
        (
            "道順の途中を別の医師の端末で閉じ、同期の前・後・解除の後の当番医の道順を比べた",
            "closed the middle of a way on another doctor's device; compared the duty doctor's way before the sync, after it, and after the lift",
        ),
    );
    Ok(())
}

/// What one doctor said reaches the holder through the relay.
fn met(story: &mut Story<'_>, other: usize) -> Result<(), AppError> {
    let holder = story.holder;
    story.world.sync(other)?;
    story.world.sync(holder)?;
    story.world.tick();
    Ok(())
}

fn whole(seconds: f64) -> u64 {
    seconds.round() as u64
}

/// The duty doctor's visits in their best order, by times both engines agree on.
fn best_round(story: &mut Story<'_>, pack: &Pack) -> Result<(), AppError> {
    let began = Instant::now();
    let holder = story.holder;
    let start = Place::Point(clinic(story)?);
    let all = houses(story, pack)?;
    let bag = story.world.device(holder).bag()?;
    let conditions = bag.roads_at(&Travel::default())?.conditions;
    let manner = Manner::default();
    let mut by_search = router(pack, &conditions)?;
    let mut time = |from: Place, to: Place| {
        let way = by_search.route(&RouteRequest {
            geometry: false,
            steps: false,
            ..manner.request(from, to)
        });
        way.ok().map(|way| tenths(way.duration_s))
    };
    let stride = (all.len() / VISITS).max(1);
    let order = (0..stride).flat_map(|first| all.iter().skip(first).step_by(stride));
    let there_and_back = order
        .map(|at| Place::Point(*at))
        .filter(|at| time(start, *at).is_some() && time(*at, start).is_some());
    let visits: Vec<Place> = there_and_back.take(VISITS).collect();
    let places: Vec<Place> = [start].into_iter().chain(visits).collect();
    let mut by_hierarchy = router(pack, &conditions)?;
    by_hierarchy
        .prepare(&manner)
        .map_err(|error| AppError::new(Kind::Internal, error.to_string()))?;
    let table = by_hierarchy.matrix(&places, &manner)?.durations_s;
    let (mut equal, mut pairs) = (0, 0);
    for (from, row) in table.iter().enumerate() {
        for (to, duration) in row.iter().enumerate().filter(|(to, _)| *to != from) {
            pairs += 1;
            equal += u64::from(time(places[from], places[to]) == duration.map(tenths));
        }
    }
    let problem = problem(&table)?;
    let (round, given) = (solve(&problem), keep_order(&problem));
    tell(story, &round);
    story.promises.figure("round_visits", round.served as u64);
    story.promises.figure("round_ms", ms(began));
    story.promise(
        "best_round",
        Looked::all(equal, pairs, count(VISITS * (VISITS + 1))).and(
            round.quality == Quality::BestPossible
                && round.served == VISITS
                && round.finish_s <= given.finish_s,
        ),
        (
            "往診の順は証明された最善で、二つの経路計算は全区間で同じ時間になる",
            "the order of visits is proved the best possible, by times that both route engines agree on",
        ),
        (
            "当番医の10軒を最適化し、元の順より遅くならないことと、全区間の所要時間を別の計算と突き合わせた",
            "ordered ten of the duty doctor's visits, compared with the given order, and every time with the other engine's",
        ),
    );
    Ok(())
}

fn tenths(seconds: f64) -> u64 {
    (seconds * 10.0).round() as u64
}

fn problem(table: &[Vec<Option<f64>>]) -> Result<Problem, AppError> {
    let seconds = |time: &Option<f64>| time.map(|time| time.round() as u32);
    let rows: Vec<Vec<Option<u32>>> = table
        .iter()
        .map(|row| row.iter().map(seconds).collect())
        .collect();
    let stop = |place: usize| Stop {
        id: Id::Number(place as i64),
        place,
        service: SERVICE_DEFAULT_S,
        windows: Vec::new(),
        soft: false,
        locked: false,
        urgent: false,
        vehicle: Some(0),
    };
    let problem = Problem {
        vehicles: vec![Vehicle {
            id: Id::Number(1),
            window: DAY,
            start: 0,
            end: 0,
        }],
        stops: (1..rows.len()).map(stop).collect(),
        matrix: Matrix::new(&rows)?,
        objective: Objective::Finish,
    };
    Ok(problem.checked()?)
}

fn tell(story: &Story<'_>, round: &Round) {
    let clock = |seconds: u32| format!("{:02}:{:02}", seconds / 3_600, seconds % 3_600 / 60);
    let (home, driving) = (clock(round.finish_s), round.travel_s / 60);
    let served = round.served;
    story.tell.step(
        home,
        format!("往診 {served} 軒を終えて帰る(運転 {driving} 分)"),
        format!("home again after {served} visits ({driving} min of driving)"),
    );
}
