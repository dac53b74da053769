#![doc = include_str!("../README.md")]

mod audit;
mod bag;
mod changes;
mod closures;
mod consent;
mod corrections;
mod doctor;
mod drafts;
mod duty;
mod environment;
mod error;
mod handover;
mod import;
pub mod input;
mod lease;
mod map;
mod members;
mod notebook;
mod packs;
mod pairing;
mod patients;
mod register;
mod resolve;
mod roll;
mod roster;
mod shared;
mod status;
mod suspensions;
mod syncing;
mod views;
mod visits;
mod watch;

pub use audit::{AuditLine, AuditVerdict};
pub use bag::Bag;
pub use closures::{ClosureInput, ClosureView, ClosuresView, LiftView};
pub use consent::{ConsentInput, ConsentView};
pub use doctor::{Finding, Health};
pub use drafts::DraftView;
pub use duty::{AnswerView, AnswersView, WhoInput};
pub use environment::{Clock, Environment, SetClock, SystemClock};
pub use error::{AppError, Kind, Result};
pub use handover::{CarriedFile, HandoverView, OfferInput, carried_file};
pub use import::{ImportOutcome, read_paths};
pub use lease::LeaseView;
pub use map::{
    AreaPatient, AreaSource, AreaView, AreasView, Caveats, ChangingClosure, ClosedRoadView,
    DistrictView, DynamicMap, House, Houses, InsertionView, Journey, JourneyView, MatrixView,
    NearPlaceView, NearestView, Nearness, NeighbourView, NeighboursView, NoWayView, Outlook,
    RoadsNow, RoundInput, RoundVehicle, RoundView, RoundVisit, RouteOutcome, ServiceView, SnapView,
    Spot, StylePlaces, Travel, neighbours,
};
pub use members::{DeviceView, MemberView, WhoAmI};
pub use notebook::NoteView;
pub use packs::{FetchView, ImportedPack, MapStanding, PackView, ShareView, ShelfView};
pub use pairing::{AdmissionView, ChallengeView, GrantView, Joined, NewDevice};
pub use patients::{
    ConflictView, FieldView, HitView, HitsView, PatientRowView, PatientView, RegisterInput,
    SetInput,
};
pub use register::RegisterForm;
pub use roster::{
    RosterPlan, RosterPlanInput, RosterShareView, RosterTurnView, RosterView, plan_roster,
    turn_kind_words,
};
pub use shared::SharedBag;
pub use status::{QuarantineView, StatusView};
pub use suspensions::SuspensionView;
pub use syncing::{Brief, SyncView, Waits};
pub use visits::{ItemView, VisitInput};
pub use watch::{Subscription, watch};
