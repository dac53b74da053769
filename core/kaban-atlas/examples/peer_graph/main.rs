//! What `fast_paths` makes of an extract, and places to route between: the Rust peer of the map benchmark.
//!
//! `cargo run --release -p kaban-atlas --example peer_graph -- FILE.osm.pbf PLACES SEED CUT.osm.pbf` prints one JSON document, and
//! writes the extract with its ways cut where the data ends if any way goes on outside.
//! Nothing of the crate's own graph is used, so that the places favour nobody: the roads are read through the published reader
//! and cut at junctions here.

mod cut;
#[path = "../../tests/support/osm_reader.rs"]
mod osm_reader;
mod prepare;
mod roads;

use roads::{Place, Roads};
use serde_json::json;

/// SplitMix64: the same places on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, places, seed, cut] = arguments.as_slice() else {
        return Err("usage: peer_graph FILE.osm.pbf PLACES SEED CUT.osm.pbf".into());
    };
    let (places, mut chance) = (places.parse::<usize>()?, Chance(seed.parse()?));
    let elements = osm_reader::read(path.as_ref());
    let roads = Roads::of(&elements);
    let mut main = vec![false; roads.at.len()];
    for node in roads.main_part() {
        main[node as usize] = true;
    }
    let inside = |place: &&Place| place.between.iter().all(|node| main[*node as usize]);
    let known: Vec<&Place> = roads.places.iter().filter(inside).collect();
    if known.len() < 2 {
        return Err("no roads that lead anywhere".into());
    }
    let chosen: Vec<&Place> = (0..places)
        .map(|_| known[chance.below(known.len())])
        .collect();
    let junctions: Vec<u32> = chosen.iter().map(|place| place.between[0]).collect();
    let document = json!({
        "junctions": roads.at.len(),
        "edges": roads.edges.len(),
        "places_known": known.len(),
        "ways_cut": cut::write(&elements, cut.as_ref())?,
        "restrictions": roads.restrictions(),
        "node_based": prepare::node_based(&roads, &junctions)?,
        "turn_expanded": prepare::turn_expanded(&roads, &junctions)?,
        "places": chosen.iter().map(|place| place.at).collect::<Vec<_>>(),
    });
    println!("{document}");
    Ok(())
}
