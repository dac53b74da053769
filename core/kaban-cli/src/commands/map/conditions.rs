//! What the roads are like, from the options of a route.

use std::io::Read;
use std::path::Path;

use chrono::{DateTime, Datelike, FixedOffset, Timelike, Utc};
use kaban_app::Result;
use kaban_atlas::Conditions;
use kaban_atlas::conditions::{Closure, LocalTime, Season};
use kaban_atlas::pack::Pack;
use kaban_model::duty::jst;

use super::open;
use crate::args::ConditionArgs;
use crate::output::bad_input;
use crate::times::{self, Edge};

/// Largest file of closures, bytes.
const CLOSURES_BYTES_MAX: u64 = 4 << 20;

/// The conditions the options name, checked.
pub fn conditions(pack: &Pack, args: &ConditionArgs) -> Result<Conditions> {
    let now: DateTime<FixedOffset> = Utc::now().into();
    let at = args
        .at
        .as_deref()
        .map(|text| times::read(text, Edge::Start, now).and_then(|at| local(pack, at)))
        .transpose()?;
    let conditions = Conditions {
        at: at.map(|at| at.on_holiday(args.holiday)),
        season: match args.season.as_str() {
            "winter" => Season::Winter,
            "summer" => Season::Summer,
            _ => Season::Auto,
        },
        night: args.night.then_some(true),
        closures: args
            .closures
            .as_deref()
            .map_or_else(|| Ok(Vec::new()), closures)?,
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
