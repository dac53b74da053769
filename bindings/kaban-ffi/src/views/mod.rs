//! What screens show: immutable records, each made from one view of the core, taken apart whole.

mod duty;
mod form;
mod handover;
mod lid;
mod map;
mod pairing;
mod patient;
mod people;
mod visit;

pub use duty::{AbsenceView, Answerer, AnswersView, LeaseState, LeaseView, PassedOver};
pub use form::{Death, DrugGiven, VisitForm, Vitals};
pub use handover::{HandoverFile, HandoverState, HandoverView};
pub use lid::{Finding, HealthView, LidView, SetAside, SyncProgress, SyncView, TrafficView};
pub(crate) use map::profile;
pub use map::*;
pub use pairing::{
    AdmissionView, ChallengeView, Compared, GrantView, JoinRequestView, Joined, Proof,
};
pub use patient::{
    Age, ConflictView, FieldEntryView, HitView, PageLine, PageView, PatientRow, Scope, SearchView,
    ValueView,
};
pub use people::{
    DeviceStatus, DeviceView, FieldValue, FoundRequest, MemberView, PersonRequest, RegisterRequest,
    SuspensionView, WhoAmI,
};
pub use visit::{AmendmentView, DraftView, NoteView, SendState, VisitSaved, VisitView};

use crate::ids::Timestamp;

/// A text for a person, in both languages.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Words {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// A code of a closed list, with its words. A code that this version does not know has itself for words.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Coded {
    /// The code, empty where nothing was asked.
    pub code: String,
    /// The words.
    pub words: Words,
}

impl Words {
    pub(crate) fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ja: ja.into(),
            en: en.into(),
        }
    }
}

/// Times that the core made are RFC 3339 already.
fn times(at: Option<String>) -> Option<Timestamp> {
    at.map(Timestamp)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
