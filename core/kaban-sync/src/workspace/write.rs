//! Writing: one save is one change or one item, one envelope, one transaction.

use kaban_model::ids::Vid;
use kaban_model::patient::{Content, FieldEntry, FieldPath, FieldState};
use kaban_model::visit::{Item, ItemKind};
use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Header, Kind, SealedEnvelope};
use kaban_proto::ids::{DocTag, EpochId, Hash32};
use kaban_proto::random::bytes;
use kaban_vault::kbox::Key;
use kaban_vault::kbox::{self, Namespace, Place};
use kaban_vault::store::EnvelopeState;

use super::links::{self, LinkVerdict, Sayer};
use super::{Cx, Session};
use crate::document::Document;
use crate::error::Error;
use crate::group::DocKey;
use crate::payload::{ContentKind, Payload, Statement};

/// Snapshots of merged documents.
pub(super) const SNAPSHOTS: &str = "doc";

/// A value to be written.
#[derive(Clone)]
pub struct NewValue {
    /// Where.
    pub path: FieldPath,
    /// What; checked by [`kaban_model::patient::validate`].
    pub content: Content,
    /// Where it came from, if not typed by a person.
    pub source: Option<String>,
    /// The open values it decides between; empty for an ordinary write.
    pub decides: Vec<Vid>,
}

/// What an envelope of data is written under.
pub(super) struct Under {
    /// The record it names.
    pub head: Hash32,
    /// The key period of the document, and its key.
    pub epoch: EpochId,
    pub key: Key,
    /// The duty it is written on, 0 for none.
    pub duty: u64,
}

impl Session<'_, '_> {
    /// Writes values to one merged document as one change.
    ///
    /// # Errors
    /// [`Error::Conflict`] when a field has several open values and the write does not decide
    /// between them, [`Error::NotAllowed`] when this person may not write the document.
    pub fn put_values(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocKey,
        values: &[NewValue],
    ) -> Result<Hash32, Error> {
        self.check_may_write(doc)?;
        let mut document = self.load_document(doc)?;
        let states = super::project::field_states(&mut document);
        let mut writes = Vec::new();
        for value in values {
            let entry = FieldEntry {
                vid: Vid::from_bytes(bytes(cx.rng)),
                content: value.content.clone(),
                by: self.state.me.member,
                at: cx.now,
                source: value.source.clone(),
                resolves: resolves(states.get(&value.path), &value.decides)?,
                rest: serde_json::Map::new(),
            };
            let bytes = entry
                .to_bytes()
                .map_err(|_| Error::Rule("the value is too large"))?;
            writes.push((value.path.to_string(), bytes));
        }
        let change = document.put(&writes)?;
        let hash = self.seal_data(cx, doc, ContentKind::Change, change)?;
        self.save_document(doc, &mut document)?;
        self.project_document(doc, &mut document)?;
        Ok(hash)
    }

    /// Adds one item to a signed set.
    pub fn put_item(&mut self, cx: &mut Cx<'_>, doc: DocKey, item: &Item) -> Result<Hash32, Error> {
        self.check_may_write(doc)?;
        self.check_link(doc, item)?;
        let bytes = item.to_bytes().map_err(|error| Error::Malformed {
            what: error.to_string(),
        })?;
        let hash = self.seal_data(cx, doc, ContentKind::Item, bytes)?;
        self.keep_item(doc, hash, item)?;
        Ok(hash)
    }

    /// Makes the row of an item that was just sealed here.
    pub(super) fn keep_item(
        &mut self,
        doc: DocKey,
        hash: Hash32,
        item: &Item,
    ) -> Result<(), Error> {
        let envelope = self
            .tx
            .envelope(&hash)?
            .ok_or(Error::Internal("a saved envelope is not there"))?;
        let payload = self.open_data(&envelope.envelope)?.ok_or(Error::NoKey)?;
        self.project_item(doc, &envelope.envelope, &payload, item)
    }

    /// Nothing is written that every other device would set aside.
    fn check_link(&mut self, doc: DocKey, item: &Item) -> Result<(), Error> {
        let (member, device) = (self.state.me.member, self.state.me.device);
        let association = self.state.association.clone();
        let tag = self.state.doc_tag(doc);
        let chain = self.tx.vector(&tag)?;
        let last = chain.into_iter().find(|(author, ..)| *author == device);
        let sayer = Sayer {
            member,
            device,
            seq: last.map_or(1, |(_, seq, _)| seq + 1),
        };
        match self.judge_link(doc, &association, sayer, item)? {
            LinkVerdict::Holds => Ok(()),
            LinkVerdict::Waits => Err(Error::NotFound("item")),
            LinkVerdict::No(links::MAY_NOT) if item.kind == ItemKind::Confirmation => {
                Err(Error::NotTheirs("a draft is confirmed by whoever wrote it"))
            }
            LinkVerdict::No(links::MAY_NOT) => Err(Error::NotTheirs(
                "only its author, the primary physician or the doctor on duty may amend a visit",
            )),
            LinkVerdict::No(_) => Err(Error::Rule("an item is linked to an original only")),
        }
    }

    fn seal_data(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocKey,
        kind: ContentKind,
        content: Vec<u8>,
    ) -> Result<Hash32, Error> {
        let head = self.settle_heads(cx)?;
        let (epoch, key) = self.ensure_doc(cx, doc)?;
        let under = Under {
            head,
            epoch,
            key,
            duty: self.duty_number_at(head),
        };
        self.seal_under(cx, doc, kind, content, under)
    }

    /// Seals a payload, signs it twice and puts it into the outbox.
    pub(super) fn seal_under(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocKey,
        kind: ContentKind,
        content: Vec<u8>,
        under: Under,
    ) -> Result<Hash32, Error> {
        let tag = self.state.doc_tag(doc);
        let header = self.next_header(Kind::Data, tag, under.epoch, under.head)?;
        let (audit_rows, audit_head) = self.tx.audit_head()?;
        let statement = Statement {
            member: self.state.me.member,
            duty: under.duty,
            hlc: self.tick(cx)?,
            wall_ms: cx.now.timestamp_millis(),
            offset_minutes: i16::try_from(cx.now.offset().local_minus_utc() / 60).unwrap_or(0),
            audit_rows,
            audit_head,
            kind,
            content,
        };
        let me = &self.state.me;
        let payload = Payload::sign(&header, statement, &me.member_sign);
        let body = kbox::seal(
            &under.key,
            &data_place(&header, &header.bytes()),
            &payload.encode(),
            cx.rng,
        );
        let envelope = SealedEnvelope::sign(header, body, &me.sign)?;
        self.tx
            .put_envelope(&envelope, EnvelopeState::Applied, true)?;
        Ok(envelope.hash())
    }

    /// The plaintext of a data envelope, or nothing when its key is not held here.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the box does not open under its key.
    pub(crate) fn open_data(
        &mut self,
        envelope: &SealedEnvelope,
    ) -> Result<Option<Payload>, Error> {
        let header = envelope.header();
        let Some(key) = self.doc_key(header.doc, header.epoch)? else {
            return Ok(None);
        };
        open_payload(&key, envelope).map(Some)
    }

    /// Number of the duty this device was on by what a record and its ancestors say, 0 for none.
    pub(super) fn duty_number_at(&self, head: Hash32) -> u64 {
        let me = (self.state.me.member, self.state.me.device);
        let association = self.state.association_at(head);
        let holder = association.duty().holder();
        holder
            .filter(|link| (link.member, link.device) == me)
            .map_or(0, |link| link.n)
    }

    pub(crate) fn load_document(&mut self, doc: DocKey) -> Result<Document, Error> {
        let tag = self.state.doc_tag(doc);
        let device = self.state.me.device;
        match self.tx.get_row(SNAPSHOTS, b"", tag.as_bytes())? {
            // A snapshot is a cache: what does not load is merged again.
            Some(bytes) => Document::load(&bytes, device).or_else(|_| self.merge_again(doc)),
            None => Ok(Document::new(device)),
        }
    }

    pub(super) fn save_document(
        &mut self,
        doc: DocKey,
        document: &mut Document,
    ) -> Result<(), Error> {
        let scope = self.hold(doc)?.ok_or(Error::NoKey)?;
        let tag: DocTag = self.state.doc_tag(doc);
        self.tx
            .put_row(&scope, SNAPSHOTS, b"", tag.as_bytes(), &document.save())?;
        Ok(())
    }
}

/// Opens a data envelope's box with its document key.
pub(crate) fn open_payload(key: &Key, envelope: &SealedEnvelope) -> Result<Payload, Error> {
    let header = envelope.header();
    let wrong = |what: &str| Error::Malformed {
        what: what.to_owned(),
    };
    let plain = kbox::open(key, &data_place(header, &header.bytes()), envelope.body())
        .map_err(|_| wrong("box"))?;
    Payload::decode(&plain).map_err(|_| wrong("payload"))
}

fn data_place<'a>(header: &Header, bytes: &'a [u8]) -> Place<'a> {
    Place {
        namespace: Namespace::Envelope,
        key_id: *header.epoch.as_bytes(),
        place: bytes,
    }
}

fn resolves(state: Option<&FieldState>, decides: &[Vid]) -> Result<Vec<Vid>, Error> {
    let empty = FieldState::default();
    let state = state.unwrap_or(&empty);
    if decides.is_empty() {
        state.resolves_for_set().map_err(|_| Error::Conflict)
    } else {
        state
            .resolves_for_decision(decides)
            .map_err(|_| Error::Rule("the values named are not open"))
    }
}
