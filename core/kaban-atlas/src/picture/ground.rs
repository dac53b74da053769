//! The base map under the roads: areas, waters, houses, railways, borders, and the names that tiles carry.
//!
//! Every feature is cut at the side of its tile, the buffer left away, and all of a kind are one path, so no seam shows
//! where two tiles meet. Which zoom is read follows from the scale; never more than [`TILES_READ_MAX`] tiles.

use super::PictureError;
use super::frame::Frame;
use super::hatch::{self, Ring};
use super::lines;
use super::scene::{Path, Point};
use crate::style::{Ink, Palette};
use crate::tiles::{BaseMap, Feature, Geometry, Layer, TileAddress};
use std::io::{Read, Seek};

/// Most tiles read for one picture.
pub(super) const TILES_READ_MAX: usize = 120;
/// A tile is at least so wide on the paper, millimetres; wider ones come from a deeper zoom if there is one.
const TILE_MM_MIN: f64 = 26.0;
/// Points nearer to each other are one, millimetres.
const STEP_MM: f64 = 0.06;
/// Most names taken from the tiles.
const NAMES_MAX: usize = 20_000;

/// A kind of area: its class in the tiles, its colour, the gap of its hatch on a print.
pub(super) struct AreaKind {
    class: &'static str,
    pub ink: fn(&Palette) -> Ink,
    pub hatch: Option<f64>,
}

const fn area(class: &'static str, ink: fn(&Palette) -> Ink) -> AreaKind {
    AreaKind {
        class,
        ink,
        hatch: None,
    }
}

/// Uses of the land, the lowest first.
pub(super) const AREAS: [AreaKind; 14] = [
    area("residential", |p| p.residential),
    area("commercial", |p| p.commercial),
    area("industrial", |p| p.industrial),
    area("farm", |p| p.farm),
    area("rice", |p| p.rice),
    area("orchard", |p| p.orchard),
    area("grass", |p| p.grass),
    area("rock", |p| p.rock),
    area("glacier", |p| p.glacier),
    area("sand", |p| p.sand),
    area("wetland", |p| p.wetland),
    area("park", |p| p.park),
    area("cemetery", |p| p.cemetery),
    AreaKind {
        class: "wood",
        ink: |p| p.wood,
        hatch: Some(1.7),
    },
];

/// Running waters by their width.
pub(super) const STREAMS: [&str; 4] = ["ditch", "stream", "canal", "river"];

/// A place the tiles name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub class: String,
    pub name: String,
    pub rank: i64,
    pub at: Point,
}

/// What lies below the roads, in millimetres of the page.
#[derive(Default)]
pub(super) struct Ground {
    pub areas: Vec<Path>,
    /// Polygons of the areas that are hatched, beside `areas`.
    pub rings: Vec<Vec<Vec<Ring>>>,
    pub water: Path,
    pub streams: Vec<Path>,
    pub buildings: Path,
    /// National and prefectural borders, then those of municipalities.
    pub borders: [Path; 2],
    /// Railways, then trams and the like.
    pub rails: [Path; 2],
    /// Ways for feet, which the roads of the pack do not have.
    pub paths: Path,
    pub places: Vec<Named>,
    pub stations: Vec<Named>,
    /// Waters with the place for their name and how wide they are there.
    pub lakes: Vec<(String, Point, f32)>,
    pub rivers: Vec<(String, Vec<Point>)>,
    /// Tiles that were read.
    pub tiles: usize,
}

/// Which tiles cover the map: a zoom, and columns and rows from first to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cover {
    zoom: u8,
    columns: [u32; 2],
    rows: [u32; 2],
}

impl Cover {
    fn of(frame: &Frame, zoom: u8) -> Self {
        let [west, south, east, north] = frame.degrees();
        let last = (1u64 << zoom) as f64 - 1.0;
        let count = (1u64 << zoom) as f64;
        let column = |lon: f64| ((lon + 180.0) / 360.0 * count).floor().clamp(0.0, last) as u32;
        let row = |lat: f64| {
            let y = 0.5 - lat.to_radians().tan().asinh() / std::f64::consts::TAU;
            (y * count).floor().clamp(0.0, last) as u32
        };
        Self {
            zoom,
            columns: [column(west), column(east)],
            rows: [row(north), row(south)],
        }
    }

    fn count(&self) -> u64 {
        let span = |[first, last]: [u32; 2]| u64::from(last - first.min(last)) + 1;
        span(self.columns) * span(self.rows)
    }

    /// The deepest zoom whose tiles are not too small on the paper and not too many.
    fn choose(frame: &Frame, zooms: [u8; 2]) -> Option<Self> {
        let [least, most] = zooms;
        (least..=most)
            .rev()
            .map(|zoom| Self::of(frame, zoom))
            .find(|cover| {
                let [west, _, east, _] = frame.degrees();
                let tile = 360.0 / (1u64 << cover.zoom) as f64;
                let wide = f64::from(frame.map.width()) * tile / (east - west);
                (wide >= TILE_MM_MIN || cover.zoom == least)
                    && cover.count() <= TILES_READ_MAX as u64
            })
    }
}

/// A tile on the page.
struct Sheet<'f> {
    frame: &'f Frame,
    address: TileAddress,
    extent: f64,
    /// The tile's own box within the map: left, top, right, bottom.
    rect: [f64; 4],
}

impl<'f> Sheet<'f> {
    fn new(frame: &'f Frame, address: TileAddress, extent: u32) -> Self {
        let mut sheet = Self {
            frame,
            address,
            extent: f64::from(extent.max(1)),
            rect: [0.0; 4],
        };
        let [left, top] = sheet.at([0, 0]);
        let side = extent.max(1).cast_signed();
        let [right, bottom] = sheet.at([side, side]);
        let map = frame.map.grown(2.0);
        sheet.rect = [
            left.max(map.left.into()),
            top.max(map.top.into()),
            right.min(map.right.into()),
            bottom.min(map.bottom.into()),
        ];
        sheet
    }

    /// Where a point of the tile falls on the page.
    fn at(&self, [x, y]: [i32; 2]) -> [f64; 2] {
        let count = (1u64 << self.address.z) as f64;
        let east = (f64::from(self.address.x) + f64::from(x) / self.extent) / count;
        let south = (f64::from(self.address.y) + f64::from(y) / self.extent) / count;
        let lat = ((0.5 - south) * std::f64::consts::TAU).sinh().atan();
        self.frame
            .place_degrees(east * 360.0 - 180.0, lat.to_degrees())
    }

    fn inside(&self, [x, y]: [f64; 2]) -> bool {
        let [left, top, right, bottom] = self.rect;
        (left..right).contains(&x) && (top..bottom).contains(&y)
    }

    /// A ring within the tile's box.
    fn ring(&self, ring: &[[i32; 2]]) -> Ring {
        let mut points = Ring::with_capacity(ring.len());
        for point in ring {
            let at = self.at(*point);
            if points
                .last()
                .is_none_or(|before| apart(*before, at) >= STEP_MM)
            {
                points.push(at);
            }
        }
        hatch::clip(&points, self.rect)
    }

    /// Adds the polygons of a feature; gives the rings.
    fn polygons(&self, feature: &Feature<'_>, path: &mut Path) -> Vec<Vec<Ring>> {
        let Geometry::Polygons(polygons) = feature.geometry() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for polygon in polygons {
            let rings = polygon.iter().map(|ring| self.ring(ring));
            let rings: Vec<Ring> = rings.filter(|ring| ring.len() > 2).collect();
            for ring in &rings {
                hatch::add(path, ring);
            }
            if !rings.is_empty() {
                found.push(rings);
            }
        }
        found
    }

    /// Adds the lines of a feature; gives them as they are, uncut.
    fn lines(&self, feature: &Feature<'_>, path: &mut Path) -> Vec<Vec<Point>> {
        let Geometry::Lines(parts) = feature.geometry() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for part in parts {
            let mut line: Vec<[f64; 2]> = Vec::with_capacity(part.len());
            for (index, point) in part.iter().enumerate() {
                let at = self.at(*point);
                let last = index + 1 == part.len();
                if last
                    || line
                        .last()
                        .is_none_or(|before| apart(*before, at) >= STEP_MM)
                {
                    line.push(at);
                }
            }
            lines::add(path, &line, self.rect);
            found.push(line.into_iter().map(|at| at.map(|mm| mm as f32)).collect());
        }
        found
    }

    /// The points of a feature that lie in the tile.
    fn points(&self, feature: &Feature<'_>) -> Vec<Point> {
        let Geometry::Points(points) = feature.geometry() else {
            return Vec::new();
        };
        let places = points.iter().map(|point| self.at(*point));
        places
            .filter(|at| self.inside(*at))
            .map(|at| at.map(|mm| mm as f32))
            .collect()
    }
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Reads what lies on the map; nothing when no zoom of the archive fits.
///
/// # Errors
/// [`PictureError::BaseMap`] when a tile is not sound.
pub(super) fn read<R: Read + Seek>(
    base_map: &mut BaseMap<R>,
    frame: &Frame,
) -> Result<Ground, PictureError> {
    let mut ground = Ground {
        areas: vec![Path::new(); AREAS.len()],
        rings: vec![Vec::new(); AREAS.len()],
        streams: vec![Path::new(); STREAMS.len()],
        ..Ground::default()
    };
    let header = base_map.header();
    let Some(cover) = Cover::choose(frame, [header.zoom_min, header.zoom_max]) else {
        return Ok(ground);
    };
    for y in cover.rows[0]..=cover.rows[1] {
        for x in cover.columns[0]..=cover.columns[1] {
            let address = TileAddress {
                z: cover.zoom,
                x,
                y,
            };
            let tile = base_map
                .tile(address)
                .map_err(|error| PictureError::BaseMap(error.to_string()))?;
            let Some(tile) = tile else { continue };
            ground.tiles += 1;
            for layer in &tile.layers {
                ground.take(layer, &Sheet::new(frame, address, layer.extent));
            }
        }
    }
    Ok(ground)
}

impl Ground {
    fn take(&mut self, layer: &Layer, sheet: &Sheet<'_>) {
        for feature in layer.features() {
            match layer.name.as_str() {
                "landuse" => self.landuse(&feature, sheet),
                "water" => self.waters(&feature, sheet),
                "building" => {
                    sheet.polygons(&feature, &mut self.buildings);
                }
                "boundary" => {
                    let local = feature.number("admin_level").is_none_or(|level| level > 4);
                    sheet.lines(&feature, &mut self.borders[usize::from(local)]);
                }
                "rail" if feature.class() == "station" => {
                    named(&mut self.stations, &feature, sheet);
                }
                "rail" => {
                    let light = feature.class() != "rail";
                    if feature.number("tunnel").is_none() {
                        sheet.lines(&feature, &mut self.rails[usize::from(light)]);
                    }
                }
                "road" if matches!(feature.class(), "path" | "steps") => {
                    sheet.lines(&feature, &mut self.paths);
                }
                "place" => named(&mut self.places, &feature, sheet),
                _ => {}
            }
        }
    }

    fn landuse(&mut self, feature: &Feature<'_>, sheet: &Sheet<'_>) {
        let Some(kind) = AREAS.iter().position(|kind| kind.class == feature.class()) else {
            return;
        };
        let polygons = sheet.polygons(feature, &mut self.areas[kind]);
        if AREAS[kind].hatch.is_some() {
            self.rings[kind].extend(polygons);
        }
    }

    fn waters(&mut self, feature: &Feature<'_>, sheet: &Sheet<'_>) {
        let name = feature.name();
        for rings in sheet.polygons(feature, &mut self.water) {
            let room = hatch::middle(&rings).filter(|_| !name.is_empty());
            if let Some((at, wide)) = room
                && self.lakes.len() < NAMES_MAX
            {
                self.lakes.push((name.to_owned(), at, wide));
            }
        }
        let stream = STREAMS.iter().position(|class| *class == feature.class());
        let lines = sheet.lines(feature, &mut self.streams[stream.unwrap_or(0)]);
        if !name.is_empty() && self.rivers.len() < NAMES_MAX {
            self.rivers
                .extend(lines.into_iter().map(|line| (name.to_owned(), line)));
        }
    }
}

fn named(list: &mut Vec<Named>, feature: &Feature<'_>, sheet: &Sheet<'_>) {
    if feature.name().is_empty() || list.len() >= NAMES_MAX {
        return;
    }
    for at in sheet.points(feature) {
        list.push(Named {
            class: feature.class().to_owned(),
            name: feature.name().to_owned(),
            rank: feature.number("rank").unwrap_or(9),
            at,
        });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::picture::frame::Land;
    use crate::picture::scene::Rect;

    const MAP: Rect = Rect {
        left: 8.0,
        top: 24.0,
        right: 202.0,
        bottom: 260.0,
    };

    fn cover(side: f64, zooms: [u8; 2]) -> Option<Cover> {
        let land = Land::given([140.0, 35.0, 140.0 + side, 35.0 + side]).unwrap();
        Cover::choose(&land.fit(MAP), zooms)
    }

    #[test]
    fn a_town_is_read_at_the_deepest_zoom_and_a_prefecture_at_a_lower_one() {
        assert_eq!(cover(0.03, [6, 14]).unwrap().zoom, 14);
        let district = cover(0.3, [6, 14]).unwrap();
        assert!((11..14).contains(&district.zoom));
        assert!(cover(3.0, [6, 14]).unwrap().zoom < district.zoom);
    }

    #[test]
    fn no_picture_reads_more_tiles_than_the_bound() {
        for side in [0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 2.9] {
            for zooms in [[0, 22], [6, 14], [14, 14], [0, 0]] {
                assert!(cover(side, zooms).is_none_or(|cover| cover.count() <= 120));
            }
        }
        assert_eq!(cover(2.9, [14, 14]), None);
    }
}
