//! Glyph files: the letters of a font as signed distance fields, 256 code points a file.
//!
//! The format is that of MapLibre (Protocol Buffers, `glyphs.proto` of the glyph format that Mapbox published): letters
//! of 24 pixels with 3 pixels around each; a byte says how far the outline is, 8 pixels to 256 steps, a quarter of them
//! inside.
//!
//! **Which letters.** What the font has of [`FILLED`], less what a phone draws from its own fonts: kanji, kana, Hangul.
//! Some that look Japanese are *not* drawn by the phone and must be here: 々 and 〒, full-width digits, and the
//! compatibility kanji such as 﨑 of family and place names. With BIZ UDPGothic these are less than 300 KB a face; all
//! that the font has would be 1 MB, for letters such as ㈱ and ① that no name of a road or town needs.
//!
//! **Which files.** One for each of the 256 ranges of the Basic Multilingual Plane, with no letters if need be, since a
//! map view that asks for a range that is missing leaves the whole tile undrawn (maplibre-native issue 4430).

use crate::picture::paint::trace;
use crate::picture::{Font, Rect, Verb};
use sdf_glyph_renderer::{BitmapGlyph, clamp_to_u8};
use tiny_skia::{FillRule, Mask, Transform};

/// Height of a letter, pixels.
const SIZE: f32 = 24.0;
/// Pixels around a letter.
const BUFFER: usize = 3;
/// Distance that a byte spans, pixels.
const RADIUS: usize = 8;
/// Finer so many times than a letter's own pixels are those in which distances are measured: from a grid of 24 pixels
/// alone they are wrong by up to half a pixel, and small letters ragged.
const FINE: usize = 4;
/// Part of a byte's steps that lie inside a letter.
const CUTOFF: f64 = 0.25;
/// Where MapLibre has the upper edge of a line above the baseline, pixels: the ascender of the fonts that its layout
/// was made for. With it, digits and kanji of one label stand on one line, whatever the font's own ascender.
const BASELINE: i32 = 26;
/// Widest and highest letter, pixels; a font with larger ones is not for maps.
const PIXELS_MAX: f32 = 128.0;
/// Code points of a file.
const RANGE: u32 = 256;
/// First code points of the ranges whose files have letters: Latin, punctuation, Japanese punctuation, compatibility
/// kanji (two), full-width letters and digits.
pub const FILLED: [u32; 6] = [0x0000, 0x2000, 0x3000, 0xf900, 0xfa00, 0xff00];

/// A file of glyphs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlyphFile {
    /// `0-255.pbf` and so on.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many letters it has.
    pub letters: usize,
}

/// All glyph files of a face, which the style calls `face`.
#[must_use]
pub fn glyph_files(face: &str, font: &Font) -> Vec<GlyphFile> {
    let ranges = (0..=u32::from(u16::MAX)).step_by(RANGE as usize);
    ranges.map(|first| file(face, font, first)).collect()
}

fn file(face: &str, font: &Font, first: u32) -> GlyphFile {
    let range = format!("{first}-{}", first + RANGE - 1);
    let mut stack = Vec::new();
    bytes(&mut stack, 1, face.as_bytes());
    bytes(&mut stack, 2, range.as_bytes());
    let mut letters = 0;
    let last = if FILLED.contains(&first) {
        first + RANGE
    } else {
        first
    };
    let codes = (first..last).filter_map(char::from_u32);
    for glyph in codes
        .filter(|letter| drawn_here(*letter))
        .filter_map(|letter| glyph(font, letter))
    {
        bytes(&mut stack, 3, &glyph);
        letters += 1;
    }
    let mut file = Vec::new();
    bytes(&mut file, 1, &stack);
    GlyphFile {
        name: format!("{range}.pbf"),
        bytes: file,
        letters,
    }
}

/// Whether a letter is ours to draw: not Hiragana, Katakana, unified kanji and Hangul, which MapLibre takes from the
/// phone's own fonts; not half-width kana, which no map data has; and no control character.
fn drawn_here(letter: char) -> bool {
    let phone = matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    !phone && !letter.is_control() && !matches!(letter, '\u{ff61}'..='\u{ffdc}')
}

/// One letter as a message, if the font has it.
fn glyph(font: &Font, letter: char) -> Option<Vec<u8>> {
    let (path, advance) = font.set(letter.encode_utf8(&mut [0; 4]), SIZE)?;
    let field = Field::of(&path)?;
    let mut glyph = Vec::new();
    number(&mut glyph, 1, u64::from(u32::from(letter)));
    if !field.steps.is_empty() {
        bytes(&mut glyph, 2, &field.steps);
    }
    number(&mut glyph, 3, u64::from(field.width));
    number(&mut glyph, 4, u64::from(field.height));
    number(&mut glyph, 5, zigzag(field.left));
    number(&mut glyph, 6, zigzag(field.top - BASELINE));
    number(&mut glyph, 7, advance.round().clamp(0.0, 255.0) as u64);
    Some(glyph)
}

/// The distances to an outline, and where they stand: pixels without those around, left of the pen, above the baseline.
#[derive(Default)]
struct Field {
    steps: Vec<u8>,
    width: u32,
    height: u32,
    left: i32,
    top: i32,
}

impl Field {
    fn of(path: &[Verb]) -> Option<Self> {
        let Some(outline) = trace(path) else {
            return Some(Self::default());
        };
        let bounds = Rect::of(path)?;
        let (left, top) = (bounds.left.floor(), bounds.top.floor());
        let (width, height) = (bounds.right.ceil() - left, bounds.bottom.ceil() - top);
        if !(1.0..=PIXELS_MAX).contains(&width) || !(1.0..=PIXELS_MAX).contains(&height) {
            return None;
        }
        let (columns, rows) = (width as usize, height as usize);
        let mut mask = Mask::new((columns * FINE) as u32, (rows * FINE) as u32)?;
        let fine = FINE as f32;
        let place = Transform::from_translate(-left, -top).post_scale(fine, fine);
        mask.fill_path(&outline, FillRule::Winding, true, place);
        let (across, down) = (columns * FINE, rows * FINE);
        let bitmap = BitmapGlyph::from_unbuffered(mask.data(), across, down, BUFFER * FINE).ok()?;
        let distances = coarse(
            &bitmap.render_sdf(RADIUS * FINE),
            across + 2 * BUFFER * FINE,
        );
        let steps = clamp_to_u8(&distances, CUTOFF).ok()?;
        Some(Self {
            steps,
            width: columns as u32,
            height: rows as u32,
            left: left as i32,
            top: -top as i32,
        })
    }
}

/// Of a fine field the distance at the middle of each pixel: the mean of the four fine ones around it.
fn coarse(fine: &[f64], across: usize) -> Vec<f64> {
    let rows = fine.chunks_exact(across).collect::<Vec<_>>();
    let half = FINE / 2;
    let mut field = Vec::with_capacity(fine.len() / (FINE * FINE));
    for band in rows.chunks_exact(FINE) {
        let (above, below) = (band[half - 1], band[half]);
        for x in (half..across).step_by(FINE) {
            field.push((above[x - 1] + above[x] + below[x - 1] + below[x]) / 4.0);
        }
    }
    field
}

fn zigzag(value: i32) -> u64 {
    u64::from(((value << 1) ^ (value >> 31)).cast_unsigned())
}

fn number(message: &mut Vec<u8>, field: u8, value: u64) {
    message.push(field << 3);
    varint(message, value);
}

fn bytes(message: &mut Vec<u8>, field: u8, content: &[u8]) {
    message.push(field << 3 | 2);
    varint(message, content.len() as u64);
    message.extend_from_slice(content);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
