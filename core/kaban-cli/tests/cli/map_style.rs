//! What a phone's map needs beside the pack.

use serde_json::Value;

use crate::kaban::kaban;
use crate::squares::squares;

#[test]
fn glyphs_sprites_and_four_styles_are_written_and_name_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    std::fs::write(dir.join("letters.ttf"), squares(&['A', '8', '々'])).unwrap();
    std::fs::write(dir.join("地図 1.pmtiles"), "for its name only").unwrap();
    let words = [
        "map",
        "style",
        "--out",
        "map",
        "--pack",
        "地図 1.pmtiles",
        "--font",
        "letters.ttf",
    ];
    let written = kaban(dir, &words).json();
    assert_eq!(written["styles"].as_array().unwrap().len(), 4, "{written}");
    let style = std::fs::read(dir.join("map/style-night.json")).unwrap();
    let style: Value = serde_json::from_slice(&style).unwrap();
    let root = dir.canonicalize().unwrap();
    let root = root.to_str().unwrap();
    assert_eq!(
        style["sources"]["district"]["url"],
        format!("pmtiles://file://{root}/%E5%9C%B0%E5%9B%B3%201.pmtiles")
    );
    assert_eq!(style["sprite"], format!("file://{root}/map/sprites/night"));
    let files = [
        "sprites/night.json",
        "sprites/night@2x.png",
        "glyphs/kaban-regular/0-255.pbf",
        "glyphs/kaban-bold/65280-65535.pbf",
        "glyphs/CREDITS.txt",
    ];
    for file in files {
        assert!(dir.join("map").join(file).is_file(), "{file}");
    }
    assert_eq!(
        kaban(dir, &words).refusal().0,
        2,
        "what is there stays, unless forced"
    );
}

#[test]
fn without_a_pack_there_is_no_style_and_a_font_must_be_one() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    std::fs::write(dir.join("letters.ttf"), squares(&['A'])).unwrap();
    std::fs::write(dir.join("none.ttf"), "no font").unwrap();
    let written = kaban(
        dir,
        &["map", "style", "--out", "a", "--font", "letters.ttf"],
    )
    .json();
    assert_eq!(written["styles"], Value::Array(Vec::new()));
    for words in [
        &["map", "style", "--out", "b", "--font", "none.ttf"][..],
        &[
            "map",
            "style",
            "--out",
            "b",
            "--font",
            "letters.ttf",
            "--pack",
            "missing",
        ],
        &[
            "map",
            "style",
            "--out",
            "b",
            "--font",
            "letters.ttf",
            "--schema",
            "openmaptiles",
        ],
    ] {
        assert_eq!(kaban(dir, words).refusal().0, 2, "{words:?}");
    }
    assert!(
        !dir.join("b").exists(),
        "nothing is begun that cannot be finished"
    );
}
