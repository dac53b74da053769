//! The demo as a test: equal seeds tell equal stories, the second of them ten years on and in
//! another time zone, and every promise it prints was kept.
//!
//! Times and peak memory are printed, not judged: another machine is not a defect.

mod same;
mod story;

use std::path::Path;
use std::process::Command;

use crate::faketime::{Faketime, OtherDay};
use crate::layer::{Layers, Outcome};
use crate::repository::Repository;
use story::Story;

const SEED: &str = "20261117";

/// The real files the demo is told over: whole, and read in a few seconds.
const OSM: &str = "osm/liechtenstein.osm.pbf";
const FHIR: &str = "fhir/synthea-r4-2019";
/// How many patients that folder has: a demo that took in fewer has not looked at them.
const IMPORTED_MIN: u64 = 10;

/// Tells the story twice, plain and over real data; [`crate::release::run`] has run before.
pub fn run(repository: &Repository, layers: &mut Layers) {
    let program = repository.target.join("release/kaban");
    // The layer "calendar" says when there is none; then both stories are told today.
    let faketime = Faketime::find_or_install().ok();
    let faketime = faketime.as_ref();
    layers.run("demo", || twice(&program, faketime, &[], 0));
    let Some(data) = &repository.data else {
        let why = "no ../shared/data: the demo over real files".to_owned();
        return layers.run("demo, real data", || Outcome::Skipped(why));
    };
    layers.run("demo, real data", || {
        let (osm, fhir) = (data.join(OSM), data.join(FHIR));
        twice(
            &program,
            faketime,
            &[("--osm", &osm), ("--fhir", &fhir)],
            IMPORTED_MIN,
        )
    });
}

fn twice(
    program: &Path,
    faketime: Option<&Faketime>,
    files: &[(&str, &Path)],
    imported_min: u64,
) -> Outcome {
    let later = |command: &mut Command| {
        if let Some(faketime) = faketime {
            faketime.put(command, OtherDay::FARTHEST);
        }
    };
    match (
        Story::tell(program, SEED, files, |_| ()),
        Story::tell(program, SEED, files, later),
    ) {
        (Ok(first), Ok(_)) if first.imported() < imported_min => Outcome::Failed(format!(
            "{} patients were taken in, there are {imported_min}",
            first.imported()
        )),
        (Ok(first), Ok(second)) => compare(&first, &second),
        (Err(why), _) | (_, Err(why)) => Outcome::Failed(why),
    }
}

fn compare(first: &Story, second: &Story) -> Outcome {
    let difference = same::difference(&first.json, &second.json);
    if let Some(difference) = difference {
        return Outcome::Failed(format!("two runs with one seed differ: {difference}"));
    }
    let mut files = first.files.iter().zip(&second.files);
    if let Some((one, _)) = files.find(|(one, other)| one != other) {
        return Outcome::Failed(format!("two runs with one seed differ: {}", one.0));
    }
    match first.broken_promises() {
        Ok(0) => Outcome::Passed(format!("{}, {}", first.cost(), second.cost())),
        Ok(broken) => Outcome::Failed(format!("{broken} promises broken")),
        Err(why) => Outcome::Failed(why),
    }
}
