//! Squares of land beside roads.

use crate::error::{Error, Result};
use crate::geo::Coord;
use std::collections::BTreeSet;

/// Height of a square: 100 m in units of 10⁻⁷ degree.
const CELL_UNITS: i64 = 8_993;

/// Points looked at per square along a line.
const LOOKS_PER_CELL: i64 = 4;

/// A district has some ten thousand squares, a prefecture a million.
const LOOKS_MAX: i64 = 1 << 25;

/// The squares of a grid that roads pass, by column and row.
#[derive(Debug)]
pub(super) struct Cells {
    origin: Coord,
    size: [i64; 2],
    looks: i64,
    passed: Vec<[i64; 2]>,
}

impl Cells {
    /// Without any square; they are square near `origin`.
    pub fn around(origin: Coord) -> Self {
        let narrow = origin.lon_lat()[1].to_radians().cos().max(0.05);
        Self {
            origin,
            size: [(CELL_UNITS as f64 / narrow).round() as i64, CELL_UNITS],
            looks: 0,
            passed: Vec::new(),
        }
    }

    /// Adds the squares a line passes.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for lines no district has.
    pub fn add(&mut self, line: &[Coord]) -> Result<()> {
        if let [at] = line {
            self.passed
                .push(self.cell(i64::from(at.lon), i64::from(at.lat)));
        }
        for pair in line.windows(2) {
            let [from, to] = [pair[0], pair[1]].map(|at| [i64::from(at.lon), i64::from(at.lat)]);
            let way = [to[0] - from[0], to[1] - from[1]];
            let looks = LOOKS_PER_CELL
                * (way[0].abs() / self.size[0]).max(way[1].abs() / self.size[1])
                + LOOKS_PER_CELL;
            self.looks += looks;
            if self.looks > LOOKS_MAX {
                return Err(Error::TooLarge("roads over more land than a district has"));
            }
            let mut before = None;
            for step in 0..=looks {
                let cell = self.cell(
                    from[0] + way[0] * step / looks,
                    from[1] + way[1] * step / looks,
                );
                if before != Some(cell) {
                    self.passed.push(cell);
                    before = Some(cell);
                }
            }
        }
        Ok(())
    }

    fn cell(&self, lon: i64, lat: i64) -> [i64; 2] {
        [
            (lon - i64::from(self.origin.lon)).div_euclid(self.size[0]),
            (lat - i64::from(self.origin.lat)).div_euclid(self.size[1]),
        ]
    }

    /// The squares passed and those around them.
    pub fn land(&mut self) -> BTreeSet<[i64; 2]> {
        self.passed.sort_unstable();
        self.passed.dedup();
        let around = |[x, y]: &[i64; 2]| {
            let (x, y) = (*x, *y);
            (x - 1..=x + 1).flat_map(move |column| (y - 1..=y + 1).map(move |row| [column, row]))
        };
        let mut land: Vec<[i64; 2]> = self.passed.iter().flat_map(around).collect();
        land.sort_unstable();
        land.dedup();
        land.into_iter().collect()
    }

    /// The south-west corner of a square, kept on the globe.
    pub fn corner(&self, [x, y]: [i64; 2]) -> [f64; 2] {
        let lon = i64::from(self.origin.lon) + x * self.size[0];
        let lat = i64::from(self.origin.lat) + y * self.size[1];
        [
            lon.clamp(-1_800_000_000, 1_800_000_000) as f64 / 1e7,
            lat.clamp(-900_000_000, 900_000_000) as f64 / 1e7,
        ]
    }
}
