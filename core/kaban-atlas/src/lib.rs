#![doc = include_str!("../README.md")]

pub mod areas;
mod basemap;
pub mod build;
pub mod conditions;
mod error;
pub mod geo;
mod gzip;
mod hierarchy;
mod network;
pub mod osm;
pub mod pack;
mod pbf;
#[cfg(feature = "picture")]
pub mod picture;
mod places;
pub mod round;
pub mod route;
mod snap;
mod strong_parts;
pub mod style;
mod tables;
pub mod tiles;
mod turns;
mod varint;
mod wire;
mod zones;

pub use conditions::Conditions;
pub use error::{Error, Result};
pub use places::{MedicalPlace, PlaceClass};
pub use snap::SNAP_METRES_MAX;
pub use tables::{DrivingSide, Profile, RoadClass};
