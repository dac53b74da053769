//! What is promised of the map on paper.
#![allow(clippy::unwrap_used)]

mod town;

fn main_placeholder() {}
