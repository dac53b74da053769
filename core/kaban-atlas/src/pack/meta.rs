//! What a pack says about itself: where, when, how much, and what its makers should know.

use crate::error::{Error, Result};
use crate::tables::DrivingSide;
use crate::tiles::{BaseMap, Schema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The META section. Fields a newer Kaban adds are ignored by an older one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Format version of the sections.
    pub format: u32,
    /// The credit that must be shown on the map and on paper.
    pub attribution: String,
    /// Day of the data, `YYYY-MM-DD`, when known.
    pub data_date: Option<String>,
    /// Two-letter country code, when known.
    pub country: Option<String>,
    /// Side of the road.
    pub driving_side: DrivingSide,
    /// West, south, east, north of the roads, computed from the data, degrees.
    pub bounds: [f64; 4],
    /// Counts per profile (`car`, `foot`).
    pub counts: BTreeMap<String, Counts>,
    /// The base map, if the pack has one.
    #[serde(default)]
    pub base_map: Option<BaseMapInfo>,
    /// Sentences about the data, such as restrictions that hold at some times only.
    pub notes: Vec<String>,
}

/// What the base map is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseMapInfo {
    /// How its layers are named.
    pub schema: Schema,
    /// Smallest and largest zoom.
    pub zooms: [u8; 2],
    /// Tiles a map can ask for.
    pub tiles: u64,
    /// Names of its layers.
    pub layers: Vec<String>,
    /// The credit the archive asks for beside the pack's own, empty when it asks for none.
    pub attribution: String,
    /// Length in bytes.
    pub bytes: u64,
}

/// Sizes of one profile's network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Places where a way is cut.
    pub junctions: u64,
    /// Pieces of road between junctions.
    pub segments: u64,
    /// Segments counted once per permitted direction.
    pub directed_edges: u64,
    /// Inner points of all segments.
    pub points: u64,
    /// Turn restrictions always in force.
    pub restrictions: u64,
    /// Turn restrictions that hold at some times only.
    pub restrictions_conditional: u64,
    /// Turn restrictions whose members are not in the network.
    pub restrictions_unusable: u64,
    /// Pieces of the network that do not touch.
    pub components: u64,
    /// Segments in the largest part where every place reaches every other.
    pub main_component_segments: u64,
    /// Length of all roads in kilometres.
    pub road_km: f64,
}

impl BaseMapInfo {
    /// What an archive of `bytes` bytes is.
    pub(crate) fn of<R: std::io::Read + std::io::Seek>(map: &BaseMap<R>, bytes: u64) -> Self {
        let header = map.header();
        Self {
            schema: map.schema(),
            zooms: [header.zoom_min, header.zoom_max],
            tiles: header.addressed,
            layers: map.metadata().layers.clone(),
            attribution: map.metadata().attribution.clone(),
            bytes,
        }
    }
}

/// Largest META read.
const META_BYTES_MAX: usize = 1 << 20;

impl Meta {
    pub(super) fn to_json(&self) -> Vec<u8> {
        // A map with text keys and plain structs cannot fail to serialise.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn from_json(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > META_BYTES_MAX {
            return Err(Error::TooLarge("the pack's description"));
        }
        serde_json::from_slice(bytes)
            .map_err(|_| Error::Damaged("the pack's description does not parse"))
    }
}

/// A section and its length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionInfo {
    /// Name in the section table.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
}

/// What `map info` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Info {
    /// The pack's own description.
    pub meta: Meta,
    /// Bytes per section, in file order.
    pub sections: Vec<SectionInfo>,
    /// Bytes of all sections but the base map.
    pub routing_bytes: u64,
    /// Whether places can be named by OpenStreetMap node id.
    pub node_ids: bool,
    /// Names of the areas, such as former municipalities.
    pub areas: Vec<String>,
    /// How many towns (大字, 町丁目) addresses are found by.
    pub towns: usize,
    /// The hash that names the whole pack, hexadecimal.
    pub root: String,
    /// The public key whose good signature the pack carries, hexadecimal; nothing when nobody signed.
    pub signed_by: Option<String>,
}
