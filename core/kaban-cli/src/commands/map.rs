//! Map and routes: building a pack, what is in it, and the way from here to there.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use kaban_app::{AppError, Bag, Kind, Result};
use kaban_atlas::Profile;
use kaban_atlas::build::{BuildOptions, Stage, build_pack};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{
    Access, BatchOptions, Objective, Place, Route, RouteRequest, Router, Tracks, answer_line,
};
use kaban_model::patient::FieldPath;
use serde_json::{Value, json};

use super::{progress, render};
use crate::args::{BuildArgs, MapCommand, RouteArgs};
use crate::desk::{DONE, Desk, Done};
use crate::files::NewFile;
use crate::output::bad_input;

/// Longest line of a batch that is kept; the rest of a longer one is read past.
const LINE_BYTES_MAX: usize = 64 * 1024 + 1;

/// `kaban map …`.
pub fn run(desk: &Desk, command: MapCommand) -> Done {
    match command {
        MapCommand::Build(args) => build(desk, &args),
        MapCommand::Info { pack } => info(desk, &pack),
        MapCommand::Route(args) => match &args.batch {
            Some(batch) => batch_of(desk, &args, batch),
            None => route(desk, &args),
        },
        MapCommand::Render(args) => render::run(desk, &args),
    }
}

fn build(desk: &Desk, args: &BuildArgs) -> Done {
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
    let built = built.map_err(|error| unreadable(&args.input, &error))?;
    out.write(&built.pack)?;
    let report = &built.report;
    let seconds = began.elapsed().as_secs_f64();
    let document =
        json!({ "pack": args.out, "bytes": report.bytes, "seconds": seconds, "meta": report.meta });
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
        page.line(&report.meta.attribution);
    });
    Ok(DONE)
}

fn info(desk: &Desk, path: &Path) -> Done {
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
        for note in &meta.notes {
            page.line(format!("  {note}"));
        }
        page.line(&meta.attribution);
    });
    Ok(DONE)
}

fn route(desk: &Desk, args: &RouteArgs) -> Done {
    let pack = open_pack(&args.pack)?;
    let mut patients = Patients {
        desk,
        bag: None,
        failed: None,
    };
    let from = patients.place(args.from.as_deref().unwrap_or_default())?;
    let to = patients.place(args.to.as_deref().unwrap_or_default())?;
    patients.close()?;
    let request = RouteRequest {
        from,
        to,
        geometry: true,
        steps: true,
        ..request_of(args)
    };
    let mut router = Router::new(&pack);
    let began = Instant::now();
    let found = router.route(&request);
    let compute_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let route = match found {
        Ok(route) => route,
        Err(error) => {
            desk.out
                .complain(error.kind(), "道が見つかりません", &error.to_string());
            return Ok(Kind::Rule.exit_code());
        }
    };
    let mut document = serde_json::to_value(&route).unwrap_or(Value::Null);
    if let Some(map) = document.as_object_mut() {
        map.insert("compute_us".to_owned(), compute_us.into());
    }
    desk.out.show(&document, |page| {
        let Route {
            distance_m,
            duration_s,
            geometry: _,
            steps,
            last_resort,
        } = &route;
        let (km, minutes) = (distance_m / 1000.0, duration_s / 60.0);
        page.say(
            format!("{km:.1} km、{minutes:.0} 分"),
            format!("{km:.1} km, {minutes:.0} min"),
        );
        if *last_resort {
            page.say(
                "⚠ 農道や私道を通らないと着けません",
                "⚠ only farm tracks or private ways lead there",
            );
        }
        for step in steps {
            let text = page.lang.pick(&step.text_ja, &step.text_en).to_owned();
            page.line(format!("  {:>7.0} m  {text}", step.distance_m));
        }
        page.line(&pack.meta().attribution);
    });
    Ok(DONE)
}

/// One line in, one line out.
fn batch_of(desk: &Desk, args: &RouteArgs, batch: &Path) -> Done {
    let pack = open_pack(&args.pack)?;
    let mut router = Router::new(&pack);
    let request = RouteRequest {
        geometry: args.geometry,
        steps: args.steps,
        ..request_of(args)
    };
    let options = BatchOptions { request };
    let mut patients = Patients {
        desk,
        bag: None,
        failed: None,
    };
    let began = Instant::now();
    let mut micros = || u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let mut lines: BufReader<Box<dyn std::io::Read>> =
        BufReader::new(if batch.as_os_str() == "-" {
            Box::new(std::io::stdin())
        } else {
            Box::new(open(batch)?)
        });
    let mut out = BufWriter::new(std::io::stdout().lock());
    let cannot =
        |error: std::io::Error| bad_input(format!("cannot read {}: {error}", batch.display()));
    while let Some(line) = next_line(&mut lines).map_err(cannot)? {
        let line = String::from_utf8_lossy(&line);
        let answer = answer_line(&mut router, &line, &options, &mut micros, &mut |id| {
            patients.batch_place(id)
        });
        if let Some(error) = patients.failed.take() {
            return Err(error);
        }
        let written = writeln!(out, "{answer}");
        // Whoever writes line by line waits for the answer; a file is answered in one go.
        let written = if lines.buffer().is_empty() {
            written.and_then(|()| out.flush())
        } else {
            written
        };
        if written.is_err() {
            break;
        }
    }
    // A closed pipe is the reader's wish to hear no more.
    let _ = out.flush();
    patients.close()?;
    Ok(DONE)
}

/// The next line without its end, cut at [`LINE_BYTES_MAX`]; nothing at the end of the input.
fn next_line(lines: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut seen = false;
    loop {
        let chunk = lines.fill_buf()?;
        if chunk.is_empty() {
            return Ok(seen.then_some(line));
        }
        seen = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        let room = LINE_BYTES_MAX.saturating_sub(line.len());
        line.extend_from_slice(&part[..part.len().min(room)]);
        let used = end.map_or(chunk.len(), |end| end + 1);
        lines.consume(used);
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

/// Places that are patients: the bag is opened when the first one is asked for.
struct Patients<'d> {
    desk: &'d Desk,
    bag: Option<Bag>,
    failed: Option<AppError>,
}

impl Patients<'_> {
    /// `lon,lat`, `node:ID`, or a patient.
    fn place(&mut self, text: &str) -> Result<Place> {
        let text = text.trim();
        if let Some(id) = text.strip_prefix("node:") {
            let id = id
                .parse()
                .map_err(|_| bad_input(format!("{text}: a node is node:123")))?;
            return Ok(Place::Node(id));
        }
        if let Some((lon, lat)) = text.split_once(',') {
            let number = |part: &str| {
                part.trim()
                    .parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite())
            };
            return match (number(lon), number(lat)) {
                (Some(lon), Some(lat)) => Ok(Place::Point([lon, lat])),
                _ => Err(bad_input(format!("{text}: a point is lon,lat in degrees"))),
            };
        }
        if text.starts_with('-') {
            return Err(bad_input(format!(
                "{text} is neither a place nor an option of `kaban map route`"
            )));
        }
        self.patient(text)
    }

    /// A patient of a batch; a bag that does not open ends the batch.
    fn batch_place(&mut self, id: &str) -> Option<Place> {
        match self.patient(id) {
            Ok(place) => Some(place),
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Ambiguous) => None,
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    fn patient(&mut self, id: &str) -> Result<Place> {
        let bag = match &mut self.bag {
            Some(bag) => bag,
            None => self.bag.insert(self.desk.open()?),
        };
        let id = bag.patient_id(id)?;
        let view = bag.patient(id)?;
        let pin = FieldPath::parse("pin")
            .ok()
            .and_then(|path| view.page.state(&path)?.current()?.value().cloned());
        let degree = |key: &str| pin.as_ref()?.get(key)?.to_string().parse::<f64>().ok();
        match (degree("lon"), degree("lat")) {
            (Some(lon), Some(lat)) => Ok(Place::Point([lon, lat])),
            _ => Err(AppError::new(
                Kind::NotFound,
                "this patient's house has no pin yet: `kaban patient set ID pin '{\"lon\":…,\"lat\":…}'`",
            )),
        }
    }

    fn close(self) -> Result<()> {
        self.bag.map_or(Ok(()), Bag::lock)
    }
}

fn request_of(args: &RouteArgs) -> RouteRequest {
    let nowhere = Place::Point([0.0, 0.0]);
    RouteRequest {
        objective: if args.objective == "shortest" {
            Objective::Shortest
        } else {
            Objective::Fastest
        },
        tracks: match args.tracks.as_str() {
            "always" => Tracks::Always,
            "never" => Tracks::Never,
            _ => Tracks::Auto,
        },
        access: if args.access == "public" {
            Access::Public
        } else {
            Access::Visiting
        },
        profile: if args.profile == "foot" {
            Profile::Foot
        } else {
            Profile::Car
        },
        ..RouteRequest::new(nowhere, nowhere)
    }
}

fn open(path: &Path) -> Result<File> {
    let file = File::open(path)
        .map_err(|error| bad_input(format!("cannot read {}: {error}", path.display())))?;
    match file.metadata() {
        Ok(meta) if meta.is_dir() => Err(bad_input(format!(
            "{} is a folder, not a file",
            path.display()
        ))),
        _ => Ok(file),
    }
}

pub(super) fn open_pack(path: &Path) -> Result<Pack> {
    Pack::open(BufReader::new(open(path)?)).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &kaban_atlas::Error) -> AppError {
    let cause =
        std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
    bad_input(format!("{}: {error}{cause}", path.display()))
}
