//! Drafts of visit notes: saved, shown, signed, thrown away.

use kaban_app::{Bag, DraftView};
use serde_json::{Map, Value, json};

use super::visit;
use crate::args::VisitAddArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::Page;
use crate::times;

/// Saves what the file or the flags say into the draft; shows it when neither says anything.
pub fn save_or_show(
    desk: &Desk,
    bag: &mut Bag,
    args: &VisitAddArgs,
    from: Option<Map<String, Value>>,
) -> Done {
    let patient = bag.patient_id(&args.id)?;
    let given = visit::filled(bag, args, Map::new())?;
    if from.is_none() && given.is_empty() {
        let draft = bag.draft(patient)?;
        desk.out.show(&json!({ "draft": draft }), |page| {
            let none = draft.is_none();
            draft.iter().for_each(|draft| one(page, draft));
            if none {
                page.say("下書きはありません。", "There is no draft.");
            }
        });
        return Ok(DONE);
    }
    let before = match from {
        Some(body) => body,
        None => match bag.draft(patient)?.map(|draft| draft.body) {
            Some(Value::Object(body)) => body,
            _ => Map::new(),
        },
    };
    let body = visit::filled(bag, args, before)?;
    let draft = bag.save_draft(patient, Value::Object(body))?;
    desk.out.show(&json!({ "draft": draft }), |page| {
        page.say(
            "下書きを保存しました。署名するまで、ほかの人には見えません。",
            "The draft is saved; nobody else sees it until it is signed.",
        );
        visit::warn(page, draft.body.get("vitals").cloned());
    });
    Ok(DONE)
}

/// This person's drafts.
pub fn list(desk: &Desk, bag: &mut Bag) -> Done {
    let drafts = bag.drafts()?;
    desk.out.show(&json!({ "drafts": drafts }), |page| {
        drafts.iter().for_each(|draft| one(page, draft));
        if drafts.is_empty() {
            page.say("下書きはありません。", "There are no drafts.");
        }
    });
    Ok(DONE)
}

/// Signs one.
pub fn sign(desk: &Desk, bag: &mut Bag, id: &str) -> Done {
    let patient = bag.patient_id(id)?;
    let measured = bag.draft(patient)?.map(|draft| draft.body);
    let (item, warnings) = bag.sign_draft(patient)?;
    desk.out.show(
        &json!({ "item_id": item.to_string(), "warnings": warnings }),
        |page| {
            page.say(format!("記録しました: {item}"), format!("Recorded: {item}"));
            visit::warn(page, measured.and_then(|body| body.get("vitals").cloned()));
        },
    );
    Ok(DONE)
}

/// Throws one away.
pub fn discard(desk: &Desk, bag: &mut Bag, id: &str) -> Done {
    let patient = bag.patient_id(id)?;
    let there = bag.discard_draft(patient)?;
    desk.out.show(&json!({ "discarded": there }), |page| {
        if there {
            page.say("下書きを捨てました。", "The draft is thrown away.");
        } else {
            page.say("下書きはありません。", "There is no draft.");
        }
    });
    Ok(DONE)
}

fn one(page: &mut Page, draft: &DraftView) {
    page.line(format!(
        "{}  {}  {}",
        times::human(&draft.saved_at),
        page.lang.pick("下書き", "draft"),
        &draft.patient[..8]
    ));
    visit::body(page, &draft.body);
    visit::warn(page, draft.body.get("vitals").cloned());
}
