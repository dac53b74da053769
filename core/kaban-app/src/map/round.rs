//! The day's visits in their best order, and a sudden call into it: patients and a starting place in, the
//! plan of [`kaban_atlas::round`] out. The times between the houses are those of the roads as they are, the
//! length of a visit is what was learnt of it unless it is said.

use kaban_atlas::pack::Pack;
use kaban_atlas::round::{
    Call, Choice, Id, Matrix, Objective, Problem, Round, RoundError, STOPS_MAX, Stop, Vehicle,
    Window, insert_call, keep_order, solve,
};
use kaban_atlas::route::{Manner, Place, Router};
use kaban_model::ids::PatientId;
use serde::Serialize;

use super::caveats::{Caveats, settled, unpinned};
use super::pack::DynamicMap;
use super::roads::{End, Spot, many_ends};
use super::tables::longest;
use super::travel::{Outlook, Travel};
use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::shared::SharedBag;

/// Somebody who makes visits; leaves from and comes back to the start of the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundVehicle {
    /// A name to tell them apart.
    pub name: String,
    /// From when until when, seconds of the day.
    pub window: [u32; 2],
}

/// A visit to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundVisit {
    /// Whom.
    pub patient: PatientId,
    /// When it may begin, seconds of the day; at any time, if not given.
    pub window: Option<[u32; 2]>,
    /// Whether a visit after its window is late instead of impossible.
    pub soft: bool,
    /// Whether it keeps its place in the given order.
    pub locked: bool,
    /// Whether it is made before any that is not.
    pub urgent: bool,
    /// Who makes it in the given order, as an index; needed when locked among several.
    pub vehicle: Option<usize>,
    /// How long it takes; what was learnt, if not given.
    pub minutes: Option<u32>,
}

impl RoundVisit {
    /// A visit at any time, as long as it usually takes.
    pub fn new(patient: PatientId) -> Self {
        Self {
            patient,
            window: None,
            soft: false,
            locked: false,
            urgent: false,
            vehicle: None,
            minutes: None,
        }
    }
}

/// A day's visits before they are in order.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundInput {
    /// Where everybody starts and ends.
    pub start: Spot,
    /// Who drives.
    pub vehicles: Vec<RoundVehicle>,
    /// The visits, in the given order.
    pub visits: Vec<RoundVisit>,
    /// Earliest return, or least driving.
    pub objective: Objective,
    /// The given order as it stands, with its times, instead of a better one.
    pub keep_order: bool,
    /// On what roads.
    pub travel: Travel,
}

/// A round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoundView {
    /// The plan; stops have the ids of their patients.
    pub round: Round,
    /// What must be said with it.
    #[serde(flatten)]
    pub caveats: Caveats,
}

/// Where a sudden call fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InsertionView {
    /// The id of the call's patient.
    pub id: Id,
    /// At most one place for each vehicle, the best first; empty when no way leads there.
    pub choices: Vec<Choice>,
    /// What must be said with it.
    #[serde(flatten)]
    pub caveats: Caveats,
}

impl DynamicMap {
    /// The best order of the visits, or the given one with its times.
    ///
    /// # Errors
    /// As [`DynamicMap::route`]; [`Kind::BadInput`] for what is no round. That no road leads to a house is
    /// no error: its visit is not served, and the round says why.
    pub fn round(&self, bag: &SharedBag, input: &RoundInput) -> Result<RoundView> {
        let day = self.day(bag, input, None)?;
        let round = if input.keep_order {
            keep_order(&day.problem)
        } else {
            solve(&day.problem)
        };
        Ok(RoundView {
            round,
            caveats: day.caveats,
        })
    }

    /// Where a sudden call fits into a plan, and whom it delays by how much. `orders` is the plan, vehicle
    /// by vehicle; `now` is the second of the day up to which visits are done or under way.
    ///
    /// # Errors
    /// As [`DynamicMap::round`]; [`Kind::NotFound`] for a patient of `orders` who is in no visit.
    pub fn insert_call(
        &self,
        bag: &SharedBag,
        input: &RoundInput,
        orders: &[Vec<PatientId>],
        call: &RoundVisit,
        now: Option<u32>,
    ) -> Result<InsertionView> {
        let day = self.day(bag, input, Some(call))?;
        let visit = |patient: &PatientId| {
            let found = input
                .visits
                .iter()
                .position(|visit| visit.patient == *patient);
            found.ok_or(AppError::not_found("patient in this round"))
        };
        let orders = orders
            .iter()
            .map(|order| order.iter().map(visit).collect::<Result<Vec<_>>>())
            .collect::<Result<Vec<_>>>()?;
        let stop = day.call.ok_or(AppError::new(
            Kind::Internal,
            "the call of a round was lost",
        ))?;
        let call = Call {
            stop,
            now,
            done: Vec::new(),
            positions: Vec::new(),
        };
        let found = insert_call(&day.problem, &orders, &call)?;
        Ok(InsertionView {
            id: found.id,
            choices: found.choices,
            caveats: day.caveats,
        })
    }

    /// The problem behind a round, and behind a call into it.
    fn day(&self, bag: &SharedBag, input: &RoundInput, call: Option<&RoundVisit>) -> Result<Day> {
        if input.visits.len() > STOPS_MAX {
            return Err(AppError::input(format!(
                "a round has at most {STOPS_MAX} visits"
            )));
        }
        let pack = self.pack()?;
        let visits: Vec<&RoundVisit> = input.visits.iter().chain(call).collect();
        let spots: Vec<Spot> = [input.start]
            .into_iter()
            .chain(visits.iter().map(|visit| Spot::Patient(visit.patient)))
            .collect();
        let (ends, outlook) = many_ends(bag, &pack, &spots, &input.travel)?;
        let services = bag.with(|bag| {
            let seconds = visits.iter().map(|visit| bag.service_seconds(visit));
            seconds.collect::<Result<Vec<u32>>>()
        })?;
        let mut stops: Vec<Stop> = visits
            .iter()
            .zip(services)
            .enumerate()
            .map(|(index, (visit, service))| stop(visit, index + 1, service))
            .collect();
        let call = call.and_then(|_| stops.pop());
        let outlook = during(outlook, &input.vehicles);
        let unpinned = unpinned(&spots, &ends);
        let (matrix, caveats) = matrix(&pack, &ends, outlook, unpinned)?;
        let problem = Problem {
            vehicles: input.vehicles.iter().map(vehicle).collect(),
            stops,
            matrix,
            objective: input.objective,
        };
        Ok(Day {
            problem: problem.checked()?,
            call,
            caveats,
        })
    }
}

struct Day {
    problem: Problem,
    call: Option<Stop>,
    caveats: Caveats,
}

impl Bag {
    fn service_seconds(&mut self, visit: &RoundVisit) -> Result<u32> {
        match visit.minutes {
            Some(minutes) => Ok(minutes.saturating_mul(60)),
            None => Ok(self.service_minutes(visit.patient)?.seconds),
        }
    }
}

fn stop(visit: &RoundVisit, place: usize, service: u32) -> Stop {
    let RoundVisit {
        patient,
        window,
        soft,
        locked,
        urgent,
        vehicle,
        minutes: _,
    } = visit;
    Stop {
        id: Id::Text(patient.to_string()),
        place,
        service,
        windows: window.iter().copied().map(seconds_of_day).collect(),
        soft: *soft,
        locked: *locked,
        urgent: *urgent,
        vehicle: *vehicle,
    }
}

fn vehicle(vehicle: &RoundVehicle) -> Vehicle {
    Vehicle {
        id: Id::Text(vehicle.name.clone()),
        window: seconds_of_day(vehicle.window),
        start: 0,
        end: 0,
    }
}

fn seconds_of_day([from, until]: [u32; 2]) -> Window {
    Window { from, until }
}

/// What is closed at some time of the windows of those who drive counts all day.
fn during(outlook: Outlook, vehicles: &[RoundVehicle]) -> Outlook {
    let from = vehicles.iter().map(|vehicle| vehicle.window[0]).min();
    let until = vehicles.iter().map(|vehicle| vehicle.window[1]).max();
    match from.zip(until) {
        Some((from, until)) => outlook.during([from, until]),
        None => outlook,
    }
}

/// Whole seconds between the places; nothing where no road leads.
fn matrix(
    pack: &Pack,
    ends: &[End],
    outlook: Outlook,
    unpinned: Vec<String>,
) -> Result<(Matrix, Caveats)> {
    let places: Vec<Place> = ends.iter().map(|(at, _)| Place::Point(*at)).collect();
    let table = |router: &mut Router<'_>| Ok(router.matrix(&places, &Manner::default())?);
    let (table, caveats) = settled(pack, outlook, unpinned, table, longest)?;
    Ok((Matrix::by_road(&table)?, caveats))
}

impl From<RoundError> for AppError {
    fn from(error: RoundError) -> Self {
        Self::new(Kind::BadInput, error.to_string())
    }
}
