//! An open pack: verified, decoded, checked and ready to route.

use super::container::{self, BASEMAP, Contained, Section};
use super::meta::{Info, Meta, SectionInfo};
use super::seal::SignedBy;
use super::sections::{self, NetworkBytes, NetworkNames};
use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::network::Network;
use crate::tables::{Names, NodeIds, NodePlace, Profile, RoadClass, flag};
use std::io::{Cursor, Read, Seek};
use std::sync::OnceLock;

/// A district pack in memory. Opening verifies every hash and checks every index, so nothing later can fail for its bytes.
#[derive(Debug)]
pub struct Pack {
    meta: Meta,
    root: [u8; 32],
    signed_by: SignedBy,
    sections: Vec<SectionInfo>,
    pub(crate) names: Names,
    car: Network,
    /// The pack's own network on foot, or one derived from the roads when first asked for.
    foot: OnceLock<Network>,
    own_foot: bool,
    car_ids: Option<NodeIds>,
    foot_ids: Option<NodeIds>,
}

/// A random place on a road.
#[derive(Clone, Debug, PartialEq)]
pub struct RoadPoint {
    /// `[longitude, latitude]` in degrees.
    pub at: [f64; 2],
    /// Name of the road, empty when it has none.
    pub road: String,
}

impl Pack {
    /// Reads and verifies a pack.
    ///
    /// # Errors
    /// [`Error::NotAPack`] without the footer, [`Error::TooNew`] for a later format, [`Error::Damaged`] for anything that
    /// is not as it was written, [`Error::BadSignature`] for a signature that is not the named key's,
    /// [`Error::TooOld`] for a format of before the first release, [`Error::TooLarge`] beyond the written bounds, [`Error::Read`] when reading fails.
    pub fn open<R: Read + Seek>(mut reader: R) -> Result<Self> {
        let Contained {
            sections,
            root,
            signed_by,
        } = container::read(&mut reader)?;
        let meta = Meta::from_json(wanted(&sections, sections::META)?)?;
        let names = sections::decode_names(wanted(&sections, sections::NAMES)?)?;
        if names.strings.is_empty() {
            return Err(Error::Damaged("the names are missing"));
        }
        let (car, car_ids) = network(&sections, &sections::CAR, Profile::Car, &names)?;
        let foot = OnceLock::new();
        let own_foot = found(&sections, sections::FOOT.graph).is_some();
        let mut foot_ids = None;
        if own_foot {
            let (network, ids) = network(&sections, &sections::FOOT, Profile::Foot, &names)?;
            foot.get_or_init(|| network);
            foot_ids = ids;
        }
        let sections = sections
            .into_iter()
            .map(|Section { name, length, .. }| SectionInfo {
                name: String::from_utf8_lossy(&name).trim_end().to_owned(),
                bytes: length,
            })
            .collect();
        Ok(Self {
            meta,
            root,
            signed_by,
            sections,
            names,
            car,
            foot,
            own_foot,
            car_ids,
            foot_ids,
        })
    }

    /// Opens a pack that is already in memory.
    ///
    /// # Errors
    /// As [`Pack::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::open(Cursor::new(bytes))
    }

    /// What the pack says about itself.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The hash that names the whole pack, its signature apart: the same data built anew has the same root.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.root
    }

    /// Whose signature the pack carries. The signature is good; whether its key is anybody's to trust is not known here.
    #[must_use]
    pub fn signed_by(&self) -> SignedBy {
        self.signed_by
    }

    /// West, south, east, north of the roads in degrees.
    #[must_use]
    pub fn bounds(&self) -> [f64; 4] {
        self.meta.bounds
    }

    /// What `map info` prints.
    #[must_use]
    pub fn info(&self) -> Info {
        let base_map = String::from_utf8_lossy(&BASEMAP).trim_end().to_owned();
        Info {
            meta: self.meta.clone(),
            sections: self.sections.clone(),
            routing_bytes: self
                .sections
                .iter()
                .filter(|s| s.name != base_map)
                .map(|s| s.bytes)
                .sum(),
            node_ids: self.car_ids.is_some(),
            root: hex(&self.root),
            signed_by: self.signed_by.0.map(|key| hex(&key)),
        }
    }

    /// Whether the pack has footways, paths and stairs; if not, people on foot are led along the roads.
    #[must_use]
    pub fn has_footways(&self) -> bool {
        self.own_foot
    }

    pub(crate) fn network(&self, profile: Profile) -> &Network {
        match profile {
            Profile::Car => &self.car,
            Profile::Foot => self.foot.get_or_init(|| self.car.on_foot()),
        }
    }

    /// Where an OpenStreetMap node lies; `None` when it is on no road or the pack stores no ids.
    pub(crate) fn node_place(&self, profile: Profile, id: i64) -> Option<NodePlace> {
        let ids = match profile {
            Profile::Car => self.car_ids.as_ref(),
            Profile::Foot if self.own_foot => self.foot_ids.as_ref(),
            Profile::Foot => self.car_ids.as_ref(),
        }?;
        let index = ids.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(ids[index].1)
    }

    /// `count` places on streets of the main network, spread by length of road; `random` gives uniform 64-bit numbers.
    ///
    /// Streets where people live are taken if there are any, other roads if not; empty without a main network.
    pub fn random_road_points(
        &self,
        count: usize,
        random: &mut dyn FnMut() -> u64,
    ) -> Vec<RoadPoint> {
        let tables = &self.car.tables;
        let main = |class: &dyn Fn(RoadClass) -> bool| -> Vec<(u64, u32)> {
            let mut sum = 0u64;
            let segments = tables.segments.iter().enumerate();
            segments
                .filter(|(_, s)| {
                    s.flags & flag::MAIN_OPEN != 0 && s.flags & (flag::TUNNEL | flag::FERRY) == 0
                })
                .filter(|(_, s)| class(s.class))
                .map(|(index, s)| {
                    sum += u64::from(s.length);
                    (sum, index as u32)
                })
                .collect()
        };
        let lived_in = |class| {
            use RoadClass::{LivingStreet, Residential, Tertiary, Unclassified};
            matches!(class, LivingStreet | Residential | Tertiary | Unclassified)
        };
        let mut streets = main(&lived_in);
        if streets.is_empty() {
            streets = main(&|_| true);
        }
        let Some(&(total, _)) = streets.last() else {
            return Vec::new();
        };
        (0..count)
            .map(|_| {
                let wanted = random() % total;
                let (_, segment) = streets[streets.partition_point(|(sum, _)| *sum <= wanted)];
                let share = (random() >> 11) as f64 / (1u64 << 53) as f64;
                let label = self.names.label(tables.segments[segment as usize].label);
                RoadPoint {
                    at: self.place_on(segment, share),
                    road: self.names.text(label.name).to_owned(),
                }
            })
            .collect()
    }

    fn place_on(&self, segment: u32, share: f64) -> [f64; 2] {
        let points: Vec<Coord> = self.car.tables.line(segment).collect();
        let stretches: Vec<f64> = points
            .windows(2)
            .map(|pair| crate::geo::haversine_m(pair[0], pair[1]))
            .collect();
        let mut left = share * stretches.iter().sum::<f64>();
        for (pair, metres) in points.windows(2).zip(stretches) {
            if left <= metres && metres > 0.0 {
                return crate::geo::between(pair[0], pair[1], left / metres).lon_lat();
            }
            left -= metres;
        }
        points[points.len() - 1].lon_lat()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn found(sections: &[Section], name: container::Name) -> Option<&[u8]> {
    sections
        .iter()
        .find(|section| section.name == name)
        .map(|section| section.bytes.as_slice())
}

fn wanted(sections: &[Section], name: container::Name) -> Result<&[u8]> {
    found(sections, name).ok_or(Error::Damaged("a section is missing"))
}

fn network(
    sections: &[Section],
    names: &NetworkNames,
    profile: Profile,
    texts: &Names,
) -> Result<(Network, Option<NodeIds>)> {
    let bytes = NetworkBytes {
        nodes: wanted(sections, names.nodes)?,
        graph: wanted(sections, names.graph)?,
        geom: wanted(sections, names.geom)?,
        turns: wanted(sections, names.turns)?,
    };
    let tables = sections::decode_network(&bytes, texts)?;
    let ids = found(sections, names.node_ids)
        .map(|bytes| sections::decode_node_ids(bytes, &tables))
        .transpose()?;
    Ok((Network::new(profile, tables)?, ids))
}
