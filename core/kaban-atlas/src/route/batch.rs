//! The line protocol of `map route --batch`: one request per line in, one answer per line out.

use super::{Obstacle, Place, Route, RouteError, RouteRequest, Router, Step};
use serde::Serialize;
use serde_json::Value;

/// A longer line is no request.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// What all lines of a batch have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchOptions {
    /// Objective, tracks, access, profile, and whether answers carry the line and the instructions; its places are not used.
    pub request: RouteRequest,
}

#[derive(Serialize)]
struct Answer<'a> {
    distance_m: f64,
    duration_s: f64,
    compute_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    geometry: Option<&'a [[f64; 2]]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<&'a [Step]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    last_resort: bool,
}

#[derive(Serialize)]
struct Refusal {
    error: RefusalBody,
}

#[derive(Serialize)]
struct RefusalBody {
    kind: &'static str,
    detail: String,
    /// What is in the way, field by field.
    #[serde(flatten)]
    obstacle: Option<Box<Obstacle>>,
}

/// Answers one line with one line (without its end).
///
/// `micros` is a clock in microseconds that never goes back; `patient` finds the place of `{"patient": id}`.
/// Whatever the line holds, the answer is one JSON object: a route, or `{"error":{"kind","detail"}}` with a kind of
/// [`super::RouteError::kind`], `bad_line` or `unknown_patient`.
pub fn answer_line(
    router: &mut Router<'_>,
    line: &str,
    options: &BatchOptions,
    micros: &mut dyn FnMut() -> u64,
    patient: &mut dyn FnMut(&str) -> Option<Place>,
) -> String {
    let began = micros();
    let found = request(line, options, patient)
        .and_then(|request| router.route(&request).map_err(Refusal::from));
    let compute_us = micros().saturating_sub(began);
    match found {
        Ok(route) => {
            let Route {
                distance_m,
                duration_s,
                geometry,
                steps,
                last_resort,
            } = &route;
            json(&Answer {
                distance_m: *distance_m,
                duration_s: *duration_s,
                compute_us,
                geometry: options.request.geometry.then_some(geometry),
                steps: options.request.steps.then_some(steps),
                last_resort: *last_resort,
            })
        }
        Err(refusal) => json(&refusal),
    }
}

fn request(
    line: &str,
    options: &BatchOptions,
    patient: &mut dyn FnMut(&str) -> Option<Place>,
) -> Result<RouteRequest, Refusal> {
    let bad = || {
        refuse(
            "bad_line",
            "a line is {\"from\": place, \"to\": place}".into(),
        )
    };
    if line.len() > LINE_BYTES_MAX {
        return Err(bad());
    }
    let value: Value = serde_json::from_str(line).map_err(|_| bad())?;
    let mut place = |key: &str| -> Result<Place, Refusal> {
        let place = value.get(key).ok_or_else(bad)?;
        if let Some(id) = place.get("patient") {
            // A short number may be written as a number.
            let id = id
                .as_str()
                .map(str::to_owned)
                .or_else(|| id.as_u64().map(|id| id.to_string()))
                .ok_or_else(bad)?;
            return patient(&id).ok_or_else(|| {
                refuse("unknown_patient", "no such patient, or no position".into())
            });
        }
        serde_json::from_value(place.clone()).map_err(|_| bad())
    };
    Ok(RouteRequest {
        from: place("from")?,
        to: place("to")?,
        ..options.request.clone()
    })
}

fn refuse(kind: &'static str, detail: String) -> Refusal {
    Refusal {
        error: RefusalBody {
            kind,
            detail,
            obstacle: None,
        },
    }
}

impl From<RouteError> for Refusal {
    fn from(error: RouteError) -> Self {
        let (kind, detail) = (error.kind(), error.to_string());
        let obstacle = match error {
            RouteError::Unreachable(obstacle) => Some(obstacle),
            _ => None,
        };
        Self {
            error: RefusalBody {
                kind,
                detail,
                obstacle,
            },
        }
    }
}

/// The answer for a request without a route: `{"error":{"kind","detail",…}}`, with what is in the way if nothing leads there.
#[must_use]
pub fn refusal(error: RouteError) -> Value {
    serde_json::to_value(Refusal::from(error)).unwrap_or_default()
}

/// Structs of numbers and text always serialise.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
