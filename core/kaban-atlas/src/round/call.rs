//! A sudden call as it is asked, and the places it could take in the day.

use super::problem::{Id, Stop};
use serde::Serialize;

/// A vehicle's known position, where it is not simply at its last visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which vehicle, as an index.
    pub vehicle: usize,
    /// The place it is at or nearest to.
    pub place: usize,
    /// From when it can drive on, seconds of the day.
    pub free_at: u32,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The visit to fit in.
    pub stop: Stop,
    /// The moment of the call, seconds of the day: visits begun by then are done or under way.
    pub now: Option<u32>,
    /// The stops already visited, as indices; together with everything before them in their routes.
    pub done: Vec<usize>,
    /// Where vehicles are, if known.
    pub positions: Vec<Position>,
}

/// What becomes of a later visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delay {
    /// Which.
    pub id: Id,
    /// How many seconds later it begins; less than 0 if earlier.
    pub delay_s: i64,
    /// When it begins now.
    pub start_s: u32,
    /// How late that is after its last window, seconds.
    pub late_s: u32,
}

/// A place for the call in one vehicle's route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Who would go.
    pub vehicle: Id,
    /// How many visits of the route come before it.
    pub position: usize,
    /// Whether every window that was kept is still kept, and no locked visit begins later.
    pub feasible: bool,
    /// When one arrives.
    pub arrival_s: u32,
    /// When the visit begins.
    pub start_s: u32,
    /// How late that is after the call's own window, seconds.
    pub call_late_s: u32,
    /// When the vehicle is back.
    pub finish_s: u32,
    /// How many seconds later than without the call.
    pub finish_delay_s: i64,
    /// Seconds of driving more.
    pub travel_more_s: i64,
    /// Every later visit of this vehicle.
    pub delays: Vec<Delay>,
    /// Those of them that begin late and would not, or not so late, without the call.
    pub late: Vec<Id>,
    /// Seconds after the end of the vehicle's window.
    pub overtime_s: u32,
}

/// The answer: at most one place in each vehicle's route, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Insertion {
    /// The call.
    pub id: Id,
    /// The places; empty when no way leads there.
    pub choices: Vec<Choice>,
}
