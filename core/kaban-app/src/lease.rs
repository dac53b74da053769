//! The lease as a shell shows it, and the one gate that every reading of a patient passes.
//!
//! A soft lock closes reading. Writing, one's own drafts, meeting the relay, handing the bag over,
//! the lid and the doctor go on.

use chrono::{DateTime, FixedOffset};
use kaban_model::duty::{LeaseState, LockWhy, ScopeState, lease_state, ordinary_turn_at};
use kaban_model::ids::PatientId;
use kaban_sync::workspace::Deed;
use kaban_vault::audit::{AuditEvent, AuditOutcome};
use serde::Serialize;

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::views::time;

/// How it stands with the leases of this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeaseView {
    /// The worst of the scopes: none, running, grace, overdue, soft_locked.
    pub state: String,
    /// Number of the latest link of the chain of duty, 0 for none.
    pub duty: u64,
    /// Start of the turn that link is for.
    pub turn_from: Option<String>,
    /// Its end.
    pub turn_to: Option<String>,
    /// End of what `state` says; for `overdue` since when.
    pub until: Option<String>,
    /// The bag is closed to reading.
    pub bag_locked: bool,
    /// What is one's own is closed to reading.
    pub own_locked: bool,
    /// What to show above everything, in Japanese and English.
    pub banner: Option<(String, String)>,
    /// Why something is closed, and what opens it, in Japanese and English.
    pub why: Option<(String, String)>,
}

/// What is closed to reading now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gate {
    pub bag: Option<LockWhy>,
    pub own: Option<LockWhy>,
}

impl Gate {
    /// Why a scope is closed, if it is; what is not of the bag is one's own.
    pub fn closes(&self, scope: Option<&str>) -> Option<LockWhy> {
        if scope == Some("bag") {
            self.bag
        } else {
            self.own
        }
    }

    pub fn lets(&self, scope: Option<&str>) -> bool {
        self.closes(scope).is_none()
    }
}

impl Bag {
    /// How it stands with the leases.
    pub fn lease(&mut self) -> Result<LeaseView> {
        let state = self.lease_state()?;
        let chain = self.workspace.association().duty();
        let link = chain.holder();
        let turn = link.map(|link| {
            let offer = link.offer.and_then(|offer| chain.offer(offer));
            let from = offer.map_or_else(
                || ordinary_turn_at(&link.at).from,
                |seen| seen.offer.turn_from,
            );
            (time(from), time(link.turn_to))
        });
        let (turn_from, turn_to) = turn.unzip();
        let worst = state.worst();
        let both = |(ja, en): (&str, &str)| (ja.to_owned(), en.to_owned());
        let why = state.bag.locked().or(state.own.locked());
        Ok(LeaseView {
            state: worst.word().to_owned(),
            duty: link.map_or(0, |link| link.n),
            turn_from,
            turn_to,
            until: worst.until().map(time),
            bag_locked: is_locked(state.bag),
            own_locked: is_locked(state.own),
            banner: state.banner().map(both),
            why: why.map(|why| both(why.words())),
        })
    }

    pub(crate) fn gate(&mut self) -> Result<Gate> {
        let state = self.lease_state()?;
        Ok(Gate {
            bag: state.bag.locked(),
            own: state.own.locked(),
        })
    }

    /// Lets a reading of one patient through, or refuses it with an audit row.
    pub(crate) fn pass(&mut self, event: AuditEvent, patient: PatientId) -> Result<()> {
        let gate = self.gate()?;
        let scope = self.read(|session, _| Ok(session.patient_scope(patient)))?;
        match gate.closes(scope) {
            None => Ok(()),
            Some(why) => Err(self.refused(event, patient, expired(why))),
        }
    }

    /// The same for what is not about one patient, such as the notebook.
    pub(crate) fn pass_own(&mut self, event: AuditEvent) -> Result<()> {
        let Some(why) = self.gate()?.own else {
            return Ok(());
        };
        let deed = Deed {
            outcome: AuditOutcome::Refused,
            ..Deed::counted(event, 0)
        };
        self.read(|session, cx| session.audit(cx, deed))?;
        Err(expired(why))
    }

    fn lease_state(&mut self) -> Result<LeaseState> {
        let now = self.now();
        let met = self.synced_at()?;
        let met = met.and_then(|at| DateTime::<FixedOffset>::parse_from_rfc3339(&at).ok());
        let facts = self.read(|session, _| session.lease_facts(now, met))?;
        Ok(lease_state(now, &facts))
    }
}

pub(crate) fn expired(why: LockWhy) -> AppError {
    AppError::new(Kind::LeaseExpired, why.words().1)
}

fn is_locked(state: ScopeState) -> bool {
    state.locked().is_some()
}
