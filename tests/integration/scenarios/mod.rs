//! The stories of `tests/scenarios`, told by Rust through `kaban-app`; Kotlin and Swift tell the
//! same ones through the facade.

mod chip;
mod documents;
mod map;
mod matching;
mod pairing;
mod relay;
mod steps;
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use world::World;

/// One test a story; [`every_story_has_its_test`] keeps the list whole.
macro_rules! stories {
    ($($name:ident)*) => {
        $(#[test] fn $name() { tell(concat!(stringify!($name), ".json").trim_start_matches("story_")); })*
        const STORIES: &[&str] = &[$(stringify!($name)),*];
    };
}

stories! {
    story_01_open_and_lock
    story_02_list_and_search
    story_03_page_one
    story_04_draft_note_amendment
    story_05_two_bags_meet
    story_06_two_doses
    story_07_handover_by_file
    story_08_lease
    story_09_tampered_row
    story_10_bad_input
    story_11_who_answers
    story_12_wrong_patient
    story_13_notebook
    story_14_relay_gone
    story_15_suspended_member
    story_16_map_and_round
    story_17_closures
    story_18_pairing
}

#[test]
fn every_story_has_its_test() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    let told = STORIES
        .iter()
        .map(|name| format!("{}.json", name.trim_start_matches("story_")));
    assert_eq!(files, told.collect());
}

#[test]
fn the_steps_known_here_are_those_of_the_contract() {
    let contract = read("steps.json");
    let named: BTreeSet<&str> = contract
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let known = steps::KNOWN.iter().chain(map::KNOWN);
    assert_eq!(named, known.copied().collect());
}

fn folder() -> PathBuf {
    kaban_tests::repository().join("tests/scenarios")
}

fn read(file: &str) -> Value {
    let path = folder().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn tell(file: &str) {
    let story = read(file);
    let mut world = World::new(story["start"].as_str().unwrap());
    let contract = read("steps.json");
    for (number, step) in story["steps"].as_array().unwrap().iter().enumerate() {
        let at = format!("{file}, step {number}: {step}");
        check_members(&contract, step, &at);
        world.take_step(step, &at);
    }
}

/// A step says nothing that the contract does not know, so that no runner passes over it.
fn check_members(contract: &Value, step: &Value, at: &str) {
    let name = step["do"]
        .as_str()
        .unwrap_or_else(|| panic!("{at}: no step"));
    let takes = contract[name]["takes"].as_array();
    let takes = takes.unwrap_or_else(|| panic!("{at}: not in steps.json"));
    let first_word = |text: &Value| {
        let text = text.as_str().unwrap();
        text.split([' ', '?', ':']).next().unwrap().to_owned()
    };
    let known: BTreeSet<String> = takes.iter().map(first_word).collect();
    for member in step.as_object().unwrap().keys() {
        let told = ["do", "expect", "fails", "capture"].contains(&member.as_str());
        assert!(told || known.contains(member), "{at}: no input {member}");
    }
}
