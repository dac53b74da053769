//! Devices come back one by one over a link that breaks; everybody ends with the same pages.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use kaban_app::AppError;
use kaban_model::ids::PatientId;
use kaban_model::patient::{Doc, FieldPath};
use kaban_model::people::Role;
use kaban_proto::ids::Hash32;
use serde_json::Value;

use crate::demo::chance::Chance;
use crate::demo::report::{seconds, size};
use crate::demo::story::{Story, ms};
use crate::demo::world::World;

/// Plays it.
pub fn play(story: &mut Story<'_>) -> Result<(), AppError> {
    let tell = story.tell;
    tell.act("網が戻る", "the network comes back");
    let began = Instant::now();
    story
        .world
        .set_clock(story.world.now() + chrono::Duration::hours(6));
    story.world.link.set_cut(false);
    story.world.link.set_lossy(true);
    let mut chance = Chance::new(story.options.seed, &format!("order {}", story.world.now()));
    let settled = story.world.settle(&mut chance)?;
    tell.step(
        settled.broken,
        "回の通信が途中で切れ、やり直した",
        "requests broke on the way and were tried again",
    );
    tell.step(
        settled.received,
        format!("件の封書が届いた({})", size(settled.bytes)),
        format!("envelopes arrived ({})", size(settled.bytes)),
    );
    story.promises.figure("reconnect_ms", ms(began));
    story.promises.figure("reconnect_broken", settled.broken);
    story.promises.figure("reconnect_bytes", settled.bytes);
    converge(story, settled.quiet && settled.broken > 0)?;
    doses(story, &mut chance)?;
    nothing_lost(story)?;
    story.world.link.set_lossy(false);
    tell.step(seconds(ms(began)), "かかった時間", "time taken");
    Ok(())
}

/// Which document a digest is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Page 1.
    Front,
    /// What clinicians alone read.
    Chart,
    /// Visits.
    Log,
}

/// What a device shows of a patient, document by document; only documents its person may read.
pub fn digests(
    world: &mut World,
    index: usize,
    patient: PatientId,
) -> Result<BTreeMap<Part, Hash32>, AppError> {
    let device = world.device(index);
    let clinical = device.person.role != Role::Office;
    let page = device.page(patient)?;
    let json = device.bag()?.patient_json(&page);
    let (mut front, mut chart) = (String::new(), String::new());
    for (path, value) in json["fields"].as_object().into_iter().flatten() {
        let doc = FieldPath::parse(path).ok().map(|path| path.spec().doc);
        let line = format!("{path} {value}\n");
        match doc {
            Some(Doc::Front) => front.push_str(&line),
            Some(Doc::Chart) => chart.push_str(&line),
            _ => {}
        }
    }
    let mut parts = BTreeMap::from([(Part::Front, Hash32::of(front.as_bytes()))]);
    if clinical {
        parts.insert(Part::Chart, Hash32::of(chart.as_bytes()));
        let items = device.visits(patient)?;
        let log: String = items
            .iter()
            .map(|i| {
                format!(
                    "{} {} {} {} {} {:?} {}\n",
                    i.item_id, i.kind, i.at, i.by, i.confirmed, i.amended_by, i.body
                )
            })
            .collect();
        parts.insert(Part::Log, Hash32::of(log.as_bytes()));
    }
    Ok(parts)
}

fn converge(story: &mut Story<'_>, met: bool) -> Result<(), AppError> {
    let mut seen: BTreeMap<(PatientId, Part), BTreeSet<Hash32>> = BTreeMap::new();
    let mut copies = 0;
    for index in 0..story.world.devices.len() {
        for patient in story.world.device(index).readable()? {
            for (part, digest) in digests(&mut story.world, index, patient)? {
                seen.entry((patient, part)).or_default().insert(digest);
                copies += 1;
            }
        }
    }
    let apart = seen.values().filter(|digests| digests.len() > 1).count();
    story.promises.figure("copies_compared", copies);
    let documents = seen.len();
    story.promise(
        "converged",
        met && apart == 0 && documents >= 3 * story.patients.len(),
        format!("{apart} / {documents}"),
        ("どの順で、何度切れて届いても、読む人全員が同じページになる", "in any order and over a link that breaks, all readers end with equal pages"),
        ("全端末の全患者の1ページ目・診療欄・訪問記録を突き合わせ、違う文書を数えた", "compared page 1, chart and visits of every patient on every device; counted documents that differ"),
    );
    Ok(())
}

/// Both doses are shown everywhere; the primary decides; then one dose is shown everywhere.
fn doses(story: &mut Story<'_>, chance: &mut Chance) -> Result<(), AppError> {
    let tell = story.tell;
    let night = story.tonight()?;
    let readers = readers(story)?;
    let path = night.dose.to_string();
    let mut both = 0;
    let mut vids: Vec<String> = Vec::new();
    for index in &readers {
        let page = story.world.device(*index).page(night.patient.id)?;
        let shown = page
            .page
            .state(&night.dose)
            .map(|state| state.shown.clone())
            .unwrap_or_default();
        both += usize::from(shown.len() == 2 && page.page.conflicts().contains(&night.dose));
        if *index == night.patient.primary {
            vids = shown.iter().map(|entry| entry.vid.to_string()).collect();
            for entry in &shown {
                let dose = entry
                    .value()
                    .and_then(|value| value.get("dose"))
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                tell.more(&format!("{dose} mg"));
            }
        }
    }
    story.promise(
        "both_doses",
        both == readers.len() && vids.len() == 2,
        format!("{both} / {}", readers.len()),
        (
            "同時に変えられた量は、決まるまで二つとも並べて示す",
            "two doses changed at once are both shown until a person decides",
        ),
        (
            "その患者を読む全端末で、開いている値を数えた",
            "counted the open values on every device that reads the patient",
        ),
    );
    let take = vids.first().cloned();
    let primary = night.patient.primary;
    story.world.tick();
    story.world.device(primary).bag()?.resolve(
        night.patient.id,
        &path,
        &vids,
        take.as_deref(),
        None,
    )?;
    tell.step("✎", "主治医が一つに決める", "the primary decides");
    let settled = story.world.settle(chance)?;
    let mut one = 0;
    for index in &readers {
        let page = story.world.device(*index).page(night.patient.id)?;
        one += usize::from(
            page.page.conflicts().is_empty()
                && page
                    .page
                    .state(&night.dose)
                    .is_some_and(|s| s.shown.len() == 1),
        );
    }
    story.promise(
        "decided_once",
        one == readers.len() && settled.quiet,
        format!("{one} / {}", readers.len()),
        (
            "主治医が決めた量が、全員に一つだけ示される",
            "the dose that was decided is the only one shown, everywhere",
        ),
        (
            "決めたあと全端末で開いている値を数えた",
            "counted the open values on every reader after the decision",
        ),
    );
    Ok(())
}

/// Everything that was ever written is on the bag's device and on the primary's.
fn nothing_lost(story: &mut Story<'_>) -> Result<(), AppError> {
    let written = story.written.clone();
    let holder = story.holder;
    let mut there = 0;
    for (patient, item) in &written {
        let primary = story
            .patients
            .iter()
            .find(|p| p.id == *patient)
            .map_or(holder, |p| p.primary);
        let id = item.to_string();
        let mut both = true;
        for index in [holder, primary] {
            both &= story
                .world
                .device(index)
                .visits(*patient)?
                .iter()
                .any(|seen| seen.item_id == id);
        }
        there += usize::from(both);
    }
    let mut unsent = 0;
    for index in 0..story.world.devices.len() {
        unsent += story.world.device(index).bag()?.status()?.unsent;
    }
    story.promise(
        "nothing_lost",
        there == written.len() && unsent == 0,
        format!("{there} / {}", written.len()),
        ("保存された記録は一つも失われない", "nothing that was saved is lost"),
        ("書かれた訪問記録を当番医と主治医の端末で一件ずつ探し、未送信が残らないことも確かめた", "looked for every visit on the duty doctor's and the primary's device; no unsent envelope was left"),
    );
    Ok(())
}

fn readers(story: &mut Story<'_>) -> Result<Vec<usize>, AppError> {
    let patient = story.tonight()?.patient.id;
    let mut readers = Vec::new();
    for index in 0..story.world.devices.len() {
        if story.world.device(index).readable()?.contains(&patient) {
            readers.push(index);
        }
    }
    Ok(readers)
}
