//! Ways between places, and that there is none.

use kaban_atlas::{conditions, route};

use super::super::Words;
use super::place::{GeoPoint, Precision, Spot, points, profile};
use crate::error::Result;
use crate::ids::{EntryId, Timestamp};

/// What the roads are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Season {
    /// By the time of the journey.
    Auto,
    /// Bare roads.
    Summer,
    /// Snow and ice.
    Winter,
}

/// When and on what roads one travels.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct TravelRequest {
    /// When; now, if not given.
    pub at: Option<Timestamp>,
    /// Bare roads or snow.
    pub season: Season,
    /// Whether it is dark; by the time, if not said.
    pub night: Option<bool>,
}

/// What is made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RouteObjective {
    /// Time, turns and waiting at signals included.
    Fastest,
    /// Distance.
    Shortest,
}

/// What to do with farm and forest tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Tracks {
    /// Near either end, or when nothing else reaches.
    Auto,
    /// As any other road.
    Always,
    /// Not at all.
    Never,
}

/// A journey.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct RouteRequest {
    /// From where.
    pub from: Spot,
    /// Where to.
    pub to: Spot,
    /// When, and on what roads.
    pub travel: TravelRequest,
    /// What is made small.
    pub objective: RouteObjective,
    /// What to do with tracks.
    pub tracks: Tracks,
    /// Walking instead of driving.
    pub on_foot: bool,
    /// As if nothing were closed: to see how far round the closures lead.
    pub ignore_closures: bool,
}

/// What a search of the roads found.
#[derive(Clone, PartialEq, uniffi::Enum)]
pub enum RouteOutcome {
    /// A way.
    Found {
        /// It.
        way: WayView,
    },
    /// None; never a straight line instead.
    NoWay {
        /// Why.
        why: NoWayView,
    },
}

/// A way.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct WayView {
    /// Metres along the roads.
    pub distance_m: f64,
    /// Seconds.
    pub duration_s: f64,
    /// From the road nearest to the start to the one nearest to the end.
    pub line: Vec<GeoPoint>,
    /// Instructions.
    pub steps: Vec<StepView>,
    /// Nothing but tracks far from both ends, or private ways, joins the two places.
    pub last_resort: bool,
    /// How exact the start is.
    pub from_precision: Precision,
    /// How exact the end is.
    pub to_precision: Precision,
    /// Closures that this answer does not go around: too large or too many, of a newer version, or beside every road of the
    /// map. A road may be closed there.
    pub closures_left_out: Vec<EntryId>,
}

/// What to do at the beginning of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Turn {
    /// Set out.
    Depart,
    /// The road goes on under another name.
    Continue,
    /// Keep left.
    SlightLeft,
    /// Keep right.
    SlightRight,
    /// Turn left.
    Left,
    /// Turn right.
    Right,
    /// Turn back to the left.
    SharpLeft,
    /// Turn back to the right.
    SharpRight,
    /// Turn round.
    UTurn,
    /// Take an exit of a roundabout.
    Roundabout,
    /// Board a ferry.
    Ferry,
    /// The destination.
    Arrive,
}

/// One instruction.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct StepView {
    /// What to do.
    pub turn: Turn,
    /// Which exit of a roundabout.
    pub exit: Option<u32>,
    /// The instruction.
    pub words: Words,
    /// The road that follows; empty when it has no name.
    pub name: String,
    /// Number of that road; empty when it has none.
    pub number: String,
    /// Metres until the next step.
    pub distance_m: f64,
    /// Seconds until the next step.
    pub duration_s: f64,
    /// Traffic signals on it.
    pub signals: u32,
    /// Level crossings on it.
    pub level_crossings: u32,
    /// Where the step begins.
    pub at: GeoPoint,
}

/// That there is no way, and why.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct NoWayView {
    /// `unreachable`, `no_road_near`, `bad_position` or `unknown_node`.
    pub kind: String,
    /// A sentence for the driver.
    pub words: Words,
    /// The closures in the way.
    pub closures: Vec<EntryId>,
    /// How long the way would be if nothing were closed.
    pub ignoring_closures: Option<MeasureView>,
}

/// How long a way is.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct MeasureView {
    /// Metres.
    pub distance_m: f64,
    /// Seconds.
    pub duration_s: f64,
}

/// Times and distances between places.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct MatrixView {
    /// Seconds from the place of the row to that of the column; nothing where no road leads.
    pub durations_s: Vec<Vec<Option<f64>>>,
    /// Metres along the same way.
    pub distances_m: Vec<Vec<Option<f64>>>,
    /// How exact each place is.
    pub precision: Vec<Precision>,
    /// Closures that this answer does not go around: too large or too many, of a newer version, or beside every road of the
    /// map. A road may be closed there.
    pub closures_left_out: Vec<EntryId>,
}

impl TravelRequest {
    pub(crate) fn read(&self) -> Result<kaban_app::Travel> {
        let Self { at, season, night } = self;
        Ok(kaban_app::Travel {
            at: at.as_ref().map(|at| at.read("travel.at")).transpose()?,
            season: match season {
                Season::Auto => conditions::Season::Auto,
                Season::Summer => conditions::Season::Summer,
                Season::Winter => conditions::Season::Winter,
            },
            night: *night,
        })
    }
}

impl RouteRequest {
    pub(crate) fn read(&self) -> Result<kaban_app::Journey> {
        let Self {
            from,
            to,
            travel,
            objective,
            tracks,
            on_foot,
            ignore_closures,
        } = self;
        Ok(kaban_app::Journey {
            from: from.read()?,
            to: to.read()?,
            travel: travel.read()?,
            objective: match objective {
                RouteObjective::Fastest => route::Objective::Fastest,
                RouteObjective::Shortest => route::Objective::Shortest,
            },
            tracks: match tracks {
                Tracks::Auto => route::Tracks::Auto,
                Tracks::Always => route::Tracks::Always,
                Tracks::Never => route::Tracks::Never,
            },
            profile: profile(*on_foot),
            ignore_closures: *ignore_closures,
        })
    }
}

impl From<kaban_app::RouteOutcome> for RouteOutcome {
    fn from(outcome: kaban_app::RouteOutcome) -> Self {
        match outcome {
            kaban_app::RouteOutcome::Found(way) => Self::Found { way: (*way).into() },
            kaban_app::RouteOutcome::NoWay(why) => Self::NoWay { why: (*why).into() },
        }
    }
}

impl From<kaban_app::JourneyView> for WayView {
    fn from(view: kaban_app::JourneyView) -> Self {
        let kaban_app::JourneyView {
            route,
            precision: [from, to],
            caveats,
        } = view;
        let route::Route {
            distance_m,
            duration_s,
            geometry,
            steps,
            last_resort,
        } = route;
        Self {
            distance_m,
            duration_s,
            line: points(geometry),
            steps: steps.into_iter().map(StepView::from).collect(),
            last_resort,
            from_precision: Precision::of(from),
            to_precision: Precision::of(to),
            closures_left_out: unheeded(caveats),
        }
    }
}

impl From<route::Step> for StepView {
    fn from(step: route::Step) -> Self {
        let route::Step {
            turn,
            text_ja,
            text_en,
            name,
            reference,
            distance_m,
            duration_s,
            signals,
            level_crossings,
            at,
        } = step;
        let (turn, exit) = turn_of(turn);
        Self {
            turn,
            exit,
            words: Words::new(text_ja, text_en),
            name,
            number: reference,
            distance_m,
            duration_s,
            signals: signals.into(),
            level_crossings: level_crossings.into(),
            at: at.into(),
        }
    }
}

fn turn_of(turn: route::Turn) -> (Turn, Option<u32>) {
    use route::Turn as T;
    let turn = match turn {
        T::Roundabout(exit) => return (Turn::Roundabout, Some(exit.into())),
        T::Depart => Turn::Depart,
        T::Continue => Turn::Continue,
        T::SlightLeft => Turn::SlightLeft,
        T::SlightRight => Turn::SlightRight,
        T::Left => Turn::Left,
        T::Right => Turn::Right,
        T::SharpLeft => Turn::SharpLeft,
        T::SharpRight => Turn::SharpRight,
        T::UTurn => Turn::UTurn,
        T::Ferry => Turn::Ferry,
        T::Arrive => Turn::Arrive,
    };
    (turn, None)
}

impl From<kaban_app::NoWayView> for NoWayView {
    fn from(view: kaban_app::NoWayView) -> Self {
        let kaban_app::NoWayView {
            kind,
            words: (ja, en),
            closures,
            ignoring_closures,
            // That there is no way says more than what else is closed.
            caveats: _,
        } = view;
        Self {
            kind: kind.to_owned(),
            words: Words::new(ja, en),
            closures: entries(closures),
            ignoring_closures: ignoring_closures.map(MeasureView::from),
        }
    }
}

impl From<route::Measure> for MeasureView {
    fn from(measure: route::Measure) -> Self {
        let route::Measure {
            distance_m,
            duration_s,
        } = measure;
        Self {
            distance_m,
            duration_s,
        }
    }
}

impl From<kaban_app::MatrixView> for MatrixView {
    fn from(view: kaban_app::MatrixView) -> Self {
        let kaban_app::MatrixView {
            durations_s,
            distances_m,
            precision,
            caveats,
        } = view;
        Self {
            durations_s,
            distances_m,
            precision: precision.into_iter().map(Precision::of).collect(),
            closures_left_out: unheeded(caveats),
        }
    }
}

/// The closures that an answer does not go around, whatever the reason.
pub(super) fn unheeded(caveats: kaban_app::Caveats) -> Vec<EntryId> {
    let kaban_app::Caveats {
        // The precision of each place says it.
        unpinned: _,
        closures_left_out,
        closures_off_the_roads,
        closures_unreadable,
        // Gone around all along.
        closures_changing: _,
    } = caveats;
    let ids = [
        closures_left_out,
        closures_off_the_roads,
        closures_unreadable,
    ];
    entries(ids.concat())
}

/// Ids that the core made.
pub(super) fn entries(ids: Vec<String>) -> Vec<EntryId> {
    ids.into_iter().map(EntryId).collect()
}
