//! Reading OpenStreetMap PBF files without trusting them.
//!
//! The format is small: length-prefixed blobs, zlib, protocol buffers (`wiki.openstreetmap.org/wiki/PBF_Format`).
//! Kaban reads it by itself because a damaged file must end in one clear error: the published reader (osmpbf 0.3.8)
//! adds deltas unchecked and unwraps unknown member types, which is a panic on crafted input.
//! That reader is the oracle in the tests: on every extract both give the same elements.

mod block;
mod reader;

pub(crate) use reader::PbfSource;
