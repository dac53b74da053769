//! The roads of a raw extract, cut where they meet: motorways to living streets, as the peers' own figures were taken.

use kaban_atlas::osm::{Elements, MemberKind, Tags};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Roads and the kilometres an hour that are reckoned for each.
const ROADS: [(&str, f64); 14] = [
    ("motorway", 110.0),
    ("motorway_link", 60.0),
    ("trunk", 85.0),
    ("trunk_link", 55.0),
    ("primary", 70.0),
    ("primary_link", 45.0),
    ("secondary", 60.0),
    ("secondary_link", 45.0),
    ("tertiary", 50.0),
    ("tertiary_link", 45.0),
    ("unclassified", 40.0),
    ("residential", 30.0),
    ("road", 30.0),
    ("living_street", 12.0),
];
const CLOSED: [&str; 6] = [
    "no",
    "private",
    "agricultural",
    "forestry",
    "emergency",
    "military",
];

pub struct Edge {
    pub from: u32,
    pub to: u32,
    /// Deciseconds, at least one.
    pub weight: usize,
    way: i64,
}

/// A node of a road and the junctions on either side of it, which are one where it is a junction itself.
pub struct Place {
    pub at: [f64; 2],
    pub between: [u32; 2],
}

/// Junctions, ends of roads, and the directed edges between them.
pub struct Roads {
    pub at: Vec<[f64; 2]>,
    pub places: Vec<Place>,
    pub edges: Vec<Edge>,
    /// Edges by the node they leave.
    pub leaving: Vec<Vec<u32>>,
    no: BTreeSet<(i64, u32, i64)>,
    only: BTreeMap<(i64, u32), BTreeSet<i64>>,
}

fn get<'t>(tags: &'t Tags, key: &str) -> Option<&'t str> {
    let found = tags.iter().find(|(known, _)| known == key);
    found.map(|(_, value)| value.as_str())
}

fn speed(tags: &Tags) -> Option<f64> {
    let highway = get(tags, "highway")?;
    let (_, kmh) = ROADS.iter().find(|(class, _)| *class == highway)?;
    let access = ["motorcar", "motor_vehicle", "vehicle", "access"];
    let open = access.iter().find_map(|key| get(tags, key));
    let closed = open.is_some_and(|value| CLOSED.contains(&value));
    (!closed && get(tags, "area") != Some("yes")).then_some(*kmh)
}

fn directions(tags: &Tags) -> (bool, bool) {
    let implied = matches!(get(tags, "junction"), Some("roundabout" | "circular"))
        || get(tags, "highway") == Some("motorway");
    match get(tags, "oneway") {
        Some("yes" | "true" | "1") => (true, false),
        Some("-1" | "reverse") => (false, true),
        Some("no") => (true, true),
        _ => (true, !implied),
    }
}

fn metres(a: [f64; 2], b: [f64; 2]) -> f64 {
    let east = (b[0] - a[0]) * a[1].to_radians().cos();
    east.hypot(b[1] - a[1]) * 111_195.08
}

impl Roads {
    pub fn of(elements: &Elements) -> Self {
        let at: HashMap<i64, [f64; 2]> = elements
            .nodes
            .iter()
            .map(|node| (node.id, [node.lon, node.lat]))
            .collect();
        let kept: Vec<_> = elements
            .ways
            .iter()
            .filter_map(|way| Some((way, speed(&way.tags)?)))
            .collect();
        let mut uses: HashMap<i64, u32> = HashMap::new();
        for (way, _) in &kept {
            for (index, id) in way.nodes.iter().enumerate() {
                // An end is always a place of its own.
                let end = index == 0 || index + 1 == way.nodes.len();
                *uses.entry(*id).or_default() += if end { 2 } else { 1 };
            }
        }
        let mut roads = Self {
            at: vec![],
            places: vec![],
            edges: vec![],
            leaving: vec![],
            no: BTreeSet::new(),
            only: BTreeMap::new(),
        };
        let mut numbers: HashMap<i64, u32> = HashMap::new();
        for (way, kmh) in kept {
            let (mut from, mut length) = (None, 0.0);
            let (mut before, mut passed) = (None, vec![]);
            for id in &way.nodes {
                let Some(&here) = at.get(id) else {
                    // The file ends at its box.
                    (from, before, length) = (None, None, 0.0);
                    passed.clear();
                    continue;
                };
                length += before.map_or(0.0, |before| metres(before, here));
                before = Some(here);
                if from.is_some() && uses[id] < 2 {
                    passed.push(here);
                    continue;
                }
                let to = *numbers.entry(*id).or_insert_with(|| {
                    let between = [roads.at.len() as u32; 2];
                    roads.places.push(Place { at: here, between });
                    roads.at.push(here);
                    roads.leaving.push(vec![]);
                    roads.at.len() as u32 - 1
                });
                if let Some(from) = from.filter(|from| *from != to) {
                    let between = [from, to];
                    let places = passed.drain(..).map(|at| Place { at, between });
                    roads.places.extend(places);
                    let weight = ((length * 36.0 / kmh).round() as usize).max(1);
                    let (forward, backward) = directions(&way.tags);
                    for (wanted, from, to) in [(forward, from, to), (backward, to, from)] {
                        if wanted {
                            roads.leaving[from as usize].push(roads.edges.len() as u32);
                            roads.edges.push(Edge {
                                from,
                                to,
                                weight,
                                way: way.id,
                            });
                        }
                    }
                }
                (from, length) = (Some(to), 0.0);
                passed.clear();
            }
        }
        roads.read_restrictions(elements, &numbers);
        roads
    }

    fn read_restrictions(&mut self, elements: &Elements, numbers: &HashMap<i64, u32>) {
        for relation in &elements.relations {
            let Some(value) = get(&relation.tags, "restriction") else {
                continue;
            };
            let of = |role: &str, kind| -> Vec<i64> {
                let members = relation.members.iter();
                members
                    .filter(|member| member.role == role && member.kind == kind)
                    .map(|member| member.id)
                    .collect()
            };
            let via = of("via", MemberKind::Node);
            let Some(via) = via.first().and_then(|via| numbers.get(via)) else {
                continue;
            };
            let to = of("to", MemberKind::Way);
            for from in of("from", MemberKind::Way) {
                if value.starts_with("no_") {
                    self.no.extend(to.iter().map(|to| (from, *via, *to)));
                } else if value.starts_with("only_") {
                    self.only.entry((from, *via)).or_default().extend(&to);
                }
            }
        }
    }

    /// How many turns are restricted.
    pub fn restrictions(&self) -> usize {
        self.no.len() + self.only.len()
    }

    /// The edges one may go on to from `edge`; turning round is for dead ends.
    pub fn turns(&self, edge: u32) -> Vec<u32> {
        let here = &self.edges[edge as usize];
        let leaving = &self.leaving[here.to as usize];
        let may = |next: &&u32| {
            let there = &self.edges[**next as usize];
            let only = self.only.get(&(here.way, here.to));
            !self.no.contains(&(here.way, here.to, there.way))
                && only.is_none_or(|ways| ways.contains(&there.way))
        };
        let back = |next: &u32| self.edges[*next as usize].to == here.from;
        let on: Vec<u32> = leaving.iter().filter(may).copied().collect();
        let ahead: Vec<u32> = on.iter().filter(|next| !back(next)).copied().collect();
        if ahead.is_empty() { on } else { ahead }
    }

    /// The nodes of the largest part whose places all reach each other.
    pub fn main_part(&self) -> Vec<u32> {
        let mut entering = vec![vec![]; self.at.len()];
        for (index, edge) in self.edges.iter().enumerate() {
            entering[edge.to as usize].push(index as u32);
        }
        let mut seen = vec![false; self.at.len()];
        let mut largest = Vec::new();
        let mut left = self.at.len();
        for start in 0..self.at.len() as u32 {
            if seen[start as usize] || left <= largest.len() {
                continue;
            }
            let there = self.reach(start, &self.leaving, |edge| edge.to);
            let back = self.reach(start, &entering, |edge| edge.from);
            let part: Vec<u32> = (0..self.at.len() as u32)
                .filter(|node| there[*node as usize] && back[*node as usize])
                .collect();
            for node in &part {
                seen[*node as usize] = true;
            }
            left -= part.len();
            if part.len() > largest.len() {
                largest = part;
            }
        }
        largest
    }

    fn reach(&self, start: u32, edges: &[Vec<u32>], end: impl Fn(&Edge) -> u32) -> Vec<bool> {
        let mut reached = vec![false; self.at.len()];
        reached[start as usize] = true;
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for edge in &edges[node as usize] {
                let next = end(&self.edges[*edge as usize]);
                if !reached[next as usize] {
                    reached[next as usize] = true;
                    open.push(next);
                }
            }
        }
        reached
    }
}
