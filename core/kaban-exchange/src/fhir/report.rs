//! What a call took, kept aside and refused, and where: the document that `import fhir` prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A place and what is the matter there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// A JSON path, `line:column (byte n)`, `line n`, or `byte n`.
    #[serde(rename = "where")]
    pub at: String,
    /// A plain sentence, without a patient's words.
    pub why: String,
}

impl Note {
    pub(crate) fn new(at: &str, why: &str) -> Self {
        Self {
            at: at.to_owned(),
            why: why.to_owned(),
        }
    }
}

/// A decision the import does not make alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsure {
    /// The file it is about.
    pub file: String,
    /// JSON path in it.
    #[serde(rename = "where")]
    pub at: String,
    /// What a person has to decide.
    pub why: String,
}

/// The outcome of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileReport {
    /// Name of the file.
    pub file: String,
    /// Resources that fields were filled from, counted by type.
    pub taken: BTreeMap<String, usize>,
    /// Resources kept whole without filling a field, counted by type.
    pub kept_aside: BTreeMap<String, usize>,
    /// What could not be read.
    pub refused: Vec<Note>,
    /// Why resources were kept aside, and what was taken but wants a look.
    pub warnings: Vec<Note>,
}

/// The outcome of one call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// One row a file, in the order given.
    pub files: Vec<FileReport>,
    /// Patients the caller entered as new; zero until it has.
    pub patients_new: usize,
    /// Patients the caller found among those it knows; zero until it has.
    pub patients_matched: usize,
    /// What a person has to decide.
    pub unsure: Vec<Unsure>,
}

impl Report {
    /// True when some file has a refusal: the good part may be committed, the call still ends as "bad input".
    #[must_use]
    pub fn has_refusals(&self) -> bool {
        self.files.iter().any(|file| !file.refused.is_empty())
    }
}
