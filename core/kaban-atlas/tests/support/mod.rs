//! What the tests share: villages written by hand, the extracts if they are there, a seeded source of numbers.
#![allow(dead_code, clippy::unwrap_used)]

pub mod packs;

use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::osm::{Elements, Member, MemberKind, Node, Relation, Tags, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{Place, Route, RouteError, RouteRequest, Router};
use std::path::PathBuf;

/// A map drawn with metres east and north of a point near Sosa.
#[derive(Clone, Debug, Default)]
pub struct Village {
    pub elements: Elements,
}

const ORIGIN: [f64; 2] = [140.56, 35.70];
const METRES_PER_DEGREE: f64 = 111_195.08;

/// Degrees of a place so many metres east and north of the origin.
pub fn metres(east: f64, north: f64) -> [f64; 2] {
    let lat = ORIGIN[1] + north / METRES_PER_DEGREE;
    [
        ORIGIN[0] + east / (METRES_PER_DEGREE * ORIGIN[1].to_radians().cos()),
        lat,
    ]
}

/// `"highway=service oneway=yes"` as tags.
pub fn tags(text: &str) -> Tags {
    let pairs = text
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

impl Village {
    pub fn node(mut self, id: i64, east: f64, north: f64) -> Self {
        let [lon, lat] = metres(east, north);
        self.elements.nodes.push(Node {
            id,
            lon,
            lat,
            tags: vec![],
        });
        self
    }

    pub fn tagged(mut self, id: i64, text: &str) -> Self {
        self.elements
            .nodes
            .iter_mut()
            .find(|node| node.id == id)
            .unwrap()
            .tags = tags(text);
        self
    }

    pub fn way(mut self, id: i64, nodes: &[i64], text: &str) -> Self {
        self.elements.ways.push(Way {
            id,
            nodes: nodes.to_vec(),
            tags: tags(text),
        });
        self
    }

    /// `members` as `(role, id)`; the role `via_node` makes a node member of the role `via`.
    pub fn restriction(mut self, id: i64, text: &str, members: &[(&str, i64)]) -> Self {
        let members = members.iter().map(|(role, id)| match *role {
            "via_node" => Member {
                kind: MemberKind::Node,
                id: *id,
                role: "via".into(),
            },
            role => Member {
                kind: MemberKind::Way,
                id: *id,
                role: role.into(),
            },
        });
        let mut all = tags(text);
        all.insert(0, ("type".into(), "restriction".into()));
        self.elements.relations.push(Relation {
            id,
            members: members.collect(),
            tags: all,
        });
        self
    }

    pub fn pack(&self) -> Pack {
        self.pack_with(&BuildOptions {
            with_node_ids: true,
            ..BuildOptions::default()
        })
    }

    pub fn pack_with(&self, options: &BuildOptions) -> Pack {
        Pack::from_bytes(&from_elements(&self.elements, options).unwrap().pack).unwrap()
    }
}

pub fn between(from: i64, to: i64) -> RouteRequest {
    RouteRequest::new(Place::Node(from), Place::Node(to))
}

pub fn ask(pack: &Pack, request: &RouteRequest) -> Result<Route, RouteError> {
    Router::new(pack).route(request)
}

/// Whether no permitted way leads there.
pub fn unreachable(answer: &Result<Route, RouteError>) -> bool {
    matches!(answer, Err(RouteError::Unreachable(_)))
}

/// Metres of the route, rounded to 10.
pub fn length(pack: &Pack, request: &RouteRequest) -> Option<i64> {
    ask(pack, request)
        .ok()
        .map(|route| (route.distance_m / 10.0).round() as i64 * 10)
}

/// The folder of the test data, which need not be there.
pub fn test_data() -> PathBuf {
    std::env::var_os("KABAN_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    )
}

/// The real extracts: all `.osm.pbf` of the test data, empty where there is none.
pub fn extracts() -> Vec<PathBuf> {
    let root = test_data();
    let mut found = Vec::new();
    for folder in [root.join("osm"), root.join("osm/fixtures")] {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        found.extend(
            entries
                .flatten()
                .map(|e| e.path())
                .filter(|p| p.to_string_lossy().ends_with(".osm.pbf")),
        );
    }
    found.sort();
    if found.is_empty() {
        println!("skipped: no OpenStreetMap extracts (set KABAN_TEST_DATA)");
    }
    found
}

pub fn name(path: &std::path::Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// SplitMix64: good enough to choose places, the same on every machine.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
