#![doc = include_str!("../README.md")]

mod acts;
pub mod association;
pub mod document;
pub mod duty_chain;
pub mod epoch;
mod error;
pub mod file;
pub mod group;
pub mod hex;
pub mod hlc;
pub mod manifest;
pub mod pairing;
pub mod payload;
pub mod peer;
pub mod seal;
pub mod seen;
pub mod workspace;

pub use acts::{Accept, Act, MemberInfo, Offer, Take};
pub use error::Error;
