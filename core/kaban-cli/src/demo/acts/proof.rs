//! What is left to prove: a quiet network, strangers, tampering, the audit chains, the relay.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use kaban_app::{AppError, Bag, Kind};
use kaban_sync::group::DocKey;
use kaban_vault::audit::AuditEvent;

use super::super::write;
use super::{reconnect, stranger};
use crate::demo::DEVICES_MIN;
use crate::demo::everywhere::look_everywhere;
use crate::demo::looked::{Looked, count};
use crate::demo::report::seconds;
use crate::demo::sight::items;
use crate::demo::story::{Story, ms};
use crate::demo::words::{Words, plain_text};
use crate::demo::world::{PASSPHRASE, copy_dir, disk};

/// Fewest envelopes that have to have arrived somewhere: each patient's, with several readers.
const RECEIVED_MIN: u64 = 2_000;
/// Fewest envelopes and keys that a stranger has to have tried.
const ENVELOPES_MIN: u64 = 400;
/// Fewest rows of the audit chains.
const AUDIT_ROWS_MIN: u64 = 1_000;

/// Plays it.
pub fn play(story: &mut Story<'_>) -> Result<(), AppError> {
    story
        .tell
        .act("そのほかの約束を確かめる", "the other promises");
    idle(story)?;
    set_aside(story)?;
    strangers(story)?;
    three_errors(story)?;
    nothing_lost_at_last(story)?;
    audit(story)?;
    words(story)
}

/// Who has nothing to say and nothing to hear needs one question.
fn idle(story: &mut Story<'_>) -> Result<(), AppError> {
    let devices = story.world.devices.len();
    let mut quiet = 0;
    for index in 0..devices {
        story.world.sync(index)?;
        let view = story.world.sync(index)?;
        quiet += u64::from(view.round_trips == 1 && view.sent + view.received == 0);
    }
    story.promise(
        "idle_sync",
        Looked::all(quiet, count(devices), count(DEVICES_MIN)),
        (
            "新しいものがなければ、同期は一往復・封書0件",
            "with nothing new, a sync is one round trip and no envelope",
        ),
        (
            "全端末でもう一度同期し、往復と封書を数えた",
            "synced every device once more, counted round trips and envelopes",
        ),
    );
    Ok(())
}

fn set_aside(story: &mut Story<'_>) -> Result<(), AppError> {
    let total = story.world.total;
    let wrong = total.quarantined + total.refused as u64;
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..story.world.devices.len() {
        for aside in story.world.device(index).bag()?.status()?.quarantined {
            *reasons.entry(aside.reason).or_default() += 1;
        }
    }
    for (reason, count) in reasons {
        story.tell.more(&format!("{count} × {reason}"));
    }
    story.promises.figure("envelopes_sent", total.sent);
    story.promises.figure("envelopes_received", total.received);
    story.promise(
        "nothing_set_aside",
        Looked::none(wrong, total.received, RECEIVED_MIN),
        (
            "正しく書かれたものは一つも退けられない",
            "nothing that was written properly is set aside or refused",
        ),
        (
            "全端末の全同期で隔離と拒否を数えた",
            "counted quarantined and refused envelopes over every sync of every device",
        ),
    );
    Ok(())
}

fn strangers(story: &mut Story<'_>) -> Result<(), AppError> {
    let stranger = stranger::make(story)?;
    let shut_out = stranger::knocks(story, &stranger)?;
    let refused = stranger::smuggle(story, &stranger)?;
    story.promise(
        "stranger_refused",
        Looked::all(count(refused), 1, 1).and(shut_out),
        ("中継は、知らない端末を入れず、その封書も受け取らない", "the relay lets no unknown device in and takes no envelope of one"),
        ("加わっていない端末として鍵で名乗り、その封書を正しい端末の便に紛れ込ませた", "signed in as a device that never joined, and slipped its envelope into a member's push"),
    );
    let (opened, of) = stranger::tries_everything(story, &stranger)?;
    story.promise(
        "stranger_reads_nothing",
        Looked::none(opened, of, ENVELOPES_MIN),
        (
            "加わっていない端末は、全部を手に入れても何も開けない",
            "a device that did not join opens nothing, even holding everything",
        ),
        (
            "事務局と当番医の全封書に、その端末のあらゆる鍵を試した",
            "tried all its keys on every envelope of the office and the duty doctor",
        ),
    );
    Ok(())
}

/// On copies: a wrong passphrase, a changed row and a damaged file are three different errors.
fn three_errors(story: &mut Story<'_>) -> Result<(), AppError> {
    let holder = story.holder;
    let patient = story.tonight()?.patient.id;
    let device = story.world.device(holder);
    device.lock()?;
    let (dir, environment) = (device.dir(), device.environment.clone());
    let copies: Vec<_> = ["wrong", "tampered", "damaged"]
        .map(|name| story.world.root.join("copies").join(name))
        .into();
    for copy in &copies {
        copy_dir(&dir, copy)?;
    }
    story.world.device(holder).unlock()?;
    let kind = |result: Result<(), AppError>| result.err().map(|error| error.kind);
    let open = |dir: &std::path::Path, words: &[u8]| -> Result<(), AppError> {
        Bag::open(dir, words, None, &environment)?
            .patient(patient)
            .map(drop)
    };
    let wrong = kind(open(&copies[0], b"not the passphrase, a guess"));
    let fine = open(&copies[0], PASSPHRASE).is_ok();
    let bent = bend_row(&copies[1].join("kaban.db"), patient.as_bytes())?;
    let tampered = kind(open(&copies[1], PASSPHRASE));
    let file = copies[2].join("kaban.db");
    let bytes = std::fs::read(&file).map_err(disk)?;
    std::fs::write(&file, &bytes[..bytes.len() / 2]).map_err(disk)?;
    let damaged = kind(open(&copies[2], PASSPHRASE));
    let right = [
        wrong == Some(Kind::WrongPassphrase),
        tampered == Some(Kind::Tampered),
        damaged == Some(Kind::Damaged),
    ];
    let held = right.map(u64::from).iter().sum();
    story.promise(
        "three_errors",
        Looked::all(held, count(right.len()), 3).and(fine && bent > 0),
        (
            "暗証違い・行の改ざん・ファイルの破損は、三つの別の誤りになる",
            "wrong passphrase, tampered row and damaged file are three different errors",
        ),
        (
            "保管庫の写しで三つとも起こした",
            "made all three happen on copies of a store",
        ),
    );
    Ok(())
}

/// Flips one bit in the box of a patient's page, found by its address, which lies in clear.
fn bend_row(file: &std::path::Path, patient: &[u8; 16]) -> Result<usize, AppError> {
    let mut bytes = std::fs::read(file).map_err(disk)?;
    let address = [b"page".as_slice(), patient, &[1]].concat();
    let into_box = address.len() + 120;
    let places: Vec<usize> = (0..bytes.len().saturating_sub(into_box))
        .filter(|at| bytes[*at..].starts_with(&address))
        .collect();
    for at in &places {
        bytes[at + into_box] ^= 1;
    }
    std::fs::write(file, bytes).map_err(disk)?;
    Ok(places.len())
}

fn audit(story: &mut Story<'_>) -> Result<(), AppError> {
    let (mut sound, mut rows, mut opened, mut noted) = (0, 0, 0, 0);
    let devices = story.world.devices.len();
    for index in 0..devices {
        let device = story.world.device(index);
        opened += device.opened;
        let verdict = device.bag()?.verify_audit()?;
        sound += u64::from(verdict.ok);
        rows += verdict.rows;
        let log = device.bag()?.audit_log()?;
        noted += log
            .iter()
            .filter(|line| line.event == AuditEvent::OpenPatient.name())
            .count() as u64;
        if let Some(out) = &story.options.out {
            let lines = log
                .iter()
                .map(|line| serde_json::to_string(line).map(|text| text + "\n"));
            let text: String = lines
                .collect::<Result<_, _>>()
                .map_err(|_| AppError::new(Kind::Internal, "encode the audit log"))?;
            write(out, &format!("audit-{:02}.jsonl", index + 1), &text)?;
        }
    }
    story.promises.figure("audit_rows", rows);
    story.promise(
        "audit_chains",
        Looked::all(sound, count(devices), count(DEVICES_MIN)).and(rows >= AUDIT_ROWS_MIN),
        (
            "全端末の監査記録の鎖がつながっている",
            "the audit chain of every device verifies",
        ),
        (
            "鎖の全行と全つなぎ目を確かめた",
            "checked every row and link of every chain",
        ),
    );
    story.promise(
        "every_access_logged",
        Looked::all(noted, opened, AUDIT_ROWS_MIN),
        (
            "開かれたページには、必ず監査の行がある",
            "every page that was opened left an audit row",
        ),
        (
            "開いた回数をこちらで数え、監査の行と比べた",
            "counted each opening in the story and compared with the rows",
        ),
    );
    Ok(())
}

/// Everything that was saved in the whole story, looked for once more at its end.
fn nothing_lost_at_last(story: &mut Story<'_>) -> Result<(), AppError> {
    let all = look_everywhere(story)?;
    reconnect::nothing_lost(story, &all)
}

/// No patient's word on a device that gave the bag away, none at the relay; a plaintext copy is caught.
fn words(story: &mut Story<'_>) -> Result<(), AppError> {
    let (began, tell) = (Instant::now(), story.tell);
    let words = Words::of(&story.ledger);
    let told = words.told(tell);
    for (kind, number) in words.by_kind() {
        story.promises.figure(kind.figure(), number);
    }
    story.world.stop_relay()?;
    let at_relay = words.clone().search(story.world.relay_store.clone());
    let control = control(story)?;
    let caught = words.found_in(&control)?.len();
    let mut on_old = None;
    for search in std::mem::take(&mut story.searches) {
        let looked = search.finish()?;
        on_old = on_old.filter(|old: &Looked| !old.held()).or(Some(looked));
    }
    let on_old = on_old.unwrap_or(Looked::none(0, 0, Words::least()));
    let at_relay = at_relay.finish()?;
    tell.step(
        seconds(ms(began)),
        "ファイルの中を探し終えた",
        "files searched",
    );
    story.promise(
        "control_caught",
        Looked::all(count(caught), words.len(), Words::least()).and(words.enough()),
        (
            "探し方は盲目でない: 平文の写しは見つかる",
            "the search is not blind: a plaintext copy is caught",
        ),
        (
            &format!("わざと書き出した平文で、同じ探索が {told} をすべて見つけた"),
            &format!(
                "the same search over a copy written in plain text on purpose found all of {told}"
            ),
        ),
    );
    story.promise(
        "old_device_canaries",
        on_old,
        (
            "渡したあとの端末のファイルに、患者の言葉は一つも読めない",
            "no patient's words can be found in the files of a device that gave the bag away",
        ),
        (
            &format!("全ファイルを平文・UTF-16・16進・base64・圧縮の中まで探した: {told}"),
            &format!("searched all its files in plain, UTF-16, hex, base64 and inside compressed streams for {told}"),
        ),
    );
    story.promise(
        "relay_canaries",
        at_relay,
        (
            "中継のデータベースに、患者の言葉は一つも読めない",
            "no patient's words can be found in the relay's files",
        ),
        (
            &format!("中継を止め、そのファイルを同じ方法で探した: {told}"),
            &format!("stopped the relay and searched its files the same way, for {told}"),
        ),
    );
    Ok(())
}

/// Everything the duty doctor and the notebook show, written down in plain text.
fn control(story: &mut Story<'_>) -> Result<PathBuf, AppError> {
    let folder = story.world.root.join("control");
    std::fs::create_dir_all(&folder).map_err(disk)?;
    let holder = story.holder;
    let mut text = String::new();
    for patient in story.world.device(holder).readable()? {
        let sight = story.world.look(holder, patient)?;
        sight
            .text
            .iter()
            .for_each(|value| plain_text(value, &mut text));
    }
    let notes = items(story.world.device(holder).bag()?, DocKey::notebook())?;
    notes
        .values()
        .for_each(|value| plain_text(value, &mut text));
    std::fs::write(folder.join("copy.txt"), text).map_err(disk)?;
    Ok(folder)
}
