//! Around squares: polygons with holes, each ring simple.

use super::Ring;
use super::cells::Cells;
use std::collections::{BTreeMap, BTreeSet};

type Corner = [i64; 2];

/// A side of a square with the square on its left: where it begins, and in which of four directions it runs.
type Side = (Corner, usize);

/// East, north, west, south.
const STEPS: [Corner; 4] = [[1, 0], [0, 1], [-1, 0], [0, -1]];

/// The polygons of all squares that hang together by their sides.
pub(super) fn areas(cells: &Cells, land: &BTreeSet<Corner>) -> Vec<Vec<Ring>> {
    let pieces = pieces(land);
    let mut open = sides(land, &pieces);
    let mut polygons: BTreeMap<usize, Vec<Vec<Corner>>> = BTreeMap::new();
    while let Some((&first, &piece)) = open.iter().next() {
        let mut path: Vec<Corner> = Vec::new();
        let mut at = first;
        loop {
            open.remove(&at);
            // A corner passed twice closes a ring of its own.
            if let Some(known) = path.iter().position(|corner| *corner == at.0) {
                let ring = path.split_off(known);
                polygons.entry(piece).or_default().push(ring);
            }
            path.push(at.0);
            let end = after(at.0, at.1);
            let left_first = [1, 0, 3].map(|turn| (end, (at.1 + turn) % 4));
            match left_first.into_iter().find(|side| open.contains_key(side)) {
                Some(next) => at = next,
                None => break,
            }
        }
        polygons.entry(piece).or_default().push(path);
    }
    polygons
        .into_values()
        .map(|rings| polygon(cells, rings))
        .collect()
}

/// The piece of land of each square, numbered as they are found.
fn pieces(land: &BTreeSet<Corner>) -> BTreeMap<Corner, usize> {
    let mut pieces = BTreeMap::new();
    let mut count = 0;
    for cell in land {
        if pieces.contains_key(cell) {
            continue;
        }
        let mut open = vec![*cell];
        pieces.insert(*cell, count);
        while let Some(cell) = open.pop() {
            for direction in 0..4 {
                let next = after(cell, direction);
                if land.contains(&next) && !pieces.contains_key(&next) {
                    pieces.insert(next, count);
                    open.push(next);
                }
            }
        }
        count += 1;
    }
    pieces
}

/// All sides with nothing beyond, and the piece they belong to.
fn sides(land: &BTreeSet<Corner>, pieces: &BTreeMap<Corner, usize>) -> BTreeMap<Side, usize> {
    let mut sides = BTreeMap::new();
    for (&[x, y], &piece) in pieces {
        // South, east, north, west: each side runs against the clock around its square.
        let around = [
            ([x, y - 1], [x, y], 0),
            ([x + 1, y], [x + 1, y], 1),
            ([x, y + 1], [x + 1, y + 1], 2),
            ([x - 1, y], [x, y + 1], 3),
        ];
        for (beyond, corner, direction) in around {
            if !land.contains(&beyond) {
                sides.insert((corner, direction), piece);
            }
        }
    }
    sides
}

fn after([x, y]: Corner, direction: usize) -> Corner {
    let [dx, dy] = STEPS[direction];
    [x + dx, y + dy]
}

/// The outer ring first, corners on straight sides left out.
fn polygon(cells: &Cells, mut rings: Vec<Vec<Corner>>) -> Vec<Ring> {
    rings.sort_by_key(|ring| -doubled_area(ring));
    let closed = |ring: &Vec<Corner>| -> Ring {
        let count = ring.len();
        let bends = (0..count).filter(|index| {
            let [before, here, next] = [
                ring[(index + count - 1) % count],
                ring[*index],
                ring[(index + 1) % count],
            ];
            (here[0] - before[0], here[1] - before[1]) != (next[0] - here[0], next[1] - here[1])
        });
        let mut line: Ring = bends.map(|index| cells.corner(ring[index])).collect();
        line.extend(line.first().copied());
        line
    };
    rings.iter().map(closed).collect()
}

/// Twice the area of a ring, below zero when it runs with the clock.
fn doubled_area(ring: &[Corner]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| a[0] * b[1] - a[1] * b[0])
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Coord;
    use proptest::prelude::*;

    /// Twice the area in squares, from the degrees.
    fn area(cells: &Cells, ring: &Ring) -> i64 {
        let [width, height] = cells.corner([1, 1]);
        let corners: Vec<Corner> = ring[..ring.len() - 1]
            .iter()
            .map(|at| {
                [
                    (at[0] / width).round() as i64,
                    (at[1] / height).round() as i64,
                ]
            })
            .collect();
        doubled_area(&corners)
    }

    proptest! {
        #[test]
        fn polygons_cover_exactly_the_squares(list in prop::collection::vec((0..9i64, 0..9i64), 0..60)) {
            let cells = Cells::around(Coord { lon: 0, lat: 0 });
            let land: BTreeSet<Corner> = list.iter().map(|(x, y)| [*x, *y]).collect();
            let areas = areas(&cells, &land);
            let mut covered = 0;
            for polygon in &areas {
                for (index, ring) in polygon.iter().enumerate() {
                    let own = area(&cells, ring);
                    prop_assert_eq!(own > 0, index == 0, "the outer ring is first and alone runs against the clock");
                    covered += own;
                    let mut corners: Vec<[u64; 2]> =
                        ring[1..].iter().map(|at| at.map(f64::to_bits)).collect();
                    corners.sort_unstable();
                    corners.dedup();
                    prop_assert_eq!(corners.len(), ring.len() - 1, "no corner twice");
                }
            }
            prop_assert_eq!(covered, 2 * land.len() as i64);
        }
    }
}
