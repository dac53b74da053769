//! Finding a patient as one types, in memory, from unlock to lock.
//!
//! Two characters of a surname, a part of the kana, Latin letters, a street or the end of a telephone
//! number are enough. A plain scan over folded text: 2,000 patients take well under five milliseconds,
//! and nothing about them is ever written to disk for it.

use std::fmt;

use super::{
    fold::{digits, fold},
    romaji::{shorten, to_hiragana},
};
use crate::{ids::PatientId, patient::ListRow};

/// The longest query that is read, in bytes; the rest is ignored.
const QUERY_BYTES_MAX: usize = 256;
/// Fewer digits than this are no telephone number.
const PHONE_DIGITS_MIN: usize = 3;

/// What matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The name begins with it.
    NameStart,
    /// The kana begin with it.
    KanaStart,
    /// It is in the name.
    Name,
    /// It is in the kana.
    Kana,
    /// The kana sound like the Latin letters.
    Romaji,
    /// It is in a telephone number.
    Phone,
    /// It is in the address or the former municipality.
    Address,
    /// Each word was found somewhere.
    Words,
}

impl Why {
    /// The code and the label in Japanese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NameStart | Self::Name => ("name", "氏名", "name"),
            Self::KanaStart | Self::Kana => ("kana", "フリガナ", "kana"),
            Self::Romaji => ("romaji", "ローマ字", "Latin letters"),
            Self::Phone => ("phone", "電話", "telephone"),
            Self::Address => ("address", "住所", "address"),
            Self::Words => ("words", "複数の項目", "several fields"),
        }
    }
}

/// One patient found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Who.
    pub id: PatientId,
    /// By what.
    pub why: Why,
}

/// How two patients could be taken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alike {
    /// The same name, variants of characters aside.
    SameName,
    /// Another name that is read the same.
    SameKana,
    /// Read the same but for one kana.
    SimilarKana,
}

impl Alike {
    /// The warning in Japanese (`true`) or English.
    #[must_use]
    pub fn text(self, japanese: bool) -> &'static str {
        let (ja, en) = match self {
            Self::SameName => ("同姓同名の方がいます", "another patient has the same name"),
            Self::SameKana => (
                "同じ読みの方がいます",
                "another patient's name sounds the same",
            ),
            Self::SimilarKana => (
                "似た読みの方がいます",
                "another patient's name sounds similar",
            ),
        };
        if japanese { ja } else { en }
    }
}

struct Row {
    id: PatientId,
    name: String,
    kana: String,
    /// The same, for comparing letter by letter.
    letters: Vec<char>,
    short_kana: String,
    address: String,
    phones: Vec<String>,
}

/// The index of one scope; dropped with it.
#[derive(Default)]
pub struct Index {
    rows: Vec<Row>,
}

impl Index {
    /// An index over rows of the patient list, sorted by kana.
    #[must_use]
    pub fn new<'a>(rows: impl IntoIterator<Item = (PatientId, &'a ListRow)>) -> Self {
        let mut index = Self {
            rows: rows
                .into_iter()
                .map(|(id, row)| Row::new(id, row))
                .collect(),
        };
        index.sort();
        index
    }

    /// Adds a patient or replaces what is known of them.
    pub fn put(&mut self, id: PatientId, row: &ListRow) {
        self.rows.retain(|r| r.id != id);
        self.rows.push(Row::new(id, row));
        self.sort();
    }

    /// Takes a patient out.
    pub fn remove(&mut self, id: PatientId) {
        self.rows.retain(|r| r.id != id);
    }

    /// How many patients it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it holds nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn sort(&mut self) {
        self.rows
            .sort_by(|a, b| (&a.kana, &a.name, a.id).cmp(&(&b.kana, &b.name, b.id)));
    }

    /// The best `limit` patients, best first; within one reason by kana. An empty query finds nobody.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let query = cut(query);
        let whole = Needle::new(query);
        let mut hits = self.matches(|row| whole.find(row));
        let words: Vec<Needle> = query.split_whitespace().map(Needle::new).collect();
        if hits.is_empty() && words.len() > 1 {
            hits = self.matches(|row| {
                words
                    .iter()
                    .all(|w| w.find(row).is_some())
                    .then_some(Why::Words)
            });
        }
        // The rows are in the order of the kana and the sort is stable.
        hits.sort_by_key(|hit| hit.why);
        hits.truncate(limit);
        hits
    }

    fn matches(&self, find: impl Fn(&Row) -> Option<Why>) -> Vec<Hit> {
        self.rows
            .iter()
            .filter_map(|row| find(row).map(|why| Hit { id: row.id, why }))
            .collect()
    }

    /// Patients who could be taken for this one, the most alike first.
    #[must_use]
    pub fn alike(&self, id: PatientId) -> Vec<(PatientId, Alike)> {
        let Some(own) = self.rows.iter().find(|r| r.id == id) else {
            return Vec::new();
        };
        let others = self.rows.iter().filter(|r| r.id != id);
        let mut found: Vec<_> = others
            .filter_map(|other| alike(own, other).map(|how| (other.id, how)))
            .collect();
        found.sort_by_key(|(_, how)| *how);
        found
    }
}

fn cut(query: &str) -> &str {
    let mut end = query.len().min(QUERY_BYTES_MAX);
    while !query.is_char_boundary(end) {
        end -= 1;
    }
    &query[..end]
}

impl Row {
    fn new(id: PatientId, row: &ListRow) -> Self {
        let kana = fold(&row.kana);
        Self {
            id,
            name: fold(&row.name),
            short_kana: shorten(&kana),
            letters: kana.chars().collect(),
            kana,
            address: fold(&format!("{}{}", row.area, row.address)),
            phones: row.phones.iter().map(|p| digits(p)).collect(),
        }
    }
}

/// A query in every form in which it is looked for.
struct Needle {
    text: String,
    sounds: Vec<String>,
    digits: Option<String>,
}

impl Needle {
    fn new(query: &str) -> Self {
        let text = fold(query);
        let only_phone = !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '-' | '(' | ')' | '+'));
        let digits = Some(digits(query)).filter(|d| only_phone && d.len() >= PHONE_DIGITS_MIN);
        let sounds = to_hiragana(&text)
            .iter()
            .map(|kana| shorten(&fold(kana)))
            .collect();
        Self {
            text,
            sounds,
            digits,
        }
    }

    fn find(&self, row: &Row) -> Option<Why> {
        if self.text.is_empty() {
            return None;
        }
        let text = self.text.as_str();
        let place = |hay: &str, start: Why, inside: Why| match hay.find(text) {
            Some(0) => Some(start),
            Some(_) => Some(inside),
            None => None,
        };
        let name = place(&row.name, Why::NameStart, Why::Name);
        let kana = place(&row.kana, Why::KanaStart, Why::Kana);
        let sounds = || {
            self.sounds
                .iter()
                .any(|s| row.short_kana.contains(s.as_str()))
                .then_some(Why::Romaji)
        };
        let phone = || {
            self.digits
                .as_ref()
                .filter(|d| row.phones.iter().any(|p| p.contains(d.as_str())))
                .map(|_| Why::Phone)
        };
        let address = || row.address.contains(text).then_some(Why::Address);
        [name, kana]
            .into_iter()
            .flatten()
            .min()
            .or_else(sounds)
            .or_else(phone)
            .or_else(address)
    }
}

fn alike(a: &Row, b: &Row) -> Option<Alike> {
    if !a.name.is_empty() && a.name == b.name {
        Some(Alike::SameName)
    } else if a.kana.is_empty() || b.kana.is_empty() {
        None
    } else if a.short_kana == b.short_kana {
        Some(Alike::SameKana)
    } else if a.letters.len().min(b.letters.len()) >= 4 && one_apart(&a.letters, &b.letters) {
        Some(Alike::SimilarKana)
    } else {
        None
    }
}

/// One kana changed, added or left out.
fn one_apart(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let rest = &long[(same + 1).min(long.len())..];
    rest == if short.len() == long.len() {
        &short[(same + 1).min(short.len())..]
    } else {
        &short[same..]
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({} patients)", self.rows.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    fn row(name: &str, kana: &str, address: &str, phone: &str) -> ListRow {
        ListRow {
            name: name.into(),
            kana: kana.into(),
            address: address.into(),
            phones: vec![phone.into()],
            ..ListRow::default()
        }
    }

    fn id(n: u32) -> PatientId {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        PatientId::from_bytes(bytes)
    }

    fn sosa() -> Index {
        let rows = [
            row("髙橋 ハツ", "タカハシ ハツ", "今泉 1234-5", "0479-67-0001"),
            row("渡邉 清", "ワタナベ キヨシ", "野手 99", "0479-67-0002"),
            row(
                "佐藤 裕子",
                "サトウ ユウコ",
                "八日市場イ 2",
                "090-1234-5678",
            ),
            row("高橋 初", "タカハシ ハツ", "椿 7", ""),
            row("大野 高雄", "オオノ タカオ", "高野 3", ""),
            row("高梁 ハル", "タカハシ ハル", "飯倉 4", ""),
        ];
        Index::new(
            rows.iter()
                .enumerate()
                .map(|(n, r)| (id(u32::try_from(n).unwrap()), r)),
        )
    }

    fn found(query: &str) -> Vec<(u32, &'static str)> {
        let number = |id: PatientId| u32::from_be_bytes(id.as_bytes()[..4].try_into().unwrap());
        sosa()
            .search(query, 10)
            .into_iter()
            .map(|h| (number(h.id), h.why.words().0))
            .collect()
    }

    #[test]
    fn two_characters_of_a_surname_find_every_variant_of_it() {
        assert_eq!(found("高橋"), [(0, "name"), (3, "name")]);
        assert_eq!(found("渡辺"), [(1, "name")]);
    }

    #[test]
    fn kana_latin_letters_street_and_telephone_find_the_same_person() {
        assert_eq!(found("わたなべ"), [(1, "kana")]);
        assert_eq!(found("ﾜﾀﾅ"), [(1, "kana")]);
        assert_eq!(found("sato yuko"), [(2, "romaji")]);
        assert_eq!(found("ono"), [(4, "romaji")]);
        assert_eq!(found("今泉"), [(0, "address")]);
        assert_eq!(found("５６７８"), [(2, "phone")]);
        assert_eq!(found("0479670002"), [(1, "phone")]);
    }

    #[test]
    fn the_beginning_of_a_name_comes_before_the_middle_and_the_address() {
        assert_eq!(
            found("高"),
            [(0, "name"), (3, "name"), (5, "name"), (4, "name")]
        );
        assert_eq!(found("タカ").last(), Some(&(4, "kana")));
    }

    #[test]
    fn words_may_come_from_several_fields() {
        assert_eq!(found("高橋 椿"), [(3, "words")]);
        assert!(found("高橋 野手").is_empty());
        assert!(found("  ").is_empty());
    }

    #[test]
    fn patients_who_could_be_taken_for_each_other_are_named() {
        assert_eq!(
            sosa().alike(id(0)),
            [(id(3), Alike::SameKana), (id(5), Alike::SimilarKana)]
        );
        assert!(sosa().alike(id(1)).is_empty());
        let twins = [row("高橋 ハツ", "", "", ""), row("髙橋ハツ", "", "", "")];
        let index = Index::new(
            twins
                .iter()
                .enumerate()
                .map(|(n, r)| (id(u32::try_from(n).unwrap()), r)),
        );
        assert_eq!(index.alike(id(0)), [(id(1), Alike::SameName)]);
    }

    #[test]
    fn a_changed_row_is_found_under_its_new_name_only() {
        let mut index = sosa();
        index.put(id(1), &row("山田 清", "ヤマダ キヨシ", "", ""));
        assert!(index.search("渡辺", 10).is_empty());
        assert_eq!(index.search("yamada", 10).len(), 1);
        index.remove(id(1));
        assert_eq!(index.len(), 5);
    }

    #[test]
    fn of_two_thousand_patients_everyone_who_fits_is_found() {
        let surnames = [
            "髙橋", "渡邉", "佐藤", "伊藤", "石井", "越川", "林", "大木", "椎名", "鈴木",
        ];
        let rows: Vec<ListRow> = (0..2000)
            .map(|n| {
                let name = format!("{} {}", surnames[n % 10], n);
                row(
                    &name,
                    "カナカナ タロウ",
                    &format!("八日市場ハ {n}-{}", n * 7 % 90),
                    &format!("0479-{:02}-{:04}", n % 100, n),
                )
            })
            .collect();
        let index = Index::new(
            rows.iter()
                .enumerate()
                .map(|(n, r)| (id(u32::try_from(n).unwrap()), r)),
        );
        for (query, found) in [
            ("渡辺", 200),
            ("kanakana", 2000),
            ("八日市場", 2000),
            ("0479", 2000),
            ("いない人 どこにも", 0),
        ] {
            assert_eq!(index.search(query, 5000).len(), found, "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_answered_within_the_limit(query in "\\PC{0,300}", limit in 0usize..4) {
            prop_assert!(sosa().search(&query, limit).len() <= limit);
        }

        #[test]
        fn every_part_of_a_name_finds_it(name in "[一-龥]{2,4}[ぁ-ん]{0,3}", from in 0usize..3, len in 1usize..4) {
            let index = Index::new([(id(1), &row(&name, "", "", ""))]);
            let part: String = name.chars().skip(from).take(len).collect();
            prop_assert_eq!(index.search(&part, 1).len(), usize::from(!part.is_empty()));
        }
    }
}
