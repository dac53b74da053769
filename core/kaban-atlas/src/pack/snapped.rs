//! The road beside a position: where a pin touches the network, shown before anybody is sent there.

use super::Pack;
use crate::geo::{Coord, haversine_m};
use crate::snap;
use crate::tables::{Profile, flag};

/// A place on a road near a position.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapped {
    /// `[longitude, latitude]` on the road, degrees.
    pub at: [f64; 2],
    /// Metres from the position to it.
    pub metres: f64,
    /// Name of the road, empty when it has none.
    pub road: String,
}

impl Pack {
    /// The road nearest to `[longitude, latitude]`, one of the main network if one is as near; `None` when
    /// there is none within [`crate::SNAP_METRES_MAX`], or the position is not on the globe.
    #[must_use]
    pub fn snap(&self, profile: Profile, [lon, lat]: [f64; 2]) -> Option<Snapped> {
        let position = Coord::from_degrees(lon, lat)?;
        let network = self.network(profile);
        let tables = &network.tables;
        let nearest = network
            .grid
            .nearest(tables, position, flag::MAIN_ALL, |_| true);
        let segment = nearest.choice()?;
        let found = snap::project(tables, segment, position);
        let label = self.names.label(tables.segments[segment as usize].label);
        Some(Snapped {
            at: found.at.lon_lat(),
            metres: haversine_m(position, found.at),
            road: self.names.text(label.name).to_owned(),
        })
    }
}
