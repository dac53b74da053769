//! What is left to prove: a quiet network, strangers, tampering, the audit chains, the relay.

use std::collections::BTreeMap;
use std::time::Instant;

use kaban_app::{AppError, Bag, Kind};
use kaban_vault::audit::AuditEvent;
use kaban_vault::examine::find_canaries;

use super::super::write;
use super::stranger;
use crate::demo::patients::CANARIES;
use crate::demo::report::seconds;
use crate::demo::story::{Scan, Story, ms};
use crate::demo::world::{PASSPHRASE, copy_dir, disk};

/// Plays it.
pub fn play(story: &mut Story<'_>) -> Result<(), AppError> {
    story
        .tell
        .act("そのほかの約束を確かめる", "the other promises");
    idle(story)?;
    set_aside(story)?;
    strangers(story)?;
    three_errors(story)?;
    audit(story)?;
    canaries(story)
}

/// Who has nothing to say and nothing to hear needs one question.
fn idle(story: &mut Story<'_>) -> Result<(), AppError> {
    let count = story.world.devices.len();
    let mut quiet = 0;
    for index in 0..count {
        story.world.sync(index)?;
        let view = story.world.sync(index)?;
        quiet += usize::from(view.round_trips == 1 && view.sent + view.received == 0);
    }
    story.promise(
        "idle_sync",
        quiet == count,
        format!("{quiet} / {count}"),
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
        wrong == 0 && total.received > 0,
        format!("{wrong} / {}", total.received),
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
        shut_out && refused == 1,
        format!("{refused} / 1"),
        ("中継は、知らない端末を入れず、その封書も受け取らない", "the relay lets no unknown device in and takes no envelope of one"),
        ("加わっていない端末として鍵で名乗り、その封書を正しい端末の便に紛れ込ませた", "signed in as a device that never joined, and slipped its envelope into a member's push"),
    );
    let (opened, of) = stranger::tries_everything(story, &stranger)?;
    story.promise(
        "stranger_reads_nothing",
        of > 0 && opened == 0,
        format!("{opened} / {of}"),
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
    let held = right.iter().filter(|right| **right).count();
    story.promise(
        "three_errors",
        held == 3 && fine && bent > 0,
        format!("{held} / 3"),
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
    let count = story.world.devices.len();
    for index in 0..count {
        let device = story.world.device(index);
        opened += device.opened;
        let verdict = device.bag()?.verify_audit()?;
        sound += usize::from(verdict.ok);
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
        sound == count && rows > 0,
        format!("{sound} / {count}"),
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
        opened == noted && opened > 0,
        format!("{noted} / {opened}"),
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

/// No canary on a device that gave the bag away, none at the relay; a plaintext copy is caught.
fn canaries(story: &mut Story<'_>) -> Result<(), AppError> {
    let began = Instant::now();
    let words = || CANARIES.map(|canary| canary.as_bytes().to_vec());
    let control = story.world.root.join("control");
    std::fs::create_dir_all(&control).map_err(disk)?;
    let holder = story.holder;
    let one_of_each =
        (0..CANARIES.len()).filter_map(|which| story.patients.iter().find(|p| p.canary == which));
    for enrolled in one_of_each.cloned().collect::<Vec<_>>() {
        let page = story.world.device(holder).page(enrolled.id)?;
        let json = story.world.device(holder).bag()?.patient_json(&page);
        std::fs::write(control.join(format!("{}.json", page.no)), json.to_string())
            .map_err(disk)?;
    }
    story.world.stop_relay()?;
    let relay = story.world.relay_store.clone();
    let at_relay: Scan = std::thread::spawn(move || find_canaries(&relay, &words()));
    let hits = find_canaries(&control, &words())?;
    let caught: std::collections::BTreeSet<usize> = hits.iter().map(|hit| hit.canary).collect();
    let scans = std::mem::take(&mut story.scans);
    let searched = scans.len();
    let mut on_old = 0;
    for scan in scans {
        on_old += finished(scan)?;
    }
    let at_relay = finished(at_relay)?;
    let (of, texts) = (CANARIES.len(), story.patients.len());
    story.tell.step(
        seconds(ms(began)),
        "ファイルの中を探し終えた",
        "files searched",
    );
    story.promise(
        "control_caught",
        caught.len() == of,
        format!("{} / {of}", caught.len()),
        (
            "探し方は盲目でない: 平文の写しは見つかる",
            "the search is not blind: a plaintext copy is caught",
        ),
        (
            "わざと書き出した平文で、同じ探索が全文を見つけた",
            "the same search over a copy written in plain text on purpose",
        ),
    );
    story.promise(
        "old_device_canaries",
        on_old == 0 && searched > 0,
        format!("{on_old} / {texts}"),
        (
            "渡したあとの端末のファイルに、患者の言葉は一つも読めない",
            "no patient's words can be found in the files of a device that gave the bag away",
        ),
        (
            "全ファイルを平文・UTF-16・16進・base64・圧縮の中まで探した",
            "searched all its files in plain, UTF-16, hex, base64 and inside compressed streams",
        ),
    );
    story.promise(
        "relay_canaries",
        at_relay == 0,
        format!("{at_relay} / {texts}"),
        (
            "中継のデータベースに、患者の言葉は一つも読めない",
            "no patient's words can be found in the relay's files",
        ),
        (
            "中継を止め、そのファイルを同じ方法で探した",
            "stopped the relay and searched its files the same way",
        ),
    );
    Ok(())
}

fn finished(scan: Scan) -> Result<usize, AppError> {
    let hits = scan
        .join()
        .map_err(|_| AppError::new(Kind::Internal, "the search for canaries broke off"))?;
    Ok(hits?.len())
}
