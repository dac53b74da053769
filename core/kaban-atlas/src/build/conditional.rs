//! What the tags of a way say about some times only: access, direction and limit with a condition behind an `@`.
//!
//! A key beside `:conditional` is stronger than every less specific key, conditional or not, and of the clauses in force the last
//! counts (OpenStreetMap wiki, "Conditional restrictions"). A clause whose condition is not understood is counted and left out,
//! so there the tag without a condition decides.

use super::access::{
    Access, CAR_KEYS, FOOT_KEYS, car_lane, car_lane_as, foot_lane, foot_lane_as, reading,
};
use super::speed;
use crate::conditions::Schedule;
use crate::osm::TagView;
use crate::tables::{Effect, Profile, RoadClass, flag};

/// More clauses than this in one tag are not read.
const CLAUSES_MAX: usize = 16;

/// A longer tag is no condition.
const TEXT_BYTES_MAX: usize = 4096;

/// What holds while a condition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RawEffect {
    Access(u16),
    Directions(u16),
    /// Limit in km/h.
    Limit(u16),
}

/// A way for one profile: as it is by default, and what changes it.
#[derive(Debug, Default)]
pub(super) struct Lane<'t> {
    /// Class and flags; without a direction when the way is open at some times only. `None` when it is never open.
    pub usual: Option<(RoadClass, u16)>,
    pub dated: Vec<(&'t str, RawEffect)>,
    /// Clauses whose condition is not understood.
    pub not_understood: usize,
}

const BOTH: u16 = flag::FORWARD | flag::BACKWARD;

/// Reads the way for `profile`.
pub(super) fn lane<'t>(tags: &TagView<'t>, profile: Profile) -> Lane<'t> {
    let usual = match profile {
        Profile::Car => car_lane(tags),
        Profile::Foot => foot_lane(tags),
    };
    let mut lane = Lane {
        usual,
        ..Lane::default()
    };
    if !tags.0.iter().any(|(key, _)| key.ends_with(":conditional")) {
        return lane;
    }
    let lane_as = |access| match profile {
        Profile::Car => car_lane_as(tags, access),
        Profile::Foot => foot_lane_as(tags, access),
    };
    let Some((class, open)) = lane_as(Access::Open) else {
        return lane;
    };
    lane.access(tags, profile, |access| {
        lane_as(access).map_or(0, |(_, flags)| flags & Effect::ACCESS)
    });
    let opens = |(_, effect): &(&str, RawEffect)| matches!(effect, RawEffect::Access(flags) if flags & BOTH != 0);
    if lane.usual.is_none() && lane.dated.iter().any(opens) {
        lane.usual = Some((class, open & !Effect::ACCESS));
    }
    if lane.usual.is_some() && profile == Profile::Car {
        lane.directions(tags, open);
        lane.limits(tags);
    }
    lane
}

impl<'t> Lane<'t> {
    fn access(&mut self, tags: &TagView<'t>, profile: Profile, flags: impl Fn(Access) -> u16) {
        let keys: &[(&str, &str)] = match profile {
            Profile::Car => &[
                (CAR_KEYS[3], "access:conditional"),
                (CAR_KEYS[2], "vehicle:conditional"),
                (CAR_KEYS[1], "motor_vehicle:conditional"),
                (CAR_KEYS[0], "motorcar:conditional"),
            ],
            Profile::Foot => &[
                (FOOT_KEYS[1], "access:conditional"),
                (FOOT_KEYS[0], "foot:conditional"),
            ],
        };
        for (key, conditional) in keys {
            if tags.get(key).is_some() {
                self.dated.clear();
            }
            for (value, when) in self.clauses(tags.get(conditional)) {
                self.dated
                    .push((when, RawEffect::Access(flags(reading(value)))));
            }
        }
    }

    fn directions(&mut self, tags: &TagView<'t>, drawn: u16) {
        for (value, when) in self.clauses(tags.get("oneway:conditional")) {
            let directions = match value {
                "yes" | "true" | "1" => flag::FORWARD,
                "-1" | "reverse" => flag::BACKWARD,
                "no" => BOTH,
                _ => drawn & BOTH,
            };
            self.dated.push((when, RawEffect::Directions(directions)));
        }
    }

    fn limits(&mut self, tags: &TagView<'t>) {
        for (value, when) in self.clauses(tags.get("maxspeed:conditional")) {
            if let Some(limit) = speed::limit(value) {
                self.dated.push((when, RawEffect::Limit(limit)));
            }
        }
    }

    /// The understood clauses of a conditional tag, value and condition.
    fn clauses(&mut self, text: Option<&'t str>) -> Vec<(&'t str, &'t str)> {
        let mut understood = Vec::new();
        for (value, when) in clauses(text.unwrap_or_default()) {
            if Schedule::parse(when).is_some() {
                understood.push((value, when));
            } else {
                self.not_understood += 1;
            }
        }
        understood
    }
}

/// `no @ (Mo-Fr 07:00-09:00); destination @ (Sa)` as pairs; a `;` within brackets, or before the next value, belongs to the condition.
pub(super) fn clauses(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    // No sign on a road says more.
    let mut rest = if text.len() <= TEXT_BYTES_MAX {
        text
    } else {
        ""
    };
    while let (Some((value, behind)), true) = (rest.split_once('@'), found.len() < CLAUSES_MAX) {
        let mut depth = 0;
        let end = behind.char_indices().find(|(at, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            *c == ';' && depth == 0 && {
                let next = behind[at + 1..].split(';').next();
                next.is_some_and(|next| next.contains('@'))
            }
        });
        let end = end.map_or(behind.len(), |(at, _)| at);
        found.push((value.trim(), behind[..end].trim()));
        rest = behind.get(end + 1..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_told_from_the_semicolons_within_them() {
        assert_eq!(
            clauses("no @ (Mo-Fr 07:00-09:00; PH off); destination @ (Sa)"),
            [
                ("no", "(Mo-Fr 07:00-09:00; PH off)"),
                ("destination", "(Sa)")
            ]
        );
        assert_eq!(
            clauses("no@ Mo-Fr 07:00-09:00; PH off;yes @ Su"),
            [("no", "Mo-Fr 07:00-09:00; PH off"), ("yes", "Su")]
        );
        assert_eq!(clauses("no"), []);
        assert_eq!(clauses(""), []);
        assert_eq!(clauses("no @"), [("no", "")]);
        assert_eq!(clauses(&format!("no @ {}", "a".repeat(30 << 20))), []);
    }

    fn car<'t>(tags: &TagView<'t>) -> Lane<'t> {
        lane(tags, Profile::Car)
    }

    #[test]
    fn a_more_specific_tag_silences_a_condition_on_a_general_one() {
        let general = [
            ("highway", "residential"),
            ("access:conditional", "no @ (Dec-Mar)"),
        ];
        let lane = car(&TagView(&general));
        assert_eq!(lane.dated, [("(Dec-Mar)", RawEffect::Access(0))]);
        let mut specific = general.to_vec();
        specific.push(("motor_vehicle", "yes"));
        assert!(car(&TagView(&specific)).dated.is_empty());
    }

    #[test]
    fn a_closed_way_that_opens_at_times_is_kept_without_a_direction() {
        let tags = [
            ("highway", "service"),
            ("motor_vehicle", "no"),
            ("motor_vehicle:conditional", "yes @ (Mo-Sa 06:00-11:00)"),
        ];
        let lane = car(&TagView(&tags));
        assert_eq!(lane.usual, Some((RoadClass::Service, 0)));
        assert_eq!(
            lane.dated,
            [("(Mo-Sa 06:00-11:00)", RawEffect::Access(BOTH))]
        );
        let unknown = [
            tags[0],
            tags[1],
            ("motor_vehicle:conditional", "yes @ (ask inside)"),
        ];
        let lane = car(&TagView(&unknown));
        assert_eq!((lane.usual, lane.not_understood), (None, 1));
    }

    #[test]
    fn directions_and_limits_may_depend_on_the_time() {
        let tags = [
            ("highway", "tertiary"),
            ("oneway:conditional", "yes @ (07:00-09:00)"),
            (
                "maxspeed:conditional",
                "30 @ (22:00-06:00); fast @ (Su); 20 @ wet",
            ),
        ];
        let lane = car(&TagView(&tags));
        let expected = [
            ("(07:00-09:00)", RawEffect::Directions(flag::FORWARD)),
            ("(22:00-06:00)", RawEffect::Limit(30)),
        ];
        assert_eq!(
            (lane.dated.as_slice(), lane.not_understood),
            (&expected[..], 1)
        );
    }
}
