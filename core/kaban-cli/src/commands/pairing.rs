//! Joining and letting in: the files that are carried, and the digits that two people speak.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use kaban_app::{AdmissionView, AppError, Bag, Environment, Joined, Kind, Result};
use kaban_sync::pairing::{Proof, WRONG_ANSWERS_MAX};
use kaban_sync::workspace::JoinRequest;
use serde_json::json;

use super::people::person;
use crate::args::{JoinCommand, PersonArgs, ProofArgs};
use crate::desk::{DONE, Desk, Done};
use crate::files::{self, NewFile};
use crate::lang::Lang;
use crate::output::{Page, bad_input};
use crate::times;

/// Largest request or grant that is read, bytes.
const REQUEST_BYTES_MAX: u64 = 16 * 1024;
const GRANT_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// What is to be done about the other side's file.
enum Way {
    /// Only make the digits to read out.
    Challenge,
    /// Make them, and ask for the answer at the terminal.
    Ask,
    /// The answer is there, or none is wanted.
    Prove(Proof),
}

impl From<ProofArgs> for Way {
    fn from(args: ProofArgs) -> Self {
        let ProofArgs {
            challenge,
            answer,
            scanned,
            not_compared,
        } = args;
        if challenge {
            return Self::Challenge;
        }
        match (answer, scanned) {
            (Some(digits), _) => Self::Prove(Proof::Answer(digits)),
            (_, Some(text)) => Self::Prove(Proof::Scanned(text)),
            _ if !not_compared && std::io::stdin().is_terminal() => Self::Ask,
            _ => Self::Prove(Proof::Nothing),
        }
    }
}

/// `kaban join …`.
pub fn join(desk: &Desk, command: JoinCommand) -> Done {
    match command {
        JoinCommand::Request { person, out, force } => request(desk, &person, &out, force),
        JoinCommand::Answer { challenge } => {
            let dir = desk.dir()?;
            Bag::check_place(dir)?;
            let passphrase = desk.passphrase(false)?;
            let answer = Bag::answer_admin(dir, &passphrase, &challenge, &Environment::default())?;
            desk.out.show(&json!({ "answer": answer }), |page| {
                page.say("この6桁を答えてください:", "Answer with these six digits:");
                page.line(format!("    {}", spaced(&answer)));
            });
            Ok(DONE)
        }
        JoinCommand::Accept { grant, proof } => accept(desk, &grant, proof.into()),
    }
}

fn request(desk: &Desk, who: &PersonArgs, out: &Path, force: bool) -> Done {
    let dir = desk.dir()?;
    let file = NewFile::prepare(out, force)?;
    let passphrase = desk.passphrase(Bag::check_free(dir).is_ok())?;
    let new = Bag::request_to_join(dir, &passphrase, &person(who), &Environment::default())?;
    file.write(&new.request.write())?;
    let document = json!({
        "file": out,
        "member": new.request.member.id.to_string(),
        "fingerprint": new.fingerprint,
    });
    desk.out.show(&document, |page| {
        page.say(
            format!("{} を管理者に渡してください。", out.display()),
            format!("Carry {} to an admin.", out.display()),
        );
        page.say(
            "管理者が電話で8桁を読み上げます。次: `kaban join answer 8桁`",
            "The admin will read out eight digits. Next: `kaban join answer DIGITS`",
        );
    });
    Ok(DONE)
}

fn accept(desk: &Desk, grant: &Path, way: Way) -> Done {
    let dir = desk.dir()?;
    Bag::check_place(dir)?;
    let bytes = files::read(grant, GRANT_BYTES_MAX)?;
    let passphrase = desk.passphrase(false)?;
    let environment = Environment::default();
    let join = |proof: &Proof| Bag::join(dir, &passphrase, &bytes, proof, &environment);
    let (bag, compared) = match way {
        Way::Prove(proof) => (join(&proof)?, proof != Proof::Nothing),
        way => {
            let seen = Bag::challenge_admin(dir, &passphrase, &bytes, &environment)?;
            let ja = format!("「{}」の {} からの承認です。", seen.association, seen.admin);
            let en = format!("A grant by {} of \"{}\".", seen.admin, seen.association);
            let next = (
                "次: `kaban join accept GRANT --answer 6桁`",
                "Next: `kaban join accept GRANT --answer DIGITS`",
            );
            if matches!(way, Way::Challenge) {
                desk.out.show(&seen, |page| {
                    page.say(ja, en);
                    read_out(page, &seen.challenge);
                    page.say(next.0, next.1);
                });
                return Ok(DONE);
            }
            let words = desk.out.lang.pick(ja.as_str(), en.as_str());
            (ask(desk, words, &seen.challenge, join)?, true)
        }
    };
    let who = bag.whoami();
    bag.lock()?;
    desk.out.show(&who, |page| {
        page.say(
            format!(
                "「{}」に加わりました: {}。次: `kaban sync --relay URL`",
                who.association, who.name
            ),
            format!(
                "Joined \"{}\" as {}. Next: `kaban sync --relay URL`",
                who.association, who.name
            ),
        );
        if !compared {
            page.say(
                "⚠ だれからの承認か、確かめていません。",
                "⚠ Nothing was compared: nobody made sure whose grant this is.",
            );
        }
    });
    Ok(DONE)
}

/// `kaban member add`.
pub fn add(
    desk: &Desk,
    request: &Path,
    proof: ProofArgs,
    out: Option<PathBuf>,
    force: bool,
) -> Done {
    let bytes = files::read(request, REQUEST_BYTES_MAX)?;
    let asked = JoinRequest::read(&bytes)?.member;
    let whom = format!("{}, {}", asked.name, asked.role.code());
    let way = Way::from(proof);
    if matches!(way, Way::Challenge) {
        let seen = desk.with_bag(|bag| bag.challenge_newcomer(&bytes))?;
        desk.out.show(&seen, |page| {
            page.say(format!("申し込み: {whom}"), format!("Asks to join: {whom}"));
            read_out(page, &seen.challenge);
            page.say(
                "次: `kaban member add REQUEST --answer 6桁`",
                "Next: `kaban member add REQUEST --answer DIGITS`",
            );
        });
        return Ok(DONE);
    }
    let out = out.unwrap_or_else(|| request.with_extension("grant.kaban"));
    let file = NewFile::prepare(&out, force)?;
    let joined = desk.with_bag(|bag| match way {
        Way::Prove(proof) => bag.admit(&bytes, &proof),
        _ => {
            let seen = bag.challenge_newcomer(&bytes)?;
            ask(desk, &whom, &seen.challenge, |proof| {
                bag.admit(&bytes, proof)
            })
        }
    })?;
    file.write(&joined.grant)?;
    show_let_in(desk, &whom, &asked.name, asked.role.code(), &joined, &out);
    Ok(DONE)
}

fn show_let_in(desk: &Desk, whom: &str, name: &str, role: &str, joined: &Joined, out: &Path) {
    let document = json!({
        "device": joined.device.to_string(),
        "member": joined.member.to_string(),
        "name": name,
        "role": role,
        "compared": joined.compared,
        "fingerprint": joined.fingerprint,
        "file": out,
    });
    desk.out.show(&document, |page| {
        page.say(format!("承認しました: {whom}。"), format!("Let in: {whom}."));
        if joined.compared == "not" {
            page.say(
                "⚠ 本人の端末か、確かめていません。会員の一覧に「未照合」と出ます。",
                "⚠ Nothing was compared: nobody made sure whose device this is. The list of members says so.",
            );
        }
        page.say(
            format!("{} を渡してください(`kaban join accept`)。", out.display()),
            format!("Carry {} back (`kaban join accept`).", out.display()),
        );
        page.say(
            "本人が8桁を読み上げたら: `kaban member answer 氏名 8桁`",
            "When they read out eight digits: `kaban member answer NAME DIGITS`",
        );
    });
}

/// `kaban member answer`.
pub fn answer(desk: &Desk, member: &str, challenge: &str) -> Done {
    let answer = desk.with_bag(|bag| {
        let id = bag.member_id(member)?;
        bag.answer_newcomer(id, challenge)
    })?;
    desk.out.show(&json!({ "answer": answer }), |page| {
        page.say("この6桁を答えてください:", "Answer with these six digits:");
        page.line(format!("    {}", spaced(&answer)));
    });
    Ok(DONE)
}

/// `kaban member admissions`.
pub fn admissions(desk: &Desk) -> Done {
    desk.with_bag(|bag| {
        let admissions = bag.admissions()?;
        desk.out.show(&json!({ "admissions": admissions }), |page| {
            let lang = page.lang;
            for admission in &admissions {
                let mark = if admission.new { "⚠" } else { " " };
                page.line(format!("{mark} {}", told(lang, admission)));
            }
        });
        bag.see_admissions()?;
        Ok(DONE)
    })
}

/// One admission, in a line.
pub fn told(lang: Lang, admission: &AdmissionView) -> String {
    let AdmissionView {
        name,
        by,
        at,
        compared,
        device,
        ..
    } = admission;
    let compared = match *compared {
        "spoken" => lang.pick("声で照合", "compared by voice"),
        "scanned" => lang.pick("カメラで照合", "compared by camera"),
        _ => lang.pick("未照合", "not compared"),
    };
    let (at, device) = (times::human(at), &device[..8]);
    if lang.is_ja() {
        format!("{at} {by} が {name} を承認(端末 {device}、{compared})")
    } else {
        format!("{at}: {by} let in {name} (device {device}, {compared})")
    }
}

fn read_out(page: &mut Page, challenge: &str) {
    page.say(
        "この8桁を電話で読み上げてください:",
        "Read these eight digits out by voice:",
    );
    page.line(format!("    {}", spaced(challenge)));
}

/// Reads the challenge out and asks for the answer, until it is right or a new one is needed.
fn ask<T>(
    desk: &Desk,
    about: &str,
    challenge: &str,
    mut work: impl FnMut(&Proof) -> Result<T>,
) -> Result<T> {
    let lang = desk.out.lang;
    let say = lang.pick("読み上げる8桁", "Eight digits to read out");
    let question = lang.pick(
        "答えの6桁(なければEnter)",
        "Six digits answered (none: Enter)",
    );
    prompt(&format!("{about}\n{say}:  {}\n", spaced(challenge)))?;
    let mut tries = 1;
    loop {
        prompt(&format!("{question}: "))?;
        let typed = typed()?;
        if typed.trim().is_empty() {
            return Err(AppError::new(Kind::Rule, "no answer: nothing was admitted"));
        }
        match work(&Proof::Answer(typed)) {
            // What has no six digits was not judged.
            Err(error) if error.kind == Kind::BadInput => {
                desk.out.fail(&error);
            }
            Err(error) if error.kind == Kind::Rule && tries < WRONG_ANSWERS_MAX => {
                tries += 1;
                desk.out.fail(&error);
            }
            done => return done,
        }
    }
}

fn prompt(text: &str) -> Result<()> {
    let mut prompt = std::io::stderr();
    let written = prompt
        .write_all(text.as_bytes())
        .and_then(|()| prompt.flush());
    written.map_err(|_| bad_input("the six digits could not be asked for"))
}

fn typed() -> Result<String> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|_| bad_input("the six digits could not be read"))?;
    Ok(line)
}

fn spaced(digits: &str) -> String {
    let (first, last) = digits.split_at(digits.len() / 2);
    format!("{first} {last}")
}
