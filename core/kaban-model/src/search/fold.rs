//! One form for everything that a tired person may type for the same name.
//!
//! Width, case, spaces, kana script, small kana and the variants of a character that registers of
//! names are full of are folded away. Folding is for finding only; what is stored stays as it was written.

use unicode_normalization::UnicodeNormalization;

/// Variants and the form they are found under. Both sides are common in names of people and places;
/// 齋, 齊 and 斎 go together because families and clerks mix them up.
const VARIANTS: &[(char, &str)] = &[
    ('高', "髙"),
    ('崎', "﨑嵜碕埼"),
    ('辺', "邉邊"),
    ('斉', "斎齋齊"),
    ('浜', "濵濱"),
    ('沢', "澤"),
    ('島', "嶋嶌"),
    ('広', "廣"),
    ('国', "國"),
    ('桜', "櫻"),
    ('真', "眞"),
    ('徳', "德"),
    ('恵', "惠"),
    ('栄', "榮"),
    ('弥', "彌"),
    ('瀬', "瀨"),
    ('竜', "龍"),
    ('静', "靜"),
    ('清', "淸"),
    ('曽', "曾"),
    ('村', "邨"),
    ('寛', "寬"),
    ('寿', "壽"),
    ('渋', "澁"),
    ('条', "條"),
    ('豊', "豐"),
    ('蔵', "藏"),
    ('円', "圓"),
    ('吉', "𠮷"),
    ('土', "圡"),
    ('館', "舘"),
    ('桑', "桒"),
    ('荘', "莊"),
    ('穂', "穗"),
    ('増', "增"),
    ('横', "橫"),
    ('黒', "黑"),
    ('黄', "黃"),
    ('与', "與"),
    ('万', "萬"),
    ('礼', "禮"),
    ('実', "實"),
    ('学', "學"),
    ('聡', "聰"),
    ('顕', "顯"),
    ('関', "關"),
    ('塩', "鹽"),
    ('峰', "峯"),
    ('富', "冨"),
    ('野', "埜"),
    ('花', "華"),
    ('鉄', "鐵"),
    ('薗', "園"),
    ('冴', "冱"),
    ('穣', "穰"),
    ('児', "兒"),
    ('塁', "壘"),
    ('芦', "蘆"),
    ('槇', "槙"),
    ('亀', "龜"),
    ('蛍', "螢"),
    ('歳', "歲"),
    ('衛', "衞"),
    ('秋', "穐"),
    ('杉', "杦"),
    ('松', "枩"),
    ('船', "舩"),
];

/// Small kana and their full size.
const SMALL: &str = "ぁあぃいぅうぇえぉおっつゃやゅゆょよゎわゕかゖけ";

/// Folds a text for finding.
#[must_use]
pub fn fold(text: &str) -> String {
    // Characters are taken apart first and put together last, so that what is left out between a
    // letter and its mark cannot make a second folding differ from the first.
    text.nfkd()
        .flat_map(char::to_lowercase)
        .filter_map(fold_char)
        .nfc()
        .collect()
}

/// The digits of a text, of any width.
#[must_use]
pub fn digits(text: &str) -> String {
    text.nfkc().filter(char::is_ascii_digit).collect()
}

fn fold_char(c: char) -> Option<char> {
    let c = match c {
        c if c.is_whitespace() || c.is_control() => return None,
        // Accents, and the selectors by which a font draws one variant of a character of a name.
        '\u{300}'..='\u{36F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => return None,
        '・' | '\'' | '’' | '.' | ',' | '、' | '。' => return None,
        // All dashes but the long vowel mark of kana.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        c => c,
    };
    Some(full_size(variant(c)))
}

fn variant(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    VARIANTS
        .iter()
        .find(|(_, variants)| variants.contains(c))
        .map_or(c, |(common, _)| *common)
}

fn full_size(c: char) -> char {
    let mut pairs = SMALL.chars();
    while let (Some(small), Some(full)) = (pairs.next(), pairs.next()) {
        if small == c {
            return full;
        }
    }
    c
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_script_space_and_variants_are_folded_away() {
        assert_eq!(fold("髙橋 ハツ"), fold("高橋はつ"));
        assert_eq!(fold("渡邉　清"), fold("渡辺清"));
        assert_eq!(fold("ﾀｶﾊｼ ﾊﾂ"), "たかはしはつ");
        assert_eq!(fold("キョウコ"), fold("キヨウコ"));
        assert_eq!(fold("八日市ヶ場"), fold("八日市ケ場"));
        assert_eq!(fold("ＭＩＮＡＭＩ－３"), "minami-3");
        assert_eq!(fold("山﨑"), fold("山崎"));
        assert_eq!(fold("\u{FA19}"), "神");
        assert_eq!(fold("葛\u{E0100}西"), fold("葛西"));
        assert_eq!(fold("Satō"), "sato");
        assert_eq!(fold("カ\u{3099}"), "が");
    }

    #[test]
    fn no_variant_is_also_a_common_form() {
        let common: BTreeSet<char> = VARIANTS.iter().map(|(c, _)| *c).collect();
        assert_eq!(common.len(), VARIANTS.len());
        for (form, variants) in VARIANTS {
            assert!(
                variants
                    .chars()
                    .filter(|v| v != form)
                    .all(|v| !common.contains(&v)),
                "{form}"
            );
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,30}|[a-z´゛゜\u{301}\u{3099}ヵ ]{0,8}|[ァ-ヶー髙﨑邉ｱ-ﾝ ]{0,12}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_part_of_a_name_folds_to_a_part_of_the_folded_name(a in "[ぁ-んァ-ヶ一-龥ー]{0,8}", b in "[ぁ-んァ-ヶ一-龥ー]{0,8}") {
            let whole = fold(&[a.as_str(), b.as_str()].concat());
            prop_assert!(whole.starts_with(&fold(&a)));
        }
    }
}
