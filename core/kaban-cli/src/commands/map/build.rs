//! Building a pack, and what is in it.

use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use kaban_app::{Kind, Result};
use kaban_atlas::areas::{
    AREA_FILE_BYTES_MAX, Area, TOWN_FILE_BYTES_MAX, TownsRead, read_areas, read_towns,
};
use kaban_atlas::build::{BuildOptions, Stage, build_pack};
use serde_json::json;

use super::super::progress;
use super::{open, open_pack, unreadable};
use crate::args::BuildArgs;
use crate::desk::{DONE, Desk, Done};
use crate::files::{self, NewFile};
use crate::output::bad_input;

/// `kaban map build`.
pub fn build(desk: &Desk, args: &BuildArgs) -> Done {
    let input = open(&args.input)?;
    let areas = args.area.as_deref().map_or(Ok(Vec::new()), areas)?;
    let none = TownsRead {
        towns: Vec::new(),
        left_out: Vec::new(),
    };
    let TownsRead { towns, left_out } = args.towns.as_deref().map_or(Ok(none), towns)?;
    let out = NewFile::prepare(&args.out, args.force)?;
    let options = BuildOptions {
        country: args.country.clone(),
        with_node_ids: args.with_node_ids,
        with_foot: args.with_foot,
        areas,
        towns,
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
    let built = built.map_err(|error| unreadable(&args.input, &error))?;
    out.write(&built.pack)?;
    let report = &built.report;
    let seconds = began.elapsed().as_secs_f64();
    let rows: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    let document = json!({
        "pack": args.out, "bytes": report.bytes, "seconds": seconds, "meta": report.meta,
        "towns_left_out": rows,
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
        for row in &rows {
            page.say(
                format!("⚠ 大字の一覧から除いた行 {row}"),
                format!("⚠ left out of the towns: {row}"),
            );
        }
        page.line(&report.meta.attribution);
    });
    // What could be taken was; a script learns that it was not all.
    Ok(if rows.is_empty() {
        DONE
    } else {
        Kind::BadInput.exit_code()
    })
}

fn areas(path: &Path) -> Result<Vec<Area>> {
    let bytes = files::read(path, AREA_FILE_BYTES_MAX as u64)?;
    read_areas(&bytes).map_err(|error| bad_input(format!("{}: {error}", path.display())))
}

fn towns(path: &Path) -> Result<TownsRead> {
    let bytes = files::read(path, TOWN_FILE_BYTES_MAX as u64)?;
    read_towns(&bytes).map_err(|error| bad_input(format!("{}: {error}", path.display())))
}

/// `kaban map info`.
pub fn info(desk: &Desk, path: &Path) -> Done {
    let pack = open_pack(path)?;
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
            lang.pick("ノード番号", "node ids"),
            lang.pick(
                if info.node_ids { "あり" } else { "なし" },
                if info.node_ids { "yes" } else { "no" },
            ),
        );
        let areas = match info.areas.as_slice() {
            [] => lang.pick("なし", "none").to_owned(),
            areas => areas.join(lang.pick("、", ", ")),
        };
        page.entry(lang.pick("旧市町村", "former municipalities"), &areas);
        page.entry(
            lang.pick("大字・町丁目", "towns for addresses"),
            &info.towns.to_string(),
        );
        for note in &meta.notes {
            page.line(format!("  {note}"));
        }
        page.line(&meta.attribution);
    });
    Ok(DONE)
}
