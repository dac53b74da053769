//! The files a style refers to: glyphs of a font that is given, and sprites of our own signs.
//!
//! They are made once, when an app is built (`kaban map style`), and shipped with it. Equal input gives equal bytes.

pub mod glyphs;
mod pad;
mod places;
mod signs;
pub mod sprite;
