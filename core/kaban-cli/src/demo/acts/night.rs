//! A call at night, with no network anywhere.

use std::time::Instant;

use chrono::Duration;
use kaban_app::{AnswersView, AppError, Kind, WhoInput};
use kaban_model::duty::ordinary_turn_at;
use kaban_model::patient::FieldPath;
use kaban_model::people::Role;
use serde_json::json;

use super::offline::{self, Way};
use crate::demo::DEVICES_MIN;
use crate::demo::chance::Chance;
use crate::demo::looked::{Looked, count};
use crate::demo::patients::{CANARIES, first_drug};
use crate::demo::story::{Enrolled, Night, Story, ms};

/// Fewest devices that have to do everything without a network: twelve doctors and the office.
const WORKED_MIN: usize = 13;
/// What is saved about tonight's patient: two visits, two doses, an entry of the notebook.
const SAVED_AT_NIGHT: u64 = 5;
/// Fewest people named as answering, before and after the failed call.
const NAMED_MIN: u64 = 2;

/// Plays it.
pub fn play(story: &mut Story<'_>, week: u32) -> Result<(), AppError> {
    let tell = story.tell;
    tell.act("夜の電話", "a call at night");
    let night = prepare(story)?;
    story.cut_at = story.ledger.mark();
    let turn = ordinary_turn_at(&story.world.now());
    story
        .world
        .set_clock(turn.from + Duration::days(3) + Duration::minutes(16 * 60 + 40));
    story.world.link.set_cut(true);
    let mut refused = 0;
    for index in 0..story.world.devices.len() {
        let offline = matches!(story.world.sync(index), Err(error) if error.kind == Kind::Offline);
        refused += usize::from(offline);
    }
    let all = story.world.devices.len();
    let clock = story.world.now().format("%m/%d %H:%M").to_string();
    tell.step(
        &clock,
        format!("雨。{refused} 台すべてが圏外"),
        format!("rain; all {refused} devices are out of signal"),
    );
    let holder = story.holder;
    who_answers(story, &night)?;
    let found = search(story, &night)?;
    let routed = route(story, &night)?;
    let saved = story.ledger.total();
    write(story, &night, week)?;
    let wrote = story.ledger.total() == saved + SAVED_AT_NIGHT;
    let worked = offline::everybody(story, week, found && routed && wrote)?;
    tell.step(
        worked.whole,
        "台が圏外で探し、1ページ目を開き、自分の地図で道を引き、書いた",
        "devices searched, opened page 1, drew the way by their own map and wrote, out of signal",
    );
    story.night = Some(night);
    story.promise(
        "offline_everything",
        Looked::all(count(worked.whole), count(worked.of), count(WORKED_MIN))
            .and(refused == all && all >= DEVICES_MIN),
        (
            "網がなくても、探す・読む・道を引く・書くができる",
            "search, page 1, route and writing all work with no network",
        ),
        (
            "全端末の同期が通じないことを確かめ、患者を読む人の端末すべてで行った",
            "after every device had tried the relay and failed, done on each device with patients to read",
        ),
    );
    let unsent = story.world.device(holder).bag()?.status()?.unsent;
    tell.step(
        unsent,
        "件が当番医の端末で送信を待つ",
        "envelopes wait on the duty doctor's device",
    );
    Ok(())
}

/// Chooses tonight's patient while everybody is connected: somebody whose deputy is away.
fn prepare(story: &mut Story<'_>) -> Result<Night, AppError> {
    let holder = story.holder;
    let fits = |p: &&Enrolled| {
        p.primary != holder && p.deputy.is_some_and(|d| d != holder) && p.nurse.is_some()
    };
    let mut able: Vec<Enrolled> = story.patients.iter().filter(fits).cloned().collect();
    if able.is_empty() {
        able = story
            .patients
            .iter()
            .filter(|p| p.primary != holder)
            .cloned()
            .collect();
    }
    let at = story.chance.below(able.len());
    let patient = able
        .into_iter()
        .nth(at)
        .ok_or(AppError::new(Kind::Internal, "nobody is registered"))?;
    let dose = match patient.dose {
        Some(dose) => dose,
        None => {
            let dose = FieldPath::of_entry("medication", story.chance.id())
                .map_err(|_| AppError::new(Kind::Internal, "a medication path"))?;
            let values = vec![(dose, first_drug("5"))];
            story.save_values(patient.primary, patient.id, values)?;
            dose
        }
    };
    if let Some(deputy) = patient.deputy {
        let now = story.world.now();
        let device = story.world.device(deputy);
        let member = device.member;
        device
            .bag()?
            .add_absence(member, now + Duration::hours(1), now + Duration::days(6))?;
    }
    let mut chance = Chance::new(story.options.seed, "before the night");
    story.world.settle(&mut chance)?;
    Ok(Night { patient, dose })
}

fn who_answers(story: &mut Story<'_>, night: &Night) -> Result<(), AppError> {
    let (tell, holder, patient) = (story.tell, story.holder, night.patient.id);
    let primary = story.world.devices[night.patient.primary].member;
    let bag = story.world.device(holder).bag()?;
    let ask = WhoInput {
        at: None,
        patient: Some(patient),
    };
    let before = bag.who(ask)?;
    tell.step("1", "誰が答えるか:", "who answers:");
    show(story, &before);
    let bag = story.world.device(holder).bag()?;
    bag.add_unreached(primary, Some(patient), 3)?;
    let after = bag.who(ask)?;
    tell.step(
        "2",
        "主治医に3回かけたが、つながらない。次は:",
        "the primary was called three times and not reached; next:",
    );
    show(story, &after);
    let primary = story.name(night.patient.primary);
    let duty = story.name(holder);
    let first = before
        .chain
        .first()
        .is_some_and(|a| a.answers_as == "primary" && a.member == primary);
    let then = after
        .chain
        .first()
        .is_some_and(|a| a.answers_as == "duty" && a.member == duty);
    let answers = before.chain.iter().chain(&after.chain);
    let named = answers.clone().count();
    let explained = answers
        .filter(|a| !a.why.is_empty() && !a.phone.is_empty())
        .count();
    let passed = after
        .passed_over
        .iter()
        .filter(|(_, why)| !why.is_empty())
        .count();
    story.promise(
        "who_answers",
        Looked::all(count(explained), count(named), NAMED_MIN)
            .and(first && then && passed == 1 + usize::from(night.patient.deputy.is_some()))
            .figure(format!("{} → {}", before.chain.len(), after.chain.len())),
        ("誰が・どの順で・なぜ答えるかを、いつでも言える", "Kaban says who answers, in order, and why"),
        ("不達の記録の前は主治医、後は当番医が先頭で、外れた人にも理由があることを確かめた", "primary first before the failed call, the duty doctor after it, a reason for everybody passed over"),
    );
    Ok(())
}

fn show(story: &Story<'_>, answers: &AnswersView) {
    let tell = story.tell;
    for (at, answer) in answers.chain.iter().enumerate() {
        let why = tell.pick(answer.why.clone(), answer.why_en.clone());
        tell.more(&format!(
            "{}. {} {} — {why}",
            at + 1,
            answer.member,
            answer.phone
        ));
    }
    let passed = if tell.ja {
        &answers.passed_over
    } else {
        &answers.passed_over_en
    };
    for (member, why) in passed {
        tell.more(&tell.pick(
            format!("({member}: {why})"),
            format!("(passed over: {member}, {why})"),
        ));
    }
}

/// The duty doctor searches and opens the page of tonight's patient.
fn search(story: &mut Story<'_>, night: &Night) -> Result<bool, AppError> {
    let (tell, holder) = (story.tell, story.holder);
    let searched = offline::search(story, holder, &night.patient)?;
    let n = searched.hits;
    tell.step(
        format!("{} µs", searched.compute_us),
        format!("カナで検索、{n} 人"),
        format!("search by reading: {n} found"),
    );
    let began = Instant::now();
    let page = story.world.device(holder).page(night.patient.id)?;
    let time = ms(began);
    let lines = page.page.page(1).len();
    tell.step(
        format!("{time} ms"),
        format!("1ページ目を開く、{lines} 項目"),
        format!("page 1 opened, {lines} lines"),
    );
    story.promises.figure("search_us", searched.compute_us);
    story.promises.figure("open_page_ms", time);
    Ok(searched.found && lines > 0)
}

/// The way to tonight's patient, by the map in the duty doctor's bag.
fn route(story: &mut Story<'_>, night: &Night) -> Result<bool, AppError> {
    let (tell, holder) = (story.tell, story.holder);
    let Some(Way { route, took_ms }) = offline::way_to(story, holder, &night.patient)? else {
        return Ok(false);
    };
    let (km, minutes) = (route.distance_m / 1000.0, route.duration_s / 60.0);
    let steps = route.steps.len();
    tell.step(
        format!("{minutes:.0} min"),
        format!("道のり {km:.1} km、案内 {steps} 行(かばんの地図で {took_ms} ms)"),
        format!("{km:.1} km by road, {steps} instructions (by the bag's map in {took_ms} ms)"),
    );
    story.promises.figure("route_ms", took_ms);
    story.promises.figure("route_steps", steps as u64);
    Ok(true)
}

/// Duty doctor and nurse write about one patient; duty doctor and primary change one dose.
fn write(story: &mut Story<'_>, night: &Night, week: u32) -> Result<(), AppError> {
    let (tell, holder) = (story.tell, story.holder);
    let patient = night.patient.id;
    story.world.tick();
    let body = json!({
        "subjective": format!("息が苦しいと家族から電話。{}", CANARIES[week as usize % CANARIES.len()]),
        "objective": "起座呼吸、両下腿に浮腫",
        "assessment": "心不全の増悪",
        "plan": "フロセミド静注、朝に主治医へ",
        "vitals": { "bp_systolic": 158, "bp_diastolic": 86, "pulse": 104, "spo2": 89, "temperature": "36.9" },
    });
    story.save_visit(holder, patient, body)?;
    tell.step(
        "✎",
        format!("当番医 {} が訪問を記録", story.name(holder)),
        format!("{}, on duty, writes a visit", story.name(holder)),
    );
    let other = night.patient.nurse.unwrap_or(night.patient.primary);
    let body = json!({ "subjective": "夕方から食欲なし", "vitals": { "pulse": 96, "spo2": 92 } });
    story.save_visit(other, patient, body)?;
    let (name, nurse) = (
        story.name(other),
        story.world.devices[other].person.role == Role::Nurse,
    );
    let who = tell.pick(
        if nurse { "看護師" } else { "主治医" },
        if nurse { "nurse" } else { "primary" },
    );
    tell.step(
        "✎",
        format!("{who} {name} も同じ患者の訪問を記録"),
        format!("{name}, {who}, writes one for the same patient"),
    );
    let up = vec![(night.dose, first_drug(&format!("{}", 10 + 10 * week)))];
    story.save_values(night.patient.primary, patient, up)?;
    let down = vec![(night.dose, first_drug(&format!("{}.5", 2 + 10 * week)))];
    story.save_values(holder, patient, down)?;
    tell.step(
        "✎ ∥ ✎",
        "主治医と当番医が、互いを知らずに同じ薬の量を変える",
        "primary and duty doctor change one dose, unaware of each other",
    );
    let text = "当番より: 夜の往診が一件。朝に主治医へ伝える";
    story.save_note(holder, text)?;
    Ok(())
}
