//! Lines of text: in the font if it has every letter, in our own letters if not.
//!
//! A [`Wording`] says a thing twice, once as it should be read and once in ASCII, because a machine without a Japanese
//! font must still print something that is true. Which of the two stands on the paper is told in the summary.

use super::PictureError;
use super::font::Font;
use super::letters;
use super::scene::{Colour, Item, Path, Point, Role, Scene, Stroke};
use super::theme::{Look, colour};
use std::sync::Arc;

/// Longest text, characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// Words for the paper, and how to say them with ASCII alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// As it should be read.
    pub text: String,
    /// In ASCII, for a machine without a font that has the letters.
    pub plain: String,
}

impl Wording {
    /// Words and their plain form.
    pub fn new(text: impl Into<String>, plain: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            plain: plain.into(),
        }
    }

    /// Words that are ASCII already.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(text.clone(), text)
    }

    pub(super) fn check(&self) -> Result<(), PictureError> {
        let long = |text: &str| text.chars().nth(TEXT_CHARS_MAX).is_some();
        if long(&self.text) || long(&self.plain) {
            return Err(PictureError::TextTooLong);
        }
        Ok(())
    }

    /// The same with something added to both.
    pub(super) fn with(&self, more: &str) -> Self {
        Self::new(
            format!("{}{more}", self.text),
            format!("{}{more}", self.plain),
        )
    }
}

/// Where the given point of a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Middle,
    Right,
}

/// A line that is set and not yet placed: its baseline begins at the origin.
#[derive(Clone, Debug)]
pub(super) struct Line {
    text: String,
    path: Path,
    /// Width in millimetres.
    pub width: f32,
    pen: Option<f32>,
    ink: Colour,
    edge: Colour,
}

/// How lines are set.
#[derive(Debug)]
pub(super) struct Setter<'f> {
    font: Option<&'f Font>,
    pub look: Look,
    /// Whether any wording had to fall back to its plain form.
    pub fell_back: bool,
}

impl<'f> Setter<'f> {
    pub fn new(font: Option<&'f Font>, look: Look) -> Self {
        Self {
            font,
            look,
            fell_back: false,
        }
    }

    /// A line of digits or other text that has no other form.
    pub fn line(&self, text: &str, em: f32) -> Line {
        let (path, width, pen) = match self.font.and_then(|font| font.set(text, em)) {
            Some((path, width)) => (path, width, None),
            None => {
                let written = letters::write(text, em);
                (written.path, written.width, Some(written.pen))
            }
        };
        Line {
            text: text.to_owned(),
            path,
            width,
            pen,
            ink: self.look.ink(),
            edge: colour(self.look.palette.halo),
        }
    }

    /// A name of the map, `None` when some of its letters cannot be written.
    pub fn name(&self, text: &str, em: f32) -> Option<Line> {
        let known = letters::covers(text) || self.font.is_some_and(|font| font.has(text));
        known.then(|| self.line(text, em))
    }

    /// A line of words, smaller where it would be wider than `width`.
    pub fn words(&mut self, wording: &Wording, em: f32, width: f32) -> Line {
        let known =
            |text: &str| letters::covers(text) || self.font.is_some_and(|font| font.has(text));
        let text = if known(&wording.text) {
            &wording.text
        } else {
            self.fell_back = true;
            &wording.plain
        };
        let line = self.line(text, em);
        if line.width > width {
            return self.line(text, em * width / line.width);
        }
        line
    }
}

impl Line {
    /// The same in another colour.
    pub fn inked(mut self, ink: Colour) -> Self {
        self.ink = ink;
        self
    }

    /// The colour of the edge around its letters.
    pub fn edge(&self) -> Colour {
        self.edge
    }

    /// The line with its baseline at `at`.
    pub fn placed(&self, at: Point, side: Side) -> Path {
        let left = match side {
            Side::Left => at[0],
            Side::Middle => at[0] - self.width / 2.0,
            Side::Right => at[0] - self.width,
        };
        let moved = |[x, y]: Point| [left + x, at[1] + y];
        self.path.iter().map(|verb| verb.map(moved)).collect()
    }

    /// Draws it; with a `halo` its letters stand on an edge of that width.
    pub fn draw(&self, scene: &mut Scene, role: Role, at: Point, side: Side, halo: Option<f32>) {
        self.push(scene, role, self.placed(at, side), halo);
    }

    /// Draws it turned, its middle on `middle` and its baseline along the direction `along` (of length 1), `down` below.
    pub fn draw_along(
        &self,
        scene: &mut Scene,
        role: Role,
        middle: Point,
        along: Point,
        down: f32,
        halo: Option<f32>,
    ) {
        let turned = |[x, y]: Point| {
            let (right, below) = (x - self.width / 2.0, y + down);
            [
                middle[0] + right * along[0] - below * along[1],
                middle[1] + right * along[1] + below * along[0],
            ]
        };
        let path = self.path.iter().map(|verb| verb.map(turned)).collect();
        self.push(scene, role, path, halo);
    }

    fn push(&self, scene: &mut Scene, role: Role, path: Path, halo: Option<f32>) {
        let path = Arc::new(path);
        if let Some(halo) = halo {
            let edge = Stroke::solid(self.edge, self.pen.unwrap_or(0.0) + 2.0 * halo);
            scene.push_shared(Role::Paper, &path, None, Some(edge));
        }
        scene.items.push(Item {
            role,
            text: Some(self.text.clone()),
            path,
            fill: self.pen.is_none().then_some(self.ink),
            stroke: self.pen.map(|pen| Stroke::solid(self.ink, pen)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Theme;

    fn plain() -> Setter<'static> {
        Setter::new(None, Look::of(Theme::Print))
    }

    #[test]
    fn without_a_font_the_plain_words_are_written_and_it_is_told() {
        let mut setter = plain();
        let line = setter.words(&Wording::new("光町", "Hikari"), 4.0, 100.0);
        assert_eq!((line.text.as_str(), setter.fell_back), ("Hikari", true));
        let mut setter = plain();
        setter.words(&Wording::plain("Hikari"), 4.0, 100.0);
        assert!(!setter.fell_back);
    }

    #[test]
    fn a_long_title_is_made_smaller_until_it_fits() {
        let mut setter = plain();
        let line = setter.words(&Wording::plain("m".repeat(TEXT_CHARS_MAX)), 8.0, 120.0);
        assert!(line.width <= 120.01);
    }

    #[test]
    fn a_text_beyond_the_bound_is_refused() {
        let long = Wording::plain("x".repeat(TEXT_CHARS_MAX + 1));
        assert_eq!(long.check(), Err(PictureError::TextTooLong));
        assert_eq!(Wording::plain("x".repeat(TEXT_CHARS_MAX)).check(), Ok(()));
    }
}
