//! The land of the story: a small district made of roads that do not exist, or a real map with
//! invented houses on its roads.
//!
//! Promise: every house stands on a road of the pack, and belongs to one of three areas. On a
//! foreign map the areas are invented as well, and say so.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use kaban_app::{AppError, Kind};
use kaban_atlas::build::{BuildOptions, build_pack, from_elements};
use kaban_atlas::osm::{Elements, Node, Tags, Way};
use kaban_atlas::pack::Pack;

use super::chance::Chance;

/// The towns that became one city and one town in 2006: the founding district.
const TOWNS: [&str; 3] = ["八日市場市", "野栄町", "光町"];
const TOWNS_INVENTED: [&str; 3] = ["西の町(架空)", "中の町(架空)", "東の町(架空)"];
const HAMLETS: &[&str] = &[
    "上宿",
    "田町",
    "仲町",
    "西本町",
    "米倉",
    "飯倉",
    "椿",
    "春海",
    "今泉",
    "川辺",
    "宮川",
    "木戸",
];
/// South-west corner of the made district, longitude and latitude.
const CORNER: [f64; 2] = [140.50, 35.64];
const SIDE: i64 = 18;
/// Between two roads of the grid, degrees: about 450 m.
const STEP: [f64; 2] = [0.005, 0.004];

/// Where somebody lives.
#[derive(Clone, Debug)]
pub struct House {
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// Road it stands on, empty for one without a name.
    pub road: String,
    /// Name of the area.
    pub area: &'static str,
}

/// A pack and the houses on it.
pub struct District {
    /// The pack, open.
    pub pack: Pack,
    /// The pack's file, whose head is the base map.
    pub file: Vec<u8>,
    /// Its size.
    pub bytes: u64,
    /// Whether it was built from a file of a real place.
    pub real: bool,
    /// Houses of patients.
    pub houses: Vec<House>,
    /// Places of clinics, the first is where the duty doctor starts.
    pub clinics: Vec<[f64; 2]>,
}

/// Builds the pack and puts houses on it.
///
/// # Errors
/// A file that cannot be read, or is no map with roads.
pub fn make(
    osm: Option<&Path>,
    houses: usize,
    clinics: usize,
    chance: &mut Chance,
) -> Result<District, AppError> {
    let bad = |error: kaban_atlas::Error| AppError::new(Kind::BadInput, error.to_string());
    let built = match osm {
        Some(path) => {
            let file = File::open(path);
            let file = file.map_err(|error| {
                AppError::new(Kind::BadInput, format!("{}: {error}", path.display()))
            })?;
            build_pack(BufReader::new(file), &BuildOptions::default(), &mut |_| {}).map_err(bad)?
        }
        None => {
            let options = BuildOptions {
                country: Some("JP".to_owned()),
                ..BuildOptions::default()
            };
            from_elements(&elements(chance), &options).map_err(bad)?
        }
    };
    let pack = Pack::from_bytes(&built.pack).map_err(bad)?;
    let points = pack.random_road_points(houses + clinics, &mut || chance.number());
    if points.len() < houses + clinics {
        return Err(AppError::new(
            Kind::BadInput,
            "the map has no road that houses could stand on",
        ));
    }
    let (homes, rest) = points.split_at(houses);
    let towns = if osm.is_some() { TOWNS_INVENTED } else { TOWNS };
    let mut lons: Vec<f64> = homes.iter().map(|point| point.at[0]).collect();
    lons.sort_by(f64::total_cmp);
    let third = |n: usize| lons.get(lons.len() * n / 3).copied().unwrap_or(f64::MAX);
    let (first, second) = (third(1), third(2));
    let area = |lon: f64| towns[usize::from(lon >= first) + usize::from(lon >= second)];
    let houses = homes
        .iter()
        .map(|point| House {
            at: rounded(point.at),
            road: point.road.clone(),
            area: area(point.at[0]),
        })
        .collect();
    let clinics = rest.iter().map(|point| point.at).collect();
    Ok(District {
        pack,
        bytes: built.pack.len() as u64,
        file: built.pack,
        real: osm.is_some(),
        houses,
        clinics,
    })
}

/// Every area a story may have.
#[cfg(test)]
pub fn towns() -> impl Iterator<Item = &'static str> {
    TOWNS.into_iter().chain(TOWNS_INVENTED)
}

/// Six decimals, a tenth of a metre, as a person would note a pin.
fn rounded(at: [f64; 2]) -> [f64; 2] {
    at.map(|degrees| (degrees * 1e6).round() / 1e6)
}

/// A grid of roads, bent by chance: two of them wide, some narrow, one with a single direction,
/// some missing, so that the shortest way is not always straight.
pub fn elements(chance: &mut Chance) -> Elements {
    let mut map = Elements::default();
    for row in 0..SIDE {
        for column in 0..SIDE {
            let mut bend = || (chance.below(1000) as f64 / 1000.0 - 0.5) * 0.3;
            let lon = CORNER[0] + STEP[0] * (column as f64 + bend());
            let lat = CORNER[1] + STEP[1] * (row as f64 + bend());
            map.nodes.push(Node {
                id: node(row, column),
                lon,
                lat,
                tags: Tags::new(),
            });
        }
    }
    for line in 0..SIDE {
        for (along, name) in [(true, "通り"), (false, "街道")] {
            let name = format!(
                "{}{name}",
                HAMLETS[usize::try_from(line).unwrap_or(0) % HAMLETS.len()]
            );
            let mut piece = Vec::new();
            for at in 0..SIDE {
                piece.push(if along {
                    node(line, at)
                } else {
                    node(at, line)
                });
                // The two wide roads hold the district together, whatever is missing elsewhere.
                let whole = line == SIDE / 2;
                if !whole && at > 0 && chance.percent(8) {
                    let last = piece.last().copied();
                    end_way(&mut map, std::mem::take(&mut piece), &name, line);
                    piece.extend(last.filter(|_| chance.percent(60)));
                }
            }
            end_way(&mut map, piece, &name, line);
        }
    }
    map
}

fn node(row: i64, column: i64) -> i64 {
    1 + row * SIDE + column
}

fn end_way(map: &mut Elements, nodes: Vec<i64>, name: &str, line: i64) {
    if nodes.len() < 2 {
        return;
    }
    let class = match line {
        line if line == SIDE / 2 => "secondary",
        line if line % 4 == 0 => "tertiary",
        _ => "residential",
    };
    let mut tags: Tags = vec![
        ("highway".to_owned(), class.to_owned()),
        ("name".to_owned(), name.to_owned()),
    ];
    if line == 3 {
        tags.push(("oneway".to_owned(), "yes".to_owned()));
    }
    let id = 1_000 + map.ways.len() as i64;
    map.ways.push(Way { id, nodes, tags });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_district_is_the_same_for_the_same_seed() {
        let make = |seed| elements(&mut Chance::new(seed, "district"));
        assert_eq!(make(5), make(5));
        assert_ne!(make(5), make(6));
    }

    #[test]
    fn houses_stand_on_roads_in_three_areas() {
        let mut chance = Chance::new(5, "district");
        let district = super::make(None, 182, 12, &mut chance).unwrap();
        assert_eq!(district.houses.len(), 182);
        for town in TOWNS {
            assert!(
                district
                    .houses
                    .iter()
                    .filter(|house| house.area == town)
                    .count()
                    >= 50
            );
        }
        assert!(!district.real);
    }
}
