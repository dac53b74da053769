//! The pack as a file: deterministic, verified, and harmless whatever its bytes.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::Error;
use kaban_atlas::build::{BaseMapSource, BuildOptions, from_elements};
use kaban_atlas::pack::{FORMAT_VERSION, Pack};
use kaban_atlas::tiles::BaseMap;
use std::io::Cursor;
use support::Chance;
use support::packs::{drive, mapped_pack_bytes, pack_bytes, resealed, table_offset, village};

#[test]
fn equal_elements_in_any_order_give_equal_bytes() {
    let mut turned = village();
    turned.elements.nodes.reverse();
    turned.elements.ways.reverse();
    turned.elements.relations.reverse();
    let options = BuildOptions {
        with_node_ids: true,
        with_foot: true,
        ..BuildOptions::default()
    };
    assert!(from_elements(&turned.elements, &options).unwrap().pack == pack_bytes());
}

#[test]
fn info_tells_what_is_in_the_pack() {
    let bytes = pack_bytes();
    let info = Pack::from_bytes(&bytes).unwrap().info();
    let car = &info.meta.counts["car"];
    assert_eq!((car.junctions, car.segments, car.components), (16, 25, 1));
    assert_eq!((car.directed_edges, car.restrictions), (2 * 13 + 12, 2));
    assert_eq!(info.meta.country.as_deref(), Some("JP"));
    assert!(info.node_ids && info.routing_bytes < bytes.len() as u64);
    let names: Vec<&str> = info
        .sections
        .iter()
        .map(|section| section.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "META", "NAMES", "PLACES", "NODES", "GRAPH", "GEOM", "TURNS", "CONDS", "ORDER",
            "NODEIDS", "FNODES", "FGRAPH", "FGEOM", "FTURNS", "FCONDS", "FORDER", "FNODEIDS"
        ]
    );
}

#[test]
fn every_truncation_is_refused() {
    let good = pack_bytes();
    for end in 0..good.len() {
        assert!(Pack::from_bytes(&good[..end]).is_err(), "{end}");
    }
    assert!(Pack::from_bytes(&[good.as_slice(), b"\0"].concat()).is_err());
}

#[test]
fn every_flipped_bit_is_noticed() {
    let good = pack_bytes();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(Pack::from_bytes(&bad).is_err(), "byte {at}");
    }
}

#[test]
fn resealing_an_unchanged_pack_changes_nothing() {
    assert!(resealed(pack_bytes()) == pack_bytes());
}

#[test]
fn a_pack_with_wrong_contents_and_right_hashes_is_refused_or_harmless() {
    let good = pack_bytes();
    let table = table_offset(&good);
    let mut chance = Chance(3);
    let (mut refused, mut opened) = (0, 0);
    for round in 0..6_000 {
        let mut bad = good.clone();
        for _ in 0..=chance.below(2) {
            let at = chance.below(table);
            bad[at] = if round % 2 == 0 {
                bad[at] ^ (1 << chance.below(8))
            } else {
                chance.next() as u8
            };
        }
        match Pack::from_bytes(&resealed(bad)) {
            Ok(pack) => {
                drive(&pack);
                opened += 1;
            }
            Err(_) => refused += 1,
        }
    }
    println!("{refused} refused, {opened} opened and driven");
    assert!(refused > 1_000 && opened > 1_000);
}

#[test]
fn a_newer_format_is_its_own_error() {
    let mut bytes = pack_bytes();
    let at = bytes.len() - 64 + 12;
    bytes[at..at + 4].copy_from_slice(&(FORMAT_VERSION + 1).to_le_bytes());
    assert!(
        matches!(Pack::from_bytes(&bytes), Err(Error::Damaged(_))),
        "a flipped version is damage"
    );
    let newer = Pack::from_bytes(&resealed(bytes));
    assert!(matches!(newer, Err(Error::TooNew { found, supported }) if found == supported + 1));
}

#[test]
fn a_format_of_before_the_first_release_is_its_own_error() {
    let mut bytes = pack_bytes();
    let at = bytes.len() - 64 + 12;
    bytes[at..at + 4].copy_from_slice(&1u32.to_le_bytes());
    let older = Pack::from_bytes(&resealed(bytes));
    assert!(matches!(older, Err(Error::TooOld { found: 1 })));
}

#[test]
fn other_files_are_no_packs() {
    for bytes in [b"".as_slice(), b"a letter", &[0u8; 10_000], &[0xff; 64]] {
        assert!(matches!(Pack::from_bytes(bytes), Err(Error::NotAPack)));
    }
}

/// A base map stands in front of the sections and is a section like the others.
#[test]
fn a_pack_with_a_base_map_in_front_opens_and_guards_it() {
    let plain = Pack::from_bytes(&pack_bytes()).unwrap().info();
    let file = mapped_pack_bytes();
    let pack = Pack::from_bytes(&file).unwrap();
    let info = pack.info();
    assert_eq!(&file[..8], b"PMTiles\x03");
    assert_eq!(info.sections[0].name, "BASEMAP");
    assert_eq!(
        pack.base_map().unwrap().bytes,
        info.sections[0].bytes,
        "the length is the section's"
    );
    assert!(
        info.sections[1..] != plain.sections,
        "META tells of the map"
    );
    assert_eq!(
        info.sections[2..],
        plain.sections[1..],
        "the map changes nothing else"
    );
    drive(&pack);
    for end in 0..file.len() {
        assert!(Pack::from_bytes(&file[..end]).is_err(), "{end}");
    }
    for at in (0..file.len()).step_by(7) {
        let mut bad = file.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(Pack::from_bytes(&bad).is_err(), "byte {at}");
    }
}

/// With right hashes around it, a damaged archive must still not reach a map view.
#[test]
fn a_base_map_with_a_damaged_head_and_right_hashes_is_refused_or_reads() {
    let options = BuildOptions {
        base_map: BaseMapSource::Drawn,
        ..BuildOptions::default()
    };
    let good = from_elements(&village().elements, &options).unwrap().pack;
    let map = BaseMap::open(Cursor::new(&good)).unwrap();
    let head = (map.header().metadata.0 + map.header().metadata.1) as usize;
    let mut chance = Chance(5);
    let mut refused = 0;
    for _ in 0..3_000 {
        let mut bad = good.clone();
        bad[chance.below(head)] = chance.next() as u8;
        match Pack::from_bytes(&resealed(bad.clone())) {
            Ok(_) => {
                let mut map = BaseMap::open(Cursor::new(&bad)).unwrap();
                for at in map.addresses().unwrap_or_default().into_iter().take(20) {
                    let _ = map.tile(at);
                }
            }
            Err(_) => refused += 1,
        }
    }
    println!("{refused} refused");
    assert!(refused > 1_000);
}

#[test]
fn random_places_lie_on_streets_of_the_main_network() {
    let pack = Pack::from_bytes(&pack_bytes()).unwrap();
    let mut chance = Chance(9);
    let points = pack.random_road_points(200, &mut || chance.next());
    assert_eq!(points.len(), 200);
    let [west, south, east, north] = pack.bounds();
    assert!(
        points
            .iter()
            .all(|p| (west..=east).contains(&p.at[0]) && (south..=north).contains(&p.at[1]))
    );
    assert!(points.iter().any(|p| p.road == "横通り"));
}
