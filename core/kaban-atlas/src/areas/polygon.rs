//! Whether a place lies in an area: exact arithmetic on whole units, so every device says the same.

use crate::geo::{Bounds, Coord};

/// A part of the district: one or more polygons, each with its holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its name, such as that of the former municipality.
    pub name: String,
    /// Outer rings and holes alike, each closed by itself: the last corner is joined to the first.
    rings: Vec<Vec<Coord>>,
    bounds: Bounds,
}

impl Area {
    /// An area of rings; nothing when they have no corner.
    #[must_use]
    pub fn new(name: String, rings: Vec<Vec<Coord>>) -> Option<Self> {
        let bounds = Bounds::around(rings.iter().flatten().copied())?;
        Some(Self {
            name,
            rings,
            bounds,
        })
    }

    /// The rings.
    #[must_use]
    pub fn rings(&self) -> &[Vec<Coord>] {
        &self.rings
    }

    /// Adds the polygons of another feature of the same name.
    pub(super) fn join(&mut self, rings: Vec<Vec<Coord>>) {
        self.rings.extend(rings);
        let all = self.rings.iter().flatten().copied();
        self.bounds = Bounds::around(all).unwrap_or(self.bounds);
    }

    /// Whether a position lies inside, on an edge included. A place in a hole is outside, an island in a
    /// hole inside again: what counts is whether the rings around it are an odd number.
    #[must_use]
    pub fn contains(&self, at: Coord) -> bool {
        let Bounds { min, max } = self.bounds;
        if at.lon < min.lon || at.lon > max.lon || at.lat < min.lat || at.lat > max.lat {
            return false;
        }
        let mut inside = false;
        for ring in &self.rings {
            let Some(mut from) = ring.last().copied() else {
                continue;
            };
            for &to in ring {
                match crosses(from, to, at) {
                    Crossing::On => return true,
                    Crossing::Yes => inside = !inside,
                    Crossing::No => {}
                }
                from = to;
            }
        }
        inside
    }
}

enum Crossing {
    Yes,
    No,
    /// The position lies on the edge itself.
    On,
}

/// Whether the ray from `at` to the east crosses the edge. An edge holds its lower end and not its upper
/// one, so a ray through a corner counts it once.
fn crosses(from: Coord, to: Coord, at: Coord) -> Crossing {
    let (low, high) = if (from.lat, from.lon) <= (to.lat, to.lon) {
        (from, to)
    } else {
        (to, from)
    };
    let wide = |value: i32| i128::from(value);
    // Twice the area of the triangle low, high, at: positive when `at` lies left of the way up.
    let side = (wide(high.lon) - wide(low.lon)) * (wide(at.lat) - wide(low.lat))
        - (wide(high.lat) - wide(low.lat)) * (wide(at.lon) - wide(low.lon));
    let between = |a: i32, b: i32, value: i32| a.min(b) <= value && value <= a.max(b);
    if side == 0 && between(low.lon, high.lon, at.lon) && between(low.lat, high.lat, at.lat) {
        return Crossing::On;
    }
    if low.lat <= at.lat && at.lat < high.lat && side > 0 {
        Crossing::Yes
    } else {
        Crossing::No
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(lon: i32, lat: i32) -> Coord {
        Coord { lon, lat }
    }

    fn ring(corners: &[(i32, i32)]) -> Vec<Coord> {
        corners.iter().map(|(lon, lat)| at(*lon, *lat)).collect()
    }

    fn with_hole() -> Area {
        let outer = ring(&[(0, 0), (10, 0), (10, 10), (0, 10)]);
        let hole = ring(&[(3, 3), (3, 7), (7, 7), (7, 3)]);
        let island = ring(&[(20, 0), (22, 0), (22, 2)]);
        Area::new("八日市場".into(), vec![outer, hole, island]).unwrap()
    }

    #[test]
    fn a_house_in_a_hole_or_between_the_parts_is_outside() {
        let area = with_hole();
        assert!(area.contains(at(1, 1)) && area.contains(at(21, 1)));
        assert!(!area.contains(at(5, 5)) && !area.contains(at(15, 1)) && !area.contains(at(-1, 5)));
    }

    #[test]
    fn edges_and_corners_belong_to_the_area() {
        let area = with_hole();
        for (lon, lat) in [(0, 0), (10, 10), (5, 0), (0, 5), (10, 5), (3, 5), (21, 0)] {
            assert!(area.contains(at(lon, lat)), "{lon} {lat}");
        }
    }

    proptest! {
        /// A star around the middle, against the sum of the signed angles written apart.
        #[test]
        fn a_place_is_inside_when_the_ring_turns_around_it(
            reach in prop::collection::vec(1..1000i32, 3..12), lon in -1100..1100i32, lat in -1100..1100i32,
        ) {
            let step = std::f64::consts::TAU / reach.len() as f64;
            let corners: Vec<Coord> = reach.iter().enumerate().map(|(n, reach)| {
                let angle = step * n as f64;
                at((f64::from(*reach) * angle.cos()) as i32, (f64::from(*reach) * angle.sin()) as i32)
            }).collect();
            let mut turned = 0.0f64;
            let mut near = false;
            for (n, a) in corners.iter().enumerate() {
                let b = corners[(n + 1) % corners.len()];
                let [ax, ay] = [f64::from(a.lon - lon), f64::from(a.lat - lat)];
                let [bx, by] = [f64::from(b.lon - lon), f64::from(b.lat - lat)];
                let cross = ax * by - ay * bx;
                near |= cross.abs() < 0.5 && ax * bx + ay * by <= 0.0;
                turned += cross.atan2(ax * bx + ay * by);
            }
            prop_assume!(!near);
            let area = Area::new(String::new(), vec![corners]).unwrap();
            let odd = (turned / std::f64::consts::TAU).round() as i64 % 2 != 0;
            prop_assert_eq!(area.contains(at(lon, lat)), odd);
        }
    }
}
