//! Building a district pack from OpenStreetMap data.
//!
//! One road for all inputs: a PBF file and elements in memory go through the same three passes, so what a test's
//! village shows holds for a prefecture. Equal input gives equal bytes; nothing here reads a clock.

mod access;
mod assemble;
mod components;
mod conditional;
mod country;
mod gather;
mod restrict;
mod rim;
mod speed;
mod traits;
mod waiting;

pub(crate) use assemble::COST_MAX;
pub(crate) use restrict::CHAIN_MAX;

use crate::areas::{Area, Town};
use crate::basemap;
use crate::error::{Error, Result};
use crate::geo::Bounds;
use crate::osm::{Elements, Source};
use crate::pack::{Contents, Counts, FORMAT_VERSION, Meta, NetworkContents, encode};
use crate::pbf::PbfSource;
use crate::tables::{DrivingSide, Profile};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// What the builder is told beside the map data.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    /// Two-letter country code; `None` = guess from where the data lies.
    pub country: Option<String>,
    /// Side of the road; `None` = from the country, or from `driving_side` tags.
    pub driving_side: Option<DrivingSide>,
    /// Store OpenStreetMap node ids, so that places can be named by them (about 12 bytes per node of a road).
    pub with_node_ids: bool,
    /// Include footways, paths and stairs as a network of their own, about one and a half times the size of the car's.
    /// Without it people on foot are led along the roads.
    pub with_foot: bool,
    /// The map below routes and pins.
    pub base_map: BaseMapSource,
    /// Day of the data as `YYYY-MM-DD`; `None` = the replication time in the PBF header, if any.
    pub data_date: Option<String>,
    /// Former municipalities, see [`crate::areas::read_areas`].
    pub areas: Vec<Area>,
    /// Towns that addresses are found by, with the feature `towns` read by `areas::read_towns`.
    pub towns: Vec<Town>,
}

/// Where the base map comes from.
#[derive(Clone, Debug, Default)]
pub enum BaseMapSource {
    /// There is none.
    #[default]
    None,
    /// It is drawn from the map data, in the schema `kaban-1`.
    Drawn,
    /// The bytes of a ready PMTiles archive, such as planetiler or tilemaker write.
    Ready(Vec<u8>),
}

/// What the builder is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// First pass: turn restrictions.
    Relations,
    /// Second pass: roads.
    Ways,
    /// Third pass: positions.
    Nodes,
    /// Cutting and measuring the roads.
    Assemble,
    /// Passing over the data once more, for the map and the places.
    Survey,
    /// Drawing the tiles, zoom by zoom, and writing.
    Tiles,
}

/// A sign of life for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Bytes of the input passed in this stage; of [`Stage::Tiles`] the zooms.
    pub done: u64,
    /// Bytes of the input, or all zooms.
    pub total: u64,
}

/// What came of a build.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildReport {
    /// What the pack says about itself, as `map info` shows it.
    pub meta: Meta,
    /// Length of the pack in bytes.
    pub bytes: usize,
}

/// A finished pack.
#[derive(Debug)]
pub struct Built {
    /// The pack file.
    pub pack: Vec<u8>,
    /// What is in it.
    pub report: BuildReport,
}

/// Builds a pack from an OpenStreetMap PBF.
///
/// # Errors
/// [`Error::EmptyInput`], [`Error::NotPbf`], [`Error::BadPbf`], [`Error::UnsupportedPbf`] for bytes that are no sound PBF,
/// [`Error::NoRoads`] when nothing in it can be driven on, [`Error::TooLarge`] beyond the written bounds,
/// [`Error::BadCountry`] for a code that is none, [`Error::BadBaseMap`] and [`Error::UnknownSchema`] for a ready base map
/// that cannot be used, [`Error::Read`] when reading fails.
pub fn build_pack<R: Read + Seek>(
    pbf: R,
    options: &BuildOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Built> {
    let teller = Teller::new(progress);
    let mut tell = |done: u64, total: u64| teller.pass(done, total);
    let mut source = PbfSource::open(pbf, &mut tell)?;
    let data_date = options
        .data_date
        .clone()
        .or_else(|| source.data_seconds.and_then(civil_date));
    build(&mut source, options, data_date, &teller)
}

/// Builds a pack from elements in memory.
///
/// # Errors
/// [`Error::NoRoads`], [`Error::TooLarge`], [`Error::BadCountry`], [`Error::BadBaseMap`] and [`Error::UnknownSchema`] as
/// [`build_pack`].
pub fn from_elements(elements: &Elements, options: &BuildOptions) -> Result<Built> {
    let mut unheard = |_| {};
    let teller = Teller::new(&mut unheard);
    build(
        &mut { elements },
        options,
        options.data_date.clone(),
        &teller,
    )
}

/// Tells of the passes over the data, and of what happens between them.
struct Teller<'p> {
    progress: RefCell<&'p mut dyn FnMut(Progress)>,
    passes: Cell<usize>,
}

impl<'p> Teller<'p> {
    fn new(progress: &'p mut dyn FnMut(Progress)) -> Self {
        Self {
            progress: RefCell::new(progress),
            passes: Cell::new(0),
        }
    }

    fn tell(&self, stage: Stage, done: u64, total: u64) {
        (self.progress.borrow_mut())(Progress { stage, done, total });
    }

    /// Hears of a pass from its source.
    fn pass(&self, done: u64, total: u64) {
        let stage = match self.passes.get() {
            0 => Stage::Relations,
            1 => Stage::Ways,
            2 => Stage::Nodes,
            _ => Stage::Survey,
        };
        self.tell(stage, done, total);
        if done == total {
            self.passes.set(self.passes.get() + 1);
        }
    }
}

fn build(
    source: &mut dyn Source,
    options: &BuildOptions,
    data_date: Option<String>,
    teller: &Teller<'_>,
) -> Result<Built> {
    if let Some(code) = &options.country {
        country::checked_code(code)?;
    }
    let mut gathered = gather::gather(source, options.with_foot)?;
    let centre = gathered.centre().ok_or(Error::NoRoads)?;
    let [left, right] = gathered.driving_side;
    let region = country::decide(
        options.country.as_deref(),
        options.driving_side,
        [left, right, gathered.ways.len()],
        centre,
    )?;
    let pool = std::mem::take(&mut gathered.names);
    let (names, finished) = finish_names(pool, &gathered);
    teller.tell(Stage::Assemble, 0, 1);
    let car = assemble::assemble(&gathered, Profile::Car, &region, &finished)?;
    let foot = match options.with_foot {
        true => match assemble::assemble(&gathered, Profile::Foot, &region, &finished) {
            Ok(foot) => Some(foot),
            Err(Error::NoRoads) => None,
            Err(error) => return Err(error),
        },
        false => None,
    };
    let mut counts = BTreeMap::from([("car".to_owned(), counts(&car))]);
    if let Some(foot) = &foot {
        counts.insert("foot".to_owned(), self::counts(foot));
    }
    let all_points = car.tables.coords.iter().chain(&car.tables.points).copied();
    let bounds = Bounds::around(all_points).ok_or(Error::NoRoads)?;
    let mut notes = notes(&gathered, &car);
    drop(gathered);
    let mut survey = basemap::survey(source, matches!(options.base_map, BaseMapSource::Drawn))?;
    let places = survey.places();
    let mut tell = |done, total| teller.tell(Stage::Tiles, done, total);
    let drawn = base_map(&options.base_map, survey, data_date.as_deref(), &mut tell)?;
    notes.extend(drawn.notes);
    let base_map = drawn.archive;
    let described = base_map.as_deref().map(basemap::describe).transpose()?;
    let meta = Meta {
        format: FORMAT_VERSION,
        attribution: "© OpenStreetMap contributors, ODbL 1.0".into(),
        data_date,
        country: region.country.clone(),
        driving_side: region.side,
        bounds: bounds.degrees(),
        counts,
        base_map: described,
        notes,
    };
    let with_ids = options.with_node_ids;
    let network = |assembled: assemble::Assembled| NetworkContents {
        tables: assembled.tables,
        node_ids: with_ids.then_some(assembled.node_ids),
    };
    let contents = Contents {
        meta: meta.clone(),
        base_map,
        names,
        places,
        car: network(car),
        foot: foot.map(network),
        areas: options.areas.clone(),
        towns: options.towns.clone(),
    };
    let pack = encode(contents)?;
    let report = BuildReport {
        bytes: pack.len(),
        meta,
    };
    Ok(Built { pack, report })
}

fn base_map(
    wanted: &BaseMapSource,
    survey: basemap::Survey,
    data_date: Option<&str>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<basemap::Drawn> {
    match wanted {
        BaseMapSource::Drawn => survey.draw(data_date, progress),
        BaseMapSource::None => Ok(basemap::Drawn::default()),
        BaseMapSource::Ready(archive) => {
            basemap::check_ready(archive)?;
            Ok(basemap::Drawn {
                archive: Some(archive.clone()),
                notes: Vec::new(),
            })
        }
    }
}

/// Where the names and conditions of gathered things stand among the final ones.
struct FinishedNames {
    /// By the old number of a label.
    labels: Vec<u32>,
    /// By the old number of a string.
    strings: Vec<u32>,
    /// The condition string of each restriction, 0 where it binds always.
    of_restrictions: Vec<u32>,
}

fn finish_names(
    mut pool: gather::NamePool,
    gathered: &gather::Gathered,
) -> (crate::tables::Names, FinishedNames) {
    let numbers: Vec<Option<u32>> = gathered
        .restrictions
        .iter()
        .map(|raw| Some(pool.string(raw.condition.as_deref()?)))
        .collect();
    let (names, labels, strings) = pool.finish();
    let of_restrictions = numbers
        .into_iter()
        .map(|old| old.map_or(0, |old| strings[old as usize]))
        .collect();
    let finished = FinishedNames {
        labels,
        strings,
        of_restrictions,
    };
    (names, finished)
}

fn counts(assembled: &assemble::Assembled) -> Counts {
    let tables = &assembled.tables;
    let main = tables
        .segments
        .iter()
        .filter(|s| s.flags & crate::tables::flag::MAIN_ALL != 0)
        .count();
    Counts {
        junctions: tables.coords.len() as u64,
        segments: tables.segments.len() as u64,
        directed_edges: tables.passable_edges().count() as u64,
        points: tables.points.len() as u64,
        restrictions: assembled.restrictions_used as u64,
        restrictions_conditional: assembled.restrictions_conditional as u64,
        restrictions_unusable: assembled.restrictions_unusable as u64,
        components: components::pieces(tables) as u64,
        main_component_segments: main as u64,
        road_km: tables
            .segments
            .iter()
            .map(|s| u64::from(s.length))
            .sum::<u64>() as f64
            / 10_000.0,
    }
}

/// What a reader of `map info` should know about the data.
fn notes(gathered: &gather::Gathered, car: &assemble::Assembled) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |count: usize, text: &str| {
        if count > 0 {
            notes.push(format!("{count} {text}"));
        }
    };
    note(
        car.restrictions_conditional,
        "turn restrictions hold at some times only: applied when the time of travel is given",
    );
    note(
        car.restrictions_unusable,
        "turn restrictions do not meet the roads here and are left out",
    );
    note(
        gathered.conditional_ways,
        "ways have access, direction or limit by time: applied when the time of travel is given",
    );
    note(
        gathered.not_understood,
        "conditions are not understood: there the sign without a condition counts; PH means the days the caller calls holidays",
    );
    note(
        gathered.missing_nodes,
        "points of roads lie outside the data: those roads end at its edge",
    );
    notes
}

/// `YYYY-MM-DD` (UTC) of seconds since 1970; `None` outside the years 1970 to 9999.
fn civil_date(seconds: i64) -> Option<String> {
    if !(0..253_402_300_800).contains(&seconds) {
        return None;
    }
    // Days to a date by the era of 400 years (H. Hinnant, "chrono-compatible low-level date algorithms").
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::civil_date;

    #[test]
    fn header_seconds_become_a_date() {
        assert_eq!(civil_date(0).as_deref(), Some("1970-01-01"));
        assert_eq!(civil_date(1_725_753_600).as_deref(), Some("2024-09-08"));
        assert_eq!(civil_date(951_782_400).as_deref(), Some("2000-02-29"));
        assert_eq!(civil_date(-1), None);
        assert_eq!(civil_date(i64::MAX), None);
    }
}
