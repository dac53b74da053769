//! The acts, in order.

pub mod found;
pub mod handover;
pub mod map;
pub mod night;
mod offline;
mod orders;
pub mod proof;
pub mod reconnect;
pub mod register;
mod stranger;
