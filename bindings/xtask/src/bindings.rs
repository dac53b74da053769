//! `cargo xtask bindings`: the phone's library, and its Kotlin and Swift sides written from it.
//!
//! All of it lies in the target folder and is never committed. The library is the release build,
//! because the tests of the shells measure it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::layer::{Layers, Outcome};
use crate::repository::Repository;
use crate::shell::outcome_of;

/// Where the library and what is written from it lie.
pub struct Bindings {
    /// Folder of `libkaban_ffi.so`.
    pub library: PathBuf,
    /// Folder of the Kotlin sources.
    pub kotlin: PathBuf,
    /// Folder of the Swift source, the C header and the module map.
    pub swift: PathBuf,
    /// The program that plays relay, thief and district in tests.
    pub stage: PathBuf,
}

impl Bindings {
    /// Where they lie, whether they have been made or not.
    pub fn of(repository: &Repository) -> Self {
        let written = repository.target.join("bindings");
        Self {
            library: repository.target.join("release"),
            kotlin: written.join("kotlin"),
            swift: written.join("swift"),
            stage: repository.target.join("release/kaban-stage"),
        }
    }
}

/// Writes them, as a layer; [`crate::release::run`] has run before.
pub fn run(repository: &Repository, layers: &mut Layers) {
    layers.run("bindings", || {
        match (write(repository), stripped_megabytes(repository)) {
            (Outcome::Passed(_), Some(size)) => {
                Outcome::Passed(format!("the library has {size:.1} MB stripped"))
            }
            (other, _) => other,
        }
    });
}

/// How many stories there are to be told in each language.
pub fn stories(repository: &Repository) -> usize {
    let files = std::fs::read_dir(repository.root.join("tests/scenarios"));
    let names = files
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.file_name());
    let is_story = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_digit()) && name.ends_with(".json")
    };
    names
        .filter(|name| is_story(&name.to_string_lossy()))
        .count()
}

fn write(repository: &Repository) -> Outcome {
    // With the features that the whole workspace has, as the tests: nothing is built twice.
    let generator = ["build", "--workspace", "--bin", "uniffi-bindgen"];
    let build = outcome_of(repository.cargo().args(generator));
    if !matches!(build, Outcome::Passed(_)) {
        return build;
    }
    let bindings = Bindings::of(repository);
    for (language, folder) in [("kotlin", &bindings.kotlin), ("swift", &bindings.swift)] {
        let written = generate(repository, language, folder);
        if !matches!(written, Outcome::Passed(_)) {
            return written;
        }
    }
    Outcome::Passed(String::new())
}

fn generate(repository: &Repository, language: &str, folder: &Path) -> Outcome {
    let library = Bindings::of(repository).library.join("libkaban_ffi.so");
    let program = repository.target.join("debug/uniffi-bindgen");
    outcome_of(
        Command::new(program)
            // It asks cargo where the crate and its uniffi.toml are.
            .current_dir(repository.root.join("bindings/kaban-ffi"))
            .arg("generate")
            .arg(library)
            .args(["--language", language, "--no-format", "--out-dir"])
            .arg(folder),
    )
}

/// Size of the library as it goes onto a phone, in millions of bytes.
fn stripped_megabytes(repository: &Repository) -> Option<f64> {
    let copy = repository.target.join("bindings/libkaban_ffi.stripped.so");
    std::fs::create_dir_all(copy.parent()?).ok()?;
    let library = Bindings::of(repository).library.join("libkaban_ffi.so");
    let stripped = outcome_of(Command::new("strip").arg("-o").arg(&copy).arg(library));
    let size = std::fs::metadata(copy).ok()?.len();
    #[allow(clippy::cast_precision_loss)]
    matches!(stripped, Outcome::Passed(_)).then_some(size as f64 / 1e6)
}
