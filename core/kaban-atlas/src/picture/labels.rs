//! Names, shields and signs of places on the map: the most important first, each where there is still room.
//!
//! What promises the reader trust in the numbers: no name, shield or sign ever lies on another, nor on the sign, number
//! or line of a house. What finds no room is left out; equal wishes give equal places.

use super::grid::Grid;
use super::lines::touches;
use super::place::Placement;
use super::scene::{Colour, Path, Point, Rect, Role, Scene, Stroke, Verb};
use super::signs::circle;
use super::text::{Line, Setter, Side};
use super::theme::colour;
use crate::style::assets::Mark;

/// Most wishes of one picture; the least important beyond are not looked at.
const WISHES_MAX: usize = 12_000;
/// Between two labels, millimetres.
const GAP_MM: f32 = 0.5;
/// Height of a line of text, part of the em, and how much of it lies above the baseline.
const HEIGHT_EM: f32 = 1.0;
const ABOVE_EM: f32 = 0.84;
/// Names of one line: the rest is cut. Letters.
const LETTERS_MAX: usize = 40;
/// How far a line may bend below a name, millimetres.
const BEND_MM: f32 = 0.8;

/// Where a label may stand.
#[derive(Clone, Debug)]
pub(super) enum Spot {
    /// Its middle on the point, else around it.
    Over(Point),
    /// A sign on the point, its words beside it.
    Beside {
        at: Point,
        sign: Sign,
        /// Whether the sign may stand a little away from its place where that is taken.
        moves: bool,
    },
    /// Along a line.
    Along(Vec<Point>),
    /// A plate on a line.
    On(Vec<Point>),
    /// A round plate on the point, else as near as there is room.
    Badge(Point),
}

/// A sign of the phone's map, for paper.
#[derive(Clone, Debug)]
pub(super) struct Sign {
    pub marks: Vec<Mark>,
    /// Pixels of its square.
    pub side: [f32; 2],
    /// Millimetres for a pixel.
    pub mm: f32,
}

/// Something that would like to stand on the map.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The smaller the earlier it is asked: kind, then rank within it.
    pub order: [i64; 2],
    pub role: Role,
    pub text: String,
    /// Size of the letters, millimetres; no letters for 0.
    pub em: f32,
    pub ink: Colour,
    /// Colour behind the letters of a plate.
    pub plate: Option<Colour>,
    pub spot: Spot,
    /// Equal words of one role keep so far apart, millimetres.
    pub apart: f32,
}

/// What takes room.
enum Thing {
    Block(Rect),
    Line(Point, Point),
}

/// The map as it fills with labels.
pub(super) struct Labels {
    map: Rect,
    grid: Grid,
    things: Vec<Thing>,
    /// Words that stand, with their place.
    said: std::collections::BTreeMap<(u8, String), Vec<Point>>,
    /// Labels whose letters the font lacks.
    pub unwritten: usize,
}

/// A label that found its place.
enum Placed {
    Straight { at: Point, side: Side },
    Turned { middle: Point, along: Point },
}

impl Labels {
    /// A map on which the houses stand already.
    pub fn around(map: Rect, placement: &Placement, bare: &[Point]) -> Self {
        let mut labels = Self {
            map,
            grid: Grid::new(map),
            things: Vec::new(),
            said: Default::default(),
            unwritten: 0,
        };
        for sign in &placement.signs {
            labels.take(&[sign.sign, sign.label]);
        }
        for aside in &placement.asides {
            labels.take(&[Rect::around(aside.house, 1.6, 1.6)]);
            labels.take(aside.frame.as_slice());
            let rect = Rect::of(&[Verb::Move(aside.house), Verb::Line(aside.to)]);
            if let Some(rect) = rect {
                labels.grid.add(rect, labels.things.len());
                labels.things.push(Thing::Line(aside.house, aside.to));
            }
        }
        for house in bare {
            labels.take(&[Rect::around(*house, 3.0, 3.0)]);
        }
        labels
    }

    /// Draws as many of the wishes as find room.
    pub fn draw(&mut self, scene: &mut Scene, setter: &Setter<'_>, mut wishes: Vec<Wish>) {
        wishes.sort_by(|a, b| {
            let place = |wish: &Wish| wish.spot.first().map(|mm| (mm * 100.0).round() as i64);
            (a.order, &a.text, place(a)).cmp(&(b.order, &b.text, place(b)))
        });
        wishes.truncate(WISHES_MAX);
        for wish in &wishes {
            self.grant(scene, setter, wish);
        }
    }

    fn grant(&mut self, scene: &mut Scene, setter: &Setter<'_>, wish: &Wish) {
        let text: String = wish.text.chars().take(LETTERS_MAX).collect();
        let line = (wish.em > 0.0 && !text.is_empty()).then(|| setter.name(&text, wish.em));
        let line = match line {
            Some(None) => {
                self.unwritten += 1;
                None
            }
            other => other.flatten(),
        };
        let line = line.map(|line| line.inked(wish.ink));
        match (&wish.spot, line) {
            (Spot::Over(at), Some(line)) => self.over(scene, wish, *at, &line),
            (Spot::Beside { at, sign, moves }, line) => {
                self.beside(scene, wish, *at, sign, *moves, line.as_ref());
            }
            (Spot::Along(points), Some(line)) => self.along(scene, wish, points, &line),
            (Spot::On(points), Some(line)) => self.on(scene, wish, points, &line),
            (Spot::Badge(at), Some(line)) => self.badge(scene, wish, *at, &line),
            (_, None) => {}
        }
    }

    fn over(&mut self, scene: &mut Scene, wish: &Wish, at: Point, line: &Line) {
        // Over the place first, then farther up and down, and to the sides of each.
        let (down, aside) = (wish.em * 0.9, line.width / 2.0 + 1.0);
        let heights = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0].map(|lines| lines * down);
        let sides = [0.0, 1.0, -1.0].map(|halves| halves * aside);
        let shifts = sides.into_iter().flat_map(|x| heights.map(|y| [x, y]));
        for [x, y] in shifts {
            let middle = [at[0] + x, at[1] + y];
            let block = Rect::around(middle, line.width, wish.em * HEIGHT_EM);
            if self.far(wish, middle) && self.free(&[block]) {
                let at = [block.left, block.top + wish.em * ABOVE_EM];
                let side = Side::Left;
                self.write(scene, wish, line, &Placed::Straight { at, side });
                self.took(wish, middle, &[block]);
                return;
            }
        }
    }

    fn beside(
        &mut self,
        scene: &mut Scene,
        wish: &Wish,
        at: Point,
        sign: &Sign,
        moves: bool,
        line: Option<&Line>,
    ) {
        let [wide, high] = sign.side.map(|pixels| pixels * sign.mm);
        let turns = (0..48).map(|turn| {
            let angle = std::f32::consts::FRAC_PI_8 * turn as f32;
            let away = [3.0, 5.0, 7.0][turn / 16];
            [at[0] + away * angle.cos(), at[1] + away * angle.sin()]
        });
        let places = std::iter::once(at).chain(turns.take(if moves { 48 } else { 0 }));
        let mut bare = None;
        for middle in places {
            let plate = Rect::around(middle, wide, high);
            if !self.far(wish, middle) || !self.free(&[plate]) {
                continue;
            }
            let Some(line) = line else {
                bare = Some((middle, plate));
                break;
            };
            let words = |centre: Point| Rect::around(centre, line.width, wish.em * HEIGHT_EM);
            let (x, y) = (middle[0], middle[1]);
            let (aside, above) = (
                (wide + line.width) / 2.0 + 0.4,
                (high + wish.em * HEIGHT_EM) / 2.0 + 0.3,
            );
            let around = [
                [x + aside, y],
                [x - aside, y],
                [x, y + above],
                [x, y - above],
            ];
            let block = around
                .into_iter()
                .map(words)
                .find(|block| self.free(&[*block]));
            if let Some(block) = block {
                sign.draw(scene, wish.role, middle);
                let at = [block.left, block.top + wish.em * ABOVE_EM];
                let side = Side::Left;
                self.write(scene, wish, line, &Placed::Straight { at, side });
                self.took(wish, middle, &[plate, block]);
                return;
            }
            bare = bare.or(Some((middle, plate)));
        }
        if let Some((middle, plate)) = bare {
            sign.draw(scene, wish.role, middle);
            self.took(wish, middle, &[plate]);
        }
    }

    fn along(&mut self, scene: &mut Scene, wish: &Wish, points: &[Point], line: &Line) {
        for (from, to) in straight(points, line.width + wish.em * 0.5) {
            let middle = [f32::midpoint(from[0], to[0]), f32::midpoint(from[1], to[1])];
            let length = (to[0] - from[0]).hypot(to[1] - from[1]);
            let mut along = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
            if along[0] < 0.0 || (along[0] == 0.0 && along[1] > 0.0) {
                along = along.map(|part| -part);
            }
            let count = (line.width / wish.em).ceil().max(1.0);
            let blocks: Vec<Rect> = (0..count as usize)
                .map(|n| {
                    let away = line.width * ((n as f32 + 0.5) / count - 0.5);
                    let centre = [middle[0] + along[0] * away, middle[1] + along[1] * away];
                    // A square that turns needs so much more room.
                    let side = wish.em * (along[0].abs() + along[1].abs()).min(1.3);
                    Rect::around(centre, side, side)
                })
                .collect();
            if self.far(wish, middle) && self.free(&blocks) {
                self.write(scene, wish, line, &Placed::Turned { middle, along });
                self.took(wish, middle, &blocks);
                return;
            }
        }
    }

    fn on(&mut self, scene: &mut Scene, wish: &Wish, points: &[Point], line: &Line) {
        for (from, to) in straight(points, 3.0) {
            let middle = [f32::midpoint(from[0], to[0]), f32::midpoint(from[1], to[1])];
            let block = Rect::around(middle, line.width + 1.6, wish.em * HEIGHT_EM + 0.7);
            if self.far(wish, middle) && self.free(&[block]) {
                let at = [
                    middle[0],
                    middle[1] + wish.em * (ABOVE_EM - HEIGHT_EM / 2.0),
                ];
                if let Some(plate) = wish.plate {
                    let edge = Stroke::solid(line.edge(), 0.5);
                    let path = slab(block, 0.8);
                    scene.push(wish.role, path.clone(), Some(plate), Some(edge));
                }
                let side = Side::Middle;
                self.write(scene, wish, line, &Placed::Straight { at, side });
                self.took(wish, middle, &[block]);
                return;
            }
        }
    }

    fn badge(&mut self, scene: &mut Scene, wish: &Wish, at: Point, line: &Line) {
        let side = (wish.em * 1.3).max(line.width + 2.0);
        let aways = [0.0, 3.6, 4.4, 5.4, 6.8, 8.6];
        let places = aways.into_iter().flat_map(|away: f32| {
            (0..if away > 0.0 { 16 } else { 1 }).map(move |turn| {
                // From the upper right, where a number is read.
                let angle = std::f32::consts::FRAC_PI_8 * (turn as f32 - 2.0);
                [at[0] + away * angle.cos(), at[1] + away * angle.sin()]
            })
        });
        for middle in places {
            let block = Rect::around(middle, side, side);
            if self.free(&[block]) {
                let edge = Stroke::solid(line.edge(), 0.6);
                let round = circle(middle, side / 2.0 - 0.3);
                scene.push(wish.role, round, wish.plate, Some(edge));
                let at = [middle[0], middle[1] + wish.em * 0.36];
                let side = Side::Middle;
                self.write(scene, wish, line, &Placed::Straight { at, side });
                self.took(wish, middle, &[block]);
                return;
            }
        }
    }

    fn write(&self, scene: &mut Scene, wish: &Wish, line: &Line, placed: &Placed) {
        let halo = wish.plate.is_none().then_some(0.45);
        match placed {
            Placed::Straight { at, side } => line.draw(scene, wish.role, *at, *side, halo),
            Placed::Turned { middle, along } => {
                let down = wish.em * (ABOVE_EM - HEIGHT_EM / 2.0);
                line.draw_along(scene, wish.role, *middle, *along, down, halo);
            }
        }
    }

    /// Whether the same words stand nowhere near.
    fn far(&self, wish: &Wish, at: Point) -> bool {
        let said = self.said.get(&(wish.role.group(), wish.text.clone()));
        wish.text.is_empty()
            || said.is_none_or(|places| {
                places
                    .iter()
                    .all(|[x, y]| (x - at[0]).hypot(y - at[1]) >= wish.apart)
            })
    }

    fn free(&self, blocks: &[Rect]) -> bool {
        let inside = self.map.grown(-0.8);
        blocks.iter().all(|block| {
            let wide = block.grown(GAP_MM);
            inside.holds(block)
                && self.grid.near(wide).all(|thing| match &self.things[thing] {
                    Thing::Block(other) => !wide.overlaps(other),
                    Thing::Line(from, to) => !touches(*from, *to, &wide),
                })
        })
    }

    fn took(&mut self, wish: &Wish, at: Point, blocks: &[Rect]) {
        self.take(blocks);
        self.said
            .entry((wish.role.group(), wish.text.clone()))
            .or_default()
            .push(at);
    }

    fn take(&mut self, blocks: &[Rect]) {
        for block in blocks {
            self.grid.add(*block, self.things.len());
            self.things.push(Thing::Block(*block));
        }
    }
}

impl Spot {
    fn first(&self) -> Point {
        match self {
            Self::Over(at) | Self::Beside { at, .. } | Self::Badge(at) => *at,
            Self::Along(points) | Self::On(points) => points.first().copied().unwrap_or_default(),
        }
    }
}

impl Sign {
    fn draw(&self, scene: &mut Scene, role: Role, middle: Point) {
        let corner = [
            middle[0] - self.side[0] * self.mm / 2.0,
            middle[1] - self.side[1] * self.mm / 2.0,
        ];
        let moved = |[x, y]: Point| [corner[0] + x * self.mm, corner[1] + y * self.mm];
        for mark in &self.marks {
            let path: Path = mark.path.iter().map(|verb| verb.map(moved)).collect();
            let ink = colour(mark.ink);
            match mark.pen {
                None => scene.push(role, path, Some(ink), None),
                Some(pen) => {
                    scene.push(role, path, None, Some(Stroke::solid(ink, pen * self.mm)));
                }
            }
        }
    }
}

/// Stretches of a line that are as long as `length` and almost straight, those nearest to its middle first.
fn straight(points: &[Point], length: f32) -> Vec<(Point, Point)> {
    const STEP_MM: f32 = 3.0;
    const STRETCHES_MAX: usize = 60;
    let mut reached = vec![0.0_f32];
    for pair in points.windows(2) {
        let step = (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]);
        reached.push(reached[reached.len() - 1] + step);
    }
    let whole = reached[reached.len() - 1];
    if points.len() < 2 || whole < length {
        return Vec::new();
    }
    let at = |away: f32| -> (usize, Point) {
        let index = reached
            .partition_point(|mm| *mm <= away)
            .clamp(1, points.len() - 1);
        let (a, b) = (points[index - 1], points[index]);
        let step = (reached[index] - reached[index - 1]).max(f32::MIN_POSITIVE);
        let share = ((away - reached[index - 1]) / step).clamp(0.0, 1.0);
        let between = |axis: usize| a[axis] + (b[axis] - a[axis]) * share;
        (index, [between(0), between(1)])
    };
    let room = whole - length;
    let count = ((room / STEP_MM) as usize).min(STRETCHES_MAX * 4);
    let mut starts: Vec<f32> = (0..=count)
        .map(|n| {
            room * if count == 0 {
                0.5
            } else {
                n as f32 / count as f32
            }
        })
        .collect();
    starts.sort_by(|a, b| {
        let away = |start: &f32| (start - room / 2.0).abs();
        away(a).total_cmp(&away(b)).then(a.total_cmp(b))
    });
    let stretch = |start: f32| {
        let ((first, from), (last, to)) = (at(start), at(start + length));
        let inner = points.get(first..last).unwrap_or_default();
        let bends = inner
            .iter()
            .any(|point| super::lines::distance(*point, from, to) > BEND_MM);
        let long = (to[0] - from[0]).hypot(to[1] - from[1]) >= length * 0.97;
        (!bends && long).then_some((from, to))
    };
    let found = starts.into_iter().filter_map(stretch);
    found.take(STRETCHES_MAX).collect()
}

/// A plate with round corners.
fn slab(rect: Rect, corner: f32) -> Path {
    let Rect {
        left,
        top,
        right,
        bottom,
    } = rect;
    vec![
        Verb::Move([left + corner, top]),
        Verb::Line([right - corner, top]),
        Verb::Quad([right, top], [right, top + corner]),
        Verb::Line([right, bottom - corner]),
        Verb::Quad([right, bottom], [right - corner, bottom]),
        Verb::Line([left + corner, bottom]),
        Verb::Quad([left, bottom], [left, bottom - corner]),
        Verb::Line([left, top + corner]),
        Verb::Quad([left, top], [left + corner, top]),
        Verb::Close,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_where_its_road_is_straight() {
        // A bend of 90° in the middle: the halves are straight, the corner is not.
        let road = [[0.0, 0.0], [40.0, 0.0], [40.0, 40.0]];
        let found = straight(&road, 20.0);
        assert!(!found.is_empty());
        for (from, to) in found {
            assert!(from[1] == to[1] || from[0] == to[0], "{from:?} {to:?}");
        }
        assert!(straight(&road, 60.0).is_empty());
        assert!(straight(&[], 1.0).is_empty() && straight(&[[1.0, 1.0]], 0.0).is_empty());
    }
}
