//! Invented people: names from tables, never from a register.

use kaban_model::people::Role;
use kaban_sync::workspace::Person;

use super::chance::Chance;

const SURNAMES: &[(&str, &str)] = &[
    ("伊藤", "イトウ"),
    ("加瀬", "カセ"),
    ("石橋", "イシバシ"),
    ("林", "ハヤシ"),
    ("鈴木", "スズキ"),
    ("椎名", "シイナ"),
    ("大木", "オオキ"),
    ("越川", "コシカワ"),
    ("江波戸", "エバト"),
    ("平山", "ヒラヤマ"),
    ("宇井", "ウイ"),
    ("土屋", "ツチヤ"),
    ("熱田", "アツタ"),
    ("菅谷", "スガヤ"),
    ("太田", "オオタ"),
    ("佐久間", "サクマ"),
    ("向後", "コウゴ"),
    ("増田", "マスダ"),
    ("市原", "イチハラ"),
    ("実川", "ジツカワ"),
    ("押尾", "オシオ"),
    ("渡辺", "ワタナベ"),
    ("穴沢", "アナザワ"),
    ("片岡", "カタオカ"),
    ("高橋", "タカハシ"),
    ("守部", "モリベ"),
    ("成毛", "ナルケ"),
    ("行木", "ナメキ"),
    ("岩立", "イワダテ"),
    ("浪川", "ナミカワ"),
];
const WOMEN: &[(&str, &str)] = &[
    ("はな", "ハナ"),
    ("きよ", "キヨ"),
    ("とし子", "トシコ"),
    ("みつ", "ミツ"),
    ("八重", "ヤエ"),
    ("和子", "カズコ"),
    ("静枝", "シズエ"),
    ("文", "フミ"),
    ("よし江", "ヨシエ"),
    ("千代", "チヨ"),
    ("久子", "ヒサコ"),
    ("登美", "トミ"),
    ("春江", "ハルエ"),
    ("節", "セツ"),
    ("うめ", "ウメ"),
    ("貞子", "サダコ"),
];
const MEN: &[(&str, &str)] = &[
    ("正夫", "マサオ"),
    ("清", "キヨシ"),
    ("勇", "イサム"),
    ("茂", "シゲル"),
    ("三郎", "サブロウ"),
    ("利雄", "トシオ"),
    ("健二", "ケンジ"),
    ("昭", "アキラ"),
    ("進", "ススム"),
    ("武", "タケシ"),
    ("弘", "ヒロシ"),
    ("豊", "ユタカ"),
    ("実", "ミノル"),
    ("辰男", "タツオ"),
    ("栄一", "エイイチ"),
    ("喜一", "キイチ"),
];

/// A name with its reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As written.
    pub name: String,
    /// In katakana.
    pub kana: String,
    /// Whether a woman's.
    pub woman: bool,
}

/// Somebody's name.
pub fn name(chance: &mut Chance) -> Name {
    let surname = SURNAMES[chance.below(SURNAMES.len())];
    let woman = chance.percent(60);
    let given = if woman { WOMEN } else { MEN };
    join(surname, given[chance.below(given.len())], woman)
}

/// Somebody of the same family.
pub fn relative(chance: &mut Chance, of: &Name) -> Name {
    let surname = SURNAMES
        .iter()
        .find(|(written, _)| of.name.starts_with(written))
        .unwrap_or(&SURNAMES[0]);
    let woman = !of.woman;
    let given = if woman { WOMEN } else { MEN };
    join(*surname, given[chance.below(given.len())], woman)
}

fn join(surname: (&str, &str), given: (&str, &str), woman: bool) -> Name {
    Name {
        name: format!("{} {}", surname.0, given.0),
        kana: format!("{} {}", surname.1, given.1),
        woman,
    }
}

/// The people of the association: office, twelve doctors, nurses, the backup hospital. No two
/// have one surname, so that a name means one of them.
pub fn members(chance: &mut Chance, doctors: usize, nurses: usize) -> Vec<Person> {
    let mut surnames: Vec<usize> = (0..SURNAMES.len()).collect();
    chance.shuffle(&mut surnames);
    let mut people = vec![institution(
        "医師会事務局",
        "イシカイジムキョク",
        Role::Office,
        "0479-00-0100",
    )];
    for at in 0..doctors + nurses {
        let surname = SURNAMES[surnames[at % surnames.len()]];
        let woman = at >= doctors || chance.percent(30);
        let given = if woman { WOMEN } else { MEN };
        let Name { name, kana, .. } = join(
            surname,
            given[(at / surnames.len() + chance.below(4)) % given.len()],
            woman,
        );
        let role = if at < doctors {
            Role::Doctor
        } else {
            Role::Nurse
        };
        let phone = format!("0479-00-{:04}", 1000 + at);
        people.push(Person {
            name,
            kana,
            role,
            phone,
        });
    }
    people.push(institution(
        "後方支援病院",
        "コウホウシエンビョウイン",
        Role::Hospital,
        "0479-00-0200",
    ));
    people
}

fn institution(name: &str, kana: &str, role: Role, phone: &str) -> Person {
    Person {
        name: name.to_owned(),
        kana: kana.to_owned(),
        role,
        phone: phone.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_people() {
        let make = |seed| members(&mut Chance::new(seed, "people"), 12, 2);
        assert_eq!(make(7), make(7));
        assert_ne!(make(7), make(8));
    }

    #[test]
    fn the_association_has_one_office_twelve_doctors_and_no_surname_twice() {
        let people = members(&mut Chance::new(1, "people"), 12, 2);
        assert_eq!(people.len(), 16);
        assert_eq!(
            people
                .iter()
                .filter(|person| person.role == Role::Doctor)
                .count(),
            12
        );
        let names: std::collections::BTreeSet<_> = people
            .iter()
            .map(|p| p.name.split(' ').next().unwrap())
            .collect();
        assert_eq!(names.len(), people.len());
    }

    #[test]
    fn readings_are_katakana_and_relatives_share_the_surname() {
        let mut chance = Chance::new(3, "names");
        for _ in 0..300 {
            let one = name(&mut chance);
            assert!(
                one.kana
                    .chars()
                    .all(|c| c == ' ' || ('ァ'..='ヶ').contains(&c)),
                "{}",
                one.kana
            );
            let other = relative(&mut chance, &one);
            assert_eq!(one.name.split(' ').next(), other.name.split(' ').next());
        }
    }
}
