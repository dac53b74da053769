//! From degrees to the grid of the tiles (Web Mercator, EPSG:3857) and from one zoom's grid to another's.

use super::feature::{Point, ZOOM_MAX};
use crate::geo::Coord;

/// Units along a side of a tile.
pub(super) const EXTENT: i32 = 4096;
/// Units around a tile that are drawn too, so that wide lines do not end at its side.
pub(super) const BUFFER: i32 = 64;

const WORLD: f64 = (1u64 << (12 + ZOOM_MAX)) as f64;
/// Beyond it the projection has no place.
const LATITUDE_MAX: f64 = 85.051_128;

/// The place of a position in the grid of the largest zoom.
pub(super) fn project(at: Coord) -> Point {
    let [lon, lat] = at.lon_lat();
    let phi = lat.clamp(-LATITUDE_MAX, LATITUDE_MAX).to_radians();
    let x = (lon + 180.0) / 360.0;
    let y = 0.5 - libm::asinh(libm::tan(phi)) / std::f64::consts::TAU;
    [x, y].map(|share| (share * WORLD).round().clamp(0.0, WORLD - 1.0) as i32)
}

/// A line in the grid of `zoom`; points that fall together are one.
pub(super) fn scale(points: &[Point], zoom: u8) -> Vec<Point> {
    let shift = ZOOM_MAX - zoom;
    let half = (1 << shift) >> 1;
    let mut scaled: Vec<Point> = points
        .iter()
        .map(|point| point.map(|side| (side + half) >> shift))
        .collect();
    scaled.dedup();
    scaled
}
