//! A drawing in millimetres of paper: what the layout makes and the painters read.
//!
//! A scene holds paths only, each with the role it plays; a text is the outlines of its letters, with the words beside
//! them. So every painter draws the same picture, whatever fonts are on its machine.

use super::Severity;
use std::sync::Arc;

/// A point in millimetres from the upper left corner, `[right, down]`.
pub type Point = [f32; 2];

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verb {
    /// Begin here.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A quadratic curve: control point, end.
    Quad(Point, Point),
    /// A cubic curve: two control points, end.
    Cubic(Point, Point, Point),
    /// Back to the beginning.
    Close,
}

impl Verb {
    /// The verb with every point moved by `map`.
    pub(crate) fn map(self, map: impl Fn(Point) -> Point) -> Self {
        match self {
            Self::Move(a) => Self::Move(map(a)),
            Self::Line(a) => Self::Line(map(a)),
            Self::Quad(a, b) => Self::Quad(map(a), map(b)),
            Self::Cubic(a, b, c) => Self::Cubic(map(a), map(b), map(c)),
            Self::Close => Self::Close,
        }
    }

    fn points(&self) -> impl Iterator<Item = Point> {
        let points = match *self {
            Self::Move(a) | Self::Line(a) => [Some(a), None, None],
            Self::Quad(a, b) => [Some(a), Some(b), None],
            Self::Cubic(a, b, c) => [Some(a), Some(b), Some(c)],
            Self::Close => [None; 3],
        };
        points.into_iter().flatten()
    }
}

/// A path: any number of lines and outlines.
pub type Path = Vec<Verb>;

/// A rectangle of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Rect {
    /// The rectangle of this width and height around `centre`.
    #[must_use]
    pub fn around(centre: Point, width: f32, height: f32) -> Self {
        Self {
            left: centre[0] - width / 2.0,
            top: centre[1] - height / 2.0,
            right: centre[0] + width / 2.0,
            bottom: centre[1] + height / 2.0,
        }
    }

    /// The smallest rectangle around every point of a path, control points included; `None` of an empty path.
    #[must_use]
    pub fn of(path: &[Verb]) -> Option<Self> {
        let mut points = path.iter().flat_map(Verb::points);
        let [x, y] = points.next()?;
        let mut rect = Self {
            left: x,
            top: y,
            right: x,
            bottom: y,
        };
        for [x, y] in points {
            rect.left = rect.left.min(x);
            rect.top = rect.top.min(y);
            rect.right = rect.right.max(x);
            rect.bottom = rect.bottom.max(y);
        }
        Some(rect)
    }

    /// Larger by `by` on every side.
    #[must_use]
    pub fn grown(self, by: f32) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    /// Whether the two share more than an edge.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether `other` lies inside, edges included.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }

    /// Whether the point lies inside, edges included.
    #[must_use]
    pub fn contains(&self, [x, y]: Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// Width in millimetres.
    #[must_use]
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Height in millimetres.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// The middle.
    #[must_use]
    pub fn centre(&self) -> Point {
        [
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        ]
    }

    pub(super) fn path(&self) -> Path {
        vec![
            Verb::Move([self.left, self.top]),
            Verb::Line([self.right, self.top]),
            Verb::Line([self.right, self.bottom]),
            Verb::Line([self.left, self.bottom]),
            Verb::Close,
        ]
    }
}

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// How bright it is on a black and white printer, 0 to 255 (ITU-R BT.601).
    #[must_use]
    pub fn grey(self) -> u8 {
        let Self(red, green, blue) = self;
        ((u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000) as u8
    }
}

/// A line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Colour,
    /// Its width in millimetres.
    pub width: f32,
    /// Lengths of dash and gap in millimetres, if it is broken.
    pub dash: Option<[f32; 2]>,
}

impl Stroke {
    pub(super) fn solid(colour: Colour, width: f32) -> Self {
        Self {
            colour,
            width,
            dash: None,
        }
    }
}

/// What an item is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The sheet, and its margins over the roads that run out of the map.
    Paper,
    /// Land without a use.
    Ground,
    /// What the land is used for.
    Landuse,
    /// The hatch over some of it.
    LandHatch,
    /// Sea, lakes, broad rivers.
    Water,
    /// Running water drawn as a line.
    Stream,
    /// Buildings.
    Building,
    /// Borders of the state, of prefectures, of municipalities.
    Boundary,
    /// Railways.
    Rail,
    /// Ways for feet.
    Footway,
    /// The dark edge of a road.
    Casing,
    /// A road.
    Road,
    /// The land that is reached in so many minutes.
    Band(u32),
    /// Its edge.
    BandEdge(u32),
    /// The border of a former municipality.
    AreaBorder,
    /// Its name.
    AreaName,
    /// A way.
    Route,
    /// Its light edge.
    RouteEdge,
    /// The how-manieth stop of a round.
    Stop,
    /// Where one starts from.
    Start,
    /// A closed road, or a place that is closed to cars.
    Closure,
    /// The sign on it.
    ClosureSign,
    /// The name of a town, village or part of it.
    Name,
    /// The name of a water.
    WaterName,
    /// The name of a road.
    RoadName,
    /// The number of a road.
    Shield,
    /// The sign of a hospital, a station or the like, and its name.
    PlaceSign,
    /// The edge of the map.
    Border,
    /// From a house to the sign that had to make room.
    Leader,
    /// Where such a house stands.
    House,
    /// The frame around several patients of one house.
    List,
    /// The sign of a patient on the map.
    Sign(Severity),
    /// Their number.
    Number,
    /// The dark plate behind the number of a house that is too far.
    Far,
    /// The same sign in the legend.
    LegendSign(Severity),
    /// Any other sign in the legend.
    LegendKey,
    /// Its words.
    LegendText,
    /// What the map shows.
    Title,
    /// Of when.
    Date,
    /// A length on the ground.
    Scale,
    /// The arrow to the north.
    North,
    /// Whose map data it is.
    Attribution,
    /// Anything else that was asked for.
    Note,
    /// Said instead of pins.
    Empty,
}

impl Role {
    /// Whether it is a label that keeps clear of all others.
    #[must_use]
    pub fn is_label(self) -> bool {
        matches!(
            self,
            Self::AreaName
                | Self::Stop
                | Self::Start
                | Self::ClosureSign
                | Self::Name
                | Self::WaterName
                | Self::RoadName
                | Self::Shield
                | Self::PlaceSign
        )
    }

    /// Labels of one group do not say the same twice in one place.
    pub(super) fn group(self) -> u8 {
        match self {
            Self::RoadName => 1,
            Self::Shield => 2,
            Self::WaterName => 3,
            Self::PlaceSign => 4,
            _ => 0,
        }
    }
}

/// A path with its paint.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is there for.
    pub role: Role,
    /// The words, if it is a text.
    pub text: Option<String>,
    /// Its outline.
    pub path: Arc<Path>,
    /// The colour inside, non-zero winding.
    pub fill: Option<Colour>,
    /// The line, drawn over the fill; ends and corners are round.
    pub stroke: Option<Stroke>,
}

impl Item {
    /// The rectangle around it, its line included.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect> {
        let line = self.stroke.map_or(0.0, |stroke| stroke.width / 2.0);
        Rect::of(&self.path).map(|rect| rect.grown(line))
    }
}

/// A drawing: items in the order in which they are painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width of the sheet in millimetres.
    pub width: f32,
    /// Height of the sheet in millimetres.
    pub height: f32,
    /// Pixels per millimetre when it is painted.
    pub pixels_per_mm: f32,
    /// What is drawn, the lowest first.
    pub items: Vec<Item>,
    /// The colour of the sheet.
    pub page: Colour,
}

impl Scene {
    /// Items of a role.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.role == role)
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn pixels(&self) -> (u32, u32) {
        let pixels = |mm: f32| (mm * self.pixels_per_mm).round() as u32;
        (pixels(self.width), pixels(self.height))
    }

    pub(super) fn push(
        &mut self,
        role: Role,
        path: Path,
        fill: Option<Colour>,
        stroke: Option<Stroke>,
    ) {
        self.push_shared(role, &Arc::new(path), fill, stroke);
    }

    pub(super) fn push_shared(
        &mut self,
        role: Role,
        path: &Arc<Path>,
        fill: Option<Colour>,
        stroke: Option<Stroke>,
    ) {
        self.items.push(Item {
            role,
            text: None,
            path: Arc::clone(path),
            fill,
            stroke,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_that_share_an_edge_do_not_overlap() {
        let left = Rect::around([1.0, 1.0], 2.0, 2.0);
        let right = Rect::around([3.0, 1.0], 2.0, 2.0);
        assert!(!left.overlaps(&right) && left.grown(0.1).overlaps(&right));
        assert!(left.grown(1.0).holds(&left) && !left.holds(&right));
    }

    #[test]
    fn grey_is_how_bright_the_eye_finds_a_colour() {
        assert_eq!(Colour(255, 255, 255).grey(), 255);
        assert!(Colour(0, 255, 0).grey() > Colour(255, 0, 0).grey());
    }
}
