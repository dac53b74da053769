//! One module a family of commands: read the arguments, call the use case, show the outcome.

mod absence_file;
pub mod audit;
pub mod closure;
pub mod consent;
pub mod demo;
pub mod doctor;
mod draft;
pub mod duty;
pub mod handover;
pub mod import;
pub mod lease;
pub mod map;
pub mod note;
mod page;
pub mod pairing;
pub mod patient;
pub mod people;
mod progress;
mod roster;
pub mod serve;
pub mod sync;
pub mod visit;
