//! Positions and lengths on the sphere, the same for the builder, the snapper and the engine.
//!
//! Positions are whole numbers of 10⁻⁷ degree as in OpenStreetMap, so equal input gives equal bytes.

/// Mean radius of the Earth in metres (IUGG), the one of the reference rules.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

const UNITS_PER_DEGREE: f64 = 1e7;

/// A position in units of 10⁻⁷ degree (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coord {
    /// Longitude, −1,800,000,000 to 1,800,000,000.
    pub lon: i32,
    /// Latitude, −900,000,000 to 900,000,000.
    pub lat: i32,
}

impl Coord {
    /// The nearest position to `lon`, `lat` in degrees; `None` when they are not on the globe.
    #[must_use]
    pub fn from_degrees(lon: f64, lat: f64) -> Option<Self> {
        let (lon, lat) = (
            (lon * UNITS_PER_DEGREE).round(),
            (lat * UNITS_PER_DEGREE).round(),
        );
        (lon.abs() <= 1.8e9 && lat.abs() <= 9e8).then_some(Self {
            lon: lon as i32,
            lat: lat as i32,
        })
    }

    /// Checks the range of whole units, as they come out of a file.
    #[must_use]
    pub fn from_units(lon: i64, lat: i64) -> Option<Self> {
        (lon.abs() <= 1_800_000_000 && lat.abs() <= 900_000_000).then_some(Self {
            lon: lon as i32,
            lat: lat as i32,
        })
    }

    /// `[longitude, latitude]` in degrees, as GeoJSON writes a position.
    #[must_use]
    pub fn lon_lat(self) -> [f64; 2] {
        [
            f64::from(self.lon) / UNITS_PER_DEGREE,
            f64::from(self.lat) / UNITS_PER_DEGREE,
        ]
    }
}

/// A rectangle of longitudes and latitudes; never crosses the 180° line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// South-west corner.
    pub min: Coord,
    /// North-east corner.
    pub max: Coord,
}

impl Bounds {
    /// The smallest rectangle around `points`, or `None` of nothing.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = Coord>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = points.next()?;
        let mut bounds = Self {
            min: first,
            max: first,
        };
        for point in points {
            bounds.include(point);
        }
        Some(bounds)
    }

    /// Grows the rectangle so that it holds `point`.
    pub fn include(&mut self, point: Coord) {
        self.min.lon = self.min.lon.min(point.lon);
        self.min.lat = self.min.lat.min(point.lat);
        self.max.lon = self.max.lon.max(point.lon);
        self.max.lat = self.max.lat.max(point.lat);
    }

    /// `[west, south, east, north]` in degrees.
    #[must_use]
    pub fn degrees(&self) -> [f64; 4] {
        let ([west, south], [east, north]) = (self.min.lon_lat(), self.max.lon_lat());
        [west, south, east, north]
    }
}

/// Great-circle distance in metres by the haversine formula.
#[must_use]
pub fn haversine_m(a: Coord, b: Coord) -> f64 {
    let ([lon_a, lat_a], [lon_b, lat_b]) = (a.lon_lat(), b.lon_lat());
    let (phi_a, phi_b) = (lat_a.to_radians(), lat_b.to_radians());
    let half_lat = libm::sin((phi_b - phi_a) / 2.0);
    let half_lon = libm::sin((lon_b - lon_a).to_radians() / 2.0);
    let h = half_lat * half_lat + libm::cos(phi_a) * libm::cos(phi_b) * half_lon * half_lon;
    2.0 * EARTH_RADIUS_M * libm::asin(h.sqrt().min(1.0))
}

/// The position as a point on a sphere of radius [`EARTH_RADIUS_M`].
///
/// The straight line between two such points is never longer than any road, which is the bound the search leans on.
#[must_use]
pub fn sphere_point(c: Coord) -> [f64; 3] {
    let [lon, lat] = c.lon_lat();
    let ((sin_lon, cos_lon), (sin_lat, cos_lat)) = (
        libm::sincos(lon.to_radians()),
        libm::sincos(lat.to_radians()),
    );
    [
        EARTH_RADIUS_M * cos_lat * cos_lon,
        EARTH_RADIUS_M * cos_lat * sin_lon,
        EARTH_RADIUS_M * sin_lat,
    ]
}

/// Straight-line distance in metres between two points of [`sphere_point`].
#[must_use]
pub fn chord_m(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let (x, y, z) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    (x * x + y * y + z * z).sqrt()
}

/// Compass bearing from `a` to `b` in 1/256 of a turn: 0 north, 64 east.
#[must_use]
pub fn bearing_256(a: Coord, b: Coord) -> u8 {
    let north = f64::from(b.lat) - f64::from(a.lat);
    let east = (f64::from(b.lon) - f64::from(a.lon)) * libm::cos(a.lon_lat()[1].to_radians());
    if north == 0.0 && east == 0.0 {
        return 0;
    }
    let turns = libm::atan2(east, north) / std::f64::consts::TAU;
    (turns * 256.0).round().rem_euclid(256.0) as u8
}

/// A flat map around one latitude, in metres, good for the few kilometres of a snap.
#[derive(Clone, Copy, Debug)]
pub struct Plane {
    origin: Coord,
    metres_per_lon: f64,
    metres_per_lat: f64,
}

impl Plane {
    /// The plane that touches the Earth at `origin`.
    #[must_use]
    pub fn at(origin: Coord) -> Self {
        let metres_per_lat = EARTH_RADIUS_M.to_radians() / UNITS_PER_DEGREE;
        Self {
            origin,
            metres_per_lat,
            metres_per_lon: metres_per_lat * libm::cos(origin.lon_lat()[1].to_radians()),
        }
    }

    /// Metres east and north of the origin.
    #[must_use]
    pub fn project(&self, c: Coord) -> [f64; 2] {
        [
            (f64::from(c.lon) - f64::from(self.origin.lon)) * self.metres_per_lon,
            (f64::from(c.lat) - f64::from(self.origin.lat)) * self.metres_per_lat,
        ]
    }

    /// West, south, east, north in degrees of the land so many metres east and north around the origin.
    #[must_use]
    pub fn around(&self, [east, north]: [f64; 2]) -> [f64; 4] {
        let [lon, lat] = self.origin.lon_lat();
        let (wide, high) = (
            east / self.metres_per_lon / UNITS_PER_DEGREE,
            north / self.metres_per_lat / UNITS_PER_DEGREE,
        );
        [lon - wide, lat - high, lon + wide, lat + high]
    }

    /// Metres covered by a step of `units` in longitude and in latitude.
    #[must_use]
    pub fn metres(&self, units: f64) -> [f64; 2] {
        [units * self.metres_per_lon, units * self.metres_per_lat]
    }

    /// Squared distance from the origin to the line from `a` to `b`, and how far along it the foot lies (0 to 1).
    #[must_use]
    pub fn foot(a: [f64; 2], b: [f64; 2]) -> (f64, f64) {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let square = dx * dx + dy * dy;
        let along = if square > 0.0 {
            (-(a[0] * dx + a[1] * dy) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (x, y) = (a[0] + along * dx, a[1] + along * dy);
        (x * x + y * y, along)
    }
}

/// The position `along` (0 to 1) of the way from `a` to `b`.
#[must_use]
pub fn between(a: Coord, b: Coord, along: f64) -> Coord {
    let mix = |from: i32, to: i32| {
        let value = f64::from(from) + (f64::from(to) - f64::from(from)) * along;
        value.round() as i32
    };
    Coord {
        lon: mix(a.lon, b.lon),
        lat: mix(a.lat, b.lat),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(lon: f64, lat: f64) -> Coord {
        Coord::from_degrees(lon, lat).unwrap()
    }

    #[test]
    fn one_degree_of_latitude_is_111_195_metres() {
        assert!((haversine_m(at(140.0, 35.0), at(140.0, 36.0)) - 111_195.08).abs() < 0.1);
    }

    #[test]
    fn the_chord_is_never_longer_than_the_arc() {
        let (a, b) = (at(140.0, 35.0), at(140.9, 35.7));
        let chord = chord_m(&sphere_point(a), &sphere_point(b));
        assert!(chord <= haversine_m(a, b) && chord > haversine_m(a, b) * 0.9999);
    }

    #[test]
    fn bearings_go_clockwise_from_north() {
        let o = at(140.0, 35.0);
        let bearings = [
            at(140.0, 35.1),
            at(140.1, 35.0),
            at(140.0, 34.9),
            at(139.9, 35.0),
        ]
        .map(|p| bearing_256(o, p));
        assert_eq!(bearings, [0, 64, 128, 192]);
    }

    #[test]
    fn positions_off_the_globe_are_refused() {
        assert_eq!(Coord::from_degrees(181.0, 0.0), None);
        assert_eq!(Coord::from_degrees(f64::NAN, 0.0), None);
        assert_eq!(Coord::from_units(0, 900_000_001), None);
    }
}
