//! What tests of several devices share. Nothing here is part of the program.
//!
//! A [`Device`] is a real workspace over a real store in a temporary folder, with a clock that is
//! set and a generator that may be seeded. A [`Board`] is a relay that loses nothing; a
//! [`Network`] loses, delays, doubles and reorders, by seed. A [`Forger`] is a member's phone
//! with a changed program on it: it has the keys and none of the rules.
//!
//! A world that cannot be set up stops the test at once, hence the `unwrap`s.
#![allow(clippy::unwrap_used)]

mod board;
mod chance;
mod device;
mod forge;
mod measure;
mod network;

pub use board::Board;
pub use chance::Chance;
pub use device::{Device, PASSPHRASE, consent, new_store, opened_store, person, start, turn};
pub use forge::{Forger, Lie};
pub use measure::{cpu_time, exponent};
pub use network::{Faults, Network};
