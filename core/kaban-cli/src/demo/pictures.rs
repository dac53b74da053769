//! The map of each former municipality for the paper bag, as the doctor on duty would print it.
//!
//! Only with `--out`: the files show where patients live, and the story says so.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use kaban_app::{AppError, Kind};
use kaban_atlas::picture::{NUMBER_MAX, Order, Pin, Severity, Sheet, Wording, draw};

use super::story::{Story, ms};
use super::world;
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

/// Writes `map-AREA.png` for each area of the patients on the duty doctor's device.
///
/// # Errors
/// A page that does not open, a font that is named and does not open, a full disk.
pub fn write(story: &mut Story<'_>, out: &Path) -> Result<(), AppError> {
    let (tell, began) = (story.tell, Instant::now());
    tell.act("紙の地図", "maps for paper");
    let areas = houses(story)?;
    let named = std::env::var_os("KABAN_FONT").map(std::path::PathBuf::from);
    let font = fonts::find(named.as_deref())?;
    let lang = if tell.ja { Lang::Ja } else { Lang::En };
    let day = story.world.now().date_naive();
    let (mut files, mut fell_back) = (0u64, false);
    for (area, pins) in &areas {
        let pack = &story.district.pack;
        let mut words = paper::words(lang, title(area), day, pins, pack);
        words.notes.push(Wording::new(
            tell.pick(
                "練習用: 人も家も架空。番号は当番医の端末の患者番号",
                "Practice: nobody is real. Numbers are those of the duty doctor's device",
            ),
            "Practice: nobody is real. Numbers are those of the duty doctor's device",
        ));
        let order = Order {
            pins,
            words: &words,
            sheet: Sheet::A4,
            frame: None,
            font: font.as_ref().map(|found| &found.font),
        };
        let refused = |error: kaban_atlas::picture::PictureError| {
            AppError::new(Kind::Internal, format!("map of {area}: {error}"))
        };
        let picture = draw(pack, &order).map_err(refused)?;
        let png = picture.scene.to_png().map_err(refused)?;
        let name = format!("map-{area}.png");
        std::fs::write(out.join(&name), png).map_err(world::disk)?;
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
