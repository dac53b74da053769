//! What a use case can fail with: a kind that a shell or a script can act on, and one clear line.

use kaban_vault::keyvault::KeyVaultError;

/// A kind of failure; each has one exit code (design.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// No such id, name or file of ours.
    NotFound,
    /// A prefix that fits several.
    Ambiguous,
    /// A field has several open values.
    Conflict,
    /// This person may not do that.
    NotAllowed,
    /// Sealed for, or offered to, somebody else.
    ForSomebodyElse,
    /// A rule of duty, consent or handover forbids it.
    Rule,
    /// The lease has ended: what was asked for is closed until it is renewed.
    LeaseExpired,
    /// What was typed or read does not have the shape it should.
    BadInput,
    /// The store is locked.
    Locked,
    /// Wrong passphrase.
    WrongPassphrase,
    /// A file of the store is damaged.
    Damaged,
    /// The other side cannot be reached.
    Offline,
    /// A row was changed behind our back.
    Tampered,
    /// Another process has the store open, or a fetch of a map is under way.
    InUse,
    /// The store is from a newer version.
    TooNew,
    /// The disk is full.
    DiskFull,
    /// A defect of ours.
    Internal,
}

impl Kind {
    /// The name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Ambiguous => "ambiguous",
            Self::Conflict => "conflict",
            Self::NotAllowed => "not_allowed",
            Self::ForSomebodyElse => "for_somebody_else",
            Self::Rule => "rule",
            Self::LeaseExpired => "lease_expired",
            Self::BadInput => "bad_input",
            Self::Locked => "locked",
            Self::WrongPassphrase => "wrong_passphrase",
            Self::Damaged => "damaged",
            Self::Offline => "peer_unreachable",
            Self::Tampered => "tampered",
            Self::InUse => "in_use",
            Self::TooNew => "too_new",
            Self::DiskFull => "disk_full",
            Self::Internal => "internal",
        }
    }

    /// The exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::NotFound
            | Self::Ambiguous
            | Self::Conflict
            | Self::NotAllowed
            | Self::ForSomebodyElse
            | Self::Rule
            | Self::LeaseExpired
            | Self::Internal => 1,
            Self::BadInput => 2,
            Self::Locked | Self::WrongPassphrase => 3,
            Self::Damaged => 4,
            Self::Offline => 5,
            Self::Tampered => 7,
            Self::InUse => 8,
            Self::TooNew => 9,
            Self::DiskFull => 10,
        }
    }
}

/// A failed use case.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub struct AppError {
    /// What kind.
    pub kind: Kind,
    /// One line: what, where, and what to do. Never a name or a value of a patient.
    pub detail: String,
    /// Which input was wrong, as a path such as `visit.left_at`; nothing for anything else.
    pub input: Option<String>,
}

/// Result of a use case.
pub type Result<T> = std::result::Result<T, AppError>;

impl AppError {
    /// A failure of a kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            input: None,
        }
    }

    pub(crate) fn input(detail: impl Into<String>) -> Self {
        Self::new(Kind::BadInput, detail)
    }

    /// The same, with the name of the input that was wrong.
    pub(crate) fn about(self, input: impl Into<String>) -> Self {
        Self {
            input: Some(input.into()),
            ..self
        }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("no such {what} on this device"))
    }
}

impl From<kaban_vault::Error> for AppError {
    fn from(error: kaban_vault::Error) -> Self {
        use kaban_vault::Error as E;
        let kind = match &error {
            E::NotFound { .. } | E::Exists { .. } | E::Invalid { .. } => Kind::BadInput,
            E::InUse => Kind::InUse,
            E::TooNew { .. } => Kind::TooNew,
            E::Locked | E::KeyVault(KeyVaultError::DeviceLocked) => Kind::Locked,
            E::WrongPassphrase => Kind::WrongPassphrase,
            E::NoSlot | E::SlotExists | E::ScopeGone { .. } => Kind::NotFound,
            E::Damaged { .. } | E::Database(_) | E::Io(_) | E::KeyVault(_) => Kind::Damaged,
            E::Tampered { .. } | E::Fork { .. } => Kind::Tampered,
            E::DiskFull => Kind::DiskFull,
            _ => Kind::Internal,
        };
        Self::new(kind, advice(kind, error.to_string()))
    }
}

impl From<kaban_sync::Error> for AppError {
    fn from(error: kaban_sync::Error) -> Self {
        use kaban_sync::Error as E;
        let kind = match error {
            E::Vault(error) => return error.into(),
            E::Rule(rule) => return Self::new(Kind::Rule, in_plain_words(rule)),
            E::Peer { what } => return peer(&what),
            E::NotJoined | E::AlreadyJoined => Kind::Rule,
            E::NotAllowed { .. } | E::NotTheirs(_) => Kind::NotAllowed,
            E::NoKey | E::NotFound(_) => Kind::NotFound,
            E::Conflict => Kind::Conflict,
            E::Malformed { .. } => Kind::BadInput,
            E::ForSomebodyElse(_) => Kind::ForSomebodyElse,
            _ => Kind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<kaban_model::Error> for AppError {
    fn from(error: kaban_model::Error) -> Self {
        let kind = match error {
            kaban_model::Error::Invalid(invalid) => return invalid.into(),
            kaban_model::Error::Conflict { .. } => Kind::Conflict,
            kaban_model::Error::NotOpen => Kind::Rule,
            _ => Kind::BadInput,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<kaban_model::Invalid> for AppError {
    fn from(error: kaban_model::Invalid) -> Self {
        Self::input(error.to_string()).about(error.field)
    }
}

/// A relay that answers with a refusal is reached: its code comes first in what it says.
fn peer(what: &str) -> AppError {
    let code = what.split(':').next().unwrap_or_default();
    let (kind, detail) = match code {
        "SuspendedDevice" => (
            Kind::NotAllowed,
            "this device is suspended; what was written here stays: speak with an admin",
        ),
        "RemovedDevice" => (
            Kind::NotAllowed,
            "this device was removed from the association; what was written here stays",
        ),
        "UnknownDevice" => (
            Kind::NotAllowed,
            "the relay does not know this device yet: the admin who let it in has to sync first",
        ),
        "NotFounded" => (Kind::NotAllowed, "this relay takes no new association"),
        "OtherGenesis" => (
            Kind::NotAllowed,
            "another association has this one's id on that relay",
        ),
        "OtherRelay" => {
            let detail = format!(
                "another relay answers than the association's ({what}), so nothing was exchanged; if it was set up anew, ask whoever runs it for its key: `kaban sync --relay-key KEY`"
            );
            return AppError::new(Kind::NotAllowed, detail);
        }
        "DamagedWorkspace" => (
            Kind::Offline,
            "what the relay has of this association is damaged: whoever runs it has to put a backup back; what was written here stays",
        ),
        _ => return AppError::new(Kind::Offline, format!("the relay: {what}")),
    };
    AppError::new(kind, detail)
}

/// A rule of the record log says what a record does wrong; a person is told who may do it instead.
fn in_plain_words(rule: &'static str) -> &'static str {
    match rule {
        "enrols without the right to" => "only an admin may let a device in",
        "suspends without the right to" => "only a doctor or the office may suspend a member",
        "suspends an admin without being one" => "only an admin may suspend an admin",
        "suspends whoever is on duty" => {
            "whoever is on duty cannot be suspended: take the duty over first"
        }
        "registers a patient of another doctor" => {
            "a patient is registered by the primary physician or the office"
        }
        "names a primary physician who is not a doctor" => {
            "the primary physician has to be a doctor"
        }
        "names no patient" => "this patient is not registered",
        "changes the registration of another's patient" => {
            "registration and consent are changed by the primary physician or the office"
        }
        "declares another's absence" => "an absence is declared by the member or the office",
        "records a call without the right to" => {
            "an unanswered call is recorded by whoever is on duty, a nurse or the office"
        }
        "takes duty without being a doctor" => "only a doctor may take the duty",
        "offers duty to somebody who is not a doctor" => "the bag can be offered to a doctor only",
        "answers an offer that was withdrawn" => "the offer was withdrawn",
        "follows a link that somebody else had followed" => {
            "somebody else has been on duty since: sync first"
        }
        other => other,
    }
}

fn advice(kind: Kind, text: String) -> String {
    let what_to_do = match kind {
        Kind::InUse => "another kaban has this bag open: close it first",
        Kind::TooNew => "update Kaban on this device; nothing was changed",
        Kind::Damaged => {
            "run `kaban doctor`; nothing was deleted, unsent work can still be carried off"
        }
        Kind::Tampered => "somebody changed this file outside Kaban: keep it and tell the office",
        Kind::DiskFull => "free some space and try again; nothing was lost",
        _ => return text,
    };
    format!("{text}: {what_to_do}")
}
