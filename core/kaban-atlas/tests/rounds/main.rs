//! Rounds against every order there is, against a solver written apart, and against what is promised of their answers.
#![allow(clippy::unwrap_used)]

#[path = "../support/rounds.rs"]
mod days;

mod answers;
mod calls;
mod exact;
mod files;
mod judge;
