//! The map of each former municipality for the paper bag, as the doctor on duty would print it; who is far away tonight,
//! and a round.
//!
//! Only with `--out`: the files show where patients live, and the story says so.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::time::Instant;

use kaban_app::{AppError, Kind};
use kaban_atlas::picture::{
    Font, Key, NUMBER_MAX, Order, Overlays, Picture, PictureError, Pin, Severity, Sheet, Stop,
    Wording, Words, draw_over,
};
use kaban_atlas::route::{Manner, Place, Router};
use kaban_atlas::style::Theme;
use kaban_atlas::tiles::BaseMap;

use super::district::District;
use super::story::{Story, ms};
use super::world;
use crate::coverage::{self, Failed};
use crate::lang::Lang;
use crate::{fonts, paper};

/// Areas in ASCII, for a machine without a Japanese font.
const PLAIN: &[(&str, &str)] = &[
    ("八日市場市", "Yokaichiba"),
    ("野栄町", "Nosaka"),
    ("光町", "Hikari"),
    ("西の町(架空)", "West town (invented)"),
    ("中の町(架空)", "Middle town (invented)"),
    ("東の町(架空)", "East town (invented)"),
];

/// Stops of the round that is drawn.
const STOPS: usize = 8;

/// Writes `map-AREA.png` for each area of the patients on the duty doctor's device, the coverage of tonight and one
/// round.
///
/// # Errors
/// A page that does not open, a font that is named and does not open, a full disk.
pub fn write(story: &mut Story<'_>, out: &Path) -> Result<(), AppError> {
    let (tell, began) = (story.tell, Instant::now());
    tell.act("紙の地図", "maps for paper");
    let areas = houses(story)?;
    let named = std::env::var_os("KABAN_FONT").map(std::path::PathBuf::from);
    let font = fonts::find(named.as_deref())?;
    let desk = Easel {
        district: &story.district,
        lang: if tell.ja { Lang::Ja } else { Lang::En },
        day: story.world.now().date_naive(),
        font: font.as_ref().map(|found| &found.font),
        out,
    };
    let (mut files, mut fell_back) = (0u64, false);
    let mut drawn = |name: &str, picture: &Picture| {
        let (houses, bare) = (picture.signs.len(), picture.bare.len());
        tell.step(houses, format!("軒: {name}"), format!("houses: {name}"));
        if bare > 0 {
            tell.more(&tell.pick(
                format!("{bare} 軒は番号を書く余地がない"),
                format!("{bare} houses have no room for a number"),
            ));
        }
        fell_back |= picture.fell_back;
        files += 1;
    };
    for (area, pins) in &areas {
        let name = format!("map-{area}.png");
        let words = desk.words(title(area), pins);
        let picture = desk.write(&name, pins, &words, Overlays::NONE, Theme::Print)?;
        drawn(&name, &picture);
    }
    let all: Vec<Pin> = areas.values().flatten().copied().collect();
    if let Some(picture) = desk.coverage(&all)? {
        drawn("map-coverage.png", &picture);
    }
    if let Some(picture) = areas.values().next().map(|pins| desk.round(pins)) {
        drawn("map-round.png", &picture?);
    }
    tell.more(&tell.pick(
        "患者の家が載る紙用のファイルで、暗号化されない。刷ったら消す",
        "files for paper that show where patients live; they are not encrypted: delete them once printed",
    ));
    if fell_back {
        tell.more(&tell.pick(
            "日本語の書体がないため英字で書いた: fonts-morisawa-bizud-gothic を入れるか KABAN_FONT=ファイル",
            "no Japanese font here, so the words are in plain letters: install one, or set KABAN_FONT=FILE",
        ));
    }
    story.promises.figure("map_pictures", files);
    story.promises.figure("map_pictures_ms", ms(began));
    Ok(())
}

/// What every picture of the story has in common.
struct Easel<'a> {
    district: &'a District,
    lang: Lang,
    day: chrono::NaiveDate,
    font: Option<&'a Font>,
    out: &'a Path,
}

impl Easel<'_> {
    fn words(&self, title: Wording, pins: &[Pin]) -> Words {
        let mut words = paper::words(self.lang, title, self.day, pins, &self.district.pack);
        let practice = "Practice: nobody is real. Numbers are those of the duty doctor's device";
        words.notes.push(self.say(
            "練習用: 人も家も架空。番号は当番医の端末の患者番号",
            practice,
        ));
        // Roads that were made up are nobody's data.
        if !self.district.real {
            words.attribution = self.say("架空の地区", "an invented district");
        }
        words
    }

    fn say(&self, ja: &str, en: &str) -> Wording {
        Wording::new(self.lang.pick(ja, en), en)
    }

    fn write(
        &self,
        name: &str,
        pins: &[Pin],
        words: &Words,
        overlays: &Overlays,
        theme: Theme,
    ) -> Result<Picture, AppError> {
        let order = Order {
            pins,
            words,
            sheet: Sheet::A4,
            frame: None,
            font: self.font,
            theme,
            overlays,
        };
        let wrong = |error: String| AppError::new(Kind::Internal, format!("{name}: {error}"));
        let refused = |error: PictureError| wrong(error.to_string());
        let mut base_map = BaseMap::open(Cursor::new(self.district.file.as_slice()))
            .map_err(|error| wrong(error.to_string()))?;
        let picture = draw_over(&self.district.pack, &mut base_map, &order).map_err(refused)?;
        let png = picture.scene.to_png().map_err(refused)?;
        std::fs::write(self.out.join(name), png).map_err(world::disk)?;
        Ok(picture)
    }

    /// Who is far from the duty doctor tonight; nothing when no road leads to the clinic.
    fn coverage(&self, pins: &[Pin]) -> Result<Option<Picture>, AppError> {
        let Some(clinic) = self.district.clinics.first().copied() else {
            return Ok(None);
        };
        let mut router = Router::new(&self.district.pack);
        let coverage = match coverage::measure(&mut router, Place::Point(clinic), pins) {
            Ok(coverage) => coverage,
            Err(Failed::Place(_)) => return Ok(None),
            Err(Failed::App(error)) => return Err(error),
        };
        let title = self.say(
            "今夜、当番医から何分か",
            "Minutes from the duty doctor tonight",
        );
        let mut words = self.words(title, pins);
        let mut overlays = Overlays {
            start: Some(clinic),
            ..Overlays::default()
        };
        coverage.lay(&mut overlays, &mut words, self.lang);
        self.write("map-coverage.png", pins, &words, &overlays, Theme::Print)
            .map(Some)
    }

    /// A round from the clinic to the first houses of an area and home.
    fn round(&self, pins: &[Pin]) -> Result<Picture, AppError> {
        let stops: Vec<Pin> = pins.iter().take(STOPS).copied().collect();
        let mut overlays = Overlays {
            stops: (1u32..)
                .zip(&stops)
                .map(|(order, pin)| Stop { order, at: pin.at })
                .collect(),
            start: self.district.clinics.first().copied(),
            ..Overlays::default()
        };
        let mut places: Vec<[f64; 2]> = stops.iter().map(|pin| pin.at).collect();
        if let Some(clinic) = overlays.start {
            places.insert(0, clinic);
            places.push(clinic);
        }
        let mut router = Router::new(&self.district.pack);
        for pair in places.windows(2) {
            let [from, to] = [pair[0], pair[1]].map(Place::Point);
            // A leg without a road leaves a gap on the paper; the numbers still tell the order.
            if let Ok(route) = router.route(&Manner::default().request(from, to)) {
                overlays.routes.push(route.geometry);
            }
        }
        let title = self.say("今日の訪問", "Today's round");
        let mut words = self.words(title, &stops);
        words.keys.push((Key::Route, self.say("道順", "route")));
        words
            .keys
            .push((Key::Stop, self.say("回る順", "order of stops")));
        self.write("map-round.png", &stops, &words, &overlays, Theme::Day)
    }
}

fn title(area: &str) -> Wording {
    let plain = PLAIN
        .iter()
        .find(|(known, _)| *known == area)
        .map_or("Map", |(_, plain)| *plain);
    Wording::new(
        format!("{area} 動態地図"),
        format!("{plain}: patients' houses"),
    )
}

/// The pins of each area, read from the pages on the device that holds the bag.
fn houses(story: &mut Story<'_>) -> Result<BTreeMap<String, Vec<Pin>>, AppError> {
    let holder = story.holder;
    let rows = story.world.device(holder).bag()?.patients()?;
    let mut areas: BTreeMap<String, Vec<Pin>> = BTreeMap::new();
    for row in rows {
        let id = row
            .id
            .parse()
            .map_err(|_| AppError::new(Kind::Internal, "a patient id"))?;
        let view = story.world.device(holder).page(id)?;
        let degrees = |key: &str| view.page.value("pin")?.get(key)?.as_f64();
        let (Some(lon), Some(lat)) = (degrees("lon"), degrees("lat")) else {
            continue;
        };
        let number = u32::try_from(row.no).unwrap_or(NUMBER_MAX);
        areas.entry(row.area).or_default().push(Pin {
            number,
            at: [lon, lat],
            severity: Severity::from_code(&row.severity),
        });
    }
    Ok(areas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_of_the_story_has_a_name_in_ascii() {
        for town in super::super::district::towns() {
            let Wording { text, plain } = title(town);
            assert!(
                text.starts_with(town) && plain.is_ascii() && !plain.starts_with("Map"),
                "{town}"
            );
        }
    }
}
