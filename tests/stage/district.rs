//! A district to measure with: one doctor on duty, many invented patients, notes about each.

use std::path::Path;

use kaban_app::{Bag, Environment, RegisterForm, VisitInput};
use kaban_model::people::Role;
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use serde_json::json;

use crate::Done;

/// Opens the bag; its software keystore lies in `keystore` beside the store.
const PASSPHRASE: &[u8] = b"a passphrase for tests";
const NOTE: &str = "夜間に呼吸苦の訴え。両下肺に湿性ラ音、下腿浮腫あり。酸素を2L/分へ増量し、利尿薬を追加した。\
家族には増悪時の連絡先を改めて伝えた。明朝、主治医へ申し送る。";
const AREAS: [&str; 3] = ["光町", "八日市場市", "野栄町"];

/// Makes the bag in `folder` and prints the id of its first patient.
pub fn run(folder: &Path, patients: &str, notes: &str) -> Done {
    let (patients, notes): (usize, usize) = (patients.parse()?, notes.parse()?);
    let environment = Environment {
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    };
    let doctor = Person {
        name: "佐藤 恵".to_owned(),
        kana: "サトウ メグミ".to_owned(),
        role: Role::Doctor,
        phone: "0479-00-0001".to_owned(),
    };
    let mut bag = Bag::found(folder, PASSPHRASE, "匝瑳医師会", &doctor, &environment)?;
    bag.take_over()?;
    let mut first = None;
    for n in 0..patients {
        let value = |field: &str, text: String| (field.to_owned(), text);
        let form = RegisterForm {
            consent_paper_date: Some("2026-10-01".to_owned()),
            values: vec![
                value("name", format!("患者 {n:04}")),
                value("kana", format!("カンジャ{n:04}")),
                value("birth_date", "1938-04-12".to_owned()),
                value("former_municipality", AREAS[n % AREAS.len()].to_owned()),
                value("address", format!("千葉県匝瑳市八日市場イ{n}番地")),
                value("phone", format!("0479-72-{n:04}")),
                value("severity", "stable".to_owned()),
                value("diagnosis", "慢性心不全、2型糖尿病".to_owned()),
                value(
                    "special_note",
                    "玄関の鍵は開いている。犬がいる。".to_owned(),
                ),
            ],
            ..RegisterForm::default()
        };
        let id = bag.register_typed(form)?;
        first.get_or_insert(id);
        for note in 0..notes {
            let body = json!({ "subjective": format!("{note}. {NOTE}") });
            bag.add_visit(id, VisitInput { body })?;
        }
    }
    bag.lock()?;
    println!("{}", first.ok_or("a district needs a patient")?);
    Ok(())
}
