//! One form for all the ways one Japanese address is written, for finding only.
//!
//! Folded away: full and half width, spaces, dashes, 大字 and 字, kanji numbers before 丁目, ヶ/ケ/が and
//! ノ/の/之 between kanji, and the old forms of kanji that place names are full of. What is shown is always
//! what was written.

use unicode_normalization::UnicodeNormalization;

/// Longest address that is looked at, characters; the rest says nothing about the town.
const ADDRESS_CHARS_MAX: usize = 100;

/// Stands where 大字, 字 or 小字 stood: a border between names that a name itself does not have.
pub(super) const BORDER: char = '/';
/// Stands for 丁目.
pub(super) const BLOCK: char = '丁';

/// Old forms of kanji and the form of today, as place names mix them up.
const OLD_FORMS: &[(char, char)] = &[
    ('櫻', '桜'),
    ('萬', '万'),
    ('眞', '真'),
    ('國', '国'),
    ('澤', '沢'),
    ('邊', '辺'),
    ('邉', '辺'),
    ('濱', '浜'),
    ('濵', '浜'),
    ('嶋', '島'),
    ('嶌', '島'),
    ('廣', '広'),
    ('齋', '斎'),
    ('龍', '竜'),
    ('瀧', '滝'),
    ('髙', '高'),
    ('﨑', '崎'),
    ('嵜', '崎'),
    ('榮', '栄'),
    ('龜', '亀'),
    ('條', '条'),
    ('圓', '円'),
    ('豐', '豊'),
    ('穗', '穂'),
    ('藏', '蔵'),
    ('惠', '恵'),
    ('淵', '渕'),
    ('舘', '館'),
    ('冨', '富'),
    ('曾', '曽'),
    ('檜', '桧'),
    ('關', '関'),
    ('鹽', '塩'),
    ('壽', '寿'),
    ('德', '徳'),
    ('靜', '静'),
    ('縣', '県'),
    ('與', '与'),
    ('應', '応'),
    ('舊', '旧'),
    ('學', '学'),
    ('會', '会'),
    ('當', '当'),
    ('鐵', '鉄'),
    ('黑', '黒'),
    ('瀨', '瀬'),
    ('橫', '横'),
    ('莊', '荘'),
    ('籠', '篭'),
    ('峯', '峰'),
];

/// The prefectures' names end within their first four characters.
const PREFECTURE_CHARS_MAX: usize = 4;

/// The form under which an address, or the name of a town, is compared.
pub(super) fn fold(text: &str) -> Vec<char> {
    let plain: Vec<char> = text
        .chars()
        .take(ADDRESS_CHARS_MAX)
        .nfkc()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(fold_char)
        .collect();
    let mut out = Vec::with_capacity(plain.len());
    let mut rest = plain.as_slice();
    while let Some((&first, after)) = rest.split_first() {
        if let Some((number, after)) = block(rest) {
            out.extend(number.to_string().chars());
            out.push(BLOCK);
            rest = after;
            continue;
        }
        rest = after;
        match (first, after.first()) {
            ('大' | '小', Some('字')) => {}
            ('字', _) => out.push(BORDER),
            ('ケ' | 'ヶ' | 'ヵ' | 'が' | 'ガ', Some(next)) if between_kanji(&out, *next) => {
                out.push('ケ');
            }
            ('ノ' | 'の' | '之', Some(next)) if between_kanji(&out, *next) => out.push('ノ'),
            _ => out.push(first),
        }
    }
    out
}

fn fold_char(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' => '-',
        c => OLD_FORMS
            .iter()
            .find(|(old, _)| *old == c)
            .map_or(c.to_ascii_lowercase(), |(_, new)| *new),
    }
}

fn between_kanji(before: &[char], next: char) -> bool {
    before.last().is_some_and(|last| is_kanji(*last)) && is_kanji(next)
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '々' | '\u{20000}'..='\u{3ffff}')
}

/// A number before 丁目, in digits or in kanji up to 99, and what follows.
fn block(text: &[char]) -> Option<(u32, &[char])> {
    let end = text.iter().position(|c| !is_number(*c))?;
    let after = text.get(end..)?.strip_prefix(&['丁', '目'])?;
    Some((number(&text[..end])?, after))
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || "〇一二三四五六七八九十".contains(c)
}

fn number(text: &[char]) -> Option<u32> {
    let digit = |c: char| {
        let kanji = "〇一二三四五六七八九".chars().position(|k| k == c);
        c.to_digit(10).or(kanji.map(|n| n as u32))
    };
    match text.iter().position(|c| *c == '十') {
        Some(ten) => {
            let tens = match &text[..ten] {
                [] => 1,
                [tens] => digit(*tens)?,
                _ => return None,
            };
            let ones = match &text[ten + 1..] {
                [] => 0,
                [ones] => digit(*ones)?,
                _ => return None,
            };
            Some(tens * 10 + ones)
        }
        None if (1..=3).contains(&text.len()) => text
            .iter()
            .try_fold(0, |sum, c| Some(sum * 10 + digit(*c)?)),
        None => None,
    }
}

/// What follows the name of a prefecture, if a folded address begins with one.
pub(super) fn after_prefecture(text: &[char]) -> &[char] {
    let head: String = text.iter().take(PREFECTURE_CHARS_MAX).collect();
    let named = ["北海道", "東京都", "京都府", "大阪府"]
        .iter()
        .find(|name| head.starts_with(**name))
        .map(|name| name.chars().count());
    // All others are two or three characters and 県.
    let end = named.or_else(|| {
        let at = text
            .iter()
            .take(PREFECTURE_CHARS_MAX)
            .position(|c| matches!(c, '県' | '市' | '区' | '町' | '村' | '郡'))?;
        (at >= 2 && text[at] == '県').then_some(at + 1)
    });
    &text[end.unwrap_or(0)..]
}

/// Whether `text` begins with the folded name `key`, and what follows. Borders in the text are passed over;
/// `3丁` is also met by `3-`, as blocks are written short.
pub(super) fn after<'t>(text: &'t [char], key: &[char]) -> Option<&'t [char]> {
    let mut rest = text;
    for &wanted in key {
        while rest.first() == Some(&BORDER) {
            rest = &rest[1..];
        }
        let (&found, after) = rest.split_first()?;
        let met = found == wanted || (wanted == BLOCK && found == '-');
        if !met {
            return None;
        }
        rest = after;
    }
    // A number goes on as long as there are digits.
    let cut = key.last().is_some_and(char::is_ascii_digit)
        && rest.first().is_some_and(char::is_ascii_digit);
    (!cut).then_some(rest)
}

/// Whether a name ends here: the address does, or something follows that is no part of a name.
pub(super) fn ends(rest: &[char]) -> bool {
    rest.first().is_none_or(|c| {
        *c == BORDER || matches!(c, '-' | '番' | '(' | ',') || c.is_ascii_alphanumeric()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        fold(text).into_iter().collect()
    }

    #[test]
    fn the_ways_of_writing_one_address_become_one() {
        for (one, other) in [
            ("匝瑳市飯高1234番地", "匝瑳市 飯高１２３４番地"),
            ("松ケ谷", "松が谷"),
            ("江ヶ崎", "江ケ崎"),
            ("堀ノ内", "堀之内"),
            ("櫻井12", "桜井１２"),
            ("萬歳", "万歳"),
            ("若潮町三丁目", "若潮町３丁目"),
            ("みどり平二十一丁目", "みどり平21丁目"),
            ("1-2‐3", "1－2−3"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_eq!(
            folded("八日市場ロ"),
            "八日市場ロ",
            "no number but before 丁目"
        );
        assert_eq!(folded("十日市場三丁目"), "十日市場3丁");
        assert_eq!(folded("大字椿字分野"), "/椿/分野");
        assert_eq!(
            folded("さくらがおか"),
            "さくらがおか",
            "が stays between kana"
        );
    }

    #[test]
    fn the_prefecture_may_be_there_or_not() {
        let rest = |text: &str| after_prefecture(&fold(text)).iter().collect::<String>();
        assert_eq!(rest("千葉県匝瑳市飯高"), "匝瑳市飯高");
        assert_eq!(rest("神奈川県逗子市"), "逗子市");
        assert_eq!(rest("京都府京都市"), "京都市");
        assert_eq!(rest("匝瑳市県町"), "匝瑳市県町");
    }

    #[test]
    fn a_name_is_met_up_to_its_end() {
        let met = |text: &str, key: &str| {
            after(&fold(text), &fold(key)).map(|rest| rest.iter().collect::<String>())
        };
        assert_eq!(met("椿字分野12", "椿分野").as_deref(), Some("12"));
        assert_eq!(met("若潮町3-12-4", "若潮町3丁目").as_deref(), Some("12-4"));
        assert_eq!(met("若潮町3番地", "若潮町3丁目"), None);
        assert_eq!(met("若潮町31-2", "若潮町3丁目"), None);
        assert!(
            ends(&fold("1234")) && ends(&fold("")) && ends(&fold("字大門")) && !ends(&fold("田1"))
        );
    }

    proptest! {
        #[test]
        fn folding_never_panics_and_folds_once(text in "\\PC{0,120}") {
            let once = fold(&text);
            let _ = (after_prefecture(&once), ends(&once));
            prop_assert_eq!(after(&once, &[]).is_some(), true);
        }
    }
}
