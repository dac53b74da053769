//! A scene as PNG: painted by tiny-skia, without transparency, with its size on paper written into the file.

use super::PictureError;
use super::scene::{Colour, Item, Scene, Verb};
use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Shader, StrokeDash, Transform,
};

impl Scene {
    /// The scene as a PNG file of [`Scene::pixels`].
    ///
    /// # Errors
    /// [`PictureError::Paint`] when there is no memory for the pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let (width, height) = self.pixels();
        let fail = |what: &str| PictureError::Paint(what.to_owned());
        let mut pixels =
            Pixmap::new(width, height).ok_or_else(|| fail("no memory for so many pixels"))?;
        let Colour(red, green, blue) = self.page;
        pixels.fill(tiny_skia::Color::from_rgba8(red, green, blue, 255));
        let scale = Transform::from_scale(self.pixels_per_mm, self.pixels_per_mm);
        for item in &self.items {
            paint(&mut pixels, item, scale);
        }
        self.write(&pixels)
            .map_err(|error| PictureError::Paint(error.to_string()))
    }

    fn write(&self, pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, pixels.width(), pixels.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let per_metre = (self.pixels_per_mm * 1000.0).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: png::Unit::Meter,
        }));
        let mut writer = encoder.write_header()?;
        let mut rows = writer.stream_writer()?;
        let mut row = Vec::with_capacity(pixels.width() as usize * 3);
        for line in pixels.pixels().chunks_exact(pixels.width() as usize) {
            row.clear();
            row.extend(line.iter().flat_map(|p| [p.red(), p.green(), p.blue()]));
            std::io::Write::write_all(&mut rows, &row)?;
        }
        rows.finish()?;
        writer.finish()?;
        Ok(file)
    }
}

fn paint(pixels: &mut Pixmap, item: &Item, scale: Transform) {
    let Some(path) = trace(&item.path) else {
        return;
    };
    if let Some(colour) = item.fill {
        pixels.fill_path(&path, &ink(colour), FillRule::Winding, scale, None);
    }
    if let Some(stroke) = item.stroke {
        let pen = tiny_skia::Stroke {
            width: stroke.width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            dash: stroke
                .dash
                .and_then(|dash| StrokeDash::new(dash.to_vec(), 0.0)),
            ..tiny_skia::Stroke::default()
        };
        pixels.stroke_path(&path, &ink(stroke.colour), &pen, scale, None);
    }
}

/// A path as the painter takes it; `None` of one without extent.
pub(crate) fn trace(verbs: &[Verb]) -> Option<tiny_skia::Path> {
    let mut path = PathBuilder::with_capacity(verbs.len(), verbs.len());
    for verb in verbs {
        match *verb {
            Verb::Move([x, y]) => path.move_to(x, y),
            Verb::Line([x, y]) => path.line_to(x, y),
            Verb::Quad([a, b], [x, y]) => path.quad_to(a, b, x, y),
            Verb::Cubic([a, b], [c, d], [x, y]) => path.cubic_to(a, b, c, d, x, y),
            Verb::Close => path.close(),
        }
    }
    path.finish()
}

fn ink(Colour(red, green, blue): Colour) -> Paint<'static> {
    Paint {
        shader: Shader::SolidColor(tiny_skia::Color::from_rgba8(red, green, blue, 255)),
        anti_alias: true,
        ..Paint::default()
    }
}
