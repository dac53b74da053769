//! Handing the bag over, by file or by relay. With a relay the device meets it before the step and after.

use std::path::Path;

use kaban_app::{Bag, CarriedFile, HandoverView, OfferInput, Result};
use serde_json::Value;

use super::sync;
use crate::args::{AcceptArgs, HandoverCommand, OfferArgs, ReceiveArgs, ReleaseArgs};
use crate::desk::{DONE, Desk, Done};
use crate::files::{self, NewFile};
use crate::lang::handover_state;
use crate::output::bad_input;

/// Largest file that is read, bytes.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// `kaban handover …`.
pub fn run(desk: &Desk, command: HandoverCommand) -> Done {
    match command {
        HandoverCommand::Offer(args) => offer(desk, &args),
        HandoverCommand::Receive(args) => receive(desk, &args),
        HandoverCommand::Accept(args) => accept(desk, &args),
        HandoverCommand::Release(args) => release(desk, &args),
        HandoverCommand::Status => desk.with_bag(|bag| {
            let view = bag.handover_status()?;
            show(desk, &view, None);
            Ok(DONE)
        }),
        HandoverCommand::Withdraw { relay } => desk.with_bag(|bag| {
            let view = over_relay(desk, bag, relay.as_deref(), Bag::withdraw)?;
            show(desk, &view, None);
            Ok(DONE)
        }),
    }
}

fn offer(desk: &Desk, args: &OfferArgs) -> Done {
    let out = prepare(args.out.as_deref(), args.force)?;
    desk.with_bag(|bag| {
        let (view, file) = over_relay(desk, bag, args.relay.as_deref(), |bag| {
            let to = bag.device_of(&args.to)?;
            bag.offer(OfferInput { to, turn: None })
        })?;
        write(out, &file)?;
        show(desk, &view, args.out.as_deref());
        Ok(DONE)
    })
}

fn receive(desk: &Desk, args: &ReceiveArgs) -> Done {
    let Some(input) = &args.input else {
        return desk.with_bag(|bag| {
            sync::meet(desk, bag, url(args.relay.as_deref()))?;
            let view = bag.receive_from_relay()?;
            show(desk, &view, None);
            sync::code(bag)
        });
    };
    let file = files::read(input, FILE_BYTES_MAX)?;
    let kind = kaban_app::carried_file(&file)?;
    for_this_step(kind, &[CarriedFile::Offer, CarriedFile::Release])?;
    if kind == CarriedFile::Release && args.out.is_none() {
        return Err(bad_input(
            "this file lets go of the bag; its giver waits for an answer: --out FILE",
        ));
    }
    let out = if kind == CarriedFile::Release {
        prepare(args.out.as_deref(), args.force)?
    } else {
        None
    };
    desk.with_bag(|bag| {
        let (view, answer) = bag.receive(&file)?;
        if let Some(answer) = &answer {
            write(out, answer)?;
        }
        show(
            desk,
            &view,
            answer.is_some().then_some(args.out.as_deref()).flatten(),
        );
        sync::code(bag)
    })
}

fn accept(desk: &Desk, args: &AcceptArgs) -> Done {
    let out = prepare(args.out.as_deref(), args.force)?;
    desk.with_bag(|bag| {
        let (view, file) = over_relay(desk, bag, args.relay.as_deref(), Bag::accept)?;
        write(out, &file)?;
        show(desk, &view, args.out.as_deref());
        Ok(DONE)
    })
}

fn release(desk: &Desk, args: &ReleaseArgs) -> Done {
    let input = args
        .input
        .as_deref()
        .map(|path| files::read(path, FILE_BYTES_MAX))
        .transpose()?;
    let kind = input.as_deref().map(kaban_app::carried_file).transpose()?;
    if let Some(kind) = kind {
        for_this_step(kind, &[CarriedFile::Accept, CarriedFile::Ack])?;
    }
    if kind == Some(CarriedFile::Accept) && args.out.is_none() && args.relay.is_none() {
        return Err(bad_input(
            "what was written late has to reach the next doctor: --out FILE, or --relay",
        ));
    }
    let out = if kind == Some(CarriedFile::Ack) {
        None
    } else {
        prepare(args.out.as_deref(), args.force)?
    };
    desk.with_bag(|bag| {
        let (mut view, answer) = over_relay(desk, bag, args.relay.as_deref(), |bag| {
            bag.release(input.as_deref())
        })?;
        // By relay its receipts for what was written late came with the second meeting.
        if args.relay.is_some() && view.state == "released" {
            view = bag.release(None)?.0;
        }
        if let (Some(out), Some(answer)) = (out, &answer) {
            out.write(answer)?;
        }
        show(
            desk,
            &view,
            answer.is_some().then_some(args.out.as_deref()).flatten(),
        );
        Ok(DONE)
    })
}

/// A step, with a meeting before and after it when `relay` is given.
fn over_relay<T>(
    desk: &Desk,
    bag: &mut Bag,
    relay: Option<&str>,
    step: impl FnOnce(&mut Bag) -> Result<T>,
) -> Result<T> {
    if relay.is_some() {
        sync::meet(desk, bag, url(relay))?;
    }
    let done = step(bag)?;
    if relay.is_some() {
        sync::meet(desk, bag, url(relay))?;
    }
    Ok(done)
}

/// A file that belongs to another step is told which one.
fn for_this_step(kind: CarriedFile, fits: &[CarriedFile]) -> Result<()> {
    if fits.contains(&kind) {
        return Ok(());
    }
    let step = match kind {
        CarriedFile::Grant => "join accept",
        CarriedFile::Offer | CarriedFile::Release => "handover receive",
        CarriedFile::Accept | CarriedFile::Ack => "handover release",
    };
    Err(bad_input(format!("this file is for `kaban {step}`")))
}

/// `--relay` without an address is the one remembered.
fn url(relay: Option<&str>) -> Option<&str> {
    relay.filter(|url| !url.is_empty())
}

fn prepare(path: Option<&Path>, force: bool) -> Result<Option<NewFile>> {
    path.map(|path| NewFile::prepare(path, force)).transpose()
}

fn write(out: Option<NewFile>, bytes: &[u8]) -> Result<()> {
    out.map_or(Ok(()), |out| out.write(bytes))
}

fn show(desk: &Desk, view: &HandoverView, file: Option<&Path>) {
    let mut document = serde_json::to_value(view).unwrap_or(Value::Null);
    if let (Some(map), Some(file)) = (document.as_object_mut(), file) {
        map.insert("file".to_owned(), file.display().to_string().into());
    }
    desk.out.show(&document, |page| {
        let lang = page.lang;
        page.line(handover_state(&view.state, lang));
        if view.state == "none" {
            return;
        }
        page.entry(
            lang.pick("渡す人 → 受け取る人", "from → to"),
            &format!("{} → {}", view.from, view.to),
        );
        page.entry(lang.pick("患者", "patients"), &view.patients.to_string());
        page.entry(lang.pick("封筒", "envelopes"), &view.envelopes.to_string());
        if view.late > 0 {
            page.entry(
                lang.pick("申し出のあとの記録", "written after the offer"),
                &view.late.to_string(),
            );
        }
        if view.state == "erased" {
            let kept = format!(
                "{} ({} {})",
                view.erased,
                lang.pick("自分の患者", "own patients kept:"),
                view.kept_own
            );
            page.entry(lang.pick("消した行", "rows erased"), &kept);
        }
        page.entry(lang.pick("未送信", "unsent"), &view.unsent.to_string());
        page.entry(lang.pick("控え", "receipt"), &view.receipt);
        if let Some(file) = file {
            page.entry(
                lang.pick("渡すファイル", "file to carry"),
                &format!("{} ({} B)", file.display(), view.bytes),
            );
        }
    });
}
