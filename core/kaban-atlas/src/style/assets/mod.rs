//! The files a style refers to: glyphs of a font that is given, and sprites of our own signs.
//!
//! They are made once, when an app is built (`kaban map style`), and shipped with it. Equal input gives equal bytes.

pub mod glyphs;
mod pad;
mod places;
mod signs;
pub mod sprite;

pub(crate) use pad::Mark;

use super::Palette;

/// What a sign of this name is painted of, and the pixels of its square: for the map on paper.
pub(crate) fn sign(palette: &Palette, name: &str) -> Option<(Vec<Mark>, [f32; 2])> {
    let mut all = places::all(palette).into_iter().chain(signs::all(palette));
    let sign = all.find(|sign| sign.name == name)?;
    let side = [sign.width as f32, sign.height as f32];
    Some((sign.marks, side))
}
