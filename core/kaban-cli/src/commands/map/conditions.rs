//! What the roads are like: from the options of a route, and from the closures the bag knows.
//!
//! Whenever a bag is open, the closures in force of its association count, and the answer says which; a
//! command that needs no bag opens none for them, unless `--closures bag` asks for it.

use std::io::Read;
use std::path::Path;

use chrono::{DateTime, Datelike, FixedOffset, Timelike, Utc};
use kaban_app::{Bag, Result, Travel};
use kaban_atlas::Conditions;
use kaban_atlas::conditions::{Closure, LocalTime, Season};
use kaban_atlas::pack::Pack;
use kaban_model::duty::jst;
use serde_json::{Map, Value, json};

use super::open;
use super::place::Patients;
use crate::args::ConditionArgs;
use crate::output::{Page, bad_input};
use crate::times::{self, Edge};

/// Largest file of closures, bytes.
const CLOSURES_BYTES_MAX: u64 = 4 << 20;

/// In place of a file of closures: those of the bag.
const BAG: &str = "bag";

/// The roads as they are, and what the answer says of the bag's closures.
pub struct Roads {
    /// What the search is told.
    pub conditions: Conditions,
    bag: BagClosures,
}

/// What became of the bag's closures.
enum BagClosures {
    /// No bag was opened.
    NoBag,
    /// `--no-closures`.
    Ignored,
    /// They count, but for those that are too large or too many for the map.
    Counted { left_out: Vec<String> },
}

impl Roads {
    /// The options alone, if no bag is open; else with the closures in force that the bag knows.
    pub fn of(patients: &mut Patients<'_>, pack: &Pack, args: &ConditionArgs) -> Result<Self> {
        let mut conditions = conditions(pack, args)?;
        if args.closures.iter().any(|from| from.as_os_str() == BAG) {
            if args.no_closures {
                return Err(bad_input(
                    "--closures bag and --no-closures: one of them, not both",
                ));
            }
            patients.open_bag()?;
        }
        let bag = match patients.opened() {
            None => BagClosures::NoBag,
            Some(_) if args.no_closures => BagClosures::Ignored,
            Some(bag) => BagClosures::Counted {
                left_out: add_closures(&mut conditions, bag, args)?,
            },
        };
        Ok(Self { conditions, bag })
    }

    /// Ids of the closures that were counted and of those that could not be, for the answer.
    pub fn note(&self, answer: &mut Map<String, Value>) {
        let (left_out, ignored): (&[String], bool) = match &self.bag {
            BagClosures::NoBag => return,
            BagClosures::Ignored => (&[], true),
            BagClosures::Counted { left_out } => (left_out, false),
        };
        let counted = self.conditions.closures.iter().map(|closure| &closure.id);
        answer.insert(
            "closures_counted".to_owned(),
            json!(counted.collect::<Vec<_>>()),
        );
        answer.insert("left_out".to_owned(), json!(left_out));
        answer.insert("bag_closures_ignored".to_owned(), json!(ignored));
    }

    /// The same for a person.
    pub fn tell(&self, page: &mut Page) {
        match &self.bag {
            BagClosures::NoBag => {}
            BagClosures::Ignored => page.say(
                "⚠ カバンの通行止めは数えていません(--no-closures)",
                "⚠ the bag's closures are not counted (--no-closures)",
            ),
            BagClosures::Counted { left_out } => {
                let counted = &self.conditions.closures;
                if !counted.is_empty() {
                    let (count, ids) = (counted.len(), short(counted.iter().map(|c| &c.id)));
                    page.say(
                        format!("通行止め {count} 件を数えています: {ids}"),
                        format!("{count} closures are counted: {ids}"),
                    );
                }
                if !left_out.is_empty() {
                    let (count, ids) = (left_out.len(), short(left_out.iter()));
                    page.say(
                        format!("⚠ 通行止め {count} 件は大きすぎるか多すぎて避けていません: {ids}"),
                        format!("⚠ {count} closures are too large or too many to be driven around: {ids}"),
                    );
                }
            }
        }
    }
}

/// The beginnings of ids, by which `kaban closure lift` knows them.
fn short<'i>(ids: impl Iterator<Item = &'i String>) -> String {
    let short = ids.map(|id| id.chars().take(8).collect::<String>());
    short.collect::<Vec<_>>().join(", ")
}

/// Adds the bag's closures; gives the ids of those that will not do, or are too many beside those of a file.
fn add_closures(
    conditions: &mut Conditions,
    bag: &mut Bag,
    args: &ConditionArgs,
) -> Result<Vec<String>> {
    let travel = Travel {
        at: instant(args)?,
        ..Travel::default()
    };
    let known = bag.roads_at(&travel)?;
    let mut left_out = known.left_out;
    let typed = conditions.closures.len();
    conditions.closures.extend(known.conditions.closures);
    while conditions.closures.len() > typed && conditions.check().is_err() {
        left_out.extend(conditions.closures.pop().map(|closure| closure.id));
    }
    Ok(left_out)
}

fn instant(args: &ConditionArgs) -> Result<Option<DateTime<FixedOffset>>> {
    let now: DateTime<FixedOffset> = Utc::now().into();
    let read = |text| times::read(text, Edge::Start, now);
    args.at.as_deref().map(read).transpose()
}

/// The conditions the options name, checked.
fn conditions(pack: &Pack, args: &ConditionArgs) -> Result<Conditions> {
    let at = instant(args)?.map(|at| local(pack, at)).transpose()?;
    let files = args.closures.iter().filter(|from| from.as_os_str() != BAG);
    let closures = files
        .map(|file| closures(file))
        .collect::<Result<Vec<_>>>()?
        .concat();
    let conditions = Conditions {
        at: at.map(|at| at.on_holiday(args.holiday)),
        season: match args.season.as_str() {
            "winter" => Season::Winter,
            "summer" => Season::Summer,
            _ => Season::Auto,
        },
        night: args.night.then_some(true),
        closures,
    };
    conditions
        .check()
        .map_err(|error| bad_input(error.to_string()))?;
    Ok(conditions)
}

/// The clock on the wall: Japan's in Japan, elsewhere as it was written.
fn local(pack: &Pack, at: DateTime<FixedOffset>) -> Result<LocalTime> {
    let at = if pack.meta().country.as_deref() == Some("JP") {
        at.with_timezone(&jst())
    } else {
        at
    };
    // Months, days and minutes are small by their nature.
    let (month, day) = (at.month() as u8, at.day() as u8);
    let minute = (at.hour() * 60 + at.minute()) as u16;
    LocalTime::new(at.year(), month, day, minute)
        .ok_or_else(|| bad_input("a time of travel lies between the years 1900 and 9999"))
}

fn closures(path: &Path) -> Result<Vec<Closure>> {
    let mut text = String::new();
    let read = open(path)?
        .take(CLOSURES_BYTES_MAX + 1)
        .read_to_string(&mut text);
    read.map_err(|error| bad_input(format!("cannot read {}: {error}", path.display())))?;
    if text.len() as u64 > CLOSURES_BYTES_MAX {
        return Err(bad_input(format!(
            "{} is larger than {CLOSURES_BYTES_MAX} bytes",
            path.display()
        )));
    }
    serde_json::from_str(&text).map_err(|error| {
        bad_input(format!(
            "{} line {} is no list of closures: [{{\"id\": …, \"shape\": {{\"circle\" | \"line\" | \"roads\": …}}}}]",
            path.display(),
            error.line()
        ))
    })
}
