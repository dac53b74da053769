//! Where each sign and its number stand, so that none lies on another.
//!
//! A sign stands on its house where there is room. Where houses are too near to each other for that, the sign moves
//! aside and a line leads back to a dot where the house is. Several patients of one house stand in a framed list of
//! their own. Whoever finds no room is asked first in the next round; when that does not help, all signs shrink a step;
//! a house whose sign finds no room even then is drawn bare, without its number, and the caller is told.

use super::grid::Grid;
use super::lines::{cross, distance, touches};
use super::pins::{Pin, Severity};
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
/// Between two signs, millimetres.
const GAP_MM: f32 = 0.35;
/// Directions that are tried around a house.
const DIRECTIONS: usize = 24;
/// Shortest line from a house to its sign, and between two lengths that are tried, millimetres.
const LINE_MM_MIN: f32 = 2.6;
const STEP_MM: f32 = 1.5;
/// Most rows of a list before it gets another column.
const ROWS_MAX: usize = 8;

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
struct House {
    at: Point,
    pins: Vec<usize>,
    /// Width of its widest number at full size.
    wide: f32,
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

/// What the line to a sign that moved may run over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Care {
    /// Over nothing.
    Full,
    /// Over other lines and houses.
    Lines,
    /// Below other signs as well.
    Signs,
}

/// Which side of its sign a number stands on.
#[derive(Clone, Copy)]
enum Beside {
    Right,
    Left,
    Below,
    Above,
}

/// Something on the map that must stay to be seen.
#[derive(Clone, Copy)]
enum Thing {
    Block(Rect),
    House(Point),
    Leader(Point, Point),
}

/// A place for the signs of a house.
struct Proposal {
    signs: Vec<(Rect, Rect)>,
    /// What must not be covered, nor cover: sign and number, or the whole list.
    blocks: Vec<Rect>,
    /// Where the line ends, and the frame of a list; nothing on the house.
    aside: Option<Aside>,
}

struct Table<'p> {
    map: Rect,
    pins: &'p [(Pin, Point)],
    houses: &'p [House],
    radius: f32,
    digit: f32,
    size: f32,
    reach: f32,
    things: Vec<Thing>,
    grid: Grid,
    taken: Vec<Option<Proposal>>,
}

impl<'p> Table<'p> {
    fn new(
        map: Rect,
        pins: &'p [(Pin, Point)],
        houses: &'p [House],
        size: f32,
        reach: f32,
    ) -> Self {
        let mut table = Self {
            map,
            pins,
            houses,
            radius: SIGN_RADIUS_MM * size,
            digit: NUMBER_EM_MM * DIGIT_EM * size,
            size,
            reach,
            things: Vec::new(),
            grid: Grid::new(map),
            taken: houses.iter().map(|_| None).collect(),
        };
        for house in houses {
            table.add(Thing::House(house.at));
        }
        table
    }

    /// Those who found no room before, then signs on their houses, then the others around theirs. Gives the houses for
    /// which there was no room, and stops when they are more than `hopeless`; if that cannot be, lines may cross.
    fn fill(&mut self, first: &[usize], hopeless: usize) -> Vec<usize> {
        for &house in first {
            if !self.on_house(house) {
                self.aside(house, Care::Full);
            }
        }
        for house in 0..self.houses.len() {
            if self.taken[house].is_none() {
                self.on_house(house);
            }
        }
        let least = if hopeless == usize::MAX {
            Care::Signs
        } else {
            Care::Full
        };
        let mut failed = Vec::new();
        for house in 0..self.houses.len() {
            if self.taken[house].is_none() && !self.aside(house, least) {
                failed.push(house);
                if failed.len() > hopeless {
                    break;
                }
            }
        }
        failed
    }

    fn placement(self, failed: &[usize]) -> Placement {
        let mut signs: Vec<(usize, Sign)> = Vec::new();
        let mut asides = Vec::new();
        for (house, taken) in self.houses.iter().zip(&self.taken) {
            let Some(taken) = taken else { continue };
            asides.extend(taken.aside);
            for (&index, &(sign, label)) in house.pins.iter().zip(&taken.signs) {
                let Pin {
                    number, severity, ..
                } = self.pins[index].0;
                let sign = Sign {
                    number,
                    severity,
                    house: house.at,
                    sign,
                    label,
                    moved: taken.aside.is_some(),
                };
                signs.push((index, sign));
            }
        }
        signs.sort_by_key(|(index, _)| *index);
        let mut bare: Vec<usize> = failed
            .iter()
            .flat_map(|house| self.houses[*house].pins.iter().copied())
            .collect();
        bare.sort_unstable();
        Placement {
            size: self.size,
            signs: signs.into_iter().map(|(_, sign)| sign).collect(),
            asides,
            bare,
        }
    }

    /// Tries the house itself; a list never stands on it.
    fn on_house(&mut self, house: usize) -> bool {
        let House { at, pins, wide } = &self.houses[house];
        if pins.len() > 1 {
            return false;
        }
        let sides = [Beside::Right, Beside::Left, Beside::Below, Beside::Above];
        let proposal = sides.into_iter().find_map(|side| {
            let (sign, label) = self.pair(*at, side, wide * self.size);
            let proposal = Proposal {
                signs: vec![(sign, label)],
                blocks: vec![sign, label],
                aside: None,
            };
            (self.care(*at, &proposal) == Some(Care::Full)).then_some(proposal)
        });
        proposal.is_some_and(|proposal| self.take(house, proposal))
    }

    /// Tries around the house and takes the nearest place with the most care, if that is not below `least`.
    fn aside(&mut self, house: usize, least: Care) -> bool {
        let at = self.houses[house].at;
        let mut second: Option<(Care, Proposal)> = None;
        let lengths = ((self.reach - LINE_MM_MIN) / STEP_MM) as usize;
        for length in 0..=lengths {
            let away = LINE_MM_MIN + length as f32 * STEP_MM;
            for turn in 0..DIRECTIONS {
                let angle = turn as f32 * std::f32::consts::TAU / DIRECTIONS as f32;
                let direction = [angle.cos(), angle.sin()];
                let sides = if direction[0] >= -0.01 {
                    [Beside::Right, Beside::Left]
                } else {
                    [Beside::Left, Beside::Right]
                };
                for side in sides {
                    let proposal = self.beside(house, direction, away, side);
                    match self.care(at, &proposal) {
                        Some(Care::Full) => return self.take(house, proposal),
                        Some(care)
                            if care <= least
                                && second.as_ref().is_none_or(|(best, _)| care < *best) =>
                        {
                            second = Some((care, proposal));
                        }
                        _ => {}
                    }
                }
            }
        }
        second.is_some_and(|(_, proposal)| self.take(house, proposal))
    }

    /// A sign or a list whose edge is about `away` from the house.
    fn beside(&self, house: usize, direction: Point, away: f32, side: Beside) -> Proposal {
        let House { at, pins, wide } = &self.houses[house];
        let wide = wide * self.size;
        let around = |half: [f32; 2]| {
            [
                at[0] + direction[0] * (half[0] + away),
                at[1] + direction[1] * (half[1] + away),
            ]
        };
        if pins.len() == 1 {
            let centre = around([self.radius; 2]);
            let (sign, label) = self.pair(centre, side, wide);
            return Proposal {
                signs: vec![(sign, label)],
                blocks: vec![sign, label],
                aside: Some(Aside {
                    house: *at,
                    to: centre,
                    frame: None,
                }),
            };
        }
        let rows = pins.len().min(ROWS_MAX);
        let columns = pins.len().div_ceil(rows);
        let pitch = 2.0 * self.radius + 0.6 * self.size;
        let column = 2.0 * self.radius + wide + 2.2 * self.size;
        let (width, height) = (
            columns as f32 * column,
            rows as f32 * pitch + 0.6 * self.size,
        );
        let centre = around([width / 2.0, height / 2.0]);
        let frame = Rect::around(centre, width, height);
        let signs = (0..pins.len()).map(|index| {
            let (right, down) = ((index / rows) as f32, (index % rows) as f32);
            let x = frame.left + right * column + self.radius + 0.5 * self.size;
            let y = frame.top + (down + 0.5) * pitch + 0.3 * self.size;
            self.pair([x, y], Beside::Right, wide)
        });
        Proposal {
            signs: signs.collect(),
            blocks: vec![frame],
            aside: Some(Aside {
                house: *at,
                to: centre,
                frame: Some(frame),
            }),
        }
    }

    /// A sign around `centre` and its number.
    fn pair(&self, centre: Point, side: Beside, wide: f32) -> (Rect, Rect) {
        let (x, y) = (centre[0], centre[1]);
        let away = self.radius + 0.5 * self.size;
        let middle = match side {
            Beside::Right => [x + away + wide / 2.0, y],
            Beside::Left => [x - away - wide / 2.0, y],
            Beside::Below => [x, y + away + self.digit / 2.0],
            Beside::Above => [x, y - away - self.digit / 2.0],
        };
        (
            Rect::around(centre, 2.0 * self.radius, 2.0 * self.radius),
            Rect::around(middle, wide, self.digit),
        )
    }

    /// With how much care a place can be taken; nothing if it would cover a sign, a number or a house.
    fn care(&self, house: Point, new: &Proposal) -> Option<Care> {
        let inside = self.map.grown(-0.8);
        let mut care = Care::Full;
        for block in &new.blocks {
            if !inside.holds(block) {
                return None;
            }
            care = care.max(self.covers(house, block, new)?);
        }
        match new.aside {
            Some(aside) => Some(care.max(self.runs_over(&aside, new)?)),
            None => Some(care),
        }
    }

    /// Whether a sign, number or list covers a line; nothing if it covers more than that.
    fn covers(&self, house: Point, block: &Rect, new: &Proposal) -> Option<Care> {
        let rect = block.grown(GAP_MM);
        self.grid
            .near(rect)
            .try_fold(Care::Full, |care, thing| match self.things[thing] {
                Thing::Block(other) => (!rect.overlaps(&other)).then_some(care),
                Thing::House(other) => {
                    let own = new.aside.is_none() && other == house;
                    let clear = own || !block.grown(HOUSE_RADIUS_MM).contains(other);
                    clear.then_some(care)
                }
                Thing::Leader(from, to) if touches(from, to, &rect) => Some(Care::Signs),
                Thing::Leader(..) => Some(care),
            })
    }

    /// What the line from the house to the sign runs over; nothing if that is its own number.
    fn runs_over(&self, aside: &Aside, new: &Proposal) -> Option<Care> {
        let Aside { house, to, frame } = *aside;
        if frame.is_none() && touches(house, to, &new.signs[0].1) {
            return None;
        }
        let around = Rect {
            left: house[0].min(to[0]),
            top: house[1].min(to[1]),
            right: house[0].max(to[0]),
            bottom: house[1].max(to[1]),
        };
        let care = self
            .grid
            .near(around)
            .map(|thing| match self.things[thing] {
                Thing::Block(other) if touches(house, to, &other.grown(0.1)) => Care::Signs,
                Thing::House(other)
                    if other != house && distance(other, house, to) <= HOUSE_RADIUS_MM =>
                {
                    Care::Lines
                }
                Thing::Leader(from, end) if cross(house, to, from, end) => Care::Lines,
                _ => Care::Full,
            });
        Some(care.max().unwrap_or(Care::Full))
    }

    fn take(&mut self, house: usize, chosen: Proposal) -> bool {
        for block in &chosen.blocks {
            self.add(Thing::Block(*block));
        }
        if let Some(Aside { house, to, .. }) = chosen.aside {
            self.add(Thing::Leader(house, to));
        }
        self.taken[house] = Some(chosen);
        true
    }

    fn add(&mut self, thing: Thing) {
        let rect = match thing {
            Thing::Block(rect) => rect,
            Thing::House(at) => Rect::around(at, 2.0 * HOUSE_RADIUS_MM, 2.0 * HOUSE_RADIUS_MM),
            Thing::Leader(a, b) => Rect {
                left: a[0].min(b[0]),
                top: a[1].min(b[1]),
                right: a[0].max(b[0]),
                bottom: a[1].max(b[1]),
            },
        };
        self.grid.add(rect, self.things.len());
        self.things.push(thing);
    }
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
