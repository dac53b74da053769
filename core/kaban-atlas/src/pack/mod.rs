//! The district pack: one file with everything the map needs away from any network.
//!
//! The layout is in `container`; what each section holds is in `sections`. A pack is public data and is not encrypted,
//! but nothing in it is believed before the hashes match and every index has been checked.

mod conditions;
mod container;
mod meta;
mod open;
mod places;
mod seal;
mod sections;
mod snapped;

pub use container::FORMAT_VERSION;
pub use meta::{BaseMapInfo, Counts, Info, Meta, SectionInfo};
pub use open::{Pack, RoadPoint};
pub use seal::{SIGNATURE_DOMAIN, Seal, SignedBy, sign};
pub use snapped::Snapped;

use crate::areas::{Area, Town, encode_areas, encode_towns};
use crate::error::Result;
use crate::places::MedicalPlace;
use crate::tables::{Names, NodeIds, Tables};

/// One profile's network as it goes into a pack.
#[derive(Debug)]
pub(crate) struct NetworkContents {
    pub tables: Tables,
    pub node_ids: Option<NodeIds>,
}

/// Everything that goes into a pack.
#[derive(Debug)]
pub(crate) struct Contents {
    pub meta: Meta,
    /// A PMTiles archive.
    pub base_map: Option<Vec<u8>>,
    pub names: Names,
    pub places: Vec<MedicalPlace>,
    pub car: NetworkContents,
    pub foot: Option<NetworkContents>,
    pub areas: Vec<Area>,
    pub towns: Vec<Town>,
}

/// The bytes of a pack.
pub(crate) fn encode(contents: Contents) -> Result<Vec<u8>> {
    let Contents {
        meta,
        base_map,
        names,
        places,
        car,
        foot,
        areas,
        towns,
    } = contents;
    // MapLibre opens the same file as an archive, so the base map begins at its first byte.
    let mut parts: Vec<_> = base_map
        .into_iter()
        .map(|archive| (container::BASEMAP, archive))
        .collect();
    parts.extend([
        (sections::META, meta.to_json()),
        (sections::NAMES, sections::encode_names(&names)),
        (places::PLACES, places::encode(&places)),
    ]);
    for (network, names) in [
        (Some(&car), &sections::CAR),
        (foot.as_ref(), &sections::FOOT),
    ] {
        if let Some(network) = network {
            parts.extend(sections::encode_network(network, names));
        }
    }
    if !areas.is_empty() {
        parts.push((sections::AREAS, encode_areas(&areas)));
    }
    if !towns.is_empty() {
        parts.push((sections::TOWNS, encode_towns(&towns)));
    }
    container::write(&parts)
}
