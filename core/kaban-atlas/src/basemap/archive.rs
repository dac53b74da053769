//! The archive around the tiles: equal tiles stored once, directories, metadata (PMTiles specification, version 3).

use super::feature::{Layer, ZOOM_MAX, ZOOM_MIN};
use crate::geo::Bounds;
use crate::gzip;
use crate::tiles::{Entry, HEADER_BYTES, Header, ROOT_END_MAX, encode_directory};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Entries of a leaf directory, when the root cannot hold them all.
const LEAF_ENTRIES: usize = 4096;

/// An archive while its tiles are added, in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct Archive {
    tiles: Vec<u8>,
    entries: Vec<Entry>,
    /// Where the tile of that hash lies.
    known: BTreeMap<[u8; 32], (u64, u32)>,
    addressed: u64,
    /// Of the first and the last tile.
    zooms: Option<(u8, u8)>,
}

impl Archive {
    /// Adds a packed tile of a zoom; its number must be larger than those before.
    pub fn add(&mut self, zoom: u8, id: u64, packed: &[u8]) {
        self.addressed += 1;
        self.zooms = Some((self.zooms.map_or(zoom, |(low, _)| low), zoom));
        let here = (self.tiles.len() as u64, packed.len() as u32);
        let hash = Sha256::digest(packed).into();
        let (offset, length) = *self.known.entry(hash).or_insert(here);
        if (offset, length) == here {
            self.tiles.extend_from_slice(packed);
        }
        match self.entries.last_mut() {
            Some(last) if last.offset == offset && last.id + u64::from(last.run) == id => {
                last.run += 1
            }
            _ => self.entries.push(Entry {
                id,
                offset,
                length,
                run: 1,
            }),
        }
    }

    /// Tiles added.
    pub fn len(&self) -> usize {
        self.addressed as usize
    }

    /// The bytes of the archive.
    pub fn finish(self, bounds: Bounds, data_date: Option<&str>) -> Vec<u8> {
        let (root, leaves) = directories(&self.entries);
        let metadata = gzip::deflate(metadata(data_date).to_string().as_bytes());
        let mut end = HEADER_BYTES as u64;
        let mut part = |length: usize| {
            let offset = end;
            end += length as u64;
            (offset, length as u64)
        };
        let header = Header {
            root: part(root.len()),
            metadata: part(metadata.len()),
            leaves: part(leaves.len()),
            tiles: part(self.tiles.len()),
            addressed: self.addressed,
            entries: self.entries.len() as u64,
            contents: self.known.len() as u64,
            zoom_min: self.zooms.map_or(ZOOM_MIN, |(low, _)| low),
            zoom_max: self.zooms.map_or(ZOOM_MAX, |(_, high)| high),
            bounds: bounds.degrees(),
            centre: [0.0; 2],
            centre_zoom: 11,
        };
        [
            header.encode(bounds).as_slice(),
            &root,
            &metadata,
            &leaves,
            &self.tiles,
        ]
        .concat()
    }
}

/// The packed root directory, and the leaf directories if it needs some.
fn directories(entries: &[Entry]) -> (Vec<u8>, Vec<u8>) {
    let room = ROOT_END_MAX as usize - HEADER_BYTES;
    let root = gzip::deflate(&encode_directory(entries));
    if root.len() <= room {
        return (root, Vec::new());
    }
    let mut size = LEAF_ENTRIES;
    loop {
        let mut leaves = Vec::new();
        let mut parents = Vec::new();
        for chunk in entries.chunks(size) {
            let packed = gzip::deflate(&encode_directory(chunk));
            parents.push(Entry {
                id: chunk[0].id,
                offset: leaves.len() as u64,
                length: packed.len() as u32,
                run: 0,
            });
            leaves.extend(packed);
        }
        let root = gzip::deflate(&encode_directory(&parents));
        if root.len() <= room {
            return (root, leaves);
        }
        size *= 2;
    }
}

fn metadata(data_date: Option<&str>) -> serde_json::Value {
    let layers: Vec<_> = Layer::ALL
        .iter()
        .map(|layer| {
            let fields: serde_json::Map<_, _> =
                layer.fields().iter().map(|(key, kind)| ((*key).to_owned(), (*kind).into())).collect();
            json!({ "id": layer.name(), "fields": fields, "minzoom": ZOOM_MIN, "maxzoom": ZOOM_MAX })
        })
        .collect();
    json!({
        "name": "Kaban",
        "type": "baselayer",
        "format": "pbf",
        "schema": "kaban-1",
        "attribution": "© OpenStreetMap contributors",
        "data_date": data_date,
        "vector_layers": layers,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::geo::Coord;
    use crate::tiles::{BaseMap, TileAddress, tile_id};
    use std::io::Cursor;

    #[test]
    fn thousands_of_tiles_are_found_through_leaves_and_equal_ones_are_stored_once() {
        let mut archive = Archive::default();
        let mut ids = BTreeMap::new();
        for x in 0..150u32 {
            for y in 0..150u32 {
                ids.insert(tile_id(14, x * 3, y * 5), (x * 3, y * 5));
            }
        }
        for (id, (x, y)) in &ids {
            let text = if x % 2 == 0 {
                "sea".to_owned()
            } else {
                format!("{}", x * y * 7919)
            };
            archive.add(14, *id, &gzip::deflate(text.as_bytes()));
        }
        let at = |lon, lat| Coord::from_degrees(lon, lat).unwrap();
        let bounds = Bounds {
            min: at(140.0, 35.0),
            max: at(141.0, 36.0),
        };
        let bytes = archive.finish(bounds, None);
        let mut map = BaseMap::open(Cursor::new(bytes)).unwrap();
        assert!(map.header().leaves.1 > 0 && map.header().contents < map.header().addressed);
        assert_eq!(map.header().bounds, [140.0, 35.0, 141.0, 36.0]);
        assert_eq!(map.addresses().unwrap().len(), 22_500);
        for (x, y) in ids.values() {
            let found = map
                .tile_bytes(TileAddress {
                    z: 14,
                    x: *x,
                    y: *y,
                })
                .unwrap()
                .unwrap();
            let wanted = if x % 2 == 0 {
                "sea".to_owned()
            } else {
                format!("{}", x * y * 7919)
            };
            assert_eq!(found, wanted.as_bytes());
        }
        assert_eq!(
            map.tile_bytes(TileAddress { z: 14, x: 1, y: 1 }).unwrap(),
            None
        );
    }
}
