//! The pack of a district that does not exist: small enough to be built for one test, with a way round,
//! a road without one, two former municipalities, and a hospital.

use std::path::Path;

use kaban_atlas::areas::{Town, read_areas};
use kaban_atlas::build::{BaseMapSource, BuildOptions, from_elements};
use kaban_atlas::geo::Coord;
use kaban_atlas::osm::{Elements, Node, Way};

use crate::Done;

/// West and east of 140.51°.
const AREAS: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"name":"八日市場市"},"geometry":{"type":"Polygon","coordinates":
        [[[140.49,35.69],[140.51,35.69],[140.51,35.71],[140.49,35.71],[140.49,35.69]]]}},
    {"type":"Feature","properties":{"name":"野栄町"},"geometry":{"type":"Polygon","coordinates":
        [[[140.51,35.69],[140.53,35.69],[140.53,35.71],[140.51,35.71],[140.51,35.69]]]}}]}"#;
/// The road on which everybody lives, from west to east.
const MAIN: f64 = 35.7;
/// The road behind it, which leads from the third to the thirteenth house and no further.
const BEHIND: f64 = 35.704;
/// Degrees of longitude between two houses, about 90 m.
const STEP: f64 = 0.001;

/// Writes it to a file.
pub fn run(file: &Path) -> Done {
    let mut nodes: Vec<Node> = (0..=20).map(|n| node(100 + n, n, MAIN)).collect();
    nodes.extend((2..=12).map(|n| node(200 + n, n, BEHIND)));
    nodes.push(Node {
        tags: vec![tag("amenity", "hospital"), tag("name", "匝瑳病院")],
        ..node(300, 10, MAIN + 0.0001)
    });
    nodes.push(Node {
        tags: vec![tag("amenity", "pharmacy"), tag("name", "いちご薬局")],
        ..node(301, 4, MAIN + 0.0001)
    });
    // Cut at every second house, so that a closure closes a stretch and not the whole road.
    let stretch = |n: i64| {
        let first = 100 + 2 * n;
        way(n, (first..=first + 2).collect(), "tertiary", "広域農道")
    };
    let behind = [102].into_iter().chain(202..=212).chain([112]);
    let elements = Elements {
        nodes,
        ways: (0..10)
            .map(stretch)
            .chain([way(10, behind.collect(), "residential", "裏通り")])
            .collect(),
        relations: Vec::new(),
    };
    let town = |name: &str, area: &str, lon: f64| {
        let at = Coord::from_degrees(lon, MAIN).ok_or("a town off the globe")?;
        Ok::<Town, Box<dyn std::error::Error>>(Town {
            name: name.to_owned(),
            municipality: "匝瑳市".to_owned(),
            area: area.to_owned(),
            at,
        })
    };
    let options = BuildOptions {
        areas: read_areas(AREAS.as_bytes())?,
        towns: vec![
            town("飯高", "八日市場市", 140.502)?,
            town("野手", "野栄町", 140.518)?,
        ],
        base_map: BaseMapSource::Drawn,
        data_date: Some("2026-11-01".to_owned()),
        ..BuildOptions::default()
    };
    std::fs::write(file, from_elements(&elements, &options)?.pack)?;
    Ok(())
}

fn node(id: i64, place: i64, lat: f64) -> Node {
    Node {
        id,
        lon: 140.5 + STEP * place as f64,
        lat,
        tags: Vec::new(),
    }
}

fn way(id: i64, nodes: Vec<i64>, class: &str, name: &str) -> Way {
    Way {
        id,
        nodes,
        tags: vec![tag("highway", class), tag("name", name)],
    }
}

fn tag(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}
