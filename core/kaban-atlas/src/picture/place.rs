//! Where each sign and its number stand, so that none lies on another.
//!
//! A sign stands on its house where there is room. Where houses are too near to each other for that, the sign moves
//! aside and a line leads back to a dot where the house is. Several patients of one house stand in a framed list of
//! their own. Whoever finds no room is asked first in the next round; when that does not help, all signs shrink a step;
//! a house whose sign finds no room even then is drawn bare, without its number, and the caller is told.

use super::pins::{Pin, Severity};
use super::room::Table;
use super::scene::{Point, Rect};

/// Half the width of a sign at full size, millimetres.
pub(super) const SIGN_RADIUS_MM: f32 = 2.3;
/// Size of a number at full size, millimetres an em: its digits are 3.2 mm high.
pub(super) const NUMBER_EM_MM: f32 = 4.4;
/// Height of a digit, part of the em.
pub(super) const DIGIT_EM: f32 = 0.72;
/// Half the width of the dot of a house, millimetres.
pub(super) const HOUSE_RADIUS_MM: f32 = 0.7;

/// Sizes that are tried, part of the full size, and how far a sign may move from its house, millimetres.
const SIZES: [(f32, f32); 4] = [(1.0, 22.0), (0.85, 26.0), (0.72, 32.0), (0.6, 60.0)];
/// Rounds at one size, and the part of all houses above which another round is no use.
const ROUNDS_MAX: usize = 8;
const HOPELESS: usize = 8;
/// Houses nearer than this are one place, millimetres.
const SAME_PLACE_MM: f32 = 0.9;

/// A sign on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    /// The number beside it.
    pub number: u32,
    /// What it says.
    pub severity: Severity,
    /// Where the house is, millimetres on the page.
    pub house: Point,
    /// The square of the sign.
    pub sign: Rect,
    /// The rectangle of the number.
    pub label: Rect,
    /// Whether it had to move away from its house.
    pub moved: bool,
}

/// A sign, or a list of them, that does not stand on its house.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Aside {
    pub house: Point,
    /// Where the line ends, below the sign.
    pub to: Point,
    /// The frame of a list.
    pub frame: Option<Rect>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Placement {
    /// Size of the signs, part of the full size.
    pub size: f32,
    pub signs: Vec<Sign>,
    pub asides: Vec<Aside>,
    /// Pins without a number, by their place in the list.
    pub bare: Vec<usize>,
}

/// Places every pin whose house is on the map. `width` gives how wide a number is at full size.
pub(super) fn place(map: Rect, pins: &[(Pin, Point)], width: impl Fn(u32) -> f32) -> Placement {
    let houses = houses(pins, &width);
    let hopeless = (houses.len() / HOPELESS).max(HOPELESS);
    let mut best: Option<Placement> = None;
    for (size, reach) in SIZES {
        let mut first: Vec<usize> = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let mut table = Table::new(map, pins, &houses, size, reach);
            let smallest = size == SIZES[SIZES.len() - 1].0;
            let failed = table.fill(&first, if smallest { usize::MAX } else { hopeless });
            if failed.is_empty() || smallest {
                let placement = table.placement(&failed);
                if failed.is_empty() {
                    return placement;
                }
                // Of the rounds at the last size the one that leaves the fewest without a number.
                let fewest = best.as_ref().map(|best| best.bare.len());
                if fewest.is_none_or(|fewest| placement.bare.len() < fewest) {
                    best = Some(placement);
                }
            }
            if failed.len() > hopeless {
                break;
            }
            first.retain(|house| !failed.contains(house));
            first.splice(0..0, failed);
        }
    }
    best.unwrap_or_default()
}

/// A house with its patients, by their place in the list, the most urgent first.
pub(super) struct House {
    pub at: Point,
    pub pins: Vec<usize>,
    /// Width of its widest number at full size.
    pub wide: f32,
}

/// Houses in the order in which they are asked: the most urgent patient first, then the smallest number.
fn houses(pins: &[(Pin, Point)], width: impl Fn(u32) -> f32) -> Vec<House> {
    let mut order: Vec<usize> = (0..pins.len()).collect();
    order.sort_by_key(|index| (pins[*index].0.severity, pins[*index].0.number, *index));
    let mut houses: Vec<House> = Vec::new();
    let mut known: std::collections::BTreeMap<(i32, i32), Vec<usize>> = Default::default();
    for index in order {
        let (pin, at) = pins[index];
        let wide = width(pin.number);
        let cell = at.map(|mm| (mm / SAME_PLACE_MM).floor() as i32);
        let near = (-1..=1).flat_map(|x| (-1..=1).map(move |y| (cell[0] + x, cell[1] + y)));
        let same = near
            .filter_map(|cell| known.get(&cell))
            .flatten()
            .copied()
            .filter(|house| apart(houses[*house].at, at) < SAME_PLACE_MM)
            .min();
        if let Some(house) = same {
            houses[house].pins.push(index);
            houses[house].wide = houses[house].wide.max(wide);
        } else {
            known
                .entry((cell[0], cell[1]))
                .or_default()
                .push(houses.len());
            houses.push(House {
                at,
                pins: vec![index],
                wide,
            });
        }
    }
    houses
}

fn apart(a: Point, b: Point) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MAP: Rect = Rect {
        left: 0.0,
        top: 0.0,
        right: 190.0,
        bottom: 230.0,
    };

    fn placed(houses: &[Point]) -> Placement {
        let pins: Vec<(Pin, Point)> = houses
            .iter()
            .enumerate()
            .map(|(index, house)| {
                let pin = Pin {
                    number: index as u32 + 1,
                    at: [0.0, 0.0],
                    severity: Severity::Stable,
                };
                (pin, *house)
            })
            .collect();
        place(MAP, &pins, |number| 2.5 * number.to_string().len() as f32)
    }

    #[test]
    fn a_house_alone_carries_its_sign_at_full_size() {
        let placement = placed(&[[95.0, 100.0]]);
        assert_eq!(placement.size, 1.0);
        let sign = &placement.signs[0];
        assert!(!sign.moved && sign.sign.centre() == [95.0, 100.0]);
        assert!(sign.label.left > sign.sign.right);
    }

    #[test]
    fn near_the_right_edge_the_number_stands_on_the_left() {
        let sign = &placed(&[[186.0, 100.0]]).signs[0];
        assert!(!sign.moved && sign.label.right < sign.sign.left);
    }

    #[test]
    fn two_houses_side_by_side_both_show_their_dot_and_have_a_line_each() {
        let placement = placed(&[[95.0, 100.0], [97.0, 100.0]]);
        assert!(placement.signs.iter().all(|sign| sign.moved));
        for sign in &placement.signs {
            for house in [[95.0, 100.0], [97.0, 100.0]] {
                assert!(!sign.sign.contains(house) && !sign.label.contains(house));
            }
        }
    }

    #[test]
    fn the_patients_of_one_house_stand_in_one_list_with_one_line() {
        let placement = placed(&[[95.0, 100.0]; 12]);
        assert_eq!((placement.size, placement.asides.len()), (1.0, 1));
        let frame = placement.asides[0].frame.unwrap();
        assert!(!frame.contains([95.0, 100.0]));
        assert_eq!(placement.signs.len(), 12);
        for sign in &placement.signs {
            assert!(frame.holds(&sign.sign) && frame.holds(&sign.label));
        }
    }

    #[test]
    fn a_crowd_shrinks_the_signs_until_all_have_room() {
        let street: Vec<Point> = (0..60)
            .map(|n| [80.0 + (n % 20) as f32, 90.0 + (n / 20) as f32])
            .collect();
        let crowd = placed(&street);
        assert!(
            crowd.size < 1.0 && crowd.bare.is_empty(),
            "{} {:?}",
            crowd.size,
            crowd.bare
        );
    }

    #[test]
    fn the_most_urgent_stands_first_in_a_list() {
        let pin = |number, severity| Pin {
            number,
            at: [0.0, 0.0],
            severity,
        };
        let house = [95.0, 100.0];
        let pins = [
            (pin(1, Severity::Stable), house),
            (pin(2, Severity::EndOfLife), house),
        ];
        let signs = place(MAP, &pins, |_| 2.5).signs;
        assert_eq!(signs[0].number, 1);
        assert!(signs[1].sign.top < signs[0].sign.top);
    }
}
