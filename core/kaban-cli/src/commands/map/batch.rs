//! Routes in a batch: one line in, one line out.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use kaban_app::Result;
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{BatchOptions, RouteRequest, Router, answer_line};
use serde_json::{Value, json};

use super::conditions::Roads;
use super::open;
use super::place::Patients;
use super::route::request_of;
use crate::args::RouteArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;

/// Longest line of a batch that is kept; the rest of a longer one is read past.
const LINE_BYTES_MAX: usize = 64 * 1024 + 1;

/// Whoever asks more than this many questions has the hierarchy made, which takes as long as a few routes without it.
const PREPARED_AFTER: usize = 1;

/// `kaban map route --batch`.
pub fn answer(desk: &Desk, args: &RouteArgs, batch: &Path) -> Done {
    let mut patients = Patients::new(desk);
    let pack = patients.pack(args.pack.as_deref())?;
    let mut roads = Roads::of(&mut patients, &pack, &args.conditions)?;
    let request = RouteRequest {
        geometry: args.geometry,
        steps: args.steps,
        ..request_of(args)
    };
    let mut router = router(&pack, &roads)?;
    let options = BatchOptions { request };
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
    let mut answered = 0usize;
    while let Some(line) = next_line(&mut lines).map_err(cannot)? {
        if answered == PREPARED_AFTER {
            // Roads no hierarchy fits are searched without one.
            let _ = router.prepare(&options.request.manner());
        }
        answered += 1;
        let line = String::from_utf8_lossy(&line);
        let closed = patients.opened().is_none();
        let mut asked = Vec::new();
        let mut answer = |router: &mut Router<'_>, patients: &mut Patients<'_>| {
            asked.clear();
            answer_line(router, &line, &options, &mut micros, &mut |id| {
                let spot = patients.batch_place(id)?;
                asked.push(spot.precision);
                Some(spot.place)
            })
        };
        let mut text = answer(&mut router, &mut patients);
        if closed && patients.opened().is_some() && patients.failed.is_none() {
            // The first patient opened the bag: from this line on its closures count.
            roads = Roads::of(&mut patients, &pack, &args.conditions)?;
            router = self::router(&pack, &roads)?;
            answered = 0;
            text = answer(&mut router, &mut patients);
        }
        if let Some(error) = patients.failed.take() {
            return Err(error);
        }
        let answer = if patients.opened().is_some() {
            with_bag(&text, &line, &asked, &roads)
        } else {
            text
        };
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

fn router<'p>(pack: &'p Pack, roads: &Roads) -> Result<Router<'p>> {
    Router::under(pack, &roads.conditions).map_err(|error| bad_input(error.to_string()))
}

/// The answer with what the bag had to do with it; `asked` is how exact the patients of the line are.
fn with_bag(answer: &str, line: &str, asked: &[&str], roads: &Roads) -> String {
    let Ok(Value::Object(mut answer)) = serde_json::from_str(answer) else {
        return answer.to_owned();
    };
    let line: Value = serde_json::from_str(line).unwrap_or(Value::Null);
    let patients = ["from", "to"]
        .into_iter()
        .filter(|end| line[end].get("patient").is_some());
    for (end, precision) in patients.zip(asked) {
        answer.insert(format!("{end}_precision"), json!(precision));
    }
    roads.note(&mut answer);
    Value::Object(answer).to_string()
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
