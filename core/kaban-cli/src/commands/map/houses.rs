//! The patients on the map: their houses, their areas, who lives near whom.

use std::path::Path;

use kaban_app::{AreaPatient, Bag, Nearness, NeighbourView, Result, Travel, neighbours};
use kaban_atlas::pack::Pack;

use super::open_pack;
use crate::desk::{DONE, Desk, Done};
use crate::output::{Page, line};

/// `kaban map pins`: GeoJSON, whatever the form of the output.
pub fn pins(desk: &Desk, pack: Option<&Path>, names: bool) -> Done {
    let (_, houses) = on_map(desk, pack, |bag, pack| bag.houses(Some(pack.gazetteer())))?;
    line(&houses.geojson(names).to_string());
    Ok(DONE)
}

/// Works with the bag and the pack that was named, or else the one the bag has in force.
fn on_map<T>(
    desk: &Desk,
    named: Option<&Path>,
    work: impl FnOnce(&mut Bag, &Pack) -> Result<T>,
) -> Result<(Pack, T)> {
    let named = named.map(open_pack).transpose()?;
    desk.with_bag(|bag| {
        let pack = match named {
            Some(pack) => pack,
            None => bag.open_current_pack()?.0,
        };
        let done = work(bag, &pack)?;
        Ok((pack, done))
    })
}

/// `kaban map areas`.
pub fn areas(desk: &Desk, pack: Option<&Path>) -> Done {
    let (_, view) = on_map(desk, pack, |bag, pack| bag.areas(pack.gazetteer()))?;
    desk.out.show(&view, |page| {
        for area in &view.areas {
            page.line(format!("{}  {}", area.name, area.count));
            patients(page, &area.patients);
        }
        let unassigned = view.unassigned.len();
        page.say(
            format!("旧市町村が分からない  {unassigned}"),
            format!("unassigned  {unassigned}"),
        );
        patients(page, &view.unassigned);
    });
    Ok(DONE)
}

fn patients(page: &mut Page, patients: &[AreaPatient]) {
    for patient in patients {
        let AreaPatient {
            id: _,
            no,
            name,
            by: _,
            precision,
        } = patient;
        let place = precision_words(page, *precision);
        page.line(format!("    {no:>4}  {name}{place}"));
    }
}

/// `kaban map neighbours`.
pub fn near(desk: &Desk, id: &str, pack: Option<&Path>, count: usize, straight: bool) -> Done {
    let (pack, (patient, houses, outlook)) = on_map(desk, pack, |bag, pack| {
        let patient = bag.patient_id(id)?;
        let houses = bag.houses(Some(pack.gazetteer()))?;
        Ok((patient, houses, bag.outlook(&Travel::default())?))
    })?;
    let nearness = if straight {
        Nearness::Straight
    } else {
        Nearness::Driving
    };
    let view = neighbours(&houses, &pack, patient, count, nearness, &outlook)?;
    desk.out.show(&view, |page| {
        for near in &view.neighbours {
            one(page, near);
        }
        let unplaced = view.unplaced;
        if unplaced > 0 {
            page.say(
                format!("⚠ {unplaced} 人は場所か道が分かりません"),
                format!("⚠ {unplaced} others have no known place or road"),
            );
        }
        let own = precision_words(page, Some(view.precision));
        if !own.is_empty() {
            page.say(
                format!("この患者さんの家は{own}"),
                format!("this house:{own}"),
            );
        }
    });
    Ok(DONE)
}

fn one(page: &mut Page, near: &NeighbourView) {
    let NeighbourView {
        id: _,
        no,
        name,
        area,
        at: _,
        precision,
        straight_m,
        duration_s,
        distance_m,
    } = near;
    let place = precision_words(page, Some(precision));
    let metres = distance_m.unwrap_or(*straight_m);
    let minutes = duration_s.map_or_else(String::new, |seconds| {
        let minutes = (seconds + 30) / 60;
        format!("  {minutes} {}", page.lang.pick("分", "min"))
    });
    page.line(format!(
        "{no:>4}  {name}  {area}  {metres} m{minutes}{place}"
    ));
}

/// What is said beside a house that nobody has pinned.
fn precision_words(page: &Page, precision: Option<&str>) -> &'static str {
    let (ja, en) = match precision {
        Some("house") => ("", ""),
        Some("town") => ("  (大字の中心)", "  (centre of the town)"),
        Some(_) => ("  (市町村の中心)", "  (centre of the municipality)"),
        None => ("  (場所不明)", "  (no place)"),
    };
    page.lang.pick(ja, en)
}
