//! No answer of the map leaves out what whoever drives must know.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, FixedOffset, TimeDelta};
use kaban_atlas::PlaceClass;
use kaban_atlas::build::{BuildOptions, from_elements};
use kaban_atlas::osm::{Elements, Node, Way};
use kaban_atlas::pack::Pack;
use kaban_atlas::round::Objective;
use kaban_model::closure::Closure;
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::Role;
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::{Bag, ClosureInput, Environment, Kind, RegisterForm, SharedBag};

const WEST: Spot = Spot::Point([140.501, 35.7]);
const EAST: Spot = Spot::Point([140.509, 35.7]);

/// A road of about 900 m with a hospital.
fn pack() -> Pack {
    let node = |number: i64| Node {
        id: 100 + number,
        lon: 140.5 + 0.001 * number as f64,
        lat: 35.7,
        tags: Vec::new(),
    };
    let hospital = Node {
        id: 200,
        lon: 140.51,
        lat: 35.7001,
        tags: vec![("amenity".to_owned(), "hospital".to_owned())],
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
    let town = kaban_atlas::areas::Town {
        name: "野手".to_owned(),
        municipality: "匝瑳市".to_owned(),
        area: String::new(),
        at: kaban_atlas::geo::Coord::from_degrees(140.508, 35.7).unwrap(),
    };
    let options = BuildOptions {
        towns: vec![town],
        ..BuildOptions::default()
    };
    let bytes = from_elements(&elements, &options).unwrap().pack;
    Pack::open(std::io::Cursor::new(bytes)).unwrap()
}

struct Desk {
    map: DynamicMap,
    bag: SharedBag,
    now: DateTime<FixedOffset>,
    _folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
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
        let path = folder.path().join("bag");
        let word = b"a passphrase for tests";
        let bag = Bag::found(&path, word, "匝瑳医師会", &doctor, &environment).unwrap();
        let now = bag.now();
        let map = DynamicMap::default();
        map.take(pack());
        Self {
            map,
            bag: SharedBag::new(bag),
            now,
            _folder: folder,
        }
    }

    fn patient(&self, field: &str, value: &str) -> PatientId {
        let values = [("name", "患者"), (field, value)]
            .map(|(path, value)| (path.to_owned(), value.to_owned()));
        let form = RegisterForm {
            values: values.into_iter().collect(),
            ..RegisterForm::default()
        };
        self.bag.with(|bag| bag.register_typed(form)).unwrap()
    }

    /// A closure from another device, whatever it says.
    fn arrives(&self, number: u8, body: Value) -> String {
        let id = ItemId::from_bytes([number; 16]);
        let closure = Closure::from_value(json!({
            "shape": circle(0.0), "from": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z",
        }));
        let mut item = closure.unwrap().to_item(id, self.now);
        item.body = body;
        self.bag.with(|bag| bag.put_closure_item(&item)).unwrap();
        id.to_string()
    }

    fn closed(&self, shape: Value, from: DateTime<FixedOffset>, minutes: i64) -> String {
        let body = json!({
            "shape": shape, "from": from.to_rfc3339(),
            "until": (from + TimeDelta::minutes(minutes)).to_rfc3339(),
        });
        self.bag
            .with(|bag| {
                let item = Closure::from_value(body).unwrap();
                bag.declare(&item)
            })
            .unwrap()
            .to_string()
    }

    fn neighbours(&self, patient: PatientId) -> NeighboursView {
        let pack = self.map.pack().unwrap();
        let asked = self.bag.with(|bag| {
            let houses = bag.houses(Some(pack.gazetteer()))?;
            Ok((houses, bag.outlook(&Travel::default())?))
        });
        let (houses, outlook) = asked.unwrap();
        neighbours(&houses, &pack, patient, 5, Nearness::Driving, &outlook).unwrap()
    }
}

fn circle(lon: f64) -> Value {
    json!({"circle": {"centre": [lon, 35.7], "radius_m": 30}})
}

fn at(at: DateTime<FixedOffset>) -> Travel {
    Travel {
        at: Some(at),
        ..Travel::default()
    }
}

fn round_of(start: Spot, visits: &[PatientId], travel: Travel) -> RoundInput {
    RoundInput {
        start,
        vehicles: vec![RoundVehicle {
            name: "佐藤".to_owned(),
            window: [9 * 3600, 18 * 3600],
        }],
        visits: visits.iter().copied().map(RoundVisit::new).collect(),
        objective: Objective::Finish,
        keep_order: false,
        travel,
    }
}

#[test]
fn every_answer_names_the_unpinned_and_the_closures_that_do_not_count() {
    let desk = Desk::new();
    let pinned = desk.patient("pin", r#"{"lon":140.505,"lat":35.7}"#);
    let unpinned = desk.patient("address", "匝瑳市野手1");
    let day = 24 * 60;
    let before = desk.now - TimeDelta::hours(1);
    let expected = Caveats {
        unpinned: vec![unpinned.to_string()],
        closures_left_out: vec![desk.closed(json!({"line": [[139, 30], [141, 40]]}), before, day)],
        closures_off_the_roads: vec![desk.closed(circle(141.5), before, day)],
        closures_unreadable: vec![desk.arrives(9, json!({"shape": {"polygon": []}}))],
        closures_changing: Vec::new(),
    };
    let (map, bag, travel) = (&desk.map, &desk.bag, Travel::default());
    let home = Spot::Patient(unpinned);
    let RouteOutcome::Found(route) = map.route(bag, &Journey::new(home, WEST)).unwrap() else {
        panic!("a way")
    };
    assert_eq!(route.caveats, expected);
    let json = serde_json::to_value(&route).unwrap();
    assert_eq!(json["closures_left_out"], json!(expected.closures_left_out));
    let nowhere = Journey::new(home, Spot::Point([141.5, 35.7]));
    let RouteOutcome::NoWay(none) = map.route(bag, &nowhere).unwrap() else {
        panic!("the sea")
    };
    assert_eq!(none.caveats, expected);
    let table = map.matrix(bag, &[home, WEST], &travel).unwrap();
    assert_eq!(table.caveats, expected);
    let near = map.nearest(bag, home, &[PlaceClass::Hospital], 1, &travel);
    let near = near.unwrap();
    assert_eq!((near.places.len(), near.precision), (1, "town"));
    assert_eq!(near.caveats, expected);
    let round = map.round(bag, &round_of(home, &[pinned], travel)).unwrap();
    assert_eq!(round.caveats, expected, "the start of a round too");
    let call = RoundVisit::new(unpinned);
    let day = round_of(WEST, &[pinned], travel);
    let inserted = map.insert_call(bag, &day, &[vec![pinned]], &call, None);
    let inserted = inserted.unwrap();
    assert_eq!(inserted.choices.len(), 1);
    assert_eq!(inserted.caveats, expected);
    assert_eq!(desk.neighbours(pinned).caveats, expected);
}

#[test]
fn what_cannot_be_read_is_told_until_somebody_lifts_it() {
    let desk = Desk::new();
    let id = desk.arrives(9, json!({"shape": {"polygon": []}}));
    let told = || {
        let roads = desk.bag.with(|bag| bag.roads_at(&Travel::default()));
        roads.unwrap().unreadable
    };
    assert_eq!(told(), [id.as_str()]);
    let lift = |bag: &mut Bag| bag.lift_closure(&id, "通れました");
    desk.bag.with(lift).unwrap();
    assert!(told().is_empty());
}

#[test]
fn a_closure_that_begins_on_the_way_is_avoided_and_told_and_a_later_one_is_not() {
    let desk = Desk::new();
    let start = desk.now + TimeDelta::days(3);
    let begins = start + TimeDelta::seconds(30);
    let closure = desk.closed(circle(140.505), begins, 60);
    let ask = |travel| {
        let journey = Journey {
            travel,
            ..Journey::new(WEST, EAST)
        };
        desk.map.route(&desk.bag, &journey).unwrap()
    };
    let RouteOutcome::NoWay(none) = ask(at(start)) else {
        panic!("closed before one is through")
    };
    assert_eq!(none.closures, [closure.as_str()]);
    assert_eq!(none.caveats.closures_changing.len(), 1);
    let changing = &none.caveats.closures_changing[0];
    assert!(changing.begins.is_some() && changing.ends.is_none());
    let RouteOutcome::Found(found) = ask(at(start - TimeDelta::hours(1))) else {
        panic!("through long before")
    };
    assert!(found.caveats.closures_changing.is_empty());
    let RouteOutcome::NoWay(none) = ask(at(begins + TimeDelta::minutes(59))) else {
        panic!("closed when one leaves")
    };
    assert!(none.caveats.closures_changing[0].ends.is_some());
    let RouteOutcome::Found(_) = ask(at(begins + TimeDelta::hours(1))) else {
        panic!("over")
    };
}

#[test]
fn a_round_avoids_what_is_closed_at_some_time_of_its_windows() {
    let desk = Desk::new();
    let patient = desk.patient("pin", r#"{"lon":140.509,"lat":35.7}"#);
    let morning: DateTime<FixedOffset> = "2027-02-03T07:00:00+09:00".parse().unwrap();
    let plan = || {
        let input = round_of(WEST, &[patient], at(morning));
        desk.map.round(&desk.bag, &input).unwrap()
    };
    desk.closed(circle(140.505), morning - TimeDelta::hours(2), 180);
    desk.closed(circle(140.505), morning + TimeDelta::hours(12), 60);
    let open = plan();
    assert!(open.round.unserved.is_empty(), "over, or not begun");
    assert!(open.caveats.closures_changing.is_empty());
    let afternoon = desk.closed(circle(140.505), morning + TimeDelta::hours(8), 60);
    let shut = plan();
    assert_eq!(shut.round.unserved.len(), 1);
    let changing: Vec<&str> = shut
        .caveats
        .closures_changing
        .iter()
        .map(|c| c.id.as_str())
        .collect();
    assert_eq!(changing, [afternoon.as_str()]);
}

#[test]
fn a_closure_no_map_can_take_is_refused_and_one_beside_every_road_is_said_to_be() {
    let desk = Desk::new();
    let declare = |shape: Value| {
        let input = ClosureInput {
            shape,
            reason: "snow".to_owned(),
            words: String::new(),
            from: None,
            until: desk.now + TimeDelta::days(2),
        };
        desk.map.close_road(&desk.bag, input)
    };
    let endless = declare(json!({"line": [[139.0, 30.0], [141.0, 40.0]]})).unwrap_err();
    assert_eq!(endless.kind, Kind::BadInput);
    let told = desk
        .bag
        .with(|bag| bag.roads_at(&Travel::default()))
        .unwrap();
    assert!(told.conditions.closures.is_empty() && told.left_out.is_empty());
    assert_eq!(declare(circle(140.505)).unwrap().touches_roads, Some(true));
    assert_eq!(declare(circle(141.5)).unwrap().touches_roads, Some(false));
    desk.map.close_pack();
    assert_eq!(declare(circle(141.5)).unwrap().touches_roads, None);
}
