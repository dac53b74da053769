//! Helpers shared by the tests that span crates.

use std::path::{Path, PathBuf};

/// The folder of real FHIR files and OpenStreetMap extracts: `KABAN_TEST_DATA`, or `shared/data`
/// beside the checkout. Nothing when it is not there; a test then says that it passes by.
#[must_use]
pub fn real_data() -> Option<PathBuf> {
    let folder = match std::env::var_os("KABAN_TEST_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => repository().join("../shared/data"),
    };
    folder.is_dir().then_some(folder)
}

/// The root of the checkout.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new(".."))
}
