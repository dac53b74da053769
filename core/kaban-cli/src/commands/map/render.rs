//! `kaban map render`: the houses on paper.

use std::io::BufReader;
use std::path::Path;

use chrono::NaiveDate;
use kaban_app::{Kind, Result};
use kaban_atlas::pack::Pack;
use kaban_atlas::picture::{
    Order, PINS_FILE_BYTES_MAX, Picture, PictureError, Pin, Sheet, Wording, Words, draw, draw_over,
    read_pins, rough_pins,
};
use kaban_atlas::style::Theme;
use kaban_atlas::tiles::{BaseMap, Schema};
use kaban_model::duty::jst;
use serde_json::json;

use super::overlays;
use super::place::Patients;
use crate::args::RenderArgs;
use crate::coverage::Failed;
use crate::desk::{DONE, Desk, Done};
use crate::files::{self, NewFile};
use crate::lang::Lang;
use crate::output::bad_input;
use crate::{fonts, paper};

/// Which kind of file.
#[derive(Clone, Copy)]
enum Format {
    Png,
    Svg,
}

impl Format {
    fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            _ => Err(bad_input(format!(
                "{}: a picture ends in .png or .svg",
                path.display()
            ))),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
        }
    }

    fn write(self, picture: &Picture) -> Result<Vec<u8>> {
        match self {
            Self::Png => picture.scene.to_png().map_err(refused),
            Self::Svg => Ok(picture.scene.to_svg().into_bytes()),
        }
    }
}

/// Draws and writes one picture.
pub fn run(desk: &Desk, args: &RenderArgs) -> Done {
    let format = Format::of(&args.out)?;
    let sheet = Sheet::parse(&args.size).map_err(refused)?;
    let frame = args.frame.as_deref().map(frame).transpose()?;
    let read = args.pins.as_deref().map(pins).transpose()?;
    let (pins, rough) = read.unwrap_or_default();
    let mut patients = Patients::new(desk);
    let pack = patients.pack(Some(&args.pack))?;
    let font = fonts::find(args.font.as_deref())?;
    let out = NewFile::prepare(&args.out, args.force)?;
    let title = Wording::new(&args.title, &args.title_plain);
    let mut words = paper::words(
        desk.out.lang,
        title,
        args.date.unwrap_or_else(today),
        &pins,
        &pack,
    );
    say_rough(&mut words, &rough, desk.out.lang);
    let laid = match overlays::lay(patients, args, &pack, &pins, &mut words, desk.out.lang) {
        Ok(laid) => laid,
        Err(Failed::Place(error)) => return Ok(super::route::refuse(desk, error)),
        Err(Failed::App(error)) => return Err(error),
    };
    let order = Order {
        pins: &pins,
        words: &words,
        sheet,
        frame,
        font: font.as_ref().map(|found| &found.font),
        theme: theme(&args.theme),
        overlays: &laid.overlays,
    };
    let picture = over_base_map(&args.pack, &pack, &order)?;
    let foreign = pack.base_map().filter(|map| map.schema != Schema::Kaban1);
    let bytes = format.write(&picture)?;
    out.write(&bytes)?;
    let (width, height) = picture.scene.pixels();
    let moved = picture.signs.iter().filter(|sign| sign.moved).count();
    let font = font.as_ref().map(|found| found.path.display().to_string());
    let mut document = json!({
        "out": args.out,
        "format": format.name(),
        "bytes": bytes.len(),
        "width_px": width,
        "height_px": height,
        "scale": picture.denominator.round() as u64,
        "pins": pins.len(),
        "not_at_the_house": rough,
        "numbered": picture.signs.len(),
        "moved_aside": moved,
        "without_number": picture.bare,
        "outside_the_frame": picture.outside,
        "font": font,
        "plain_words": picture.fell_back,
        "theme": args.theme,
        "base_map": pack.base_map().map(|map| map.schema),
        "base_map_tiles": picture.tiles,
        "names_without_letters": picture.unwritten,
        "encrypted": false,
    });
    if let (Some(all), Some(more)) = (document.as_object_mut(), laid.document.as_object()) {
        all.extend(more.clone());
    }
    desk.out.show(&document, |page| {
        let (out, houses) = (args.out.display(), picture.signs.len());
        page.say(
            format!("{out}: {houses} 軒、{width} × {height} 画素"),
            format!("{out}: {houses} houses, {width} × {height} pixels"),
        );
        let (bare, outside) = (picture.bare.len(), picture.outside.len());
        if bare > 0 {
            page.say(
                format!("⚠ {bare} 軒は番号を書く余地がありません: 狭い範囲か大きな紙で"),
                format!("⚠ {bare} houses have no room for a number: less land or larger paper"),
            );
        }
        if outside > 0 {
            page.say(
                format!("{outside} 軒は範囲の外です"),
                format!("{outside} houses lie outside the frame"),
            );
        }
        if let Some(map) = foreign {
            let name = map.schema.name();
            page.say(
                format!("背景地図は {name} なので描かず、道だけを描きました"),
                format!("the base map is of the kind {name}, which is not drawn: roads only"),
            );
        }
        if picture.unwritten > 0 {
            let count = picture.unwritten;
            page.say(
                format!("⚠ 書体にない文字のため、地名 {count} 件を載せていません"),
                format!("⚠ {count} names of the map are left out: the font lacks their letters"),
            );
        }
        if let Some(coverage) = laid.document.get("coverage") {
            let far = coverage["beyond"].as_array().map_or(0, Vec::len);
            page.say(
                format!("30分を超える家: {far} 軒"),
                format!("houses beyond 30 minutes: {far}"),
            );
        }
        if picture.fell_back {
            page.say(
                "⚠ 日本語の書体がないため、英字で書きました: --font FILE、または fonts-morisawa-bizud-gothic を入れる",
                "⚠ no font has all letters, so some words are in plain ASCII: --font FILE",
            );
        }
        page.say(
            "この絵には患者さんの家が載り、暗号化されません",
            "the picture shows where patients live and is not encrypted",
        );
        page.line(&pack.meta().attribution);
    });
    Ok(DONE)
}

/// The pins of a file, and the numbers of those that are not at the house.
fn pins(path: &Path) -> Result<(Vec<Pin>, Vec<u32>)> {
    let bytes = files::read(path, PINS_FILE_BYTES_MAX as u64)?;
    let pins =
        read_pins(&bytes).map_err(|error| bad_input(format!("{}: {error}", path.display())))?;
    Ok((pins, rough_pins(&bytes)))
}

/// Which signs on the paper are centres of towns and no houses.
fn say_rough(words: &mut Words, rough: &[u32], lang: Lang) {
    const LISTED_MAX: usize = 20;
    if rough.is_empty() {
        return;
    }
    let listed = rough.iter().take(LISTED_MAX).map(u32::to_string);
    let listed = listed.collect::<Vec<_>>().join(", ");
    let more = rough.len().saturating_sub(LISTED_MAX);
    let [and_ja, and_en] = match more {
        0 => [String::new(), String::new()],
        more => [format!(" ほか{more}件"), format!(" and {more} more")],
    };
    let ja = format!("家ではなく大字・市町村の中心: {listed}{and_ja}");
    let en = format!("Not the house, the centre of its town: {listed}{and_en}");
    words
        .notes
        .insert(0, Wording::new(lang.pick(&ja, &en), en.clone()));
}

fn theme(code: &str) -> Theme {
    let known = Theme::ALL.into_iter().find(|theme| theme.code() == code);
    known.unwrap_or(Theme::Print)
}

/// Over the pack's own base map where it has one.
fn over_base_map(path: &Path, pack: &Pack, order: &Order<'_>) -> Result<Picture> {
    if pack.base_map().is_none() {
        return draw(pack, order).map_err(refused);
    }
    let mut base_map = BaseMap::open(BufReader::new(super::open(path)?))
        .map_err(|error| super::unreadable(path, &error))?;
    draw_over(pack, &mut base_map, order).map_err(refused)
}

fn today() -> NaiveDate {
    chrono::Utc::now().with_timezone(&jst()).date_naive()
}

/// `W,S,E,N`.
fn frame(text: &str) -> Result<[f64; 4]> {
    let numbers: Vec<f64> = text
        .split(',')
        .filter_map(|part| part.trim().parse().ok())
        .collect();
    <[f64; 4]>::try_from(numbers)
        .ok()
        .filter(|_| text.split(',').count() == 4)
        .ok_or_else(|| refused(PictureError::BadFrame))
}

/// What cannot be drawn is the fault of what was given; what cannot be painted is ours.
pub fn refused(error: PictureError) -> kaban_app::AppError {
    let kind = match error {
        PictureError::Paint(_) => Kind::Internal,
        _ => Kind::BadInput,
    };
    kaban_app::AppError::new(kind, error.to_string())
}
