//! Consent on paper.

use std::str::FromStr;

use kaban_app::ConsentInput;
use kaban_model::people::Role;

use crate::args::ConsentCommand;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;
use crate::times;

/// `kaban consent …`.
pub fn run(desk: &Desk, command: ConsentCommand) -> Done {
    desk.with_bag(|bag| {
        let id = match command {
            ConsentCommand::Give { id, date, role } => {
                let id = bag.patient_id(&id)?;
                let roles = role
                    .iter()
                    .map(|code| known_role(code))
                    .collect::<Result<_, _>>()?;
                bag.give_consent(
                    id,
                    &ConsentInput {
                        paper_date: date,
                        roles,
                    },
                )?;
                id
            }
            ConsentCommand::Withdraw { id, date } => {
                let id = bag.patient_id(&id)?;
                bag.withdraw_consent(id, times::day(&date)?)?;
                id
            }
            ConsentCommand::Show { id } => bag.patient_id(&id)?,
        };
        let view = bag.consent(id)?;
        desk.out.show(&view, |page| {
            let lang = page.lang;
            let state = match view.state {
                "given" => lang.pick("あり", "given"),
                "withdrawn" => lang.pick("撤回", "withdrawn"),
                _ => lang.pick("なし", "never given"),
            };
            let date = view.paper_date.as_deref().unwrap_or_default();
            page.entry(lang.pick("同意", "consent"), &format!("{state} {date}"));
            page.entry(lang.pick("職種", "roles"), &view.roles.join(", "));
            let why_not = if lang.is_ja() {
                view.why_not
            } else {
                view.why_not_en
            };
            let listed = match (view.on_duty_list, why_not) {
                (true, _) => lang.pick("載っています", "yes").to_owned(),
                (false, why) => format!(
                    "{} {}",
                    lang.pick("載っていません:", "no:"),
                    why.unwrap_or_default()
                ),
            };
            page.entry(lang.pick("当番名簿", "duty list"), &listed);
        });
        Ok(DONE)
    })
}

fn known_role(code: &str) -> kaban_app::Result<Role> {
    match Role::from_str(code).unwrap_or_else(|never| match never {}) {
        Role::Unknown(code) => Err(bad_input(format!("{code} is not a role"))),
        role => Ok(role),
    }
}
