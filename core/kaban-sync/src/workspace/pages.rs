//! Reading: every plaintext that leaves here has left a row in the audit chain first, in the
//! same transaction. No row, no plaintext.

use kaban_model::ids::PatientId;
use kaban_model::patient::{FieldPath, ListRow, PatientPage};
use kaban_model::people::DocKind;
use kaban_vault::audit::{AuditEntry, AuditEvent, AuditOutcome, AuditReport, AuditRow};
use kaban_vault::store::Scope;
use serde_json::Value;

use super::{Cx, Session};
use crate::error::Error;
use crate::group::DocKey;

/// What an audit row says beside who and when.
#[derive(Clone)]
pub struct Deed {
    /// What was done.
    pub event: AuditEvent,
    /// To which patient.
    pub patient: Option<PatientId>,
    /// How many.
    pub count: u64,
    /// With what outcome.
    pub outcome: AuditOutcome,
}

impl Deed {
    /// Something done to one patient.
    pub fn to(event: AuditEvent, patient: PatientId) -> Self {
        Self {
            event,
            patient: Some(patient),
            count: 1,
            outcome: AuditOutcome::Done,
        }
    }

    /// Something done to several, or to none.
    pub fn counted(event: AuditEvent, count: usize) -> Self {
        Self {
            event,
            patient: None,
            count: count as u64,
            outcome: AuditOutcome::Done,
        }
    }
}

impl Session<'_, '_> {
    /// Appends to the audit chain; a refusal that repeats itself is one row with a count.
    pub fn audit(&mut self, cx: &Cx<'_>, deed: Deed) -> Result<(), Error> {
        let Deed {
            event,
            patient,
            count,
            outcome,
        } = deed;
        let entry = AuditEntry {
            wall_ms: cx.now.timestamp_millis(),
            offset_minutes: i16::try_from(cx.now.offset().local_minus_utc() / 60).unwrap_or(0),
            member: self.state.me.member,
            device: self.state.me.device,
            event,
            patient: patient.map(|patient| *patient.as_bytes()),
            documents: Vec::new(),
            count,
            outcome,
        };
        // What anybody can have refused as often as they like is counted.
        let refused = entry.outcome != AuditOutcome::Done || entry.event == AuditEvent::Quarantine;
        if refused {
            self.tx.audit_refusal(entry)?;
        } else {
            self.tx.audit(entry)?;
        }
        Ok(())
    }

    /// The patients this device can read, as list rows, without an audit row: for what stays in
    /// memory. Whoever hands rows out writes one first.
    pub fn index_rows(&mut self) -> Result<Vec<(PatientId, ListRow)>, Error> {
        self.list_rows_of_all()
    }

    /// The same of one patient.
    pub fn index_row(&mut self, patient: PatientId) -> Result<Option<ListRow>, Error> {
        self.list_row_of(patient)
    }

    /// One single field of a patient, the newest value shown, without an audit row: for what stays in
    /// memory, such as the pin beside the list.
    pub fn index_value(
        &mut self,
        patient: PatientId,
        path: &FieldPath,
    ) -> Result<Option<Value>, Error> {
        self.value_of(patient, path)
    }

    /// One patient's pages; one audit row.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing of the patient is readable here.
    pub fn open_patient(&mut self, cx: &Cx<'_>, patient: PatientId) -> Result<PatientPage, Error> {
        let page = self.page_of(patient)?;
        let page = page.ok_or(Error::NotFound("patient on this device"))?;
        self.audit(cx, Deed::to(AuditEvent::OpenPatient, patient))?;
        Ok(page)
    }

    /// The pages without an audit row, for use cases that write one of their own.
    pub fn page(&mut self, patient: PatientId) -> Result<Option<PatientPage>, Error> {
        self.page_of(patient)
    }

    /// A small number this device keeps for itself under a name.
    pub fn device_number(&mut self, collection: &str, id: &[u8]) -> Result<Option<u64>, Error> {
        let row = self.tx.get_row(collection, b"", id)?;
        Ok(row.and_then(|bytes| Some(u64::from_be_bytes(bytes.as_slice().try_into().ok()?))))
    }

    /// Keeps a small number.
    pub fn set_device_number(
        &mut self,
        collection: &str,
        id: &[u8],
        number: u64,
    ) -> Result<(), Error> {
        Ok(self
            .tx
            .put_row(&Scope::Device, collection, b"", id, &number.to_be_bytes())?)
    }

    /// A text this device keeps for itself, such as a receipt.
    pub fn device_text(&mut self, collection: &str, id: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(self
            .tx
            .get_row(collection, b"", id)?
            .map(|bytes| bytes.to_vec()))
    }

    /// Keeps a text.
    pub fn set_device_text(
        &mut self,
        collection: &str,
        id: &[u8],
        text: &[u8],
    ) -> Result<(), Error> {
        Ok(self.tx.put_row(&Scope::Device, collection, b"", id, text)?)
    }

    /// The patient that a foreign number or address was noted for.
    pub fn known_by(&mut self, collection: &str, text: &str) -> Result<Option<PatientId>, Error> {
        let name = self.tx.derive_lookup(collection, text.as_bytes())?;
        let row = self.tx.get_row(collection, b"", &name)?;
        Ok(row.and_then(|bytes| Some(PatientId::from_bytes(bytes.as_slice().try_into().ok()?))))
    }

    /// Notes a foreign number or address of a patient, under the key of the patient's own scope.
    pub fn set_known_by(
        &mut self,
        collection: &str,
        text: &str,
        patient: PatientId,
    ) -> Result<(), Error> {
        let Some(scope) = self.state.scope_of(DocKey::of(patient, DocKind::Front)) else {
            return Ok(());
        };
        let name = self.tx.derive_lookup(collection, text.as_bytes())?;
        Ok(self
            .tx
            .put_row(&scope, collection, b"", &name, patient.as_bytes())?)
    }

    /// Whether a patient is this person's own, in the bag, or neither.
    pub fn patient_scope(&self, patient: PatientId) -> Option<&'static str> {
        match self.state.scope_of(DocKey::of(patient, DocKind::Front)) {
            Some(Scope::Own(_)) => Some("own"),
            Some(Scope::Bag(_)) => Some("bag"),
            _ => None,
        }
    }

    /// Rows of the audit chain of this device.
    pub fn audit_rows(&mut self, from: u64, limit: usize) -> Result<Vec<AuditRow>, Error> {
        Ok(self.tx.audit_rows(from, limit)?)
    }

    /// Checks the audit chain.
    pub fn verify_audit(&mut self) -> Result<AuditReport, Error> {
        Ok(self.tx.verify_audit()?)
    }
}
