#![doc = include_str!("../README.md")]

pub mod areas;
pub mod build;
pub mod conditions;
mod error;
pub mod geo;
mod network;
pub mod osm;
pub mod pack;
mod pbf;
#[cfg(feature = "picture")]
pub mod picture;
pub mod route;
mod snap;
mod tables;
mod turns;
mod varint;

pub use conditions::Conditions;
pub use error::{Error, Result};
pub use snap::SNAP_METRES_MAX;
pub use tables::{DrivingSide, Profile, RoadClass};
