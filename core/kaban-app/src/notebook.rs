//! The liaison notebook between the doctors, newest first. A patient appears as a pointer only.

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::notebook::NotebookEntry;
use kaban_model::visit::{Item, ItemKind};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::Deed;
use kaban_vault::audit::AuditEvent;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::bag::Bag;
use crate::error::Result;
use crate::roll::Stale;
use crate::views::time;

/// One entry.
#[derive(Clone, Debug, Serialize)]
pub struct NoteView {
    /// Id.
    pub item_id: String,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// Text.
    pub text: String,
    /// The patient it points to.
    pub patient: Option<String>,
    /// To be read first.
    pub urgent: bool,
    /// Where it is.
    pub sent: &'static str,
}

impl Bag {
    /// Writes an entry.
    pub fn add_note(
        &mut self,
        text: &str,
        patient: Option<PatientId>,
        urgent: bool,
    ) -> Result<ItemId> {
        let entry = NotebookEntry::from_value(patient, json!({ "text": text, "urgent": urgent }))?;
        let item = Item {
            id: ItemId::make(self.rng.as_mut()),
            kind: ItemKind::Note,
            at: self.now(),
            patient,
            link: None,
            body: entry.to_value(),
            rest: Map::new(),
        };
        let id = item.id;
        self.write_of(Stale::Nothing, |session, cx| {
            session.audit(cx, Deed::counted(AuditEvent::Write, 1))?;
            session.put_item(cx, DocKey::notebook(), &item).map(drop)
        })?;
        Ok(id)
    }

    /// The entries, newest first.
    pub fn notes(&mut self) -> Result<Vec<NoteView>> {
        self.pass_own(AuditEvent::List)?;
        let seen = self.read(|session, cx| {
            let items = session.items(DocKey::notebook())?;
            session.audit(cx, Deed::counted(AuditEvent::List, items.len()))?;
            let mut seen = Vec::new();
            for item in items {
                let sent = session.send_state(&item.envelope)?;
                seen.push((item, sent));
            }
            Ok(seen)
        })?;
        let views = seen.into_iter().rev().map(|(seen, sent)| NoteView {
            item_id: seen.item.id.to_string(),
            at: time(seen.item.at),
            by: self.name_of(seen.by),
            text: seen
                .item
                .body
                .get("text")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            patient: seen.item.patient.map(|id| id.to_string()),
            urgent: seen
                .item
                .body
                .get("urgent")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            sent: crate::visits::sent_sign(sent),
        });
        Ok(views.collect())
    }
}
