//! Who answers, absence, not reached, taking over.

use kaban_app::{AnswersView, AppError, Bag, Kind, Result, WhoInput};
use kaban_model::ids::PatientId;
use kaban_proto::ids::MemberId;
use serde_json::json;

use super::roster;
use crate::args::{AbsenceCommand, DutyCommand, RosterCommand};
use crate::desk::{DONE, Desk, Done};
use crate::output::Page;
use crate::times::{self, Edge};

/// `kaban duty …`.
pub fn run(desk: &Desk, command: DutyCommand) -> Done {
    if let DutyCommand::Roster(RosterCommand::Plan(args)) = command {
        return roster::plan(desk, &args);
    }
    desk.with_bag(|bag| {
        match command {
            DutyCommand::Who { at, patient } => {
                let at = at
                    .map(|at| times::read(&at, Edge::Start, bag.now()))
                    .transpose()?;
                let patient = patient.map(|id| bag.patient_id(&id)).transpose()?;
                let view = bag.who(WhoInput { at, patient })?;
                desk.out.show(&view, |page| answers(page, &view));
            }
            DutyCommand::Absence(command) => absence(desk, bag, command)?,
            DutyCommand::Unreached { id, member, tries } => {
                let patient = bag.patient_id(&id)?;
                let member = match member {
                    Some(member) => bag.member_id(&member)?,
                    None => primary_of(bag, patient)?,
                };
                bag.add_unreached(member, Some(patient), tries)?;
                let view = bag.who(WhoInput {
                    at: None,
                    patient: Some(patient),
                })?;
                desk.out.show(&view, |page| {
                    page.say("記録しました。", "Recorded.");
                    answers(page, &view);
                });
            }
            // Done above, without a bag.
            DutyCommand::Roster(_) => {}
            DutyCommand::TakeOver => {
                let turn = bag.take_over()?;
                let (from, to) = (turn.from.to_rfc3339(), turn.to.to_rfc3339());
                desk.out.show(
                    &json!({ "on_duty": bag.whoami().name, "from": from, "to": to }),
                    |page| {
                        let until = times::human(&to);
                        page.say(
                            format!("当番を引き受けました。{until} まで。"),
                            format!("You are on duty, until {until}."),
                        );
                    },
                );
            }
        }
        Ok(DONE)
    })
}

fn absence(desk: &Desk, bag: &mut Bag, command: AbsenceCommand) -> Result<()> {
    if let AbsenceCommand::Add { member, from, to } = command {
        let member = bag.member_id(&member)?;
        let from = times::read(&from, Edge::Start, bag.now())?;
        let to = times::read(&to, Edge::End, bag.now())?;
        bag.add_absence(member, from, to)?;
    }
    let absences = bag.absences();
    let rows: Vec<_> = absences
        .iter()
        .map(|(member, from, to)| json!({ "member": member, "from": from, "to": to }))
        .collect();
    desk.out.show(&json!({ "absences": rows }), |page| {
        for (member, from, to) in &absences {
            page.line(format!(
                "{member}  {} – {}",
                times::human(from),
                times::human(to)
            ));
        }
        if absences.is_empty() {
            page.say("不在の届け出はありません。", "Nobody is declared absent.");
        }
    });
    Ok(())
}

fn primary_of(bag: &mut Bag, patient: PatientId) -> Result<MemberId> {
    let registration = bag.workspace().association().registration(patient);
    registration
        .map(|registration| registration.primary)
        .ok_or_else(|| {
            AppError::new(
                Kind::NotFound,
                "the patient is not registered: name the doctor with --member",
            )
        })
}

fn answers(page: &mut Page, view: &AnswersView) {
    let lang = page.lang;
    for (number, answer) in view.chain.iter().enumerate() {
        let capacity = match answer.answers_as {
            "primary" => lang.pick("主治医", "primary"),
            "entrusted" => lang.pick("依頼先", "entrusted"),
            "deputy" => lang.pick("副主治医", "deputy"),
            "duty" => lang.pick("当番医", "on duty"),
            other => other,
        };
        let why = lang.pick(&answer.why, &answer.why_en);
        page.line(format!(
            "{}. {}  {}  {}  {}",
            number + 1,
            answer.member,
            capacity,
            answer.phone,
            why
        ));
    }
    if view.chain.is_empty() {
        page.say(
            "応じる人がいません。`kaban duty take-over` で当番を引き受けられます。",
            "Nobody answers: `kaban duty take-over`.",
        );
    }
    for (member, why) in if lang.is_ja() {
        &view.passed_over
    } else {
        &view.passed_over_en
    } {
        page.line(format!("   {member}: {why}"));
    }
    let holder = view
        .holder
        .as_deref()
        .unwrap_or(lang.pick("いません", "nobody"));
    let turn = format!(
        "{} – {}",
        times::human(&view.turn.0),
        times::human(&view.turn.1)
    );
    page.say(
        format!("カバン: {holder}  この週は {turn}"),
        format!("Bag: {holder}  turn {turn}"),
    );
    if let Some(answer) = view.chain.first() {
        let hours = answer.known_age_s / 3600;
        page.say(
            format!("(この端末が知っているのは {hours} 時間前まで)"),
            format!("(as known here {hours} h ago)"),
        );
    }
}
