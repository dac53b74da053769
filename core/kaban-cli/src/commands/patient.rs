//! Patients: list, search, page 1, writing a field, conflicts, registering.

use std::path::Path;

use kaban_app::{Bag, ConflictView, RegisterForm, Result, SetInput};
use kaban_model::patient::{FieldKind, FieldPath, FieldSpec};
use serde_json::{Value, json};

use super::page;
use crate::args::{PatientCommand, RegisterArgs, ResolveArgs, SetArgs};
use crate::desk::{DONE, Desk, Done};
use crate::lang::{Lang, severity};
use crate::output::{Page, bad_input};

/// `kaban patient …`.
pub fn run(desk: &Desk, command: PatientCommand) -> Done {
    if matches!(command, PatientCommand::Fields) {
        return Ok(fields(desk));
    }
    desk.with_bag(|bag| {
        match command {
            PatientCommand::Fields => {}
            PatientCommand::List { pack } => list(desk, bag, pack.as_deref())?,
            PatientCommand::Search { text } => search(desk, bag, &text.join(" "))?,
            PatientCommand::Show { id, page } => {
                let id = bag.patient_id(&id)?;
                let view = bag.patient(id)?;
                let document = bag.patient_json(&view);
                let consent = if desk.out.json {
                    None
                } else {
                    bag.consent(id).ok()
                };
                let today = bag.now().date_naive();
                desk.out.show(&document, |lines| {
                    page::show(lines, &view, page, today, consent.as_ref())
                });
            }
            PatientCommand::Set(args) => set(desk, bag, args)?,
            PatientCommand::Conflicts { id } => {
                let id = id.map(|id| bag.patient_id(&id)).transpose()?;
                let views = bag.conflicts(id)?;
                desk.out.show(&json!({ "conflicts": views }), |page| {
                    conflicts(page, &views)
                });
            }
            PatientCommand::Resolve(args) => {
                let ResolveArgs {
                    id,
                    field,
                    of,
                    take,
                    value,
                } = args;
                let patient = bag.patient_id(&id)?;
                bag.resolve(patient, &field, &of, take.as_deref(), value.as_deref())?;
                desk.out.show(
                    &json!({ "patient": patient.to_string(), "field": field }),
                    |page| {
                        page.say(
                            "決めました。ほかの端末には次の同期で伝わります。",
                            "Decided; other devices hear of it at their next sync.",
                        );
                    },
                );
            }
            PatientCommand::Register(args) => register(desk, bag, *args)?,
            PatientCommand::Unregister { id, reason } => {
                let patient = bag.patient_id(&id)?;
                bag.unregister(patient, &reason)?;
                desk.out
                    .show(&json!({ "unregistered": patient.to_string() }), |page| {
                        page.say("登録を外しました。", "Taken off the register.");
                    });
            }
        }
        Ok(DONE)
    })
}

fn list(desk: &Desk, bag: &mut Bag, pack: Option<&Path>) -> Result<()> {
    let rows = match pack {
        Some(pack) => bag.patients_by_area(super::map::open_pack(pack)?.gazetteer())?,
        None => bag.patients()?,
    };
    desk.out.show(&json!({ "patients": rows }), |page| {
        let lang = page.lang;
        let cells = |row: &kaban_app::PatientRowView| {
            let conflict = if row.conflicts > 0 {
                format!("⚠{}", row.conflicts)
            } else {
                String::new()
            };
            vec![
                row.no.to_string(),
                row.name.clone(),
                row.kana.clone(),
                row.area.clone(),
                severity(&row.severity, lang).to_owned(),
                row.birth_date.clone(),
                conflict,
            ]
        };
        let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
        let heading = if lang.is_ja() {
            [
                "番号",
                "氏名",
                "フリガナ",
                "旧市町村",
                "重症度",
                "生年月日",
                "",
            ]
        } else {
            ["no", "name", "kana", "area", "severity", "born", ""]
        };
        page.table(&heading, &cells);
    });
    Ok(())
}

fn search(desk: &Desk, bag: &mut Bag, text: &str) -> Result<()> {
    let found = bag.search(text)?;
    desk.out.show(&found, |page| {
        let lang = page.lang;
        let cells = |hit: &kaban_app::HitView| {
            let alike = if hit.alike > 0 {
                lang.pick("⚠ 似た名前あり", "⚠ similar names")
            } else {
                ""
            };
            vec![
                hit.no.to_string(),
                hit.name.clone(),
                hit.kana.clone(),
                hit.birth_date.clone(),
                hit.area.clone(),
                alike.to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = found.hits.iter().map(cells).collect();
        let heading = if lang.is_ja() {
            ["番号", "氏名", "フリガナ", "生年月日", "旧市町村", ""]
        } else {
            ["no", "name", "kana", "born", "area", ""]
        };
        if rows.is_empty() {
            page.say("見つかりません。", "Nobody found.");
        } else {
            page.table(&heading, &rows);
        }
    });
    Ok(())
}

fn set(desk: &Desk, bag: &mut Bag, args: SetArgs) -> Result<()> {
    let SetArgs {
        id,
        field,
        value,
        unknown: _,
        source,
    } = args;
    let patient = bag.patient_id(&id)?;
    let path = bag.set_field(
        patient,
        &SetInput {
            field,
            value,
            source,
        },
    )?;
    desk.out.show(
        &json!({ "patient": patient.to_string(), "field": path.to_string() }),
        |page| {
            let label = path.spec().label(page.lang.is_ja());
            page.say(
                format!("書きました: {label}({path})"),
                format!("Written: {label} ({path})"),
            );
        },
    );
    Ok(())
}

fn register(desk: &Desk, bag: &mut Bag, args: RegisterArgs) -> Result<()> {
    let RegisterArgs {
        name,
        kana,
        birth_date,
        primary,
        deputy,
        team,
        consent,
        set,
    } = args;
    let primary = primary.map(|primary| bag.member_id(&primary)).transpose()?;
    let deputy = deputy.map(|deputy| bag.member_id(&deputy)).transpose()?;
    let team = team
        .iter()
        .map(|member| bag.member_id(member))
        .collect::<Result<Vec<_>>>()?;
    let mut values = vec![("name".to_owned(), name)];
    values.extend(kana.map(|kana| ("kana".to_owned(), kana)));
    values.extend(birth_date.map(|date| ("birth_date".to_owned(), date)));
    for pair in set {
        let pair = pair
            .split_once('=')
            .ok_or_else(|| bad_input(format!("--set {pair}: write it as FIELD=VALUE")))?;
        values.push((pair.0.trim().to_owned(), pair.1.to_owned()));
    }
    let id = bag.register_typed(RegisterForm {
        primary,
        deputy,
        team,
        consent_paper_date: consent,
        values,
    })?;
    let no = bag
        .patients()?
        .iter()
        .find(|row| row.id == id.to_string())
        .map(|row| row.no);
    desk.out
        .show(&json!({ "id": id.to_string(), "no": no }), |page| {
            let number = no.map_or_else(String::new, |no| no.to_string());
            page.say(
                format!("登録しました: 番号 {number}({id})"),
                format!("Registered: number {number} ({id})"),
            );
        });
    Ok(())
}

fn conflicts(page: &mut Page, views: &[ConflictView]) {
    for view in views {
        let label = FieldPath::parse(&view.field)
            .map_or(view.label, |path| path.spec().label(page.lang.is_ja()));
        page.line(format!("⚠ {}  {label}  {}", &view.patient[..8], view.field));
        for value in &view.values {
            page.line(format!(
                "    {}",
                page::side_by_side(&view.field, value, page.lang)
            ));
        }
    }
    if views.is_empty() {
        page.say("食い違いはありません。", "Nothing waits for a decision.");
    } else {
        page.say(
            "決めるには: kaban patient resolve ID 項目 --of VID,VID --take VID",
            "To decide: kaban patient resolve ID FIELD --of VID,VID --take VID",
        );
    }
}

/// `kaban patient fields` needs no bag.
fn fields(desk: &Desk) -> u8 {
    let document: Vec<Value> = Bag::fields().iter().map(describe).collect();
    desk.out.show(&json!({ "fields": document }), |page| {
        let lang = page.lang;
        let rows: Vec<Vec<String>> = Bag::fields()
            .iter()
            .map(|spec| {
                let path = if spec.list {
                    format!("{}/+", spec.path)
                } else {
                    spec.path.to_owned()
                };
                let marks = format!(
                    "{}{}",
                    if spec.significant { "!" } else { "" },
                    if spec.gap { "?" } else { "" }
                );
                vec![
                    path,
                    spec.page.to_string(),
                    marks,
                    spec.label(lang.is_ja()).to_owned(),
                    shape(&spec.kind, lang),
                ]
            })
            .collect();
        let heading = if lang.is_ja() {
            ["項目", "頁", "", "名前", "値"]
        } else {
            ["field", "page", "", "label", "value"]
        };
        page.table(&heading, &rows);
        page.say(
            "! 重要項目(食い違いは並べて残す)  ? 空欄を示す",
            "! conflicts are shown side by side  ? a blank is shown as a gap",
        );
    });
    DONE
}

fn describe(spec: &FieldSpec) -> Value {
    let members: Vec<Value> = spec
        .members()
        .iter()
        .map(|member| {
            json!({
                "name": member.name, "required": member.required, "kind": kind_name(&member.kind),
                "choices": choices(&member.kind), "label_ja": member.label_ja, "label_en": member.label_en,
            })
        })
        .collect();
    json!({
        "path": spec.path, "list": spec.list, "page": spec.page, "kind": kind_name(&spec.kind),
        "choices": choices(&spec.kind), "members": members, "significant": spec.significant, "gap": spec.gap,
        "label_ja": spec.label_ja, "label_en": spec.label_en,
    })
}

fn kind_name(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } => "text",
        FieldKind::Line { .. } => "line",
        FieldKind::Choice(_) => "choice",
        FieldKind::Date => "date",
        FieldKind::Phone => "phone",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Decimal { .. } => "decimal",
        FieldKind::Point => "point",
        FieldKind::Flag => "flag",
        FieldKind::Object(_) => "object",
    }
}

fn choices(kind: &FieldKind) -> Vec<&'static str> {
    match kind {
        FieldKind::Choice(choices) => choices.iter().map(|(code, _, _)| *code).collect(),
        _ => Vec::new(),
    }
}

fn shape(kind: &FieldKind, lang: Lang) -> String {
    match kind {
        FieldKind::Choice(_) => choices(kind).join(" | "),
        FieldKind::Date => "YYYY-MM-DD".to_owned(),
        FieldKind::Point => r#"{"lon":140.5,"lat":35.7}"#.to_owned(),
        FieldKind::Flag => "true | false".to_owned(),
        FieldKind::Object(members) => {
            let name = |m: &kaban_model::patient::MemberSpec| {
                format!("{}{}", m.name, if m.required { "*" } else { "" })
            };
            format!(
                "JSON {{{}}}",
                members.iter().map(name).collect::<Vec<_>>().join(", ")
            )
        }
        FieldKind::Integer { min, max } => format!("{min}–{max}"),
        FieldKind::Decimal { max } => format!("0–{max}"),
        FieldKind::Text { max_chars } => format!("{} ≤ {max_chars}", lang.pick("文", "text")),
        FieldKind::Line { max_chars } => format!("{} ≤ {max_chars}", lang.pick("一行", "line")),
        FieldKind::Phone => lang.pick("電話", "phone").to_owned(),
    }
}
