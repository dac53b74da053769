//! `cargo xtask test`: every test there is. The unit and integration tests run last, so that the
//! output ends in the summary lines of the test runner itself.

use std::process::Command;

use crate::bindings;
use crate::calendar::{self, TESTS};
use crate::debian::{self, runs};
use crate::demo;
use crate::kotlin;
use crate::layer::{Begun, Layers, Outcome, Took};
use crate::peers;
use crate::release;
use crate::repository::Repository;
use crate::shell::{outcome_of, run_holding_the_last_summary};
use crate::swift;

/// Runs the layers of `test`.
pub fn run(repository: &Repository, layers: &mut Layers) {
    layers.run("C compiler", have_a_c_compiler);
    layers.add("real data", Took::default(), real_data(repository));
    layers.run("sources", || sources(repository));
    release::run(repository, layers);
    demo::run(repository, layers);
    peers::run(repository, layers);
    bindings::run(repository, layers);
    kotlin::run(repository, layers);
    swift::run(repository, layers);
    calendar::run(repository, layers);
    layers.run("doc tests", || {
        outcome_of(
            repository
                .cargo()
                .args(["test", "--workspace", "--doc", "--no-fail-fast"]),
        )
    });
    eprintln!("\n== unit and integration");
    let begun = Begun::now();
    let (outcome, summary) = run_holding_the_last_summary(
        repository
            .cargo()
            .args(["test", "--no-fail-fast"])
            .args(TESTS),
    );
    layers.add("unit+integration", begun.took(), outcome);
    layers.show();
    println!("{}", summary.trim_end());
}

/// The tests over real FHIR files and map extracts are part of the crates' own tests and pass by
/// when the folder is not there; this says so by name.
fn real_data(repository: &Repository) -> Outcome {
    match &repository.data {
        Some(_) => Outcome::Passed("tests over real files run within the layers below".to_owned()),
        None => Outcome::Skipped(
            "no ../shared/data and no KABAN_TEST_DATA: tests over real FHIR files and \
             OpenStreetMap extracts pass without looking at any"
                .to_owned(),
        ),
    }
}

/// Fetches what any target needs: a test asks cargo who depends on whom, and lets it ask nobody.
fn sources(repository: &Repository) -> Outcome {
    outcome_of(repository.cargo().args(["fetch", "--locked", "--quiet"]))
}

/// SQLite and ring are built from C. As root the compiler is installed; otherwise the line to
/// type is named, in place of a page of a build script's output.
fn have_a_c_compiler() -> Outcome {
    let program = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    if runs(Command::new(&program).arg("--version")) {
        return Outcome::Passed(String::new());
    }
    match debian::install(&["gcc", "libc6-dev"]) {
        Err(why) => Outcome::Failed(format!("{program} does not run: {why}")),
        Ok(()) if runs(Command::new(&program).arg("--version")) => {
            Outcome::Passed("installed gcc".to_owned())
        }
        Ok(()) => Outcome::Failed(format!("{program} does not run, although gcc is installed")),
    }
}
