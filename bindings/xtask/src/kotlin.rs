//! `cargo xtask test-kotlin`: Android's code below the screens, on this machine's JVM, against the
//! library that `cargo xtask bindings` made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bindings::{Bindings, stories};
use crate::debian::{self, runs};
use crate::layer::{Layers, Outcome};
use crate::repository::Repository;
use crate::shell::run_keeping_the_output;

/// How Maven names what it could not get from its repositories.
const NOT_RESOLVED: [&str; 3] = [
    "could not be resolved",
    "Could not resolve dependencies",
    "Non-resolvable",
];

/// Runs the layer.
pub fn run(repository: &Repository, layers: &mut Layers) {
    layers.run("kotlin", || match have_maven() {
        Err(why) => Outcome::Failed(why),
        Ok(()) => test(repository),
    });
}

fn have_maven() -> Result<(), String> {
    let there =
        || runs(Command::new("java").arg("-version")) && runs(Command::new("mvn").arg("-v"));
    if there() {
        return Ok(());
    }
    debian::install(&["maven", "openjdk-17-jdk-headless"])?;
    if there() {
        Ok(())
    } else {
        Err("mvn does not run, although maven and a JDK are installed".to_owned())
    }
}

fn test(repository: &Repository) -> Outcome {
    let android = repository.root.join("android");
    let reports = android.join("core/target/surefire-reports");
    // What an earlier run left must not be counted.
    if reports.exists() && fs::remove_dir_all(&reports).is_err() {
        return Outcome::Failed(format!("cannot empty {}", reports.display()));
    }
    let bindings = Bindings::of(repository);
    let property = |name: &str, folder: &Path| format!("-D{name}={}", folder.display());
    let (ended, said) = run_keeping_the_output(
        Command::new("mvn")
            .args(["--batch-mode", "--no-transfer-progress", "--file"])
            .arg(android.join("pom.xml"))
            .arg("test")
            .arg(property("native.dir", &bindings.library))
            .arg(property("bindings.dir", &bindings.kotlin))
            .arg(property("stage.program", &bindings.stage)),
    );
    match ended {
        Outcome::Passed(_) => counted(&reports, stories(repository)),
        Outcome::Failed(why) => match not_resolved(&said) {
            Some(line) => Outcome::Skipped(line.to_owned()),
            None => Outcome::Failed(why),
        },
        Outcome::Skipped(why) => Outcome::Skipped(why),
    }
}

/// Maven's line about what it could not get, if that is why it failed.
fn not_resolved(said: &str) -> Option<&str> {
    let errors = said.lines().filter(|line| line.starts_with("[ERROR]"));
    errors
        .into_iter()
        .find(|line| NOT_RESOLVED.iter().any(|named| line.contains(named)))
}

/// Holds the number of stories told against the number of files.
fn counted(reports: &Path, files: usize) -> Outcome {
    let Some(tests) = tests_in(reports, "") else {
        return Outcome::Failed("Surefire left no report".to_owned());
    };
    let told = tests_in(reports, "ScenarioTest.xml").unwrap_or(0);
    if told == files as u64 && files > 0 {
        Outcome::Passed(format!("{tests} tests, {told} scenarios of {files}"))
    } else {
        Outcome::Failed(format!("{told} scenarios ran, there are {files} files"))
    }
}

/// Tests that ran, by the reports whose names end so; nothing without any report.
fn tests_in(reports: &Path, name_end: &str) -> Option<u64> {
    let files = files_in(reports).into_iter().filter(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("TEST-") && name.ends_with(".xml") && name.ends_with(name_end)
    });
    let counts = files.map(|file| ran(&fs::read_to_string(file).unwrap_or_default()));
    counts.reduce(|all, more| Some(all? + more?))?
}

/// Tests that a report says ran: those of the suite without those that were skipped.
fn ran(report: &str) -> Option<u64> {
    let suite = &report[report.find("<testsuite ")?..];
    let suite = &suite[..suite.find('>')?];
    let number = |name: &str| {
        let value = suite.split_once(&format!(" {name}=\""))?.1;
        value.split_once('"')?.0.parse::<u64>().ok()
    };
    number("tests")?.checked_sub(number("skipped")?)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::{not_resolved, ran};

    #[test]
    fn a_report_tells_what_ran_without_what_was_skipped() {
        let report = "<?xml version=\"1.0\"?>\n<testsuite xmlns:xsi=\"x\" name=\"a\" time=\"1.5\" \
                      tests=\"15\" errors=\"0\" skipped=\"2\" failures=\"0\">\n<testcase tests=\"9\"/>";
        assert_eq!(ran(report), Some(13));
        assert_eq!(ran("<testsuite name=\"a\">"), None);
        assert_eq!(ran(""), None);
    }

    #[test]
    fn only_what_maven_could_not_get_is_told_from_a_test_that_failed() {
        let failed = "[INFO] Tests run: 3\n[ERROR] There are test failures.";
        assert_eq!(not_resolved(failed), None);
        let missing =
            "[INFO] x\n[ERROR] Failed to execute goal: Could not resolve dependencies for a";
        assert!(not_resolved(missing).is_some_and(|line| line.contains("dependencies for a")));
    }
}
