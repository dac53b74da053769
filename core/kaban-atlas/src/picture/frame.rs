//! Which piece of land is drawn, and where each place of it falls on the paper.

use super::PictureError;
use super::pins::Pin;
use super::scene::{Point, Rect};
use crate::geo::{Bounds, Coord, Plane};

/// Most degrees from side to side: about three times a prefecture of Japan.
pub const SPAN_DEGREES_MAX: i32 = 3;
/// Nearest to a pole, degrees.
const LATITUDE_MAX: f64 = 85.0;
/// A pin may lie so far outside the roads of the pack: a house at the end of a drive. Degrees, about 2 km.
const BEYOND_PACK_DEGREES: f64 = 0.02;
/// From the outermost pin to the edge of the map, millimetres.
const PIN_MARGIN_MM: f64 = 13.0;
/// The shorter side of a map shows at least so much, metres: one house alone is drawn with the streets around it.
const GROUND_METRES_MIN: f64 = 1_200.0;

/// What is to be seen, in degrees of the globe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Land {
    bounds: Bounds,
    /// Whether the pins keep away from the edge.
    margin: bool,
}

impl Land {
    /// The land around the pins and whatever else must be seen; the whole pack when there is nothing.
    ///
    /// # Errors
    /// A pin that cannot be drawn, or pins too far apart.
    pub fn around(pins: &[Pin], others: &[[f64; 2]], pack: [f64; 4]) -> Result<Self, PictureError> {
        let [west, south, east, north] = pack;
        let mut places = Vec::with_capacity(pins.len());
        for pin in pins {
            let [lon, lat] = pin.at;
            let place = Coord::from_degrees(lon, lat).filter(|_| lat.abs() <= LATITUDE_MAX);
            let place = place.ok_or(PictureError::NotOnTheMap(pin.number))?;
            let beyond = BEYOND_PACK_DEGREES;
            if !(west - beyond..=east + beyond).contains(&lon)
                || !(south - beyond..=north + beyond).contains(&lat)
            {
                return Err(PictureError::OutsidePack(pin.number));
            }
            places.push(place);
        }
        let others = others.iter().filter(|at| at[1].abs() <= LATITUDE_MAX);
        places.extend(others.filter_map(|at| Coord::from_degrees(at[0], at[1])));
        let margin = !places.is_empty();
        let bounds = match Bounds::around(places) {
            Some(bounds) => bounds,
            None => corners(pack)?,
        };
        Self { bounds, margin }.checked()
    }

    /// The land that was asked for: west, south, east, north.
    ///
    /// # Errors
    /// [`PictureError::BadFrame`], or as [`Land::around`].
    pub fn given(frame: [f64; 4]) -> Result<Self, PictureError> {
        let bounds = corners(frame)?;
        if bounds.min.lon >= bounds.max.lon || bounds.min.lat >= bounds.max.lat {
            return Err(PictureError::BadFrame);
        }
        Self {
            bounds,
            margin: false,
        }
        .checked()
    }

    fn checked(self) -> Result<Self, PictureError> {
        let Bounds { min, max } = self.bounds;
        let span = |from: i32, to: i32| i64::from(to) - i64::from(from);
        let degree = 10_000_000;
        let wide = span(min.lon, max.lon);
        if wide > 180 * degree {
            return Err(PictureError::AcrossTheDateLine);
        }
        if wide.max(span(min.lat, max.lat)) > i64::from(SPAN_DEGREES_MAX) * degree {
            return Err(PictureError::TooWide);
        }
        Ok(self)
    }

    /// How it fits into a rectangle of the paper.
    pub fn fit(&self, map: Rect) -> Frame {
        let Bounds { min, max } = self.bounds;
        let middle = |a: i32, b: i32| ((i64::from(a) + i64::from(b)) / 2) as i32;
        let centre = Coord {
            lon: middle(min.lon, max.lon),
            lat: middle(min.lat, max.lat),
        };
        let plane = Plane::at(centre);
        let ([left, bottom], [right, top]) = (plane.project(min), plane.project(max));
        let margin = if self.margin { PIN_MARGIN_MM } else { 0.0 };
        let room = |mm: f32| (f64::from(mm) - 2.0 * margin).max(1.0);
        let mm_per_metre = (room(map.width()) / (right - left))
            .min(room(map.height()) / (top - bottom))
            .min(f64::from(map.width().min(map.height())) / GROUND_METRES_MIN);
        Frame {
            map,
            plane,
            mm_per_metre,
        }
    }
}

fn corners([west, south, east, north]: [f64; 4]) -> Result<Bounds, PictureError> {
    let corner = |lon: f64, lat: f64| {
        Coord::from_degrees(lon, lat)
            .filter(|_| lat.abs() <= LATITUDE_MAX)
            .ok_or(PictureError::BadFrame)
    };
    Ok(Bounds {
        min: corner(west, south)?,
        max: corner(east, north)?,
    })
}

/// The land on the paper: a flat map that is true at its middle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Where the map is on the page.
    pub map: Rect,
    plane: Plane,
    /// Millimetres of paper for a metre of ground.
    pub mm_per_metre: f64,
}

impl Frame {
    /// Where a place falls on the page; outside [`Frame::map`] for one that is not drawn.
    pub fn place(&self, at: Coord) -> [f64; 2] {
        let [east, north] = self.plane.project(at);
        let [x, y] = self.map.centre().map(f64::from);
        [x + east * self.mm_per_metre, y - north * self.mm_per_metre]
    }

    /// The same of a place in degrees, anywhere on the globe.
    pub fn place_degrees(&self, lon: f64, lat: f64) -> [f64; 2] {
        let units = |degrees: f64| (degrees * 1e7).round() as i32;
        self.place(Coord {
            lon: units(lon),
            lat: units(lat),
        })
    }

    /// West, south, east, north of the map in degrees.
    pub fn degrees(&self) -> [f64; 4] {
        let [west, south, east, north] = self.plane.around([
            f64::from(self.map.width()) / 2.0 / self.mm_per_metre,
            f64::from(self.map.height()) / 2.0 / self.mm_per_metre,
        ]);
        [
            west.max(-180.0),
            south.max(-LATITUDE_MAX),
            east.min(180.0),
            north.min(LATITUDE_MAX),
        ]
    }

    /// The same for drawing.
    pub fn point(&self, at: Coord) -> Point {
        self.place(at).map(|mm| mm as f32)
    }

    /// `N` of the scale 1 : N on the paper.
    pub fn denominator(&self) -> f64 {
        1000.0 / self.mm_per_metre
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::geo::haversine_m;

    const MAP: Rect = Rect {
        left: 8.0,
        top: 24.0,
        right: 202.0,
        bottom: 260.0,
    };
    const EVERYWHERE: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];

    fn pins(places: &[[f64; 2]]) -> Vec<Pin> {
        let pin = |(index, at): (usize, &[f64; 2])| Pin {
            number: index as u32 + 1,
            at: *at,
            severity: super::super::Severity::Stable,
        };
        places.iter().enumerate().map(pin).collect()
    }

    #[test]
    fn every_pin_keeps_its_distance_from_the_edge() {
        let pins = pins(&[[140.5, 35.6], [140.6, 35.8], [140.58, 35.61]]);
        let frame = Land::around(&pins, &[], EVERYWHERE).unwrap().fit(MAP);
        for pin in &pins {
            let at = frame.point(Coord::from_degrees(pin.at[0], pin.at[1]).unwrap());
            assert!(
                MAP.grown(-(PIN_MARGIN_MM as f32) + 0.01).contains(at),
                "{at:?}"
            );
        }
    }

    #[test]
    fn a_kilometre_is_as_long_on_paper_as_the_scale_says_at_every_latitude() {
        for lat in [-60.0, 0.0, 35.7, 69.0] {
            let ends = [[10.0, lat], [10.05, lat]];
            let frame = Land::around(&pins(&ends), &[], EVERYWHERE)
                .unwrap()
                .fit(MAP);
            let [a, b] = ends.map(|[lon, lat]| Coord::from_degrees(lon, lat).unwrap());
            let mm = f64::from(frame.point(b)[0] - frame.point(a)[0]);
            let metres = haversine_m(a, b);
            assert!(
                (mm / frame.mm_per_metre / metres - 1.0).abs() < 0.001,
                "{lat}"
            );
        }
    }

    #[test]
    fn one_house_is_drawn_with_what_is_around_it() {
        let frame = Land::around(&pins(&[[140.5, 35.7]]), &[], EVERYWHERE)
            .unwrap()
            .fit(MAP);
        assert!((f64::from(MAP.width()) / frame.mm_per_metre - GROUND_METRES_MIN).abs() < 1e-6);
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error_that_names_the_pin() {
        let around =
            |places: &[[f64; 2]], pack| Land::around(&pins(places), &[], pack).unwrap_err();
        assert_eq!(
            around(&[[0.0, 0.0], [0.0, 86.0]], EVERYWHERE),
            PictureError::NotOnTheMap(2)
        );
        assert_eq!(
            around(&[[f64::NAN, 0.0]], EVERYWHERE),
            PictureError::NotOnTheMap(1)
        );
        assert_eq!(
            around(&[[0.0, -90.0]], EVERYWHERE),
            PictureError::NotOnTheMap(1)
        );
        assert_eq!(
            around(&[[179.99, 1.0], [-179.99, 1.0]], EVERYWHERE),
            PictureError::AcrossTheDateLine
        );
        assert_eq!(
            around(&[[0.0, 0.0], [3.1, 0.0]], EVERYWHERE),
            PictureError::TooWide
        );
        assert_eq!(
            around(&[[140.5, 35.7], [135.0, 35.7]], [140.0, 35.0, 141.0, 36.0]),
            PictureError::OutsidePack(2)
        );
    }

    #[test]
    fn a_frame_is_west_south_east_north() {
        for bad in [
            [1.0, 0.0, 0.0, 1.0],
            [0.0, 1.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
            [0.0, 84.0, 1.0, 86.0],
            [f64::NAN; 4],
            [-181.0, 0.0, -180.0, 1.0],
        ] {
            assert_eq!(
                Land::given(bad).unwrap_err(),
                PictureError::BadFrame,
                "{bad:?}"
            );
        }
        assert_eq!(
            Land::given([0.0, 0.0, 4.0, 1.0]).unwrap_err(),
            PictureError::TooWide
        );
        assert!(Land::given([140.0, 35.0, 141.0, 36.0]).is_ok());
    }
}
