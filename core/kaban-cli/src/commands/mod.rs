//! One module a family of commands: read the arguments, call the use case, show the outcome.

pub mod audit;
pub mod consent;
pub mod demo;
pub mod doctor;
pub mod duty;
pub mod handover;
pub mod import;
pub mod map;
pub mod note;
mod page;
pub mod patient;
pub mod people;
mod progress;
mod render;
pub mod serve;
pub mod sync;
pub mod visit;
