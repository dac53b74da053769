//! An open pack: verified, decoded, checked and ready to route.

use super::container::{self, BASEMAP, Contained, Section};
use super::meta::{BaseMapInfo, Info, Meta, SectionInfo};
use super::places;
use super::seal::SignedBy;
use super::sections::{self, NetworkBytes, NetworkNames};
use crate::areas::{Gazetteer, decode_areas, decode_towns};
use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::hierarchy::{Topology, segment_order};
use crate::network::Network;
use crate::places::MedicalPlace;
use crate::tables::{Names, NodeIds, NodePlace, Profile, RoadClass, flag};
use crate::tiles::BaseMap;
use std::io::{Cursor, Read, Seek};
use std::sync::{Arc, OnceLock};

/// A district pack in memory. Opening verifies every hash and checks every index, so nothing later can fail for its bytes.
#[derive(Debug)]
pub struct Pack {
    meta: Meta,
    root: [u8; 32],
    signed_by: SignedBy,
    sections: Vec<SectionInfo>,
    pub(crate) names: Names,
    places: Vec<MedicalPlace>,
    car: Network,
    /// The pack's own network on foot, or one derived from the roads when first asked for.
    foot: OnceLock<Network>,
    own_foot: bool,
    car_ids: Option<NodeIds>,
    foot_ids: Option<NodeIds>,
    gazetteer: Gazetteer,
    car_hierarchy: Hierarchy,
    foot_hierarchy: Hierarchy,
}

/// The order of contraction a network came with, and what follows from it once it is asked for.
#[derive(Debug, Default)]
struct Hierarchy {
    order: Option<Vec<u32>>,
    topology: OnceLock<Option<Arc<Topology>>>,
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
        check_base_map(&mut reader, &sections, meta.base_map.as_ref())?;
        let places = places::decode(wanted(&sections, places::PLACES)?)?;
        let names = sections::decode_names(wanted(&sections, sections::NAMES)?)?;
        if names.strings.is_empty() {
            return Err(Error::Damaged("the names are missing"));
        }
        let (car, car_ids, car_order) = network(&sections, &sections::CAR, Profile::Car, &names)?;
        let foot = OnceLock::new();
        let own_foot = found(&sections, sections::FOOT.graph).is_some();
        let (mut foot_ids, mut foot_order) = (None, None);
        if own_foot {
            let (network, ids, order) = network(&sections, &sections::FOOT, Profile::Foot, &names)?;
            foot.get_or_init(|| network);
            (foot_ids, foot_order) = (ids, order);
        }
        let areas = found(&sections, sections::AREAS).map_or(Ok(Vec::new()), decode_areas)?;
        let towns = found(&sections, sections::TOWNS).map_or(Ok(Vec::new()), decode_towns)?;
        let hierarchy = |order| Hierarchy {
            order,
            topology: OnceLock::new(),
        };
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
            places,
            car,
            foot,
            own_foot,
            car_ids,
            foot_ids,
            gazetteer: Gazetteer::new(areas, towns),
            car_hierarchy: hierarchy(car_order),
            foot_hierarchy: hierarchy(foot_order),
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

    /// Former municipalities and towns, as the maker of the pack gave them; empty if they were not given.
    #[must_use]
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// Hospitals, pharmacies and the public places of the district, ordered by kind.
    #[must_use]
    pub fn places(&self) -> &[MedicalPlace] {
        &self.places
    }

    /// The base map at the head of the pack's file, whose header, root directory and metadata have been checked; `None`
    /// when the pack has none. [`BaseMap::open`](crate::tiles::BaseMap::open) on the same file reads its tiles.
    #[must_use]
    pub fn base_map(&self) -> Option<&BaseMapInfo> {
        self.meta.base_map.as_ref()
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
            areas: self
                .gazetteer
                .areas()
                .iter()
                .map(|area| area.name.clone())
                .collect(),
            towns: self.gazetteer.towns().len(),
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

    /// The hierarchy's topology for `network`, which is the one of `profile` under any conditions.
    ///
    /// It is made when first needed. An order that does not suit the roads, or none, is replaced by our own.
    pub(crate) fn topology(&self, profile: Profile, network: &Network) -> Result<Arc<Topology>> {
        let hierarchy = match profile {
            Profile::Foot if self.own_foot => &self.foot_hierarchy,
            _ => &self.car_hierarchy,
        };
        let make = |network: &Network| {
            let given = hierarchy.order.as_ref();
            given
                .and_then(|order| Topology::new(network, order).ok())
                .map_or_else(
                    || Topology::new(network, &segment_order(&network.tables)),
                    Ok,
                )
                .map(Arc::new)
        };
        // People on foot go both ways along the roads of cars: another topology by the same order.
        let slot = match profile {
            Profile::Car => &self.car_hierarchy.topology,
            Profile::Foot => &self.foot_hierarchy.topology,
        };
        let plain = slot.get_or_init(|| make(self.network(profile)).ok());
        match plain {
            Some(topology) if topology.fits(network) => Ok(Arc::clone(topology)),
            _ => make(network),
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

/// The section and its description stand or fall together, and the archive is one that cannot abort an app.
fn check_base_map<R: Read + Seek>(
    reader: &mut R,
    sections: &[Section],
    described: Option<&BaseMapInfo>,
) -> Result<()> {
    let section = sections.iter().position(|section| section.name == BASEMAP);
    let (at, described) = match (section, described) {
        (None, None) => return Ok(()),
        (Some(at), Some(described)) => (at, described),
        _ => return Err(Error::Damaged("the base map is not the one described")),
    };
    let length = sections[at].length;
    let map = BaseMap::open_within(reader, length)?;
    if at == 0 && *described == BaseMapInfo::of(&map, length) {
        Ok(())
    } else {
        Err(Error::Damaged("the base map is not the one described"))
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
) -> Result<(Network, Option<NodeIds>, Option<Vec<u32>>)> {
    let bytes = NetworkBytes {
        nodes: wanted(sections, names.nodes)?,
        graph: wanted(sections, names.graph)?,
        geom: wanted(sections, names.geom)?,
        turns: wanted(sections, names.turns)?,
        conditions: wanted(sections, names.conditions)?,
    };
    let tables = sections::decode_network(&bytes, texts)?;
    let ids = found(sections, names.node_ids)
        .map(|bytes| sections::decode_node_ids(bytes, &tables))
        .transpose()?;
    let order = found(sections, names.order)
        .map(|bytes| sections::decode_order(bytes, &tables))
        .transpose()?;
    Ok((Network::new(profile, tables, texts)?, ids, order))
}
