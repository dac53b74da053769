//! The order in which road sections are contracted: nested dissection of the junctions by small cuts.
//!
//! Two edges of the network follow each other only at a junction, so the roads across a cut of the junctions separate the states
//! of both sides. They take the highest ranks of their piece; then each side is cut in turn.

use super::cut::Piece;
use crate::tables::Tables;

/// The segments of a network from the first to be contracted to the last.
pub(crate) fn segment_order(tables: &Tables) -> Vec<u32> {
    let mut order = vec![0u32; tables.segments.len()];
    let mut local = vec![0u32; tables.coords.len()];
    let mut open = vec![Part {
        nodes: (0..tables.coords.len() as u32).collect(),
        segments: (0..tables.segments.len() as u32).collect(),
        lowest: 0,
    }];
    while let Some(part) = open.pop() {
        let Part {
            nodes,
            segments,
            lowest,
        } = part;
        if nodes.len() < 2 || segments.len() < 2 {
            order[lowest..lowest + segments.len()].copy_from_slice(&segments);
            continue;
        }
        for (index, node) in nodes.iter().enumerate() {
            local[*node as usize] = index as u32;
        }
        let ends = |segment: &u32| {
            let row = &tables.segments[*segment as usize];
            [row.a, row.b].map(|node| local[node as usize])
        };
        let place = |node: &u32| {
            let at = tables.coords[*node as usize];
            [i64::from(at.lon), i64::from(at.lat)]
        };
        let piece = Piece {
            places: nodes.iter().map(place).collect(),
            roads: segments.iter().map(ends).collect(),
        };
        let far = piece.best_cut();
        let mut sides: [Part; 2] = Default::default();
        for (node, far) in nodes.iter().zip(&far) {
            sides[usize::from(*far)].nodes.push(*node);
        }
        let mut across = Vec::new();
        for (segment, [a, b]) in segments.iter().zip(&piece.roads) {
            let (a, b) = (far[*a as usize], far[*b as usize]);
            if a == b {
                sides[usize::from(a)].segments.push(*segment);
            } else {
                across.push(*segment);
            }
        }
        let top = lowest + segments.len() - across.len();
        order[top..top + across.len()].copy_from_slice(&across);
        let mut next = lowest;
        for mut side in sides {
            side.lowest = next;
            next += side.segments.len();
            open.push(side);
        }
    }
    order
}

/// A piece still to be cut, and the lowest rank its segments take.
#[derive(Debug, Default)]
struct Part {
    nodes: Vec<u32>,
    segments: Vec<u32>,
    lowest: usize,
}
