//! Where on the network the ends of a route lie: a position is put on the nearest road, or on the junction it stands at.

use super::rules;
use super::{End, Manner, Place, RouteError, Tracks};
use crate::geo::Coord;
use crate::network::Network;
use crate::pack::Pack;
use crate::snap::{self, RoadPosition};
use crate::tables::{NodePlace, flag, node_flag};

/// A position this near to a junction, along its road, is at the junction: a house at a corner is reached by either street
/// (metres).
const AT_JUNCTION_METRES: f64 = 5.0;

/// Where on the network an end lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Junction(u32),
    Road(RoadPosition),
}

impl Anchor {
    pub fn at(&self, network: &Network) -> Coord {
        match self {
            Anchor::Junction(node) => network.tables.coords[*node as usize],
            Anchor::Road(position) => position.at,
        }
    }
}

/// The candidates for an end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Anchors {
    /// On a road of the main network, if one is not much farther.
    pub preferred: Anchor,
    /// On the nearest road of all.
    pub nearest: Anchor,
    /// The segment of the nearest road; a junction named by its node has none.
    segment: Option<u32>,
}

impl Anchors {
    /// A place that is named exactly.
    fn exactly(anchor: Anchor) -> Self {
        let segment = match anchor {
            Anchor::Junction(_) => None,
            Anchor::Road(position) => Some(position.segment),
        };
        Self {
            preferred: anchor,
            nearest: anchor,
            segment,
        }
    }

    fn on_roads(network: &Network, preferred: RoadPosition, nearest: RoadPosition) -> Self {
        Self {
            preferred: settled(network, preferred),
            nearest: settled(network, nearest),
            segment: Some(nearest.segment),
        }
    }
}

/// Finds the candidates for an end.
pub(super) fn anchors(
    pack: &Pack,
    network: &Network,
    manner: &Manner,
    place: Place,
    end: End,
) -> Result<Anchors, RouteError> {
    match place {
        Place::Node(id) => {
            let found = match pack.node_place(manner.profile, id) {
                Some(NodePlace::Junction(node)) => Some(Anchor::Junction(node)),
                Some(NodePlace::Point(point)) => {
                    snap::at_point(&network.tables, point).map(Anchor::Road)
                }
                None => None,
            };
            found
                .map(Anchors::exactly)
                .ok_or(RouteError::UnknownNode(end))
        }
        Place::Point([lon, lat]) => {
            let at = Coord::from_degrees(lon, lat).ok_or(RouteError::BadPosition(end))?;
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
            let on = |segment| snap::project(&network.tables, segment, at);
            match (nearest.choice(), nearest.any) {
                (Some(best), Some((_, any))) => Ok(Anchors::on_roads(network, on(best), on(any))),
                _ => Err(RouteError::NoRoadNear(end)),
            }
        }
    }
}

/// The nearest roads of both ends if they are on one segment, the preferred ones otherwise.
pub(super) fn together<'a>(from: &'a Anchors, to: &'a Anchors) -> (&'a Anchor, &'a Anchor) {
    if from.segment.is_some() && from.segment == to.segment {
        (&from.nearest, &to.nearest)
    } else {
        (&from.preferred, &to.preferred)
    }
}

/// The junction at which a place on a road lies, unless something stands there that may not be passed; else the place itself.
fn settled(network: &Network, position: RoadPosition) -> Anchor {
    const BARRIER: u8 =
        node_flag::BLOCKED | node_flag::CLOSED | node_flag::VISITOR | node_flag::LOCKED;
    let segment = &network.tables.segments[position.segment as usize];
    let metres = f64::from(segment.length) / 10.0;
    let before = position.fraction * metres;
    let (node, off) = if before <= metres - before {
        (segment.a, before)
    } else {
        (segment.b, metres - before)
    };
    let passable = network.nodes[node as usize] & BARRIER == 0;
    if passable && off <= AT_JUNCTION_METRES {
        Anchor::Junction(node)
    } else {
        Anchor::Road(position)
    }
}
