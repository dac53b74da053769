//! Founding, joining, members, devices.

use std::io::{BufRead, IsTerminal, Write};
use std::str::FromStr;

use kaban_app::{Bag, Environment, Result, pairing_code};
use kaban_model::people::Role;
use kaban_sync::workspace::{JoinRequest, Person};
use serde_json::json;

use crate::args::{FoundArgs, JoinCommand, MemberCommand, PersonArgs};
use crate::desk::{DONE, Desk, Done};
use crate::files::{self, NewFile};
use crate::output::bad_input;

/// Largest request or grant that is read, bytes.
const REQUEST_BYTES_MAX: u64 = 16 * 1024;
const GRANT_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// `kaban found`.
pub fn found(desk: &Desk, args: &FoundArgs) -> Done {
    let dir = desk.dir()?;
    Bag::check_free(dir)?;
    let passphrase = desk.passphrase(true)?;
    let bag = Bag::found(
        dir,
        &passphrase,
        &args.name,
        &person(&args.person),
        &Environment::default(),
    )?;
    let who = bag.whoami();
    bag.lock()?;
    desk.out.show(&who, |page| {
        page.say(
            format!(
                "「{}」を始めました。最初の会員は {} です。",
                who.association, who.name
            ),
            format!(
                "Founded \"{}\"; its first member is {}.",
                who.association, who.name
            ),
        );
        page.say(
            "次: 会員は `kaban join request` で申し込みます。",
            "Next: others ask to join with `kaban join request`.",
        );
    });
    Ok(DONE)
}

/// `kaban join …`.
pub fn join(desk: &Desk, command: JoinCommand) -> Done {
    match command {
        JoinCommand::Request {
            person: who,
            out,
            force,
        } => {
            let dir = desk.dir()?;
            let file = NewFile::prepare(&out, force)?;
            let passphrase = desk.passphrase(Bag::check_free(dir).is_ok())?;
            let new =
                Bag::request_to_join(dir, &passphrase, &person(&who), &Environment::default())?;
            file.write(&new.request.write())?;
            desk.out.show(&json!({ "file": out, "code": new.code, "member": new.request.member.id.to_string() }), |page| {
                page.say(
                    format!("{} を管理者に渡し、この番号を電話で伝えてください:", out.display()),
                    format!("Carry {} to an admin and read these digits out by voice:", out.display()),
                );
                page.line(format!("    {}", spaced(&new.code)));
            });
        }
        JoinCommand::Accept { grant } => {
            let dir = desk.dir()?;
            Bag::check_place(dir)?;
            let grant = files::read(&grant, GRANT_BYTES_MAX)?;
            let passphrase = desk.passphrase(false)?;
            let bag = Bag::join(dir, &passphrase, &grant, &Environment::default())?;
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
            });
        }
    }
    Ok(DONE)
}

/// `kaban member …`.
pub fn member(desk: &Desk, command: MemberCommand) -> Done {
    match command {
        MemberCommand::Add {
            request,
            code,
            out,
            force,
        } => {
            let bytes = files::read(&request, REQUEST_BYTES_MAX)?;
            let asked = JoinRequest::read(&bytes)?;
            let out = out.unwrap_or_else(|| request.with_extension("grant.kaban"));
            let file = NewFile::prepare(&out, force)?;
            let whom = format!("{}, {}", asked.member.name, asked.member.role.code());
            let shown = pairing_code(&asked.signed_bytes());
            let joined = desk.with_bag(|bag| {
                let code = match code {
                    Some(code) => code,
                    None if std::io::stdin().is_terminal() => ask_code(desk, &whom)?,
                    None => shown.clone(),
                };
                bag.admit(&bytes, &code)
            })?;
            file.write(&joined.grant)?;
            let document = json!({
                "device": joined.device.to_string(),
                "member": joined.member.to_string(),
                "name": asked.member.name,
                "role": asked.member.role.code(),
                "code": shown,
                "file": out,
            });
            desk.out.show(&document, |page| {
                page.say(
                    format!("承認しました: {whom}。申し込みの番号は次のとおりです:"),
                    format!("Let in: {whom}. The request's digits are:"),
                );
                page.line(format!("    {}", spaced(&shown)));
                page.say(
                    format!(
                        "本人の端末と同じなら {} を渡してください(`kaban join accept`)。",
                        out.display()
                    ),
                    format!(
                        "If the new device shows the same, carry {} back (`kaban join accept`).",
                        out.display()
                    ),
                );
            });
        }
        MemberCommand::List => desk.with_bag(|bag| {
            let members = bag.members();
            desk.out.show(&json!({ "members": members }), |page| {
                let lang = page.lang;
                let rows: Vec<Vec<String>> = members
                    .iter()
                    .map(|member| {
                        let role =
                            Role::from_str(&member.role).unwrap_or_else(|never| match never {});
                        let signs = [
                            (member.on_duty, lang.pick("当番", "on duty")),
                            (member.admin, lang.pick("管理", "admin")),
                            (!member.active, lang.pick("停止", "suspended")),
                        ];
                        let signs: Vec<&str> = signs
                            .iter()
                            .filter(|(is, _)| *is)
                            .map(|(_, word)| *word)
                            .collect();
                        let label = role.label(lang.is_ja()).to_owned();
                        vec![
                            member.id[..8].to_owned(),
                            member.name.clone(),
                            label,
                            member.phone.clone(),
                            signs.join(" "),
                        ]
                    })
                    .collect();
                let heading = if lang.is_ja() {
                    ["ID", "氏名", "職種", "電話", ""]
                } else {
                    ["id", "name", "role", "phone", ""]
                };
                page.table(&heading, &rows);
            });
            Ok(())
        })?,
        MemberCommand::Suspend { member, reason } => desk.with_bag(|bag| {
            let id = bag.member_id(&member)?;
            bag.suspend_member(id, &reason)?;
            desk.out
                .show(&json!({ "suspended": id.to_string() }), |page| {
                    page.say(
                        "止めました。ほかの端末には次の同期で伝わります。仮の停止です。もう一人が `kaban member confirm` で確かめるか、`kaban member lift` で解いてください。",
                        "Suspended; other devices hear of it at their next sync. It is provisional: somebody else confirms it (`kaban member confirm`) or lifts it (`kaban member lift`).",
                    );
                });
            Ok(())
        })?,
        MemberCommand::Confirm { member } => desk.with_bag(|bag| {
            let id = bag.member_id(&member)?;
            bag.confirm_suspension(id)?;
            let said = json!({ "confirmed": id.to_string() });
            desk.out.show(&said, |page| {
                page.say("停止を確かめました。", "The suspension is confirmed.");
            });
            Ok(())
        })?,
        MemberCommand::Lift { member } => desk.with_bag(|bag| {
            let id = bag.member_id(&member)?;
            bag.lift_suspension(id)?;
            let open = bag.suspensions().into_iter();
            let waits = open.into_iter().any(|view| view.member_id == id.to_string());
            let said = json!({ "lifted": id.to_string(), "stands": waits });
            desk.out.show(&said, |page| {
                if waits {
                    page.say(
                        "解く意見を記録しました。管理者か、もう一人の医師が同じことをすると解けます。",
                        "Noted. The suspension ends when an admin or a second doctor says the same.",
                    );
                } else {
                    page.say("停止を解きました。", "The suspension is lifted.");
                }
            });
            Ok(())
        })?,
    }
    Ok(DONE)
}

/// `kaban device list`.
pub fn devices(desk: &Desk) -> Done {
    desk.with_bag(|bag| {
        let devices = bag.devices();
        desk.out.show(&json!({ "devices": devices }), |page| {
            let this = page.lang.pick("この端末", "this one");
            let row = |device: &kaban_app::DeviceView| {
                let mark = if device.this { this } else { "" };
                vec![
                    device.id[..8].to_owned(),
                    device.members.join(", "),
                    device.status.to_owned(),
                    mark.to_owned(),
                ]
            };
            let rows: Vec<Vec<String>> = devices.iter().map(row).collect();
            let heading = if page.lang.is_ja() {
                ["ID", "会員", "状態", ""]
            } else {
                ["id", "members", "status", ""]
            };
            page.table(&heading, &rows);
        });
        Ok(DONE)
    })
}

/// `kaban whoami`.
pub fn whoami(desk: &Desk) -> Done {
    desk.with_bag(|bag| {
        let who = bag.whoami();
        desk.out.show(&who, |page| {
            let lang = page.lang;
            page.entry(lang.pick("協議会", "association"), &who.association);
            page.entry(
                lang.pick("会員", "member"),
                &format!("{}  {}", who.name, who.member),
            );
            page.entry(lang.pick("職種", "role"), &who.role);
            page.entry(lang.pick("端末", "device"), &who.device);
            let holds = if who.holds_bag {
                lang.pick("この端末にあります", "here")
            } else {
                lang.pick("ありません", "elsewhere")
            };
            page.entry(lang.pick("カバン", "bag"), holds);
        });
        Ok(DONE)
    })
}

fn person(args: &PersonArgs) -> Person {
    let PersonArgs {
        member,
        role,
        kana,
        phone,
    } = args;
    Person {
        name: member.trim().to_owned(),
        kana: kana.trim().to_owned(),
        role: Role::from_str(role).unwrap_or_else(|never| match never {}),
        phone: phone.trim().to_owned(),
    }
}

fn ask_code(desk: &Desk, whom: &str) -> Result<String> {
    let cannot = |_| bad_input("the six digits could not be read");
    let mut prompt = std::io::stderr();
    let question = desk
        .out
        .lang
        .pick("電話で聞いた6桁", "Six digits, by voice");
    write!(prompt, "{whom}\n{question}: ").map_err(cannot)?;
    let mut code = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut code)
        .map_err(cannot)?;
    Ok(code.split_whitespace().collect())
}

fn spaced(code: &str) -> String {
    let (first, last) = code.split_at(code.len() / 2);
    format!("{first} {last}")
}
