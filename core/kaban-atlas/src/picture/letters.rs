//! Letters of our own, for a machine without a font: ASCII and ©, each a few strokes of a pen.
//!
//! A stroke is pairs of hexadecimal digits, right and up, on a grid whose baseline is 3, whose small letters reach 9
//! and whose capitals reach 12 (`c`). `~` before a stroke bends it, `o` bends it and closes it: then the points are
//! corners that the curve cuts, passing the middle of each side.

use super::scene::{Path, Point, Verb};

/// The grid's baseline.
const BASELINE: f32 = 3.0;
/// Units from baseline to the top of a capital.
const CAPITAL: f32 = 9.0;
/// Part of the em that a capital is high, as in most fonts.
const CAPITAL_EM: f32 = 0.72;
/// Units between two letters, the pen included.
const GAP: f32 = 2.6;
/// Width of the pen in units.
const PEN: f32 = 1.25;

/// A line of text, its baseline at the origin.
pub(super) struct Written {
    /// Strokes to be drawn with a round pen.
    pub path: Path,
    /// Width of the line in millimetres.
    pub width: f32,
    /// Width of the pen in millimetres.
    pub pen: f32,
}

/// Writes `text`, a size of `em` millimetres. What is not ASCII or © becomes `?`.
pub(super) fn write(text: &str, em: f32) -> Written {
    let unit = em * CAPITAL_EM / CAPITAL;
    let mut path = Path::new();
    let mut right = PEN / 2.0;
    for letter in text.chars() {
        let (width, strokes) = letter_of(letter);
        for stroke in strokes.split_ascii_whitespace() {
            let at = |[x, y]: Point| [(right + x) * unit, (BASELINE - y) * unit];
            path.extend(verbs(stroke).into_iter().map(|verb| verb.map(at)));
        }
        right += f32::from(width) + GAP;
    }
    Written {
        path,
        width: (right - GAP + PEN / 2.0).max(0.0) * unit,
        pen: PEN * unit,
    }
}

/// Whether every letter is one of ours.
pub(super) fn covers(text: &str) -> bool {
    text.chars().all(|letter| find(letter).is_some())
}

fn letter_of(letter: char) -> (u8, &'static str) {
    find(letter).or_else(|| find('?')).unwrap_or((3, ""))
}

fn find(letter: char) -> Option<(u8, &'static str)> {
    LETTERS
        .iter()
        .find(|(known, ..)| *known == letter)
        .map(|(_, width, strokes)| (*width, *strokes))
}

fn verbs(stroke: &str) -> Path {
    let (kind, digits) = match stroke.as_bytes() {
        [b'~', rest @ ..] => (b'~', rest),
        [b'o', rest @ ..] => (b'o', rest),
        rest => (b'-', rest),
    };
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as f32;
    let points: Vec<Point> = digits
        .chunks_exact(2)
        .map(|pair| [digit(pair[0]), digit(pair[1])])
        .collect();
    let between = |a: Point, b: Point| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
    match (kind, points.as_slice()) {
        (b'o', [first, ..]) => {
            let last = points[points.len() - 1];
            let mut path = vec![Verb::Move(between(last, *first))];
            for (index, point) in points.iter().enumerate() {
                let next = points[(index + 1) % points.len()];
                path.push(Verb::Quad(*point, between(*point, next)));
            }
            path.push(Verb::Close);
            path
        }
        (b'~', [first, inner @ .., last]) => {
            let mut path = vec![Verb::Move(*first)];
            for (index, point) in inner.iter().enumerate() {
                let end = match inner.get(index + 1) {
                    Some(next) => between(*point, *next),
                    None => *last,
                };
                path.push(Verb::Quad(*point, end));
            }
            path
        }
        (_, [first, rest @ ..]) => std::iter::once(Verb::Move(*first))
            .chain(rest.iter().map(|point| Verb::Line(*point)))
            .collect(),
        _ => Path::new(),
    }
}

/// Letter, width in units, strokes.
const LETTERS: &[(char, u8, &str)] = &[
    (' ', 3, ""),
    ('!', 2, "1c17 1314"),
    ('"', 2, "0c0a 2c2a"),
    ('#', 6, "2b14 5b44 0969 0666"),
    ('$', 6, "~6a6c0c0867630305 3d32"),
    ('%', 7, "o0c3c3808 o47777343 6c13"),
    ('&', 7, "~73190c4c4808035377"),
    ('\'', 1, "0c0a"),
    ('(', 2, "~2d0722"),
    (')', 2, "~0d2702"),
    ('*', 4, "2b27 0a48 084a"),
    ('+', 6, "3a34 0767"),
    (',', 2, "1401"),
    ('-', 4, "0747"),
    ('.', 1, "0304"),
    ('/', 4, "024d"),
    ('0', 6, "o0c6c6303"),
    ('1', 6, "1a3c33 1353"),
    ('2', 6, "~0a0c6c6803 0363"),
    ('3', 6, "~0b0c6c6828 ~2868630305"),
    ('4', 6, "4c0666 4c43"),
    ('5', 6, "5c0c08 ~081969630305"),
    ('6', 6, "o09696303 ~5c0c06"),
    ('7', 6, "0c6c23"),
    ('8', 6, "o0c6c6808 o08686303"),
    ('9', 6, "o0c6c6606 ~696313"),
    (':', 1, "0304 0809"),
    (';', 2, "1401 1819"),
    ('<', 5, "5a0754"),
    ('=', 6, "0868 0565"),
    ('>', 5, "0a5704"),
    ('?', 5, "~0a0c5c593736 3334"),
    ('@', 9, "o3a7a7535 ~7a7585989c0c0282"),
    ('A', 6, "033c63 1656"),
    ('B', 6, "0c03 ~0c6c6808 ~08686303"),
    ('C', 6, "~6a6c0c036365"),
    ('D', 6, "0c03 ~0c6c6303"),
    ('E', 6, "6c0c0363 0858"),
    ('F', 6, "6c0c03 0858"),
    ('G', 6, "~6a6c0c036367 4767"),
    ('H', 6, "0c03 6c63 0868"),
    ('I', 1, "0c03"),
    ('J', 5, "5c56 ~56530306"),
    ('K', 6, "0c03 6c07 2963"),
    ('L', 5, "0c0353"),
    ('M', 8, "030c458c83"),
    ('N', 6, "030c636c"),
    ('O', 7, "o0c7c7303"),
    ('P', 6, "0c03 ~0c6c6707"),
    ('Q', 7, "o0c7c7303 4572"),
    ('R', 6, "0c03 ~0c6c6707 3763"),
    ('S', 6, "~6a6c0c0867630305"),
    ('T', 6, "0c6c 3c33"),
    ('U', 6, "0c06 ~06036366 666c"),
    ('V', 6, "0c336c"),
    ('W', 8, "0c234a638c"),
    ('X', 6, "0c63 036c"),
    ('Y', 6, "0c38 6c3833"),
    ('Z', 6, "0c6c0363"),
    ('[', 2, "2d0d0222"),
    ('\\', 4, "0d42"),
    (']', 2, "0d2d2202"),
    ('^', 6, "0a3c6a"),
    ('_', 6, "0262"),
    ('`', 2, "0c2a"),
    ('a', 5, "o09595303 5953"),
    ('b', 5, "0c03 o09595303"),
    ('c', 5, "~585909035354"),
    ('d', 5, "5c53 o09595303"),
    ('e', 5, "0656 ~565909035354"),
    ('f', 4, "~4c1c19 1913 0939"),
    ('g', 5, "o09595303 5952 ~52500001"),
    ('h', 5, "0c03 ~06095956 5653"),
    ('i', 1, "0903 0b0c"),
    ('j', 3, "2922 ~222000 2b2c"),
    ('k', 5, "0c03 5905 2653"),
    ('l', 2, "0c05 ~050323"),
    ('m', 8, "0903 ~06094946 4643 ~46498986 8683"),
    ('n', 5, "0903 ~06095956 5653"),
    ('o', 5, "o09595303"),
    ('p', 5, "0900 o09595303"),
    ('q', 5, "5950 o09595303"),
    ('r', 4, "0903 ~060949"),
    ('s', 5, "~5859090656530304"),
    ('t', 4, "1c15 ~151343 0939"),
    ('u', 5, "0906 ~06035356 5953"),
    ('v', 4, "092349"),
    ('w', 8, "0923496389"),
    ('x', 5, "0953 0359"),
    ('y', 4, "0923 4910"),
    ('z', 5, "09590353"),
    ('{', 3, "3d1d1907151232"),
    ('|', 1, "0d02"),
    ('}', 3, "0d2d2937252202"),
    ('~', 5, "~07194557"),
    ('©', 9, "o0c9c9303 ~696a3a356566"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_ascii_is_drawn_and_no_two_alike() {
        let mut seen = std::collections::BTreeSet::new();
        for letter in (' '..='~').chain(['©']) {
            let (_, strokes) = find(letter).unwrap_or_else(|| panic!("{letter} is missing"));
            assert!(seen.insert(strokes), "{letter} looks like another");
            assert_eq!(letter == ' ', verbs_of(letter).is_empty(), "{letter}");
        }
        assert_eq!(LETTERS.len(), seen.len());
    }

    #[test]
    fn every_stroke_is_whole_points_inside_the_letter() {
        for (letter, width, strokes) in LETTERS {
            for stroke in strokes.split_ascii_whitespace() {
                let digits = stroke.trim_start_matches(['~', 'o']);
                assert!(
                    digits.len() >= 4 && digits.len() % 2 == 0,
                    "{letter}: {stroke}"
                );
                assert!(
                    digits.chars().all(|c| c.is_ascii_hexdigit()),
                    "{letter}: {stroke}"
                );
                for pair in digits.as_bytes().chunks_exact(2) {
                    assert!(
                        char::from(pair[0]).to_digit(16) <= Some(u32::from(*width)),
                        "{letter}: {stroke}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_not_ours_becomes_a_question_mark_as_wide_as_one() {
        assert!(covers("12 © OSM") && !covers("光町"));
        assert_eq!(write("光", 4.0).path, write("?", 4.0).path);
    }

    fn verbs_of(letter: char) -> Path {
        write(&letter.to_string(), 1.0).path
    }
}
