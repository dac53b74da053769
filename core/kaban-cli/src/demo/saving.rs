//! How the story saves: each function writes on a device and notes in the ledger what the device
//! said it had saved.

use kaban_app::{AppError, ClosureInput, ImportOutcome, Kind, RegisterInput, VisitInput};
use kaban_model::duty::ConsentGiven;
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::patient::{Content, FieldPath, validate};
use kaban_model::people::DocKind;
use kaban_sync::group::DocKey;
use kaban_sync::workspace::NewValue;
use serde_json::Value;

use super::sight::items;
use super::story::Story;

impl Story<'_> {
    /// Values of a patient, as a person writes them.
    pub fn save_values(
        &mut self,
        device: usize,
        patient: PatientId,
        values: Vec<(FieldPath, Value)>,
    ) -> Result<(), AppError> {
        let values = validated(values)?;
        let new = values.iter().map(|(path, value)| NewValue {
            path: *path,
            content: Content::Value(value.clone()),
            source: None,
            decides: Vec::new(),
        });
        let new = new.collect();
        self.world.device(device).bag()?.put_values(patient, new)?;
        self.note_values(patient, values);
        Ok(())
    }

    /// A new patient with first values.
    pub fn save_registration(
        &mut self,
        device: usize,
        input: RegisterInput,
    ) -> Result<PatientId, AppError> {
        let values = validated(input.values.clone())?;
        let patient = self.world.device(device).bag()?.register(input)?;
        self.note_values(patient, values);
        Ok(patient)
    }

    /// Patients from files: what the device shows of them afterwards was saved.
    pub fn save_import(
        &mut self,
        device: usize,
        files: &[(String, Vec<u8>)],
        consent: &ConsentGiven,
    ) -> Result<ImportOutcome, AppError> {
        let bag = self.world.device(device).bag()?;
        let outcome = bag.import_fhir(files, Some(consent))?;
        for patient in &outcome.patients {
            let page = self.world.device(device).page(*patient)?;
            for (path, state) in &page.page.fields {
                for value in state.shown.iter().filter_map(|entry| entry.value()) {
                    self.ledger.field(*patient, *path, value.clone());
                }
            }
            for kind in [DocKind::Log, DocKind::Source] {
                let doc = DocKey::of(*patient, kind);
                for (id, body) in items(self.world.device(device).bag()?, doc)? {
                    self.ledger.item(doc, id, body);
                }
            }
        }
        Ok(outcome)
    }

    /// A visit.
    pub fn save_visit(
        &mut self,
        device: usize,
        patient: PatientId,
        body: Value,
    ) -> Result<ItemId, AppError> {
        let bag = self.world.device(device).bag()?;
        let (id, _) = bag.add_visit(patient, VisitInput { body })?;
        self.note_item(device, DocKey::of(patient, DocKind::Log), id)?;
        Ok(id)
    }

    /// An entry of the notebook between doctors.
    pub fn save_note(&mut self, device: usize, text: &str) -> Result<(), AppError> {
        let id = self
            .world
            .device(device)
            .bag()?
            .add_note(text, None, false)?;
        self.note_item(device, DocKey::notebook(), id)
    }

    /// A closed road.
    pub fn save_closure(&mut self, device: usize, input: ClosureInput) -> Result<ItemId, AppError> {
        let id = self.world.device(device).bag()?.close_road(input)?;
        self.note_item(device, DocKey::closures(), id)?;
        Ok(id)
    }

    /// A road that is open again.
    pub fn save_lift(&mut self, device: usize, closure: &str) -> Result<(), AppError> {
        let id = self.world.device(device).bag()?.lift_closure(closure, "")?;
        self.note_item(device, DocKey::closures(), id)
    }

    /// Every record that a device has signed until now.
    pub fn note_records(&mut self) -> Result<(), AppError> {
        let Self { world, ledger, .. } = self;
        for device in &mut world.devices {
            let author = device.id;
            let log = device.bag()?.workspace().record_log();
            for record in log.records() {
                if record.envelope.header().author == author {
                    ledger.record(record.hash);
                }
            }
        }
        Ok(())
    }

    fn note_values(&mut self, patient: PatientId, values: Vec<(FieldPath, Value)>) {
        for (path, value) in values {
            self.ledger.field(patient, path, value);
        }
    }

    fn note_item(&mut self, device: usize, doc: DocKey, id: ItemId) -> Result<(), AppError> {
        let body = items(self.world.device(device).bag()?, doc)?.remove(&id);
        let body = body.ok_or(AppError::new(
            Kind::Internal,
            "what was saved is not on the device that saved it",
        ))?;
        self.ledger.item(doc, id, body);
        Ok(())
    }
}

fn validated(values: Vec<(FieldPath, Value)>) -> Result<Vec<(FieldPath, Value)>, AppError> {
    values
        .into_iter()
        .map(|(path, value)| Ok((path, validate(&path, value)?)))
        .collect()
}
