//! Problems and calls as JSON, every error with the path where it stands.

use super::RoundError;
use super::call::{Call, Position};
use super::matrix::{Matrix, PLACES_MAX, SECONDS_MAX};
use super::problem::{
    Id, Objective, Problem, STOPS_MAX, Stop, VEHICLES_MAX, Vehicle, WINDOWS_MAX, Window,
};
use super::service::SERVICE_DEFAULT_S;
use crate::route::Place;
use serde_json::{Map, Value};

/// Largest file of a problem, bytes.
pub const FILE_BYTES_MAX: usize = 8 << 20;

/// Longest name of a stop or vehicle, bytes.
const ID_BYTES_MAX: usize = 256;

/// A place as a problem names it.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceName {
    /// A position or a node.
    At(Place),
    /// The house of a patient, by id or short number.
    Patient(String),
}

/// Where the driving times come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Legs {
    /// They are in the file.
    Matrix(Matrix),
    /// A router must find them between these.
    Places(Vec<PlaceName>),
}

/// A problem whose driving times may still have to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemFile {
    /// Driving times, or places.
    pub legs: Legs,
    /// Whether the given order is to be kept (`"order":"keep"`).
    pub keep: bool,
    vehicles: Vec<Vehicle>,
    stops: Vec<Stop>,
    objective: Objective,
}

impl ProblemFile {
    /// The problem; `matrix_of` finds the driving times between places and is only asked where the file has none.
    ///
    /// # Errors
    /// What `matrix_of` fails with, or the first bound or index that does not hold.
    pub fn problem<E: From<RoundError>>(
        self,
        matrix_of: impl FnOnce(&[PlaceName]) -> Result<Matrix, E>,
    ) -> Result<Problem, E> {
        let matrix = match self.legs {
            Legs::Matrix(matrix) => matrix,
            Legs::Places(places) => matrix_of(&places)?,
        };
        let problem = Problem {
            vehicles: self.vehicles,
            stops: self.stops,
            matrix,
            objective: self.objective,
        };
        Ok(problem.checked()?)
    }
}

/// A call, and the plan it comes into if the file has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFile {
    /// The call.
    pub call: Call,
    /// The plan under way, as indices of stops, vehicle by vehicle.
    pub orders: Option<Vec<Vec<usize>>>,
}

/// Reads `{"start_place","vehicles":[…],"stops":[…],"matrix_s":[[…]] or "places":[…],"objective","order"}`.
///
/// Other members are ignored. Seconds may have decimals, which are rounded.
///
/// # Errors
/// The first thing that is wrong, with its path.
pub fn read_problem(bytes: &[u8]) -> Result<ProblemFile, RoundError> {
    let document = parse(bytes)?;
    let root = At::root(&document);
    root.object()?;
    let start = root.get("start_place").map_or(Ok(0), |at| at.index())?;
    let vehicles = root
        .need("vehicles")?
        .list(VEHICLES_MAX)?
        .iter()
        .map(|at| vehicle(at, start))
        .collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&Id> = vehicles.iter().map(|vehicle| &vehicle.id).collect();
    let stops = root
        .need("stops")?
        .list(STOPS_MAX)?
        .iter()
        .map(|at| stop(at, &names))
        .collect::<Result<Vec<_>, _>>()?;
    let legs = match (root.get("matrix_s"), root.get("places")) {
        (Some(matrix), _) => Legs::Matrix(read_matrix(&matrix)?),
        (None, Some(places)) => {
            let places = places.list(PLACES_MAX)?;
            Legs::Places(places.iter().map(place).collect::<Result<_, _>>()?)
        }
        (None, None) => return Err(root.wrong("needs `matrix_s` or `places`")),
    };
    let objective = match root.get("objective") {
        None => Objective::Finish,
        Some(at) => match at.value.as_str() {
            Some("finish") => Objective::Finish,
            Some("travel") => Objective::Travel,
            _ => return Err(at.wrong("is \"finish\" or \"travel\"")),
        },
    };
    let keep = match root.get("order") {
        None => false,
        Some(at) => match at.value.as_str() {
            Some("keep") => true,
            Some("best") => false,
            _ => return Err(at.wrong("is \"keep\" or \"best\"")),
        },
    };
    Ok(ProblemFile {
        legs,
        keep,
        vehicles,
        stops,
        objective,
    })
}

/// Reads a call: `{"call":{a stop},"now_s","done":[ids],"vehicles":[{"id","place","free_s"}],"routes":[{"vehicle","order":[ids]}]}`,
/// or the stop alone.
///
/// # Errors
/// The first thing that is wrong, with its path.
pub fn read_call(bytes: &[u8], problem: &Problem) -> Result<CallFile, RoundError> {
    let document = parse(bytes)?;
    let root = At::root(&document);
    root.object()?;
    let names: Vec<&Id> = problem.vehicles.iter().map(|vehicle| &vehicle.id).collect();
    let stop_at = root.get("call").unwrap_or(root.clone());
    let one = Problem {
        stops: vec![stop(&stop_at, &names)?],
        ..problem.clone()
    };
    let mut checked = one.checked()?.stops;
    let Some(stop) = checked.pop() else {
        return Err(root.wrong("needs `call`"));
    };
    let known = |at: &At| -> Result<usize, RoundError> {
        let id = at.id()?;
        let found = problem.stops.iter().position(|stop| stop.id == id);
        found.ok_or_else(|| at.wrong("is no stop of the problem"))
    };
    let vehicle = |at: &At| -> Result<usize, RoundError> {
        let id = at.id()?;
        let found = names.iter().position(|name| **name == id);
        found.ok_or_else(|| at.wrong("is no vehicle of the problem"))
    };
    let done = match root.get("done") {
        None => Vec::new(),
        Some(list) => list
            .list(STOPS_MAX)?
            .iter()
            .map(known)
            .collect::<Result<_, _>>()?,
    };
    let mut positions = Vec::new();
    if let Some(list) = root.get("vehicles") {
        for at in list.list(VEHICLES_MAX)? {
            positions.push(Position {
                vehicle: vehicle(&at.need("id")?)?,
                place: at.need("place")?.index()?,
                free_at: at.need("free_s")?.seconds()?,
            });
        }
    }
    let mut orders = None;
    if let Some(list) = root.get("routes") {
        let mut routes = vec![Vec::new(); problem.vehicles.len()];
        let mut seen = vec![false; problem.stops.len()];
        for at in list.list(VEHICLES_MAX)? {
            let route: &mut Vec<usize> = &mut routes[vehicle(&at.need("vehicle")?)?];
            for at in at.need("order")?.list(STOPS_MAX)? {
                let stop = known(&at)?;
                if std::mem::replace(&mut seen[stop], true) {
                    return Err(at.wrong("is visited twice"));
                }
                route.push(stop);
            }
        }
        orders = Some(routes);
    }
    let call = Call {
        stop,
        now: root.get("now_s").map(|at| at.seconds()).transpose()?,
        done,
        positions,
    };
    Ok(CallFile { call, orders })
}

fn parse(bytes: &[u8]) -> Result<Value, RoundError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(RoundError::new("the file", "is larger than 8 MiB"));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        RoundError::new(
            "the file",
            format!("is not JSON (line {line}, column {column})"),
        )
    })
}

fn vehicle(at: &At, start: usize) -> Result<Vehicle, RoundError> {
    at.object()?;
    let window = match at.get("window") {
        None => Window {
            from: 0,
            until: 86_400,
        },
        Some(at) => window(&at)?,
    };
    let start = at.get("start_place").map_or(Ok(start), |at| at.index())?;
    let end = at.get("end_place").map_or(Ok(start), |at| at.index())?;
    Ok(Vehicle {
        id: at.need("id")?.id()?,
        window,
        start,
        end,
    })
}

fn stop(at: &At, vehicles: &[&Id]) -> Result<Stop, RoundError> {
    at.object()?;
    let vehicle = match at.get("vehicle") {
        None => None,
        Some(at) => {
            let id = at.id()?;
            let found = vehicles.iter().position(|name| **name == id);
            Some(found.ok_or_else(|| at.wrong("is no vehicle of the problem"))?)
        }
    };
    Ok(Stop {
        id: at.need("id")?.id()?,
        place: at.need("place")?.index()?,
        service: at
            .get("service_s")
            .map_or(Ok(SERVICE_DEFAULT_S), |at| at.seconds())?,
        windows: at.get("window").map_or(Ok(Vec::new()), |at| windows(&at))?,
        soft: at.get("soft").map_or(Ok(false), |at| at.truth())?,
        locked: at.get("locked").map_or(Ok(false), |at| at.truth())?,
        urgent: at.get("urgent").map_or(Ok(false), |at| at.truth())?,
        vehicle,
    })
}

/// One window, or a list of them.
fn windows(at: &At) -> Result<Vec<Window>, RoundError> {
    let several = at
        .value
        .as_array()
        .is_some_and(|list| list.first().is_none_or(Value::is_array));
    if several {
        at.list(WINDOWS_MAX)?.iter().map(window).collect()
    } else {
        Ok(vec![window(at)?])
    }
}

fn window(at: &At) -> Result<Window, RoundError> {
    match at.list(2).as_deref() {
        Ok([from, until]) => Ok(Window {
            from: from.seconds()?,
            until: until.seconds()?,
        }),
        _ => Err(at.wrong("is [first second, last second]")),
    }
}

fn place(at: &At) -> Result<PlaceName, RoundError> {
    if let Some(patient) = at.value.get("patient") {
        let id = At::new(format!("{}.patient", at.path), patient).id()?;
        return Ok(PlaceName::Patient(id.to_string()));
    }
    serde_json::from_value(at.value.clone())
        .map(PlaceName::At)
        .map_err(|_| at.wrong("is [longitude, latitude], {\"node\": id} or {\"patient\": id}"))
}

fn read_matrix(at: &At) -> Result<Matrix, RoundError> {
    let rows = at.list(PLACES_MAX)?;
    let rows = rows.iter().map(|row| {
        let times = row.list(PLACES_MAX)?;
        let times = times.iter().map(|time| match time.value {
            Value::Null => Ok(None),
            _ => time.seconds().map(Some),
        });
        times.collect::<Result<Vec<_>, _>>()
    });
    Matrix::new(&rows.collect::<Result<Vec<_>, _>>()?)
}

/// A value and where it stands.
#[derive(Clone)]
struct At<'v> {
    path: String,
    value: &'v Value,
}

impl<'v> At<'v> {
    fn new(path: String, value: &'v Value) -> Self {
        Self { path, value }
    }

    fn root(value: &'v Value) -> Self {
        Self::new(String::new(), value)
    }

    fn wrong(&self, what: &str) -> RoundError {
        let path = if self.path.is_empty() {
            "the file"
        } else {
            &self.path
        };
        RoundError::new(path, what)
    }

    fn object(&self) -> Result<&'v Map<String, Value>, RoundError> {
        let object = self.value.as_object();
        object.ok_or_else(|| self.wrong("is an object, {…}"))
    }

    fn inner(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// A member; `null` is as good as none.
    fn get(&self, key: &str) -> Option<At<'v>> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(At::new(self.inner(key), value))
    }

    fn need(&self, key: &str) -> Result<At<'v>, RoundError> {
        self.get(key)
            .ok_or_else(|| RoundError::new(self.inner(key), "is missing"))
    }

    fn list(&self, most: usize) -> Result<Vec<At<'v>>, RoundError> {
        let list = self
            .value
            .as_array()
            .ok_or_else(|| self.wrong("is a list, […]"))?;
        if list.len() > most {
            return Err(self.wrong(&format!(
                "has {} entries; at most {most} are taken",
                list.len()
            )));
        }
        let at = |(index, value)| At::new(format!("{}[{index}]", self.path), value);
        Ok(list.iter().enumerate().map(at).collect())
    }

    fn index(&self) -> Result<usize, RoundError> {
        let index = self.value.as_u64().and_then(|index| index.try_into().ok());
        index.ok_or_else(|| self.wrong("is the number of a place, counted from 0"))
    }

    fn seconds(&self) -> Result<u32, RoundError> {
        let wrong = || self.wrong(&format!("is a number of seconds from 0 to {SECONDS_MAX}"));
        if let Some(whole) = self.value.as_u64() {
            return u32::try_from(whole)
                .ok()
                .filter(|seconds| *seconds <= SECONDS_MAX)
                .ok_or_else(wrong);
        }
        let seconds = self.value.as_f64().map(f64::round).ok_or_else(wrong)?;
        if (0.0..=f64::from(SECONDS_MAX)).contains(&seconds) {
            Ok(seconds as u32)
        } else {
            Err(wrong())
        }
    }

    fn truth(&self) -> Result<bool, RoundError> {
        let truth = self.value.as_bool();
        truth.ok_or_else(|| self.wrong("is true or false"))
    }

    fn id(&self) -> Result<Id, RoundError> {
        match self.value {
            Value::String(text) if text.len() <= ID_BYTES_MAX => Ok(Id::Text(text.clone())),
            value => value
                .as_i64()
                .map(Id::Number)
                .ok_or_else(|| self.wrong("is a text of at most 256 bytes, or a whole number")),
        }
    }
}
