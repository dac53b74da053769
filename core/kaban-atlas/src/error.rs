//! What can go wrong between a file of map data and an open pack.
//!
//! Messages are fragments for the caller to put into a sentence; none of them holds anything a person typed.

/// An error of building, writing or opening a district pack.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes could not be read from where they live.
    #[error("read the map data")]
    Read(#[source] std::io::Error),
    /// The input has no bytes at all.
    #[error("the map data is empty (0 bytes)")]
    EmptyInput,
    /// The input is not an OpenStreetMap PBF.
    #[error("this is not an OpenStreetMap PBF file")]
    NotPbf,
    /// The input begins like a PBF but stops making sense.
    #[error("the PBF is damaged at byte {at}: {what}")]
    BadPbf {
        /// Offset of the blob that does not decode, in bytes from the start.
        at: u64,
        /// What does not decode.
        what: &'static str,
    },
    /// The PBF needs something of its reader that Kaban does not have.
    #[error("the PBF needs a feature Kaban does not read: {0}")]
    UnsupportedPbf(String),
    /// Nothing in the input can be driven on.
    #[error("no roads with known positions in the map data")]
    NoRoads,
    /// The input is beyond a written bound.
    #[error("too large: {0}")]
    TooLarge(&'static str),
    /// A country code that is not two letters.
    #[error("a country code has two letters, such as JP")]
    BadCountry,
    /// The bytes do not end with a pack's footer: another kind of file, or one cut short.
    #[error("this is not a Kaban map pack, or it was cut short")]
    NotAPack,
    /// The pack was made by a newer Kaban.
    #[error("the map pack has format {found}, this Kaban reads up to {supported}; update Kaban")]
    TooNew {
        /// The version in the pack.
        found: u32,
        /// The newest version this code reads.
        supported: u32,
    },
    /// The pack was made by a Kaban of before the first release.
    #[error("the map pack has format {found} of a Kaban before the first release; build it again")]
    TooOld {
        /// The version in the pack.
        found: u32,
    },
    /// The pack names a maker whose signature it does not carry.
    #[error("the map pack's signature is not good: somebody changed it, or its seal is damaged")]
    BadSignature,
    /// The pack's bytes are not the bytes that were written.
    #[error("the map pack is damaged: {0}")]
    Damaged(&'static str),
    /// The base map is no archive of vector tiles that a phone could show.
    #[error("the base map cannot be used: {0}")]
    BadBaseMap(&'static str),
    /// The base map's layers are named in a way no style of Kaban's knows.
    #[error("the base map has layers Kaban cannot draw; it knows the schemas {known}")]
    UnknownSchema {
        /// The schemas known, separated by commas.
        known: &'static str,
    },
}

/// Short for a result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
