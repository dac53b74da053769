//! Node's modules for a check: what a `package-lock.json` names, in the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian::{self, run_quietly, runs};
use crate::python::holds;

/// The folder of modules that `sources/package-lock.json` names, within `folder`; installed anew when the lock has changed.
///
/// # Errors
///
/// A sentence that says which step failed.
pub fn modules(sources: &Path, folder: &Path) -> Result<PathBuf, String> {
    have_node()?;
    let wanted = fs::read_to_string(sources.join("package-lock.json"))
        .map_err(|error| format!("read package-lock.json: {error}"))?;
    let modules = folder.join("node_modules");
    let note = folder.join("installed.json");
    if holds(&note, &wanted) {
        return Ok(modules);
    }
    fs::create_dir_all(folder).map_err(|error| format!("make {}: {error}", folder.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(name), folder.join(name))
            .map_err(|error| format!("copy {name}: {error}"))?;
    }
    let mut install = Command::new("npm");
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder);
    run_quietly(&mut install).map_err(|why| format!("npm ci: {why}"))?;
    fs::write(&note, wanted).map_err(|error| format!("write {}: {error}", note.display()))?;
    Ok(modules)
}

fn have_node() -> Result<(), String> {
    let there = || {
        runs(Command::new("node").arg("--version")) && runs(Command::new("npm").arg("--version"))
    };
    if there() {
        return Ok(());
    }
    debian::install(&["nodejs", "npm"])?;
    if there() {
        Ok(())
    } else {
        Err("node or npm does not run, although both are installed".to_owned())
    }
}
