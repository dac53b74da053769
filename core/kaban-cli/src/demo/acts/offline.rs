//! What a device does with no network: it searches, opens page 1, draws the way by its own map,
//! writes.

use std::time::Instant;

use chrono::Duration;
use kaban_app::{AppError, Kind, Travel};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Place, Route, RouteError, RouteRequest, Router};
use kaban_model::people::{DocKind, Role};
use serde_json::json;

use crate::demo::chance::Chance;
use crate::demo::everywhere::may_read_of;
use crate::demo::story::{Enrolled, Story, ms};

/// Patients a device tries before it gives up finding a way: a real map has islands.
const TRIES_MAX: usize = 8;

/// What a search gave.
pub struct Searched {
    /// The patient was among the hits.
    pub found: bool,
    /// How many hits.
    pub hits: usize,
    /// How long the search itself took.
    pub compute_us: u64,
}

/// The way to a patient.
pub struct Way {
    /// As the map in force of the device gives it.
    pub route: Route,
    /// How long that took.
    pub took_ms: u64,
}

/// How many devices did all of it, of how many whose person may read anybody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worked {
    /// Searched, opened, routed by their own map, and wrote.
    pub whole: usize,
    /// Have somebody to read.
    pub of: usize,
}

/// Everybody but the duty doctor does the work, each with patients of their own. `held` says
/// whether the duty doctor did.
pub fn everybody(story: &mut Story<'_>, week: u32, held: bool) -> Result<Worked, AppError> {
    let holder = story.holder;
    let mut worked = Worked {
        whole: usize::from(held),
        of: 1,
    };
    let mut chance = Chance::new(story.options.seed, &format!("offline {week}"));
    for index in (0..story.world.devices.len()).filter(|index| *index != holder) {
        let reads = |p: &&Enrolled| may_read_of(story, index, Some(p), DocKind::Front);
        let mut patients: Vec<Enrolled> = story.patients.iter().filter(reads).cloned().collect();
        if patients.is_empty() {
            continue;
        }
        worked.of += 1;
        chance.shuffle(&mut patients);
        for patient in patients.iter().take(TRIES_MAX) {
            let opened = search(story, index, patient)?.found && opens(story, index, patient)?;
            if opened && way_to(story, index, patient)?.is_some() {
                worked.whole += usize::from(write(story, index, patient, week)?);
                break;
            }
        }
    }
    Ok(worked)
}

/// Opens a patient's pages; gives whether there is something on page 1.
fn opens(story: &mut Story<'_>, index: usize, patient: &Enrolled) -> Result<bool, AppError> {
    let page = story.world.device(index).page(patient.id)?;
    Ok(!page.page.page(1).is_empty())
}

/// Searches for a patient as a person types: the family name's reading, or the name.
pub fn search(
    story: &mut Story<'_>,
    index: usize,
    patient: &Enrolled,
) -> Result<Searched, AppError> {
    let bag = story.world.device(index).bag()?;
    let id = patient.id.to_string();
    let typed = match patient.kana.split(' ').next().unwrap_or_default() {
        "" => {
            let row = bag.patients()?.into_iter().find(|row| row.id == id);
            row.map_or_else(String::new, |row| row.name)
        }
        kana => kana.to_owned(),
    };
    let hits = bag.search(&typed)?;
    Ok(Searched {
        found: hits.hits.iter().any(|hit| hit.id == id),
        hits: hits.hits.len(),
        compute_us: hits.compute_us,
    })
}

/// The way from the clinic to a patient's pin, by the map in force on the device; nothing when
/// there is none.
pub fn way_to(
    story: &mut Story<'_>,
    index: usize,
    patient: &Enrolled,
) -> Result<Option<Way>, AppError> {
    let page = story.world.device(index).page(patient.id)?;
    let pin = page
        .page
        .value("pin")
        .and_then(|pin| Some([pin.get("lon")?.as_f64()?, pin.get("lat")?.as_f64()?]));
    let Some(pin) = pin else { return Ok(None) };
    let began = Instant::now();
    let device = story.world.device(index);
    let home = device.dir();
    let (pack, file) = device.bag()?.open_current_pack()?;
    if !file.starts_with(home) {
        return Ok(None);
    }
    let route = way(story, index, &pack, pin)?.ok();
    let took_ms = ms(began);
    let whole = |route: &Route| route.distance_m > 0.0 && !route.geometry.is_empty();
    Ok(route.filter(whole).map(|route| Way { route, took_ms }))
}

/// The way from the clinic, on the roads as a device knows of them.
pub fn way(
    story: &mut Story<'_>,
    index: usize,
    pack: &Pack,
    to: [f64; 2],
) -> Result<Result<Route, RouteError>, AppError> {
    let from = clinic(story)?;
    let roads = story
        .world
        .device(index)
        .bag()?
        .roads_at(&Travel::default())?;
    let mut router = router(pack, &roads.conditions)?;
    Ok(router.route(&RouteRequest::new(Place::Point(from), Place::Point(to))))
}

/// What finds ways on a map, under what was told of its roads.
pub fn router<'p>(
    pack: &'p Pack,
    conditions: &kaban_atlas::Conditions,
) -> Result<Router<'p>, AppError> {
    let router = Router::under(pack, conditions);
    router.map_err(|error| AppError::new(Kind::Internal, error.to_string()))
}

/// Where the doctors start.
pub fn clinic(story: &Story<'_>) -> Result<[f64; 2], AppError> {
    let first = story.district.clinics.first().copied();
    first.ok_or(AppError::new(Kind::Internal, "the district has no clinic"))
}

/// Writes what this person may write; gives whether it is kept here.
fn write(
    story: &mut Story<'_>,
    index: usize,
    patient: &Enrolled,
    week: u32,
) -> Result<bool, AppError> {
    let before = story.ledger.total();
    match story.world.devices[index].person.role {
        Role::Doctor => {
            let body = json!({ "subjective": format!("{}週目の往診。変わりなし", week + 1),
                "plan": "次の火曜に血圧をもう一度" });
            story.save_visit(index, patient.id, body)?;
            let text = format!("{}より: 雨で川沿いの道が滑りやすい", story.name(index));
            story.save_note(index, &text)?;
        }
        Role::Nurse => {
            let body = json!({ "subjective": "足浴。皮膚に赤みなし",
                "vitals": { "pulse": 72, "spo2": 96 } });
            story.save_visit(index, patient.id, body)?;
        }
        Role::Office => story.save_note(index, "来週の当番表は金曜に配る")?,
        // A hospital writes no clinical documents: it says when nobody can be taken in.
        _ => {
            let now = story.world.now();
            let (from, to) = (now + Duration::hours(1), now + Duration::hours(9));
            let device = story.world.device(index);
            let member = device.member;
            device.bag()?.add_absence(member, from, to)?;
            story.note_records()?;
        }
    }
    Ok(story.ledger.total() > before)
}
