//! Licences, sources and banned crates, by cargo-deny, which is installed on first use.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::layer::Outcome;
use crate::repository::Repository;
use crate::shell::outcome_of;

/// Builds with Rust 1.88 and later. Without its default features, in the dev profile, it took
/// 80 s on 2 cores (2026-11-21); the release build would take several times that for a check
/// that runs for two seconds.
const VERSION: &str = "0.20.2";

/// Checks `.cargo/deny.toml`.
pub fn run(repository: &Repository) -> Outcome {
    let tools = repository.target.join("tools");
    let program = tools.join("bin/cargo-deny");
    if !is_installed(&program) {
        eprintln!("installing cargo-deny {VERSION}");
        let installed = outcome_of(
            repository
                .cargo()
                .args(["install", "cargo-deny", "--locked", "--version", VERSION])
                .args(["--no-default-features", "--debug", "--force", "--root"])
                .arg(&tools),
        );
        if let Outcome::Failed(why) = installed {
            return Outcome::Skipped(format!("cargo install cargo-deny {VERSION}: {why}"));
        }
    }
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

fn is_installed(program: &Path) -> bool {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| output.stdout.trim_ascii().ends_with(VERSION.as_bytes()))
}
