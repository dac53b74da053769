//! Packs to be broken: one of every section, with and without a base map, and hashes put right again.
#![allow(dead_code, clippy::unwrap_used)]

use super::Village;
use kaban_atlas::Profile;
use kaban_atlas::build::{BaseMapSource, BuildOptions, from_elements};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Place, RouteRequest, Router};
use sha2::{Digest, Sha256};

pub fn village() -> Village {
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

/// A pack of every section but the base map.
pub fn pack_bytes() -> Vec<u8> {
    built(BaseMapSource::None)
}

/// A pack of every section.
pub fn mapped_pack_bytes() -> Vec<u8> {
    built(BaseMapSource::Drawn)
}

fn built(base_map: BaseMapSource) -> Vec<u8> {
    let options = BuildOptions {
        with_node_ids: true,
        with_foot: true,
        base_map,
        ..BuildOptions::default()
    };
    from_elements(&village().elements, &options).unwrap().pack
}

/// Asks a few routes of every kind, for the panics they must not have.
pub fn drive(pack: &Pack) {
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

/// Puts the hashes right again, as someone who means harm would.
pub fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
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

/// Where the table of sections begins.
pub fn table_offset(pack: &[u8]) -> usize {
    let end = pack.len();
    u64::from_le_bytes(pack[end - 64..end - 56].try_into().unwrap()) as usize
}
