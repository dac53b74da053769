#![doc = include_str!("../README.md")]

mod aside;
mod association;
mod bag;
mod duty;
mod error;
mod handover;
mod ids;
mod map;
mod notebook;
mod patients;
mod phone;
mod sync;
mod views;
mod visits;
mod watch;

pub use association::Association;
pub use bag::{Bag, answer_admin, challenge_admin, has_bag, request_to_join};
pub use duty::Duty;
pub use error::KabanError;
pub use handover::Handover;
pub use ids::{DeviceId, EntryId, FieldId, MemberId, PatientId, Timestamp, ValueId};
pub use map::DynamicMap;
pub use notebook::Notebook;
pub use patients::Patients;
pub use phone::{
    Connection, Connectivity, KeyVault, KeyVaultFailure, Location, PhoneClock, PhoneFailure,
    PhoneServices, Position, UnlockCost, WallTime, software_key_vault,
};
pub use sync::{SyncHandle, SyncListener, SyncOutcome};
pub use views::*;
pub use visits::Visits;
pub use watch::{
    LidListener, ListenerError, NotebookListener, PageListener, PatientListListener, Subscription,
};

uniffi::setup_scaffolding!();
