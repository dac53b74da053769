//! Glyph files, read back by a reader that shares nothing with the writer.

use crate::squares::squares;
use kaban_atlas::picture::Font;
use kaban_atlas::style::FACES;
use kaban_atlas::style::assets::glyphs::{FILLED, GlyphFile, glyph_files};
use std::collections::BTreeMap;

/// Fields of a message in their order: number, then either a value or bytes.
fn fields(mut message: &[u8]) -> Vec<(u64, u64, &[u8])> {
    fn value(message: &mut &[u8]) -> u64 {
        let end = message.iter().position(|byte| *byte < 0x80).unwrap();
        let (head, rest) = message.split_at(end + 1);
        *message = rest;
        head.iter()
            .rev()
            .fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f))
    }
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = value(&mut message);
        let number = value(&mut message);
        if key & 7 == 2 {
            let (content, rest) = message.split_at(usize::try_from(number).unwrap());
            message = rest;
            fields.push((key >> 3, 0, content));
        } else {
            assert_eq!(key & 7, 0);
            fields.push((key >> 3, number, [].as_slice()));
        }
    }
    fields
}

/// Width, height, left, top, advance; and the field.
type Letter = ([i64; 5], Vec<u8>);

/// Face, range, and the letters of a file.
fn read(file: &GlyphFile) -> (String, String, BTreeMap<u32, Letter>) {
    let outer = fields(&file.bytes);
    assert_eq!(outer.len(), 1);
    let stack = fields(outer[0].2);
    let text = |at: usize| String::from_utf8(stack[at].2.to_vec()).unwrap();
    let mut letters = BTreeMap::new();
    for (number, _, glyph) in &stack[2..] {
        assert_eq!(*number, 3);
        let glyph: BTreeMap<u64, (u64, &[u8])> = fields(glyph)
            .into_iter()
            .map(|(key, value, bytes)| (key, (value, bytes)))
            .collect();
        let signed = |key: u64| {
            let value = i64::try_from(glyph[&key].0).unwrap();
            value / 2 * if value % 2 == 0 { 1 } else { -1 } - value % 2
        };
        let plain = |key: u64| i64::try_from(glyph[&key].0).unwrap();
        let numbers = [plain(3), plain(4), signed(5), signed(6), plain(7)];
        let field = glyph
            .get(&2)
            .map_or_else(Vec::new, |(_, bytes)| bytes.to_vec());
        letters.insert(u32::try_from(plain(1)).unwrap(), (numbers, field));
    }
    (text(0), text(1), letters)
}

#[test]
fn there_is_a_file_for_every_range_so_that_no_tile_waits_for_one() {
    let font = Font::from_bytes(squares(&['A', '々', '国', 'あ', 'ｱ', '①'])).unwrap();
    let files = glyph_files(FACES[0], &font);
    assert_eq!(files.len(), 256);
    let mut drawn = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let (face, range, letters) = read(file);
        let first = index as u32 * 256;
        assert_eq!(range, format!("{first}-{}", first + 255));
        assert_eq!(
            (face.as_str(), file.name.clone()),
            (FACES[0], format!("{range}.pbf"))
        );
        assert_eq!(letters.len(), file.letters);
        assert!(
            letters
                .keys()
                .all(|letter| (first..first + 256).contains(letter))
        );
        assert!(FILLED.contains(&first) || letters.is_empty());
        drawn.extend(letters.into_keys().filter_map(char::from_u32));
    }
    assert_eq!(drawn, ['A', '々'], "the rest is the phone's, or nobody's");
}

/// A square of 0.6 by 0.7 of the letter's height, its foot on the line.
#[test]
fn a_square_has_its_edges_where_they_are() {
    let font = Font::from_bytes(squares(&['A'])).unwrap();
    let files = glyph_files(FACES[0], &font);
    let (.., letters) = read(&files[0]);
    let (numbers, field) = &letters[&65];
    // 24 × 0.6 = 14.4 and 24 × 0.7 = 16.8 pixels, the side bearing 1.2.
    assert_eq!(numbers[1], 17, "height");
    assert_eq!(numbers[3], 17 - 26, "the upper edge, from that of the line");
    assert_eq!(numbers[4], 19, "advance");
    let (width, height) = (numbers[0] as usize + 6, numbers[1] as usize + 6);
    assert_eq!(field.len(), width * height);
    // An outline is at 191 or 192; a pixel is 32 steps, and two pixels inside are as deep as can be told.
    let at = |x: usize, y: usize| i32::from(field[y * width + x]);
    let middle = width / 2;
    assert!(at(middle, 3) > 180 && at(middle, 2) < 192, "the upper edge");
    for y in 1..5 {
        let step = at(middle, y) - at(middle, y - 1);
        assert!((28..=36).contains(&step), "a pixel further in: {step}");
    }
    assert!(
        at(0, 0) < at(middle, 0),
        "a corner is further out than an edge"
    );
    assert!(
        at(middle, height / 2) >= 254,
        "the middle is as deep as can be told"
    );
}

#[test]
fn equal_fonts_give_equal_files() {
    let files = || glyph_files(FACES[1], &Font::from_bytes(squares(&['8', '々'])).unwrap());
    assert_eq!(files(), files());
}

/// With the font of the screens, where this machine has it.
#[test]
fn the_font_of_the_screens_gives_less_than_300_kb_a_face() {
    let folder = std::path::Path::new("/usr/share/fonts/truetype/bizud-gothic");
    for (face, name) in FACES
        .into_iter()
        .zip(["BIZUDPGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf"])
    {
        let Ok(bytes) = std::fs::read(folder.join(name)) else {
            println!("skipped: no {name} on this machine");
            continue;
        };
        let files = glyph_files(face, &Font::from_bytes(bytes).unwrap());
        let size: usize = files.iter().map(|file| file.bytes.len()).sum();
        assert!(size < 300_000, "{face}: {size}");
        let letters: BTreeMap<u32, _> = files.iter().flat_map(|file| read(file).2).collect();
        for letter in "09AZaz〒々〜「」﨑１Ａ–…".chars() {
            assert!(letters.contains_key(&u32::from(letter)), "{letter}");
        }
    }
}
