//! In which country the map lies, and therefore which side it drives on.
//!
//! A country code given by the user wins, then `driving_side` tags in the data, then a coarse table of rectangles of
//! left-driving countries. The table is a default for files nobody described, not a gazetteer.

use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::tables::DrivingSide;

/// What the builder assumes about the country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Two letters, upper case, when known.
    pub country: Option<String>,
    pub side: DrivingSide,
}

impl Region {
    pub fn is_japan(&self) -> bool {
        self.country.as_deref() == Some("JP")
    }
}

/// Checks a two-letter code and makes it upper case.
pub(crate) fn checked_code(code: &str) -> Result<String> {
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(code.to_ascii_uppercase())
    } else {
        Err(Error::BadCountry)
    }
}

/// Decides from what is known; `tagged` counts ways with `driving_side` left, right, and ways in all.
///
/// A few tagged ways are exceptions (a junction that crosses its carriageways), so a tenth of all must carry the tag.
pub(crate) fn decide(
    code: Option<&str>,
    side: Option<DrivingSide>,
    tagged: [usize; 3],
    centre: Coord,
) -> Result<Region> {
    let country = match code {
        Some(code) => Some(checked_code(code)?),
        None => guess(centre).map(str::to_owned),
    };
    let by_country = match &country {
        Some(code) if LEFT_DRIVING.contains(&code.as_str()) => DrivingSide::Left,
        _ => DrivingSide::Right,
    };
    let [left, right, all] = tagged;
    let by_tags = if (left + right) * 10 < all || left == right {
        None
    } else if left > right {
        Some(DrivingSide::Left)
    } else {
        Some(DrivingSide::Right)
    };
    // A code the user typed says more about the country than a stray tag does.
    let by_data = if code.is_some() { None } else { by_tags };
    Ok(Region {
        side: side.or(by_data).unwrap_or(by_country),
        country,
    })
}

fn guess(at: Coord) -> Option<&'static str> {
    let [lon, lat] = at.lon_lat();
    RECTANGLES
        .iter()
        .find(|(_, [w, s, e, n])| lon >= *w && lon <= *e && lat >= *s && lat <= *n)
        .map(|(code, _)| *code)
}

/// ISO 3166 codes of the countries and territories that drive on the left.
const LEFT_DRIVING: &[&str] = &[
    "AG", "AI", "AU", "BB", "BD", "BM", "BN", "BS", "BT", "BW", "CC", "CK", "CX", "CY", "DM", "FJ",
    "FK", "GB", "GD", "GG", "GY", "HK", "ID", "IE", "IM", "IN", "JE", "JM", "JP", "KE", "KI", "KN",
    "KY", "LC", "LK", "LS", "MO", "MS", "MT", "MU", "MV", "MW", "MY", "MZ", "NA", "NF", "NP", "NR",
    "NU", "NZ", "PG", "PK", "PN", "SB", "SC", "SG", "SH", "SR", "SZ", "TC", "TH", "TK", "TL", "TO",
    "TT", "TV", "TZ", "UG", "VC", "VG", "VI", "WS", "ZA", "ZM", "ZW",
];

/// West, south, east, north of pieces of left-driving countries; the first that holds the point wins.
const RECTANGLES: &[(&str, [f64; 4])] = &[
    ("JP", [122.9, 24.0, 131.5, 28.6]),
    ("JP", [128.0, 28.0, 131.2, 31.9]),
    ("JP", [128.5, 32.0, 129.7, 33.5]),
    ("JP", [129.1, 34.05, 129.6, 34.75]),
    ("JP", [129.6, 31.0, 132.2, 34.4]),
    ("JP", [130.8, 32.6, 142.4, 41.6]),
    ("JP", [139.3, 41.3, 145.9, 45.6]),
    ("JP", [138.9, 24.0, 142.4, 33.3]),
    ("IE", [-10.8, 51.3, -6.3, 54.5]),
    ("GB", [-8.3, 51.1, 1.8, 60.9]),
    ("GB", [-6.5, 49.8, -4.9, 51.2]),
    ("GB", [-5.0, 50.05, 1.45, 51.2]),
    ("JE", [-2.3, 49.1, -1.95, 49.3]),
    ("GG", [-2.7, 49.4, -2.1, 49.8]),
    ("MT", [14.1, 35.7, 14.7, 36.15]),
    ("CY", [32.2, 34.5, 34.7, 35.75]),
    ("AU", [112.8, -43.8, 153.8, -10.6]),
    ("NZ", [166.2, -47.5, 178.8, -34.2]),
    ("FJ", [176.8, -19.3, 180.0, -15.9]),
    ("PG", [141.0, -11.7, 156.1, -1.2]),
    ("HK", [113.83, 22.15, 114.45, 22.55]),
    ("SG", [103.6, 1.15, 104.1, 1.47]),
    ("MY", [99.6, 1.2, 104.6, 6.7]),
    ("MY", [109.5, 0.8, 119.3, 7.4]),
    ("ID", [95.0, -11.1, 141.0, 5.9]),
    ("TH", [97.3, 5.6, 101.0, 20.5]),
    ("TH", [101.0, 12.5, 102.5, 17.8]),
    ("LK", [79.5, 5.9, 81.9, 9.9]),
    ("BD", [88.1, 20.7, 92.4, 26.6]),
    ("NP", [80.1, 27.6, 88.2, 30.4]),
    ("IN", [68.1, 6.7, 88.9, 30.5]),
    ("PK", [66.5, 24.0, 74.9, 34.5]),
    ("KE", [34.0, -4.7, 41.9, 4.6]),
    ("UG", [29.6, -1.4, 34.9, 4.2]),
    ("TZ", [30.5, -11.7, 40.5, -1.0]),
    ("MW", [32.7, -17.1, 35.9, -9.4]),
    ("MZ", [32.0, -26.8, 40.9, -10.5]),
    ("ZM", [24.0, -17.9, 33.0, -9.5]),
    ("ZW", [25.3, -22.4, 33.0, -15.7]),
    ("BW", [20.0, -26.8, 29.3, -17.8]),
    ("NA", [11.7, -28.9, 20.0, -17.0]),
    ("ZA", [16.4, -34.9, 32.9, -22.1]),
    ("JM", [-78.4, 17.7, -76.2, 18.6]),
    ("TT", [-61.95, 10.0, -60.5, 11.4]),
    ("BB", [-59.7, 13.0, -59.4, 13.4]),
    ("GY", [-61.4, 1.2, -57.9, 8.6]),
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn side(lon: f64, lat: f64) -> DrivingSide {
        decide(
            None,
            None,
            [0, 0, 9],
            Coord::from_degrees(lon, lat).unwrap(),
        )
        .unwrap()
        .side
    }

    #[test]
    fn japan_sydney_and_dover_drive_on_the_left_and_their_neighbours_do_not() {
        for (lon, lat) in [
            (140.6, 35.7),
            (127.7, 26.2),
            (141.3, 43.0),
            (130.4, 33.6),
            (151.2, -33.9),
            (1.3, 51.12),
        ] {
            assert_eq!(side(lon, lat), DrivingSide::Left, "{lon} {lat}");
        }
        for (lon, lat) in [
            (129.05, 35.15),
            (126.9, 37.5),
            (131.9, 43.1),
            (1.85, 50.95),
            (8.7, 49.4),
            (26.9, 60.5),
        ] {
            assert_eq!(side(lon, lat), DrivingSide::Right, "{lon} {lat}");
        }
    }

    #[test]
    fn a_given_code_wins_over_tags_and_tags_win_over_the_table() {
        let heidelberg = Coord::from_degrees(8.7, 49.4).unwrap();
        let tagged = decide(None, None, [3, 1, 20], heidelberg).unwrap();
        assert_eq!(tagged.side, DrivingSide::Left);
        let exception = decide(None, None, [3, 1, 2_000], heidelberg).unwrap();
        assert_eq!(exception.side, DrivingSide::Right);
        let given = decide(Some("jp"), None, [0, 3, 3], heidelberg).unwrap();
        assert!(given.is_japan() && given.side == DrivingSide::Left);
        assert!(decide(Some("Japan"), None, [0, 0, 9], heidelberg).is_err());
    }
}
