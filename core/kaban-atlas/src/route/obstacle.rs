//! What is in the way when no route is found, in place of a straight line.
//!
//! The same question is asked again of fewer and fewer conditions; the first that lets a way through names what is in the way.
//! When even the bare pack has none, the parts of the network around both ends tell a map's edge from an island.

use super::anchor::{Anchor, anchors, together};
use super::networks::Under;
use super::{End, Route, RouteError, RouteRequest, Router, directions};
use crate::network::Network;
use crate::tables::{flag, node_flag};
use serde::Serialize;

/// Why no permitted way leads there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Obstacle {
    /// Ids of the closures on the way one would take without them, in its order.
    pub closures: Vec<String>,
    /// Signs in force now, or the season, shut the roads; at another time there is a way.
    pub time: bool,
    /// One end lies in a part of the map that is cut off at the edge of the data; a way may lead there beyond the map.
    pub map_edge: bool,
    /// One end lies on roads that no road of this map joins to the other end, away from the map's edge.
    pub island: bool,
    /// Roads lead there, but only such as the request, a barrier or a turn restriction forbids.
    pub forbidden: bool,
    /// The way under the same conditions without closures, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignoring_closures: Option<Measure>,
}

/// How long a way is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// Metres.
    pub distance_m: f64,
    /// Seconds.
    pub duration_s: f64,
}

/// A route as if nothing were closed, and what it would lead through.
#[derive(Clone, Debug, PartialEq)]
pub struct IgnoringClosures {
    /// The route; not to be driven while the closures stand.
    pub route: Route,
    /// Ids of the closures it crosses, in its order.
    pub closures: Vec<String>,
}

impl Obstacle {
    /// One sentence for a driver, in Japanese and English; closures are counted, not named.
    #[must_use]
    pub fn sentence(&self) -> (String, String) {
        let count = self.closures.len();
        let closures_en = format!("{count} closure{}", if count == 1 { "" } else { "s" });
        match self {
            Self { time: true, .. } if count > 0 => (
                format!("通行止め{count}件と時間や季節の規制のため、着ける道がありません"),
                format!("no road leads there: {closures_en} and a rule of the time or season are in the way"),
            ),
            Self { time: true, .. } => (
                "この時間や季節は通れない道しかありません".into(),
                "no road leads there at this time or season; at another time one does".into(),
            ),
            _ if count > 0 => (
                format!("通行止め{count}件のため、着ける道がありません"),
                format!("no road leads there: {closures_en} in the way"),
            ),
            Self { map_edge: true, .. } => (
                "この地図の端で切れた道の先で、地図の中では着けません".into(),
                "no road on this map leads there: the roads there are cut off at the edge of the map".into(),
            ),
            Self { island: true, .. } => (
                "ほかの道とつながっていない道の上で、着けません".into(),
                "no road on this map leads there: the roads there are joined to no others".into(),
            ),
            _ => (
                "通ってはいけない道しかありません".into(),
                "no road leads there but such as may not be driven".into(),
            ),
        }
    }
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence().1)
    }
}

impl Router<'_> {
    /// The route under the same conditions as if nothing were closed, and the closures it would lead through.
    ///
    /// # Errors
    /// See [`RouteError`].
    pub fn route_ignoring_closures(
        &mut self,
        request: &RouteRequest,
    ) -> Result<IgnoringClosures, RouteError> {
        match self.attempt(request, Under::OpenRoads)? {
            Some((route, edges)) => Ok(IgnoringClosures {
                route,
                closures: self.closures_on(request, &edges),
            }),
            None => Err(RouteError::Unreachable(Box::new(self.obstacle(request)?))),
        }
    }

    /// Ids of the closures that touch no road of this map.
    #[must_use]
    pub fn closures_off_the_roads(&self) -> Vec<String> {
        let network = self.networks.of(crate::Profile::Car, Under::Conditions);
        let mut shuts = vec![false; self.networks.conditions().closures.len()];
        for (_, closure) in &network.closed.segments {
            shuts[*closure as usize] = true;
        }
        let closures = self.networks.conditions().closures.iter().zip(shuts);
        closures
            .filter(|(_, shuts)| !shuts)
            .map(|(closure, _)| closure.id.clone())
            .collect()
    }

    /// Closures that name several stretches of road of which this map does not know all, each with the places in its list,
    /// from 0, of those that shut nothing. Closures of [`Router::closures_off_the_roads`] are left out.
    #[must_use]
    pub fn closures_partly_off_the_roads(&self) -> Vec<(String, Vec<usize>)> {
        let network = self.networks.of(crate::Profile::Car, Under::Conditions);
        let off = self.closures_off_the_roads();
        let mut partly: Vec<(String, Vec<usize>)> = Vec::new();
        let lost = network.closed.lost.chunk_by(|a, b| a.0 == b.0);
        for stretches in lost {
            let closure = &self.networks.conditions().closures[stretches[0].0 as usize];
            if !off.contains(&closure.id) {
                let places = stretches.iter().map(|(_, place)| *place as usize);
                partly.push((closure.id.clone(), places.collect()));
            }
        }
        partly
    }

    /// What is in the way of a request that has no route.
    pub(super) fn obstacle(&mut self, request: &RouteRequest) -> Result<Obstacle, RouteError> {
        let bare = RouteRequest {
            geometry: false,
            steps: false,
            ..request.clone()
        };
        if let Some((route, edges)) = self.attempt(&bare, Under::OpenRoads)? {
            return Ok(Obstacle {
                closures: self.closures_on(request, &edges),
                ignoring_closures: Some(Measure {
                    distance_m: route.distance_m,
                    duration_s: route.duration_s,
                }),
                ..Obstacle::default()
            });
        }
        if let Some((_, edges)) = self.attempt(&bare, Under::Nothing)? {
            return Ok(Obstacle {
                closures: self.closures_on(request, &edges),
                time: true,
                ..Obstacle::default()
            });
        }
        self.cut_off(request)
    }

    /// Which closures lie on `edges`, each once.
    fn closures_on(&self, request: &RouteRequest, edges: &[u32]) -> Vec<String> {
        let network = self.networks.of(request.profile, Under::Conditions);
        let closed = &network.closed.segments;
        let closures = &self.networks.conditions().closures;
        let mut met: Vec<u32> = Vec::new();
        for edge in edges {
            let first = closed.partition_point(|(segment, _)| *segment < edge >> 1);
            let here = closed[first..]
                .iter()
                .take_while(|(segment, _)| *segment == edge >> 1);
            for (_, closure) in here {
                if !met.contains(closure) {
                    met.push(*closure);
                }
            }
        }
        met.iter()
            .map(|closure| closures[*closure as usize].id.clone())
            .collect()
    }

    /// Tells ways that may not be driven from no ways at all, and the edge of the map from an island.
    fn cut_off(&self, request: &RouteRequest) -> Result<Obstacle, RouteError> {
        let network = self.networks.of(request.profile, Under::Nothing);
        let manner = request.manner();
        let from = anchors(self.pack, network, &manner, request.from, End::Start)?;
        let to = anchors(self.pack, network, &manner, request.to, End::Destination)?;
        let (from, to) = together(&from, &to);
        let outward = reached(network, from, false);
        let inward = reached(network, to, true);
        let mut obstacle = Obstacle::default();
        if outward.iter().zip(&inward).any(|(out, back)| *out && *back) {
            obstacle.forbidden = true;
            return Ok(obstacle);
        }
        obstacle.map_edge = [outward, inward]
            .iter()
            .filter(|part| !holds_main(network, part))
            .any(|part| {
                let nodes = network.tables.node_flags.iter().zip(part);
                nodes
                    .filter(|(_, reached)| **reached)
                    .any(|(flags, _)| flags & node_flag::MAP_EDGE != 0)
            });
        obstacle.island = !obstacle.map_edge;
        Ok(obstacle)
    }
}

/// The nodes one gets to from `anchor`, or from which one gets there, when no rule but the direction of a road counts.
fn reached(network: &Network, anchor: &Anchor, backward: bool) -> Vec<bool> {
    let turn = |edge: u32| if backward { edge ^ 1 } else { edge };
    let mut reached = vec![false; network.nodes.len()];
    let mut open: Vec<u32> = match anchor {
        Anchor::Junction(node) => vec![*node],
        Anchor::Road(position) => directions(network, position.segment)
            .map(|edge| network.tables.head(turn(edge)))
            .collect(),
    };
    let mut next: Vec<Vec<u32>> = vec![Vec::new(); network.nodes.len()];
    for edge in network.tables.passable_edges().map(turn) {
        next[network.tables.tail(edge) as usize].push(network.tables.head(edge));
    }
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut reached[node as usize], true) {
            open.extend(&next[node as usize]);
        }
    }
    reached
}

fn holds_main(network: &Network, part: &[bool]) -> bool {
    let mut main = network.tables.segments.iter();
    main.any(|row| {
        row.flags & flag::MAIN_ALL != 0 && (part[row.a as usize] || part[row.b as usize])
    })
}
