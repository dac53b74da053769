//! Which cargo builds for a phone: the usual one when the standard library of the target is
//! installed, else a nightly that builds the library itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::rust_src::{self, RustSrc};
use super::version::Version;
use crate::repository::Repository;

/// How a target gets its standard library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// It is installed: `rustup target add`, or a package of the system.
    Installed,
    /// A nightly builds it.
    Nightly(Nightly),
}

/// A nightly toolchain, and the source of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nightly {
    name: String,
    version: Version,
    /// None: the toolchain's own.
    source: Option<RustSrc>,
}

impl Toolchain {
    /// Cargo for the target, with a subcommand, building into the folder of the phones.
    pub fn cargo(
        &self,
        repository: &Repository,
        folder: &Path,
        subcommand: &str,
        target: &str,
    ) -> Command {
        let mut command = match self {
            Self::Installed => repository.cargo(),
            Self::Nightly(nightly) => {
                let mut command = repository.at_home(Command::new("rustup"));
                command.args(["run", &nightly.name, "cargo"]);
                // Set by the cargo that runs us; its children would take it for their own.
                command.env_remove("CARGO");
                if let Some(source) = &nightly.source {
                    command.env("__CARGO_TESTS_ONLY_SRC_ROOT", &source.library);
                }
                command
            }
        };
        command.arg(subcommand);
        if let Self::Nightly(_) = self {
            command.arg("-Zbuild-std");
        }
        command
            .args(["--locked", "--target", target, "--target-dir"])
            .arg(folder);
        command
    }
}

impl Nightly {
    /// Finds one, and fetches the source of the library when it has none.
    ///
    /// # Errors
    ///
    /// A sentence: what is missing, or which versions do not go together.
    pub fn find(folder: &Path) -> Result<Self, String> {
        let nightlies = nightlies()?;
        if let Some((name, version)) = nightlies.iter().find(|(name, _)| has_own_source(name)) {
            return Ok(Self {
                name: name.clone(),
                version: *version,
                source: None,
            });
        }
        if nightlies.is_empty() {
            return Err("no nightly toolchain".to_owned());
        }
        let cached = rust_src::cached(folder).and_then(|source| pair(&nightlies, source));
        if let Some(nightly) = cached {
            return Ok(nightly);
        }
        let source = rust_src::fetch(folder)?;
        let newest = source.version;
        pair(&nightlies, source).ok_or_else(|| mismatch(&nightlies, newest))
    }

    /// For the table.
    pub fn describe(&self) -> String {
        match &self.source {
            None => format!("built by nightly {} from its own rust-src", self.version),
            Some(source) => format!(
                "built by nightly {} from rust-src {} of Debian sid",
                self.version, source.version
            ),
        }
    }
}

/// Whether the usual toolchain has the standard library of a target.
pub fn is_installed(target: &str) -> bool {
    let folder =
        said_by(Command::new(rustc()).args(["--print", "target-libdir", "--target", target]));
    folder.is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Whether this machine is itself of a target.
pub fn is_host(target: &str) -> bool {
    let said = said_by(Command::new(rustc()).arg("-vV")).unwrap_or_default();
    said.lines().any(|line| line == format!("host: {target}"))
}

fn rustc() -> std::ffi::OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn nightlies() -> Result<Vec<(String, Version)>, String> {
    let mut list = Command::new("rustup");
    let list = said_by(list.args(["toolchain", "list"])).ok_or("no rustup, so no nightly")?;
    let names = nightly_names(&list).into_iter();
    Ok(names
        .filter_map(|name| {
            let said = said_by(Command::new("rustup").args(["run", name, "rustc", "--version"]))?;
            Some((name.to_owned(), Version::find(&said)?))
        })
        .collect())
}

fn nightly_names(list: &str) -> Vec<&str> {
    let names = list
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names.filter(|name| name.starts_with("nightly")).collect()
}

fn has_own_source(name: &str) -> bool {
    let said = said_by(Command::new("rustup").args(["run", name, "rustc", "--print", "sysroot"]));
    let sysroot = PathBuf::from(said.unwrap_or_default().trim());
    sysroot
        .join("lib/rustlib/src/rust/library/std/Cargo.toml")
        .is_file()
}

/// The nightly nearest to a source, among those that may build it.
fn pair(nightlies: &[(String, Version)], source: RustSrc) -> Option<Nightly> {
    let able = nightlies
        .iter()
        .filter(|(_, version)| version.builds(source.version));
    let (name, version) = able.min_by_key(|(_, version)| version.distance(source.version))?;
    Some(Nightly {
        name: name.clone(),
        version: *version,
        source: Some(source),
    })
}

fn mismatch(nightlies: &[(String, Version)], source: Version) -> String {
    let versions: Vec<_> = nightlies
        .iter()
        .map(|(_, version)| version.to_string())
        .collect();
    format!(
        "Debian sid has rust-src {source}, the installed nightly is {}: more than one version apart",
        versions.join(", ")
    )
}

fn said_by(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{Toolchain, mismatch, nightly_names, pair};
    use crate::phones::rust_src::RustSrc;
    use crate::phones::version::Version;
    use crate::repository::Repository;
    use std::path::Path;

    fn version(text: &str) -> Version {
        Version::find(text).expect("a version is in the text")
    }

    fn source(text: &str) -> RustSrc {
        RustSrc {
            version: version(text),
            library: "library".into(),
        }
    }

    #[test]
    fn nightlies_are_told_from_other_toolchains_by_their_names() {
        let list = "stable-x86_64-unknown-linux-gnu (active, default)\n\
                    nightly-2026-05-20-x86_64-unknown-linux-gnu\n\
                    1.95.0-x86_64-unknown-linux-gnu\n";
        assert_eq!(
            nightly_names(list),
            ["nightly-2026-05-20-x86_64-unknown-linux-gnu"]
        );
        assert!(nightly_names("no installed toolchains\n").is_empty());
    }

    #[test]
    fn the_nightly_nearest_to_the_source_is_taken() {
        let nightlies = [
            ("nightly-a".to_owned(), version("1.96.0")),
            ("nightly-b".to_owned(), version("1.97.0")),
        ];
        let found = pair(&nightlies, source("1.97.1")).expect("two may build it");
        assert_eq!(found.name, "nightly-b");
    }

    #[test]
    fn versions_too_far_apart_are_both_named() {
        let nightlies = [("nightly".to_owned(), version("1.97.0"))];
        assert_eq!(pair(&nightlies, source("1.99.0")), None);
        let why = mismatch(&nightlies, version("1.99.0"));
        assert!(why.contains("1.99") && why.contains("1.97"), "{why}");
    }

    fn words(toolchain: &Toolchain) -> Vec<String> {
        let repository = Repository {
            root: ".".into(),
            target: "target".into(),
            data: None,
        };
        let command = toolchain.cargo(&repository, Path::new("phones"), "check", "a-target");
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn the_library_is_built_by_a_nightly_only_when_it_is_not_installed() {
        let nightlies = [("nightly-b".to_owned(), version("1.97.0"))];
        let nightly = pair(&nightlies, source("1.97.1")).expect("it may build it");
        let common = ["--locked", "--target", "a-target", "--target-dir", "phones"];

        let built = words(&Toolchain::Nightly(nightly));
        let before = [
            "rustup",
            "run",
            "nightly-b",
            "cargo",
            "check",
            "-Zbuild-std",
        ];
        assert_eq!(built, [&before[..], &common[..]].concat());

        let installed = words(&Toolchain::Installed);
        assert_eq!(installed[1..], [&["check"][..], &common[..]].concat());
    }
}
