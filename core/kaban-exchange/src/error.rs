//! What can be wrong with a file from outside. Every variant carries its place, none a patient's words.

/// A fault of one file, one line or one resource that was given to this crate.
///
/// Offsets are bytes from the start of the file as it was given, byte order mark included; lines and columns count
/// from one, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is larger than this reader takes at once.
    #[error("file of {bytes} bytes is larger than the limit of {limit}")]
    FileTooLarge {
        /// Size of the file.
        bytes: usize,
        /// The limit it passed.
        limit: usize,
    },
    /// One resource is larger than a resource may be.
    #[error("resource of {bytes} bytes is larger than the limit of {limit}")]
    ResourceTooLarge {
        /// Size of the resource's text.
        bytes: usize,
        /// The limit it passed.
        limit: usize,
    },
    /// A byte that is not UTF-8, the only character set FHIR JSON may be in.
    #[error("not UTF-8 from byte {at} on (perhaps Shift_JIS: save it as UTF-8)")]
    NotUtf8 {
        /// The first byte that does not fit.
        at: usize,
    },
    /// The file is of another kind than FHIR JSON.
    #[error("{what}")]
    OtherFormat {
        /// A plain sentence: what it is and what to do.
        what: &'static str,
    },
    /// The text is not JSON.
    #[error("{what} at {line}:{column} (byte {at})")]
    Syntax {
        /// Offset of the offending byte.
        at: usize,
        /// Line of it, from one.
        line: usize,
        /// Column of it in characters, from one.
        column: usize,
        /// What was met there.
        what: &'static str,
    },
    /// An object names the same member twice; which of them counts cannot be known, so neither is taken.
    #[error("member \"{key}\" appears twice in {path} at {line}:{column} (byte {at})")]
    DuplicateKey {
        /// The name that is repeated, at most 64 characters of it.
        key: String,
        /// JSON path of the object.
        path: String,
        /// Offset of the second appearance.
        at: usize,
        /// Line of it, from one.
        line: usize,
        /// Column of it in characters, from one.
        column: usize,
    },
    /// Objects and lists are nested deeper than any record needs.
    #[error("nested deeper than {limit} levels at {line}:{column} (byte {at})")]
    TooDeep {
        /// The limit.
        limit: usize,
        /// Offset of the bracket that is one too many.
        at: usize,
        /// Line of it, from one.
        line: usize,
        /// Column of it in characters, from one.
        column: usize,
    },
    /// A bundle or a line file holds more entries than this reader takes at once.
    #[error("more than {limit} entries")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Bundles inside bundles inside bundles.
    #[error("bundles nested deeper than {limit}")]
    BundleTooDeep {
        /// The limit.
        limit: usize,
    },
    /// JSON, but not a FHIR resource.
    #[error("{what}")]
    NotAResource {
        /// A plain sentence.
        what: &'static str,
    },
}

impl Error {
    /// What is the matter, without the place: for a report that has a column for places.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NotUtf8 { .. } => "not UTF-8 (perhaps Shift_JIS: save it as UTF-8)".to_owned(),
            Self::Syntax { what, .. } => format!("not JSON: {what}"),
            Self::DuplicateKey { key, .. } => {
                format!("member \"{key}\" appears twice: which one counts cannot be known")
            }
            Self::TooDeep { limit, .. } => format!("nested deeper than {limit} levels"),
            _ => self.to_string(),
        }
    }
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
