//! The three passes: turn restrictions, then the ways that carry traffic, then the nodes those ways use.
//!
//! Only what the network needs is kept, so memory follows the roads and not the file.

use super::access::{car_node, foot_node};
use super::conditional::{Lane, RawEffect, lane};
use super::restrict::{RawRestriction, parse_restrictions};
use super::speed::SpeedFacts;
use super::traits;
use crate::conditions::Schedule;
use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::osm::{NodeView, RelationView, Source, TagView, WayView};
use crate::tables::{Label, Names, Profile, RoadClass};
use std::collections::BTreeMap;

/// Bounds on what a district or a prefecture can hold.
const WAYS_MAX: usize = 20_000_000;
const REFS_MAX: usize = 400_000_000;
const RESTRICTIONS_MAX: usize = 5_000_000;
/// Longest name kept, in characters.
const NAME_CHARS_MAX: usize = 120;

/// Not a position on the globe: the node was never seen.
const MISSING: Coord = Coord {
    lon: i32::MAX,
    lat: i32::MAX,
};

/// A way that someone may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawWay {
    pub id: i64,
    /// Range of its node numbers in [`Gathered::refs`].
    pub refs: (usize, usize),
    pub car: Option<(RoadClass, u16)>,
    pub foot: Option<(RoadClass, u16)>,
    /// Ranges in [`Gathered::dated`] for cars and on foot.
    pub dated: [(usize, usize); 2],
    pub speed: SpeedFacts,
    pub traits: u16,
    pub label: u32,
}

impl RawWay {
    pub fn lane(&self, profile: Profile) -> Option<(RoadClass, u16)> {
        match profile {
            Profile::Car => self.car,
            Profile::Foot => self.foot,
        }
    }

    /// Where the rules that hold at some times only stand in [`Gathered::dated`].
    pub fn dated(&self, profile: Profile) -> std::ops::Range<usize> {
        let (first, end) = self.dated[profile as usize];
        first..end
    }
}

/// What a node does to those who pass it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct NodeFacts {
    pub car: u8,
    pub foot: u8,
    /// Deciseconds lost as the way is drawn and against it.
    pub delay: [u16; 2],
    /// Metres above the sea, when given.
    pub height: Option<i16>,
    pub signals: bool,
    pub level_crossing: bool,
}

/// Everything the network is cut from.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    foot: bool,
    pub ways: Vec<RawWay>,
    /// Numbers into `node_ids`, way after way.
    pub refs: Vec<u32>,
    /// Ascending.
    pub node_ids: Vec<i64>,
    coords: Vec<Coord>,
    pub node_facts: BTreeMap<u32, NodeFacts>,
    pub restrictions: Vec<RawRestriction>,
    pub names: NamePool,
    /// Ways tagged `driving_side` left and right.
    pub driving_side: [usize; 2],
    /// The string of a condition and what holds while it does.
    pub dated: Vec<(u32, RawEffect)>,
    /// Ways with conditions by time that are understood.
    pub conditional_ways: usize,
    /// Conditions on ways and turns that are not understood.
    pub not_understood: usize,
    /// Nodes that ways name and the file lacks.
    pub missing_nodes: usize,
}

impl Gathered {
    /// Position of a node number, `None` when the file lacks it.
    pub fn coord(&self, node: u32) -> Option<Coord> {
        self.coords
            .get(node as usize)
            .copied()
            .filter(|at| *at != MISSING)
    }

    pub fn number_of(&self, id: i64) -> Option<u32> {
        self.node_ids
            .binary_search(&id)
            .ok()
            .map(|index| index as u32)
    }

    /// A place in the middle of the data, for guessing the country.
    pub fn centre(&self) -> Option<Coord> {
        let known = self.coords.iter().filter(|at| **at != MISSING);
        let mut lons: Vec<i32> = known.clone().map(|at| at.lon).collect();
        let mut lats: Vec<i32> = known.map(|at| at.lat).collect();
        if lons.is_empty() {
            return None;
        }
        let middle = lons.len() / 2;
        Some(Coord {
            lon: *lons.select_nth_unstable(middle).1,
            lat: *lats.select_nth_unstable(middle).1,
        })
    }
}

/// Runs the three passes; `foot` keeps footways too.
pub(super) fn gather(source: &mut dyn Source, foot: bool) -> Result<Gathered> {
    let mut gathered = Gathered {
        foot,
        ..Gathered::default()
    };
    source.relations(&mut |relation| gathered.relation(relation))?;
    let mut ids: Vec<i64> = Vec::new();
    source.ways(&mut |way| gathered.way(way, &mut ids))?;
    gathered.number_nodes(ids)?;
    let mut cursor = 0;
    source.nodes(&mut |node| {
        gathered.node(node, &mut cursor);
        Ok(())
    })?;
    gathered.missing_nodes = gathered.coords.iter().filter(|at| **at == MISSING).count();
    Ok(gathered)
}

impl Gathered {
    fn relation(&mut self, relation: &RelationView<'_>) -> Result<()> {
        for restriction in parse_restrictions(relation) {
            let when = restriction.condition.as_deref();
            self.not_understood +=
                usize::from(when.is_some_and(|when| Schedule::parse(when).is_none()));
            if self.restrictions.len() == RESTRICTIONS_MAX {
                return Err(Error::TooLarge(
                    "more turn restrictions than a prefecture can have",
                ));
            }
            self.restrictions.push(restriction);
        }
        Ok(())
    }

    fn way(&mut self, way: &WayView<'_>, ids: &mut Vec<i64>) -> Result<()> {
        let car = lane(&way.tags, Profile::Car);
        let foot = if self.foot {
            lane(&way.tags, Profile::Foot)
        } else {
            Lane::default()
        };
        if (car.usual.is_none() && foot.usual.is_none()) || way.nodes.len() < 2 {
            return Ok(());
        }
        if self.ways.len() == WAYS_MAX || ids.len() + way.nodes.len() > REFS_MAX {
            return Err(Error::TooLarge("more roads than a prefecture can have"));
        }
        match way.tags.get("driving_side") {
            Some("left") => self.driving_side[0] += 1,
            Some("right") => self.driving_side[1] += 1,
            _ => {}
        }
        let start = ids.len();
        ids.extend_from_slice(way.nodes);
        self.not_understood += car.not_understood.max(foot.not_understood);
        self.conditional_ways += usize::from(!car.dated.is_empty() || !foot.dated.is_empty());
        let dated = [self.dated(&car), self.dated(&foot)];
        let label = self.names.label(&way.tags);
        self.ways.push(RawWay {
            id: way.id,
            refs: (start, ids.len()),
            dated,
            car: car.usual,
            foot: foot.usual,
            speed: SpeedFacts::of(&way.tags),
            traits: traits::of_way(&way.tags),
            label,
        });
        Ok(())
    }

    /// Keeps what holds at some times only.
    fn dated(&mut self, lane: &Lane<'_>) -> (usize, usize) {
        let first = self.dated.len();
        for (when, effect) in &lane.dated {
            self.dated.push((self.names.string(when), *effect));
        }
        (first, self.dated.len())
    }

    /// Turns ids into dense numbers, so that everything after is arrays.
    fn number_nodes(&mut self, ids: Vec<i64>) -> Result<()> {
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() >= u32::MAX as usize {
            return Err(Error::TooLarge("more nodes than a prefecture can have"));
        }
        self.node_ids = sorted;
        self.refs = ids
            .iter()
            .map(|id| self.number_of(*id).unwrap_or(u32::MAX))
            .collect();
        self.coords = vec![MISSING; self.node_ids.len()];
        // Equal input in another order gives equal bytes; of ways with one id the first wins.
        self.ways.sort_by_key(|way| way.id);
        self.ways.dedup_by_key(|way| way.id);
        Ok(())
    }

    fn node(&mut self, node: &NodeView<'_>, cursor: &mut usize) {
        // Files are sorted by id as a rule, so the wanted number is nearly always the next one.
        if self.node_ids.get(*cursor).is_none_or(|id| *id != node.id) {
            match self.node_ids.binary_search(&node.id) {
                Ok(found) => *cursor = found,
                Err(next) => {
                    *cursor = next;
                    return;
                }
            }
        }
        let number = *cursor;
        *cursor += 1;
        let Some(at) = node.at else { return };
        self.coords[number] = at;
        if !node.tags.0.is_empty() {
            let facts = node_facts(&node.tags);
            if facts != NodeFacts::default() {
                self.node_facts.insert(number as u32, facts);
            }
        }
    }
}

fn node_facts(tags: &TagView<'_>) -> NodeFacts {
    let lost = match (
        tags.get("highway"),
        tags.get("railway"),
        tags.get("barrier"),
    ) {
        (Some("traffic_signals"), ..) => 80,
        (Some("stop"), ..) => 30,
        // A Japanese driver stops, looks and listens at every crossing.
        (_, Some("level_crossing"), _) => 120,
        (.., Some("gate" | "lift_gate" | "swing_gate")) => 100,
        (.., Some("toll_booth")) => 150,
        (Some("give_way"), ..) => 15,
        _ => 0,
    };
    let direction = tags
        .get("traffic_signals:direction")
        .or_else(|| tags.get("direction"));
    let delay = match direction {
        Some("forward") => [lost, 0],
        Some("backward") => [0, lost],
        _ => [lost, lost],
    };
    NodeFacts {
        car: car_node(tags),
        foot: foot_node(tags),
        delay,
        height: traits::height(tags),
        signals: tags.is("highway", "traffic_signals"),
        level_crossing: tags.is("railway", "level_crossing"),
    }
}

/// Road names while they are collected, each string once.
#[derive(Debug, Default)]
pub(super) struct NamePool {
    strings: BTreeMap<String, u32>,
    labels: BTreeMap<Label, u32>,
}

impl NamePool {
    fn label(&mut self, tags: &TagView<'_>) -> u32 {
        let name = tags.get("name:ja").or_else(|| tags.get("name"));
        let label = Label {
            name: self.string(name.unwrap_or("")),
            name_en: self.string(
                tags.get("name:en")
                    .filter(|en| Some(*en) != name)
                    .unwrap_or(""),
            ),
            reference: self.string(tags.get("ref").unwrap_or("")),
        };
        let next = self.labels.len() as u32;
        *self.labels.entry(label).or_insert(next)
    }

    /// Number of a string; control characters are dropped and long ones cut.
    pub fn string(&mut self, text: &str) -> u32 {
        let clean: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(NAME_CHARS_MAX)
            .collect();
        let next = self.strings.len() as u32;
        *self.strings.entry(clean).or_insert(next)
    }

    /// The final table with strings in alphabetical order, the empty one first, and how old label numbers map to new.
    pub fn finish(mut self) -> (Names, Vec<u32>, Vec<u32>) {
        self.string("");
        let mut string_map = vec![0u32; self.strings.len()];
        let strings: Vec<String> = self
            .strings
            .into_iter()
            .enumerate()
            .map(|(new, (text, old))| {
                string_map[old as usize] = new as u32;
                text
            })
            .collect();
        let renamed = |label: &Label| Label {
            name: string_map[label.name as usize],
            name_en: string_map[label.name_en as usize],
            reference: string_map[label.reference as usize],
        };
        let mut by_value: Vec<(Label, u32)> = self
            .labels
            .iter()
            .map(|(label, old)| (renamed(label), *old))
            .collect();
        by_value.sort_unstable();
        let mut label_map = vec![0u32; by_value.len()];
        for (new, (_, old)) in by_value.iter().enumerate() {
            label_map[*old as usize] = new as u32;
        }
        (
            Names {
                strings,
                labels: by_value.into_iter().map(|(label, _)| label).collect(),
            },
            label_map,
            string_map,
        )
    }
}
