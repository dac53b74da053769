//! Routes in a batch: one line in, one line out.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use kaban_atlas::route::{BatchOptions, RouteRequest, Router, answer_line};

use super::conditions::conditions;
use super::open;
use super::place::Patients;
use super::route::request_of;
use crate::args::RouteArgs;
use crate::desk::{DONE, Desk, Done};
use crate::output::bad_input;

/// Longest line of a batch that is kept; the rest of a longer one is read past.
const LINE_BYTES_MAX: usize = 64 * 1024 + 1;

/// `kaban map route --batch`.
pub fn answer(desk: &Desk, args: &RouteArgs, batch: &Path) -> Done {
    let mut patients = Patients::new(desk);
    let pack = patients.pack(args.pack.as_deref())?;
    let conditions = conditions(&pack, &args.conditions)?;
    let mut router =
        Router::under(&pack, &conditions).map_err(|error| bad_input(error.to_string()))?;
    let request = RouteRequest {
        geometry: args.geometry,
        steps: args.steps,
        ..request_of(args)
    };
    // Roads no hierarchy fits are searched without one.
    let _ = router.prepare(&request.manner());
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
