//! What is laid over the map: ways, closed roads, borders of former municipalities, and how far one comes in time.

use super::frame::Frame;
use super::hatch::{self, Ring};
use super::labels::{Spot, Wish};
use super::lines;
use super::names::{order, sign};
use super::roads::around;
use super::scene::{Path, Point, Role, Scene, Stroke};
use super::signs::circle;
use super::theme::{Look, colour};
use crate::conditions::{Closure, ClosureShape};
use crate::geo::Coord;
use crate::pack::Pack;
use crate::tables::Profile;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A ring in degrees.
type DegreeRing = Vec<[f64; 2]>;

/// A stop of a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// The how-manieth.
    pub order: u32,
    /// `[longitude, latitude]` in degrees.
    pub at: [f64; 2],
}

/// An area with its name, such as a former municipality.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Area {
    /// Its name, empty for none.
    pub name: String,
    /// Polygons, each with its outer ring first; `[longitude, latitude]` in degrees.
    pub polygons: Vec<Vec<DegreeRing>>,
}

/// What is reached within a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Band {
    /// Minutes.
    pub minutes: u32,
    /// Polygons, each with its outer ring first; `[longitude, latitude]` in degrees.
    pub polygons: Vec<Vec<DegreeRing>>,
}

/// Everything that is laid over the map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlays {
    /// Ways, each a line of `[longitude, latitude]` in degrees.
    pub routes: Vec<Vec<[f64; 2]>>,
    /// Numbered stops.
    pub stops: Vec<Stop>,
    /// Where one starts from, such as the duty doctor's place.
    pub start: Option<[f64; 2]>,
    /// Roads that are shut.
    pub closures: Vec<Closure>,
    /// Borders.
    pub areas: Vec<Area>,
    /// Bands of time.
    pub bands: Vec<Band>,
    /// Numbers of the houses that are marked as too far.
    pub far: BTreeSet<u32>,
}

impl Overlays {
    /// Nothing at all.
    pub const NONE: &'static Self = &Self {
        routes: Vec::new(),
        stops: Vec::new(),
        start: None,
        closures: Vec::new(),
        areas: Vec::new(),
        bands: Vec::new(),
        far: BTreeSet::new(),
    };

    /// Places that must be on the map.
    pub(super) fn places(&self) -> Vec<[f64; 2]> {
        let stops = self.stops.iter().map(|stop| stop.at);
        let routes = self.routes.iter().flatten().copied();
        routes.chain(stops).chain(self.start).collect()
    }

    /// Whether anything is drawn but marks of houses.
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            routes,
            stops,
            start,
            closures,
            areas,
            bands,
            far: _,
        } = self;
        routes.is_empty()
            && stops.is_empty()
            && start.is_none()
            && closures.is_empty()
            && areas.is_empty()
            && bands.is_empty()
    }

    /// Minutes of the bands, the shortest first.
    pub(super) fn minutes(&self) -> Vec<u32> {
        let minutes: BTreeSet<u32> = self.bands.iter().map(|band| band.minutes).collect();
        minutes.into_iter().collect()
    }
}

/// A ring on the page, cut a little outside the map.
fn ring(frame: &Frame, ring: &[[f64; 2]]) -> Ring {
    let mut points: Ring = ring
        .iter()
        .map(|at| frame.place_degrees(at[0], at[1]))
        .collect();
    while points.len() > 1 && points.first() == points.last() {
        points.pop();
    }
    hatch::clip(&points, around(frame.map))
}

fn rings(frame: &Frame, polygons: &[Vec<DegreeRing>]) -> Vec<Vec<Ring>> {
    let cut = |polygon: &Vec<DegreeRing>| -> Vec<Ring> {
        let rings = polygon.iter().map(|points| ring(frame, points));
        rings.filter(|ring| ring.len() > 2).collect()
    };
    let polygons = polygons.iter().map(cut);
    polygons.filter(|rings| !rings.is_empty()).collect()
}

/// The line of rings, cut at the map.
fn outline(frame: &Frame, polygons: &[Vec<DegreeRing>]) -> Path {
    let mut path = Path::new();
    for ring in polygons.iter().flatten() {
        let mut line: Vec<[f64; 2]> = ring
            .iter()
            .map(|at| frame.place_degrees(at[0], at[1]))
            .collect();
        line.extend(line.first().copied());
        lines::add(&mut path, &line, around(frame.map));
    }
    path
}

/// Bands of time as tones of the land, the farthest first, under everything else.
pub(super) fn bands(scene: &mut Scene, overlays: &Overlays, frame: &Frame, look: Look) {
    let minutes = overlays.minutes();
    for (index, time) in minutes.iter().enumerate().rev() {
        let mut path = Path::new();
        for band in overlays.bands.iter().filter(|band| band.minutes == *time) {
            for ring in rings(frame, &band.polygons).iter().flatten() {
                hatch::add(&mut path, ring);
            }
        }
        let tone = look.band(index, minutes.len());
        scene.push(Role::Band(*time), path, Some(tone), None);
    }
}

/// The edges of the bands: the nearer the more solid.
pub(super) fn band_edges(scene: &mut Scene, overlays: &Overlays, frame: &Frame, look: Look) {
    let minutes = overlays.minutes();
    for band in &overlays.bands {
        let index = minutes.iter().position(|time| *time == band.minutes);
        let stroke = Stroke {
            dash: edge_dash(index.unwrap_or(0)),
            ..Stroke::solid(colour(look.palette.isochrone), 0.35)
        };
        let path = outline(frame, &band.polygons);
        scene.push(Role::BandEdge(band.minutes), path, None, Some(stroke));
    }
}

/// How the edge of the n-th band is broken.
pub(super) fn edge_dash(index: usize) -> Option<[f32; 2]> {
    [None, Some([2.0, 1.0]), Some([0.5, 1.1])][index.min(2)]
}

/// Borders, closed roads and ways, over the roads.
pub(super) fn draw(scene: &mut Scene, overlays: &Overlays, pack: &Pack, frame: &Frame, look: Look) {
    for area in &overlays.areas {
        let path = Arc::new(outline(frame, &area.polygons));
        let halo = Stroke::solid(colour(look.palette.halo), 1.5);
        scene.push_shared(Role::Paper, &path, None, Some(halo));
        scene.push_shared(Role::AreaBorder, &path, None, Some(area_stroke(look)));
    }
    for closure in &overlays.closures {
        closed(scene, closure, pack, frame, look);
    }
    for route in &overlays.routes {
        let line: Vec<[f64; 2]> = route
            .iter()
            .map(|at| frame.place_degrees(at[0], at[1]))
            .collect();
        let mut path = Path::new();
        lines::add(&mut path, &line, around(frame.map));
        let path = Arc::new(path);
        let edge = Stroke::solid(colour(look.palette.route_case), 3.0);
        scene.push_shared(Role::RouteEdge, &path, None, Some(edge));
        let line = Stroke::solid(colour(look.palette.route), 1.8);
        scene.push_shared(Role::Route, &path, None, Some(line));
    }
}

/// The line of a border.
pub(super) fn area_stroke(look: Look) -> Stroke {
    Stroke {
        colour: colour(look.palette.area),
        width: 0.7,
        dash: Some([3.2, 1.5]),
    }
}

/// Where the sign of a closure stands, on the ground.
fn middle_of(shape: &ClosureShape) -> Option<[f64; 2]> {
    match shape {
        ClosureShape::Circle { centre, .. } => Some(*centre),
        ClosureShape::Line(points) => points.get(points.len() / 2).copied(),
        ClosureShape::Roads(roads) => match roads.first()?.as_slice() {
            [_, _, between] => Some(*between),
            [a, b] => Some([f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]),
            _ => None,
        },
    }
}

fn closed(scene: &mut Scene, closure: &Closure, pack: &Pack, frame: &Frame, look: Look) {
    let ink = colour(look.palette.closure);
    let mut path = Path::new();
    let mut add = |points: &[[f64; 2]]| {
        let line: Vec<[f64; 2]> = points
            .iter()
            .map(|at| frame.place_degrees(at[0], at[1]))
            .collect();
        lines::add(&mut path, &line, around(frame.map));
    };
    match &closure.shape {
        ClosureShape::Circle { centre, radius_m } => {
            let at = frame.place_degrees(centre[0], centre[1]);
            let radius = radius_m * frame.mm_per_metre;
            let ring: Ring = (0..72)
                .map(|n| {
                    let angle = f64::from(n) * std::f64::consts::TAU / 72.0;
                    [at[0] + radius * angle.cos(), at[1] + radius * angle.sin()]
                })
                .collect();
            let ring = hatch::clip(&ring, around(frame.map));
            let lines = hatch::hatch(std::slice::from_ref(&ring), 1.6, true);
            scene.push(Role::Closure, lines, None, Some(Stroke::solid(ink, 0.35)));
            let mut edge = Path::new();
            hatch::add(&mut edge, &ring);
            scene.push(Role::Closure, edge, None, Some(Stroke::solid(ink, 0.7)));
            return;
        }
        ClosureShape::Line(points) => add(points),
        ClosureShape::Roads(roads) => {
            for road in roads {
                add(&stretch(pack, road));
            }
        }
    }
    closure_line(scene, Role::Closure, path, look);
}

/// A closed road: a dark line with light beads, on a light edge.
pub(super) fn closure_line(scene: &mut Scene, role: Role, path: Path, look: Look) {
    let path = Arc::new(path);
    let halo = Stroke::solid(colour(look.palette.halo), 3.2);
    scene.push_shared(role, &path, None, Some(halo));
    let line = Stroke::solid(colour(look.palette.closure), 2.3);
    scene.push_shared(role, &path, None, Some(line));
    let beads = Stroke {
        dash: Some([0.1, 2.6]),
        ..Stroke::solid(colour(look.palette.card), 1.2)
    };
    scene.push_shared(role, &path, None, Some(beads));
}

/// The road between two ends as the pack has it, else straight lines over the point in between.
fn stretch(pack: &Pack, road: &[[f64; 2]]) -> Vec<[f64; 2]> {
    const NEAR_METRES: f64 = 15.0;
    let [from, to, between @ ..] = road else {
        return Vec::new();
    };
    let (from, to) = (*from, *to);
    let straight = || [&[from], between, &[to]].concat();
    let tables = &pack.network(Profile::Car).tables;
    let place = |at: [f64; 2]| Coord::from_degrees(at[0], at[1]);
    let (Some(a), Some(b)) = (place(from), place(to)) else {
        return straight();
    };
    let near = |one: Coord, node: u32| {
        let other = tables.coords[node as usize];
        // Half a thousandth of a degree, before anything is computed.
        one.lat.abs_diff(other.lat) < 5_000 && crate::geo::haversine_m(one, other) <= NEAR_METRES
    };
    let found = tables.segments.iter().position(|segment| {
        (near(a, segment.a) && near(b, segment.b)) || (near(a, segment.b) && near(b, segment.a))
    });
    match found {
        Some(segment) => tables.line(segment as u32).map(Coord::lon_lat).collect(),
        None => straight(),
    }
}

/// Names of areas, signs of closures, numbers of stops.
pub(super) fn wishes(overlays: &Overlays, frame: &Frame, look: Look) -> Vec<Wish> {
    let mut wishes = Vec::new();
    let point = |at: [f64; 2]| -> Option<Point> {
        let at = frame.place_degrees(at[0], at[1]).map(|mm| mm as f32);
        frame.map.contains(at).then_some(at)
    };
    let empty = Wish {
        order: [order::OVERLAY, 0],
        role: Role::Stop,
        text: String::new(),
        em: 0.0,
        ink: look.ink(),
        plate: None,
        spot: Spot::Over([0.0, 0.0]),
        apart: 0.0,
    };
    if let (Some(at), Some(sign)) = (overlays.start.and_then(point), sign(look, "me", 0.17)) {
        wishes.push(Wish {
            role: Role::Start,
            spot: Spot::Beside {
                at,
                sign,
                moves: true,
            },
            ..empty.clone()
        });
    }
    for stop in &overlays.stops {
        let Some(at) = point(stop.at) else { continue };
        wishes.push(Wish {
            order: [order::OVERLAY, 1],
            text: stop.order.to_string(),
            em: 4.0,
            ink: colour(look.palette.pin_ink),
            plate: Some(colour(look.palette.route)),
            spot: Spot::Badge(at),
            ..empty.clone()
        });
    }
    for closure in &overlays.closures {
        let at = middle_of(&closure.shape).and_then(point);
        if let (Some(at), Some(sign)) = (at, sign(look, "closed", 0.15)) {
            wishes.push(Wish {
                order: [order::OVERLAY, 2],
                role: Role::ClosureSign,
                spot: Spot::Beside {
                    at,
                    sign,
                    moves: true,
                },
                ..empty.clone()
            });
        }
    }
    for area in &overlays.areas {
        let polygons = rings(frame, &area.polygons);
        let rooms = polygons.iter().filter_map(|rings| hatch::middle(rings));
        let room = rooms.reduce(|best, other| if other.1 > best.1 { other } else { best });
        if let Some((at, _)) = room {
            wishes.push(Wish {
                order: [order::AREA, 0],
                role: Role::AreaName,
                text: area.name.clone(),
                em: 5.0,
                ink: colour(look.palette.area),
                spot: Spot::Over(at),
                ..empty.clone()
            });
        }
    }
    wishes
}

/// The sign of a stop in the legend.
pub(super) fn stop_sign(scene: &mut Scene, centre: Point, radius: f32, look: Look) {
    let edge = Stroke::solid(colour(look.palette.route_case), 0.3);
    let fill = Some(colour(look.palette.route));
    scene.push(Role::LegendKey, circle(centre, radius), fill, Some(edge));
}
