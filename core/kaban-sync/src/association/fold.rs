//! The fold: records in an order in which parents come first, each judged by its own ancestors.
//!
//! While the log is a line, what was folded so far *is* what a record's ancestors say. Where
//! devices wrote without having seen each other, the ancestors are folded apart, so that nobody's
//! late or backdated record changes what others were allowed to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use kaban_model::duty::{Absence, ConsentAct, ConsentState, Unreached};
use kaban_model::people::Role;
use kaban_proto::ids::{Hash32, MemberId};
use kaban_proto::sign::VerifyKey;

use super::rights::{Refused, need};
use super::{Association, RecordView, RefusedAct, Registration};
use crate::acts::Act;

/// Most folds kept of records that did not see everything before them.
const APART_MAX: usize = 64;

/// Ancestors as bits, by place in the order.
type Bits = Vec<u64>;

struct Fold<'f, 'a> {
    records: &'f [RecordView<'a>],
    ancestors: Vec<Bits>,
    place: BTreeMap<Hash32, usize>,
    signed: &'f dyn Fn(Hash32, &VerifyKey) -> bool,
    apart: BTreeMap<Bits, Arc<Association>>,
}

impl Association {
    /// Folds records given in an order in which parents come first; `signed(record, key)` says
    /// whether the person's signature on a record is by `key`.
    pub fn fold(records: &[RecordView<'_>], signed: &dyn Fn(Hash32, &VerifyKey) -> bool) -> Self {
        let place: BTreeMap<Hash32, usize> = records
            .iter()
            .enumerate()
            .map(|(at, record)| (record.hash, at))
            .collect();
        let mut ancestors: Vec<Bits> = Vec::with_capacity(records.len());
        for record in records {
            let mut bits = vec![0; records.len().div_ceil(64)];
            for at in record.parents.iter().filter_map(|parent| place.get(parent)) {
                bits[at / 64] |= 1 << (at % 64);
                for (word, inherited) in bits.iter_mut().zip(&ancestors[*at]) {
                    *word |= inherited;
                }
            }
            ancestors.push(bits);
        }
        let mut fold = Fold {
            records,
            ancestors,
            place,
            signed,
            apart: BTreeMap::new(),
        };
        fold.run(&(0..records.len()).collect::<Vec<_>>())
    }
}

impl Fold<'_, '_> {
    fn run(&mut self, places: &[usize]) -> Association {
        let mut state = Association::default();
        for (before, at) in places.iter().enumerate() {
            let seen: u32 = self.ancestors[*at]
                .iter()
                .map(|word| word.count_ones())
                .sum();
            let judge = (usize::try_from(seen) != Ok(before)).then(|| self.known_to(*at));
            self.take_in(&mut state, judge.as_deref(), *at);
        }
        let before = |a: Hash32, b: Hash32| self.is_before(a, b);
        for registration in state.patients.values_mut() {
            registration.settle(&before);
        }
        state.keep_holder_active();
        state
    }

    /// The association as a record's ancestors tell it.
    fn known_to(&mut self, at: usize) -> Arc<Association> {
        let bits = self.ancestors[at].clone();
        if let Some(known) = self.apart.get(&bits) {
            return Arc::clone(known);
        }
        let places: Vec<usize> = (0..at)
            .filter(|other| bits[other / 64] & (1 << (other % 64)) != 0)
            .collect();
        let known = Arc::new(self.run(&places));
        if self.apart.len() >= APART_MAX {
            self.apart.clear();
        }
        self.apart.insert(bits, Arc::clone(&known));
        known
    }

    fn take_in(&self, state: &mut Association, judge: Option<&Association>, at: usize) {
        let record = &self.records[at];
        let refuse = |state: &mut Association, why: Refused| {
            state.refused.push(RefusedAct {
                record: record.hash,
                why,
            });
        };
        if record.acts.is_empty() {
            return;
        }
        let key = judge.unwrap_or(state).signing_key(record);
        if !key.is_some_and(|key| (self.signed)(record.hash, &key)) {
            refuse(state, "has no valid signature of the person it names");
            return;
        }
        for act in record.acts {
            let permitted = judge.unwrap_or(state).permit(record, act);
            if let Err(why) = permitted.and_then(|()| state.apply(record, act)) {
                refuse(state, why);
            }
        }
    }

    fn is_before(&self, a: Hash32, b: Hash32) -> bool {
        let (Some(a), Some(b)) = (self.place.get(&a), self.place.get(&b)) else {
            return false;
        };
        self.ancestors[*b][a / 64] & (1 << (a % 64)) != 0
    }
}

impl Association {
    fn signing_key(&self, record: &RecordView<'_>) -> Option<VerifyKey> {
        let founder = record.acts.iter().find_map(|act| match act {
            Act::Found { founder, .. } if record.parents.is_empty() => Some(founder.sign),
            _ => None,
        });
        founder.or_else(|| self.member(record.member).map(|info| info.sign))
    }

    /// Puts a permitted act into the state, if it fits what is there.
    fn apply(&mut self, record: &RecordView<'_>, act: &Act) -> Result<(), Refused> {
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
                name.clone_into(&mut self.name);
                self.tag_key.clone_from(&tag_key.0);
                self.founder = Some(founder.id);
                self.members.insert(founder.id, (founder.clone(), true));
                self.devices
                    .entry(*device)
                    .or_default()
                    .members
                    .insert(founder.id);
                Ok(())
            }
            Act::Enrol {
                member,
                device,
                lease,
                lease_id,
            } => {
                self.members
                    .entry(member.id)
                    .or_insert_with(|| (member.clone(), true));
                let seen = self.devices.entry(*device).or_default();
                seen.members.insert(member.id);
                seen.prekey.get_or_insert((*lease, *lease_id));
                Ok(())
            }
            Act::Prekey {
                device,
                lease,
                lease_id,
            } => {
                self.devices.entry(*device).or_default().prekey = Some((*lease, *lease_id));
                Ok(())
            }
            Act::SetRole { member, role } => {
                self.members.get_mut(member).ok_or("names nobody")?.0.role = role.clone();
                Ok(())
            }
            Act::SuspendMember { member, .. } => {
                // An acceptance, which two have signed, outweighs a suspension that had not seen
                // it; a take does not.
                let holder = self.duty.holder().filter(|link| link.member == *member);
                let accepted = holder.is_some_and(|link| link.offer.is_some());
                need(!accepted, "suspends whoever is on duty")?;
                self.duty.void_takes(*member);
                self.members.get_mut(member).ok_or("names nobody")?.1 = false;
                Ok(())
            }
            Act::Absence { member, from, to } => {
                self.absences.push(Absence {
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
                self.unreached.push(Unreached {
                    member: *member,
                    patient: *patient,
                    at: *at,
                    tries: *tries,
                    by,
                });
                Ok(())
            }
            Act::Take(take) => {
                // One signature is too little against a suspension, whichever was written first.
                need(self.is_active(record.member), "takes duty while suspended")?;
                self.duty.take(record.hash, take, self.rank(record.member))
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
            Act::Register { .. }
            | Act::Unregister { .. }
            | Act::ConsentGiven { .. }
            | Act::ConsentWithdrawn { .. }
            | Act::TeamAdd { .. }
            | Act::TeamRemove { .. } => self.apply_patient(record, act),
        }
    }

    fn apply_patient(&mut self, record: &RecordView<'_>, act: &Act) -> Result<(), Refused> {
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
            let said = consent
                .iter()
                .map(|given| (record.hash, ConsentAct::Give(given.clone())));
            let registration = Registration {
                primary: *primary,
                deputy: *deputy,
                team: team.iter().copied().collect(),
                registered: true,
                eligibility: *eligibility,
                said: said.collect(),
                consent: ConsentState::Never,
            };
            self.patients.insert(*patient, registration);
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
        let registration = self.patients.get_mut(patient).ok_or("names no patient")?;
        match act {
            Act::Unregister { .. } => registration.registered = false,
            Act::ConsentGiven { given, .. } => {
                registration.registered = true;
                registration
                    .said
                    .push((record.hash, ConsentAct::Give(given.clone())));
            }
            Act::ConsentWithdrawn { .. } => {
                registration.said.push((record.hash, ConsentAct::Withdraw))
            }
            Act::TeamAdd { member, .. } => {
                registration.team.insert(*member);
            }
            Act::TeamRemove { member, .. } => {
                registration.team.remove(member);
            }
            _ => {}
        }
        Ok(())
    }

    /// Nobody can suspend the doctor on duty: a suspension that had not seen an acceptance yields
    /// to it.
    fn keep_holder_active(&mut self) {
        let holder = self.duty.holder().filter(|link| link.offer.is_some());
        let member = holder.map(|link| link.member);
        if let Some((_, active)) = member.and_then(|member| self.members.get_mut(&member)) {
            *active = true;
        }
    }

    fn rank(&self, member: MemberId) -> u8 {
        match self.role_of(member) {
            Some(Role::Doctor) => 0,
            _ => 1,
        }
    }
}
