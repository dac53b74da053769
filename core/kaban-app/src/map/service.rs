//! How long a visit takes at one patient, learnt from the visits that were made.

use kaban_atlas::round::{SERVICE_DEFAULT_S, SERVICE_VISITS_MIN, learn_service};
use kaban_model::ids::PatientId;
use kaban_model::people::DocKind;
use kaban_model::visit::{ItemKind, ItemLink, VisitNote};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Deed, ItemSeen};
use kaban_vault::audit::AuditEvent;
use serde::Serialize;

use crate::bag::Bag;
use crate::error::Result;

/// A visit of more hours is a mistake of entry, and a shorter one than nothing, too.
const SECONDS_SOUND: std::ops::RangeInclusive<i64> = 0..=6 * 60 * 60;

/// How long a visit takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceView {
    /// Seconds.
    pub seconds: u32,
    /// The same in minutes, rounded.
    pub minutes: u32,
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
        let lengths: Vec<i64> = seen
            .iter()
            .filter(|visit| visit.item.kind == ItemKind::Visit && !is_taken_back(&seen, visit))
            .filter_map(|visit| length(patient, visit))
            .collect();
        let visits = lengths.len();
        let pairs = lengths.into_iter().map(|length| ((), length));
        let seconds = learn_service(pairs)
            .remove(&())
            .unwrap_or(SERVICE_DEFAULT_S);
        Ok(ServiceView {
            seconds,
            minutes: (seconds + 30) / 60,
            visits,
            learnt: visits >= SERVICE_VISITS_MIN,
        })
    }
}

fn is_taken_back(seen: &[ItemSeen], visit: &ItemSeen) -> bool {
    let taken_back = Some(ItemLink::Retracts(visit.item.id));
    seen.iter().any(|other| other.item.link == taken_back)
}

/// Seconds from arrival to leaving, where both are told and make sense.
fn length(patient: PatientId, visit: &ItemSeen) -> Option<i64> {
    let note = VisitNote::from_value(patient, visit.item.body.clone()).ok()?;
    let seconds = (note.left_at? - note.arrived_at).num_seconds();
    SECONDS_SOUND.contains(&seconds).then_some(seconds)
}
