//! Turn restrictions: from OpenStreetMap relations to forbidden sequences of edges.
//!
//! `only_…` becomes a ban on everything else, so the engine knows one kind of rule.

use super::conditional::clauses;
use crate::conditions::Schedule;
use crate::osm::{MemberKind, RelationView, TagView};
use crate::tables::{Tables, TurnKind, TurnRule};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Members of one role beyond this make a relation unreadable.
const MEMBERS_MAX: usize = 16;

/// Via ways cut into more edges than this are no turn.
const VIA_EDGES_MAX: usize = 1_000;

/// A restriction relation with ids not yet looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawRestriction {
    pub id: i64,
    pub only: bool,
    pub kind: TurnKind,
    pub from: Vec<i64>,
    pub via: Via,
    pub to: Vec<i64>,
    /// Of a conditional restriction, when it holds.
    pub condition: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Via {
    Node(i64),
    Ways(Vec<i64>),
}

/// The restrictions for cars that a relation states: one for each time it speaks of.
pub(super) fn parse_restrictions(relation: &RelationView<'_>) -> Vec<RawRestriction> {
    let Some((from, via, to)) = members(relation) else {
        return Vec::new();
    };
    let by_ways = matches!(via, Via::Ways(_));
    let of_sign = |sign: Sign<'_>| {
        let only = sign.value.starts_with("only_");
        (only || sign.value.starts_with("no_")).then(|| RawRestriction {
            id: relation.id,
            only,
            kind: match sign.kind {
                TurnKind::Plain if by_ways => TurnKind::Extra,
                kind => kind,
            },
            from: from.clone(),
            via: via.clone(),
            to: to.clone(),
            condition: sign.when,
        })
    };
    signs(&relation.tags)
        .into_iter()
        .filter_map(of_sign)
        .collect()
}

/// The ways and nodes of a relation, if it has what a turn needs.
fn members(relation: &RelationView<'_>) -> Option<(Vec<i64>, Via, Vec<i64>)> {
    let of_role = |role: &str, wanted: MemberKind| -> Vec<i64> {
        relation
            .members
            .iter()
            .filter(|m| m.role == role && m.kind == wanted)
            .map(|m| m.id)
            .collect()
    };
    let (from, to) = (
        of_role("from", MemberKind::Way),
        of_role("to", MemberKind::Way),
    );
    let (via_nodes, via_ways) = (
        of_role("via", MemberKind::Node),
        of_role("via", MemberKind::Way),
    );
    let counts = [from.len(), to.len(), via_ways.len() + via_nodes.len()];
    if counts
        .iter()
        .any(|count| *count == 0 || *count > MEMBERS_MAX)
    {
        return None;
    }
    let via = match (via_nodes.as_slice(), via_ways.is_empty()) {
        ([node], true) => Via::Node(*node),
        ([], false) => Via::Ways(via_ways),
        _ => return None,
    };
    Some((from, via, to))
}

/// A value of a restriction, and whether it binds always, and if not, when.
struct Sign<'t> {
    value: &'t str,
    kind: TurnKind,
    when: Option<String>,
}

/// The signs for cars that the tags of a relation state.
///
/// Mappers repeat the value beside its times for readers that know no conditions; it then binds at those times only,
/// unless one of them is not understood: a sign that may hold is kept.
fn signs<'t>(tags: &TagView<'t>) -> Vec<Sign<'t>> {
    let Some(kind_tag) = tags.get("type") else {
        return Vec::new();
    };
    let for_cars = matches!(
        kind_tag,
        "restriction:motorcar" | "restriction:motor_vehicle"
    );
    let excepted = |values: &str| {
        values
            .split(';')
            .any(|v| matches!(v.trim(), "motorcar" | "motor_vehicle"))
    };
    if (kind_tag != "restriction" && !for_cars) || tags.get("except").is_some_and(excepted) {
        return Vec::new();
    }
    let timed = clauses(
        tags.get("restriction:conditional")
            .or_else(|| tags.get("restriction:motorcar:conditional"))
            .or_else(|| tags.get("restriction:motor_vehicle:conditional"))
            .unwrap_or_default(),
    );
    let by_name = tags
        .get("restriction:motorcar")
        .or_else(|| tags.get("restriction:motor_vehicle"));
    let always = match (tags.get("restriction"), by_name) {
        (Some(value), _) if !for_cars => Some((value, TurnKind::Plain)),
        (Some(value), _) | (None, Some(value)) => Some((value, TurnKind::Extra)),
        (None, None) => None,
    };
    let conditional = |value, when: String| Sign {
        value,
        kind: TurnKind::Conditional,
        when: Some(when),
    };
    // The older spelling of a time of day.
    let hours = tags.get("hour_on").zip(tags.get("hour_off"));
    if let (Some((value, _)), Some((start, end)), true) = (always, hours, timed.is_empty()) {
        return vec![conditional(value, format!("({start}-{end})"))];
    }
    let repeated = always.is_some_and(|(value, _)| {
        let mut own = timed.iter().filter(|(other, _)| *other == value).peekable();
        own.peek().is_some() && own.all(|(_, when)| Schedule::parse(when).is_some())
    });
    let plain = always.filter(|_| !repeated).map(|(value, kind)| Sign {
        value,
        kind,
        when: None,
    });
    let at_times = timed
        .iter()
        .filter(|(value, _)| repeated || always.is_none_or(|(usual, _)| usual != *value))
        .map(|(value, when)| conditional(value, (*when).to_owned()));
    plain.into_iter().chain(at_times).collect()
}

/// What is needed to find edges by way and node.
pub(super) struct Lookup<'a> {
    pub tables: &'a Tables,
    /// Segments of each way id.
    pub segments: &'a BTreeMap<i64, Vec<u32>>,
    /// Junction of an OpenStreetMap node id.
    pub junction: &'a dyn Fn(i64) -> Option<u32>,
    /// Passable edges that leave each junction.
    pub leaving: &'a [Vec<u32>],
}

impl Lookup<'_> {
    /// Passable edges of a way, both directions.
    fn edges(&self, way: i64) -> impl Iterator<Item = u32> + '_ {
        let segments = self.segments.get(&way).map_or(&[][..], Vec::as_slice);
        segments
            .iter()
            .flat_map(|s| [s * 2, s * 2 + 1])
            .filter(|edge| self.tables.is_passable(*edge))
    }

    /// Passable edges of `ways` that leave `node`, with their way.
    fn leaving_by(&self, ways: &[i64], node: u32) -> BTreeMap<u32, i64> {
        let pairs = ways
            .iter()
            .flat_map(|way| self.edges(*way).map(move |edge| (edge, *way)));
        pairs
            .filter(|(edge, _)| self.tables.tail(*edge) == node)
            .collect()
    }

    /// Rules for one restriction (none where it forbids nothing); `None` when its members do not meet.
    pub fn rules(&self, raw: &RawRestriction, condition: u32) -> Option<Vec<TurnRule>> {
        let (entry, chain, exit) = match &raw.via {
            Via::Node(node) => {
                let junction = (self.junction)(*node)?;
                (junction, Vec::new(), junction)
            }
            Via::Ways(ways) => self.chain(&raw.from, ways, &raw.to)?,
        };
        let targets = self.leaving_by(&raw.to, exit);
        let mut rules = Vec::new();
        let mut met = false;
        for &way in &raw.from {
            for from in self
                .edges(way)
                .filter(|edge| self.tables.head(*edge) == entry)
            {
                met = true;
                let path: Vec<u32> = std::iter::once(from).chain(chain.iter().copied()).collect();
                let back = path[path.len() - 1] ^ 1;
                let banned: Vec<u32> = if raw.only {
                    // The sign binds even where the road it points to is not on this map; turning back stays possible.
                    let leaving = self.leaving[exit as usize].iter().copied();
                    leaving
                        .filter(|edge| !targets.contains_key(edge) && *edge != back)
                        .collect()
                } else {
                    // "No U-turn" within one way does not forbid going straight on along it.
                    let along = |edge: u32, to: i64| to == way && chain.is_empty() && edge != back;
                    targets
                        .iter()
                        .filter(|(edge, to)| !along(**edge, **to))
                        .map(|(edge, _)| *edge)
                        .collect()
                };
                let rule = |banned| TurnRule {
                    path: path.clone(),
                    banned,
                    kind: raw.kind,
                    condition,
                };
                rules.extend(banned.into_iter().map(rule));
            }
        }
        (met && (raw.only || !targets.is_empty())).then_some(rules)
    }

    /// The edges over the via ways, from where a `from` way ends on them to where a `to` way leaves them.
    fn chain(&self, from: &[i64], via: &[i64], to: &[i64]) -> Option<(u32, Vec<u32>, u32)> {
        let via_edges: BTreeSet<u32> = via.iter().flat_map(|way| self.edges(*way)).collect();
        if via_edges.len() > VIA_EDGES_MAX {
            return None;
        }
        let starts: BTreeSet<u32> = from
            .iter()
            .flat_map(|way| self.edges(*way))
            .map(|edge| self.tables.head(edge))
            .filter(|node| {
                via_edges
                    .iter()
                    .any(|edge| self.tables.tail(*edge) == *node)
            })
            .collect();
        let ends: BTreeSet<u32> = to
            .iter()
            .flat_map(|way| self.edges(*way))
            .map(|edge| self.tables.tail(edge))
            .collect();
        starts.iter().find_map(|start| {
            let chain = self.walk(*start, &ends, &via_edges)?;
            let exit = self.tables.head(*chain.last()?);
            Some((*start, chain, exit))
        })
    }

    /// Fewest edges from `start` to any of `ends` over `allowed`, at least one edge.
    fn walk(&self, start: u32, ends: &BTreeSet<u32>, allowed: &BTreeSet<u32>) -> Option<Vec<u32>> {
        let mut parent: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        let mut queue = VecDeque::new();
        for &edge in allowed
            .iter()
            .filter(|edge| self.tables.tail(**edge) == start)
        {
            parent.insert(edge, None);
            queue.push_back(edge);
        }
        while let Some(edge) = queue.pop_front() {
            let head = self.tables.head(edge);
            if ends.contains(&head) && head != start {
                let mut chain = vec![edge];
                let mut at = edge;
                while let Some(Some(before)) = parent.get(&at) {
                    chain.push(*before);
                    at = *before;
                }
                chain.reverse();
                return (chain.len() <= CHAIN_MAX).then_some(chain);
            }
            for &next in allowed
                .iter()
                .filter(|next| self.tables.tail(**next) == head && **next != edge ^ 1)
            {
                if let std::collections::btree_map::Entry::Vacant(slot) = parent.entry(next) {
                    slot.insert(Some(edge));
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

/// Longest chain of via edges kept; the pack's reader refuses longer ones.
pub(crate) const CHAIN_MAX: usize = 40;
