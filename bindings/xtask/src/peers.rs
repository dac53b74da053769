//! `cargo xtask test-peers`: what Kaban writes for others is read by programs that others wrote.
//!
//! The base map of a pack by a reader of PMTiles and a decoder of vector tiles from PyPI, the map's style by the style
//! specification's own checker from npm. What they need is installed into the target folder.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::debian;
use crate::layer::{Layers, Outcome};
use crate::node;
use crate::python;
use crate::repository::Repository;

/// The oldest Python that the readers run on.
const PYTHON_MINOR_MIN: u32 = 9;

/// The zoom levels of a pack's base map.
const ZOOMS: RangeInclusive<u64> = 6..=14;

/// The extracts, and what each must show; Andorra has no railway.
const EXTRACTS: [(&str, &[&str]); 2] = [
    (
        "andorra",
        &[
            "boundary",
            "building",
            "housenumber",
            "landuse",
            "place",
            "poi",
            "road",
            "water",
        ],
    ),
    (
        "liechtenstein",
        &[
            "boundary",
            "building",
            "housenumber",
            "landuse",
            "place",
            "poi",
            "rail",
            "road",
            "water",
        ],
    ),
];

/// Runs the two layers; [`crate::release::run`] has run before.
pub fn run(repository: &Repository, layers: &mut Layers) {
    let mut packs = Vec::new();
    layers.run("tiles by others", || {
        tiles(repository, &mut packs).unwrap_or_else(|outcome| outcome)
    });
    layers.run("style by others", || match packs.first() {
        None => Outcome::Skipped("no pack, see above".to_owned()),
        Some(pack) => styles(repository, pack).unwrap_or_else(|outcome| outcome),
    });
}

/// Builds the packs, and has them read.
fn tiles(repository: &Repository, packs: &mut Vec<PathBuf>) -> Result<Outcome, Outcome> {
    let Some(data) = &repository.data else {
        let why = "no ../shared/data: no extract to build a pack of";
        return Err(Outcome::Skipped(why.to_owned()));
    };
    let folder = peers(repository);
    fs::create_dir_all(&folder)
        .map_err(|error| Outcome::Failed(format!("make {}: {error}", folder.display())))?;
    for (name, _) in EXTRACTS {
        let pack = folder.join(format!("{name}.kpack.pmtiles"));
        let extract = data.join(format!("osm/{name}.osm.pbf"));
        let mut build = kaban(repository, "build");
        build.args([Path::new("--out"), &pack, &extract]);
        said_by(&mut build)?;
        packs.push(pack);
    }
    let python = python::find_or_install(PYTHON_MINOR_MIN).map_err(Outcome::Skipped)?;
    let sources = sources(repository);
    let requirements = sources.join("requirements.txt");
    let program = python::environment(&python, &requirements, &folder.join("python"))
        .map_err(Outcome::Skipped)?;
    let mut remarks = Vec::new();
    for ((name, layers), pack) in EXTRACTS.iter().zip(packs) {
        let mut read = Command::new(&program);
        let said = said_by(read.arg(sources.join("read_pack.py")).arg(pack))?;
        let seen: Value = serde_json::from_str(&said)
            .map_err(|error| Outcome::Failed(format!("{name}: read_pack.py: {error}")))?;
        let count = judge(&seen, layers)
            .map_err(|wrong| Outcome::Failed(format!("{name}: {}", wrong.join("; "))))?;
        remarks.push(format!("{name} {count} tiles"));
    }
    Ok(Outcome::Passed(remarks.join(", ")))
}

/// Writes the styles for a pack, and has them checked.
fn styles(repository: &Repository, pack: &Path) -> Result<Outcome, Outcome> {
    // The letters of the map are made from a font of the machine.
    debian::install(&["fonts-morisawa-bizud-gothic"]).map_err(Outcome::Skipped)?;
    let folder = peers(repository);
    let out = folder.join("style");
    let mut write = kaban(repository, "style");
    write.args([Path::new("--out"), &out, Path::new("--pack"), pack]);
    said_by(&mut write)?;
    let modules =
        node::modules(&sources(repository), &folder.join("node")).map_err(Outcome::Skipped)?;
    let mut check = Command::new("node");
    check
        .env("NODE_PATH", modules)
        .arg(sources(repository).join("check_style.mjs"))
        .args(styles_in(&out));
    let said = said_by(&mut check)?;
    Ok(Outcome::Passed(format!("{} styles", said.lines().count())))
}

/// Where the tests of the peers lie.
fn sources(repository: &Repository) -> PathBuf {
    repository.root.join("tests/peers")
}

/// Where they work.
fn peers(repository: &Repository) -> PathBuf {
    repository.target.join("peers")
}

fn kaban(repository: &Repository, command: &str) -> Command {
    let mut kaban = Command::new(repository.target.join("release/kaban"));
    kaban.args(["map", command, "--force"]);
    kaban
}

fn styles_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_style = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("style-") && name.ends_with(".json")
    };
    let mut styles: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_style).collect();
    styles.sort();
    styles
}

/// Everything that is wrong with what the reader saw, or the number of tiles.
fn judge(seen: &Value, layers: &[&str]) -> Result<u64, Vec<String>> {
    let mut wrong: Vec<String> = match seen["errors"].as_array() {
        Some(errors) => errors.iter().map(ToString::to_string).collect(),
        None => vec!["the reader does not say what is wrong".to_owned()],
    };
    let attribution = seen["attribution"].as_str().unwrap_or_default();
    if !attribution.contains("OpenStreetMap") {
        wrong.push("no attribution".to_owned());
    }
    let count = |table: &str, key: &str| seen[table][key].as_u64().unwrap_or(0);
    let none = |key: &&&str| count("layers", key) == 0;
    wrong.extend(
        layers
            .iter()
            .filter(none)
            .map(|layer| format!("nothing in layer {layer}")),
    );
    let tiles = seen["tiles"].as_object();
    let zooms: Vec<u64> = tiles
        .iter()
        .flat_map(|tiles| tiles.keys())
        .filter_map(|zoom| zoom.parse().ok())
        .collect();
    wrong.extend(
        ZOOMS
            .filter(|zoom| count("tiles", &zoom.to_string()) == 0)
            .map(|zoom| format!("no tile of zoom {zoom}")),
    );
    wrong.extend(
        zooms
            .iter()
            .filter(|zoom| !ZOOMS.contains(zoom))
            .map(|zoom| format!("tiles of zoom {zoom}")),
    );
    if wrong.is_empty() {
        Ok(ZOOMS.map(|zoom| count("tiles", &zoom.to_string())).sum())
    } else {
        Err(wrong)
    }
}

/// What a program prints; nothing of it when the program does not end well.
fn said_by(command: &mut Command) -> Result<String, Outcome> {
    let program = command.get_program().display().to_string();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    let output = output.map_err(|error| Outcome::Failed(format!("run {program}: {error}")))?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(Outcome::Failed(format!(
            "{program}: {}, {said}",
            output.status
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::judge;
    use serde_json::{Value, json};

    fn seen() -> Value {
        let tiles: serde_json::Map<String, Value> = (6..=14u32)
            .map(|zoom| (zoom.to_string(), json!(2)))
            .collect();
        json!({
            "attribution": "© OpenStreetMap contributors",
            "tiles": tiles,
            "layers": {"road": 12},
            "errors": [],
        })
    }

    #[test]
    fn a_pack_that_others_can_read_has_every_zoom_every_layer_and_its_credit() {
        assert_eq!(judge(&seen(), &["road"]), Ok(18));
    }

    #[test]
    fn each_thing_that_is_wrong_is_named() {
        let wrong = |key: &str, value: Value| {
            let mut seen = seen();
            seen[key] = value;
            judge(&seen, &["road"])
                .expect_err("something is wrong")
                .join("; ")
        };
        assert!(wrong("attribution", json!("")).contains("attribution"));
        assert!(wrong("layers", json!({"road": 0})).contains("layer road"));
        assert!(wrong("tiles", json!({"6": 1})).contains("no tile of zoom 14"));
        assert!(wrong("tiles", json!({"5": 1})).contains("tiles of zoom 5"));
        assert!(wrong("errors", json!(["14/1/2: no"])).contains("14/1/2"));
        assert!(wrong("errors", Value::Null).contains("does not say"));
    }
}
