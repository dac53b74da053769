//! The way to a house: the bag says where it is and which roads are closed, then is let go; the search
//! itself holds nothing but the pack.

use kaban_atlas::Profile;
use kaban_atlas::areas::Gazetteer;
use kaban_atlas::conditions::Conditions;
use kaban_atlas::pack::Pack;
use kaban_atlas::route::{
    Access, Measure, Objective, Place, Route, RouteError, RouteRequest, Router, Tracks,
};
use kaban_model::ids::PatientId;
use serde::Serialize;

use super::caveats::{Caveats, settled, unpinned};
use super::pack::DynamicMap;
use super::travel::{Outlook, Travel};
use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::shared::SharedBag;

/// An end of a journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spot {
    /// `[longitude, latitude]` in degrees, such as where the phone is.
    Point([f64; 2]),
    /// A patient's house.
    Patient(PatientId),
}

/// A journey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Journey {
    /// From where.
    pub from: Spot,
    /// Where to.
    pub to: Spot,
    /// When, and on what roads.
    pub travel: Travel,
    /// What is made small.
    pub objective: Objective,
    /// What to do with farm and forest tracks.
    pub tracks: Tracks,
    /// By car or on foot.
    pub profile: Profile,
    /// As if nothing were closed: to see how far round the closures lead.
    pub ignore_closures: bool,
}

impl Journey {
    /// The fastest way by car, now.
    pub fn new(from: Spot, to: Spot) -> Self {
        Self {
            from,
            to,
            travel: Travel::default(),
            objective: Objective::default(),
            tracks: Tracks::default(),
            profile: Profile::default(),
            ignore_closures: false,
        }
    }
}

/// A way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JourneyView {
    /// Line, steps, metres and seconds.
    pub route: Route,
    /// How exact the ends are: `point` as given, or house, town, municipality.
    pub precision: [&'static str; 2],
    /// What must be said with it.
    #[serde(flatten)]
    pub caveats: Caveats,
}

/// That there is none, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoWayView {
    /// unreachable, no_road_near, bad_position, unknown_node.
    pub kind: &'static str,
    /// A sentence for the driver, in Japanese and English.
    pub words: (String, String),
    /// Ids of the closures in the way.
    pub closures: Vec<String>,
    /// How long the way would be if nothing were closed.
    pub ignoring_closures: Option<Measure>,
    /// What must be said with it: a closure in the way may end soon, or begin before one is through.
    #[serde(flatten)]
    pub caveats: Caveats,
}

/// What a search of the roads found.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteOutcome {
    /// A way.
    Found(Box<JourneyView>),
    /// None; never a straight line instead.
    NoWay(Box<NoWayView>),
}

/// The road beside a position.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapView {
    /// `[longitude, latitude]` on the road.
    pub at: [f64; 2],
    /// Metres to it.
    pub metres: f64,
    /// Its name; empty when it has none.
    pub road: String,
}

impl Bag {
    /// Where an end of a journey is, and how exact that is; a patient's leaves an audit row.
    fn locate(&mut self, spot: Spot, gazetteer: &Gazetteer) -> Result<End> {
        match spot {
            Spot::Point(at) => Ok((at, "point")),
            Spot::Patient(patient) => {
                let (at, precision) = self.house(patient, gazetteer)?.place()?;
                Ok((at, precision.code()))
            }
        }
    }
}

impl DynamicMap {
    /// The way between two places.
    ///
    /// # Errors
    /// [`Kind::NotFound`] without a pack or for no such patient, [`Kind::Rule`] for a house without a place,
    /// [`Kind::LeaseExpired`], [`Kind::Locked`]. That no road leads there is an outcome.
    pub fn route(&self, bag: &SharedBag, journey: &Journey) -> Result<RouteOutcome> {
        let pack = self.pack()?;
        let (ends, outlook) = ends(bag, &pack, [journey.from, journey.to], &journey.travel)?;
        search(&pack, journey, ends, outlook)
    }

    /// The road beside a position, for placing a pin; nothing when none is near.
    ///
    /// # Errors
    /// [`Kind::NotFound`] without a pack.
    pub fn snap(&self, at: [f64; 2], profile: Profile) -> Result<Option<SnapView>> {
        let found = self.pack()?.snap(profile, at);
        Ok(found.map(|found| SnapView {
            at: found.at,
            metres: (found.metres * 10.0).round() / 10.0,
            road: found.road,
        }))
    }
}

/// An end of a journey on the map, and how exact that is.
pub(super) type End = ([f64; 2], &'static str);

/// One use case of the bag: where the ends are, and what was told of the roads.
pub(super) fn ends<const N: usize>(
    bag: &SharedBag,
    pack: &Pack,
    spots: [Spot; N],
    travel: &Travel,
) -> Result<([End; N], Outlook)> {
    let (found, outlook) = many_ends(bag, pack, &spots, travel)?;
    let found = <[End; N]>::try_from(found);
    let lost = |_| AppError::new(Kind::Internal, "an end of a journey was lost");
    Ok((found.map_err(lost)?, outlook))
}

/// The same for any number of places.
pub(super) fn many_ends(
    bag: &SharedBag,
    pack: &Pack,
    spots: &[Spot],
    travel: &Travel,
) -> Result<(Vec<End>, Outlook)> {
    bag.with(|bag| {
        let ends = spots.iter().map(|spot| bag.locate(*spot, pack.gazetteer()));
        let ends = ends.collect::<Result<Vec<_>>>()?;
        Ok((ends, bag.outlook(travel)?))
    })
}

fn search(
    pack: &Pack,
    journey: &Journey,
    ends: [End; 2],
    outlook: Outlook,
) -> Result<RouteOutcome> {
    let outlook = if journey.ignore_closures {
        outlook.without_closures()
    } else {
        outlook
    };
    let request = RouteRequest {
        objective: journey.objective,
        tracks: journey.tracks,
        access: Access::Visiting,
        profile: journey.profile,
        ..RouteRequest::new(Place::Point(ends[0].0), Place::Point(ends[1].0))
    };
    let unpinned = unpinned(&[journey.from, journey.to], &ends);
    let route = |router: &mut Router<'_>| Ok(router.route(&request));
    let (found, caveats) = settled(pack, outlook, unpinned, route, driven)?;
    Ok(match found {
        Ok(route) => RouteOutcome::Found(Box::new(JourneyView {
            route,
            precision: ends.map(|(_, precision)| precision),
            caveats,
        })),
        Err(error) => RouteOutcome::NoWay(Box::new(no_way(error, caveats))),
    })
}

/// Seconds on the way, or on the way there would be if nothing were closed.
fn driven(found: &std::result::Result<Route, RouteError>) -> f64 {
    match found {
        Ok(route) => route.duration_s,
        Err(RouteError::Unreachable(obstacle)) => {
            let open = obstacle.ignoring_closures;
            open.map_or(0.0, |measure| measure.duration_s)
        }
        Err(_) => 0.0,
    }
}

/// A router over the roads as they are; what it may not be told was left out when the closures were read.
pub(super) fn router<'p>(pack: &'p Pack, conditions: &Conditions) -> Result<Router<'p>> {
    let router = Router::under(pack, conditions);
    router.map_err(|error| AppError::new(Kind::Internal, error.to_string()))
}

fn no_way(error: RouteError, caveats: Caveats) -> NoWayView {
    let kind = error.kind();
    match error {
        RouteError::Unreachable(obstacle) => NoWayView {
            kind,
            words: obstacle.sentence(),
            ignoring_closures: obstacle.ignoring_closures,
            closures: obstacle.closures,
            caveats,
        },
        other => NoWayView {
            kind,
            words: ("近くに地図の道がありません".to_owned(), other.to_string()),
            closures: Vec::new(),
            ignoring_closures: None,
            caveats,
        },
    }
}
