//! From a position on the map to a place on a road: a grid of segments, made when a pack is opened.

use crate::geo::{Bounds, Coord, Plane, between, haversine_m};
use crate::tables::{RoadClass, Tables, flag};

/// A start farther than this from every road has no road near it (metres).
pub const SNAP_METRES_MAX: f64 = 2_000.0;

/// A road of the main network is taken before a nearer one cut off from it, up to this much farther (metres).
const MAIN_METRES_MORE: f64 = 500.0;

/// Houses stand on streets: motorways and tunnels count as this much farther than they are (metres).
const UNLIKELY_METRES: f64 = 30.0;

/// A place on a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RoadPosition {
    pub segment: u32,
    /// Share of the length from `a` to `b`, 0 to 1.
    pub fraction: f64,
    /// Index of the stretch between two drawn points on which it lies.
    pub stretch: u32,
    pub at: Coord,
}

/// The roads near a point.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nearest {
    pub any: Option<(f64, u32)>,
    pub main: Option<(f64, u32)>,
}

impl Nearest {
    /// The better choice, and the other one if it differs.
    pub fn choice(&self) -> Option<u32> {
        let (near, segment) = self.any?;
        match self.main {
            Some((far, main)) if far <= near + MAIN_METRES_MORE => Some(main),
            _ => Some(segment),
        }
    }
}

const CELL_UNITS: f64 = 36_000.0;
const CELLS_PER_SEGMENT_MAX: u64 = 1_024;

#[derive(Debug)]
pub(crate) struct Grid {
    origin: Coord,
    /// Size of a cell in units of longitude and latitude.
    cell: [i64; 2],
    columns: i64,
    rows: i64,
    first: Vec<u32>,
    segments: Vec<u32>,
    /// Segments over too many cells to list, looked at every time.
    long: Vec<u32>,
}

impl Grid {
    pub fn new(tables: &Tables) -> Self {
        let boxes: Vec<Option<Bounds>> = (0..tables.segments.len() as u32)
            .map(|segment| {
                let ferry = tables.segments[segment as usize].flags & flag::FERRY != 0;
                if ferry {
                    None
                } else {
                    Bounds::around(tables.line(segment))
                }
            })
            .collect();
        let all = boxes.iter().flatten().fold(None::<Bounds>, |all, b| {
            let mut all = all.unwrap_or(*b);
            all.include(b.min);
            all.include(b.max);
            Some(all)
        });
        let zero = Coord { lon: 0, lat: 0 };
        let all = all.unwrap_or(Bounds {
            min: zero,
            max: zero,
        });
        let span = |low: i32, high: i32| i64::from(high) - i64::from(low);
        let (width, height) = (
            span(all.min.lon, all.max.lon),
            span(all.min.lat, all.max.lat),
        );
        let middle = (all.min.lon_lat()[1] + all.max.lon_lat()[1]) / 2.0;
        let mut size = [
            CELL_UNITS / libm::cos(middle.to_radians()).max(0.05),
            CELL_UNITS,
        ];
        let budget = 4 * tables.segments.len() as u64 + 4_096;
        let cells = |size: [f64; 2]| {
            let columns = width / size[0] as i64 + 1;
            (columns, height / size[1] as i64 + 1)
        };
        while cells(size).0.saturating_mul(cells(size).1).cast_unsigned() > budget {
            size = size.map(|units| units * 1.5);
        }
        let (columns, rows) = cells(size);
        let mut grid = Self {
            origin: all.min,
            cell: size.map(|units| units as i64),
            columns,
            rows,
            first: vec![0; (columns * rows) as usize + 1],
            segments: Vec::new(),
            long: Vec::new(),
        };
        grid.fill(&boxes);
        grid
    }

    fn fill(&mut self, boxes: &[Option<Bounds>]) {
        let range = |grid: &Self, b: &Bounds| (grid.cell_of(b.min), grid.cell_of(b.max));
        for (segment, bounds) in boxes.iter().enumerate() {
            let Some(bounds) = bounds else { continue };
            let ((x0, y0), (x1, y1)) = range(self, bounds);
            if ((x1 - x0 + 1) * (y1 - y0 + 1)).cast_unsigned() > CELLS_PER_SEGMENT_MAX {
                self.long.push(segment as u32);
                continue;
            }
            for y in y0..=y1 {
                for x in x0..=x1 {
                    self.first[(y * self.columns + x) as usize + 1] += 1;
                }
            }
        }
        for cell in 1..self.first.len() {
            self.first[cell] += self.first[cell - 1];
        }
        let mut next = self.first.clone();
        self.segments = vec![0; self.first.last().copied().unwrap_or(0) as usize];
        let mut long = self.long.iter().copied().peekable();
        for (segment, bounds) in boxes.iter().enumerate() {
            let Some(bounds) = bounds else { continue };
            if long.next_if_eq(&(segment as u32)).is_some() {
                continue;
            }
            let ((x0, y0), (x1, y1)) = range(self, bounds);
            for y in y0..=y1 {
                for x in x0..=x1 {
                    let slot = &mut next[(y * self.columns + x) as usize];
                    self.segments[*slot as usize] = segment as u32;
                    *slot += 1;
                }
            }
        }
    }

    /// Column and row of a position, which may lie outside the grid.
    fn cell_of(&self, at: Coord) -> (i64, i64) {
        let x = (i64::from(at.lon) - i64::from(self.origin.lon)).div_euclid(self.cell[0]);
        let y = (i64::from(at.lat) - i64::from(self.origin.lat)).div_euclid(self.cell[1]);
        (x, y)
    }

    /// Looks at every segment within `metres` of the box around `points`; some are farther away, and some come more than once.
    pub fn near(&self, points: &[Coord], metres: f64, mut look: impl FnMut(u32)) {
        let Some(around) = Bounds::around(points.iter().copied()) else {
            return;
        };
        self.long.iter().for_each(|segment| look(*segment));
        // The side nearer to the pole has the narrower degrees.
        let widest = if around.min.lat.abs() > around.max.lat.abs() {
            around.min
        } else {
            around.max
        };
        let [lon, lat] = Plane::at(widest).metres(1.0);
        let margin = |metres_per_unit: f64| (metres / metres_per_unit.max(1e-6)).ceil() as i64 + 1;
        let cell =
            |units: i64, origin: i32, size: i64| (units - i64::from(origin)).div_euclid(size);
        let columns = [
            i64::from(around.min.lon) - margin(lon),
            i64::from(around.max.lon) + margin(lon),
        ]
        .map(|units| cell(units, self.origin.lon, self.cell[0]).clamp(-1, self.columns));
        let rows = [
            i64::from(around.min.lat) - margin(lat),
            i64::from(around.max.lat) + margin(lat),
        ]
        .map(|units| cell(units, self.origin.lat, self.cell[1]).clamp(-1, self.rows));
        for row in rows[0].max(0)..=rows[1].min(self.rows - 1) {
            for column in columns[0].max(0)..=columns[1].min(self.columns - 1) {
                let cell = (row * self.columns + column) as usize;
                self.segments[self.first[cell] as usize..self.first[cell + 1] as usize]
                    .iter()
                    .for_each(|segment| look(*segment));
            }
        }
    }

    /// The nearest segment that `usable` lets through, and the nearest that also has the `main` flag, by metres.
    pub fn nearest(
        &self,
        tables: &Tables,
        at: Coord,
        main: u16,
        usable: impl Fn(u32) -> bool,
    ) -> Nearest {
        let plane = Plane::at(at);
        let mut nearest = Nearest::default();
        let look = |segment: u32, nearest: &mut Nearest| {
            if !usable(segment) {
                return;
            }
            let row = &tables.segments[segment as usize];
            let mut square = f64::INFINITY;
            let mut before: Option<[f64; 2]> = None;
            for point in tables.line(segment) {
                let here = plane.project(point);
                square = square.min(Plane::foot(before.unwrap_or(here), here).0);
                before = Some(here);
            }
            let unlikely = matches!(row.class, RoadClass::Motorway | RoadClass::MotorwayLink)
                || row.flags & flag::TUNNEL != 0;
            let metres = square.sqrt() + if unlikely { UNLIKELY_METRES } else { 0.0 };
            let better = |best: &mut Option<(f64, u32)>| {
                let nearer = best.is_none_or(|(known, other)| {
                    metres < known || (metres <= known && segment < other)
                });
                if nearer && metres <= SNAP_METRES_MAX {
                    *best = Some((metres, segment));
                }
            };
            better(&mut nearest.any);
            if row.flags & main != 0 {
                better(&mut nearest.main);
            }
        };
        self.long
            .iter()
            .for_each(|segment| look(*segment, &mut nearest));
        let (x, y) = self.cell_of(at);
        let [cell_x, cell_y] = plane.metres(1.0);
        let ring_metres = (cell_x * self.cell[0] as f64)
            .min(cell_y * self.cell[1] as f64)
            .max(1.0);
        let mut ring = 0;
        loop {
            self.each_in_ring(x, y, ring, |segment| look(segment, &mut nearest));
            // Everything within this distance has been seen.
            let seen = ring as f64 * ring_metres;
            let enough = nearest.any.is_some_and(|(near, _)| {
                near + MAIN_METRES_MORE <= seen
                    || (near <= seen && nearest.main.is_some_and(|(far, _)| far <= seen))
            });
            if enough || seen >= SNAP_METRES_MAX {
                return nearest;
            }
            ring += 1;
        }
    }

    fn each_in_ring(&self, x: i64, y: i64, ring: i64, mut look: impl FnMut(u32)) {
        for row in (y - ring).max(0)..=(y + ring).min(self.rows - 1) {
            let edge_row = (row - y).abs() == ring;
            let step = if edge_row || ring == 0 { 1 } else { 2 * ring };
            let mut column = x - ring;
            while column <= x + ring {
                if (0..self.columns).contains(&column) {
                    let cell = (row * self.columns + column) as usize;
                    self.segments[self.first[cell] as usize..self.first[cell + 1] as usize]
                        .iter()
                        .for_each(|s| look(*s));
                }
                column += step;
            }
        }
    }
}

/// The place on `segment` nearest to `at`.
pub(crate) fn project(tables: &Tables, segment: u32, at: Coord) -> RoadPosition {
    let plane = Plane::at(at);
    let points: Vec<Coord> = tables.line(segment).collect();
    let mut best = (f64::INFINITY, 0usize, 0.0);
    for (stretch, pair) in points.windows(2).enumerate() {
        let (square, along) = Plane::foot(plane.project(pair[0]), plane.project(pair[1]));
        if square < best.0 {
            best = (square, stretch, along);
        }
    }
    let (_, stretch, along) = best;
    position_on(&points, segment, stretch, along)
}

/// The place at inner point `index` (of all points of the tables), with its segment.
pub(crate) fn at_point(tables: &Tables, index: u32) -> Option<RoadPosition> {
    let segment = tables
        .points_first
        .partition_point(|first| *first <= index)
        .checked_sub(1)? as u32;
    let points: Vec<Coord> = tables.line(segment).collect();
    // Inner point k of a segment ends its stretch k.
    let stretch = (index - tables.points_first[segment as usize]) as usize;
    Some(position_on(&points, segment, stretch, 1.0))
}

fn position_on(points: &[Coord], segment: u32, stretch: usize, along: f64) -> RoadPosition {
    let (mut before, mut total) = (0.0, 0.0);
    for (index, pair) in points.windows(2).enumerate() {
        let metres = haversine_m(pair[0], pair[1]);
        before += match index.cmp(&stretch) {
            std::cmp::Ordering::Less => metres,
            std::cmp::Ordering::Equal => metres * along,
            std::cmp::Ordering::Greater => 0.0,
        };
        total += metres;
    }
    let fraction = if total > 0.0 {
        (before / total).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let at = between(points[stretch], points[stretch + 1], along);
    RoadPosition {
        segment,
        fraction,
        stretch: stretch as u32,
        at,
    }
}
