//! `kaban map render`: the houses on paper.

use std::path::Path;

use chrono::NaiveDate;
use kaban_app::{Kind, Result};
use kaban_atlas::picture::{
    Order, PINS_FILE_BYTES_MAX, Picture, PictureError, Sheet, Wording, draw, read_pins,
};
use kaban_model::duty::jst;
use serde_json::json;

use super::open_pack;
use crate::args::RenderArgs;
use crate::desk::{DONE, Desk, Done};
use crate::files::{self, NewFile};
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
    let pins = read_pins(&files::read(&args.pins, PINS_FILE_BYTES_MAX as u64)?)
        .map_err(|error| bad_input(format!("{}: {error}", args.pins.display())))?;
    let pack = open_pack(&args.pack)?;
    let font = fonts::find(args.font.as_deref())?;
    let out = NewFile::prepare(&args.out, args.force)?;
    let title = Wording::new(&args.title, &args.title_plain);
    let words = paper::words(
        desk.out.lang,
        title,
        args.date.unwrap_or_else(today),
        &pins,
        &pack,
    );
    let order = Order {
        pins: &pins,
        words: &words,
        sheet,
        frame,
        font: font.as_ref().map(|found| &found.font),
    };
    let picture = draw(&pack, &order).map_err(refused)?;
    let bytes = format.write(&picture)?;
    out.write(&bytes)?;
    let (width, height) = picture.scene.pixels();
    let moved = picture.signs.iter().filter(|sign| sign.moved).count();
    let font = font.as_ref().map(|found| found.path.display().to_string());
    let document = json!({
        "out": args.out,
        "format": format.name(),
        "bytes": bytes.len(),
        "width_px": width,
        "height_px": height,
        "scale": picture.denominator.round() as u64,
        "pins": pins.len(),
        "numbered": picture.signs.len(),
        "moved_aside": moved,
        "without_number": picture.bare,
        "outside_the_frame": picture.outside,
        "font": font,
        "plain_words": picture.fell_back,
        "encrypted": false,
    });
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
fn refused(error: PictureError) -> kaban_app::AppError {
    let kind = match error {
        PictureError::Paint(_) => Kind::Internal,
        _ => Kind::BadInput,
    };
    kaban_app::AppError::new(kind, error.to_string())
}
