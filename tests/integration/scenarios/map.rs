//! The steps on the map, each one use case, and what they give in the member names of `steps.json`.

use kaban_app::{
    ClosureInput, Journey, Nearness, Result, RoundInput, RoundVehicle, RoundVisit, RouteOutcome,
    SharedBag, Spot, StylePlaces, Travel, input,
};
use kaban_atlas::round::{Choice, Objective};
use kaban_atlas::style::{Place, Theme};
use kaban_atlas::{PlaceClass, Profile};
use kaban_model::ids::{ItemId, PatientId};
use serde_json::{Value, json};

use super::steps::Step;
use super::world::World;

/// The names of those taken here.
pub const KNOWN: &[&str] = &[
    "open_pack",
    "close_pack",
    "style",
    "pins",
    "snap",
    "route",
    "matrix",
    "nearest",
    "round",
    "insert_call",
    "visit_length",
    "areas",
    "neighbours",
    "closures",
    "close_road",
    "lift_closure",
];

/// Takes one.
pub fn take(world: &mut World, step: Step<'_>) -> Result<Value> {
    let storage = world.folder.path().to_owned();
    let map = world.maps.entry(step.by().to_owned()).or_default();
    let bag = &world.bags[step.by()];
    Ok(match step.name() {
        "open_pack" => {
            let view = map.open_pack(&storage.join(step.text("in")))?;
            json!({ "areas": view.areas, "towns": view.towns, "data_date": view.data_date })
        }
        "close_pack" => {
            map.close_pack();
            json!({})
        }
        "style" => {
            let theme = Theme::ALL.into_iter();
            let theme = theme
                .clone()
                .find(|theme| theme.code() == step.text("theme"));
            let places = StylePlaces {
                storage: storage.to_str().unwrap(),
                glyphs: Place::Asset("map/glyphs"),
                sprites: Place::Asset("map/sprites"),
            };
            let style = map.style_json(theme.unwrap(), &places)?;
            let read: Value = serde_json::from_str(&style).unwrap();
            json!({ "theme": read["metadata"]["kaban:theme"], "offline": !style.contains("http") })
        }
        "pins" => pins(&map.pins_geojson(bag, flag(step, "names"))?),
        "snap" => {
            let found = map.snap(position(&step.0["at"]), Profile::Car)?;
            let found = found.as_ref();
            json!({ "road": found.map(|found| &found.road), "metres": found.map(|found| whole(found.metres)) })
        }
        "route" => {
            let journey = Journey {
                ignore_closures: flag(step, "ignore_closures"),
                ..Journey::new(spot(&step.0["from"])?, spot(&step.0["to"])?)
            };
            way(map.route(bag, &journey)?)
        }
        "matrix" => {
            let spots = list(&step.0["spots"]).iter().map(spot);
            let table = map.matrix(bag, &spots.collect::<Result<Vec<_>>>()?, &Travel::default())?;
            let row = |row: &Vec<Option<f64>>| row.iter().map(|m| m.map(whole)).collect::<Vec<_>>();
            json!({ "distances_m": table.distances_m.iter().map(row).collect::<Vec<_>>(), "precision": table.precision })
        }
        "nearest" => {
            let kinds = list(&step.0["kinds"]).iter();
            let kinds: Vec<PlaceClass> = kinds
                .map(|kind| PlaceClass::from_name(kind.as_str().unwrap()).unwrap())
                .collect();
            let (from, count) = (spot(&step.0["from"])?, number(step, "count"));
            let near = map.nearest(bag, from, &kinds, count, &Travel::default())?;
            let view = |near: &kaban_app::NearPlaceView| json!({ "kind": near.class, "name": near.name, "distance_m": whole(near.distance_m) });
            json!({ "places": near.places.iter().map(view).collect::<Vec<_>>() })
        }
        "round" => {
            let view = map.round(bag, &round(step)?)?;
            let trip = |route: &kaban_atlas::round::Route| json!({ "vehicle": route.vehicle, "patients": route.order });
            json!({
                "trips": view.round.routes.iter().map(trip).collect::<Vec<_>>(),
                "served": view.round.served,
                "unserved": view.round.unserved_why.iter().map(|one| json!({ "patient": one.id, "why": one.why })).collect::<Vec<_>>(),
                "quality": view.round.quality,
                "unpinned": view.caveats.unpinned,
            })
        }
        "insert_call" => {
            let orders = list(&step.0["orders"]).iter();
            let orders = orders.map(|order| list(order).iter().map(patient).collect());
            let orders = orders.collect::<Result<Vec<Vec<PatientId>>>>()?;
            let call = visit(&step.0["call"])?;
            let choices = map
                .insert_call(bag, &round(step)?, &orders, &call, None)?
                .choices;
            let choice = |choice: &Choice| json!({ "vehicle": choice.vehicle, "position": choice.position, "feasible": choice.feasible, "delayed": choice.delays.len() });
            json!({ "choices": choices.iter().map(choice).collect::<Vec<_>>() })
        }
        "areas" => {
            let view = map.areas(bag)?;
            let names = |patients: &[kaban_app::AreaPatient]| -> Vec<String> {
                patients
                    .iter()
                    .map(|patient| patient.name.clone())
                    .collect()
            };
            let area = |area: &kaban_app::AreaView| json!({ "name": area.name, "patients": names(&area.patients) });
            json!({ "areas": view.areas.iter().map(area).collect::<Vec<_>>(), "unassigned": names(&view.unassigned) })
        }
        "neighbours" => {
            let nearness = if flag(step, "by_road") {
                Nearness::Driving
            } else {
                Nearness::Straight
            };
            let (patient, count) = (step.patient()?, number(step, "count"));
            let view = map.neighbours(bag, patient, count, nearness, &Travel::default())?;
            let near = |near: &kaban_app::NeighbourView| json!({ "name": near.name, "precision": near.precision, "distance_m": near.distance_m });
            json!({ "neighbours": view.neighbours.iter().map(near).collect::<Vec<_>>(), "unplaced": view.unplaced })
        }
        _ => in_the_bag(bag, step)?,
    })
}

/// Steps that need no pack.
fn in_the_bag(bag: &SharedBag, step: Step<'_>) -> Result<Value> {
    match step.name() {
        "visit_length" => {
            let patient = step.patient()?;
            let length = bag.with(|bag| bag.service_minutes(patient))?;
            Ok(json!({ "minutes": length.minutes, "learnt": length.learnt }))
        }
        "close_road" => {
            let at = |name: &str, text| input::instant(name, text);
            let report = ClosureInput {
                shape: step.0["shape"].clone(),
                reason: step.text("reason").to_owned(),
                words: step.maybe("words").unwrap_or_default().to_owned(),
                from: step
                    .maybe("from")
                    .map(|from| at("closure.from", from))
                    .transpose()?,
                until: at("closure.until", step.text("until"))?,
            };
            let closure = bag.with(|bag| bag.close_road(report))?;
            Ok(json!({ "closure": closure.to_string() }))
        }
        "lift_closure" => {
            let closure = step.text("closure");
            input::id::<ItemId>("entry", closure)?;
            let words = step.maybe("words").unwrap_or_default();
            bag.with(|bag| bag.lift_closure(closure, words))?;
            Ok(json!({}))
        }
        _ => {
            let at = step
                .maybe("at")
                .map(|at| input::instant("at", at))
                .transpose()?;
            let listed = bag.with(|bag| {
                let at = at.unwrap_or(bag.now());
                bag.closures(at)
            });
            let view = |closure: &kaban_app::ClosureView| {
                json!({
                    "id": closure.id,
                    "state": closure.state,
                    "reason": closure.reason,
                    "words": closure.words,
                    "by": closure.by,
                    "lifted": closure.lifted.len(),
                    "shape": closure.shape,
                })
            };
            Ok(json!({ "closures": listed?.closures.iter().map(view).collect::<Vec<_>>() }))
        }
    }
}

fn way(outcome: RouteOutcome) -> Value {
    match outcome {
        RouteOutcome::Found(found) => json!({
            "found": true,
            "distance_m": whole(found.route.distance_m),
            "steps": found.route.steps.len(),
            "precision": found.precision,
            "kind": null,
            "closures": [],
            "without_closures_m": null,
        }),
        RouteOutcome::NoWay(why) => json!({
            "found": false,
            "distance_m": null,
            "steps": 0,
            "precision": [],
            "kind": why.kind,
            "closures": why.closures,
            "without_closures_m": why.ignoring_closures.map(|way| whole(way.distance_m)),
        }),
    }
}

fn pins(geojson: &Value) -> Value {
    let pin = |feature: &Value| {
        let of = &feature["properties"];
        json!({
            "severity": of["severity"],
            "precision": of["precision"],
            "area": of["area"],
            "name": of.get("name"),
        })
    };
    let mut pins: Vec<Value> = list(&geojson["features"]).iter().map(pin).collect();
    pins.sort_by_key(|pin| pin["area"].to_string() + &pin["name"].to_string());
    json!({ "pins": pins, "without_place": list(&geojson["without_place"]).len() })
}

fn round(step: Step<'_>) -> Result<RoundInput> {
    let vehicle = |vehicle: &Value| RoundVehicle {
        name: vehicle["name"].as_str().unwrap().to_owned(),
        window: window(&vehicle["window"]).unwrap(),
    };
    let visits = list(&step.0["visits"]).iter().map(visit);
    Ok(RoundInput {
        start: spot(&step.0["start"])?,
        vehicles: list(&step.0["vehicles"]).iter().map(vehicle).collect(),
        visits: visits.collect::<Result<_>>()?,
        objective: Objective::default(),
        keep_order: flag(step, "keep_order"),
        travel: Travel::default(),
    })
}

fn visit(visit: &Value) -> Result<RoundVisit> {
    let minutes = visit["minutes"].as_u64();
    Ok(RoundVisit {
        window: window(&visit["window"]),
        minutes: minutes.map(|minutes| u32::try_from(minutes).unwrap()),
        ..RoundVisit::new(patient(&visit["patient"])?)
    })
}

/// Seconds of the day.
fn window(window: &Value) -> Option<[u32; 2]> {
    serde_json::from_value(window.clone()).ok()
}

/// A patient by id, or a position `[longitude, latitude]`.
fn spot(spot: &Value) -> Result<Spot> {
    match spot {
        Value::String(_) => Ok(Spot::Patient(patient(spot)?)),
        _ => Ok(Spot::Point(position(spot))),
    }
}

fn position(position: &Value) -> [f64; 2] {
    serde_json::from_value(position.clone()).unwrap()
}

fn patient(id: &Value) -> Result<PatientId> {
    input::id("patient", id.as_str().unwrap())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn flag(step: Step<'_>, name: &str) -> bool {
    step.0.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn number(step: Step<'_>, name: &str) -> usize {
    usize::try_from(step.0[name].as_u64().unwrap()).unwrap()
}

fn whole(metres: f64) -> i64 {
    metres.round() as i64
}
