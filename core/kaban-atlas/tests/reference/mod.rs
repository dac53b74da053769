//! A plain Dijkstra straight from raw elements under the reference rules, written apart from the engine.
//!
//! Nothing is shared with the crate: nodes are not merged into segments, lengths are floating point, and turn rules are looked
//! up by way and node. It is slow and simple on purpose.
#![allow(dead_code, clippy::unwrap_used)]

use kaban_atlas::osm::{Elements, MemberKind, Tags};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

const ROADS: &[&str] = &[
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "living_street",
    "unclassified",
    "residential",
    "service",
    "road",
];
const CLOSED: &[&str] = &[
    "no",
    "private",
    "agricultural",
    "forestry",
    "emergency",
    "delivery",
    "military",
    "bus",
    "psv",
    "permit",
];
const BARRIERS: &[&str] = &[
    "bollard",
    "block",
    "jersey_barrier",
    "log",
    "cycle_barrier",
    "motorcycle_barrier",
    "debris",
    "planter",
    "turnstile",
    "stile",
    "kissing_gate",
    "horse_stile",
];

struct Arc {
    from: u32,
    to: u32,
    metres: f64,
    way: i64,
}

pub struct Reference {
    ids: Vec<i64>,
    arcs: Vec<Arc>,
    leaving: Vec<Vec<u32>>,
    blocked: Vec<bool>,
    no: BTreeSet<(i64, u32, i64)>,
    only: BTreeMap<(i64, u32), Vec<BTreeSet<i64>>>,
}

fn get<'t>(tags: &'t Tags, key: &str) -> Option<&'t str> {
    tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
}

fn closed(tags: &Tags) -> bool {
    for key in ["motorcar", "motor_vehicle", "vehicle", "access"] {
        if let Some(value) = get(tags, key) {
            return value.split(';').all(|v| CLOSED.contains(&v.trim()));
        }
    }
    false
}

fn metres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.1.to_radians(), b.1.to_radians());
    let s = ((lat_b - lat_a) / 2.0).sin().powi(2)
        + lat_a.cos() * lat_b.cos() * ((b.0 - a.0).to_radians() / 2.0).sin().powi(2);
    2.0 * 6_371_008.8 * s.sqrt().asin()
}

impl Reference {
    pub fn new(elements: &Elements, tracks: bool) -> Self {
        let at: HashMap<i64, (f64, f64)> = elements
            .nodes
            .iter()
            .map(|n| (n.id, (n.lon, n.lat)))
            .collect();
        let mut number: HashMap<i64, u32> = HashMap::new();
        let mut graph = Self {
            ids: vec![],
            arcs: vec![],
            leaving: vec![],
            blocked: vec![],
            no: BTreeSet::new(),
            only: BTreeMap::new(),
        };
        for way in &elements.ways {
            let Some(highway) = get(&way.tags, "highway") else {
                continue;
            };
            let known = ROADS.contains(&highway) || (tracks && highway == "track");
            let emergency =
                highway == "service" && get(&way.tags, "service") == Some("emergency_access");
            if !known || emergency || get(&way.tags, "area") == Some("yes") || closed(&way.tags) {
                continue;
            }
            let implied = matches!(get(&way.tags, "junction"), Some("roundabout" | "circular"))
                || highway == "motorway";
            let (forward, backward) = match get(&way.tags, "oneway") {
                Some("yes" | "true" | "1") => (true, false),
                Some("-1" | "reverse") => (false, true),
                Some("no") => (true, true),
                _ => (true, !implied),
            };
            for pair in way.nodes.windows(2) {
                let (Some(&a), Some(&b)) = (at.get(&pair[0]), at.get(&pair[1])) else {
                    continue;
                };
                if pair[0] == pair[1] {
                    continue;
                }
                let [from, to] = [pair[0], pair[1]].map(|id| {
                    *number.entry(id).or_insert_with(|| {
                        graph.ids.push(id);
                        graph.leaving.push(vec![]);
                        graph.ids.len() as u32 - 1
                    })
                });
                for (wanted, from, to) in [(forward, from, to), (backward, to, from)] {
                    if wanted {
                        graph.leaving[from as usize].push(graph.arcs.len() as u32);
                        graph.arcs.push(Arc {
                            from,
                            to,
                            metres: metres(a, b),
                            way: way.id,
                        });
                    }
                }
            }
        }
        graph.blocked = vec![false; graph.ids.len()];
        for node in &elements.nodes {
            if let Some(&index) = number.get(&node.id) {
                let barrier =
                    get(&node.tags, "barrier").is_some_and(|kind| BARRIERS.contains(&kind));
                graph.blocked[index as usize] = barrier || closed(&node.tags);
            }
        }
        graph.read_restrictions(elements, &number);
        graph
    }

    fn read_restrictions(&mut self, elements: &Elements, number: &HashMap<i64, u32>) {
        for relation in &elements.relations {
            let conditional = ["restriction:conditional", "hour_on"]
                .iter()
                .any(|key| get(&relation.tags, key).is_some());
            if get(&relation.tags, "type") != Some("restriction") || conditional {
                continue;
            }
            let Some(value) = get(&relation.tags, "restriction") else {
                continue;
            };
            let except = get(&relation.tags, "except").unwrap_or("");
            if except
                .split(';')
                .any(|v| matches!(v.trim(), "motorcar" | "motor_vehicle"))
            {
                continue;
            }
            let of = |role: &str, kind| -> Vec<i64> {
                relation
                    .members
                    .iter()
                    .filter(|m| m.role == role && m.kind == kind)
                    .map(|m| m.id)
                    .collect()
            };
            if !of("via", MemberKind::Way).is_empty() {
                continue;
            }
            let via = of("via", MemberKind::Node);
            let [via] = via.as_slice() else { continue };
            let Some(&via) = number.get(via) else {
                continue;
            };
            let to: BTreeSet<i64> = of("to", MemberKind::Way).into_iter().collect();
            for from in of("from", MemberKind::Way) {
                if value.starts_with("no_") {
                    // "No U-turn" within one way does not forbid going straight on along it.
                    self.no.extend(
                        to.iter()
                            .filter(|to| **to != from)
                            .map(|to| (from, via, *to)),
                    );
                } else if value.starts_with("only_") {
                    self.only.entry((from, via)).or_default().push(to.clone());
                }
            }
        }
    }

    pub fn node_count(&self) -> usize {
        self.ids.len()
    }

    pub fn id(&self, node: usize) -> i64 {
        self.ids[node]
    }

    pub fn number(&self, id: i64) -> Option<usize> {
        self.ids.iter().position(|known| *known == id)
    }

    /// Metres from `start` to every node, infinite where nothing leads.
    pub fn distances(&self, start: usize) -> Vec<f64> {
        let mut best = vec![f64::INFINITY; self.ids.len()];
        let mut label = vec![f64::INFINITY; self.arcs.len()];
        let mut queue = BinaryHeap::new();
        best[start] = 0.0;
        for &arc in &self.leaving[start] {
            label[arc as usize] = self.arcs[arc as usize].metres;
            queue.push(Entry(label[arc as usize], arc));
        }
        while let Some(Entry(so_far, arc)) = queue.pop() {
            if so_far > label[arc as usize] {
                continue;
            }
            let here = &self.arcs[arc as usize];
            best[here.to as usize] = best[here.to as usize].min(so_far);
            if self.blocked[here.to as usize] {
                continue;
            }
            for &next in &self.leaving[here.to as usize] {
                let there = &self.arcs[next as usize];
                let back = there.to == here.from && there.way == here.way;
                if back || !self.may_turn(here, there) {
                    continue;
                }
                let cost = so_far + there.metres;
                if cost < label[next as usize] {
                    label[next as usize] = cost;
                    queue.push(Entry(cost, next));
                }
            }
        }
        best
    }

    fn may_turn(&self, here: &Arc, there: &Arc) -> bool {
        if self.no.contains(&(here.way, here.to, there.way)) {
            return false;
        }
        self.only
            .get(&(here.way, here.to))
            .is_none_or(|sets| sets.iter().all(|set| set.contains(&there.way)))
    }
}

struct Entry(f64, u32);

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.total_cmp(&self.0).then(other.1.cmp(&self.1))
    }
}
