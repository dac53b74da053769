//! The dynamic map: patients on it, by area, with their neighbours, and the pack that may be replaced.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use kaban_app::{
    AppError, Bag, ClosureInput, DynamicMap, Environment, Journey, Kind, Nearness, RegisterForm,
    RoundInput, RoundVehicle, RoundVisit, RouteOutcome, SharedBag, Spot, StylePlaces, Travel,
    VisitInput, neighbours,
};
use kaban_atlas::areas::{Town, read_areas};
use kaban_atlas::build::{BaseMapSource, BuildOptions, from_elements};
use kaban_atlas::geo::Coord;
use kaban_atlas::osm::{Elements, Node, Way};
use kaban_atlas::style::{Place, Theme};
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use serde_json::{Value, json};

/// A road of about 900 m; its western half is 八日市場市, its eastern half 野栄町.
const AREAS: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"name":"八日市場市"},"geometry":{"type":"Polygon","coordinates":
        [[[140.49,35.69],[140.505,35.69],[140.505,35.71],[140.49,35.71],[140.49,35.69]]]}},
    {"type":"Feature","properties":{"name":"野栄町"},"geometry":{"type":"Polygon","coordinates":
        [[[140.505,35.69],[140.52,35.69],[140.52,35.71],[140.505,35.71],[140.505,35.69]]]}}]}"#;

fn write_pack(folder: &Path, name: &str, areas: bool) -> PathBuf {
    let node = |number: i64| Node {
        id: 100 + number,
        lon: 140.5 + 0.001 * number as f64,
        lat: 35.7,
        tags: Vec::new(),
    };
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let hospital = Node {
        id: 200,
        lon: 140.51,
        lat: 35.7001,
        tags: vec![tag("amenity", "hospital"), tag("name", "匝瑳病院")],
    };
    let elements = Elements {
        nodes: (0..=10).map(node).chain([hospital]).collect(),
        ways: vec![Way {
            id: 1,
            nodes: (100..=110).collect(),
            tags: vec![("highway".to_owned(), "residential".to_owned())],
        }],
        relations: Vec::new(),
    };
    let town = |name: &str, area: &str, lon: f64| Town {
        name: name.to_owned(),
        municipality: "匝瑳市".to_owned(),
        area: area.to_owned(),
        at: Coord::from_degrees(lon, 35.7).unwrap(),
    };
    let mut options = BuildOptions::default();
    if areas {
        options.areas = read_areas(AREAS.as_bytes()).unwrap();
        options.base_map = BaseMapSource::Drawn;
        options.towns = vec![town("飯高", "", 140.502), town("野手", "野栄町", 140.508)];
    }
    let path = folder.join(name);
    std::fs::write(&path, from_elements(&elements, &options).unwrap().pack).unwrap();
    path
}

fn founded(folder: &Path) -> Bag {
    let doctor = Person {
        name: "佐藤 恵".to_owned(),
        kana: String::new(),
        role: Role::Doctor,
        phone: String::new(),
    };
    let environment = Environment {
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    };
    let folder = folder.join("bag");
    Bag::found(
        &folder,
        b"a passphrase for tests",
        "匝瑳医師会",
        &doctor,
        &environment,
    )
    .unwrap()
}

fn register(bag: &mut Bag, name: &str, values: &[(&str, &str)]) -> PatientId {
    let values = values
        .iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()));
    let form = RegisterForm {
        values: [("name".to_owned(), name.to_owned())]
            .into_iter()
            .chain(values)
            .collect(),
        ..RegisterForm::default()
    };
    bag.register_typed(form).unwrap()
}

/// One pinned in the west, one with an address in the east, one with an area only, one with nothing.
fn village(bag: &mut Bag) -> [PatientId; 4] {
    [
        register(
            bag,
            "一",
            &[
                ("pin", r#"{"lon":140.501,"lat":35.7001}"#),
                ("address", "匝瑳市野手1"),
                ("severity", "watch"),
            ],
        ),
        register(bag, "二", &[("address", "千葉県匝瑳市大字野手２３番地")]),
        register(
            bag,
            "三",
            &[
                ("former_municipality", "光町"),
                ("pin", r#"{"lon":140.6,"lat":35.6}"#),
            ],
        ),
        register(bag, "四", &[("address", "銚子市新町1")]),
    ]
}

fn properties(pins: &Value, id: PatientId) -> &Value {
    let mut features = pins["features"].as_array().unwrap().iter();
    let of = |feature: &&Value| feature["properties"]["id"] == json!(id.to_string());
    &features.find(of).unwrap()["properties"]
}

#[test]
fn houses_are_pinned_by_hand_or_marked_as_a_town_and_nobody_goes_missing() {
    let folder = tempfile::tempdir().unwrap();
    let pack = write_pack(folder.path(), "pack", true);
    let mut bag = founded(folder.path());
    let [pinned, by_address, far, nowhere] = village(&mut bag);
    let bag = SharedBag::new(bag);
    let map = DynamicMap::default();
    map.open_pack(&pack).unwrap();
    let pins = map.pins_geojson(&bag, false).unwrap();
    let of = |id| {
        let found = properties(&pins, id);
        [
            &found["precision"],
            &found["area"],
            &found["area_by"],
            &found["severity"],
        ]
        .map(|value| value.as_str().unwrap().to_owned())
    };
    assert_eq!(
        of(pinned),
        ["house", "八日市場市", "polygon", "watch"],
        "the pin counts, not the address"
    );
    assert_eq!(of(by_address), ["town", "野栄町", "town", ""]);
    assert_eq!(of(far), ["house", "光町", "written", ""]);
    assert_eq!(pins["without_place"][0]["id"], json!(nowhere.to_string()));
    assert!(!pins.to_string().contains('一'), "no name unless asked for");
    let named = map.pins_geojson(&bag, true).unwrap();
    assert_eq!(properties(&named, pinned)["name"], "一");
}

#[test]
fn without_a_pack_only_pins_are_places_and_areas_are_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut bag = founded(folder.path());
    let [pinned, _, far, _] = village(&mut bag);
    let bag = SharedBag::new(bag);
    let pins = DynamicMap::default().pins_geojson(&bag, false).unwrap();
    assert_eq!(pins["features"].as_array().unwrap().len(), 2);
    assert_eq!(pins["without_place"].as_array().unwrap().len(), 2);
    assert_eq!(properties(&pins, pinned)["area_by"], "unassigned");
    assert_eq!(properties(&pins, far)["area_by"], "written");
}

#[test]
fn a_corrected_pin_moves_the_house_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    map.open_pack(&write_pack(folder.path(), "pack", true))
        .unwrap();
    let mut bag = founded(folder.path());
    let [_, by_address, ..] = village(&mut bag);
    let pack = map.pack().unwrap();
    let houses = bag.houses(Some(pack.gazetteer())).unwrap();
    assert_eq!(
        houses.of(by_address).unwrap().place.unwrap().1.code(),
        "town"
    );
    let input = kaban_app::SetInput {
        field: "pin".to_owned(),
        value: Some(r#"{"lon":140.503,"lat":35.7}"#.to_owned()),
        source: None,
    };
    bag.set_field(by_address, &input).unwrap();
    let houses = bag.houses(Some(pack.gazetteer())).unwrap();
    let house = houses.of(by_address).unwrap();
    assert_eq!(
        (house.place.unwrap().1.code(), house.area.as_str()),
        ("house", "八日市場市")
    );
}

#[test]
fn patients_stand_by_former_municipality_and_the_unassigned_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    map.open_pack(&write_pack(folder.path(), "pack", true))
        .unwrap();
    let mut bag = founded(folder.path());
    village(&mut bag);
    let pack = map.pack().unwrap();
    let view = bag.areas(pack.gazetteer()).unwrap();
    let counts: Vec<(&str, usize)> = view
        .areas
        .iter()
        .map(|area| (area.name.as_str(), area.count))
        .collect();
    assert_eq!(counts, [("八日市場市", 1), ("野栄町", 1), ("光町", 1)]);
    assert_eq!(view.unassigned.len(), 1);
    let rows = bag.patients_by_area(pack.gazetteer()).unwrap();
    let areas: Vec<&str> = rows.iter().map(|row| row.area.as_str()).collect();
    assert_eq!(areas, ["", "光町", "八日市場市", "野栄町"]);
}

#[test]
fn neighbours_are_near_by_road_or_by_air_and_the_unplaced_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    map.open_pack(&write_pack(folder.path(), "pack", true))
        .unwrap();
    let mut bag = founded(folder.path());
    let [pinned, by_address, far, nowhere] = village(&mut bag);
    let pack = map.pack().unwrap();
    let houses = bag.houses(Some(pack.gazetteer())).unwrap();
    let open = bag.outlook(&Travel::default()).unwrap();
    let straight = neighbours(&houses, &pack, pinned, 5, Nearness::Straight, &open).unwrap();
    let ids: Vec<&str> = straight
        .neighbours
        .iter()
        .map(|near| near.id.as_str())
        .collect();
    assert_eq!(ids, [by_address.to_string(), far.to_string()]);
    assert_eq!(straight.unplaced, 1);
    let driving = neighbours(&houses, &pack, pinned, 1, Nearness::Driving, &open).unwrap();
    let near = &driving.neighbours[0];
    assert_eq!(
        (near.id.as_str(), near.precision),
        (by_address.to_string().as_str(), "town")
    );
    assert!((600..700).contains(&near.distance_m.unwrap()) && near.duration_s.unwrap() > 30);
    assert_eq!(driving.unplaced, 2, "no road leads to the far one");
    let refused = neighbours(&houses, &pack, nowhere, 5, Nearness::Straight, &open).unwrap_err();
    assert_eq!(refused.kind, Kind::Rule);
}

#[test]
fn a_pack_is_replaced_while_another_thread_still_uses_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    assert_eq!(map.pack().unwrap_err().kind, Kind::NotFound);
    let first = write_pack(folder.path(), "first", false);
    let second = write_pack(folder.path(), "second", true);
    assert_eq!(map.open_pack(&first).unwrap().towns, 0);
    let held = map.pack().unwrap();
    assert_eq!(map.open_pack(&second).unwrap().areas.len(), 2);
    assert!(
        held.gazetteer().towns().is_empty(),
        "whoever began with the old one ends with it"
    );
    std::fs::write(folder.path().join("broken"), b"no pack").unwrap();
    let broken: AppError = map.open_pack(&folder.path().join("broken")).unwrap_err();
    assert_eq!(broken.kind, Kind::BadInput);
    assert_eq!(map.pack_view().unwrap().towns, 2, "the one before stays");
    map.close_pack();
    assert!(map.pack_view().is_none());
}

#[test]
fn a_visit_takes_the_median_of_five_or_more_and_twenty_minutes_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut bag = founded(folder.path());
    let patient = register(&mut bag, "一", &[]);
    let mut visit = |minutes: i64| {
        let left = format!(
            "2026-11-01T{:02}:{:02}:00+09:00",
            9 + minutes / 60,
            minutes % 60
        );
        let body = json!({"arrived_at": "2026-11-01T09:00:00+09:00", "left_at": left, "subjective": "変わりなし"});
        bag.add_visit(patient, VisitInput { body }).unwrap().0
    };
    let wrong = visit(5);
    for minutes in [10, 40, 35] {
        visit(minutes);
    }
    let say = |bag: &mut Bag| {
        let view = bag.service_minutes(patient).unwrap();
        (view.minutes, view.visits, view.learnt)
    };
    visit(7 * 60);
    assert_eq!(
        say(&mut bag),
        (20, 4, false),
        "a visit of seven hours is a mistake"
    );
    let body = json!({"arrived_at": "2026-11-01T09:00:00+09:00", "subjective": "帰る時刻なし"});
    bag.add_visit(patient, VisitInput { body }).unwrap();
    let body = json!({"arrived_at": "2026-11-01T09:00:00+09:00", "left_at": "2026-11-01T09:31:00+09:00", "subjective": "安定"});
    bag.add_visit(patient, VisitInput { body: body.clone() })
        .unwrap();
    assert_eq!(say(&mut bag), (31, 5, true));
    bag.retract_visit(patient, &wrong.to_string(), "別の患者さん")
        .unwrap();
    assert_eq!(
        say(&mut bag),
        (20, 4, false),
        "what was taken back does not count"
    );
    bag.add_visit(patient, VisitInput { body }).unwrap();
    assert_eq!(say(&mut bag), (31, 5, true));
}

fn snow(bag: &mut Bag, shape: Value) -> kaban_model::ids::ItemId {
    let now = bag.now();
    let input = ClosureInput {
        shape,
        reason: "snow".to_owned(),
        words: String::new(),
        from: None,
        until: now + chrono::TimeDelta::days(2),
    };
    bag.close_road(input).unwrap()
}

#[test]
fn a_route_leads_to_the_house_until_a_closure_is_in_the_way_and_again_after_its_lift() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    map.open_pack(&write_pack(folder.path(), "pack", true))
        .unwrap();
    let mut bag = founded(folder.path());
    let [pinned, by_address, _, nowhere] = village(&mut bag);
    let now = bag.now();
    let bag = SharedBag::new(bag);
    let journey = Journey::new(Spot::Patient(pinned), Spot::Patient(by_address));
    let RouteOutcome::Found(found) = map.route(&bag, &journey).unwrap() else {
        panic!("a way")
    };
    assert_eq!(found.precision, ["house", "town"]);
    assert!((600.0..700.0).contains(&found.route.distance_m) && !found.route.steps.is_empty());

    let circle = json!({"circle": {"centre": [140.505, 35.7], "radius_m": 40}});
    let closure = bag.with(|bag| Ok(snow(bag, circle))).unwrap();
    let RouteOutcome::NoWay(none) = map.route(&bag, &journey).unwrap() else {
        panic!("closed")
    };
    assert_eq!(
        (none.kind, none.closures),
        ("unreachable", vec![closure.to_string()])
    );
    assert!(none.words.0.contains("通行止め1件"));
    assert!(none.ignoring_closures.is_some());
    let earlier = Travel {
        at: Some(now - chrono::TimeDelta::days(1)),
        ..Travel::default()
    };
    for open in [
        Journey {
            travel: earlier,
            ..journey
        },
        Journey {
            ignore_closures: true,
            ..journey
        },
    ] {
        assert!(matches!(
            map.route(&bag, &open).unwrap(),
            RouteOutcome::Found(_)
        ));
    }
    bag.with(|bag| bag.lift_closure(&closure.to_string(), "除雪済み"))
        .unwrap();
    assert!(matches!(
        map.route(&bag, &journey).unwrap(),
        RouteOutcome::Found(_)
    ));

    let lost = Journey::new(Spot::Point([140.501, 35.7]), Spot::Patient(nowhere));
    assert_eq!(map.route(&bag, &lost).unwrap_err().kind, Kind::Rule);
    let far = Journey::new(Spot::Point([140.501, 35.7]), Spot::Point([141.5, 35.7]));
    let RouteOutcome::NoWay(none) = map.route(&bag, &far).unwrap() else {
        panic!("the sea")
    };
    assert_eq!(none.kind, "no_road_near");
}

#[test]
fn a_table_and_the_nearest_hospital_agree_with_the_route() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    map.open_pack(&write_pack(folder.path(), "pack", true))
        .unwrap();
    let mut bag = founded(folder.path());
    let [pinned, by_address, ..] = village(&mut bag);
    let bag = SharedBag::new(bag);
    let (from, to) = (Spot::Patient(pinned), Spot::Patient(by_address));
    let RouteOutcome::Found(route) = map.route(&bag, &Journey::new(from, to)).unwrap() else {
        panic!("a way")
    };
    let table = map.matrix(&bag, &[from, to], &Travel::default()).unwrap();
    assert_eq!(table.durations_s[0][1], Some(route.route.duration_s));
    assert_eq!(table.distances_m[0][1], Some(route.route.distance_m));
    assert_eq!(
        (table.durations_s[0][0], table.precision[1]),
        (Some(0.0), "town")
    );
    let hospital = [kaban_atlas::PlaceClass::Hospital];
    let near = map
        .nearest(&bag, from, &hospital, 3, &Travel::default())
        .unwrap()
        .places;
    assert_eq!(near.len(), 1);
    assert_eq!(
        (near[0].name.as_str(), near[0].class),
        ("匝瑳病院", "hospital")
    );
    assert!((800.0..900.0).contains(&near[0].distance_m), "{near:?}");
    let many = vec![from; 201];
    assert_eq!(
        map.matrix(&bag, &many, &Travel::default())
            .unwrap_err()
            .kind,
        Kind::BadInput
    );
}

#[test]
fn a_road_beside_a_position_is_found_or_it_is_said_that_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    let car = kaban_atlas::Profile::Car;
    assert_eq!(
        map.snap([140.5, 35.7], car).unwrap_err().kind,
        Kind::NotFound
    );
    map.open_pack(&write_pack(folder.path(), "pack", false))
        .unwrap();
    let found = map.snap([140.505, 35.7002], car).unwrap().unwrap();
    assert!((22.0..23.0).contains(&found.metres), "{found:?}");
    assert_eq!(map.snap([141.5, 35.7], car).unwrap(), None);
}

#[test]
fn a_round_is_put_in_order_by_the_roads_and_a_sudden_call_says_whom_it_delays() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    map.open_pack(&write_pack(folder.path(), "pack", true))
        .unwrap();
    let mut bag = founded(folder.path());
    let house = |bag: &mut Bag, name: &str, lon: f64| {
        let pin = format!(r#"{{"lon":{lon},"lat":35.7}}"#);
        register(bag, name, &[("pin", &pin)])
    };
    let [far, near, middle] = [("一", 140.5085), ("二", 140.5015), ("三", 140.5045)]
        .map(|(name, lon)| house(&mut bag, name, lon));
    let unpinned = register(&mut bag, "四", &[("address", "匝瑳市野手1")]);
    let bag = SharedBag::new(bag);
    let nine = 9 * 3600;
    let mut input = RoundInput {
        start: Spot::Point([140.5005, 35.7]),
        vehicles: vec![RoundVehicle {
            name: "佐藤".to_owned(),
            window: [nine, 18 * 3600],
        }],
        visits: [far, near, middle].map(RoundVisit::new).to_vec(),
        objective: kaban_atlas::round::Objective::Finish,
        keep_order: true,
        travel: Travel::default(),
    };
    input.visits[0].window = Some([nine + 2400, 18 * 3600]);
    let given = map.round(&bag, &input).unwrap();
    input.keep_order = false;
    let best = map.round(&bag, &input).unwrap();
    let order: Vec<String> = best.round.routes[0]
        .order
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        order.last(),
        Some(&far.to_string()),
        "first what may be made at once"
    );
    assert!(best.round.finish_s < given.round.finish_s);
    assert!(best.caveats.unpinned.is_empty());
    // Three visits of 20 minutes and the road.
    assert!(best.round.finish_s > nine + 3600);
    let plan = vec![vec![near, middle, far]];
    let call = RoundVisit {
        minutes: Some(10),
        ..RoundVisit::new(unpinned)
    };
    let choices = map
        .insert_call(&bag, &input, &plan, &call, None)
        .unwrap()
        .choices;
    assert!(choices[0].feasible);
    assert!(choices[0].delays.iter().all(|delay| delay.delay_s >= 0));
    assert!(choices[0].finish_delay_s >= 600 - 60, "{choices:?}");
    let stranger = vec![vec![unpinned]];
    assert_eq!(
        map.insert_call(&bag, &input, &stranger, &call, None)
            .unwrap_err()
            .kind,
        Kind::NotFound
    );
    input.visits.push(RoundVisit::new(unpinned));
    assert_eq!(
        map.round(&bag, &input).unwrap().caveats.unpinned,
        [unpinned.to_string()]
    );
}

#[test]
fn the_style_names_the_pack_that_was_verified_and_no_file_outside_the_storage() {
    let folder = tempfile::tempdir().unwrap();
    let storage = folder.path().to_str().unwrap();
    let map = DynamicMap::default();
    let assets = Place::Asset("map/glyphs");
    let style = |storage| {
        let places = StylePlaces {
            storage,
            glyphs: assets,
            sprites: assets,
        };
        map.style_json(Theme::Night, &places)
    };
    assert_eq!(style(storage).unwrap_err().kind, Kind::NotFound);
    let bare = write_pack(folder.path(), "bare", false);
    map.open_pack(&bare).unwrap();
    let none = style(storage).unwrap_err();
    assert_eq!(none.kind, Kind::NotFound, "there is nothing to draw");
    let pack = write_pack(folder.path(), "drawn", true);
    map.open_pack(&pack).unwrap();
    let drawn = style(storage).unwrap();
    assert!(
        drawn.contains("/drawn\"") && !drawn.contains("http"),
        "{drawn}"
    );
    let outside = style("/somewhere/else").unwrap_err();
    assert_eq!(outside.input.as_deref(), Some("pack"));
}

#[test]
fn a_map_gives_areas_and_neighbours_of_its_own_pack() {
    let folder = tempfile::tempdir().unwrap();
    let map = DynamicMap::default();
    let mut bag = founded(folder.path());
    let [pinned, by_address, ..] = village(&mut bag);
    let bag = SharedBag::new(bag);
    assert_eq!(map.areas(&bag).unwrap_err().kind, Kind::NotFound);
    map.open_pack(&write_pack(folder.path(), "pack", true))
        .unwrap();
    assert_eq!(map.areas(&bag).unwrap().unassigned.len(), 1);
    let near = map
        .neighbours(&bag, pinned, 1, Nearness::Driving, &Travel::default())
        .unwrap();
    assert_eq!(near.neighbours[0].id, by_address.to_string());
}
