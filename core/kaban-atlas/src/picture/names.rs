//! What would like to be named on the map: towns, roads, waters, hospitals and the like, each with its importance.
//!
//! A hospital comes first, then towns: a colleague from elsewhere finds the way by these.

use super::frame::Frame;
use super::ground::{Ground, Named};
use super::labels::{Sign, Spot, Wish};
use super::roads::{kind_of, thin};
use super::scene::{Point, Role};
use super::theme::{Look, colour};
use crate::geo::Coord;
use crate::pack::Pack;
use crate::places::{MedicalPlace, PlaceClass};
use crate::style::assets;
use crate::tables::{Label, Profile};
use std::collections::BTreeMap;

/// Kinds of wishes in the order in which they are asked.
pub(super) mod order {
    pub const OVERLAY: i64 = 0;
    pub const HOSPITAL: i64 = 1;
    pub const TOWN: i64 = 2;
    pub const AREA: i64 = 3;
    pub const STATION: i64 = 4;
    pub const VILLAGE: i64 = 5;
    pub const PUBLIC: i64 = 6;
    pub const SHIELD: i64 = 7;
    pub const CLINIC: i64 = 8;
    pub const QUARTER: i64 = 9;
    pub const MAIN_ROAD: i64 = 10;
    pub const WATER: i64 = 11;
    pub const OTHER: i64 = 12;
    pub const STREET: i64 = 13;
}

/// Most pieces of road that are joined for names.
const PIECES_MAX: usize = 400_000;

/// Everything the base map and the pack have names for.
pub(super) fn wishes(pack: &Pack, ground: Option<&Ground>, frame: &Frame, look: Look) -> Vec<Wish> {
    let mut wishes = Vec::new();
    medical(&mut wishes, pack.places(), frame, look);
    roads(&mut wishes, pack, frame, look);
    if let Some(ground) = ground {
        settlements(&mut wishes, &ground.places, frame, look);
        stations(&mut wishes, &ground.stations, frame, look);
        waters(&mut wishes, ground, look);
    }
    wishes
}

/// A sign of the phone's map, so many millimetres a pixel.
pub(super) fn sign(look: Look, name: &str, mm: f32) -> Option<Sign> {
    let (marks, side) = assets::sign(look.palette, name)?;
    Some(Sign { marks, side, mm })
}

/// How places of a class appear: order, down to which scale with a sign and with a name, millimetres a pixel, letters.
fn appearance(class: PlaceClass) -> ([i64; 2], f64, f64, f32, f32) {
    use PlaceClass as P;
    match class {
        P::Hospital => ([order::HOSPITAL, 0], f64::INFINITY, 300_000.0, 0.17, 3.9),
        P::Ambulance => ([order::PUBLIC, 0], 150_000.0, 40_000.0, 0.13, 3.2),
        P::Townhall => ([order::PUBLIC, 1], 60_000.0, 30_000.0, 0.16, 3.2),
        P::FireStation => ([order::PUBLIC, 2], 60_000.0, 22_000.0, 0.16, 3.0),
        P::Clinic => ([order::CLINIC, 0], 60_000.0, 30_000.0, 0.145, 3.2),
        P::Doctors => ([order::CLINIC, 1], 25_000.0, 14_000.0, 0.135, 3.0),
        P::Pharmacy => ([order::CLINIC, 2], 25_000.0, 10_000.0, 0.135, 2.9),
        P::NursingHome => ([order::CLINIC, 3], 30_000.0, 16_000.0, 0.13, 3.0),
        P::Police => ([order::OTHER, 0], 25_000.0, 10_000.0, 0.155, 2.9),
        P::School => ([order::OTHER, 1], 22_000.0, 14_000.0, 0.165, 2.9),
        P::Dentist => ([order::OTHER, 2], 9_000.0, 7_000.0, 0.12, 2.8),
        P::Fuel => ([order::OTHER, 3], 20_000.0, 7_000.0, 0.12, 2.8),
    }
}

fn medical(wishes: &mut Vec<Wish>, places: &[MedicalPlace], frame: &Frame, look: Look) {
    let scale = frame.denominator();
    for place in places {
        let (rank, shown, named, mm, em) = appearance(place.class);
        let at = frame.point(place.at);
        if scale > shown || !frame.map.contains(at) {
            continue;
        }
        let Some(sign) = sign(look, place.class.name(), mm) else {
            continue;
        };
        let is_public = matches!(rank[0], order::PUBLIC | order::OTHER)
            && place.class != PlaceClass::Ambulance
            && place.class != PlaceClass::Dentist;
        let ink = if is_public {
            look.palette.soft
        } else {
            look.palette.medical_ink
        };
        let name = if scale <= named { &place.name } else { "" };
        wishes.push(Wish {
            order: rank,
            role: Role::PlaceSign,
            text: name.to_owned(),
            em,
            ink: colour(ink),
            plate: None,
            spot: Spot::Beside {
                at,
                sign,
                moves: place.class == PlaceClass::Hospital,
            },
            apart: 8.0,
        });
    }
}

/// Order, smallest scale, letters and whether they are read first, by the class of a settlement.
fn settlement(class: &str) -> Option<(i64, f64, f32, bool)> {
    Some(match class {
        "city" => (order::TOWN, f64::INFINITY, 6.0, true),
        "town" => (order::TOWN, 900_000.0, 5.2, true),
        "village" => (order::VILLAGE, 300_000.0, 4.5, true),
        "suburb" => (order::QUARTER, 100_000.0, 4.0, true),
        "island" => (order::QUARTER, 200_000.0, 4.0, false),
        "quarter" => (order::QUARTER, 45_000.0, 3.6, false),
        "hamlet" => (order::QUARTER, 60_000.0, 3.4, false),
        "neighbourhood" => (order::QUARTER, 25_000.0, 3.3, false),
        "peak" => (order::OTHER, 45_000.0, 2.9, false),
        "locality" => (order::OTHER, 16_000.0, 3.0, false),
        _ => return None,
    })
}

fn settlements(wishes: &mut Vec<Wish>, places: &[Named], frame: &Frame, look: Look) {
    for place in places {
        let Some((first, least, em, strong)) = settlement(&place.class) else {
            continue;
        };
        if frame.denominator() > least {
            continue;
        }
        let ink = if strong {
            look.palette.ink
        } else {
            look.palette.soft
        };
        let spot = match place.class.as_str() {
            "peak" => sign(look, "peak", 0.13).map(|sign| Spot::Beside {
                at: place.at,
                sign,
                moves: false,
            }),
            _ => None,
        };
        wishes.push(Wish {
            order: [first, place.rank],
            role: Role::Name,
            text: place.name.clone(),
            em,
            ink: colour(ink),
            plate: None,
            spot: spot.unwrap_or(Spot::Over(place.at)),
            apart: 40.0,
        });
    }
}

fn stations(wishes: &mut Vec<Wish>, stations: &[Named], frame: &Frame, look: Look) {
    if frame.denominator() > 120_000.0 {
        return;
    }
    for station in stations {
        let Some(sign) = sign(look, "station", 0.16) else {
            continue;
        };
        wishes.push(Wish {
            order: [order::STATION, 0],
            role: Role::PlaceSign,
            text: station.name.clone(),
            em: 3.2,
            ink: colour(look.palette.ink),
            plate: None,
            spot: Spot::Beside {
                at: station.at,
                sign,
                moves: false,
            },
            apart: 12.0,
        });
    }
}

fn waters(wishes: &mut Vec<Wish>, ground: &Ground, look: Look) {
    let ink = colour(look.palette.water_ink);
    for (name, at, wide) in &ground.lakes {
        if *wide < 9.0 {
            continue;
        }
        wishes.push(Wish {
            order: [order::WATER, -(*wide as i64)],
            role: Role::WaterName,
            text: name.clone(),
            em: if *wide > 40.0 { 4.0 } else { 3.2 },
            ink,
            plate: None,
            spot: Spot::Over(*at),
            apart: 90.0,
        });
    }
    for (name, line) in &ground.rivers {
        let long: f32 = line
            .windows(2)
            .map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]))
            .sum();
        wishes.push(Wish {
            order: [order::WATER, 1000 - (long as i64).min(900)],
            role: Role::WaterName,
            text: name.clone(),
            em: 3.2,
            ink,
            plate: None,
            spot: Spot::Along(line.clone()),
            apart: 70.0,
        });
    }
}

/// Numbers of main roads on plates, and names along roads: of small streets on maps of a town only.
fn roads(wishes: &mut Vec<Wish>, pack: &Pack, frame: &Frame, look: Look) {
    let scale = frame.denominator();
    let least = match scale {
        scale if scale <= 16_000.0 => 3,
        scale if scale <= 45_000.0 => 4,
        scale if scale <= 120_000.0 => 5,
        _ => 6,
    };
    let palette = look.palette;
    for ((kind, label), lines) in joined(pack, frame, least) {
        let (name, number) = (
            pack.names.text(label.name),
            pack.names.text(label.reference),
        );
        for line in lines {
            let long: f32 = line
                .windows(2)
                .map(|pair| (pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]))
                .sum();
            let rank = -(kind as i64) * 1000 - (long as i64).min(900);
            // One number where a road has several, as it stands on the nearest post.
            let number = number.split(';').next().unwrap_or_default().trim();
            if kind >= 4 && !number.is_empty() && number.chars().count() <= 8 {
                let plate = match kind {
                    8 => palette.shield_motorway,
                    7 => palette.shield_national,
                    5 | 6 => palette.shield_prefectural,
                    _ => palette.shield_plain,
                };
                wishes.push(Wish {
                    order: [order::SHIELD, rank],
                    role: Role::Shield,
                    text: number.to_owned(),
                    em: 2.8,
                    ink: colour(palette.shield_ink),
                    plate: Some(colour(plate)),
                    spot: Spot::On(line.clone()),
                    apart: 60.0,
                });
            }
            if !name.is_empty() {
                let first = if kind >= 4 {
                    order::MAIN_ROAD
                } else {
                    order::STREET
                };
                wishes.push(Wish {
                    order: [first, rank],
                    role: Role::RoadName,
                    text: name.to_owned(),
                    em: if kind >= 5 { 3.0 } else { 2.7 },
                    ink: colour(if kind >= 5 { palette.ink } else { palette.soft }),
                    plate: None,
                    spot: Spot::Along(line),
                    apart: 75.0,
                });
            }
        }
    }
}

type Chains = BTreeMap<(usize, Label), Vec<Vec<Point>>>;
/// The two ends of a piece of road, and which it is.
type Piece = (u32, u32, u32);

/// Roads of one kind and label, joined where exactly two pieces meet.
fn joined(pack: &Pack, frame: &Frame, least: usize) -> Chains {
    let tables = &pack.network(Profile::Car).tables;
    let near = frame.map.grown(2.0);
    let mut pieces: BTreeMap<(usize, Label), Vec<Piece>> = BTreeMap::new();
    let seen = |at: Coord| near.contains(frame.point(at));
    for (index, segment) in tables.segments.iter().enumerate().take(PIECES_MAX) {
        let (kind, label) = (kind_of(segment.class), pack.names.label(segment.label));
        let named = label.name != 0 || label.reference != 0;
        if kind < least || !named || !tables.line(index as u32).any(seen) {
            continue;
        }
        let piece = (segment.a, segment.b, index as u32);
        pieces.entry((kind, label)).or_default().push(piece);
    }
    let line = |segment: u32, turned: bool| {
        let mut line = Vec::new();
        thin(frame, tables.line(segment), &mut line);
        if turned {
            line.reverse();
        }
        line.into_iter().map(|at| at.map(|mm| mm as f32))
    };
    let join = |pieces: Vec<Piece>| {
        let mut at_node: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (index, (a, b, _)) in pieces.iter().enumerate() {
            at_node.entry(*a).or_default().push(index);
            at_node.entry(*b).or_default().push(index);
        }
        let mut used = vec![false; pieces.len()];
        let mut lines = Vec::new();
        // Ends first, so that no road is begun in its middle; then what is left, which are rings.
        let ends = (0..pieces.len()).filter(|index| {
            let (a, b, _) = pieces[*index];
            [a, b].iter().any(|node| at_node[node].len() != 2)
        });
        let starts: Vec<usize> = ends.chain(0..pieces.len()).collect();
        for start in starts {
            if used[start] {
                continue;
            }
            let (a, b, _) = pieces[start];
            let mut node = if at_node[&a].len() == 2 { b } else { a };
            let (mut next, mut chain) = (Some(start), Vec::new());
            while let Some(index) = next {
                used[index] = true;
                let (a, b, segment) = pieces[index];
                chain.extend(line(segment, node == b && a != b));
                node = if node == a { b } else { a };
                let here = &at_node[&node];
                next = here
                    .iter()
                    .copied()
                    .find(|other| here.len() == 2 && !used[*other]);
            }
            lines.push(chain);
        }
        lines
    };
    pieces
        .into_iter()
        .map(|(key, pieces)| (key, join(pieces)))
        .collect()
}
