//! A font file that somebody gives, and the outlines of its letters.

use super::PictureError;
use super::scene::{Path, Verb};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Largest font read, bytes: the largest collections of Chinese, Japanese and Korean fonts have about 20 MB a face.
pub const FONT_BYTES_MAX: usize = 64 << 20;

/// An open TrueType or OpenType font; of a collection the first face.
pub struct Font {
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Font {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Font({} bytes)", self.bytes.len())
    }
}

impl Font {
    /// Takes the bytes of a font file.
    ///
    /// # Errors
    /// [`PictureError::NotAFont`] when they are none, or more than [`FONT_BYTES_MAX`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, PictureError> {
        if bytes.len() > FONT_BYTES_MAX {
            return Err(PictureError::NotAFont);
        }
        let font = Self { bytes };
        font.face().ok_or(PictureError::NotAFont)?;
        Ok(font)
    }

    /// What the font says of its makers and its licence, for whoever ships letters of it: copyright, then licence, as
    /// far as it has them.
    #[must_use]
    pub fn credits(&self) -> Vec<String> {
        let Some(face) = self.face() else {
            return Vec::new();
        };
        let said = |id: u16| {
            let mut names = face.names().into_iter();
            names.find_map(|name| {
                let wanted = name.name_id == id && name.is_unicode();
                wanted.then(|| name.to_string()).flatten()
            })
        };
        use ttf_parser::name_id::{COPYRIGHT_NOTICE, LICENSE, LICENSE_URL};
        let ids = [COPYRIGHT_NOTICE, LICENSE, LICENSE_URL];
        ids.into_iter().filter_map(said).collect()
    }

    fn face(&self) -> Option<Face<'_>> {
        let face = Face::parse(&self.bytes, 0).ok()?;
        (face.units_per_em() > 0).then_some(face)
    }

    /// Whether it has every letter of a text.
    pub(crate) fn has(&self, text: &str) -> bool {
        let glyph = |face: &Face<'_>, letter| {
            let id = face.glyph_index(letter).filter(|id| *id != GlyphId(0));
            id.is_some_and(|id| {
                char::is_whitespace(letter) || face.glyph_bounding_box(id).is_some()
            })
        };
        self.face()
            .is_some_and(|face| text.chars().all(|letter| glyph(&face, letter)))
    }

    /// The outlines of a line of text, its baseline at the origin, and its width; `None` when a letter is missing.
    /// `em` is the size in millimetres.
    pub(crate) fn set(&self, text: &str, em: f32) -> Option<(Path, f32)> {
        let face = self.face()?;
        let scale = em / f32::from(face.units_per_em());
        let mut outline = Outline {
            path: Path::new(),
            scale,
            right: 0.0,
        };
        for letter in text.chars() {
            let glyph = face.glyph_index(letter).filter(|id| *id != GlyphId(0))?;
            let drawn = face.outline_glyph(glyph, &mut outline).is_some();
            if !drawn && !letter.is_whitespace() {
                return None;
            }
            outline.right += f32::from(face.glyph_hor_advance(glyph)?) * scale;
        }
        Some((outline.path, outline.right))
    }
}

struct Outline {
    path: Path,
    scale: f32,
    right: f32,
}

impl Outline {
    fn at(&self, x: f32, y: f32) -> [f32; 2] {
        [self.right + x * self.scale, -y * self.scale]
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.push(Verb::Move(self.at(x, y)));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.path.push(Verb::Line(self.at(x, y)));
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.push(Verb::Quad(self.at(x1, y1), self.at(x, y)));
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.path
            .push(Verb::Cubic(self.at(x1, y1), self.at(x2, y2), self.at(x, y)));
    }
    fn close(&mut self) {
        self.path.push(Verb::Close);
    }
}
