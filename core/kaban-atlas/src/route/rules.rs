//! What a request permits and what it costs, edge by edge and turn by turn.
//!
//! Nothing here but [`Rules::near`] asks where a route starts or ends, so all that holds between the ends can be prepared.

use super::cost::Cost;
use super::{Access, Manner, Objective, Tracks};
use crate::geo::chord_m;
use crate::network::{Edge, FORK, Network};
use crate::tables::{DrivingSide, Profile, flag, node_flag};
use crate::zones;

/// Tracks are used within this distance of either end (metres).
const TRACK_METRES: f64 = 1_000.0;

/// Roads of the last resort cost this many times as much, so as little of them as possible is used.
const LAST_RESORT_FACTOR: u32 = 4;

/// Opening someone's gate on the last resort: deciseconds, and as many decimetres.
const GATE_COST: u32 = 3_000;

/// Turning round where no other way leads on (deciseconds).
const U_TURN_TIME: u32 = 150;

/// Waiting to enter a roundabout (deciseconds).
const ROUNDABOUT_TIME: u32 = 25;

/// The first try and, where the request allows for one, the last resort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Tracks and private ways at the ends only.
    Strict,
    /// Anywhere, at a price.
    LastResort,
}

/// How an edge may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Anywhere.
    Through,
    /// Only before the first and after the last edge of kind `Through`, where [`Rules::near`] says so.
    AtEnds,
    /// At [`LAST_RESORT_FACTOR`] times the cost.
    LastResort,
    Closed,
}

/// What passing a node means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    Free,
    At(u32),
    Never,
}

#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub objective: Objective,
    tracks: Tracks,
    access: Access,
    profile: Profile,
    pub phase: Phase,
    /// The rules others can check: one via node only, no turning round, no ferries.
    pub reference: bool,
    /// The bit of ordinary roads in zones.
    zone: u16,
    turn_time: [u16; 256],
    /// Least cost per metre.
    pace: f64,
}

impl Rules {
    pub fn new(network: &Network, manner: &Manner, side: DrivingSide, phase: Phase) -> Self {
        let profile = network.profile;
        let least = match manner.objective {
            Objective::Fastest => network.best_pace,
            Objective::Shortest => 1.0,
        };
        Self {
            objective: manner.objective,
            tracks: manner.tracks,
            access: manner.access,
            profile,
            phase,
            reference: profile == Profile::Car
                && manner.objective == Objective::Shortest
                && manner.access == Access::Public
                && manner.tracks != Tracks::Auto,
            zone: zone(profile, manner, phase),
            turn_time: turn_times(profile, side),
            // Lengths are rounded to a decimetre; the hundredth keeps the bound below every true cost.
            pace: least * 10.0 * 0.99,
        }
    }

    /// Whether the request leaves something to try when the strict rules find nothing.
    pub fn has_last_resort(&self) -> bool {
        self.access == Access::Visiting
            || (self.tracks == Tracks::Auto && self.profile == Profile::Car)
    }

    /// The same rules for a search that does not aim.
    #[cfg(test)]
    pub fn without_bound(&self) -> Self {
        Self {
            pace: 0.0,
            ..self.clone()
        }
    }

    /// A cost no route from `node` to `end` can undercut.
    pub fn bound(&self, network: &Network, node: u32, end: &[f64; 3]) -> Cost {
        let least = chord_m(&network.sphere[node as usize], end) * self.pace;
        Cost::new(least as u32, 0)
    }

    /// How `edge` may be used.
    pub fn usage(&self, edge: &Edge) -> Use {
        let flags = edge.flags;
        const SPECIAL: u16 = flag::TRACK | flag::VISITOR | flag::DESTINATION | flag::FERRY;
        if flags & (SPECIAL | self.zone) == 0 {
            return Use::Through;
        }
        if flags & flag::FERRY != 0 && self.reference {
            return Use::Closed;
        }
        let mut restricted = flags & self.zone != 0;
        if flags & flag::VISITOR != 0 {
            if self.access == Access::Public {
                return Use::Closed;
            }
            restricted = true;
        }
        if flags & flag::DESTINATION != 0 && self.access == Access::Visiting {
            restricted = true;
        }
        if flags & flag::TRACK != 0 && self.profile == Profile::Car {
            match self.tracks {
                Tracks::Never => return Use::Closed,
                Tracks::Always => {}
                Tracks::Auto => restricted = true,
            }
        }
        match (restricted, self.phase) {
            (false, _) => Use::Through,
            (true, Phase::Strict) => Use::AtEnds,
            (true, Phase::LastResort) => Use::LastResort,
        }
    }

    /// Whether a way of [`Use::AtEnds`] may serve the end of a route at `end`: tracks must lead to within
    /// [`TRACK_METRES`] of it, if it is known.
    pub fn near(&self, network: &Network, edge: &Edge, end: Option<&[f64; 3]>) -> bool {
        let far_track = flag::TRACK & edge.flags != 0
            && self.profile == Profile::Car
            && self.tracks == Tracks::Auto;
        match end {
            Some(end) if far_track => {
                chord_m(&network.sphere[edge.head as usize], end) <= TRACK_METRES
            }
            _ => true,
        }
    }

    /// Whether a node with `flags` may be passed.
    pub fn pass(&self, flags: u8) -> Pass {
        if flags & node_flag::KNOWN == 0 {
            return Pass::Free;
        }
        if flags & node_flag::BLOCKED != 0 && self.profile == Profile::Car {
            return Pass::Never;
        }
        let locked = flags & node_flag::LOCKED != 0 && !self.reference;
        if flags & node_flag::CLOSED == 0 && !locked {
            return Pass::Free;
        }
        let opens = self.access == Access::Visiting
            && self.phase == Phase::LastResort
            && (flags & node_flag::VISITOR != 0 || locked);
        if opens {
            Pass::At(GATE_COST)
        } else {
            Pass::Never
        }
    }

    /// Cost of all of an edge under `usage`.
    pub fn cost(&self, edge: &Edge, usage: Use) -> Cost {
        let (first, second) = match self.objective {
            Objective::Fastest => (edge.time, edge.length),
            Objective::Shortest => (edge.length, edge.time),
        };
        let factor = if usage == Use::LastResort {
            LAST_RESORT_FACTOR
        } else {
            1
        };
        Cost::new(first.saturating_mul(factor), second)
    }

    /// Deciseconds lost by turning from one edge into another.
    pub fn turn_time(&self, network: &Network, from: &Edge, to: &Edge) -> u32 {
        if network.nodes[from.head as usize] & FORK == 0 {
            return 0;
        }
        match (
            from.flags & flag::ROUNDABOUT != 0,
            to.flags & flag::ROUNDABOUT != 0,
        ) {
            (false, true) if self.profile == Profile::Car => ROUNDABOUT_TIME,
            (false, true) | (true, _) => 0,
            (false, false) => {
                u32::from(self.turn_time[usize::from(to.leaving.wrapping_sub(from.arriving))])
            }
        }
    }

    /// Cost of a turn of `time` deciseconds.
    pub fn turn_cost(&self, time: u32) -> Cost {
        match self.objective {
            Objective::Fastest => Cost::new(time, 0),
            Objective::Shortest => Cost::new(0, time),
        }
    }

    /// Deciseconds for turning round at the end of a road.
    pub fn u_turn_time(&self) -> u32 {
        if self.profile == Profile::Car {
            U_TURN_TIME
        } else {
            0
        }
    }
}

/// Ordinary roads behind ways that a visitor uses at the ends only are used likewise; on the last resort those ways are used
/// anywhere, and the roads behind them are as ordinary as all others.
fn zone(profile: Profile, manner: &Manner, phase: Phase) -> u16 {
    match (phase, manner.access, manner.tracks) {
        (Phase::LastResort, ..) | (_, Access::Public, _) => 0,
        (.., Tracks::Always) => zones::BEHIND_SIGNS,
        _ if profile == Profile::Foot => zones::BEHIND_SIGNS,
        _ => zones::BEHIND_TRACKS,
    }
}

/// Which segments a position may be put on: those the request can use at all.
pub(super) fn snappable(profile: Profile, manner: &Manner) -> impl Fn(u16) -> bool + use<> {
    let mut closed = 0;
    if manner.access == Access::Public {
        closed |= flag::VISITOR;
    }
    if manner.tracks == Tracks::Never && profile == Profile::Car {
        closed |= flag::TRACK;
    }
    const EITHER: u16 = flag::FORWARD | flag::BACKWARD;
    move |flags| flags & closed == 0 && flags & EITHER != 0
}

/// Time of a turn by its angle (1/256 clockwise): across oncoming traffic twice the time of the easy side.
fn turn_times(profile: Profile, side: DrivingSide) -> [u16; 256] {
    let mut times = [0u16; 256];
    if profile == Profile::Foot {
        return times;
    }
    for (angle, time) in times.iter_mut().enumerate() {
        let clockwise = angle < 128;
        let sharpness = if clockwise { angle } else { 256 - angle };
        let easy = clockwise == (side == DrivingSide::Right);
        *time = match (sharpness, easy) {
            (0..=24, _) => 0,
            (25..=42, true) => 5,
            (25..=42, false) => 20,
            (43..=95, true) => 15,
            (43..=95, false) => 40,
            (_, true) => 30,
            (_, false) => 60,
        };
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turn_across_oncoming_traffic_costs_more_and_is_mirrored() {
        let (left, right) = (
            turn_times(Profile::Car, DrivingSide::Left),
            turn_times(Profile::Car, DrivingSide::Right),
        );
        assert!(left[64] > left[192] && right[192] > right[64]);
        assert_eq!((left[64], left[192]), (right[192], right[64]));
        assert_eq!(left[0], 0);
    }
}
