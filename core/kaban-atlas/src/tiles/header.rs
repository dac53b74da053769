//! The 127 bytes every archive begins with.

use crate::error::{Error, Result};
use crate::geo::{Bounds, Coord};
use serde::Serialize;

/// Length of the header.
pub(crate) const HEADER_BYTES: usize = 127;
/// The root directory ends within the first 16 KiB, so that one read finds it.
pub(crate) const ROOT_END_MAX: u64 = 16_384;

const GZIP: u8 = 2;
const VECTOR_TILES: u8 = 1;

/// Where the parts of an archive lie, and what it covers. Offsets count from the start of the archive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Header {
    /// Root directory: offset and length.
    pub root: (u64, u64),
    /// Metadata: offset and length.
    pub metadata: (u64, u64),
    /// Leaf directories: offset and length.
    pub leaves: (u64, u64),
    /// Tiles: offset and length.
    pub tiles: (u64, u64),
    /// Tiles a reader can ask for.
    pub addressed: u64,
    /// Entries of the directories.
    pub entries: u64,
    /// Different contents.
    pub contents: u64,
    /// Smallest zoom.
    pub zoom_min: u8,
    /// Largest zoom.
    pub zoom_max: u8,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// Longitude and latitude to begin with, degrees.
    pub centre: [f64; 2],
    /// Zoom to begin with.
    pub centre_zoom: u8,
}

impl Header {
    /// Reads and checks a header; `length` is how long the archive may be.
    pub(super) fn decode(bytes: &[u8; HEADER_BYTES], length: u64) -> Result<Self> {
        if &bytes[..7] != b"PMTiles" {
            return Err(Error::BadBaseMap("it does not begin as a PMTiles archive"));
        }
        check(
            bytes[7] == 3,
            "it is a PMTiles archive of a version other than 3",
        )?;
        check(
            bytes[97] == GZIP && bytes[98] == GZIP,
            "its tiles are not compressed with gzip",
        )?;
        check(bytes[99] == VECTOR_TILES, "its tiles are no vector tiles")?;
        let number = |at: usize| {
            let mut raw = [0; 8];
            raw.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(raw)
        };
        let degrees = |at: usize| {
            let raw = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            f64::from(i32::from_le_bytes(raw)) / 1e7
        };
        let header = Self {
            root: (number(8), number(16)),
            metadata: (number(24), number(32)),
            leaves: (number(40), number(48)),
            tiles: (number(56), number(64)),
            addressed: number(72),
            entries: number(80),
            contents: number(88),
            zoom_min: bytes[100],
            zoom_max: bytes[101],
            bounds: [102, 106, 110, 114].map(degrees),
            centre_zoom: bytes[118],
            centre: [119, 123].map(degrees),
        };
        let parts = [header.root, header.metadata, header.leaves, header.tiles];
        for (offset, size) in parts {
            let end = offset.checked_add(size);
            check(
                size == 0
                    || (offset >= HEADER_BYTES as u64 && end.is_some_and(|end| end <= length)),
                "its parts lie beyond its end",
            )?;
        }
        let (root, size) = header.root;
        check(
            size > 0 && root + size <= ROOT_END_MAX,
            "its root directory is not at its head",
        )?;
        check(
            header.zoom_min <= header.zoom_max && header.zoom_max <= super::ZOOM_MAX,
            "its zooms make no sense",
        )?;
        let [west, south, east, north] = header.bounds;
        let on_globe = |lon: f64, lat: f64| lon.abs() <= 180.0 && lat.abs() <= 90.0;
        check(
            on_globe(west, south) && on_globe(east, north) && west <= east && south <= north,
            "its bounds make no sense",
        )?;
        Ok(header)
    }

    /// The bytes of a header over `bounds`, tiles in the order of their numbers.
    pub(crate) fn encode(&self, bounds: Bounds) -> [u8; HEADER_BYTES] {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(b"PMTiles\x03");
        for (offset, size) in [self.root, self.metadata, self.leaves, self.tiles] {
            out.extend_from_slice(&offset.to_le_bytes());
            out.extend_from_slice(&size.to_le_bytes());
        }
        for count in [self.addressed, self.entries, self.contents] {
            out.extend_from_slice(&count.to_le_bytes());
        }
        const CLUSTERED: u8 = 1;
        out.extend_from_slice(&[CLUSTERED, GZIP, GZIP, VECTOR_TILES]);
        out.extend_from_slice(&[self.zoom_min, self.zoom_max]);
        let put = |out: &mut Vec<u8>, at: Coord| {
            out.extend_from_slice(&at.lon.to_le_bytes());
            out.extend_from_slice(&at.lat.to_le_bytes());
        };
        put(&mut out, bounds.min);
        put(&mut out, bounds.max);
        out.push(self.centre_zoom);
        let middle = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
        put(
            &mut out,
            Coord {
                lon: middle(bounds.min.lon, bounds.max.lon),
                lat: middle(bounds.min.lat, bounds.max.lat),
            },
        );
        let mut header = [0; HEADER_BYTES];
        header.copy_from_slice(&out);
        header
    }
}

fn check(sound: bool, what: &'static str) -> Result<()> {
    if sound {
        Ok(())
    } else {
        Err(Error::BadBaseMap(what))
    }
}
