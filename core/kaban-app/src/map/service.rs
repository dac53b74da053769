//! How long a visit takes at one patient, learnt from the visits that were made.

use chrono::TimeDelta;
use kaban_model::ids::PatientId;
use kaban_model::people::DocKind;
use kaban_model::visit::{ItemKind, ItemLink, VisitNote};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Deed, ItemSeen};
use kaban_vault::audit::AuditEvent;
use serde::Serialize;

use crate::bag::Bag;
use crate::error::Result;

/// Minutes of a visit of which too little is known.
const MINUTES_DEFAULT: i64 = 20;
/// From so many visits on the median is used.
const VISITS_MIN: usize = 5;
/// A visit of more hours is a mistake of entry.
const HOURS_MAX: i64 = 6;

/// How long a visit takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceView {
    /// Minutes, rounded.
    pub minutes: i64,
    /// How many visits say so.
    pub visits: usize,
    /// Whether that is enough; else the minutes are the usual ones.
    pub learnt: bool,
}

impl Bag {
    /// The median time from arrival to leaving over a patient's visits, or 20 minutes below five of
    /// them. Drafts, and what was taken back, do not count. One audit row.
    ///
    /// # Errors
    /// [`crate::Kind::NotFound`], [`crate::Kind::LeaseExpired`].
    pub fn service_minutes(&mut self, patient: PatientId) -> Result<ServiceView> {
        self.check_registered(patient)?;
        self.pass(AuditEvent::OpenPatient, patient)?;
        let seen = self.read(|session, cx| {
            session.audit(cx, Deed::to(AuditEvent::OpenPatient, patient))?;
            session.items(DocKey::of(patient, DocKind::Log))
        })?;
        let mut seconds: Vec<i64> = seen
            .iter()
            .filter(|visit| visit.item.kind == ItemKind::Visit && !is_taken_back(&seen, visit))
            .filter_map(|visit| length(patient, visit))
            .map(|length| length.num_seconds())
            .collect();
        let visits = seconds.len();
        let learnt = visits >= VISITS_MIN;
        let minutes = if learnt {
            (median(&mut seconds) + 30) / 60
        } else {
            MINUTES_DEFAULT
        };
        Ok(ServiceView {
            minutes,
            visits,
            learnt,
        })
    }
}

fn is_taken_back(seen: &[ItemSeen], visit: &ItemSeen) -> bool {
    let taken_back = Some(ItemLink::Retracts(visit.item.id));
    seen.iter().any(|other| other.item.link == taken_back)
}

fn length(patient: PatientId, visit: &ItemSeen) -> Option<TimeDelta> {
    let note = VisitNote::from_value(patient, visit.item.body.clone()).ok()?;
    let length = note.left_at? - note.arrived_at;
    (length <= TimeDelta::hours(HOURS_MAX)).then_some(length)
}

/// Of an even number the mean of the two in the middle, rounded down.
fn median(seconds: &mut [i64]) -> i64 {
    seconds.sort_unstable();
    let middle = seconds.len() / 2;
    let upper = seconds[middle];
    if seconds.len().is_multiple_of(2) {
        i64::midpoint(seconds[middle - 1], upper)
    } else {
        upper
    }
}
