//! The dynamic map (動態地図): the district pack of this device, the houses on it, and the roads between them.
//!
//! A pack is public data and is held apart from the bag: it may be replaced while it is in use, and
//! nothing that takes long — opening one, searching a road — holds the bag. What is secret, the houses,
//! is read from the bag in one short use case and never written anywhere.

mod areas;
mod caveats;
mod closing;
mod houses;
mod neighbours;
mod pack;
mod pins;
mod roads;
mod round;
mod service;
mod style;
mod tables;
#[cfg(test)]
mod tests;
mod travel;

pub use areas::{AreaPatient, AreaView, AreasView};
pub use caveats::Caveats;
pub use closing::ClosedRoadView;
pub use houses::{AreaSource, House, Houses};
pub use neighbours::{Nearness, NeighbourView, NeighboursView, neighbours};
pub use pack::{DistrictView, DynamicMap};
pub use roads::{Journey, JourneyView, NoWayView, RouteOutcome, SnapView, Spot};
pub use round::{InsertionView, RoundInput, RoundVehicle, RoundView, RoundVisit};
pub use service::ServiceView;
pub use style::StylePlaces;
pub use tables::{MatrixView, NearPlaceView, NearestView};
pub use travel::{ChangingClosure, Outlook, RoadsNow, Travel};

pub(crate) use travel::check_shape;
