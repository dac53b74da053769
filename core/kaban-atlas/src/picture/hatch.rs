//! Areas on the paper: cut to a rectangle, hatched with lines, and the place inside where a name stands best.

use super::scene::{Path, Point, Verb};

/// A ring of the page; the last point is not the first.
pub(super) type Ring = Vec<[f64; 2]>;

/// Most lines of one hatch.
const LINES_MAX: usize = 4_000;

/// The part of a ring inside a rectangle (Sutherland and Hodgman's way of cutting, side by side).
pub(super) fn clip(ring: &[[f64; 2]], [left, top, right, bottom]: [f64; 4]) -> Ring {
    let mut ring = ring.to_vec();
    for (axis, limit, above) in [
        (0, left, true),
        (0, right, false),
        (1, top, true),
        (1, bottom, false),
    ] {
        let inside = |point: &[f64; 2]| (point[axis] >= limit) == above || point[axis] == limit;
        if ring.iter().all(inside) {
            continue;
        }
        let mut kept = Ring::with_capacity(ring.len() + 4);
        for (index, point) in ring.iter().enumerate() {
            let before = &ring[(index + ring.len() - 1) % ring.len()];
            if inside(before) != inside(point) {
                let share = (limit - before[axis]) / (point[axis] - before[axis]);
                let mut at = [0.0; 2];
                at[axis] = limit;
                at[1 - axis] = before[1 - axis] + (point[1 - axis] - before[1 - axis]) * share;
                kept.push(at);
            }
            if inside(point) {
                kept.push(*point);
            }
        }
        ring = kept;
    }
    ring
}

/// Adds a ring to a path.
pub(super) fn add(path: &mut Path, ring: &[[f64; 2]]) {
    if ring.len() < 3 {
        return;
    }
    for (index, at) in ring.iter().enumerate() {
        let at = at.map(|mm| mm as f32);
        path.push(if index == 0 {
            Verb::Move(at)
        } else {
            Verb::Line(at)
        });
    }
    path.push(Verb::Close);
}

/// Where a line across the rings goes in and out, in ascending order; inside is where an odd number lies before.
fn crossings(rings: &[Ring], place: impl Fn([f64; 2]) -> [f64; 2], at: f64) -> Vec<f64> {
    let mut found = Vec::new();
    for ring in rings {
        for (index, point) in ring.iter().enumerate() {
            let next = ring[(index + 1) % ring.len()];
            let ([x, y], [to, end]) = (place(*point), place(next));
            if (y <= at) != (end <= at) {
                found.push(x + (to - x) * (at - y) / (end - y));
            }
        }
    }
    found.sort_by(f64::total_cmp);
    found
}

/// Slanting lines inside the rings, `gap` apart; rising to the right, or falling if `falls`.
pub(super) fn hatch(rings: &[Ring], gap: f64, falls: bool) -> Path {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let side = if falls { 1.0 } else { -1.0 };
    let turn = |[x, y]: [f64; 2]| [(x + side * y) * half, (y - side * x) * half];
    let back = |[u, v]: [f64; 2]| [(u - side * v) * half, (v + side * u) * half];
    let heights = || rings.iter().flatten().map(|point| turn(*point)[1]);
    let (low, high) = (
        heights().fold(f64::INFINITY, f64::min),
        heights().fold(f64::NEG_INFINITY, f64::max),
    );
    let mut path = Path::new();
    if low >= high {
        return path;
    }
    let first = (low / gap).ceil() as i64;
    for line in (first..).take(LINES_MAX) {
        let at = line as f64 * gap;
        if at > high {
            break;
        }
        for pair in crossings(rings, turn, at).chunks_exact(2) {
            path.push(Verb::Move(back([pair[0], at]).map(|mm| mm as f32)));
            path.push(Verb::Line(back([pair[1], at]).map(|mm| mm as f32)));
        }
    }
    path
}

/// The middle of the widest part of the rings near half their height, and how wide it is there.
pub(super) fn middle(rings: &[Ring]) -> Option<(Point, f32)> {
    let outer = rings.first()?;
    let heights = || outer.iter().map(|point| point[1]);
    let (top, bottom) = (
        heights().fold(f64::INFINITY, f64::min),
        heights().fold(f64::NEG_INFINITY, f64::max),
    );
    let mut best: Option<(f64, [f64; 2])> = None;
    for share in [0.5, 0.4, 0.6, 0.3, 0.7] {
        let at = top + (bottom - top) * share;
        for pair in crossings(rings, |point| point, at).chunks_exact(2) {
            let wide = pair[1] - pair[0];
            // A line nearer to the middle is better unless another is a good deal wider.
            if best.is_none_or(|(widest, _)| wide > widest * 1.2) {
                best = Some((wide, [f64::midpoint(pair[0], pair[1]), at]));
            }
        }
    }
    best.map(|(wide, at)| (at.map(|mm| mm as f32), wide as f32))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::picture::scene::Rect;
    use proptest::prelude::*;

    const SQUARE: [[f64; 2]; 4] = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];

    #[test]
    fn a_hatch_keeps_out_of_a_hole() {
        let hole = vec![[2.0, 2.0], [2.0, 8.0], [8.0, 8.0], [8.0, 2.0]];
        let path = hatch(&[SQUARE.to_vec(), hole], 1.0, false);
        let within = Rect::around([5.0, 5.0], 5.8, 5.8);
        for pair in path.chunks_exact(2) {
            let [Verb::Move(a), Verb::Line(b)] = pair else {
                panic!("a hatch is single lines");
            };
            let between = [f32::midpoint(a[0], b[0]), f32::midpoint(a[1], b[1])];
            assert!(!within.contains(between), "{pair:?}");
        }
        assert!(path.len() > 20);
    }

    #[test]
    fn the_name_of_a_bent_lake_stands_in_its_water() {
        // A horseshoe, open below: its middle is land.
        let lake = vec![
            [0.0, 0.0],
            [30.0, 0.0],
            [30.0, 20.0],
            [20.0, 20.0],
            [20.0, 6.0],
            [10.0, 6.0],
            [10.0, 20.0],
            [0.0, 20.0],
        ];
        let ([x, y], wide) = middle(&[lake]).unwrap();
        assert!(
            (y < 6.0 && wide > 29.0) || !(10.0..=20.0).contains(&x),
            "{x} {y}"
        );
    }

    proptest! {
        #[test]
        fn what_is_cut_lies_inside(points in prop::collection::vec((-30.0..40.0_f64, -30.0..40.0_f64), 3..9)) {
            let ring: Ring = points.into_iter().map(|(x, y)| [x, y]).collect();
            for [x, y] in clip(&ring, [0.0, 0.0, 10.0, 10.0]) {
                prop_assert!((-1e-9..=10.0 + 1e-9).contains(&x) && (-1e-9..=10.0 + 1e-9).contains(&y));
            }
        }

        #[test]
        fn any_rings_are_hatched(points in prop::collection::vec((-1e3..1e3_f64, -1e3..1e3_f64), 0..9)) {
            let ring: Ring = points.into_iter().map(|(x, y)| [x, y]).collect();
            prop_assert!(hatch(&[ring], 1.5, true).len().is_multiple_of(2));
        }
    }
}
