//! Devices come back one by one over a link that breaks; everybody ends with the same pages.

use std::time::Instant;

use kaban_app::AppError;
use serde_json::Value;

use super::orders;

use crate::demo::chance::Chance;
use crate::demo::everywhere::{Everywhere, look_at, look_everywhere, told};
use crate::demo::looked::{Looked, count};
use crate::demo::report::{seconds, size};
use crate::demo::story::{PATIENTS, Story, ms};

/// Fewest documents that have to differ between devices before the network is back.
const APART_MIN: usize = 8;
/// Fewest devices that read tonight's patient: the primary's, the duty doctor's, the office's.
const READERS_MIN: u64 = 3;

/// Plays it.
pub fn play(story: &mut Story<'_>) -> Result<(), AppError> {
    let tell = story.tell;
    tell.act("網が戻る", "the network comes back");
    let began = Instant::now();
    story
        .world
        .set_clock(story.world.now() + chrono::Duration::hours(6));
    story.note_records()?;
    let touched = story.ledger.touched_since(&story.cut_at);
    let before = look_at(story, &touched)?.apart();
    tell.step(
        before,
        "文書が、網が戻る前は端末ごとに違う",
        "documents differ between devices before the network is back",
    );
    let copies = orders::keep(story)?;
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
    converge(story, settled.quiet && settled.broken > 0, before)?;
    orders::prove(story, copies, &touched)?;
    doses(story, &mut chance)?;
    story.world.link.set_lossy(false);
    tell.step(seconds(ms(began)), "かかった時間", "time taken");
    Ok(())
}

/// Compares every document of everybody, and looks for everything that was saved.
fn converge(story: &mut Story<'_>, met: bool, before: usize) -> Result<(), AppError> {
    let all = look_everywhere(story)?;
    let (apart, documents) = (all.apart(), all.seen.len());
    story.promises.figure("copies_compared", all.copies);
    story
        .promises
        .figure("documents_apart_before", count(before));
    story.promise(
        "converged",
        Looked::none(count(apart), count(documents), 3 * count(PATIENTS))
            .and(met && before >= APART_MIN),
        ("どの順で、何度切れて届いても、読む人全員が同じページになる", "in any order and over a link that breaks, all readers end with equal pages"),
        (
            &format!("全端末の全患者の1ページ目・診療欄・訪問記録、連絡ノート、通行止めを突き合わせ、違う文書を数えた。網が戻る前は {before} 文書が違った"),
            &format!("compared page 1, chart and visits of every patient, the notebook and the closed roads on every device; counted documents that differ: {before} before the network came back"),
        ),
    );
    nothing_lost(story, &all)
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
        Looked::all(count(both), count(readers.len()), READERS_MIN).and(vids.len() == 2),
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
        Looked::all(count(one), count(readers.len()), READERS_MIN).and(settled.quiet),
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

/// Each saved thing is there for everybody who may read it.
pub fn nothing_lost(story: &mut Story<'_>, all: &Everywhere) -> Result<(), AppError> {
    let mut unsent = 0;
    for index in 0..story.world.devices.len() {
        unsent += story.world.device(index).bag()?.status()?.unsent;
    }
    let looked = all.nothing_lost(story).and(unsent == 0);
    for (kind, number) in story.ledger.saved() {
        story.promises.figure(kind.figure(), number);
    }
    let told = told(story, story.tell);
    story.promise(
        "nothing_lost",
        looked,
        ("保存された記録は一つも失われない", "nothing that was saved is lost"),
        (
            &format!("{told}。一つずつ、読んでよい人全員の端末で探し、未送信が残らないことも確かめた"),
            &format!("{told}: each looked for on the device of everybody who may read it; no unsent envelope was left"),
        ),
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
