//! What an import would do: patients with Kaban's own fields, their vital signs and the received originals.
//!
//! A plan changes nothing. The caller matches each patient with those it knows (see [`MatchKey`]), asks where the plan is
//! unsure, and only then writes.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveTime};
use serde_json::Value;

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::patient::{FieldPath, PartialDate};
use kaban_model::visit::Vitals;

use super::codes::Sign;
use super::identity::{Identity, MatchKey};
use super::key;
use super::report::{Report, Unsure};

/// The outcome of one call: patients to enter, what belongs to nobody, and the report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ImportPlan {
    /// The patients found, in the order of the files.
    pub patients: Vec<ImportedPatient>,
    /// Resources that are about no patient of this call (clinics, doctors, places) or about one that cannot be told.
    pub unattached: Vec<SourceResource>,
    /// Counts, refusals and open questions; new and matched patients are counted by the caller.
    pub report: Report,
}

impl ImportPlan {
    /// Leaves a patient out of what is entered: all that was taken for it counts as kept aside, its originals become
    /// unattached, and the report says why. For a patient that the caller can neither match nor enter.
    ///
    /// An index that is not in the plan changes nothing.
    pub fn set_aside(&mut self, index: usize, why: &str) {
        if index < self.patients.len() {
            let patient = self.patients.remove(index);
            self.leave_out(patient, why);
        }
    }

    /// Leaves out every patient for whom `decide` gives a reason, as [`ImportPlan::set_aside`] does.
    pub fn set_aside_where(&mut self, mut decide: impl FnMut(&ImportedPatient) -> Option<String>) {
        for patient in std::mem::take(&mut self.patients) {
            match decide(&patient) {
                Some(why) => self.leave_out(patient, &why),
                None => self.patients.push(patient),
            }
        }
    }

    fn leave_out(&mut self, patient: ImportedPatient, why: &str) {
        let mut told = false;
        for mut source in patient.sources {
            if let Some(file) = self.report.files.get_mut(source.file_index) {
                if source.taken {
                    move_count(file, &source.resource_type);
                }
                if !told {
                    self.report.unsure.push(Unsure {
                        file: file.file.clone(),
                        at: source.json_path.clone(),
                        why: why.to_owned(),
                    });
                    told = true;
                }
            }
            source.taken = false;
            self.unattached.push(source);
        }
    }
}

fn move_count(file: &mut super::report::FileReport, resource_type: &str) {
    let Some(taken) = file.taken.get_mut(resource_type) else {
        return;
    };
    *taken = taken.saturating_sub(1);
    if *taken == 0 {
        file.taken.remove(resource_type);
    }
    *file.kept_aside.entry(resource_type.to_owned()).or_default() += 1;
}

/// One person as the files of one call describe them.
#[derive(Clone, PartialEq)]
pub struct ImportedPatient {
    /// An id derived from the best match key, so that two devices that import the same person agree. A caller that
    /// matched the person with a known one calls [`ImportedPatient::rekey`] first.
    pub id: PatientId,
    /// Who it is, for matching.
    pub identity: Identity,
    /// By what the person may be recognised among known ones, the most certain first.
    pub match_keys: Vec<MatchKey>,
    /// A Patient resource with a name or a number was among the files. Without one only the reference is known:
    /// match it, or set it aside; entering it as a new patient makes no sense.
    pub complete: bool,
    /// Values for the fields of the catalogue, normalised and valid, in the order of the pages.
    pub fields: Vec<ImportedField>,
    /// Vital signs, oldest first.
    pub vitals: Vec<ImportedVitals>,
    /// Everything received about this person, word for word.
    pub sources: Vec<SourceResource>,
}

/// Shows counts, never a name.
impl fmt::Debug for ImportedPatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportedPatient")
            .field("complete", &self.complete)
            .field("fields", &self.fields.len())
            .field("vitals", &self.vitals.len())
            .field("sources", &self.sources.len())
            .finish_non_exhaustive()
    }
}

impl ImportedPatient {
    /// Derives all ids anew from the id that the patient has in the bag, so that a later import of the same resources
    /// meets the same list entries and items.
    pub fn rekey(&mut self, patient: PatientId) {
        self.id = patient;
        for field in &mut self.fields {
            if field.path.entry().is_some() {
                let entry = key::derive_entry(&patient, &field.key);
                if let Ok(path) = FieldPath::of_entry(field.path.spec().path, entry) {
                    field.path = path;
                }
            }
        }
        for vitals in &mut self.vitals {
            vitals.item_id = key::derive_vitals(&patient, &vitals.key, &vitals.readings);
        }
        for source in &mut self.sources {
            source.item_id = key::derive_source(&patient, &source.original);
        }
        self.fields.sort_by_key(|field| field.path);
    }

    /// The value planned for a field that is not a list.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|field| field.path.spec().path == path)
            .map(|field| &field.value)
    }

    /// The values planned for a list field, in the order of their entry ids.
    pub fn values<'p>(&'p self, list: &'p str) -> impl Iterator<Item = &'p Value> {
        self.fields
            .iter()
            .filter(move |field| field.path.spec().path == list)
            .map(|field| &field.value)
    }
}

/// One value for one field.
#[derive(Clone, PartialEq)]
pub struct ImportedField {
    /// Where it goes; the id of a list entry is derived from the patient and [`ImportedField::key`].
    pub path: FieldPath,
    /// The value as `kaban_model` normalised it.
    pub value: Value,
    /// Where it is from, for a person: resource type, id and file.
    pub source: String,
    /// The resource's own key (`type|system|id`), the same in every import of it.
    pub key: String,
    /// Index into [`ImportedPatient::sources`].
    pub source_index: usize,
}

/// Shows where a value goes, never what it says.
impl fmt::Debug for ImportedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportedField")
            .field("path", &self.path)
            .field("source_index", &self.source_index)
            .finish_non_exhaustive()
    }
}

/// The readings of one Observation.
#[derive(Clone, PartialEq)]
pub struct ImportedVitals {
    /// Id of the signed item: derived from patient, resource and readings, so that the same Observation is entered
    /// once however often it is imported, and a corrected one becomes a second item.
    pub item_id: ItemId,
    /// The resource's own key, see [`ImportedField::key`].
    pub key: String,
    /// When it was measured, as precisely as the sender said (`2021`, `2021-10-19`, or with time and offset); `None`
    /// when the sender did not say.
    pub at: Option<String>,
    /// The measurements as a visit keeps them; weight and height stand among its further members.
    pub vitals: Vitals,
    /// The same one by one, with what the sender wrote.
    pub readings: Vec<Reading>,
    /// The sender withdrew it (`entered-in-error` or `cancelled`): show as struck out, never as a value.
    pub withdrawn: bool,
    /// The status of the resource as it was said.
    pub status: String,
    /// What a person should look at: an implausible value, a value that was converted or rounded.
    pub warnings: Vec<String>,
    /// What is not understood, see [`super::Resource::not_understood`].
    pub not_understood: Vec<String>,
    /// A remark of the sender.
    pub note: Option<String>,
    /// Index into [`ImportedPatient::sources`].
    pub source_index: usize,
}

impl ImportedVitals {
    /// The earliest instant that the time of measurement may mean; a date without a time is a Japanese day.
    #[must_use]
    pub fn earliest(&self) -> Option<DateTime<FixedOffset>> {
        let said = self.at.as_deref()?;
        if let Ok(instant) = DateTime::parse_from_rfc3339(said) {
            return Some(instant);
        }
        let day = PartialDate::parse(said).ok()?.first_day();
        let japan = FixedOffset::east_opt(9 * 3600)?;
        day.and_time(NaiveTime::MIN)
            .and_local_timezone(japan)
            .single()
    }
}

/// Shows counts, never a value.
impl fmt::Debug for ImportedVitals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportedVitals")
            .field("readings", &self.readings.len())
            .field("withdrawn", &self.withdrawn)
            .field("source_index", &self.source_index)
            .finish_non_exhaustive()
    }
}

/// One reading in Kaban's unit for its sign.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    /// What was measured.
    pub sign: Sign,
    /// The value as decimal text in the unit of the sign; whole numbers where Kaban keeps whole numbers.
    pub value: String,
    /// Value and unit as the sender wrote them.
    pub as_sent: String,
}

/// Shows what was measured, never the value.
impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading")
            .field("sign", &self.sign)
            .finish_non_exhaustive()
    }
}

/// A received resource, word for word.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceResource {
    /// Id of the signed item that keeps it: derived from patient and text.
    pub item_id: ItemId,
    /// Index of the file in [`Report::files`].
    pub file_index: usize,
    /// Name of the file.
    pub file: String,
    /// JSON path in it.
    pub json_path: String,
    /// Byte offset in it.
    pub offset: usize,
    /// `resourceType`.
    pub resource_type: String,
    /// Logical id, possibly empty.
    pub id: String,
    /// The resource's own key (`type|system|id`).
    pub key: String,
    /// `meta.lastUpdated`, when said.
    pub last_updated: Option<String>,
    /// The exact text.
    pub original: String,
    /// What is not understood in it, see [`super::Resource::not_understood`].
    pub not_understood: Vec<String>,
    /// Fields or vital signs were filled from it.
    pub taken: bool,
}

/// Shows where a resource stands, never what it says.
impl fmt::Debug for SourceResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceResource")
            .field("resource_type", &self.resource_type)
            .field("file_index", &self.file_index)
            .field("json_path", &self.json_path)
            .field("bytes", &self.original.len())
            .finish_non_exhaustive()
    }
}
