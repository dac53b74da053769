//! `cargo xtask bench-log`: the record log under many hands, what it costs and how that grows.
//!
//! Nothing is asserted here; the table is printed. What must hold is in `kaban-sync`'s tests.

use crate::layer::Layers;
use crate::repository::Repository;
use crate::shell::outcome_of;

/// Builds the benchmark and runs it; `arguments` go to it.
pub fn run(repository: &Repository, layers: &mut Layers, arguments: &[String]) {
    layers.run("log benchmark", || {
        outcome_of(
            repository
                .cargo()
                .args(["bench", "--package", "kaban-tests", "--bench", "log", "--"])
                .args(arguments),
        )
    });
}
