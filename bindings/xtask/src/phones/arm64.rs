//! The core's own tests on an emulated arm64: built by a real C compiler and linked, then run.
//!
//! Linux, not Android or iOS, but the processor of every phone: SQLite, ring's assembly, the
//! vectors of Kaban Box and every width of integer are the real thing.

use std::path::Path;
use std::process::Command;

use super::check::{for_target, of_packages};
use super::toolchain::Toolchain;
use crate::debian::{self, runs};
use crate::layer::Outcome;
use crate::repository::Repository;
use crate::shell::run_counting_tests;

/// What deals in bytes, keys and files. The last two have few tests of their own, but linking
/// them links the whole core. The relay and the command line never run on a phone. The atlas and
/// the exchange formats passed here once (176 tests, 2026-11-24), and are left out because it
/// takes five more minutes of a processor to build their tests.
const PACKAGES: [&str; 6] = [
    "kaban-vault",
    "kaban-sync",
    "kaban-proto",
    "kaban-model",
    "kaban-app",
    "kaban-ffi",
];

/// A test that opens a store hundreds of times, each with its slow derivation of a key: four
/// minutes under emulation, and nothing in it depends on the processor.
const LEFT_OUT: &str = "every_flipped_byte_is_damage_tampering_or_harmless";

/// Our own crates are optimised here: the tests of Kaban Box took 19 s unoptimised, 2.5 s so.
const OPTIMISE: (&str, &str) = ("CARGO_PROFILE_DEV_OPT_LEVEL", "1");

const DEBIAN: [&str; 3] = [
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
    "qemu-user-static",
];

/// The folder in which those packages keep the arm64 loader and C library.
const ROOT: &str = "/usr/aarch64-linux-gnu";

/// Old and new name of the emulator of one program.
const EMULATORS: [&str; 2] = ["qemu-aarch64-static", "qemu-aarch64"];

/// Cases of each property test, in place of proptest's 256: emulation is slow, and the full
/// number runs on the host.
const CASES: u32 = 16;

/// Runs the tests.
pub fn run(repository: &Repository, folder: &Path, toolchain: &Toolchain, target: &str) -> Outcome {
    if let Err(why) = debian::install(&DEBIAN) {
        return Outcome::Skipped(why);
    }
    let Some(emulator) = EMULATORS
        .into_iter()
        .find(|name| runs(Command::new(name).arg("--version")))
    else {
        return Outcome::Skipped(format!("neither {} runs", EMULATORS.join(" nor ")));
    };
    let mut command = toolchain.cargo(repository, folder, "test", target);
    command
        .args(["--lib", "--tests", "--no-fail-fast"])
        .args(of_packages(&PACKAGES))
        .args(["--", "--skip", LEFT_OUT])
        .envs(settings(target, emulator))
        .envs([OPTIMISE])
        .env("PROPTEST_CASES", CASES.to_string());
    match run_counting_tests(&mut command) {
        (Outcome::Passed(_), count) => Outcome::Passed(format!(
            "{count} tests of {}, emulated; {CASES} cases of a property, one slow test left out",
            PACKAGES.join(", ")
        )),
        (other, _) => other,
    }
}

/// How cargo and the crate `cc` compile, link and run for the target.
fn settings(target: &str, emulator: &str) -> [(String, String); 4] {
    let cargo = |what: &str| {
        let target = target.replace('-', "_").to_uppercase();
        format!("CARGO_TARGET_{target}_{what}")
    };
    let gcc = "aarch64-linux-gnu-gcc".to_owned();
    [
        (cargo("LINKER"), gcc.clone()),
        (cargo("RUNNER"), format!("{emulator} -L {ROOT}")),
        (for_target("CC", target), gcc),
        (for_target("AR", target), "aarch64-linux-gnu-ar".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::settings;

    #[test]
    fn programs_are_linked_by_the_cross_compiler_and_run_by_the_emulator() {
        let settings = settings("aarch64-unknown-linux-gnu", "qemu-aarch64");
        let of = |name: &str| {
            let found = settings.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(
            of("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"),
            Some("aarch64-linux-gnu-gcc")
        );
        assert_eq!(
            of("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER"),
            Some("qemu-aarch64 -L /usr/aarch64-linux-gnu")
        );
        assert_eq!(
            of("CC_aarch64_unknown_linux_gnu"),
            Some("aarch64-linux-gnu-gcc")
        );
    }
}
