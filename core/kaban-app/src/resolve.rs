//! How a person names a thing: the short number, a prefix of the id, a name of a member.

use std::collections::BTreeSet;

use kaban_model::ids::{ItemId, PatientId};
use kaban_proto::ids::{DeviceId, MemberId};

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};

/// Fewest characters of an id's prefix.
const PREFIX_MIN: usize = 6;
const NUMBERS: &str = "patient_no";
/// Row that keeps the last number given.
const LAST: &[u8] = b"last";

impl Bag {
    /// The patient that `text` names: the short number, or a prefix of the id.
    pub fn patient_id(&mut self, text: &str) -> Result<PatientId> {
        let known: Vec<PatientId> = self.known_patients()?;
        if text.len() < PREFIX_MIN
            && let Ok(number) = text.parse::<u64>()
        {
            let numbers = self.numbers(&known)?;
            let found = numbers.iter().find(|(_, no)| *no == number);
            return found
                .map(|(id, _)| *id)
                .ok_or(AppError::not_found("patient"));
        }
        by_prefix("patient", text, known)
    }

    /// The member that `text` names: a prefix of the id, or the whole name.
    pub fn member_id(&self, text: &str) -> Result<MemberId> {
        let association = self.workspace.association();
        let named: Vec<MemberId> = association
            .members()
            .filter(|(info, _)| info.name == text.trim())
            .map(|(info, _)| info.id)
            .collect();
        match named.as_slice() {
            [one] => Ok(*one),
            [] => by_prefix(
                "member",
                text,
                association.members().map(|(info, _)| info.id).collect(),
            ),
            _ => Err(AppError::new(
                Kind::Ambiguous,
                "several members have that name: use the id",
            )),
        }
    }

    /// The device that `text` names by a prefix of its id.
    pub fn device_id(&self, text: &str) -> Result<DeviceId> {
        by_prefix(
            "device",
            text,
            self.workspace
                .association()
                .devices()
                .map(|(id, _)| id)
                .collect(),
        )
    }

    /// The one device of a member, or the one named after `@`.
    pub fn device_of(&self, text: &str) -> Result<(MemberId, DeviceId)> {
        let (member, device) = text
            .split_once('@')
            .map_or((text, None), |(m, d)| (m, Some(d)));
        let member = self.member_id(member)?;
        if let Some(device) = device {
            return Ok((member, self.device_id(device)?));
        }
        let devices: Vec<DeviceId> = self
            .workspace
            .association()
            .devices()
            .filter(|(_, seen)| seen.members.contains(&member))
            .map(|(id, _)| id)
            .collect();
        match devices.as_slice() {
            [one] => Ok((member, *one)),
            [] => Err(AppError::not_found("device of that member")),
            _ => Err(AppError::new(
                Kind::Ambiguous,
                "that member has several devices: use MEMBER@DEVICE",
            )),
        }
    }

    /// The item that `text` names by a prefix of its id.
    pub(crate) fn item_id(text: &str, known: Vec<ItemId>) -> Result<ItemId> {
        by_prefix("item", text, known)
    }

    /// Patients a person can name here: those this device can read, closed by a lease or not, and
    /// those of one's own drafts.
    pub(crate) fn known_patients(&mut self) -> Result<Vec<PatientId>> {
        let mut known: BTreeSet<PatientId> = self.roll()?.ids().collect();
        let drafts = self.read(|session, _| session.drafts())?;
        known.extend(drafts.into_iter().map(|draft| draft.patient));
        Ok(known.into_iter().collect())
    }

    /// The short numbers of patients on this device; given once, in order of first sight, and
    /// never used again for somebody else.
    pub(crate) fn numbers(&mut self, patients: &[PatientId]) -> Result<Vec<(PatientId, u64)>> {
        let numbered = self.read(|session, _| {
            patients
                .iter()
                .map(|id| Ok((*id, session.device_number(NUMBERS, id.as_bytes())?)))
                .collect::<std::result::Result<Vec<_>, _>>()
        })?;
        if numbered.iter().all(|(_, number)| number.is_some()) {
            return Ok(numbered
                .into_iter()
                .map(|(id, number)| (id, number.unwrap_or_default()))
                .collect());
        }
        Ok(self.workspace.write(|session| {
            let mut last = session.device_number(NUMBERS, LAST)?.unwrap_or(0);
            let mut all = Vec::new();
            for (id, number) in numbered {
                let number = match number {
                    Some(number) => number,
                    None => {
                        last += 1;
                        session.set_device_number(NUMBERS, id.as_bytes(), last)?;
                        last
                    }
                };
                all.push((id, number));
            }
            session.set_device_number(NUMBERS, LAST, last)?;
            Ok(all)
        })?)
    }
}

fn by_prefix<I: ToString + Copy>(what: &str, text: &str, known: Vec<I>) -> Result<I> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() < PREFIX_MIN {
        return Err(AppError::not_found(what));
    }
    let fits: Vec<I> = known
        .into_iter()
        .filter(|id| id.to_string().starts_with(&text))
        .collect();
    match fits.as_slice() {
        [one] => Ok(*one),
        [] => Err(AppError::not_found(what)),
        _ => Err(AppError::new(
            Kind::Ambiguous,
            format!("several {what}s begin with that: give more of the id"),
        )),
    }
}
