//! What is said about a note after it was signed: an amendment, the confirmation of a draft, the
//! taking back of what was written to the wrong patient. The note itself is never changed.

use kaban_model::ids::{ItemId, PatientId};
use kaban_model::people::DocKind;
use kaban_model::visit::{Item, ItemKind, ItemLink};
use kaban_sync::group::DocKey;
use kaban_sync::workspace::ItemSeen;
use kaban_vault::audit::AuditEvent;
use serde_json::{Map, Value, json};

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};

/// Longest reason for taking a note back, characters.
const REASON_CHARS_MAX: usize = 400;

impl Bag {
    /// Adds a correction to a visit; it stands beside the original for ever.
    pub fn amend_visit(&mut self, patient: PatientId, item: &str, body: Value) -> Result<ItemId> {
        let (_, original) = self.original(patient, item)?;
        let body = match body {
            Value::Object(map) if !map.is_empty() => Value::Object(map),
            _ => {
                return Err(AppError::input(
                    "an amendment needs a text: --text TEXT or --from FILE.json",
                ));
            }
        };
        let link = ItemLink::Amends(original.item.id);
        self.say(patient, ItemKind::Amendment, link, body, AuditEvent::Amend)
    }

    /// Makes a draft that left this person's hands final.
    ///
    /// # Errors
    /// [`Kind::NotAllowed`] for anybody but its author; [`Kind::Rule`] for what is no draft, was
    /// confirmed already or was taken back.
    pub fn confirm_item(&mut self, patient: PatientId, item: &str) -> Result<ItemId> {
        let (seen, original) = self.original(patient, item)?;
        let id = original.item.id;
        let said = |by_author: bool, link: ItemLink| {
            seen.iter().any(|other| {
                other.item.link == Some(link) && (!by_author || other.by == original.by)
            })
        };
        let why = if original.item.kind != ItemKind::Draft {
            Some("only a draft is confirmed: this was signed as final")
        } else if said(false, ItemLink::Retracts(id)) {
            Some("the draft was taken back")
        } else if said(true, ItemLink::Confirms(id)) {
            Some("the draft was confirmed already")
        } else {
            None
        };
        if let Some(why) = why {
            return Err(AppError::new(Kind::Rule, why));
        }
        let link = ItemLink::Confirms(id);
        let nothing = Value::Object(Map::new());
        self.say(
            patient,
            ItemKind::Confirmation,
            link,
            nothing,
            AuditEvent::Confirm,
        )
    }

    /// Takes back a note that was written to the wrong patient or in error. It stays readable, is
    /// marked, and says who took it back and why.
    ///
    /// # Errors
    /// [`Kind::BadInput`] without a reason; [`Kind::NotAllowed`] for anybody who may not amend it;
    /// [`Kind::Rule`] when it was taken back already.
    pub fn retract_visit(
        &mut self,
        patient: PatientId,
        item: &str,
        reason: &str,
    ) -> Result<ItemId> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
            let how = format!("say why in at most {REASON_CHARS_MAX} characters: --reason TEXT");
            return Err(AppError::input(how));
        }
        let (seen, original) = self.original(patient, item)?;
        let link = ItemLink::Retracts(original.item.id);
        if seen.iter().any(|other| other.item.link == Some(link)) {
            return Err(AppError::new(
                Kind::Rule,
                "this note was taken back already",
            ));
        }
        let body = json!({ "reason": reason });
        self.say(patient, ItemKind::Retraction, link, body, AuditEvent::Amend)
    }

    fn say(
        &mut self,
        patient: PatientId,
        kind: ItemKind,
        link: ItemLink,
        body: Value,
        event: AuditEvent,
    ) -> Result<ItemId> {
        let item = Item {
            id: ItemId::make(self.rng.as_mut()),
            kind,
            at: self.now(),
            patient: Some(patient),
            link: Some(link),
            body,
            rest: Map::new(),
        };
        self.put_item(patient, DocKind::Log, &item, event)?;
        Ok(item.id)
    }

    /// The items of a log, and the original of the one that `text` names: what is said about an
    /// amendment is said about what it amends.
    fn original(&mut self, patient: PatientId, text: &str) -> Result<(Vec<ItemSeen>, ItemSeen)> {
        let seen = self.read(|session, _| session.items(DocKey::of(patient, DocKind::Log)))?;
        let known = seen.iter().map(|seen| seen.item.id).collect();
        let named = Self::item_id(text, known)?;
        let find = |id: ItemId| seen.iter().find(|seen| seen.item.id == id);
        let original = find(named).and_then(|named| match &named.item.link {
            Some(link) => find(link.original()),
            None => Some(named),
        });
        let original = original.ok_or(AppError::not_found("visit"))?.clone();
        Ok((seen, original))
    }
}
