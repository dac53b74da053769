//! What is promised of the map on paper.
#![allow(clippy::unwrap_used)]

mod base_map;
mod bounds;
mod files;
mod font;
mod signs;
#[path = "../support/squares.rs"]
mod squares;
mod structure;
mod town;
