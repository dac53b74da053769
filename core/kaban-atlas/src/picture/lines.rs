//! Stretches of a line against rectangles and against each other.

use super::scene::{Path, Point, Rect, Verb};

/// The part of a stretch inside a rectangle (Liang and Barsky's way of cutting).
pub(super) fn cut(
    a: [f64; 2],
    b: [f64; 2],
    [left, top, right, bottom]: [f64; 4],
) -> Option<([f64; 2], [f64; 2])> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let (mut begin, mut end) = (0.0_f64, 1.0_f64);
    for (step, room) in [
        (-dx, a[0] - left),
        (dx, right - a[0]),
        (-dy, a[1] - top),
        (dy, bottom - a[1]),
    ] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            begin = begin.max(room / step);
        } else {
            end = end.min(room / step);
        }
    }
    if begin > end {
        return None;
    }
    let at = |share: f64| [a[0] + dx * share, a[1] + dy * share];
    Some((
        if begin > 0.0 { at(begin) } else { a },
        if end < 1.0 { at(end) } else { b },
    ))
}

/// Adds the parts of a line that lie in a rectangle.
pub(super) fn add(path: &mut Path, line: &[[f64; 2]], rect: [f64; 4]) {
    let mut pen: Option<[f64; 2]> = None;
    for pair in line.windows(2) {
        let Some((from, to)) = cut(pair[0], pair[1], rect) else {
            pen = None;
            continue;
        };
        if pen != Some(from) {
            path.push(Verb::Move(from.map(|mm| mm as f32)));
        }
        path.push(Verb::Line(to.map(|mm| mm as f32)));
        pen = Some(to);
    }
}

/// Whether the stretch from `a` to `b` touches the rectangle.
pub(super) fn touches(a: Point, b: Point, rect: &Rect) -> bool {
    let rect = [rect.left, rect.top, rect.right, rect.bottom].map(f64::from);
    cut(a.map(f64::from), b.map(f64::from), rect).is_some()
}

/// Whether two stretches cross or touch.
pub(super) fn cross(a: Point, b: Point, c: Point, d: Point) -> bool {
    let side = |p: Point, q: Point, r: Point| {
        (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    };
    let apart = |p: f32, q: f32| (p > 0.0 && q > 0.0) || (p < 0.0 && q < 0.0);
    let boxes = |axis: usize| {
        a[axis].min(b[axis]) <= c[axis].max(d[axis]) && c[axis].min(d[axis]) <= a[axis].max(b[axis])
    };
    boxes(0)
        && boxes(1)
        && !apart(side(a, b, c), side(a, b, d))
        && !apart(side(c, d, a), side(c, d, b))
}

/// Distance from `point` to the stretch from `a` to `b`.
pub(super) fn distance(point: Point, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let square = dx * dx + dy * dy;
    let along = if square > 0.0 {
        (((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (a[0] + along * dx - point[0]).hypot(a[1] + along * dy - point[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RECT: [f64; 4] = [0.0, 0.0, 10.0, 10.0];

    #[test]
    fn a_cross_crosses_and_neighbours_do_not() {
        assert!(cross([0.0, 0.0], [2.0, 2.0], [0.0, 2.0], [2.0, 0.0]));
        assert!(cross([0.0, 0.0], [2.0, 0.0], [1.0, 0.0], [1.0, 5.0]));
        assert!(!cross([0.0, 0.0], [2.0, 0.0], [0.0, 1.0], [2.0, 1.0]));
        assert!(!cross([0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]));
    }

    #[test]
    fn a_stretch_through_a_rectangle_touches_it_though_both_ends_are_outside() {
        let rect = Rect::around([5.0, 5.0], 2.0, 2.0);
        assert!(touches([0.0, 5.0], [10.0, 5.0], &rect));
        assert!(!touches([0.0, 0.0], [10.0, 0.0], &rect));
    }

    #[test]
    fn the_distance_is_to_the_nearest_end_beside_the_stretch() {
        assert_eq!(distance([3.0, 4.0], [0.0, 0.0], [0.0, 0.0]), 5.0);
        assert_eq!(distance([1.0, 2.0], [0.0, 0.0], [5.0, 0.0]), 2.0);
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two() {
        let mut path = Path::new();
        add(
            &mut path,
            &[[5.0, 5.0], [15.0, 5.0], [15.0, 7.0], [5.0, 7.0]],
            RECT,
        );
        let expected = vec![
            Verb::Move([5.0, 5.0]),
            Verb::Line([10.0, 5.0]),
            Verb::Move([10.0, 7.0]),
            Verb::Line([5.0, 7.0]),
        ];
        assert_eq!(path, expected);
    }

    proptest! {
        #[test]
        fn nothing_is_drawn_outside_and_nothing_inside_is_lost(points in prop::collection::vec((-30.0..40.0_f64, -30.0..40.0_f64), 2..8)) {
            let line: Vec<[f64; 2]> = points.into_iter().map(|(x, y)| [x, y]).collect();
            let mut path = Path::new();
            add(&mut path, &line, RECT);
            let inside = |[x, y]: [f64; 2]| (0.0..=10.0).contains(&x) && (0.0..=10.0).contains(&y);
            if let Some(drawn) = Rect::of(&path) {
                prop_assert!(Rect::around([5.0, 5.0], 10.002, 10.002).holds(&drawn));
            }
            if line.iter().any(|point| inside(*point)) {
                prop_assert!(path.len() >= 2);
            }
        }
    }
}
