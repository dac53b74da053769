//! Invented patients with a page 1 that looks like one.
//!
//! Each carries one of [`CANARIES`]: sentences nobody says about a patient, which the forensic
//! part of the story looks for in files where they must not be.

use kaban_model::ids::PatientId;
use kaban_model::patient::FieldPath;
use kaban_sync::workspace::Person;
use serde_json::{Value, json};

use super::chance::Chance;
use super::district::House;
use super::people::{Name, name, relative};

/// Sentences that stand nowhere else.
pub const CANARIES: [&str; 8] = [
    "郵便受けの青い手ぬぐいは雨の前に外す",
    "勝手口の白い犬は鈴の音でおとなしくなる",
    "納屋の柱時計は七分だけ進めてある",
    "縁側の金魚鉢を避けて右から入る",
    "仏壇の脇の赤い箱に眼鏡が三つある",
    "裏の柿の木に懐中電灯がつるしてある",
    "台所の二番目の引き出しに方位磁石がある",
    "玄関の下駄は左の一足だけ音が違う",
];

const DIAGNOSES: &[(&str, &str)] = &[
    ("脳梗塞後遺症", "右片麻痺、嚥下障害。在宅で車椅子"),
    ("慢性心不全", "NYHA III。体重管理中、昨年2回入院"),
    ("肺癌 骨転移", "緩和ケア中。痛みはオピオイドで落ち着く"),
    (
        "アルツハイマー型認知症",
        "夜間せん妄あり。家族が交代で見守る",
    ),
    ("慢性閉塞性肺疾患", "在宅酸素 1.5 L。労作時に息切れ"),
    ("パーキンソン病", "Yahr 4。内服の時刻を守ると動ける"),
    ("筋萎縮性側索硬化症", "非侵襲的人工呼吸を夜間に使用"),
    ("大腿骨頸部骨折術後", "屋内は伝い歩き。転倒に注意"),
];
const DRUGS: &[(&str, &str, &str, &str)] = &[
    ("アムロジピン錠", "5", "mg", "朝食後"),
    ("フロセミド錠", "20", "mg", "朝食後"),
    ("エドキサバン錠", "30", "mg", "朝食後"),
    ("酸化マグネシウム錠", "330", "mg", "毎食後"),
    ("レボドパ・カルビドパ配合錠", "100", "mg", "毎食後"),
    ("ランソプラゾールOD錠", "15", "mg", "就寝前"),
    ("ドネペジル錠", "5", "mg", "朝食後"),
    ("アセトアミノフェン錠", "500", "mg", "疼痛時"),
];
const CONTINGENCIES: &[(&str, &str)] = &[
    (
        "38度以上の発熱",
        "クーリングとアセトアミノフェン500mg。水分が取れなければ往診",
    ),
    (
        "呼吸が苦しいとき",
        "座位、酸素を1L増やす。15分で改善なければ往診",
    ),
    ("胸の痛み", "硝酸薬舌下1回。5分で続けば後方支援病院へ連絡"),
    ("けいれん", "側臥位。5分を超えたらダイアップ坐剤、往診"),
    (
        "意識がもうろうとする",
        "血圧とSpO2を測って主治医へ。救急車は家族の希望を確かめて",
    ),
];
const RELATIONS: &[&str] = &["長男", "長女", "妻", "夫", "嫁", "次女"];
const CARE: &[&str] = &[
    "安定。食事は半量",
    "夜間に咳が続く",
    "傾眠が増えた",
    "訪問入浴を楽しみにしている",
];

/// An invented patient, ready to be registered.
pub struct Invented {
    /// Id.
    pub id: PatientId,
    /// Name.
    pub name: Name,
    /// Fields of the pages.
    pub values: Vec<(FieldPath, Value)>,
    /// The medication whose dose the story changes.
    pub dose: FieldPath,
}

/// Who treats a patient.
pub struct Team<'a> {
    /// Primary physician.
    pub primary: &'a Person,
    /// Deputy physician.
    pub deputy: &'a Person,
    /// Visiting nurse.
    pub nurse: &'a Person,
}

/// The word to the doctor on duty of the patient with this number.
pub fn canary(number: usize) -> String {
    format!("{}({:03})", CANARIES[number % CANARIES.len()], number + 1)
}

/// Makes the patient with this number.
pub fn invent(chance: &mut Chance, number: usize, house: &House, team: &Team<'_>) -> Invented {
    let id = PatientId::from_bytes(chance.id());
    let name = name(chance);
    let family = relative(chance, &name);
    let (diagnosis, course) = DIAGNOSES[chance.below(DIAGNOSES.len())];
    let relation = chance.pick(RELATIONS);
    let phone = format!("0479-00-{:04}", 2000 + number);
    let mobile = format!("090-0000-{:04}", 3000 + number);
    let (condition, action) = CONTINGENCIES[chance.below(CONTINGENCIES.len())];
    let severity = chance.pick(&[
        "stable",
        "stable",
        "stable",
        "watch",
        "watch",
        "unstable",
        "end_of_life",
    ]);
    let dying = severity == "end_of_life";
    let dose = entry("medication", chance);
    let mut fields = vec![
        (plain("name"), json!(name.name)),
        (plain("kana"), json!(name.kana)),
        (plain("birth_date"), json!(birth_date(chance))),
        (
            plain("sex"),
            json!(if name.woman { "female" } else { "male" }),
        ),
        (plain("address"), json!(address(chance, house))),
        (plain("former_municipality"), json!(house.area)),
        (
            plain("pin"),
            json!({ "lon": house.at[0], "lat": house.at[1] }),
        ),
        (plain("phone"), json!(phone)),
        (
            plain("primary_physician"),
            json!({ "name": team.primary.name, "phone": team.primary.phone }),
        ),
        (
            plain("deputy_physician"),
            json!({ "name": team.deputy.name, "phone": team.deputy.phone }),
        ),
        (
            plain("key_person"),
            json!({ "name": family.name, "relation": relation, "phone": mobile }),
        ),
        (
            entry("contact", chance),
            json!({ "name": family.name, "relation": relation, "phone": mobile, "order": 1 }),
        ),
        (plain("diagnosis"), json!(diagnosis)),
        (plain("course_line"), json!(course)),
        (plain("severity"), json!(severity)),
        (plain("recent_state"), json!(chance.pick(CARE))),
        (plain("vitals_baseline"), baseline(chance)),
        (
            entry("contingency", chance),
            json!({ "if": condition, "then": action, "order": 1 }),
        ),
        (
            plain("resuscitation"),
            json!(if dying {
                "do_not_attempt"
            } else {
                chance.pick(&["attempt", "do_not_attempt", "undecided"])
            }),
        ),
        (
            plain("transport"),
            json!(if dying {
                "no"
            } else {
                chance.pick(&["yes", "depends"])
            }),
        ),
        (
            plain("wish_place"),
            json!(chance.pick(&["home", "home", "home", "hospital", "undecided"])),
        ),
        (dose, drug(0)),
        (
            entry("medication", chance),
            drug(1 + chance.below(DRUGS.len() - 1)),
        ),
        (
            plain("nursing_station"),
            json!({ "name": "訪問看護ステーションそうさ(架空)", "person": team.nurse.name, "phone_24h": "0479-00-0300" }),
        ),
        (plain("special_note"), json!(canary(number))),
        (
            plain("key_place"),
            json!(format!("植木鉢の下。{}", canary(number))),
        ),
        (
            plain("adl"),
            json!(chance.pick(&["全介助", "一部介助", "屋内は自立"])),
        ),
    ];
    match chance.below(4) {
        0 => fields.push((
            entry("allergy", chance),
            json!({ "substance": "ペニシリン系", "category": "drug", "reaction": "発疹" }),
        )),
        _ => fields.push((plain("allergy_none"), json!(true))),
    }
    Invented {
        id,
        name,
        values: fields,
        dose,
    }
}

/// A field of its own.
///
/// # Panics
/// Never for the paths of this file: the tests below read all of them.
pub fn plain(path: &str) -> FieldPath {
    FieldPath::parse(path).expect("the path stands in the catalogue")
}

fn entry(list: &str, chance: &mut Chance) -> FieldPath {
    FieldPath::of_entry(list, chance.id()).expect("the list stands in the catalogue")
}

/// A dose of the drug the story is about.
pub fn first_drug(amount: &str) -> Value {
    let (drug, _, unit, timing) = DRUGS[0];
    json!({ "drug": drug, "dose": amount, "unit": unit, "timing": timing })
}

fn drug(which: usize) -> Value {
    let (drug, dose, unit, timing) = DRUGS[which % DRUGS.len()];
    json!({ "drug": drug, "dose": dose, "unit": unit, "timing": timing })
}

fn birth_date(chance: &mut Chance) -> String {
    format!(
        "{}-{:02}-{:02}",
        1926 + chance.below(40),
        1 + chance.below(12),
        1 + chance.below(28)
    )
}

fn address(chance: &mut Chance, house: &House) -> String {
    format!("{}{}{}番地", house.area, house.road, 1 + chance.below(2900))
}

fn baseline(chance: &mut Chance) -> Value {
    json!({
        "bp_systolic": 105 + chance.below(40),
        "bp_diastolic": 58 + chance.below(25),
        "pulse": 58 + chance.below(30),
        "spo2": 92 + chance.below(7),
        "temperature": format!("36.{}", chance.below(9)),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kaban_model::patient::validate;
    use kaban_model::people::Role;

    fn person(name: &str) -> Person {
        Person {
            name: name.to_owned(),
            kana: String::new(),
            role: Role::Doctor,
            phone: "0479-00-0001".to_owned(),
        }
    }

    fn make(seed: u64, number: usize) -> Invented {
        let house = House {
            at: [140.55, 35.7],
            road: "田町通り".to_owned(),
            area: "光町",
        };
        let (primary, deputy, nurse) = (person("甲"), person("乙"), person("丙"));
        let team = Team {
            primary: &primary,
            deputy: &deputy,
            nurse: &nurse,
        };
        invent(
            &mut Chance::new(seed, &format!("patient {number}")),
            number,
            &house,
            &team,
        )
    }

    #[test]
    fn every_field_of_every_patient_is_valid_and_written_once() {
        for number in 0..200 {
            let patient = make(1, number);
            let mut seen = std::collections::BTreeSet::new();
            for (path, value) in patient.values {
                assert!(seen.insert(path), "{path}");
                validate(&path, value).unwrap_or_else(|reason| panic!("{path}: {reason}"));
            }
            assert!(seen.len() >= 25);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_patients() {
        assert_eq!(make(1, 3).values, make(1, 3).values);
        assert_ne!(make(1, 3).id, make(2, 3).id);
    }

    #[test]
    fn a_canary_fits_the_field_and_is_long_enough_not_to_appear_by_chance() {
        for number in 0..16 {
            assert!(canary(number).chars().count() <= 200);
            assert!(canary(number).len() > 24);
        }
    }
}
