//! `cargo xtask`: the checks of this repository, each a layer with its minutes and its result.
//!
//! It promises that a layer which could not run is named with the reason, never passed over in
//! silence, and that `--all` makes such a skip a failure. It depends on little, because it is
//! built before everything else.

mod bench_log;
mod bench_map;
mod bindings;
mod calendar;
mod cpu;
mod debian;
mod demo;
mod deny;
mod faketime;
mod kotlin;
mod layer;
mod lint;
mod node;
mod peers;
mod phones;
mod python;
mod release;
mod repository;
mod shell;
mod swift;
mod tests;

use std::process::ExitCode;

use layer::Layers;
use repository::Repository;

/// The commands that take arguments of their own.
const BENCH_MAP: &str = "bench-map";
const BENCH_LOG: &str = "bench-log";

const USAGE: &str = "\
usage: cargo xtask COMMAND [--all]

  test        every test: the demo twice with one seed, the map read by others, Kotlin and Swift on
              the phone's library, stories and rules on other days, doc tests, unit and integration
              tests
  lint        format, clippy, documentation, licences and sources of what we depend on
  check       lint, then test
  bindings    the phone's library, and its Kotlin and Swift sides, into the target folder
  phones      the core as phones need it: type-checked for Android and iOS, tested on arm64
  test-kotlin bindings, then Android's code below the screens, on this machine's JVM
  test-swift  KabanKit on Linux against the phone's library: tests, scenarios, lint
  test-peers  tiles and style of the map, read by programs that others wrote
  calendar    stories and rules a week, a year and ten years on, on 29 February, in another zone
  bench-map   the map beside Valhalla, VROOM and fast_paths; --help shows what it takes
  bench-log   the record log under many hands; --quick leaves the large sizes out
  demo-check  the release demo with two equal seeds, plain and over real data

  --all       a layer that had to be skipped is a failure";

fn main() -> ExitCode {
    let mut all = false;
    let mut commands: Vec<String> = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // What follows is the benchmark's own.
            _ if commands.first().is_some_and(|first| takes_arguments(first)) => {
                commands.push(argument);
            }
            "--all" => all = true,
            "-h" | "--help" | "help" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            _ => commands.push(argument),
        }
    }
    let repository = match Repository::find() {
        Ok(repository) => repository,
        Err(error) => return refuse(&error),
    };
    let mut layers = Layers::new(all);
    let Some((command, rest)) = commands.split_first() else {
        return refuse(USAGE);
    };
    if !rest.is_empty() && !takes_arguments(command) {
        return refuse(USAGE);
    }
    match command.as_str() {
        "test" => tests::run(&repository, &mut layers),
        "lint" => lint::run(&repository, &mut layers),
        "check" => {
            lint::run(&repository, &mut layers);
            tests::run(&repository, &mut layers);
        }
        "bindings" => {
            release::run(&repository, &mut layers);
            bindings::run(&repository, &mut layers);
        }
        "phones" => phones::run(&repository, &mut layers),
        "test-kotlin" => {
            release::run(&repository, &mut layers);
            bindings::run(&repository, &mut layers);
            kotlin::run(&repository, &mut layers);
        }
        "test-swift" => {
            release::run(&repository, &mut layers);
            bindings::run(&repository, &mut layers);
            swift::run(&repository, &mut layers);
        }
        "test-peers" => {
            release::run(&repository, &mut layers);
            peers::run(&repository, &mut layers);
        }
        "calendar" => calendar::run(&repository, &mut layers),
        BENCH_LOG => bench_log::run(&repository, &mut layers, rest),
        BENCH_MAP => bench_map::run(&repository, &mut layers, rest),
        "demo-check" => {
            release::run(&repository, &mut layers);
            demo::run(&repository, &mut layers);
        }
        other => return refuse(&format!("no such command: {other}\n\n{USAGE}")),
    }
    layers.finish()
}

fn takes_arguments(command: &str) -> bool {
    command == BENCH_MAP || command == BENCH_LOG
}

fn refuse(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::from(2)
}
