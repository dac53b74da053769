//! OpenStreetMap elements as plain values, and the three passes the builder makes over any source of them.
//!
//! A PBF file, a synthetic district and a test's five-way village all enter the builder here and are treated alike.

use crate::error::Result;
use crate::geo::Coord;

/// Keys and values as written; a key occurs once.
pub type Tags = Vec<(String, String)>;

/// A point of the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// OpenStreetMap id; negative in data that was never uploaded.
    pub id: i64,
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
    /// Its tags.
    pub tags: Tags,
}

/// A line through nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// OpenStreetMap id.
    pub id: i64,
    /// Ids of its nodes, in order.
    pub nodes: Vec<i64>,
    /// Its tags.
    pub tags: Tags,
}

/// What a member of a relation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A node.
    Node,
    /// A way.
    Way,
    /// Another relation, or a kind this version does not know.
    Relation,
}

/// One member of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is.
    pub kind: MemberKind,
    /// Its id.
    pub id: i64,
    /// Its role, such as `from`, `via`, `to`.
    pub role: String,
}

/// A group of elements, such as a turn restriction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// OpenStreetMap id.
    pub id: i64,
    /// Its members, in order.
    pub members: Vec<Member>,
    /// Its tags.
    pub tags: Tags,
}

/// A whole small map in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Elements {
    /// All nodes.
    pub nodes: Vec<Node>,
    /// All ways.
    pub ways: Vec<Way>,
    /// All relations.
    pub relations: Vec<Relation>,
}

/// Borrowed tags of the element at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TagView<'a>(pub &'a [(&'a str, &'a str)]);

impl<'a> TagView<'a> {
    /// The value of `key`, if the element has it.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(k, _)| *k == key)
            .map(|(_, value)| *value)
    }

    /// Whether `key` has exactly `value`.
    pub fn is(&self, key: &str, value: &str) -> bool {
        self.get(key) == Some(value)
    }
}

pub(crate) struct NodeView<'a> {
    pub id: i64,
    /// `None` when the file gives a position off the globe.
    pub at: Option<Coord>,
    pub tags: TagView<'a>,
}

pub(crate) struct WayView<'a> {
    pub id: i64,
    pub nodes: &'a [i64],
    pub tags: TagView<'a>,
}

pub(crate) struct MemberView<'a> {
    pub kind: MemberKind,
    pub id: i64,
    pub role: &'a str,
}

pub(crate) struct RelationView<'a> {
    pub id: i64,
    pub members: &'a [MemberView<'a>],
    pub tags: TagView<'a>,
}

/// Anything the builder can pass over three times.
pub(crate) trait Source {
    /// First pass.
    fn relations(&mut self, each: &mut dyn FnMut(&RelationView<'_>) -> Result<()>) -> Result<()>;
    /// Second pass.
    fn ways(&mut self, each: &mut dyn FnMut(&WayView<'_>) -> Result<()>) -> Result<()>;
    /// Third pass.
    fn nodes(&mut self, each: &mut dyn FnMut(&NodeView<'_>) -> Result<()>) -> Result<()>;
}

fn borrowed(tags: &Tags) -> Vec<(&str, &str)> {
    tags.iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

impl Source for &Elements {
    fn relations(&mut self, each: &mut dyn FnMut(&RelationView<'_>) -> Result<()>) -> Result<()> {
        for relation in &self.relations {
            let members: Vec<_> = relation
                .members
                .iter()
                .map(|m| MemberView {
                    kind: m.kind,
                    id: m.id,
                    role: &m.role,
                })
                .collect();
            let tags = borrowed(&relation.tags);
            each(&RelationView {
                id: relation.id,
                members: &members,
                tags: TagView(&tags),
            })?;
        }
        Ok(())
    }

    fn ways(&mut self, each: &mut dyn FnMut(&WayView<'_>) -> Result<()>) -> Result<()> {
        for way in &self.ways {
            each(&WayView {
                id: way.id,
                nodes: &way.nodes,
                tags: TagView(&borrowed(&way.tags)),
            })?;
        }
        Ok(())
    }

    fn nodes(&mut self, each: &mut dyn FnMut(&NodeView<'_>) -> Result<()>) -> Result<()> {
        for node in &self.nodes {
            let at = Coord::from_degrees(node.lon, node.lat);
            each(&NodeView {
                id: node.id,
                at,
                tags: TagView(&borrowed(&node.tags)),
            })?;
        }
        Ok(())
    }
}
