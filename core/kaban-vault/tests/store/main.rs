//! What the encrypted store promises, from outside.
#![allow(clippy::unwrap_used)]

mod audit;
mod common;
mod damage;
mod envelopes;
mod erase;
mod fixture;
mod mend;
mod open;
mod power;
mod rows;
mod speed;
mod wipe;
