//! Meeting the relay, and the lid.

use kaban_app::{Bag, Result, SyncView};
use serde_json::{Value, json};

use super::{pairing, progress};
use crate::args::SyncArgs;
use crate::desk::{DONE, Desk, Done, QUARANTINED};
use crate::times;

/// `kaban sync`.
pub fn run(desk: &Desk, args: &SyncArgs) -> Done {
    desk.with_bag(|bag| {
        if let Some(key) = &args.relay_key {
            bag.trust_relay(key)?;
        }
        let view = meet(desk, bag, args.relay.as_deref())?;
        desk.out.show(&view, |page| {
            page.say(
                format!(
                    "送信 {} 件、受信 {} 件({} 往復、{} + {} バイト)",
                    view.sent, view.received, view.round_trips, view.bytes_out, view.bytes_in
                ),
                format!(
                    "sent {}, received {} (round trips {}, bytes {} + {})",
                    view.sent, view.received, view.round_trips, view.bytes_out, view.bytes_in
                ),
            );
            for (envelope, why) in &view.refused {
                page.line(format!("⚠ {}: {why}", &envelope[..16.min(envelope.len())]));
            }
            if view.quarantined > 0 {
                page.say(
                    format!("⚠ 隔離 {} 件(`kaban status`)", view.quarantined),
                    format!("⚠ {} set aside (`kaban status`)", view.quarantined),
                );
            }
        });
        code(bag)
    })
}

/// One meeting with the relay at `url`, or the one remembered.
pub fn meet(desk: &Desk, bag: &mut Bag, url: Option<&str>) -> Result<SyncView> {
    let (ja, en) = ("同期しています", "meeting the relay");
    let bar = progress::spinner(desk.out.lang.pick(ja, en));
    let words = desk.out.lang.pick(ja, en);
    let seen = bar.clone();
    let view = desk.wait_for(bag.sync(url, &mut move |p: kaban_sync::peer::Progress| {
        seen.set_message(format!("{words}  ↓ {}  ↑ {}", p.received, p.unsent));
    }))?;
    bar.finish_and_clear();
    view
}

/// 6 while something is set aside on this device.
pub fn code(bag: &mut Bag) -> Done {
    Ok(if bag.status()?.quarantined.is_empty() {
        DONE
    } else {
        QUARANTINED
    })
}

/// `kaban status`.
pub fn status(desk: &Desk) -> Done {
    desk.with_bag(|bag| {
        let view = bag.status()?;
        let map = bag.map_standing()?;
        let mut document = serde_json::to_value(&view).unwrap_or(Value::Null);
        if let Some(members) = document.as_object_mut() {
            members.insert("map".to_owned(), json!(map));
        }
        desk.out.show(&document, |page| {
            let lang = page.lang;
            let nobody = lang.pick("いません", "nobody");
            let until = view
                .on_duty_until
                .as_deref()
                .map(|at| format!("  – {}", times::human(at)))
                .unwrap_or_default();
            let synced = view.synced_at.as_deref().map(times::human);
            page.entry(lang.pick("協議会", "association"), &view.association);
            page.entry(lang.pick("この端末", "this device"), &view.member);
            page.entry(
                lang.pick("当番", "on duty"),
                &format!("{}{until}", view.on_duty.as_deref().unwrap_or(nobody)),
            );
            let here = if view.holds_bag {
                lang.pick("この端末", "here")
            } else {
                lang.pick("よそ", "elsewhere")
            };
            page.entry(lang.pick("カバン", "bag"), here);
            if view.handover_unconfirmed {
                page.line(lang.pick(
                    "⚠ 引継ぎ未確認",
                    "⚠ the last handover is not confirmed by both",
                ));
            }
            let never = lang.pick("まだ", "never");
            page.entry(
                lang.pick("最後の同期", "last sync"),
                synced.as_deref().unwrap_or(never),
            );
            page.entry(lang.pick("未送信", "unsent"), &view.unsent.to_string());
            page.entry(
                lang.pick("患者", "patients"),
                &format!("{} / {}", view.patients, view.duty_list),
            );
            let map = map.as_ref().map(|map| {
                let unknown = lang.pick("日付不明", "day unknown");
                let day = map.data_date.as_deref().unwrap_or(unknown);
                let old = lang.pick("  ⚠ 2年より前", "  ⚠ older than two years");
                let mark = if map.old { old } else { "" };
                format!("{}  {} {day}{mark}", map.file, lang.pick("データ", "data"))
            });
            let none = lang.pick("まだ", "none yet");
            page.entry(lang.pick("地図", "map"), map.as_deref().unwrap_or(none));
            if view.locked > 0 {
                page.line(format!(
                    "⚠ {}: {}",
                    lang.pick(
                        "期限切れで閉じている患者(`kaban lease show`)",
                        "patients closed by the lease (`kaban lease show`)"
                    ),
                    view.locked
                ));
            }
            page.entry(
                lang.pick("食い違い", "conflicts"),
                &view.conflicts.to_string(),
            );
            for admission in &view.new_admissions {
                page.line(format!("⚠ {}", pairing::told(lang, admission)));
            }
            for item in &view.quarantined {
                page.line(format!(
                    "⚠ {} {}: {}",
                    lang.pick("隔離", "set aside"),
                    &item.envelope[..16.min(item.envelope.len())],
                    item.reason
                ));
            }
            for open in &view.suspensions {
                let word = match (&open.confirmed_by, open.asked) {
                    (Some(_), _) => lang.pick("停止中", "suspended"),
                    (None, false) => lang.pick("停止中(仮)", "suspended (provisional)"),
                    (None, true) => lang.pick(
                        "停止中(仮)。確かめる(`kaban member confirm`)か解いて(`kaban member lift`)ください",
                        "suspended (provisional): confirm it (`kaban member confirm`) or lift it (`kaban member lift`)",
                    ),
                };
                page.line(format!("⚠ {}: {word} ({}, {})", open.member, open.by, open.since));
            }
            for (record, why) in &view.refused_records {
                page.line(format!(
                    "⚠ {} {}: {why}",
                    lang.pick("効力のない記録", "record without effect"),
                    &record[..16.min(record.len())]
                ));
            }
        });
        code(bag)
    })
}
