//! The map as it fills: what is taken, and whether there is still room for the signs of a house.

use super::grid::Grid;
use super::lines::{cross, distance, touches};
use super::pins::Pin;
use super::place::{
    Aside, DIGIT_EM, HOUSE_RADIUS_MM, House, NUMBER_EM_MM, Placement, SIGN_RADIUS_MM, Sign,
};
use super::scene::{Point, Rect};

/// Between two signs, millimetres.
const GAP_MM: f32 = 0.35;
/// Directions that are tried around a house.
const DIRECTIONS: usize = 24;
/// Shortest line from a house to its sign, and between two lengths that are tried, millimetres.
const LINE_MM_MIN: f32 = 2.6;
const STEP_MM: f32 = 1.5;
/// Most rows of a list before it gets another column.
const ROWS_MAX: usize = 8;

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

pub(super) struct Table<'p> {
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
    pub fn new(
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
    pub fn fill(&mut self, first: &[usize], hopeless: usize) -> Vec<usize> {
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

    pub fn placement(self, failed: &[usize]) -> Placement {
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
