//! 182 patients are registered with consent, each by their primary physician.

use std::path::PathBuf;
use std::time::Instant;

use kaban_app::{AppError, ConsentInput, RegisterInput};
use kaban_model::duty::Eligibility;
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use serde_json::json;

use crate::demo::chance::Chance;
use crate::demo::district::House;
use crate::demo::looked::Looked;
use crate::demo::patients::{Team, canary, invent, plain};
use crate::demo::report::{seconds, size};
use crate::demo::story::{Enrolled, PATIENTS, Story, ms};

/// Plays it.
pub fn play(story: &mut Story<'_>) -> Result<(), AppError> {
    let tell = story.tell;
    let began = Instant::now();
    tell.act("患者を登録する", "patients are registered");
    let doctors = story.world.of_role(&Role::Doctor);
    let nurses = story.world.of_role(&Role::Nurse);
    for doctor in &doctors {
        story.world.sync(*doctor)?;
    }
    if let Some(path) = story.options.fhir.clone() {
        import(story, path, &doctors)?;
    }
    let imported = story.patients.len();
    let mut longest = 0;
    for (at, doctor) in doctors.iter().enumerate() {
        story.world.sync(*doctor)?;
        let deputy = doctors[(at + 5) % doctors.len()];
        for number in (imported..PATIENTS).filter(|number| number % doctors.len() == at) {
            let nurse = nurses[number / doctors.len() % nurses.len()];
            let one = Instant::now();
            register(story, number, *doctor, deputy, nurse)?;
            longest = longest.max(ms(one));
            story.world.tick();
        }
        story.world.sync(*doctor)?;
    }
    let count = story.patients.len();
    tell.step(imported, "人を FHIR のファイルから", "from FHIR files");
    tell.step(
        count - imported,
        "人を主治医の端末で登録(架空)",
        "invented, registered by their primary physicians",
    );
    let areas: std::collections::BTreeSet<_> = story
        .district
        .houses
        .iter()
        .map(|house| house.area)
        .collect();
    for area in areas {
        tell.step(
            story
                .district
                .houses
                .iter()
                .filter(|house| house.area == area)
                .count(),
            area,
            area,
        );
    }
    tell.step(seconds(ms(began)), "かかった時間", "time taken");
    story.promises.figure("patients", count as u64);
    story.promises.figure("register_ms", ms(began));
    story.promises.figure("register_slowest_ms", longest);
    first_sync(story, nurses[nurses.len() - 1])?;
    let began = Instant::now();
    let mut chance = Chance::new(story.options.seed, "first settle");
    let settled = story.world.settle(&mut chance)?;
    story.promises.figure("first_settle_ms", ms(began));
    story.promises.figure("first_settle_bytes", settled.bytes);
    tell.step(
        seconds(ms(began)),
        "全員がそろうまで",
        "until everybody had everything",
    );
    let holder = story.holder;
    let readable = story.world.device(holder).readable()?.len();
    let list = story.world.device(holder).bag()?.status()?.duty_list;
    story.promise(
        "all_registered",
        Looked::all(readable as u64, count as u64, PATIENTS as u64)
            .and(settled.quiet && list == count),
        (
            "登録と同意のある患者は全員、当番医のかばんに入る",
            "every registered patient with consent is in the duty doctor's bag",
        ),
        (
            "当番医の端末で読める患者を登録数と比べた",
            "compared what the duty device can read with what was registered",
        ),
    );
    Ok(())
}

/// A device that has joined and meets the relay for the first time now.
fn first_sync(story: &mut Story<'_>, fresh: usize) -> Result<(), AppError> {
    let tell = story.tell;
    let began = Instant::now();
    let view = story.world.sync(fresh)?;
    let time = ms(began);
    let readable = story.world.device(fresh).readable()?;
    let mut plain = 0;
    for patient in &readable {
        let page = story.world.device(fresh).page(*patient)?;
        plain += story.world.device(fresh).bag()?.patient_json(&page)["fields"]
            .to_string()
            .len() as u64;
    }
    let bytes = view.bytes_in + view.bytes_out;
    story
        .promises
        .figure("fresh_device_patients", readable.len() as u64);
    story
        .promises
        .figure("fresh_device_received", view.received);
    story.promises.figure("fresh_device_first_sync_ms", time);
    story
        .promises
        .figure("fresh_device_first_sync_bytes", bytes);
    story.promises.figure("fresh_device_plaintext_bytes", plain);
    let (size, plain, n) = (size(bytes), size(plain), readable.len());
    tell.step(
        seconds(time),
        format!("新しい端末の最初の同期: {size}、患者 {n} 人、本文 {plain}"),
        format!("first sync of a fresh device: {size}, {n} patients, {plain} of text"),
    );
    Ok(())
}

fn register(
    story: &mut Story<'_>,
    number: usize,
    doctor: usize,
    deputy: usize,
    nurse: usize,
) -> Result<(), AppError> {
    let hospital = hospital_of(story, number);
    let mut chance = Chance::new(story.options.seed, &format!("patient {number}"));
    let house = house(story, number);
    let devices = &story.world.devices;
    let team = Team {
        primary: &devices[doctor].person,
        deputy: &devices[deputy].person,
        nurse: &devices[nurse].person,
    };
    let made = invent(&mut chance, number, &house, &team);
    let input = RegisterInput {
        id: Some(made.id),
        primary: devices[doctor].member,
        deputy: Some(devices[deputy].member),
        team: [Some(nurse), hospital]
            .into_iter()
            .flatten()
            .map(|other| devices[other].member)
            .collect(),
        eligibility: Eligibility {
            cannot_attend: true,
            wants_home_care: true,
        },
        consent: Some(consent().read()?),
        values: made.values,
    };
    let id = story.save_registration(doctor, input)?;
    let kana = made.name.kana;
    story.patients.push(Enrolled {
        id,
        primary: doctor,
        deputy: Some(deputy),
        nurse: Some(nurse),
        hospital,
        kana,
        dose: Some(made.dose),
    });
    Ok(())
}

/// Every twelfth patient may be taken in by the backup hospital, which then belongs to the team.
fn hospital_of(story: &Story<'_>, number: usize) -> Option<usize> {
    let hospitals = story.world.of_role(&Role::Hospital);
    hospitals
        .first()
        .copied()
        .filter(|_| number.is_multiple_of(12))
}

fn consent() -> ConsentInput {
    ConsentInput {
        paper_date: "2026-11-10".to_owned(),
        roles: Vec::new(),
    }
}

fn house(story: &Story<'_>, number: usize) -> House {
    story.district.houses[number % story.district.houses.len()].clone()
}

/// Files that only mean something together go to one doctor; others one by one in turn. The
/// story stops taking files once everybody is there.
fn import(story: &mut Story<'_>, path: PathBuf, doctors: &[usize]) -> Result<(), AppError> {
    let files = kaban_app::read_paths(&[path])?;
    let (together, single): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|(name, _)| name.ends_with(".ndjson"));
    let mut parts: Vec<Vec<(String, Vec<u8>)>> =
        single.into_iter().map(|file| vec![file]).collect();
    if !together.is_empty() {
        parts.push(together);
    }
    let given = consent().read()?;
    let mut refused = 0;
    for (at, part) in parts.into_iter().enumerate() {
        if story.patients.len() >= PATIENTS {
            break;
        }
        let doctor = doctors[at % doctors.len()];
        let outcome = story.save_import(doctor, &part, &given)?;
        refused += outcome
            .report
            .files
            .iter()
            .map(|file| file.refused.len())
            .sum::<usize>();
        for id in outcome.patients {
            if story.patients.iter().any(|known| known.id == id) {
                continue;
            }
            let number = story.patients.len();
            place(story, doctor, id, number)?;
            story.patients.push(Enrolled {
                id,
                primary: doctor,
                deputy: None,
                nurse: None,
                hospital: None,
                kana: String::new(),
                dose: None,
            });
        }
        story.world.tick();
    }
    story
        .promises
        .figure("fhir_patients", story.patients.len() as u64);
    story.promises.figure("fhir_refused", refused as u64);
    Ok(())
}

/// An imported patient moves into an invented house of this district.
fn place(
    story: &mut Story<'_>,
    doctor: usize,
    id: PatientId,
    number: usize,
) -> Result<(), AppError> {
    let house = house(story, number);
    let fields = [
        ("former_municipality", json!(house.area)),
        ("pin", json!({ "lon": house.at[0], "lat": house.at[1] })),
        ("special_note", json!(canary(number))),
    ];
    let values = fields.map(|(path, value)| (plain(path), value)).into();
    story.save_values(doctor, id, values)
}
