//! Where the roads are closed: a circle, a line drawn over the map, or stretches of road.
//!
//! One JSON form in documents, files and requests: `{"circle":{"centre":[lon,lat],"radius_m":n}}`,
//! `{"line":[[lon,lat],…]}` or `{"roads":[[[lon,lat],[lon,lat]],…]}`. A stretch of road is named by the
//! positions of its two ends and, third if given, of a point of it in between, so that it is found again in
//! a newer map and told from other roads that join the same ends.

use serde_json::{Map, Value, json};

use crate::{
    error::{Invalid, Reason},
    json::Members,
};

/// The largest radius of a circle in metres; wider than that is a district, not a road.
pub const RADIUS_METRES_MAX: u32 = 20_000;
/// The most points of a line.
pub const LINE_POINTS_MAX: usize = 500;
/// The most stretches of road in one closure.
pub const ROADS_MAX: usize = 100;

/// Positions are kept to a ten-millionth of a degree, about a centimetre, as maps keep them.
const UNITS_PER_DEGREE: f64 = 1e7;

/// Which roads are meant; every position is `[longitude, latitude]` in degrees.
#[derive(Debug, Clone, PartialEq)]
pub enum ClosureShape {
    /// Every road within so many metres.
    Circle {
        /// The middle.
        centre: [f64; 2],
        /// Whole metres, 1 to [`RADIUS_METRES_MAX`].
        radius_m: u32,
    },
    /// Every road that a line crosses or touches: 2 to [`LINE_POINTS_MAX`] points.
    Line(Vec<[f64; 2]>),
    /// Stretches of road: 1 to [`ROADS_MAX`] of them, each by the positions of its two ends and, third if
    /// given, of a point of it in between.
    Roads(Vec<Vec<[f64; 2]>>),
}

impl ClosureShape {
    /// Reads a shape as typed or as stored.
    ///
    /// # Errors
    /// [`Invalid`] names the member: no shape or two of them, a position off the globe, a radius or a
    /// number of points out of range.
    pub fn from_value(value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("shape", value)?;
        let [circle, line, roads] = ["circle", "line", "roads"].map(|name| members.take(name));
        let shape = match (circle, line, roads) {
            (Some(circle), None, None) => read_circle(circle)?,
            (None, Some(line), None) => Self::Line(read_line(&line)?),
            (None, None, Some(roads)) => Self::Roads(read_roads(&roads)?),
            _ => {
                return Err(Invalid::new(
                    "shape",
                    Reason::Missing("circle, line or roads"),
                ));
            }
        };
        // A shape with more to it than this version knows would be drawn wrong.
        if members.rest().is_empty() {
            Ok(shape)
        } else {
            Err(Invalid::new("shape", Reason::NotACode))
        }
    }

    /// Points and stretches of road in the shape: how much of a map's capacity it takes.
    #[must_use]
    pub fn pieces(&self) -> usize {
        match self {
            Self::Circle { .. } => 1,
            Self::Line(points) => points.len(),
            Self::Roads(roads) => roads.len(),
        }
    }

    /// The JSON form.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Circle { centre, radius_m } => {
                json!({ "circle": { "centre": centre, "radius_m": radius_m } })
            }
            Self::Line(points) => json!({ "line": points }),
            Self::Roads(roads) => json!({ "roads": roads }),
        }
    }
}

fn read_circle(value: Value) -> Result<ClosureShape, Invalid> {
    let mut members = Members::of("shape.circle", value)?;
    let centre = members.take("centre").unwrap_or(Value::Null);
    let centre = position(&centre).ok_or(members.invalid("centre", Reason::NotAPoint))?;
    let radius = members.take("radius_m").and_then(|radius| radius.as_f64());
    let radius = radius.ok_or(members.invalid("radius_m", Reason::NotANumber))?;
    let whole = radius.round();
    if !(1.0..=f64::from(RADIUS_METRES_MAX)).contains(&whole) {
        return Err(members.invalid("radius_m", Reason::OutOfRange));
    }
    Ok(ClosureShape::Circle {
        centre,
        radius_m: whole as u32,
    })
}

fn read_line(value: &Value) -> Result<Vec<[f64; 2]>, Invalid> {
    let invalid = |reason| Invalid::new("shape.line", reason);
    let points = value.as_array().ok_or(invalid(Reason::NotAPoint))?;
    if !(2..=LINE_POINTS_MAX).contains(&points.len()) {
        return Err(invalid(Reason::OutOfRange));
    }
    let points = points.iter().map(position);
    points
        .collect::<Option<_>>()
        .ok_or(invalid(Reason::NotAPoint))
}

fn read_roads(value: &Value) -> Result<Vec<Vec<[f64; 2]>>, Invalid> {
    let invalid = |reason| Invalid::new("shape.roads", reason);
    let roads = value.as_array().ok_or(invalid(Reason::NotAPoint))?;
    if !(1..=ROADS_MAX).contains(&roads.len()) {
        return Err(invalid(Reason::OutOfRange));
    }
    let stretch = |road: &Value| {
        let positions = road.as_array().filter(|road| matches!(road.len(), 2 | 3))?;
        positions.iter().map(position).collect::<Option<Vec<_>>>()
    };
    let roads = roads.iter().map(stretch);
    roads
        .collect::<Option<_>>()
        .ok_or(invalid(Reason::NotAPoint))
}

/// `[longitude, latitude]` on the globe, rounded as it is kept.
fn position(value: &Value) -> Option<[f64; 2]> {
    let [lon, lat] = value.as_array()?.as_slice() else {
        return None;
    };
    let degree = |value: &Value, max: f64| {
        let degree = value.as_f64()?;
        let kept = (degree * UNITS_PER_DEGREE).round() / UNITS_PER_DEGREE;
        // Minus zero and zero are one place.
        (kept.abs() <= max).then_some(kept + 0.0)
    };
    Some([degree(lon, 180.0)?, degree(lat, 90.0)?])
}

/// The members of a stored body that a shape takes.
pub(super) fn from_body(body: &mut Map<String, Value>) -> Result<ClosureShape, Invalid> {
    let shape = body.shift_remove("shape");
    ClosureShape::from_value(shape.ok_or(Invalid::new("closure", Reason::Missing("shape")))?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_three_forms_read_as_they_are_written() {
        for text in [
            r#"{"circle":{"centre":[140.5612345,35.7],"radius_m":120}}"#,
            r#"{"line":[[140.5,35.7],[140.6,35.75]]}"#,
            r#"{"roads":[[[140.5,35.7],[140.51,35.7]],[[140.5,35.7],[140.5,35.71]]]}"#,
            r#"{"roads":[[[140.5,35.7],[140.51,35.7],[140.505,35.703]]]}"#,
        ] {
            let shape = ClosureShape::from_value(serde_json::from_str(text).unwrap()).unwrap();
            assert_eq!(shape.to_value().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_shape_is_refused_with_the_name_of_the_member() {
        let refused = |value: Value| ClosureShape::from_value(value).unwrap_err();
        assert_eq!(refused(json!({})).field, "shape");
        assert_eq!(
            refused(json!({"line": [[1, 2], [3, 4]], "roads": []})).field,
            "shape"
        );
        assert_eq!(
            refused(json!({"line": [[1, 2]]})).reason,
            Reason::OutOfRange
        );
        assert_eq!(
            refused(json!({"line": [[1, 2], [3, 91]]})).reason,
            Reason::NotAPoint
        );
        assert_eq!(refused(json!({"roads": []})).reason, Reason::OutOfRange);
        for road in [json!([[1, 2]]), json!([[1, 2], [3, 4], [5, 6], [7, 8]])] {
            assert_eq!(refused(json!({"roads": [road]})).field, "shape.roads");
        }
        let circle = |radius: f64| json!({"circle": {"centre": [140, 35], "radius_m": radius}});
        for radius in [0.0, -5.0, 20_001.0] {
            assert_eq!(refused(circle(radius)).field, "shape.circle.radius_m");
        }
        let newer = json!({"line": [[1, 2], [3, 4]], "width_m": 3});
        assert_eq!(refused(newer).field, "shape");
    }

    proptest! {
        #[test]
        fn a_position_keeps_its_centimetre_and_reads_back_equal(
            points in prop::collection::vec((-180.0..=180.0f64, -90.0..=90.0f64), 2..20),
        ) {
            let typed: Vec<[f64; 2]> = points.iter().map(|(lon, lat)| [*lon, *lat]).collect();
            let shape = ClosureShape::from_value(json!({ "line": typed })).unwrap();
            let ClosureShape::Line(kept) = &shape else { panic!("a line") };
            for (typed, kept) in typed.iter().zip(kept) {
                prop_assert!((typed[0] - kept[0]).abs() < 1e-7 && (typed[1] - kept[1]).abs() < 1e-7);
            }
            let text = shape.to_value().to_string();
            prop_assert_eq!(ClosureShape::from_value(serde_json::from_str(&text).unwrap()).unwrap(), shape);
        }
    }
}
