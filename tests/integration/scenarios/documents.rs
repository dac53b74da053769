//! What steps give, made from the views of `kaban-app` in the member names of `steps.json`.

use kaban_app::{AnswersView, HandoverView, ItemView, LeaseView, PatientView, StatusView};
use kaban_model::patient::{FieldPath, FieldState, PartialDate};
use serde_json::{Map, Value, json};

use chrono::NaiveDate;

pub fn lid(status: &StatusView, lease: &LeaseView) -> Value {
    json!({
        "association": status.association,
        "me": status.member,
        "on_duty": status.on_duty,
        "on_duty_until": status.on_duty_until,
        "holds_bag": status.holds_bag,
        "handover_unconfirmed": status.handover_unconfirmed,
        "unsent": status.unsent,
        "patients": status.patients,
        "locked": status.locked,
        "duty_list": status.duty_list,
        "conflicts": status.conflicts,
        "new_admissions": status.new_admissions.len(),
        "set_aside": status.quarantined.len() + status.refused_records.len(),
        "synced": status.synced_at.is_some(),
        "lease": lease.state,
    })
}

pub fn lease(lease: &LeaseView) -> Value {
    json!({
        "state": lease.state,
        "duty": lease.duty,
        "bag_locked": lease.bag_locked,
        "own_locked": lease.own_locked,
        "banner": lease.banner.is_some(),
        "why": lease.why.is_some(),
    })
}

pub fn page(view: &PatientView, today: NaiveDate) -> Value {
    let (mut fields, mut missing) = (Map::new(), Vec::new());
    for line in view.page.page(1).into_iter().chain(view.page.page(2)) {
        let entries: Vec<Value> = line
            .paths
            .iter()
            .filter_map(|path| Some(entry(view, path, view.page.state(path)?)))
            .collect();
        if line.gap {
            missing.push(line.spec.path);
        }
        if !entries.is_empty() {
            fields.insert(line.spec.path.to_owned(), entries.into());
        }
    }
    let born = PartialDate::parse(view.page.text("birth_date")).ok();
    let age = born.and_then(|born| born.age_at(today));
    let row = view.page.row();
    json!({
        "name": row.name,
        "kana": row.kana,
        "birth_date": row.birth_date,
        "age": age.map(|age| age.years),
        "severity": row.severity,
        "sex": row.sex,
        "scope": view.scope,
        "deceased": view.page.is_deceased(),
        "gaps": view.page.gaps().len(),
        "conflicts": view.page.conflicts().len(),
        "fields": fields,
        "missing": missing,
    })
}

fn entry(view: &PatientView, path: &FieldPath, state: &FieldState) -> Value {
    let conflict = state.is_conflict();
    let shown = state.shown.iter();
    let current = state.current();
    let mut values: Vec<Value> = shown
        .filter(|entry| conflict || current.is_some_and(|current| current.vid == entry.vid))
        .map(|entry| {
            json!({
                "ja": view.in_words(path, entry, true),
                "en": view.in_words(path, entry, false),
                "known": entry.value().is_some(),
                "by": view.name_of(entry.by),
            })
        })
        .collect();
    sort_by_ja(&mut values);
    json!({ "field": path.to_string(), "conflict": conflict, "values": values })
}

/// The open values of one patient.
pub fn conflicts(view: &PatientView) -> Vec<Value> {
    let open = view.page.conflicts().into_iter().filter_map(|path| {
        let state = view.page.state(&path)?;
        let mut values: Vec<Value> = state
            .shown
            .iter()
            .map(|entry| {
                json!({
                    "id": entry.vid.to_string(),
                    "ja": view.in_words(&path, entry, true),
                    "by": view.name_of(entry.by),
                })
            })
            .collect();
        sort_by_ja(&mut values);
        Some(json!({ "patient": view.id.to_string(), "field": path.to_string(), "values": values }))
    });
    open.collect()
}

fn sort_by_ja(values: &mut [Value]) {
    values.sort_by_key(|value| value["ja"].as_str().unwrap_or_default().to_owned());
}

pub fn visit(item: &ItemView) -> Value {
    let amendment = |amendment: &Value| json!({ "id": amendment["item_id"], "by": amendment["by"], "text": amendment["body"]["text"] });
    json!({
        "id": item.item_id,
        "kind": item.kind,
        "by": item.by,
        "confirmed": item.confirmed,
        "retracted": item.retracted,
        "duty": item.duty,
        "amendments": item.amended_by.iter().map(amendment).collect::<Vec<_>>(),
        "form": form(&item.body),
        "sent": if item.sent == "✓" { "receipt" } else { "here_only" },
    })
}

/// A stored visit as the form has it: measurements are texts.
pub fn form(body: &Value) -> Value {
    let mut form = body.clone();
    if let Some(vitals) = form.get_mut("vitals").and_then(Value::as_object_mut) {
        for value in vitals.values_mut().filter(|value| value.is_number()) {
            *value = value.to_string().into();
        }
    }
    form
}

pub fn answers(view: &AnswersView) -> Value {
    let chain = view.chain.iter();
    let passed = view.passed_over.iter();
    json!({
        "chain": chain.map(|a| json!({ "name": a.member, "as": a.answers_as })).collect::<Vec<_>>(),
        "passed_over": passed.map(|(name, _)| name).collect::<Vec<_>>(),
        "holder": view.holder,
    })
}

pub fn handover(view: &HandoverView) -> Value {
    json!({
        "state": view.state,
        "patients": view.patients,
        "late": view.late,
        "kept_own": view.kept_own,
    })
}
