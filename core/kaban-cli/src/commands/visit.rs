//! Visit notes.

use std::str::FromStr;

use kaban_app::{Bag, ItemView, Result, VisitInput};
use kaban_model::ids::PatientId;
use kaban_model::visit::{ItemKind, VITALS, Vitals};
use serde_json::{Map, Value, json};

use super::draft;
use crate::args::{ItemArgs, VisitAddArgs, VisitCommand};
use crate::desk::{DONE, Desk, Done};
use crate::files;
use crate::lang::Lang;
use crate::output::{Page, bad_input};
use crate::times::{self, Edge};

/// Largest visit file, bytes.
const VISIT_BYTES_MAX: u64 = 1024 * 1024;

/// `kaban visit …`.
pub fn run(desk: &Desk, command: VisitCommand) -> Done {
    match command {
        VisitCommand::Add(args) => {
            let body = args
                .from
                .as_deref()
                .map(read_object)
                .transpose()?
                .unwrap_or_default();
            desk.with_bag(|bag| {
                let patient = bag.patient_id(&args.id)?;
                add(desk, bag, patient, &args, body)
            })
        }
        VisitCommand::List { id } => desk.with_bag(|bag| {
            let patient = bag.patient_id(&id)?;
            let items = bag.visits(patient)?;
            desk.out
                .show(&json!({ "items": items }), |page| list(page, &items));
            Ok(DONE)
        }),
        VisitCommand::Amend {
            id,
            item,
            text,
            from,
        } => {
            let body = match (text, from) {
                (Some(text), _) => Map::from_iter([("text".to_owned(), Value::from(text))]),
                (None, Some(path)) => read_object(&path)?,
                (None, None) => Map::new(),
            };
            desk.with_bag(|bag| {
                let patient = bag.patient_id(&id)?;
                let amendment = bag.amend_visit(patient, &item, Value::Object(body))?;
                desk.out
                    .show(&json!({ "item_id": amendment.to_string() }), |page| {
                        page.say(
                            "追記しました。元の記録もそのまま残ります。",
                            "Amended; the original stays beside it.",
                        );
                    });
                Ok(DONE)
            })
        }
        VisitCommand::Draft(args) => {
            let from = args.from.as_deref().map(read_object).transpose()?;
            desk.with_bag(|bag| draft::save_or_show(desk, bag, &args, from))
        }
        VisitCommand::Drafts => desk.with_bag(|bag| draft::list(desk, bag)),
        VisitCommand::Sign { id } => desk.with_bag(|bag| draft::sign(desk, bag, &id)),
        VisitCommand::Discard { id } => desk.with_bag(|bag| draft::discard(desk, bag, &id)),
        VisitCommand::Confirm(ItemArgs { id, item }) => desk.with_bag(|bag| {
            let patient = bag.patient_id(&id)?;
            let said = bag.confirm_item(patient, &item)?;
            desk.out
                .show(&json!({ "item_id": said.to_string() }), |page| {
                    page.say("下書きを確定しました。", "The draft is final now.");
                });
            Ok(DONE)
        }),
        VisitCommand::Retract { which, reason } => desk.with_bag(|bag| {
            let patient = bag.patient_id(&which.id)?;
            let said = bag.retract_visit(patient, &which.item, &reason)?;
            desk.out
                .show(&json!({ "item_id": said.to_string() }), |page| {
                    page.say(
                        "取り消しました。元の記録は、取り消しの印と理由をつけて残ります。",
                        "Taken back; the note stays, marked, with the reason.",
                    );
                });
            Ok(DONE)
        }),
    }
}

fn add(
    desk: &Desk,
    bag: &mut Bag,
    patient: PatientId,
    args: &VisitAddArgs,
    body: Map<String, Value>,
) -> Done {
    let body = filled(bag, args, body)?;
    let measured = body.get("vitals").cloned();
    let (id, warnings) = bag.add_visit(
        patient,
        VisitInput {
            body: Value::Object(body),
        },
    )?;
    desk.out.show(
        &json!({ "item_id": id.to_string(), "warnings": warnings }),
        |page| {
            page.say(format!("記録しました: {id}"), format!("Recorded: {id}"));
            warn(page, measured);
        },
    );
    Ok(DONE)
}

/// Says what looks implausible in measurements.
pub(super) fn warn(page: &mut Page, measured: Option<Value>) {
    let vitals = measured
        .and_then(|measured| Vitals::from_value(measured).ok())
        .unwrap_or_default();
    for warning in vitals.warnings() {
        page.line(format!("⚠ {}", warning.text(page.lang.is_ja())));
    }
}

/// A body with what the flags say put into it.
pub(super) fn filled(
    bag: &Bag,
    args: &VisitAddArgs,
    mut body: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let texts = [
        ("subjective", &args.subjective),
        ("objective", &args.objective),
        ("assessment", &args.assessment),
        ("plan", &args.plan),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            body.insert(name.to_owned(), text.clone().into());
        }
    }
    for (name, text) in [("arrived_at", &args.arrived_at), ("left_at", &args.left_at)] {
        if let Some(text) = text {
            let at = times::read(text, Edge::Start, bag.now())?;
            body.insert(name.to_owned(), at.to_rfc3339().into());
        }
    }
    let vitals = vitals(args)?;
    if !vitals.is_empty() {
        match body
            .entry("vitals")
            .or_insert_with(|| Value::Object(Map::new()))
        {
            Value::Object(measured) => measured.extend(vitals),
            _ => return Err(bad_input("vitals in the file is not an object")),
        }
    }
    Ok(body)
}

fn vitals(args: &VisitAddArgs) -> Result<Map<String, Value>> {
    let mut vitals = Map::new();
    if let Some(bp) = &args.bp {
        let (systolic, diastolic) = bp
            .split_once('/')
            .ok_or_else(|| bad_input(format!("--bp {bp}: write it as 120/70")))?;
        vitals.insert("bp_systolic".to_owned(), systolic.trim().into());
        vitals.insert("bp_diastolic".to_owned(), diastolic.trim().into());
    }
    let others = [
        ("pulse", &args.pulse),
        ("spo2", &args.spo2),
        ("temperature", &args.temp),
        ("respiration", &args.resp),
    ];
    for (name, value) in others {
        if let Some(value) = value {
            vitals.insert(name.to_owned(), value.clone().into());
        }
    }
    Ok(vitals)
}

fn read_object(path: &std::path::Path) -> Result<Map<String, Value>> {
    let bytes = files::read(path, VISIT_BYTES_MAX)?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(bad_input(format!("{}: not a JSON object", path.display()))),
        Err(error) => {
            let at = format!("line {} column {}", error.line(), error.column());
            Err(bad_input(format!("{}: not JSON at {at}", path.display())))
        }
    }
}

fn list(page: &mut Page, items: &[ItemView]) {
    for item in items {
        let mark = if item.retracted {
            page.lang.pick("  取り消し", "  retracted")
        } else if !item.confirmed {
            page.lang.pick("  未確定", "  not confirmed")
        } else {
            ""
        };
        let kind = ItemKind::from_str(&item.kind).unwrap_or_else(|never| match never {});
        let kind = kind.label(page.lang.is_ja());
        page.line(format!(
            "{} {}  {}  {kind}  {}{mark}",
            item.sent,
            times::human(&item.at),
            item.by,
            &item.item_id[..8]
        ));
        body(page, &item.body);
        for (sign, about) in [("+", &item.amended_by), ("×", &item.retracted_by)] {
            for said in about {
                let word = |key: &str| said.get(key).and_then(Value::as_str).unwrap_or_default();
                page.line(format!(
                    "  {sign} {}  {}",
                    times::human(word("at")),
                    word("by")
                ));
                if let Some(text) = said.get("body") {
                    body(page, text);
                }
            }
        }
    }
    if items.is_empty() {
        page.say("記録はまだありません。", "Nothing is recorded yet.");
    }
}

/// What was written, in words: S O A P, the vital signs with their units, anything else by its key.
pub(super) fn body(page: &mut Page, value: &Value) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let label = match key.as_str() {
            "arrived_at" | "duty_epoch" | "as_sent" => continue,
            "subjective" => "S",
            "objective" => "O",
            "assessment" => "A",
            "plan" => "P",
            "vitals" => page.lang.pick("バイタル", "vital signs"),
            "text" => page.lang.pick("追記", "text"),
            "reason" => page.lang.pick("理由", "reason"),
            other => other,
        };
        let text = match value {
            Value::String(text) if key.ends_with("_at") => times::human(text),
            Value::String(text) => text.clone(),
            Value::Object(measured) if key == "vitals" => measurements(measured, page.lang),
            Value::Array(lines) => lines
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join("\n"),
            Value::Object(_) | Value::Null => continue,
            other => other.to_string(),
        };
        page.entry(&format!("    {label}"), &text);
    }
}

fn measurements(measured: &Map<String, Value>, lang: Lang) -> String {
    let known = VITALS.iter().filter_map(|spec| {
        let number = measured.get(spec.name)?;
        let number = number
            .as_str()
            .map_or_else(|| number.to_string(), str::to_owned);
        Some(format!(
            "{} {number}{}",
            lang.pick(spec.label_ja, spec.label_en),
            spec.unit
        ))
    });
    let jcs = measured.get("jcs").map(|code| format!("JCS {code}"));
    known
        .chain(jcs)
        .collect::<Vec<_>>()
        .join(lang.pick("、", ", "))
}
