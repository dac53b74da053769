//! Latin letters to hiragana, so that a name can be typed on any keyboard.
//!
//! Hepburn and Kunrei spellings are read alike (`shi`/`si`, `tsu`/`tu`, `fu`/`hu`, `ja`/`zya`).
//! Long vowels are often left out in Latin letters (Sato, Yuko); [`shorten`] takes them out of kana too.

/// Consonant spellings with the kana for a, i, u, e, o; an empty text is no syllable.
const ROWS: &[(&str, [&str; 5])] = &[
    ("", ["あ", "い", "う", "え", "お"]),
    ("k", ["か", "き", "く", "け", "こ"]),
    ("s", ["さ", "し", "す", "せ", "そ"]),
    ("t", ["た", "ち", "つ", "て", "と"]),
    ("n", ["な", "に", "ぬ", "ね", "の"]),
    ("h", ["は", "ひ", "ふ", "へ", "ほ"]),
    ("m", ["ま", "み", "む", "め", "も"]),
    ("y", ["や", "", "ゆ", "", "よ"]),
    ("r", ["ら", "り", "る", "れ", "ろ"]),
    ("w", ["わ", "ゐ", "", "ゑ", "を"]),
    ("g", ["が", "ぎ", "ぐ", "げ", "ご"]),
    ("z", ["ざ", "じ", "ず", "ぜ", "ぞ"]),
    ("d", ["だ", "ぢ", "づ", "で", "ど"]),
    ("b", ["ば", "び", "ぶ", "べ", "ぼ"]),
    ("p", ["ぱ", "ぴ", "ぷ", "ぺ", "ぽ"]),
    ("f", ["ふぁ", "ふぃ", "ふ", "ふぇ", "ふぉ"]),
    ("v", ["ゔぁ", "ゔぃ", "ゔ", "ゔぇ", "ゔぉ"]),
    ("j", ["じゃ", "じ", "じゅ", "じぇ", "じょ"]),
    ("sh", ["しゃ", "し", "しゅ", "しぇ", "しょ"]),
    ("ch", ["ちゃ", "ち", "ちゅ", "ちぇ", "ちょ"]),
    ("ts", ["", "", "つ", "", ""]),
    ("ky", ["きゃ", "", "きゅ", "", "きょ"]),
    ("sy", ["しゃ", "", "しゅ", "", "しょ"]),
    ("ty", ["ちゃ", "", "ちゅ", "", "ちょ"]),
    ("cy", ["ちゃ", "", "ちゅ", "", "ちょ"]),
    ("ny", ["にゃ", "", "にゅ", "", "にょ"]),
    ("hy", ["ひゃ", "", "ひゅ", "", "ひょ"]),
    ("my", ["みゃ", "", "みゅ", "", "みょ"]),
    ("ry", ["りゃ", "", "りゅ", "", "りょ"]),
    ("gy", ["ぎゃ", "", "ぎゅ", "", "ぎょ"]),
    ("zy", ["じゃ", "", "じゅ", "", "じょ"]),
    ("jy", ["じゃ", "", "じゅ", "", "じょ"]),
    ("dy", ["ぢゃ", "", "ぢゅ", "", "ぢょ"]),
    ("by", ["びゃ", "", "びゅ", "", "びょ"]),
    ("py", ["ぴゃ", "", "ぴゅ", "", "ぴょ"]),
];

/// How many readings of one spelling are looked for.
const READINGS_MAX: usize = 8;

/// Converts lower-case Latin letters to every reading they allow, at most eight: `shinichi` is しにち or
/// しんいち. Consonants at the end, still being typed, are left out. Nothing when a letter cannot be read.
#[must_use]
pub fn to_hiragana(letters: &str) -> Vec<String> {
    let text: Vec<char> = letters
        .chars()
        .filter(|c| !matches!(c, '\'' | '-'))
        .collect();
    if text.is_empty() || text.iter().any(|c| !c.is_ascii_lowercase()) {
        return Vec::new();
    }
    let mut readings = vec![(String::new(), 0usize)];
    let mut done = Vec::new();
    while let Some((kana, at)) = readings.pop() {
        let room = done.len() + readings.len() + 1 < READINGS_MAX;
        for (more, used) in steps(&text[at..])
            .into_iter()
            .take(if room { 2 } else { 1 })
            .rev()
        {
            let next = (format!("{kana}{more}"), at + used);
            if next.1 == text.len() {
                // A doubled consonant at the very end is unfinished as well.
                let finished = next.0.trim_end_matches('っ');
                if !finished.is_empty() {
                    done.push(finished.to_owned());
                }
            } else {
                readings.push(next);
            }
        }
    }
    done
}

/// What the next letters may be, the likeliest first, and how many letters that takes.
fn steps(text: &[char]) -> Vec<(&'static str, usize)> {
    if let Some(whole) = syllable(text) {
        // `ni` is に, and ん before い as well.
        return if text[0] == 'n' {
            vec![whole, ("ん", 1)]
        } else {
            vec![whole]
        };
    }
    let next = text.get(1);
    if text[0] == 'n' || (text[0] == 'm' && matches!(next, Some('b' | 'p' | 'm'))) {
        // `nn` before a consonant or at the end is one ん; `m` before b, p, m is the traditional spelling.
        let used = if next == Some(&'n') && !is_vowel(text.get(2)) {
            2
        } else {
            1
        };
        vec![("ん", used)]
    } else if next == Some(&text[0]) || text.starts_with(&['t', 'c', 'h']) {
        vec![("っ", 1)]
    } else if text.iter().all(|c| !is_vowel(Some(c))) {
        vec![("", text.len())]
    } else {
        Vec::new()
    }
}

fn syllable(text: &[char]) -> Option<(&'static str, usize)> {
    (0..=2).rev().find_map(|consonants| {
        let vowel = "aiueo".find(*text.get(consonants)?)?;
        let (_, kana) = ROWS.iter().find(|(row, _)| {
            row.len() == consonants && row.chars().eq(text[..consonants].iter().copied())
        })?;
        (!kana[vowel].is_empty()).then_some((kana[vowel], consonants + 1))
    })
}

fn is_vowel(c: Option<&char>) -> bool {
    matches!(c, Some('a' | 'i' | 'u' | 'e' | 'o'))
}

/// Takes the long vowels out of hiragana: おう, おお and うう become short, ー goes.
#[must_use]
pub fn shorten(hiragana: &str) -> String {
    const O: &str = "おこそとのほもよろをごぞどぼぽ";
    const U: &str = "うくすつぬふむゆるぐずづぶぷ";
    let mut out = String::with_capacity(hiragana.len());
    let mut last = None;
    for c in hiragana.chars() {
        let long = match (last, c) {
            (_, 'ー') => true,
            (Some(before), 'う') => O.contains(before) || U.contains(before),
            (Some(before), 'お') => O.contains(before),
            _ => false,
        };
        if !long {
            out.push(c);
            last = Some(c);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hepburn_and_kunrei_are_read_alike() {
        for (letters, kana) in [
            ("takahashi", "たかはし"),
            ("takahasi", "たかはし"),
            ("watanabe", "わたなべ"),
            ("tsuji", "つじ"),
            ("tuzi", "つじ"),
            ("shinobu", "しのぶ"),
            ("honda", "ほんだ"),
            ("homma", "ほんま"),
            ("nanba", "なんば"),
            ("kanno", "かんの"),
            ("hattori", "はっとり"),
            ("hatchoubori", "はっちょうぼり"),
            ("jun", "じゅん"),
            ("gen", "げん"),
        ] {
            assert_eq!(
                to_hiragana(letters).first().map(String::as_str),
                Some(kana),
                "{letters}"
            );
        }
    }

    #[test]
    fn what_is_still_being_typed_is_found_already() {
        assert_eq!(to_hiragana("takah"), ["たか"]);
        assert_eq!(to_hiragana("takahash"), ["たかは"]);
        assert_eq!(to_hiragana("hatt"), ["は"]);
        assert!(to_hiragana("k").is_empty());
        assert!(to_hiragana("qa").is_empty());
    }

    #[test]
    fn an_n_before_a_vowel_is_read_both_ways() {
        assert_eq!(to_hiragana("shinichi"), ["しにち", "しんいち"]);
        assert_eq!(to_hiragana("jun'ya"), ["じゅにゃ", "じゅんや"]);
        assert!(to_hiragana(&"na".repeat(100)).len() <= READINGS_MAX);
    }

    #[test]
    fn long_vowels_left_out_in_latin_letters_are_left_out_of_kana() {
        assert_eq!(shorten("さとう"), "さと");
        assert_eq!(shorten("おおの"), "おの");
        assert_eq!(shorten("ゆうこ"), "ゆこ");
        assert_eq!(shorten("いのうえ"), "いのえ");
        assert_eq!(shorten("うえだ"), "うえだ");
    }

    proptest! {
        #[test]
        fn any_letters_are_read_or_refused(text in "[a-z']{0,20}|\\PC{0,12}") {
            let readings = to_hiragana(&text);
            prop_assert!(readings.len() <= READINGS_MAX);
            for kana in readings {
                prop_assert!(kana.chars().all(|c| ('ぁ'..='ゖ').contains(&c)));
                prop_assert_eq!(shorten(&shorten(&kana)), shorten(&kana));
            }
        }
    }
}
