//! Tuesday: the bag goes to the next doctor by file, without a network; the old device keeps
//! nothing of it, and an examiner who has everything of the old device opens nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use chrono::Duration;
use kaban_app::{AppError, OfferInput};
use kaban_model::duty::ordinary_turn_at;
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::ids::{DocTag, Hash32};
use kaban_vault::examine::Examination;
use serde_json::json;

use crate::demo::DEVICES_MIN;
use crate::demo::chance::Chance;
use crate::demo::evidence::{examine, tags_of};
use crate::demo::forensics::{Bounty, take_apart};
use crate::demo::looked::{Looked, count};
use crate::demo::patients::CANARIES;
use crate::demo::report::{seconds, size};
use crate::demo::sight::Part;
use crate::demo::story::{PATIENTS, Story, ms};
use crate::demo::words::Words;
use crate::demo::world::copy_dir;

/// Fewest rows of the bag that have to be tried: three a patient who is not the holder's own.
const BAG_ROWS_MIN: u64 = 450;
/// Fewest rows of own patients.
const OWN_ROWS_MIN: u64 = 45;
/// Fewest envelopes, and fewest keys, of the bag.
const BAG_ENVELOPES_MIN: u64 = 150;
/// Fewest envelopes of own patients.
const OWN_ENVELOPES_MIN: u64 = 15;

/// What a device shows of each patient.
type Pages = BTreeMap<PatientId, BTreeMap<Part, Hash32>>;

/// What an examiner found on the old device before the erasure, and where the copy lies.
struct Before {
    copy: PathBuf,
    rows: Examination,
    bag: BTreeSet<DocTag>,
    own: BTreeSet<DocTag>,
    bag_bounty: Bounty,
    own_bounty: Bounty,
    pages: Pages,
}

/// Plays it.
pub fn play(story: &mut Story<'_>, week: u32) -> Result<(), AppError> {
    let tell = story.tell;
    tell.act(
        "火曜9時、かばんを渡す",
        "Tuesday 09:00: the bag is handed over",
    );
    let began = Instant::now();
    let doctors = story.world.of_role(&Role::Doctor);
    let old = story.holder;
    let at = doctors
        .iter()
        .position(|doctor| *doctor == old)
        .unwrap_or(0);
    let new = doctors[(at + 1) % doctors.len()];
    let nine = ordinary_turn_at(&story.world.now()).to;
    story.world.link.set_cut(true);
    story.world.set_clock(nine - Duration::minutes(20));
    let (from, to) = (story.name(old), story.name(new));
    tell.step(
        nine.format("%m/%d %H:%M"),
        format!("{from} → {to}、網なし、ファイルで"),
        format!("{from} → {to}, no network, by file"),
    );
    let list = story.patients.len();
    let pages = pass_on(story, old, new)?;
    let before = look_inside(story, old, week, pages)?;
    let whole = holds_everything(story, new, &before)?;
    let erased = finish(story, old)?;
    story.promise(
        "handover_whole",
        Looked::all(count(whole), count(list), count(PATIENTS)).and(before.pages.len() == list),
        (
            "次の端末は、渡されたその場ですべてを持つ",
            "the next device holds everything, at once",
        ),
        (
            "渡す直前に旧端末が示した全ページ・全記録を、新しい端末のものと突き合わせた",
            "compared every page and visit the old device had shown with the new device's",
        ),
    );
    prove_erased(story, old, &before, erased)?;
    story.holder = new;
    story.world.link.set_cut(false);
    let mut chance = Chance::new(story.options.seed, &format!("after handover {week}"));
    story.world.settle(&mut chance)?;
    prove_sealed(story, old, &before)?;
    one_holder(story, new)?;
    story.promises.figure("handover_ms", ms(began));
    tell.step(
        seconds(ms(began)),
        "かかった時間(調べを含む)",
        "time taken, the examination included",
    );
    Ok(())
}

/// OFFER, a late note, receiving, ACCEPT, RELEASE with the late note, ACK: all but erasing. Gives
/// what the old device showed last: it closes its bag to reading when it hears of the acceptance.
fn pass_on(story: &mut Story<'_>, old: usize, new: usize) -> Result<Pages, AppError> {
    let tell = story.tell;
    let began = Instant::now();
    let taker = story.world.device(new);
    let to = (taker.member, taker.id);
    let (offer, file) = story
        .world
        .device(old)
        .bag()?
        .offer(OfferInput { to, turn: None })?;
    hand(story, old, new, "1-offer.kaban", &file)?;
    let bytes = size(offer.bytes);
    tell.step(
        offer.patients,
        format!("人分を差し出す: 封書 {} 件、{bytes}", offer.envelopes),
        format!("patients offered: {} envelopes, {bytes}", offer.envelopes),
    );
    story.promises.figure("offer_patients", offer.patients);
    story.promises.figure("offer_envelopes", offer.envelopes);
    story.promises.figure("offer_bytes", offer.bytes);
    story.world.tick();
    let patient = late_patient(story, old)?;
    let body = json!({ "subjective": format!("渡す間際の電話。{}", CANARIES[5]), "plan": "朝のうちに訪問" });
    let late = story.save_visit(old, patient, body)?;
    tell.step(
        "✎",
        "差し出したあとに、旧当番医がもう一件書く",
        "the old doctor writes one more note after the offer",
    );
    let (received, _) = story.world.device(new).bag()?.receive(&file)?;
    story
        .world
        .set_clock(ordinary_turn_at(&story.world.now()).to);
    let (_, accept) = story.world.device(new).bag()?.accept()?;
    hand(story, new, old, "2-accept.kaban", &accept)?;
    tell.step(
        seconds(ms(began)),
        format!("確かめて引き受けた({} 人)", received.patients),
        format!("verified and accepted ({} patients)", received.patients),
    );
    let mut pages = Pages::new();
    for patient in story.world.device(old).readable()? {
        pages.insert(patient, story.world.look(old, patient)?.digests);
    }
    let (_, release) = story.world.device(old).bag()?.release(Some(&accept))?;
    let release = release.unwrap_or_default();
    hand(story, old, new, "3-release.kaban", &release)?;
    let (view, ack) = story.world.device(new).bag()?.receive(&release)?;
    hand(story, new, old, "4-ack.kaban", &ack.unwrap_or_default())?;
    let id = late.to_string();
    let arrived = story
        .world
        .device(new)
        .visits(patient)?
        .iter()
        .any(|item| item.item_id == id);
    story.promise(
        "late_note",
        Looked::all(u64::from(arrived), 1, 1)
            .and(view.late > 0)
            .figure(view.late.to_string()),
        (
            "差し出したあとに書かれた記録も、放す時のファイルで届く",
            "a note written after the offer leaves with the release and arrives",
        ),
        (
            "新しい端末で、その記録の番号を探した",
            "looked for that note's id on the new device",
        ),
    );
    Ok(pages)
}

/// Both keep what travelled: sent and received files belong to a device's files.
fn hand(
    story: &mut Story<'_>,
    from: usize,
    to: usize,
    name: &str,
    bytes: &[u8],
) -> Result<(), AppError> {
    let stamp = story.world.now().format("%Y%m%d");
    for (index, way) in [(from, "sent"), (to, "received")] {
        story
            .world
            .device(index)
            .keep(&format!("{stamp}-{way}-{name}"), bytes)?;
    }
    Ok(())
}

/// Somebody the old doctor reads for duty alone.
fn late_patient(story: &Story<'_>, old: usize) -> Result<PatientId, AppError> {
    let foreign = story
        .patients
        .iter()
        .find(|p| p.primary != old && p.deputy != Some(old));
    foreign.map(|p| p.id).ok_or(AppError::new(
        kaban_app::Kind::Internal,
        "every patient is the holder's own",
    ))
}

/// Just before erasing: counts and opens what there is, and keeps a copy of the whole device.
fn look_inside(
    story: &mut Story<'_>,
    old: usize,
    week: u32,
    pages: Pages,
) -> Result<Before, AppError> {
    let scratch = story.world.root.join("scratch");
    let copy = story.world.root.join("copies").join(format!("{week:02}"));
    let device = story.world.device(old);
    let (bag, own) = tags_of(device)?;
    let (haul, envelopes) = take_apart(device)?;
    let (bag_bounty, own_bounty) = (haul.try_on(&envelopes, &bag), haul.try_on(&envelopes, &own));
    device.lock()?;
    copy_dir(&device.dir(), &copy)?;
    let rows = examine(&copy, &copy.join("keystore"), &scratch)?;
    device.unlock()?;
    story.tell.step(
        rows.bag.opened + bag_bounty.opened,
        "箱が、渡す前の旧端末では開く(行と封書)",
        "boxes open on the old device before (rows and envelopes)",
    );
    Ok(Before {
        copy,
        rows,
        bag,
        own,
        bag_bounty,
        own_bounty,
        pages,
    })
}

/// The acknowledgement comes back, and the bag is erased. Gives how many rows that were.
fn finish(story: &mut Story<'_>, old: usize) -> Result<u64, AppError> {
    let stamp = story.world.now().format("%Y%m%d");
    let path = story.world.devices[old]
        .home
        .join("files")
        .join(format!("{stamp}-received-4-ack.kaban"));
    let ack = std::fs::read(path).map_err(crate::demo::world::disk)?;
    let began = Instant::now();
    let (view, _) = story.world.device(old).bag()?.release(Some(&ack))?;
    story.promises.figure("erase_ms", ms(began));
    story.tell.step(
        view.erased,
        format!("行を消した。自分の患者 {} 人は残る", view.kept_own),
        format!("rows erased; {} own patients stay", view.kept_own),
    );
    Ok(if view.state == "erased" {
        view.erased
    } else {
        0
    })
}

/// Compares what the new device shows with what the old one showed just before letting go, the late
/// note included.
fn holds_everything(story: &mut Story<'_>, new: usize, before: &Before) -> Result<usize, AppError> {
    let mut whole = 0;
    for patient in story.world.device(new).readable()? {
        let here = story.world.look(new, patient)?.digests;
        whole += usize::from(before.pages.get(&patient) == Some(&here));
    }
    Ok(whole)
}

fn prove_erased(
    story: &mut Story<'_>,
    old: usize,
    before: &Before,
    erased: u64,
) -> Result<(), AppError> {
    let scratch = story.world.root.join("scratch");
    let device = story.world.device(old);
    device.lock()?;
    let (dir, home) = (device.dir(), device.home.clone());
    let now = examine(&dir, &dir.join("keystore"), &scratch)?;
    let strong = examine(&before.copy, &dir.join("keystore"), &scratch)?;
    let n = before.rows.bag.opened;
    let frozen = story
        .world
        .root
        .join("scan")
        .join(format!("{}", story.searches.len()));
    copy_dir(&home, &frozen)?;
    let search = Words::of(&story.ledger).search(frozen);
    story.searches.push(search);
    story.world.device(old).unlock()?;
    story.promise(
        "bag_rows_closed",
        Looked::none(now.bag.opened, n, BAG_ROWS_MIN).and(erased == n),
        (
            "渡したあと、旧端末ではかばんの行が一つも開かない",
            "after the handover no row of the bag opens on the old device",
        ),
        (
            "旧端末の保管庫・鍵庫・暗証をすべて使い、あらゆる鍵で全行を試した",
            "tried every row with every key that store, keystore and PIN of the old device give",
        ),
    );
    story.promise(
        "copy_before_erasing_closed",
        Looked::none(strong.bag.opened, n, BAG_ROWS_MIN).and(
            strong.bag.closed == n
                && strong.own.opened == before.rows.own.opened
                && strong.own.opened >= OWN_ROWS_MIN,
        ),
        ("消す前に取った写しでも、今の鍵庫ではかばんの行が一つも開かない", "even in a copy taken before erasing, no row of the bag opens with the keystore as it is now"),
        ("消す直前の写しを、消したあとの鍵庫と暗証で調べた。自分の患者の行は開く", "examined the copy with keystore and PIN of afterwards; rows of own patients still open"),
    );
    story.promise(
        "own_rows_open",
        Looked::all(now.own.opened, before.rows.own.opened, OWN_ROWS_MIN).and(now.own.closed == 0),
        (
            "自分の患者の記録は、渡したあともすべて開く",
            "everything of one's own patients still opens after the handover",
        ),
        (
            "自分の患者の行を前後で数えた",
            "counted the rows of own patients before and after",
        ),
    );
    story.promises.figure("bag_rows", n);
    Ok(())
}

/// After everybody has met again: the old device's keys against every envelope it still has.
fn prove_sealed(story: &mut Story<'_>, old: usize, before: &Before) -> Result<(), AppError> {
    let (haul, envelopes) = take_apart(story.world.device(old))?;
    let bag = haul.try_on(&envelopes, &before.bag);
    let own = haul.try_on(&envelopes, &before.own);
    let was = before.bag_bounty;
    story.promises.figure("bag_envelopes", was.of);
    story.promises.figure("bag_keys", was.keys_of);
    story.promises.figure("keys_tried", haul.len() as u64);
    story.promise(
        "bag_envelopes_closed",
        Looked::none(bag.opened, bag.of, BAG_ENVELOPES_MIN)
            .and(was.opened == was.of && bag.of >= was.of),
        ("旧端末に残る封書と .kaban ファイルの中身は、どの鍵でも開かない", "no envelope of the bag, in the store or in a .kaban file, opens on the old device"),
        ("開くものから得られる全鍵を集め、残る封書一通ずつに試した。渡す前は全部開いた", "gathered every key that can be reached and tried all of them on each envelope; before, all of them opened"),
    );
    story.promise(
        "bag_keys_gone",
        Looked::none(bag.keys, bag.keys_of, BAG_ENVELOPES_MIN).and(was.keys == was.keys_of),
        (
            "かばんの文書の鍵は、旧端末から一つも得られない",
            "no key of a bag document can be had from the old device",
        ),
        (
            "封緘と鍵の連鎖をたどって得られた文書鍵を数えた",
            "followed every seal and chain of keys and counted the document keys",
        ),
    );
    let was = before.own_bounty;
    story.promise(
        "own_envelopes_open",
        Looked::all(own.opened, own.of, OWN_ENVELOPES_MIN).and(own.of >= was.of),
        (
            "自分の患者の封書は旧端末で開く",
            "envelopes of own patients still open on the old device",
        ),
        (
            "同じ鍵の束で自分の患者の封書を試した",
            "tried the same keys on the envelopes of own patients",
        ),
    );
    Ok(())
}

fn one_holder(story: &mut Story<'_>, new: usize) -> Result<(), AppError> {
    let name = story.name(new);
    let devices = story.world.devices.len();
    let mut agree = 0;
    for index in 0..devices {
        let status = story.world.device(index).bag()?.status()?;
        let holds = status.holds_bag == (index == new);
        agree += u64::from(
            holds
                && status.on_duty.as_deref() == Some(name.as_str())
                && !status.handover_unconfirmed,
        );
    }
    story.promise(
        "one_holder",
        Looked::all(agree, count(devices), count(DEVICES_MIN)),
        (
            "当番はいつも一人で、全員の端末が同じ人を示す",
            "exactly one holder, and every device names the same",
        ),
        (
            "全端末のふたの表示を比べた",
            "compared the lid of every device",
        ),
    );
    Ok(())
}
