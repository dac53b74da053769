//! Where the map ends: junctions from which a road goes on beyond the data.
//!
//! A road is known to be cut where the file names nodes it does not hold. Files cut at a box with whole ways name no such nodes;
//! there a dead end within [`RIM_METRES`] of the outline of all roads is taken for a cut, which it may be.

use super::gather::Gathered;
use crate::geo::{Bounds, Coord, haversine_m};
use crate::tables::{Profile, Tables, node_flag};
use std::collections::BTreeSet;

const RIM_METRES: f64 = 100.0;

/// Node numbers beside which a usable way names a node the file lacks.
pub(super) fn cut_nodes(gathered: &Gathered, profile: Profile) -> BTreeSet<u32> {
    let mut cut = BTreeSet::new();
    for way in gathered
        .ways
        .iter()
        .filter(|way| way.lane(profile).is_some())
    {
        for pair in gathered.refs[way.refs.0..way.refs.1].windows(2) {
            match [0, 1].map(|end: usize| gathered.coord(pair[end])) {
                [Some(_), None] => cut.extend([pair[0]]),
                [None, Some(_)] => cut.extend([pair[1]]),
                _ => {}
            }
        }
    }
    cut
}

/// Marks the junctions on the rim; `is_cut` is asked by junction number.
pub(super) fn mark(tables: &mut Tables, is_cut: impl Fn(usize) -> bool) {
    let Some(outline) = Bounds::around(tables.coords.iter().chain(&tables.points).copied()) else {
        return;
    };
    let mut meeting = vec![0u8; tables.coords.len()];
    for segment in &tables.segments {
        for node in [segment.a, segment.b] {
            meeting[node as usize] = meeting[node as usize].saturating_add(1);
        }
    }
    let nodes = tables
        .coords
        .iter()
        .zip(&mut tables.node_flags)
        .zip(meeting);
    for (node, ((at, flags), meeting)) in nodes.enumerate() {
        if is_cut(node) || (meeting == 1 && near_outline(*at, &outline)) {
            *flags |= node_flag::MAP_EDGE;
        }
    }
}

fn near_outline(at: Coord, outline: &Bounds) -> bool {
    let beside = [
        Coord {
            lon: outline.min.lon,
            ..at
        },
        Coord {
            lon: outline.max.lon,
            ..at
        },
        Coord {
            lat: outline.min.lat,
            ..at
        },
        Coord {
            lat: outline.max.lat,
            ..at
        },
    ];
    beside
        .iter()
        .any(|edge| haversine_m(at, *edge) <= RIM_METRES)
}
