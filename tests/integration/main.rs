//! Integration tests, a module per topic.
#![allow(clippy::unwrap_used)]

mod architecture;
mod forged_role;
mod hostile_input;
