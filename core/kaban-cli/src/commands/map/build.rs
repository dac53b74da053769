//! Building a pack, and what is in it.

use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use kaban_app::{Kind, Result};
use kaban_atlas::areas::{
    AREA_FILE_BYTES_MAX, Area, TOWN_FILE_BYTES_MAX, TownsRead, read_areas, read_towns,
};
use kaban_atlas::build::{BaseMapSource, BuildOptions, Stage, build_pack};
use kaban_atlas::pack::{BaseMapInfo, Pack, SectionInfo};
use serde_json::json;

use super::super::progress;
use super::packs::named_or_current;
use super::{open, unreadable};
use crate::args::BuildArgs;
use crate::desk::{DONE, Desk, Done};
use crate::files::{self, NewFile};
use crate::output::{Page, bad_input};

/// Longest ready base map.
const BASEMAP_BYTES_MAX: u64 = 480 << 20;

/// `kaban map build`. With a bag the pack is signed by its device; the bag is opened before the work, not after.
pub fn build(desk: &Desk, args: &BuildArgs) -> Done {
    let bag = desk.bag.is_some().then(|| desk.open()).transpose()?;
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
        base_map: base_map(args)?,
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
            Stage::Survey => ("背景地図を読む", "reading the map"),
            Stage::Tiles => ("背景地図を描く", "drawing the map"),
        };
        bar.set_message(desk.out.lang.pick(words.0, words.1).to_owned());
        bar.set_length(seen.total);
        bar.set_position(seen.done);
    });
    bar.finish_and_clear();
    let mut built = built.map_err(|error| unreadable(blamed(args, &error), &error))?;
    let signed = bag.is_some();
    if let Some(bag) = bag {
        bag.sign_pack(&mut built.pack)?;
        bag.lock()?;
    }
    // What goes out is opened as a phone will open it.
    let pack = Pack::from_bytes(&built.pack).map_err(|error| unreadable(&args.out, &error))?;
    out.write(&built.pack)?;
    let report = &built.report;
    let sections = pack.info().sections;
    let seconds = began.elapsed().as_secs_f64();
    let rows: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    let document = json!({
        "pack": args.out,
        "bytes": report.bytes,
        "sections": sections,
        "seconds": seconds,
        "signed": signed,
        "meta": report.meta,
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
        parts(page, &sections);
        say_base_map(page, report.meta.base_map.as_ref());
        for note in &report.meta.notes {
            page.line(format!("  {note}"));
        }
        for row in &rows {
            page.say(
                format!("⚠ 大字の一覧から除いた行 {row}"),
                format!("⚠ left out of the towns: {row}"),
            );
        }
        if !signed {
            page.say(
                "署名なし: ほかの端末は取り込みません(--bag DIR で署名)",
                "not signed: no bag takes it in (--bag DIR signs it)",
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

fn base_map(args: &BuildArgs) -> Result<BaseMapSource> {
    let Some(path) = &args.basemap else {
        return Ok(if args.no_basemap {
            BaseMapSource::None
        } else {
            BaseMapSource::Drawn
        });
    };
    let mut archive = Vec::new();
    open(path)?
        .take(BASEMAP_BYTES_MAX + 1)
        .read_to_end(&mut archive)
        .map_err(|error| bad_input(format!("cannot read {}: {error}", path.display())))?;
    if archive.len() as u64 > BASEMAP_BYTES_MAX {
        let text = "a base map has at most 480 MiB; cut the district out of it first";
        return Err(bad_input(format!("{}: {text}", path.display())));
    }
    Ok(BaseMapSource::Ready(archive))
}

/// The file an error is about.
fn blamed<'a>(args: &'a BuildArgs, error: &kaban_atlas::Error) -> &'a Path {
    use kaban_atlas::Error::{BadBaseMap, UnknownSchema};
    match (&args.basemap, error) {
        (Some(path), BadBaseMap(_) | UnknownSchema { .. }) => path,
        _ => &args.input,
    }
}

fn parts(page: &mut Page, sections: &[SectionInfo]) {
    let sizes: Vec<String> = sections
        .iter()
        .map(|section| format!("{} {}", section.name, section.bytes))
        .collect();
    page.entry(
        page.lang.pick("部分ごとのバイト数", "bytes per part"),
        &sizes.join(", "),
    );
}

fn say_base_map(page: &mut Page, map: Option<&BaseMapInfo>) {
    let label = page.lang.pick("背景地図", "base map");
    let Some(map) = map else {
        page.entry(label, page.lang.pick("なし", "none"));
        return;
    };
    let (bytes, tiles, [low, high]) = (map.bytes, map.tiles, map.zooms);
    let text = if page.lang.is_ja() {
        format!("{bytes} バイト、ズーム {low}–{high}、タイル {tiles} 枚")
    } else {
        format!("{bytes} bytes, zooms {low}–{high}, {tiles} tiles")
    };
    let layers = map.layers.join(" ");
    page.entry(label, &format!("{text} ({}: {layers})", map.schema.name()));
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
        say_base_map(page, meta.base_map.as_ref());
        page.entry(
            lang.pick("医療機関など", "medical and public places"),
            &pack.places().len().to_string(),
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
