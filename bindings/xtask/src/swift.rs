//! `cargo xtask test-swift`: KabanKit, compiled and tested on Linux against the library that the phone gets.
//!
//! The toolchain is a layer of its own, because unpacking it takes minutes once for each target folder.

use std::process::{Command, Stdio};

use crate::bindings::{Bindings, stories};
use crate::debian;
use crate::layer::{Layers, Outcome};
use crate::repository::Repository;
use crate::shell::{outcome_of, run_keeping_the_output};

/// The least major version of a host's own Swift.
const SWIFT_MAJOR_MIN: u32 = 6;

/// Runs the two layers; [`crate::bindings::run`] has run before.
pub fn run(repository: &Repository, layers: &mut Layers) {
    let mut ready = true;
    layers.run("swift toolchain", || {
        let outcome = toolchain(repository);
        ready = matches!(outcome, Outcome::Passed(_));
        outcome
    });
    layers.run("swift", || {
        if ready {
            test(repository)
        } else {
            Outcome::Skipped("no toolchain, see above".to_owned())
        }
    });
}

fn toolchain(repository: &Repository) -> Outcome {
    if host_has_swift() {
        return Outcome::Passed("the host's".to_owned());
    }
    if !debian::is_root() {
        return Outcome::Skipped(format!(
            "no swift of at least {SWIFT_MAJOR_MIN} on PATH, and not root to unpack Debian's"
        ));
    }
    if !debian::runs(Command::new("unshare").args(["--mount", "true"])) {
        return Outcome::Skipped(format!(
            "no swift of at least {SWIFT_MAJOR_MIN} on PATH, and no mounts are allowed here to use Debian's"
        ));
    }
    if let Err(why) = debian::install(&["mmdebstrap"]) {
        return Outcome::Failed(why);
    }
    outcome_of(&mut script(repository, "toolchain"))
}

fn test(repository: &Repository) -> Outcome {
    let bindings = Bindings::of(repository);
    let mut tests = script(repository, "test");
    tests.env("KABAN_STAGE", &bindings.stage);
    let (outcome, said) = run_keeping_the_output(&mut tests);
    match outcome {
        Outcome::Passed(_) => counted(&said, stories(repository)),
        other => other,
    }
}

fn script(repository: &Repository, command: &str) -> Command {
    let mut script = Command::new(repository.root.join("ios/test-on-linux.sh"));
    script.arg(command).arg(&repository.target);
    script
}

/// What the runner of the tests says it ran: every scenario there is, or the layer fails.
fn counted(said: &str, stories: usize) -> Outcome {
    let Some(tests) = said.lines().find_map(tests_run) else {
        return Outcome::Failed("Swift Testing gave no summary".to_owned());
    };
    let came_true = said.lines().filter(|line| is_story(line)).count();
    if came_true != stories || stories == 0 {
        return Outcome::Failed(format!(
            "{came_true} scenarios came true, tests/scenarios has {stories}"
        ));
    }
    Outcome::Passed(format!("{tests} tests, {came_true} scenarios"))
}

/// The number in `✔ Test run with 42 tests passed after 12.3 seconds.`
fn tests_run(line: &str) -> Option<usize> {
    let (_, rest) = line.split_once("Test run with ")?;
    let (number, rest) = rest.split_once(' ')?;
    rest.contains("passed").then(|| number.parse().ok())?
}

/// A line of `ScenarioTests.swift`.
fn is_story(line: &str) -> bool {
    line.starts_with("scenario ") && line.contains(" came true")
}

fn host_has_swift() -> bool {
    let output = Command::new("swift")
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| is_new_enough(&String::from_utf8_lossy(&output.stdout)))
}

fn is_new_enough(version: &str) -> bool {
    let major = version
        .split_once("Swift version ")
        .and_then(|(_, rest)| rest.split('.').next())
        .and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= SWIFT_MAJOR_MIN)
}

#[cfg(test)]
mod tests {
    use super::{counted, is_new_enough};
    use crate::layer::Outcome;

    const SAID: &str = "\
◇ Test run started.
scenario 01_open_and_lock.json came true, 17 steps
scenario 02_list_and_search.json came true, 13 steps
✔ Test run with 42 tests passed after 12.3 seconds.";

    #[test]
    fn tests_and_scenarios_are_counted() {
        let counted = counted(SAID, 2);
        assert_eq!(counted, Outcome::Passed("42 tests, 2 scenarios".to_owned()));
    }

    #[test]
    fn a_scenario_that_did_not_run_fails_the_layer() {
        assert!(matches!(counted(SAID, 3), Outcome::Failed(_)));
        assert!(matches!(counted("", 0), Outcome::Failed(_)));
    }

    #[test]
    fn a_swift_before_six_is_too_old() {
        assert!(is_new_enough("Swift version 6.0.3 (swift-6.0.3-RELEASE)"));
        assert!(is_new_enough("Apple Swift version 10.1"));
        assert!(!is_new_enough("Swift version 5.10"));
        assert!(!is_new_enough(""));
    }
}
