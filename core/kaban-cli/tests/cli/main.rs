//! The program as a person or a script meets it: real processes, real folders, a real relay on a
//! loopback port.
#![allow(clippy::unwrap_used)]

mod bags;
mod closures;
mod drafts;
mod handover;
mod imports;
mod kaban;
mod map;
mod map_in_a_bag;
mod map_packs;
mod map_round;
mod map_style;
mod pairing;
#[path = "../../../kaban-atlas/tests/support/pbf_writer.rs"]
mod pbf_writer;
mod quarantine;
mod relay;
mod render;
mod roster;
#[path = "../../../kaban-atlas/tests/support/squares.rs"]
mod squares;
mod trouble;
mod words;
