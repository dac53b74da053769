//! Former municipalities and towns in a pack: from the user's files to the answer for one house.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::PathBuf;

use kaban_atlas::areas::{AreaBy, Precision, Town, read_areas, read_towns};
use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::pack::Pack;
use support::{Chance, Village, metres};

/// Two former municipalities side by side at the village's origin, 1 km each, with a hole in the eastern one.
fn areas_file() -> String {
    let square = |west: f64, south: f64, side: f64| {
        let corners = [
            [0.0, 0.0],
            [side, 0.0],
            [side, side],
            [0.0, side],
            [0.0, 0.0],
        ];
        let ring: Vec<[f64; 2]> = corners
            .iter()
            .map(|[x, y]| metres(west + x, south + y))
            .collect();
        serde_json::json!(ring)
    };
    let feature = |name: &str, rings: Vec<serde_json::Value>| {
        serde_json::json!({
            "type": "Feature", "properties": {"N03_004": name},
            "geometry": {"type": "MultiPolygon", "coordinates": [rings]},
        })
    };
    serde_json::json!({"type": "FeatureCollection", "features": [
        feature("八日市場市", vec![square(-1000.0, -500.0, 1000.0)]),
        feature("野栄町", vec![square(0.0, -500.0, 1000.0), square(400.0, -100.0, 200.0)]),
    ]})
    .to_string()
}

const TOWNS: &str = "municipality,name,lon,lat,area\n\
    匝瑳市,飯高,140.555,35.70,\n\
    匝瑳市,野手,140.565,35.70,野栄町\n\
    匝瑳市,みどり平一丁目,140.80,35.9,\n";

fn pack() -> Pack {
    let village = Village::default()
        .node(1, 0.0, 0.0)
        .node(2, 300.0, 0.0)
        .way(10, &[1, 2], "highway=residential");
    let options = BuildOptions {
        areas: read_areas(areas_file().as_bytes()).unwrap(),
        towns: read_towns(TOWNS.as_bytes()).unwrap().towns,
        ..BuildOptions::default()
    };
    Pack::from_bytes(&from_elements(&village.elements, &options).unwrap().pack).unwrap()
}

#[test]
fn a_pinned_house_is_of_the_polygon_it_lies_in() {
    let pack = pack();
    let of = |east: f64, north: f64| {
        let found = pack
            .gazetteer()
            .area_of(Some(metres(east, north)), "匝瑳市野手1");
        (found.name.map(str::to_owned), found.by)
    };
    assert_eq!(
        of(-200.0, 0.0),
        (Some("八日市場市".into()), AreaBy::Polygon)
    );
    assert_eq!(of(200.0, 0.0), (Some("野栄町".into()), AreaBy::Polygon));
    assert_eq!(
        of(500.0, 0.0),
        (Some("野栄町".into()), AreaBy::Town),
        "in the hole, by the address"
    );
}

#[test]
fn without_a_pin_the_address_decides_and_what_it_does_not_say_is_not_guessed() {
    let pack = pack();
    let of = |address: &str| {
        let found = pack.gazetteer().area_of(None, address);
        (found.name.map(str::to_owned), found.by)
    };
    assert_eq!(
        of("千葉県匝瑳市野手１２３"),
        (Some("野栄町".into()), AreaBy::Town)
    );
    assert_eq!(
        of("飯高12"),
        (Some("八日市場市".into()), AreaBy::Town),
        "by the polygon of its centre"
    );
    for address in ["匝瑳市みどり平1丁目2", "匝瑳市今泉3", "", "銚子市野手"] {
        assert_eq!(of(address), (None, AreaBy::Unassigned), "{address}");
    }
}

#[test]
fn an_address_is_found_to_its_town_and_says_so() {
    let pack = pack();
    let located = pack.gazetteer().locate("匝瑳市みどり平1-2-3").unwrap();
    assert_eq!(
        (located.at, located.precision),
        ([140.8, 35.9], Precision::Town)
    );
    let located = pack.gazetteer().locate("匝瑳市今泉").unwrap();
    assert_eq!(located.precision, Precision::Municipality);
    assert_eq!(pack.gazetteer().locate("野田市今泉"), None);
}

#[test]
fn the_pack_tells_what_it_holds() {
    let info = pack().info();
    assert_eq!(
        (info.areas.join(" "), info.towns),
        ("八日市場市 野栄町".to_owned(), 3)
    );
    let names: Vec<&str> = info.sections.iter().map(|s| s.name.as_str()).collect();
    assert!(names.ends_with(&["AREAS", "TOWNS"]), "{names:?}");
}

#[test]
fn a_position_is_brought_onto_the_road_beside_it() {
    let pack = pack();
    let found = pack
        .snap(kaban_atlas::Profile::Car, metres(150.0, 30.0))
        .unwrap();
    assert!((found.metres - 30.0).abs() < 0.5, "{found:?}");
    let [lon, lat] = metres(150.0, 0.0);
    assert!((found.at[0] - lon).abs() < 1e-6 && (found.at[1] - lat).abs() < 1e-6);
    assert_eq!(
        pack.snap(kaban_atlas::Profile::Car, metres(0.0, 3000.0)),
        None
    );
    assert_eq!(pack.snap(kaban_atlas::Profile::Car, [f64::NAN, 0.0]), None);
}

fn japan() -> Option<PathBuf> {
    let root = std::env::var_os("KABAN_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = root.join("osm/japan");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no Japanese boundaries and towns (set KABAN_TEST_DATA)");
    None
}

/// The real towns as the CSV a user would give.
fn real_towns(folder: &std::path::Path) -> (String, Vec<(String, String)>) {
    let mut csv = "municipality,town,koaza,lng,lat\n".to_owned();
    let mut all = Vec::new();
    for city in ["匝瑳市", "旭市"] {
        let text = std::fs::read(folder.join(format!("towns-{city}.json"))).unwrap();
        let towns: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
        for town in towns {
            let (name, small) = (
                town["town"].as_str().unwrap(),
                town["koaza"].as_str().unwrap(),
            );
            csv += &format!("{city},{name},{small},{},{}\n", town["lng"], town["lat"]);
            all.push((city.to_owned(), format!("{name}{small}")));
        }
    }
    (csv, all)
}

#[test]
fn every_real_town_is_found_by_its_address_as_people_write_it() {
    let Some(folder) = japan() else { return };
    let (csv, all) = real_towns(&folder);
    let read = read_towns(csv.as_bytes()).unwrap();
    assert_eq!((read.towns.len(), read.left_out.len()), (138, 0));
    let gazetteer = kaban_atlas::areas::Gazetteer::new(Vec::new(), read.towns);
    for (city, town) in &all {
        for address in [
            format!("千葉県{city}{town}123番地4"),
            format!("{city}大字{town}１２３－４"),
            format!("{city} {town}"),
        ] {
            let located = gazetteer.locate(&address);
            let found: Option<&Town> = located.as_ref().and_then(|located| located.town);
            assert_eq!(
                found.map(|town| (&town.municipality, &town.name)),
                Some((city, town)),
                "{address}"
            );
        }
    }
    for (typed, listed) in [
        ("旭市桜井5", "櫻井"),
        ("旭市万歳1", "萬歳"),
        ("旭市江ヶ崎12", "江ケ崎"),
        ("匝瑳市堀之内3", "堀ノ内"),
    ] {
        assert_eq!(gazetteer.locate(typed).unwrap().town.unwrap().name, listed);
    }
}

#[test]
fn the_real_boundaries_hold_all_of_their_own_towns_and_none_of_their_neighbours() {
    let Some(folder) = japan() else { return };
    let mut areas = Vec::new();
    for file in [
        "12235-sosa",
        "12215-asahi",
        "12410-yokoshibahikari",
        "12202-choshi",
    ] {
        let bytes = std::fs::read(folder.join(format!("{file}.geojson"))).unwrap();
        areas.extend(read_areas(&bytes).unwrap());
    }
    let (csv, _) = real_towns(&folder);
    let towns = read_towns(csv.as_bytes()).unwrap().towns;
    let gazetteer = kaban_atlas::areas::Gazetteer::new(areas, towns.clone());
    let mut outside = 0;
    for town in &towns {
        let found = gazetteer.area_of(Some(town.at.lon_lat()), "");
        match found.name {
            Some(name) => assert_eq!(
                name,
                format!("千葉県{}", town.municipality),
                "{}",
                town.name
            ),
            None => outside += 1,
        }
    }
    assert_eq!(outside, 0);
}

#[test]
fn a_changed_file_of_areas_is_read_or_refused() {
    let mut chance = Chance(5);
    let file = areas_file();
    for _ in 0..300 {
        let mut bytes = file.clone().into_bytes();
        let at = chance.below(bytes.len());
        bytes[at] = chance.next() as u8;
        if let Ok(areas) = read_areas(&bytes) {
            let gazetteer = kaban_atlas::areas::Gazetteer::new(areas, Vec::new());
            let _ = gazetteer.area_of(Some(metres(10.0, 10.0)), "x");
        }
    }
}
