//! Integration tests, a module per topic.
#![allow(clippy::unwrap_used)]

mod architecture;
mod beside_a_sync;
mod closures;
mod convergence;
mod forged_epoch;
mod forged_link;
mod forged_role;
mod hostile_input;
mod lease;
mod map_by_relay;
mod relay_key;
mod scenarios;
