//! A day's visits before anyone has put them in order.

use super::RoundError;
use super::matrix::{Matrix, SECONDS_MAX};
use serde::Serialize;
use std::collections::BTreeSet;

/// Most stops of one problem.
pub const STOPS_MAX: usize = 200;
/// Most vehicles of one problem.
pub const VEHICLES_MAX: usize = 20;
/// Most windows of one stop.
pub const WINDOWS_MAX: usize = 8;

/// A name of a stop or a vehicle; it is given back as it came and decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Id {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// What is made small after the stops served and the lateness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The latest return, then the sum of all returns, then driving. Waiting counts.
    #[default]
    Finish,
    /// Driving, then the latest return, then the sum of all returns.
    Travel,
}

impl Objective {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Finish => Self::Travel,
            Self::Travel => Self::Finish,
        }
    }
}

/// From when until when, both included, in seconds of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// The first second.
    pub from: u32,
    /// The last second.
    pub until: u32,
}

/// Someone who drives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vehicle {
    /// Its name.
    pub id: Id,
    /// It leaves when this opens and is back before it closes.
    pub window: Window,
    /// The place it leaves from.
    pub start: usize,
    /// The place it returns to.
    pub end: usize,
}

/// A visit to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Its name.
    pub id: Id,
    /// Where.
    pub place: usize,
    /// How long the visit takes, seconds.
    pub service: u32,
    /// When the visit may begin; at any time if there are none.
    pub windows: Vec<Window>,
    /// Whether a visit after the last window is late instead of impossible. Nobody begins before a window opens.
    pub soft: bool,
    /// Whether it keeps its position in the given order of its vehicle.
    pub locked: bool,
    /// Whether it is served before any stop that is not.
    pub urgent: bool,
    /// The vehicle that makes this visit in the given order, if one does.
    pub vehicle: Option<usize>,
}

/// Visits, who makes them, and the driving times between. The given order of a vehicle is the order of `stops`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Who drives.
    pub vehicles: Vec<Vehicle>,
    /// What is to be visited.
    pub stops: Vec<Stop>,
    /// Driving times.
    pub matrix: Matrix,
    /// What is made small.
    pub objective: Objective,
}

impl Problem {
    /// Checks every bound and index, and puts the windows of each stop in order.
    ///
    /// # Errors
    /// The first thing that is wrong, with its path.
    pub fn checked(mut self) -> Result<Self, RoundError> {
        at_most("vehicles", self.vehicles.len(), VEHICLES_MAX)?;
        at_most("stops", self.stops.len(), STOPS_MAX)?;
        if self.vehicles.is_empty() {
            return Err(RoundError::new("vehicles", "needs at least one vehicle"));
        }
        let size = self.matrix.size();
        let mut names = BTreeSet::new();
        for (index, vehicle) in self.vehicles.iter().enumerate() {
            let path = format!("vehicles[{index}]");
            window(&format!("{path}.window"), vehicle.window)?;
            place(&format!("{path}.start_place"), vehicle.start, size)?;
            place(&format!("{path}.end_place"), vehicle.end, size)?;
            if !names.insert(&vehicle.id) {
                return Err(RoundError::new(
                    format!("{path}.id"),
                    "is the id of an earlier vehicle",
                ));
            }
        }
        let vehicles = self.vehicles.len();
        let mut names = BTreeSet::new();
        for (index, stop) in self.stops.iter_mut().enumerate() {
            let path = format!("stops[{index}]");
            place(&format!("{path}.place"), stop.place, size)?;
            seconds(&format!("{path}.service_s"), stop.service)?;
            at_most(&format!("{path}.window"), stop.windows.len(), WINDOWS_MAX)?;
            for one in &stop.windows {
                window(&format!("{path}.window"), *one)?;
            }
            stop.windows = in_order(std::mem::take(&mut stop.windows));
            if stop.vehicle.is_some_and(|vehicle| vehicle >= vehicles) {
                return Err(RoundError::new(
                    format!("{path}.vehicle"),
                    "is no vehicle of this round",
                ));
            }
            if vehicles == 1 {
                stop.vehicle = Some(0);
            }
            if stop.locked && stop.vehicle.is_none() {
                return Err(RoundError::new(
                    format!("{path}.locked"),
                    "needs `vehicle` beside it when there are several vehicles",
                ));
            }
            if !names.insert(stop.id.clone()) {
                return Err(RoundError::new(
                    format!("{path}.id"),
                    "is the id of an earlier stop",
                ));
            }
        }
        Ok(self)
    }

    /// The given order of each vehicle, as indices of `stops`.
    #[must_use]
    pub fn given_order(&self) -> Vec<Vec<usize>> {
        let mut routes = vec![Vec::new(); self.vehicles.len()];
        for (index, stop) in self.stops.iter().enumerate() {
            if let Some(vehicle) = stop.vehicle {
                routes[vehicle].push(index);
            }
        }
        routes
    }
}

/// Windows by time, those that touch or overlap made one.
fn in_order(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable();
    let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.from <= last.until.saturating_add(1) => {
                last.until = last.until.max(window.until);
            }
            _ => merged.push(window),
        }
    }
    merged
}

pub(super) fn at_most(path: &str, found: usize, most: usize) -> Result<(), RoundError> {
    if found > most {
        let what = format!("has {found} entries; at most {most} are taken");
        return Err(RoundError::new(path, what));
    }
    Ok(())
}

fn seconds(path: &str, value: u32) -> Result<(), RoundError> {
    if value > SECONDS_MAX {
        return Err(RoundError::new(
            path,
            format!("is more than {SECONDS_MAX} seconds"),
        ));
    }
    Ok(())
}

pub(super) fn window(path: &str, window: Window) -> Result<(), RoundError> {
    seconds(path, window.from)?;
    seconds(path, window.until)?;
    if window.from > window.until {
        return Err(RoundError::new(path, "closes before it opens"));
    }
    Ok(())
}

fn place(path: &str, index: usize, size: usize) -> Result<(), RoundError> {
    if index >= size {
        return Err(RoundError::new(
            path,
            format!("is no place: the matrix has {size}"),
        ));
    }
    Ok(())
}
