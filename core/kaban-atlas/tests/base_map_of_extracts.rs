//! The maps of whole districts, tile by tile; skipped, and said so, where the extracts are not at hand.
#![allow(clippy::unwrap_used)]

#[path = "support/osm_reader.rs"]
mod osm_reader;
mod support;

use kaban_atlas::build::{BaseMapSource, BuildOptions, build_pack, from_elements};
use kaban_atlas::osm::Elements;
use kaban_atlas::pack::Pack;
use kaban_atlas::tiles::{BaseMap, Geometry, Schema, Tile, TileAddress};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::PathBuf;
use support::{extracts, name};

fn drawn() -> BuildOptions {
    BuildOptions {
        base_map: BaseMapSource::Drawn,
        ..BuildOptions::default()
    }
}

/// The two extracts that keep all tags of a whole land.
fn lands() -> Vec<PathBuf> {
    let whole = |path: &PathBuf| {
        let name = name(path);
        name.starts_with("andorra") || name.starts_with("liechtenstein")
    };
    extracts().into_iter().filter(whole).collect()
}

fn built(path: &PathBuf) -> Vec<u8> {
    let file = std::fs::read(path).unwrap();
    build_pack(Cursor::new(file), &drawn(), &mut |_| {})
        .unwrap()
        .pack
}

fn tiles(pack: &[u8]) -> BTreeMap<TileAddress, Tile> {
    let mut map = BaseMap::open(Cursor::new(pack)).unwrap();
    let addresses = map.addresses().unwrap();
    addresses
        .into_iter()
        .map(|at| (at, map.tile(at).unwrap().unwrap()))
        .collect()
}

#[test]
fn every_layer_occurs_and_the_map_is_smaller_than_two_thirds_of_its_data() {
    for path in lands() {
        let pack = built(&path);
        let data = std::fs::metadata(&path).unwrap().len();
        let info = Pack::from_bytes(&pack).unwrap().base_map().unwrap().clone();
        println!(
            "{}: base map {} bytes, {:.3} of the data, {} tiles; pack {}",
            name(&path),
            info.bytes,
            info.bytes as f64 / data as f64,
            info.tiles,
            pack.len()
        );
        assert!(info.bytes * 100 <= data * 65, "{}", name(&path));
        assert!(pack.len() <= 6_000_000);
        let tiles = tiles(&pack);
        assert_eq!(tiles.len() as u64, info.tiles);
        let found: BTreeSet<&str> = tiles
            .values()
            .flat_map(|tile| tile.layers.iter().map(|layer| layer.name.as_str()))
            .collect();
        let mut wanted: BTreeSet<&str> = info.layers.iter().map(String::as_str).collect();
        if name(&path).starts_with("andorra") {
            assert!(wanted.remove("rail"), "there is no railway in Andorra");
        }
        assert!(found.is_superset(&wanted), "{found:?}");
        assert!(tiles.keys().all(|at| (6..=14).contains(&at.z)));
    }
}

/// Column, row and the position in the tile's 4096 units, by the formula of Web Mercator.
fn in_tile(lon: f64, lat: f64) -> ([u32; 2], [f64; 2]) {
    let side = 16_384.0;
    let phi = lat.to_radians();
    let x = (lon + 180.0) / 360.0 * side;
    let y = (1.0 - (phi.tan() + 1.0 / phi.cos()).ln() / std::f64::consts::PI) / 2.0 * side;
    (
        [x as u32, y as u32],
        [x.fract() * 4096.0, y.fract() * 4096.0],
    )
}

fn distance(at: [f64; 2], a: [i32; 2], b: [i32; 2]) -> f64 {
    let [ax, ay] = a.map(f64::from);
    let (dx, dy) = (f64::from(b[0]) - ax, f64::from(b[1]) - ay);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 {
        (((at[0] - ax) * dx + (at[1] - ay) * dy) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (at[0] - ax - along * dx).hypot(at[1] - ay - along * dy)
}

#[test]
fn every_larger_road_lies_where_it_is_in_some_tile() {
    const UNITS_OFF_MAX: f64 = 3.0;
    for path in lands() {
        let tiles = tiles(&built(&path));
        let elements: Elements = osm_reader::read(&path);
        let nodes: BTreeMap<i64, (f64, f64)> = elements
            .nodes
            .iter()
            .map(|node| (node.id, (node.lon, node.lat)))
            .collect();
        let mut seen = 0;
        for way in &elements.ways {
            let Some((_, highway)) = way.tags.iter().find(|(key, _)| key == "highway") else {
                continue;
            };
            let class = highway.trim_end_matches("_link");
            if !["motorway", "trunk", "primary", "secondary", "tertiary"].contains(&class) {
                continue;
            }
            for pair in way.nodes.windows(2) {
                let (Some(a), Some(b)) = (nodes.get(&pair[0]), nodes.get(&pair[1])) else {
                    continue;
                };
                let ([x, y], at) = in_tile((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
                let tile = &tiles[&TileAddress { z: 14, x, y }];
                let near = tile.layer("road").unwrap().features().any(|road| {
                    road.class() == class
                        && match road.geometry() {
                            Geometry::Lines(lines) => lines
                                .iter()
                                .flat_map(|line| line.windows(2))
                                .any(|pair| distance(at, pair[0], pair[1]) <= UNITS_OFF_MAX),
                            _ => false,
                        }
                });
                assert!(near, "{} way {}", name(&path), way.id);
                seen += 1;
            }
        }
        println!("{}: {seen} stretches of larger roads", name(&path));
        assert!(seen > 1_000);
    }
}

#[test]
fn a_map_is_the_same_bytes_from_the_file_and_from_its_elements() {
    for path in extracts() {
        let file = built(&path);
        let options = BuildOptions {
            data_date: Pack::from_bytes(&file).unwrap().meta().data_date.clone(),
            ..drawn()
        };
        let mut elements = osm_reader::read(&path);
        elements.ways.reverse();
        elements.relations.reverse();
        assert!(
            from_elements(&elements, &options).unwrap().pack == file,
            "{}",
            name(&path)
        );
    }
}

#[test]
fn archives_of_another_builder_can_stand_in() {
    let Some(land) = lands().into_iter().next() else {
        return;
    };
    let folder = land.parent().unwrap().join("tiles");
    for name in ["andorra.pmtiles", "liechtenstein.pmtiles"] {
        let Ok(archive) = std::fs::read(folder.join(name)) else {
            println!("skipped: no {name}");
            continue;
        };
        let options = BuildOptions {
            base_map: BaseMapSource::Ready(archive.clone()),
            ..BuildOptions::default()
        };
        let file = std::fs::read(&land).unwrap();
        let pack = build_pack(Cursor::new(file), &options, &mut |_| {})
            .unwrap()
            .pack;
        let pack = Pack::from_bytes(&pack).unwrap();
        let info = pack.base_map().unwrap();
        assert_eq!(info.schema, Schema::OpenMapTiles);
        assert_eq!(info.bytes, archive.len() as u64);
        assert!(info.layers.iter().any(|layer| layer == "transportation"));
    }
}
