//! Times and distances between many places: exactly those of the routes, found all at once.

use super::cost::Cost;
use super::ends::{Approach, Departure};
use super::manner::Manner;
use super::moves::Ends;
use super::networks::Under;
use super::rules::{Phase, Rules, Use};
use super::{
    Anchor, End, Objective, Place, RouteError, RouteRequest, Router, anchors, goal, goal_at, seeds,
    together,
};
use crate::error::Error;
use crate::geo::sphere_point;
use crate::network::Network;
use std::cmp::Ordering;

/// The most places of one table.
pub const MATRIX_PLACES_MAX: usize = 2_000;

/// Times and distances of the best route between any two of a list of places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Seconds to a tenth from the place of the row to that of the column; `None` where no route leads.
    pub durations_s: Vec<Vec<Option<f64>>>,
    /// Metres to a decimetre along the same route.
    pub distances_m: Vec<Vec<Option<f64>>>,
    /// Places that are on no road: their index and why.
    pub unplaced: Vec<(usize, RouteError)>,
}

/// A candidate and the way to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Index into the candidates.
    pub index: usize,
    /// Seconds, to a tenth.
    pub duration_s: f64,
    /// Metres, to a decimetre.
    pub distance_m: f64,
}

/// Why there is no table.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// More than [`MATRIX_PLACES_MAX`] places.
    #[error("a table holds at most {MATRIX_PLACES_MAX} places, {0} were given")]
    TooManyPlaces(usize),
    /// The place one starts from is on no road.
    #[error(transparent)]
    Place(#[from] RouteError),
    /// The roads of this pack are beyond what the hierarchy can hold.
    #[error(transparent)]
    Pack(#[from] Error),
}

/// A pair's seconds and metres, as the route says them.
type Entry = Option<(f64, f64)>;

/// Places on no road.
type Unplaced = Vec<(usize, RouteError)>;

/// What the strict rules say about all pairs.
struct Strict {
    rows: Vec<Vec<Pair>>,
    sources: Vec<Option<[Anchor; 2]>>,
    targets: Vec<Option<[Anchor; 2]>>,
    unplaced: Unplaced,
}

impl Router<'_> {
    /// The table of all ways between `places`; every entry is what [`Router::route`] answers for the pair.
    ///
    /// # Errors
    /// [`MatrixError::TooManyPlaces`]; [`MatrixError::Pack`] for roads no hierarchy fits. A place without a road is no error:
    /// its row and column are empty and [`Matrix::unplaced`] names it.
    pub fn matrix(&mut self, places: &[Place], manner: &Manner) -> Result<Matrix, MatrixError> {
        let (rows, unplaced) = self.table(places, places, manner)?;
        let column = |pick: fn((f64, f64)) -> f64| -> Vec<Vec<Option<f64>>> {
            let row = |row: &Vec<Entry>| row.iter().map(|entry| entry.map(pick)).collect();
            rows.iter().map(row).collect()
        };
        Ok(Matrix {
            durations_s: column(|entry| entry.0),
            distances_m: column(|entry| entry.1),
            unplaced,
        })
    }

    /// The best `count` of `candidates` to go to from `from`: the quickest first, or the nearest by road if `manner` asks for
    /// that; equals in the order they were given.
    ///
    /// # Errors
    /// As [`Router::matrix`], and [`MatrixError::Place`] when `from` is on no road. A candidate that cannot be reached is left
    /// out.
    pub fn nearest(
        &mut self,
        from: Place,
        candidates: &[Place],
        count: usize,
        manner: &Manner,
    ) -> Result<Vec<Near>, MatrixError> {
        anchors(
            self.pack,
            self.networks.of(manner.profile, Under::Conditions),
            manner,
            from,
            End::Start,
        )?;
        let (rows, _) = self.table(&[from], candidates, manner)?;
        let mut found: Vec<Near> = rows
            .iter()
            .flatten()
            .enumerate()
            .filter_map(|(index, entry)| {
                entry.map(|(duration_s, distance_m)| Near {
                    index,
                    duration_s,
                    distance_m,
                })
            })
            .collect();
        let key = |near: &Near| match manner.objective {
            Objective::Fastest => [near.duration_s, near.distance_m],
            Objective::Shortest => [near.distance_m, near.duration_s],
        };
        found.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Equal));
        found.truncate(count);
        Ok(found)
    }

    fn table(
        &mut self,
        from: &[Place],
        to: &[Place],
        manner: &Manner,
    ) -> Result<(Vec<Vec<Entry>>, Unplaced), MatrixError> {
        let most = from.len().max(to.len());
        if most > MATRIX_PLACES_MAX {
            return Err(MatrixError::TooManyPlaces(most));
        }
        let strict = self.strict_table(from, to, manner)?;
        let network = self.networks.of(manner.profile, Under::Conditions);
        let left = |pair: &Pair| matches!(pair, Pair::LastResort | Pair::Shared);
        if strict.rows.iter().flatten().any(left) {
            self.hierarchies
                .add_last_resort(self.pack, network, manner)?;
        }
        let nowhere = Place::Node(0);
        let request = RouteRequest {
            geometry: false,
            steps: false,
            ..manner.request(nowhere, nowhere)
        };
        let mut rows = Vec::with_capacity(from.len());
        for (row, source) in strict.rows.iter().zip(&strict.sources) {
            let mut entries = Vec::with_capacity(to.len());
            for (pair, target) in row.iter().zip(&strict.targets) {
                let phases: &[Phase] = match pair {
                    Pair::Cost(cost) => {
                        entries.push(Some(entry(manner, *cost)));
                        continue;
                    }
                    Pair::Nowhere => &[],
                    Pair::LastResort => &[Phase::LastResort],
                    Pair::Shared => &[Phase::Strict, Phase::LastResort],
                };
                let route = match (source, target) {
                    (Some(source), Some(target)) => {
                        let (from, to) = together(source, target);
                        self.between(from, to, &request, phases, Under::Conditions)
                    }
                    _ => None,
                };
                entries.push(route.map(|(route, _)| (route.duration_s, route.distance_m)));
            }
            rows.push(entries);
        }
        Ok((rows, strict.unplaced))
    }

    /// What the strict rules say.
    fn strict_table(
        &mut self,
        from: &[Place],
        to: &[Place],
        manner: &Manner,
    ) -> Result<Strict, MatrixError> {
        let network = self.networks.of(manner.profile, Under::Conditions);
        let rules = Rules::new(
            network,
            manner,
            self.pack.meta().driving_side,
            Phase::Strict,
        );
        let metric = self.hierarchies.strict(self.pack, network, manner)?;
        let mut unplaced = Vec::new();
        let mut placed = |places: &[Place], end, note: bool| -> Vec<Option<[Anchor; 2]>> {
            let anchor = |(index, place): (usize, &Place)| {
                anchors(self.pack, network, manner, *place, end)
                    .inspect_err(|error| {
                        if note {
                            unplaced.push((index, error.clone()));
                        }
                    })
                    .ok()
            };
            places.iter().enumerate().map(anchor).collect()
        };
        let sources = placed(from, End::Start, false);
        let targets = placed(to, End::Destination, true);
        let departures: Vec<Departure> = sources
            .iter()
            .map(|source| {
                source.map_or_else(Departure::default, |[anchor, _]| {
                    let ends = around(network, &anchor);
                    Departure::new(network, &rules, &ends, &seeds(network, &anchor))
                })
            })
            .collect();
        let approaches: Vec<Approach> = targets
            .iter()
            .map(|target| {
                target.map_or_else(Approach::default, |[anchor, _]| {
                    let ends = around(network, &anchor);
                    let goal = goal_at(network, &anchor);
                    Approach::new(network, &rules, &ends, &metric.topology, &goal)
                })
            })
            .collect();
        let starts: Vec<_> = departures.iter().map(Departure::starts).collect();
        let goals: Vec<_> = approaches.iter().map(Approach::starts).collect();
        let through = self
            .hierarchies
            .table(manner, Phase::Strict, &starts, &goals)
            .unwrap_or_default();
        let joins = Joins::new(&approaches);
        let mut rows = Vec::with_capacity(from.len());
        for ((source, departure), mut costs) in sources.iter().zip(&departures).zip(through) {
            joins.offer(network, &rules, departure, &mut costs);
            let row = targets.iter().zip(costs).map(|(target, cost)| {
                let (Some(source), Some(target)) = (source, target) else {
                    return Pair::Nowhere;
                };
                pair(network, &rules, source, target, cost)
            });
            rows.push(row.collect());
        }
        Ok(Strict {
            rows,
            sources,
            targets,
            unplaced,
        })
    }
}

/// What the strict rules say about a pair.
#[derive(Clone, Copy, Debug)]
enum Pair {
    Cost(Cost),
    /// One end is on no road, or nothing else can be tried.
    Nowhere,
    /// To be asked for by itself, on the last resort.
    LastResort,
    /// To be asked for by itself, since the two are put on a road they share.
    Shared,
}

fn pair(
    network: &Network,
    rules: &Rules,
    source: &[Anchor; 2],
    target: &[Anchor; 2],
    cost: Cost,
) -> Pair {
    let (from, to) = together(source, target);
    if (from, to) != (&source[0], &target[0]) {
        return Pair::Shared;
    }
    let goal = goal(network, to, from);
    if goal.met {
        return Pair::Cost(Cost::ZERO);
    }
    let direct = goal
        .direct(network, rules)
        .map_or(Cost::NONE, |(cost, _)| cost);
    match cost.min(direct) {
        Cost::NONE if rules.has_last_resort() => Pair::LastResort,
        Cost::NONE => Pair::Nowhere,
        cost => Pair::Cost(cost),
    }
}

/// The neighbourhood of one place, as start or end.
fn around(network: &Network, anchor: &Anchor) -> Ends {
    let here = sphere_point(anchor.at(network));
    Ends {
        start: here,
        end: Some(here),
    }
}

/// Deciseconds and decimetres of a route of the strict rules are the parts of its cost.
fn entry(manner: &Manner, cost: Cost) -> (f64, f64) {
    let (first, second) = (
        f64::from(cost.first()) / 10.0,
        f64::from(cost.second()) / 10.0,
    );
    match manner.objective {
        Objective::Fastest => (first, second),
        Objective::Shortest => (second, first),
    }
}

/// Where the ways around the goals begin, all targets together.
struct Joins {
    /// State, target, cost left after the state.
    states: Vec<(u32, usize, Cost)>,
    /// Edge with a goal on it, target, cost from its beginning.
    edges: Vec<(u32, usize, Cost)>,
}

impl Joins {
    fn new(approaches: &[Approach]) -> Self {
        let (mut states, mut edges) = (Vec::new(), Vec::new());
        for (target, approach) in approaches.iter().enumerate() {
            let around = approach.around();
            states.extend(around.map(|(state, rest)| (state, target, rest)));
            edges.extend(
                approach
                    .edges
                    .iter()
                    .map(|(edge, rest)| (*edge, target, *rest)),
            );
        }
        states.sort_unstable();
        edges.sort_unstable();
        Self { states, edges }
    }

    /// Ways that touch no ordinary road.
    fn offer(&self, network: &Network, rules: &Rules, departure: &Departure, row: &mut [Cost]) {
        let mut offer = |list: &[(u32, usize, Cost)], key: u32, cost: Cost| {
            let first = list.partition_point(|(known, _, _)| *known < key);
            for (_, target, rest) in list[first..].iter().take_while(|join| join.0 == key) {
                row[*target] = row[*target].min(cost.plus(*rest));
            }
        };
        for (state, cost) in &departure.loose {
            offer(&self.states, *state, *cost);
        }
        for exit in &departure.exits {
            let whole = rules.cost(&network.edges[exit.edge as usize], Use::AtEnds);
            offer(&self.states, exit.state, exit.cost.plus(whole));
            offer(&self.edges, exit.edge, exit.cost);
        }
    }
}
