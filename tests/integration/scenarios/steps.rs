//! The steps, each one use case.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use kaban_app::input;
use kaban_app::{
    AppError, Bag, Kind, OfferInput, RegisterForm, Result, SetInput, SharedBag, SuspensionView,
    WhoInput,
};
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, MemberId};
use kaban_sync::workspace::Person;
use serde_json::{Value, json};

use super::documents;
use super::map;
use super::pairing;
use super::relay::RelayProcess;
use super::world::World;

/// The names of all but those of the map.
pub const KNOWN: &[&str] = &[
    "clock",
    "found",
    "request_to_join",
    "challenge_newcomer",
    "answer_admin",
    "admit",
    "challenge_admin",
    "answer_newcomer",
    "join",
    "admissions",
    "see_admissions",
    "open",
    "open_again",
    "lock",
    "who_am_i",
    "members",
    "suspend",
    "suspensions",
    "confirm_suspension",
    "lift_suspension",
    "lid",
    "lease",
    "health",
    "register",
    "list",
    "search",
    "page",
    "set_field",
    "conflicts",
    "resolve_take",
    "resolve_with",
    "save_draft",
    "draft",
    "drafts",
    "discard_draft",
    "sign",
    "visits",
    "amend",
    "confirm",
    "retract",
    "write_note",
    "notes",
    "who_answers",
    "declare_absence",
    "absences",
    "not_reached",
    "take_over",
    "offer",
    "receive",
    "accept",
    "release",
    "withdraw",
    "handover_status",
    "pack",
    "relay",
    "relay_ends",
    "sync",
    "tamper",
];

/// Takes one.
pub fn take(world: &mut World, step: &Value) -> Result<Value> {
    let step = Step(step);
    match step.name() {
        "clock" => {
            world.set_clock(input::instant("at", step.text("at"))?);
            Ok(json!({}))
        }
        "relay" => {
            let folder = world.folder.path().join("relay");
            let relay = RelayProcess::start(&folder, world.now());
            world.url = Some(relay.url.clone());
            world.relay = Some(relay);
            Ok(json!({}))
        }
        "relay_ends" => {
            world.relay = None;
            Ok(json!({}))
        }
        "found" | "request_to_join" | "join" | "open" | "open_again" => enter(world, step),
        name if pairing::KNOWN.contains(&name) => pairing::take(world, step),
        "lock" => {
            world.bags[step.by()].lock()?;
            Ok(json!({}))
        }
        "tamper" => {
            tamper(&world.place(step.by()), step.text("row"));
            Ok(json!({}))
        }
        "sync" => sync(world, step),
        "pack" => {
            stage(&[
                "pack".as_ref(),
                world.folder.path().join(step.text("out")).as_os_str(),
            ]);
            Ok(json!({}))
        }
        name if map::KNOWN.contains(&name) => map::take(world, step),
        "admit" | "offer" | "receive" | "accept" | "release" => carry(world, step),
        _ => {
            let bag = world.bags.get(step.by()).expect("a device of the story");
            bag.with(|bag| inside(bag, step))
        }
    }
}

/// Opening a bag, by whatever way.
fn enter(world: &mut World, step: Step<'_>) -> Result<Value> {
    let (device, place) = (step.by(), world.place(step.by()));
    let (pin, environment) = (step.text("pin").as_bytes(), world.environment(device));
    let bag = match step.name() {
        "found" => {
            Bag::check_free(&place)?;
            let association = step.text("association");
            Bag::found(&place, pin, association, &step.person()?, &environment)?
        }
        "request_to_join" => {
            let new = Bag::request_to_join(&place, pin, &step.person()?, &environment)?;
            world
                .files
                .insert(step.text("out").to_owned(), new.request.write());
            return Ok(json!({ "fingerprint": new.fingerprint }));
        }
        "join" => {
            let grant = &world.files[step.text("in")];
            Bag::join(&place, pin, grant, &pairing::proof(step), &environment)?
        }
        _ => {
            Bag::check_place(&place)
                .map_err(|error| AppError::new(Kind::NotFound, error.detail))?;
            Bag::open(&place, pin, None, &environment)?
        }
    };
    world.bags.insert(device.to_owned(), SharedBag::new(bag));
    Ok(json!({}))
}

fn tamper(place: &Path, row: &str) {
    stage(&["tamper".as_ref(), place.as_os_str(), row.as_ref()]);
}

fn stage(arguments: &[&OsStr]) {
    let mut stage = Command::new(env!("CARGO_BIN_EXE_kaban-stage"));
    assert!(stage.args(arguments).status().unwrap().success());
}

fn sync(world: &mut World, step: Step<'_>) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bag = &world.bags[step.by()];
    let view = runtime.block_on(bag.sync(world.url.as_deref(), &mut |_| {}))?;
    Ok(json!({
        "received": view.received,
        "sent": view.sent,
        "set_aside": view.quarantined,
        "refused": view.refused.len(),
    }))
}

/// Steps that take or give a sealed file.
fn carry(world: &mut World, step: Step<'_>) -> Result<Value> {
    let bag = &world.bags[step.by()];
    let file = step.maybe("in").map(|name| world.files[name].as_slice());
    let (given, made) = bag.with(|bag| match step.name() {
        "admit" => {
            let joined = bag.admit(file.unwrap(), &pairing::proof(step))?;
            Ok((pairing::let_in(&joined), Some(joined.grant)))
        }
        "offer" => {
            let to: MemberId = input::id("member", step.text("to"))?;
            let device: DeviceId = input::id("device", step.text("device"))?;
            let (view, file) = bag.offer(OfferInput {
                to: (to, device),
                turn: None,
            })?;
            Ok((documents::handover(&view), Some(file)))
        }
        "receive" => {
            let (view, answer) = match file {
                Some(file) => bag.receive(file)?,
                None => (bag.receive_from_relay()?, None),
            };
            Ok((documents::handover(&view), answer))
        }
        "accept" => {
            let (view, file) = bag.accept()?;
            Ok((documents::handover(&view), Some(file)))
        }
        _ => {
            let (view, answer) = bag.release(file)?;
            Ok((documents::handover(&view), answer))
        }
    })?;
    if let Some(name) = step.maybe("out") {
        world
            .files
            .insert(name.to_owned(), made.expect("a file to carry"));
    }
    Ok(given)
}

/// Steps inside an open bag.
fn inside(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    match step.name() {
        "page" | "set_field" | "conflicts" | "resolve_take" | "resolve_with" | "register"
        | "list" | "search" => patients(bag, step),
        "save_draft" | "draft" | "drafts" | "discard_draft" | "sign" | "visits" | "amend"
        | "confirm" | "retract" => visits(bag, step),
        "write_note" | "notes" => notebook(bag, step),
        "who_am_i" | "members" | "lid" | "lease" | "health" => lid(bag, step),
        "suspend" | "suspensions" | "confirm_suspension" | "lift_suspension" => {
            suspensions(bag, step)
        }
        "admissions" | "see_admissions" => pairing::admissions(bag, step),
        _ => duty(bag, step),
    }
}

fn lid(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    Ok(match step.name() {
        "who_am_i" => {
            let me = bag.whoami();
            json!({ "member": me.member, "device": me.device, "name": me.name, "role": me.role, "holds_bag": me.holds_bag })
        }
        "members" => {
            let member = |m: kaban_app::MemberView| json!({ "name": m.name, "role": m.role, "active": m.active, "admin": m.admin, "on_duty": m.on_duty, "compared": m.compared });
            json!({ "members": bag.members().into_iter().map(member).collect::<Vec<_>>() })
        }
        "lid" => documents::lid(&bag.status()?, &bag.lease()?),
        "lease" => documents::lease(&bag.lease()?),
        _ => json!({ "ok": bag.health()?.ok }),
    })
}

fn suspensions(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    if step.name() == "suspensions" {
        let view = |s: SuspensionView| json!({ "name": s.member, "by": s.by, "confirmed_by": s.confirmed_by, "asked": s.asked });
        let standing: Vec<Value> = bag.suspensions().into_iter().map(view).collect();
        return Ok(json!({ "suspensions": standing }));
    }
    let member = input::id("member", step.text("member"))?;
    match step.name() {
        "suspend" => bag.suspend_member(member, input::text("reason", step.text("reason"))?)?,
        "confirm_suspension" => bag.confirm_suspension(member)?,
        _ => bag.lift_suspension(member)?,
    }
    Ok(json!({}))
}

fn patients(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    Ok(match step.name() {
        "register" => {
            let member = |id: &str| input::id::<MemberId>("member", id);
            let values = step.0["values"].as_object().unwrap().iter();
            let team = step
                .0
                .get("team")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let form = RegisterForm {
                primary: step.maybe("primary").map(member).transpose()?,
                deputy: step.maybe("deputy").map(member).transpose()?,
                team: team
                    .map(|id| member(id.as_str().unwrap()))
                    .collect::<Result<_>>()?,
                consent_paper_date: step.maybe("consent_paper_date").map(str::to_owned),
                values: values
                    .map(|(field, v)| (field.clone(), v.as_str().unwrap().to_owned()))
                    .collect(),
            };
            json!({ "patient": bag.register_typed(form)?.to_string() })
        }
        "list" => json!({ "patients": bag.patients()? }),
        "search" => json!({ "hits": bag.search(input::search(step.text("text"))?)?.hits }),
        "page" => {
            let today = bag.now().date_naive();
            documents::page(&bag.patient(step.patient()?)?, today)
        }
        "set_field" => {
            let (field, value) = (step.text("field"), step.maybe("value"));
            if let Some(value) = value {
                input::text(field, value)?;
            }
            let input = SetInput {
                field: field.to_owned(),
                value: value.map(str::to_owned),
                source: None,
            };
            json!({ "field": bag.set_field(step.patient()?, &input)?.to_string() })
        }
        "conflicts" => {
            let patients = match step.maybe("patient") {
                Some(_) => vec![step.patient()?],
                None => bag.patients_in_conflict()?,
            };
            let mut open = Vec::new();
            for patient in patients {
                open.extend(documents::conflicts(&bag.patient(patient)?));
            }
            json!({ "conflicts": open })
        }
        _ => {
            let of = step.0["of"].as_array().unwrap().iter();
            let of: Vec<String> = of.map(|vid| vid.as_str().unwrap().to_owned()).collect();
            let (take, value) = (step.maybe("take"), step.maybe("value"));
            bag.resolve(step.patient()?, step.text("field"), &of, take, value)?;
            json!({})
        }
    })
}

fn visits(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    if step.name() == "drafts" {
        let drafts = bag.drafts()?.into_iter().map(|draft| draft.patient);
        return Ok(json!({ "patients": drafts.collect::<Vec<_>>() }));
    }
    let patient = step.patient()?;
    let note = || -> Result<&str> {
        input::id::<ItemId>("entry", step.text("note"))?;
        Ok(step.text("note"))
    };
    Ok(match step.name() {
        "save_draft" => {
            check_form(&step.0["form"], "visit")?;
            let draft = bag.save_draft(patient, step.0["form"].clone())?;
            json!({ "form": documents::form(&draft.body), "scope": draft.scope })
        }
        "draft" => {
            let draft = bag.draft(patient)?;
            json!({ "form": draft.map(|draft| documents::form(&draft.body)) })
        }
        "discard_draft" => json!({ "discarded": bag.discard_draft(patient)? }),
        "sign" => {
            let (note, warnings) = bag.sign_draft(patient)?;
            json!({ "note": note.to_string(), "warnings": warnings.len() })
        }
        "visits" => {
            let items = bag.visits(patient)?;
            json!({ "items": items.iter().map(documents::visit).collect::<Vec<_>>() })
        }
        "amend" => {
            let body = json!({ "text": input::said("text", step.text("text"))? });
            json!({ "amendment": bag.amend_visit(patient, note()?, body)?.to_string() })
        }
        "confirm" => json!({ "confirmation": bag.confirm_item(patient, note()?)?.to_string() }),
        _ => {
            let reason = input::text("reason", step.text("reason"))?;
            json!({ "retraction": bag.retract_visit(patient, note()?, reason)?.to_string() })
        }
    })
}

/// Texts and times of a form, read as every shell reads them.
fn check_form(form: &Value, of: &str) -> Result<()> {
    for (name, value) in form.as_object().into_iter().flatten() {
        let place = format!("{of}.{name}");
        match value {
            Value::String(text) if name.ends_with("_at") => drop(input::instant(&place, text)?),
            Value::String(text) => drop(input::text(&place, text)?),
            Value::Object(_) => check_form(value, name)?,
            _ => {}
        }
    }
    Ok(())
}

fn notebook(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    if step.name() == "notes" {
        return Ok(json!({ "notes": bag.notes()? }));
    }
    let patient = step.maybe("patient").map(|_| step.patient()).transpose()?;
    let urgent = step
        .0
        .get("urgent")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let entry = bag.add_note(input::text("text", step.text("text"))?, patient, urgent)?;
    Ok(json!({ "entry": entry.to_string() }))
}

fn duty(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    let member = || input::id::<MemberId>("member", step.text("member"));
    let patient = || step.maybe("patient").map(|_| step.patient()).transpose();
    Ok(match step.name() {
        "who_answers" => {
            let at = step
                .maybe("at")
                .map(|at| input::instant("at", at))
                .transpose()?;
            documents::answers(&bag.who(WhoInput {
                at,
                patient: patient()?,
            })?)
        }
        "declare_absence" => {
            let time = |name: &str| input::instant(name, step.text(name));
            bag.add_absence(member()?, time("from")?, time("to")?)?;
            json!({})
        }
        "absences" => {
            let absences = bag.absences().into_iter();
            let view = |(name, from, to)| json!({ "name": name, "from": from, "to": to });
            json!({ "absences": absences.map(view).collect::<Vec<_>>() })
        }
        "not_reached" => {
            let tries = u32::try_from(step.0["tries"].as_u64().unwrap()).unwrap();
            bag.add_unreached(member()?, patient()?, tries)?;
            json!({})
        }
        "take_over" => {
            bag.take_over()?;
            json!({})
        }
        "withdraw" => documents::handover(&bag.withdraw()?),
        "handover_status" => documents::handover(&bag.handover_status()?),
        other => panic!("no such step: {other}"),
    })
}

/// One step, read.
#[derive(Clone, Copy)]
pub struct Step<'s>(pub &'s Value);

impl<'s> Step<'s> {
    pub fn name(self) -> &'s str {
        self.text("do")
    }

    pub fn by(self) -> &'s str {
        self.text("by")
    }

    pub fn text(self, name: &str) -> &'s str {
        self.maybe(name)
            .unwrap_or_else(|| panic!("a text {name} in {}", self.0))
    }

    pub fn maybe(self, name: &str) -> Option<&'s str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub fn patient(self) -> Result<PatientId> {
        input::id("patient", self.text("patient"))
    }

    fn person(self) -> Result<Person> {
        let person = Step(&self.0["person"]);
        let role = Role::KNOWN
            .into_iter()
            .find(|role| role.code() == person.text("role"));
        let role = role.ok_or_else(|| AppError {
            kind: Kind::BadInput,
            detail: "not a role".to_owned(),
            input: Some("person.role".to_owned()),
        })?;
        Ok(Person {
            name: person.text("name").to_owned(),
            kana: person.text("kana").to_owned(),
            role,
            phone: person.text("phone").to_owned(),
        })
    }
}
