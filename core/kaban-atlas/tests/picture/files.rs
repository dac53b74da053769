//! The files that come out: PNG, and SVG read by somebody else.

use crate::town::{drawn, order, pack, pin, words};
use kaban_atlas::picture::{Pin, Role, Sheet, draw};

fn pins() -> Vec<Pin> {
    (1..30)
        .map(|n| pin(n, f64::from(n * 7 % 30) / 30.0, f64::from(n) / 30.0))
        .collect()
}

/// Width, height, and red, green, blue of each pixel.
fn decoded(png: &[u8]) -> (u32, u32, Vec<u8>, Option<png::PixelDimensions>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(
        (info.color_type, info.bit_depth),
        (png::ColorType::Rgb, png::BitDepth::Eight)
    );
    (info.width, info.height, pixels, reader.info().pixel_dims)
}

#[test]
fn a_png_has_the_size_of_the_sheet_in_pixels_and_on_paper() {
    let png = drawn(&pack(), &pins()).scene.to_png().unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let (width, height, pixels, paper) = decoded(&png);
    assert_eq!((width, height, pixels.len()), (1654, 2339, 1654 * 2339 * 3));
    let paper = paper.unwrap();
    assert_eq!(
        (paper.xppu, paper.yppu, paper.unit),
        (7874, 7874, png::Unit::Meter)
    );
    let ink = pixels
        .chunks_exact(3)
        .filter(|p| p.iter().all(|c| *c < 128))
        .count();
    assert!(ink > 10_000, "{ink} dark pixels");
    assert_eq!(pixels[..3], [255; 3], "the margin is white");
}

#[test]
fn equal_input_gives_equal_bytes() {
    let (pack, pins) = (pack(), pins());
    let (one, two) = (drawn(&pack, &pins).scene, drawn(&pack, &pins).scene);
    assert_eq!(one.to_png(), two.to_png());
    assert_eq!(one.to_svg(), two.to_svg());
}

#[test]
fn the_order_of_the_pins_changes_nothing_but_the_order_of_the_answer() {
    let (pack, mut pins) = (pack(), pins());
    let one = drawn(&pack, &pins);
    pins.reverse();
    let mut two = drawn(&pack, &pins);
    two.signs.reverse();
    assert_eq!(one.signs, two.signs);
}

#[test]
fn a_renderer_of_others_paints_the_svg_as_we_paint_the_png() {
    let (pack, pins, words) = (pack(), pins(), words());
    let mut order = order(&pins, &words);
    order.sheet = Sheet::Pixels {
        width: 840,
        height: 1188,
    };
    let scene = draw(&pack, &order).unwrap().scene;
    let (width, height, ours, _) = decoded(&scene.to_png().unwrap());
    let svg = scene.to_svg();
    let tree = resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
    let mut theirs = resvg::tiny_skia::Pixmap::new(width, height).unwrap();
    theirs.fill(resvg::tiny_skia::Color::WHITE);
    let size = tree.size();
    let scale = resvg::tiny_skia::Transform::from_scale(
        width as f32 / size.width(),
        height as f32 / size.height(),
    );
    resvg::render(&tree, scale, &mut theirs.as_mut());
    let different = ours
        .chunks_exact(3)
        .zip(theirs.pixels())
        .filter(|(a, b)| {
            let far = |a: u8, b: u8| a.abs_diff(b) > 64;
            far(a[0], b.red()) || far(a[1], b.green()) || far(a[2], b.blue())
        })
        .count();
    let share = different as f64 / f64::from(width * height);
    assert!(share < 0.002, "{different} pixels differ");
}

#[test]
fn the_words_of_the_svg_can_be_searched_and_cannot_break_it() {
    let (pack, pins, mut words) = (pack(), pins(), words());
    words.title = kaban_atlas::picture::Wording::plain("a<b> & \"c\"");
    let scene = draw(&pack, &order(&pins, &words)).unwrap().scene;
    let svg = scene.to_svg();
    assert!(svg.contains("<title>a&lt;b&gt; &amp; &quot;c&quot;</title>"));
    assert!(svg.contains("aria-label=\"29\""));
    assert!(resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).is_ok());
    assert_eq!(scene.of(Role::Title).count(), 1);
}
