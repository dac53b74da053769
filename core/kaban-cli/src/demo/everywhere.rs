//! Everything on every device, looked at once: whether all who read a document see the same, and
//! whether each saved thing is there for everybody who may read it.
//!
//! Who may read is asked of the access table with the teams the story formed, not of the devices.

use std::collections::{BTreeMap, BTreeSet};

use kaban_app::AppError;
use kaban_model::ids::PatientId;
use kaban_model::people::{DocKind, Relation, may_read};
use kaban_proto::ids::Hash32;
use kaban_sync::group::DocKey;

use super::ledger::Kind;
use super::looked::Looked;
use super::report::Tell;
use super::sight::{Part, Sight, digest, items};
use super::story::{Enrolled, Story};

/// Documents of a patient that the story saves to.
const DOCS: [DocKind; 5] = [
    DocKind::Front,
    DocKind::Chart,
    DocKind::Admin,
    DocKind::Log,
    DocKind::Source,
];
/// Fewest copies of saved things that have to be looked for.
const COPIES_MIN: u64 = 5_000;
/// Fewest saved things of each kind.
const SAVED_MIN: [(Kind, u64); 5] = [
    (Kind::Field, 910),
    (Kind::Visit, 13),
    (Kind::Note, 13),
    (Kind::Closure, 2),
    (Kind::Record, 200),
];

/// A document that several devices have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// Of a patient.
    Page(PatientId, Part),
    /// The notebook between doctors.
    Notebook,
    /// The closed roads.
    Closures,
}

/// What was seen.
#[derive(Default)]
pub struct Everywhere {
    /// Each document with the digests that devices show.
    pub seen: BTreeMap<Document, BTreeSet<Hash32>>,
    /// Copies of documents that were compared.
    pub copies: u64,
    there: u64,
    saved: u64,
}

impl Everywhere {
    /// Documents that devices show differently.
    pub fn apart(&self) -> usize {
        self.seen.values().filter(|shown| shown.len() > 1).count()
    }

    /// Whether each saved thing was there for everybody who may read it.
    pub fn nothing_lost(&self, story: &Story<'_>) -> Looked {
        let kinds = story.ledger.saved();
        let of = |kind| kinds.get(&kind).copied().unwrap_or(0);
        let enough = SAVED_MIN.iter().all(|(kind, least)| of(*kind) >= *least);
        Looked::all(self.there, self.saved, COPIES_MIN).and(enough)
    }

    fn add(&mut self, document: Document, digest: Hash32) {
        self.seen.entry(document).or_default().insert(digest);
        self.copies += 1;
    }

    fn find(&mut self, (there, saved): (u64, u64)) {
        self.there += there;
        self.saved += saved;
    }
}

/// Looks at every document of everybody, and for every saved thing.
pub fn look_everywhere(story: &mut Story<'_>) -> Result<Everywhere, AppError> {
    story.note_records()?;
    let mut all = Everywhere::default();
    let patients = story.patients.clone();
    for index in 0..story.world.devices.len() {
        let readable: BTreeSet<_> = story.world.device(index).readable()?.into_iter().collect();
        for enrolled in &patients {
            let here = readable.contains(&enrolled.id);
            let sight = here
                .then(|| story.world.look(index, enrolled.id))
                .transpose()?;
            let digests = sight.iter().flat_map(|sight| &sight.digests);
            for (part, digest) in digests {
                all.add(Document::Page(enrolled.id, *part), *digest);
            }
            for doc in DOCS {
                if may_read_of(story, index, Some(enrolled), doc) {
                    all.find(kept(story, index, enrolled.id, doc, sight.as_ref())?);
                }
            }
        }
        shared(story, index, &mut all)?;
    }
    Ok(all)
}

/// Looks at some patients' documents on every device that has them.
pub fn look_at(
    story: &mut Story<'_>,
    patients: &BTreeSet<PatientId>,
) -> Result<Everywhere, AppError> {
    let mut all = Everywhere::default();
    for index in 0..story.world.devices.len() {
        let readable = story.world.device(index).readable()?;
        for patient in readable.into_iter().filter(|id| patients.contains(id)) {
            for (part, digest) in story.world.look(index, patient)?.digests {
                all.add(Document::Page(patient, part), digest);
            }
        }
        shared(story, index, &mut all)?;
    }
    Ok(all)
}

/// How many of each kind were saved, in words.
pub fn told(story: &Story<'_>, tell: Tell) -> String {
    let words = |kind| match kind {
        Kind::Field => ("項目", "fields"),
        Kind::Visit => ("記録", "signed notes"),
        Kind::Note => ("連絡ノート", "notebook entries"),
        Kind::Closure => ("通行止め", "road closures"),
        Kind::Record => ("台帳", "records"),
    };
    let each = story.ledger.saved().into_iter().map(|(kind, number)| {
        let (ja, en) = words(kind);
        tell.pick(format!("{ja} {number}"), format!("{number} {en}"))
    });
    each.collect::<Vec<_>>().join(&tell.pick("・", ", "))
}

/// Whether the person at a device may read a document, by the access table.
pub fn may_read_of(
    story: &Story<'_>,
    index: usize,
    patient: Option<&Enrolled>,
    doc: DocKind,
) -> bool {
    let relation = Relation {
        team: patient.is_some_and(|patient| patient.team().any(|other| other == index)),
        primary: patient.is_some_and(|patient| patient.primary == index),
        duty_holder: story.holder == index,
        own_device: false,
    };
    may_read(&story.world.devices[index].person.role, relation, doc)
}

/// How much of what was saved to a patient's document a device has.
fn kept(
    story: &mut Story<'_>,
    index: usize,
    patient: PatientId,
    doc: DocKind,
    sight: Option<&Sight>,
) -> Result<(u64, u64), AppError> {
    let key = DocKey::of(patient, doc);
    Ok(match (doc, sight) {
        (DocKind::Log, Some(sight)) => story.ledger.items_among(key, &sight.visits),
        (DocKind::Log, None) => story.ledger.items_among(key, &BTreeMap::new()),
        (DocKind::Source, _) if story.ledger.has_items(key) => {
            let here = items(story.world.device(index).bag()?, key)?;
            story.ledger.items_among(key, &here)
        }
        (DocKind::Source, _) => (0, 0),
        _ => story
            .ledger
            .fields_on(patient, sight.map(|sight| &sight.page), doc),
    })
}

/// Notebook, closed roads, records: what is of no patient.
fn shared(story: &mut Story<'_>, index: usize, all: &mut Everywhere) -> Result<(), AppError> {
    for (document, key) in [
        (Document::Notebook, DocKey::notebook()),
        (Document::Closures, DocKey::closures()),
    ] {
        if may_read_of(story, index, None, key.kind) {
            let here = items(story.world.device(index).bag()?, key)?;
            all.add(document, digest(&here));
            all.find(story.ledger.items_among(key, &here));
        }
    }
    let Story { world, ledger, .. } = story;
    let log = world.device(index).bag()?.workspace().record_log();
    let (mut there, mut saved) = (0, 0);
    for hash in ledger.records() {
        saved += 1;
        there += u64::from(log.get(hash).is_some());
    }
    all.find((there, saved));
    Ok(())
}
