//! `cargo xtask calendar`: the stories and the rules, on other days and in another time zone.
//!
//! A test that knows the day on which it was written passes on that day. The programs of the tests
//! are those of the layer "unit and integration": nothing is built for this.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::faketime::{Faketime, OtherDay};
use crate::layer::{Layers, Outcome};
use crate::repository::Repository;
use crate::shell::{output_of, run_counting_tests};

/// What is built for `cargo test`, for all who run it.
pub const TESTS: [&str; 4] = ["--workspace", "--lib", "--bins", "--tests"];

/// Whose tests know of days, and which of them are left out: what looks at the source alone, and
/// the properties of many devices, which take half a minute and have clocks of their own.
const ON_EACH_DAY: [(&str, &[&str]); 4] = [
    ("kaban-model", &[]),
    ("kaban-app", &[]),
    ("kaban-relay", &[]),
    (
        "kaban-tests",
        &["architecture::", "convergence::", "map_by_relay::"],
    ),
];
/// Programs that ask the clock of the machine, each a process; it takes a minute.
const ON_THE_FARTHEST: (&str, &[&str]) = ("kaban-cli", &[]);

/// Fewer tests on a day than this, and they are not those that are meant.
const TESTS_MIN: usize = 300;

/// The program of some tests.
struct Program {
    package: String,
    file: PathBuf,
    folder: PathBuf,
}

/// Runs the layers.
pub fn run(repository: &Repository, layers: &mut Layers) {
    let mut built = Ok(Vec::new());
    layers.run("test build", || {
        built = programs(repository);
        match &built {
            Ok(programs) => Outcome::Passed(format!("{} programs", programs.len())),
            Err(why) => Outcome::Failed(why.clone()),
        }
    });
    layers.run("calendar", || match (&built, Faketime::find_or_install()) {
        (Err(_), _) => Outcome::Skipped("no tests, see above".to_owned()),
        (_, Err(why)) => Outcome::Skipped(why),
        (Ok(programs), Ok(faketime)) => on_all_days(repository, &faketime, programs),
    });
}

fn on_all_days(repository: &Repository, faketime: &Faketime, programs: &[Program]) -> Outcome {
    let mut told = Vec::new();
    for day in OtherDay::all() {
        let mut passed = 0;
        let farthest = (day == OtherDay::FARTHEST).then_some(ON_THE_FARTHEST);
        for (package, left_out) in ON_EACH_DAY.into_iter().chain(farthest) {
            for program in programs.iter().filter(|program| program.package == package) {
                eprintln!("\n{}: {package}", day.name);
                let mut tests = repository.at_home(Command::new(&program.file));
                tests.current_dir(&program.folder).arg("--quiet");
                tests.args(left_out.iter().flat_map(|name| ["--skip", name]));
                match run_counting_tests(faketime.put(&mut tests, day)) {
                    (Outcome::Passed(_), count) => passed += count,
                    (_, _) => return Outcome::Failed(format!("{package}, {}", day.name)),
                }
            }
        }
        if passed < TESTS_MIN {
            return Outcome::Failed(format!("only {passed} tests ran, {}", day.name));
        }
        told.push(format!("{} {passed}", day.name));
    }
    Outcome::Passed(format!("tests: {}", told.join(", ")))
}

/// Builds the tests; gives the programs.
fn programs(repository: &Repository) -> Result<Vec<Program>, String> {
    let said = output_of(
        repository
            .cargo()
            .args([
                "test",
                "--no-run",
                "--message-format",
                "json-render-diagnostics",
            ])
            .args(TESTS),
    )?;
    Ok(said.lines().filter_map(program_in).collect())
}

/// A line of cargo about a program of tests.
fn program_in(line: &str) -> Option<Program> {
    let artifact: Value = serde_json::from_str(line).ok()?;
    if artifact["profile"]["test"] != Value::Bool(true) {
        return None;
    }
    let folder = PathBuf::from(artifact["manifest_path"].as_str()?)
        .parent()?
        .to_owned();
    let name = folder.file_name()?.to_str()?;
    Some(Program {
        // The folder of a crate has its name, but for the tests that span crates.
        package: if name == "tests" { "kaban-tests" } else { name }.to_owned(),
        file: artifact["executable"].as_str()?.into(),
        folder,
    })
}

#[cfg(test)]
mod tests {
    use super::program_in;
    use serde_json::json;

    #[test]
    fn a_program_of_tests_is_told_from_what_else_cargo_builds() {
        let line = |test: bool, executable: Option<&str>| {
            json!({"reason": "compiler-artifact", "manifest_path": "/a/tests/Cargo.toml",
                "profile": {"test": test}, "executable": executable})
            .to_string()
        };
        let found = program_in(&line(true, Some("/t/integration-1"))).expect("it is one");
        assert_eq!(found.package, "kaban-tests");
        assert!(found.folder.ends_with("tests") && found.file.ends_with("integration-1"));
        assert!(program_in(&line(false, Some("/t/kaban"))).is_none());
        assert!(program_in(&line(true, None)).is_none());
        assert!(program_in("not JSON").is_none());
    }
}
