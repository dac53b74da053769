//! An archive over anything that reads and seeks: a file on the phone, a pack, bytes in memory.

use super::directory::{self, Entry};
use super::header::{HEADER_BYTES, Header};
use super::metadata::{Metadata, Schema};
use super::mvt::Tile;
use super::{TILE_BYTES_MAX, TILE_INFLATED_BYTES_MAX, TILES_MAX, hilbert};
use crate::error::{Error, Result};
use crate::gzip;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

const DIRECTORY_BYTES_MAX: u64 = 4 << 20;
const DIRECTORY_INFLATED_BYTES_MAX: usize = 8 << 20;
const METADATA_BYTES_MAX: u64 = 1 << 20;
/// Root, leaf, leaf of a leaf: what the specification recommends at most.
const DEPTH_MAX: usize = 3;
/// Leaf directories kept once they were read.
const LEAVES_KEPT_MAX: usize = 64;

/// Zoom, column from the west, row from the north.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileAddress {
    /// Zoom.
    pub z: u8,
    /// Column, counted from 180° W.
    pub x: u32,
    /// Row, counted from the north.
    pub y: u32,
}

/// A base map whose header, root directory and metadata have been checked.
#[derive(Debug)]
pub struct BaseMap<R> {
    reader: R,
    header: Header,
    metadata: Metadata,
    root: Vec<Entry>,
    leaves: BTreeMap<u64, Vec<Entry>>,
}

impl<R: Read + Seek> BaseMap<R> {
    /// Opens the archive at the start of `reader`; what follows behind it, such as the sections of a pack, is not looked at.
    ///
    /// # Errors
    /// [`Error::BadBaseMap`] when it is no PMTiles archive (version 3) of gzip-packed vector tiles or not a sound one,
    /// [`Error::UnknownSchema`] when its layers are unknown, [`Error::Read`] when reading fails.
    pub fn open(mut reader: R) -> Result<Self> {
        let length = reader.seek(SeekFrom::End(0)).map_err(Error::Read)?;
        Self::open_within(reader, length)
    }

    /// As [`BaseMap::open`], for an archive that must end within the first `length` bytes.
    pub(crate) fn open_within(mut reader: R, length: u64) -> Result<Self> {
        if length < HEADER_BYTES as u64 {
            return Err(Error::BadBaseMap("it does not begin as a PMTiles archive"));
        }
        let mut raw = [0; HEADER_BYTES];
        raw.copy_from_slice(&read_at(&mut reader, 0, HEADER_BYTES as u64)?);
        let header = Header::decode(&raw, length)?;
        let (offset, size) = header.metadata;
        if size > METADATA_BYTES_MAX {
            return Err(Error::BadBaseMap("its metadata is too long"));
        }
        let packed = read_at(&mut reader, offset, size)?;
        let metadata = gzip::inflate(&packed, METADATA_BYTES_MAX as usize)
            .ok_or(Error::BadBaseMap("its metadata does not decompress"))?;
        let metadata = Metadata::decode(&metadata)?;
        let (offset, size) = header.root;
        let root = directory_at(&mut reader, offset, size)?;
        check_entries(&root, &header)?;
        Ok(Self {
            reader,
            header,
            metadata,
            root,
            leaves: BTreeMap::new(),
        })
    }

    /// Where its parts lie and what it covers.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What it says about itself.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// How its layers are named.
    #[must_use]
    pub fn schema(&self) -> Schema {
        self.metadata.schema
    }

    /// The inflated bytes of a tile, `None` where the map has none.
    ///
    /// # Errors
    /// [`Error::BadBaseMap`] when a directory or the tile is not sound, [`Error::Read`] when reading fails.
    pub fn tile_bytes(&mut self, at: TileAddress) -> Result<Option<Vec<u8>>> {
        let TileAddress { z, x, y } = at;
        if z > super::ZOOM_MAX || x >> z != 0 || y >> z != 0 {
            return Ok(None);
        }
        let Some(entry) = self.find(hilbert::tile_id(z, x, y))? else {
            return Ok(None);
        };
        self.read_tile(&entry).map(Some)
    }

    /// A tile decoded, `None` where the map has none.
    ///
    /// # Errors
    /// As [`BaseMap::tile_bytes`].
    pub fn tile(&mut self, at: TileAddress) -> Result<Option<Tile>> {
        let bytes = self.tile_bytes(at)?;
        bytes.map(|bytes| Tile::decode(&bytes)).transpose()
    }

    /// All tiles of the map, in the order of the archive.
    ///
    /// # Errors
    /// [`Error::BadBaseMap`] when a directory is not sound or there are more than [`TILES_MAX`], [`Error::Read`] when
    /// reading fails.
    pub fn addresses(&mut self) -> Result<Vec<TileAddress>> {
        let mut found = Vec::new();
        for entry in self.all_entries()? {
            if found.len() + entry.run as usize > TILES_MAX {
                return Err(Error::BadBaseMap(
                    "it has more tiles than a prefecture needs",
                ));
            }
            for id in entry.id..entry.id + u64::from(entry.run) {
                let (z, x, y) =
                    hilbert::address(id).ok_or(Error::BadBaseMap("a tile beyond the last zoom"))?;
                found.push(TileAddress { z, x, y });
            }
        }
        Ok(found)
    }

    /// The runs of tiles of all directories.
    fn all_entries(&mut self) -> Result<Vec<Entry>> {
        let mut found = Vec::new();
        // Depth first and in order; a directory is visited once, so one that names itself ends in an error.
        let mut waiting: Vec<(usize, Entry)> =
            self.root.iter().rev().map(|entry| (1, *entry)).collect();
        while let Some((depth, entry)) = waiting.pop() {
            if entry.run > 0 {
                found.push(entry);
            } else {
                if depth == DEPTH_MAX {
                    return Err(Error::BadBaseMap("its directories are nested too deeply"));
                }
                let leaf = self.read_leaf(&entry)?;
                waiting.extend(leaf.iter().rev().map(|entry| (depth + 1, *entry)));
            }
            if found.len() + waiting.len() > TILES_MAX {
                return Err(Error::BadBaseMap(
                    "it has more tiles than a prefecture needs",
                ));
            }
        }
        Ok(found)
    }

    fn find(&mut self, id: u64) -> Result<Option<Entry>> {
        let mut at = covering(&self.root, id);
        for _ in 1..=DEPTH_MAX {
            match at {
                Some(entry) if entry.run == 0 => {
                    if !self.leaves.contains_key(&entry.offset) {
                        let leaf = self.read_leaf(&entry)?;
                        if self.leaves.len() >= LEAVES_KEPT_MAX {
                            self.leaves.clear();
                        }
                        self.leaves.insert(entry.offset, leaf);
                    }
                    at = self
                        .leaves
                        .get(&entry.offset)
                        .and_then(|leaf| covering(leaf, id));
                }
                Some(entry) if id < entry.id + u64::from(entry.run) => return Ok(Some(entry)),
                _ => return Ok(None),
            }
        }
        Err(Error::BadBaseMap("its directories are nested too deeply"))
    }

    fn read_leaf(&mut self, entry: &Entry) -> Result<Vec<Entry>> {
        let offset = self.header.leaves.0 + entry.offset;
        let leaf = directory_at(&mut self.reader, offset, entry.length.into())?;
        check_entries(&leaf, &self.header)?;
        Ok(leaf)
    }

    fn read_tile(&mut self, entry: &Entry) -> Result<Vec<u8>> {
        let offset = self.header.tiles.0 + entry.offset;
        let packed = read_at(&mut self.reader, offset, entry.length.into())?;
        gzip::inflate(&packed, TILE_INFLATED_BYTES_MAX)
            .ok_or(Error::BadBaseMap("a tile does not decompress"))
    }
}

/// Decodes every tile once: what an archive from elsewhere must stand before it goes into a pack.
pub(crate) fn check_every_tile<R: Read + Seek>(map: &mut BaseMap<R>) -> Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for entry in map.all_entries()? {
        if seen.insert(entry.offset) {
            Tile::decode(&map.read_tile(&entry)?)?;
        }
    }
    map.addresses().map(|_| ())
}

/// The last entry that begins at or before `id`.
fn covering(entries: &[Entry], id: u64) -> Option<Entry> {
    let behind = entries.partition_point(|entry| entry.id <= id);
    behind.checked_sub(1).map(|index| entries[index])
}

/// Every entry lies within its part, and no tile is longer than a phone should load.
fn check_entries(entries: &[Entry], header: &Header) -> Result<()> {
    for entry in entries {
        let (part, longest) = match entry.run {
            0 => (header.leaves.1, DIRECTORY_BYTES_MAX as u32),
            _ => (header.tiles.1, TILE_BYTES_MAX),
        };
        let end = entry.offset.checked_add(entry.length.into());
        if end.is_none_or(|end| end > part) || entry.length > longest {
            return Err(Error::BadBaseMap(
                "a tile lies beyond its end, or is too long",
            ));
        }
    }
    Ok(())
}

fn directory_at<R: Read + Seek>(reader: &mut R, offset: u64, size: u64) -> Result<Vec<Entry>> {
    let packed = read_at(reader, offset, size)?;
    let bytes = gzip::inflate(&packed, DIRECTORY_INFLATED_BYTES_MAX)
        .ok_or(Error::BadBaseMap("a directory does not decompress"))?;
    directory::decode(&bytes)
}

/// Lengths were checked against bounds before; the buffer grows with what is really there.
fn read_at<R: Read + Seek>(reader: &mut R, offset: u64, size: u64) -> Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(offset)).map_err(Error::Read)?;
    let mut bytes = Vec::new();
    reader
        .take(size)
        .read_to_end(&mut bytes)
        .map_err(Error::Read)?;
    if bytes.len() as u64 == size {
        Ok(bytes)
    } else {
        Err(Error::BadBaseMap("it ends too early"))
    }
}
