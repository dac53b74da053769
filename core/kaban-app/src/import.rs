//! FHIR into the bag: fields of page 1 and 2, vital signs as signed items, every received
//! resource kept word for word.

use std::collections::BTreeMap;

use kaban_exchange::fhir::{
    self, FileImport, ImportPlan, ImportedPatient, Limits, MatchKey, Report,
};
use kaban_model::duty::{ConsentGiven, Eligibility};
use kaban_model::ids::PatientId;
use kaban_model::patient::Content;
use kaban_model::people::DocKind;
use kaban_model::visit::{ITEM_BYTES_MAX, Item, ItemKind};
use kaban_sync::Act;
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Cx, Deed, NewValue, Session};
use kaban_vault::audit::AuditEvent;
use serde_json::{Map, Value, json};

use crate::bag::Bag;
use crate::error::{AppError, Result};

/// Rows that tell which patient a foreign number belongs to. The number itself is not there: the
/// row's name is made from it with a key of this store, and the row dies with the patient's scope.
const KNOWN_BY: &str = "known_by";

/// What an import did.
#[derive(Clone, Debug)]
pub struct ImportOutcome {
    /// Counts, refusals, questions.
    pub report: Report,
    /// The patients entered or added to, in order.
    pub patients: Vec<PatientId>,
}

impl Bag {
    /// Imports files: `(name, bytes)`. New patients become this doctor's own, registered when
    /// `consent` is given. Good files are committed even when others are refused.
    pub fn import_fhir(
        &mut self,
        files: &[(String, Vec<u8>)],
        consent: Option<&ConsentGiven>,
    ) -> Result<ImportOutcome> {
        let limits = Limits::default();
        let read: Vec<FileImport> = files
            .iter()
            .map(|(name, bytes)| fhir::read_file(name, bytes, &limits))
            .collect();
        let mut plan = fhir::assemble(read);
        let known = self.match_known(&plan)?;
        plan.set_aside_where(|patient| {
            let matched = known.contains_key(&patient.id);
            let nobody = !matched && !patient.complete;
            nobody.then(|| {
                "only a reference to this patient came, and nobody here is known by it".to_owned()
            })
        });
        let mut patients = Vec::new();
        for mut patient in std::mem::take(&mut plan.patients) {
            let matched = known.get(&patient.id).copied();
            if let Some(id) = matched {
                patient.rekey(id);
            }
            self.enter(&patient, matched.is_none(), consent)?;
            if matched.is_some() {
                plan.report.patients_matched += 1;
            } else {
                plan.report.patients_new += 1;
            }
            patients.push(patient.id);
        }
        Ok(ImportOutcome {
            report: plan.report,
            patients,
        })
    }

    /// Which patients of a plan are known here, by the certain keys alone: a name is never enough.
    fn match_known(&mut self, plan: &ImportPlan) -> Result<BTreeMap<PatientId, PatientId>> {
        self.read(|session, _| {
            let mut known = BTreeMap::new();
            for patient in &plan.patients {
                for key in patient.match_keys.iter().filter(|key| is_certain(key)) {
                    if let Some(id) = session.known_by(KNOWN_BY, &key_text(key))? {
                        known.entry(patient.id).or_insert(id);
                    }
                }
            }
            Ok(known)
        })
    }

    fn enter(
        &mut self,
        patient: &ImportedPatient,
        new: bool,
        consent: Option<&ConsentGiven>,
    ) -> Result<()> {
        let me = self.workspace.member();
        let at = self.now();
        self.write(|session, cx| {
            if new {
                let act = Act::Register {
                    patient: patient.id,
                    primary: me,
                    deputy: None,
                    team: Vec::new(),
                    eligibility: Eligibility {
                        cannot_attend: true,
                        wants_home_care: true,
                    },
                    consent: consent.cloned(),
                };
                session.declare(cx, vec![act])?;
            }
            session.audit(cx, Deed::to(AuditEvent::Import, patient.id))?;
            put_fields(session, cx, patient)?;
            for vitals in &patient.vitals {
                let item = Item {
                    id: vitals.item_id,
                    kind: ItemKind::Vitals,
                    at: vitals.earliest().unwrap_or(at),
                    patient: Some(patient.id),
                    link: None,
                    body: vitals_body(vitals),
                    rest: Map::new(),
                };
                put_once(session, cx, DocKind::Log, &item)?;
            }
            for source in patient
                .sources
                .iter()
                .filter(|source| source.original.len() < ITEM_BYTES_MAX / 2)
            {
                let item = Item {
                    id: source.item_id,
                    kind: "source".parse().unwrap_or_else(|never| match never {}),
                    at,
                    patient: Some(patient.id),
                    link: None,
                    body: json!({
                        "resource_type": source.resource_type,
                        "key": source.key,
                        "original": source.original,
                        "taken": source.taken,
                        "not_understood": source.not_understood,
                    }),
                    rest: Map::new(),
                };
                put_once(session, cx, DocKind::Source, &item)?;
            }
            for key in patient.match_keys.iter().filter(|key| is_certain(key)) {
                session.set_known_by(KNOWN_BY, &key_text(key), patient.id)?;
            }
            Ok(())
        })
    }
}

/// Fields whose present value already says the same are not written again; a field that waits
/// for a decision is left alone.
fn put_fields(
    session: &mut Session<'_, '_>,
    cx: &mut Cx<'_>,
    patient: &ImportedPatient,
) -> std::result::Result<(), kaban_sync::Error> {
    let page = session.page(patient.id)?;
    let mut parts: BTreeMap<u8, (DocKind, Vec<NewValue>)> = BTreeMap::new();
    for field in &patient.fields {
        let state = page.as_ref().and_then(|page| page.state(&field.path));
        let said = state.is_some_and(|state| {
            state.is_conflict()
                || state
                    .current()
                    .is_some_and(|entry| entry.value() == Some(&field.value))
        });
        if said {
            continue;
        }
        let kind = DocKind::from(field.path.spec().doc);
        let value = NewValue {
            path: field.path,
            content: Content::Value(field.value.clone()),
            source: Some(field.source.clone()),
            decides: Vec::new(),
        };
        parts
            .entry(kind as u8)
            .or_insert_with(|| (kind, Vec::new()))
            .1
            .push(value);
    }
    for (kind, values) in parts.into_values() {
        session.put_values(cx, DocKey::of(patient.id, kind), &values)?;
    }
    Ok(())
}

/// An item that is there already is the same item: ids are derived from the content.
fn put_once(
    session: &mut Session<'_, '_>,
    cx: &mut Cx<'_>,
    kind: DocKind,
    item: &Item,
) -> std::result::Result<(), kaban_sync::Error> {
    let patient = item.patient.ok_or(kaban_sync::Error::Internal(
        "an imported item without a patient",
    ))?;
    let doc = DocKey::of(patient, kind);
    if session.has_item(doc, item.id)? {
        return Ok(());
    }
    session.put_item(cx, doc, item).map(drop)
}

fn vitals_body(vitals: &fhir::ImportedVitals) -> Value {
    let mut body = Map::new();
    body.insert("vitals".into(), vitals.vitals.to_value());
    body.insert("status".into(), vitals.status.clone().into());
    body.insert("withdrawn".into(), vitals.withdrawn.into());
    let as_sent = vitals
        .readings
        .iter()
        .map(|reading| Value::from(reading.as_sent.clone()))
        .collect();
    body.insert("as_sent".into(), Value::Array(as_sent));
    if let Some(said) = &vitals.at {
        body.insert("measured_at".into(), said.clone().into());
    }
    for (name, notes) in [
        ("warnings", &vitals.warnings),
        ("not_understood", &vitals.not_understood),
    ] {
        if !notes.is_empty() {
            body.insert(
                name.into(),
                notes.iter().map(|note| Value::from(note.clone())).collect(),
            );
        }
    }
    Value::Object(body)
}

fn is_certain(key: &MatchKey) -> bool {
    matches!(key, MatchKey::Identifier { .. } | MatchKey::Url(_))
}

fn key_text(key: &MatchKey) -> String {
    match key {
        MatchKey::Identifier { system, value } => format!("identifier\u{0}{system}\u{0}{value}"),
        MatchKey::Url(url) => format!("url\u{0}{url}"),
        MatchKey::Person { .. } => String::new(),
    }
}

/// Reads the files under paths that a person typed: files as they are, folders whole, in order.
pub fn read_paths(paths: &[std::path::PathBuf]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for path in paths {
        let meta = std::fs::metadata(path)
            .map_err(|error| AppError::input(format!("cannot read {}: {error}", path.display())))?;
        if meta.is_dir() {
            let mut inside: Vec<_> = std::fs::read_dir(path)
                .map_err(|error| {
                    AppError::input(format!("cannot read {}: {error}", path.display()))
                })?
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .collect();
            inside.sort();
            files.extend(read_paths(&inside)?);
        } else {
            if meta.len() > FILE_BYTES_MAX {
                return Err(AppError::input(format!(
                    "{} is larger than 64 MiB",
                    path.display()
                )));
            }
            let bytes = std::fs::read(path).map_err(|error| {
                AppError::input(format!("cannot read {}: {error}", path.display()))
            })?;
            files.push((path.display().to_string(), bytes));
        }
    }
    Ok(files)
}

/// Largest file that is read.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
