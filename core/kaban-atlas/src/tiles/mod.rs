//! Base maps as files: finding a tile in a PMTiles archive and reading what is in it, without trusting either.
//!
//! MapLibre aborts the whole app on a damaged archive, so the core looks at header, root directory and metadata before
//! the path is given out; the same reader serves the map on paper and the tests. Everything is bounded and synchronous.
//! Formats: PMTiles specification version 3 (protomaps), Vector Tile Specification 2.1 (Mapbox).

mod archive;
mod directory;
mod header;
mod hilbert;
mod metadata;
mod mvt;

pub use archive::{BaseMap, TileAddress};
pub use header::Header;
pub use metadata::{Metadata, Schema};
pub use mvt::{Feature, Geometry, Layer, Tile, Value};

pub(crate) use mvt::doubled_area;

pub(crate) use archive::check_every_tile;
pub(crate) use directory::{Entry, encode as encode_directory};
pub(crate) use header::{HEADER_BYTES, ROOT_END_MAX};
pub(crate) use hilbert::tile_id;

/// Longest tile as it is stored, in bytes.
pub const TILE_BYTES_MAX: u32 = 500_000;
/// Longest tile once inflated, in bytes.
pub const TILE_INFLATED_BYTES_MAX: usize = 8 << 20;
/// Most tiles in an archive.
pub const TILES_MAX: usize = 200_000;
/// Deepest zoom of an archive.
pub const ZOOM_MAX: u8 = 22;
