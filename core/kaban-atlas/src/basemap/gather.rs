//! The three passes for the map: relations that are areas or borders, then ways that are drawn, then positions.
//!
//! Only what is drawn is kept. Everything is ordered by id afterwards, so equal input in another order gives equal tiles.

use super::classify;
use super::feature::{Attributes, Layer, Mark};
use super::texts::TextPool;
use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::osm::{MemberKind, NodeView, RelationView, Source, TagView, WayView};
use crate::places::PlaceClass;
use std::collections::BTreeMap;

const WAYS_MAX: usize = 20_000_000;
const REFS_MAX: usize = 400_000_000;
const RELATIONS_MAX: usize = 2_000_000;
const POINTS_MAX: usize = 50_000_000;
/// A relation with more members is a continent, not an area of a district.
const MEMBERS_MAX: usize = 20_000;

/// Not a position on the globe: the node was never seen.
const MISSING: Coord = Coord {
    lon: i32::MAX,
    lat: i32::MAX,
};

/// What the tags of one element say, texts as numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    pub line: Option<Mark>,
    pub area: Option<Mark>,
    /// Drawn where the element is, or in its middle.
    pub points: Vec<Mark>,
    pub place: Option<PlaceTags>,
}

/// What the section PLACES wants to know of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlaceTags {
    pub class: PlaceClass,
    pub name: u32,
    pub name_en: u32,
    pub emergency: bool,
}

#[derive(Clone, Debug)]
pub(super) struct RawWay {
    pub id: i64,
    /// Range of its node numbers in [`Gathered::refs`].
    pub refs: (usize, usize),
    pub meaning: Meaning,
    /// Level of a border drawn on the way itself.
    pub level: Option<u8>,
    pub coast: bool,
}

#[derive(Clone, Debug)]
pub(super) struct RawRelation {
    pub id: i64,
    /// Ids of its ways, and whether each bounds a hole.
    pub members: Vec<(i64, bool)>,
    pub meaning: Meaning,
}

#[derive(Clone, Debug)]
pub(super) struct RawPoint {
    pub id: i64,
    pub at: Coord,
    pub meaning: Meaning,
}

/// Everything the map is made of.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Whether more than the places is wanted.
    drawn: bool,
    pub ways: Vec<RawWay>,
    pub refs: Vec<u32>,
    node_ids: Vec<i64>,
    coords: Vec<Coord>,
    pub relations: Vec<RawRelation>,
    pub points: Vec<RawPoint>,
    /// Lowest level of the borders each way belongs to.
    pub levels: BTreeMap<i64, u8>,
    members: Vec<i64>,
    pub texts: TextPool,
    /// Relations with more members than are read.
    pub too_large: usize,
}

/// Runs the three passes; without `drawn` only for the places.
pub(super) fn gather(source: &mut dyn Source, drawn: bool) -> Result<Gathered> {
    let mut gathered = Gathered {
        drawn,
        ..Gathered::default()
    };
    source.relations(&mut |relation| gathered.relation(relation))?;
    gathered.members.sort_unstable();
    gathered.members.dedup();
    let mut ids = Vec::new();
    source.ways(&mut |way| gathered.way(way, &mut ids))?;
    gathered.number_nodes(&ids)?;
    let mut cursor = 0;
    source.nodes(&mut |node| gathered.node(node, &mut cursor))?;
    gathered.order();
    Ok(gathered)
}

impl Gathered {
    /// Position of a node number, `None` when the file lacks it.
    pub fn coord(&self, node: u32) -> Option<Coord> {
        self.coords
            .get(node as usize)
            .copied()
            .filter(|at| *at != MISSING)
    }

    /// The way of that id.
    pub fn way_of(&self, id: i64) -> Option<&RawWay> {
        let index = self.ways.binary_search_by_key(&id, |way| way.id).ok()?;
        Some(&self.ways[index])
    }

    /// The node numbers of a way.
    pub fn refs_of(&self, way: &RawWay) -> &[u32] {
        &self.refs[way.refs.0..way.refs.1]
    }

    fn relation(&mut self, relation: &RelationView<'_>) -> Result<()> {
        let kind = relation.tags.get("type");
        if !matches!(kind, Some("multipolygon" | "boundary")) {
            return Ok(());
        }
        let level = classify::boundary_level(&relation.tags).filter(|_| self.drawn);
        let meaning = self.meaning(&relation.tags, false, kind == Some("multipolygon"));
        if level.is_none() && meaning == Meaning::default() {
            return Ok(());
        }
        if relation.members.len() > MEMBERS_MAX {
            self.too_large += 1;
            return Ok(());
        }
        if self.relations.len() == RELATIONS_MAX {
            return Err(Error::TooLarge("more areas than a prefecture can have"));
        }
        let ways = relation
            .members
            .iter()
            .filter(|member| member.kind == MemberKind::Way);
        let members: Vec<(i64, bool)> = ways.map(|way| (way.id, way.role == "inner")).collect();
        if let Some(level) = level {
            for (id, _) in &members {
                let lowest = self.levels.entry(*id).or_insert(level);
                *lowest = level.min(*lowest);
            }
        }
        self.members.extend(members.iter().map(|(id, _)| *id));
        if meaning != Meaning::default() {
            self.relations.push(RawRelation {
                id: relation.id,
                members,
                meaning,
            });
        }
        Ok(())
    }

    fn way(&mut self, way: &WayView<'_>, ids: &mut Vec<i64>) -> Result<()> {
        if way.nodes.len() < 2 {
            return Ok(());
        }
        let member = self.members.binary_search(&way.id).is_ok();
        let closed = way.nodes.len() > 3 && way.nodes.first() == way.nodes.last();
        let meaning = match way.tags.0 {
            [] => Meaning::default(),
            _ => self.meaning(&way.tags, true, closed && !way.tags.is("area", "no")),
        };
        let level = classify::boundary_level(&way.tags).filter(|_| self.drawn);
        let coast = self.drawn && way.tags.is("natural", "coastline");
        if !member && level.is_none() && !coast && meaning == Meaning::default() {
            return Ok(());
        }
        if self.ways.len() == WAYS_MAX || ids.len() + way.nodes.len() > REFS_MAX {
            return Err(Error::TooLarge("more lines than a prefecture can have"));
        }
        let start = ids.len();
        // Arrows of a one-way street follow the line, so a street driven against it is turned round.
        if meaning.line.is_some() && way.tags.is("oneway", "-1") && !coast {
            ids.extend(way.nodes.iter().rev());
        } else {
            ids.extend_from_slice(way.nodes);
        }
        self.ways.push(RawWay {
            id: way.id,
            refs: (start, ids.len()),
            meaning,
            level,
            coast,
        });
        Ok(())
    }

    fn number_nodes(&mut self, ids: &[i64]) -> Result<()> {
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() >= u32::MAX as usize {
            return Err(Error::TooLarge("more nodes than a prefecture can have"));
        }
        self.node_ids = sorted;
        let number = |id: &i64| {
            self.node_ids
                .binary_search(id)
                .map_or(u32::MAX, |index| index as u32)
        };
        self.refs = ids.iter().map(number).collect();
        self.coords = vec![MISSING; self.node_ids.len()];
        self.ways.sort_by_key(|way| way.id);
        self.ways.dedup_by_key(|way| way.id);
        Ok(())
    }

    fn node(&mut self, node: &NodeView<'_>, cursor: &mut usize) -> Result<()> {
        let Some(at) = node.at else { return Ok(()) };
        if self.node_ids.get(*cursor).is_none_or(|id| *id != node.id) {
            *cursor = self.node_ids.partition_point(|id| *id < node.id);
        }
        if self.node_ids.get(*cursor) == Some(&node.id) {
            self.coords[*cursor] = at;
            *cursor += 1;
        }
        if node.tags.0.is_empty() {
            return Ok(());
        }
        let meaning = self.meaning(&node.tags, false, false);
        if meaning == Meaning::default() {
            return Ok(());
        }
        if self.points.len() == POINTS_MAX {
            return Err(Error::TooLarge("more places than a prefecture can have"));
        }
        self.points.push(RawPoint {
            id: node.id,
            at,
            meaning,
        });
        Ok(())
    }

    /// What an element's tags mean when it may be a line or an area.
    fn meaning(&mut self, tags: &TagView<'_>, line: bool, area: bool) -> Meaning {
        let place = classify::class_of_place(tags).map(|class| self.place(class, tags));
        if !self.drawn {
            return Meaning {
                place,
                ..Meaning::default()
            };
        }
        let mut meaning = Meaning {
            place,
            ..Meaning::default()
        };
        if area {
            meaning.area = classify::area(tags).map(|mark| self.named(mark, tags));
        }
        if line {
            // A roundabout with grass on it is both; a river drawn with its banks is not.
            let shown = |mark: &Mark| meaning.area.is_none() || mark.layer != Layer::Water;
            meaning.line = classify::line(tags)
                .filter(shown)
                .map(|mark| self.named(mark, tags));
        }
        let point = classify::point(tags);
        meaning
            .points
            .extend(point.map(|mark| self.named(mark, tags)));
        if let Some(number) = classify::house_number(tags) {
            let mut mark = Mark::new(Layer::HouseNumber, "", 14);
            mark.attributes.name = self.texts.number(number);
            meaning
                .points
                .extend((mark.attributes.name != 0).then_some(mark));
        }
        meaning
    }

    fn named(&mut self, mut mark: Mark, tags: &TagView<'_>) -> Mark {
        let named = !matches!(
            mark.layer,
            Layer::Landuse | Layer::Building | Layer::Boundary
        );
        let Attributes {
            name, reference, ..
        } = &mut mark.attributes;
        if named {
            *name = self.texts.number(local_name(tags));
        }
        if mark.layer == Layer::Road {
            *reference = self.texts.number(tags.get("ref").unwrap_or_default());
        }
        mark
    }

    fn place(&mut self, class: PlaceClass, tags: &TagView<'_>) -> PlaceTags {
        let name = local_name(tags);
        let english = tags.get("name:en").filter(|english| *english != name);
        PlaceTags {
            class,
            name: self.texts.number(name),
            name_en: self.texts.number(english.unwrap_or_default()),
            emergency: tags.is("emergency", "yes"),
        }
    }

    /// Equal input in any order is from here on the same.
    fn order(&mut self) {
        let renumbered = self.texts.finish();
        let point_marks = self.points.iter_mut().map(|point| &mut point.meaning);
        let way_marks = self.ways.iter_mut().map(|way| &mut way.meaning);
        let relation_marks = self
            .relations
            .iter_mut()
            .map(|relation| &mut relation.meaning);
        for meaning in point_marks.chain(way_marks).chain(relation_marks) {
            let marks = meaning
                .line
                .iter_mut()
                .chain(&mut meaning.area)
                .chain(&mut meaning.points);
            for Mark { attributes, .. } in marks {
                for number in [&mut attributes.name, &mut attributes.reference] {
                    *number = renumbered[*number as usize];
                }
            }
            if let Some(place) = &mut meaning.place {
                for number in [&mut place.name, &mut place.name_en] {
                    *number = renumbered[*number as usize];
                }
            }
        }
        // Of elements with one id the first wins.
        self.points.sort_by_key(|point| point.id);
        self.points.dedup_by_key(|point| point.id);
        self.relations.sort_by_key(|relation| relation.id);
        self.relations.dedup_by_key(|relation| relation.id);
    }
}

fn local_name<'a>(tags: &TagView<'a>) -> &'a str {
    tags.get("name:ja")
        .or_else(|| tags.get("name"))
        .unwrap_or_default()
}
