#![doc = include_str!("../README.md")]

mod error;
pub mod geo;
pub mod osm;
mod pbf;

pub use error::{Error, Result};
