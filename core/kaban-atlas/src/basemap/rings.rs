//! Areas from the pieces of their outlines: members of a multipolygon are joined end to end until they close
//! (wiki.openstreetmap.org/wiki/Relation:multipolygon).

use super::feature::{Point, Polygon};
use crate::tiles::doubled_area;
use std::collections::BTreeMap;

/// Rings of node numbers, and how many pieces did not close.
pub(super) fn assemble(mut pieces: Vec<Vec<u32>>) -> (Vec<Vec<u32>>, usize) {
    pieces.retain(|piece| piece.len() > 1);
    pieces.sort_unstable();
    pieces.dedup();
    let mut at_end: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        at_end.entry(piece[0]).or_default().push(index);
        at_end
            .entry(piece[piece.len() - 1])
            .or_default()
            .push(index);
    }
    let mut used = vec![false; pieces.len()];
    let (mut rings, mut broken) = (Vec::new(), 0);
    for index in 0..pieces.len() {
        if std::mem::replace(&mut used[index], true) {
            continue;
        }
        let mut ring = pieces[index].clone();
        while ring[0] != ring[ring.len() - 1] {
            let end = ring[ring.len() - 1];
            let next = at_end.get_mut(&end).and_then(|waiting| {
                let free = waiting.iter().position(|other| !used[*other])?;
                Some(waiting.swap_remove(free))
            });
            let Some(next) = next else { break };
            used[next] = true;
            let piece = &pieces[next];
            if piece[0] == end {
                ring.extend(piece.iter().skip(1));
            } else {
                ring.extend(piece.iter().rev().skip(1));
            }
        }
        if ring[0] == ring[ring.len() - 1] && ring.len() > 3 {
            ring.pop();
            rings.push(ring);
        } else {
            broken += 1;
        }
    }
    (rings, broken)
}

/// Gives each hole to the smallest outer ring around it; a hole in nothing is dropped.
pub(super) fn polygons(mut outers: Vec<Vec<Point>>, mut holes: Vec<Vec<Point>>) -> Vec<Polygon> {
    for rings in [&mut outers, &mut holes] {
        rings.retain(|ring| ring.len() > 2 && doubled_area(ring) != 0);
        rings.sort_by_cached_key(|ring| (doubled_area(ring).abs(), ring.clone()));
    }
    let mut polygons: Vec<Polygon> = outers.into_iter().map(|ring| vec![ring]).collect();
    for hole in holes {
        let size = doubled_area(&hole).abs();
        let around = polygons.iter_mut().find(|polygon| {
            doubled_area(&polygon[0]).abs() >= size && contains(&polygon[0], hole[0])
        });
        if let Some(polygon) = around {
            polygon.push(hole);
        }
    }
    polygons
}

/// Whether the point lies inside the ring or on its upper or left side (crossings of a ray to the east).
pub(super) fn contains(ring: &[Point], point: Point) -> bool {
    let next = ring.iter().cycle().skip(1);
    let crossings = ring.iter().zip(next).filter(|(a, b)| {
        let (above, below) = (a[1] > point[1], b[1] > point[1]);
        if above == below {
            return false;
        }
        let side = (i64::from(b[0]) - i64::from(a[0])) * (i64::from(point[1]) - i64::from(a[1]))
            - (i64::from(point[0]) - i64::from(a[0])) * (i64::from(b[1]) - i64::from(a[1]));
        (side > 0) == (b[1] > a[1])
    });
    // A point on an edge counts to one of the two areas that share it.
    crossings.count() % 2 == 1 || ring.contains(&point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_in_any_direction_close_to_rings() {
        let (rings, broken) = assemble(vec![
            vec![1, 2, 3],
            vec![5, 1],
            vec![5, 4, 3],
            vec![7, 8, 9, 7],
            vec![10, 11],
        ]);
        assert_eq!((rings.len(), broken), (2, 1));
        assert!(
            rings.iter().any(|ring| ring.len() == 5) && rings.iter().any(|ring| ring.len() == 3)
        );
    }

    #[test]
    fn a_hole_goes_to_the_smallest_ring_around_it() {
        let square = |low: i32, high: i32| vec![[low, low], [high, low], [high, high], [low, high]];
        let found = polygons(
            vec![square(0, 100), square(10, 50)],
            vec![square(20, 30), square(200, 210)],
        );
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(found[0][0], square(10, 50));
    }
}
