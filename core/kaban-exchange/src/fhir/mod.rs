//! FHIR R4 and JP Core in.
//!
//! A duty doctor needs what the hospital already wrote: who the patient is, problems, allergies, drugs, vital signs.
//! [`read_file`] takes the bytes of one file apart into resources, each with its original text; [`assemble`] joins the
//! resources of one call into patients with Kaban's own fields. Both are pure. No FHIR crate is used: typed ones rewrite
//! what they read (7 becomes 7.0, unknown members vanish), and the original must survive to the byte.

mod allergy;
mod assemble;
mod codes;
mod condition;
mod dosage;
mod draft;
mod element;
mod identity;
mod key;
mod medication;
mod observation;
mod patient;
mod people;
mod plan;
mod read;
mod reference;
mod report;
mod understood;
mod units;
mod version;

pub use assemble::assemble;
pub use codes::Sign;
pub use identity::{Identifier, Identity, MatchKey};
pub use plan::{
    ImportPlan, ImportedField, ImportedPatient, ImportedVitals, Reading, SourceResource,
};
pub use read::{FileImport, KeptAside, Limits, Resource, read_file};
pub use report::{FileReport, Note, Report, Unsure};
