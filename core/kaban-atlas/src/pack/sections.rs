//! What the sections hold, byte by byte, and the checks that make a hostile pack harmless.
//!
//! Arrays are little-endian and follow each other without gaps. `n` nodes, `s` segments:
//! - `NODES`: u32 n; n × (i32 longitude, i32 latitude) in 10⁻⁷ degree; n × u8 flags.
//! - `GRAPH`: u32 s; s × u32 each of a, b, length (dm), time forward (ds), time backward (ds), label; s × u16 flags; s × u8 class;
//!   s × 2 × u8 headings.
//! - `GEOM`: per segment a varint count of inner points and for each the zigzag varints of the steps in longitude and latitude,
//!   from node a on.
//! - `TURNS`: u32 rules; per rule u8 kind, u8 length of path, u32 condition string, path × u32, u32 banned edge.
//! - `CONDS`: see `conditions`.
//! - `NAMES`: u32 strings; per string varint length and UTF-8; u32 labels; labels × 3 × u32 (name, English name, reference).
//! - `NODEIDS`: u32 count; count × i64 ascending ids; count × u32 (junction, or 2³¹ + index of inner point).
//! - `ORDER`: s × u32, every segment once, in the order in which the hierarchy contracts them.
//!
//! The network on foot has the same sections with `F` in front. `AREAS` and `TOWNS` are described in `areas/section.rs`.

use super::NetworkContents;
use super::conditions;
use super::container::Name;
use crate::build::{CHAIN_MAX, COST_MAX};
use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::hierarchy::segment_order;
use crate::tables::{
    Label, Names, NodeIds, NodePlace, RoadClass, Segment, Tables, TurnKind, TurnRule, flag,
    node_flag,
};
use crate::varint::{self, write as put_varint, zigzag};

pub(super) const META: Name = *b"META    ";
pub(super) const NAMES: Name = *b"NAMES   ";
pub(super) const AREAS: Name = *b"AREAS   ";
pub(super) const TOWNS: Name = *b"TOWNS   ";

/// Section names of one network.
pub(super) struct NetworkNames {
    pub nodes: Name,
    pub graph: Name,
    pub geom: Name,
    pub turns: Name,
    pub conditions: Name,
    pub node_ids: Name,
    pub order: Name,
}

pub(super) const CAR: NetworkNames = NetworkNames {
    nodes: *b"NODES   ",
    graph: *b"GRAPH   ",
    geom: *b"GEOM    ",
    turns: *b"TURNS   ",
    conditions: *b"CONDS   ",
    node_ids: *b"NODEIDS ",
    order: *b"ORDER   ",
};
pub(super) const FOOT: NetworkNames = NetworkNames {
    nodes: *b"FNODES  ",
    graph: *b"FGRAPH  ",
    geom: *b"FGEOM   ",
    turns: *b"FTURNS  ",
    conditions: *b"FCONDS  ",
    node_ids: *b"FNODEIDS",
    order: *b"FORDER  ",
};

const POINT_BIT: u32 = 1 << 31;

pub(super) fn encode_network(
    network: &NetworkContents,
    names: &NetworkNames,
) -> Vec<(Name, Vec<u8>)> {
    let tables = &network.tables;
    let mut parts = vec![
        (names.nodes, encode_nodes(tables)),
        (names.graph, encode_graph(tables)),
        (names.geom, encode_geometry(tables)),
        (names.turns, encode_turns(&tables.turns)),
        (names.conditions, conditions::encode(tables)),
        (names.order, encode_order(&segment_order(tables))),
    ];
    if let Some(ids) = &network.node_ids {
        parts.push((names.node_ids, encode_node_ids(ids)));
    }
    parts
}

fn encode_nodes(tables: &Tables) -> Vec<u8> {
    let mut out = count(tables.coords.len());
    for at in &tables.coords {
        out.extend_from_slice(&at.lon.to_le_bytes());
        out.extend_from_slice(&at.lat.to_le_bytes());
    }
    out.extend_from_slice(&tables.node_flags);
    out
}

fn encode_graph(tables: &Tables) -> Vec<u8> {
    let segments = &tables.segments;
    let mut out = count(segments.len());
    let columns: [fn(&Segment) -> u32; 6] = [
        |s| s.a,
        |s| s.b,
        |s| s.length,
        |s| s.time[0],
        |s| s.time[1],
        |s| s.label,
    ];
    for column in columns {
        segments
            .iter()
            .for_each(|segment| out.extend_from_slice(&column(segment).to_le_bytes()));
    }
    segments
        .iter()
        .for_each(|segment| out.extend_from_slice(&segment.flags.to_le_bytes()));
    out.extend(segments.iter().map(|segment| segment.class as u8));
    out.extend(segments.iter().flat_map(|segment| segment.headings));
    out
}

fn encode_geometry(tables: &Tables) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, segment) in tables.segments.iter().enumerate() {
        let points = tables.inner_points(index as u32);
        put_varint(&mut out, points.len() as u64);
        let mut before = tables.coords[segment.a as usize];
        for &point in points {
            put_varint(
                &mut out,
                zigzag(i64::from(point.lon) - i64::from(before.lon)),
            );
            put_varint(
                &mut out,
                zigzag(i64::from(point.lat) - i64::from(before.lat)),
            );
            before = point;
        }
    }
    out
}

fn encode_turns(rules: &[TurnRule]) -> Vec<u8> {
    let mut out = count(rules.len());
    for rule in rules {
        out.extend_from_slice(&[rule.kind as u8, rule.path.len() as u8]);
        for number in std::iter::once(&rule.condition)
            .chain(&rule.path)
            .chain(std::iter::once(&rule.banned))
        {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
    out
}

fn encode_order(segments: &[u32]) -> Vec<u8> {
    let bytes = segments.iter().flat_map(|segment| segment.to_le_bytes());
    bytes.collect()
}

pub(super) fn encode_names(names: &Names) -> Vec<u8> {
    let mut out = count(names.strings.len());
    for text in &names.strings {
        put_varint(&mut out, text.len() as u64);
        out.extend_from_slice(text.as_bytes());
    }
    out.extend(count(names.labels.len()));
    for label in &names.labels {
        for number in [label.name, label.name_en, label.reference] {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
    out
}

fn encode_node_ids(ids: &NodeIds) -> Vec<u8> {
    let mut out = count(ids.len());
    ids.iter()
        .for_each(|(id, _)| out.extend_from_slice(&id.to_le_bytes()));
    for (_, place) in ids {
        let code = match place {
            NodePlace::Junction(node) => *node,
            NodePlace::Point(point) => POINT_BIT | *point,
        };
        out.extend_from_slice(&code.to_le_bytes());
    }
    out
}

pub(super) fn count(length: usize) -> Vec<u8> {
    (length as u32).to_le_bytes().to_vec()
}

/// A cursor over a section; every read is checked, and no list is longer than its bytes allow.
pub(super) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (head, tail) = self
            .0
            .split_at_checked(length)
            .ok_or(Error::Damaged("a section is too short"))?;
        self.0 = tail;
        Ok(head)
    }

    pub fn column(&mut self, rows: usize, width: usize) -> Result<&'a [u8]> {
        self.take(
            rows.checked_mul(width)
                .ok_or(Error::Damaged("a section is too short"))?,
        )
    }

    pub fn u32s(&mut self, rows: usize) -> Result<impl Iterator<Item = u32> + 'a> {
        Ok(self
            .column(rows, 4)?
            .chunks_exact(4)
            .map(|raw| u32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]])))
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.u32s(1)?
            .next()
            .ok_or(Error::Damaged("a section is too short"))
    }

    pub fn varint(&mut self) -> Result<u64> {
        varint::read(&mut self.0).ok_or(Error::Damaged("a number does not end"))
    }

    fn step(&mut self) -> Result<i64> {
        self.varint().map(varint::signed)
    }

    pub fn end(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Damaged("a section is too long"))
        }
    }
}

pub(super) fn check(sound: bool, what: &'static str) -> Result<()> {
    if sound {
        Ok(())
    } else {
        Err(Error::Damaged(what))
    }
}

/// The bytes of one network's sections.
pub(super) struct NetworkBytes<'a> {
    pub nodes: &'a [u8],
    pub graph: &'a [u8],
    pub geom: &'a [u8],
    pub turns: &'a [u8],
    pub conditions: &'a [u8],
}

/// Decodes a network; afterwards every index in it is within its list.
pub(super) fn decode_network(bytes: &NetworkBytes<'_>, names: &Names) -> Result<Tables> {
    let mut tables = Tables::default();
    decode_nodes(bytes.nodes, &mut tables)?;
    decode_graph(bytes.graph, names, &mut tables)?;
    decode_geometry(bytes.geom, &mut tables)?;
    tables.turns = decode_turns(bytes.turns, &tables, names)?;
    conditions::decode(bytes.conditions, names, &mut tables)?;
    Ok(tables)
}

fn decode_nodes(bytes: &[u8], tables: &mut Tables) -> Result<()> {
    let mut cursor = Cursor(bytes);
    let nodes = cursor.u32()? as usize;
    let mut numbers = cursor.u32s(
        nodes
            .checked_mul(2)
            .ok_or(Error::Damaged("too many nodes"))?,
    )?;
    tables.coords.reserve_exact(nodes);
    while let (Some(lon), Some(lat)) = (numbers.next(), numbers.next()) {
        let at = Coord::from_units(lon.cast_signed().into(), lat.cast_signed().into());
        tables
            .coords
            .push(at.ok_or(Error::Damaged("a place off the globe"))?);
    }
    tables.node_flags = cursor.take(nodes)?.to_vec();
    check(
        tables
            .node_flags
            .iter()
            .all(|flags| flags & !node_flag::KNOWN == 0),
        "an unknown kind of node",
    )?;
    cursor.end()
}

fn decode_graph(bytes: &[u8], names: &Names, tables: &mut Tables) -> Result<()> {
    let mut cursor = Cursor(bytes);
    let rows = cursor.u32()? as usize;
    let mut a = cursor.u32s(rows)?;
    let mut b = cursor.u32s(rows)?;
    let mut length = cursor.u32s(rows)?;
    let mut forward = cursor.u32s(rows)?;
    let mut backward = cursor.u32s(rows)?;
    let mut label = cursor.u32s(rows)?;
    let mut flags = cursor
        .column(rows, 2)?
        .chunks_exact(2)
        .map(|raw| u16::from_le_bytes([raw[0], raw[1]]));
    let mut class = cursor.take(rows)?.iter();
    let mut headings = cursor.column(rows, 2)?.chunks_exact(2);
    cursor.end()?;
    check(
        rows > 0 && rows < (u32::MAX >> 3) as usize,
        "no roads, or too many",
    )?;
    let nodes = tables.coords.len();
    tables.segments.reserve_exact(rows);
    for _ in 0..rows {
        let row = (|| {
            Some(Segment {
                a: a.next()?,
                b: b.next()?,
                length: length.next()?,
                time: [forward.next()?, backward.next()?],
                label: label.next()?,
                flags: flags.next()?,
                class: RoadClass::from_code(*class.next()?)?,
                headings: headings.next().map(|raw| [raw[0], raw[1]])?,
                traits: 0,
            })
        })();
        let segment = row.ok_or(Error::Damaged("an unknown class of road"))?;
        check(
            (segment.a as usize) < nodes && (segment.b as usize) < nodes,
            "a road without an end",
        )?;
        let costs = [segment.length, segment.time[0], segment.time[1]];
        check(
            costs.iter().all(|cost| (1..=COST_MAX).contains(cost)),
            "a road with an impossible length",
        )?;
        check(
            (segment.label as usize) < names.labels.len(),
            "a road without a name entry",
        )?;
        check(segment.flags & !flag::KNOWN == 0, "an unknown kind of road")?;
        tables.segments.push(segment);
    }
    Ok(())
}

fn decode_geometry(bytes: &[u8], tables: &mut Tables) -> Result<()> {
    let mut cursor = Cursor(bytes);
    tables.points_first.reserve_exact(tables.segments.len() + 1);
    // Two bytes are the least a point takes.
    tables.points.reserve(bytes.len() / 4);
    for segment in &tables.segments {
        tables.points_first.push(tables.points.len() as u32);
        let points = cursor.varint()?;
        check(
            points <= cursor.0.len() as u64 / 2,
            "a road with impossible points",
        )?;
        let start = tables.coords[segment.a as usize];
        let (mut lon, mut lat) = (i64::from(start.lon), i64::from(start.lat));
        for _ in 0..points {
            lon = lon.wrapping_add(cursor.step()?);
            lat = lat.wrapping_add(cursor.step()?);
            let at = Coord::from_units(lon, lat).ok_or(Error::Damaged("a place off the globe"))?;
            tables.points.push(at);
        }
    }
    check(tables.points.len() < POINT_BIT as usize, "too many points")?;
    tables.points_first.push(tables.points.len() as u32);
    cursor.end()
}

fn decode_turns(bytes: &[u8], tables: &Tables, names: &Names) -> Result<Vec<TurnRule>> {
    let mut cursor = Cursor(bytes);
    let rows = cursor.u32()? as usize;
    check(rows <= cursor.0.len() / 14, "too many turn rules")?;
    let edges = tables.segments.len() as u32 * 2;
    let mut rules = Vec::with_capacity(rows);
    for _ in 0..rows {
        let head = cursor.take(2)?;
        let kind = match head[0] {
            0 => TurnKind::Plain,
            1 => TurnKind::Extra,
            2 => TurnKind::Conditional,
            _ => return Err(Error::Damaged("an unknown kind of turn rule")),
        };
        let length = usize::from(head[1]);
        check(
            (1..=CHAIN_MAX + 1).contains(&length),
            "a turn rule of impossible length",
        )?;
        let condition = cursor.u32()?;
        check(
            (condition as usize) < names.strings.len(),
            "a turn rule without its condition",
        )?;
        let mut path: Vec<u32> = cursor.u32s(length + 1)?.collect();
        check(
            path.iter().all(|edge| *edge < edges),
            "a turn rule over an unknown road",
        )?;
        let joined = path
            .windows(2)
            .all(|pair| tables.head(pair[0]) == tables.tail(pair[1]));
        check(joined, "a turn rule over roads that do not meet")?;
        let banned = path
            .pop()
            .ok_or(Error::Damaged("a turn rule of impossible length"))?;
        rules.push(TurnRule {
            path,
            banned,
            kind,
            condition,
        });
    }
    cursor.end()?;
    Ok(rules)
}

pub(super) fn decode_names(bytes: &[u8]) -> Result<Names> {
    let mut cursor = Cursor(bytes);
    let strings = cursor.u32()? as usize;
    check(strings <= cursor.0.len(), "too many names")?;
    let mut texts = Vec::with_capacity(strings);
    for _ in 0..strings {
        let length =
            usize::try_from(cursor.varint()?).map_err(|_| Error::Damaged("a name is too long"))?;
        let text = std::str::from_utf8(cursor.take(length)?)
            .map_err(|_| Error::Damaged("a name is not UTF-8"))?;
        texts.push(text.to_owned());
    }
    let labels = cursor.u32()? as usize;
    let mut numbers = cursor.u32s(
        labels
            .checked_mul(3)
            .ok_or(Error::Damaged("too many names"))?,
    )?;
    let mut list = Vec::with_capacity(labels);
    while let (Some(name), Some(name_en), Some(reference)) =
        (numbers.next(), numbers.next(), numbers.next())
    {
        let known = [name, name_en, reference]
            .iter()
            .all(|text| (*text as usize) < strings);
        check(known, "a name that is not there")?;
        list.push(Label {
            name,
            name_en,
            reference,
        });
    }
    cursor.end()?;
    Ok(Names {
        strings: texts,
        labels: list,
    })
}

/// The order of contraction; every segment occurs once.
pub(super) fn decode_order(bytes: &[u8], tables: &Tables) -> Result<Vec<u32>> {
    let mut cursor = Cursor(bytes);
    let order: Vec<u32> = cursor.u32s(tables.segments.len())?.collect();
    cursor.end()?;
    let mut seen = vec![false; order.len()];
    for segment in &order {
        let fresh = seen
            .get_mut(*segment as usize)
            .is_some_and(|seen| !std::mem::replace(seen, true));
        check(fresh, "an order of roads that is none")?;
    }
    Ok(order)
}

pub(super) fn decode_node_ids(bytes: &[u8], tables: &Tables) -> Result<NodeIds> {
    let mut cursor = Cursor(bytes);
    let rows = cursor.u32()? as usize;
    let ids = cursor.column(rows, 8)?.chunks_exact(8);
    let codes = cursor.u32s(rows)?;
    cursor.end()?;
    let mut list: NodeIds = Vec::with_capacity(rows);
    for (raw, code) in ids.zip(codes) {
        let mut id = [0; 8];
        id.copy_from_slice(raw);
        let id = i64::from_le_bytes(id);
        check(
            list.last().is_none_or(|(before, _)| *before < id),
            "node ids out of order",
        )?;
        let (place, known) = if code & POINT_BIT == 0 {
            (
                NodePlace::Junction(code),
                (code as usize) < tables.coords.len(),
            )
        } else {
            let point = code & !POINT_BIT;
            (
                NodePlace::Point(point),
                (point as usize) < tables.points.len(),
            )
        };
        check(known, "a node id without its place")?;
        list.push((id, place));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_every_road_once() {
        let road = Segment {
            a: 0,
            b: 0,
            length: 1,
            time: [1, 1],
            label: 0,
            flags: 0,
            class: RoadClass::Residential,
            headings: [0, 0],
            traits: 0,
        };
        let tables = Tables {
            segments: vec![road; 3],
            ..Tables::default()
        };
        let read = |order: &[u32]| decode_order(&encode_order(order), &tables);
        assert!(read(&[2, 0, 1]).is_ok_and(|order| order == [2, 0, 1]));
        for wrong in [
            &[0, 1][..],
            &[0, 1, 1],
            &[0, 1, 3],
            &[0, 1, u32::MAX],
            &[0, 1, 2, 2],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
