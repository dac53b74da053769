//! Sprites: all signs of a theme on one sheet, with the list of where each stands.
//!
//! Every theme has the same signs under the same names, in its own colours.

use super::pad::Sign;
use super::{places, signs};
use crate::style::{Palette, Theme};
use serde_json::{Map, Value, json};
use tiny_skia::Pixmap;

/// Width of a sheet, pixels at ratio 1.
const WIDTH: u32 = 256;
/// Pixels between signs, so that none bleeds into its neighbour when it is scaled.
const GAP: u32 = 2;

/// A sheet of signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sprite {
    /// The list of signs, `day.json`.
    pub index: String,
    /// The sheet, `day.png`.
    pub png: Vec<u8>,
}

/// The names of all signs, sorted.
#[must_use]
pub fn sign_names() -> Vec<String> {
    let signs = signs_of(Palette::of(Theme::Day));
    signs.into_iter().map(|sign| sign.name).collect()
}

/// The sprite of a theme; `ratio` 1, or 2 for `@2x`.
///
/// # Errors
/// When there is no memory for the sheet, or the PNG cannot be written to memory.
pub fn sprite(theme: Theme, ratio: u32) -> Result<Sprite, png::EncodingError> {
    let signs = signs_of(Palette::of(theme));
    let (places, height) = pack(&signs);
    let mut sheet =
        Pixmap::new(WIDTH * ratio, height * ratio).ok_or(png::EncodingError::LimitsExceeded)?;
    let mut index = Map::new();
    for (sign, at) in signs.iter().zip(places) {
        let at = at.map(|side| side * ratio);
        sign.paint(&mut sheet, at, ratio);
        index.insert(sign.name.clone(), entry(sign, at, ratio));
    }
    Ok(Sprite {
        index: Value::Object(index).to_string(),
        png: write(&sheet)?,
    })
}

fn signs_of(palette: &Palette) -> Vec<Sign> {
    let mut signs = places::all(palette);
    signs.extend(signs::all(palette));
    signs.sort_by(|one, other| one.name.cmp(&other.name));
    signs
}

/// Rows of signs, the highest first; the place of each sign in the order given, and the height of the sheet.
fn pack(signs: &[Sign]) -> (Vec<[u32; 2]>, u32) {
    let mut order: Vec<usize> = (0..signs.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(signs[*index].height), *index));
    let mut places = vec![[0, 0]; signs.len()];
    let (mut x, mut y, mut row) = (0, 0, 0);
    for index in order {
        let sign = &signs[index];
        if x + sign.width > WIDTH {
            (x, y, row) = (0, y + row + GAP, 0);
        }
        places[index] = [x, y];
        x += sign.width + GAP;
        row = row.max(sign.height);
    }
    (places, y + row)
}

fn entry(sign: &Sign, [x, y]: [u32; 2], ratio: u32) -> Value {
    let mut entry = json!({
        "x": x,
        "y": y,
        "width": sign.width * ratio,
        "height": sign.height * ratio,
        "pixelRatio": ratio,
    });
    if let Some(room) = sign.room {
        let [left, top, right, bottom] = room.map(|side| side * ratio);
        entry["content"] = json!([left, top, right, bottom]);
        entry["stretchX"] = json!([[left, right]]);
        entry["stretchY"] = json!([[top, bottom]]);
    }
    entry
}

fn write(sheet: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, sheet.width(), sheet.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let pixels = sheet.pixels().iter().map(|pixel| pixel.demultiply());
    let bytes: Vec<u8> = pixels
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()])
        .collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(file)
}
