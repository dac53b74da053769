//! Patients: the list, the search, page 1 and page 2, writing a field, deciding a conflict,
//! registering.

use std::time::Instant;

use chrono::NaiveDate;
use kaban_model::duty::{ConsentGiven, Eligibility};
use kaban_model::ids::{ItemId, PatientId, Vid};
use kaban_model::patient::{
    Content, FieldEntry, FieldPath, FieldSpec, FieldState, PatientPage, catalogue, validate,
    value_in_words,
};
use kaban_model::people::DocKind;
use kaban_proto::ids::MemberId;
use kaban_sync::Act;
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Deed, NewValue};
use kaban_vault::audit::{AuditEvent, AuditOutcome};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::lease::Gate;
use crate::roll::{Listed, Roll, Stale};
use crate::views::time;

/// Most hits of one search.
const HITS_MAX: usize = 50;

/// One row of the list.
#[derive(Clone, Debug, Serialize)]
pub struct PatientRowView {
    /// Id.
    pub id: String,
    /// Short number on this device.
    pub no: u64,
    /// 氏名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// Former municipality.
    pub area: String,
    /// Code of the gravest severity shown.
    pub severity: String,
    /// Date of birth.
    pub birth_date: String,
    /// Address.
    pub address: String,
    /// `bag` or `own`.
    pub scope: &'static str,
    /// Fields that wait for a decision.
    pub conflicts: usize,
}

/// One field of a page.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Path.
    pub path: FieldPath,
    /// What is known.
    pub state: FieldState,
}

/// A patient's pages.
#[derive(Clone, Debug)]
pub struct PatientView {
    /// Id.
    pub id: PatientId,
    /// Short number on this device.
    pub no: u64,
    /// `bag` or `own`.
    pub scope: &'static str,
    /// Everything that was ever written.
    pub page: PatientPage,
    /// Names of the members who wrote it.
    pub names: Vec<(MemberId, String)>,
}

impl PatientView {
    /// One value in words; for one that was asked and is not known, when and by whom.
    pub fn in_words(&self, path: &FieldPath, entry: &FieldEntry, japanese: bool) -> String {
        match &entry.content {
            Content::Value(value) => value_in_words(&path.spec().kind, value, japanese),
            Content::Unknown { asked_on, by } => {
                let by = if by.is_empty() {
                    self.name_of(entry.by)
                } else {
                    by.clone()
                };
                let what = if japanese {
                    "尋ねたが不明"
                } else {
                    "asked, not known"
                };
                format!("{what} ({asked_on}, {by})")
            }
        }
    }

    /// The name of a member who wrote here, or the start of the id for one that is not known.
    pub fn name_of(&self, by: MemberId) -> String {
        let known = self.names.iter().find(|(id, _)| *id == by);
        known.map_or_else(|| by.to_string()[..8].to_owned(), |(_, name)| name.clone())
    }
}

/// One hit.
#[derive(Clone, Debug, Serialize)]
pub struct HitView {
    /// Id.
    pub id: String,
    /// Short number.
    pub no: u64,
    /// Name.
    pub name: String,
    /// Reading.
    pub kana: String,
    /// What was found: name, kana, address, phone.
    pub why: String,
    /// Former municipality.
    pub area: String,
    /// Date of birth, the second identifier.
    pub birth_date: String,
    /// Others with the same or a similar name.
    pub alike: usize,
}

/// What a search found.
#[derive(Clone, Debug, Serialize)]
pub struct HitsView {
    /// Best first.
    pub hits: Vec<HitView>,
    /// Time of the search itself, microseconds.
    pub compute_us: u64,
}

/// A field to write.
#[derive(Clone, Debug)]
pub struct SetInput {
    /// Path; `medication/+` makes a new entry.
    pub field: String,
    /// The value as typed, or JSON; nothing for "asked, not known".
    pub value: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
}

/// A patient to register.
#[derive(Clone, Debug)]
pub struct RegisterInput {
    /// Id, if it was derived; else a fresh one.
    pub id: Option<PatientId>,
    /// Primary physician.
    pub primary: MemberId,
    /// Deputy physician.
    pub deputy: Option<MemberId>,
    /// Others of the team.
    pub team: Vec<MemberId>,
    /// Need of care at home.
    pub eligibility: Eligibility,
    /// Consent on paper, if given.
    pub consent: Option<ConsentGiven>,
    /// First values of page 1, by path.
    pub values: Vec<(FieldPath, Value)>,
}

/// A field that waits for a decision.
#[derive(Clone, Debug, Serialize)]
pub struct ConflictView {
    /// Patient.
    pub patient: String,
    /// Field path.
    pub field: String,
    /// Label of the field.
    pub label: &'static str,
    /// The values side by side: vid, value, by, at.
    pub values: Vec<Value>,
}

impl Bag {
    /// The patients this device can read, by former municipality and reading; those that a soft
    /// lock closes are left out, see [`crate::StatusView::locked`].
    pub fn patients(&mut self) -> Result<Vec<PatientRowView>> {
        let gate = self.gate()?;
        let view = |(id, listed): (PatientId, &Listed)| {
            let Listed { row, no, scope } = listed;
            PatientRowView {
                id: id.to_string(),
                no: *no,
                name: row.name.clone(),
                kana: row.kana.clone(),
                area: row.area.clone(),
                severity: row.severity.clone(),
                birth_date: row.birth_date.clone(),
                address: row.address.clone(),
                scope: scope.unwrap_or("own"),
                conflicts: row.conflicts,
            }
        };
        let rows: Vec<PatientRowView> = self.roll()?.open(gate).map(view).collect();
        let deed = Deed::counted(AuditEvent::List, rows.len());
        self.read(|session, cx| session.audit(cx, deed))?;
        Ok(rows)
    }

    /// Finds patients by whatever is typed: kanji, kana, romaji, street, phone.
    pub fn search(&mut self, text: &str) -> Result<HitsView> {
        let gate = self.gate()?;
        let roll = self.roll()?;
        let start = Instant::now();
        let mut found = roll.index.search(text, usize::MAX);
        found.retain(|hit| roll.get(hit.id, gate).is_some());
        found.truncate(HITS_MAX);
        let compute_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let hits = found.iter().filter_map(|hit| {
            let Listed { row, no, scope: _ } = roll.get(hit.id, gate)?;
            Some(HitView {
                id: hit.id.to_string(),
                no: *no,
                name: row.name.clone(),
                kana: row.kana.clone(),
                why: hit.why.words().0.to_owned(),
                area: row.area.clone(),
                birth_date: row.birth_date.clone(),
                alike: alike(roll, hit.id, gate),
            })
        });
        let hits: Vec<HitView> = hits.collect();
        self.read(|session, cx| session.audit(cx, Deed::counted(AuditEvent::Search, hits.len())))?;
        Ok(HitsView { hits, compute_us })
    }

    /// Opens one patient; an audit row is written first.
    pub fn patient(&mut self, id: PatientId) -> Result<PatientView> {
        self.pass(AuditEvent::OpenPatient, id)?;
        let opened = self.read(|session, cx| {
            let page = session.open_patient(cx, id)?;
            Ok((page, session.patient_scope(id).unwrap_or("own")))
        });
        let (page, scope) = match opened {
            Ok(opened) => opened,
            Err(error) => return Err(self.refused(AuditEvent::OpenPatient, id, error)),
        };
        let no = self.numbers(&[id])?.first().map_or(0, |(_, no)| *no);
        let writers: std::collections::BTreeSet<MemberId> = page
            .fields
            .values()
            .flat_map(|state| &state.shown)
            .map(|entry| entry.by)
            .collect();
        let names = writers
            .into_iter()
            .map(|by| (by, self.name_of(by)))
            .collect();
        Ok(PatientView {
            id,
            no,
            scope,
            page,
            names,
        })
    }

    /// Every field there is.
    pub fn fields() -> &'static [FieldSpec] {
        catalogue()
    }

    /// Writes one field; gives the path it went to.
    pub fn set_field(&mut self, patient: PatientId, input: &SetInput) -> Result<FieldPath> {
        let path = self.field_path(&input.field)?;
        let content = self.content(&path, input.value.as_deref())?;
        let value = NewValue {
            path,
            content,
            source: input.source.clone(),
            decides: Vec::new(),
        };
        self.put_values(patient, vec![value])?;
        Ok(path)
    }

    /// Writes several fields of a patient, one change a document.
    pub fn put_values(&mut self, patient: PatientId, values: Vec<NewValue>) -> Result<()> {
        self.check_registered(patient)?;
        let written = self.write_of(Stale::Row(patient), |session, cx| {
            for (kind, part) in by_document(values) {
                session.put_values(cx, DocKey::of(patient, kind), &part)?;
            }
            session.audit(cx, Deed::to(AuditEvent::Write, patient))
        });
        written.map_err(|error| self.refused(AuditEvent::Write, patient, error))
    }

    /// Fields that wait for a decision, of one patient or of all.
    pub fn conflicts(&mut self, patient: Option<PatientId>) -> Result<Vec<ConflictView>> {
        let patients = match patient {
            Some(patient) => {
                self.pass(AuditEvent::OpenPatient, patient)?;
                vec![patient]
            }
            None => self.patients_in_conflict()?,
        };
        let mut views = Vec::new();
        for id in patients {
            let page = self.read(|session, cx| {
                let page = session.page(id)?;
                if page
                    .as_ref()
                    .is_some_and(|page| !page.conflicts().is_empty())
                {
                    session.audit(cx, Deed::to(AuditEvent::OpenPatient, id))?;
                }
                Ok(page)
            })?;
            let Some(page) = page else { continue };
            for path in page.conflicts() {
                let Some(state) = page.state(&path) else {
                    continue;
                };
                let values = state
                    .shown
                    .iter()
                    .map(|entry| self.entry_json(entry))
                    .collect();
                views.push(ConflictView {
                    patient: id.to_string(),
                    field: path.to_string(),
                    label: path.spec().label(true),
                    values,
                });
            }
        }
        Ok(views)
    }

    /// Decides between open values: `of` names the ones that were read, the value is one of them
    /// or a new one.
    pub fn resolve(
        &mut self,
        patient: PatientId,
        field: &str,
        of: &[String],
        take: Option<&str>,
        value: Option<&str>,
    ) -> Result<()> {
        let path = self.field_path(field)?;
        let vids: Vec<Vid> = of.iter().map(|vid| read_vid(vid)).collect::<Result<_>>()?;
        if vids.is_empty() {
            return Err(AppError::input(
                "name the values you have read: --of VID,VID",
            ));
        }
        let content = match (take, value) {
            (Some(take), None) => {
                let take = read_vid(take)?;
                let page = self
                    .read(|session, _| session.page(patient))?
                    .ok_or(AppError::not_found("patient"))?;
                let entry = page
                    .state(&path)
                    .and_then(|state| state.shown.iter().find(|entry| entry.vid == take).cloned());
                entry.ok_or(AppError::not_found("open value"))?.content
            }
            (None, Some(value)) => self.content(&path, Some(value))?,
            _ => return Err(AppError::input("give either --take VID or --value V")),
        };
        self.put_values(
            patient,
            vec![NewValue {
                path,
                content,
                source: None,
                decides: vids,
            }],
        )
    }

    /// The patients with a field that waits for a decision.
    pub fn patients_in_conflict(&mut self) -> Result<Vec<PatientId>> {
        let gate = self.gate()?;
        let open = self.roll()?.open(gate);
        let open = open.filter(|(_, listed)| listed.row.conflicts > 0);
        Ok(open.map(|(id, _)| id).collect())
    }

    /// Registers a patient and writes the first values.
    pub fn register(&mut self, input: RegisterInput) -> Result<PatientId> {
        let id = input
            .id
            .unwrap_or_else(|| PatientId::make(self.rng.as_mut()));
        let mut values = Vec::new();
        for (path, value) in input.values {
            let value = validate(&path, value)?;
            values.push(NewValue {
                path,
                content: Content::Value(value),
                source: None,
                decides: Vec::new(),
            });
        }
        let act = Act::Register {
            patient: id,
            primary: input.primary,
            deputy: input.deputy,
            team: input.team,
            eligibility: input.eligibility,
            consent: input.consent,
        };
        // Everything: what waited for this record is read with it.
        self.write(|session, cx| {
            session.declare(cx, vec![act])?;
            session.audit(cx, Deed::to(AuditEvent::Write, id))?;
            for (kind, part) in by_document(values) {
                session.put_values(cx, DocKey::of(id, kind), &part)?;
            }
            Ok(())
        })?;
        Ok(id)
    }

    /// Takes a patient off the register.
    pub fn unregister(&mut self, patient: PatientId, reason: &str) -> Result<()> {
        let act = Act::Unregister {
            patient,
            reason: reason.to_owned(),
        };
        self.with_workspace(|workspace, cx| workspace.declare(vec![act], cx))?;
        Ok(())
    }

    /// Nothing is written about somebody whom the association does not know.
    pub(crate) fn check_registered(&self, patient: PatientId) -> Result<()> {
        let known = self.workspace.association().registration(patient);
        known.map(drop).ok_or(AppError::not_found("patient"))
    }

    /// A refused access leaves a row, too; the transaction of the access itself left none.
    pub(crate) fn refused(
        &mut self,
        event: AuditEvent,
        patient: PatientId,
        error: AppError,
    ) -> AppError {
        if matches!(
            error.kind,
            Kind::NotAllowed | Kind::NotFound | Kind::LeaseExpired
        ) {
            let outcome = AuditOutcome::Refused;
            let deed = Deed {
                event,
                patient: Some(patient),
                count: 1,
                outcome,
            };
            if let Err(worse) = self.read(|session, cx| session.audit(cx, deed)) {
                return worse;
            }
        }
        error
    }

    /// The path that was typed; `…/+` makes a fresh entry.
    pub(crate) fn field_path(&mut self, text: &str) -> Result<FieldPath> {
        let path = match text.strip_suffix("/+") {
            Some(list) => FieldPath::of_entry(list, *ItemId::make(self.rng.as_mut()).as_bytes()),
            None => FieldPath::parse(text),
        };
        path.map_err(|error| {
            AppError::input(format!("{error}; see `kaban patient fields`")).about("field")
        })
    }

    /// A field and its value as typed: text, or JSON for an object; `…/+` makes a fresh entry.
    pub fn typed_value(&mut self, field: &str, text: &str) -> Result<(FieldPath, Value)> {
        let path = self.field_path(field)?;
        Ok((path, validate(&path, typed(text))?))
    }

    fn content(&self, path: &FieldPath, value: Option<&str>) -> Result<Content> {
        let Some(value) = value else {
            let asked_on: NaiveDate = self.now().date_naive();
            let by = self.name_of(self.workspace.member());
            return Ok(Content::Unknown { asked_on, by });
        };
        Ok(Content::Value(validate(path, typed(value))?))
    }

    /// One value as `--json` shows it.
    pub(crate) fn entry_json(&self, entry: &FieldEntry) -> Value {
        let mut map = Map::new();
        map.insert("vid".into(), entry.vid.to_string().into());
        match &entry.content {
            Content::Value(value) => map.insert("value".into(), value.clone()),
            Content::Unknown { asked_on, by } => map.insert(
                "unknown".into(),
                json!({ "asked_on": asked_on.to_string(), "by": by }),
            ),
        };
        map.insert("by".into(), self.name_of(entry.by).into());
        map.insert("by_id".into(), entry.by.to_string().into());
        map.insert("at".into(), time(entry.at).into());
        if let Some(source) = &entry.source {
            map.insert("source".into(), source.clone().into());
        }
        Value::Object(map)
    }

    /// A patient as `--json` shows it (design.md §3).
    pub fn patient_json(&self, view: &PatientView) -> Value {
        let mut fields = Map::new();
        for (path, state) in &view.page.fields {
            let Some(current) = state.current() else {
                continue;
            };
            let mut shown = match self.entry_json(current) {
                Value::Object(map) => map,
                _ => Map::new(),
            };
            if state.is_conflict() {
                let all = state
                    .shown
                    .iter()
                    .map(|entry| self.entry_json(entry))
                    .collect();
                shown.insert("conflict".into(), Value::Array(all));
            }
            fields.insert(path.to_string(), Value::Object(shown));
        }
        json!({
            "id": view.id.to_string(),
            "no": view.no,
            "scope": view.scope,
            "fields": fields,
            "gaps": view.page.gaps(),
        })
    }
}

/// How many others, open here, could be taken for this one.
fn alike(roll: &Roll, id: PatientId, gate: Gate) -> usize {
    let others = roll.index.alike(id).into_iter();
    others
        .filter(|(other, _)| roll.get(*other, gate).is_some())
        .count()
}

/// JSON where it is an object or a list, else the text itself.
fn typed(text: &str) -> Value {
    let json = serde_json::from_str::<Value>(text)
        .ok()
        .filter(|json| json.is_object() || json.is_array());
    json.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn by_document(values: Vec<NewValue>) -> Vec<(DocKind, Vec<NewValue>)> {
    let mut parts: std::collections::BTreeMap<u8, (DocKind, Vec<NewValue>)> =
        std::collections::BTreeMap::new();
    for value in values {
        let kind = DocKind::from(value.path.spec().doc);
        let order = match kind {
            DocKind::Front => 0,
            DocKind::Chart => 1,
            _ => 2,
        };
        parts
            .entry(order)
            .or_insert_with(|| (kind, Vec::new()))
            .1
            .push(value);
    }
    parts.into_values().collect()
}

fn read_vid(text: &str) -> Result<Vid> {
    text.trim()
        .parse()
        .map_err(|_| AppError::input("not the id of a value").about("of"))
}
