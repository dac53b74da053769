//! Which key of the store a document lies under: the bag if duty is the only reason this person
//! reads it, else own/team. Decided per document and person; what changes is re-boxed.

use std::collections::BTreeSet;
use std::sync::Arc;

use kaban_model::ids::PatientId;
use kaban_model::people::DocKind;
use kaban_proto::envelope::Kind;
use kaban_vault::store::{EnvelopeState, Scope};

use super::{Cx, Session, State};
use crate::acts::Act;
use crate::error::Error;
use crate::group::{DocKey, Group, PATIENT_DOCS};

pub(super) const HELD: &str = "held";

impl State {
    /// The scope of a document, or nothing if this person may not read it here.
    pub(crate) fn scope_of(&self, doc: DocKey) -> Option<Scope> {
        let readers = doc.readers(&self.association);
        let in_group = |group: &Group| {
            *group != Group::Duty
                && self
                    .association
                    .members_of(*group)
                    .contains(&self.me.member)
        };
        let own = readers.iter().any(in_group);
        match (doc.patient, own, self.lease) {
            (None, true, _) => Some(Scope::Member),
            (Some(patient), true, _) => Some(Scope::Own(*patient.as_bytes())),
            (Some(patient), false, Some(lease))
                if may_be_in_bag(doc.kind) && self.association.on_duty_list(patient) =>
            {
                Some(Scope::Bag(lease.id))
            }
            _ => None,
        }
    }

    /// The scope of a group's private half.
    pub(super) fn group_scope(&self, group: Group) -> Option<Scope> {
        match group {
            Group::Members | Group::Doctors | Group::Office => Some(Scope::Member),
            Group::Duty => self.lease.map(|lease| Scope::Bag(lease.id)),
            Group::TeamAll(patient) | Group::TeamClinical(patient) => {
                Some(Scope::Own(*patient.as_bytes()))
            }
        }
    }

    /// Whether this person is of the patient's team (or the office, for page 1): what they hold
    /// of the patient is theirs, and no handover erases it.
    pub(crate) fn is_own(&self, patient: PatientId) -> bool {
        matches!(
            self.scope_of(DocKey::of(patient, DocKind::Front)),
            Some(Scope::Own(_))
        )
    }
}

/// Documents that duty reads.
fn may_be_in_bag(kind: DocKind) -> bool {
    matches!(
        kind,
        DocKind::Front | DocKind::Chart | DocKind::Log | DocKind::Liaison
    )
}

/// Whose documents a change of people, teams, consent or duty touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Touched {
    /// Everybody's.
    All,
    /// These patients'.
    Patients(BTreeSet<PatientId>),
}

impl Default for Touched {
    fn default() -> Self {
        Self::Patients(BTreeSet::new())
    }
}

impl Touched {
    /// Both together.
    pub(crate) fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Patients(ours), Self::Patients(theirs)) => ours.extend(theirs),
            (_, Self::All) => *self = Self::All,
            (Self::All, _) => {}
        }
    }

    /// What a record's acts touch.
    pub(crate) fn by<'a>(acts: impl IntoIterator<Item = &'a Act>) -> Self {
        let mut patients = BTreeSet::new();
        for act in acts {
            match act {
                Act::Register { patient, .. }
                | Act::Unregister { patient, .. }
                | Act::ConsentGiven { patient, .. }
                | Act::ConsentWithdrawn { patient, .. }
                | Act::TeamAdd { patient, .. }
                | Act::TeamRemove { patient, .. } => {
                    patients.insert(*patient);
                }
                Act::Absence { .. }
                | Act::Unreached { .. }
                | Act::Prekey { .. }
                | Act::RelayKey { .. }
                | Act::Offer(_)
                | Act::Withdraw { .. }
                | Act::Release { .. }
                | Act::SeenOf { .. }
                | Act::Ack { .. } => {}
                _ => return Self::All,
            }
        }
        Self::Patients(patients)
    }
}

impl Session<'_, '_> {
    pub(super) fn ensure_scope(&mut self, scope: &Scope) -> Result<(), Error> {
        if let Scope::Own(patient) = scope
            && !self.tx.has_scope(scope)?
        {
            self.tx.create_own_scope(*patient)?;
        }
        Ok(())
    }

    /// After people, teams, consent or duty have changed by this device's own hand.
    pub(crate) fn reconcile(&mut self, cx: &mut Cx<'_>, touched: &Touched) -> Result<(), Error> {
        self.put_away(cx, touched)?;
        self.seal_anew(cx, touched)
    }

    /// Re-boxes what lies under another scope than it should, drops what may no longer be read
    /// here, and takes back what has become readable, to be read again. A draft goes first, while
    /// the keys to hand it in with are there.
    pub(super) fn put_away(&mut self, cx: &mut Cx<'_>, touched: &Touched) -> Result<(), Error> {
        for patient in self.patients_of(touched) {
            self.settle_draft(cx, patient)?;
            for kind in PATIENT_DOCS {
                self.refresh(DocKey::of(patient, kind))?;
            }
            self.forget_team(patient)?;
        }
        for doc in DocKey::shared() {
            self.refresh(doc)?;
        }
        Ok(())
    }

    /// Repairs the groups this person is in, and opens to the holder of the bag what is listed.
    pub(super) fn seal_anew(&mut self, cx: &mut Cx<'_>, touched: &Touched) -> Result<(), Error> {
        if *touched == Touched::default() {
            return Ok(());
        }
        for group in [Group::Members, Group::Doctors, Group::Office] {
            self.heal_group(cx, group)?;
        }
        for patient in self.patients_of(touched) {
            self.heal_group(cx, Group::TeamAll(patient))?;
            self.heal_group(cx, Group::TeamClinical(patient))?;
            self.open_to_duty(cx, patient)?;
        }
        Ok(())
    }

    fn patients_of(&self, touched: &Touched) -> Vec<PatientId> {
        let all = self
            .state
            .association
            .patients()
            .map(|(patient, _)| patient);
        match touched {
            Touched::All => all.collect(),
            Touched::Patients(some) => all.filter(|patient| some.contains(patient)).collect(),
        }
    }

    /// Brings what is kept of one document in line with who may read it now.
    pub(super) fn refresh(&mut self, doc: DocKey) -> Result<(), Error> {
        let wanted = self.state.scope_of(doc);
        let held = self.held(doc)?;
        match (held, wanted) {
            (held, wanted) if held == wanted => Ok(()),
            (Some(held), Some(wanted)) if self.tx.has_scope(&held)? => {
                self.ensure_scope(&wanted)?;
                for (collection, parent, id) in self.rows_of(doc)? {
                    self.tx.rescope(collection, &parent, &id, &wanted)?;
                }
                self.set_held(doc, Some(wanted))
            }
            (_, None) => {
                self.drop_rows(doc)?;
                self.set_held(doc, None)
            }
            (_, Some(wanted)) => {
                self.drop_rows(doc)?;
                self.ensure_scope(&wanted)?;
                self.set_held(doc, Some(wanted))?;
                self.park_again(doc)
            }
        }
    }

    /// A patient of whom nothing is this person's own any more: the keys of the team go, and with
    /// the key of the patient's scope everything that still lay under it.
    fn forget_team(&mut self, patient: PatientId) -> Result<(), Error> {
        let scope = Scope::Own(*patient.as_bytes());
        let own = |kind: &DocKind| self.state.scope_of(DocKey::of(patient, *kind)) == Some(scope);
        if !PATIENT_DOCS.iter().any(own) && self.tx.has_scope(&scope)? {
            self.tx.drop_own_scope(*patient.as_bytes())?;
        }
        Ok(())
    }

    /// Takes a document's envelopes back to be read once more, with whatever keys open now.
    fn park_again(&mut self, doc: DocKey) -> Result<(), Error> {
        let tag = self.state.doc_tag(doc);
        self.relearn(tag)?;
        for envelope in super::send::kept(self.tx, tag)? {
            if envelope.header().kind == Kind::Data {
                self.tx
                    .set_envelope_state(&envelope.hash(), EnvelopeState::Parked)?;
                self.state.read_again = true;
            }
        }
        Ok(())
    }

    fn drop_rows(&mut self, doc: DocKey) -> Result<(), Error> {
        for (collection, parent, id) in self.rows_of(doc)? {
            self.tx.delete_row(collection, &parent, &id)?;
        }
        Ok(())
    }

    /// The scope that everything this person keeps of a document lies under.
    fn held(&mut self, doc: DocKey) -> Result<Option<Scope>, Error> {
        let tag = self.state.doc_tag(doc);
        let row = self.tx.get_row(HELD, b"", tag.as_bytes())?;
        Ok(row.and_then(|bytes| {
            let id = bytes.get(1..17)?.try_into().ok()?;
            match bytes.first()? {
                1 => Some(Scope::Member),
                2 => Some(Scope::Own(id)),
                3 => Some(Scope::Bag(id)),
                _ => None,
            }
        }))
    }

    fn set_held(&mut self, doc: DocKey, scope: Option<Scope>) -> Result<(), Error> {
        let tag = self.state.doc_tag(doc);
        let (kind, id) = match scope {
            Some(Scope::Member) => (1, [0; 16]),
            Some(Scope::Own(id)) => (2, id),
            Some(Scope::Bag(id)) => (3, id),
            Some(Scope::Device) | None => {
                self.tx.delete_row(HELD, b"", tag.as_bytes())?;
                return Ok(());
            }
        };
        let row = [&[kind][..], &id].concat();
        self.tx
            .put_row(&Scope::Member, HELD, b"", tag.as_bytes(), &row)?;
        Ok(())
    }

    /// Where a document's rows go, noted before the first of them is written.
    pub(super) fn hold(&mut self, doc: DocKey) -> Result<Option<Scope>, Error> {
        let Some(scope) = self.state.scope_of(doc) else {
            return Ok(None);
        };
        self.ensure_scope(&scope)?;
        match self.held(doc)? {
            Some(held) if held == scope => {}
            Some(_) => self.refresh(doc)?,
            None => self.set_held(doc, Some(scope))?,
        }
        Ok(Some(scope))
    }

    /// Whoever holds the bag can read everybody on the list: a patient listed before there was a
    /// holder, or before they consented, or one of a holder who took duty without an offer, is
    /// opened to the holder by every device that can, without a person.
    pub(super) fn open_to_duty(
        &mut self,
        cx: &mut Cx<'_>,
        patient: PatientId,
    ) -> Result<(), Error> {
        let association = Arc::clone(&self.state.association);
        if association.duty().holder().is_none() || !association.on_duty_list(patient) {
            return Ok(());
        }
        for kind in super::bag::BAG_DOCS {
            let doc = DocKey::of(patient, kind);
            if matches!(self.state.scope_of(doc), Some(Scope::Own(_))) {
                self.cover(cx, doc)?;
            }
        }
        Ok(())
    }
}
