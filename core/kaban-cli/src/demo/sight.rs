//! What a device shows: pages, visits, notebook, closed roads; each document with a digest, so that
//! copies can be compared.

use std::collections::BTreeMap;

use kaban_app::{AppError, Bag, Kind};
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::patient::{Doc, FieldPath, PatientPage};
use kaban_model::people::Role;
use kaban_proto::ids::Hash32;
use kaban_sync::group::DocKey;
use serde_json::Value;

use super::world::World;

/// Which document of a patient a digest is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Page 1.
    Front,
    /// What clinicians alone read.
    Chart,
    /// Visits.
    Log,
}

/// What a device shows of a patient.
pub struct Sight {
    /// The pages.
    pub page: PatientPage,
    /// The visits, for whoever may read them.
    pub visits: BTreeMap<ItemId, Value>,
    /// Each document in short.
    pub digests: BTreeMap<Part, Hash32>,
    /// All text, for a copy that is written in plain on purpose.
    pub text: Vec<Value>,
}

/// Opens a patient's pages and, for a clinician, visits.
pub fn look(bag: &mut Bag, role: &Role, patient: PatientId) -> Result<Sight, AppError> {
    let page = bag.patient(patient)?;
    let json = bag.patient_json(&page);
    let (mut front, mut chart) = (String::new(), String::new());
    for (path, value) in json["fields"].as_object().into_iter().flatten() {
        let doc = FieldPath::parse(path).ok().map(|path| path.spec().doc);
        let line = format!("{path} {value}\n");
        match doc {
            Some(Doc::Front) => front.push_str(&line),
            Some(Doc::Chart) => chart.push_str(&line),
            _ => {}
        }
    }
    let mut sight = Sight {
        page: page.page,
        visits: BTreeMap::new(),
        digests: BTreeMap::from([(Part::Front, Hash32::of(front.as_bytes()))]),
        text: vec![json],
    };
    if *role == Role::Office {
        return Ok(sight);
    }
    sight
        .digests
        .insert(Part::Chart, Hash32::of(chart.as_bytes()));
    let mut log = String::new();
    for item in bag.visits(patient)? {
        log.push_str(&format!(
            "{} {} {} {} {} {:?} {}\n",
            item.item_id, item.kind, item.at, item.by, item.confirmed, item.amended_by, item.body
        ));
        let id = item.item_id.parse();
        let id = id.map_err(|_| AppError::new(Kind::Internal, "an item id"))?;
        sight.text.push(item.body.clone());
        sight.visits.insert(id, item.body);
    }
    sight.digests.insert(Part::Log, Hash32::of(log.as_bytes()));
    Ok(sight)
}

/// The signed items of a document as they are stored.
pub fn items(bag: &mut Bag, doc: DocKey) -> Result<BTreeMap<ItemId, Value>, AppError> {
    let items = bag.workspace().read(|session| session.items(doc))?;
    let bodies = items.into_iter().map(|seen| (seen.item.id, seen.item.body));
    Ok(bodies.collect())
}

/// A document's items in short.
pub fn digest(items: &BTreeMap<ItemId, Value>) -> Hash32 {
    let lines = items.iter().map(|(id, body)| format!("{id} {body}\n"));
    Hash32::of(lines.collect::<String>().as_bytes())
}

impl World {
    /// What a device shows of a patient; every opening counts for the audit.
    pub fn look(&mut self, index: usize, patient: PatientId) -> Result<Sight, AppError> {
        let device = self.device(index);
        let role = device.person.role.clone();
        device.opened += 1 + u64::from(role != Role::Office);
        look(device.bag()?, &role, patient)
    }
}
