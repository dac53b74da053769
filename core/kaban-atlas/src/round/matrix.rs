//! Driving times between places, in whole seconds.

use super::RoundError;
use crate::route;

/// Longest driving time, visit, and time of day a round knows: about eleven days, in seconds.
pub const SECONDS_MAX: u32 = 1_000_000;

/// Most places of one round.
pub const PLACES_MAX: usize = 512;

/// What stands for "no way leads there"; more than any sum of times of a round.
pub(super) const NEVER: u32 = 1 << 30;

/// Driving times from each place to each, which need not be equal both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    size: usize,
    seconds: Vec<u32>,
    /// Places that are on no road, where that is known.
    off_road: Vec<usize>,
}

impl Matrix {
    /// A matrix of `rows[from][to]`; `None` where no way leads there. From a place to itself it is 0 whatever is given.
    ///
    /// # Errors
    /// When it is not square, has more than [`PLACES_MAX`] places, or a time beyond [`SECONDS_MAX`].
    pub fn new(rows: &[Vec<Option<u32>>]) -> Result<Self, RoundError> {
        let size = rows.len();
        if size > PLACES_MAX {
            return Err(RoundError::new(
                "matrix_s",
                format!("has {size} places; a round has at most {PLACES_MAX}"),
            ));
        }
        let mut seconds = Vec::with_capacity(size * size);
        for (from, row) in rows.iter().enumerate() {
            if row.len() != size {
                return Err(RoundError::new(
                    format!("matrix_s[{from}]"),
                    format!("has {} times, but the matrix has {size} rows", row.len()),
                ));
            }
            for (to, time) in row.iter().enumerate() {
                match time {
                    _ if from == to => seconds.push(0),
                    None => seconds.push(NEVER),
                    Some(time) if *time <= SECONDS_MAX => seconds.push(*time),
                    Some(_) => {
                        return Err(RoundError::new(
                            format!("matrix_s[{from}][{to}]"),
                            format!("is more than {SECONDS_MAX} seconds"),
                        ));
                    }
                }
            }
        }
        Ok(Self {
            size,
            seconds,
            off_road: Vec::new(),
        })
    }

    /// The driving times of a router's table, in whole seconds. A place it could not put on a road is one no way leads to or from,
    /// so that the other visits can still be made.
    ///
    /// # Errors
    /// As [`Matrix::new`].
    pub fn by_road(table: &route::Matrix) -> Result<Self, RoundError> {
        let whole = |seconds: &Option<f64>| seconds.map(|seconds| seconds.round() as u32);
        let row = |row: &Vec<Option<f64>>| row.iter().map(whole).collect();
        let rows: Vec<Vec<Option<u32>>> = table.durations_s.iter().map(row).collect();
        let off_road = table.unplaced.iter().map(|(place, _)| *place);
        Ok(Self {
            off_road: off_road.collect(),
            ..Self::new(&rows)?
        })
    }

    /// Places that are on no road, where that is known.
    #[must_use]
    pub fn off_road(&self) -> &[usize] {
        &self.off_road
    }

    /// Number of places.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Seconds from one place to another; nothing when no way leads there or a place is not in the matrix.
    #[must_use]
    pub fn seconds(&self, from: usize, to: usize) -> Option<u32> {
        if from >= self.size || to >= self.size {
            return None;
        }
        Some(self.raw(from, to)).filter(|time| *time < NEVER)
    }

    /// Seconds, or [`NEVER`]; both places must be in the matrix.
    pub(super) fn raw(&self, from: usize, to: usize) -> u32 {
        self.seconds[from * self.size + to]
    }
}
