//! The invariants of core/ARCHITECTURE.md that can be read off the manifests and the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use kaban_tests::repository;
use serde_json::Value;

/// Which of our crates each crate may name in its `[dependencies]`.
const MAY_USE: [(&str, &[&str]); 14] = [
    ("kaban-proto", &[]),
    ("kaban-atlas", &[]),
    ("kaban-model", &["kaban-proto"]),
    ("kaban-vault", &["kaban-proto"]),
    ("kaban-relay", &["kaban-proto"]),
    ("kaban-exchange", &["kaban-model"]),
    ("kaban-sync", &["kaban-model", "kaban-proto", "kaban-vault"]),
    ("kaban-app", &APP),
    ("kaban-cli", &CLI),
    (
        "kaban-ffi",
        &[
            "kaban-app",
            "kaban-atlas",
            "kaban-model",
            "kaban-proto",
            "kaban-sync",
            "kaban-vault",
        ],
    ),
    (
        "kaban-testkit",
        &["kaban-model", "kaban-proto", "kaban-sync", "kaban-vault"],
    ),
    (
        "kaban-tests",
        &[
            "kaban-app",
            "kaban-atlas",
            "kaban-model",
            "kaban-proto",
            "kaban-relay",
            "kaban-sync",
            "kaban-vault",
        ],
    ),
    ("uniffi-bindgen", &[]),
    ("xtask", &[]),
];
const APP: [&str; 6] = [
    "kaban-atlas",
    "kaban-exchange",
    "kaban-model",
    "kaban-proto",
    "kaban-sync",
    "kaban-vault",
];
const CLI: [&str; 8] = [
    "kaban-app",
    "kaban-atlas",
    "kaban-exchange",
    "kaban-model",
    "kaban-proto",
    "kaban-relay",
    "kaban-sync",
    "kaban-vault",
];

/// Crates below the use cases: time, chance and the world come in as arguments.
const BELOW_APP: [&str; 5] = [
    "kaban-model",
    "kaban-vault",
    "kaban-sync",
    "kaban-atlas",
    "kaban-exchange",
];

struct Metadata(Value);

impl Metadata {
    fn read() -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command
            .current_dir(repository())
            .args(["metadata", "--format-version", "1", "--offline"]);
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self(serde_json::from_slice(&output.stdout).unwrap())
    }

    /// Our own packages by id.
    fn ours(&self) -> BTreeMap<&str, &Value> {
        let ids = self.0["workspace_members"].as_array().unwrap();
        let ids: BTreeSet<&str> = ids.iter().map(|id| id.as_str().unwrap()).collect();
        let packages = self.0["packages"].as_array().unwrap();
        let named = packages
            .iter()
            .map(|package| (package["id"].as_str().unwrap(), package));
        named.filter(|(id, _)| ids.contains(id)).collect()
    }

    /// Of each of our crates, which of ours its `[dependencies]` name.
    fn uses(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let ours = self.ours();
        let names: BTreeSet<&str> = ours.values().map(|package| name(package)).collect();
        let uses = |package: &'_ Value| -> BTreeSet<String> {
            let all = package["dependencies"].as_array().unwrap();
            let built = all.iter().filter(|dependency| dependency["kind"] != "dev");
            built
                .map(|dependency| name(dependency).to_owned())
                .collect()
        };
        let mut found = BTreeMap::new();
        for package in ours.values() {
            let used = uses(package);
            let used = names
                .iter()
                .copied()
                .filter(|name| used.contains(*name))
                .collect();
            found.insert(name(package), used);
        }
        found
    }
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

/// Everything of ours that a crate is built from.
fn reach<'a>(uses: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        for used in &uses[next] {
            if reached.insert(*used) {
                open.push(used);
            }
        }
    }
    reached
}

/// Source files of a crate, each up to its tests.
fn sources(krate: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let folders = ["core", "bindings"].map(|of| repository().join(of).join(krate).join("src"));
    let mut open: Vec<PathBuf> = folders.into_iter().filter(|f| f.is_dir()).collect();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
                found.push((path, code));
            }
        }
    }
    assert!(!found.is_empty(), "{krate} has no sources");
    found
}

fn say_nowhere(crates: &[&str], words: &[&str], allowed: &[&str]) {
    for krate in crates {
        for (path, code) in sources(krate) {
            let excused = allowed.iter().any(|file| path.ends_with(Path::new(file)));
            let said = words.iter().find(|word| code.contains(**word));
            assert!(
                excused || said.is_none(),
                "{} says {said:?}",
                path.display()
            );
        }
    }
}

#[test]
fn dependencies_go_one_way() {
    let metadata = Metadata::read();
    let uses = metadata.uses();
    let may: BTreeMap<&str, BTreeSet<&str>> = MAY_USE
        .iter()
        .map(|(name, of)| (*name, of.iter().copied().collect()))
        .collect();
    for (krate, used) in &uses {
        let allowed = may
            .get(krate)
            .unwrap_or_else(|| panic!("{krate} has no place in the layers"));
        let more: Vec<_> = used.difference(allowed).collect();
        assert!(more.is_empty(), "{krate} must not use {more:?}");
    }
    for krate in may.keys() {
        assert!(
            uses.contains_key(krate),
            "{krate} is gone: take it out of the layers"
        );
    }
}

#[test]
fn the_relay_is_built_from_the_wire_types_and_nothing_else_of_ours() {
    let metadata = Metadata::read();
    assert_eq!(
        reach(&metadata.uses(), "kaban-relay"),
        BTreeSet::from(["kaban-proto"])
    );
}

#[test]
fn the_rules_of_duty_are_built_from_ids_and_nothing_else_of_ours() {
    let metadata = Metadata::read();
    assert_eq!(
        reach(&metadata.uses(), "kaban-model"),
        BTreeSet::from(["kaban-proto"])
    );
}

#[test]
fn nothing_is_built_from_the_command_line_or_the_testkit() {
    let metadata = Metadata::read();
    for (krate, used) in metadata.uses() {
        assert!(!used.contains("kaban-cli"), "{krate} uses the command line");
        assert!(!used.contains("kaban-testkit"), "{krate} ships the testkit");
    }
}

#[test]
fn every_crate_of_ours_forbids_unsafe_code() {
    let metadata = Metadata::read();
    let root = std::fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    assert!(root.contains("unsafe_code = \"forbid\""));
    for package in metadata.ours().values() {
        // What UniFFI generates into the facade is not ours: see the next test.
        if name(package) == "kaban-ffi" {
            continue;
        }
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        let inherits = manifest.contains("[lints]\nworkspace = true");
        assert!(inherits, "{} does not inherit the lints", name(package));
    }
}

#[test]
fn no_line_of_the_facade_is_unsafe() {
    say_nowhere(&["kaban-ffi"], &["unsafe"], &[]);
}

#[test]
fn one_crate_knows_the_bindings_generator() {
    let metadata = Metadata::read();
    for package in metadata.ours().values() {
        let all = package["dependencies"].as_array().unwrap();
        let knows = all.iter().any(|dependency| dependency["name"] == "uniffi");
        let may = ["kaban-ffi", "uniffi-bindgen"].contains(&name(package));
        assert_eq!(knows, may, "{}", name(package));
    }
}

#[test]
fn no_key_and_no_rule_is_in_the_facade() {
    let keys = [
        "SigningKey",
        "SlotSecrets",
        "kbox",
        "keyvault::Key ",
        "::Key,",
    ];
    say_nowhere(&["kaban-ffi"], &keys, &[]);
    let below = ["workspace()", "Act::", "rusqlite", "SELECT ", "Session"];
    say_nowhere(&["kaban-ffi"], &below, &[]);
}

/// Every member of every record that crosses, by name: a secret is an argument and never sits in one.
#[test]
fn no_record_of_the_facade_holds_a_secret() {
    for (path, code) in sources("kaban-ffi") {
        for line in code.lines().map(str::trim) {
            let Some(member) = line
                .strip_prefix("pub ")
                .and_then(|rest| rest.split_once(':'))
            else {
                continue;
            };
            let secret = ["secret", "pin", "passphrase", "key", "seed"].contains(&member.0);
            assert!(!secret, "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_map_crate_holds_no_key() {
    let keys = ["SigningKey", "SecretKey", "Keypair", "::Signer"];
    say_nowhere(&["kaban-atlas"], &keys, &[]);
}

#[test]
fn no_clock_is_read_below_the_use_cases() {
    let clocks = ["SystemTime::now", "Instant::now", "Utc::now", "Local::now"];
    say_nowhere(&BELOW_APP, &clocks, &[]);
    say_nowhere(&["kaban-proto"], &clocks, &[]);
}

#[test]
fn no_chance_is_drawn_below_the_use_cases_but_by_the_software_keystore() {
    let allowed = ["keyvault/file.rs", "store.rs", "examine/canary.rs"];
    say_nowhere(&BELOW_APP, &["OsRandom", "getrandom::"], &allowed);
}

#[test]
fn one_module_knows_the_merge_library_and_one_the_network() {
    say_nowhere(&["kaban-sync"], &["automerge::"], &["document.rs"]);
    say_nowhere(
        &["kaban-sync"],
        &["reqwest::", "std::net", "tokio::net"],
        // What is trusted is decided beside it, with a type of the same library.
        &["peer/transport.rs", "peer/trust.rs"],
    );
    say_nowhere(
        &["kaban-app", "kaban-ffi", "kaban-vault", "kaban-model"],
        &["automerge::", "reqwest::"],
        &[],
    );
}

#[test]
fn the_map_on_paper_is_built_for_the_command_line_alone() {
    let metadata = Metadata::read();
    let draws = |package: &&Value| {
        let used = package["dependencies"].as_array().unwrap();
        used.iter().any(|used| {
            let features = used["features"].as_array().unwrap();
            used["name"] == "kaban-atlas" && features.contains(&"picture".into())
        })
    };
    let ours = metadata.ours();
    let drawing: Vec<&str> = ours.values().copied().filter(draws).map(name).collect();
    assert_eq!(drawing, ["kaban-cli"]);
}

#[test]
fn nothing_depends_on_the_order_of_a_hash_map() {
    for krate in BELOW_APP
        .iter()
        .chain(&["kaban-proto", "kaban-app", "kaban-relay"])
    {
        say_nowhere(&[krate], &["HashMap", "HashSet"], &[]);
    }
}
