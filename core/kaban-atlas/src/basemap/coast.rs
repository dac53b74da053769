//! The sea: OpenStreetMap draws only its edge, with the land on the left (wiki.openstreetmap.org/wiki/Tag:natural=coastline).
//!
//! The coastline is cut at the bounds of the data and closed along them with the water inside. A line that ends well inside
//! the bounds has a gap, and rather than flood a town the map then goes without the sea.

use super::chains;
use super::clip::Cut;
use super::feature::{Point, Polygon};
use crate::tiles::doubled_area;

/// The rectangle the sea fills, in the grid of the largest zoom, y downwards.
#[derive(Clone, Copy, Debug)]
struct Frame {
    low: Point,
    high: Point,
}

/// The areas of sea within the corners of the data (south-west, north-east); `None` when the coastline has gaps.
pub(super) fn sea(
    coast: Vec<Vec<Point>>,
    [south_west, north_east]: [Point; 2],
) -> Option<Vec<Polygon>> {
    let frame = Frame {
        low: [south_west[0], north_east[1]],
        high: [north_east[0], south_west[1]],
    };
    if frame.low[0] >= frame.high[0] || frame.low[1] >= frame.high[1] {
        return Some(Vec::new());
    }
    let (mut seas, mut islands, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for chain in chains::join(coast, false) {
        if chain.len() > 3
            && chain.first() == chain.last()
            && chain.iter().all(|point| frame.holds(point))
        {
            let ring = chain[1..].to_vec();
            // Clockwise on the screen has the right-hand side, the water, inside.
            if doubled_area(&ring) > 0 {
                seas.push(ring)
            } else {
                islands.push(ring)
            }
        } else {
            open.extend(frame.cut(chain));
        }
    }
    if open.is_empty() {
        if seas.is_empty() && !islands.is_empty() {
            seas.push(frame.corners().to_vec());
        }
    } else {
        seas.extend(frame.close(open)?);
    }
    Some(super::rings::polygons(seas, islands))
}

impl Frame {
    fn holds(&self, point: &Point) -> bool {
        (0..2).all(|axis| (self.low[axis]..=self.high[axis]).contains(&point[axis]))
    }

    /// Clockwise on the screen from the north-west.
    fn corners(&self) -> [Point; 4] {
        let ([west, north], [east, south]) = (self.low, self.high);
        [[west, north], [east, north], [east, south], [west, south]]
    }

    /// The pieces of a line within the frame; a ring is opened where it leaves the frame.
    fn cut(&self, mut chain: Vec<Point>) -> Vec<Vec<Point>> {
        if chain.first() == chain.last()
            && let Some(outside) = chain.iter().position(|point| !self.holds(point))
        {
            chain.pop();
            chain.rotate_left(outside);
            chain.push(chain[0]);
        }
        (0..2).fold(vec![chain], |lines, axis| {
            lines
                .keep(axis, self.low[axis], -1)
                .keep(axis, self.high[axis], 1)
        })
    }

    /// How far along the frame the nearest place to a point is, clockwise; `None` when the point lies deep inside.
    fn along(&self, [x, y]: Point) -> Option<i64> {
        let [wide, tall] =
            [0, 1].map(|axis| i64::from(self.high[axis]) - i64::from(self.low[axis]));
        let (east, south) = (
            i64::from(x) - i64::from(self.low[0]),
            i64::from(y) - i64::from(self.low[1]),
        );
        let sides = [
            (south, east),
            (wide - east, wide + south),
            (tall - south, wide + tall + wide - east),
            (east, 2 * wide + tall + tall - south),
        ];
        let (distance, along) = sides.into_iter().min()?;
        (distance <= wide.min(tall) / 5).then(|| along.rem_euclid(2 * (wide + tall)))
    }

    /// Follows each line to the frame and the frame clockwise to the next line, until it comes back.
    fn close(&self, lines: Vec<Vec<Point>>) -> Option<Vec<Vec<Point>>> {
        let round = 2 * [0, 1]
            .map(|axis| i64::from(self.high[axis]) - i64::from(self.low[axis]))
            .iter()
            .sum::<i64>();
        let ends: Vec<(i64, i64)> = lines
            .iter()
            .map(|line| Some((self.along(line[0])?, self.along(line[line.len() - 1])?)))
            .collect::<Option<_>>()?;
        let mut starts: Vec<(i64, usize)> = ends
            .iter()
            .enumerate()
            .map(|(index, end)| (end.0, index))
            .collect();
        starts.sort_unstable();
        let mut used = vec![false; lines.len()];
        let mut rings = Vec::new();
        for first in 0..lines.len() {
            if used[first] {
                continue;
            }
            let (mut ring, mut current) = (Vec::new(), first);
            loop {
                // Two lines that lead into one mean that one is missing between them.
                if std::mem::replace(&mut used[current], true) {
                    return None;
                }
                ring.extend_from_slice(&lines[current]);
                let from = ends[current].1;
                let behind = starts.partition_point(|(start, _)| *start < from);
                let (to, next) = starts[behind % starts.len()];
                ring.extend(self.corners_between(from, to, round));
                if next == first {
                    break;
                }
                current = next;
            }
            ring.dedup();
            rings.push(ring);
        }
        Some(rings)
    }

    fn corners_between(&self, from: i64, to: i64, round: i64) -> Vec<Point> {
        let to = if to < from { to + round } else { to };
        let wide = i64::from(self.high[0]) - i64::from(self.low[0]);
        let tall = i64::from(self.high[1]) - i64::from(self.low[1]);
        let marks = [0, wide, wide + tall, 2 * wide + tall];
        let twice = marks
            .iter()
            .chain(&marks)
            .zip(self.corners().into_iter().cycle())
            .enumerate();
        twice
            .map(|(index, (mark, corner))| (mark + if index < 4 { 0 } else { round }, corner))
            .filter(|(mark, _)| from < *mark && *mark < to)
            .map(|(_, corner)| corner)
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::rings::contains;
    use super::*;

    /// Whether a point lies in one of the areas.
    fn wet(seas: &[Polygon], point: Point) -> bool {
        let holed = |polygon: &Polygon| polygon[1..].iter().any(|hole| contains(hole, point));
        seas.iter()
            .any(|polygon| contains(&polygon[0], point) && !holed(polygon))
    }

    const BOX: [Point; 2] = [[0, 1000], [1000, 0]];

    #[test]
    fn a_coast_to_the_south_has_the_sea_below_it() {
        // Land on the left: to keep the sea in the south, the line runs to the east.
        let coast = vec![vec![[500, 510], [1200, 490]], vec![[-50, 500], [500, 510]]];
        let seas = sea(coast.clone(), BOX).unwrap();
        assert!(wet(&seas, [500, 900]) && wet(&seas, [20, 980]) && !wet(&seas, [500, 100]));
        let turned: Vec<Vec<Point>> = coast
            .into_iter()
            .map(|line| line.into_iter().rev().collect())
            .collect();
        let seas = sea(turned, BOX).unwrap();
        assert!(!wet(&seas, [500, 900]) && wet(&seas, [500, 100]));
    }

    #[test]
    fn an_island_is_a_hole_in_the_sea() {
        let island = vec![[400, 400], [400, 600], [600, 600], [600, 400], [400, 400]];
        let seas = sea(vec![island.clone()], BOX).unwrap();
        assert!(wet(&seas, [100, 100]) && !wet(&seas, [500, 500]));
        let lagoon = sea(vec![island.into_iter().rev().collect()], BOX).unwrap();
        assert!(!wet(&lagoon, [100, 100]) && wet(&lagoon, [500, 500]));
    }

    #[test]
    fn two_coasts_leave_the_land_between_them_dry() {
        // A peninsula: its western coast runs south, its eastern one north.
        let coast = vec![vec![[300, -10], [300, 1010]], vec![[700, 1010], [700, -10]]];
        let seas = sea(coast, BOX).unwrap();
        assert!(wet(&seas, [100, 500]) && wet(&seas, [900, 500]) && !wet(&seas, [500, 500]));
    }

    #[test]
    fn a_coast_that_ends_inland_is_left_out() {
        assert_eq!(sea(vec![vec![[-50, 500], [500, 510]]], BOX), None);
        let crossing = vec![vec![[300, -10], [300, 1010]], vec![[500, -10], [500, 1010]]];
        assert_eq!(sea(crossing, BOX), None);
    }
}
