//! The problem as the solvers see it: numbers in rows, so that a visit costs a few instructions.

use super::matrix::NEVER;
use super::problem::{Objective, Problem, Stop, Window};

/// Worth of a stop that is locked or urgent, against 1 of any other: more than all others together.
const WORTH_KEPT: u32 = 1_000;

/// A problem made ready to be solved.
pub(super) struct Case<'p> {
    pub problem: &'p Problem,
    pub objective: Objective,
    pub stops: usize,
    /// Whether lateness counts; otherwise soft windows are kept like hard ones.
    pub soft: bool,
    legs: Vec<u32>,
    out: Vec<Vec<u32>>,
    back: Vec<Vec<u32>>,
    first: Vec<Window>,
    pub service: Vec<u32>,
}

/// When a visit begins and how late that is, seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Begin {
    pub start: u32,
    pub late: u32,
}

impl<'p> Case<'p> {
    pub fn new(problem: &'p Problem, objective: Objective, soft: bool) -> Self {
        let places: Vec<usize> = problem.stops.iter().map(|stop| stop.place).collect();
        let matrix = &problem.matrix;
        let row = |from: usize| places.iter().map(move |to| matrix.raw(from, *to));
        let column = |to: usize| places.iter().map(move |from| matrix.raw(*from, to));
        let whole_day = Window {
            from: 0,
            until: NEVER,
        };
        Self {
            problem,
            objective,
            stops: places.len(),
            soft: soft && problem.stops.iter().any(|stop| stop.soft),
            legs: places.iter().flat_map(|from| row(*from)).collect(),
            out: problem
                .vehicles
                .iter()
                .map(|vehicle| row(vehicle.start).collect())
                .collect(),
            back: problem
                .vehicles
                .iter()
                .map(|vehicle| column(vehicle.end).collect())
                .collect(),
            first: problem
                .stops
                .iter()
                .map(|stop| stop.windows.first().copied().unwrap_or(whole_day))
                .collect(),
            service: problem.stops.iter().map(|stop| stop.service).collect(),
        }
    }

    /// Seconds from one stop to another, or [`NEVER`].
    #[inline]
    pub fn leg(&self, from: usize, to: usize) -> u32 {
        self.legs[from * self.stops + to]
    }

    /// Seconds from where a vehicle starts to a stop, or [`NEVER`].
    #[inline]
    pub fn out(&self, vehicle: usize, to: usize) -> u32 {
        self.out[vehicle][to]
    }

    /// Seconds from a stop to where a vehicle ends, or [`NEVER`].
    #[inline]
    pub fn back(&self, vehicle: usize, from: usize) -> u32 {
        self.back[vehicle][from]
    }

    /// When the visit begins of one who arrives at `time`; nothing when it is too late.
    #[inline]
    pub fn begin(&self, stop: usize, time: u32) -> Option<Begin> {
        let first = self.first[stop];
        if time <= first.until {
            return Some(Begin {
                start: time.max(first.from),
                late: 0,
            });
        }
        self.begin_later(&self.problem.stops[stop], time)
    }

    fn begin_later(&self, stop: &Stop, time: u32) -> Option<Begin> {
        if time >= NEVER {
            return None;
        }
        if let Some(window) = stop.windows.iter().find(|window| time <= window.until) {
            return Some(Begin {
                start: time.max(window.from),
                late: 0,
            });
        }
        let last = stop.windows.last()?;
        (self.soft && stop.soft).then(|| Begin {
            start: time,
            late: time - last.until,
        })
    }

    /// The latest beginning of a visit that is not after `time`.
    pub fn latest(&self, stop: usize, time: u32) -> Option<u32> {
        let stop = &self.problem.stops[stop];
        if stop.windows.is_empty() {
            return Some(time);
        }
        let last = stop.windows.last()?;
        if self.soft && stop.soft && time > last.until {
            return Some(time);
        }
        let window = stop.windows.iter().rfind(|window| window.from <= time)?;
        Some(time.min(window.until))
    }

    /// What serving a stop counts.
    pub fn worth(&self, stop: usize) -> u32 {
        let stop = &self.problem.stops[stop];
        if stop.urgent || stop.locked {
            WORTH_KEPT
        } else {
            1
        }
    }
}
