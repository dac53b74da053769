//! `cargo xtask lint`: what is checked without running the program.

use crate::deny;
use crate::layer::Layers;
use crate::repository::Repository;
use crate::shell::outcome_of;

/// Runs the layers of `lint`.
pub fn run(repository: &Repository, layers: &mut Layers) {
    layers.run("format", || {
        outcome_of(repository.cargo().args(["fmt", "--all", "--check"]))
    });
    layers.run("clippy", || {
        outcome_of(repository.cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    });
    layers.run("documentation", || {
        outcome_of(repository.cargo().env("RUSTDOCFLAGS", "-D warnings").args([
            "doc",
            "--no-deps",
            "--workspace",
        ]))
    });
    layers.run("licences", || deny::run(repository));
}
