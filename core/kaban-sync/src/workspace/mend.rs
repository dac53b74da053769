//! Making again what was damaged: a snapshot, a page or an item from its envelopes, a key from the
//! epochs that seal it. A damaged envelope is wanted from then on, until somebody sends it again.
//!
//! Opening and taking in go on by themselves. A reading that met the damage is refused once, by
//! name, so that nobody overlooks it; the next one shows what the envelopes say. What was made
//! again stays noted until the doctor has told it. What cannot be made again, such as the keys of
//! the device or a draft, is left as it is.

use std::collections::BTreeSet;

use kaban_model::ids::PatientId;
use kaban_model::people::DocKind;
use kaban_model::visit::Item;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::DocTag;
use kaban_vault::slots::SlotSecrets;
use kaban_vault::store::{Durability, Scope, Store, Tx, Wanted};

use super::bag::merge_all;
use super::epoch_info::EpochInfo;
use super::epoch_rows::{CHILDREN, LOOSE};
use super::epochs::{DOC_KEYS, EPOCHS, GROUP_KEYS};
use super::project::{ITEMS, LIST, MERGED, PAGES, kind_byte};
use super::scopes::HELD;
use super::write::SNAPSHOTS;
use super::{Session, State, Workspace};
use crate::document::Document;
use crate::epoch::EpochBody;
use crate::error::Error;
use crate::group::DocKey;

const MENDED: &str = "mended";

/// What was lost, by what it takes to make it again.
#[derive(Default)]
struct Lost {
    rows: usize,
    tags: BTreeSet<DocTag>,
    pages: BTreeSet<DocKey>,
}

impl Workspace {
    /// Looks at every row and every envelope and makes again what is damaged and can be. Returns
    /// whether anything was.
    ///
    /// # Errors
    /// A failing store; what cannot be made again is no error.
    pub fn mend(&mut self) -> Result<bool, Error> {
        let secrets = self.store.secrets()?.duplicate();
        let (state, mended) = mended(&mut self.store, &secrets)?;
        self.state = state;
        Ok(mended)
    }
}

pub(super) fn is_damage(error: &Error) -> bool {
    matches!(
        error,
        Error::Vault(kaban_vault::Error::Tampered {
            table: "boxed" | "envelope" | "head",
            ..
        })
    )
}

/// The state in memory; what is damaged of it is made again first.
pub(super) fn load(store: &mut Store, secrets: &SlotSecrets) -> Result<State, Error> {
    match store.transact(Durability::Normal, |tx| State::load(tx, secrets)) {
        Err(error) if is_damage(&error) => match mended(store, secrets)? {
            (state, true) => Ok(state),
            (_, false) => Err(error),
        },
        other => other,
    }
}

fn mended(store: &mut Store, secrets: &SlotSecrets) -> Result<(State, bool), Error> {
    let lost = store.transact(Durability::Full, lose)?;
    let mut state = store.transact(Durability::Full, |tx| {
        let mut state = State::load(tx, secrets)?;
        Session {
            tx,
            state: &mut state,
        }
        .learn_lost(&lost)?;
        Ok::<_, Error>(state)
    })?;
    if lost.rows > 0 {
        // With the keys back, more of the records may open, and with them the rest.
        state = store.transact(Durability::Full, |tx| {
            let mut state = State::load(tx, secrets)?;
            Session {
                tx,
                state: &mut state,
            }
            .make_again(&lost)?;
            Ok::<_, Error>(state)
        })?;
    }
    Ok((state, lost.rows > 0))
}

/// Takes out what does not open and can be made again, and notes it.
fn lose(tx: &mut Tx<'_>) -> Result<Lost, Error> {
    let mut lost = Lost::default();
    let envelopes = tx.set_damaged_aside()?;
    lost.rows += usize::try_from(envelopes).unwrap_or(usize::MAX);
    for (collection, parent, id) in tx.unreadable_rows()? {
        let tag_of = |bytes: &[u8]| bytes.try_into().ok().map(DocTag::from_bytes);
        let patient_of = |bytes: &[u8]| bytes.try_into().ok().map(PatientId::from_bytes);
        match (collection.as_str(), id.as_slice()) {
            (SNAPSHOTS | HELD, _) => lost.tags.extend(tag_of(&id)),
            (ITEMS | DOC_KEYS | GROUP_KEYS | EPOCHS | LOOSE, _) => {
                lost.tags.extend(tag_of(&parent));
            }
            (CHILDREN, _) => lost.tags.extend(parent.get(..16).and_then(tag_of)),
            (PAGES, [byte]) => lost.pages.extend(
                MERGED
                    .iter()
                    .filter(|kind| kind_byte(**kind) == *byte)
                    .filter_map(|kind| Some(DocKey::of(patient_of(&parent)?, *kind))),
            ),
            (LIST, _) => lost
                .pages
                .extend(patient_of(&id).map(|patient| DocKey::of(patient, DocKind::Front))),
            ("lease" | "audit_again" | MENDED, _) | ("device", b"hlc") => {}
            _ => continue,
        }
        tx.delete_row(&collection, &parent, &id)?;
        lost.rows += 1;
        let noted = tx.get_row(MENDED, b"", collection.as_bytes());
        let before = noted.ok().flatten().and_then(|row| number(&row));
        note(tx, collection.as_bytes(), before.unwrap_or(0) + 1)?;
    }
    if envelopes > 0 {
        note(tx, b"envelope", envelopes)?;
    }
    Ok(lost)
}

fn note(tx: &mut Tx<'_>, what: &[u8], count: u64) -> Result<(), Error> {
    Ok(tx.put_row(&Scope::Device, MENDED, b"", what, &count.to_be_bytes())?)
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

impl Session<'_, '_> {
    /// What was made again since the doctor last told, by kind of row and with how many; told now.
    ///
    /// # Errors
    /// A failing store.
    pub fn tell_mended(&mut self) -> Result<Vec<(String, u64)>, Error> {
        let mut told = Vec::new();
        for (what, count) in self.tx.list_rows(MENDED, b"")? {
            self.tx.delete_row(MENDED, b"", &what)?;
            let what = String::from_utf8_lossy(&what).into_owned();
            told.push((what, number(&count).unwrap_or(1)));
        }
        Ok(told)
    }

    /// Envelopes that were damaged here and are asked for again.
    ///
    /// # Errors
    /// A failing store.
    pub fn wanted(&mut self) -> Result<Vec<Wanted>, Error> {
        Ok(self.tx.wanted()?)
    }

    /// The key periods of what was lost, and their keys.
    fn learn_lost(&mut self, lost: &Lost) -> Result<(), Error> {
        for tag in &lost.tags {
            for envelope in super::send::applied(self.tx, *tag)? {
                if envelope.header().kind == Kind::Epoch
                    && let Ok(body) = EpochBody::decode(envelope.body())
                {
                    self.note_epoch(*tag, &EpochInfo::of(&envelope, &body))?;
                }
            }
            self.relearn(*tag)?;
        }
        Ok(())
    }

    fn make_again(&mut self, lost: &Lost) -> Result<(), Error> {
        self.learn_lost(lost)?;
        let tagged = lost.tags.iter().filter_map(|tag| self.state.tags.get(tag));
        let docs: BTreeSet<DocKey> = tagged.chain(&lost.pages).copied().collect();
        for doc in docs {
            self.rebuild(doc)?;
        }
        Ok(())
    }

    /// A document's snapshot, pages and items, from the envelopes that were taken in.
    fn rebuild(&mut self, doc: DocKey) -> Result<(), Error> {
        if self.hold(doc)?.is_none() {
            return Ok(());
        }
        if doc.is_merged() {
            let mut document = self.merge_again(doc)?;
            self.save_document(doc, &mut document)?;
            return self.project_document(doc, &mut document);
        }
        for envelope in self.data_of(doc)? {
            if let Some(payload) = self.open_data(&envelope)?
                && let Ok(item) = Item::from_bytes(&payload.statement.content)
            {
                self.project_item(doc, &envelope, &payload, &item)?;
            }
        }
        Ok(())
    }

    fn data_of(&mut self, doc: DocKey) -> Result<Vec<SealedEnvelope>, Error> {
        let tag = self.state.doc_tag(doc);
        let mut taken_in = super::send::applied(self.tx, tag)?;
        taken_in.retain(|envelope| envelope.header().kind == Kind::Data);
        Ok(taken_in)
    }

    /// A merged document, from the changes that were taken in.
    pub(super) fn merge_again(&mut self, doc: DocKey) -> Result<Document, Error> {
        let mut document = Document::new(self.state.me.device);
        let mut changes = Vec::new();
        for envelope in self.data_of(doc)? {
            if let Some(payload) = self.open_data(&envelope)? {
                changes.push((envelope, payload));
            }
        }
        merge_all(&mut document, changes);
        Ok(document)
    }
}
