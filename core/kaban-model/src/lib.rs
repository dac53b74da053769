//! Patients, visits, the rules of duty: pure values and functions.
//!
//! Nothing here reads a disk, a clock or a network, and nothing is random: the same arguments give
//! the same answer on every device, which is what lets twelve phones agree without a server.

pub mod closure;
pub mod duty;
mod error;
pub mod ids;
mod json;
pub mod notebook;
pub mod patient;
pub mod people;
pub mod phone;
pub mod search;
mod text;
pub mod visit;

pub use error::{Error, Invalid, Reason};
