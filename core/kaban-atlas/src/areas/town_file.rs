//! The list of towns as the user gives it: CSV in UTF-8, with or without a heading.
//!
//! With a heading the columns are found by name, so the CSV of 位置参照情報(大字・町丁目レベル), saved as
//! UTF-8, is read as it is. Without one they are name, longitude, latitude and, if there, the former
//! municipality. A row that does not read is named and left out; the others are taken.

use super::town::Town;
use super::{NAME_BYTES_MAX, TOWNS_MAX};
use crate::geo::Coord;

/// Largest file read, bytes.
pub const TOWN_FILE_BYTES_MAX: usize = 32 << 20;
/// Most rows named; a file with more is not a list of towns.
const FAULTS_MAX: usize = 100;

/// Headings by which a column is known, in this order of preference.
const NAME: &[&str] = &[
    "name",
    "town",
    "大字町丁目名",
    "大字・丁目名",
    "大字",
    "町丁目",
    "町名",
];
const SMALL: &[&str] = &["koaza", "小字・通称名", "小字"];
const LON: &[&str] = &["lon", "lng", "longitude", "経度"];
const LAT: &[&str] = &["lat", "latitude", "緯度"];
const MUNICIPALITY: &[&str] = &["municipality", "city", "市区町村名", "市区町村", "市町村"];
const AREA: &[&str] = &["area", "former_municipality", "旧市町村名", "旧市町村"];

/// Why a list of towns was refused.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TownsError {
    /// Larger than the written bounds.
    #[error("more towns than {TOWNS_MAX}, or the file is too large")]
    TooLarge,
    /// Not UTF-8; spreadsheets in Japan often write Shift_JIS.
    #[error("the list of towns is not UTF-8: save it again as CSV UTF-8")]
    NotUtf8,
    /// A heading without a name, a longitude or a latitude.
    #[error("the list of towns needs the columns name, lon and lat")]
    NoColumns,
    /// No row that reads.
    #[error("no town in the list")]
    Empty,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TownRowFault {
    /// Quotes that do not close, or fewer columns than the heading needs.
    #[error("columns are missing")]
    Columns,
    /// No name, or one that is too long.
    #[error("no usable name")]
    Name,
    /// Longitude or latitude are no numbers or not on the globe.
    #[error("not a position: longitude and latitude in degrees")]
    Position,
}

/// A row that was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct TownRowError {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: TownRowFault,
}

/// What came of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownsRead {
    /// The towns, in the order of the file.
    pub towns: Vec<Town>,
    /// The first rows that were left out.
    pub left_out: Vec<TownRowError>,
}

/// Reads a list of towns.
///
/// # Errors
/// [`TownsError`] for what is no list at all; single rows are told in [`TownsRead::left_out`].
pub fn read_towns(bytes: &[u8]) -> Result<TownsRead, TownsError> {
    if bytes.len() > TOWN_FILE_BYTES_MAX {
        return Err(TownsError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| TownsError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns = None;
    let mut read = TownsRead {
        towns: Vec::new(),
        left_out: Vec::new(),
    };
    for record in reader.records() {
        // The text is UTF-8 and rows may have any length, so nothing else can be wrong with one.
        let record = record.map_err(|_| TownsError::NotUtf8)?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let columns = match &columns {
            Some(columns) => columns,
            None => match Columns::of_heading(&record) {
                Some(found) => {
                    columns = Some(found?);
                    continue;
                }
                None => columns.insert(Columns::BARE),
            },
        };
        match columns.town(&record) {
            Ok(_) if read.towns.len() == TOWNS_MAX => return Err(TownsError::TooLarge),
            Ok(town) => read.towns.push(town),
            Err(fault) if read.left_out.len() < FAULTS_MAX => {
                let line = record.position().map_or(0, csv::Position::line);
                read.left_out.push(TownRowError { line, fault });
            }
            Err(_) => {}
        }
    }
    if read.towns.is_empty() {
        return Err(TownsError::Empty);
    }
    Ok(read)
}

/// Which column is which.
struct Columns {
    name: usize,
    small: Option<usize>,
    lon: usize,
    lat: usize,
    municipality: Option<usize>,
    area: Option<usize>,
}

impl Columns {
    const BARE: Self = Self {
        name: 0,
        small: None,
        lon: 1,
        lat: 2,
        municipality: None,
        area: Some(3),
    };

    /// The columns of a heading; nothing when the row is one of towns already.
    fn of_heading(row: &csv::StringRecord) -> Option<Result<Self, TownsError>> {
        if Self::BARE.position(row).is_some() {
            return None;
        }
        let find = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| row.iter().position(|cell| cell.eq_ignore_ascii_case(name)))
        };
        let (Some(name), Some(lon), Some(lat)) = (find(NAME), find(LON), find(LAT)) else {
            return Some(Err(TownsError::NoColumns));
        };
        Some(Ok(Self {
            name,
            small: find(SMALL),
            lon,
            lat,
            municipality: find(MUNICIPALITY),
            area: find(AREA),
        }))
    }

    fn town(&self, row: &csv::StringRecord) -> Result<Town, TownRowFault> {
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default();
        if row.len() <= self.name.max(self.lon).max(self.lat) {
            return Err(TownRowFault::Columns);
        }
        let town = Town {
            name: format!("{}{}", cell(Some(self.name)), cell(self.small)),
            municipality: cell(self.municipality).to_owned(),
            area: cell(self.area).to_owned(),
            at: self.position(row).ok_or(TownRowFault::Position)?,
        };
        let fits = |text: &str| text.len() <= NAME_BYTES_MAX && !text.chars().any(char::is_control);
        if town.name.is_empty()
            || ![&town.name, &town.municipality, &town.area]
                .into_iter()
                .all(|text| fits(text))
        {
            return Err(TownRowFault::Name);
        }
        Ok(town)
    }

    fn position(&self, row: &csv::StringRecord) -> Option<Coord> {
        let degree = |at: usize| row.get(at)?.parse::<f64>().ok();
        Coord::from_degrees(degree(self.lon)?, degree(self.lat)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_heading_is_found_by_its_words_with_or_without_a_mark_of_utf8() {
        let file = "\u{feff}lat,lng,town,koaza,旧市町村\n35.7,140.5,椿,分野,八日市場市\n\n35.8,140.6,\"飯高\",,\n";
        let read = read_towns(file.as_bytes()).unwrap();
        let names: Vec<(&str, &str)> = read
            .towns
            .iter()
            .map(|t| (t.name.as_str(), t.area.as_str()))
            .collect();
        assert_eq!(names, [("椿分野", "八日市場市"), ("飯高", "")]);
        assert!(read.left_out.is_empty());
    }

    #[test]
    fn the_national_list_is_read_as_it_is() {
        let file = "\"都道府県コード\",\"都道府県名\",\"市区町村コード\",\"市区町村名\",\"大字町丁目コード\",\"大字町丁目名\",\"緯度\",\"経度\",\"原典資料コード\"\n\
            \"12\",\"千葉県\",\"12235\",\"匝瑳市\",\"122350001001\",\"若潮町三丁目\",\"35.7\",\"140.5\",\"1\"\n";
        let town = &read_towns(file.as_bytes()).unwrap().towns[0];
        assert_eq!(
            (town.name.as_str(), town.municipality.as_str()),
            ("若潮町三丁目", "匝瑳市")
        );
        assert_eq!(town.at.lon_lat(), [140.5, 35.7]);
    }

    #[test]
    fn without_a_heading_the_columns_are_name_lon_lat_and_area() {
        let read = read_towns("飯高,140.5,35.7\n野手,140.6,35.65,野栄町\n".as_bytes()).unwrap();
        assert_eq!(read.towns[1].area, "野栄町");
        assert_eq!(read.towns[0].at.lon_lat(), [140.5, 35.7]);
    }

    #[test]
    fn every_row_that_does_not_read_is_named_with_its_line() {
        let file =
            "name,lon,lat\n飯高,140.5,35.7\n,140.5,35.7\n今泉,140.5\n野手,x,35.7\n栢田,140.5,95\n";
        let read = read_towns(file.as_bytes()).unwrap();
        assert_eq!(read.towns.len(), 1);
        let said: Vec<String> = read.left_out.iter().map(ToString::to_string).collect();
        assert_eq!(said[0], "line 3: no usable name");
        assert_eq!(said[1], "line 4: columns are missing");
        assert_eq!(
            read.left_out.iter().map(|row| row.line).collect::<Vec<_>>(),
            [3, 4, 5, 6]
        );
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(read_towns(b""), Err(TownsError::Empty));
        assert_eq!(read_towns(b"\x96\xbc\x91O,1,2\n"), Err(TownsError::NotUtf8));
        assert_eq!(
            read_towns("名前,x,y\n".as_bytes()),
            Err(TownsError::NoColumns)
        );
        assert_eq!(read_towns(b"name,lon,lat\n"), Err(TownsError::Empty));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z0-9,\"\n\r\\. 飯高市大字lonlatname]{0,200}") {
            if let Ok(read) = read_towns(text.as_bytes()) {
                prop_assert!(read.towns.iter().all(|town| !town.name.is_empty()));
            }
        }
    }
}
