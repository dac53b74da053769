//! How far one comes in so many minutes: the stretches of road, and the land beside them as areas to draw.
//!
//! The roads are found exactly. The areas are the squares of 100 m that a reached road passes, with the squares around them:
//! never more than [`BESIDE_METRES_MAX`] from a reached road, and nothing is filled in between.

mod cells;
mod outline;

use super::cost::Cost;
use super::manner::Manner;
use super::moves::Ends;
use super::networks::Under;
use super::rules::{Phase, Rules};
use super::search::{Goal, Query, Reached};
use super::{End, Objective, Place, RouteError, Router, anchors, seeds};
use crate::error::Error;
use crate::geo::{Coord, between, haversine_m, sphere_point};
use crate::network::Network;
use crate::tables::flag;
use cells::Cells;
use std::collections::BTreeMap;

/// No place of an area is farther than this from a reached road (metres).
pub const BESIDE_METRES_MAX: f64 = 300.0;

/// The longest time one may ask for (minutes).
pub const ISOCHRONE_MINUTES_MAX: u32 = 180;

/// The most times of one question.
pub const ISOCHRONE_TIMES_MAX: usize = 8;

/// A ring of positions `[longitude, latitude]`, the last the same as the first.
pub type Ring = Vec<[f64; 2]>;

/// What is reached within a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Isochrone {
    /// The time in minutes.
    pub minutes: u32,
    /// Polygons: an outer ring against the clock, then its holes with the clock, as GeoJSON wants them.
    pub areas: Vec<Vec<Ring>>,
    /// The reached stretches of road.
    pub roads: Vec<Vec<[f64; 2]>>,
    /// Kilometres of road reached, each road counted once.
    pub road_km: f64,
}

/// Why there is no isochrone.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum IsochroneError {
    /// Not 1 to [`ISOCHRONE_TIMES_MAX`] times of 1 to [`ISOCHRONE_MINUTES_MAX`] minutes.
    #[error("ask for 1 to {ISOCHRONE_TIMES_MAX} times of 1 to {ISOCHRONE_MINUTES_MAX} minutes")]
    Times,
    /// The place is on no road.
    #[error(transparent)]
    Place(#[from] RouteError),
    /// The roads of this pack cover more land than any district.
    #[error(transparent)]
    Pack(#[from] Error),
}

impl Router<'_> {
    /// What is reached from `from` within each of `minutes`, in their order; the objective of `manner` is always the time.
    ///
    /// Ways that may be used at the end of a route only are reached as such, tracks at any distance.
    ///
    /// # Errors
    /// See [`IsochroneError`].
    pub fn isochrone(
        &mut self,
        from: Place,
        minutes: &[u32],
        manner: &Manner,
    ) -> Result<Vec<Isochrone>, IsochroneError> {
        let known = 1..=ISOCHRONE_MINUTES_MAX;
        let longest = minutes.iter().max().copied().unwrap_or(0);
        if minutes.len() > ISOCHRONE_TIMES_MAX || !minutes.iter().all(|time| known.contains(time)) {
            return Err(IsochroneError::Times);
        }
        if longest == 0 {
            return Err(IsochroneError::Times);
        }
        let manner = Manner {
            objective: Objective::Fastest,
            ..*manner
        };
        let network = self.networks.of(manner.profile, Under::Conditions);
        let [anchor, _] = anchors(self.pack, network, &manner, from, End::Start)?;
        let rules = Rules::new(
            network,
            &manner,
            self.pack.meta().driving_side,
            Phase::Strict,
        );
        let query = Query {
            network,
            rules: &rules,
            ends: Ends {
                start: sphere_point(anchor.at(network)),
                end: None,
            },
            seeds: seeds(network, &anchor),
            goal: Goal::default(),
            limit: Cost::new(deciseconds(longest), 0),
        };
        // The first look at an edge is the earliest.
        let mut first: BTreeMap<u32, Reached> = BTreeMap::new();
        self.scratch.reach(&query, |reached| {
            first.entry(reached.edge).or_insert(reached);
        });
        let drawn = minutes.iter().map(|time| draw(network, &first, *time));
        Ok(drawn.collect::<Result<_, Error>>()?)
    }
}

fn deciseconds(minutes: u32) -> u32 {
    minutes * 600
}

fn draw(
    network: &Network,
    first: &BTreeMap<u32, Reached>,
    minutes: u32,
) -> crate::Result<Isochrone> {
    let mut isochrone = Isochrone {
        minutes,
        ..Isochrone::default()
    };
    let mut cells: Option<Cells> = None;
    let mut metres = 0.0;
    let mut edges = first.values().peekable();
    while let Some(reached) = edges.next() {
        let segment = reached.edge >> 1;
        let mut spans = vec![span(network, reached, deciseconds(minutes))];
        if let Some(other) = edges.next_if(|other| other.edge >> 1 == segment) {
            spans.push(span(network, other, deciseconds(minutes)));
        }
        let row = &network.tables.segments[segment as usize];
        for [low, high] in joined(spans) {
            let line = stretch(network, segment, low, high);
            metres += f64::from(row.length) / 10.0 * (high - low);
            if row.flags & (flag::FERRY | flag::TUNNEL) == 0 {
                cells
                    .get_or_insert_with(|| Cells::around(line[0]))
                    .add(&line)?;
            }
            isochrone
                .roads
                .push(line.iter().map(|at| at.lon_lat()).collect());
        }
    }
    if let Some(mut cells) = cells {
        let land = cells.land();
        isochrone.areas = outline::areas(&cells, &land);
    }
    isochrone.road_km = (metres / 100.0).round() / 10.0;
    Ok(isochrone)
}

/// The reached share of a segment, from its end `a` on; empty when the time is up before.
fn span(network: &Network, reached: &Reached, limit: u32) -> [f64; 2] {
    let time = f64::from(network.edges[reached.edge as usize].time);
    let left = f64::from(limit) - f64::from(reached.cost.first());
    // Where the edge was entered, and how far along it the time lasts.
    let from = 1.0 - reached.share;
    let to = (1.0 + left / time).min(1.0).max(from);
    if reached.edge & 1 == 0 {
        [from, to]
    } else {
        [1.0 - to, 1.0 - from]
    }
}

/// Spans that touch become one.
fn joined(mut spans: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    spans.retain(|[low, high]| high > low);
    spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
    if let [one, two] = spans[..]
        && two[0] <= one[1]
    {
        return vec![[one[0], one[1].max(two[1])]];
    }
    spans
}

/// The line of a segment from one share of its length to another.
fn stretch(network: &Network, segment: u32, low: f64, high: f64) -> Vec<Coord> {
    let points: Vec<Coord> = network.tables.line(segment).collect();
    let lengths: Vec<f64> = points
        .windows(2)
        .map(|pair| haversine_m(pair[0], pair[1]))
        .collect();
    let total: f64 = lengths.iter().sum();
    let (from, to) = (low * total, high * total);
    let mut line = Vec::new();
    let mut passed = 0.0;
    for (pair, length) in points.windows(2).zip(lengths) {
        let end = passed + length;
        if end >= from && passed <= to {
            let along = |metres: f64| {
                let share = if length > 0.0 {
                    (metres - passed) / length
                } else {
                    0.0
                };
                between(pair[0], pair[1], share.clamp(0.0, 1.0))
            };
            for at in [along(from), along(to)] {
                if line.last() != Some(&at) {
                    line.push(at);
                }
            }
        }
        passed = end;
    }
    if line.is_empty() {
        line.push(points[0]);
    }
    line
}
