//! The district pack: one file with everything the map needs away from any network.
//!
//! The layout is in `container`; what each section holds is in `sections`. A pack is public data and is not encrypted,
//! but nothing in it is believed before the hashes match and every index has been checked.

mod container;
mod meta;
mod open;
mod seal;
mod sections;

pub use container::FORMAT_VERSION;
pub use meta::{Counts, Info, Meta, SectionInfo};
pub use open::{Pack, RoadPoint};
pub use seal::{SIGNATURE_DOMAIN, Seal, SignedBy, sign};

use crate::error::Result;
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
    pub names: Names,
    pub car: NetworkContents,
    pub foot: Option<NetworkContents>,
}

/// The bytes of a pack.
pub(crate) fn encode(contents: &Contents) -> Result<Vec<u8>> {
    let Contents {
        meta,
        names,
        car,
        foot,
    } = contents;
    let mut parts = vec![
        (sections::META, meta.to_json()),
        (sections::NAMES, sections::encode_names(names)),
    ];
    for (network, names) in [
        (Some(car), &sections::CAR),
        (foot.as_ref(), &sections::FOOT),
    ] {
        if let Some(network) = network {
            parts.extend(sections::encode_network(network, names));
        }
    }
    container::write(&parts)
}
