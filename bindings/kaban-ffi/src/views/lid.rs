//! The lid, the health check, and what a synchronisation did.

use kaban_app::{Health, QuarantineView, StatusView};

use super::duty::LeaseView;
use super::{count, times};
use crate::ids::Timestamp;
use crate::phone::Connection;

/// Something that was not taken in, and why.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SetAside {
    /// Its id: of an envelope or a record.
    pub id: String,
    /// Why, as a code of `core/docs/formats.md` or in words.
    pub reason: String,
}

/// The lid: always there.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct LidView {
    /// Association.
    pub association: String,
    /// Who has opened the bag.
    pub me: String,
    /// Who is on duty by the signed chain; nobody before the first.
    pub on_duty: Option<String>,
    /// Since when.
    pub on_duty_since: Option<Timestamp>,
    /// Until when the turn runs.
    pub on_duty_until: Option<Timestamp>,
    /// This person, on this device, is on duty.
    pub holds_bag: bool,
    /// A former holder has not let go yet: both may believe to be on duty (引継ぎ未確認).
    pub handover_unconfirmed: bool,
    /// Last meeting with a relay.
    pub synced_at: Option<Timestamp>,
    /// What is on this device only: envelopes that no receipt covers.
    pub unsent: u64,
    /// Patients that can be read here.
    pub patients: u32,
    /// Patients that a lease keeps closed.
    pub locked: u32,
    /// Patients on the duty list.
    pub duty_list: u32,
    /// Fields that wait for a decision.
    pub conflicts: u32,
    /// Devices that were let in since this person last looked: see `Association::admissions`.
    pub new_admissions: u32,
    /// What was set aside.
    pub set_aside: Vec<SetAside>,
    /// The lease, with its banner.
    pub lease: LeaseView,
    /// What the phone believes of its connection.
    pub connection: Connection,
}

impl LidView {
    pub(crate) fn new(status: StatusView, lease: LeaseView, connection: Connection) -> Self {
        let StatusView {
            association,
            member,
            on_duty,
            on_duty_since,
            on_duty_until,
            holds_bag,
            handover_unconfirmed,
            synced_at,
            unsent,
            patients,
            locked,
            duty_list,
            conflicts,
            quarantined,
            new_admissions,
            refused_records,
            // A screen asks the association for them.
            suspensions: _,
        } = status;
        let envelopes = quarantined.into_iter().map(|view| {
            let QuarantineView { envelope, reason } = view;
            (envelope, reason)
        });
        Self {
            association,
            me: member,
            on_duty,
            on_duty_since: times(on_duty_since),
            on_duty_until: times(on_duty_until),
            holds_bag,
            handover_unconfirmed,
            synced_at: times(synced_at),
            unsent,
            patients: count(patients),
            locked: count(locked),
            duty_list: count(duty_list),
            conflicts: count(conflicts),
            new_admissions: count(new_admissions.len()),
            set_aside: envelopes
                .chain(refused_records)
                .map(|(id, reason)| SetAside { id, reason })
                .collect(),
            lease,
            connection,
        }
    }
}

/// One thing that the health check looked at.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Finding {
    /// What was checked.
    pub check: String,
    /// Nothing wrong.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What to do, empty when nothing.
    pub advice: String,
}

/// Store, chains, clock, keys: what is well and what is not.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct HealthView {
    /// Nothing wrong anywhere.
    pub ok: bool,
    /// One row a check.
    pub findings: Vec<Finding>,
}

impl From<Health> for HealthView {
    fn from(health: Health) -> Self {
        let Health { ok, findings } = health;
        let finding = |finding: kaban_app::Finding| {
            let kaban_app::Finding {
                check,
                ok,
                found,
                advice,
                // The exit code of the command line; a screen shows the finding itself.
                kind: _,
            } = finding;
            Finding {
                check: check.to_owned(),
                ok,
                found,
                advice: advice.to_owned(),
            }
        };
        Self {
            ok,
            findings: findings.into_iter().map(finding).collect(),
        }
    }
}

/// How far a synchronisation is.
#[derive(Clone, Default, PartialEq, Eq, uniffi::Record)]
pub struct SyncProgress {
    /// Envelopes received so far.
    pub received: u64,
    /// Envelopes still to be sent.
    pub unsent: u64,
}

impl From<kaban_sync::peer::Progress> for SyncProgress {
    fn from(progress: kaban_sync::peer::Progress) -> Self {
        let kaban_sync::peer::Progress { received, unsent } = progress;
        Self { received, unsent }
    }
}

/// What went over the network.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct TrafficView {
    /// Bytes of requests.
    pub bytes_out: u64,
    /// Bytes of answers.
    pub bytes_in: u64,
    /// Answered requests.
    pub round_trips: u64,
    /// Requests that broke and were tried again.
    pub broken: u64,
}

/// What a synchronisation did.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct SyncView {
    /// Envelopes that a receipt covers now.
    pub sent: u64,
    /// New envelopes.
    pub received: u64,
    /// Envelopes set aside.
    pub set_aside: u64,
    /// Envelopes the relay did not take.
    pub refused: Vec<SetAside>,
    /// Addresses that were met.
    pub peers: Vec<String>,
    /// What went over the network.
    pub traffic: TrafficView,
}

impl From<kaban_app::SyncView> for SyncView {
    fn from(view: kaban_app::SyncView) -> Self {
        let kaban_app::SyncView {
            sent,
            received,
            bytes_out,
            bytes_in,
            round_trips,
            broken,
            quarantined,
            refused,
            peers,
        } = view;
        let refused = refused
            .into_iter()
            .map(|(id, reason)| SetAside { id, reason });
        Self {
            sent,
            received,
            set_aside: quarantined,
            refused: refused.collect(),
            peers,
            traffic: TrafficView {
                bytes_out,
                bytes_in,
                round_trips,
                broken,
            },
        }
    }
}
