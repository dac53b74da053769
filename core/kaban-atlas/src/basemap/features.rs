//! Shapes for what was gathered: lines, areas, middles, and the places of the section PLACES.

use super::coast;
use super::feature::{Feature, Layer, Mark, Point, Shape};
use super::gather::{Gathered, Meaning, PlaceTags};
use super::project::project;
use super::rings;
use crate::error::{Error, Result};
use crate::geo::{Bounds, Coord};
use crate::places::{MedicalPlace, PLACES_MAX};

/// The map before it is cut.
#[derive(Debug, Default)]
pub(super) struct Features {
    pub drawn: Vec<Feature>,
    pub places: Vec<MedicalPlace>,
    pub bounds: Option<Bounds>,
    /// Sentences about what could not be drawn.
    pub notes: Vec<String>,
}

/// Gives everything its shape.
pub(super) fn shape(gathered: &Gathered) -> Result<Features> {
    let mut shaping = Shaping {
        gathered,
        found: Features::default(),
        broken: gathered.too_large,
    };
    for point in &gathered.points {
        shaping.middle(&point.meaning, point.at);
        shaping.reach(&[point.at]);
    }
    for way in &gathered.ways {
        shaping.way(gathered.refs_of(way), &way.meaning);
        let levels = [way.level, gathered.levels.get(&way.id).copied()];
        if let Some(level) = levels.into_iter().flatten().min() {
            shaping.line(gathered.refs_of(way), &boundary(level));
        }
    }
    for relation in &gathered.relations {
        shaping.relation(&relation.members, &relation.meaning);
    }
    shaping.sea();
    let Shaping {
        mut found, broken, ..
    } = shaping;
    if broken > 0 {
        found.notes.push(format!(
            "{broken} areas do not close or lack points and are not on the map"
        ));
    }
    found.places.sort_by(|a, b| {
        (a.class, a.at, &a.name, &a.name_en).cmp(&(b.class, b.at, &b.name, &b.name_en))
    });
    found.places.dedup();
    if found.places.len() > PLACES_MAX {
        return Err(Error::TooLarge(
            "more hospitals and public places than a prefecture can have",
        ));
    }
    Ok(found)
}

fn boundary(level: u8) -> Mark {
    let zoom_min = match level {
        2 | 4 => 6,
        6 => 8,
        7 => 9,
        _ => 10,
    };
    Mark::new(Layer::Boundary, "", zoom_min)
        .number(level)
        .order(10 - level)
}

struct Shaping<'g> {
    gathered: &'g Gathered,
    found: Features,
    broken: usize,
}

impl Shaping<'_> {
    fn way(&mut self, refs: &[u32], meaning: &Meaning) {
        if let Some(mark) = &meaning.line {
            self.line(refs, mark);
        }
        if meaning.area.is_none() && meaning.points.is_empty() && meaning.place.is_none() {
            return;
        }
        let Some(positions) = self.positions(refs) else {
            self.broken += usize::from(meaning.area.is_some());
            return;
        };
        self.reach(&positions);
        if let Some(middle) = middle_of(&positions) {
            self.middle(meaning, middle);
        }
        if let Some(mark) = &meaning.area {
            let mut ring: Vec<Point> = positions.into_iter().map(project).collect();
            ring.dedup();
            ring.pop();
            let polygons = rings::polygons(vec![ring], Vec::new());
            self.broken += usize::from(polygons.is_empty());
            self.areas(polygons, mark);
        }
    }

    fn relation(&mut self, members: &[(i64, bool)], meaning: &Meaning) {
        let gathered = self.gathered;
        let pieces = |holes: bool| -> Vec<Vec<u32>> {
            members
                .iter()
                .filter(|(_, inner)| *inner == holes)
                .filter_map(|(id, _)| gathered.way_of(*id))
                .map(|way| gathered.refs_of(way).to_vec())
                .collect()
        };
        let (outers, mut broken) = rings::assemble(pieces(false));
        let (holes, broken_holes) = rings::assemble(pieces(true));
        broken += broken_holes;
        let mut positions = |rings: Vec<Vec<u32>>| -> Vec<Vec<Coord>> {
            let found: Vec<_> = rings.iter().map(|ring| self.positions(ring)).collect();
            broken += found.iter().filter(|ring| ring.is_none()).count();
            found.into_iter().flatten().collect()
        };
        let (outers, holes) = (positions(outers), positions(holes));
        self.broken += broken;
        let largest = outers.iter().max_by_key(|ring| ring.len());
        if let Some(middle) = largest.and_then(|ring| middle_of(ring)) {
            self.middle(meaning, middle);
        }
        outers.iter().for_each(|ring| self.reach(ring));
        if let Some(mark) = &meaning.area {
            let projected = |rings: Vec<Vec<Coord>>| -> Vec<Vec<Point>> {
                let rings = rings.into_iter();
                rings
                    .map(|ring| ring.into_iter().map(project).collect())
                    .collect()
            };
            let polygons = rings::polygons(projected(outers), projected(holes));
            self.areas(polygons, mark);
        }
    }

    /// A line, in pieces where nodes are missing.
    fn line(&mut self, refs: &[u32], mark: &Mark) {
        let known = |node: &u32| self.gathered.coord(*node);
        let pieces = refs.split(|node| known(node).is_none());
        let pieces: Vec<Vec<Coord>> = pieces
            .map(|piece| piece.iter().filter_map(known).collect())
            .collect();
        for piece in pieces.into_iter().filter(|piece| piece.len() > 1) {
            self.reach(&piece);
            let shape = Shape::Line(piece.into_iter().map(project).collect());
            self.found.drawn.push(Feature { mark: *mark, shape });
        }
    }

    fn areas(&mut self, polygons: Vec<super::feature::Polygon>, mark: &Mark) {
        let features = polygons.into_iter().map(|polygon| Feature {
            mark: *mark,
            shape: Shape::Area(polygon),
        });
        self.found.drawn.extend(features);
    }

    fn middle(&mut self, meaning: &Meaning, at: Coord) {
        let shape = Shape::Point(project(at));
        let marks = meaning.points.iter();
        self.found.drawn.extend(marks.map(|mark| Feature {
            mark: *mark,
            shape: shape.clone(),
        }));
        if let Some(PlaceTags {
            class,
            name,
            name_en,
            emergency,
        }) = meaning.place
        {
            let text = |number| self.gathered.texts.text(number).to_owned();
            let (name, name_en) = (text(name), text(name_en));
            self.found.places.push(MedicalPlace {
                class,
                name,
                name_en,
                at,
                emergency,
            });
        }
    }

    fn sea(&mut self) {
        let coast: Vec<Vec<Point>> = self
            .gathered
            .ways
            .iter()
            .filter(|way| way.coast)
            .filter_map(|way| self.positions(self.gathered.refs_of(way)))
            .map(|line| line.into_iter().map(project).collect())
            .collect();
        let Some(bounds) = self.found.bounds.filter(|_| !coast.is_empty()) else {
            return;
        };
        match coast::sea(coast, [project(bounds.min), project(bounds.max)]) {
            Some(polygons) => self.areas(polygons, &Mark::new(Layer::Water, "sea", 6)),
            None => self
                .found
                .notes
                .push("the coastline has gaps: the sea is not on the map".into()),
        }
    }

    /// The positions of all nodes, `None` when one is missing.
    fn positions(&self, refs: &[u32]) -> Option<Vec<Coord>> {
        refs.iter().map(|node| self.gathered.coord(*node)).collect()
    }

    fn reach(&mut self, positions: &[Coord]) {
        for at in positions {
            self.found
                .bounds
                .get_or_insert(Bounds { min: *at, max: *at })
                .include(*at);
        }
    }
}

/// The middle of the box around the positions.
fn middle_of(positions: &[Coord]) -> Option<Coord> {
    let Bounds { min, max } = Bounds::around(positions.iter().copied())?;
    let middle = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
    Some(Coord {
        lon: middle(min.lon, max.lon),
        lat: middle(min.lat, max.lat),
    })
}
