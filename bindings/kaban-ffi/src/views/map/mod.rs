//! What the map shows.

mod area;
mod closure;
mod place;
mod round;
mod route;

pub use area::{AreaPatient, AreaSource, AreaView, AreasView, NeighbourView, NeighboursView};
pub use closure::{
    ClosureRequest, ClosureShape, ClosureState, ClosureView, ClosuresView, LiftView, RoadStretch,
};
pub(crate) use place::profile;
pub use place::{
    DistrictView, GeoPoint, MapFiles, NearPlaceView, Precision, SnapView, Spot, Theme,
};
pub use round::{
    CallChoice, CallDelay, RoundObjective, RoundQuality, RoundRequest, RoundVehicle, RoundView,
    RoundVisit, ServiceView, StopView, TimeWindow, TripView, UnservedView, UnservedWhy,
};
pub use route::{
    MatrixView, MeasureView, NoWayView, RouteObjective, RouteOutcome, RouteRequest, Season,
    StepView, Tracks, TravelRequest, Turn, WayView,
};
