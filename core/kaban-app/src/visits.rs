//! Visit notes: written once, signed, corrected by amendments that never replace.

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::DocKind;
use kaban_model::visit::{Item, ItemKind, ItemLink, VisitNote};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Deed, ItemSeen};
use kaban_vault::audit::AuditEvent;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::bag::Bag;
use crate::error::{AppError, Result};
use crate::views::time;

/// A visit as typed: the members of a visit file (`arrived_at`, `subjective`, `vitals`, …).
#[derive(Clone, Debug)]
pub struct VisitInput {
    /// The body as JSON; `arrived_at` is filled in with now when it is missing.
    pub body: Value,
}

/// An item with everything said about it.
#[derive(Clone, Debug, Serialize)]
pub struct ItemView {
    /// Id.
    pub item_id: String,
    /// Kind.
    pub kind: String,
    /// Clinical time.
    pub at: String,
    /// Who signed.
    pub by: String,
    /// Signed as final, or confirmed by its author.
    pub confirmed: bool,
    /// Taken back.
    pub retracted: bool,
    /// Number of the duty it was written under, 0 for none.
    pub duty: u64,
    /// Amendments, oldest first: item_id, by, at, body.
    pub amended_by: Vec<Value>,
    /// Content.
    pub body: Value,
    /// `●` on this device only, `✓` a relay has given a receipt.
    pub sent: &'static str,
}

impl Bag {
    /// Writes a visit note; gives its id and what looks implausible.
    pub fn add_visit(
        &mut self,
        patient: PatientId,
        input: VisitInput,
    ) -> Result<(ItemId, Vec<String>)> {
        let note = self.read_visit(patient, input)?;
        let warnings = note
            .vitals
            .warnings()
            .iter()
            .map(|warning| warning.text(true))
            .collect();
        let id = ItemId::make(self.rng.as_mut());
        let item = note.to_item(id);
        self.put_item(patient, DocKind::Log, &item, AuditEvent::Write)?;
        Ok((id, warnings))
    }

    /// The items of a patient's log, oldest first, each with its amendments.
    pub fn visits(&mut self, patient: PatientId) -> Result<Vec<ItemView>> {
        let (seen, sent) = self.read(|session, cx| {
            session.audit(cx, Deed::to(AuditEvent::OpenPatient, patient))?;
            let seen = session.items(DocKey::of(patient, DocKind::Log))?;
            let sent = seen
                .iter()
                .map(|item| session.send_state(&item.envelope))
                .collect::<std::result::Result<Vec<_>, _>>()?;
            Ok((seen, sent))
        })?;
        Ok(self.thread_views(&seen, &sent))
    }

    /// Adds a correction to a visit; it stands beside the original for ever.
    pub fn amend_visit(&mut self, patient: PatientId, item: &str, body: Value) -> Result<ItemId> {
        let seen = self.read(|session, _| session.items(DocKey::of(patient, DocKind::Log)))?;
        let known = seen.iter().map(|seen| seen.item.id).collect();
        let named = Self::item_id(item, known)?;
        let original = original_of(&seen, named).ok_or(AppError::not_found("visit"))?;
        self.may_amend(patient, original)?;
        let body = match body {
            Value::Object(map) if !map.is_empty() => Value::Object(map),
            _ => {
                return Err(AppError::input(
                    "an amendment needs a text: --text TEXT or --from FILE.json",
                ));
            }
        };
        let amendment = Item {
            id: ItemId::make(self.rng.as_mut()),
            kind: ItemKind::Amendment,
            at: self.now(),
            patient: Some(patient),
            link: Some(ItemLink::Amends(original.item.id)),
            body,
            rest: Map::new(),
        };
        let id = amendment.id;
        self.put_item(patient, DocKind::Log, &amendment, AuditEvent::Amend)?;
        Ok(id)
    }

    pub(crate) fn put_item(
        &mut self,
        patient: PatientId,
        kind: DocKind,
        item: &Item,
        event: AuditEvent,
    ) -> Result<()> {
        let event_kept = event.clone();
        let written = self.write(|session, cx| {
            session.audit(cx, Deed::to(event, patient))?;
            session
                .put_item(cx, DocKey::of(patient, kind), item)
                .map(drop)
        });
        written.map_err(|error| self.refused(event_kept, patient, error))
    }

    fn read_visit(&self, patient: PatientId, input: VisitInput) -> Result<VisitNote> {
        let Value::Object(mut body) = input.body else {
            return Err(AppError::input(
                "a visit is a JSON object, e.g. {\"subjective\": \"…\"}",
            ));
        };
        if !body.contains_key("arrived_at") {
            body.insert("arrived_at".to_owned(), time(self.now()).into());
        }
        Ok(VisitNote::from_value(patient, Value::Object(body))?)
    }

    /// Author, primary, or whoever is on duty (security-sync.md §4.10).
    fn may_amend(&self, patient: PatientId, original: &ItemSeen) -> Result<()> {
        let me = self.workspace.member();
        let association = self.workspace.association();
        let primary = association
            .registration(patient)
            .is_some_and(|r| r.primary == me);
        if original.by == me || primary || self.workspace.holds_bag() {
            return Ok(());
        }
        let why = "only its author, the primary physician or the doctor on duty may amend a visit";
        Err(AppError::new(crate::error::Kind::NotAllowed, why))
    }

    fn thread_views(
        &self,
        seen: &[ItemSeen],
        sent: &[kaban_sync::workspace::SendState],
    ) -> Vec<ItemView> {
        let linked = |id: ItemId, is: fn(&ItemLink) -> bool| {
            seen.iter().filter(move |other| {
                other
                    .item
                    .link
                    .as_ref()
                    .is_some_and(|link| link.original() == id && is(link))
            })
        };
        seen.iter()
            .zip(sent)
            .filter(|(item, _)| item.item.link.is_none())
            .map(|(item, sent)| {
                let id = item.item.id;
                let amendments = linked(id, |link| matches!(link, ItemLink::Amends(_)));
                let own = |confirmation: &&ItemSeen| confirmation.by == item.by;
                let confirmed = item.item.kind != ItemKind::Draft
                    || linked(id, |link| matches!(link, ItemLink::Confirms(_))).any(|c| own(&c));
                ItemView {
                    item_id: id.to_string(),
                    kind: item.item.kind.code().to_owned(),
                    at: time(item.item.at),
                    by: self.name_of(item.by),
                    confirmed,
                    retracted: linked(id, |link| matches!(link, ItemLink::Retracts(_)))
                        .next()
                        .is_some(),
                    duty: item.duty,
                    amended_by: amendments
                        .map(|a| {
                            json!({
                                "item_id": a.item.id.to_string(),
                                "by": self.name_of(a.by),
                                "at": time(a.item.at),
                                "body": a.item.body,
                            })
                        })
                        .collect(),
                    body: item.item.body.clone(),
                    sent: sent_sign(*sent),
                }
            })
            .collect()
    }
}

pub(crate) fn sent_sign(state: kaban_sync::workspace::SendState) -> &'static str {
    match state {
        kaban_sync::workspace::SendState::HereOnly => "●",
        kaban_sync::workspace::SendState::Receipt => "✓",
    }
}

/// An amendment names the original, also when it was written about an amendment.
fn original_of(seen: &[ItemSeen], id: ItemId) -> Option<&ItemSeen> {
    let named = seen.iter().find(|seen| seen.item.id == id)?;
    match &named.item.link {
        Some(link) => seen.iter().find(|seen| seen.item.id == link.original()),
        None => Some(named),
    }
}
