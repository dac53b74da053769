//! Closed roads: told, listed, lifted.

use std::path::Path;

use kaban_app::{Bag, ClosureInput, ClosureView, Result};
use serde_json::{Value, json};

use crate::args::{ClosureAddArgs, ClosureCommand};
use crate::desk::{DONE, Desk, Done};
use crate::files;
use crate::output::{Page, bad_input};
use crate::times::{self, Edge};

/// Largest file of a line, bytes.
const LINE_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// `kaban closure …`.
pub fn run(desk: &Desk, command: ClosureCommand) -> Done {
    match command {
        ClosureCommand::Add(args) => {
            let shape = shape(&args)?;
            desk.with_bag(|bag| add(desk, bag, shape, &args))
        }
        ClosureCommand::List { at, all } => {
            desk.with_bag(|bag| list(desk, bag, at.as_deref(), all))
        }
        ClosureCommand::Lift { id, words } => desk.with_bag(|bag| {
            let item = bag.lift_closure(&id, &words)?;
            desk.out
                .show(&json!({ "item_id": item.to_string() }), |page| {
                    page.say("解除しました。", "Lifted.");
                });
            Ok(DONE)
        }),
    }
}

fn add(desk: &Desk, bag: &mut Bag, shape: Value, args: &ClosureAddArgs) -> Done {
    let now = bag.now();
    let from = args.from.as_deref();
    let input = ClosureInput {
        shape,
        reason: args.reason.clone(),
        words: args.words.clone(),
        from: from
            .map(|from| times::read(from, Edge::Start, now))
            .transpose()?,
        until: times::read(&args.until, Edge::End, now)?,
    };
    let id = bag.close_road(input)?;
    desk.out.show(&json!({ "id": id.to_string() }), |page| {
        page.say(
            format!(
                "知らせました。解除は `kaban closure lift {}`",
                &id.to_string()[..8]
            ),
            format!(
                "Told. To lift it: `kaban closure lift {}`",
                &id.to_string()[..8]
            ),
        );
    });
    Ok(DONE)
}

fn list(desk: &Desk, bag: &mut Bag, at: Option<&str>, all: bool) -> Done {
    let now = bag.now();
    let at = at.map(|at| times::read(at, Edge::Start, now)).transpose()?;
    let mut view = bag.closures(at.unwrap_or(now))?;
    if !all {
        view.closures
            .retain(|closure| matches!(closure.state, "in_force" | "planned"));
    }
    desk.out.show(&view, |page| {
        for closure in &view.closures {
            one(page, closure);
        }
        if view.closures.is_empty() {
            page.say("通行止めはありません。", "No road is closed.");
        }
        for id in &view.unreadable {
            page.say(
                format!("⚠ {}: 新しい版の知らせで、ここでは読めません", &id[..8]),
                format!("⚠ {}: told by a newer version, not readable here", &id[..8]),
            );
        }
    });
    Ok(DONE)
}

fn one(page: &mut Page, closure: &ClosureView) {
    let ClosureView {
        id,
        shape,
        reason: _,
        reason_words,
        words,
        from,
        until,
        by,
        at: _,
        state: _,
        state_words,
        lifted,
        sent,
    } = closure;
    let reason = page.lang.pick(&reason_words.0, &reason_words.1);
    let state = page.lang.pick(state_words.0, state_words.1);
    let dash = if words.is_empty() { "" } else { "  " };
    page.line(format!(
        "{sent} {}  {state}  {reason}{dash}{words}",
        &id[..8]
    ));
    page.line(format!(
        "    {} – {}  {by}",
        times::human(from),
        times::human(until)
    ));
    page.line(format!("    {}", place(page, shape)));
    for lift in lifted {
        let (by, at) = (&lift.by, times::human(&lift.at));
        page.say(
            format!("    解除 {at}  {by}  {}", lift.words),
            format!("    lifted {at}  {by}  {}", lift.words),
        );
    }
}

/// Where, in few words.
fn place(page: &Page, shape: &Value) -> String {
    if let Some(circle) = shape.get("circle") {
        let (centre, radius) = (&circle["centre"], &circle["radius_m"]);
        let words = page.lang.pick("半径", "within");
        format!("{},{}  {words} {radius} m", centre[0], centre[1])
    } else {
        shape.to_string().chars().take(100).collect()
    }
}

fn shape(args: &ClosureAddArgs) -> Result<Value> {
    if let Some(circle) = &args.circle {
        let [lon, lat, radius] = numbers(circle)?;
        return Ok(json!({ "circle": { "centre": [lon, lat], "radius_m": radius } }));
    }
    if let Some(path) = &args.line {
        return Ok(json!({ "line": line(path)? }));
    }
    let ends = args.road.iter().map(|end| numbers::<2>(end));
    let ends = ends.collect::<Result<Vec<_>>>()?;
    let roads: Vec<&[[f64; 2]]> = ends.chunks_exact(2).collect();
    Ok(json!({ "roads": roads }))
}

/// So many numbers with commas between.
fn numbers<const N: usize>(text: &str) -> Result<[f64; N]> {
    let read: Option<Vec<f64>> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>().ok().filter(|n| n.is_finite()))
        .collect();
    let read = read.and_then(|numbers| <[f64; N]>::try_from(numbers).ok());
    read.ok_or_else(|| {
        bad_input(format!(
            "{text}: {N} numbers with commas between are needed"
        ))
    })
}

/// The points of a line: a bare list, or the one line of a GeoJSON file.
fn line(path: &Path) -> Result<Value> {
    let bytes = files::read(path, LINE_FILE_BYTES_MAX)?;
    let wrong = || {
        bad_input(format!(
            "{}: a GeoJSON LineString, or [[lon,lat],…], is needed",
            path.display()
        ))
    };
    let value: Value = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    let geometry = match value.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => match value["features"].as_array().map(Vec::as_slice) {
            Some([feature]) => &feature["geometry"],
            _ => return Err(wrong()),
        },
        Some("Feature") => &value["geometry"],
        _ => &value,
    };
    let points = match geometry.get("type").and_then(Value::as_str) {
        Some("LineString") => &geometry["coordinates"],
        Some(_) => return Err(wrong()),
        None => geometry,
    };
    // A height may stand behind longitude and latitude.
    let points = points.as_array().ok_or_else(wrong)?.iter().map(|point| {
        let point = point.as_array()?;
        Some(Value::Array(point.get(..2)?.to_vec()))
    });
    points
        .collect::<Option<Vec<_>>>()
        .map(Value::Array)
        .ok_or_else(wrong)
}
