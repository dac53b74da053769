//! Which places reach each other.
//!
//! Extracts are cut at a box, so islands of roads are normal; snapping prefers the main part, which is marked here.

use crate::strong_parts::strong_parts;
use crate::tables::Tables;

/// For each node whether it is in the largest strongly connected part of the edges that `usable` lets through.
pub(super) fn main_part(tables: &Tables, usable: impl Fn(u32) -> bool) -> Vec<bool> {
    let count = tables.coords.len();
    let (first, edges) = leaving(tables, &usable);
    let part = strong_parts(count, &first, &edges, |edge| tables.head(edge));
    let mut sizes = vec![0u64; count + 1];
    for edge in tables.passable_edges().filter(|edge| usable(*edge)) {
        let (tail, head) = (
            part[tables.tail(edge) as usize],
            part[tables.head(edge) as usize],
        );
        if tail == head {
            sizes[tail as usize] += u64::from(tables.segments[(edge >> 1) as usize].length);
        }
    }
    // By length of road, so that a dense car park is not the main part; of equals the first.
    let largest = sizes
        .iter()
        .enumerate()
        .max_by_key(|(index, size)| (**size, std::cmp::Reverse(*index)));
    let Some((largest, _)) = largest.filter(|(_, size)| **size > 0) else {
        return vec![false; count];
    };
    part.iter().map(|p| *p as usize == largest).collect()
}

/// Number of pieces that do not touch each other, whatever the direction.
pub(super) fn pieces(tables: &Tables) -> usize {
    let mut root: Vec<u32> = (0..tables.coords.len() as u32).collect();
    fn find(root: &mut [u32], mut node: u32) -> u32 {
        while root[node as usize] != node {
            root[node as usize] = root[root[node as usize] as usize];
            node = root[node as usize];
        }
        node
    }
    let mut pieces = root.len();
    for segment in &tables.segments {
        let (a, b) = (find(&mut root, segment.a), find(&mut root, segment.b));
        if a != b {
            root[a.max(b) as usize] = a.min(b);
            pieces -= 1;
        }
    }
    pieces
}

/// Passable edges by the node they leave, as offsets and list.
fn leaving(tables: &Tables, usable: &impl Fn(u32) -> bool) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0u32; tables.coords.len() + 1];
    for edge in tables.passable_edges().filter(|edge| usable(*edge)) {
        first[tables.tail(edge) as usize + 1] += 1;
    }
    for node in 1..first.len() {
        first[node] += first[node - 1];
    }
    let mut next = first.clone();
    let mut edges = vec![0u32; first.last().copied().unwrap_or(0) as usize];
    for edge in tables.passable_edges().filter(|edge| usable(*edge)) {
        let slot = &mut next[tables.tail(edge) as usize];
        edges[*slot as usize] = edge;
        *slot += 1;
    }
    (first, edges)
}
