//! Drafts: the visit note that a person has begun and not signed, one for each patient.
//!
//! A draft is a row of this device under the key of the patient's log, and nobody else's. When
//! that key is about to go — the bag is let go of, the patient or this person leaves the team,
//! consent is withdrawn — the draft is handed in first: sealed into the outbox as an item of kind
//! `draft`, which its author confirms later. It names the record under which it was saved, because
//! by then its author may often write there no more; no reader needs a rule of its own for it.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::DocKind;
use kaban_model::visit::{Item, ItemKind};
use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::ids::Hash32;
use kaban_vault::audit::AuditEvent;
use kaban_vault::store::Scope;
use serde_json::Value;

use super::access::may_write;
use super::pages::Deed;
use super::write::Under;
use super::{Cx, Session};
use crate::error::Error;
use crate::group::DocKey;
use crate::payload::ContentKind;

const DRAFTS: &str = "draft";
/// Largest body of a draft, bytes of JSON.
pub const DRAFT_BYTES_MAX: usize = 64 * 1024;
/// Longest time as text, bytes.
const TIME_BYTES_MAX: usize = 40;

/// A note that was begun.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// The id the note will have.
    pub id: ItemId,
    /// About whom.
    pub patient: PatientId,
    /// When it was first saved.
    pub begun_at: DateTime<FixedOffset>,
    /// When it was last saved.
    pub saved_at: DateTime<FixedOffset>,
    /// What was typed so far.
    pub body: Value,
    /// The record under which it was saved: its author could write to the log then.
    head: Hash32,
}

impl Draft {
    /// The draft as others will see it, until its author confirms it.
    ///
    /// # Errors
    /// [`Error::Malformed`] when no device could read it back.
    pub fn to_item(&self) -> Result<Item, Error> {
        let arrived = self.body.get("arrived_at").and_then(Value::as_str);
        let arrived = arrived.and_then(|text| DateTime::parse_from_rfc3339(text.trim()).ok());
        let item = Item {
            id: self.id,
            kind: ItemKind::Draft,
            at: arrived.unwrap_or(self.begun_at),
            patient: Some(self.patient),
            link: None,
            body: self.body.clone(),
            rest: serde_json::Map::new(),
        };
        let bytes = item.to_bytes().map_err(unreadable)?;
        Item::from_bytes(&bytes).map_err(unreadable)
    }
}

impl Session<'_, '_> {
    /// This person's draft about a patient.
    pub fn draft(&mut self, patient: PatientId) -> Result<Option<Draft>, Error> {
        let tag = self.state.doc_tag(log_of(patient));
        let row = self.tx.get_row(DRAFTS, b"", tag.as_bytes())?;
        row.map(|bytes| Draft::decode(&bytes).map_err(|_| broken()))
            .transpose()
    }

    /// This person's drafts, by patient.
    pub fn drafts(&mut self) -> Result<Vec<Draft>, Error> {
        let rows = self.tx.list_rows(DRAFTS, b"")?;
        let read = |(_, bytes): (Vec<u8>, _)| {
            let bytes: kaban_vault::store::Plaintext = bytes;
            Draft::decode(&bytes).map_err(|_| broken())
        };
        let mut drafts: Vec<Draft> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        drafts.sort_by_key(|draft| draft.patient);
        Ok(drafts)
    }

    /// Whether a draft waits here for a document that this person reads no more and could not hand
    /// it in to.
    pub fn is_stranded(&mut self, patient: PatientId) -> Result<bool, Error> {
        let tag = self.state.doc_tag(log_of(patient));
        let lies = self.tx.row_scope(DRAFTS, b"", tag.as_bytes())?;
        Ok(lies.is_some() && lies != self.state.scope_of(log_of(patient)))
    }

    /// Saves what was typed so far. The first time a key period that this person may write under
    /// is made sure of, so that handing it in never needs one.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::Malformed`] when it is too large or could not be read back.
    pub fn save_draft(
        &mut self,
        cx: &mut Cx<'_>,
        patient: PatientId,
        id: ItemId,
        body: Value,
    ) -> Result<Draft, Error> {
        let doc = log_of(patient);
        self.check_may_write(doc)?;
        let known = self.draft(patient)?;
        let draft = match known {
            None => {
                let head = self.settle_heads(cx)?;
                self.ensure_doc(cx, doc)?;
                self.audit(cx, Deed::to(AuditEvent::Write, patient))?;
                Draft {
                    id,
                    patient,
                    begun_at: cx.now,
                    saved_at: cx.now,
                    body,
                    head,
                }
            }
            Some(known) => Draft {
                saved_at: cx.now,
                body,
                // With several heads none of them says all that is known: the one of before will do.
                head: self.only_head().unwrap_or(known.head),
                ..known
            },
        };
        draft.to_item()?;
        let bytes = draft.encode();
        if Draft::decode(&bytes).map(|read| read.body) != Ok(draft.body.clone()) {
            return Err(unreadable("a draft that cannot be read back"));
        }
        let scope = self.hold(doc)?.ok_or(Error::NoKey)?;
        let tag = self.state.doc_tag(doc);
        self.tx
            .put_row(&scope, DRAFTS, b"", tag.as_bytes(), &bytes)?;
        Ok(draft)
    }

    /// Takes a draft away; false if there was none.
    pub fn discard_draft(&mut self, patient: PatientId) -> Result<bool, Error> {
        let tag = self.state.doc_tag(log_of(patient));
        Ok(self.tx.delete_row(DRAFTS, b"", tag.as_bytes())?)
    }

    /// Hands in every draft of the bag; returns how many could not be, which stay.
    pub(super) fn hand_in_bag(&mut self, cx: &mut Cx<'_>) -> Result<usize, Error> {
        let mut left = 0;
        for draft in self.drafts()? {
            let tag = self.state.doc_tag(log_of(draft.patient));
            let lies = self.tx.row_scope(DRAFTS, b"", tag.as_bytes())?;
            if matches!(lies, Some(Scope::Bag(_))) && !self.hand_in(cx, &draft)? {
                left += 1;
            }
        }
        Ok(left)
    }

    /// Puts a draft under the key that its patient's log lies under now, or hands it in when this
    /// person reads the log no more. What cannot be handed in is kept under a key that stays.
    pub(super) fn settle_draft(
        &mut self,
        cx: &mut Cx<'_>,
        patient: PatientId,
    ) -> Result<(), Error> {
        let doc = log_of(patient);
        let tag = self.state.doc_tag(doc);
        let Some(lies) = self.tx.row_scope(DRAFTS, b"", tag.as_bytes())? else {
            return Ok(());
        };
        let wanted = self.state.scope_of(doc);
        if wanted == Some(lies) {
            return Ok(());
        }
        if !self.tx.has_scope(&lies)? {
            self.tx.delete_row(DRAFTS, b"", tag.as_bytes())?;
            return Ok(());
        }
        if let Some(wanted) = wanted {
            self.ensure_scope(&wanted)?;
            self.tx.rescope(DRAFTS, b"", tag.as_bytes(), &wanted)?;
            return Ok(());
        }
        let draft = self.draft(patient)?.ok_or(broken())?;
        // The bag is not erased while a draft is in it; a patient's own key goes at once.
        if !self.hand_in(cx, &draft)? && !matches!(lies, Scope::Bag(_)) {
            self.tx
                .rescope(DRAFTS, b"", tag.as_bytes(), &Scope::Member)?;
        }
        Ok(())
    }

    /// Seals a draft as an item of kind `draft` and takes its row away; false when there is no
    /// record or no key to do it under.
    fn hand_in(&mut self, cx: &mut Cx<'_>, draft: &Draft) -> Result<bool, Error> {
        let doc = log_of(draft.patient);
        let tag = self.state.doc_tag(doc);
        let Some(head) = self.head_for(doc, draft)? else {
            return Ok(false);
        };
        let Some((epoch, key)) = self.newest_doc_key(tag)? else {
            return Ok(false);
        };
        self.audit(cx, Deed::to(AuditEvent::Write, draft.patient))?;
        let item = draft.to_item()?;
        let content = item.to_bytes().map_err(unreadable)?;
        let under = Under {
            head,
            epoch,
            key,
            duty: self.duty_number_at(head),
        };
        let hash = self.seal_under(cx, doc, ContentKind::Item, content, under)?;
        if self.state.scope_of(doc).is_some() {
            self.keep_item(doc, hash, &item)?;
        }
        self.discard_draft(draft.patient)?;
        Ok(true)
    }

    /// The newest record at hand under which this person could write the document, and that does
    /// not go back behind what this device wrote there before.
    fn head_for(&mut self, doc: DocKey, draft: &Draft) -> Result<Option<Hash32>, Error> {
        let tag = self.state.doc_tag(doc);
        let device = self.state.me.device;
        let chain = self.tx.vector(&tag)?;
        let last = chain.into_iter().find(|(author, ..)| *author == device);
        let last = match last {
            Some((.., hash)) => self.tx.envelope(&hash)?,
            None => None,
        };
        let last = last.map(|stored| stored.envelope.header().members_head);
        let candidates = [self.only_head(), Some(draft.head), last];
        let fits = |head: &Hash32| {
            let state = &self.state;
            let goes_on =
                last.is_none_or(|last| last == *head || state.log.is_ancestor(&last, head));
            goes_on
                && state.log.get(head).is_some()
                && state.is_read(*head)
                && may_write(&state.association_at(*head), state.me.member, device, doc)
        };
        Ok(candidates.into_iter().flatten().find(fits))
    }

    /// The head of the record log, if there is one only.
    fn only_head(&self) -> Option<Hash32> {
        let heads = self.state.log.heads();
        heads.first().copied().filter(|_| heads.len() == 1)
    }
}

fn log_of(patient: PatientId) -> DocKey {
    DocKey::of(patient, DocKind::Log)
}

fn unreadable(why: impl ToString) -> Error {
    Error::Malformed {
        what: format!("draft: {}", why.to_string()),
    }
}

fn broken() -> Error {
    Error::Internal("a draft row does not read")
}

impl Wire for Draft {
    fn put(&self, w: &mut Writer) {
        let Self {
            id,
            patient,
            begun_at,
            saved_at,
            body,
            head,
        } = self;
        w.raw(id.as_bytes());
        w.raw(patient.as_bytes());
        head.put(w);
        for at in [begun_at, saved_at] {
            w.bytes(at.to_rfc3339_opts(SecondsFormat::Millis, false).as_bytes());
        }
        w.bytes(body.to_string().as_bytes());
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let id = ItemId::from_bytes(r.array("draft id")?);
        let patient = PatientId::from_bytes(r.array("patient")?);
        let head = Wire::take(r)?;
        let begun_at = take_time(r)?;
        let saved_at = take_time(r)?;
        let bad = r.error("draft");
        let body = r.bytes(DRAFT_BYTES_MAX, "draft")?;
        Ok(Self {
            id,
            patient,
            begun_at,
            saved_at,
            body: serde_json::from_slice(body).map_err(|_| bad)?,
            head,
        })
    }
}

fn take_time(r: &mut Reader<'_>) -> Result<DateTime<FixedOffset>, DecodeError> {
    let bad = r.error("time");
    let text = std::str::from_utf8(r.bytes(TIME_BYTES_MAX, "time")?).ok();
    text.and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .ok_or(bad)
}
