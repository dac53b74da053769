//! From a sequence of edges to what a person is told: distance, time, line and instructions.

use super::anchor::Anchor;
use super::rules::{Phase, Rules};
use super::steps::{Walked, instructions};
use super::{Route, RouteRequest, share_before};
use crate::geo::Coord;
use crate::network::Network;
use crate::pack::Pack;

/// An edge and the share of it that is driven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Leg {
    pub edge: u32,
    pub from: f64,
    pub to: f64,
}

/// Puts the shares of the first and last edge to the sequence.
pub(super) fn legs(edges: &[u32], from: &Anchor, to: &Anchor) -> Vec<Leg> {
    let mut legs: Vec<Leg> = edges
        .iter()
        .map(|edge| Leg {
            edge: *edge,
            from: 0.0,
            to: 1.0,
        })
        .collect();
    if let (Some(first), Anchor::Road(position)) = (legs.first_mut(), from) {
        first.from = share_before(first.edge, position.fraction);
    }
    if let (Some(last), Anchor::Road(position)) = (legs.last_mut(), to) {
        last.to = share_before(last.edge, position.fraction);
    }
    legs
}

/// The answer for a found sequence.
pub(super) fn describe(
    pack: &Pack,
    network: &Network,
    rules: &Rules,
    request: &RouteRequest,
    legs: &[Leg],
    ends: [&Anchor; 2],
) -> Route {
    let mut walked: Vec<Walked> = Vec::with_capacity(legs.len());
    let (mut length, mut time) = (0u64, 0u64);
    for leg in legs {
        let edge = &network.edges[leg.edge as usize];
        let share = |whole: u32| (f64::from(whole) * (leg.to - leg.from).max(0.0)).round() as u64;
        let turn = match walked.last() {
            None => 0,
            Some(before) if before.edge == leg.edge ^ 1 => u64::from(rules.u_turn_time()),
            Some(before) => {
                u64::from(rules.turn_time(network, &network.edges[before.edge as usize], edge))
            }
        };
        let (metres, seconds) = (share(edge.length), share(edge.time) + turn);
        length += metres;
        time += seconds;
        walked.push(Walked {
            edge: leg.edge,
            decimetres: metres,
            deciseconds: seconds,
        });
    }
    let line = if request.geometry || request.steps {
        line(network, legs, ends)
    } else {
        Line::default()
    };
    let steps = if request.steps {
        instructions(
            pack,
            network,
            &walked,
            &line.starts,
            pack.meta().driving_side,
        )
    } else {
        Vec::new()
    };
    Route {
        distance_m: length as f64 / 10.0,
        duration_s: time as f64 / 10.0,
        geometry: if request.geometry {
            line.points.iter().map(|at| at.lon_lat()).collect()
        } else {
            Vec::new()
        },
        steps,
        last_resort: rules.phase == Phase::LastResort,
    }
}

/// The drawn route, and the position at which each leg starts, with the end of the last one behind.
#[derive(Debug, Default)]
struct Line {
    points: Vec<Coord>,
    starts: Vec<Coord>,
}

fn line(network: &Network, legs: &[Leg], ends: [&Anchor; 2]) -> Line {
    let mut line = Line::default();
    let last = legs.len().saturating_sub(1);
    for (index, leg) in legs.iter().enumerate() {
        let segment = leg.edge >> 1;
        let forward = leg.edge & 1 == 0;
        let mut points: Vec<Coord> = network.tables.line(segment).collect();
        let total = points.len() - 1;
        let cut = |anchor: &Anchor| match anchor {
            Anchor::Road(position) if position.segment == segment => {
                Some((position.stretch as usize, position.at))
            }
            _ => None,
        };
        let (mut head, mut tail) = (0, total);
        let (mut first, mut final_point) = (points[0], points[total]);
        let start = if index == 0 { cut(ends[0]) } else { None };
        let end = if index == last { cut(ends[1]) } else { None };
        let (low, high) = if forward { (start, end) } else { (end, start) };
        if let Some((stretch, at)) = low {
            head = stretch;
            first = at;
        }
        if let Some((stretch, at)) = high {
            tail = stretch + 1;
            final_point = at;
        }
        let mut shape = vec![first];
        if head + 1 < tail {
            shape.extend(points.drain(head + 1..tail));
        }
        shape.push(final_point);
        if !forward {
            shape.reverse();
        }
        line.starts.push(shape[0]);
        for point in shape {
            if line.points.last() != Some(&point) {
                line.points.push(point);
            }
        }
    }
    if legs.is_empty() {
        line.points.push(ends[0].at(network));
        line.starts.push(ends[0].at(network));
    }
    line.starts
        .push(line.points.last().copied().unwrap_or(ends[1].at(network)));
    line
}
