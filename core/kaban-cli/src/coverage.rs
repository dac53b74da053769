//! Who is far from the duty doctor tonight: driving times from one place to every house, and the land reached in time.

use kaban_app::{AppError, Kind};
use kaban_atlas::picture::{Band, Key, Overlays, Pin, Wording, Words};
use kaban_atlas::route::{IsochroneError, Manner, MatrixError, Place, RouteError, Router};
use serde_json::{Value, json};

use crate::lang::Lang;

/// The bands, minutes; beyond the last a house is far.
pub const MINUTES: [u32; 3] = [10, 20, 30];
/// Places of one table, the start not counted.
const TABLE: usize = 1_900;
/// Longest line of the table on the sheet, characters, and most lines.
const LINE_CHARS_MAX: usize = 110;
const LINES_MAX: usize = 6;

/// Times to the houses, and the land.
pub struct Coverage {
    /// Number and seconds of each house, in the order of the pins; nothing where no road leads.
    pub houses: Vec<(u32, Option<f64>)>,
    bands: Vec<Band>,
}

/// Why there is no coverage.
pub enum Failed {
    /// The place is on no road.
    Place(RouteError),
    /// Anything else.
    App(AppError),
}

/// Measures from `from` to every pin.
pub fn measure(router: &mut Router<'_>, from: Place, pins: &[Pin]) -> Result<Coverage, Failed> {
    let manner = Manner::default();
    let other = |error: String| Failed::App(AppError::new(Kind::BadInput, error));
    let reached = match router.isochrone(from, &MINUTES, &manner) {
        Ok(reached) => reached,
        Err(IsochroneError::Place(error)) => return Err(Failed::Place(error)),
        Err(error) => return Err(other(error.to_string())),
    };
    let bands = reached.into_iter().map(|isochrone| Band {
        minutes: isochrone.minutes,
        polygons: isochrone.areas,
    });
    let mut houses: Vec<(u32, Option<f64>)> = Vec::with_capacity(pins.len());
    for part in pins.chunks(TABLE) {
        let places: Vec<Place> = part.iter().map(|pin| Place::Point(pin.at)).collect();
        let near = match router.nearest(from, &places, places.len(), &manner) {
            Ok(near) => near,
            Err(MatrixError::Place(error)) => return Err(Failed::Place(error)),
            Err(error) => return Err(other(error.to_string())),
        };
        let first = houses.len();
        houses.extend(part.iter().map(|pin| (pin.number, None)));
        for one in near {
            houses[first + one.index].1 = Some(one.duration_s);
        }
    }
    Ok(Coverage {
        houses,
        bands: bands.collect(),
    })
}

impl Coverage {
    /// Houses beyond the last band, the farthest first; those without a road before all.
    pub fn far(&self) -> Vec<(u32, Option<f64>)> {
        let limit = f64::from(MINUTES[MINUTES.len() - 1]) * 60.0;
        let houses = self.houses.iter().copied();
        let mut far: Vec<_> = houses
            .filter(|(_, time)| time.is_none_or(|seconds| seconds > limit))
            .collect();
        far.sort_by(|a, b| {
            let seconds = |house: &(u32, Option<f64>)| house.1.unwrap_or(f64::INFINITY);
            seconds(b).total_cmp(&seconds(a)).then(a.0.cmp(&b.0))
        });
        far
    }

    /// How many houses each band has that the one before had not.
    pub fn counts(&self) -> [usize; MINUTES.len()] {
        let mut before = 0.0;
        MINUTES.map(|minutes| {
            let limit = f64::from(minutes) * 60.0;
            let within = |time: f64| time > before && time <= limit || before == 0.0 && time == 0.0;
            let times = self.houses.iter().filter_map(|(_, time)| *time);
            let count = times.filter(|time| within(*time)).count();
            before = limit;
            count
        })
    }

    /// Lays the bands over the map and marks the far houses; legend and table say what they mean.
    pub fn lay(&self, overlays: &mut Overlays, words: &mut Words, lang: Lang) {
        overlays.bands.extend(self.bands.iter().cloned());
        let far = self.far();
        overlays.far.extend(far.iter().map(|(number, _)| *number));
        let say = |ja: String, en: String| Wording::new(lang.pick(&ja, &en), en.clone());
        for (minutes, count) in MINUTES.into_iter().zip(self.counts()) {
            let wording = say(
                format!("{minutes}分まで {count}"),
                format!("{minutes} min {count}"),
            );
            words.keys.push((Key::Band(minutes), wording));
        }
        let (last, count) = (MINUTES[MINUTES.len() - 1], far.len());
        let wording = say(
            format!("{last}分を超える {count}"),
            format!("over {last} min {count}"),
        );
        words.keys.push((Key::Far, wording));
        words.notes.splice(0..0, table(&far, lang));
    }

    /// For the answer in JSON.
    pub fn document(&self) -> Value {
        let bands = MINUTES.into_iter().zip(self.counts());
        let bands = bands.map(|(minutes, houses)| json!({"minutes": minutes, "houses": houses}));
        let far = self.far().into_iter();
        let far = far.map(
            |(number, time)| json!({"number": number, "minutes": time.map(|s| (s / 6.0).round() / 10.0)}),
        );
        json!({"bands": bands.collect::<Vec<_>>(), "beyond": far.collect::<Vec<_>>()})
    }
}

/// Numbers of far houses with their minutes, in lines that fit on a sheet: never a name.
fn table(far: &[(u32, Option<f64>)], lang: Lang) -> Vec<Wording> {
    if far.is_empty() {
        return Vec::new();
    }
    let entry = |(number, time): &(u32, Option<f64>), ja: bool| match (time, ja) {
        (Some(seconds), true) => format!("{number} ({:.0}分)", (seconds / 60.0).ceil()),
        (Some(seconds), false) => format!("{number} ({:.0} min)", (seconds / 60.0).ceil()),
        (None, true) => format!("{number} (道がない)"),
        (None, false) => format!("{number} (no road)"),
    };
    let lines = |ja: bool| {
        let mut lines = vec![String::from(if ja { "遠い家: " } else { "Far: " })];
        for (index, house) in far.iter().enumerate() {
            let text = entry(house, ja);
            let last = lines.len() - 1;
            if lines[last].chars().count() + text.chars().count() > LINE_CHARS_MAX {
                if lines.len() == LINES_MAX {
                    let left = far.len() - index;
                    lines[last].push_str(&if ja {
                        format!("ほか {left} 軒")
                    } else {
                        format!("and {left} more")
                    });
                    return lines;
                }
                lines.push(String::new());
            }
            let last = lines.len() - 1;
            lines[last].push_str(&text);
            if index + 1 < far.len() {
                lines[last].push_str(if ja { "、" } else { ", " });
            }
        }
        lines
    };
    let (said, plain) = (lines(lang.is_ja()), lines(false));
    let count = said.len().max(plain.len());
    let line = |lines: &[String], n: usize| lines.get(n).cloned().unwrap_or_default();
    (0..count)
        .map(|n| Wording::new(line(&said, n), line(&plain, n)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(times: &[Option<f64>]) -> Coverage {
        let houses = times.iter().enumerate();
        Coverage {
            houses: houses.map(|(n, time)| (n as u32 + 1, *time)).collect(),
            bands: Vec::new(),
        }
    }

    #[test]
    fn every_house_is_counted_once() {
        let coverage = coverage(&[
            Some(0.0),
            Some(600.0),
            Some(600.1),
            Some(1800.0),
            Some(1801.0),
            None,
        ]);
        assert_eq!(coverage.counts(), [2, 1, 1]);
        let far: Vec<u32> = coverage.far().iter().map(|(number, _)| *number).collect();
        assert_eq!(far, [6, 5], "no road first, then the farthest");
    }

    #[test]
    fn a_long_table_ends_with_how_many_are_left_out() {
        let coverage = coverage(&[Some(4000.0); 400]);
        let lines = table(&coverage.far(), Lang::Ja);
        assert!(lines.len() <= LINES_MAX && lines[0].text.starts_with("遠い家: 1 (67分)"));
        assert!(lines[lines.len() - 1].text.ends_with("軒"));
        assert!(
            lines
                .iter()
                .all(|line| line.plain.is_ascii() && line.text.chars().count() < 200)
        );
    }
}
