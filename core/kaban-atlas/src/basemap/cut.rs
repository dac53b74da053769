//! One zoom after the other: what is worth showing is made coarser, joined, and cut into tiles.

use super::chains;
use super::clip::{Area, spread};
use super::encode::{Contents, Parts};
use super::feature::{Attributes, Feature, Layer, Mark, Point, Polygon, Shape, ZOOM_MAX, flag};
use super::project::{EXTENT, scale};
use super::simplify;
use crate::error::{Error, Result};
use crate::tiles::{TILES_MAX, doubled_area, tile_id};
use std::collections::BTreeMap;

/// Units of a pixel on a screen that shows a tile in 512 pixels.
const PIXEL: i64 = 8;

/// The tiles of a zoom, by number.
pub(super) type Zoom = BTreeMap<u64, Contents>;

/// Cuts one zoom; `made` is the number of tiles of the zooms before.
pub(super) fn zoom(features: &[Feature], zoom: u8, made: usize) -> Result<Zoom> {
    let mut grid = Grid {
        zoom,
        tiles: BTreeMap::new(),
        room: TILES_MAX - made.min(TILES_MAX),
    };
    let mut lines: BTreeMap<(Layer, Attributes), Vec<Vec<Point>>> = BTreeMap::new();
    for feature in features
        .iter()
        .filter(|feature| feature.mark.zoom_min <= zoom)
    {
        let key = (feature.mark.layer, feature.mark.attributes_at(zoom));
        match &feature.shape {
            Shape::Point(point) => grid.point(key, *point)?,
            Shape::Line(line) => lines.entry(key).or_default().push(line.clone()),
            Shape::Area(polygon) => grid.area(key, &feature.mark, polygon)?,
        }
    }
    for (key, lines) in lines {
        grid.lines(key, lines)?;
    }
    Ok(grid.tiles)
}

struct Grid {
    zoom: u8,
    tiles: Zoom,
    /// Tiles that may still be made.
    room: usize,
}

type Key = (Layer, Attributes);

impl Grid {
    fn point(&mut self, key: Key, point: Point) -> Result<()> {
        let scaled = scale(&[point], self.zoom)[0];
        let last = (1 << self.zoom) - 1;
        let tile = scaled.map(|side| side.div_euclid(EXTENT).clamp(0, last));
        let local = local(scaled, tile);
        self.parts(key, tile)?.points.push(local);
        Ok(())
    }

    fn lines(&mut self, key: Key, lines: Vec<Vec<Point>>) -> Result<()> {
        let (layer, attributes) = key;
        let both_ways = attributes.flags & flag::ONEWAY == 0 && layer != Layer::Water;
        let lines = lines
            .into_iter()
            .map(|line| scale(&line, self.zoom))
            .collect();
        let joined = chains::join(lines, both_ways);
        let tolerance = self.tolerance();
        for line in joined {
            let simple = simplify::line(&line, tolerance);
            if self.zoom < ZOOM_MAX && is_a_speck(&simple) {
                continue;
            }
            spread(vec![simple], 1 << self.zoom, &mut |tile, parts| {
                let parts = parts
                    .into_iter()
                    .map(|line| line.into_iter().map(|point| local(point, tile)).collect());
                self.parts(key, tile)?.lines.extend(parts);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn area(&mut self, key: Key, mark: &Mark, polygon: &Polygon) -> Result<()> {
        let smallest = 2 * self.area_min(mark.layer);
        let mut simple = Vec::with_capacity(polygon.len());
        for (index, ring) in polygon.iter().enumerate() {
            let mut scaled = scale(ring, self.zoom);
            while scaled.len() > 1 && scaled.first() == scaled.last() {
                scaled.pop();
            }
            let ring = simplify::ring(&scaled, self.tolerance());
            if ring.len() > 2 && doubled_area(&ring).abs() >= smallest {
                simple.push(ring);
            } else if index == 0 {
                return Ok(());
            }
        }
        spread(Area(simple), 1 << self.zoom, &mut |tile, Area(rings)| {
            let rings = rings
                .into_iter()
                .map(|ring| ring.into_iter().map(|point| local(point, tile)).collect());
            self.parts(key, tile)?.areas.push(rings.collect());
            Ok(())
        })
    }

    /// How far a line may move: less than a pixel, and at the last zoom, which is enlarged, half a metre.
    fn tolerance(&self) -> i32 {
        match ZOOM_MAX - self.zoom {
            0 => 1,
            1 => 4,
            _ => 7,
        }
    }

    /// Smallest area that is drawn, in square units.
    fn area_min(&self, layer: Layer) -> i64 {
        let pixels = match (layer, ZOOM_MAX - self.zoom) {
            (Layer::Building, 0) => 1,
            (_, 0) => 4,
            (Layer::Building, _) => 4,
            (Layer::Landuse, 1) => 16,
            (Layer::Landuse, _) => 64,
            _ => 16,
        };
        pixels * PIXEL * PIXEL
    }

    fn parts(&mut self, key: Key, tile: [i32; 2]) -> Result<&mut Parts> {
        let [x, y] = tile.map(i32::unsigned_abs);
        let id = tile_id(self.zoom, x, y);
        if !self.tiles.contains_key(&id) && self.tiles.len() >= self.room {
            return Err(Error::TooLarge(
                "a base map of more than 200,000 tiles; build without one",
            ));
        }
        Ok(self.tiles.entry(id).or_default().entry(key).or_default())
    }
}

fn local(point: Point, tile: [i32; 2]) -> Point {
    [point[0] - tile[0] * EXTENT, point[1] - tile[1] * EXTENT]
}

/// Whether nobody would see the line.
fn is_a_speck(line: &[Point]) -> bool {
    let side = |axis: usize| {
        let sides = line.iter().map(|point| point[axis]);
        sides
            .clone()
            .max()
            .zip(sides.min())
            .map_or(0, |(high, low)| i64::from(high) - i64::from(low))
    };
    side(0).max(side(1)) < PIXEL
}
