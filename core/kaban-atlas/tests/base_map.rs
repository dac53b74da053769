//! The map below routes: what is in its tiles, in what language, and what odd data does to it.
#![allow(clippy::unwrap_used)]

#[path = "support/pbf_writer.rs"]
mod pbf_writer;
mod support;

use kaban_atlas::build::{BaseMapSource, BuildOptions, build_pack, from_elements};
use kaban_atlas::osm::{Elements, Member, MemberKind, Relation};
use kaban_atlas::pack::Pack;
use kaban_atlas::tiles::{BaseMap, Geometry, Schema, Tile, TileAddress};
use kaban_atlas::{Error, PlaceClass};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use support::{Chance, Village, tags};

fn drawn() -> BuildOptions {
    BuildOptions {
        base_map: BaseMapSource::Drawn,
        ..BuildOptions::default()
    }
}

fn pack_of(elements: &Elements) -> Vec<u8> {
    from_elements(elements, &drawn()).unwrap().pack
}

fn tiles(pack: &[u8]) -> BTreeMap<TileAddress, Tile> {
    let mut map = BaseMap::open(Cursor::new(pack)).unwrap();
    let addresses = map.addresses().unwrap();
    addresses
        .into_iter()
        .map(|at| (at, map.tile(at).unwrap().unwrap()))
        .collect()
}

/// `(class, name)` of all features of a layer at a zoom.
fn seen(pack: &[u8], zoom: u8, layer: &str) -> BTreeSet<(String, String)> {
    let tiles = tiles(pack).into_iter().filter(|(at, _)| at.z == zoom);
    tiles
        .filter_map(|(_, tile)| tile.layer(layer).cloned())
        .flat_map(|layer| {
            let named = layer
                .features()
                .map(|f| (f.class().to_owned(), f.name().to_owned()));
            named.collect::<Vec<_>>()
        })
        .collect()
}

fn pair(class: &str, name: &str) -> (String, String) {
    (class.to_owned(), name.to_owned())
}

fn square(village: Village, first: i64, corner: [f64; 2], side: f64) -> (Village, Vec<i64>) {
    let [east, north] = corner;
    let village = village
        .node(first, east, north)
        .node(first + 1, east + side, north)
        .node(first + 2, east + side, north + side)
        .node(first + 3, east, north + side);
    (village, vec![first, first + 1, first + 2, first + 3, first])
}

/// A village by the sea: a road, a lake with an island, a clinic, a house.
fn village() -> Village {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 400.0, 0.0)
        .node(3, 800.0, 10.0)
        .way(10, &[1, 2], "highway=primary ref=126 oneway=yes")
        .way(11, &[2, 3], "highway=primary ref=126 oneway=yes bridge=yes");
    let (village, lake) = square(village, 20, [0.0, 100.0], 900.0);
    let (village, island) = square(village, 30, [300.0, 400.0], 300.0);
    let (village, house) = square(village, 40, [100.0, -100.0], 20.0);
    let mut village = village
        .way(12, &lake, "")
        .way(13, &island, "")
        .way(14, &house, "building=yes addr:housenumber=5-12")
        .node(50, 200.0, -50.0)
        .tagged(
            50,
            "amenity=clinic emergency=yes name=Clinic name:ja=診療所",
        )
        .node(51, 300.0, -50.0)
        .tagged(51, "place=village name=のさか name:en=Nosaka")
        .node(52, 320.0, -90.0)
        .tagged(52, "amenity=cafe name=Cafe");
    village.elements.relations.push(Relation {
        id: 1,
        members: [("outer", 12), ("inner", 13)]
            .map(|(role, id)| Member {
                kind: MemberKind::Way,
                id,
                role: role.into(),
            })
            .into(),
        tags: tags("type=multipolygon natural=water name=Pond name:ja=池"),
    });
    village
}

#[test]
fn names_are_japanese_first_and_attributes_are_those_of_the_schema() {
    let pack = pack_of(&village().elements);
    assert_eq!(seen(&pack, 14, "water"), [pair("lake", "池")].into());
    assert_eq!(seen(&pack, 14, "poi"), [pair("clinic", "診療所")].into());
    assert_eq!(seen(&pack, 14, "place"), [pair("village", "のさか")].into());
    let tiles = tiles(&pack);
    let roads: Vec<[Option<i64>; 3]> = tiles
        .iter()
        .filter(|(at, _)| at.z == 14)
        .filter_map(|(_, tile)| tile.layer("road"))
        .flat_map(|layer| {
            let road = layer.features();
            road.map(|f| ["oneway", "bridge", "tunnel"].map(|key| f.number(key)))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(roads.contains(&[Some(1), None, None]) && roads.contains(&[Some(1), Some(1), None]));
    let numbers = tiles
        .values()
        .filter_map(|tile| tile.layer("housenumber"))
        .flat_map(|layer| {
            let number = layer.features().filter_map(|f| f.text("number"));
            number.collect::<Vec<_>>()
        });
    assert_eq!(numbers.collect::<BTreeSet<_>>(), ["5-12"].into());
}

#[test]
fn a_street_that_is_one_way_against_its_line_is_turned_round() {
    let mut against = village().elements;
    against.ways[0].tags = tags("highway=primary oneway=-1");
    let mut along = village().elements;
    along.ways[0].tags = tags("highway=primary oneway=yes");
    along.ways[0].nodes.reverse();
    assert!(tiles(&pack_of(&against)) == tiles(&pack_of(&along)));
    assert!(tiles(&pack_of(&against)) != tiles(&pack_of(&village().elements)));
}

#[test]
fn an_island_is_a_hole_of_its_lake() {
    let tiles = tiles(&pack_of(&village().elements));
    let lakes = tiles
        .iter()
        .filter(|(at, _)| at.z == 12)
        .filter_map(|(_, tile)| tile.layer("water"));
    let mut holes = 0;
    for layer in lakes {
        for feature in layer.features() {
            let Geometry::Polygons(polygons) = feature.geometry() else {
                panic!("a lake is an area")
            };
            holes += polygons.iter().map(|rings| rings.len() - 1).sum::<usize>();
        }
    }
    assert!(holes > 0);
}

#[test]
fn places_tell_kind_name_and_emergency() {
    let pack = Pack::from_bytes(&pack_of(&village().elements)).unwrap();
    let [clinic] = pack.places() else {
        panic!("one place")
    };
    assert_eq!(
        (clinic.class, clinic.name.as_str(), clinic.emergency),
        (PlaceClass::Clinic, "診療所", true)
    );
    let plain = from_elements(&village().elements, &BuildOptions::default()).unwrap();
    let plain = Pack::from_bytes(&plain.pack).unwrap();
    assert!(plain.base_map().is_none());
    assert_eq!(
        plain.places(),
        pack.places(),
        "places do not need the base map"
    );
}

#[test]
fn equal_elements_in_any_order_give_equal_tiles() {
    let straight = village();
    let mut turned = straight.clone();
    turned.elements.nodes.reverse();
    turned.elements.ways.reverse();
    turned.elements.relations.reverse();
    assert!(pack_of(&straight.elements) == pack_of(&turned.elements));
    assert!(pack_of(&straight.elements) == pack_of(&straight.elements));
}

#[test]
fn a_coast_becomes_the_sea() {
    let village = village()
        .node(60, -4_000.0, -500.0)
        .node(61, 5_000.0, -400.0)
        .node(62, 0.0, -900.0)
        .tagged(62, "place=locality name=沖")
        .way(60, &[60, 61], "natural=coastline");
    let report = from_elements(&village.elements, &drawn()).unwrap();
    assert!(seen(&report.pack, 14, "water").contains(&pair("sea", "")));
}

#[test]
fn a_map_of_water_alone_has_no_roads_and_does_not_panic() {
    let mut elements = village().elements;
    elements.ways.retain(|way| way.id > 11);
    assert!(matches!(
        from_elements(&elements, &drawn()),
        Err(Error::NoRoads)
    ));
}

/// Every kind of nonsense next to a sound village: the village must still be there.
#[test]
fn odd_shapes_do_not_disturb_the_rest() {
    let (mut village, bow) = square(village(), 100, [2_000.0, 0.0], 500.0);
    village = village.way(
        100,
        &[bow[0], bow[2], bow[1], bow[3], bow[0]],
        "landuse=forest",
    );
    village = village.way(
        101,
        &[bow[0], bow[1], bow[0], bow[1], bow[0]],
        "natural=water",
    );
    village = village.way(102, &[bow[0], 9_999, bow[1], bow[0]], "building=yes");
    village = village.way(
        103,
        &[1, 8_888, 2, 7_777],
        "boundary=administrative admin_level=7",
    );
    village = village.way(14, &bow, "landuse=cemetery");
    let mut relation = |id: i64, members: &[(MemberKind, i64)], text: &str| {
        let members = members.iter().map(|(kind, id)| Member {
            kind: *kind,
            id: *id,
            role: "outer".into(),
        });
        village.elements.relations.push(Relation {
            id,
            members: members.collect(),
            tags: tags(text),
        });
    };
    use MemberKind::{Node, Way};
    let forest = "type=multipolygon landuse=forest";
    relation(200, &[(MemberKind::Relation, 201)], forest);
    relation(201, &[(MemberKind::Relation, 200)], forest);
    relation(202, &[(Way, 12), (Way, 12), (Way, 404)], forest);
    relation(203, &[(Way, 10), (Node, 1)], forest);
    relation(203, &[(Way, 100)], "type=multipolygon amenity=hospital");
    relation(
        204,
        &[],
        "type=boundary boundary=administrative admin_level=4",
    );
    let report = from_elements(&village.elements, &drawn()).unwrap();
    let lost = report.report.meta.notes.iter();
    assert!(
        lost.clone().any(|note| note.contains("areas do not close")),
        "{lost:?}"
    );
    assert!(seen(&report.pack, 14, "poi").contains(&pair("clinic", "診療所")));
    Pack::from_bytes(&report.pack).unwrap();
}

#[test]
fn a_line_of_a_hundred_thousand_points_and_one_round_the_world_are_drawn() {
    let mut village = village();
    let mut chance = Chance(7);
    let first = 1_000;
    for id in first..first + 100_000 {
        village = village.node(id, chance.below(3_000) as f64, chance.below(3_000) as f64);
    }
    let long: Vec<i64> = (first..first + 100_000).collect();
    let mut ring = long[..20_000].to_vec();
    ring.push(first);
    let village = village
        .way(70, &long, "waterway=stream")
        .way(71, &ring, "natural=wood");
    assert!(!seen(&pack_of(&village.elements), 14, "landuse").is_empty());

    let mut far = self::village();
    far.elements.nodes[1].lon = -179.0;
    far.elements.nodes[2].lat = 89.9;
    assert!(matches!(
        from_elements(&far.elements, &drawn()),
        Ok(_) | Err(Error::TooLarge(_))
    ));
    let mut world = self::village();
    for (index, (lon, lat)) in [
        (-179.0, -80.0),
        (179.0, -80.0),
        (179.0, 80.0),
        (-179.0, 80.0),
    ]
    .into_iter()
    .enumerate()
    {
        (
            world.elements.nodes[3 + index].lon,
            world.elements.nodes[3 + index].lat,
        ) = (lon, lat);
    }
    assert!(matches!(
        from_elements(&world.elements, &drawn()),
        Err(Error::TooLarge(_))
    ));
}

#[test]
fn flipped_bytes_of_a_file_give_an_error_or_a_map_that_reads() {
    let good = pbf_writer::file(&village().elements);
    let mut chance = Chance(43);
    let (mut errors, mut maps) = (0, 0);
    for _ in 0..1_500 {
        let mut bad = good.clone();
        for _ in 0..=chance.below(3) {
            let at = chance.below(bad.len());
            bad[at] ^= 1 << chance.below(8);
        }
        match build_pack(Cursor::new(&bad), &drawn(), &mut |_| {}) {
            Ok(built) => {
                let pack = Pack::from_bytes(&built.pack).unwrap();
                if pack.base_map().is_some() {
                    let mut map = BaseMap::open(Cursor::new(&built.pack)).unwrap();
                    for at in map.addresses().unwrap().into_iter().take(50) {
                        map.tile(at).unwrap().unwrap();
                    }
                    maps += 1;
                }
            }
            Err(_) => errors += 1,
        }
    }
    println!("{errors} errors, {maps} maps");
    assert!(errors > 0 && maps > 0);
}

#[test]
fn a_ready_archive_is_taken_whole_or_refused() {
    let pack = pack_of(&village().elements);
    let length = Pack::from_bytes(&pack).unwrap().base_map().unwrap().bytes as usize;
    let ready = |archive: &[u8]| {
        let options = BuildOptions {
            base_map: BaseMapSource::Ready(archive.to_vec()),
            ..BuildOptions::default()
        };
        from_elements(&village().elements, &options)
    };
    let again = ready(&pack[..length]).unwrap();
    assert!(again.pack[..length] == pack[..length]);
    assert_eq!(again.report.meta.base_map.unwrap().schema, Schema::Kaban1);
    for end in 0..length {
        assert!(
            matches!(ready(&pack[..end]), Err(Error::BadBaseMap(_))),
            "{end}"
        );
    }
    for text in [b"".as_slice(), b"a letter", b"SQLite format 3\0", &[0; 500]] {
        assert!(matches!(ready(text), Err(Error::BadBaseMap(_))));
    }
    let mut chance = Chance(11);
    for _ in 0..1_500 {
        let mut bad = pack[..length].to_vec();
        let at = chance.below(length);
        bad[at] = chance.next() as u8;
        if let Ok(built) = ready(&bad) {
            tiles(&built.pack);
        }
    }
}
