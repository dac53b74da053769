//! Cutting lines and areas into tiles: halves of halves, so that a large area costs its points times the depth.

use super::feature::{Point, Polygon};
use super::project::{BUFFER, EXTENT};
use crate::error::Result;
use crate::tiles::doubled_area;

/// Columns and rows of tiles, both ends included.
#[derive(Clone, Copy, Debug)]
struct Tiles {
    low: [i32; 2],
    high: [i32; 2],
}

/// What can be cut by a straight side.
pub(super) trait Cut: Sized {
    /// The part with `sign` × coordinate `axis` up to `sign` × `side`; empty when nothing is left.
    fn keep(self, axis: usize, side: i32, sign: i32) -> Self;
    /// All points.
    fn points(&self) -> impl Iterator<Item = &Point>;
}

impl Cut for Vec<Vec<Point>> {
    /// Lines: each may fall into several.
    fn keep(self, axis: usize, side: i32, sign: i32) -> Self {
        let mut kept = Vec::new();
        for line in self {
            if line.iter().all(|point| inside(point, axis, side, sign)) {
                kept.push(line);
                continue;
            }
            let mut part: Vec<Point> = Vec::new();
            for pair in line.windows(2) {
                let (a, b) = (&pair[0], &pair[1]);
                let (a_in, b_in) = (inside(a, axis, side, sign), inside(b, axis, side, sign));
                if a_in && part.is_empty() {
                    part.push(*a);
                }
                if a_in != b_in {
                    part.push(crossing(a, b, axis, side));
                }
                if b_in {
                    part.push(*b);
                } else if !part.is_empty() {
                    finish(std::mem::take(&mut part), &mut kept);
                }
            }
            finish(part, &mut kept);
        }
        kept
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.iter().flatten()
    }
}

/// An area, so that its rings are cut as rings.
pub(super) struct Area(pub Polygon);

impl Cut for Area {
    /// Rings, after Sutherland and Hodgman (1974): what is outside becomes a stretch along the side.
    fn keep(self, axis: usize, side: i32, sign: i32) -> Self {
        let mut kept = Vec::new();
        for (index, ring) in self.0.into_iter().enumerate() {
            let ring = keep_ring(ring, axis, side, sign);
            if ring.len() > 2 && doubled_area(&ring) != 0 {
                kept.push(ring);
            } else if index == 0 {
                break;
            }
        }
        Self(kept)
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.0.iter().flatten()
    }
}

/// Gives every tile of a zoom of `columns` × `columns` its part of `shape`, with the buffer around it.
pub(super) fn spread<S: Cut + Clone>(
    shape: S,
    columns: i32,
    each: &mut dyn FnMut([i32; 2], S) -> Result<()>,
) -> Result<()> {
    let all = Tiles {
        low: [0, 0],
        high: [columns - 1, columns - 1],
    };
    let mut waiting = vec![(shape, all)];
    while let Some((shape, tiles)) = waiting.pop() {
        let Some(tiles) = touched(&shape, tiles) else {
            continue;
        };
        let wide = tiles.high[0] - tiles.low[0];
        let tall = tiles.high[1] - tiles.low[1];
        if wide == 0 && tall == 0 {
            let shape = within(shape, &tiles);
            if shape.points().next().is_some() {
                each(tiles.low, shape)?;
            }
            continue;
        }
        let axis = usize::from(tall > wide);
        let middle = (tiles.low[axis] + tiles.high[axis]) / 2;
        let (mut first, mut second) = (tiles, tiles);
        first.high[axis] = middle;
        second.low[axis] = middle + 1;
        let far_side = (middle + 1) * EXTENT;
        waiting.push((shape.clone().keep(axis, far_side - BUFFER, -1), second));
        waiting.push((shape.keep(axis, far_side + BUFFER, 1), first));
    }
    Ok(())
}

fn within<S: Cut>(shape: S, tiles: &Tiles) -> S {
    (0..2).fold(shape, |shape, axis| {
        shape
            .keep(axis, tiles.low[axis] * EXTENT - BUFFER, -1)
            .keep(axis, (tiles.high[axis] + 1) * EXTENT + BUFFER, 1)
    })
}

/// The tiles of `tiles` the shape may touch, buffers included.
fn touched<S: Cut>(shape: &S, tiles: Tiles) -> Option<Tiles> {
    let first = *shape.points().next()?;
    let (mut low, mut high) = (first, first);
    for point in shape.points() {
        for axis in 0..2 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let mut touched = tiles;
    for axis in 0..2 {
        touched.low[axis] = tiles.low[axis].max((low[axis] - BUFFER).div_euclid(EXTENT));
        touched.high[axis] = tiles.high[axis].min((high[axis] + BUFFER).div_euclid(EXTENT));
        if touched.low[axis] > touched.high[axis] {
            return None;
        }
    }
    Some(touched)
}

fn inside(point: &Point, axis: usize, side: i32, sign: i32) -> bool {
    sign * point[axis] <= sign * side
}

/// Where the stretch from `a` to `b` meets the side, the same from both ends.
fn crossing(a: &Point, b: &Point, axis: usize, side: i32) -> Point {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let other = 1 - axis;
    let share = i64::from(side - a[axis]) * i64::from(b[other] - a[other]);
    let step = i64::from(b[axis] - a[axis]);
    let mut point = [side; 2];
    // Rounded to the nearest, halves upwards.
    point[other] = a[other] + (2 * share + step).div_euclid(2 * step) as i32;
    point
}

fn finish(mut part: Vec<Point>, kept: &mut Vec<Vec<Point>>) {
    part.dedup();
    if part.len() > 1 {
        kept.push(part);
    }
}

fn keep_ring(ring: Vec<Point>, axis: usize, side: i32, sign: i32) -> Vec<Point> {
    if ring.iter().all(|point| inside(point, axis, side, sign)) {
        return ring;
    }
    let mut kept = Vec::with_capacity(ring.len());
    let Some(mut before) = ring.last() else {
        return kept;
    };
    for point in &ring {
        let (was_in, is_in) = (
            inside(before, axis, side, sign),
            inside(point, axis, side, sign),
        );
        if was_in != is_in {
            kept.push(crossing(before, point, axis, side));
        }
        if is_in {
            kept.push(*point);
        }
        before = point;
    }
    kept.dedup();
    while kept.len() > 1 && kept.first() == kept.last() {
        kept.pop();
    }
    kept
}

impl Clone for Area {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn cut<S: Cut + Clone>(shape: S) -> BTreeMap<[i32; 2], S> {
        let mut found = BTreeMap::new();
        spread(shape, 4, &mut |tile, part| {
            assert!(found.insert(tile, part).is_none(), "a tile is given once");
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn an_area_over_whole_tiles_fills_them_to_the_buffer() {
        let square = vec![vec![
            [100, 100],
            [12_000, 100],
            [12_000, 12_000],
            [100, 12_000],
        ]];
        let found = cut(Area(square));
        assert_eq!(found.len(), 9);
        let middle = &found[&[1, 1]].0;
        assert_eq!(
            doubled_area(&middle[0]).abs(),
            2 * i64::from(EXTENT + 2 * BUFFER).pow(2)
        );
    }

    proptest! {
        #[test]
        fn cut_pieces_stay_in_their_tile_and_cover_the_line(
            line in prop::collection::vec(prop::array::uniform2(0i32..16_384), 2..40)
        ) {
            let found = cut(vec![line.clone()]);
            for (tile, part) in &found {
                for point in part.points() {
                    for axis in 0..2 {
                        let local = point[axis] - tile[axis] * EXTENT;
                        prop_assert!((-BUFFER..=EXTENT + BUFFER).contains(&local));
                    }
                }
            }
            if line.iter().any(|point| *point != line[0]) {
                for point in &line {
                    let tile = point.map(|side| side.div_euclid(EXTENT));
                    prop_assert!(found[&tile].points().any(|other| other == point));
                }
            }
        }

        #[test]
        fn crossed_rings_are_cut_without_panic(
            ring in prop::collection::vec(prop::array::uniform2(-9_000i32..30_000), 3..60)
        ) {
            for part in cut(Area(vec![ring.clone(), ring])).values() {
                prop_assert!(part.0.iter().all(|ring| ring.len() > 2));
            }
        }
    }
}
