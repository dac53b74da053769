//! The core type-checked for a phone: no API of the host only, no dependency without the target.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::stub_cc;
use super::toolchain::Toolchain;
use crate::layer::Outcome;
use crate::repository::Repository;
use crate::shell::outcome_of;

/// What goes into a phone.
const PACKAGES: [&str; 1] = ["kaban-ffi"];

/// Runs `cargo check` for a target, with a C compiler that compiles nothing.
pub fn run(repository: &Repository, folder: &Path, toolchain: &Toolchain, target: &str) -> Outcome {
    let stub = match stub_cc::install(folder) {
        Ok(stub) => stub,
        Err(why) => return Outcome::Failed(why),
    };
    let mut command = toolchain.cargo(repository, folder, "check", target);
    command.arg("--lib").args(of_packages(&PACKAGES));
    for variable in ["CC", "CXX", "AR"] {
        command.env(for_target(variable, target), &stub);
    }
    if let Err(why) = pretend_a_sdk(&mut command, folder) {
        return Outcome::Failed(why);
    }
    match outcome_of(&mut command) {
        Outcome::Passed(_) => Outcome::Passed(format!(
            "{}: types only, C not looked at, nothing linked",
            PACKAGES.join(", ")
        )),
        other => other,
    }
}

/// `--package` for each.
pub fn of_packages<'a>(packages: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    packages.iter().flat_map(|package| ["--package", package])
}

/// The name of a variable for one target only, as the crate `cc` reads it.
pub fn for_target(variable: &str, target: &str) -> String {
    format!("{variable}_{}", target.replace('-', "_"))
}

/// Off a Mac the crate `cc` needs a folder in place of Apple's headers. On a Mac it asks Xcode,
/// and a false folder would break the linking of build scripts.
fn pretend_a_sdk(command: &mut Command, folder: &Path) -> Result<(), String> {
    if cfg!(target_os = "macos") {
        return Ok(());
    }
    let sdk = folder.join("no-sdk");
    fs::create_dir_all(&sdk).map_err(|error| format!("make {}: {error}", sdk.display()))?;
    command.env("SDKROOT", sdk);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{for_target, of_packages};

    #[test]
    fn a_variable_for_one_target_has_no_dash() {
        assert_eq!(
            for_target("CC", "aarch64-apple-ios"),
            "CC_aarch64_apple_ios"
        );
    }

    #[test]
    fn each_package_is_named_by_an_option_of_its_own() {
        let words: Vec<_> = of_packages(&["a", "b"]).collect();
        assert_eq!(words, ["--package", "a", "--package", "b"]);
    }
}
