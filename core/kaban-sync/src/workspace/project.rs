//! Projections: boxed rows made for one screen each. Caches, rebuilt from documents and items.

use std::collections::BTreeMap;

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::patient::{FieldEntry, FieldPath, FieldState, ListRow, PatientPage};
use kaban_model::people::DocKind;
use kaban_model::visit::Item;
use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DeviceId, Hash32, MemberId};
use serde_json::Value;

use super::Session;
use super::write::SNAPSHOTS;
use crate::document::Document;
use crate::error::Error;
use crate::group::DocKey;
use crate::payload::Payload;

pub(super) const PAGES: &str = "page";
pub(super) const LIST: &str = "patient";
pub(super) const ITEMS: &str = "item";
/// Most values one document's projection holds.
const WRITES_MAX: usize = 60_000;

/// Collection, parent and id of a row.
pub(super) type RowName = (&'static str, Vec<u8>, Vec<u8>);

/// Every write of one document, as the page is folded from.
pub(super) struct Writes(pub Vec<(String, Vec<u8>)>);

/// The row of an item.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ItemRow {
    pub envelope: Hash32,
    pub device: DeviceId,
    pub member: MemberId,
    pub duty: u64,
    pub hlc: u64,
    pub wall_ms: i64,
    pub item: Vec<u8>,
}

/// The state of each field of a document, values that do not read left out.
pub(super) fn field_states(document: &mut Document) -> BTreeMap<FieldPath, FieldState> {
    let patient = PatientId::from_bytes([0; 16]);
    PatientPage::from_writes(patient, read_writes(flatten(document))).fields
}

fn flatten(document: &mut Document) -> Vec<(String, Vec<u8>)> {
    let writes = document.writes();
    writes
        .into_iter()
        .flat_map(|(key, values)| values.into_iter().map(move |v| (key.clone(), v)))
        .collect()
}

fn read_writes(writes: Vec<(String, Vec<u8>)>) -> Vec<(FieldPath, FieldEntry)> {
    writes
        .into_iter()
        .filter_map(|(key, value)| {
            Some((
                FieldPath::parse(&key).ok()?,
                FieldEntry::from_bytes(&value).ok()?,
            ))
        })
        .collect()
}

fn read_list_row(bytes: &[u8]) -> Result<ListRow, Error> {
    serde_json::from_slice(bytes).map_err(|_| Error::Internal("a list row does not read"))
}

/// The kinds whose fields make up a patient's page.
pub(super) const MERGED: [DocKind; 3] = [DocKind::Front, DocKind::Chart, DocKind::Admin];

impl Session<'_, '_> {
    pub(super) fn project_document(
        &mut self,
        doc: DocKey,
        document: &mut Document,
    ) -> Result<(), Error> {
        let Some(patient) = doc.patient else {
            return Ok(());
        };
        let Some(scope) = self.hold(doc)? else {
            return Ok(());
        };
        let writes = Writes(flatten(document));
        self.tx.put_row(
            &scope,
            PAGES,
            patient.as_bytes(),
            &[kind_byte(doc.kind)],
            &writes.encode(),
        )?;
        if doc.kind == DocKind::Front {
            let row = PatientPage::from_writes(patient, read_writes(writes.0)).row();
            let bytes = serde_json::to_vec(&row)
                .map_err(|_| Error::Internal("a list row does not encode"))?;
            self.tx
                .put_row(&scope, LIST, b"", patient.as_bytes(), &bytes)?;
        }
        Ok(())
    }

    pub(super) fn project_item(
        &mut self,
        doc: DocKey,
        envelope: &SealedEnvelope,
        payload: &Payload,
        item: &Item,
    ) -> Result<(), Error> {
        let Some(scope) = self.hold(doc)? else {
            return Ok(());
        };
        let tag = self.state.doc_tag(doc);
        let row = ItemRow {
            envelope: envelope.hash(),
            device: envelope.header().author,
            member: payload.statement.member,
            duty: payload.statement.duty,
            hlc: payload.statement.hlc.bits(),
            wall_ms: payload.statement.wall_ms,
            item: payload.statement.content.clone(),
        };
        self.tx.put_row(
            &scope,
            ITEMS,
            tag.as_bytes(),
            item.id.as_bytes(),
            &row.encode(),
        )?;
        Ok(())
    }

    /// The envelope that already holds an item of this id, if one does.
    pub(super) fn item_row(&mut self, doc: DocKey, item: ItemId) -> Result<Option<ItemRow>, Error> {
        let tag = self.state.doc_tag(doc);
        let row = self.tx.get_row(ITEMS, tag.as_bytes(), item.as_bytes())?;
        row.map(|bytes| {
            ItemRow::decode(&bytes).map_err(|_| Error::Internal("an item row does not read"))
        })
        .transpose()
    }

    pub(super) fn item_rows(&mut self, doc: DocKey) -> Result<Vec<ItemRow>, Error> {
        let tag = self.state.doc_tag(doc);
        self.tx
            .list_rows(ITEMS, tag.as_bytes())?
            .into_iter()
            .map(|(_, bytes)| {
                ItemRow::decode(&bytes).map_err(|_| Error::Internal("an item row does not read"))
            })
            .collect()
    }

    pub(super) fn page_of(&mut self, patient: PatientId) -> Result<Option<PatientPage>, Error> {
        let mut writes = Vec::new();
        let mut found = false;
        for kind in MERGED {
            let row = self
                .tx
                .get_row(PAGES, patient.as_bytes(), &[kind_byte(kind)])?;
            let Some(bytes) = row else { continue };
            found = true;
            let stored =
                Writes::decode(&bytes).map_err(|_| Error::Internal("a page row does not read"))?;
            writes.extend(read_writes(stored.0));
        }
        Ok(found.then(|| PatientPage::from_writes(patient, writes)))
    }

    /// The newest shown value of one single field.
    pub(super) fn value_of(
        &mut self,
        patient: PatientId,
        path: &FieldPath,
    ) -> Result<Option<Value>, Error> {
        let kind = kind_byte(DocKind::from(path.spec().doc));
        let row = self.tx.get_row(PAGES, patient.as_bytes(), &[kind])?;
        let Some(bytes) = row else { return Ok(None) };
        let stored =
            Writes::decode(&bytes).map_err(|_| Error::Internal("a page row does not read"))?;
        let key = path.to_string();
        let writes = stored.0.into_iter().filter(|(written, _)| *written == key);
        let page = PatientPage::from_writes(patient, read_writes(writes.collect()));
        let current = page.state(path).and_then(FieldState::current);
        Ok(current.and_then(FieldEntry::value).cloned())
    }

    pub(super) fn list_rows_of_all(&mut self) -> Result<Vec<(PatientId, ListRow)>, Error> {
        let rows = self.tx.list_rows(LIST, b"")?;
        rows.into_iter()
            .map(|(id, bytes)| {
                let id: [u8; 16] = id
                    .try_into()
                    .map_err(|_| Error::Internal("a patient id of a wrong size"))?;
                Ok((PatientId::from_bytes(id), read_list_row(&bytes)?))
            })
            .collect()
    }

    pub(super) fn list_row_of(&mut self, patient: PatientId) -> Result<Option<ListRow>, Error> {
        let row = self.tx.get_row(LIST, b"", patient.as_bytes())?;
        row.map(|bytes| read_list_row(&bytes)).transpose()
    }

    /// Every row kept of one document: (collection, parent, id).
    pub(super) fn rows_of(&mut self, doc: DocKey) -> Result<Vec<RowName>, Error> {
        let tag = self.state.doc_tag(doc);
        let mut rows = vec![(SNAPSHOTS, Vec::new(), tag.as_bytes().to_vec())];
        for (id, _) in self.tx.list_rows("doc_key", tag.as_bytes())? {
            rows.push(("doc_key", tag.as_bytes().to_vec(), id));
        }
        for (id, _) in self.tx.list_rows(ITEMS, tag.as_bytes())? {
            rows.push((ITEMS, tag.as_bytes().to_vec(), id));
        }
        if let Some(patient) = doc.patient {
            rows.push((
                PAGES,
                patient.as_bytes().to_vec(),
                vec![kind_byte(doc.kind)],
            ));
            if doc.kind == DocKind::Front {
                rows.push((LIST, Vec::new(), patient.as_bytes().to_vec()));
            }
        }
        Ok(rows)
    }
}

pub(super) fn kind_byte(kind: DocKind) -> u8 {
    match kind {
        DocKind::Front => 1,
        DocKind::Chart => 2,
        DocKind::Admin => 3,
        _ => 0,
    }
}

impl Wire for Writes {
    fn put(&self, w: &mut Writer) {
        w.length(self.0.len());
        for (key, value) in &self.0 {
            w.bytes(key.as_bytes());
            w.bytes(value);
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = r.length(WRITES_MAX, "writes")?;
        let mut writes = Vec::new();
        for _ in 0..count {
            let bad = r.error("field path");
            let key = String::from_utf8(r.bytes(256, "field path")?.to_vec()).map_err(|_| bad)?;
            writes.push((key, r.bytes(1024 * 1024, "value")?.to_vec()));
        }
        Ok(Self(writes))
    }
}

impl Wire for ItemRow {
    fn put(&self, w: &mut Writer) {
        let Self {
            envelope,
            device,
            member,
            duty,
            hlc,
            wall_ms,
            item,
        } = self;
        envelope.put(w);
        device.put(w);
        member.put(w);
        duty.put(w);
        hlc.put(w);
        (*wall_ms as u64).put(w);
        w.bytes(item);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            envelope: Wire::take(r)?,
            device: Wire::take(r)?,
            member: Wire::take(r)?,
            duty: Wire::take(r)?,
            hlc: Wire::take(r)?,
            wall_ms: u64::take(r)? as i64,
            item: r.bytes(1024 * 1024, "item")?.to_vec(),
        })
    }
}
