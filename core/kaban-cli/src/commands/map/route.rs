//! The way from here to there, and the request behind it.

use std::time::Instant;

use kaban_app::Kind;
use kaban_atlas::Profile;
use kaban_atlas::route::{Access, Objective, Place, Route, RouteRequest, Router, Tracks};
use serde_json::Value;

use super::place::Patients;
use crate::args::RouteArgs;
use crate::desk::{DONE, Desk, Done};

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

/// What the options ask, without its ends.
pub fn request_of(args: &RouteArgs) -> RouteRequest {
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
