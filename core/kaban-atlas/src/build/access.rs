//! Who may use a way or pass a node, by its tags.
//!
//! The car rules are the reference rules of the routing design, word for word; what a visiting doctor may do
//! beyond the public is a second reading of the same values.

use crate::osm::TagView;
use crate::tables::{RoadClass, flag, node_flag};

/// How far a way or node is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Open,
    /// Open to those with business there.
    Destination,
    /// Closed to the public; a visitor may use it to arrive or leave.
    Visitor,
    Closed,
}

/// Keys that speak of cars, the most specific first.
pub(super) const CAR_KEYS: [&str; 4] = ["motorcar", "motor_vehicle", "vehicle", "access"];
/// Keys that speak of people on foot.
pub(super) const FOOT_KEYS: [&str; 2] = ["foot", "access"];
const CLOSED: [&str; 10] = [
    "no",
    "private",
    "agricultural",
    "forestry",
    "emergency",
    "delivery",
    "military",
    "bus",
    "psv",
    "permit",
];
/// Those of [`CLOSED`] that a guest of the house is not meant by.
const VISITOR: [&str; 4] = ["private", "permit", "delivery", "agricultural"];
const DESTINATION: [&str; 2] = ["destination", "customers"];
const BLOCKING_BARRIERS: [&str; 12] = [
    "bollard",
    "block",
    "jersey_barrier",
    "log",
    "cycle_barrier",
    "motorcycle_barrier",
    "debris",
    "planter",
    "turnstile",
    "stile",
    "kissing_gate",
    "horse_stile",
];

/// The most specific key decides.
fn access(tags: &TagView<'_>, keys: &[&str]) -> Access {
    keys.iter()
        .find_map(|key| tags.get(key))
        .map_or(Access::Open, reading)
}

/// What the value of an access key means.
pub(super) fn reading(values: &str) -> Access {
    let all = |sets: &[&[&str]]| {
        values
            .split(';')
            .all(|v| sets.iter().any(|set| set.contains(&v.trim())))
    };
    if all(&[&CLOSED]) {
        let visitor = values.split(';').any(|v| VISITOR.contains(&v.trim()));
        return if visitor {
            Access::Visitor
        } else {
            Access::Closed
        };
    }
    if all(&[&CLOSED, &DESTINATION]) {
        Access::Destination
    } else {
        Access::Open
    }
}

fn access_flags(access: Access) -> Option<u16> {
    match access {
        Access::Open => Some(0),
        Access::Destination => Some(flag::DESTINATION),
        Access::Visitor => Some(flag::VISITOR),
        Access::Closed => None,
    }
}

/// Class and flags of a way for cars; `None` when no car may use it as a rule.
pub(super) fn car_lane(tags: &TagView<'_>) -> Option<(RoadClass, u16)> {
    car_lane_as(tags, access(tags, &CAR_KEYS))
}

/// The same as if the way had that access.
pub(super) fn car_lane_as(tags: &TagView<'_>, access: Access) -> Option<(RoadClass, u16)> {
    if tags.is("area", "yes") {
        return None;
    }
    let Some(highway) = tags.get("highway") else {
        return car_ferry(tags, access);
    };
    let class = RoadClass::from_tag(highway).filter(|class| *class <= RoadClass::Track)?;
    if class == RoadClass::Service && tags.is("service", "emergency_access") {
        return None;
    }
    let mut flags = access_flags(access)? | structure(tags);
    if class == RoadClass::Track {
        flags |= flag::TRACK;
    }
    if tags.is("service", "driveway") {
        flags |= flag::DESTINATION;
    }
    if matches!(tags.get("junction"), Some("roundabout" | "circular")) {
        flags |= flag::ROUNDABOUT;
    }
    Some((
        class,
        flags | directions(tags, class, flags & flag::ROUNDABOUT != 0),
    ))
}

fn directions(tags: &TagView<'_>, class: RoadClass, roundabout: bool) -> u16 {
    match tags.get("oneway") {
        Some("yes" | "true" | "1") => flag::FORWARD,
        Some("-1" | "reverse") => flag::BACKWARD,
        Some("no") => flag::FORWARD | flag::BACKWARD,
        _ if roundabout || class == RoadClass::Motorway => flag::FORWARD,
        _ => flag::FORWARD | flag::BACKWARD,
    }
}

/// A ferry takes cars only where the map says so.
fn car_ferry(tags: &TagView<'_>, access: Access) -> Option<(RoadClass, u16)> {
    let says = |key| matches!(tags.get(key), Some("yes" | "designated" | "permissive"));
    let takes_cars = access != Access::Closed
        && tags.is("route", "ferry")
        && (says("motorcar") || says("motor_vehicle"));
    takes_cars.then(|| {
        (
            RoadClass::Ferry,
            flag::FERRY | directions(tags, RoadClass::Ferry, false),
        )
    })
}

/// Class and flags of a way for people on foot.
pub(super) fn foot_lane(tags: &TagView<'_>) -> Option<(RoadClass, u16)> {
    foot_lane_as(tags, access(tags, &FOOT_KEYS))
}

/// The same as if the way had that access.
pub(super) fn foot_lane_as(tags: &TagView<'_>, access: Access) -> Option<(RoadClass, u16)> {
    const BOTH: u16 = flag::FORWARD | flag::BACKWARD;
    if tags.is("area", "yes") {
        return None;
    }
    let Some(highway) = tags.get("highway") else {
        let carried =
            access != Access::Closed && tags.is("route", "ferry") && !tags.is("foot", "no");
        return carried.then_some((RoadClass::Ferry, flag::FERRY | BOTH));
    };
    let class = RoadClass::from_tag(highway)?;
    let invited = matches!(tags.get("foot"), Some("yes" | "designated" | "permissive"));
    let needs_invitation = matches!(
        class,
        RoadClass::Motorway | RoadClass::MotorwayLink | RoadClass::Cycleway | RoadClass::Bridleway
    ) || tags.is("motorroad", "yes");
    if needs_invitation && !invited {
        return None;
    }
    Some((class, access_flags(access)? | structure(tags) | BOTH))
}

fn structure(tags: &TagView<'_>) -> u16 {
    let mut flags = 0;
    for (key, bit) in [
        ("tunnel", flag::TUNNEL),
        ("bridge", flag::BRIDGE),
        ("toll", flag::TOLL),
    ] {
        if tags.get(key).is_some_and(|value| value != "no") {
            flags |= bit;
        }
    }
    flags
}

/// What stands at a node for a car ([`node_flag`] bits).
pub(super) fn car_node(tags: &TagView<'_>) -> u8 {
    let barrier = tags.get("barrier");
    let mut flags = 0;
    if barrier.is_some_and(|kind| BLOCKING_BARRIERS.contains(&kind)) {
        flags |= node_flag::BLOCKED;
    }
    flags |= match access(tags, &CAR_KEYS) {
        Access::Closed => node_flag::CLOSED,
        Access::Visitor => node_flag::CLOSED | node_flag::VISITOR,
        Access::Open | Access::Destination => 0,
    };
    if barrier.is_some() && tags.is("locked", "yes") {
        flags |= node_flag::LOCKED;
    }
    flags
}

/// What stands at a node for a person on foot.
pub(super) fn foot_node(tags: &TagView<'_>) -> u8 {
    if tags.get("barrier").is_none() {
        return 0;
    }
    match access(tags, &FOOT_KEYS) {
        Access::Closed => node_flag::CLOSED,
        Access::Visitor => node_flag::CLOSED | node_flag::VISITOR,
        Access::Open | Access::Destination => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(tags: &[(&str, &str)]) -> Option<u16> {
        car_lane(&TagView(tags)).map(|(_, flags)| flags)
    }

    const BOTH: u16 = flag::FORWARD | flag::BACKWARD;

    #[test]
    fn the_most_specific_access_key_decides() {
        assert_eq!(
            lane(&[
                ("highway", "residential"),
                ("access", "no"),
                ("motor_vehicle", "yes")
            ]),
            Some(BOTH)
        );
        assert_eq!(
            lane(&[
                ("highway", "residential"),
                ("access", "yes"),
                ("motorcar", "no")
            ]),
            None
        );
    }

    #[test]
    fn a_way_is_closed_only_when_all_its_values_close_it() {
        let mixed = lane(&[
            ("highway", "track"),
            ("motor_vehicle", "agricultural;destination"),
        ]);
        assert_eq!(mixed, Some(BOTH | flag::TRACK | flag::DESTINATION));
        let farm = lane(&[
            ("highway", "track"),
            ("motor_vehicle", "agricultural;forestry"),
        ]);
        assert_eq!(farm, Some(BOTH | flag::TRACK | flag::VISITOR));
        assert_eq!(
            lane(&[("highway", "track"), ("motor_vehicle", "forestry")]),
            None
        );
    }

    #[test]
    fn roundabouts_and_motorways_are_one_way_unless_said_otherwise() {
        assert_eq!(lane(&[("highway", "motorway")]), Some(flag::FORWARD));
        assert_eq!(lane(&[("highway", "motorway_link")]), Some(BOTH));
        assert_eq!(
            lane(&[("highway", "tertiary"), ("junction", "roundabout")]),
            Some(flag::FORWARD | flag::ROUNDABOUT)
        );
        assert_eq!(
            lane(&[
                ("highway", "tertiary"),
                ("junction", "circular"),
                ("oneway", "no")
            ]),
            Some(BOTH | flag::ROUNDABOUT)
        );
        assert_eq!(
            lane(&[("highway", "primary"), ("oneway", "-1")]),
            Some(flag::BACKWARD)
        );
    }

    #[test]
    fn emergency_lanes_areas_and_footways_are_no_roads() {
        assert_eq!(
            lane(&[("highway", "service"), ("service", "emergency_access")]),
            None
        );
        assert_eq!(lane(&[("highway", "service"), ("area", "yes")]), None);
        assert_eq!(lane(&[("highway", "footway")]), None);
        assert_eq!(lane(&[("highway", "construction")]), None);
        assert_eq!(lane(&[("route", "ferry")]), None);
    }

    #[test]
    fn bollards_block_and_private_gates_open_for_visitors() {
        assert_eq!(
            car_node(&TagView(&[("barrier", "bollard")])),
            node_flag::BLOCKED
        );
        assert_eq!(car_node(&TagView(&[("barrier", "gate")])), 0);
        assert_eq!(
            car_node(&TagView(&[("barrier", "gate"), ("access", "private")])),
            node_flag::CLOSED | node_flag::VISITOR
        );
        assert_eq!(
            car_node(&TagView(&[("barrier", "gate"), ("locked", "yes")])),
            node_flag::LOCKED
        );
        assert_eq!(foot_node(&TagView(&[("barrier", "bollard")])), 0);
    }
}
