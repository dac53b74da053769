//! An extract whose ways end where its data does.
//!
//! A box cut out of a larger map leaves ways with nodes that are not in the file. Kaban ends such a road at the last node there is;
//! Valhalla leaves the whole way out, and then the two would be asked about different roads.

#[path = "../../tests/support/pbf_writer.rs"]
mod pbf_writer;

use kaban_atlas::osm::{Elements, Way};
use std::collections::HashSet;
use std::path::Path;

/// Writes the extract with its ways cut, unless no node is missing; says how many ways were cut.
pub fn write(elements: &Elements, path: &Path) -> std::io::Result<usize> {
    let there: HashSet<i64> = elements.nodes.iter().map(|node| node.id).collect();
    let mut spare = elements.ways.iter().map(|way| way.id).max().unwrap_or(0);
    let mut cut = 0;
    let mut ways = Vec::new();
    for way in &elements.ways {
        let whole = way.nodes.iter().all(|node| there.contains(node));
        if whole {
            ways.push(way.clone());
            continue;
        }
        cut += 1;
        let pieces = way.nodes.split(|node| !there.contains(node));
        for (index, nodes) in pieces.filter(|nodes| nodes.len() > 1).enumerate() {
            spare += i64::from(index > 0);
            ways.push(Way {
                id: if index == 0 { way.id } else { spare },
                nodes: nodes.to_vec(),
                tags: way.tags.clone(),
            });
        }
    }
    if cut > 0 {
        ways.sort_by_key(|way| way.id);
        let elements = Elements {
            ways,
            ..elements.clone()
        };
        std::fs::write(path, pbf_writer::file(&elements))?;
    }
    Ok(cut)
}
