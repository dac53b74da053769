//! From a shape drawn on the map to the segments it shuts.
//!
//! A segment is shut to through traffic; the houses on it beside the shut part are still reached from their own side.
//! Shapes and not segment numbers are kept, because numbers change with every new pack. How a shape is read:
//! - a circle shuts every segment with any part inside;
//! - a line shuts the segments it runs along (within 15 m and in the same direction, for at least 15 m or half of the segment)
//!   and those it crosses. A crossing nearer than 15 m to a junction counts only when the whole line shuts nothing else, or the
//!   segment is too short to be crossed elsewhere: a line drawn by finger along a street leaves the side streets open, and a
//!   stroke across the head of a bridge shuts it;
//! - a stretch of road is found again as [`super::stretch`] says.

use super::ClosureFault;
use super::stretch::stretch;
use crate::geo::{Coord, Plane, haversine_m};
use crate::network::Network;
use crate::tables::flag;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most closures in force at once.
pub const CLOSURES_MAX: usize = 1_000;
/// Longest id in characters.
pub const ID_CHARS_MAX: usize = 64;
/// Largest circle in metres.
pub const RADIUS_METRES_MAX: f64 = 50_000.0;
/// Most points of a line.
pub const LINE_POINTS_MAX: usize = 1_000;
/// Most stretches of road in one closure.
pub const ROADS_MAX: usize = 1_000;

/// Longest line in metres.
pub const LINE_METRES_MAX: f64 = 100_000.0;
/// Most points and stretches of road in all closures together.
pub const PIECES_MAX: usize = 10_000;

/// A drawn line is as exact as a finger (metres).
pub(super) const LINE_METRES: f64 = 15.0;
/// A line runs along a road when their directions differ by less than 30°.
const ALONG_COSINE: f64 = 0.866;
/// Along a segment is looked every so many metres.
const SAMPLE_METRES: f64 = 5.0;

/// A part of the map nobody drives through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closure {
    /// The caller's name for it; what is said about a route names closures by it.
    pub id: String,
    /// Where it is.
    pub shape: ClosureShape,
}

/// Where a closure is; positions are `[longitude, latitude]` in degrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClosureShape {
    /// `{"circle":{"centre":[lon,lat],"radius_m":n}}`
    Circle {
        /// Its middle.
        centre: [f64; 2],
        /// Metres.
        radius_m: f64,
    },
    /// `{"line":[[lon,lat],…]}`
    Line(Vec<[f64; 2]>),
    /// `{"roads":[[[lon,lat],[lon,lat]],…]}`: each a stretch of road by the positions of its two ends and, third, of a point
    /// of it in between, which tells it from other ways that join the two.
    Roads(Vec<Vec<[f64; 2]>>),
}

impl Closure {
    /// Points and stretches of road in the shape.
    pub(super) fn pieces(&self) -> usize {
        match &self.shape {
            ClosureShape::Circle { .. } => 1,
            ClosureShape::Line(points) => points.len(),
            ClosureShape::Roads(roads) => roads.len(),
        }
    }

    /// What is wrong with the closure, if anything is.
    pub(super) fn fault(&self) -> Option<ClosureFault> {
        if !(1..=ID_CHARS_MAX).contains(&self.id.chars().take(ID_CHARS_MAX + 1).count()) {
            return Some(ClosureFault::Id);
        }
        let sound = |points: &[[f64; 2]]| points.iter().all(|point| coord(point).is_some());
        match &self.shape {
            ClosureShape::Circle { radius_m, .. }
                if !(*radius_m > 0.0 && *radius_m <= RADIUS_METRES_MAX) =>
            {
                Some(ClosureFault::Radius)
            }
            ClosureShape::Line(points) if !(2..=LINE_POINTS_MAX).contains(&points.len()) => {
                Some(ClosureFault::Line)
            }
            ClosureShape::Roads(roads)
                if !(1..=ROADS_MAX).contains(&roads.len())
                    || !roads.iter().all(|road| matches!(road.len(), 2 | 3)) =>
            {
                Some(ClosureFault::Roads)
            }
            ClosureShape::Circle { centre, .. } if !sound(&[*centre]) => {
                Some(ClosureFault::Position)
            }
            ClosureShape::Line(points) if !sound(points) => Some(ClosureFault::Position),
            ClosureShape::Line(points) if metres(points) > LINE_METRES_MAX => {
                Some(ClosureFault::Line)
            }
            ClosureShape::Roads(roads) if !roads.iter().all(|road| sound(road)) => {
                Some(ClosureFault::Position)
            }
            _ => None,
        }
    }
}

pub(super) fn coord(point: &[f64; 2]) -> Option<Coord> {
    Coord::from_degrees(point[0], point[1])
}

fn metres(points: &[[f64; 2]]) -> f64 {
    let points: Vec<Coord> = points.iter().filter_map(coord).collect();
    points
        .windows(2)
        .map(|pair| haversine_m(pair[0], pair[1]))
        .sum()
}

/// A part of a segment by two shares of its length, the lower first.
pub(crate) type Part = [f64; 2];

const WHOLE: Part = [0.0, 1.0];

fn hull(known: Option<Part>, more: Part) -> Option<Part> {
    Some(known.map_or(more, |known| [known[0].min(more[0]), known[1].max(more[1])]))
}

/// What closures shut, and what of them was not found.
#[derive(Debug, Default)]
pub(crate) struct Closed {
    /// A segment and the closure (by its place in the list) that shuts it; by segment, each pair once.
    pub segments: Vec<(u32, u32)>,
    /// The shut part of each segment, as shares of its length from `a`: from the first shut place to the last.
    pub parts: BTreeMap<u32, Part>,
    /// Closures and their stretches of road, by their places in the lists, that shut nothing.
    pub lost: Vec<(u32, u32)>,
}

/// What `closures` shut; a shape that is not sound shuts nothing.
pub(crate) fn close(network: &Network, closures: &[Closure]) -> Closed {
    let mut closed = Closed::default();
    if closures.is_empty() {
        return closed;
    }
    let ground = Ground::new(network);
    for (index, closure) in closures.iter().enumerate() {
        let mut shut = |segment: u32, part: Part| {
            closed.segments.push((segment, index as u32));
            let known = closed.parts.entry(segment).or_insert(part);
            *known = [known[0].min(part[0]), known[1].max(part[1])];
        };
        if closure.fault().is_none() {
            match &closure.shape {
                ClosureShape::Circle { centre, radius_m } => {
                    circle(&ground, *centre, *radius_m, shut);
                }
                ClosureShape::Line(points) => line(&ground, points, shut),
                ClosureShape::Roads(roads) => {
                    for (place, road) in roads.iter().enumerate() {
                        let found = stretch(&ground, road);
                        if found.is_empty() {
                            closed.lost.push((index as u32, place as u32));
                        }
                        found.into_iter().for_each(|segment| shut(segment, WHOLE));
                    }
                }
            }
        }
    }
    closed.segments.sort_unstable();
    closed.segments.dedup();
    closed
}

/// A network and what its grid does not hold.
pub(super) struct Ground<'n> {
    pub network: &'n Network,
    ferries: Vec<u32>,
}

impl<'n> Ground<'n> {
    fn new(network: &'n Network) -> Self {
        let rows = network.tables.segments.iter().enumerate();
        let ferries = rows.filter(|(_, row)| row.flags & flag::FERRY != 0);
        Self {
            network,
            ferries: ferries.map(|(index, _)| index as u32).collect(),
        }
    }

    /// Every segment within `metres` of the box around `points`, some of them farther away; ferries are always among them.
    pub fn near(&self, points: &[Coord], metres: f64) -> Vec<u32> {
        let mut found = self.ferries.clone();
        self.network
            .grid
            .near(points, metres, |segment| found.push(segment));
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn circle(ground: &Ground<'_>, centre: [f64; 2], radius_m: f64, mut shut: impl FnMut(u32, Part)) {
    let network = ground.network;
    let Some(centre) = coord(&centre) else { return };
    let plane = Plane::at(centre);
    for segment in ground.near(&[centre], radius_m) {
        let line = network.tables.line(segment);
        let road: Vec<[f64; 2]> = line.map(|point| plane.project(point)).collect();
        if let Some(part) = inside(&road, radius_m) {
            shut(segment, part);
        }
    }
}

/// The part of a road within `radius` of the origin.
fn inside(road: &[[f64; 2]], radius: f64) -> Option<Part> {
    let total = measure(road);
    let (mut driven, mut part) = (0.0, None);
    for pair in road.windows(2) {
        let step = difference(pair[0], pair[1]);
        let metres = length(step);
        let (square, foot) = Plane::foot(pair[0], pair[1]);
        if square <= radius * radius {
            // The chord around the foot of the origin on the endless line.
            let middle = -(pair[0][0] * step[0] + pair[0][1] * step[1]) / metres;
            let [x, y] = [0, 1].map(|axis| pair[0][axis] + step[axis] / metres * middle);
            let half = (radius * radius - x * x - y * y).max(0.0).sqrt();
            let ends = [middle - half, middle + half].map(|at| at.clamp(0.0, metres));
            let chord = if metres > 0.0 { ends } else { [foot; 2] };
            part = hull(part, chord.map(|at| share(driven + at, total)));
        }
        driven += metres;
    }
    part
}

fn measure(road: &[[f64; 2]]) -> f64 {
    road.windows(2)
        .map(|pair| length(difference(pair[0], pair[1])))
        .sum()
}

fn share(metres: f64, total: f64) -> f64 {
    if total > 0.0 { metres / total } else { 0.0 }
}

/// A stretch between two points on a flat map, in metres.
type Stretch = [[f64; 2]; 2];

fn line(ground: &Ground<'_>, points: &[[f64; 2]], mut shut: impl FnMut(u32, Part)) {
    let network = ground.network;
    let points: Vec<Coord> = points.iter().filter_map(coord).collect();
    let (mut shuts, mut at_junctions) = (false, Vec::new());
    for pair in points.windows(2) {
        let plane = Plane::at(pair[0]);
        let drawn = [plane.project(pair[0]), plane.project(pair[1])];
        for segment in ground.near(pair, LINE_METRES) {
            let road: Vec<[f64; 2]> = network
                .tables
                .line(segment)
                .map(|point| plane.project(point))
                .collect();
            if let Some(part) = runs_along(&road, drawn) {
                shuts = true;
                shut(segment, part);
            }
            match crosses(&road, drawn) {
                Some((Crossing::Clear, part)) => {
                    shuts = true;
                    shut(segment, part);
                }
                Some((Crossing::AtJunction, part)) => at_junctions.push((segment, part)),
                None => {}
            }
        }
    }
    if !shuts {
        for (segment, part) in at_junctions {
            shut(segment, part);
        }
    }
}

/// Where a stroke crosses a road.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Crossing {
    /// Away from its junctions, or anywhere on a road too short for that.
    Clear,
    /// Within [`LINE_METRES`] of a junction.
    AtJunction,
}

fn difference(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [b[0] - a[0], b[1] - a[1]]
}

fn length(a: [f64; 2]) -> f64 {
    (a[0] * a[0] + a[1] * a[1]).sqrt()
}

/// How `drawn` crosses a road, and the part from the first crossing to the last.
fn crosses(road: &[[f64; 2]], drawn: Stretch) -> Option<(Crossing, Part)> {
    let total = measure(road);
    let margin = if total < 2.0 * LINE_METRES {
        0.0
    } else {
        LINE_METRES
    };
    let (mut driven, mut part, mut clear) = (0.0, None, false);
    for pair in road.windows(2) {
        let metres = length(difference(pair[0], pair[1]));
        if let Some(along) = crossing([pair[0], pair[1]], drawn) {
            let at = driven + along * metres;
            clear |= at >= margin && total - at >= margin;
            part = hull(part, [share(at, total); 2]);
        }
        driven += metres;
    }
    let crossing = if clear {
        Crossing::Clear
    } else {
        Crossing::AtJunction
    };
    part.map(|part| (crossing, part))
}

/// Where along `a` the stretch `b` crosses it, 0 to 1.
fn crossing(a: Stretch, b: Stretch) -> Option<f64> {
    let (along_a, along_b) = (difference(a[0], a[1]), difference(b[0], b[1]));
    let cross = |u: [f64; 2], v: [f64; 2]| u[0] * v[1] - u[1] * v[0];
    let between = difference(a[0], b[0]);
    let area = cross(along_a, along_b);
    if area == 0.0 {
        return None;
    }
    let (share_a, share_b) = (
        cross(between, along_b) / area,
        cross(between, along_a) / area,
    );
    ((0.0..=1.0).contains(&share_a) && (0.0..=1.0).contains(&share_b)).then_some(share_a)
}

/// The part of a road that `drawn` runs along.
fn runs_along(road: &[[f64; 2]], drawn: Stretch) -> Option<Part> {
    let direction = difference(drawn[0], drawn[1]);
    let size = length(direction);
    let total = measure(road);
    let (mut driven, mut beside, mut part) = (0.0, 0.0, None);
    for pair in road.windows(2) {
        let step = difference(pair[0], pair[1]);
        let metres = length(step);
        let before = driven;
        driven += metres;
        let cosine = (step[0] * direction[0] + step[1] * direction[1]).abs() / (metres * size);
        if cosine.is_nan() || cosine < ALONG_COSINE {
            continue;
        }
        let samples = (metres / SAMPLE_METRES).ceil().clamp(1.0, 10_000.0);
        for sample in 0..samples as u32 {
            let along = (f64::from(sample) + 0.5) / samples;
            let at = [pair[0][0] + along * step[0], pair[0][1] + along * step[1]];
            let (square, _) = Plane::foot(difference(at, drawn[0]), difference(at, drawn[1]));
            if square <= LINE_METRES * LINE_METRES {
                beside += metres / samples;
                let ends =
                    [0.0, 1.0].map(|end| before + (f64::from(sample) + end) / samples * metres);
                part = hull(part, ends.map(|at| share(at, total)));
            }
        }
    }
    part.filter(|_| beside >= LINE_METRES.min(total / 2.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ROAD: [[f64; 2]; 2] = [[0.0, 0.0], [100.0, 0.0]];

    fn kind(road: &[[f64; 2]], drawn: Stretch) -> Option<Crossing> {
        crosses(road, drawn).map(|(crossing, _)| crossing)
    }

    #[test]
    fn the_shut_part_is_where_the_circle_lies() {
        let road = |offset: f64| ROAD.map(|[x, y]| [x - offset, y + 3.0]);
        let near = |offset: f64, expected: Part| {
            let part = inside(&road(offset), 5.0).unwrap();
            (0..2).all(|end| (part[end] - expected[end]).abs() < 1e-9)
        };
        assert!(near(40.0, [0.36, 0.44]) && near(1.0, [0.0, 0.05]) && near(102.0, [0.98, 1.0]));
        assert_eq!(inside(&road(106.0), 5.0), None);
    }

    #[test]
    fn a_line_drawn_by_finger_along_a_road_runs_along_it_and_not_along_its_side_streets() {
        let drawn = [[-5.0, 8.0], [105.0, -7.0]];
        let side_street = [[50.0, 0.0], [50.0, 80.0]];
        assert!(runs_along(&ROAD, drawn).is_some_and(|[from, to]| from < 0.06 && to > 0.94));
        assert_eq!(runs_along(&side_street, drawn), None);
        let past = kind(&side_street, [[-5.0, 8.0], [105.0, 8.0]]);
        assert_eq!(past, Some(Crossing::AtJunction));
        assert_eq!(runs_along(&ROAD, [[0.0, 20.0], [100.0, 20.0]]), None);
        assert_eq!(runs_along(&ROAD, [[0.0, 14.0], [5.0, 14.0]]), None);
    }

    #[test]
    fn a_line_across_the_middle_of_a_road_crosses_it() {
        let clear = Some(Crossing::Clear);
        assert_eq!(kind(&ROAD, [[50.0, -20.0], [52.0, 20.0]]), clear);
        assert_eq!(kind(&ROAD, [[50.0, 5.0], [52.0, 20.0]]), None);
        let at_junction = Some(Crossing::AtJunction);
        assert_eq!(kind(&ROAD, [[5.0, -20.0], [5.0, 20.0]]), at_junction);
        let too_short = kind(&[[0.0, 0.0], [20.0, 0.0]], [[5.0, -20.0], [5.0, 20.0]]);
        assert_eq!(too_short, clear, "too short for elsewhere");
    }
}
