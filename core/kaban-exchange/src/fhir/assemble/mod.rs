//! Joining the resources of one call into patients.
//!
//! Everything that was read ends in exactly one place: a field or a vital sign, a kept original of a patient, or among
//! the unattached; and whatever a person should know on the way is in the report.

mod identify;
mod versions;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use kaban_model::ids::PatientId;
use kaban_model::patient::FieldPath;
use kaban_model::visit::Vitals;

use super::draft::Draft;
use super::identity::Identity;
use super::key;
use super::people::{People, Person, Subject};
use super::plan::{ImportPlan, ImportedPatient, ImportedVitals, SourceResource};
use super::read::FileImport;
use super::reference::{Index, Item};
use super::report::{FileReport, Note, Report, Unsure};
use super::{allergy, condition, medication, observation, patient};
use versions::Key;

/// Warnings listed for one file at most; the last one says that there are more.
const WARNINGS_MAX: usize = 2_000;

/// Open questions listed for one call at most.
const UNSURE_MAX: usize = 2_000;

/// Joins the files of one call into a plan.
#[must_use]
pub fn assemble(imports: Vec<FileImport>) -> ImportPlan {
    let (items, report) = flatten(imports);
    let index = Index::new(&items);
    let mut people = People::gather(&items, &index);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut builder = Builder {
        items: &items,
        index: &index,
        report,
        unattached: Vec::new(),
    };
    for (position, item) in items.iter().enumerate() {
        match people.subject(position, item.aside.is_none()) {
            Subject::Person(person) => members.entry(person).or_default().push(position),
            Subject::Ambiguous => builder.leave(
                position,
                Some("refers to a patient who cannot be told among several"),
            ),
            Subject::Nobody if item.aside.is_none() => {
                builder.leave(position, Some("names no patient, kept whole"))
            }
            Subject::Nobody => builder.leave(position, None),
        }
    }
    for doubt in std::mem::take(&mut people.doubts) {
        builder.unsure(doubt.item, &doubt.why);
    }
    let mut ids = BTreeSet::new();
    let mut patients: Vec<(usize, ImportedPatient)> = Vec::new();
    for (person, positions) in members {
        let first = positions.first().copied().unwrap_or_default();
        patients.push((
            first,
            builder.patient(&people.all[person], &positions, &mut ids),
        ));
    }
    // In the order in which the files first speak of them.
    patients.sort_by_key(|(first, _)| *first);
    let Builder {
        report, unattached, ..
    } = builder;
    ImportPlan {
        patients: patients.into_iter().map(|(_, patient)| patient).collect(),
        unattached,
        report,
    }
}

/// All resources of all files in one list, and a report with what the readers already know.
fn flatten(imports: Vec<FileImport>) -> (Vec<Item>, Report) {
    let mut items = Vec::new();
    let mut report = Report::default();
    for (file, import) in imports.into_iter().enumerate() {
        let FileImport {
            file: name,
            resources,
            kept_aside,
            refused,
            warnings,
        } = import;
        let mut row = FileReport {
            file: name,
            refused,
            warnings,
            ..FileReport::default()
        };
        items.extend(resources.into_iter().map(|resource| Item {
            file,
            resource,
            aside: None,
        }));
        for aside in kept_aside {
            if aside.tell {
                row.warnings
                    .push(Note::new(&aside.resource.json_path, &aside.why));
            }
            items.push(Item {
                file,
                resource: aside.resource,
                aside: Some(aside.why),
            });
        }
        report.files.push(row);
    }
    (items, report)
}

/// Where in the list of a patient's fields each path stands.
type Filled = BTreeMap<FieldPath, usize>;

struct Builder<'i> {
    items: &'i [Item],
    index: &'i Index<'i>,
    report: Report,
    unattached: Vec<SourceResource>,
}

impl Builder<'_> {
    fn warn(&mut self, position: usize, why: &str) {
        let item = &self.items[position];
        let warnings = &mut self.report.files[item.file].warnings;
        let note = match warnings.len() + 1 {
            count if count < WARNINGS_MAX => Note::new(&item.resource.json_path, why),
            WARNINGS_MAX => Note::new(
                &item.resource.json_path,
                "this one and more after it are not listed one by one",
            ),
            _ => return,
        };
        warnings.push(note);
    }

    fn warn_not_understood(&mut self, position: usize) {
        for remark in &self.items[position].resource.not_understood {
            self.warn(position, &format!("not fully understood: {remark}"));
        }
    }

    fn unsure(&mut self, position: usize, why: &str) {
        let item = &self.items[position];
        let (file, at) = (
            self.report.files[item.file].file.clone(),
            item.resource.json_path.clone(),
        );
        let why = match self.report.unsure.len() + 1 {
            count if count < UNSURE_MAX => why,
            UNSURE_MAX => "this one and more after it are not listed one by one",
            _ => return,
        };
        self.report.unsure.push(Unsure {
            file,
            at,
            why: why.to_owned(),
        });
    }

    fn count(&mut self, position: usize, taken: bool) {
        let item = &self.items[position];
        let row = &mut self.report.files[item.file];
        let counts = if taken {
            &mut row.taken
        } else {
            &mut row.kept_aside
        };
        *counts
            .entry(item.resource.resource_type.clone())
            .or_default() += 1;
    }

    /// Keeps a resource that belongs to no patient of the plan.
    fn leave(&mut self, position: usize, why: Option<&str>) {
        if let Some(why) = why {
            self.unsure(position, why);
        }
        self.count(position, false);
        let source = self.source(position, &PatientId::from_bytes([0; 16]), false);
        self.unattached.push(source);
    }

    fn source(&self, position: usize, patient: &PatientId, taken: bool) -> SourceResource {
        let Item {
            file,
            resource,
            aside: _,
        } = &self.items[position];
        let updated = resource
            .value
            .get("meta")
            .and_then(|meta| super::element::text(meta, "lastUpdated"));
        SourceResource {
            item_id: key::derive_source(patient, &resource.original),
            file_index: *file,
            file: self.report.files[*file].file.clone(),
            json_path: resource.json_path.clone(),
            offset: resource.offset,
            resource_type: resource.resource_type.clone(),
            id: resource.id.clone(),
            key: key::resource_key(resource),
            last_updated: updated.map(str::to_owned),
            original: resource.original.clone(),
            not_understood: resource.not_understood.clone(),
            taken,
        }
    }

    fn patient(
        &mut self,
        person: &Person,
        positions: &[usize],
        ids: &mut BTreeSet<PatientId>,
    ) -> ImportedPatient {
        let records = self.newest_first(&person.records);
        let identity = self.identity(person, &records);
        let match_keys = identity.match_keys();
        let id = self.patient_id(person, &records, &match_keys, ids);
        let mut out = ImportedPatient {
            id,
            complete: !records.is_empty()
                && (identity.name.is_some() || !identity.identifiers.is_empty()),
            identity,
            match_keys,
            fields: Vec::new(),
            vitals: Vec::new(),
            sources: Vec::new(),
        };
        // Patient records stand first, newest first, so that the newest address and telephone win.
        let mut order: Vec<usize> = records
            .iter()
            .filter(|r| r.contained.is_none())
            .map(|r| r.item)
            .collect();
        order.extend(
            positions
                .iter()
                .copied()
                .filter(|position| !self.is_record(*position)),
        );
        let source_of: BTreeMap<usize, usize> = order
            .iter()
            .enumerate()
            .map(|(at, position)| (*position, at))
            .collect();
        let mut filled = Filled::new();
        for record in &records {
            let Some(value) = self.record_value(record) else {
                continue;
            };
            let key = key::resource_key(&self.items[record.item].resource);
            let source = source_of.get(&record.item).copied().unwrap_or_default();
            if record.contained.is_none() {
                self.warn_not_understood(record.item);
            }
            let mut draft = Draft::new(id, &key, self.source_text(record.item), source);
            patient::fill(value, &Identity::read(value, None), &mut draft);
            self.keep(&mut out, &mut filled, draft, record.item);
        }
        let mut keys = self.keys(&order);
        for (index, position) in order.into_iter().enumerate() {
            let taken = self.is_record(position)
                || self.fill(
                    &mut out,
                    &mut filled,
                    position,
                    &keys.remove(&position),
                    index,
                );
            self.count(position, taken);
            let source = self.source(position, &out.id, taken);
            out.sources.push(source);
        }
        join_equal(&mut out);
        self.settle_none(&mut out, positions.first().copied().unwrap_or_default());
        out.fields.sort_by_key(|field| field.path);
        out.vitals
            .sort_by_key(|vitals| (vitals.earliest(), vitals.item_id));
        out
    }

    /// A Patient resource that was read as one.
    fn is_record(&self, position: usize) -> bool {
        let item = &self.items[position];
        item.resource.resource_type == "Patient" && item.aside.is_none()
    }

    /// Fills fields or vital signs from one resource; true when it was taken.
    fn fill(
        &mut self,
        out: &mut ImportedPatient,
        filled: &mut Filled,
        position: usize,
        key: &Option<Key>,
        source_index: usize,
    ) -> bool {
        let item = &self.items[position];
        let resource = &item.resource;
        let key = match key {
            _ if item.aside.is_some() => return false,
            Some(Key::Own(key)) => key,
            Some(Key::Again) | None => return true,
            Some(Key::Older) => {
                self.warn(
                    position,
                    "an older version of a resource of this call: only its original is kept",
                );
                return true;
            }
        };
        self.warn_not_understood(position);
        if resource.resource_type == "Observation" {
            return self.vitals(out, position, key, source_index);
        }
        let mut draft = Draft::new(out.id, key, self.source_text(position), source_index);
        self.fields(position, &mut draft);
        self.keep(out, filled, draft, position) > 0
    }

    fn fields(&self, position: usize, draft: &mut Draft<'_>) {
        let resource = &self.items[position].resource;
        let (value, remarks) = (&resource.value, &resource.not_understood);
        match resource.resource_type.as_str() {
            "Condition" => condition::fill(value, remarks, draft),
            "AllergyIntolerance" => allergy::fill(value, remarks, draft),
            kind => medication::fill(
                kind,
                value,
                remarks,
                &|address| self.index.value(address, position),
                draft,
            ),
        }
    }

    /// Moves what a draft filled into the patient; a single field keeps its first value. Gives the number kept.
    fn keep(
        &mut self,
        out: &mut ImportedPatient,
        filled: &mut Filled,
        draft: Draft<'_>,
        position: usize,
    ) -> usize {
        let Draft {
            fields, warnings, ..
        } = draft;
        for why in warnings {
            self.warn(position, &why);
        }
        let mut kept = 0;
        for field in fields {
            kept += 1;
            match filled.entry(field.path) {
                Entry::Vacant(place) => {
                    place.insert(out.fields.len());
                    out.fields.push(field);
                }
                Entry::Occupied(place) if out.fields[*place.get()].value == field.value => {}
                Entry::Occupied(_) => {
                    let why = format!(
                        "{} has another value already, from a newer or earlier record",
                        field.path.spec().path
                    );
                    self.warn(position, &why);
                }
            }
        }
        kept
    }

    fn vitals(
        &mut self,
        out: &mut ImportedPatient,
        position: usize,
        key: &str,
        source_index: usize,
    ) -> bool {
        let resource = &self.items[position].resource;
        let mut read = observation::read(&resource.value);
        let mut vitals = Vitals::default();
        // Added one by one, so that a value that cannot be leaves the others.
        let mut members = serde_json::Map::new();
        read.readings.retain(|reading| {
            let mut more = members.clone();
            more.insert(
                reading.sign.member().to_owned(),
                Value::String(reading.value.clone()),
            );
            match Vitals::from_value(Value::Object(more.clone())) {
                Ok(valid) => {
                    (vitals, members) = (valid, more);
                    true
                }
                Err(refused) => {
                    read.warnings
                        .push(format!("{:?}: {}, left out", reading.sign, refused.reason));
                    false
                }
            }
        });
        // Rounding is told where the value is shown; a report full of it would hide what matters.
        for why in read.warnings.iter().filter(|why| !why.ends_with("rounded")) {
            self.warn(position, why);
        }
        if read.readings.is_empty() {
            return false;
        }
        out.vitals.push(ImportedVitals {
            item_id: key::derive_vitals(&out.id, key, &read.readings),
            key: key.to_owned(),
            at: read.at,
            vitals,
            readings: read.readings,
            withdrawn: read.withdrawn,
            status: read.status,
            warnings: read.warnings,
            not_understood: resource.not_understood.clone(),
            note: read.note.map(|note| note.chars().take(300).collect()),
            source_index,
        });
        true
    }

    fn source_text(&self, position: usize) -> String {
        let Item {
            file,
            resource,
            aside: _,
        } = &self.items[position];
        let file: String = self.report.files[*file].file.chars().take(120).collect();
        let id: String = resource.id.chars().take(64).collect();
        format!("FHIR {}/{id} ({file})", resource.resource_type)
    }

    /// "None known" beside an entry of the same list contradicts itself: the entry stays, the statement does not.
    fn settle_none(&mut self, out: &mut ImportedPatient, position: usize) {
        for list in ["allergy", "medication"] {
            let named = out.values(list).any(|entry| {
                !matches!(
                    entry["status"].as_str(),
                    Some("refuted" | "entered_in_error" | "stopped" | "completed" | "not_taken")
                )
            });
            let Ok(none) = FieldPath::parse(&format!("{list}_none")) else {
                continue;
            };
            let before = out.fields.len();
            if named {
                out.fields.retain(|field| field.path != none);
            }
            if out.fields.len() < before {
                self.warn(
                    position,
                    &format!("none known is stated, but {list} has entries: the entries are kept"),
                );
            }
        }
    }
}

/// One fact sent twice under two ids (alone and inside a document) becomes one entry.
fn join_equal(out: &mut ImportedPatient) {
    out.fields.sort_by_key(|field| field.path);
    let mut seen: BTreeSet<(&'static str, String)> = BTreeSet::new();
    out.fields.retain(|field| {
        field.path.entry().is_none()
            || seen.insert((field.path.spec().path, field.value.to_string()))
    });
}
