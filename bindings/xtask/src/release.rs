//! The release build, once for all who run it: the demo, the map's peers, the stage and the
//! library of the phone.
//!
//! Packages that are built apart have other features of what they share, and each is built again:
//! most of the core twice, each time for minutes.

use crate::layer::{Layers, Outcome};
use crate::repository::Repository;
use crate::shell::outcome_of;

const PACKAGES: [&str; 3] = ["kaban-cli", "kaban-ffi", "kaban-tests"];

/// Builds it, as a layer.
pub fn run(repository: &Repository, layers: &mut Layers) {
    layers.run("release build", || build(repository));
}

/// Builds it.
pub fn build(repository: &Repository) -> Outcome {
    let packages = PACKAGES.iter().flat_map(|package| ["--package", package]);
    outcome_of(
        repository
            .cargo()
            .args(["build", "--release", "--lib", "--bins"])
            .args(packages),
    )
}
