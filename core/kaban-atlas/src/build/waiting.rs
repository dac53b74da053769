//! Waiting at signals, crossings and gates: each is paid for once, however many nodes of the map stand for it.
//!
//! A crossing of two large roads has a signal on every arm, and some more where the lanes cross; a railway of two tracks has two
//! level crossings. Who has just waited at one of them drives past the others.

use super::assemble::COST_MAX;
use crate::tables::{Effect, Tables};
use std::collections::{BTreeMap, BTreeSet};

/// What one has waited for within this distance before is not waited for again (metres).
const ONE_STOP_METRES: f64 = 40.0;

/// Most stretches of road looked at before a stop; no real crossing has as many.
const STRETCHES_MAX: usize = 64;

/// A place on a segment where one waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stop {
    /// Metres from the segment's beginning and from its end.
    pub at: [f64; 2],
    /// Deciseconds as drawn and against.
    pub delay: [u16; 2],
}

/// The stops of those segments that have any, in the order in which they are drawn.
pub(super) type Stops = BTreeMap<u32, Vec<Stop>>;

/// Adds the waiting to the times of all segments, and to those they have at some times only.
pub(super) fn add(tables: &mut Tables, stops: &Stops) {
    let roads = Roads::new(tables, stops);
    let lost: Vec<(u32, [u32; 2])> = stops
        .keys()
        .map(|segment| (*segment, [0, 1].map(|side| roads.lost(segment * 2 + side))))
        .collect();
    let more = |time: [u32; 2], lost: [u32; 2]| {
        [0, 1].map(|side| time[side].saturating_add(lost[side]).min(COST_MAX))
    };
    for (segment, lost) in &lost {
        let row = &mut tables.segments[*segment as usize];
        row.time = more(row.time, *lost);
    }
    for rule in &mut tables.dated {
        let found = lost.binary_search_by_key(&rule.segment, |(segment, _)| *segment);
        if let (Effect::Time(time), Ok(index)) = (&mut rule.effect, found) {
            *time = more(*time, lost[index].1);
        }
    }
}

/// The roads around the stops.
struct Roads<'a> {
    tables: &'a Tables,
    stops: &'a Stops,
    /// Edges into a node that may tell of a stop shortly before it.
    into: BTreeMap<u32, Vec<u32>>,
}

impl<'a> Roads<'a> {
    fn new(tables: &'a Tables, stops: &'a Stops) -> Self {
        let mut into: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for edge in tables.passable_edges() {
            let segment = edge >> 1;
            let short = metres(tables, segment) <= ONE_STOP_METRES;
            if short || stops.contains_key(&segment) {
                into.entry(tables.head(edge)).or_default().push(edge);
            }
        }
        Self {
            tables,
            stops,
            into,
        }
    }

    /// Deciseconds lost along an edge; who leaves a junction has already waited there.
    fn lost(&self, edge: u32) -> u32 {
        let met = self.met(edge);
        let waits = met.iter().enumerate().filter(|(index, (at, delay))| {
            let before = met[..*index].iter();
            let waited =
                |(other, long): &&(f64, u16)| at - other < ONE_STOP_METRES && long >= delay;
            *at > 0.0
                && !before.rev().any(|stop| waited(&stop))
                && !self.waited_before(edge, ONE_STOP_METRES - at, *delay)
        });
        waits.map(|(_, (_, delay))| u32::from(*delay)).sum()
    }

    /// The stops of an edge in the order in which they are met: metres driven and deciseconds.
    fn met(&self, edge: u32) -> Vec<(f64, u16)> {
        let stops = self.stops.get(&(edge >> 1)).map_or(&[][..], Vec::as_slice);
        let side = (edge & 1) as usize;
        let mut met: Vec<(f64, u16)> = stops
            .iter()
            .map(|stop| (stop.at[side], stop.delay[side]))
            .collect();
        if side == 1 {
            met.reverse();
        }
        met.retain(|(_, delay)| *delay > 0);
        met
    }

    /// Whether a road that leads to `edge` has a stop as long as `delay` within so many metres before its beginning.
    fn waited_before(&self, edge: u32, metres_left: f64, delay: u16) -> bool {
        let mut open = vec![(self.tables.tail(edge), metres_left)];
        let mut seen = BTreeSet::from([edge >> 1]);
        while let Some((node, left)) = open.pop() {
            if left <= 0.0 || seen.len() > STRETCHES_MAX {
                continue;
            }
            for &before in self.into.get(&node).map_or(&[][..], Vec::as_slice) {
                if !seen.insert(before >> 1) {
                    continue;
                }
                let length = metres(self.tables, before >> 1);
                let near = |(at, long): &(f64, u16)| length - at < left && *long >= delay;
                if self.met(before).iter().any(near) {
                    return true;
                }
                open.push((self.tables.tail(before), left - length));
            }
        }
        false
    }
}

fn metres(tables: &Tables, segment: u32) -> f64 {
    f64::from(tables.segments[segment as usize].length) / 10.0
}
