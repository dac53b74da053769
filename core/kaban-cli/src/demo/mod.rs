//! `kaban demo`: a week of duty in a practice district with invented people, told as it happens,
//! every promise checked and counted.
//!
//! It plays with real parts: one encrypted store a device, the relay over HTTP on this machine,
//! sealed files from hand to hand. What is not real says so: keys and ids come from the seed, so
//! that the same seed gives the same story, and a passphrase guess costs the least the store
//! allows. Nothing of it may ever hold a patient.

mod acts;
mod chance;
mod district;
mod everywhere;
mod evidence;
mod forensics;
mod ledger;
mod link;
mod looked;
mod patients;
mod people;
mod pictures;
mod promises;
mod report;
mod roster;
mod saving;
mod scenery;
mod sight;
mod story;
mod words;
mod world;

use std::path::{Path, PathBuf};
use std::time::Instant;

use kaban_app::AppError;

use report::Tell;
use story::{Story, ms};

/// Fewest devices: an office, twelve doctors, two nurses, a hospital.
pub const DEVICES_MIN: usize = 16;
/// Most devices one machine plays.
pub const DEVICES_MAX: usize = 200;
/// Most weeks.
pub const WEEKS_MAX: u32 = 520;

/// What the story is told with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The same seed gives the same story.
    pub seed: u64,
    /// Where `demo.json`, the maps for paper, the roster's calendar and the audit logs go.
    pub out: Option<PathBuf>,
    /// A map of a real place for the houses.
    pub osm: Option<PathBuf>,
    /// FHIR files or folders whose patients are registered first.
    pub fhir: Option<PathBuf>,
    /// How many weeks of duty.
    pub weeks: u32,
    /// How many devices.
    pub devices: usize,
    /// Japanese, else English.
    pub ja: bool,
    /// Print `demo.json` alone.
    pub json: bool,
}

/// Tells the story; gives whether every promise held.
///
/// # Errors
/// A file that cannot be read, a full disk, or a step that failed: then the story has no end,
/// and no promise counts.
pub fn run(options: &Options) -> Result<bool, AppError> {
    let tell = Tell {
        ja: options.ja,
        quiet: options.json,
    };
    check(options)?;
    if let Some(out) = &options.out {
        std::fs::create_dir_all(out).map_err(world::disk)?;
    }
    let began = Instant::now();
    tell.line(&tell.pick(
        "練習用の地区です。登場する人はすべて架空で、鍵は種(--seed)から作ります。本物の患者には使えません。",
        "A practice district: everybody in it is invented, and keys come from the seed. Never for a real patient.",
    ));
    let mut story = Story::begin(options, tell)?;
    acts::found::play(&mut story)?;
    acts::register::play(&mut story)?;
    acts::map::play(&mut story)?;
    for week in 0..options.weeks {
        acts::night::play(&mut story, week)?;
        acts::reconnect::play(&mut story)?;
        acts::handover::play(&mut story, week)?;
    }
    if let Some(out) = &options.out {
        pictures::write(&mut story, out)?;
    }
    acts::proof::play(&mut story)?;
    story.promises.figure("total_ms", ms(began));
    story.promises.table(tell);
    let result = story.promises.to_json(options.seed);
    if let Some(out) = &options.out {
        write(out, "demo.json", &format!("{result:#}\n"))?;
        write(out, "roster.ics", &roster::calendar(&story)?)?;
        tell.line(&tell.pick(
            format!("記録: {}", out.display()),
            format!("records: {}", out.display()),
        ));
    }
    if tell.quiet {
        println!("{result:#}");
    }
    Ok(story.promises.all_held())
}

fn check(options: &Options) -> Result<(), AppError> {
    let bad = |detail: String| AppError::new(kaban_app::Kind::BadInput, detail);
    if !(DEVICES_MIN..=DEVICES_MAX).contains(&options.devices) {
        return Err(bad(format!(
            "--devices is a number from {DEVICES_MIN} to {DEVICES_MAX}"
        )));
    }
    if !(1..=WEEKS_MAX).contains(&options.weeks) {
        return Err(bad(format!("--weeks is a number from 1 to {WEEKS_MAX}")));
    }
    Ok(())
}

fn write(out: &Path, name: &str, text: &str) -> Result<(), AppError> {
    std::fs::write(out.join(name), text).map_err(world::disk)
}
