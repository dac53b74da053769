//! Towns (大字, 町丁目, 小字) and the one an address begins with: the longest name that fits.

use std::collections::BTreeMap;

use super::address::{after, after_prefecture, ends, fold};
use crate::geo::Coord;

/// A place name with a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// Its name within the municipality, such as 飯高 or 若潮町三丁目.
    pub name: String,
    /// 市区町村, such as 匝瑳市; empty when the list does not say.
    pub municipality: String,
    /// The former municipality; empty when the list does not say.
    pub area: String,
    /// Its centre.
    pub at: Coord,
}

/// How exact a position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// The house itself, pinned by hand.
    House,
    /// The centre of the 大字 or 丁目.
    Town,
    /// The middle of the municipality's towns.
    Municipality,
}

impl Precision {
    /// The code in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::House => "house",
            Self::Town => "town",
            Self::Municipality => "municipality",
        }
    }
}

/// Where an address lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<'a> {
    /// `[longitude, latitude]` in degrees.
    pub at: [f64; 2],
    /// How exact that is; never the house.
    pub precision: Precision,
    /// The town, if it was found.
    pub town: Option<&'a Town>,
    /// The former municipality that the address itself names, as addresses of before the merger do.
    pub area: Option<&'a str>,
}

/// The towns with the forms of their names.
#[derive(Debug, Default)]
pub(super) struct TownIndex {
    towns: Vec<Town>,
    /// Folded name of each town.
    keys: Vec<Vec<char>>,
    /// Towns by the first character of their key.
    by_first: BTreeMap<char, Vec<u32>>,
    regions: Vec<Region>,
}

/// What may stand before a town: a municipality of today, or a former one.
#[derive(Debug)]
struct Region {
    name: String,
    key: Vec<char>,
    middle: [f64; 2],
    former: bool,
}

impl Region {
    fn holds(&self, town: &Town) -> bool {
        let named = if self.former {
            &town.area
        } else {
            &town.municipality
        };
        *named == self.name
    }
}

impl TownIndex {
    pub fn new(towns: Vec<Town>) -> Self {
        let keys: Vec<Vec<char>> = towns.iter().map(|town| name_key(&town.name)).collect();
        let mut by_first: BTreeMap<char, Vec<u32>> = BTreeMap::new();
        for (index, key) in keys.iter().enumerate() {
            if let Some(first) = key.first() {
                by_first.entry(*first).or_default().push(index as u32);
            }
        }
        Self {
            regions: regions(&towns),
            towns,
            keys,
            by_first,
        }
    }

    pub fn towns(&self) -> &[Town] {
        &self.towns
    }

    pub fn locate(&self, address: &str) -> Option<Located<'_>> {
        let folded = fold(address);
        let text = after_prefecture(&folded);
        let named = self
            .region(text)
            .or_else(|| self.region(after_county(text)));
        let town = match named {
            Some((region, rest)) => self.town(rest, Some(region)),
            // An address of a municipality the list does not name is of none of its towns.
            None => self.town(text, None),
        };
        let region = named.map(|(region, _)| region);
        let area = region.filter(|region| region.former);
        let (at, precision) = match (town, region) {
            (Some(town), _) => (town.at.lon_lat(), Precision::Town),
            (None, Some(region)) => (region.middle, Precision::Municipality),
            (None, None) => return None,
        };
        Some(Located {
            at,
            precision,
            town,
            area: area.map(|region| region.name.as_str()),
        })
    }

    /// The region of the longest name that `text` begins with, and what follows.
    fn region<'t>(&self, text: &'t [char]) -> Option<(&Region, &'t [char])> {
        self.regions
            .iter()
            .filter_map(|region| Some((region, after(text, &region.key)?)))
            .max_by_key(|(region, _)| region.key.len())
    }

    /// The town of the longest name that `text` begins with; none when two of that length lie apart.
    fn town(&self, text: &[char], region: Option<&Region>) -> Option<&Town> {
        let text = text.strip_prefix(&[super::address::BORDER]).unwrap_or(text);
        let candidates = self.by_first.get(text.first()?)?;
        let mut best: Option<(&Town, usize)> = None;
        let mut apart = false;
        for &index in candidates {
            let (town, key) = (&self.towns[index as usize], &self.keys[index as usize]);
            if region.is_some_and(|region| !region.holds(town)) {
                continue;
            }
            let Some(rest) = after(text, key) else {
                continue;
            };
            // A name of one character is the beginning of many others.
            if key.len() == 1 && !ends(rest) {
                continue;
            }
            match best {
                Some((_, length)) if key.len() < length => {}
                Some((other, length)) if key.len() == length => apart |= other.at != town.at,
                _ => {
                    best = Some((town, key.len()));
                    apart = false;
                }
            }
        }
        best.filter(|_| !apart).map(|(town, _)| town)
    }
}

fn name_key(name: &str) -> Vec<char> {
    let mut key = fold(name);
    key.retain(|c| *c != super::address::BORDER);
    key
}

/// What follows 郡, the county before the name of a small municipality.
fn after_county(text: &[char]) -> &[char] {
    const COUNTY_CHARS_MAX: usize = 6;
    let end = text
        .iter()
        .take(COUNTY_CHARS_MAX)
        .position(|c| matches!(c, '郡' | '市' | '区' | '町' | '村'))
        .filter(|at| *at > 0 && text[*at] == '郡');
    &text[end.map_or(0, |end| end + 1)..]
}

/// The municipalities, and the former ones whose names are not also those of today: an address of today
/// that begins with such a name says nothing of the time before.
fn regions(towns: &[Town]) -> Vec<Region> {
    let mut sums: BTreeMap<(bool, &str), (i64, i64, i64)> = BTreeMap::new();
    for town in towns {
        for (former, name) in [(false, &town.municipality), (true, &town.area)] {
            if !town.municipality.is_empty() && !name.is_empty() {
                let (lon, lat, count) = sums.entry((former, name.as_str())).or_default();
                *lon += i64::from(town.at.lon);
                *lat += i64::from(town.at.lat);
                *count += 1;
            }
        }
    }
    let ambiguous = |former: bool, name: &str| former && sums.contains_key(&(false, name));
    let one = |(&(former, name), (lon, lat, count)): (&(bool, &str), &(i64, i64, i64))| {
        // The mean of positions on the globe is one, too.
        let middle = Coord::from_units(lon / count, lat / count)?;
        (!ambiguous(former, name)).then(|| Region {
            name: name.to_owned(),
            key: name_key(name),
            middle: middle.lon_lat(),
            former,
        })
    };
    sums.iter().filter_map(one).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn town(municipality: &str, name: &str, area: &str, lon: f64) -> Town {
        Town {
            name: name.into(),
            municipality: municipality.into(),
            area: area.into(),
            at: Coord::from_degrees(lon, 35.7).unwrap(),
        }
    }

    fn index() -> TownIndex {
        TownIndex::new(vec![
            town("匝瑳市", "高", "八日市場市", 140.50),
            town("匝瑳市", "高野", "八日市場市", 140.51),
            town("匝瑳市", "椿", "八日市場市", 140.52),
            town("匝瑳市", "椿分野", "八日市場市", 140.53),
            town("匝瑳市", "八日市場ロ", "八日市場市", 140.54),
            town("匝瑳市", "吉田", "八日市場市", 140.55),
            town("旭市", "吉田", "旭市", 140.65),
            town("旭市", "新町", "旭市", 140.66),
            town("旭市", "櫻井", "干潟町", 140.67),
            town("旭市", "ニ", "旭市", 140.68),
        ])
    }

    fn found(address: &str) -> Option<String> {
        let towns = index();
        let located = towns.locate(address)?;
        Some(
            located
                .town
                .map_or("市".to_owned(), |town| town.name.clone()),
        )
    }

    #[test]
    fn the_longest_name_wins() {
        assert_eq!(found("千葉県匝瑳市高野12番地").as_deref(), Some("高野"));
        assert_eq!(found("匝瑳市高12").as_deref(), Some("高"));
        assert_eq!(found("匝瑳市大字椿字分野３").as_deref(), Some("椿分野"));
        assert_eq!(found("匝瑳市椿3-1").as_deref(), Some("椿"));
        assert_eq!(found("八日市場ロ1234").as_deref(), Some("八日市場ロ"));
        assert_eq!(found("旭市ニ1920").as_deref(), Some("ニ"));
        assert_eq!(found("桜井5").as_deref(), Some("櫻井"));
    }

    #[test]
    fn a_name_of_one_character_is_not_the_beginning_of_another() {
        assert_eq!(found("匝瑳市高田5").as_deref(), Some("市"));
        assert_eq!(found("高田5"), None);
    }

    #[test]
    fn a_town_of_another_municipality_is_never_taken() {
        assert_eq!(found("銚子市新町3"), None);
        assert_eq!(found("匝瑳市新町3").as_deref(), Some("市"));
        assert_eq!(found("旭市吉田3").as_deref(), Some("吉田"));
        assert_eq!(found("吉田3"), None, "two of that name lie apart");
    }

    #[test]
    fn a_list_without_municipalities_knows_only_addresses_that_name_none() {
        let alone = TownIndex::new(vec![
            town("", "飯高", "", 140.5),
            town("", "野手", "野栄町", 140.6),
        ]);
        assert_eq!(alone.locate("飯高1").unwrap().town.unwrap().name, "飯高");
        for elsewhere in ["銚子市飯高1", "千葉県匝瑳市飯高1", "匝瑳市今泉1"] {
            assert_eq!(alone.locate(elsewhere), None);
        }
        assert_eq!(alone.locate(""), None);
    }

    #[test]
    fn an_address_of_before_the_merger_is_found_by_its_former_municipality() {
        let towns = index();
        let located = towns.locate("千葉県香取郡干潟町桜井12").unwrap();
        assert_eq!(
            (located.town.unwrap().name.as_str(), located.area),
            ("櫻井", Some("干潟町"))
        );
        let located = towns.locate("八日市場市富岡3").unwrap();
        assert_eq!((located.town, located.area), (None, Some("八日市場市")));
        let located = towns.locate("旭市富岡3").unwrap();
        assert_eq!(
            (located.town, located.area),
            (None, None),
            "the 旭市 of today is larger"
        );
    }

    #[test]
    fn the_middle_of_a_municipality_is_told_as_such() {
        let towns = index();
        let located = towns.locate("匝瑳市今泉5").unwrap();
        assert_eq!(
            (located.precision, located.town),
            (Precision::Municipality, None)
        );
        assert!((140.5..140.56).contains(&located.at[0]));
    }
}
