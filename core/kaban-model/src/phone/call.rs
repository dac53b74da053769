//! One call on the duty phone.
//!
//! The phone log goes from hand to hand with the duty and points to a patient only. What was said
//! about the patient belongs to the patient's own log; [`CallLogEntry::split`] parts the two.

use std::{convert::Infallible, fmt, str::FromStr};

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::{
    error::{Invalid, Reason},
    ids::{ItemId, PatientId},
    json::{Building, Members},
    patient::phone,
    visit::{Item, ItemKind, ItemLink, Thread},
};

/// The longest account of a call in characters.
pub const CALL_CHARS_MAX: usize = 1000;

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Advice was enough.
    Advice,
    /// Somebody goes there.
    Visit,
    /// An ambulance was called.
    Ambulance,
    /// Passed on to the primary physician.
    Primary,
    /// Passed on to the nursing station.
    Nurse,
    /// Something else, told in the text.
    Other,
    /// Not decided yet.
    Open,
    /// A decision of a newer version.
    Unknown(String),
}

impl Decision {
    const KNOWN: [Self; 7] = [
        Self::Advice,
        Self::Visit,
        Self::Ambulance,
        Self::Primary,
        Self::Nurse,
        Self::Other,
        Self::Open,
    ];

    /// The stored code and the label in Japanese and English.
    #[must_use]
    pub fn words(&self) -> (&str, &str, &str) {
        match self {
            Self::Advice => ("advice", "助言のみ", "advice"),
            Self::Visit => ("visit", "往診", "visit"),
            Self::Ambulance => ("ambulance", "救急要請", "ambulance"),
            Self::Primary => ("primary", "主治医へ", "to the primary physician"),
            Self::Nurse => ("nurse", "訪問看護へ", "to the nursing station"),
            Self::Other => ("other", "その他", "other"),
            Self::Open => ("open", "未定", "not decided"),
            Self::Unknown(code) => (code, code, code),
        }
    }
}

impl FromStr for Decision {
    type Err = Infallible;
    fn from_str(code: &str) -> Result<Self, Infallible> {
        Ok(Self::KNOWN
            .into_iter()
            .find(|d| d.words().0 == code)
            .unwrap_or_else(|| Self::Unknown(code.to_owned())))
    }
}

/// One call.
#[derive(Clone, PartialEq, Eq)]
pub struct CallLogEntry {
    /// When the phone rang.
    pub at: DateTime<FixedOffset>,
    /// Who called.
    pub caller: String,
    /// 続柄 or office.
    pub relation: String,
    /// Where they can be called back.
    pub caller_phone: String,
    /// About whom, when the patient is known.
    pub patient: Option<PatientId>,
    /// What was said.
    pub text: String,
    /// What was decided.
    pub decision: Decision,
    /// A call back was promised.
    pub call_back: bool,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

impl CallLogEntry {
    /// Reads a call about `patient`, as typed or as stored.
    ///
    /// # Errors
    /// [`Invalid`] names the member; a call without caller, number and text is [`Reason::Empty`].
    pub fn from_value(patient: Option<PatientId>, value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("call", value)?;
        let at = members
            .time("at")?
            .ok_or(members.invalid("at", Reason::Missing("at")))?;
        let caller_phone = match members.line("caller_phone", 40)? {
            text if text.is_empty() => text,
            text => phone(&text).map_err(|reason| members.invalid("caller_phone", reason))?,
        };
        let decision = members.line("decision", 32)?;
        let call = Self {
            at,
            caller: members.line("caller", 60)?,
            relation: members.line("relation", 40)?,
            caller_phone,
            patient,
            text: members.text("text", CALL_CHARS_MAX)?,
            decision: if decision.is_empty() {
                Decision::Open
            } else {
                decision.parse().unwrap_or(Decision::Open)
            },
            call_back: members.flag("call_back")?,
            rest: members.rest(),
        };
        if call.caller.is_empty() && call.caller_phone.is_empty() && call.text.is_empty() {
            return Err(Invalid::new("call", Reason::Empty));
        }
        Ok(call)
    }

    /// The stored body; the patient stands in the item.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Building::on(&self.rest)
            .time("at", Some(&self.at))
            .text("caller", &self.caller)
            .text("relation", &self.relation)
            .text("caller_phone", &self.caller_phone)
            .text("text", &self.text)
            .set("decision", self.decision.words().0)
            .flag("call_back", self.call_back)
            .value()
    }

    /// The item of the phone log and, when the patient is known, the item of the patient's log that keeps the text.
    #[must_use]
    pub fn split(&self, phone_item: ItemId, log_item: ItemId) -> (Item, Option<Item>) {
        let item = |id, call: &Self| Item {
            id,
            kind: ItemKind::Call,
            at: self.at,
            patient: self.patient,
            link: None,
            body: call.to_value(),
            rest: Map::new(),
        };
        if self.patient.is_none() {
            return (item(phone_item, self), None);
        }
        let pointer = Self {
            text: String::new(),
            rest: Map::new(),
            ..self.clone()
        };
        (item(phone_item, &pointer), Some(item(log_item, self)))
    }
}

/// The amendment that says the caller was called back.
#[must_use]
pub fn called_back(id: ItemId, call: &Item, at: DateTime<FixedOffset>, text: &str) -> Item {
    let body = Building::on(&Map::new())
        .time("called_back_at", Some(&at))
        .text("text", text)
        .value();
    let link = Some(ItemLink::Amends(call.id));
    Item {
        id,
        kind: ItemKind::Amendment,
        at,
        patient: call.patient,
        link,
        body,
        rest: Map::new(),
    }
}

/// Whether a promised call back is still owed.
#[must_use]
pub fn needs_call_back(call: &Thread) -> bool {
    let promised = |r: &crate::visit::Received| {
        r.item.body.get("call_back").and_then(Value::as_bool) == Some(true)
    };
    let done = |r: &crate::visit::Received| r.item.body.get("called_back_at").is_some();
    let open = call.original.iter().chain(&call.amendments).any(promised);
    open && !call.is_retracted() && !call.amendments.iter().any(done)
}

impl fmt::Debug for CallLogEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallLogEntry")
            .field("patient", &self.patient)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        ids::MemberId,
        visit::{Received, Threads},
    };

    const PATIENT: PatientId = PatientId::from_bytes([1; 16]);

    fn call(patient: Option<PatientId>) -> CallLogEntry {
        let given = json!({"at": "2026-11-25T02:10:00+09:00", "caller": "長女 和子", "relation": "長女",
            "caller_phone": "０９０ 0000 0000", "text": "痛みが強い", "decision": "visit", "call_back": true});
        CallLogEntry::from_value(patient, given).unwrap()
    }

    #[test]
    fn the_phone_log_points_to_a_known_patient_and_keeps_no_word_about_them() {
        let (phone, log) =
            call(Some(PATIENT)).split(ItemId::from_bytes([1; 16]), ItemId::from_bytes([2; 16]));
        assert_eq!(
            (phone.patient, phone.body.get("text")),
            (Some(PATIENT), None)
        );
        assert_eq!(log.unwrap().body["text"], json!("痛みが強い"));
        let (phone, log) =
            call(None).split(ItemId::from_bytes([1; 16]), ItemId::from_bytes([2; 16]));
        assert_eq!(
            (phone.body["text"].as_str(), log),
            (Some("痛みが強い"), None)
        );
    }

    #[test]
    fn a_promised_call_back_is_owed_until_somebody_called() {
        let by = MemberId::from_bytes([5; 16]);
        let (phone, _) = call(None).split(ItemId::from_bytes([1; 16]), ItemId::from_bytes([2; 16]));
        let back = called_back(
            ItemId::from_bytes([3; 16]),
            &phone,
            phone.at,
            "往診すると伝えた",
        );
        let phone = Received {
            item: phone,
            by,
            hlc: 1,
        };
        assert!(needs_call_back(&Threads::fold([phone.clone()]).threads[0]));
        let back = Received {
            item: back,
            by,
            hlc: 2,
        };
        assert!(!needs_call_back(&Threads::fold([back, phone]).threads[0]));
    }

    #[test]
    fn a_decision_of_a_newer_version_survives_and_an_empty_call_is_refused() {
        let at = "2026-11-25T02:10:00+09:00";
        let newer =
            CallLogEntry::from_value(None, json!({"at": at, "caller": "A", "decision": "drone"}))
                .unwrap();
        assert_eq!(newer.to_value()["decision"], json!("drone"));
        assert_eq!(
            CallLogEntry::from_value(None, json!({"at": at}))
                .unwrap_err()
                .reason,
            Reason::Empty
        );
    }
}
