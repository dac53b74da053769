//! What the tags of a way say about snow, ice and lamps, and what a driver sees beside it ([`crate::tables::traits`]).

use super::speed::{Surface, grade, surface};
use crate::osm::TagView;
use crate::tables::traits;

/// Slopes from which a road is steep and very steep (percent).
const STEEP_PERCENT: [f64; 2] = [5.0, 10.0];
/// A greater slope is a slip of the pen.
const STEEPEST_PERCENT: f64 = 60.0;
/// Heights from which a road is high and very high (metres).
const HIGH_METRES: [f64; 2] = [300.0, 800.0];

/// The traits of a way by its own tags.
pub(super) fn of_way(tags: &TagView<'_>) -> u16 {
    lamps(tags.get("lit"))
        | ground(tags)
        | slope(tags.get("incline"))
        | season(tags)
        | of_height(height(tags))
}

/// Height above the sea in metres, if the element gives it.
pub(super) fn height(tags: &TagView<'_>) -> Option<i16> {
    let metres: f64 = tags
        .get("ele")?
        .trim()
        .trim_end_matches('m')
        .trim_end()
        .parse()
        .ok()?;
    (-500.0..=9_000.0)
        .contains(&metres)
        .then_some(metres as i16)
}

/// The trait of a road at that height.
pub(super) fn of_height(metres: Option<i16>) -> u16 {
    match metres.map(f64::from) {
        Some(metres) if metres >= HIGH_METRES[1] => traits::VERY_HIGH,
        Some(metres) if metres >= HIGH_METRES[0] => traits::HIGH,
        _ => 0,
    }
}

/// The traits of a road with such things between its ends.
pub(super) fn of_landmark(signals: bool, level_crossing: bool) -> u16 {
    let when = |seen: bool, bit: u16| if seen { bit } else { 0 };
    when(signals, traits::SIGNALS) | when(level_crossing, traits::LEVEL_CROSSING)
}

fn lamps(value: Option<&str>) -> u16 {
    match value {
        Some("yes" | "24/7" | "automatic" | "sunset-sunrise" | "limited" | "interval") => {
            traits::LIT
        }
        Some("no" | "disused") => traits::UNLIT,
        _ => 0,
    }
}

fn ground(tags: &TagView<'_>) -> u16 {
    match (surface(tags.get("surface")), grade(tags.get("tracktype"))) {
        (Surface::Loose, _) | (Surface::Unknown, 3..=5) => traits::LOOSE,
        (Surface::Rough, _) | (Surface::Unknown, 2) => traits::ROUGH,
        (Surface::Paved | Surface::Unknown, _) => 0,
    }
}

/// `12%`, `-8 %`, `7°`; `up` and `down` say nothing about how steep.
fn slope(value: Option<&str>) -> u16 {
    let Some(value) = value.map(str::trim) else {
        return 0;
    };
    if value == "steep" {
        return traits::VERY_STEEP;
    }
    let (number, percent): (&str, fn(f64) -> f64) = match value.strip_suffix('°') {
        Some(degrees) => (degrees, |degrees| libm::tan(degrees.to_radians()) * 100.0),
        None => (value.trim_end_matches('%'), |percent| percent),
    };
    let slope: f64 = number
        .trim()
        .parse()
        .map_or(0.0, |slope: f64| percent(slope).abs());
    let [steep, very_steep] = STEEP_PERCENT;
    if (very_steep..=STEEPEST_PERCENT).contains(&slope) {
        traits::VERY_STEEP
    } else if (steep..very_steep).contains(&slope) {
        traits::STEEP
    } else {
        0
    }
}

fn season(tags: &TagView<'_>) -> u16 {
    let is =
        |key: &str, values: &[&str]| tags.get(key).is_some_and(|value| values.contains(&value));
    let mut found = 0;
    if is("winter_road", &["yes"]) || is("ice_road", &["yes"]) || is("seasonal", &["winter"]) {
        found |= traits::ONLY_IN_WINTER;
    } else if tags
        .get("seasonal")
        .is_some_and(|value| value == "yes" || out_of_winter(value))
    {
        found |= traits::NOT_IN_WINTER;
    }
    if is("winter_service", &["no"]) || is("snowplowing", &["no"]) {
        found |= traits::NOT_CLEARED;
    }
    found
}

/// A list of seasons without the winter.
fn out_of_winter(value: &str) -> bool {
    value
        .split(';')
        .all(|season| matches!(season.trim(), "spring" | "summer" | "autumn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_read_in_percent_and_degrees() {
        let read = [
            "4%", "5%", "-8 %", "10", "7°", "-25%", "up", "steep", "900%", "",
        ]
        .map(|text| slope(Some(text)));
        let (s, v) = (traits::STEEP, traits::VERY_STEEP);
        assert_eq!(read, [0, s, s, v, v, v, 0, v, 0, 0]);
    }

    #[test]
    fn seasons_lamps_ground_and_height_are_read() {
        let of = |tags: &[(&str, &str)]| of_way(&TagView(tags));
        assert_eq!(of(&[("seasonal", "yes")]), traits::NOT_IN_WINTER);
        assert_eq!(of(&[("seasonal", "spring;summer")]), traits::NOT_IN_WINTER);
        assert_eq!(of(&[("seasonal", "winter")]), traits::ONLY_IN_WINTER);
        assert_eq!(of(&[("seasonal", "no")]), 0);
        assert_eq!(
            of(&[("ice_road", "yes"), ("seasonal", "yes")]),
            traits::ONLY_IN_WINTER
        );
        assert_eq!(of(&[("winter_service", "no")]), traits::NOT_CLEARED);
        assert_eq!(
            of(&[("lit", "no"), ("surface", "gravel")]),
            traits::UNLIT | traits::LOOSE
        );
        assert_eq!(of(&[("lit", "yes"), ("ele", "1 200 m")]), traits::LIT);
        assert_eq!(of(&[("ele", "1200 m")]), traits::VERY_HIGH);
        assert_eq!(of(&[("ele", "300")]), traits::HIGH);
    }
}
