//! What can fail, as a shell can act on it. The rich errors stay in the core.

use kaban_app::{AppError, Kind};

/// Why the bag did not do what was asked. Texts are English, for a log or a support line; none of
/// them carries a name or a value of a patient. Screens word each variant themselves.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KabanError {
    /// The bag is locked: ask for the PIN.
    #[error("the bag is locked")]
    Locked,
    /// The PIN or passphrase is not the one of this slot. Nothing is damaged.
    #[error("wrong PIN or passphrase")]
    WrongPassphrase,
    /// Nothing of that id can be read on this device.
    #[error("{what}")]
    NotFound {
        /// What was looked for.
        what: String,
    },
    /// What was typed or given does not have the shape it should; nothing was changed.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which input, as a path such as `visit.left_at`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A rule of duty, consent, membership or handover forbids it, for this person or at this time.
    #[error("{rule}")]
    Rule {
        /// Which rule, and who may instead.
        rule: String,
    },
    /// Several values of the field are open: show them side by side and let a person decide.
    #[error("{what}")]
    Conflict {
        /// What has to be decided.
        what: String,
    },
    /// The other side cannot be reached; what was written here waits and is safe.
    #[error("{reason}")]
    Offline {
        /// Whom, and how it failed.
        reason: String,
    },
    /// The disk is full: make room and try again; nothing saved was lost.
    #[error("{reason}")]
    Storage {
        /// What could not be written.
        reason: String,
    },
    /// A file of the store is damaged; nothing was deleted.
    #[error("{reason}")]
    Damaged {
        /// Which, and what to do.
        reason: String,
    },
    /// A row or a chain was changed outside Kaban: keep the device and tell the office.
    #[error("{reason}")]
    Tampered {
        /// Which row.
        reason: String,
    },
    /// This device may not read that any more until it has met the others again.
    #[error("{reason}")]
    LeaseExpired {
        /// Which scope, and how it is renewed.
        reason: String,
    },
    /// The store is open elsewhere: in another process, or in another handle of this one.
    #[error("the store is open elsewhere")]
    InUse,
    /// The store was written by a newer version: update the program.
    #[error("the store is from a newer version")]
    TooNew,
    /// A defect of ours, or of the phone's services.
    #[error("{reason}")]
    Internal {
        /// What happened.
        reason: String,
    },
}

/// Result of a call.
pub(crate) type Result<T> = std::result::Result<T, KabanError>;

impl KabanError {
    pub(crate) fn invalid(field: &str, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.to_owned(),
            reason: reason.into(),
        }
    }
}

impl From<AppError> for KabanError {
    fn from(error: AppError) -> Self {
        let AppError {
            kind,
            detail,
            input,
        } = error;
        match kind {
            Kind::NotFound => Self::NotFound { what: detail },
            Kind::Ambiguous | Kind::BadInput => Self::Invalid {
                field: input.unwrap_or_default(),
                reason: detail,
            },
            Kind::Conflict => Self::Conflict { what: detail },
            Kind::NotAllowed | Kind::ForSomebodyElse | Kind::Rule => Self::Rule { rule: detail },
            Kind::Locked => Self::Locked,
            Kind::LeaseExpired => Self::LeaseExpired { reason: detail },
            Kind::WrongPassphrase => Self::WrongPassphrase,
            Kind::Damaged => Self::Damaged { reason: detail },
            Kind::Offline => Self::Offline { reason: detail },
            Kind::Tampered => Self::Tampered { reason: detail },
            Kind::InUse => Self::InUse,
            Kind::TooNew => Self::TooNew,
            Kind::DiskFull => Self::Storage { reason: detail },
            _ => Self::Internal { reason: detail },
        }
    }
}
