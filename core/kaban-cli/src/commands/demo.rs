//! The whole story.

use crate::args::DemoArgs;
use crate::demo::{self, Options};
use crate::desk::{DONE, Desk, Done};

/// Exit code when a promise was broken.
const BROKEN: u8 = 1;

/// `kaban demo`: 0 only if every promise it prints was checked and held.
pub fn run(desk: &Desk, args: DemoArgs) -> Done {
    let DemoArgs {
        seed,
        out,
        osm,
        fhir,
        weeks,
        devices,
    } = args;
    let ja = desk.out.lang.is_ja();
    let held = demo::run(&Options {
        seed,
        out,
        osm,
        fhir,
        weeks,
        devices,
        ja,
        json: desk.out.json,
    })?;
    Ok(if held { DONE } else { BROKEN })
}
