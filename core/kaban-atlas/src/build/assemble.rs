//! From gathered ways to the tables: cut at junctions, measured, timed, ordered.

use super::components::main_part;
use super::conditional::RawEffect;
use super::country::Region;
use super::gather::{Gathered, RawWay};
use super::restrict::{Lookup, Via};
use super::speed::SpeedFacts;
use super::traits;
use super::waiting::{self, Stop, Stops};
use super::{FinishedNames, rim};
use crate::error::{Error, Result};
use crate::geo::{Coord, bearing_256, haversine_m};
use crate::tables::{
    DatedRule, Effect, NodeIds, NodePlace, Profile, RoadClass, Segment, Tables, TurnKind, TurnRule,
    flag, node_flag,
};
use std::collections::BTreeMap;

/// A stretch of a way between two junctions, still in node numbers.
struct Piece {
    way: u32,
    /// Range in the gathered refs, both ends included.
    refs: (usize, usize),
    a: u32,
    b: u32,
}

/// Tables of one profile, with where each node went.
pub(super) struct Assembled {
    pub tables: Tables,
    pub node_ids: NodeIds,
    pub restrictions_used: usize,
    pub restrictions_conditional: usize,
    pub restrictions_unusable: usize,
}

/// Cuts, measures and orders the network of one profile.
pub(super) fn assemble(
    gathered: &Gathered,
    profile: Profile,
    region: &Region,
    names: &FinishedNames,
) -> Result<Assembled> {
    let runs = runs(gathered, profile);
    let junctions = junctions(gathered, profile, &runs);
    let mut tables = Tables::default();
    for &node in &junctions.order {
        tables
            .coords
            .push(gathered.coord(node).ok_or(Error::NoRoads)?);
        let facts = gathered.node_facts.get(&node).copied().unwrap_or_default();
        tables.node_flags.push(match profile {
            Profile::Car => facts.car,
            Profile::Foot => facts.foot,
        });
    }
    let mut pieces = cut(gathered, &runs, &junctions.number);
    pieces.sort_by_key(|piece| {
        (
            piece.a,
            piece.b,
            gathered.ways[piece.way as usize].id,
            piece.refs,
        )
    });
    let node_ids = NodeIds::new();
    let mut layer = Layer {
        gathered,
        profile,
        region,
        names,
        tables,
        node_ids,
        stops: Stops::new(),
    };
    for piece in &pieces {
        layer.lay(piece)?;
    }
    let Layer {
        mut tables,
        mut node_ids,
        stops,
        ..
    } = layer;
    if profile == Profile::Car {
        waiting::add(&mut tables, &stops);
    }
    tables.points_first.push(tables.points.len() as u32);
    if tables.segments.is_empty() {
        return Err(Error::NoRoads);
    }
    for (number, &node) in junctions.order.iter().enumerate() {
        node_ids.push((
            gathered.node_ids[node as usize],
            NodePlace::Junction(number as u32),
        ));
    }
    node_ids.sort_unstable_by_key(|(id, _)| *id);
    let mut assembled = Assembled {
        tables,
        node_ids,
        restrictions_used: 0,
        restrictions_conditional: 0,
        restrictions_unusable: 0,
    };
    if profile == Profile::Car {
        add_turns(
            gathered,
            &pieces,
            &junctions.number,
            &names.of_restrictions,
            &mut assembled,
        );
    }
    mark_main(&mut assembled.tables);
    for (flags, node) in assembled.tables.node_flags.iter_mut().zip(&junctions.order) {
        if gathered
            .node_facts
            .get(node)
            .is_some_and(|facts| facts.signals)
        {
            *flags |= node_flag::SIGNALS;
        }
    }
    let cut = rim::cut_nodes(gathered, profile);
    rim::mark(&mut assembled.tables, |node| {
        cut.contains(&junctions.order[node])
    });
    Ok(assembled)
}

/// Stretches of usable ways whose nodes all have positions; repeated nodes are dropped.
fn runs(gathered: &Gathered, profile: Profile) -> Vec<(u32, usize, usize)> {
    let mut runs = Vec::new();
    for (index, way) in gathered.ways.iter().enumerate() {
        if way.lane(profile).is_none() {
            continue;
        }
        let (first, last) = way.refs;
        let mut start = first;
        for at in first..=last {
            let ends = at == last || gathered.coord(gathered.refs[at]).is_none();
            if ends {
                if at > start + 1 {
                    runs.push((index as u32, start, at - 1));
                }
                start = at + 1;
            }
        }
    }
    runs
}

struct Junctions {
    /// Node numbers in the order of their junction numbers.
    order: Vec<u32>,
    /// Junction number of each node number, `u32::MAX` for the others.
    number: Vec<u32>,
}

fn junctions(gathered: &Gathered, profile: Profile, runs: &[(u32, usize, usize)]) -> Junctions {
    let mut uses = vec![0u8; gathered.node_ids.len()];
    for &(_, first, last) in runs {
        let mut before = u32::MAX;
        for at in first..=last {
            let node = gathered.refs[at];
            // A node written twice in a row is not a crossing with itself.
            if node != before {
                let weight = if at == first || at == last { 2 } else { 1 };
                uses[node as usize] = uses[node as usize].saturating_add(weight);
            }
            before = node;
        }
        uses[gathered.refs[last] as usize] = 2;
    }
    for (&node, facts) in &gathered.node_facts {
        let stands = match profile {
            Profile::Car => facts.car,
            Profile::Foot => facts.foot,
        };
        if stands != 0 && uses[node as usize] > 0 {
            uses[node as usize] = 2;
        }
    }
    if profile == Profile::Car {
        let vias = gathered
            .restrictions
            .iter()
            .filter_map(|raw| match raw.via {
                Via::Node(node) => gathered.number_of(node),
                Via::Ways(_) => None,
            });
        for via in vias
            .filter(|via| uses[*via as usize] > 0)
            .collect::<Vec<_>>()
        {
            uses[via as usize] = 2;
        }
    }
    let mut order: Vec<(u64, u32)> = uses
        .iter()
        .enumerate()
        .filter(|(_, uses)| **uses >= 2)
        .filter_map(|(node, _)| Some((morton(gathered.coord(node as u32)?), node as u32)))
        .collect();
    // Neighbours on the map become neighbours in memory.
    order.sort_unstable();
    let order: Vec<u32> = order.into_iter().map(|(_, node)| node).collect();
    let mut number = vec![u32::MAX; uses.len()];
    for (index, &node) in order.iter().enumerate() {
        number[node as usize] = index as u32;
    }
    Junctions { order, number }
}

/// Interleaves the bits of a position (Z-order).
fn morton(at: Coord) -> u64 {
    let spread = |value: i32| {
        let mut bits = u64::from(value.cast_unsigned() ^ 0x8000_0000);
        for (shift, mask) in [
            (16, 0x0000_ffff_0000_ffff),
            (8, 0x00ff_00ff_00ff_00ff),
            (4, 0x0f0f_0f0f_0f0f_0f0f),
            (2, 0x3333_3333_3333_3333),
            (1, 0x5555_5555_5555_5555),
        ] {
            bits = (bits | (bits << shift)) & mask;
        }
        bits
    };
    spread(at.lon) | (spread(at.lat) << 1)
}

fn cut(gathered: &Gathered, runs: &[(u32, usize, usize)], number: &[u32]) -> Vec<Piece> {
    let junction = |at: usize| number[gathered.refs[at] as usize];
    let mut pieces = Vec::new();
    for &(way, first, last) in runs {
        let mut start = first;
        for at in first + 1..=last {
            if junction(at) == u32::MAX {
                continue;
            }
            let (a, b) = (junction(start), junction(at));
            let stands_still = a == b
                && gathered.refs[start..=at]
                    .iter()
                    .all(|node| *node == gathered.refs[start]);
            if !stands_still {
                pieces.push(Piece {
                    way,
                    refs: (start, at),
                    a,
                    b,
                });
            }
            start = at;
        }
    }
    pieces
}

/// What all segments of a profile are laid with, and what they are laid into.
struct Layer<'a> {
    gathered: &'a Gathered,
    profile: Profile,
    region: &'a Region,
    names: &'a FinishedNames,
    tables: Tables,
    node_ids: NodeIds,
    stops: Stops,
}

/// The line of a segment with its length and the places where one waits.
struct Drawn {
    line: Vec<Coord>,
    metres: f64,
    stops: Vec<Stop>,
    /// The greatest height given on the way.
    height: Option<i16>,
    /// What stands between its ends.
    seen: u16,
}

impl Layer<'_> {
    /// Appends one segment with its inner points.
    fn lay(&mut self, piece: &Piece) -> Result<()> {
        let way: RawWay = self.gathered.ways[piece.way as usize];
        let Some((class, flags)) = way.lane(self.profile) else {
            return Ok(());
        };
        let (segments, points) = (self.tables.segments.len(), self.tables.points.len());
        if segments >= (u32::MAX >> 3) as usize || points >= (u32::MAX >> 1) as usize {
            return Err(Error::TooLarge(
                "more road segments than a prefecture can have",
            ));
        }
        self.tables.points_first.push(points as u32);
        let drawn = self.draw(piece)?;
        let time = self.time(&way.speed, class, &drawn);
        let Drawn {
            line,
            metres,
            height,
            seen,
            ..
        } = &drawn;
        for (when, effect) in &self.gathered.dated[way.dated(self.profile)] {
            let effect = match *effect {
                RawEffect::Access(flags) => Effect::Access(flags),
                RawEffect::Directions(flags) => Effect::Directions(flags),
                RawEffect::Limit(limit) => {
                    Effect::Time(self.time(&way.speed.with_limit(limit), class, &drawn))
                }
            };
            self.tables.dated.push(DatedRule {
                segment: segments as u32,
                condition: self.names.strings[*when as usize],
                effect,
            });
        }
        let (from_a, from_b) = leaving_headings(line);
        self.tables.segments.push(Segment {
            a: piece.a,
            b: piece.b,
            length: whole(*metres * 10.0, 100.0),
            time,
            label: self
                .names
                .labels
                .get(way.label as usize)
                .copied()
                .unwrap_or(0),
            flags,
            class,
            headings: [from_a, from_b],
            traits: way.traits | traits::of_height(*height) | seen,
        });
        if !drawn.stops.is_empty() {
            self.stops.insert(segments as u32, drawn.stops);
        }
        Ok(())
    }

    /// Deciseconds as drawn and against, at the given speed, without waiting.
    fn time(&self, speed: &SpeedFacts, class: RoadClass, drawn: &Drawn) -> [u32; 2] {
        let seconds = match self.profile {
            Profile::Car => speed.car_seconds(drawn.metres, class, self.region.is_japan()),
            Profile::Foot => speed.foot_seconds(drawn.metres, class),
        };
        [0, 1].map(|side| whole(seconds[side] * 10.0, 30.0))
    }

    /// Follows the nodes of a piece and stores the inner ones.
    fn draw(&mut self, piece: &Piece) -> Result<Drawn> {
        let (first, last) = piece.refs;
        let mut drawn = Drawn {
            line: Vec::with_capacity(last - first + 1),
            metres: 0.0,
            stops: Vec::new(),
            height: None,
            seen: 0,
        };
        let mut before = u32::MAX;
        for at in first..=last {
            let node = self.gathered.refs[at];
            if node == before {
                continue;
            }
            before = node;
            let coord = self.gathered.coord(node).ok_or(Error::NoRoads)?;
            if let Some(previous) = drawn.line.last() {
                drawn.metres += haversine_m(*previous, coord);
            }
            drawn.line.push(coord);
            if at > first && at < last {
                let place = NodePlace::Point(self.tables.points.len() as u32);
                self.node_ids
                    .push((self.gathered.node_ids[node as usize], place));
                self.tables.points.push(coord);
            }
            if let Some(facts) = self.gathered.node_facts.get(&node) {
                if facts.delay != [0, 0] {
                    drawn.stops.push(Stop {
                        at: [drawn.metres, 0.0],
                        delay: facts.delay,
                    });
                }
                drawn.height = drawn.height.max(facts.height);
                if at > first && at < last {
                    drawn.seen |= traits::of_landmark(facts.signals, facts.level_crossing);
                }
            }
        }
        for stop in &mut drawn.stops {
            stop.at[1] = drawn.metres - stop.at[0];
        }
        Ok(drawn)
    }
}

/// The largest cost of one segment: 1,677 km or 46 hours; the pack's reader refuses more.
pub(crate) const COST_MAX: u32 = (1 << 24) - 1;

/// Nearest whole number, but upward below `small`, so that many short pieces never make a free road.
fn whole(value: f64, small: f64) -> u32 {
    let rounded = if value < small {
        value.ceil()
    } else {
        value.round()
    };
    (rounded as u32).clamp(1, COST_MAX)
}

/// Bearings at both ends, taken over the first stretch of about 15 m so that a drawing's last kink does not decide.
fn leaving_headings(line: &[Coord]) -> (u8, u8) {
    let toward = |points: &mut dyn Iterator<Item = &Coord>| {
        let Some(start) = points.next() else { return 0 };
        let mut end = start;
        for point in points {
            end = point;
            if haversine_m(*start, *end) >= 15.0 {
                break;
            }
        }
        bearing_256(*start, *end)
    };
    (toward(&mut line.iter()), toward(&mut line.iter().rev()))
}

fn add_turns(
    gathered: &Gathered,
    pieces: &[Piece],
    number: &[u32],
    conditions: &[u32],
    assembled: &mut Assembled,
) {
    let mut segments: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        segments
            .entry(gathered.ways[piece.way as usize].id)
            .or_default()
            .push(index as u32);
    }
    // A sign binds on a road that is open at some times only, too.
    let mut widest = assembled.tables.clone();
    for rule in &assembled.tables.dated {
        if let Effect::Access(flags) | Effect::Directions(flags) = rule.effect {
            widest.segments[rule.segment as usize].flags |=
                flags & (flag::FORWARD | flag::BACKWARD);
        }
    }
    let mut leaving = vec![Vec::new(); widest.coords.len()];
    for edge in widest.passable_edges() {
        leaving[widest.tail(edge) as usize].push(edge);
    }
    let junction = |id: i64| {
        let junction = number[gathered.number_of(id)? as usize];
        (junction != u32::MAX).then_some(junction)
    };
    let lookup = Lookup {
        tables: &widest,
        segments: &segments,
        junction: &junction,
        leaving: &leaving,
    };
    let mut rules: Vec<TurnRule> = Vec::new();
    for (raw, condition) in gathered.restrictions.iter().zip(conditions) {
        match lookup.rules(raw, *condition) {
            None => assembled.restrictions_unusable += 1,
            Some(found) => {
                match raw.kind {
                    TurnKind::Conditional => assembled.restrictions_conditional += 1,
                    TurnKind::Plain | TurnKind::Extra => assembled.restrictions_used += 1,
                }
                rules.extend(found);
            }
        }
    }
    rules.sort_unstable();
    rules.dedup();
    assembled.tables.turns = rules;
}

/// Marks what belongs to the main part; a road that ends at a closed gate belongs to it when one can come back from there.
fn mark_main(tables: &mut Tables) {
    const PRIVATE: u16 = flag::TRACK | flag::VISITOR;
    let open_road = |flags: u16| flags & PRIVATE == 0;
    let shut_to_visitors = |flags: u8| {
        flags & node_flag::BLOCKED != 0
            || flags & (node_flag::CLOSED | node_flag::VISITOR) == node_flag::CLOSED
    };
    mark(tables, flag::MAIN_OPEN, open_road, |node| node != 0);
    mark(tables, flag::MAIN_ALL, |_| true, shut_to_visitors);
}

fn mark(tables: &mut Tables, bit: u16, road: impl Fn(u16) -> bool, shut: impl Fn(u8) -> bool) {
    let shut: Vec<bool> = tables.node_flags.iter().map(|flags| shut(*flags)).collect();
    let main = main_part(tables, |edge| {
        road(tables.segments[(edge >> 1) as usize].flags)
            && !shut[tables.tail(edge) as usize]
            && !shut[tables.head(edge) as usize]
    });
    const BOTH: u16 = flag::FORWARD | flag::BACKWARD;
    for segment in &mut tables.segments {
        let ends = [segment.a as usize, segment.b as usize];
        let joined = ends.iter().any(|end| main[*end])
            && ends
                .iter()
                .all(|end| main[*end] || (shut[*end] && segment.flags & BOTH == BOTH));
        if joined && road(segment.flags) {
            segment.flags |= bit;
        }
    }
}
