//! One decompressed block of a PBF: its strings and its groups of nodes, ways and relations.

use crate::error::Result as AtlasResult;
use crate::geo::Coord;
use crate::osm::{MemberKind, MemberView, NodeView, RelationView, TagView, WayView};
use crate::varint::signed;
use crate::wire::{Malformed, Value, Wire};

/// Why a block could not be walked: its own fault, or the visitor's error passing through.
pub(super) enum Stop {
    Malformed(Malformed),
    Visitor(crate::error::Error),
}

impl From<Malformed> for Stop {
    fn from(cause: Malformed) -> Self {
        Stop::Malformed(cause)
    }
}

type Walk = Result<(), Stop>;

/// Which kinds of elements a block holds, so that later passes skip the others undecompressed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holds {
    pub nodes: bool,
    pub ways: bool,
    pub relations: bool,
}

/// A block whose string table is decoded and whose groups are still bytes.
pub(super) struct Block<'a> {
    strings: Vec<&'a str>,
    groups: Vec<&'a [u8]>,
    granularity: i64,
    lat_offset: i64,
    lon_offset: i64,
}

impl<'a> Block<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut block = Self {
            strings: Vec::new(),
            groups: Vec::new(),
            granularity: 100,
            lat_offset: 0,
            lon_offset: 0,
        };
        let mut wire = Wire(bytes);
        while let Some((number, value)) = wire.field()? {
            match number {
                1 => {
                    let mut table = Wire(value.bytes()?);
                    while let Some((number, value)) = table.field()? {
                        if number == 1 {
                            // A string that is not UTF-8 becomes an empty one: it cannot match any tag Kaban reads.
                            block
                                .strings
                                .push(std::str::from_utf8(value.bytes()?).unwrap_or(""));
                        }
                    }
                }
                2 => block.groups.push(value.bytes()?),
                17 => block.granularity = value.varint()?.cast_signed(),
                19 => block.lat_offset = value.varint()?.cast_signed(),
                20 => block.lon_offset = value.varint()?.cast_signed(),
                _ => {}
            }
        }
        Ok(block)
    }

    pub fn holds(&self) -> Result<Holds, Malformed> {
        let mut holds = Holds::default();
        for group in &self.groups {
            let mut wire = Wire(group);
            while let Some((number, _)) = wire.field()? {
                match number {
                    1 | 2 => holds.nodes = true,
                    3 => holds.ways = true,
                    4 => holds.relations = true,
                    _ => {}
                }
            }
        }
        Ok(holds)
    }

    pub fn nodes(&self, each: &mut dyn FnMut(&NodeView<'_>) -> AtlasResult<()>) -> Walk {
        let mut scratch = Scratch::default();
        self.each_field(|number, value| match number {
            1 => self.plain_node(value.bytes()?, &mut scratch, each),
            2 => self.dense_nodes(value.bytes()?, &mut scratch, each),
            _ => Ok(()),
        })
    }

    pub fn ways(&self, each: &mut dyn FnMut(&WayView<'_>) -> AtlasResult<()>) -> Walk {
        let mut scratch = Scratch::default();
        let mut nodes = Vec::new();
        self.each_field(|number, value| {
            if number != 3 {
                return Ok(());
            }
            let id = scratch.read(value.bytes()?, 8)?.cast_signed();
            nodes.clear();
            let mut node = 0i64;
            for &delta in &scratch.first {
                node = node.wrapping_add(signed(delta));
                nodes.push(node);
            }
            let tags = self.tags(&scratch.keys, &scratch.values)?;
            each(&WayView {
                id,
                nodes: &nodes,
                tags: TagView(&tags),
            })
            .map_err(Stop::Visitor)
        })
    }

    pub fn relations(&self, each: &mut dyn FnMut(&RelationView<'_>) -> AtlasResult<()>) -> Walk {
        let mut scratch = Scratch::default();
        self.each_field(|number, value| {
            if number != 4 {
                return Ok(());
            }
            let id = scratch.read(value.bytes()?, 8)?.cast_signed();
            let (roles, ids, kinds) = (&scratch.first, &scratch.second, &scratch.third);
            if roles.len() != ids.len() || ids.len() != kinds.len() {
                return Err(Malformed("a relation's members do not match").into());
            }
            let mut member = 0i64;
            let mut members = Vec::with_capacity(ids.len());
            for ((&role, &delta), &kind) in roles.iter().zip(ids).zip(kinds) {
                member = member.wrapping_add(signed(delta));
                let kind = match kind {
                    0 => MemberKind::Node,
                    1 => MemberKind::Way,
                    _ => MemberKind::Relation,
                };
                members.push(MemberView {
                    kind,
                    id: member,
                    role: self.string(role)?,
                });
            }
            let tags = self.tags(&scratch.keys, &scratch.values)?;
            each(&RelationView {
                id,
                members: &members,
                tags: TagView(&tags),
            })
            .map_err(Stop::Visitor)
        })
    }

    fn each_field(&self, mut visit: impl FnMut(u64, Value<'a>) -> Walk) -> Walk {
        for group in &self.groups {
            let mut wire = Wire(group);
            while let Some((number, value)) = wire.field()? {
                visit(number, value)?;
            }
        }
        Ok(())
    }

    fn plain_node(
        &self,
        bytes: &[u8],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(&NodeView<'_>) -> AtlasResult<()>,
    ) -> Walk {
        let id = signed(scratch.read(bytes, 8)?);
        let (Some(&lat), Some(&lon)) = (scratch.first.first(), scratch.second.first()) else {
            return Err(Malformed("a node has no position").into());
        };
        let at = self.coord(signed(lon), signed(lat));
        let tags = self.tags(&scratch.keys, &scratch.values)?;
        each(&NodeView {
            id,
            at,
            tags: TagView(&tags),
        })
        .map_err(Stop::Visitor)
    }

    fn dense_nodes(
        &self,
        bytes: &[u8],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(&NodeView<'_>) -> AtlasResult<()>,
    ) -> Walk {
        let mut ids = Vec::new();
        scratch.clear();
        let mut wire = Wire(bytes);
        while let Some((number, value)) = wire.field()? {
            match number {
                1 => value.append_to(&mut ids)?,
                8 => value.append_to(&mut scratch.first)?,
                9 => value.append_to(&mut scratch.second)?,
                10 => value.append_to(&mut scratch.third)?,
                _ => {}
            }
        }
        if ids.len() != scratch.first.len() || ids.len() != scratch.second.len() {
            return Err(Malformed("dense nodes do not match their positions").into());
        }
        let (mut id, mut lat, mut lon) = (0i64, 0i64, 0i64);
        let mut pairs = scratch.third.iter();
        let mut tags = Vec::new();
        for ((&d_id, &d_lat), &d_lon) in ids.iter().zip(&scratch.first).zip(&scratch.second) {
            id = id.wrapping_add(signed(d_id));
            lat = lat.wrapping_add(signed(d_lat));
            lon = lon.wrapping_add(signed(d_lon));
            tags.clear();
            while let Some(&key) = pairs.next() {
                if key == 0 {
                    break;
                }
                let &value = pairs.next().ok_or(Malformed("a tag has no value"))?;
                tags.push((self.string(key)?, self.string(value)?));
            }
            each(&NodeView {
                id,
                at: self.coord(lon, lat),
                tags: TagView(&tags),
            })
            .map_err(Stop::Visitor)?;
        }
        Ok(())
    }

    /// Units of 10⁻⁷ degree from the block's granularity (10⁻⁹ degree).
    fn coord(&self, lon: i64, lat: i64) -> Option<Coord> {
        let nano = |raw: i64, offset: i64| self.granularity.checked_mul(raw)?.checked_add(offset);
        Coord::from_units(
            nano(lon, self.lon_offset)? / 100,
            nano(lat, self.lat_offset)? / 100,
        )
    }

    fn string(&self, index: u64) -> Result<&'a str, Malformed> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.strings.get(index).copied())
            .ok_or(Malformed("a string is not in the table"))
    }

    fn tags(&self, keys: &[u64], values: &[u64]) -> Result<Vec<(&'a str, &'a str)>, Malformed> {
        if keys.len() != values.len() {
            return Err(Malformed("tags do not match their values"));
        }
        keys.iter()
            .zip(values)
            .map(|(&key, &value)| Ok((self.string(key)?, self.string(value)?)))
            .collect()
    }
}

/// Number lists used again from element to element.
#[derive(Default)]
struct Scratch {
    keys: Vec<u64>,
    values: Vec<u64>,
    first: Vec<u64>,
    second: Vec<u64>,
    third: Vec<u64>,
}

impl Scratch {
    fn clear(&mut self) {
        for list in [
            &mut self.keys,
            &mut self.values,
            &mut self.first,
            &mut self.second,
            &mut self.third,
        ] {
            list.clear();
        }
    }

    /// Reads id (1), keys (2), values (3) and the three lists from field `lists` on, as nodes, ways and relations have them.
    fn read(&mut self, bytes: &[u8], lists: u64) -> Result<u64, Malformed> {
        self.clear();
        let mut id = None;
        let mut wire = Wire(bytes);
        while let Some((number, value)) = wire.field()? {
            match number {
                1 => id = Some(value.varint()?),
                2 => value.append_to(&mut self.keys)?,
                3 => value.append_to(&mut self.values)?,
                n if n == lists => value.append_to(&mut self.first)?,
                n if n == lists + 1 => value.append_to(&mut self.second)?,
                n if n == lists + 2 => value.append_to(&mut self.third)?,
                _ => {}
            }
        }
        id.ok_or(Malformed("an element has no id"))
    }
}
