//! A font somebody gives: a small one made here, whole and damaged.

use crate::squares::squares;
use crate::town::{order, pack, pin, words};
use kaban_atlas::picture::{Font, PictureError, Role, Wording, draw};
use proptest::prelude::*;

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
