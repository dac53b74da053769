//! Which key of the store a document lies under: the bag if duty is the only reason this person
//! reads it, else own/team. Decided per document and person; what changes is re-boxed.

use kaban_model::ids::PatientId;
use kaban_model::people::DocKind;
use kaban_vault::store::Scope;

use super::{Cx, Session, State};
use crate::error::Error;
use crate::group::{DocKey, Group, PATIENT_DOCS};

impl State {
    /// The scope of a document, or nothing if this person may not read it here.
    pub(crate) fn scope_of(&self, doc: DocKey) -> Option<Scope> {
        let readers = doc.readers(&self.association);
        let in_group = |group: &Group| {
            *group != Group::Duty && self.association.members_of(*group).contains(&self.me.member)
        };
        let own = readers.iter().any(in_group);
        match (doc.patient, own, self.lease) {
            (None, true, _) => Some(Scope::Member),
            (Some(patient), true, _) => Some(Scope::Own(*patient.as_bytes())),
            (Some(_), false, Some(lease)) if may_be_in_bag(doc.kind) => Some(Scope::Bag(lease)),
            _ => None,
        }
    }

    /// The scope of a group's private half.
    pub(super) fn group_scope(&self, group: Group) -> Option<Scope> {
        match group {
            Group::Members | Group::Doctors | Group::Office => Some(Scope::Member),
            Group::Duty => self.lease.map(Scope::Bag),
            Group::TeamAll(patient) | Group::TeamClinical(patient) => {
                Some(Scope::Own(*patient.as_bytes()))
            }
        }
    }

    /// Whether this person is of the patient's team (or the office, for page 1): what they hold
    /// of the patient is theirs, and no handover erases it.
    pub(crate) fn is_own(&self, patient: PatientId) -> bool {
        matches!(self.scope_of(DocKey::of(patient, DocKind::Front)), Some(Scope::Own(_)))
    }
}

/// Documents that duty reads.
fn may_be_in_bag(kind: DocKind) -> bool {
    matches!(kind, DocKind::Front | DocKind::Chart | DocKind::Log | DocKind::Liaison)
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

    /// After people, teams or consent have changed: opens the keys that have become readable,
    /// re-boxes what lies under another scope than it should, and repairs the groups this
    /// person is in.
    pub(crate) fn reconcile(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        for group in [Group::Members, Group::Doctors, Group::Office] {
            self.heal_group(cx, group)?;
        }
        let association = std::rc::Rc::clone(&self.state.association);
        for (patient, registration) in association.patients() {
            let me = self.state.me.member;
            if !registration.team_members().any(|member| member == me) {
                continue;
            }
            self.heal_group(cx, Group::TeamAll(patient))?;
            self.heal_group(cx, Group::TeamClinical(patient))?;
            for kind in PATIENT_DOCS {
                self.rebox(DocKey::of(patient, kind))?;
            }
        }
        self.open_to_taker(cx)
    }

    /// After a TAKE the taker holds no key of the past: every device that can read a listed
    /// patient's documents seals their keys to the taker's Duty group, without a person.
    fn open_to_taker(&mut self, cx: &mut Cx<'_>) -> Result<(), Error> {
        let association = std::rc::Rc::clone(&self.state.association);
        let taken = association.duty().holder().is_some_and(|link| link.offer.is_none() && link.n > 1);
        if !taken || self.state.holds_bag() {
            return Ok(());
        }
        for patient in association.duty_list() {
            for kind in super::bag::BAG_DOCS {
                let doc = DocKey::of(patient, kind);
                if matches!(self.state.scope_of(doc), Some(Scope::Own(_))) {
                    self.cover(cx, doc)?;
                }
            }
        }
        Ok(())
    }

    /// Puts everything kept of one document under the scope it belongs to now.
    fn rebox(&mut self, doc: DocKey) -> Result<(), Error> {
        let Some(scope) = self.state.scope_of(doc) else { return Ok(()) };
        let tag = self.state.doc_tag(doc);
        let Some(present) = self.tx.row_scope("doc", b"", tag.as_bytes())? else { return Ok(()) };
        if present == scope {
            return Ok(());
        }
        self.ensure_scope(&scope)?;
        for (collection, parent, id) in self.rows_of(doc)? {
            self.tx.rescope(collection, &parent, &id, &scope)?;
        }
        Ok(())
    }
}
