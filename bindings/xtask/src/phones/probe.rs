//! Whether a failure is ours: a crate of nothing, built the same way.
//!
//! Debian sid moves and a nightly does not, so the two may cease to go together although their
//! versions are near. That is no defect of the core, and must not look like one.

use std::fs;
use std::path::Path;

use super::toolchain::Toolchain;
use crate::layer::Outcome;
use crate::repository::Repository;
use crate::shell::outcome_of;

/// A workspace of its own, or cargo would look for it in ours.
const FILES: [(&str, &str); 3] = [
    (
        "Cargo.toml",
        "[package]\nname = \"nothing\"\nedition = \"2024\"\n\n[workspace]\n",
    ),
    (
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"nothing\"\nversion = \"0.0.0\"\n",
    ),
    ("src/lib.rs", ""),
];

/// Makes a skip of a failure when the standard library alone fails as well.
pub fn excuse(
    outcome: Outcome,
    repository: &Repository,
    folder: &Path,
    toolchain: &Toolchain,
    target: &str,
) -> Outcome {
    let (Outcome::Failed(why), Toolchain::Nightly(nightly)) = (&outcome, toolchain) else {
        return outcome;
    };
    eprintln!("\nfailed ({why}); does the standard library alone?");
    let crate_of_nothing = folder.join("nothing");
    if let Err(error) = write(&crate_of_nothing) {
        return Outcome::Failed(format!("{why}; write {}: {error}", folder.display()));
    }
    let mut command = toolchain.cargo(repository, folder, "check", target);
    match outcome_of(command.current_dir(&crate_of_nothing)) {
        Outcome::Failed(_) => Outcome::Skipped(format!(
            "the standard library does not build for {target}: {}",
            nightly.describe()
        )),
        _ => outcome,
    }
}

fn write(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    FILES
        .iter()
        .try_for_each(|(name, text)| fs::write(folder.join(name), text))
}

#[cfg(test)]
mod tests {
    use super::write;
    use std::process::Command;

    #[test]
    fn cargo_takes_the_crate_of_nothing_with_its_lock_file_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        write(folder.path()).expect("the folder can be written to");
        let metadata = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(folder.path())
            .args(["metadata", "--locked", "--offline", "--format-version", "1"])
            .output()
            .expect("cargo is there");
        let said = String::from_utf8_lossy(&metadata.stderr);
        assert!(metadata.status.success(), "{said}");
    }
}
