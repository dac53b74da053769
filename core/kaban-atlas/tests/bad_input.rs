//! Map data as it should not be: one clear error or a sane pack, never a panic.
#![allow(clippy::unwrap_used)]

#[path = "support/pbf_writer.rs"]
mod pbf_writer;
mod support;

use kaban_atlas::Error;
use kaban_atlas::build::{BuildOptions, Built, build_pack};
use kaban_atlas::osm::Elements;
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Objective, RouteRequest};
use pbf_writer::{blob, bytes_field, data, file, framed, header, varint_field};
use support::{Chance, Village, ask, between, extracts, length};

fn build(pbf: &[u8]) -> kaban_atlas::Result<Built> {
    let options = BuildOptions {
        with_node_ids: true,
        ..BuildOptions::default()
    };
    build_pack(std::io::Cursor::new(pbf), &options, &mut |_| {})
}

fn village() -> Village {
    Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 100.0, 0.0)
        .node(3, 200.0, 0.0)
        .node(4, 100.0, 100.0)
        .way(10, &[1, 2, 3], "highway=residential name=本町")
        .way(11, &[2, 4], "highway=service")
        .restriction(
            1,
            "restriction=no_left_turn",
            &[("from", 10), ("via_node", 2), ("to", 11)],
        )
}

fn sane(pbf: &[u8]) -> Pack {
    Pack::from_bytes(&build(pbf).unwrap().pack).unwrap()
}

#[test]
fn a_written_file_reads_back_as_its_elements() {
    let elements = village().elements;
    let from_memory = kaban_atlas::build::from_elements(
        &elements,
        &BuildOptions {
            with_node_ids: true,
            ..BuildOptions::default()
        },
    );
    assert!(build(&file(&elements)).unwrap().pack == from_memory.unwrap().pack);
}

#[test]
fn files_of_another_kind_are_named_so() {
    assert!(matches!(build(b""), Err(Error::EmptyInput)));
    let texts: [&[u8]; 5] = [
        b"This is a letter, not a map.",
        b"<?xml version='1.0'?><osm/>",
        b"x",
        &[0; 4096],
        b"PK\x03\x04 a zip archive would begin so",
    ];
    for text in texts {
        assert!(
            matches!(build(text), Err(Error::NotPbf)),
            "{:?}",
            &text[..1]
        );
    }
    assert!(
        matches!(build(&data(&village().elements)), Err(Error::NotPbf)),
        "data without a header"
    );
}

#[test]
fn a_map_without_roads_says_so() {
    let empty = header(&["OsmSchema-V0.6"], None);
    assert!(matches!(build(&empty), Err(Error::NoRoads)));
    let water =
        Village::default()
            .node(1, 0.0, 0.0)
            .node(2, 9.0, 0.0)
            .way(1, &[1, 2], "natural=water");
    assert!(matches!(build(&file(&water.elements)), Err(Error::NoRoads)));
    let nowhere = Village::default().way(10, &[1, 2, 3], "highway=residential");
    assert!(matches!(
        build(&file(&nowhere.elements)),
        Err(Error::NoRoads)
    ));
    let point = Village::default()
        .node(1, 0.0, 0.0)
        .way(10, &[1, 1, 1], "highway=residential");
    assert!(matches!(build(&file(&point.elements)), Err(Error::NoRoads)));
}

#[test]
fn features_kaban_does_not_read_are_named() {
    let history = [
        header(&["OsmSchema-V0.6", "HistoricalInformation"], None),
        data(&village().elements),
    ]
    .concat();
    assert!(
        matches!(build(&history), Err(Error::UnsupportedPbf(name)) if name == "HistoricalInformation")
    );
    let mut lzma = Vec::new();
    bytes_field(&mut lzma, 4, b"packed");
    let packed = [header(&[], None), framed("OSMData", &lzma)].concat();
    assert!(matches!(build(&packed), Err(Error::UnsupportedPbf(_))));
}

#[test]
fn a_nonsensical_header_box_is_not_believed() {
    let world = [0, 180_000_000_000, 90_000_000_000, 0];
    let pbf = [
        header(&["OsmSchema-V0.6"], Some(world)),
        data(&village().elements),
    ]
    .concat();
    let [west, south, east, north] = sane(&pbf).bounds();
    assert!(west > 140.5 && south > 35.6 && east < 140.6 && north < 35.8);
}

#[test]
fn negative_ids_are_ids() {
    let mut elements = village().elements;
    elements
        .nodes
        .iter_mut()
        .for_each(|node| node.id = -node.id);
    elements.ways.iter_mut().for_each(|way| {
        way.id = -way.id;
        way.nodes.iter_mut().for_each(|node| *node = -*node);
    });
    elements.relations.clear();
    let pack = sane(&file(&elements));
    let request = RouteRequest {
        objective: Objective::Shortest,
        ..between(-1, -4)
    };
    assert_eq!(length(&pack, &request), Some(200));
}

#[test]
fn roads_end_where_their_nodes_are_missing() {
    let mut elements = village().elements;
    elements.ways[0].nodes = vec![1, 2, 77, 3, 78];
    elements.relations.clear();
    let pack = sane(&file(&elements));
    assert!(ask(&pack, &between(1, 4)).is_ok());
    assert!(ask(&pack, &between(1, 3)).is_err());
    assert!(
        pack.meta()
            .notes
            .iter()
            .any(|note| note.starts_with("2 points of roads"))
    );
}

#[test]
fn restrictions_that_name_nothing_are_left_out() {
    let members: [&[(&str, i64)]; 6] = [
        &[("from", 10), ("to", 11)],
        &[("from", 10), ("via_node", 99), ("to", 11)],
        &[("from", 98), ("via_node", 2), ("to", 11)],
        &[("from", 10), ("via_node", 4), ("to", 11)],
        &[("from", 10), ("via", 97), ("to", 11)],
        &[("from", 11), ("via", 11), ("to", 11)],
    ];
    for members in members {
        let mut elements = village().elements;
        elements.relations.clear();
        let village = Village { elements }.restriction(5, "restriction=no_left_turn", members);
        let pack = sane(&file(&village.elements));
        assert!(ask(&pack, &between(1, 4)).is_ok(), "{members:?}");
    }
}

#[test]
fn positions_off_the_globe_and_overflowing_numbers_end_roads_or_reading() {
    let mut elements = village().elements;
    elements.nodes[2].lon = 900.0;
    elements.nodes[3].id = i64::MAX;
    elements.ways[1].nodes = vec![2, i64::MIN, i64::MAX];
    assert!(ask(&sane(&file(&elements)), &between(1, 2)).is_ok());
    let mut block = Vec::new();
    varint_field(&mut block, 17, u64::MAX / 2);
    varint_field(&mut block, 19, u64::MAX / 3);
    let good = file(&village().elements);
    let odd = [
        good,
        blob("OSMData", &block),
        blob("SomethingNew", b"ignored"),
    ]
    .concat();
    assert!(build(&odd).is_ok());
}

#[test]
fn ways_of_no_length_loops_and_doubled_ways_are_harmless() {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 0.0, 0.0)
        .node(3, 50.0, 0.0)
        .node(4, 50.0, 50.0)
        .node(5, 0.0, 50.0)
        .way(10, &[1, 2, 3, 3], "highway=residential")
        .way(11, &[3, 4, 5, 3], "highway=residential")
        .way(12, &[1, 2], "highway=service")
        .way(12, &[1, 2], "highway=service");
    let pack = sane(&file(&village.elements));
    for (from, to) in [(1, 3), (1, 5), (3, 3), (4, 1), (2, 1)] {
        assert!(ask(&pack, &between(from, to)).is_ok(), "{from} {to}");
    }
}

#[test]
fn every_truncation_of_a_small_file_is_an_error() {
    let good = file(&village().elements);
    for end in 0..good.len() {
        let built = build(&good[..end]);
        assert!(built.is_err(), "{end} of {}", good.len());
    }
}

/// Uncompressed blobs are not protected by any checksum, so flips reach every decoder.
#[test]
fn flipped_bytes_of_a_file_give_an_error_or_a_pack_that_opens() {
    let good = file(&village().elements);
    let mut chance = Chance(42);
    let (mut errors, mut packs) = (0, 0);
    for _ in 0..4_000 {
        let mut bad = good.clone();
        for _ in 0..=chance.below(3) {
            let at = chance.below(bad.len());
            bad[at] ^= 1 << chance.below(8);
        }
        match build(&bad) {
            Ok(built) => {
                let pack = Pack::from_bytes(&built.pack).unwrap();
                let _ = ask(&pack, &between(1, 4));
                packs += 1;
            }
            Err(_) => errors += 1,
        }
    }
    println!("{errors} errors, {packs} packs");
    assert!(errors > 0 && packs > 0);
}

#[test]
fn flipped_bytes_of_real_extracts_never_panic() {
    for path in extracts()
        .into_iter()
        .filter(|path| std::fs::metadata(path).unwrap().len() < 200_000)
    {
        let good = std::fs::read(&path).unwrap();
        let mut chance = Chance(1);
        for _ in 0..40 {
            let mut bad = good.clone();
            let at = chance.below(bad.len());
            bad[at] ^= 1 << chance.below(8);
            let _ = build(&bad);
            let _ = build(&good[..at]);
        }
    }
}

#[test]
fn restrictions_may_be_missing_altogether() {
    let elements = Elements {
        relations: vec![],
        ..village().elements
    };
    assert_eq!(sane(&file(&elements)).meta().counts["car"].restrictions, 0);
}
