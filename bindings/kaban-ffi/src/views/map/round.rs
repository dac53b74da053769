//! The day's visits in order, and a sudden call into them.

use kaban_app::input;
use kaban_atlas::round;

use super::super::count;
use super::place::Spot;
use super::route::{TravelRequest, unheeded};
use crate::error::Result;
use crate::ids::{EntryId, PatientId};

/// What a round makes small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RoundObjective {
    /// The latest return; waiting counts.
    Finish,
    /// Driving.
    Travel,
}

/// From when until when, seconds of the day.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct TimeWindow {
    /// From.
    pub from_s: u32,
    /// Until.
    pub until_s: u32,
}

/// Somebody who makes visits; leaves from and comes back to the start.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct RoundVehicle {
    /// A name to tell them apart.
    pub name: String,
    /// From when until when.
    pub window: TimeWindow,
}

/// A visit to make.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct RoundVisit {
    /// Whom.
    pub patient: PatientId,
    /// When it may begin; at any time, if not given.
    pub window: Option<TimeWindow>,
    /// A visit after its window is late instead of impossible.
    pub soft: bool,
    /// It keeps its place in the given order.
    pub locked: bool,
    /// It is made before any that is not.
    pub urgent: bool,
    /// Who makes it in the given order, as an index; needed when locked among several.
    pub vehicle: Option<u32>,
    /// How long it takes; what was learnt, if not given.
    pub minutes: Option<u32>,
}

/// A day's visits before they are in order.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct RoundRequest {
    /// Where everybody starts and ends.
    pub start: Spot,
    /// Who drives.
    pub vehicles: Vec<RoundVehicle>,
    /// The visits, in the given order.
    pub visits: Vec<RoundVisit>,
    /// What is made small.
    pub objective: RoundObjective,
    /// The given order with its times, instead of a better one.
    pub keep_order: bool,
    /// On what roads.
    pub travel: TravelRequest,
}

/// A visit round.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct RoundView {
    /// One for each vehicle, also for those that stay.
    pub trips: Vec<TripView>,
    /// How many visits are made.
    pub served: u32,
    /// Those that are not.
    pub unserved: Vec<UnservedView>,
    /// Seconds of lateness in all.
    pub late_s: u32,
    /// When the last is back, second of the day.
    pub finish_s: u32,
    /// Seconds of driving in all.
    pub travel_s: u32,
    /// Seconds of waiting in all.
    pub waiting_s: u32,
    /// What is claimed of it.
    pub quality: RoundQuality,
    /// Patients whose house nobody has pinned: their times are those of their town's middle.
    pub unpinned: Vec<PatientId>,
    /// Closures that this answer does not go around: too large or too many, of a newer version, or beside every road of the
    /// map. A road may be closed there.
    pub closures_left_out: Vec<EntryId>,
}

/// What is claimed of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RoundQuality {
    /// Proved: none is better.
    BestPossible,
    /// The best that was found.
    Good,
    /// The given order; nothing was looked for.
    Given,
}

/// One vehicle's visits; times are seconds of the day.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct TripView {
    /// Who drives.
    pub vehicle: String,
    /// The visits, in order.
    pub stops: Vec<StopView>,
    /// When one leaves.
    pub departure_s: u32,
    /// When one is back.
    pub finish_s: u32,
    /// Seconds after the end of the vehicle's window.
    pub overtime_s: u32,
    /// Seconds of driving.
    pub travel_s: u32,
    /// Seconds of waiting.
    pub waiting_s: u32,
}

/// A visit of a round; times are seconds of the day.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct StopView {
    /// Whom.
    pub patient: PatientId,
    /// When one arrives.
    pub arrival_s: u32,
    /// When the visit begins.
    pub start_s: u32,
    /// Seconds after its window.
    pub late_s: u32,
}

/// A visit that is in no trip.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct UnservedView {
    /// Whom.
    pub patient: PatientId,
    /// Why.
    pub why: UnservedWhy,
}

/// Why a visit is in no trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum UnservedWhy {
    /// No vehicle can drive there and back.
    Unreachable,
    /// Its window and those of the vehicles do not allow it, even alone.
    Window,
    /// It does not fit beside the others.
    NoTime,
    /// The given order has no vehicle for it.
    NotAssigned,
}

/// A place for a sudden call in one vehicle's trip; times are seconds of the day.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct CallChoice {
    /// Who would go.
    pub vehicle: String,
    /// How many visits of the trip come before it.
    pub position: u32,
    /// Every window that was kept is still kept, and no locked visit begins later.
    pub feasible: bool,
    /// When one arrives.
    pub arrival_s: u32,
    /// When the visit begins.
    pub start_s: u32,
    /// Seconds after the call's own window.
    pub call_late_s: u32,
    /// When the vehicle is back.
    pub finish_s: u32,
    /// How many seconds later than without the call.
    pub finish_delay_s: i64,
    /// Seconds of driving more.
    pub travel_more_s: i64,
    /// Every later visit of this vehicle.
    pub delays: Vec<CallDelay>,
    /// Those that begin late because of the call.
    pub late: Vec<PatientId>,
    /// Seconds after the end of the vehicle's window.
    pub overtime_s: u32,
}

/// What becomes of a later visit.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct CallDelay {
    /// Whose.
    pub patient: PatientId,
    /// Seconds later; less than 0 if earlier.
    pub delay_s: i64,
    /// When it begins now, second of the day.
    pub start_s: u32,
    /// Seconds after its window.
    pub late_s: u32,
}

/// How long a visit at one patient takes.
#[derive(Clone, PartialEq, uniffi::Record)]
pub struct ServiceView {
    /// Seconds.
    pub seconds: u32,
    /// The same in minutes, rounded.
    pub minutes: u32,
    /// How many visits say so.
    pub visits: u32,
    /// That is enough of them; else it is the usual length.
    pub learnt: bool,
}

impl RoundRequest {
    pub(crate) fn read(&self) -> Result<kaban_app::RoundInput> {
        let Self {
            start,
            vehicles,
            visits,
            objective,
            keep_order,
            travel,
        } = self;
        Ok(kaban_app::RoundInput {
            start: start.read()?,
            vehicles: vehicles
                .iter()
                .map(RoundVehicle::read)
                .collect::<Result<_>>()?,
            visits: visits.iter().map(RoundVisit::read).collect::<Result<_>>()?,
            objective: match objective {
                RoundObjective::Finish => round::Objective::Finish,
                RoundObjective::Travel => round::Objective::Travel,
            },
            keep_order: *keep_order,
            travel: travel.read()?,
        })
    }
}

impl RoundVehicle {
    fn read(&self) -> Result<kaban_app::RoundVehicle> {
        let Self { name, window } = self;
        Ok(kaban_app::RoundVehicle {
            name: input::text("vehicles.name", name)?.to_owned(),
            window: window.seconds(),
        })
    }
}

impl TimeWindow {
    fn seconds(&self) -> [u32; 2] {
        let Self { from_s, until_s } = self;
        [*from_s, *until_s]
    }
}

impl RoundVisit {
    pub(crate) fn read(&self) -> Result<kaban_app::RoundVisit> {
        let Self {
            patient,
            window,
            soft,
            locked,
            urgent,
            vehicle,
            minutes,
        } = self;
        Ok(kaban_app::RoundVisit {
            patient: patient.read()?,
            window: window.as_ref().map(TimeWindow::seconds),
            soft: *soft,
            locked: *locked,
            urgent: *urgent,
            vehicle: vehicle.map(|index| index as usize),
            minutes: *minutes,
        })
    }
}

impl From<kaban_app::RoundView> for RoundView {
    fn from(view: kaban_app::RoundView) -> Self {
        let kaban_app::RoundView { round, caveats } = view;
        let round::Round {
            routes,
            // Whoever asked knows it.
            objective: _,
            served,
            // Told with why.
            unserved: _,
            unserved_why,
            late_s,
            finish_s,
            travel_s,
            waiting_s,
            quality,
        } = round;
        Self {
            trips: routes.into_iter().map(TripView::from).collect(),
            served: count(served),
            unserved: unserved_why.into_iter().map(UnservedView::from).collect(),
            late_s,
            finish_s,
            travel_s,
            waiting_s,
            quality: match quality {
                round::Quality::BestPossible => RoundQuality::BestPossible,
                round::Quality::Good => RoundQuality::Good,
                round::Quality::Given => RoundQuality::Given,
            },
            unpinned: caveats.unpinned.iter().cloned().map(PatientId).collect(),
            closures_left_out: unheeded(caveats),
        }
    }
}

impl From<round::Route> for TripView {
    fn from(route: round::Route) -> Self {
        let round::Route {
            vehicle,
            order,
            arrivals_s,
            starts_s,
            late_s,
            departure_s,
            finish_s,
            overtime_s,
            travel_s,
            waiting_s,
        } = route;
        let times = arrivals_s.into_iter().zip(starts_s).zip(late_s);
        let stops = order.iter().zip(times);
        let stop = |(patient, ((arrival_s, start_s), late_s))| StopView {
            patient: patient_of(patient),
            arrival_s,
            start_s,
            late_s,
        };
        Self {
            vehicle: vehicle.to_string(),
            stops: stops.map(stop).collect(),
            departure_s,
            finish_s,
            overtime_s,
            travel_s,
            waiting_s,
        }
    }
}

/// The stops of a round have the ids of their patients.
fn patient_of(stop: &round::Id) -> PatientId {
    PatientId(stop.to_string())
}

impl From<round::Unserved> for UnservedView {
    fn from(unserved: round::Unserved) -> Self {
        let round::Unserved { id, why } = unserved;
        Self {
            patient: patient_of(&id),
            why: match why {
                round::Why::NoRoadNear | round::Why::Unreachable => UnservedWhy::Unreachable,
                round::Why::Window => UnservedWhy::Window,
                round::Why::NoTime => UnservedWhy::NoTime,
                round::Why::NotAssigned => UnservedWhy::NotAssigned,
            },
        }
    }
}

impl From<round::Choice> for CallChoice {
    fn from(choice: round::Choice) -> Self {
        let round::Choice {
            vehicle,
            position,
            feasible,
            arrival_s,
            start_s,
            call_late_s,
            finish_s,
            finish_delay_s,
            travel_more_s,
            delays,
            late,
            overtime_s,
        } = choice;
        Self {
            vehicle: vehicle.to_string(),
            position: count(position),
            feasible,
            arrival_s,
            start_s,
            call_late_s,
            finish_s,
            finish_delay_s,
            travel_more_s,
            delays: delays.into_iter().map(CallDelay::from).collect(),
            late: late.iter().map(patient_of).collect(),
            overtime_s,
        }
    }
}

impl From<round::Delay> for CallDelay {
    fn from(delay: round::Delay) -> Self {
        let round::Delay {
            id,
            delay_s,
            start_s,
            late_s,
        } = delay;
        Self {
            patient: patient_of(&id),
            delay_s,
            start_s,
            late_s,
        }
    }
}

impl From<kaban_app::ServiceView> for ServiceView {
    fn from(view: kaban_app::ServiceView) -> Self {
        let kaban_app::ServiceView {
            seconds,
            minutes,
            visits,
            learnt,
        } = view;
        Self {
            seconds,
            minutes,
            visits: count(visits),
            learnt,
        }
    }
}
