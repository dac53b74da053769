//! Python for the checks that hold Kaban against programs of other people: an interpreter that is new enough, and an environment
//! in the target folder with exactly what a file of requirements names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::debian::{self, run_quietly, runs};

/// The newest Python that is looked for by name.
const MINOR_MAX: u32 = 14;

/// An interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// The program.
    pub program: PathBuf,
    /// Its version, such as 3.11.
    pub version: (u32, u32),
}

/// The first Python of at least 3.`minor`: `python3`, the ones with their version in the name, the ones that pyenv keeps.
pub fn find(minor: u32) -> Option<Python> {
    let mut candidates = vec![PathBuf::from("python3")];
    candidates.extend((minor..=MINOR_MAX).map(|minor| format!("python3.{minor}").into()));
    candidates.extend(kept_by_pyenv());
    let mut known = candidates.into_iter().filter_map(|program| {
        let version = version_of(&program)?;
        Some(Python { program, version })
    });
    known.find(|python| python.version >= (3, minor) && python.version <= (3, MINOR_MAX))
}

/// The same, after installing Debian's when there is none.
///
/// # Errors
///
/// A sentence that says what is missing.
pub fn find_or_install(minor: u32) -> Result<Python, String> {
    if let Some(python) = find(minor) {
        return Ok(python);
    }
    let wanted = format!("no Python from 3.{minor} to 3.{MINOR_MAX}");
    debian::install(&["python3", "python3-venv"]).map_err(|why| format!("{wanted}: {why}"))?;
    find(minor)
        .ok_or_else(|| format!("{wanted}, neither on PATH nor with pyenv, and Debian's is older"))
}

/// An environment in `folder` with what `requirements` names and nothing else; made anew when either has changed.
///
/// # Errors
///
/// A sentence that says which step failed.
pub fn environment(python: &Python, requirements: &Path, folder: &Path) -> Result<PathBuf, String> {
    let program = folder.join("bin/python");
    let wanted = fs::read_to_string(requirements)
        .map_err(|error| format!("read {}: {error}", requirements.display()))?;
    let (major, minor) = python.version;
    let wanted = format!("# Python {major}.{minor}\n{wanted}");
    let note = folder.join("installed.txt");
    if holds(&note, &wanted) && runs(Command::new(&program).arg("--version")) {
        return Ok(program);
    }
    make(python, folder)?;
    let mut install = Command::new(&program);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
        ])
        // Everything is pinned in the file; nothing is built from source.
        .args(["--no-deps", "--only-binary", ":all:", "--requirement"])
        .arg(requirements);
    run_quietly(&mut install).map_err(|why| format!("pip install: {why}"))?;
    fs::write(&note, wanted).map_err(|error| format!("write {}: {error}", note.display()))?;
    Ok(program)
}

/// Whether what was noted when an environment was complete is what is wanted now.
pub fn holds(note: &Path, wanted: &str) -> bool {
    fs::read_to_string(note).is_ok_and(|noted| noted == wanted)
}

/// Debian keeps what a new environment needs in a package of its own.
fn make(python: &Python, folder: &Path) -> Result<(), String> {
    let make = || {
        run_quietly(
            Command::new(&python.program)
                .args(["-m", "venv", "--clear"])
                .arg(folder),
        )
    };
    if make().is_ok() {
        return Ok(());
    }
    debian::install(&["python3-venv"])?;
    make().map_err(|why| format!("{} -m venv: {why}", python.program.display()))
}

fn version_of(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program)
        .args(["-c", "import sys; print(*sys.version_info[:2])"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut numbers = said.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// `versions/*/bin/python3` of `PYENV_ROOT`, or of the root that pyenv names; the oldest first.
fn kept_by_pyenv() -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| {
            let output = Command::new("pyenv")
                .arg("root")
                .stdin(Stdio::null())
                .output();
            let said = output.ok()?.stdout;
            Some(PathBuf::from(String::from_utf8(said).ok()?.trim()))
        });
    let Some(root) = root else { return Vec::new() };
    let versions = fs::read_dir(root.join("versions"));
    let versions = versions.into_iter().flatten().flatten();
    let mut programs: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin/python3"))
        .filter(|program| program.exists())
        .collect();
    programs.sort();
    programs
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{holds, version_of};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    #[test]
    fn a_program_that_says_no_version_is_no_python() {
        let folder = tempfile::tempdir().unwrap();
        let stand_in = |name: &str, answer: &str| {
            let program = folder.path().join(name);
            fs::write(&program, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
            version_of(&program)
        };
        assert_eq!(stand_in("new", "3 12"), Some((3, 12)));
        assert_eq!(stand_in("strange", "three"), None);
        assert_eq!(version_of(Path::new("/nowhere/python")), None);
    }

    #[test]
    fn an_environment_is_kept_only_while_its_requirements_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("installed.txt");
        assert!(!holds(&note, "a==1"));
        fs::write(&note, "a==1").unwrap();
        assert!(holds(&note, "a==1") && !holds(&note, "a==2"));
    }
}
