//! What is wrong with a problem that was given, and where.

/// A problem that cannot be read: the JSON path, and one sentence. Never what was typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub struct RoundError {
    /// Where, such as `stops[3].window`.
    pub path: String,
    /// What is wrong there and what it should be.
    pub what: String,
}

impl RoundError {
    pub(super) fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
        }
    }
}
