//! What makes the invented district look like one: a river to the sea, woods, fields, hamlets with names, a hospital.
//!
//! Nothing of it can be driven on, so the roads of the story and every figure of it stay what they are.

use kaban_atlas::osm::{Elements, Node, Tags, Way};

use super::district::CORNER;

/// Numbers of nodes and ways that the roads do not use.
const NODES_FROM: i64 = 100_000;
const WAYS_FROM: i64 = 200_000;

/// A place, in hundredths of the district's side from its south-west corner: the district is 100 by 100.
type At = [f64; 2];

/// Sides of the district in degrees.
const SIDES: [f64; 2] = [0.085, 0.068];

/// Adds the scenery.
pub fn add(map: &mut Elements) {
    let mut pen = Pen {
        map,
        node: NODES_FROM,
        way: WAYS_FROM,
    };
    areas(&mut pen);
    waters(&mut pen);
    railway(&mut pen);
    for (name, kind, at) in PLACES {
        pen.point(*at, &[("place", *kind), ("name", *name)]);
    }
    for (name, amenity, at) in AMENITIES {
        pen.point(*at, &[("amenity", *amenity), ("name", *name)]);
    }
}

const PLACES: &[(&str, &str, At)] = &[
    ("八日市場", "town", [24.0, 55.0]),
    ("野栄", "town", [50.0, 24.0]),
    ("光", "town", [78.0, 58.0]),
    ("上宿", "hamlet", [10.0, 80.0]),
    ("米倉", "hamlet", [33.0, 84.0]),
    ("飯倉", "hamlet", [55.0, 78.0]),
    ("椿", "hamlet", [88.0, 84.0]),
    ("春海", "hamlet", [20.0, 22.0]),
    ("今泉", "hamlet", [66.0, 10.0]),
    ("川辺", "hamlet", [88.0, 30.0]),
    ("宮川", "hamlet", [42.0, 45.0]),
];

const AMENITIES: &[(&str, &str, At)] = &[
    ("中央病院(架空)", "hospital", [37.0, 60.0]),
    ("海辺診療所(架空)", "clinic", [58.0, 16.0]),
    ("東薬局(架空)", "pharmacy", [73.0, 52.0]),
    ("中央薬局(架空)", "pharmacy", [41.0, 64.0]),
    ("消防署", "fire_station", [30.0, 48.0]),
    ("役場", "townhall", [82.0, 64.0]),
    ("市役所", "townhall", [19.0, 60.0]),
    ("小学校", "school", [60.0, 33.0]),
    ("小学校", "school", [14.0, 70.0]),
];

fn areas(pen: &mut Pen<'_>) {
    const WOODS: &[&[At]] = &[
        &[
            [-4.0, 88.0],
            [12.0, 92.0],
            [26.0, 88.0],
            [38.0, 95.0],
            [52.0, 90.0],
            [60.0, 104.0],
            [-4.0, 104.0],
        ],
        &[
            [68.0, 92.0],
            [80.0, 88.0],
            [92.0, 94.0],
            [104.0, 88.0],
            [104.0, 104.0],
            [66.0, 104.0],
        ],
        &[
            [44.0, 66.0],
            [52.0, 71.0],
            [62.0, 68.0],
            [66.0, 60.0],
            [58.0, 55.0],
            [48.0, 58.0],
        ],
        &[
            [2.0, 30.0],
            [10.0, 36.0],
            [15.0, 31.0],
            [11.0, 24.0],
            [3.0, 23.0],
        ],
    ];
    const TOWNS: &[&[At]] = &[
        &[
            [15.0, 47.0],
            [30.0, 44.0],
            [36.0, 52.0],
            [33.0, 64.0],
            [18.0, 65.0],
            [13.0, 57.0],
        ],
        &[
            [42.0, 18.0],
            [57.0, 19.0],
            [60.0, 27.0],
            [49.0, 32.0],
            [40.0, 27.0],
        ],
        &[
            [70.0, 51.0],
            [84.0, 49.0],
            [89.0, 58.0],
            [83.0, 67.0],
            [71.0, 65.0],
        ],
    ];
    const RICE: &[&[At]] = &[
        &[[62.0, 38.0], [98.0, 34.0], [99.0, 46.0], [70.0, 48.0]],
        &[[16.0, 28.0], [38.0, 30.0], [40.0, 41.0], [18.0, 42.0]],
        &[[36.0, 70.0], [48.0, 74.0], [52.0, 86.0], [38.0, 84.0]],
        &[[66.0, 70.0], [92.0, 70.0], [96.0, 80.0], [68.0, 80.0]],
    ];
    for (areas, landuse) in [
        (RICE, "farmland"),
        (TOWNS, "residential"),
        (WOODS, "forest"),
    ] {
        for area in areas {
            pen.line(area, true, &[("landuse", landuse)]);
        }
    }
}

fn waters(pen: &mut Pen<'_>) {
    const RIVER: &[At] = &[
        [46.0, 104.0],
        [45.0, 92.0],
        [50.0, 80.0],
        [42.0, 70.0],
        [40.0, 56.0],
        [46.0, 48.0],
        [44.0, 38.0],
        [36.0, 24.0],
        [40.0, 12.0],
        [38.0, 2.0],
        [40.0, -4.0],
    ];
    const BROOK: &[At] = &[
        [98.0, 96.0],
        [92.0, 80.0],
        [95.0, 62.0],
        [90.0, 46.0],
        [78.0, 40.0],
        [60.0, 42.0],
        [46.0, 46.0],
    ];
    const SEA: &[At] = &[
        [-6.0, -3.0],
        [20.0, -4.0],
        [40.0, -3.0],
        [62.0, -4.0],
        [84.0, -2.5],
        [106.0, -3.5],
        [106.0, -14.0],
        [-6.0, -14.0],
    ];
    const POND: &[At] = &[
        [70.0, 24.0],
        [77.0, 22.0],
        [80.0, 27.0],
        [75.0, 31.0],
        [69.0, 29.0],
    ];
    pen.line(
        RIVER,
        false,
        &[("waterway", "river"), ("name", "栗山川(架空)")],
    );
    pen.line(
        BROOK,
        false,
        &[("waterway", "stream"), ("name", "東川(架空)")],
    );
    pen.line(
        SEA,
        true,
        &[("natural", "water"), ("name", "九十九里の海(架空)")],
    );
    pen.line(POND, true, &[("natural", "water"), ("name", "大堤")]);
}

fn railway(pen: &mut Pen<'_>) {
    const LINE: &[At] = &[
        [-4.0, 62.0],
        [20.0, 67.0],
        [50.0, 63.0],
        [76.0, 70.0],
        [104.0, 76.0],
    ];
    pen.line(LINE, false, &[("railway", "rail"), ("name", "浜線(架空)")]);
    for (name, at) in [("西駅", [20.0, 67.0]), ("東駅", [76.0, 70.0])] {
        pen.point(at, &[("railway", "station"), ("name", name)]);
    }
}

/// Adds nodes and ways with numbers of their own.
struct Pen<'m> {
    map: &'m mut Elements,
    node: i64,
    way: i64,
}

impl Pen<'_> {
    fn point(&mut self, [east, north]: At, tags: &[(&str, &str)]) -> i64 {
        let id = self.node;
        self.node += 1;
        self.map.nodes.push(Node {
            id,
            lon: CORNER[0] + SIDES[0] * east / 100.0,
            lat: CORNER[1] + SIDES[1] * north / 100.0,
            tags: owned(tags),
        });
        id
    }

    fn line(&mut self, points: &[At], closed: bool, tags: &[(&str, &str)]) {
        let points = soft(points, closed);
        let mut nodes: Vec<i64> = points.iter().map(|at| self.point(*at, &[])).collect();
        if closed {
            nodes.extend(nodes.first().copied());
        }
        let id = self.way;
        self.way += 1;
        self.map.ways.push(Way {
            id,
            nodes,
            tags: owned(tags),
        });
    }
}

/// Corners cut twice (Chaikin's way), so that shores and woods look grown.
fn soft(points: &[At], closed: bool) -> Vec<At> {
    let mut points = points.to_vec();
    for _ in 0..3 {
        let last = points.len();
        let pairs = if closed { last } else { last - 1 };
        let mut cut = Vec::with_capacity(2 * last);
        for index in 0..pairs {
            let (a, b) = (points[index], points[(index + 1) % last]);
            for share in [0.25, 0.75] {
                cut.push([0, 1].map(|axis| a[axis] + (b[axis] - a[axis]) * share));
            }
        }
        if !closed {
            cut.insert(0, points[0]);
            cut.push(points[last - 1]);
        }
        points = cut;
    }
    points
}

fn owned(tags: &[(&str, &str)]) -> Tags {
    tags.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}
