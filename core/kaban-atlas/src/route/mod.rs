//! Routes over an open pack: engine A, exact and turn-aware, which takes any rule without preparation.
//!
//! A route is the cheapest sequence of edges under the request's rules. It may start and end in the middle of a segment, or at
//! an OpenStreetMap node. What it promises: no shorter permitted sequence exists (the tests compare it with a plain Dijkstra
//! written apart), and equal requests give equal answers on every device.

mod batch;
pub(crate) mod cost;
mod ends;
mod hierarchies;
mod isochrone;
mod manner;
mod matrix;
pub(crate) mod moves;
mod networks;
mod obstacle;
mod path;
mod place;
mod prepared;
pub(crate) mod rules;
mod search;
mod sheet;
mod steps;

pub use batch::{BatchOptions, answer_line, refusal};
pub use isochrone::{
    BESIDE_METRES_MAX, ISOCHRONE_MINUTES_MAX, ISOCHRONE_TIMES_MAX, Isochrone, IsochroneError, Ring,
};
pub use manner::Manner;
pub use matrix::{MATRIX_PLACES_MAX, Matrix, MatrixError, Near};
pub use obstacle::{IgnoringClosures, Measure, Obstacle};
pub use place::Place;
pub use sheet::text_route;
pub use steps::{Step, Turn};

use crate::conditions::{Conditions, ConditionsError};
use crate::geo::sphere_point;
use crate::network::Network;
use crate::pack::Pack;
use crate::snap::{self, RoadPosition};
use crate::tables::{NodePlace, Profile, flag};
use cost::Cost;
use hierarchies::Hierarchies;
use moves::Ends;
use networks::{Networks, Under};
use rules::{Phase, Rules};
use search::{Goal, Query, Scratch, Seed};
use serde::{Deserialize, Serialize};

/// What is made small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Time, turns and waiting at signals included.
    #[default]
    Fastest,
    /// Distance.
    Shortest,
}

/// What to do with farm and forest tracks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tracks {
    /// Within 1 km of either end, or when nothing else reaches.
    #[default]
    Auto,
    /// As any other road.
    Always,
    /// Not at all.
    Never,
}

/// As whom one drives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// A visitor of a house: private ways and ways for residents may be used at both ends.
    #[default]
    Visiting,
    /// Anyone.
    Public,
}

/// A question for the router.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteRequest {
    /// Where from.
    pub from: Place,
    /// Where to.
    pub to: Place,
    /// What is made small.
    pub objective: Objective,
    /// What to do with tracks.
    pub tracks: Tracks,
    /// As whom one drives.
    pub access: Access,
    /// Who moves.
    pub profile: Profile,
    /// Whether the answer has the line.
    pub geometry: bool,
    /// Whether the answer has the instructions.
    pub steps: bool,
}

impl RouteRequest {
    /// The fastest way for a visiting car, with line and instructions.
    #[must_use]
    pub fn new(from: Place, to: Place) -> Self {
        Self {
            from,
            to,
            objective: Objective::default(),
            tracks: Tracks::default(),
            access: Access::default(),
            profile: Profile::default(),
            geometry: true,
            steps: true,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    /// Metres along the roads, to a decimetre.
    pub distance_m: f64,
    /// Seconds, to a tenth.
    pub duration_s: f64,
    /// Positions `[longitude, latitude]` from the road nearest to the start to the one nearest to the end; empty if not asked.
    pub geometry: Vec<[f64; 2]>,
    /// Instructions; empty if not asked.
    pub steps: Vec<Step>,
    /// Whether nothing but tracks far from both ends, or private ways in between, joins the two places.
    pub last_resort: bool,
}

/// Why there is no route.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RouteError {
    /// No permitted way leads there within this map.
    #[error("{0}")]
    Unreachable(Box<Obstacle>),
    /// An end is more than [`crate::SNAP_METRES_MAX`] from every road one may use.
    #[error("no road near the {0}")]
    NoRoadNear(End),
    /// A place is no position on the globe.
    #[error("the {0} is not a position")]
    BadPosition(End),
    /// The node is on no road of this pack, or the pack stores no node ids.
    #[error("the {0} is a node this map does not know")]
    UnknownNode(End),
}

impl RouteError {
    /// A short stable name, as answers to other programs carry it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::NoRoadNear(_) => "no_road_near",
            Self::BadPosition(_) => "bad_position",
            Self::UnknownNode(_) => "unknown_node",
        }
    }
}

/// Which end of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where it begins.
    Start,
    /// Where it ends.
    Destination,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Destination => "destination",
        })
    }
}

/// Where on the network an end lies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Anchor {
    Junction(u32),
    Road(RoadPosition),
}

impl Anchor {
    fn at(&self, network: &Network) -> crate::geo::Coord {
        match self {
            Anchor::Junction(node) => network.tables.coords[*node as usize],
            Anchor::Road(position) => position.at,
        }
    }
}

/// Answers route requests over one pack; keeps its working memory from request to request.
#[derive(Debug)]
pub struct Router<'p> {
    pack: &'p Pack,
    networks: Networks<'p>,
    scratch: Scratch,
    hierarchies: Hierarchies,
}

impl<'p> Router<'p> {
    /// A router over `pack` as it is.
    #[must_use]
    pub fn new(pack: &'p Pack) -> Self {
        Self {
            pack,
            networks: Networks::new(pack, Conditions::default()),
            scratch: Scratch::default(),
            hierarchies: Hierarchies::default(),
        }
    }

    /// A router over `pack` as it is under `conditions`; the roads are changed when a profile is first asked for.
    ///
    /// # Errors
    /// [`ConditionsError`] for closures that are no sound shapes or beyond the written bounds.
    pub fn under(pack: &'p Pack, conditions: &Conditions) -> Result<Self, ConditionsError> {
        conditions.check()?;
        Ok(Self {
            pack,
            networks: Networks::new(pack, conditions.clone()),
            scratch: Scratch::default(),
            hierarchies: Hierarchies::default(),
        })
    }

    /// Makes every later answer of this `manner` come from the hierarchy (engine B): worth it for more than a few dozen
    /// routes, and costs what [`Router::route`] takes a hundred times.
    ///
    /// # Errors
    /// [`crate::Error::TooLarge`] for roads no hierarchy fits; routes are found without one all the same.
    pub fn prepare(&mut self, manner: &Manner) -> crate::Result<()> {
        let network = self.networks.of(manner.profile, Under::Conditions);
        self.hierarchies
            .strict(self.pack, network, manner)
            .map(|_| ())
    }

    /// Bytes the prepared hierarchies take in memory.
    #[must_use]
    pub fn hierarchy_bytes(&self) -> usize {
        self.hierarchies.bytes()
    }

    /// The best route, or why there is none.
    ///
    /// # Errors
    /// See [`RouteError`].
    pub fn route(&mut self, request: &RouteRequest) -> Result<Route, RouteError> {
        match self.attempt(request, Under::Conditions)? {
            Some((route, _)) => Ok(route),
            None => Err(RouteError::Unreachable(Box::new(self.obstacle(request)?))),
        }
    }

    /// The best route with its edges, `None` when nothing permitted leads there.
    fn attempt(
        &mut self,
        request: &RouteRequest,
        under: Under,
    ) -> Result<Option<(Route, Vec<u32>)>, RouteError> {
        let network = self.networks.of(request.profile, under);
        let manner = request.manner();
        let from = anchors(self.pack, network, &manner, request.from, End::Start)?;
        let to = anchors(self.pack, network, &manner, request.to, End::Destination)?;
        let (from, to) = together(&from, &to);
        let phases = [Phase::Strict, Phase::LastResort];
        Ok(self.between(from, to, request, &phases, under))
    }

    /// The best route between two anchors in the first of `phases` that has one.
    fn between(
        &mut self,
        from: &Anchor,
        to: &Anchor,
        request: &RouteRequest,
        phases: &[Phase],
        under: Under,
    ) -> Option<(Route, Vec<u32>)> {
        let network = self.networks.of(request.profile, under);
        let manner = request.manner();
        for phase in phases {
            let rules = Rules::new(network, &manner, self.pack.meta().driving_side, *phase);
            if *phase == Phase::LastResort && !rules.has_last_resort() {
                break;
            }
            let query = Query {
                network,
                rules: &rules,
                ends: Ends {
                    start: sphere_point(from.at(network)),
                    end: Some(sphere_point(to.at(network))),
                },
                seeds: seeds(network, from),
                goal: goal(network, to, from),
                limit: Cost::NONE,
            };
            // The hierarchies are made for all conditions.
            let prepared = match under {
                Under::Conditions => self.hierarchies.search(&manner, &query),
                Under::OpenRoads | Under::Nothing => None,
            };
            let found = prepared.unwrap_or_else(|| self.scratch.search(&query));
            if let Some(found) = found {
                let legs = path::legs(&found.edges, from, to);
                let route = path::describe(self.pack, network, &rules, request, &legs, [from, to]);
                return Some((route, found.edges));
            }
        }
        None
    }
}

/// The candidates for an end, the preferred first.
fn anchors(
    pack: &Pack,
    network: &Network,
    manner: &Manner,
    place: Place,
    end: End,
) -> Result<[Anchor; 2], RouteError> {
    match place {
        Place::Node(id) => {
            let anchor = match pack.node_place(manner.profile, id) {
                Some(NodePlace::Junction(node)) => Some(Anchor::Junction(node)),
                Some(NodePlace::Point(point)) => {
                    snap::at_point(&network.tables, point).map(Anchor::Road)
                }
                None => None,
            };
            anchor
                .map(|anchor| [anchor; 2])
                .ok_or(RouteError::UnknownNode(end))
        }
        Place::Point([lon, lat]) => {
            let at =
                crate::geo::Coord::from_degrees(lon, lat).ok_or(RouteError::BadPosition(end))?;
            let main = if manner.tracks == Tracks::Never {
                flag::MAIN_OPEN
            } else {
                flag::MAIN_ALL
            };
            let usable = rules::snappable(network.profile, manner);
            let rows = &network.tables.segments;
            let nearest = network.grid.nearest(&network.tables, at, main, |segment| {
                // A house stands on its road even while that road is shut.
                let [usual, now] = [
                    rows[segment as usize].flags,
                    network.edges[segment as usize * 2].flags,
                ];
                usable(usual) || usable(now)
            });
            let on = |segment| Anchor::Road(snap::project(&network.tables, segment, at));
            match (nearest.choice(), nearest.any) {
                (Some(best), Some((_, any))) => Ok([on(best), on(any)]),
                _ => Err(RouteError::NoRoadNear(end)),
            }
        }
    }
}

/// The nearest roads of both ends if they are on one segment, the preferred ones otherwise.
fn together<'a>(from: &'a [Anchor; 2], to: &'a [Anchor; 2]) -> (&'a Anchor, &'a Anchor) {
    let same = match (&from[1], &to[1]) {
        (Anchor::Road(a), Anchor::Road(b)) => a.segment == b.segment,
        _ => false,
    };
    let choice = usize::from(same);
    (&from[choice], &to[choice])
}

/// How the route may begin.
fn seeds(network: &Network, from: &Anchor) -> Vec<Seed> {
    match from {
        Anchor::Junction(node) => {
            let whole = |edge: &u32| Seed {
                edge: *edge,
                share: 1.0,
            };
            network.leaving(*node).iter().map(whole).collect()
        }
        Anchor::Road(position) => directions(network, position.segment)
            .map(|edge| Seed {
                edge,
                share: 1.0 - share_before(edge, position.fraction),
            })
            .collect(),
    }
}

/// How it may end, wherever it begins.
fn goal_at(network: &Network, to: &Anchor) -> Goal {
    match to {
        Anchor::Junction(node) => Goal {
            node: Some(*node),
            ..Goal::default()
        },
        Anchor::Road(position) => Goal {
            edges: directions(network, position.segment)
                .map(|edge| Seed {
                    edge,
                    share: share_before(edge, position.fraction),
                })
                .collect(),
            ..Goal::default()
        },
    }
}

/// How it may end; a start on the same segment, or at its end, reaches the goal without a turn.
fn goal(network: &Network, to: &Anchor, from: &Anchor) -> Goal {
    let goal = goal_at(network, to);
    let direct = match (from, to) {
        (Anchor::Junction(node), _) => {
            let leaves = |seed: &&Seed| network.tables.tail(seed.edge) == *node;
            goal.edges.iter().filter(leaves).copied().collect()
        }
        (Anchor::Road(start), Anchor::Road(end)) if start.segment == end.segment => goal
            .edges
            .iter()
            .map(|seed| Seed {
                edge: seed.edge,
                share: seed.share - share_before(seed.edge, start.fraction),
            })
            .filter(|seed| seed.share >= 0.0)
            .collect(),
        _ => Vec::new(),
    };
    Goal {
        direct,
        met: matches!(to, Anchor::Junction(_)) && from == to,
        ..goal
    }
}

fn directions(network: &Network, segment: u32) -> impl Iterator<Item = u32> + '_ {
    [segment * 2, segment * 2 + 1]
        .into_iter()
        .filter(|edge| network.is_passable(*edge))
}

/// Share of an edge that lies before the place at `fraction` of its segment.
fn share_before(edge: u32, fraction: f64) -> f64 {
    if edge & 1 == 0 {
        fraction
    } else {
        1.0 - fraction
    }
}
