//! The maps of a bag: taken in from a file, put on the relay, fetched from there.

use std::path::Path;

use indicatif::ProgressBar;
use kaban_app::{ImportedPack, Result};
use kaban_atlas::pack::Pack;
use kaban_sync::peer::BlobProgress;
use serde_json::json;

use super::super::progress;
use crate::args::{FetchArgs, ImportPackArgs, ShareArgs};
use crate::desk::{DONE, Desk, Done};
use crate::output::{Page, bad_input};

/// `kaban map import`.
pub fn import(desk: &Desk, args: &ImportPackArgs) -> Done {
    desk.with_bag(|bag| {
        let taken = bag.import_pack(&args.file, args.older)?;
        desk.out.show(&taken, |page| in_force(page, &taken));
        Ok(DONE)
    })
}

/// `kaban map packs`.
pub fn list(desk: &Desk) -> Done {
    desk.with_bag(|bag| {
        let files = bag.packs()?;
        desk.out.show(&json!({ "packs": files }), |page| {
            if files.is_empty() {
                page.say(
                    "地図はまだありません: `kaban map import FILE`、`kaban map fetch`",
                    "no map yet: `kaban map import FILE`, `kaban map fetch`",
                );
            }
            for file in &files {
                let mark = if file.current.is_some() { "●" } else { "○" };
                page.line(format!("{mark} {:>11}  {}", file.bytes, file.file));
            }
        });
        Ok(DONE)
    })
}

/// `kaban map share`.
pub fn share(desk: &Desk, args: &ShareArgs) -> Done {
    desk.with_bag(|bag| {
        let bar = bar(desk, "地図を送っています", "sending the map");
        let (pack, relay) = (args.pack.as_deref(), args.relay.as_deref());
        let shared = desk.wait_for(bag.share_pack(pack, relay, &mut watch(&bar)))?;
        bar.finish_and_clear();
        let shared = shared?;
        desk.out.show(&shared, |page| {
            page.say(
                format!(
                    "リレーに置きました: {} バイト(今回 {} バイト)",
                    shared.bytes, shared.sent
                ),
                format!(
                    "on the relay: {} bytes ({} sent this time)",
                    shared.bytes, shared.sent
                ),
            );
        });
        Ok(DONE)
    })
}

/// `kaban map fetch`.
pub fn fetch(desk: &Desk, args: &FetchArgs) -> Done {
    desk.with_bag(|bag| {
        let bar = bar(desk, "地図を受け取っています", "fetching the map");
        let relay = args.relay.as_deref();
        let fetched = desk.wait_for(bag.fetch_pack(relay, args.older, &mut watch(&bar)))?;
        bar.finish_and_clear();
        let fetched = fetched?;
        desk.out.show(&fetched, |page| {
            in_force(page, &fetched.imported);
            page.say(
                format!("今回 {} バイト", fetched.received),
                format!("{} bytes this time", fetched.received),
            );
            for (hash, why) in &fetched.distrusted {
                page.line(format!("⚠ {}: {why}", &hash[..16.min(hash.len())]));
            }
        });
        Ok(DONE)
    })
}

fn in_force(page: &mut Page, taken: &ImportedPack) {
    let ImportedPack {
        pack,
        already,
        replaced,
    } = taken;
    let day = pack.data_date.as_deref().unwrap_or("–");
    let file = &pack.file;
    if *already {
        page.say(
            format!("{file}(データ {day}): すでに使っています"),
            format!("{file} (data of {day}) is in use already"),
        );
    } else {
        page.say(
            format!("{file}(データ {day}): これから使います"),
            format!("{file} (data of {day}) is in use now"),
        );
    }
    if let Some(old) = replaced {
        page.say(
            format!("{old}: 次に開くときに消します"),
            format!("{old} goes at the next start"),
        );
    }
}

fn bar(desk: &Desk, ja: &str, en: &str) -> ProgressBar {
    let bar = progress::bytes();
    bar.set_message(desk.out.lang.pick(ja, en).to_owned());
    bar
}

fn watch(bar: &ProgressBar) -> impl FnMut(BlobProgress) + Send + use<> {
    let bar = bar.clone();
    move |seen| {
        bar.set_length(seen.total);
        bar.set_position(seen.done);
    }
}

/// The pack that was named, or else the one the bag has in force.
pub fn named_or_current(desk: &Desk, named: Option<&Path>) -> Result<Pack> {
    match named {
        Some(path) => super::open_pack(path),
        None => {
            check_bag_named(desk)?;
            desk.with_bag(|bag| Ok(bag.open_current_pack()?.0))
        }
    }
}

/// Without a pack and without a bag there is no map to look for.
pub fn check_bag_named(desk: &Desk) -> Result<()> {
    if desk.bag.is_some() {
        return Ok(());
    }
    Err(bad_input(
        "which map? --pack PACK, or a bag that has one: --bag DIR",
    ))
}
