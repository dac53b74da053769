//! `cargo xtask bench-map`: Kaban's map beside Valhalla, VROOM and `fast_paths`, in one run on every extract.
//!
//! Nothing is asserted; the table is printed, and kept as Markdown and JSON in the target folder.

use std::process::Command;

use crate::layer::{Layers, Outcome};
use crate::python;
use crate::release;
use crate::repository::Repository;
use crate::shell::outcome_of;

/// The oldest Python that the peers are made for.
const PYTHON_MINOR_MIN: u32 = 12;

/// Builds what is measured and its peers, and measures; `arguments` go to the benchmark.
pub fn run(repository: &Repository, layers: &mut Layers, arguments: &[String]) {
    layers.run("map benchmark", || {
        measure(repository, arguments).unwrap_or_else(|outcome| outcome)
    });
}

fn measure(repository: &Repository, arguments: &[String]) -> Result<Outcome, Outcome> {
    let Some(data) = &repository.data else {
        let why = "no ../shared/data and no KABAN_TEST_DATA: no extract to measure on";
        return Err(Outcome::Skipped(why.to_owned()));
    };
    let Some(python) = python::find(PYTHON_MINOR_MIN) else {
        return Err(Outcome::Skipped(format!(
            "no Python of at least 3.{PYTHON_MINOR_MIN} on PATH or with pyenv, which Valhalla and VROOM need"
        )));
    };
    let folder = repository.target.join("bench-map");
    let sources = repository.root.join("tests/bench/map");
    let requirements = sources.join("requirements.txt");
    let program = python::environment(&python, &requirements, &folder.join("python"))
        .map_err(Outcome::Skipped)?;
    let peer_graph = ["--package", "kaban-atlas", "--example", "peer_graph"];
    let mut peer = repository.cargo();
    peer.args(["build", "--release"]).args(peer_graph);
    for built in [release::build(repository), outcome_of(&mut peer)] {
        if !matches!(built, Outcome::Passed(_)) {
            return Err(built);
        }
    }
    let release = repository.target.join("release");
    let measured = outcome_of(
        Command::new(program)
            // The sources' folder stays as it is.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(sources.join("run.py"))
            .arg("--kaban")
            .arg(release.join("kaban"))
            .arg("--peer-graph")
            .arg(release.join("examples/peer_graph"))
            .arg("--data")
            .arg(data.join("osm"))
            .arg("--out")
            .arg(&folder)
            .args(arguments),
    );
    Ok(match measured {
        Outcome::Passed(_) => Outcome::Passed(folder.join("report.md").display().to_string()),
        other => other,
    })
}
