//! How fast one gets along, in metres per second, from class, limit, surface and width.
//!
//! The figures are what a careful driver averages between two junctions, not what the sign allows:
//! in Japan roads without a sign are the rule (legally 60 km/h) and a prefectural road gives 30–40.

use crate::osm::TagView;
use crate::tables::RoadClass;

/// What the tags of a way say about its speed, kept small until the country is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct SpeedFacts {
    /// Limits as drawn and against, km/h; 0 unknown.
    limit: [u16; 2],
    surface: Surface,
    /// Decimetres between the edges of the road; 0 unknown.
    width_dm: u16,
    /// One lane for both directions.
    one_lane: bool,
    /// `tracktype` 1 to 5; 0 unknown.
    grade: u8,
    driveway: bool,
    /// Minutes a ferry takes; 0 unknown.
    ferry_minutes: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Surface {
    #[default]
    Unknown,
    Paved,
    Rough,
    Loose,
}

impl SpeedFacts {
    pub fn of(tags: &TagView<'_>) -> Self {
        let both = tags.get("maxspeed").and_then(limit);
        let along = |key| tags.get(key).and_then(limit).or(both).unwrap_or(0);
        Self {
            limit: [along("maxspeed:forward"), along("maxspeed:backward")],
            surface: surface(tags.get("surface")),
            width_dm: width_dm(tags),
            one_lane: tags.is("lanes", "1")
                && !matches!(tags.get("oneway"), Some("yes" | "true" | "1" | "-1")),
            grade: grade(tags.get("tracktype")),
            driveway: matches!(
                tags.get("service"),
                Some("driveway" | "parking_aisle" | "drive-through")
            ),
            ferry_minutes: tags.get("duration").and_then(minutes).unwrap_or(0),
        }
    }

    /// Seconds for `metres` by car, as drawn and against.
    pub fn car_seconds(&self, metres: f64, class: RoadClass, japan: bool) -> [f64; 2] {
        if class == RoadClass::Ferry {
            return [self.ferry_seconds(metres); 2];
        }
        self.limit
            .map(|limit| metres * 3.6 / self.car_kmh(limit, class, japan))
    }

    /// The same way under another limit (km/h).
    pub fn with_limit(self, limit: u16) -> Self {
        Self {
            limit: [limit; 2],
            ..self
        }
    }

    /// Seconds for `metres` on foot.
    pub fn foot_seconds(&self, metres: f64, class: RoadClass) -> [f64; 2] {
        let kmh = match class {
            RoadClass::Ferry => return [self.ferry_seconds(metres); 2],
            RoadClass::Steps => 2.4,
            RoadClass::Path | RoadClass::Track => 4.2,
            _ => 4.8,
        };
        [metres * 3.6 / kmh; 2]
    }

    /// Ten minutes of boarding on top of the crossing.
    fn ferry_seconds(&self, metres: f64) -> f64 {
        let crossing = if self.ferry_minutes > 0 {
            f64::from(self.ferry_minutes) * 60.0
        } else {
            metres * 3.6 / 18.0
        };
        600.0 + crossing
    }

    fn car_kmh(&self, limit: u16, class: RoadClass, japan: bool) -> f64 {
        let (usual, free) = if japan {
            japan_kmh(class)
        } else {
            usual_kmh(class)
        };
        let limit = f64::from(limit);
        let mut kmh = match limit {
            0.0 => usual,
            // A limit tells where a road really goes faster or slower than its class does.
            limit if japan => (0.85 * limit).min(free),
            limit => (0.95 * limit).min(free),
        };
        if self.driveway {
            kmh = kmh.min(12.0);
        }
        if class == RoadClass::Track {
            kmh = kmh.min([16.0, 25.0, 20.0, 15.0, 11.0, 8.0][usize::from(self.grade)]);
        }
        kmh *= match self.surface {
            Surface::Unknown | Surface::Paved => 1.0,
            Surface::Rough => 0.8,
            Surface::Loose => 0.65,
        };
        kmh *= self.narrowness(class);
        kmh.max(4.0)
    }

    /// Two cars pass with care below 5.5 m and only at a passing place below about 4 m.
    fn narrowness(&self, class: RoadClass) -> f64 {
        if matches!(
            class,
            RoadClass::Track | RoadClass::Motorway | RoadClass::MotorwayLink
        ) {
            return 1.0;
        }
        match self.width_dm {
            0 if self.one_lane => 0.8,
            0 => 1.0,
            1..=30 => 0.65,
            31..=40 => 0.75,
            41..=54 => 0.85,
            _ => 1.0,
        }
    }
}

/// What a class gives without a limit, and the most it gives with one.
fn usual_kmh(class: RoadClass) -> (f64, f64) {
    use RoadClass::*;
    match class {
        Motorway => (105.0, 115.0),
        Trunk => (85.0, 98.0),
        Primary => (70.0, 92.0),
        Secondary => (62.0, 85.0),
        Tertiary => (52.0, 78.0),
        Unclassified => (42.0, 62.0),
        MotorwayLink | TrunkLink => (55.0, 65.0),
        PrimaryLink | SecondaryLink | TertiaryLink => (45.0, 55.0),
        Residential => (33.0, 50.0),
        Road => (32.0, 50.0),
        LivingStreet => (12.0, 18.0),
        Service => (20.0, 32.0),
        Track => (25.0, 30.0),
        _ => (8.0, 15.0),
    }
}

fn japan_kmh(class: RoadClass) -> (f64, f64) {
    use RoadClass::*;
    match class {
        Motorway => (80.0, 95.0),
        MotorwayLink => (38.0, 45.0),
        Trunk => (44.0, 55.0),
        Primary => (40.0, 48.0),
        Secondary => (37.0, 44.0),
        Tertiary => (34.0, 40.0),
        TrunkLink | PrimaryLink | SecondaryLink | TertiaryLink => (30.0, 36.0),
        Unclassified => (28.0, 34.0),
        Residential => (22.0, 28.0),
        Road => (24.0, 30.0),
        LivingStreet => (12.0, 18.0),
        Service => (14.0, 20.0),
        Track => (16.0, 20.0),
        _ => (8.0, 15.0),
    }
}

/// A limit in km/h from `50`, `30 mph`, `DE:urban`, `none`, `walk`.
pub(super) fn limit(value: &str) -> Option<u16> {
    let value = value.trim();
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let number: u16 = value.get(..digits.min(4))?.parse().ok()?;
        let kmh = if value.ends_with("mph") {
            u32::from(number) * 1609 / 1000
        } else {
            u32::from(number)
        };
        return (5..=160).contains(&kmh).then_some(kmh as u16);
    }
    match value {
        "none" => Some(140),
        "walk" => Some(7),
        _ => match value.split_once(':')?.1 {
            "urban" => Some(50),
            "rural" => Some(90),
            "motorway" => Some(120),
            "living_street" => Some(10),
            zone => zone
                .strip_prefix("zone")
                .and_then(|zone| zone.trim_start_matches(':').parse().ok()),
        },
    }
}

pub(super) fn surface(value: Option<&str>) -> Surface {
    match value {
        None => Surface::Unknown,
        Some(
            "unpaved" | "gravel" | "dirt" | "earth" | "ground" | "grass" | "sand" | "mud" | "rock"
            | "pebblestone",
        ) => Surface::Loose,
        Some(
            "compacted" | "fine_gravel" | "cobblestone" | "sett" | "unhewn_cobblestone"
            | "grass_paver",
        ) => Surface::Rough,
        Some(_) => Surface::Paved,
    }
}

pub(super) fn grade(value: Option<&str>) -> u8 {
    match value.and_then(|value| value.strip_prefix("grade")) {
        Some("1") => 1,
        Some("2") => 2,
        Some("3") => 3,
        Some("4") => 4,
        Some("5") => 5,
        _ => 0,
    }
}

/// `width` in metres, or the middle of an import's range such as `yh:WIDTH=3.0m〜5.5m`.
fn width_dm(tags: &TagView<'_>) -> u16 {
    let Some(text) = tags
        .get("width")
        .or_else(|| tags.get("yh:WIDTH"))
        .or_else(|| tags.get("est_width"))
    else {
        return 0;
    };
    let text = text.replace(',', ".");
    let numbers: Vec<f64> = text
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter_map(|number| number.parse().ok())
        .filter(|metres| (0.5..=60.0).contains(metres))
        .take(2)
        .collect();
    if numbers.is_empty() || text.contains('\'') || text.contains("ft") {
        return 0;
    }
    (numbers.iter().sum::<f64>() / numbers.len() as f64 * 10.0).round() as u16
}

/// Minutes from `00:25`, `1:10:00` or `PT25M` style durations; only the first is common.
fn minutes(value: &str) -> Option<u16> {
    let mut parts = value.split(':');
    let hours: u16 = parts.next()?.trim().parse().ok()?;
    let minutes: u16 = parts.next()?.trim().parse().ok()?;
    (hours < 48 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kmh(class: RoadClass, japan: bool, tags: &[(&str, &str)]) -> f64 {
        3600.0 / SpeedFacts::of(&TagView(tags)).car_seconds(1000.0, class, japan)[0]
    }

    #[test]
    fn limits_are_read_in_their_common_spellings() {
        let read = [
            "50",
            "30 mph",
            "DE:urban",
            "DE:zone:30",
            "DE:zone30",
            "none",
            "walk",
            "fast",
            "9999",
            "",
        ]
        .map(limit);
        assert_eq!(
            read,
            [
                Some(50),
                Some(48),
                Some(50),
                Some(30),
                Some(30),
                Some(140),
                Some(7),
                None,
                None,
                None
            ]
        );
    }

    #[test]
    fn a_japanese_prefectural_road_without_a_sign_gives_thirty_to_forty() {
        assert!((30.0..=40.0).contains(&kmh(RoadClass::Secondary, true, &[])));
        assert!((20.0..=30.0).contains(&kmh(RoadClass::Residential, true, &[])));
    }

    #[test]
    fn narrow_roads_are_slower_however_the_width_is_written() {
        let usual = kmh(RoadClass::Unclassified, true, &[]);
        for tags in [
            [("width", "2.5")].as_slice(),
            &[("width", "2,5 m")],
            &[("yh:WIDTH", "1.5m〜3.0m")],
            &[("yh:WIDTH", "3.0m〜5.5m")],
            &[("lanes", "1")],
        ] {
            assert!(
                kmh(RoadClass::Unclassified, true, tags) < 0.9 * usual,
                "{tags:?}"
            );
        }
        assert!(
            (kmh(
                RoadClass::Unclassified,
                true,
                &[("yh:WIDTH", "5.5m〜13.0m")]
            ) - usual)
                .abs()
                < 1e-9
        );
    }

    #[test]
    fn directions_may_have_their_own_limits() {
        let facts = SpeedFacts::of(&TagView(&[("maxspeed", "50"), ("maxspeed:backward", "30")]));
        let [forward, backward] = facts.car_seconds(1000.0, RoadClass::Tertiary, false);
        assert!(backward > 1.5 * forward);
    }
}
