//! The pack as a file: deterministic, verified, and harmless whatever its bytes.
#![allow(clippy::unwrap_used)]

mod support;

use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::pack::{FORMAT_VERSION, Pack};
use kaban_atlas::route::{Place, RouteRequest, Router};
use kaban_atlas::{Error, Profile};
use sha2::{Digest, Sha256};
use support::{Chance, Village};

fn village() -> Village {
    let mut village = Village::default();
    for y in 0..4 {
        for x in 0..4 {
            village = village.node(
                y * 4 + x + 1,
                x as f64 * 100.0,
                y as f64 * 100.0 + (x * y) as f64,
            );
        }
    }
    for line in 0..4 {
        let row: Vec<i64> = (1..=4).map(|x| line * 4 + x).collect();
        let column: Vec<i64> = (0..4).map(|y| y * 4 + line + 1).collect();
        village = village.way(100 + line, &row, "highway=residential name=横通り");
        village = village.way(200 + line, &column, "highway=tertiary ref=71 oneway=yes");
    }
    village
        .node(50, 150.0, 450.0)
        .way(300, &[14, 50, 15], "highway=track")
        .tagged(6, "highway=traffic_signals")
        .restriction(
            1,
            "restriction=no_left_turn",
            &[("from", 100), ("via_node", 2), ("to", 201)],
        )
        .restriction(
            2,
            "restriction=no_u_turn",
            &[("from", 200), ("via", 101), ("to", 201)],
        )
}

fn pack_bytes() -> Vec<u8> {
    let options = BuildOptions {
        with_node_ids: true,
        with_foot: true,
        ..BuildOptions::default()
    };
    from_elements(&village().elements, &options).unwrap().pack
}

/// Asks a few routes of every kind, for the panics they must not have.
fn drive(pack: &Pack) {
    let mut router = Router::new(pack);
    let [west, south, east, north] = pack.bounds();
    for (from, to) in [
        (Place::Node(1), Place::Node(16)),
        (Place::Point([west, south]), Place::Point([east, north])),
    ] {
        for profile in [Profile::Car, Profile::Foot] {
            let _ = router.route(&RouteRequest {
                profile,
                ..RouteRequest::new(from, to)
            });
        }
    }
    let _ = router.route(&RouteRequest::new(
        Place::Point([140.5612, 35.7011]),
        Place::Node(50),
    ));
    let mut number = 0u64;
    let _ = pack.random_road_points(3, &mut || {
        number += 0x1234_5678_9abc_def1;
        number
    });
}

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
            "META", "NAMES", "NODES", "GRAPH", "GEOM", "TURNS", "CONDS", "ORDER", "NODEIDS",
            "FNODES", "FGRAPH", "FGEOM", "FTURNS", "FCONDS", "FORDER", "FNODEIDS"
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

/// Puts the hashes right again, as someone who means harm would.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len();
    let number = |bytes: &[u8], at: usize| {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
    };
    let table = number(&bytes, end - 64);
    for entry in (table..end - 64).step_by(56) {
        let (offset, length) = (number(&bytes, entry + 8), number(&bytes, entry + 16));
        let hash = Sha256::digest(&bytes[offset..offset + length]);
        bytes[entry + 24..entry + 56].copy_from_slice(&hash);
    }
    let hash = Sha256::digest(&bytes[table..end - 40]);
    bytes[end - 40..end - 8].copy_from_slice(&hash);
    bytes
}

#[test]
fn resealing_an_unchanged_pack_changes_nothing() {
    assert!(resealed(pack_bytes()) == pack_bytes());
}

#[test]
fn a_pack_with_wrong_contents_and_right_hashes_is_refused_or_harmless() {
    let good = pack_bytes();
    let table =
        u64::from_le_bytes(good[good.len() - 64..good.len() - 56].try_into().unwrap()) as usize;
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
fn other_files_are_no_packs() {
    for bytes in [b"".as_slice(), b"a letter", &[0u8; 10_000], &[0xff; 64]] {
        assert!(matches!(Pack::from_bytes(bytes), Err(Error::NotAPack)));
    }
}

/// A base map stands in front of the sections and is a section like the others.
#[test]
fn a_pack_with_a_base_map_in_front_opens_and_guards_it() {
    let plain = pack_bytes();
    let archive = b"PMTiles\x03 stands in for an archive of tiles".repeat(50);
    let shift = archive.len().next_multiple_of(8);
    let end = plain.len();
    let table = u64::from_le_bytes(plain[end - 64..end - 56].try_into().unwrap()) as usize;
    let mut file = archive.clone();
    file.resize(shift, 0);
    file.extend_from_slice(&plain[..table]);
    let mut entries = b"BASEMAP ".to_vec();
    entries.extend_from_slice(&0u64.to_le_bytes());
    entries.extend_from_slice(&(archive.len() as u64).to_le_bytes());
    entries.extend_from_slice(&[0; 32]);
    for entry in plain[table..end - 64].chunks_exact(56) {
        let mut entry = entry.to_vec();
        let offset = u64::from_le_bytes(entry[8..16].try_into().unwrap()) + shift as u64;
        entry[8..16].copy_from_slice(&offset.to_le_bytes());
        entries.extend_from_slice(&entry);
    }
    let count = (entries.len() / 56) as u32;
    let new_table = file.len() as u64;
    file.extend_from_slice(&entries);
    let mut trailer = plain[end - 64..].to_vec();
    trailer[..8].copy_from_slice(&new_table.to_le_bytes());
    trailer[8..12].copy_from_slice(&count.to_le_bytes());
    file.extend_from_slice(&trailer);
    let file = resealed(file);
    let pack = Pack::from_bytes(&file).unwrap();
    assert_eq!(pack.info().sections[0].bytes, archive.len() as u64);
    assert_eq!(
        pack.info().routing_bytes,
        Pack::from_bytes(&plain).unwrap().info().routing_bytes
    );
    drive(&pack);
    let mut bad = file;
    bad[100] ^= 1;
    assert!(matches!(Pack::from_bytes(&bad), Err(Error::Damaged(_))));
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
