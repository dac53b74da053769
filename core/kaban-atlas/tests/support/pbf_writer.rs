//! The smallest PBF writer that can also write nonsense.
#![allow(dead_code, clippy::unwrap_used)]

use kaban_atlas::osm::{Elements, MemberKind, Tags};
use std::collections::BTreeMap;

pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

pub fn bytes_field(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub fn varint_field(out: &mut Vec<u8>, number: u64, value: u64) {
    varint(out, number << 3);
    varint(out, value);
}

fn packed(out: &mut Vec<u8>, number: u64, values: impl IntoIterator<Item = u64>) {
    let mut bytes = Vec::new();
    values
        .into_iter()
        .for_each(|value| varint(&mut bytes, value));
    bytes_field(out, number, &bytes);
}

fn deltas(values: impl IntoIterator<Item = i64>) -> Vec<u64> {
    let mut before = 0i64;
    let step = |value: i64| {
        let delta = value.wrapping_sub(before);
        before = value;
        zigzag(delta)
    };
    values.into_iter().map(step).collect()
}

pub fn blob(kind: &str, body: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    bytes_field(&mut blob, 1, body);
    framed(kind, &blob)
}

pub fn framed(kind: &str, blob: &[u8]) -> Vec<u8> {
    let mut header = Vec::new();
    bytes_field(&mut header, 1, kind.as_bytes());
    varint_field(&mut header, 3, blob.len() as u64);
    let mut out = (header.len() as u32).to_be_bytes().to_vec();
    out.extend_from_slice(&header);
    out.extend_from_slice(blob);
    out
}

/// A header block; `features` are required ones, `bbox` in 10⁻⁹ degree (left, right, top, bottom).
pub fn header(features: &[&str], bbox: Option<[i64; 4]>) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(sides) = bbox {
        let mut message = Vec::new();
        sides
            .iter()
            .enumerate()
            .for_each(|(i, side)| varint_field(&mut message, i as u64 + 1, zigzag(*side)));
        bytes_field(&mut body, 1, &message);
    }
    features
        .iter()
        .for_each(|feature| bytes_field(&mut body, 4, feature.as_bytes()));
    blob("OSMHeader", &body)
}

#[derive(Default)]
struct Strings(BTreeMap<String, u64>, Vec<String>);

impl Strings {
    fn index(&mut self, text: &str) -> u64 {
        *self.0.entry(text.to_owned()).or_insert_with(|| {
            self.1.push(text.to_owned());
            self.1.len() as u64
        })
    }

    fn tags(&mut self, out: &mut Vec<u8>, tags: &Tags) {
        let keys: Vec<u64> = tags.iter().map(|(key, _)| self.index(key)).collect();
        let values: Vec<u64> = tags.iter().map(|(_, value)| self.index(value)).collect();
        packed(out, 2, keys);
        packed(out, 3, values);
    }
}

/// One data blob with all elements, nodes dense.
pub fn data(elements: &Elements) -> Vec<u8> {
    let mut strings = Strings::default();
    let mut dense = Vec::new();
    let unit = |degrees: f64| (degrees * 1e7).round() as i64;
    packed(&mut dense, 1, deltas(elements.nodes.iter().map(|n| n.id)));
    packed(
        &mut dense,
        8,
        deltas(elements.nodes.iter().map(|n| unit(n.lat))),
    );
    packed(
        &mut dense,
        9,
        deltas(elements.nodes.iter().map(|n| unit(n.lon))),
    );
    let mut pairs = Vec::new();
    for node in &elements.nodes {
        for (key, value) in &node.tags {
            pairs.push(strings.index(key));
            pairs.push(strings.index(value));
        }
        pairs.push(0);
    }
    packed(&mut dense, 10, pairs);
    let mut group = Vec::new();
    bytes_field(&mut group, 2, &dense);
    for way in &elements.ways {
        let mut message = Vec::new();
        varint_field(&mut message, 1, way.id as u64);
        strings.tags(&mut message, &way.tags);
        packed(&mut message, 8, deltas(way.nodes.iter().copied()));
        bytes_field(&mut group, 3, &message);
    }
    for relation in &elements.relations {
        let mut message = Vec::new();
        varint_field(&mut message, 1, relation.id as u64);
        strings.tags(&mut message, &relation.tags);
        let roles: Vec<u64> = relation
            .members
            .iter()
            .map(|m| strings.index(&m.role))
            .collect();
        packed(&mut message, 8, roles);
        packed(
            &mut message,
            9,
            deltas(relation.members.iter().map(|m| m.id)),
        );
        packed(
            &mut message,
            10,
            relation.members.iter().map(|m| match m.kind {
                MemberKind::Node => 0,
                MemberKind::Way => 1,
                MemberKind::Relation => 2,
            }),
        );
        bytes_field(&mut group, 4, &message);
    }
    let mut table = Vec::new();
    bytes_field(&mut table, 1, b"");
    strings
        .1
        .iter()
        .for_each(|text| bytes_field(&mut table, 1, text.as_bytes()));
    let mut block = Vec::new();
    bytes_field(&mut block, 1, &table);
    bytes_field(&mut block, 2, &group);
    blob("OSMData", &block)
}

pub fn file(elements: &Elements) -> Vec<u8> {
    [
        header(&["OsmSchema-V0.6", "DenseNodes"], None),
        data(elements),
    ]
    .concat()
}
