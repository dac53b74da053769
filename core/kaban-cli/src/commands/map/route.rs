//! The way from here to there, and the request behind it.

use std::time::Instant;

use kaban_app::Kind;
use kaban_atlas::Profile;
use kaban_atlas::route::{
    Access, Manner, Objective, Place, RouteError, RouteRequest, Router, Tracks, refusal, text_route,
};
use serde_json::{Value, json};

use super::conditions::conditions;
use super::place::Patients;
use crate::args::{MannerArgs, RouteArgs};
use crate::desk::{DONE, Desk, Done};
use crate::files::NewFile;
use crate::output::bad_input;

/// `kaban map route A B`.
pub fn route(desk: &Desk, args: &RouteArgs) -> Done {
    let mut patients = Patients::new(desk);
    let pack = patients.pack(args.pack.as_deref())?;
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
    let out = args
        .out
        .as_deref()
        .map(|path| NewFile::prepare(path, args.force))
        .transpose()?;
    let conditions = conditions(&pack, &args.conditions)?;
    let mut router =
        Router::under(&pack, &conditions).map_err(|error| bad_input(error.to_string()))?;
    let began = Instant::now();
    let found = router.route(&request);
    let compute_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let route = match found {
        Ok(route) => route,
        Err(error) => return Ok(refuse(desk, error)),
    };
    let sheet = text_route(&pack, &conditions, &route, desk.out.lang.is_ja());
    if let Some(out) = out {
        out.write(sheet.as_bytes())?;
    }
    let idle = router.closures_off_the_roads();
    let mut document = serde_json::to_value(&route).unwrap_or(Value::Null);
    if let Some(map) = document.as_object_mut() {
        map.insert("compute_us".to_owned(), compute_us.into());
        map.insert("closures_off_the_roads".to_owned(), json!(idle));
    }
    desk.out.show(&document, |page| {
        page.line(sheet.trim_end());
        if !idle.is_empty() {
            let list = idle.join(", ");
            page.say(
                format!("⚠ この地図のどの道にもかからない通行止め: {list}"),
                format!("⚠ closures that touch no road of this map: {list}"),
            );
        }
    });
    Ok(DONE)
}

/// Says why there is no route, and what is in the way.
pub fn refuse(desk: &Desk, error: RouteError) -> u8 {
    let RouteError::Unreachable(obstacle) = &error else {
        desk.out
            .complain(error.kind(), "道が見つかりません", &error.to_string());
        return Kind::Rule.exit_code();
    };
    let (mut ja, mut en) = obstacle.sentence();
    if !obstacle.closures.is_empty() {
        ja.push_str(&format!("（{}）", obstacle.closures.join("、")));
        en.push_str(&format!(" ({})", obstacle.closures.join(", ")));
    }
    if let Some(way) = &obstacle.ignoring_closures {
        let (km, minutes) = (way.distance_m / 1000.0, way.duration_s / 60.0);
        ja.push_str(&format!("。通行止めがなければ {km:.1} km、{minutes:.0} 分"));
        en.push_str(&format!("; without them {km:.1} km, {minutes:.0} min"));
    }
    desk.out.refuse(&refusal(error), &ja, &en);
    Kind::Rule.exit_code()
}

/// What the options ask, without its ends.
pub fn request_of(args: &RouteArgs) -> RouteRequest {
    let nowhere = Place::Point([0.0, 0.0]);
    manner_of(&args.manner).request(nowhere, nowhere)
}

/// How one travels.
pub fn manner_of(args: &MannerArgs) -> Manner {
    Manner {
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
    }
}
