//! A stretch of road, found again in a newer map by the positions of its two ends and of a point in between.
//!
//! The ends are junctions. With a point in between the stretch is the segment there, if it joins the two, or else the shortest way
//! over it from one end to the other, however much it winds; so a hairpin road is told from the lane below it, and the old road
//! from its tunnel. Without one it is every segment that joins the two ends or, where there is none, the shortest way
//! between them if it is no detour. A way that cannot be told is no way: then nothing is shut.

use super::closures::{Ground, LINE_METRES, coord};
use crate::geo::{Coord, Plane, haversine_m};
use crate::network::{Edge, Network};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// The end of a stretch of road is a junction no farther than this (metres).
const JUNCTION_METRES: f64 = 50.0;
/// Without a point in between, a way that is so many times the straight line, and a little more, is a detour.
const DETOUR_FACTOR: f64 = 2.0;
/// Over a point in between a way may wind so many times the straight lines to it.
const WINDING_FACTOR: f64 = 6.0;
const DETOUR_METRES: f64 = 50.0;
/// Without a point in between, ends farther apart than this (metres) are joined by a segment of their own or not at all.
const STRETCH_METRES_MAX: f64 = 5_000.0;
/// No way of a stretch is longer (metres).
const WAY_METRES_MAX: f64 = 30_000.0;
/// Ends nearer to each other than this (metres) are one place, so the stretch is a loop.
const SAME_METRES: f64 = 1.0;
/// Junctions one search looks at, a bound on what ten thousand stretches cost.
const JUNCTIONS_MAX: usize = 5_000;
/// Segments tried at the point in between, the nearest first.
const TRIED_MAX: usize = 4;

/// The segments of the stretch: its two ends, and maybe a point in between; none when it is not found.
pub(super) fn stretch(ground: &Ground<'_>, positions: &[[f64; 2]]) -> Vec<u32> {
    let places: Option<Vec<Coord>> = positions.iter().map(coord).collect();
    let Some([a, b, inner @ ..]) = places.as_deref() else {
        return Vec::new();
    };
    let [Some(from), Some(to)] = [junction(ground, *a), junction(ground, *b)] else {
        return Vec::new();
    };
    match inner {
        [inner, ..] => {
            let straight = haversine_m(*a, *inner) + haversine_m(*inner, *b);
            over(ground, [from, to], *inner, straight)
        }
        [] => between(ground, [from, to], haversine_m(*a, *b)),
    }
}

/// What joins two junctions when nothing else is known of it.
fn between(ground: &Ground<'_>, [from, to]: [u32; 2], straight: f64) -> Vec<u32> {
    let network = ground.network;
    if from == to && straight > SAME_METRES {
        return Vec::new();
    }
    let near = ground.near(&[network.tables.coords[from as usize]], 1.0);
    let direct: Vec<u32> = near
        .into_iter()
        .filter(|segment| joins(network, *segment, [from, to]))
        .collect();
    if !direct.is_empty() || straight > STRETCH_METRES_MAX {
        return direct;
    }
    let limit = decimetres(straight * DETOUR_FACTOR);
    [(from, to), (to, from)]
        .into_iter()
        .find_map(|(from, to)| shortest(network, from, to, limit))
        .map_or_else(Vec::new, |(_, segments)| segments)
}

/// The stretch that passes `inner`.
fn over(ground: &Ground<'_>, ends: [u32; 2], inner: Coord, straight: f64) -> Vec<u32> {
    let network = ground.network;
    let limit = decimetres(straight * WINDING_FACTOR);
    let mut near: Vec<(f64, u32)> = ground
        .near(&[inner], LINE_METRES)
        .into_iter()
        .map(|segment| (metres_to(network, segment, inner), segment))
        .filter(|(metres, _)| *metres <= LINE_METRES)
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    near.truncate(TRIED_MAX);
    let found = near.into_iter().find_map(|(_, segment)| {
        if joins(network, segment, ends) {
            return Some(vec![segment]);
        }
        let ways = [segment * 2, segment * 2 + 1].into_iter().flat_map(|edge| {
            let [from, to] = ends;
            [(from, to), (to, from)].map(|(from, to)| along(network, edge, from, to, limit))
        });
        ways.flatten().min().map(|(_, segments)| segments)
    });
    found.unwrap_or_default()
}

/// The shortest way with `edge` in it that drives nothing twice.
fn along(network: &Network, edge: u32, from: u32, to: u32, limit: u32) -> Option<(u32, Vec<u32>)> {
    if !network.is_passable(edge) {
        return None;
    }
    let Edge { head, length, .. } = network.edges[edge as usize];
    let left = limit.checked_sub(length)?;
    let (before, mut segments) = shortest(network, from, network.tables.tail(edge), left)?;
    let (after, rest) = shortest(network, head, to, left - before)?;
    segments.push(edge >> 1);
    segments.extend(rest);
    let count = segments.len();
    segments.sort_unstable();
    segments.dedup();
    (segments.len() == count).then_some((before + length + after, segments))
}

fn decimetres(metres: f64) -> u32 {
    ((metres + DETOUR_METRES).min(WAY_METRES_MAX) * 10.0) as u32
}

fn joins(network: &Network, segment: u32, [from, to]: [u32; 2]) -> bool {
    let row = &network.tables.segments[segment as usize];
    [(row.a, row.b), (row.b, row.a)].contains(&(from, to))
}

fn metres_to(network: &Network, segment: u32, place: Coord) -> f64 {
    let plane = Plane::at(place);
    let points = network.tables.line(segment).map(|at| plane.project(at));
    let points: Vec<[f64; 2]> = points.collect();
    let feet = points
        .windows(2)
        .map(|pair| Plane::foot(pair[0], pair[1]).0);
    feet.fold(f64::INFINITY, f64::min).sqrt()
}

/// The junction nearest to `at`.
fn junction(ground: &Ground<'_>, at: Coord) -> Option<u32> {
    let tables = &ground.network.tables;
    let mut best: Option<(f64, u32)> = None;
    for segment in ground.near(&[at], JUNCTION_METRES) {
        let row = &tables.segments[segment as usize];
        for node in [row.a, row.b] {
            let metres = haversine_m(at, tables.coords[node as usize]);
            let nearer = best
                .is_none_or(|(known, other)| metres < known || (metres <= known && node < other));
            if metres <= JUNCTION_METRES && nearer {
                best = Some((metres, node));
            }
        }
    }
    best.map(|(_, node)| node)
}

/// The length and the segments of the shortest way of at most `limit` decimetres.
fn shortest(network: &Network, from: u32, to: u32, limit: u32) -> Option<(u32, Vec<u32>)> {
    let mut best: BTreeMap<u32, (u32, Option<u32>)> = BTreeMap::from([(from, (0, None))]);
    let mut queue = BinaryHeap::from([Reverse((0u32, from))]);
    let mut left = JUNCTIONS_MAX;
    while let Some(Reverse((driven, node))) = queue.pop() {
        if node == to {
            break;
        }
        if best.get(&node).is_some_and(|(known, _)| *known < driven) {
            continue;
        }
        left = left.checked_sub(1)?;
        for &edge in network.leaving(node) {
            let Edge { head, length, .. } = network.edges[edge as usize];
            let there = driven.saturating_add(length);
            if there <= limit && best.get(&head).is_none_or(|(known, _)| there < *known) {
                best.insert(head, (there, Some(edge)));
                queue.push(Reverse((there, head)));
            }
        }
    }
    let (length, _) = *best.get(&to)?;
    let mut segments = Vec::new();
    let mut node = to;
    while let Some((_, Some(edge))) = best.get(&node) {
        segments.push(edge >> 1);
        node = network.tables.tail(*edge);
    }
    Some((length, segments))
}
