//! A drawing pad for signs: paths in pixels of a small square, painted at any scale.

use crate::picture::paint::trace;
use crate::picture::signs::circle;
use crate::picture::{Path, Point, Verb};
use crate::style::Ink;
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, Pixmap, Shader, StrokeDash, Transform};

/// A sign: its size in pixels and what is painted, in this order.
#[derive(Clone, Debug)]
pub(super) struct Sign {
    pub name: String,
    pub width: u32,
    pub height: u32,
    /// The part that text may fill and that may be stretched, `[left, top, right, bottom]`.
    pub room: Option<[u32; 4]>,
    pub marks: Vec<Mark>,
}

/// One stroke or filled path of a sign.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub path: Path,
    pub ink: Ink,
    /// Width of the pen; a filled path without one.
    pub pen: Option<f32>,
    dash: Option<[f32; 2]>,
}

impl Sign {
    pub fn new(name: impl Into<String>, width: u32, height: u32) -> Self {
        Self {
            name: name.into(),
            width,
            height,
            room: None,
            marks: Vec::new(),
        }
    }

    pub fn fill(mut self, path: Path, ink: Ink) -> Self {
        self.mark(path, ink, None, None);
        self
    }

    pub fn line(mut self, path: Path, ink: Ink, pen: f32) -> Self {
        self.mark(path, ink, Some(pen), None);
        self
    }

    pub fn dashed(mut self, path: Path, ink: Ink, pen: f32, dash: [f32; 2]) -> Self {
        self.mark(path, ink, Some(pen), Some(dash));
        self
    }

    fn mark(&mut self, path: Path, ink: Ink, pen: Option<f32>, dash: Option<[f32; 2]>) {
        self.marks.push(Mark {
            path,
            ink,
            pen,
            dash,
        });
    }

    /// Paints the sign with its upper left corner at `at` (pixels of the sheet), so many pixels for one of its own.
    pub fn paint(&self, sheet: &mut Pixmap, at: [u32; 2], ratio: u32) {
        // On a sheet of its own first, so that nothing reaches into the sign beside it.
        let Some(mut own) = Pixmap::new(self.width * ratio, self.height * ratio) else {
            return;
        };
        let scale = Transform::from_scale(ratio as f32, ratio as f32);
        for mark in &self.marks {
            let Some(path) = trace(&mark.path) else {
                continue;
            };
            let Ink(red, green, blue) = mark.ink;
            let paint = Paint {
                shader: Shader::SolidColor(tiny_skia::Color::from_rgba8(red, green, blue, 255)),
                anti_alias: true,
                ..Paint::default()
            };
            match mark.pen {
                None => own.fill_path(&path, &paint, FillRule::Winding, scale, None),
                Some(width) => {
                    let pen = tiny_skia::Stroke {
                        width,
                        line_cap: LineCap::Round,
                        line_join: LineJoin::Round,
                        dash: mark
                            .dash
                            .and_then(|dash| StrokeDash::new(dash.to_vec(), 0.0)),
                        ..tiny_skia::Stroke::default()
                    };
                    own.stroke_path(&path, &paint, &pen, scale, None);
                }
            }
        }
        let [x, y] = at.map(|side| i32::try_from(side).unwrap_or(i32::MAX));
        let paint = tiny_skia::PixmapPaint::default();
        sheet.draw_pixmap(x, y, own.as_ref(), &paint, Transform::identity(), None);
    }
}

/// A closed outline through these points.
pub(super) fn shape(points: &[Point]) -> Path {
    let mut path = stroke(points);
    path.push(Verb::Close);
    path
}

/// A line through these points.
pub(super) fn stroke(points: &[Point]) -> Path {
    let mut path = Path::new();
    for point in points {
        path.push(if path.is_empty() {
            Verb::Move(*point)
        } else {
            Verb::Line(*point)
        });
    }
    path
}

/// A circle.
pub(super) fn disc(centre: Point, radius: f32) -> Path {
    circle(centre, radius)
}

/// A rectangle with round corners.
pub(super) fn slab([left, top, right, bottom]: [f32; 4], corner: f32) -> Path {
    vec![
        Verb::Move([left + corner, top]),
        Verb::Line([right - corner, top]),
        Verb::Quad([right, top], [right, top + corner]),
        Verb::Line([right, bottom - corner]),
        Verb::Quad([right, bottom], [right - corner, bottom]),
        Verb::Line([left + corner, bottom]),
        Verb::Quad([left, bottom], [left, bottom - corner]),
        Verb::Line([left, top + corner]),
        Verb::Quad([left, top], [left + corner, top]),
        Verb::Close,
    ]
}

/// A cross with arms of this length and thickness.
pub(super) fn cross([x, y]: Point, arm: f32, thick: f32) -> Path {
    let t = thick / 2.0;
    shape(&[
        [x - t, y - arm],
        [x + t, y - arm],
        [x + t, y - t],
        [x + arm, y - t],
        [x + arm, y + t],
        [x + t, y + t],
        [x + t, y + arm],
        [x - t, y + arm],
        [x - t, y + t],
        [x - arm, y + t],
        [x - arm, y - t],
        [x - t, y - t],
    ])
}
