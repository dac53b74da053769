//! The one error of the crate's constructors; decoding and verifying have their own small errors.

use crate::codec::DecodeError;

/// Why a wire value could not be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The body is larger than [`crate::envelope::BODY_BYTES_MAX`], or the sealed part of a record than
    /// [`crate::record::SEALED_BYTES_MAX`].
    #[error("body of {bytes} bytes is over the cap")]
    BodyTooLarge {
        /// Size of the refused body.
        bytes: usize,
    },
    /// Records travel in the record log and nothing else does.
    #[error("envelope kind and document do not belong together")]
    KindAndDocument,
    /// Sequence numbers start at 1, and the first envelope of a chain has no previous one.
    #[error("sequence number and previous hash do not belong together")]
    SeqAndPrevious,
    /// A record has more than [`crate::record::PARENTS_MAX`] parents, or they are not sorted and distinct.
    #[error("record parents are not sorted, distinct and few")]
    Parents,
    /// The bytes are not the canonical form of the value.
    #[error("decode")]
    Decode(#[from] DecodeError),
}
