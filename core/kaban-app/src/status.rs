//! The lid: who is on duty, how old the data is, what is unsent, what was set aside.

use serde::Serialize;

use crate::bag::Bag;
use crate::error::Result;
use crate::pairing::AdmissionView;
use crate::suspensions::SuspensionView;
use crate::views::time;

/// Why an envelope is named that is damaged on this device and asked for again.
const DAMAGED_HERE: &str = "damaged_here";

/// Something set aside.
#[derive(Clone, Debug, Serialize)]
pub struct QuarantineView {
    /// Envelope.
    pub envelope: String,
    /// Why.
    pub reason: String,
}

/// The lid.
#[derive(Clone, Debug, Serialize)]
pub struct StatusView {
    /// Association.
    pub association: String,
    /// This person.
    pub member: String,
    /// Who is on duty by the chain.
    pub on_duty: Option<String>,
    /// Since when.
    pub on_duty_since: Option<String>,
    /// Until when the turn runs.
    pub on_duty_until: Option<String>,
    /// This device holds the bag.
    pub holds_bag: bool,
    /// A former holder has not released yet: both may believe to be on duty.
    pub handover_unconfirmed: bool,
    /// Last meeting with a relay.
    pub synced_at: Option<String>,
    /// Envelopes that no receipt covers.
    pub unsent: u64,
    /// Patients readable here.
    pub patients: usize,
    /// Patients that lie here and are closed by a soft lock.
    pub locked: usize,
    /// Patients on the duty list.
    pub duty_list: usize,
    /// Fields that wait for a decision.
    pub conflicts: usize,
    /// What was set aside.
    pub quarantined: Vec<QuarantineView>,
    /// Devices that were let in since this person last looked.
    pub new_admissions: Vec<AdmissionView>,
    /// Records that did not count, and why.
    pub refused_records: Vec<(String, String)>,
    /// Suspensions that stand.
    pub suspensions: Vec<SuspensionView>,
}

impl Bag {
    /// The lid.
    pub fn status(&mut self) -> Result<StatusView> {
        let synced_at = self.synced_at()?;
        let gate = self.gate()?;
        let (unsent, mut quarantined, wanted) = self.read(|session, _| {
            let wanted = session.wanted()?;
            Ok((session.unsent()?, session.quarantined()?, wanted))
        })?;
        let damaged = wanted
            .iter()
            .map(|wanted| (wanted.hash, DAMAGED_HERE.to_owned()));
        quarantined.extend(damaged);
        let mut new_admissions = self.admissions()?;
        new_admissions.retain(|admission| admission.new);
        let roll = self.roll()?;
        let (mut patients, mut conflicts) = (0, 0);
        for (_, listed) in roll.open(gate) {
            patients += 1;
            conflicts += listed.row.conflicts;
        }
        let locked = roll.len() - patients;
        let association = self.workspace.association();
        let holder = association.duty().holder();
        let refused = association.refused();
        Ok(StatusView {
            association: association.name().to_owned(),
            member: self.name_of(self.workspace.member()),
            on_duty: holder.map(|link| self.name_of(link.member)),
            on_duty_since: holder.map(|link| time(link.at)),
            on_duty_until: holder.map(|link| time(link.turn_to)),
            holds_bag: self.workspace.holds_bag(),
            handover_unconfirmed: association.duty().is_unconfirmed(),
            synced_at,
            unsent,
            patients,
            locked,
            duty_list: association.duty_list().count(),
            conflicts,
            quarantined: quarantined
                .into_iter()
                .map(|(hash, reason)| QuarantineView {
                    envelope: hash.to_string(),
                    reason,
                })
                .collect(),
            new_admissions,
            refused_records: refused
                .map(|act| (act.record.to_string(), act.why.clone().into_owned()))
                .collect(),
            suspensions: self.suspensions(),
        })
    }
}
