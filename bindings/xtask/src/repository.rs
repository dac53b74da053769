//! Where things lie: the checkout, the target directory, the folder of real data beside it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The checkout this was built from.
pub struct Repository {
    /// Its root.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
    /// Real FHIR files and OpenStreetMap extracts, when they are there.
    pub data: Option<PathBuf>,
}

impl Repository {
    /// Asks cargo.
    pub fn find() -> Result<Self, String> {
        let output = cargo(Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("run cargo metadata: {error}"))?;
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("read cargo metadata: {error}"))?;
        let path = |name: &str| {
            let text = metadata[name].as_str();
            text.map(PathBuf::from)
                .ok_or_else(|| format!("cargo metadata names no {name}"))
        };
        let root = path("workspace_root")?;
        let data = match std::env::var_os("KABAN_TEST_DATA") {
            Some(folder) => PathBuf::from(folder),
            None => root.join("../shared/data"),
        };
        let data = data.canonicalize().ok().filter(|folder| folder.is_dir());
        Ok(Self {
            target: path("target_directory")?,
            root,
            data,
        })
    }

    /// Cargo, in this checkout, knowing where the real data lies.
    pub fn cargo(&self) -> Command {
        self.at_home(cargo(&self.root))
    }

    /// A program, in this checkout, knowing where the real data lies.
    pub fn at_home(&self, mut command: Command) -> Command {
        command.current_dir(&self.root).stdin(Stdio::null());
        if let Some(data) = &self.data {
            command.env("KABAN_TEST_DATA", data);
        }
        command
    }
}

fn cargo(folder: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    let told = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in told.filter(|name| is_about_a_package(name)) {
        command.env_remove(name);
    }
    command
}

/// What cargo tells this program about its own package. Build scripts, such as that of ring, run
/// again when it changes: each turn from `cargo test` to `cargo xtask` built half the network anew.
fn is_about_a_package(name: &str) -> bool {
    let names = ["CARGO_PKG_", "CARGO_MANIFEST_"];
    names.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::is_about_a_package;

    #[test]
    fn what_a_user_sets_for_cargo_goes_on_and_what_cargo_says_of_xtask_does_not() {
        for kept in [
            "CARGO",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_INCREMENTAL",
        ] {
            assert!(!is_about_a_package(kept), "{kept}");
        }
        assert!(is_about_a_package("CARGO_PKG_NAME"));
        assert!(is_about_a_package("CARGO_MANIFEST_DIR"));
    }
}
