//! `cargo xtask phones`: the core as a phone needs it, on a machine without the tools of either.
//!
//! Type-checked for Android and iOS, whose linkers are not ours to hand out, and its tests run on
//! the processor that phones have. It proves that no line needs the host, that every dependency
//! knows the target, and that the vectors hold on arm64; not that an app links or starts.

mod arm64;
mod check;
mod probe;
mod rust_src;
mod stub_cc;
mod toolchain;
mod version;

use crate::layer::{Layers, Outcome};
use crate::repository::Repository;
use toolchain::{Nightly, Toolchain, is_host, is_installed};

const ANDROID: &str = "aarch64-linux-android";
const IOS: &str = "aarch64-apple-ios";
const ARM64: &str = "aarch64-unknown-linux-gnu";

/// Runs the layers of `phones`.
pub fn run(repository: &Repository, layers: &mut Layers) {
    let folder = repository.target.join("phones");
    let mut nightly = Err(String::new());
    layers.run("phone: std", || {
        let missing: Vec<_> = [ANDROID, IOS, ARM64]
            .into_iter()
            .filter(|target| !is_installed(target))
            .collect();
        if missing.is_empty() {
            return Outcome::Passed("installed".to_owned());
        }
        nightly = Nightly::find(&folder);
        match &nightly {
            Ok(nightly) => Outcome::Passed(nightly.describe()),
            Err(why) => {
                let advice = format!("rustup target add {}", missing.join(" "));
                Outcome::Skipped(format!("type {advice}; as it is: {why}"))
            }
        }
    });
    let toolchain = |target| match &nightly {
        _ if is_installed(target) => Some(Toolchain::Installed),
        Ok(nightly) => Some(Toolchain::Nightly(nightly.clone())),
        Err(_) => None,
    };
    for (name, target) in [("phone: Android", ANDROID), ("phone: iOS", IOS)] {
        layers.run(name, || match toolchain(target) {
            Some(toolchain) => {
                let outcome = check::run(repository, &folder, &toolchain, target);
                probe::excuse(outcome, repository, &folder, &toolchain, target)
            }
            None => no_std(target),
        });
    }
    layers.run("phone: arm64", || match toolchain(ARM64) {
        _ if is_host(ARM64) => Outcome::Passed("the host is one: see test".to_owned()),
        Some(toolchain) => {
            let outcome = arm64::run(repository, &folder, &toolchain, ARM64);
            probe::excuse(outcome, repository, &folder, &toolchain, ARM64)
        }
        None => no_std(ARM64),
    });
}

fn no_std(target: &str) -> Outcome {
    Outcome::Skipped(format!("no standard library for {target}, see phone: std"))
}
