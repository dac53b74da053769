//! What this device knows about its leases, gathered for the rules of `kaban_model::duty`.
//!
//! Signed times are those of the relay's latest receipt and of each other member's records.
//! Nothing here is kept in a row of its own: records and receipts are, and only grow.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use kaban_model::duty::{DeleteFacts, HeldBag, LeaseFacts, TimeFloor, renewed, time_floor};
use kaban_proto::codec::Wire;
use kaban_proto::ids::{Hash32, MemberId};
use kaban_proto::membership::Status;
use kaban_proto::relay_api::Receipt;
use kaban_proto::sign::VerifyKey;

use super::settled::Settled;
use super::{Session, State};
use crate::acts::{Act, Statement};
use crate::error::Error;

pub(super) type Instant = DateTime<FixedOffset>;

impl Session<'_, '_> {
    /// The facts of both leases; `met` is when this device last completed a meeting with a relay.
    pub fn lease_facts(&mut self, now: Instant, met: Option<Instant>) -> Result<LeaseFacts, Error> {
        let contacts = self.state.contacts().chain(met);
        // Where nobody else ever was, nobody can suspend, and nobody could renew.
        let own_renewed = renewed(now, contacts).filter(|_| self.state.has_company());
        Ok(LeaseFacts {
            bag: self.state.held_bag(),
            own_renewed,
            suspended: self.state.is_suspended(),
            floor: self.time_floor()?,
        })
    }

    /// What is known when the lease's key might be destroyed; nothing without a lease.
    pub fn delete_facts(&mut self) -> Result<Option<DeleteFacts>, Error> {
        let Some(lease) = self.state.lease else {
            return Ok(None);
        };
        let association = self.state.association.clone();
        let chain = association.duty();
        let Some(holder) = chain.holder() else {
            return Ok(None);
        };
        // The link of a lease can have lost to a rival and be forgotten: its time is over.
        let link = chain.link(lease.link);
        let devices = self.state.log.devices();
        let removed = devices
            .get(&self.state.me.device)
            .is_some_and(|device| device.status == Status::Removed);
        Ok(Some(DeleteFacts {
            later_holder: !self.state.holds_bag(),
            covered: self.is_covered()?,
            removed,
            floor: self.time_floor()?,
            turn_to: link.map_or(holder.at, |link| link.turn_to),
            unsent: self.tx.outbox_len()?,
            chain_n: holder.n,
            lease_n: link.map_or(0, |link| link.n),
        }))
    }

    fn time_floor(&mut self) -> Result<Option<TimeFloor>, Error> {
        let relay = self.relay_time()?;
        Ok(time_floor(
            self.state.signed_times().into_iter().chain(relay),
        ))
    }

    /// The time of the relay's latest receipt, its signature checked once more: receipts lie in
    /// clear, and whoever holds the disk could write one.
    fn relay_time(&mut self) -> Result<Option<Instant>, Error> {
        let Some(key) = self.tx.get_row("relay", b"", b"key")? else {
            return Ok(None);
        };
        let key = VerifyKey::decode(&key).ok();
        let receipt = self.tx.newest_receipt()?;
        let receipt = receipt.and_then(|bytes| Receipt::decode(&bytes).ok());
        let (Some(key), Some(receipt)) = (key, receipt) else {
            return Ok(None);
        };
        let ours = receipt.ws == self.state.ws && receipt.verify(&key).is_ok();
        let at = i64::try_from(receipt.at_ms).ok().filter(|_| ours);
        let at = at.and_then(DateTime::from_timestamp_millis);
        Ok(at.map(|at| at.fixed_offset()))
    }
}

impl State {
    /// What others have signed and this device has taken in, and its own answers to it: an
    /// admission, an acceptance.
    fn contacts(&self) -> impl Iterator<Item = Instant> + '_ {
        let statements = self.statements.iter();
        let fresh = statements.filter(|(hash, statement)| self.is_contact(hash, statement));
        let settled = self.settled.iter().flat_map(Settled::contacts);
        settled.chain(fresh.map(|(_, statement)| statement.at))
    }

    pub(super) fn is_contact(&self, hash: &Hash32, statement: &Statement) -> bool {
        let Some(record) = self.log.get(hash) else {
            return false;
        };
        let other = record.envelope.header().author != self.me.device;
        let answers =
            |act: &Act| matches!(act, Act::Found { .. } | Act::Enrol { .. } | Act::Accept(_));
        (other || statement.acts.iter().any(answers)) && !self.log.is_void(hash)
    }

    /// The latest time that each other member has signed.
    fn signed_times(&self) -> Vec<Instant> {
        let settled = self.settled.iter().flat_map(Settled::signed);
        let mut latest: BTreeMap<MemberId, Instant> = settled.collect();
        for (hash, statement) in &self.statements {
            if let Some(member) = self.signer(hash) {
                let at = latest.entry(member).or_insert(statement.at);
                *at = statement.at.max(*at);
            }
        }
        latest.into_values().collect()
    }

    /// The other member who signed a record that counts.
    pub(super) fn signer(&self, hash: &Hash32) -> Option<MemberId> {
        let member = self.log.get(hash)?.body.member;
        (member != self.me.member && !self.log.is_void(hash)).then_some(member)
    }

    fn has_company(&self) -> bool {
        self.log.devices().len() > 1
    }

    fn held_bag(&self) -> Option<HeldBag> {
        let chain = self.association.duty();
        let is_latest_holder = self.holds_bag();
        let link = if is_latest_holder {
            chain.holder()
        } else {
            self.lease.and_then(|lease| chain.link(lease.link))
        };
        // The link of a lease can have lost to a rival and be forgotten: its time is over.
        match (link, chain.holder()) {
            (Some(link), _) => Some(HeldBag {
                is_latest_holder,
                turn_to: link.turn_to,
            }),
            (None, Some(holder)) if self.lease.is_some() => Some(HeldBag {
                is_latest_holder,
                turn_to: holder.at,
            }),
            _ => None,
        }
    }

    fn is_suspended(&self) -> bool {
        let devices = self.log.devices();
        let device = devices.get(&self.me.device);
        !self.association.is_active(self.me.member)
            || device.is_some_and(|device| !device.may_write())
    }
}
