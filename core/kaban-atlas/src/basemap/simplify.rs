//! Fewer points: the algorithm of Douglas and Peucker (1973) in whole numbers.

use super::feature::Point;

/// Points that are never dropped, so that no line, however long, takes more than linear time.
const STRETCH: usize = 512;

/// The line without the points that lie within `tolerance` of it. Its ends stay.
pub(super) fn line(points: &[Point], tolerance: i32) -> Vec<Point> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    for anchor in (0..points.len()).step_by(STRETCH) {
        let end = (anchor + STRETCH).min(points.len() - 1);
        keep[anchor] = true;
        keep[end] = true;
        mark(points, anchor, end, tolerance, &mut keep);
    }
    points
        .iter()
        .zip(keep)
        .filter(|(_, kept)| *kept)
        .map(|(point, _)| *point)
        .collect()
}

/// A ring likewise; what is left may have less than three points.
pub(super) fn ring(points: &[Point], tolerance: i32) -> Vec<Point> {
    let Some(first) = points.first() else {
        return Vec::new();
    };
    // Cut at the first point and at the one farthest from it, so that neither half is flat.
    let distance = |point: &Point| square(point[0] - first[0]) + square(point[1] - first[1]);
    let far = (0..points.len())
        .max_by_key(|index| (distance(&points[*index]), *index))
        .unwrap_or(0);
    let mut simple = line(&points[..=far], tolerance);
    let mut back = points[far..].to_vec();
    back.push(*first);
    simple.extend(line(&back, tolerance).into_iter().skip(1));
    simple.pop();
    simple
}

fn mark(points: &[Point], start: usize, end: usize, tolerance: i32, keep: &mut [bool]) {
    let mut waiting = vec![(start, end)];
    while let Some((start, end)) = waiting.pop() {
        let (a, b) = (points[start], points[end]);
        let farthest = (start + 1..end)
            .map(|index| (is_beyond(points[index], a, b, tolerance), index))
            .max_by_key(|((beyond, distance), index)| (*beyond, *distance, *index));
        if let Some(((true, _), index)) = farthest {
            keep[index] = true;
            waiting.push((start, index));
            waiting.push((index, end));
        }
    }
}

/// Whether the point lies farther than `tolerance` from the stretch, and a measure of how far.
fn is_beyond(point: Point, a: Point, b: Point, tolerance: i32) -> (bool, i128) {
    let (dx, dy) = (
        i64::from(b[0]) - i64::from(a[0]),
        i64::from(b[1]) - i64::from(a[1]),
    );
    let (px, py) = (
        i64::from(point[0]) - i64::from(a[0]),
        i64::from(point[1]) - i64::from(a[1]),
    );
    let length = dx * dx + dy * dy;
    let along = px * dx + py * dy;
    let limit = i128::from(tolerance) * i128::from(tolerance);
    // Distances are compared as squares times the squared length of the stretch.
    let scaled = if length == 0 {
        return (
            i128::from(px * px + py * py) > limit,
            i128::from(px * px + py * py),
        );
    } else if along <= 0 {
        i128::from(px * px + py * py) * i128::from(length)
    } else if along >= length {
        let (qx, qy) = (px - dx, py - dy);
        i128::from(qx * qx + qy * qy) * i128::from(length)
    } else {
        let cross = i128::from(px * dy - py * dx);
        cross * cross
    };
    (scaled > limit * i128::from(length), scaled)
}

fn square(side: i32) -> i64 {
    i64::from(side) * i64::from(side)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_lies_on_the_line_goes_and_corners_stay() {
        let bent = [[0, 0], [10, 1], [20, 0], [20, 40], [21, 60]];
        assert_eq!(line(&bent, 2), [[0, 0], [20, 0], [21, 60]]);
        let square = [[0, 0], [50, 0], [100, 0], [100, 100], [0, 100]];
        assert_eq!(ring(&square, 2).len(), 4);
    }

    proptest! {
        #[test]
        fn every_dropped_point_lies_within_the_tolerance(
            points in prop::collection::vec(prop::array::uniform2(-5_000i32..5_000), 2..1_500),
            tolerance in 1i32..400,
        ) {
            let simple = line(&points, tolerance);
            prop_assert_eq!(simple.first(), points.first());
            prop_assert_eq!(simple.last(), points.last());
            for point in &points {
                prop_assert!(simple.windows(2).any(|pair| !is_beyond(*point, pair[0], pair[1], tolerance).0));
            }
        }
    }
}
