//! FHIR R4 and JP Core in.
//!
//! A duty doctor needs what the hospital already wrote: who the patient is, problems, allergies, drugs, vital signs.
//! [`read_file`] takes the bytes of one file apart into resources, each with its original text; [`assemble`] joins the
//! resources of one call into patients with Kaban's own fields. Both are pure. No FHIR crate is used: typed ones rewrite
//! what they read (7 becomes 7.0, unknown members vanish), and the original must survive to the byte.

mod codes;
mod element;
pub mod read;
pub mod report;
mod understood;
mod version;

pub use codes::Sign;
pub use read::{FileImport, KeptAside, Limits, Resource, read_file};
pub use report::{FileReport, Note, Report, Unsure};
