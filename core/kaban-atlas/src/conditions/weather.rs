//! How much longer a stretch of road takes in winter and in the dark.
//!
//! The percentages are estimates of ours, to be calibrated with driven times; none is measured. Their order is what experience
//! agrees on: salted main roads lose little, side streets more, tracks most, and slopes and heights add to it. Published work on
//! motorways finds 5–40 % less speed in snow (US FHWA, "How Do Weather Events Impact Roads?"), which brackets the main roads here.

use crate::tables::{RoadClass, Segment, flag, traits};

/// The season as far as it is known, and the dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weather {
    pub winter: Option<bool>,
    pub dark: bool,
}

/// Driving in the dark without lamps, in percent of the time by day.
const UNLIT_PERCENT: u64 = 110;

impl Weather {
    /// Whether the season shuts the road: one not cleared in winter, or one that is there in winter only.
    pub fn shuts(&self, segment: &Segment) -> bool {
        match self.winter {
            None => false,
            Some(true) => segment.traits & traits::NOT_IN_WINTER != 0,
            Some(false) => segment.traits & traits::ONLY_IN_WINTER != 0,
        }
    }

    /// The time a segment takes, from the time it takes on a bright day without snow (deciseconds both).
    pub fn time(&self, segment: &Segment, time: u32) -> u32 {
        if segment.flags & flag::FERRY != 0 {
            return time;
        }
        let mut scaled = u64::from(time);
        let mut scale = |percent: u64| scaled = (scaled * percent + 50) / 100;
        if self.winter == Some(true) {
            scale(by_class(segment.class));
            for (bit, percent) in WORSE_IN_WINTER {
                if segment.traits & bit != 0 {
                    scale(percent);
                }
            }
        }
        if self.dark && segment.flags & flag::TUNNEL == 0 && is_unlit(segment) {
            scale(UNLIT_PERCENT);
        }
        scaled.min(u64::from(crate::build::COST_MAX)) as u32
    }
}

/// Winter, in percent of the summer's time.
fn by_class(class: RoadClass) -> u64 {
    use RoadClass::*;
    match class {
        Motorway | MotorwayLink | Trunk | TrunkLink => 115,
        Primary | PrimaryLink | Secondary | SecondaryLink => 125,
        Tertiary | TertiaryLink => 135,
        Track => 200,
        _ => 150,
    }
}

/// What makes a road worse in winter than its class, in percent on top.
const WORSE_IN_WINTER: [(u16, u64); 7] = [
    (traits::ROUGH, 110),
    (traits::LOOSE, 125),
    (traits::STEEP, 115),
    (traits::VERY_STEEP, 140),
    (traits::HIGH, 110),
    (traits::VERY_HIGH, 125),
    (traits::NOT_CLEARED, 150),
];

/// Streets where people live have lamps unless the map says otherwise; other roads have none unless it says so.
fn is_unlit(segment: &Segment) -> bool {
    let lived_in = matches!(
        segment.class,
        RoadClass::Residential | RoadClass::LivingStreet | RoadClass::Pedestrian
    );
    match segment.traits & (traits::LIT | traits::UNLIT) {
        0 => !lived_in,
        lit => lit == traits::UNLIT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(class: RoadClass, traits: u16) -> Segment {
        Segment {
            a: 0,
            b: 1,
            length: 1_000,
            time: [100; 2],
            label: 0,
            flags: 3,
            class,
            headings: [0; 2],
            traits,
        }
    }

    #[test]
    fn the_dark_slows_down_where_no_lamp_is_known_outside_the_streets_of_houses() {
        let dark = Weather {
            winter: None,
            dark: true,
        };
        let at = |class, traits| dark.time(&segment(class, traits), 1_000);
        assert_eq!(at(RoadClass::Tertiary, 0), 1_100);
        assert_eq!(at(RoadClass::Tertiary, traits::LIT), 1_000);
        assert_eq!(at(RoadClass::Residential, 0), 1_000);
        assert_eq!(at(RoadClass::Residential, traits::UNLIT), 1_100);
    }

    #[test]
    fn winter_is_worse_on_small_steep_and_high_roads() {
        let winter = Weather {
            winter: Some(true),
            dark: false,
        };
        let at = |class, traits| winter.time(&segment(class, traits), 1_000);
        let mut before = 1_000;
        for (class, traits) in [
            (RoadClass::Trunk, 0),
            (RoadClass::Primary, 0),
            (RoadClass::Residential, 0),
            (RoadClass::Residential, traits::STEEP),
            (RoadClass::Residential, traits::STEEP | traits::HIGH),
            (RoadClass::Track, 0),
            (RoadClass::Track, traits::LOOSE | traits::VERY_STEEP),
        ] {
            assert!(at(class, traits) > before, "{class:?} {traits:b}");
            before = at(class, traits);
        }
        assert_eq!(
            winter.time(&segment(RoadClass::Track, 0), u32::MAX),
            crate::build::COST_MAX
        );
    }
}
