//! Founding, members, devices.

use std::str::FromStr;

use kaban_app::{Bag, Environment};
use kaban_model::people::Role;
use kaban_sync::workspace::Person;
use serde_json::json;

use super::pairing;
use crate::args::{FoundArgs, MemberCommand, PersonArgs};
use crate::desk::{DONE, Desk, Done};

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

/// `kaban member …`.
pub fn member(desk: &Desk, command: MemberCommand) -> Done {
    match command {
        MemberCommand::Add {
            request,
            proof,
            out,
            force,
        } => return pairing::add(desk, &request, proof, out, force),
        MemberCommand::Answer { member, challenge } => {
            return pairing::answer(desk, &member, &challenge);
        }
        MemberCommand::Admissions => return pairing::admissions(desk),
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
                            (
                                member.compared == Some("not"),
                                lang.pick("未照合", "not compared"),
                            ),
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

/// Who introduces themselves.
pub fn person(args: &PersonArgs) -> Person {
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
