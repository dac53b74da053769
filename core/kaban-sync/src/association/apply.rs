//! Putting acts into the state: what each one changes where it counts.

use std::borrow::Cow;
use std::sync::Arc;

use kaban_model::duty::{Absence, ConsentAct, ConsentState, Unreached};
use kaban_model::people::Role;
use kaban_proto::codec::Wire;
use kaban_proto::ids::{DeviceId, Hash32, MemberId};
use kaban_proto::sign::VerifyKey;

use super::court::Verdicts;
use super::history::Entry;
use super::rights::{Refused, need};
use super::{Admitted, Association, DeviceSeen, Founding, RecordView, RefusedAct, Registration};
use crate::acts::{Act, MemberInfo};
use crate::seen::SeenHeads;

/// Whether one record is among the ancestors of another.
pub(super) type Before<'a> = &'a dyn Fn(&Hash32, &Hash32) -> bool;

impl Association {
    /// Puts a judged record into the state, as far as the court lets it count.
    pub(super) fn take_in(&mut self, entry: &Entry, verdicts: &Arc<Verdicts>, before: Before<'_>) {
        self.verdicts = Arc::clone(verdicts);
        self.court.note(entry);
        let record = entry.view();
        if record.acts.is_empty() || verdicts.is_removed(&entry.hash) {
            return;
        }
        if verdicts.is_stranger(entry.member) {
            self.refuse(entry.hash, "was signed by somebody who was not let in");
            return;
        }
        for (act, verdict) in record.acts.iter().zip(entry.verdict()) {
            let doubted = act.grants() && verdicts.is_void(&entry.hash);
            let counts = match (verdict, act) {
                (Err(why), _) => Err(*why),
                (Ok(()), Act::Take(take)) => {
                    let rank = self.rank(record.member);
                    self.duty.take(record.hash, take, rank, doubted)
                }
                (Ok(()), _) if doubted => Err("was not known when its writer was suspended"),
                (Ok(()), _) => self.apply(&record, act, before),
            };
            if let Err(why) = counts {
                self.refuse(entry.hash, why);
            }
        }
        if let Some(why) = entry.unsigned() {
            self.refuse(entry.hash, why);
        }
    }

    fn refuse(&mut self, record: Hash32, why: Refused) {
        self.refused.push_back_mut(RefusedAct {
            record,
            why: Cow::Borrowed(why),
        });
    }

    /// The key that the person who signed a record has, as far as this state knows.
    pub(super) fn signing_key(&self, record: &RecordView<'_>) -> Option<VerifyKey> {
        let founder = record.acts.iter().find_map(|act| match act {
            Act::Found { founder, .. } if record.parents.is_empty() => Some(founder.sign),
            _ => None,
        });
        founder.or_else(|| self.member(record.member).map(|info| info.sign))
    }

    /// Puts a permitted act into the state, if it fits what is there.
    pub(super) fn apply(
        &mut self,
        record: &RecordView<'_>,
        act: &Act,
        before: Before<'_>,
    ) -> Result<(), Refused> {
        match act {
            Act::Unknown => Ok(()),
            Act::Found {
                name,
                tag_key,
                founder,
                device,
            } => {
                let own = (founder.id, *device) == (record.member, record.device);
                need(own, "founds for somebody else")?;
                self.founding = Arc::new(Founding {
                    name: name.clone(),
                    tag_key: tag_key.0.clone().into(),
                    founder: Some(founder.id),
                });
                let info = Arc::new(founder.clone());
                self.members.insert_mut(founder.id, info);
                self.change_device(*device, |seen| {
                    seen.members.insert(founder.id);
                });
                Ok(())
            }
            Act::Enrol {
                member,
                device,
                lease,
                lease_id,
                compared,
            } => {
                if !self.members.contains_key(&member.id) {
                    self.members.insert_mut(member.id, Arc::new(member.clone()));
                }
                self.change_device(*device, |seen| {
                    seen.members.insert(member.id);
                    seen.prekeys.entry(member.id).or_insert((*lease, *lease_id));
                    seen.admitted.get_or_insert(Admitted {
                        by: record.member,
                        on: record.device,
                        at: record.at,
                        compared: *compared,
                    });
                });
                Ok(())
            }
            Act::Prekey {
                device,
                lease,
                lease_id,
            } => {
                self.change_device(*device, |seen| {
                    seen.prekeys.insert(record.member, (*lease, *lease_id));
                });
                Ok(())
            }
            Act::SetRole { member, role } => {
                let info = self.members.get(member).ok_or("names nobody")?;
                let role = role.clone();
                let info = MemberInfo {
                    role,
                    ..(**info).clone()
                };
                self.members.insert_mut(*member, Arc::new(info));
                Ok(())
            }
            // The court keeps these: see [`super::court`].
            Act::SuspendMember { .. }
            | Act::ConfirmSuspension { .. }
            | Act::LiftSuspension { .. } => Ok(()),
            Act::Absence { member, from, to } => {
                self.absences.push_back_mut(Absence {
                    member: *member,
                    from: *from,
                    to: *to,
                });
                Ok(())
            }
            Act::Unreached {
                member,
                patient,
                at,
                tries,
            } => {
                let by = record.member;
                self.unreached.push_back_mut(Unreached {
                    member: *member,
                    patient: *patient,
                    at: *at,
                    tries: *tries,
                    by,
                });
                Ok(())
            }
            Act::Take(take) => {
                let rank = self.rank(record.member);
                self.duty.take(record.hash, take, rank, false)
            }
            Act::Offer(offer) => {
                self.duty
                    .offered(record.hash, offer, record.member, record.device)
            }
            Act::Accept(accept) => {
                self.duty
                    .accepted(record.hash, accept, self.rank(record.member))
            }
            Act::Release {
                accept,
                late_root,
                late,
                late_heads,
            } => {
                let release = crate::duty_chain::Late {
                    root: *late_root,
                    count: *late,
                    heads: late_heads.0.clone(),
                };
                self.duty
                    .released(record.hash, *accept, release, record.device)
            }
            Act::Ack { release, late_root } => {
                self.duty.acknowledged(*release, *late_root, record.device)
            }
            Act::RelayKey { key, replaces } => {
                need(
                    *replaces == self.relay,
                    "replaces a relay that is not the present one",
                )?;
                self.relay = Some(*key);
                Ok(())
            }
            Act::Withdraw { offer } => self.duty.withdrawn(*offer, record.device),
            Act::SeenOf { device, heads } => {
                let heads =
                    SeenHeads::decode(&heads.0).map_err(|_| "names chains that do not read")?;
                let known = self.seen.get(device);
                let mut seen = known.map(|seen| (**seen).clone()).unwrap_or_default();
                for (doc, seq, hash) in heads.0 {
                    let by = seen.entry(doc).or_default();
                    let last = by.entry(record.member).or_insert((seq, hash));
                    *last = (*last).max((seq, hash));
                }
                self.seen.insert_mut(*device, Arc::new(seen));
                Ok(())
            }
            Act::Register { .. }
            | Act::Unregister { .. }
            | Act::ConsentGiven { .. }
            | Act::ConsentWithdrawn { .. }
            | Act::TeamAdd { .. }
            | Act::TeamRemove { .. } => self.apply_patient(record, act, before),
        }
    }

    fn apply_patient(
        &mut self,
        record: &RecordView<'_>,
        act: &Act,
        before: Before<'_>,
    ) -> Result<(), Refused> {
        if let Act::Register {
            patient,
            primary,
            deputy,
            team,
            eligibility,
            consent,
        } = act
        {
            need(
                !self.patients.contains_key(patient),
                "registers a patient twice",
            )?;
            let mut registration = Registration {
                primary: *primary,
                deputy: *deputy,
                team: team.iter().copied().collect(),
                registered: true,
                eligibility: *eligibility,
                said: Vec::new(),
                consent: ConsentState::Never,
            };
            if let Some(given) = consent {
                registration.say(record.hash, ConsentAct::Give(given.clone()), before);
            }
            self.patients.insert_mut(*patient, Arc::new(registration));
            return Ok(());
        }
        let (Act::Unregister { patient, .. }
        | Act::ConsentGiven { patient, .. }
        | Act::ConsentWithdrawn { patient, .. }
        | Act::TeamAdd { patient, .. }
        | Act::TeamRemove { patient, .. }) = act
        else {
            return Ok(());
        };
        let known = self.patients.get(patient).ok_or("names no patient")?;
        let mut registration = (**known).clone();
        match act {
            Act::Unregister { .. } => registration.registered = false,
            Act::ConsentGiven { given, .. } => {
                registration.registered = true;
                registration.say(record.hash, ConsentAct::Give(given.clone()), before);
            }
            Act::ConsentWithdrawn { .. } => {
                registration.say(record.hash, ConsentAct::Withdraw, before);
            }
            Act::TeamAdd { member, .. } => {
                registration.team.insert(*member);
            }
            Act::TeamRemove { member, .. } => {
                registration.team.remove(member);
            }
            _ => {}
        }
        self.patients.insert_mut(*patient, Arc::new(registration));
        Ok(())
    }

    fn change_device(&mut self, device: DeviceId, change: impl FnOnce(&mut DeviceSeen)) {
        let mut seen = self.device(device).cloned().unwrap_or_default();
        change(&mut seen);
        self.devices.insert_mut(device, Arc::new(seen));
    }

    /// A doctor before others, whatever else is said of them.
    fn rank(&self, member: MemberId) -> u8 {
        match self.member(member).map(|info| &info.role) {
            Some(Role::Doctor) => 0,
            _ => 1,
        }
    }
}
