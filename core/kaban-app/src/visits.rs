//! Visit notes: written once, signed, corrected by amendments that never replace.

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::DocKind;
use kaban_model::visit::{Item, ItemKind, ItemLink, VisitNote};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Deed, ItemSeen};
use kaban_vault::audit::AuditEvent;
use serde::Serialize;
use serde_json::{Value, json};

use crate::bag::Bag;
use crate::error::{AppError, Result};
use crate::roll::Stale;
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
    /// Who took it back, when and why, oldest first: item_id, by, at, body.
    pub retracted_by: Vec<Value>,
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
        self.pass(AuditEvent::OpenPatient, patient)?;
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

    pub(crate) fn put_item(
        &mut self,
        patient: PatientId,
        kind: DocKind,
        item: &Item,
        event: AuditEvent,
    ) -> Result<()> {
        self.check_registered(patient)?;
        let event_kept = event.clone();
        let written = self.write_of(Stale::Nothing, |session, cx| {
            session.put_item(cx, DocKey::of(patient, kind), item)?;
            session.audit(cx, Deed::to(event, patient))
        });
        written.map_err(|error| self.refused(event_kept, patient, error))
    }

    pub(crate) fn read_visit(&self, patient: PatientId, input: VisitInput) -> Result<VisitNote> {
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
                let said = |about: &ItemSeen| {
                    json!({
                        "item_id": about.item.id.to_string(),
                        "by": self.name_of(about.by),
                        "at": time(about.item.at),
                        "body": about.item.body,
                    })
                };
                let retractions: Vec<Value> =
                    linked(id, |link| matches!(link, ItemLink::Retracts(_)))
                        .map(said)
                        .collect();
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
                    retracted: !retractions.is_empty(),
                    retracted_by: retractions,
                    duty: item.duty,
                    amended_by: amendments.map(said).collect(),
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
