//! What comes into a bag from elsewhere, and what leaves it for elsewhere.
//!
//! Hospitals, pharmacies and other makers' systems hand over files; this crate turns their bytes into plans the
//! application may carry out. It promises to be pure (bytes in, values out: no clock, no disk, no network), to bound
//! whatever it reads, never to panic on it, and to lose nothing silently: what is not taken is kept aside or refused,
//! each with its place.
//!
//! Architecture Invariant: this crate knows `kaban-model` and no other crate of ours; it cannot write a record.

pub mod error;
pub mod fhir;
pub mod ics;

pub use error::{Error, Result};
