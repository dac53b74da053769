//! Building a pack, and what is in it.

use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use kaban_atlas::build::{BuildOptions, Stage, build_pack};
use serde_json::json;

use super::super::progress;
use super::packs::named_or_current;
use super::{open, unreadable};
use crate::args::BuildArgs;
use crate::desk::{DONE, Desk, Done};
use crate::files::NewFile;

/// `kaban map build`. With a bag the pack is signed by its device; the bag is opened before the work, not after.
pub fn build(desk: &Desk, args: &BuildArgs) -> Done {
    let bag = desk.bag.is_some().then(|| desk.open()).transpose()?;
    let input = open(&args.input)?;
    let out = NewFile::prepare(&args.out, args.force)?;
    let options = BuildOptions {
        country: args.country.clone(),
        with_node_ids: args.with_node_ids,
        with_foot: args.with_foot,
        ..BuildOptions::default()
    };
    let bar = progress::bytes();
    let began = Instant::now();
    let built = build_pack(BufReader::new(input), &options, &mut |seen| {
        let words = match seen.stage {
            Stage::Relations => ("右左折の規制", "turn restrictions"),
            Stage::Ways => ("道", "roads"),
            Stage::Nodes => ("位置", "positions"),
            Stage::Assemble => ("組み立て", "assembling"),
        };
        bar.set_message(desk.out.lang.pick(words.0, words.1).to_owned());
        bar.set_length(seen.total);
        bar.set_position(seen.done);
    });
    bar.finish_and_clear();
    let mut built = built.map_err(|error| unreadable(&args.input, &error))?;
    let signed = bag.is_some();
    if let Some(bag) = bag {
        bag.sign_pack(&mut built.pack)?;
        bag.lock()?;
    }
    out.write(&built.pack)?;
    let report = &built.report;
    let seconds = began.elapsed().as_secs_f64();
    let document = json!({
        "pack": args.out,
        "bytes": report.bytes,
        "seconds": seconds,
        "signed": signed,
        "meta": report.meta,
    });
    desk.out.show(&document, |page| {
        let km = report
            .meta
            .counts
            .get("car")
            .map_or(0.0, |counts| counts.road_km);
        page.say(
            format!(
                "{}: {} バイト、道路 {km:.0} km、{seconds:.1} 秒",
                args.out.display(),
                report.bytes
            ),
            format!(
                "{}: {} bytes, {km:.0} km of road, {seconds:.1} s",
                args.out.display(),
                report.bytes
            ),
        );
        for note in &report.meta.notes {
            page.line(format!("  {note}"));
        }
        if !signed {
            page.say(
                "署名なし: ほかの端末は取り込みません(--bag DIR で署名)",
                "not signed: no bag takes it in (--bag DIR signs it)",
            );
        }
        page.line(&report.meta.attribution);
    });
    Ok(DONE)
}

/// `kaban map info`.
pub fn info(desk: &Desk, named: Option<&Path>) -> Done {
    let pack = named_or_current(desk, named)?;
    let info = pack.info();
    desk.out.show(&info, |page| {
        let lang = page.lang;
        let meta = &info.meta;
        page.entry(
            lang.pick("範囲(西南東北)", "bounds (W S E N)"),
            &format!("{:?}", meta.bounds),
        );
        page.entry(
            lang.pick("データの日付", "date of the data"),
            meta.data_date.as_deref().unwrap_or("–"),
        );
        page.entry(
            lang.pick("国", "country"),
            meta.country.as_deref().unwrap_or("–"),
        );
        for (profile, counts) in &meta.counts {
            let text = format!(
                "{:.0} km, {} segments, {} restrictions",
                counts.road_km, counts.segments, counts.restrictions
            );
            page.entry(profile, &text);
        }
        page.entry(
            lang.pick("経路のバイト数", "bytes for routing"),
            &info.routing_bytes.to_string(),
        );
        page.entry(
            lang.pick("署名した鍵", "signed by the key"),
            info.signed_by
                .as_deref()
                .unwrap_or(lang.pick("なし", "nobody")),
        );
        page.entry(
            lang.pick("ノード番号", "node ids"),
            lang.pick(
                if info.node_ids { "あり" } else { "なし" },
                if info.node_ids { "yes" } else { "no" },
            ),
        );
        for note in &meta.notes {
            page.line(format!("  {note}"));
        }
        page.line(&meta.attribution);
    });
    Ok(DONE)
}
