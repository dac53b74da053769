//! A scene as SVG: paths only, so it looks the same wherever it is opened; the words are there for search and readers
//! of the screen.

use super::scene::{Colour, Item, Role, Scene, Verb};
use std::fmt::Write;

impl Scene {
    /// The scene as an SVG file of its size in millimetres.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let (width, height) = (Number(self.width), Number(self.height));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" viewBox=\"0 0 {width} {height}\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n"
        );
        if let Some(title) = self.of(Role::Title).find_map(|item| item.text.as_ref()) {
            out.push_str("<title>");
            escape(&mut out, title);
            out.push_str("</title>\n");
        }
        let white = Colour(255, 255, 255);
        if self.page != white {
            out.push_str("<rect width=\"100%\" height=\"100%\" fill=\"");
            hex(&mut out, self.page);
            out.push_str("\"/>\n");
        }
        for item in &self.items {
            path(&mut out, item);
        }
        out.push_str("</svg>\n");
        out
    }
}

fn path(out: &mut String, item: &Item) {
    out.push_str("<path");
    if let Some(text) = &item.text {
        out.push_str(" aria-label=\"");
        escape(out, text);
        out.push('"');
    }
    out.push_str(" fill=\"");
    match item.fill {
        Some(colour) => hex(out, colour),
        None => out.push_str("none"),
    }
    out.push('"');
    if let Some(stroke) = item.stroke {
        out.push_str(" stroke=\"");
        hex(out, stroke.colour);
        put(
            out,
            format_args!("\" stroke-width=\"{}\"", Number(stroke.width)),
        );
        if let Some([dash, gap]) = stroke.dash {
            put(
                out,
                format_args!(" stroke-dasharray=\"{} {}\"", Number(dash), Number(gap)),
            );
        }
    }
    out.push_str(" d=\"");
    for verb in item.path.iter() {
        let (letter, points): (char, &[[f32; 2]]) = match verb {
            Verb::Move(a) => ('M', &[*a]),
            Verb::Line(a) => ('L', &[*a]),
            Verb::Quad(a, b) => ('Q', &[*a, *b]),
            Verb::Cubic(a, b, c) => ('C', &[*a, *b, *c]),
            Verb::Close => ('Z', &[]),
        };
        out.push(letter);
        for (index, [x, y]) in points.iter().enumerate() {
            let before = if index > 0 { " " } else { "" };
            put(out, format_args!("{before}{} {}", Number(*x), Number(*y)));
        }
    }
    out.push_str("\"/>\n");
}

/// Writing to a text never fails.
fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn hex(out: &mut String, Colour(red, green, blue): Colour) {
    put(out, format_args!("#{red:02x}{green:02x}{blue:02x}"));
}

/// Characters that XML reserves are written as entities; those that it forbids are left out.
fn escape(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => out.push(letter),
        }
    }
}

/// Millimetres to a hundredth, without zeros at the end.
struct Number(f32);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hundredths = (f64::from(self.0) * 100.0).round() as i64;
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
        match rest {
            0 => write!(f, "{sign}{whole}"),
            rest if rest % 10 == 0 => write!(f, "{sign}{whole}.{}", rest / 10),
            rest => write!(f, "{sign}{whole}.{rest:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (-0.001, "0"),
            (1.5, "1.5"),
            (-2.05, "-2.05"),
            (210.0, "210"),
        ] {
            assert_eq!(Number(number).to_string(), text);
        }
    }

    #[test]
    fn a_title_cannot_break_out_of_the_file() {
        let mut out = String::new();
        escape(&mut out, "a<b>&\"\u{0}\u{1b}光");
        assert_eq!(out, "a&lt;b&gt;&amp;&quot;光");
    }
}
