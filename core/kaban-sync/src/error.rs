//! What the sync layer can fail with. No text carries anything about a patient.

use crate::document::DocumentError;
use crate::group::DocKey;
use crate::seal::SealError;

/// Failure of the sync layer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store.
    #[error(transparent)]
    Vault(#[from] kaban_vault::Error),
    /// Sealing to, or opening with, a public key.
    #[error("seal a key")]
    Seal(#[from] SealError),
    /// The merge library.
    #[error("merge a document")]
    Document(#[from] DocumentError),
    /// This store belongs to no association yet.
    #[error("this device belongs to no association yet")]
    NotJoined,
    /// This store belongs to an association already.
    #[error("this device belongs to an association already")]
    AlreadyJoined,
    /// A rule forbids it.
    #[error("{0}")]
    Rule(&'static str),
    /// This person may not write that document.
    #[error("this member may not write this document")]
    NotAllowed {
        /// Which document.
        doc: DocKey,
    },
    /// This person may write the document, but not say this about what somebody else signed.
    #[error("{0}")]
    NotTheirs(&'static str),
    /// No key of that document is held here.
    #[error("this device holds no key of this document")]
    NoKey,
    /// The field has several open values: one has to be decided on first.
    #[error("the field has several open values; resolve them first")]
    Conflict,
    /// A name that is not known here.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Input from outside that does not have the shape it should.
    #[error("{what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
    /// Offered to, or sealed for, somebody else.
    #[error("{0}")]
    ForSomebodyElse(&'static str),
    /// A wire type refused.
    #[error("encode an envelope")]
    Wire(#[from] kaban_proto::Error),
    /// The record log refused a record made here.
    #[error("the record log refused: {0}")]
    Log(String),
    /// The relay could not be reached, or what it said makes no sense.
    #[error("the relay: {what}")]
    Peer {
        /// What happened.
        what: String,
    },
    /// Something this device needs to believe is not so: a defect of ours.
    #[error("internal: {0}")]
    Internal(&'static str),
}
