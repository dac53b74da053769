//! A font somebody gives: a small one made here, whole and damaged.

use crate::town::{order, pack, pin, words};
use kaban_atlas::picture::{Font, PictureError, Role, Wording, draw};
use proptest::prelude::*;

/// A TrueType font in which every letter of these is the same square.
fn squares(letters: &[char]) -> Vec<u8> {
    let mut letters: Vec<u16> = letters.iter().map(|letter| *letter as u16).collect();
    letters.sort_unstable();
    letters.dedup();
    let u16s = |list: &[u16]| {
        list.iter()
            .flat_map(|n| n.to_be_bytes())
            .collect::<Vec<u8>>()
    };
    let head = [
        u16s(&[
            1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, 1000, 0, 0, 0, 0, 0, 0, 0, 0,
        ]),
        u16s(&[0, 0, 700, 700, 0, 8, 2, 0, 0]),
    ]
    .concat();
    let hhea = u16s(&[
        1, 0, 800, 0xff38, 0, 800, 0, 0, 700, 1, 0, 0, 0, 0, 0, 0, 0, 2,
    ]);
    let maxp = u16s(&[0, 0x5000, 2]);
    let hmtx = u16s(&[800, 50, 800, 50]);
    // One contour of four points on the line: 0,0 – 600,0 – 600,700 – 0,700.
    let mut glyph = u16s(&[1, 0, 0, 600, 700, 3, 0]);
    glyph.extend([1; 4]);
    glyph.extend(u16s(&[0, 600, 0, 0xfda8, 0, 0, 700, 0]));
    let loca = u16s(&[0, 0, (glyph.len() / 2) as u16]);
    let count = letters.len() as u16 + 1;
    let ends: Vec<u16> = letters.iter().copied().chain([0xffff]).collect();
    let deltas: Vec<u16> = letters
        .iter()
        .map(|letter| 1u16.wrapping_sub(*letter))
        .chain([1])
        .collect();
    let table = [
        u16s(&[4, 16 + 8 * count, 0, 2 * count, 0, 0, 0]),
        u16s(&ends),
        u16s(&[0]),
        u16s(&ends),
        u16s(&deltas),
        u16s(&vec![0; usize::from(count)]),
    ]
    .concat();
    let cmap = [u16s(&[0, 1, 3, 1, 0, 12]), table].concat();
    let tables: [(&[u8; 4], Vec<u8>); 7] = [
        (b"cmap", cmap),
        (b"glyf", glyph),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca),
        (b"maxp", maxp),
    ];
    let mut file = u16s(&[1, 0, tables.len() as u16, 0, 0, 0]);
    let mut body = Vec::new();
    for (name, bytes) in &tables {
        let offset = 12 + 16 * tables.len() + body.len();
        file.extend(*name);
        file.extend([0; 4]);
        file.extend((offset as u32).to_be_bytes());
        file.extend((bytes.len() as u32).to_be_bytes());
        body.extend(bytes);
        body.resize(body.len().div_ceil(4) * 4, 0);
    }
    [file, body].concat()
}

fn titles(font: Option<&Font>) -> (Vec<String>, bool) {
    let (pack, words) = (pack(), words());
    let pins = [pin(1, 0.5, 0.5)];
    let mut order = order(&pins, &words);
    order.font = font;
    let picture = draw(&pack, &order).unwrap();
    let text = |role| {
        picture
            .scene
            .of(role)
            .filter_map(|item| item.text.clone())
            .collect::<Vec<_>>()
    };
    (
        [text(Role::Title), text(Role::Number)].concat(),
        picture.fell_back,
    )
}

#[test]
fn words_are_set_in_the_font_when_it_has_every_letter_of_them() {
    let words = words();
    let mut letters: Vec<char> = "0123456789".chars().collect();
    let all = [&words.title, &words.date].into_iter().chain(&words.notes);
    let all = all.chain(words.legend.iter().map(|(_, wording)| wording));
    letters.extend(all.flat_map(|wording: &Wording| wording.text.chars()));
    let font = Font::from_bytes(squares(&letters)).unwrap();
    assert_eq!(
        titles(Some(&font)),
        (vec!["光町 動態地図".to_owned(), "1".to_owned()], false)
    );
}

#[test]
fn one_missing_letter_takes_the_plain_words_as_a_whole() {
    let font = Font::from_bytes(squares(&['光', '町', '動', '態'])).unwrap();
    assert_eq!(
        titles(Some(&font)),
        (vec!["Hikari".to_owned(), "1".to_owned()], true)
    );
    assert_eq!(titles(None), titles(Some(&font)));
}

#[test]
fn what_is_no_font_is_refused() {
    for bytes in [Vec::new(), b"not a font".to_vec(), vec![0; 4096]] {
        assert_eq!(Font::from_bytes(bytes).unwrap_err(), PictureError::NotAFont);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_font_ends_in_an_error_or_a_picture(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut file = squares(&['光', '町', '1']);
        for (index, byte) in flips {
            let at = index.index(file.len());
            file[at] = byte;
        }
        file.truncate(cut.index(file.len() + 1).max(12));
        if let Ok(font) = Font::from_bytes(file) {
            let (texts, _) = titles(Some(&font));
            prop_assert_eq!(texts.len(), 2);
        }
    }
}
