//! Steps of pairing: what two people speak, and who let whom in.

use kaban_app::{AdmissionView, Bag, Joined, Result, input};
use kaban_sync::pairing::Proof;
use serde_json::{Value, json};

use super::steps::Step;
use super::world::World;

/// Those that make or compare digits.
pub const KNOWN: &[&str] = &[
    "challenge_newcomer",
    "answer_admin",
    "challenge_admin",
    "answer_newcomer",
];

/// Takes one.
pub fn take(world: &World, step: Step<'_>) -> Result<Value> {
    let (place, environment) = (world.place(step.by()), world.environment(step.by()));
    let pin = step.maybe("pin").unwrap_or_default().as_bytes();
    let file = step.maybe("in").map(|name| world.files[name].as_slice());
    match step.name() {
        "answer_admin" => {
            let challenge = step.text("challenge");
            let answer = Bag::answer_admin(&place, pin, challenge, &environment)?;
            Ok(json!({ "answer": answer }))
        }
        "challenge_admin" => {
            let seen = Bag::challenge_admin(&place, pin, file.unwrap(), &environment)?;
            Ok(json!(seen))
        }
        "answer_newcomer" => {
            let member = input::id("member", step.text("member"))?;
            let challenge = step.text("challenge");
            let answer =
                world.bags[step.by()].with(|bag| bag.answer_newcomer(member, challenge))?;
            Ok(json!({ "answer": answer }))
        }
        _ => {
            let seen = world.bags[step.by()].with(|bag| bag.challenge_newcomer(file.unwrap()))?;
            Ok(json!({ "name": seen.name, "challenge": seen.challenge }))
        }
    }
}

/// What a step has in hand.
pub fn proof(step: Step<'_>) -> Proof {
    match (step.maybe("answer"), step.maybe("scanned")) {
        (Some(digits), _) => Proof::Answer(digits.to_owned()),
        (_, Some(text)) => Proof::Scanned(text.to_owned()),
        _ => Proof::Nothing,
    }
}

/// What letting in gives.
pub fn let_in(joined: &Joined) -> Value {
    let Joined {
        member,
        compared,
        fingerprint,
        ..
    } = joined;
    json!({ "member": member.to_string(), "compared": compared, "fingerprint": fingerprint })
}

/// Who let whom in.
pub fn admissions(bag: &mut Bag, step: Step<'_>) -> Result<Value> {
    if step.name() == "see_admissions" {
        bag.see_admissions()?;
        return Ok(json!({}));
    }
    let view = |a: AdmissionView| json!({ "name": a.name, "by": a.by, "compared": a.compared, "new": a.new });
    let all: Vec<Value> = bag.admissions()?.into_iter().map(view).collect();
    Ok(json!({ "admissions": all }))
}
